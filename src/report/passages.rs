//! The texts of a statement that fill the office's own Word file.

use std::collections::BTreeMap;

use super::fill::{self, Passages};
use super::{filters, since};
use crate::figures::{Figure, Statement, Value, Verdict};
use crate::locales::{Lang, Text, fill as fill_words, report as words};
use crate::water::Township;

/// What the name of a village ends with, and an office leaves out.
const VILLAGE_ENDS: [&str; 3] = ["行政村", "社区", "村"];

/// What an office says of a number since the drought began.
const SO_FAR: [&str; 1] = ["累计"];

/// The passages of the section by their titles (抗旱救灾方面), with what `said`, the paragraphs of this report, say under
/// them; `every` are the paragraphs of a section that leaves nothing out.
pub(super) fn titled(every: &[String], said: &[String]) -> BTreeMap<String, Option<String>> {
    let mut passages = BTreeMap::new();
    for paragraph in every {
        if let Some((title, _)) = fill::title(paragraph) {
            passages.insert(title.to_owned(), None);
        }
    }
    for paragraph in said {
        if let Some((title, body)) = fill::title(paragraph) {
            let text = paragraph.get(body..).unwrap_or("").to_owned();
            passages.insert(title.to_owned(), Some(text));
        }
    }
    passages
}

/// The placeholders of `statement`, whose section consists of `paragraphs`, in the language that is spoken here, and
/// its passages by title.
///
/// `{{id}}` and `{{Chinese name}}` give the wording of a figure, with `.value` the bare number and with `.unit` its
/// unit. `{{section}}` is the whole section; `{{township}}`, `{{from}}` and `{{to}}` say what it is about.
pub(super) fn passages(
    township: &Township,
    statement: &Statement,
    paragraphs: &[String],
    titled: BTreeMap<String, Option<String>>,
) -> Passages {
    let year = statement.period.to.year();
    let mut parts = parts(township);
    if since::due(statement, false).is_some() {
        // The figures are of a part of the drought.
        parts.extend(SO_FAR.map(str::to_owned));
    }
    let mut passages = Passages { titled, year, parts, ..Passages::default() };
    for (name, text) in [
        ("section", paragraphs.join("\n")),
        ("township", township.name.clone()),
        ("from", filters::long_day(statement.period.from)),
        ("to", filters::long_day(statement.period.to)),
    ] {
        if text.is_empty() {
            passages.absent.insert(name.into(), fill_words::section_empty());
        } else {
            passages.texts.insert(name.into(), text);
        }
    }
    for figure in &statement.figures {
        one(figure, &mut passages);
        passages.figures.insert(figure.id, stated(figure));
    }
    passages
}

/// The names by which an office speaks of a part of the township: its villages, also without 村, and its crops.
fn parts(township: &Township) -> Vec<String> {
    let whole = township.villages.iter().map(|village| village.name.as_str());
    let short = whole.clone().filter_map(|name| {
        let short = VILLAGE_ENDS.iter().find_map(|end| name.strip_suffix(end))?;
        // One character is a part of too many words.
        (short.chars().count() > 1).then_some(short)
    });
    let crops = township.crops.iter().map(|crop| crop.name.as_str());
    let named = whole.chain(short).chain(crops).filter(|name| !name.is_empty());
    named.map(str::to_owned).collect()
}

/// What a placeholder of a figure prints: its words where the evidence carries them, or the part of them that is known.
fn one(figure: &Figure, passages: &mut Passages) {
    let names = [figure.id.id(), figure.name_zh];
    let unit = figure.unit_name().to_string();
    let number = match figure.value {
        Value::Number(value) => Some(filters::number(value)),
        Value::Day(day) => Some(filters::long_month(day)),
        Value::Absent => None,
    };
    let proved = figure.claim.verdict == Verdict::Proved;
    let number = number.filter(|_| proved);
    let said = figure.words.as_ref().map(ToString::to_string);
    // The section says nothing of what did not happen; a placeholder asks for the number all the same.
    let uncertain = uncertain(figure).filter(|_| number.is_some());
    let bare = number.filter(|_| uncertain.is_none());
    let said = said.or_else(|| Some(words::value_unit(bare.clone()?, &unit).to_string()));
    let why = uncertain.unwrap_or_else(|| match figure.value {
        Value::Absent => fill_words::left_no_data(grounds(figure)),
        Value::Number(_) | Value::Day(_) => fill_words::left_unproved(grounds(figure)),
    });
    let mut put = |name: String, text: Option<String>, why: Text| match text {
        Some(text) => {
            passages.texts.insert(name, text);
        }
        None => {
            passages.absent.insert(name, why);
        }
    };
    for name in names {
        put(name.to_owned(), said.clone(), why.clone());
        put(format!("{name}.value"), bare.clone(), why.clone());
        put(format!("{name}.unit"), Some(unit.clone()), Text::default());
    }
}

