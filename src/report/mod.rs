//! The documents of a statement: the section as Markdown, HTML, Word and in English, the annex as Excel, all as JSON.
//!
//! Nothing is computed here: the wording prints the words that a figure's claim carries, and filters only format
//! numbers.

mod blocks;
mod chart;
mod claims;
mod document;
mod excel;
mod explain;
pub mod fill;
mod filters;
mod fixed;
mod issue;
mod linked;
mod lint;
mod marks;
mod origin;
mod passages;
mod pending;
mod quoted;
mod render;
#[cfg(test)]
mod section_tests;
mod since;
mod spoken;
mod style;
mod subsets;
mod template_error;
#[cfg(test)]
mod tests;
mod word;
mod word_charts;
mod write;

pub use blocks::{Block, Choice, check_blocks};
pub use document::{Document, Documents, render, section};
pub use explain::{Explanation, Lead, explain, explain_by_names};
pub use filters::figure_value;
pub use issue::{
    Archive, Change, ChangedInput, Frozen, Issue, IssueError, IssuedFile, changes, is_intact,
    issue, issued, read,
};
pub use linked::{Run, linked};
pub use lint::check_templates;
pub use pending::{Awaited, awaited, said};
pub use render::ReportError;
pub use write::write;
