//! What was filled and left, as people are told of it.

use super::{How, Replaced};
use crate::figures::FigureId;
use crate::locales::{Text, report as words};

impl Replaced {
    /// Its name as people read it: of a figure its name, not its id.
    pub fn shown_name(&self) -> Text {
        let name = self.name.as_str();
        let (id, rest) = name.split_once('.').unwrap_or((name, ""));
        let mut figures = FigureId::ALL.iter().map(|figure| figure.spec());
        let figure = figures.find(|spec| id == spec.id || id == spec.name_zh);
        match (figure, rest) {
            (Some(figure), "value") => words::filled_value(figure.name()),
            (Some(figure), "unit") => words::filled_unit(figure.name()),
            (Some(figure), _) => figure.name(),
            (None, _) if self.how == How::Passage => words::filled_passage(name),
            (None, _) => Text::verbatim(name),
        }
    }
}

/// The name of a part of a Word file: 正文 for `word/document.xml`.
pub fn part_name(part: &str) -> Text {
    let name = part.strip_prefix("word/").unwrap_or(part);
    let named = |kind: &str| name.starts_with(kind);
    match name {
        "document.xml" => words::part_document(),
        "footnotes.xml" => words::part_footnotes(),
        "endnotes.xml" => words::part_endnotes(),
        "comments.xml" => words::part_comments(),
        _ if named("header") => words::part_header(),
        _ if named("footer") => words::part_footer(),
        _ => Text::verbatim(part),
    }
}
