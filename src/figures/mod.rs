//! Figures: numbers that may be printed, each with its provenance, and the words they are printed in. Pure.

mod entry;
mod figure;

pub use entry::{Entry, EntryCode};
pub use figure::{Class, Figure, FigureInput, Value};
