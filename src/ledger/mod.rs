//! The ledger 台账: rows that people enter, append-only, with import from the office's tables and export to them.
//!
//! There is deliberately no way to change or delete a row. A correction is a new row that supersedes another.

mod acceptance;
mod book;
mod codes;
mod columns;
mod correction;
mod error;
mod export;
mod mark;
mod merge;
mod persons;
mod plain_table;
mod review;
mod schema;
mod sqlite;
mod template;
mod understand;
mod value;
mod visible;
mod work;

pub use book::BYTES_MAX;
pub use codes::{code, codes_near, near_codes};
pub use correction::{chain, is_far, withdrawal};
pub use error::LedgerError;
pub use export::{to_csv, to_workbook};
pub use mark::{Mark, Whole};
pub use merge::ImportOutcome;
pub use persons::{Person, PersonError, Persons, Separation};
pub use plain_table::text_of_workbook;
pub use review::{Reviewable, RowsInForce, UnlistedRows};
pub use schema::LAYOUTS;
pub use sqlite::Ledger;
pub use template::{Wanted, template, wanted};
pub use understand::{
    Asked, ColumnRead, EqualRows, Layout, LeftOut, RowRead, SheetRead, TypedValue, Understanding,
    ValueFault, typed_value, understand, units,
};
pub use value::{RowFault, meters, refused_day, refused_row, refused_text, refused_value};
pub use visible::visible;
pub use work::{Others, Work, WorkError, apart_from};
