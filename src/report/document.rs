//! Renders all documents of one report.

use std::path::Path;

use jiff::Timestamp;

use super::fill::Passages;
use super::passages::passages;
use super::render::{self, ReportError};
use crate::figures::Statement;
use crate::water::Township;

/// The documents of one report.
#[derive(Debug, Clone)]
pub struct Documents {
    /// The paragraphs of the section, in the office's wording.
    pub paragraphs: Vec<String>,
    /// The texts for the office's own Word file.
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
    /// Each document with its file name.
    pub fn files(&self) -> [(&'static str, &[u8]); 7] {
        [
            ("drought-relief.md", self.markdown.as_bytes()),
            ("drought-relief.html", self.html.as_bytes()),
            ("drought-relief.docx", &self.docx),
            ("drought-relief.xlsx", &self.xlsx),
            ("drought-relief.en.md", self.english.as_bytes()),
            ("figures.json", self.json.as_bytes()),
            ("statement.json", self.statement.as_bytes()),
        ]
    }
}

/// Renders the documents of `statement`. The office's own templates in `templates_dir` replace those of the program.
pub fn render(
    templates_dir: Option<&Path>,
    township: &Township,
    statement: &Statement,
    issued_at: Timestamp,
) -> Result<Documents, ReportError> {
    let texts = render::texts(templates_dir, township, statement, issued_at)?;
    let json = |value: serde_json::Result<String>| Ok(value.map_err(ReportError::Json)? + "\n");
    Ok(Documents {
        json: json(serde_json::to_string_pretty(&statement.figures))?,
        statement: json(serde_json::to_string_pretty(statement))?,
        docx: super::word::write(township, statement, &texts.paragraphs, issued_at)?,
        xlsx: super::excel::write(township, statement, issued_at)?,
        passages: passages(township, statement, &texts.paragraphs),
        paragraphs: texts.paragraphs,
        markdown: texts.markdown,
        html: texts.html,
        english: texts.english,
    })
}
