//! What the page shows, made from the store once a second.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::cells::StoreCells;
use super::gateway_rows::Known;
use super::morning::{self, Mornings, Worked};
use super::times::latest_of_now;
use super::{HubState, logged};
use crate::account::{
    Basis, Entry, PumpsNow, RUNNING_FRESH, SourceMemory, next_limit, pumps_now, running_now,
};
use crate::core::{Calendar, Parameter, Period, Reason, Series, StationId};
use crate::ledger::{Ledger, LedgerError};
use crate::locales::{Text, foreign, hub as words, moment};
use crate::store::{Latest, Sqlite, StoreError};
use crate::support::{Clock, Moment, Stopwatch};
use crate::water::{LevelDoubt, Station, StationKind, Status, Township, balance, doubt};
use crate::web::{Overview, SourceRow, Totals};

/// How often the page's state is made anew.
const REFRESH: Duration = Duration::from_secs(1);

/// Days of the small chart beside each source.
const SPARK_DAYS: i64 = 30;

/// Without a reading for this long a source has no status: what it was then says nothing of now. Engineering
/// judgement: two missed polls of the slowest interval that makes sense for a pond, one a day.
pub(super) const STALE: SignedDuration = SignedDuration::from_hours(48);

/// How old a pump's last reading may be in a simulation to say whether it runs now: a reading takes simulated hours to
/// reach the page.
const RUNNING_FRESH_SIMULATED: SignedDuration = SignedDuration::from_hours(12);

/// Looking at all sources and pumps takes less than this in most townships: then each overview looks where something
/// was written. Where it takes longer, it takes a twentieth of a core at most. As for gateways. Engineering judgement.
const QUICK: Duration = Duration::from_millis(50);
const PAUSE_FACTOR: u32 = 20;

/// Whether a pump runs is looked at so often also where nothing is written: its last word grows old.
const LOOK_AT_LEAST: Duration = Duration::from_secs(60);

/// What overviews are made from.
pub struct OverviewSource {
    pub township: Arc<Township>,
    pub calendar: Calendar,
    pub store: Sqlite,
    pub ledger: Ledger,
    /// Rows of the ledger count once a second person has looked them over.
    pub two_person: bool,
    pub clock: Clock,
    pub simulated: bool,
    /// Counts what the hub takes in.
    pub taken: Arc<HubState>,
}

/// Makes overviews of a township from its store.
pub struct Overviews {
    source: OverviewSource,
    /// Readings that were in the store when the hub began.
    stored: u64,
    memories: HashMap<StationId, SourceMemory>,
    rows: LedgerRows,
    looked: Option<Looked>,
    known: Known,
    worked: watch::Sender<Arc<Worked>>,
}

/// The sources and pumps as of the last look, which only grow older as long as nothing is written.
struct Looked {
    stamp: Stamp,
    /// In the order of the page.
    sources: Vec<SourceRow>,
    pumps: PumpsNow,
    /// Pumps that run, and those of which that is not known.
    running: [u32; 2],
    ended: Stopwatch,
    /// How long to wait until the next.
    pause: Duration,
}

/// What makes a new look: the day, and the versions of store and ledger.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stamp {
    today: Date,
    store: i64,
    ledger: i64,
}

impl Looked {
    fn is_due(&self, stamp: Stamp) -> bool {
        let rest = self.ended.elapsed();
        let changed = self.stamp != stamp && rest >= self.pause;
        changed || self.stamp.today != stamp.today || rest >= LOOK_AT_LEAST
    }
}

/// The rows of the ledger that count, read again only where somebody has written to it.
#[derive(Default)]
struct LedgerRows {
    version: Option<i64>,
    entries: Vec<Entry>,
}

impl LedgerRows {
    fn refresh(&mut self, ledger: &Ledger, two_person: bool) -> Result<(), LedgerError> {
        let version = Some(ledger.version()?);
        if self.version != version {
            self.entries = ledger.rows_in_force(two_person)?.in_force;
            self.version = version;
        }
        Ok(())
    }
}

impl Overviews {
    pub fn new(source: OverviewSource) -> Result<Self, StoreError> {
        let stored = source.store.count()?;
        let (memories, rows, known) = Default::default();
        let worked = watch::Sender::new(Arc::default());
        Ok(Self { source, stored, memories, rows, looked: None, known, worked })
    }

