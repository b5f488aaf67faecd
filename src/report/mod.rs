//! Documents printed from figures: the section as Markdown and HTML, and the figures as JSON.
//!
//! Nothing is computed here: a template prints a figure's own words, and filters only lay out numbers that are there.

mod filters;
mod render;
mod style;
#[cfg(test)]
mod tests;
mod write;

pub use render::{Documents, ReportError, render};
pub use write::write;
