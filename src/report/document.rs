//! Renders all documents of one report.

use jiff::Timestamp;
use serde::Serialize;

use super::blocks::Choice;
use super::fill::Passages;
use super::passages::{passages, titled};
use super::render::{ReportError, Section, Templates};
use super::{excel, lint, word};
use crate::figures::Statement;
use crate::locales::{Lang, for_programs, within};
use crate::water::Township;

/// The documents of one report.
#[derive(Debug, Clone)]
pub struct Documents {
    /// The paragraphs of the section, in the office's wording and the language of the documents.
    pub paragraphs: Vec<String>,
    pub passages: Passages,
    /// The section and its annex in Chinese, as Markdown.
    pub markdown: String,
    /// The same as a page that prints on A4, in the language of the documents.
    pub html: String,
    /// The section and its annex in English, as Markdown.
    pub english: String,
    /// The figures with their provenance, as a JSON array of objects.
    pub json: String,
    /// The whole statement as JSON: figures, findings, comparisons, sources, ledger rows.
    pub statement: String,
    /// The section and its annex as a Word file in the layout of GB/T 9704, in the language of the documents.
    pub docx: Vec<u8>,
    /// The annex as an Excel file, in the language of the documents.
    pub xlsx: Vec<u8>,
}

impl Documents {
    pub fn files(&self) -> [(&'static str, &[u8]); 7] {
        [
            (Document::Markdown.file_name(), self.markdown.as_bytes()),
            (Document::Html.file_name(), self.html.as_bytes()),
            (Document::Word.file_name(), &self.docx),
            (Document::Excel.file_name(), &self.xlsx),
            (Document::English.file_name(), self.english.as_bytes()),
            (Document::Figures.file_name(), self.json.as_bytes()),
            (Document::Statement.file_name(), self.statement.as_bytes()),
        ]
    }

    /// Section and annex as Markdown in `lang`.
    pub fn markdown_in(&self, lang: Lang) -> &str {
        match lang {
            Lang::Chinese => &self.markdown,
            Lang::English => &self.english,
        }
    }
}

/// One of the documents of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    Markdown,
    Html,
    Word,
    Excel,
    English,
    Figures,
    Statement,
}

impl Document {
    /// All documents of a report.
    pub const ALL: [Document; 7] = [
        Self::Markdown,
        Self::Html,
        Self::Word,
        Self::Excel,
        Self::English,
        Self::Figures,
        Self::Statement,
    ];

    pub fn file_name(self) -> &'static str {
        match self {
            Self::Markdown => "drought-relief.md",
            Self::Html => "drought-relief.html",
            Self::Word => "drought-relief.docx",
            Self::Excel => "drought-relief.xlsx",
            Self::English => "drought-relief.en.md",
            Self::Figures => "figures.json",
            Self::Statement => "statement.json",
        }
    }

    /// Renders this document of `statement` alone, as [`render`] renders all of them.
    pub fn render(
        self,
        choice: Choice<'_>,
        township: &Township,
        statement: &Statement,
        issued_at: Timestamp,
        lang: Lang,
    ) -> Result<Vec<u8>, ReportError> {
        let of = |lang, make: fn(&Section<'_>) -> Result<String, ReportError>| {
            let templates = Templates::read(choice.templates)?;
            let section =
                Section::checked((&templates, choice), lang, township, statement, issued_at)?;
            make(&section).map(String::into_bytes)
        };
        match self {
            Self::Markdown => of(Lang::Chinese, |section| section.markdown()),
            Self::English => of(Lang::English, |section| section.markdown()),
            Self::Html => of(lang, |section| section.html()),
            Self::Word => {
                let templates = Templates::read(choice.templates)?;
                let section =
                    Section::checked((&templates, choice), lang, township, statement, issued_at)?;
                within(lang, || word::write(township, statement, &section.paragraphs, issued_at))
            }
            Self::Excel => within(lang, || excel::write(township, statement, issued_at)),
            Self::Figures => Ok(json(&statement.figures)?.into_bytes()),
            Self::Statement => Ok(json(statement)?.into_bytes()),
        }
    }
}

/// JSON for programs, whose notes are Chinese whatever language is spoken.
fn json(value: &impl Serialize) -> Result<String, ReportError> {
    let json = for_programs(Lang::Chinese, || serde_json::to_string_pretty(value));
    Ok(json.map_err(ReportError::Json)? + "\n")
}

/// The paragraphs of the section alone, in `lang`: as [`render`] prints them.
///
/// # Errors
/// As those of [`render`].
pub fn section(
    choice: Choice<'_>,
    township: &Township,
    statement: &Statement,
    issued_at: Timestamp,
    lang: Lang,
) -> Result<Vec<String>, ReportError> {
    let templates = Templates::read(choice.templates)?;
    Ok(Section::checked((&templates, choice), lang, township, statement, issued_at)?.paragraphs)
}

/// Renders the documents of `statement`: Markdown in both languages, Word, Excel and HTML in `lang`. The office
/// has its `choice` of templates and blocks.
pub fn render(
    choice: Choice<'_>,
    township: &Township,
    statement: &Statement,
    issued_at: Timestamp,
    lang: Lang,
) -> Result<Documents, ReportError> {
    let templates = Templates::read(choice.templates)?;
    let section =
        |lang| Section::checked((&templates, choice), lang, township, statement, issued_at);
    let (chinese, english) = (section(Lang::Chinese)?, section(Lang::English)?);
    let own = match lang {
        Lang::Chinese => &chinese,
        Lang::English => &english,
    };
    let paragraphs = own.paragraphs.clone();
    // An office's file is Chinese, and has its passages whatever this report has to say.
    let every = lint::every_figure();
    let every = Section::new((&templates, choice), Lang::Chinese, township, &every, issued_at);
    let every = every.map(|section| section.paragraphs).unwrap_or_default();
    let titled = titled(&every, &chinese.paragraphs);
    Ok(Documents {
        markdown: chinese.markdown()?,
        html: own.html()?,
        english: english.markdown()?,
        json: json(&statement.figures)?,
        statement: json(statement)?,
        docx: within(lang, || word::write(township, statement, &paragraphs, issued_at))?,
        xlsx: within(lang, || excel::write(township, statement, issued_at))?,
        passages: within(lang, || passages(township, statement, &paragraphs, titled)),
        paragraphs,
    })
}
