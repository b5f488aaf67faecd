//! What every task needs: the time, back-off, supervision, chance. No domain type.

pub mod backoff;
pub mod chance;
pub mod clock;
pub mod nearest;
pub mod supervise;

pub use backoff::Backoff;
pub use clock::{Clock, Stopwatch};
pub use nearest::nearest;
pub use supervise::Supervisor;
