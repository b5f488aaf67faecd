//! Understands an office's table as rows of the ledger, and says what it understood. What is ambiguous is asked.
//!
//! A sheet is read in steps: its head (`head`, `column`, `levels`), the lines around it (`title`, `titled`, `days`,
//! `notes`), what the head leaves open (`settle`), and its rows (`body`, `section`, `row`, `value`) with their totals
//! (`totals`). Then rows are compared with each other (`equal`).

mod aside;
mod body;
mod column;
mod context;
mod day;
mod days;
mod equal;
mod head;
mod levels;
mod lookup;
mod names;
mod notes;
mod number;
mod plain;
mod qualifiers;
mod row;
mod section;
mod settle;
mod sheets;
#[cfg(test)]
mod test_kit;
mod title;
mod titled;
mod totals;
mod typed;
mod understanding;
mod unit;
mod value;
mod words;

use jiff::Timestamp;

pub use typed::{TypedValue, ValueFault, typed_value};
pub use understanding::{
    Asked, ColumnRead, EqualRows, Layout, LeftOut, RowRead, SheetRead, Understanding,
};
pub use unit::units;

use super::book;
use crate::water::Township;

/// What is understood of the file `bytes` for `township`, with what the clerk says beside it. Rows without a time of
/// entry get `now`; days without a year, and years that cannot be, are judged by it.
pub fn understand(
    bytes: &[u8],
    asked: &Asked,
    township: &Township,
    now: Timestamp,
) -> Understanding {
    match book::open(bytes) {
        Ok(book) => sheets::of_book(&book, asked, township, now),
        Err(problem) => Understanding { problems: vec![problem], ..Understanding::default() },
    }
}

#[cfg(test)]
#[path = "export_tests.rs"]
mod tests;
