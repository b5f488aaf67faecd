//! What tasks of every module need: time, back-off, supervision, random numbers. No domain type.

#[cfg(any(feature = "edge", feature = "hub"))]
pub mod accounts;
pub mod backoff;
pub mod certificate;
pub mod clock;
pub mod errors;
pub mod files;
pub mod hex;
#[cfg(any(feature = "edge", feature = "hub"))]
pub mod host_name;
#[cfg(feature = "edge")]
pub mod kernel_clock;
pub mod moment;
pub mod mutex;
#[cfg(any(feature = "edge", feature = "hub"))]
pub mod openmetrics;
pub mod owner;
#[cfg(feature = "edge")]
pub mod pause;
pub mod random;
pub mod seldom;
#[cfg(any(feature = "edge", feature = "hub"))]
pub mod service;
pub mod sha256;
#[cfg(any(feature = "edge", feature = "hub"))]
pub mod signature;
pub mod sql;
mod stepped;
pub mod supervise;
#[cfg(test)]
pub mod test_disk;
#[cfg(feature = "edge")]
pub mod timekeeper;

pub use backoff::Backoff;
pub use certificate::ShownCertificates;
#[cfg(feature = "edge")]
pub use clock::Base;
pub use clock::{Clock, Stopwatch, TimedOut};
pub use errors::error_chain;
pub use hex::hex;
pub use moment::Moment;
pub use mutex::lock;
pub use owner::Owner;
#[cfg(feature = "edge")]
pub use pause::Pause;
pub use seldom::Seldom;
pub use sha256::sha256;
pub use supervise::Supervisor;
#[cfg(feature = "edge")]
pub use timekeeper::Trust;
