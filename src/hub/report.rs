//! Statements and reports, from the hub's files.

#[cfg(feature = "influx")]
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::cells::StoreCells;
use super::{HubSettings, calendar};
use crate::account::{Basis, Entry, EntryCode, TownshipAccount};
use crate::core::{Calendar, Period, Problem};
#[cfg(feature = "influx")]
use crate::core::{GatewayId, StationId};
use crate::figures::{self, Acceptance, Caveat, Earlier, Inputs, Rules, Statement};
use crate::ledger::{Ledger, RowsInForce};
use crate::locales::{Argument, Lang, Text, issued as period_words, report as words};
use crate::report;
#[cfg(feature = "influx")]
use crate::store::server::ServerSettings;
#[cfg(feature = "influx")]
use crate::store::server::copy::{Copier, Reach};
use crate::store::{RejectedReadings, Revocation, Sqlite, StoreError};
use crate::water::Township;

/// Most earlier droughts in a comparison, the latest: as many as a table has room for. Engineering judgement.
const EARLIER_EVENTS_MAX: usize = 3;

/// The drought event that the ledger names: the last one where there are several. The statement names the others of its
/// year.
pub fn drought_event(entries: &[Entry]) -> Option<Period> {
    events(entries).last().copied()
}

/// The last drought event that has begun by `today`; where none has, the first that is to come.
pub(super) fn drought_event_by<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    today: Date,
) -> Option<Period> {
    let events = events(entries);
    let begun = events.iter().rfind(|event| event.from <= today);
    begun.or(events.first()).copied()
}

/// The drought events that the ledger names, in order of time.
pub(super) fn events<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<Period> {
    let rows = entries.into_iter().filter(|e| e.code == EntryCode::DroughtEvent && e.value > 0.0);
    let mut events: Vec<Period> = rows.map(|e| Period { from: e.from, to: e.to }).collect();
    events.sort_by_key(|event| event.from);
    events
}

/// The drought events that wait for a review, in words.
pub(super) fn waiting_events(pending: &[Entry]) -> Vec<Text> {
    let events = pending.iter().filter(|e| e.code == EntryCode::DroughtEvent && e.value > 0.0);
    let said = |e: &Entry| {
        period_words::waiting_event(e.id, e.from.to_string(), e.to.to_string(), &e.entered_by)
    };
    events.filter(|e| !e.withdrawn).map(said).collect()
}

/// Why the ledger gives no period: it names no drought event, or those that it names wait for a review.
pub(super) fn no_period(pending: &[Entry]) -> Text {
    let rows = waiting_events(pending);
    if rows.is_empty() {
        period_words::no_period()
    } else {
        period_words::no_period_yet(Text::list(rows))
    }
}

/// A report with the statement that it prints.
pub struct Report {
    pub statement: Statement,
    pub documents: report::Documents,
    /// The files that the documents were written to.
    pub files: Vec<PathBuf>,
}

/// Works out the statement of `period`, or of the drought event of the ledger, from the hub's files.
///
/// # Errors
/// A file cannot be read; there is no period; a rule of plausibility is wrong.
pub fn statement(
    settings: &HubSettings,
    township: &Township,
    period: Option<Period>,
    now: Timestamp,
) -> anyhow::Result<Statement> {
    statement_of(settings, township, period, || reader(settings, township, now))
}

/// The same from the store that `open` opens.
pub(super) fn statement_of(
    settings: &HubSettings,
    township: &Township,
    period: Option<Period>,
    open: impl FnOnce() -> anyhow::Result<Sqlite>,
) -> anyhow::Result<Statement> {
    let calendar = calendar(township)?;
    let ledger = Ledger::open_to_read(&settings.ledger.path)?;
    let rows = ledger.rows_in_force(settings.ledger.two_person)?;
    let period = period.or_else(|| drought_event(&rows.in_force));
    let period = period.with_context(|| no_period(&rows.pending))?;
    let store = open()?;
    let acceptances = ledger.acceptances()?;
    let books =
        Books { settings, township, calendar: &calendar, rows: &rows, acceptances: &acceptances };
    books.statement(period, |period| {
        let basis = Basis { township, calendar: &calendar, entries: &rows.in_force, period };
        Ok(Arc::new(Accounts::read(&store, &basis)?))
    })
}

