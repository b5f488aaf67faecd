//! The counter engine: what a register grew by, through roll-overs, resets and glitches. Pure.
//!
//! Readings are fed one by one; the state between two of them is small and can be kept and taken up again at any place
//! with the same result. A reading that cannot follow the last accepted one is held until later readings decide:
//!
//! - a later reading follows the old line: what was held were glitches, dropped and counted;
//! - [`CONFIRMING`] further readings follow the held one: the register was reset, or the meter replaced, and a new
//!   segment begins.
//!
//! Growth is attributed to the reading that settles it. What is still held at the end of the data contributes nothing. Where two
//! explanations fit, the one that counts less is counted, and the upper bound covers the other: a reset counts from the first
//! reading after it, as what a new meter showed before that is not known.
//!
//! What cannot be seen, in principle:
//!
//! - a reset between two readings after which the register has passed its old value, and a new meter that begins within what the
//!   old one could have come to, or near zero where that could have rolled over;
//! - a glitch no larger than what the meter could have grown by since one of the latest readings, which after a gap is much;
//! - more glitches in a row than [`CONFIRMING`] that agree with each other, which pass for a reset, and two of them that a register
//!   then follows after a reset;
//! - without a known rate, a glitch upwards, and what a reset hid.

mod state;

pub use state::{CONFIRMING, Spec, State, Step};
