//! Figures: numbers that may be printed, each with its provenance, and the words they are printed in. Pure.

mod areas;
mod catalogue;
mod compute;
mod draft;
mod entry;
mod facts;
mod figure;
mod ledger_rows;
mod parse;
mod phrase;
mod pumps;
mod sources;
#[cfg(test)]
mod tests;

pub use catalogue::{FigureId, FigureSpec};
pub use compute::{Inputs, compute};
pub use entry::{Entry, EntryCode};
pub use figure::{Class, Figure, FigureInput, Value};
pub use parse::{Interval, Parsed, parse};
pub use phrase::{Hedge, PrintUnit, SIGNIFICANT, phrase};
pub use pumps::{RAN_ENERGY_KWH, RUNNING_POWER_SHARE};
pub use sources::EVIDENCE_SHARE;
