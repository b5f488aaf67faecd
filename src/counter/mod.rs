//! The counter engine: how much a register grew, through roll-overs, resets and glitches. Pure.
//!
//! Readings are fed one by one. The state between two readings is small, and can be stored and resumed anywhere with
//! the same result. A reading that cannot follow the last accepted one is held until later readings decide:
//!
//! - A later reading follows the last accepted one: the held readings were glitches, and are dropped and counted.
//! - [`CONFIRMATIONS`] further readings follow the held one: the register was reset or the meter replaced, and a new
//!   segment begins.
//!
//! Growth belongs to the reading that settles it. Readings still held at the end of the data contribute nothing. Where
//! two explanations fit, the smaller growth is counted, and the upper bound covers the larger one. A reset counts from
//! the first reading after it, since nobody knows what a new meter showed before.
//!
//! In principle, these cannot be detected:
//!
//! - a reset between two readings after which the register has passed its old value, and a new meter that starts within
//!   reach of the old one, or near zero where the old one could have rolled over;
//! - a glitch no larger than the meter could have grown by since the last accepted or one of the latest readings, a
//!   lot after a gap;
//! - more than [`CONFIRMATIONS`] glitches in a row that agree with each other, which look like a reset, and two of them
//!   that the register then follows after a reset;
//! - without a known rate, a glitch upwards, and what a reset hid.

mod state;

pub use state::{CONFIRMATIONS, Spec, State, Step};