/// What an office's own sentence may say of a figure in place of an earlier year's number: only what is proved.
fn stated(figure: &Figure) -> Result<String, Text> {
    if figure.claim.verdict != Verdict::Proved {
        return Err(grounds(figure));
    }
    match (&figure.value, &figure.words) {
        (Value::Day(day), _) => Ok(day.month().to_string()),
        (Value::Number(0.0), _) => Err(fill_words::number_zero()),
        // An office's sentences are Chinese.
        (_, Some(said)) => Ok(said.within(Lang::Chinese)),
        (_, None) => Err(grounds(figure)),
    }
}

/// Why a figure is not said.
fn grounds(figure: &Figure) -> Text {
    match figure.claim.grounds.as_slice() {
        [] => Text::clauses(&figure.notes),
        grounds => Text::clauses(grounds),
    }
}

/// Why a bare number of the figure would say more than is known: its words hold for all values that it may have, one
/// number does not.
fn uncertain(figure: &Figure) -> Option<Text> {
    let [least, most] = figure.bounds?;
    let (least, most) = (filters::number(least), filters::number(most));
    (least != most).then(|| fill_words::value_uncertain(least, most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Period;
    use crate::figures::{Claim, FigureId};
    use crate::locales::within;
    use jiff::civil::date;

    fn figure(verdict: Verdict, value: f64, said: Option<&str>) -> Figure {
        let period = Period { from: date(2022, 8, 1), to: date(2022, 11, 15) };
        let grounds = match verdict {
            Verdict::Proved => Vec::new(),
            _ => vec![Text::verbatim("缺 3 天读数")],
        };
        Figure {
            value: Value::Number(value),
            claim: Claim { verdict, grounds },
            words: said.map(Text::verbatim),
            ..Figure::absent(FigureId::AreaAffected, period, "0")
        }
    }

    fn placed(figure: &Figure) -> Passages {
        let mut passages = Passages::default();
        within(Lang::Chinese, || one(figure, &mut passages));
        passages
    }

    #[test]
    fn a_placeholder_prints_what_is_proved_or_known_and_no_number_besides() {
        let open = placed(&figure(Verdict::Open, 2200.0, None));
        for name in ["area_affected", "农作物受灾面积", "area_affected.value"] {
            let why = open.absent[name].within(Lang::Chinese);
            assert_eq!(why, "没有证实，不能成文：缺 3 天读数", "{name}");
            assert!(!open.texts.contains_key(name), "{name}");
        }
        let known = placed(&figure(Verdict::Open, 2200.0, Some("2000亩以上")));
        assert_eq!(known.texts["area_affected"], "2000亩以上");
        assert!(known.absent.contains_key("农作物受灾面积.value"));
        let proved = placed(&figure(Verdict::Proved, 2200.0, Some("约2200亩")));
        assert_eq!(proved.texts["农作物受灾面积"], "约2200亩");
        assert_eq!(proved.texts["农作物受灾面积.value"], "2200");
        assert_eq!(proved.texts["农作物受灾面积.unit"], "亩");
    }

    #[test]
    fn a_passage_that_this_report_leaves_out_is_known_all_the_same() {
        let lines =
            |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let every = lines(&["防旱工作方面：受灾12亩。", "安全饮水方面，新建3个。", "没有开头。"]);
        let titled = titled(&every, &lines(&["防旱工作方面：受灾5亩。"]));
        let expected = [
            ("安全饮水方面".to_owned(), None),
            ("防旱工作方面".to_owned(), Some("受灾5亩。".to_owned())),
        ];
        assert_eq!(titled, expected.into());
    }

    #[test]
    fn an_offices_own_sentence_gets_only_what_is_proved() {
        let proved = stated(&figure(Verdict::Proved, 2200.0, Some("约2200亩")));
        assert_eq!(proved, Ok("约2200亩".to_owned()));
        let open = stated(&figure(Verdict::Open, 2200.0, Some("2000亩以上")));
        assert_eq!(open, Err(Text::clauses([Text::verbatim("缺 3 天读数")])));
        let zero = stated(&figure(Verdict::Proved, 0.0, None));
        assert!(zero.unwrap_err().to_string().contains("nought"));
    }

    #[test]
    fn a_certain_zero_is_a_number_and_one_that_is_only_bounded_is_none() {
        let zero = placed(&figure(Verdict::Proved, 0.0, None));
        assert_eq!(zero.texts["area_affected"], "0亩");
        assert_eq!(zero.texts["area_affected.value"], "0");
        let mut bounded = figure(Verdict::Proved, 2200.0, Some("约2200亩"));
        bounded.bounds = Some([2190.0, 2210.0]);
        let bounded = placed(&bounded);
        assert_eq!(bounded.texts["area_affected"], "约2200亩");
        let why = bounded.absent["area_affected.value"].within(Lang::Chinese);
        assert!(why.contains("2190") && why.contains("2210"), "{why}");
    }
}
