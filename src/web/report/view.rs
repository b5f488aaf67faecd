//! The pages as their templates have them: what the hub shows, and what has come of what was asked for.

use serde::Serialize;

use super::asked::DaysAsked;
use super::facts::{FilledFile, IssuedReport, ReportFacts};
use crate::locales::{Text, page_report as words};

/// A document: its file name and what it is.
type Document = (String, Text);

/// The documents of a report.
pub(super) fn documents() -> Vec<Document> {
    let documents = [
        ("drought-relief.docx", words::document_word()),
        ("drought-relief.xlsx", words::document_excel()),
        ("drought-relief.html", words::document_page()),
        ("drought-relief.md", words::document_text()),
        ("drought-relief.en.md", words::document_text_en()),
        ("figures.json", words::document_figures()),
        ("statement.json", words::document_statement()),
    ];
    documents.map(|(name, words)| (name.to_owned(), words)).into()
}

/// What has come of what was asked for.
#[derive(Debug, Default, Serialize)]
pub(super) struct Outcome {
    /// What is wrong with the days.
    pub error: Text,
    /// What was done.
    pub notice: Text,
    /// Why it was not done.
    pub refused: Vec<Text>,
    /// What has changed since the page was shown.
    pub changed: Vec<Text>,
    /// The finding and the reason that was refused, to be typed on.
    pub finding: String,
    pub reason: String,
    pub filled: Option<FilledFile>,
}

/// The page of the report.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub days: DaysAsked,
    pub outcome: Outcome,
    pub report: Option<ReportFacts>,
    /// Why there is no report.
    pub no_period: Text,
    pub documents: Vec<Document>,
    pub minutes: u64,
}

/// The page of an issued report.
#[derive(Debug, Serialize)]
pub(super) struct IssuedView {
    pub report: IssuedReport,
    pub files: Vec<Document>,
    pub notice: Text,
}

impl IssuedView {
    pub fn of(report: IssuedReport, notice: Text) -> Self {
        let mut known = documents();
        known.retain(|(name, _)| report.files.contains(name));
        Self { report, files: known, notice }
    }
}
