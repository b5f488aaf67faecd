//! The basis of an account.

use super::Entry;
use super::gap::Span;
use crate::core::{Calendar, Period};
use crate::water::Township;

/// Township, calendar, ledger and period that an account is made from, besides the hours and days of the stations.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    pub township: &'a Township,
    pub calendar: &'a Calendar,
    /// The rows of the ledger that count: none that another one supersedes.
    pub entries: &'a [Entry],
    pub period: Period,
}

impl<'a> Basis<'a> {
    pub(super) fn span(&self) -> Span<'a> {
        Span { period: self.period, calendar: self.calendar }
    }
}
