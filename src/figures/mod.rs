//! Figures: numbers that may be printed, each with its provenance, and the words they are printed in. Pure.
//!
//! Each row of [`catalogue`](FigureId) says what a figure is and how it is made from the accounts of sources and
//! pumps, the rows of the ledger, and other figures.

mod areas;
mod catalogue;
mod compute;
mod draft;
mod earlier;
mod entered;
mod facts;
mod figure;
mod forms;
mod parse;
mod phrase;
mod plausibility;
mod pumps;
mod recipe;
mod rows;
mod sources;
mod statement;
#[cfg(test)]
mod tests;
mod wording;

pub use catalogue::{FigureId, FigureSpec};
pub use compute::{Inputs, compute};
pub use earlier::{Comparison, Earlier};
pub use figure::{Class, Figure, FigureInput, Origin, Value};
pub use forms::{FORMS, Form, FormRow};
pub use parse::{Interval, Parsed, parse, parse_en};
pub use phrase::{Hedge, PrintUnit, SIGNIFICANT, phrase, phrase_en};
pub use plausibility::{Acceptance, Caveat, Finding, Findings, Rule, Rules, Scope, Severity};
pub use sources::EVIDENCE_SHARE;
pub use statement::{Statement, Totals, VillageTotals};
pub use wording::{HedgeWord, Wording, check_wordings};
