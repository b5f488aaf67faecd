//! What the page shows, made from the store once a second.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::cells::StoreCells;
use super::{HubState, logged};
use crate::account::{Basis, Entry, PumpsNow, SourceMemory, pumps_now};
use crate::core::{Calendar, Parameter, Period, Reason, Series, StationId};
use crate::ledger::{Ledger, LedgerError};
use crate::store::{Sqlite, StoreError};
use crate::support::Clock;
use crate::water::{Station, Status, Township, balance};
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
        Ok(Self { source, stored, memories: HashMap::new(), rows: LedgerRows::default() })
    }

    /// The state of all sources now.
    pub fn make(&mut self) -> anyhow::Result<Overview> {
        let now = self.source.clock.now();
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
        Ok(Overview {
            township: township.name.clone(),
            now,
            simulated: self.source.simulated,
            zone: self.source.calendar.zone().clone(),
            sources,
            gateways: self.gateways()?,
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

    fn gateways(&self) -> Result<Vec<GatewayRow>, StoreError> {
        let lost = self.source.store.lost()?;
        let rows = self.source.store.gateways()?;
        let rows = rows.iter().map(|row| {
            let lost = lost.iter().filter(|lost| lost.gateway == row.gateway);
            // The newest few: the table is for people.
            let lost = lost.rev().take(LOST_SHOWN).map(|lost| LostRow {
                from: lost.loss.from,
                to: lost.loss.to,
                readings: lost.loss.lost,
                why: lost.loss.why.name(),
            });
            GatewayRow { lost: lost.collect(), ..gateway(row) }
        });
        Ok(rows.collect())
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
        let water = level_m.and_then(|level_m| balance(station, level_m));
        let reason = latest.as_ref().and_then(|latest| latest.last.reason);
        Ok(SourceRow {
            id: station.id.clone(),
            name: station.name.clone(),
            kind: station.kind,
            village: township.village(&station.village).map_or("", |v| &v.name).into(),
            level_m,
            storage_m3: water.map(|water| water.storage_m3),
            share_of_normal: water.and_then(|water| water.share_of_normal),
            status: look.status.filter(|_| fresh),
            trend_m_per_day: look.trend_m_per_day,
            observed_at,
            age_s: age.map(|age| age.as_secs()),
            note: reason.map(Reason::name).unwrap_or_default(),
            spark: look.levels_m,
        })
    }
}

/// Gaps of a gateway that the page shows.
const LOST_SHOWN: usize = 5;

fn gateway(row: &crate::store::GatewayRow) -> GatewayRow {
    // The current epoch: where a spool was replaced, the one with the highest batch number.
    let newest = row.delivered.iter().max_by_key(|(_, set)| set.last());
    GatewayRow {
        id: row.gateway.to_string(),
        online: row.online.unwrap_or(false),
        last_seen: row.heard_at.max(row.since),
        epoch: newest.map_or(String::new(), |(epoch, _)| epoch.to_string()),
        committed_to: newest
            .and_then(|(_, set)| {
                set.iter().next().filter(|(first, _)| *first == 1).map(|(_, last)| last)
            })
            .unwrap_or(0),
        gaps: row.gaps().iter().map(|(_, first, last)| format!("{first}–{last}")).collect(),
        clock_unset: row.clock == Some(ClockState::Provisional),
        lost: Vec::new(),
    }
}

/// Keeps `overview` fresh until `stop`. It fails only if the thread that reads the store panics.
pub async fn refresh(
    overviews: Overviews,
    overview: watch::Sender<Arc<Overview>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut overviews = overviews;
    let mut ticks = tokio::time::interval(REFRESH);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = ticks.tick() => {}
        }
        let made;
        (overviews, made) = tokio::task::spawn_blocking(move || {
            let made = overviews.make();
            (overviews, made)
        })
        .await?;
        match made {
            Ok(made) => {
                overview.send_replace(Arc::new(made));
            }
            Err(error) => {
                tracing::error!(error = logged(&error), "cannot refresh the page");
            }
        }
    }
}
