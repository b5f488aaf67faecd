//! The counter engine: what a register grew by, through roll-overs, resets and glitches. Pure.
