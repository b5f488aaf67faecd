//! The durable spool of a gateway: what has been read and not yet been acknowledged.
//!
//! A batch is in the spool once [`Spool::append`] has returned, and leaves it by [`Spool::release`], or, when the size cap
//! is reached, oldest first and counted. One thread owns the file ([`keeper`]); all others send it messages.

pub mod keeper;
mod sqlite;

pub use keeper::SpoolHandle;
pub use sqlite::{Spool, SpoolError, SpoolStats, SpooledBatch};
