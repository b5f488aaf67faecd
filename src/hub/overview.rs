//! What the page shows, made from the store once a second.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::HubState;
use crate::core::{Calendar, DayCell, HourCell, Parameter, Period, Series, StationId};
use crate::figures::RAN_ENERGY_KWH;
use crate::ledger::Ledger;
use crate::store::{Sqlite, StoreError};
use crate::support::Clock;
use crate::water::{self, Station, StationKind, Status, Township};
use crate::web::{GatewayRow, LostRow, Overview, SourceRow, Totals};
use crate::wire::ClockState;

/// How often the page's state is made anew.
const REFRESH: Duration = Duration::from_secs(1);

/// Days of the small chart beside each source.
const SPARK_DAYS: i64 = 30;

/// Hours from which the trend is taken: two ends a day apart, with a day to spare.
const TREND_OVER: SignedDuration = SignedDuration::from_hours(72);

/// Without a reading for this long a source has no status: what it was then says nothing of now. Engineering judgement: two
/// missed polls of the slowest interval that makes sense for a pond, one a day.
const STALE: SignedDuration = SignedDuration::from_hours(48);

/// Makes overviews of a township from its store.
pub struct Overviews {
    township: Arc<Township>,
    calendar: Calendar,
    store: Sqlite,
    clock: Clock,
    simulated: bool,
    /// Names the drought event, whose energy the page sums; read each time, since the clerk enters it meanwhile.
    ledger: Ledger,
    /// Readings that were in the store when the hub began, and what it has taken in since.
    stored: u64,
    taken: Arc<HubState>,
    previous: HashMap<StationId, Status>,
}

