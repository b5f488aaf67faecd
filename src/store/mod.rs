//! The time-series store: readings, roll-ups by hour and day, and numbers of committed batches. It computes no figure.
//!
//! Everything that belongs to a batch is one transaction: its readings, the hours and days they change, and its number.
//! A roll-up therefore always equals its recomputation, and a batch is either stored completely or will be sent again.

mod chart;
mod commit;
mod connection;
mod contract;
mod correction;
mod days;
mod delivered;
mod error;
pub mod file;
mod handle;
mod hours;
mod in_force;
mod intake;
mod limits;
pub mod line;
mod lock;
mod migration;
mod owners;
mod paging;
mod pending;
mod pins;
mod place;
mod present;
mod quarantine;
mod readings;
mod rejected;
mod replaced;
mod revocation;
mod rollup;
mod room;
mod schema;
mod series;
#[cfg(feature = "influx")]
pub mod server;
mod source;
mod sqlite;
mod tables;
#[cfg(test)]
mod tests;
mod transaction;
mod upkeep;
mod waits;
mod walk;

pub use contract::{Committed, Confirmed, Refused, Store};
pub use delivered::{Delivered, GatewayRow, LostRow};
pub use error::StoreError;
pub use handle::{CommitRequest, FailedCommit, StoreHandle};
pub use intake::Portion;
pub use limits::{Limits, TakenBack};
pub use lock::{Lock, LockError};
pub use owners::Owners;
pub use paging::{Paged, PagedReading, first_ms};
pub use pins::{Pin, Revocation};
pub use place::Place;
pub use quarantine::{Quarantine, QuarantinedMessage};
pub use readings::Latest;
pub use rejected::RejectedReadings;
pub use replaced::{Replaced, Replacement, Sender};
pub use revocation::{Progress, Rejected};
pub use room::QuarantineShare;
pub use sqlite::Sqlite;
pub use waits::Waits;
