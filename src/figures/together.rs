//! Figures that stand in one sentence and that a reader adds up: 受灾, 绝收 and 挽救.
//!
//! Each phrase may be true by itself and yet contradict the others: of 2249.9 mu affected and 130 failed, 约2200亩 and
//! 130亩 leave 2070 to the reader, and 2100余亩 rescued looks wrong. Then 约 takes the place of 余 or all three
//! are printed with more digits, until the numbers that are printed agree.

use super::catalogue::FigureId;
use super::claim::{Claim, Verdict};
use super::figure::Figure;
use super::parse::parse;
use super::phrase::Hedge;
use super::wording::{Style, Wording};
use crate::locales::{Lang, Text, figures as words};

const DAMAGE: [FigureId; 3] = [FigureId::AreaAffected, FigureId::AreaFailed, FigureId::AreaRescued];

/// Words the areas so that what is printed as affected less what is printed as failed is what is printed as rescued.
pub(super) fn agree(figures: &mut [Figure], wordings: &[Wording]) {
    let find = |id| figures.iter().position(|figure: &Figure| figure.id == id);
    let [Some(affected), Some(failed), Some(rescued)] = DAMAGE.map(find) else {
        return;
    };
    let places = [affected, failed, rescued];
    let said = places.map(|at| figures.get(at).and_then(|figure| figure.words.clone()));
    let [Some(a), Some(f), Some(r)] = &said else {
        return;
    };
    let proved = places
        .iter()
        .all(|at| figures.get(*at).is_some_and(|figure| figure.claim.verdict == Verdict::Proved));
    if !proved || consistent([a, f, r]) {
        return;
    }
    if let Some(texts) = otherwise(figures, places, wordings) {
        for (at, text) in places.into_iter().zip(texts) {
            figures[at].say(Some(text));
        }
        return;
    }
    let rescued = &mut figures[rescued];
    rescued.say(None);
    let grounds = vec![words::areas_do_not_add_up(a, f, r)];
    rescued.notes.extend(grounds.iter().cloned());
    rescued.claim = Claim { verdict: Verdict::Open, grounds };
}

/// The first words with the same digits for all three that agree, each true for its figure's bounds.
fn otherwise(figures: &[Figure], places: [usize; 3], wordings: &[Wording]) -> Option<[Text; 3]> {
    let say = |at: usize, way: (Hedge, u8)| {
        let figure = figures.get(at)?;
        let (style, value) = (Style::of(figure.id, wordings)?, figure.number()?);
        let [least, most] = figure.bounds.unwrap_or([value; 2]);
        // 余 of a whole number would lie.
        let text = style.say(value, way).or_else(|| style.say(value, (Hedge::Exact, way.1)))?;
        let holds = |end| {
            let said = style.say(end, way).or_else(|| style.say(end, (Hedge::Exact, way.1)));
            said.as_ref() == Some(&text)
        };
        (holds(least) && holds(most)).then_some(text)
    };
    let own = |at: usize| Some(figures.get(at)?.id.spec().print?.0);
    let hedges = [own(places[0])?, own(places[1])?, own(places[2])?];
    let about = [hedges[0], hedges[1], Hedge::About];
    let ways = (2..=4u8).flat_map(|digits| [hedges, about].map(|hedges| (hedges, digits)));
    let exact = std::iter::once(([Hedge::Exact; 3], 4));
    ways.chain(exact).find_map(|(hedges, digits)| {
        let texts = [
            say(places[0], (hedges[0], digits))?,
            say(places[1], (hedges[1], digits))?,
            say(places[2], (hedges[2], digits))?,
        ];
        let [a, f, r] = &texts;
        consistent([a, f, r]).then_some(texts)
    })
}

/// Whether the printed numbers of affected, failed and rescued agree: their difference is one of the values that the
/// words of the third stand for.
fn consistent(said: [&Text; 3]) -> bool {
    let parsed = said.map(|text| {
        let zh = text.within(Lang::Chinese);
        // 约…余 is read as 余.
        let zh = match zh.strip_prefix(Hedge::About.prefix()) {
            Some(rest) if rest.contains('余') => rest.to_owned(),
            _ => zh,
        };
        parse(&zh)
    });
    let [Some(affected), Some(failed), Some(rescued)] = parsed else {
        return true;
    };
    let left = affected.printed - failed.printed;
    affected.unit != rescued.unit || failed.unit != rescued.unit || rescued.interval.contains(left)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::wording::worded;
    use super::*;
    use crate::core::Period;
    use crate::figures::Value;

    fn said(affected: f64, failed: f64) -> [Option<String>; 3] {
        let period = Period { from: date(2022, 8, 1), to: date(2022, 8, 10) };
        let values = [affected, failed, affected - failed];
        let figure = |(id, value): (FigureId, f64)| {
            let mut figure = Figure::absent(id, period, "test");
            figure.value = Value::Number(value);
            figure.claim.verdict = Verdict::Proved;
            figure.say(worded(id, value, None, &[]).text);
            figure
        };
        let mut figures: Vec<Figure> = DAMAGE.into_iter().zip(values).map(figure).collect();
        agree(&mut figures, &[]);
        let mut phrases = figures.into_iter().map(|figure| figure.phrase);
        std::array::from_fn(|_| phrases.next().flatten())
    }

    #[test]
    fn what_agrees_stays_as_short_as_it_is() {
        let phrases = said(2200.0, 123.0).map(Option::unwrap);
        assert_eq!(phrases, ["约2200亩", "120余亩", "2000余亩"]);
    }

    #[test]
    fn what_a_reader_would_doubt_is_worded_otherwise() {
        assert_eq!(said(2249.9, 130.0).map(Option::unwrap), ["约2200亩", "130亩", "约2100亩"]);
        let large = said(1_004_999.0, 120.0001).map(Option::unwrap);
        assert_eq!(large, ["约100万亩", "120余亩", "约100万亩"]);
    }

    proptest! {
        #[test]
        fn printed_areas_never_contradict_a_readers_arithmetic(
            affected in 1u32..3_000_000, share in 0.0f64..1.0, tenths in 0u32..10,
        ) {
            let affected = f64::from(affected) + f64::from(tenths) / 10.0;
            let failed = (affected * share * 10.0).round() / 10.0;
            let [Some(a), Some(f), Some(r)] = said(affected, failed) else {
                return Ok(());
            };
            let [a, f, r] = [a, f, r].map(|text| parse(&text).unwrap());
            prop_assert!(r.interval.contains(a.printed - f.printed), "{a:?} {f:?} {r:?}");
        }
    }
}
