//! What the page of a station is made from: fetched from store and ledger over the days that somebody asks for.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::cells::StoreCells;
use super::charts::Charts;
use super::desk::Book;
use super::drought_event_by;
use crate::account::{
    Cells, Entry, EntryCode, PumpAccount, areal_rain, limits_over, running_spans, status_changes,
    usual_band,
};
use crate::core::{
    Calendar, ChartPoint, Correction, DayCell, HourCell, Kind, Parameter, Period, Reading, Series,
};
use crate::store::{Sqlite, StoreError};
use crate::support::Clock;
use crate::water::{Station, StationKind, Status, Township, doubt};
use crate::web::{
    Curve, Growth, LevelLimit, Range, RunningBands, Shown, StationAsked, StationFacts,
};

/// Days whose hours are read; of more, days are. A month of hours is as many as a chart has room for.
const HOURS_DAYS_MAX: i64 = 31;

/// Days of which last year and the usual band are shown: over several years they would lie over each other.
const COMPARED_DAYS_MAX: i64 = 400;

/// Days that a reader may choose: twenty years, more than a gauge has lasted anywhere here. Engineering judgement.
const DAYS_MAX: i64 = 20 * 366;

/// Points of a curve: those of a file, which has every reading of a month at five minutes.
const POINTS_MAX: u32 = 10_000;

/// Readings that are not good, corrections, and changes of the status, the newest: those of a file; a page shows fewer.
/// Engineering judgement.
const FLAGGED_MAX: usize = 1_000;
const LISTED_MAX: usize = 1_000;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// So long before a span is looked for the end of a gap that reaches into it. Engineering judgement: a longer gap is
/// seen on a longer span.
const GAP_LEAD: SignedDuration = SignedDuration::from_hours(48);
const GAP_LEAD_DAYS: i64 = 31;

/// Fetches what the pages of stations are made from.
#[derive(Clone)]
pub struct Stations(Arc<StationSource>);

/// Where it comes from.
pub struct StationSource {
    pub charts: Charts,
    pub township: Arc<Township>,
    pub calendar: Calendar,
    /// The ledger that all pages share.
    pub ledger: Arc<Book>,
    pub clock: Clock,
    pub simulated: bool,
}

impl Stations {
    pub fn new(source: StationSource) -> Self {
        Self(Arc::new(source))
    }

    /// What the page of a station is made from; `None` where the township has no such station.
    ///
    /// # Errors
    /// Store or ledger cannot be read.
    pub async fn facts(self, asked: StationAsked) -> anyhow::Result<Option<StationFacts>> {
        if self.0.township.station(&asked.station).is_none() {
            return Ok(None);
        }
        let source = self.0.clone();
        self.0.charts.read(move |store| facts(&source, store, &asked)).await
    }
}

/// A span of time, and the days that it lies in.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Span {
    from: Timestamp,
    to: Timestamp,
    period: Period,
}

impl Span {
    fn of(range: Range, now: Timestamp, calendar: &Calendar, event: Option<Period>) -> Self {
        let today = calendar.day_of(now);
        let hours = |hours: i64| {
            let from = now.saturating_sub(SignedDuration::from_hours(hours)).unwrap_or(now);
            // What was read at this very moment is in it: a simulation stands still there.
            let to = now.checked_add(SignedDuration::from_millis(1)).unwrap_or(now);
            Self { from, to, period: Period { from: calendar.day_of(from), to: today } }
        };
        let days = |period: Period| {
            let to = period.to.max(period.from);
            let first = to.saturating_sub((DAYS_MAX - 1).days());
            let period = Period { from: period.from.max(first), to };
            let (from, to) = calendar.bounds(period);
            Self { from, to, period }
        };
        let year = Period { from: today.first_of_year(), to: today };
        match range {
            Range::Day => hours(24),
            Range::Week => hours(7 * 24),
            Range::Month => hours(30 * 24),
            Range::Year => days(year),
            Range::Own(from, to) => days(Period { from, to }),
            // Of days to come nothing is known yet.
            Range::Event => days(event.map_or(year, |event| Period {
                from: event.from,
                to: event.to.min(today).max(event.from),
            })),
        }
    }