impl Overviews {
    /// Overviews of `township` from a reader of its `store`, into which `taken` counts what comes.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn new(
        township: Arc<Township>,
        calendar: Calendar,
        store: Sqlite,
        clock: Clock,
        simulated: bool,
        ledger: Ledger,
        taken: Arc<HubState>,
    ) -> Result<Self, StoreError> {
        let stored = store.count()?;
        Ok(Self {
            township,
            calendar,
            store,
            clock,
            simulated,
            ledger,
            stored,
            taken,
            previous: HashMap::new(),
        })
    }

    /// The state of all sources now.
    ///
    /// # Errors
    /// The store or the ledger cannot be read.
    pub fn make(&mut self) -> anyhow::Result<Overview> {
        let now = self.clock.now();
        let township = self.township.clone();
        let mut sources = Vec::new();
        let mut energy_kwh = None;
        let mut pumps_ran = 0;
        // Without an event, the year.
        let today = self.calendar.day_of(now);
        let year = Period { from: today.first_of_year(), to: today.last_of_year() };
        let event = super::drought_event(&self.ledger.current()?).unwrap_or(year);
        for station in &township.stations {
            if station.kind.is_source() {
                sources.push(self.source(station, now)?);
            } else if station.kind == StationKind::Pump {
                let series = Series::new(station.id.clone(), Parameter::EnergyTotal);
                if let Some(grown) = self.store.grown(&series, Some(event))? {
                    energy_kwh = Some(energy_kwh.unwrap_or(0.0) + grown);
                    pumps_ran += u32::from(grown > RAN_ENERGY_KWH);
                }
            }
        }
        let village =
            |row: &SourceRow| township.villages.iter().position(|v| v.name == row.village);
        sources.sort_by_key(village);
        let sources_dry = sources.iter().filter(|s| s.status_id == Status::Dry.id()).count();
        let readings = self.stored + self.taken.readings();
        Ok(Overview {
            township: township.name.clone(),
            now,
            simulated: self.simulated,
            zone: township.zone.clone(),
            sources,
            gateways: self.gateways()?,
            totals: Totals {
                readings,
                sources_dry: u32::try_from(sources_dry).unwrap_or(u32::MAX),
                energy_kwh,
                pumps_ran,
            },
        })
    }

    fn gateways(&self) -> Result<Vec<GatewayRow>, StoreError> {
        let lost = self.store.lost()?;
        let rows = self.store.gateways()?;
        let rows = rows.iter().map(|row| {
            let lost = lost.iter().filter(|lost| lost.gateway == row.gateway);
            // The newest few: the table is for people.
            let lost = lost.rev().take(LOST_SHOWN).map(|lost| LostRow {
                from: lost.loss.from,
                to: lost.loss.to,
                readings: lost.loss.lost,
                why: lost.loss.why.name_zh().into(),
            });
            GatewayRow { lost: lost.collect(), ..gateway(row) }
        });
        Ok(rows.collect())
    }

    fn source(&mut self, station: &Station, now: Timestamp) -> Result<SourceRow, StoreError> {
        let series = Series::new(station.id.clone(), Parameter::Level);
        let latest = self.store.latest(&series)?;
        let counted = latest.as_ref().and_then(|l| l.counted.as_ref());
        let level_m = counted.and_then(|r| r.value());
        let observed_at = counted.map(|r| r.observed_at);
        let age = observed_at.map(|at| now.duration_since(at));
        let month = self.calendar.day_of(now).month();
        let status = level_m.filter(|_| age.is_some_and(|age| age <= STALE)).and_then(|level| {
            let status =
                water::status(station, level, month, self.previous.get(&station.id).copied())?;
            self.previous.insert(station.id.clone(), status);
            Some(status)
        });
        let storage =
            |level: f64| station.curve.as_ref().map(|curve| curve.storage(level).volume_m3);
        let storage_m3 = level_m.and_then(storage);
        let normal_m3 = station.normal_m.and_then(storage);
        let note = latest
            .as_ref()
            .and_then(|l| l.last.reason)
            .map_or(String::new(), |r| r.name_zh().into());
        let from = now.checked_sub(TREND_OVER).unwrap_or(Timestamp::MIN);
        let hours = self.store.hours(&series, from, Timestamp::MAX)?;
        let today = self.calendar.day_of(now);
        let days = self.store.days(
            &series,
            Period { from: today.saturating_sub(SPARK_DAYS.days()), to: Date::MAX },
        )?;
        let village = self.township.village(&station.village).map_or("", |v| v.name.as_str());
        Ok(SourceRow {
            id: station.id.to_string(),
            name: station.name.clone(),
            kind_zh: station.kind.name_zh().into(),
            village: village.into(),
            level_m,
            storage_m3,
            share_of_normal: storage_m3
                .zip(normal_m3)
                .filter(|(_, n)| *n > 0.0)
                .map(|(s, n)| s / n),
            status_id: status.map_or("none", Status::id).into(),
            status_zh: status.map_or("无数据", |s| s.name_zh(station.kind)).into(),
            trend_m_per_day: trend(&hours),
            observed_at,
            age_s: age.map(|age| age.as_secs()),
            note,
            spark: daily(&days),
        })
    }
}

/// The change of level over the last day with data at both its ends, m per day.
fn trend(cells: &[HourCell]) -> Option<f64> {
    let (last_at, last) = cells.iter().rev().find_map(|c| Some((c.hour_at, c.last?)))?;
    let (before_at, before) = cells
        .iter()
        .rev()
        .filter_map(|c| Some((c.hour_at, c.last?)))
        .find(|(at, _)| last_at.duration_since(*at) >= SignedDuration::from_hours(24))?;
    let days = last_at.duration_since(before_at).as_secs_f64() / 86_400.0;
    // Across a gap of more than two days the slope says little of today.
    (days <= 2.0).then(|| (last - before) / days)
}

/// The last level of each day, oldest first, `None` on a day without one.
fn daily(cells: &[DayCell]) -> Vec<Option<f64>> {
    let mut levels = Vec::new();
    let mut next: Option<Date> = None;
    for cell in cells {
        while let Some(day) = next.filter(|day| *day < cell.day) {
            levels.push(None);
            next = day.tomorrow().ok();
        }
        levels.push(cell.last);
        next = cell.day.tomorrow().ok();
    }
    levels
}

/// Gaps of a gateway that the page shows.
const LOST_SHOWN: usize = 5;

fn gateway(row: &crate::store::GatewayRow) -> GatewayRow {
    // The life that is going on: the one with the most batches stands last where a spool was replaced.
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

/// Keeps `overview` fresh until `stop`.
///
/// # Errors
/// The thread that reads the store panicked.
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
                tracing::error!(error = format!("{error:#}"), "cannot make the page anew")
            }
        }
    }
}
