//! The durable spool of a gateway: an SQLite file that keeps each batch of readings until the hub has committed it.
//!
//! A batch is in the spool once [`Spool::append`] has returned. [`Spool::release`] records that the hub has it; the
//! batch still stays until its space is needed, so that a hub restored from an older backup gets it again. One thread
//! owns the file (`writer`); all others talk to it through a [`SpoolHandle`]. docs/reliability.md says what is
//! guaranteed and how that is tested.

mod append;
mod carry;
mod disk;
pub mod export;
mod handed;
mod handle;
mod latest;
mod message;
mod migration;
mod place;
mod quarantine;
mod queue;
mod reclaim;
mod release;
mod renewal;
mod salvage;
mod schema;
mod shared;
mod space;
mod times;
mod trouble;
mod view_board;
mod view_places;
mod views;
mod writer;

#[cfg(test)]
mod copies_tests;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod test_kit;
#[cfg(test)]
mod wide_tests;

pub use handle::SpoolHandle;
pub use quarantine::is_foreign;
pub use queue::{Limits, Spool, SpoolStats, SpooledBatch};
pub use schema::{SpoolError, is_other_database, newer_layout};
pub use trouble::Trouble;
pub use view_board::{Readable, ViewBatch, ViewPlaces};
pub use view_places::{ViewBound, ViewPlace};
pub use writer::SpoolStatus;
