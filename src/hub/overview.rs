//! What the page shows, made from the store once a second.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::cells::StoreCells;
use super::health;
use super::inbox::Sender;
use super::state::NAMED_MAX;
use super::{HubState, logged, times};
use crate::account::{Basis, Entry, PumpsNow, SourceMemory, pumps_now};
use crate::core::{Calendar, Parameter, Period, Reason, Series, StationId};
use crate::ledger::{Ledger, LedgerError};
use crate::locales::{Text, foreign, hub as words};
use crate::store::{Sqlite, StoreError};
use crate::support::{Clock, Moment, Stopwatch};
use crate::water::{LevelDoubt, Station, Status, Township, balance, doubt};
use crate::web::{GatewayRow, LostRow, Overview, SourceRow, Totals};
use crate::wire::ClockState;

/// How often the page's state is made anew.
const REFRESH: Duration = Duration::from_secs(1);

/// Days of the small chart beside each source.
const SPARK_DAYS: i64 = 30;

/// Without a reading for this long a source has no status: what it was then says nothing of now. Engineering
/// judgement: two missed polls of the slowest interval that makes sense for a pond, one a day.
const STALE: SignedDuration = SignedDuration::from_hours(48);

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
    known: Known,
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
        Ok(Self { source, stored, memories, rows, known })
    }

    /// The state of all sources now.
    pub fn make(&mut self) -> anyhow::Result<Overview> {
        let moment = self.source.clock.moment();
        let now = moment.time;
        let township = self.source.township.clone();
        let mut sources = Vec::new();
        for station in township.stations.iter().filter(|station| station.kind.is_source()) {
            sources.push(self.source_row(station, now)?);
        }
        let village =
            |row: &SourceRow| township.villages.iter().position(|v| v.name == row.village);
        sources.sort_by_key(village);
        let dry = sources.iter().filter(|row| row.status == Some(Status::Dry)).count();
        let PumpsNow { energy_kwh, ran } = self.pumps(now)?;
        let (gateways, notes) = self.gateways(moment)?;
        Ok(Overview {
            township: township.name.clone(),
            now,
            simulated: self.source.simulated,
            zone: self.source.calendar.zone().clone(),
            sources,
            gateways,
            problems: self.source.taken.problems(moment),
            notes,
            totals: Totals {
                readings: self.stored + self.source.taken.readings(),
                sources_dry: u32::try_from(dry).unwrap_or(u32::MAX),
                energy_kwh,
                pumps_ran: ran,
            },
        })
    }

    /// The pumps over the drought event of the ledger, or over the year where it names none.
    fn pumps(&mut self, now: Timestamp) -> anyhow::Result<PumpsNow> {
        let OverviewSource { township, calendar, store, ledger, two_person, .. } = &self.source;
        self.rows.refresh(ledger, *two_person)?;
        let entries = &self.rows.entries;
        let today = calendar.day_of(now);
        let year = Period { from: today.first_of_year(), to: today.last_of_year() };
        let period = super::drought_event(entries).unwrap_or(year);
        let basis = Basis { township, calendar, entries, period };
        Ok(pumps_now(&basis, &mut StoreCells { store, calendar })?)
    }

    /// Reads again what gateways have made, unless that took long the last time: it may be as large as they like.
    fn refresh_gateways(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.known.read.as_ref().is_some_and(|read| read.elapsed() < self.known.pause) {
            return Ok(());
        }
        let reading = Stopwatch::start();
        let OverviewSource { store, township, taken, .. } = &self.source;
        let mut known = Vec::new();
        for row in store.gateways()? {
            // The newest few: the table is for people.
            let lost = store.newest_lost(&row.gateway, LOST_SHOWN)?.into_iter().map(|record| {
                let (from, to, why) = (record.loss.from, record.loss.to, record.loss.why.name());
                LostRow { from, to, readings: record.loss.lost, why }
            });
            known.push(GatewayRow { lost: lost.collect(), ..gateway(&row, now) });
        }
        self.known.gateways = known;
        self.known.unregistered = unregistered(&store.series()?, township);
        taken.note_unregistered(self.known.unregistered.clone());
        let took = reading.elapsed();
        self.known.pause = if took < QUICK { Duration::ZERO } else { took * PAUSE_FACTOR };
        self.known.read = Some(Stopwatch::start());
        Ok(())
    }

    /// The rows of gateways with what is amiss with them, and what is amiss beside them.
    fn gateways(&mut self, now: Moment) -> Result<(Vec<GatewayRow>, Vec<Text>), StoreError> {
        self.refresh_gateways(now.time)?;
        let mut of = self.source.taken.notes(now);
        let mut rows = self.known.gateways.clone();
        for row in &mut rows {
            row.notes = row.id.parse().ok().and_then(|id| of.remove(&Some(id))).unwrap_or_default();
        }
        let replaced = self.source.taken.replaced();
        let mut notes = self.source.taken.warnings(now);
        notes.extend(self.known.unregistered.clone());
        notes.extend((replaced > 0).then(|| words::values_replaced(replaced)));
        let more = of.len().saturating_sub(NAMED_MAX);
        let line = |(sender, notes): (Sender, Vec<Text>)| {
            Text::chain([health::name(&sender), Text::clauses(notes)])
        };
        notes.extend(of.into_iter().take(NAMED_MAX).map(line));
        notes.extend((more > 0).then(|| words::more_gateways(more)));
        Ok((rows, notes))
    }

    fn source_row(&mut self, station: &Station, now: Timestamp) -> Result<SourceRow, StoreError> {
        let OverviewSource { township, calendar, store, .. } = &self.source;
        let latest = store.latest(&Series::new(station.id.clone(), Parameter::Level))?;
        let counted = latest.as_ref().and_then(|latest| latest.counted.as_ref());
        let level_m = counted.and_then(|reading| reading.value());
        let observed_at = counted.map(|reading| reading.observed_at);
        let age = observed_at.map(|at| now.duration_since(at));
        let fresh = age.is_some_and(|age| age <= STALE);
        let memory = self.memories.entry(station.id.clone()).or_default();
        let asked = (calendar.day_of(now), SPARK_DAYS);
        let look = memory.look(station, calendar, asked, &mut StoreCells { store, calendar })?;
        // The level itself stays in sight; nothing is worked out from one that its geometry contradicts.
        let doubted = level_m.and_then(|level_m| look.doubt.or_else(|| doubt(station, level_m)));
        let believed = level_m.filter(|_| doubted.is_none());
        let water = believed.and_then(|level_m| balance(station, level_m));
        let reason = latest.as_ref().and_then(|latest| latest.last.reason).map(Reason::name);
        let notes: Vec<Text> = reason.into_iter().chain(doubted.map(LevelDoubt::name)).collect();
        Ok(SourceRow {
            id: station.id.clone(),
            name: station.name.clone(),
            kind: station.kind,
            village: township.village(&station.village).map_or("", |v| &v.name).into(),
            level_m,
            storage_m3: water.map(|water| water.storage_m3),
            share_of_normal: water.and_then(|water| water.share_of_normal),
            status: look.status.filter(|_| fresh && doubted.is_none()),
            trend_m_per_day: look.trend_m_per_day.filter(|_| doubted.is_none()),
            observed_at,
            age_s: age.map(|age| age.as_secs()),
            note: if notes.is_empty() { Text::default() } else { Text::clauses(notes) },
            spark: look.levels_m,
        })
    }
}