    fn by_hours(&self) -> bool {
        self.period.days() <= HOURS_DAYS_MAX
    }
}

fn facts(
    source: &StationSource,
    store: &Sqlite,
    asked: &StationAsked,
) -> anyhow::Result<Option<StationFacts>> {
    let StationSource { township, calendar, clock, .. } = source;
    let Some(station) = township.station(&asked.station) else {
        return Ok(None);
    };
    let now = clock.now();
    let ledger = source.ledger.leaf()?;
    let event = drought_event_by(ledger.counting(), calendar.day_of(now));
    let span = Span::of(asked.range, now, calendar, event);
    let by_hours = span.by_hours();
    let points = asked.points.clamp(1, POINTS_MAX);
    let mut look = Look { cells: StoreCells { store, calendar }, station, span, points };
    let is_source = station.kind.is_source();
    let is_compared = is_source && span.period.days() <= COMPARED_DAYS_MAX;
    let observed = look.observed()?;
    let (flagged, more_flagged) = look.flagged(&observed)?;
    let period = (span.period, by_hours);
    let mut statuses = Vec::new();
    let mut rain = Vec::new();
    if is_source {
        statuses = status_changes(station, calendar, span.period, &mut look.cells)?;
        statuses.retain(|(at, _)| (span.from..span.to).contains(at));
        statuses.reverse();
        statuses.truncate(LISTED_MAX);
        rain = areal_rain(township, calendar, period, &mut look.cells)?;
        rain.retain(|(at, _)| (span.from..span.to).contains(at));
    }
    Ok(Some(StationFacts {
        village: township.village_name(&station.village).to_owned(),
        shown: Shown {
            township: township.name.clone(),
            now,
            simulated: source.simulated,
            zone: calendar.zone().clone(),
            // The page tells it, of the moment at which it is asked for.
            alarms: 0,
        },
        from: span.from,
        to: span.to,
        curves: look.curves(&observed)?,
        growth: look.growth(&observed)?,
        last_year: if is_compared { look.last_year()? } else { Vec::new() },
        usual: match is_compared {
            true => usual_band(station, span.period, &mut look.cells)?,
            false => Vec::new(),
        },
        rain,
        by_hours,
        running: look.running(township)?,
        limits: limits(station, calendar, span),
        flagged,
        more_flagged,
        corrections: look.corrections(&observed)?,
        pending: store.pending()?,
        entries: entries(station, span.period, ledger.counting()),
        statuses,
        station: station.clone(),
    }))
}

/// The levels below which each status of `station` begins, for as long as they hold within `span`.
fn limits(station: &Station, calendar: &Calendar, span: Span) -> Vec<LevelLimit> {
    let limit = |(status, level_m, days): (Status, f64, Period)| {
        let (from, to) = calendar.bounds(days);
        LevelLimit { status, level_m, from: from.max(span.from), to: to.min(span.to) }
    };
    limits_over(station, span.period).into_iter().map(limit).collect()
}

/// A station while it is looked at.
struct Look<'a> {
    cells: StoreCells<'a>,
    station: &'a Station,
    span: Span,
    points: u32,
}

