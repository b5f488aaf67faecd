//! The time-series store: readings, their hourly roll-ups, and what has been delivered.
//!
//! Everything that belongs to a batch is committed in one transaction: readings, the hours they change, and the number of the
//! batch. A roll-up therefore always equals its recomputation, and a batch is either wholly there or will come again.
//!
//! The store computes no figure.

mod chart;
mod contract;
mod counters;
mod days;
mod delivered;
pub mod file;
mod hours;
pub mod keeper;
pub mod line;
mod lock;
mod migration;
mod places;
mod quarantine;
mod readings;
mod rollup;
mod schema;
#[cfg(feature = "influx")]
pub mod server;
mod sqlite;
#[cfg(test)]
mod tests;
mod write;

pub use chart::ChartPoint;
pub use contract::{Committed, Refused, Store};
pub use delivered::{Delivered, GatewayRow, LostRow};
pub use keeper::StoreHandle;
pub use lock::{Lock, LockError};
pub use quarantine::{Quarantine, SetAside};
pub use schema::StoreError;
pub use sqlite::{Latest, Sqlite};
pub use write::Portion;
