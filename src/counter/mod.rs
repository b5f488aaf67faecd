//! The counter engine: what a register grew by, through roll-overs, resets and glitches. Pure.
//!
//! Readings are fed one by one; the state between two of them is small and can be kept and taken up again at any place
//! with the same result. A reading that cannot follow the last accepted one is held until later readings decide:
//!
//! - a later reading follows the old line: what was held were glitches, dropped and counted;
//! - [`CONFIRMING`] further readings follow the held one: the register was reset, or the meter replaced, and a new
//!   segment begins.
//!
//! Growth is attributed to the reading that settles it. What is still held at the end of the data contributes nothing.
//!
//! What cannot be seen, in principle: a reset between two readings after which the register has passed its old value,
//! and a glitch no larger than what the meter could have grown by.

mod state;

pub use state::{CONFIRMING, Spec, State, Step};
