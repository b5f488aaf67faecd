//! What the page of the pumps is made from: the statement of some days, with the pumps' accounts and what the check of
//! figures objects to, and when each pump ran.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;
use tokio::sync::Semaphore;

use super::cells::StoreCells;
use super::desk::Book;
use super::overview::running_fresh;
use super::{HubSettings, calendar, drought_event_by, statement};
use crate::account::{Basis, Entry, EntryCode, PumpAccount, hours_run, running_now};
use crate::core::{Calendar, Period};
use crate::figures::Statement;
use crate::store::Sqlite;
use crate::support::{Clock, Stopwatch, lock};
use crate::water::{Station, Township};
use crate::web::{Ask, PumpFacts, PumpsFacts, Range, Shown};

/// How long facts are good for: a statement takes up to a second of a core. Engineering judgement.
const KEPT: Duration = Duration::from_secs(60);

/// The same in a simulation, whose hours pass in moments.
const KEPT_SIMULATED: Duration = Duration::from_secs(3);

/// How long it is good for which pumps run now.
const LOOKED: Duration = Duration::from_secs(2);

/// Periods of which facts are kept. Engineering judgement: few people look at once.
const PERIODS_MAX: usize = 8;

/// Makes the facts, one period at a time.
struct Pumps {
    settings: HubSettings,
    ledger: Arc<Book>,
    township: Arc<Township>,
    clock: Clock,
    simulated: bool,
    free: Semaphore,
    kept: Mutex<Vec<Kept>>,
}

struct Kept {
    period: Period,
    made: Stopwatch,
    /// When it was seen which pumps run.
    looked: Stopwatch,
    facts: Arc<PumpsFacts>,
}

/// What the page of the pumps asks for.
pub(super) fn pumps(
    (settings, ledger): (HubSettings, Arc<Book>),
    township: Arc<Township>,
    clock: Clock,
    simulated: bool,
) -> Ask<Range, Arc<PumpsFacts>> {
    let (free, kept) = (Semaphore::new(1), Mutex::default());
    let pumps = Arc::new(Pumps { settings, ledger, township, clock, simulated, free, kept });
    Ask::new(move |range| {
        let pumps = pumps.clone();
        async move {
            let _free = pumps.free.acquire().await?;
            let making = pumps.clone();
            tokio::task::spawn_blocking(move || making.facts(range)).await?
        }
    })
}

impl Pumps {
    fn facts(&self, range: Range) -> anyhow::Result<Arc<PumpsFacts>> {
        let (now, calendar) = (self.clock.now(), calendar(&self.township)?);
        let period = self.period(range, calendar.day_of(now))?;
        let shown = Shown {
            township: self.township.name.clone(),
            now,
            simulated: self.simulated,
            zone: calendar.zone().clone(),
            // The page tells it, of the moment at which it is asked for.
            alarms: 0,
        };
        let limit = if self.simulated { KEPT_SIMULATED } else { KEPT };
        // Whoever makes facts is alone: see `free`.
        lock(&self.kept).retain(|kept| kept.made.elapsed() < limit);
        let known = {
            let mut kept = lock(&self.kept);
            let place = kept.iter().position(|kept| kept.period == period);
            place.map(|place| kept.remove(place))
        };
        let (mut facts, made) = match known {
            Some(known) if known.looked.elapsed() < LOOKED => {
                let facts = known.facts.clone();
                lock(&self.kept).push(known);
                return Ok(facts);
            }
            Some(Kept { facts, made, .. }) => {
                let is_over = period.to < calendar.day_of(now);
                (PumpsFacts { shown, is_over, ..(*facts).clone() }, made)
            }
            None => (self.make(period, shown, &calendar)?, Stopwatch::start()),
        };
        self.look(&mut facts, &calendar)?;
        let facts = Arc::new(facts);
        let mut kept = lock(&self.kept);
        if kept.len() >= PERIODS_MAX {
            kept.remove(0);
        }
        kept.push(Kept { period, made, looked: Stopwatch::start(), facts: facts.clone() });
        Ok(facts)
    }

    /// The days of `range`; of those to come, none.
    fn period(&self, range: Range, today: Date) -> anyhow::Result<Period> {
        let days = |count: i64| {
            let from = today.saturating_sub((count - 1).days());
            Period { from, to: today }
        };
        let year = Period { from: today.first_of_year(), to: today };
        Ok(match range {
            // A day of hours lies in two days of the calendar.
            Range::Day => days(2),
            Range::Week => days(7),
            Range::Month => days(30),
            Range::Year => year,
            Range::Own(from, to) => Period { from, to },
            Range::Event => {
                let ledger = self.ledger.leaf()?;
                let event = drought_event_by(ledger.counting(), today).unwrap_or(year);
                Period { from: event.from, to: event.to.min(today).max(event.from) }
            }
        })
    }

    fn make(
        &self,
        period: Period,
        shown: Shown,
        calendar: &Calendar,
    ) -> anyhow::Result<PumpsFacts> {
        let statement = statement(&self.settings, &self.township, Some(period), shown.now)?;
        let store = Sqlite::open_reader(&self.settings.store.path)?;
        let mut cells = StoreCells { store: &store, calendar };
        let basis = Basis { township: &self.township, calendar, entries: &[], period };
        let mut pumps = Vec::new();
        for account in &statement.pumps {
            let Some(station) = self.township.station(&account.station) else { continue };
            let hours_by_day = hours_run(&basis, station, &mut cells)?;
            pumps.push(self.pump(account, station, &statement, hours_by_day));
        }
        let is_over = period.to < calendar.day_of(shown.now);
        Ok(PumpsFacts { shown, period, is_over, pumps })
    }

    /// Sees which pumps run now: by the rule of the overview, and anew each time.
    fn look(&self, facts: &mut PumpsFacts, calendar: &Calendar) -> anyhow::Result<()> {
        let store = Sqlite::open_reader(&self.settings.store.path)?;
        let at = (facts.shown.now, running_fresh(self.simulated));
        for pump in &mut facts.pumps {
            let Some(station) = self.township.station(&pump.account.station) else { continue };
            let mut cells = StoreCells { store: &store, calendar };
            pump.running = running_now(station, at, &mut cells)?;
        }
        Ok(())
    }

    fn pump(
        &self,
        account: &PumpAccount,
        station: &Station,
        statement: &Statement,
        hours_by_day: Vec<(Date, u32)>,
    ) -> PumpFacts {
        let about = statement
            .findings
            .found
            .iter()
            .filter(|finding| finding.accepted.is_none() && finding.is_at(&account.name));
        let plate = station.pump.as_ref();
        let source = plate.and_then(|plate| self.township.station(&plate.source));
        PumpFacts {
            account: account.clone(),
            village: self.township.village(&station.village).map_or("", |v| &v.name).into(),
            source: source.map(|source| source.name.clone()),
            running: None,
            hours_by_day,
            replacements: replacements(station, &statement.entries),
            findings: about.map(|finding| finding.text.clone()).collect(),
        }
    }
}

/// The rows of the ledger about the meters of the pump `station`.
fn replacements(station: &Station, entries: &[Entry]) -> Vec<Entry> {
    let registers: BTreeSet<String> =
        PumpAccount::registers(station).iter().map(ToString::to_string).collect();
    let of_meters = entries.iter().filter(|entry| {
        matches!(entry.code, EntryCode::MeterReplaced | EntryCode::MeterInstalled)
            && entry.work.as_ref().is_some_and(|work| registers.contains(work))
    });
    of_meters.cloned().collect()
}