    /// The state of all sources now.
    pub fn make(&mut self) -> anyhow::Result<Overview> {
        let moment = self.source.clock.moment();
        let now = moment.time;
        let township = self.source.township.clone();
        let looked = self.look(now)?;
        let PumpsNow { energy_kwh, ran } = looked.pumps;
        let [pumps_running, pumps_unknown] = looked.running;
        let mut sources = looked.sources.clone();
        self.looked = Some(looked);
        let worked = self.worked.borrow().clone();
        for row in &mut sources {
            grow_older(row, now);
            let state = worked.states.get(&row.id);
            row.supply_days = state.and_then(|state| state.supply_days);
            row.supply = state.map(|state| state.supply.clone()).unwrap_or_default();
            row.rank = state.and_then(|state| state.rank);
        }
        let dry = sources.iter().filter(|row| row.status == Some(Status::Dry)).count();
        let OverviewSource { store, taken, .. } = &self.source;
        let (gateways, notes) = self.known.rows(store, &township, taken, moment)?;
        Ok(Overview {
            township: township.name.clone(),
            now,
            simulated: self.source.simulated,
            zone: self.source.calendar.zone().clone(),
            sources,
            gateways,
            problems: problems(taken, &worked, moment),
            notes,
            totals: Totals {
                readings: self.stored + taken.readings(),
                sources_dry: u32::try_from(dry).unwrap_or(u32::MAX),
                energy_kwh,
                pumps_ran: ran,
                pumps_running,
                pumps_unknown,
            },
            broker: taken.broker_connected(),
            copy_age_s: taken.copy_age(moment).map(|age| age.as_secs()),
            morning: worked.morning.clone(),
            findings: worked.findings,
            alarms: taken.alarms.open(),
        })
    }

    /// Looks at all sources and pumps, unless nothing was written since the last look, or that took long.
    fn look(&mut self, now: Timestamp) -> anyhow::Result<Looked> {
        let OverviewSource { township, calendar, store, ledger, .. } = &self.source;
        let stamp = Stamp {
            today: calendar.day_of(now),
            store: store.written()?,
            ledger: ledger.version()?,
        };
        if let Some(looked) = self.looked.take_if(|looked| !looked.is_due(stamp)) {
            return Ok(looked);
        }
        let looking = Stopwatch::start();
        let township = township.clone();
        let mut sources = Vec::new();
        for station in township.stations.iter().filter(|station| station.kind.is_source()) {
            sources.push(self.source_row(station, now)?);
        }
        let village =
            |row: &SourceRow| township.villages.iter().position(|v| v.name == row.village);
        sources.sort_by_key(village);
        let (pumps, running) = (self.pumps(now)?, self.running(now)?);
        let took = looking.elapsed();
        let pause = if took < QUICK { Duration::ZERO } else { took * PAUSE_FACTOR };
        Ok(Looked { stamp, sources, pumps, running, ended: Stopwatch::start(), pause })
    }

    /// How many pumps run, and of how many that is not known.
    fn running(&self, now: Timestamp) -> Result<[u32; 2], StoreError> {
        let OverviewSource { township, calendar, store, simulated, .. } = &self.source;
        let fresh = running_fresh(*simulated);
        let [mut running, mut unknown] = [0, 0];
        for pump in township.stations.iter().filter(|s| s.kind == StationKind::Pump) {
            match running_now(pump, (now, fresh), &mut StoreCells { store, calendar })? {
                Some(true) => running += 1,
                Some(false) => {}
                None => unknown += 1,
            }
        }
        Ok([running, unknown])
    }

    /// The pumps over the drought event of the ledger, or over the year where it names none.
    fn pumps(&mut self, now: Timestamp) -> anyhow::Result<PumpsNow> {
        let OverviewSource { township, calendar, store, ledger, two_person, .. } = &self.source;
        self.rows.refresh(ledger, *two_person)?;
        let entries = &self.rows.entries;
        let today = calendar.day_of(now);
        let year = Period { from: today.first_of_year(), to: today.last_of_year() };
        let period = super::drought_event_by(entries, today).unwrap_or(year);
        let basis = Basis { township, calendar, entries, period };
        Ok(pumps_now(&basis, &mut StoreCells { store, calendar })?)
    }

    fn source_row(&mut self, station: &Station, now: Timestamp) -> Result<SourceRow, StoreError> {
        let OverviewSource { township, calendar, store, .. } = &self.source;
        let series = Series::new(station.id.clone(), Parameter::Level);
        let (latest, ahead_at) = latest_of_now(store, &series, now)?;
        let counted = latest.as_ref().and_then(|latest| latest.counted.as_ref());
        let level_m = counted.and_then(|reading| reading.value());
        let observed_at = counted.map(|reading| reading.observed_at);
        let memory = self.memories.entry(station.id.clone()).or_default();
        let today = calendar.day_of(now);
        let asked = (today, SPARK_DAYS);
        let look = memory.look(station, calendar, asked, &mut StoreCells { store, calendar })?;
        // The level itself stays in sight; nothing is worked out from one that its geometry contradicts.
        let doubted = level_m.and_then(|level_m| look.doubt.or_else(|| doubt(station, level_m)));
        // The status is that of the day of the level, and so is the threshold that comes next.
        let month = observed_at.map_or(today, |at| calendar.day_of(at)).month();
        let believed = level_m.filter(|_| doubted.is_none());
        let water = believed.and_then(|level_m| balance(station, level_m));
        let reason = latest.as_ref().and_then(|latest| latest.last.reason).map(Reason::name);
        let corrected = match &latest {
            Some(latest) => is_corrected(store, &series, latest)?.then(words::level_corrected),
            None => None,
        };
        let ahead = ahead_at.map(|at| words::reading_is_ahead(moment(at, now, calendar.zone())));
        let notes = reason.into_iter().chain(doubted.map(LevelDoubt::name)).chain(corrected);
        let notes = notes.chain(ahead);
        let notes: Vec<Text> = notes.collect();
        Ok(SourceRow {
            id: station.id.clone(),
            name: station.name.clone(),
            kind: station.kind,
            village: township.village(&station.village).map_or("", |v| &v.name).into(),
            level_m,
            storage_m3: water.map(|water| water.storage_m3),
            share_of_normal: water.and_then(|water| water.share_of_normal),
            status: look.status.filter(|_| doubted.is_none()),
            trend_m_per_day: look.trend_m_per_day.filter(|_| doubted.is_none()),
            observed_at,
            ahead_at,
            age_s: None,
            note: if notes.is_empty() { Text::default() } else { Text::clauses(notes) },
            trend_week_m_per_day: look.trend_week_m_per_day.filter(|_| doubted.is_none()),
            next_limit: believed
                .and_then(|level_m| next_limit(station, level_m, month, look.status)),
            supply_days: None,
            supply: Text::default(),
            rank: None,
            flag: latest.as_ref().map(|latest| latest.last.flag),
            persons: station.serves_persons,
            place: station.place,
            spark: look.levels_m,
        })
    }
}

