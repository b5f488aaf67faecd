//! The durable spool of a gateway: what has been read, until the hub has it and after, as long as there is room.
//!
//! A batch is in the spool once [`Spool::append`] has returned. [`Spool::release`] says that the hub has it; it stays all the same
//! until its room is needed, so that a hub restored from an older copy gets it again. One thread owns the file ([`keeper`]); all
//! others send it messages. What is promised, and how it is proved: docs/reliability.md.

mod aside;
pub mod carry;
mod handle;
pub mod keeper;
mod message;
mod queue;
mod release;
mod room;
mod schema;
mod shared;
mod times;
mod trouble;

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod test_disk;
#[cfg(test)]
mod test_kit;

pub use handle::SpoolHandle;
pub use queue::{Spool, SpoolStats, SpooledBatch};
pub use room::Limits;
pub use schema::SpoolError;
pub use trouble::Trouble;
