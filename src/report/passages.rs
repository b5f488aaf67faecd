//! The texts of a statement that fill the office's own Word file.

use super::fill::Passages;
use crate::figures::{Figure, Statement, Value};
use crate::water::Township;

/// The end of the words that begin a passage of the section, such as 抗旱救灾方面，
const HEADING: &str = "方面，";

/// The placeholders of `statement`, whose section consists of `paragraphs`.
///
/// `{{id}}` and `{{Chinese name}}` give the wording of a figure, `{{id.value}}` the bare number and `{{id.unit}}` its
/// unit. `{{section}}` is the whole section; `{{township}}`, `{{from}}` and `{{to}}` say what it is about.
pub(super) fn passages(
    township: &Township,
    statement: &Statement,
    paragraphs: &[String],
) -> Passages {
    let mut passages = Passages::default();
    let day = |day: jiff::civil::Date| day.strftime("%Y年%-m月%-d日").to_string();
    for (name, text) in [
        ("section", paragraphs.join("\n")),
        ("township", township.name.clone()),
        ("from", day(statement.period.from)),
        ("to", day(statement.period.to)),
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
        Value::Number(value) => Some(super::filters::number(value)),
        Value::Day(day) => Some(day.strftime("%Y年%-m月").to_string()),
        Value::Absent => None,
    };
    let Some(value) = value else {
        let why = figure.notes.join("；");
        for name in [figure.id.to_string(), figure.name_zh.into(), format!("{}.value", figure.id)] {
            passages.absent.insert(name, why.clone());
        }
        return;
    };
    let words = figure.phrase.clone().unwrap_or_else(|| format!("{value}{}", figure.unit));
    let texts = &mut passages.texts;
    texts.insert(figure.id.to_string(), words.clone());
    texts.insert(figure.name_zh.into(), words);
    texts.insert(format!("{}.value", figure.id), value);
    texts.insert(format!("{}.unit", figure.id), figure.unit.into());
}
