//! Configurations that the office pushes, signed, and that are kept only if the hub confirms them.
//!
//! `judge` says what a message is worth, `state` what follows from each step,
//! and `book` keeps the state on the disk, so that a kill or a power cut at any moment leaves the step before or the
//! step after. On trial, `proof` gathers what shows that the gateway still reads its buses and still reaches its hub.
//! Who runs the gateway (`hanqing edge`) goes from step to step; docs/decisions/0036.

mod book;
mod course;
mod judge;
mod keys;
mod last_resort;
mod link;
#[cfg(all(test, feature = "hub"))]
mod model_tests;
mod proof;
mod settings;
mod state;
mod status;

pub use book::{Asked, Book, BookError};
pub use course::{Course, Heard, why_back};
pub use judge::{Judge, Verdict};
pub use keys::{KEYS_FILE_MAX, PublicKeys};
pub use last_resort::LastResort;
pub use link::{RECEIVED_MAX, RemoteLink, remote_link};
pub use proof::{Lacks, Proof};
pub use settings::{CONFIRM_S, RemoteSettings};
pub use state::{KEPT_MAX, Kept, State};
pub use status::PushedStatus;
