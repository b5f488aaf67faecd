//! The page where a clerk hands in her file: she sees what was understood of it, answers what it leaves open, and
//! confirms. Nothing is entered before.

mod facts;
mod form;
mod handlers;

pub use facts::{
    ColumnShown, Entered, FILE_MAX, ItemSum, ProblemShown, RowShown, SameRows, SheetShown,
    UploadAnswers, UploadAsked, Uploaded, Uploader, WAIT_MINUTES, WaitingFile,
};
pub(super) use handlers::routes;

#[cfg(test)]
#[path = "upload_tests.rs"]
mod tests;