/// What the store says of a period: the expensive part of a statement.
#[derive(Debug, Clone)]
pub(super) struct Accounts {
    account: TownshipAccount,
    caveats: Vec<Caveat>,
}

impl Accounts {
    /// # Errors
    /// The store cannot be read.
    pub fn read(store: &Sqlite, basis: &Basis<'_>) -> Result<Self, StoreError> {
        let mut cells = StoreCells { store, calendar: basis.calendar };
        let account = TownshipAccount::of(basis, &mut cells)?;
        Ok(Self { account, caveats: caveats(store, basis.calendar, basis.period)? })
    }
}

/// What a statement is made of beside the accounts.
#[derive(Clone, Copy)]
pub(super) struct Books<'a> {
    pub settings: &'a HubSettings,
    pub township: &'a Township,
    pub calendar: &'a Calendar,
    pub rows: &'a RowsInForce,
    pub acceptances: &'a [Acceptance],
}

impl Books<'_> {
    /// The statement of `period`, of the `accounts` of that period and of those that it is compared with.
    ///
    /// # Errors
    /// As `accounts` says; a rule of plausibility is wrong.
    pub fn statement(
        &self,
        period: Period,
        mut accounts: impl FnMut(Period) -> anyhow::Result<Arc<Accounts>>,
    ) -> anyhow::Result<Statement> {
        let Self { settings, township, calendar, rows, acceptances } = *self;
        let rules = rules(settings.plausibility.as_deref())?;
        let entries = rows.in_force.as_slice();
        let basis = Basis { township, calendar, entries, period };
        let inputs = Inputs {
            basis,
            earlier: &[],
            pending: &[],
            rules: &rules,
            acceptances: &[],
            caveats: &[],
            wordings: &settings.wording,
            code_version: env!("CARGO_PKG_VERSION"),
        };
        let mut earlier = Vec::new();
        for (label, period, same_days) in earlier_periods(period, entries) {
            let inputs = Inputs { basis: Basis { period, ..basis }, ..inputs };
            let account = Arc::unwrap_or_clone(accounts(period)?).account;
            let figures = figures::compute_from(&inputs, account).figures;
            earlier.push(Earlier { label, period, same_days, figures });
        }
        let Accounts { account, caveats } = Arc::unwrap_or_clone(accounts(period)?);
        let inputs = Inputs {
            earlier: &earlier,
            pending: &rows.pending,
            acceptances,
            caveats: &caveats,
            ..inputs
        };
        Ok(figures::compute_from(&inputs, account))
    }
}

/// What the figures of `period` do not have in them: readings of revoked gateways, and hours that are yet to be folded.
fn caveats(store: &Sqlite, calendar: &Calendar, period: Period) -> Result<Vec<Caveat>, StoreError> {
    let local = |at: Timestamp| calendar.zone().to_datetime(at);
    let revoked = store.rejected_in(period)?.into_iter().map(|rejected| {
        let RejectedReadings { revocation, readings, stations } = rejected;
        let Revocation { gateway, since, noted_at } = revocation;
        let (since, noted) = (local(since), local(noted_at).date());
        Caveat::Revoked { gateway, since, noted, readings, stations }
    });
    let mut caveats: Vec<Caveat> = revoked.collect();
    let hours = store.pending()?;
    if hours > 0 {
        caveats.push(Caveat::Pending { hours });
    }
    Ok(caveats)
}

/// The same days of the year before, and the droughts before this one.
fn earlier_periods(period: Period, entries: &[Entry]) -> Vec<(Text, Period, bool)> {
    let mut periods = Vec::new();
    let year = 1.year();
    if let (Ok(from), Ok(to)) = (period.from.checked_sub(year), period.to.checked_sub(year)) {
        periods.push((words::same_days_last_year(), Period { from, to }, true));
    }
    let before = events(entries).into_iter().filter(|e| e.to < period.from);
    let before: Vec<Period> = before.collect();
    for event in before.iter().rev().take(EARLIER_EVENTS_MAX) {
        periods.push((words::drought_of(event.from.year()), *event, false));
    }
    periods
}

