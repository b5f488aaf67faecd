//! Configuration files: read, checked as a whole, every problem named.

mod key_path;
mod nearest;
mod source_text;
mod typed;
mod words;

pub use source_text::FileProblem;
