//! Moving data: readings into files that others read and back again, and copies of the hub's files.
//!
//! What an export writes, an import reads back to the last bit. Nothing here computes anything.

pub mod backup;
#[cfg(test)]
mod backup_tests;
mod csv;
mod export;
mod format;
mod import;
mod line;
mod manifest;
mod parquet;
mod parts;
pub mod restore;
mod row;
#[cfg(test)]
mod tests;

pub use export::{Export, Exported, Format};
pub use import::{Import, Imported};
pub use parquet::is_calmed;
