//! Renders all documents of one report.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::fill::Passages;
use super::passages::passages;
use super::render::{ReportError, Section};
use super::{excel, word};
use crate::figures::Statement;
use crate::water::Township;

/// The documents of one report.
#[derive(Debug, Clone)]
pub struct Documents {
    /// The paragraphs of the section, in the office's wording.
    pub paragraphs: Vec<String>,
    pub passages: Passages,
    /// The section and its annex, as Markdown.
    pub markdown: String,
    /// The same as a page that prints on A4.
    pub html: String,
    /// The section and its figures in English, as Markdown.
    pub english: String,
    /// The figures with their provenance, as a JSON array of objects.
    pub json: String,
    /// The whole statement as JSON: figures, findings, comparisons, sources, ledger rows.
    pub statement: String,
    /// The section and its annex as a Word file in the layout of GB/T 9704.
    pub docx: Vec<u8>,
    /// The annex as an Excel file.
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
        templates_dir: Option<&Path>,
        township: &Township,
        statement: &Statement,
        issued_at: Timestamp,
    ) -> Result<Vec<u8>, ReportError> {
        let section = || Section::new(templates_dir, township, statement, issued_at);
        Ok(match self {
            Self::Markdown => section()?.markdown()?.into_bytes(),
            Self::Html => section()?.html()?.into_bytes(),
            Self::English => section()?.english()?.into_bytes(),
            Self::Word => word::write(township, statement, &section()?.paragraphs, issued_at)?,
            Self::Excel => excel::write(township, statement, issued_at)?,
            Self::Figures => json(&statement.figures)?.into_bytes(),
            Self::Statement => json(statement)?.into_bytes(),
        })
    }
}

fn json(value: &impl Serialize) -> Result<String, ReportError> {
    Ok(serde_json::to_string_pretty(value).map_err(ReportError::Json)? + "\n")
}

/// Renders the documents of `statement`. The office's own templates in `templates_dir` replace those of the program.
pub fn render(
    templates_dir: Option<&Path>,
    township: &Township,
    statement: &Statement,
    issued_at: Timestamp,
) -> Result<Documents, ReportError> {
    let section = Section::new(templates_dir, township, statement, issued_at)?;
    Ok(Documents {
        markdown: section.markdown()?,
        html: section.html()?,
        english: section.english()?,
        json: json(&statement.figures)?,
        statement: json(statement)?,
        docx: word::write(township, statement, &section.paragraphs, issued_at)?,
        xlsx: excel::write(township, statement, issued_at)?,
        passages: passages(township, statement, &section.paragraphs),
        paragraphs: section.paragraphs,
    })
}
