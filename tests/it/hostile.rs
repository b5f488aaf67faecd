//! One gateway that is hostile: it has a login at the broker, knows everything about ours, and harms nobody but itself.
//!
//! Beside each attack an honest gateway works; what is printed is how long its batches wait for their acknowledgement,
//! before and meanwhile. `HANQING_PROOF=1` measures that, an attack half a minute long at 1,000 messages a second:
//!
//!     HANQING_PROOF=1 tests/run --release --test it hostile -- --nocapture --test-threads 1
//!
//! `HANQING_HOSTILE=1000000` makes the hostile gateway that knows everything as long-winded, and `HANQING_SEED` has it
//! say something else.

mod attacks;
pub mod client;
mod forgery;
pub mod honest;
mod liar;
mod open_broker;
pub mod scene;
