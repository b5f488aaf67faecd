//! Readings to and from files that other programs read, and backups of the hub's own files.
//!
//! An import reads back what an export wrote, to the last bit. Nothing is computed here.

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
pub mod stream;
#[cfg(test)]
mod tests;

pub use export::{Export, Exported, Format};
pub use import::{Import, Imported};
pub use parquet::is_caught_panic;
