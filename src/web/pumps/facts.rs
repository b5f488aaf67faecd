//! What the page of the pumps is made from, as the hub fetches it.

use jiff::civil::Date;

use crate::account::{Entry, PumpAccount};
use crate::core::Period;
use crate::locales::Text;
use crate::web::Shown;

/// All pumps over some days.
#[derive(Debug, Clone, PartialEq)]
pub struct PumpsFacts {
    pub shown: Shown,
    pub period: Period,
    /// Whether its last day is over, by the township's calendar.
    pub is_over: bool,
    pub pumps: Vec<PumpFacts>,
}

/// A pump over these days.
#[derive(Debug, Clone, PartialEq)]
pub struct PumpFacts {
    pub account: PumpAccount,
    /// Name of its village, and of the source that it draws on.
    pub village: String,
    pub source: Option<String>,
    /// Whether it runs at this moment; `None` where that is not known.
    pub running: Option<bool>,
    /// Hours in which it was seen to run, by day.
    pub hours_by_day: Vec<(Date, u32)>,
    /// Rows of the ledger about its meters.
    pub replacements: Vec<Entry>,
    /// What the check of figures objects to about it.
    pub findings: Vec<Text>,
}