/// Records of loss of a gateway that the page shows.
const LOST_SHOWN: usize = 5;

/// Ranges of missing batches of a gateway that the page shows.
const GAPS_SHOWN: usize = 20;

/// Stations that the page names where the township's file does not have them.
const STATIONS_SHOWN: usize = 10;

/// Reading what gateways have made takes less than this in any installation that is not attacked: then it is read for
/// each overview. Where it takes longer, it takes a twentieth of a core at most. Engineering judgement.
const QUICK: Duration = Duration::from_millis(50);
const PAUSE_FACTOR: u32 = 20;

/// What gateways have made, as of the last look.
#[derive(Default)]
struct Known {
    gateways: Vec<GatewayRow>,
    /// Stations with readings that the township's file does not have.
    unregistered: Option<Text>,
    read: Option<Stopwatch>,
    /// How long to wait until it is read again.
    pause: Duration,
}

/// The stations of `series` that are not in the township's file; `None` where all are.
fn unregistered(series: &[Series], township: &Township) -> Option<Text> {
    let registered: HashSet<&StationId> =
        township.stations.iter().map(|station| &station.id).collect();
    let stations = series.iter().map(|series| &series.station);
    let unknown: BTreeSet<&StationId> =
        stations.filter(|station| !registered.contains(station)).collect();
    let named = unknown.iter().take(STATIONS_SHOWN).map(ToString::to_string);
    (!unknown.is_empty()).then(|| words::stations_unknown(unknown.len(), Text::list(named)))
}