impl Look<'_> {
    fn series(&self, parameter: Parameter) -> Series {
        Series::new(self.station.id.clone(), parameter)
    }

    /// The parameters of which the store has a series, level first.
    fn observed(&self) -> Result<Vec<Parameter>, StoreError> {
        let mut observed = Vec::new();
        for parameter in Parameter::ALL.iter().copied() {
            if self.cells.store.knows(&self.series(parameter))? {
                observed.push(parameter);
            }
        }
        Ok(observed)
    }

    /// What is no counter, as a curve: of few days by the time that a point stands for, of more by days.
    fn curves(&mut self, observed: &[Parameter]) -> Result<Vec<Curve>, StoreError> {
        let Span { from, to, period } = self.span;
        let days = u32::try_from(period.days()).unwrap_or(u32::MAX);
        let by_days = !self.span.by_hours() && days <= self.points;
        let points = if by_days { days } else { self.points };
        let mut curves = Vec::new();
        for parameter in observed.iter().copied() {
            if parameter.spec().kind == Kind::Counter {
                continue;
            }
            let series = self.series(parameter);
            let (calendar, store) = (self.cells.calendar, self.cells.store);
            // What came is made of the same spans as what counts, so that the two can be compared.
            let [counted, raw] = if by_days {
                let days = self.cells.days(&series, period)?;
                let point = |day: &DayCell| point_of(day, calendar.start_of(day.day));
                [days.iter().filter_map(point).collect(), store.days_as_came(&series, period)?]
            } else {
                let counted = store.chart(&series, from, to, points)?;
                [counted, store.chart_as_came(&series, from, to, points)?]
            };
            curves.push(Curve { parameter, points: counted, raw });
        }
        Ok(curves)
    }

    fn growth(&mut self, observed: &[Parameter]) -> Result<Vec<Growth>, StoreError> {
        let Span { from, to, period } = self.span;
        let mut growth = Vec::new();
        for parameter in observed.iter().copied() {
            if parameter.spec().kind != Kind::Counter {
                continue;
            }
            let series = self.series(parameter);
            let calendar = self.cells.calendar;
            let counted: Vec<Step> = if self.span.by_hours() {
                let lead = from.saturating_sub(GAP_LEAD).unwrap_or(from);
                let mut hours = self.cells.store.hours(&series, lead, to)?;
                hours.retain(|hour| hour.counted > 0);
                let step = |hour: HourCell| {
                    let end = hour.hour_at.saturating_add(HOUR).unwrap_or(to);
                    (hour.hour_at, end, hour.increment)
                };
                hours.into_iter().map(step).collect()
            } else {
                let lead = period.from.saturating_sub(GAP_LEAD_DAYS.days());
                let mut days = self.cells.days(&series, Period { from: lead, ..period })?;
                days.retain(|day| day.counted > 0);
                let step = |day: DayCell| {
                    let next = day.day.saturating_add(1.day());
                    (calendar.start_of(day.day), calendar.start_of(next), day.increment)
                };
                days.into_iter().map(step).collect()
            };
            growth.push(grown(parameter, &counted, from));
        }
        Ok(growth)
    }

    /// The levels of the same days of last year that its geometry allows, at the days of the span. The last day of
    /// February has none where last year had none.
    fn last_year(&mut self) -> Result<Vec<ChartPoint>, StoreError> {
        let Period { from, to } = self.span.period;
        let then = Period { from: year_before(from), to: year_before(to) };
        let days = self.cells.days(&self.series(Parameter::Level), then)?;
        let calendar = self.cells.calendar;
        let all = from.series(1.day()).take_while(|day| *day <= to);
        let point = |day: Date| {
            let before = Some(year_before(day)).filter(|before| before.day() == day.day())?;
            let index = days.binary_search_by_key(&before, |cell| cell.day).ok()?;
            let cell = days.get(index)?;
            let believed = [cell.min?, cell.max?].iter().all(|m| doubt(self.station, *m).is_none());
            point_of(cell, calendar.start_of(day)).filter(|_| believed)
        };
        Ok(all.filter_map(point).collect())
    }

    /// The pump itself, or the pumps that draw on this source.
    fn running(&mut self, township: &Township) -> Result<Vec<RunningBands>, StoreError> {
        let own = &self.station.id;
        let draws = |pump: &&Station| {
            pump.kind == StationKind::Pump
                && (pump.id == *own || pump.pump.as_ref().is_some_and(|plate| plate.source == *own))
        };
        let asked = (self.span.period, self.span.by_hours());
        let (from, to) = (self.span.from, self.span.to);
        let mut running = Vec::new();
        for pump in township.stations.iter().filter(draws) {
            let spans = running_spans(pump, self.cells.calendar, asked, &mut self.cells)?;
            let within = spans.into_iter().map(|(a, b)| (a.max(from), b.min(to)));
            running.push(RunningBands {
                pump: pump.id.clone(),
                name: pump.name.clone(),
                spans: within.filter(|(a, b)| a < b).collect(),
            });
        }
        Ok(running)
    }

    /// The newest readings that are not good, and whether there are more.
    fn flagged(&self, observed: &[Parameter]) -> Result<(Vec<Reading>, bool), StoreError> {
        let Span { from, to, .. } = self.span;
        let (mut all, mut is_more) = (Vec::new(), false);
        for parameter in observed {
            let series = self.series(*parameter);
            let (found, more) = self.cells.store.flagged(&series, from, to, FLAGGED_MAX)?;
            all.extend(found);
            is_more |= more;
        }
        all.sort_by_key(|reading| std::cmp::Reverse(reading.observed_at));
        is_more |= all.len() > FLAGGED_MAX;
        all.truncate(FLAGGED_MAX);
        Ok((all, is_more))
    }

    /// The newest corrections.
    fn corrections(&self, observed: &[Parameter]) -> Result<Vec<Correction>, StoreError> {
        let Span { from, to, .. } = self.span;
        let mut all = Vec::new();
        for parameter in observed {
            all.extend(self.cells.store.corrections(Some(&self.series(*parameter)), from, to)?);
        }
        all.sort_by_key(|correction| std::cmp::Reverse(correction.id));
        all.truncate(LISTED_MAX);
        Ok(all)
    }
}

