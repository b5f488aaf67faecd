//! A report that is to be issued, and its freezing: for page and command line.

use std::sync::Arc;

use jiff::Timestamp;

use super::desk::{BesideReviewed, Stated, Statements, Unstated};
use super::issuing::{Against, Standing, against, is_silent};
use super::report::{no_period, reader};
use super::{HubSettings, calendar};
use crate::account::Entry;
use crate::core::Period;
use crate::figures::Statement;
use crate::ledger::Ledger;
use crate::locales::Lang;
use crate::report::{self, Issue};
use crate::support::Clock;
use crate::water::Township;

/// A report that is to be issued, of the readings as they are in the store now.
pub struct Draft {
    statements: Statements,
    pub(super) stated: Arc<Stated>,
    reviewed: Option<Arc<Stated>>,
}

/// What has changed while a report was looked over: it is not issued then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meanwhile {
    /// A row was entered, corrected, withdrawn or reviewed, or a finding accepted.
    Ledger,
    /// Readings were corrected, or a gateway revoked.
    Readings,
}

impl Draft {
    pub(super) fn of(statements: &Statements, (stated, reviewed): BesideReviewed) -> Self {
        Self { statements: statements.clone(), stated, reviewed }
    }

    /// That of `period`, or of the drought event of the ledger, from the hub's files.
    ///
    /// # Errors
    /// A file cannot be read; there is no period; a rule of plausibility is wrong.
    pub fn read(
        settings: &HubSettings,
        township: Arc<Township>,
        period: Option<Period>,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        // Where a server keeps the readings, what is new there is copied first.
        drop(reader(settings, &township, clock.now())?);
        let statements = Statements::new(settings, township, clock.clone(), false);
        match statements.fresh_at_once(period) {
            Ok(found) => Ok(Self::of(&statements, found)),
            Err(error) => match error.downcast::<Unstated>()? {
                Unstated::NoPeriod(_) => {
                    let leaf = statements.leaf()?;
                    let pending = leaf.all.iter().filter(|row| leaf.pending.contains(&row.id));
                    let pending: Vec<Entry> = pending.cloned().collect();
                    Err(anyhow::Error::msg(no_period(&pending)))
                }
                busy @ Unstated::Busy => Err(busy.into()),
            },
        }
    }

    pub fn statement(&self) -> &Statement {
        &self.stated.statement
    }

    pub fn standing(&self) -> Standing<'_> {
        let reviewed = self.reviewed.as_ref().map(|reviewed| &reviewed.statement);
        Standing::of(self.statement(), reviewed)
    }

    /// What stands against `by` issuing it `now`, with its documents in `lang`.
    ///
    /// # Errors
    /// The township's time zone is none.
    pub fn against<'a>(
        &self,
        settings: &HubSettings,
        township: &Township,
        standing: &'a Standing<'_>,
        (by, now, lang): (&str, Timestamp, Lang),
    ) -> anyhow::Result<Vec<Against<'a>>> {
        let today = calendar(township)?.zone().to_datetime(now).date();
        let is_silent = is_silent(settings, township, self.statement(), (now, lang));
        Ok(against(settings, self.statement(), standing, (by, today, is_silent)))
    }

    /// Freezes the report under the next number, if ledger and readings are still what it was made from. Until it is
    /// frozen, nobody else writes to the ledger: whatever is entered meanwhile comes after it.
    ///
    /// # Errors
    /// A template is wrong, or a file cannot be read or written; nothing is issued then.
    pub fn freeze(
        &self,
        settings: &HubSettings,
        township: &Township,
        (by, now, lang): (&str, Timestamp, Lang),
    ) -> anyhow::Result<Result<Issue, Meanwhile>> {
        let statement = self.statement();
        let documents = report::render(settings.section_choice(), township, statement, now, lang)?;
        let freeze = || -> anyhow::Result<Result<Issue, Meanwhile>> {
            if self.statements.deeds()? != self.stated.deeds {
                return Ok(Err(Meanwhile::Readings));
            }
            Ok(Ok(report::issue(&settings.issued, &documents, statement, by, now)?))
        };
        let mut ledger = Ledger::open(&settings.ledger.path)?;
        match ledger.while_as(self.stated.ledger, freeze)? {
            Some(frozen) => frozen,
            None => Ok(Err(Meanwhile::Ledger)),
        }
    }
}
