//! The words that the section has for a figure: those of its claim, unless they say that nothing happened.

use crate::figures::{Figure, Value};
use crate::locales::Text;

const PERCENT: &str = "%";

/// The words for `figure`; `None` where nothing can be said, or nothing happened that is worth a sentence.
pub(super) fn spoken(figure: &Figure) -> Option<&Text> {
    // A form counts what did not happen, a section does not speak of it. A share of 0 says that all was as usual.
    let zero = figure.value == Value::Number(0.0) && figure.unit != PERCENT;
    let nothing = zero && !figure.narrative;
    figure.words.as_ref().filter(|_| !nothing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Period;
    use crate::figures::FigureId;
    use jiff::civil::date;

    #[test]
    fn a_form_counts_nothing_and_the_section_does_not_speak_of_it() {
        let period = Period { from: date(2022, 8, 1), to: date(2022, 11, 15) };
        let figure = |id, value, words| Figure {
            value: Value::Number(value),
            words: Some(words),
            ..Figure::absent(id, period, "test")
        };
        let mut wells = figure(FigureId::WellsEngaged, 0.0, Text::both("0眼", "0 wells"));
        assert_eq!(spoken(&wells), None);
        wells.value = Value::Number(12.0);
        assert!(spoken(&wells).is_some());
        let usual = figure(FigureId::RainAnomaly, 0.0, Text::verbatim("与多年同期大致持平"));
        assert!(spoken(&usual).is_some());
        let nobody = Text::verbatim("未有一人次出现饮水困难情况");
        let nobody = figure(FigureId::DrinkingDifficulty, 0.0, nobody);
        assert!(spoken(&nobody).is_some(), "what nobody suffered is worth a sentence");
    }
}