fn gateway(row: &crate::store::GatewayRow, now: Timestamp) -> GatewayRow {
    // The current epoch: where a spool was replaced, the one with the highest batch number.
    let newest = row.delivered.iter().max_by_key(|(_, set)| set.last());
    let gaps = row.gaps();
    let shown = gaps.iter().take(GAPS_SHOWN).map(|(_, first, last)| format!("{first}–{last}"));
    let since = row.since.filter(|since| times::is_possible(*since)).map(|since| since.min(now));
    GatewayRow {
        id: row.gateway.to_string(),
        online: row.online.unwrap_or(false),
        last_seen: row.heard_at.max(since),
        epoch: newest.map_or(String::new(), |(epoch, _)| epoch.to_string()),
        committed_to: newest
            .and_then(|(_, set)| {
                set.iter().next().filter(|(first, _)| *first == 1).map(|(_, last)| last)
            })
            .unwrap_or(0),
        gaps: shown.collect(),
        more_gaps: gaps.len().saturating_sub(GAPS_SHOWN) as u64,
        clock_unset: row.clock == Some(ClockState::Provisional),
        lost: Vec::new(),
        notes: Vec::new(),
    }
}

/// Keeps `overview` fresh until `stop`. Where it cannot be made anew, or that takes long, it says so. It fails only if
/// the thread that reads the store panics.
pub async fn refresh(
    overviews: Overviews,
    overview: watch::Sender<Arc<Overview>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
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
                _ = ticks.tick() => show_problems(&overview, state.problems(clock.moment())),
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
                show_problems(&overview, state.problems(now));
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
mod tests {
    use super::*;
    use crate::wire::{Epoch, RangeSet};

    #[test]
    fn a_gateway_with_holes_without_end_has_a_row_of_bounded_length() {
        let now: Timestamp = "2026-11-26T00:00:00Z".parse().unwrap();
        let holes: RangeSet = (0..1000).map(|n| (2 * n + 1, 2 * n + 1)).collect();
        let row = crate::store::GatewayRow {
            gateway: "gw-evil".parse().unwrap(),
            online: Some(true),
            since: Some("9999-12-30T00:00:00Z".parse().unwrap()),
            clock: None,
            heard_at: None,
            delivered: (0..16).map(|epoch| (Epoch(epoch), holes.clone())).collect(),
        };
        let shown = gateway(&row, now);
        assert_eq!((shown.gaps.len(), shown.more_gaps), (GAPS_SHOWN, 16 * 999 - 20));
        assert_eq!((shown.last_seen, shown.committed_to), (Some(now), 1));
        let never = crate::store::GatewayRow { since: Some(Timestamp::UNIX_EPOCH), ..row };
        assert_eq!(gateway(&never, now).last_seen, None);
    }

    #[test]
    fn stations_that_nobody_registered_are_named() {
        let township: Township = toml::from_str(
            r#"
            name = "t"
            [[village]]
            id = "v"
            name = "v"
            persons = 1
            groups = 1
            sown_area_mu = 1.0
            [[station]]
            id = "pond-1"
            name = "p"
            kind = "pond"
            village = "v"
            "#,
        )
        .unwrap();
        let series = |text: &str| text.parse::<Series>().unwrap();
        assert_eq!(unregistered(&[series("pond-1/level")], &township), None);
        let many: Vec<Series> = (1..500).map(|n| series(&format!("pond-{n}/level"))).collect();
        let said = unregistered(&many, &township).unwrap().to_string();
        assert!(said.contains("not in township.toml: 498 (pond-10, pond-100"), "{said}");
        assert!(said.len() < 250, "{said}");
    }
}