/// The office's own rules where it has them, the built-in ones otherwise.
fn rules(path: Option<&Path>) -> anyhow::Result<Rules> {
    let (name, read) = match path {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            let text = text.with_context(|| words::cannot_read(path))?;
            (path.display().to_string(), Rules::parse(&text))
        }
        None => ("plausibility.toml".to_owned(), Rules::embedded()),
    };
    read.map_err(|problems| RuleProblems { file: name, problems }.into())
}

/// What is wrong with an office's own rules.
#[derive(Debug, thiserror::Error)]
struct RuleProblems {
    file: String,
    problems: Vec<Problem>,
}

impl fmt::Display for RuleProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let line = words::rule_problem(&self.file, Argument::of(problem));
            write!(f, "{}{line}", if index > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

/// Works out the statement of `period` and writes the documents into `out`: Word, Excel and HTML in `lang`, Markdown in
/// both languages.
///
/// # Errors
/// As [`statement`]; a template is wrong; a document cannot be written.
pub fn report(
    settings: &HubSettings,
    township: &Township,
    period: Option<Period>,
    issued_at: Timestamp,
    lang: Lang,
    out: &Path,
) -> anyhow::Result<Report> {
    let statement = statement(settings, township, period, issued_at)?;
    let choice = settings.section_choice();
    let documents = report::render(choice, township, &statement, issued_at, lang)?;
    let files = report::write(&documents, out)?;
    Ok(Report { statement, documents, files })
}

/// A reader of the store. Where a server keeps the readings, what is new there until `now` is copied first.
pub(super) fn reader(
    settings: &HubSettings,
    township: &Township,
    now: Timestamp,
) -> anyhow::Result<Sqlite> {
    #[cfg(feature = "influx")]
    if let Some(server) = &settings.store.server {
        let declared = super::declared(township);
        bring_up_to_date(server, declared, &settings.store.path, now)?;
    }
    #[cfg(not(feature = "influx"))]
    let _ = (township, now);
    Ok(Sqlite::open_reader(&settings.store.path)?)
}

/// Copies what is new on the server, so that a report covers all of it.
#[cfg(feature = "influx")]
fn bring_up_to_date(
    server: &ServerSettings,
    declared: BTreeMap<StationId, GatewayId>,
    path: &Path,
    now: Timestamp,
) -> anyhow::Result<()> {
    let mut copy = Sqlite::open(path)?;
    let passed = Copier::new(server, declared)?.pass(&mut copy, now, Reach::Day);
    passed.map(|_| ()).with_context(|| match copy.copied_to().ok().flatten() {
        Some(to) => words::copy_behind(to.to_string()),
        None => words::copy_missing(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_event_of_a_day_is_the_last_that_has_begun() {
        let event = |from: Date, to: Date| Entry {
            id: 0,
            code: EntryCode::DroughtEvent,
            value: 1.0,
            from,
            to,
            village: None,
            crop: None,
            work: None,
            document: String::new(),
            entered_by: String::new(),
            entered_at: Timestamp::UNIX_EPOCH,
            reason: String::new(),
            supersedes: None,
            reviewed_by: None,
            withdrawn: false,
        };
        let summer = event(date(2022, 8, 1), date(2022, 9, 30));
        let autumn = event(date(2022, 10, 20), date(2022, 11, 15));
        let rows = [autumn, summer];
        let begins = |rows: &[Entry], today| drought_event_by(rows, today).map(|event| event.from);
        assert_eq!(begins(&rows, date(2022, 9, 1)), Some(date(2022, 8, 1)));
        assert_eq!(begins(&rows, date(2022, 10, 19)), Some(date(2022, 8, 1)), "it begins tomorrow");
        assert_eq!(begins(&rows, date(2022, 10, 20)), Some(date(2022, 10, 20)));
        assert_eq!(begins(&rows, date(2022, 7, 31)), Some(date(2022, 8, 1)));
        assert_eq!(begins(&[], date(2022, 7, 31)), None);
    }
}
