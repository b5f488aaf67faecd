//! What every task needs: the time, back-off, supervision, chance. No domain type.

pub mod backoff;
pub mod chance;
pub mod clock;
pub mod nearest;
#[cfg(feature = "edge")]
pub mod pause;
pub mod supervise;

pub use backoff::Backoff;
pub use clock::{Clock, Stopwatch};
pub use nearest::nearest;
#[cfg(feature = "edge")]
pub use pause::Pause;
pub use supervise::Supervisor;
