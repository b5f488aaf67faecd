//! The texts of a statement that fill the office's own Word file.

use super::fill::Passages;
use super::filters;
use crate::figures::{Figure, Statement, Value};
use crate::locales::{Text, report as words};
use crate::water::Township;

/// The end of the words that begin a passage of the section, such as 抗旱救灾方面，
const HEADING: &str = "方面，";

/// The placeholders of `statement`, whose section consists of `paragraphs`, in the language that is spoken here.
///
/// `{{id}}` and `{{Chinese name}}` give the wording of a figure, `{{id.value}}` the bare number and `{{id.unit}}` its
/// unit. `{{section}}` is the whole section; `{{township}}`, `{{from}}` and `{{to}}` say what it is about.
pub(super) fn passages(
    township: &Township,
    statement: &Statement,
    paragraphs: &[String],
) -> Passages {
    let mut passages = Passages::default();
    for (name, text) in [
        ("section", paragraphs.join("\n")),
        ("township", township.name.clone()),
        ("from", filters::long_day(statement.period.from)),
        ("to", filters::long_day(statement.period.to)),
    ] {
        passages.texts.insert(name.into(), text);
    }
    for figure in &statement.figures {
        one(figure, &mut passages);
    }
    for paragraph in paragraphs {
        if let Some((title, _)) = paragraph.split_once(HEADING) {
            let words = format!("{title}{HEADING}");
            passages.leading.insert(words, paragraph.clone());
        }
    }
    passages
}

fn one(figure: &Figure, passages: &mut Passages) {
    let value = match figure.value {
        Value::Number(value) => Some(filters::number(value)),
        Value::Day(day) => Some(filters::long_month(day)),
        Value::Absent => None,
    };
    let names = [figure.id.id(), figure.name_zh];
    let Some(value) = value else {
        let why = Text::clauses(&figure.notes);
        for name in names {
            passages.absent.insert(name.into(), why.clone());
        }
        passages.absent.insert(format!("{}.value", figure.id), why);
        return;
    };
    let unit = figure.unit_name().to_string();
    let without = || words::value_unit(&value, &unit);
    let said = figure.words.clone().unwrap_or_else(without).to_string();
    let texts = &mut passages.texts;
    for name in names {
        texts.insert(name.into(), said.clone());
    }
    texts.insert(format!("{}.value", figure.id), value);
    texts.insert(format!("{}.unit", figure.id), unit);
}
