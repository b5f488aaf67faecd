//! The ledger 台账: append-only, its import from the office's tables and its export to them.
//!
//! Absent on purpose: no way to change or delete a row. A correction is a new row that supersedes another.

mod csv;
mod export;
mod import;
mod release;
mod row;
mod sqlite;
mod table;
mod taking;
mod units;
mod workbook;

pub use export::{to_csv, to_workbook};
pub use import::{Import, import};
pub use release::Counted;
pub use sqlite::{Ledger, LedgerError};
pub use table::BYTES_MAX;
pub use taking::Placed;
