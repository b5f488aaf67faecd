//! Figures: numbers that may be printed, each with its provenance, and the words they are printed in. Pure.

mod accounts;
mod areas;
mod catalogue;
mod compute;
mod draft;
mod entry;
mod facts;
mod figure;
mod gauged;
mod ledger_rows;
mod parse;
mod phrase;
mod pumps;
mod quantity;
mod registers;
mod replacements;
mod segments;
mod sources;
#[cfg(test)]
mod tests;

pub use accounts::{PumpAccount, RAN_ENERGY_KWH, RUNNING_POWER_SHARE, accounts};
pub use catalogue::{FigureId, FigureSpec};
pub use compute::{Inputs, compute};
pub use entry::{Entry, EntryCode};
pub use facts::Coverage;
pub use figure::{Class, Figure, FigureInput, Value};
pub use parse::{Interval, Parsed, parse};
pub use phrase::{Hedge, PrintUnit, SIGNIFICANT, phrase};
pub use quantity::{PLATE_MARGIN, Quantity};
pub use segments::{Segment, SegmentKind};
pub use sources::EVIDENCE_SHARE;
