//! The documents of a statement: the section as Markdown, HTML, Word and in English, the annex as Excel, all as JSON.
//!
//! Nothing is computed here: a template prints the wording of a figure, and filters only format numbers.

mod chart;
mod document;
mod excel;
mod explain;
pub mod fill;
mod filters;
mod issue;
mod lint;
mod passages;
mod render;
mod style;
mod template_error;
#[cfg(test)]
mod tests;
mod word;
mod word_charts;
mod write;

pub use document::{Document, Documents, render};
pub use explain::{Explanation, explain};
pub use issue::{Change, Frozen, Issue, IssueError, IssuedFile, changes, issue, issued, read};
pub use lint::check_templates;
pub use render::ReportError;
pub use write::write;
