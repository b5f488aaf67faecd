//! The words that the section has for a figure: those of its claim, and of a share those that compare.

use crate::figures::{Figure, FigureId, Value, Verdict};
use crate::locales::{Text, report as words};

/// The words for `figure`; `None` where nothing can be said, or nothing happened that is worth a sentence.
pub(super) fn spoken(figure: &Figure) -> Option<Text> {
    if let Some(said) = &figure.words {
        // A form counts what did not happen, a section does not speak of it.
        let nothing = figure.value == Value::Number(0.0) && !figure.narrative;
        return (!nothing).then(|| said.clone());
    }
    let certain = figure.bounds.is_none_or(|[least, most]| percent(least) == percent(most));
    let proved = figure.claim.verdict == Verdict::Proved && certain;
    share(figure.id, figure.number().filter(|_| proved)?)
}

/// The words for a share of 100, which a number with a unit says badly: less or more than it was.
fn share(id: FigureId, value: f64) -> Option<Text> {
    let size = percent(value.abs());
    let [less, as_usual, more] = match id {
        FigureId::StorageOfPlan => return (value > 0.0).then(|| words::of_plan(size)),
        FigureId::RainAnomaly => {
            [words::rain_less(size), words::rain_usual(), words::rain_more(size)]
        }
        FigureId::StorageAnomaly => {
            [words::storage_less(size), words::storage_usual(), words::storage_more(size)]
        }
        _ => return None,
    };
    Some(match percent(value) {
        0 => as_usual,
        below if below < 0 => less,
        _ => more,
    })
}

/// Whole percent, rounded half away from zero.
fn percent(value: f64) -> i64 {
    value.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Period;
    use crate::figures::Claim;
    use crate::locales::Lang;
    use jiff::civil::date;

    fn figure(id: FigureId, value: f64) -> Figure {
        let period = Period { from: date(2022, 8, 1), to: date(2022, 11, 15) };
        Figure {
            value: Value::Number(value),
            claim: Claim { verdict: Verdict::Proved, grounds: Vec::new() },
            ..Figure::absent(id, period, "test")
        }
    }

    #[test]
    fn a_share_says_whether_it_is_more_or_less() {
        for (id, value, zh, en) in [
            (FigureId::RainAnomaly, -61.7, "比多年同期偏少约62%", "about 62 % less than usual"),
            (FigureId::RainAnomaly, 12.5, "比多年同期偏多约13%", "about 13 % more than usual"),
            (FigureId::RainAnomaly, 0.3, "与多年同期大致持平", "about as usual"),
            (
                FigureId::StorageAnomaly,
                -40.2,
                "比往年同期少约40%",
                "about 40 % less than in earlier years",
            ),
            (FigureId::StorageOfPlan, 38.0, "约38%", "about 38 %"),
        ] {
            let said = spoken(&figure(id, value)).unwrap();
            assert_eq!(
                (said.within(Lang::Chinese), said.within(Lang::English)),
                (zh.into(), en.into())
            );
        }
        let mut open = figure(FigureId::RainAnomaly, -61.7);
        open.bounds = Some([-70.0, -50.0]);
        assert_eq!(spoken(&open), None, "the words do not hold for both ends");
        open.bounds = Some([-62.4, -61.6]);
        assert!(spoken(&open).is_some());
        open.claim.verdict = Verdict::Open;
        assert_eq!(spoken(&open), None);
        assert_eq!(spoken(&figure(FigureId::StorageOfPlan, 0.0)), None);
    }

    #[test]
    fn a_form_counts_nothing_and_the_section_does_not_speak_of_it() {
        let mut wells = figure(FigureId::WellsEngaged, 0.0);
        wells.words = Some(Text::both("0眼", "0 wells"));
        assert_eq!(spoken(&wells), None);
        wells.value = Value::Number(12.0);
        assert!(spoken(&wells).is_some());
        let mut nobody = figure(FigureId::DrinkingDifficulty, 0.0);
        nobody.words = Some(Text::verbatim("未有一人次出现饮水困难情况"));
        assert!(spoken(&nobody).is_some(), "what nobody suffered is worth a sentence");
    }
}