/// Whether a correction bears on the last reading that counts, or on one after it.
fn is_corrected(store: &Sqlite, series: &Series, latest: &Latest) -> Result<bool, StoreError> {
    let last_at = latest.last.observed_at;
    let from = latest.counted.as_ref().map_or(last_at, |counted| counted.observed_at);
    let after = last_at.checked_add(SignedDuration::from_millis(1)).unwrap_or(last_at);
    Ok(!store.corrections_that_change(series, from, after)?.is_empty())
}

/// How old the last reading of a pump may be to say whether it runs now.
pub(super) fn running_fresh(simulated: bool) -> SignedDuration {
    if simulated { RUNNING_FRESH_SIMULATED } else { RUNNING_FRESH }
}

/// Makes a row one of `now`: a level that is too old has no status, no trend, and no outlook.
fn grow_older(row: &mut SourceRow, now: Timestamp) {
    let age = row.observed_at.map(|at| now.duration_since(at));
    row.age_s = age.map(|age| age.as_secs());
    if age.is_none_or(|age| age > STALE) {
        (row.status, row.next_limit) = (None, None);
        (row.trend_m_per_day, row.trend_week_m_per_day) = (None, None);
    }
}

/// What is wrong with the hub, and why something of the page is older than it should be.
fn problems(taken: &HubState, worked: &Worked, now: Moment) -> Vec<Text> {
    let mut problems = taken.problems(now);
    problems.extend(worked.failed.clone());
    problems
}

/// Keeps `overview` fresh until `stop`, and what `mornings` make of it. Where something cannot be made anew, or that
/// takes long, it says so. It fails only if a thread that reads the store panics.
pub async fn refresh(
    overviews: Overviews,
    mornings: Mornings,
    overview: watch::Sender<Arc<Overview>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let working = morning::follow(mornings, overviews.worked.clone(), stop.clone());
    let showing = show(overviews, overview, stop);
    tokio::try_join!(working, showing)?;
    Ok(())
}

async fn show(
    overviews: Overviews,
    overview: watch::Sender<Arc<Overview>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let worked = overviews.worked.clone();
    let OverviewSource { taken: state, clock, simulated, .. } = &overviews.source;
    let (state, clock, simulated) = (state.clone(), clock.clone(), *simulated);
    let mut overviews = overviews;
    let mut ticks = tokio::time::interval(REFRESH);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = ticks.tick() => {}
        }
        if !simulated {
            state.note_page_begun(clock.moment());
        }
        let mut making = tokio::task::spawn_blocking(move || {
            let made = overviews.make();
            (overviews, made)
        });
        let ended = loop {
            tokio::select! {
                ended = &mut making => break ended,
                _ = ticks.tick() => {
                    let problems = problems(&state, &worked.borrow(), clock.moment());
                    show_problems(&overview, problems);
                }
            }
        };
        let (returned, made) = ended?;
        overviews = returned;
        let now = clock.moment();
        match made {
            Ok(made) => {
                state.note_page(None, now);
                overview.send_replace(Arc::new(made));
            }
            Err(error) => {
                tracing::error!(error = logged(&error), "cannot refresh the page");
                state.note_page(Some(foreign::chain(&error)), now);
                show_problems(&overview, problems(&state, &worked.borrow(), now));
            }
        }
    }
}

/// Shows what is wrong beside what was last known.
fn show_problems(overview: &watch::Sender<Arc<Overview>>, problems: Vec<Text>) {
    overview.send_if_modified(|overview| {
        let changed = overview.problems != problems;
        if changed {
            Arc::make_mut(overview).problems = problems;
        }
        changed
    });
}

#[cfg(test)]
#[path = "overview_tests.rs"]
mod tests;