/// When an hour or a day with readings begins and ends, and what a register grew by in it.
type Step = (Timestamp, Timestamp, Option<f64>);

/// The growth of a register from the first step on that begins at `from` or after it, of those that have readings.
fn grown(parameter: Parameter, counted: &[Step], from: Timestamp) -> Growth {
    let (mut steps, mut since) = (Vec::new(), Vec::new());
    let mut ended: Option<Timestamp> = None;
    for (begins, ends, increment) in counted {
        if let Some(increment) = increment.filter(|_| *begins >= from) {
            steps.push((*begins, increment));
            since.extend(ended.filter(|ended| ended < begins).map(|ended| (*begins, ended)));
        }
        ended = Some(*ends);
    }
    Growth { parameter, steps, since }
}

fn point_of(day: &DayCell, from: Timestamp) -> Option<ChartPoint> {
    let (min, mean, max) = (day.min?, day.mean?, day.max?);
    Some(ChartPoint { from, min, mean, max, counted: day.counted, suspect: day.suspect })
}

/// The same day of the year before, or the last of its month.
fn year_before(day: Date) -> Date {
    day.saturating_sub(1.year())
}

/// The rows of the ledger that replace a meter of the station within the days.
fn entries<'a>(
    station: &Station,
    period: Period,
    rows: impl Iterator<Item = &'a Entry>,
) -> Vec<Entry> {
    let own = format!("{}/", station.id);
    let registers: Vec<String> = match station.kind {
        StationKind::Pump => {
            PumpAccount::registers(station).iter().map(Series::to_string).collect()
        }
        _ => Vec::new(),
    };
    let about = |entry: &&Entry| {
        let of_meter = matches!(entry.code, EntryCode::MeterReplaced | EntryCode::MeterInstalled);
        let is_own = |work: &String| work.starts_with(&own) || registers.contains(work);
        of_meter
            && entry.work.as_ref().is_some_and(is_own)
            && entry.from <= period.to
            && period.from <= entry.to
    };
    rows.filter(about).cloned().collect()
}

#[cfg(test)]
#[path = "station_tests.rs"]
mod tests;
