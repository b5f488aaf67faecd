//! The ledger on the page: rows are listed, entered, corrected, withdrawn and reviewed, each with what it changes.
//!
//! Nothing is kept between a check and its saving: the fields come again with the digest of what was shown, are
//! checked anew, and entered if the digest is the same.

mod book;
mod check;
mod choices;
mod effect;
mod faults;
mod queue;
mod reading;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::timeout;

use book::{Book, Lines};
use effect::Effected;
use queue::Effects;

use super::desk::{Stated, Statements, Unstated};
use super::{HubSettings, calendar};
use crate::account::Entry;
use crate::core::Role;
use crate::figures::Value;
use crate::ledger::{Ledger, LedgerError, Persons, chain};
use crate::locales::{Text, page_rows as words};
use crate::report;
use crate::support::Clock;
use crate::users::Account;
use crate::water::Township;
use crate::web::{RowHistory, RowsAnswer, RowsAsked};

/// Pages that read or write the ledger at once. Engineering judgement: each reads all its rows, and other pages need
/// threads too.
const AT_ONCE: usize = 4;

/// How long a page waits for its turn, as uploads do.
const TURN_WAIT: Duration = Duration::from_secs(40);

/// Answers the pages of rows.
#[derive(Clone)]
pub(super) struct LedgerDesk(Arc<Source>);

struct Source {
    path: PathBuf,
    two_person: bool,
    persons: Persons,
    accounts: Vec<Account>,
    township: Arc<Township>,
    clock: Clock,
    statements: Statements,
    /// One row is saved at a time: between its check and its entry nobody else's comes in from a page.
    saving: Mutex<()>,
    turns: Arc<Semaphore>,
    effects: Effects,
}

impl LedgerDesk {
    pub fn new(
        settings: &HubSettings,
        township: Arc<Township>,
        clock: Clock,
        statements: Statements,
    ) -> Self {
        Self(Arc::new(Source {
            path: settings.ledger.path.clone(),
            two_person: settings.ledger.two_person,
            persons: settings.persons.clone(),
            accounts: settings.accounts(),
            township,
            clock,
            statements,
            saving: Mutex::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            effects: Effects::default(),
        }))
    }

    /// # Errors
    /// The ledger or the store cannot be read or written; nothing was entered.
    pub async fn answer(self, asked: RowsAsked) -> anyhow::Result<RowsAnswer> {
        let answer = match asked {
            RowsAsked::List(filter) => {
                self.beside(move |source| {
                    let list = source.book()?.list(&filter, &source.lines()?);
                    Ok(RowsAnswer::List(Box::new(list)))
                })
                .await
            }
            RowsAsked::Row(id) => self.history(id).await,
            RowsAsked::Form { deed, form } => {
                self.beside(move |source| source.form(deed, form)).await
            }
            RowsAsked::Check { by, deed, form } => self.check(by, deed, form).await,
            RowsAsked::Save { by, deed, form, digest } => self.save(by, deed, form, digest).await,
            RowsAsked::Queue(by) => self.queue(by).await,
            RowsAsked::Review { by, rows } => {
                self.beside(move |source| source.review(&by, &rows)).await
            }
        };
        let busy = |error: &anyhow::Error| {
            matches!(error.downcast_ref::<Unstated>(), Some(Unstated::Busy))
        };
        match answer {
            Err(error) if busy(&error) => Ok(RowsAnswer::Busy),
            answer => answer,
        }
    }

    /// Does `work` beside the runtime, once it has its turn.
    async fn beside<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Source) -> anyhow::Result<R> + Send + 'static,
    ) -> anyhow::Result<R> {
        let Ok(turn) = timeout(TURN_WAIT, self.0.turns.clone().acquire_owned()).await else {
            return Err(Unstated::Busy.into());
        };
        let (source, turn) = (self.0.clone(), turn?);
        let work = move || {
            let _turn = turn;
            work(&source)
        };
        tokio::task::spawn_blocking(work).await?
    }

    /// A row with its corrections, and the figures that it counts in.
    async fn history(&self, id: i64) -> anyhow::Result<RowsAnswer> {
        let read = self.beside(move |source| {
            let (book, lines) = (source.book()?, source.lines()?);
            let rows = chain(&book.all, id);
            let Some(last) = rows.last() else { return Ok(None) };
            let counts = rows.iter().find(|row| book.in_force.contains(&row.id));
            let history = RowHistory {
                id,
                last: last.id,
                last_withdrawn: last.withdrawn,
                rows: rows.iter().map(|row| lines.of(&book, row)).collect(),
                ..RowHistory::default()
            };
            Ok(Some((history, counts.map(|row| row.id))))
        });
        let Some((mut history, counts)) = read.await? else {
            return Ok(RowsAnswer::NoRow);
        };
        if let Some(row) = counts {
            match self.as_it_stands().await? {
                Ok(stated) => history.figures = Some(counted_in(&stated, row)),
                Err(why) => history.unknown = Some(why),
            }
        }
        Ok(RowsAnswer::Row(Box::new(history)))
    }

    /// The report as it stands; why there is none.
    async fn as_it_stands(&self) -> anyhow::Result<Result<Arc<Stated>, Text>> {
        stated_or_why(self.0.statements.live(None).await)
    }

    /// What `rows` would change in the report.
    async fn effect(&self, rows: &[Entry]) -> anyhow::Result<Effected> {
        let pair = self.0.statements.with_rows(rows).await?;
        Ok(effect::of(&pair.as_it_stands, &pair.with, rows))
    }
}

/// A statement; why there is none, where that is no failure.
fn stated_or_why(stated: anyhow::Result<Arc<Stated>>) -> anyhow::Result<Result<Arc<Stated>, Text>> {
    match stated {
        Ok(stated) => Ok(Ok(stated)),
        Err(error) => match error.downcast_ref::<Unstated>() {
            Some(Unstated::NoPeriod(why)) => Ok(Err(why.clone())),
            _ => Err(error),
        },
    }
}

/// The figures that have the row in them, with what they are.
fn counted_in(stated: &Stated, row: i64) -> Vec<(Text, Text)> {
    let statement = &stated.statement;
    let known = statement.figures.iter().filter(|figure| figure.value != Value::Absent);
    let own = known.filter(|figure| statement.rows_of(figure.id).contains(&row));
    own.map(|figure| (figure.name(), report::said(figure))).collect()
}

impl Source {
    fn book(&self) -> Result<Book, LedgerError> {
        self.statements.leaf().map(Book)
    }

    /// How rows are shown.
    fn lines(&self) -> anyhow::Result<Lines<'_>> {
        let zone: TimeZone = calendar(&self.township)?.zone().clone();
        let now: Timestamp = self.clock.now();
        Ok(Lines { township: &self.township, now, zone })
    }

    /// Office and name of those who may do what takes `role`.
    fn who_may(&self, role: Role) -> Vec<String> {
        let may = self.accounts.iter().filter(|account| account.role >= role);
        may.map(|account| account.name.clone()).collect()
    }

    /// Reviews rows, all or none.
    fn review(&self, by: &crate::web::Clerk, rows: &[i64]) -> anyhow::Result<RowsAnswer> {
        if !self.two_person {
            return Ok(RowsAnswer::Refused(words::no_reviews()));
        }
        let at = self.clock.now();
        match Ledger::open(&self.path)?.review(rows, &by.name, &self.persons, at) {
            Ok(added) => Ok(RowsAnswer::Reviewed(added)),
            Err(error) => match faults::of_ledger(&error) {
                Some(why) => Ok(RowsAnswer::Refused(why)),
                None => Err(error.into()),
            },
        }
    }
}
