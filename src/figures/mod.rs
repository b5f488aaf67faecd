//! Figures: numbers that may be printed, each with its provenance, and the words they are printed in. Pure.

mod acceptance;
mod accounts;
mod areas;
mod catalogue;
mod compute;
mod draft;
mod earlier;
mod engaged;
mod entry;
mod facts;
mod figure;
mod forms;
mod gauged;
mod ledger_rows;
mod parse;
mod phrase;
mod plausibility;
mod pumps;
mod quantity;
mod registers;
mod replacements;
mod segments;
mod sources;
mod statement;
#[cfg(test)]
mod tests;
mod wording;

pub use acceptance::Acceptance;
pub use accounts::{PumpAccount, RAN_ENERGY_KWH, RUNNING_POWER_SHARE, accounts};
pub use catalogue::{FigureId, FigureSpec, Recipe};
pub use compute::{HoursOf, Inputs, compute};
pub use earlier::{Comparison, Earlier, comparisons};
pub use entry::{Entry, EntryCode};
pub use facts::Coverage;
pub use figure::{Class, Figure, FigureInput, Value};
pub use forms::{FORMS, Form, FormRow};
pub use parse::{Interval, Parsed, parse, parse_en};
pub use phrase::{Hedge, PrintUnit, SIGNIFICANT, phrase, phrase_en};
pub use plausibility::{Finding, Findings, Rule, Rules, Scope, Severity};
pub use quantity::{PLATE_MARGIN, Quantity};
pub use segments::{Segment, SegmentKind};
pub use sources::EVIDENCE_SHARE;
pub use statement::{SourceDay, SourceRecord, Statement, TownshipDay, VillageTotals};
pub use wording::{HedgeWord, Wording, check_wordings};
