//! Figures: numbers that may be printed, each with its provenance, and the words they are printed in. Pure.
//!
//! Each row of [`catalogue`](FigureId) says what a figure is and how it is made from the accounts of sources and
//! pumps, the rows of the ledger, and other figures.

mod areas;
mod behind;
mod catalogue;
mod claim;
mod compute;
mod corrected;
mod counting;
mod doubts;
mod draft;
mod drinking;
mod earlier;
mod entered;
mod erroneous;
mod events;
mod evidence;
mod facts;
mod figure;
mod forms;
mod optional;
mod parse;
mod phrase;
mod plausibility;
mod pumps;
mod rain;
mod recipe;
mod rows;
mod saved;
mod sources;
mod statement;
mod storage;
#[cfg(test)]
mod tests;
mod together;
mod unsourced;
mod unwatched;
mod wording;

pub use catalogue::{FigureId, FigureSpec};
pub use claim::{Claim, Verdict, open_by_bounds};
pub use compute::{Inputs, compute, compute_from};
pub use doubts::{Doubt, DoubtedRows};
pub use earlier::{Comparison, Earlier};
pub use figure::{Class, Figure, FigureInput, Origin, Value};
pub use forms::{FORMS, Form, FormRow};
pub use parse::{Interval, Parsed, parse, parse_en};
pub use phrase::{Hedge, PrintUnit, SIGNIFICANT, phrase, phrase_en};
pub use plausibility::{Acceptance, Caveat, Finding, Findings, Rule, Rules, Scope, Severity};
pub use rows::is_of_period;
pub use statement::{Statement, Totals, VillageTotals};
pub use wording::{DIESEL_KG_PER_LITRE, GASOLINE_KG_PER_LITRE, HedgeWord, Wording, check_wordings};
