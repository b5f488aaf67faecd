//! The ledger 台账: rows that people enter, append-only, with import from the office's tables and export to them.
//!
//! There is deliberately no way to change or delete a row. A correction is a new row that supersedes another.

mod acceptance;
mod codes;
mod columns;
mod csv;
mod error;
mod export;
mod import;
mod merge;
mod persons;
mod review;
mod row;
mod schema;
mod sqlite;
mod table;
mod units;
mod work;
mod workbook;

pub use codes::{code, codes_near};
pub use error::LedgerError;
pub use export::{to_csv, to_workbook};
pub use import::{Import, import};
pub use merge::ImportOutcome;
pub use persons::{Person, PersonError, Persons, Separation};
pub use review::{Reviewable, RowsInForce, UnlistedRows};
pub use schema::LAYOUTS;
pub use sqlite::Ledger;
pub use table::BYTES_MAX;
pub use work::{Others, Work, WorkError, apart_from};
