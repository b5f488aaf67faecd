//! What accounts are made for.

use super::Entry;
use super::gap::Span;
use crate::core::{Calendar, Period};
use crate::water::Township;

/// What an account is made for and from, next to the hours and days of the stations.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    pub township: &'a Township,
    /// Where the office's days begin.
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
