//! The ledger in the browser: its rows (`rows`), and the page where a clerk hands in her file: she sees what was
//! understood of it, answers what it leaves open, and confirms. Nothing is entered before.

mod facts;
mod form;
mod handlers;
mod rows;

use axum::Router;

use super::state::Web;

pub use facts::{
    ColumnShown, Entered, FILE_MAX, ItemSum, ProblemShown, RowShown, SameRows, SheetShown,
    UploadAnswers, UploadAsked, Uploaded, Uploader, WAIT_MINUTES, WaitingFile,
};
#[cfg(test)]
pub use rows::rows_for_tests;
pub use rows::{
    Checked, Clerk, Effect, FieldFault, FigureChange, FormFacts, ItemFacts, Overtaken, PAGE_ROWS,
    Queue, QueueRow, RowDeed, RowFilter, RowForm, RowHistory, RowLine, RowList, RowState,
    RowsAnswer, RowsAsked, Saved,
};

pub(super) fn routes() -> Router<Web> {
    handlers::routes().merge(rows::routes())
}

#[cfg(test)]
#[path = "upload_tests.rs"]
mod tests;
