//! Sources and pumps at this moment, by what is cheapest to read: a page asks for all of them each second.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::believed::{LevelMemory, blank};
use super::pump::{pump_now, stations};
use super::running::RUNNING_POWER_SHARE;
use super::{Basis, Cells, StatusRun};
use crate::core::{Calendar, DayCell, HourCell, Parameter, Period, Series};
use crate::water::{LevelDoubt, Station, StationKind, Status, doubt};

/// Whole days before today whose hours are read each time: the trend needs two levels a day apart, with a day to spare.
const HOURS_DAYS: i64 = 3;

/// The two levels of a trend lie at least and at most so far apart: a day evens out evaporation and pumping by night,
/// and across a gap of more than two days the slope says little about today.
const TREND_SPAN: [SignedDuration; 2] =
    [SignedDuration::from_hours(24), SignedDuration::from_hours(48)];

/// Days between the two levels of the trend of a week: both are the last of a whole day, of yesterday and of the same
/// day a week before, so that the hour at which somebody asks makes no difference.
const WEEK_DAYS: i64 = 7;

/// How old the last reading of a pump's run state or power may be to say whether it runs now. Engineering judgement,
/// confidence 0.6: gateways poll each 5 minutes by default and may be late by some polls, and pumps for irrigation run
/// for hours; a pump that is polled more seldom may have been switched since.
pub const RUNNING_FRESH: SignedDuration = SignedDuration::from_mins(30);

/// How far a reading's time may lie ahead of now and still be of now: a gateway's clock that is right to the minute,
/// and the hub's own. What is further ahead says nothing of now. Engineering judgement.
pub const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(10);

/// A source at this moment.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceNow {
    /// Status of the last hour with a level; `None` where that level is doubted.
    pub status: Option<Status>,
    /// Why the levels of the last hour that has some are not believed.
    pub doubt: Option<LevelDoubt>,
    /// Change of level over the last day with data at both its ends, m per day.
    pub trend_m_per_day: Option<f64>,
    /// Change of level from the end of the same day of last week to the end of yesterday, m per day; `None` where one
    /// of the two days has no level.
    pub trend_week_m_per_day: Option<f64>,
    /// Last level of each day asked for, oldest first, `None` on a day without one that its geometry allows; from the
    /// first day that has data.
    pub levels_m: Vec<Option<f64>>,
}

/// What is kept of a source from one look to the next, so that the months which its status depends on are read once.
#[derive(Debug, Clone, Default)]
pub struct SourceMemory {
    run: StatusRun,
    level: LevelMemory,
    /// The days before `before` as they were read; where one has changed, the status is run anew.
    days: Vec<DayCell>,
    before: Date,
}

impl SourceMemory {
    /// The source `station` on `today`, with the levels of the last `level_days` days.
    pub fn look<C: Cells>(
        &mut self,
        station: &Station,
        calendar: &Calendar,
        (today, level_days): (Date, i64),
        cells: &mut C,
    ) -> Result<SourceNow, C::Error> {
        let series = Series::new(station.id.clone(), Parameter::Level);
        // Readings from a gateway whose clock is ahead are shown as well.
        let since = |from| Period { from, to: Date::MAX };
        let recent = today.saturating_sub(HOURS_DAYS.days());
        let anchor = StatusRun::anchor(recent);
        let levels_from = today.saturating_sub(level_days.days());
        let days = cells.days(&series, since(anchor.min(levels_from)))?;
        let holds = (anchor..=recent).contains(&self.before)
            && between(&self.days, anchor, self.before) == between(&days, anchor, self.before);
        if !holds {
            *self = SourceMemory { before: anchor, ..SourceMemory::default() };
        }
        let mut hours = cells.hours(&series, since(self.before))?;
        let (mut latest, mut level) = (self.run, self.level);
        let (mut status, mut doubt) = (None, None);
        for cell in &mut hours {
            let Some(level_m) = cell.last else { continue };
            let day = calendar.day_of(cell.hour_at);
            doubt = level.judge(station, calendar, cell).map(|(doubt, _)| doubt);
            match doubt {
                None => status = latest.feed(station, day, level_m),
                Some(_) => {
                    status = None;
                    blank(cell);
                }
            }
            if day < recent {
                (self.run, self.level) = (latest, level);
            }
        }
        self.days = between(&days, anchor, recent).to_vec();
        self.before = recent;
        let levels_m = levels(station, between(&days, levels_from, Date::MAX));
        // A trend to a level before the doubted one would say nothing of now.
        let trend_m_per_day = trend(&hours).filter(|_| doubt.is_none());
        let trend_week_m_per_day = week_trend(station, &days, today).filter(|_| doubt.is_none());
        Ok(SourceNow { status, doubt, trend_m_per_day, trend_week_m_per_day, levels_m })
    }
}

/// The `days` from `from` to before `to`; they are in order.
fn between(days: &[DayCell], from: Date, to: Date) -> &[DayCell] {
    let place = |end: Date| days.partition_point(|cell| cell.day < end);
    &days[place(from)..place(to).max(place(from))]
}

fn trend(hours: &[HourCell]) -> Option<f64> {
    let mut levels = hours.iter().rev().filter_map(|cell| Some((cell.hour_at, cell.last?)));
    let (last_at, last) = levels.next()?;
    let (before_at, before) =
        levels.find(|(at, _)| last_at.duration_since(*at) >= TREND_SPAN[0])?;
    let span = last_at.duration_since(before_at);
    (span <= TREND_SPAN[1]).then(|| (last - before) / (span.as_secs_f64() / 86_400.0))
}

fn week_trend(station: &Station, days: &[DayCell], today: Date) -> Option<f64> {
    let end_of = |ago: i64| {
        let day = today.saturating_sub(ago.days());
        let place = days.binary_search_by_key(&day, |cell| cell.day).ok()?;
        days.get(place)?.last.filter(|level_m| doubt(station, *level_m).is_none())
    };
    Some((end_of(1)? - end_of(1 + WEEK_DAYS)?) / WEEK_DAYS as f64)
}

fn levels(station: &Station, days: &[DayCell]) -> Vec<Option<f64>> {
    let mut levels = Vec::new();
    let mut next: Option<Date> = None;
    for cell in days {
        while let Some(day) = next.filter(|day| *day < cell.day) {
            levels.push(None);
            next = day.tomorrow().ok();
        }
        levels.push(cell.last.filter(|level_m| doubt(station, *level_m).is_none()));
        next = cell.day.tomorrow().ok();
    }
    levels
}

/// All pumps of a township over the period so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PumpsNow {
    /// Electricity by the billed meters, kWh; `None` where none has data.
    pub energy_kwh: Option<f64>,
    pub ran: u32,
}

/// The sums that the accounts of the pumps over the period of `basis` would give, without making these accounts.
pub fn pumps_now<C: Cells>(basis: &Basis<'_>, cells: &mut C) -> Result<PumpsNow, C::Error> {
    let mut now = PumpsNow::default();
    for pump in basis.township.stations.iter().filter(|s| s.kind == StationKind::Pump) {
        let (kwh, ran) = pump_now(basis, pump, cells)?;
        if let Some(kwh) = kwh {
            now.energy_kwh = Some(now.energy_kwh.unwrap_or(0.0) + kwh);
        }
        now.ran += u32::from(ran);
    }
    Ok(now)
}

/// Whether the pump `station` runs at `now`, by the last reading of its run state that is not older than `fresh`, or
/// else of its power. `None` where there is none: silence is no standstill.
pub fn running_now<C: Cells>(
    station: &Station,
    (now, fresh): (Timestamp, SignedDuration),
    cells: &mut C,
) -> Result<Option<bool>, C::Error> {
    // Readings from a gateway whose clock is a little ahead count as well.
    let from = now.checked_sub(fresh).unwrap_or(Timestamp::MIN);
    let to = now.checked_add(AHEAD_MAX).unwrap_or(Timestamp::MAX);
    let mut last_of = |parameter| {
        let mut newest: Option<(Timestamp, f64)> = None;
        for id in stations(station) {
            let shown = cells.shown(&Series::new(id.clone(), parameter), from, to)?;
            let last = shown.last().copied();
            newest = newest.into_iter().chain(last).max_by_key(|(at, _)| *at);
        }
        Ok(newest.map(|(_, value)| value))
    };
    if let Some(state) = last_of(Parameter::RunState)? {
        return Ok(Some(state >= 0.5));
    }
    let Some(plate) = &station.pump else { return Ok(None) };
    let power_kw = last_of(Parameter::Power)?;
    Ok(power_kw.map(|kw| kw >= plate.rated_power_kw * RUNNING_POWER_SHARE))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::account::test_kit::{MemoryCells, gauge_hour};
    use crate::water::Township;
    use jiff::Timestamp;
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    fn look(levels: &[f64]) -> SourceNow {
        let text = r#"name = "t"
            [[station]]
            id = "s"
            name = "甲"
            kind = "pond"
            village = "v"
            bottom_m = 100.0
            crest_m = 104.0
            threshold = [{ months = [8], quantity = "level", warn = 102.0, guard = 101.0, source = "t", confidence = 1.0 }]"#;
        let station = toml::from_str::<Township>(text).unwrap().stations.remove(0);
        let calendar = Calendar::new(TimeZone::UTC, 0);
        let start: Timestamp = "2022-08-01T00:00:00Z".parse().unwrap();
        let hour = |(i, level): (usize, &f64)| gauge_hour(start + (i as i64).hours(), *level);
        let hours = levels.iter().enumerate().map(hour).collect();
        let hours = BTreeMap::from([("s/level".to_owned(), hours)]);
        let mut cells = MemoryCells { calendar: &calendar, hours: &hours };
        let mut memory = SourceMemory::default();
        let asked = (date(2022, 8, 3), 30);
        let first = memory.look(&station, &calendar, asked, &mut cells).unwrap();
        assert_eq!(memory.look(&station, &calendar, asked, &mut cells).unwrap(), first);
        first
    }

    #[test]
    fn a_latest_level_off_the_geometry_has_no_status_and_no_trend() {
        let mut levels = vec![103.0; 48];
        let calm = look(&levels);
        assert_eq!((calm.status, calm.doubt), (Some(Status::Normal), None));
        assert_eq!(calm.trend_m_per_day, Some(0.0));
        levels.push(9999.0);
        let wild = look(&levels);
        assert_eq!((wild.status, wild.doubt), (None, Some(LevelDoubt::AboveCrest)));
        assert_eq!(wild.trend_m_per_day, None);
        assert_eq!(wild.levels_m, [Some(103.0), Some(103.0), None]);
        levels.extend([103.0, 102.5]);
        let back = look(&levels);
        assert_eq!((back.status, back.doubt), (Some(Status::Normal), None));
        assert!(back.trend_m_per_day.is_some_and(|trend| (-0.6..0.0).contains(&trend)));
    }

    #[test]
    fn the_trend_of_a_week_is_between_two_whole_days() {
        let text = r#"name = "t"
            [[station]]
            id = "s"
            name = "甲"
            kind = "pond"
            village = "v"
            bottom_m = 100.0
            crest_m = 104.0"#;
        let station = toml::from_str::<Township>(text).unwrap().stations.remove(0);
        let day = |d: i8, level| {
            let rollup = gauge_hour(Timestamp::UNIX_EPOCH, level).rollup;
            DayCell { day: date(2022, 8, d), covered_h: 1, rollup }
        };
        let mut days = vec![day(2, 103.7), day(8, 9.0), day(9, 103.0), day(10, 101.0)];
        let trend = |days: &[DayCell]| week_trend(&station, days, date(2022, 8, 10));
        let found = trend(&days).unwrap();
        assert!((found - -0.1).abs() < 1e-9, "{found}");
        days[2] = day(9, 9999.0);
        assert_eq!(trend(&days), None, "its geometry contradicts the last one");
        days.remove(2);
        assert_eq!(trend(&days), None);
    }

    /// The last readings of a pump.
    struct Shown(Vec<(&'static str, &'static str, f64)>);

    impl Cells for Shown {
        type Error = std::convert::Infallible;

        fn hours(&mut self, _: &Series, _: Period) -> Result<Vec<HourCell>, Self::Error> {
            Ok(Vec::new())
        }

        fn days(&mut self, _: &Series, _: Period) -> Result<Vec<DayCell>, Self::Error> {
            Ok(Vec::new())
        }

        fn shown(
            &mut self,
            series: &Series,
            from: Timestamp,
            to: Timestamp,
        ) -> Result<Vec<(Timestamp, f64)>, Self::Error> {
            let asked = series.to_string();
            let own = self.0.iter().filter(|(name, ..)| *name == asked);
            let own = own.map(|(_, at, value)| (at.parse::<Timestamp>().unwrap(), *value));
            Ok(own.filter(|(at, _)| from <= *at && *at < to).collect())
        }
    }

    #[test]
    fn a_pump_runs_by_its_last_word_and_silence_is_no_standstill() {
        let text = r#"name = "t"
            [[station]]
            id = "p"
            name = "甲"
            kind = "pump"
            village = "v"
            [station.pump]
            source = "s"
            rated_power_kw = 10.0
            rated_flow_m3h = 100.0
            rated_head_m = 15.0
            irrigates_mu = 20.0
            meter = [{ station = "p-ee", billing = true }]"#;
        let pump = toml::from_str::<Township>(text).unwrap().stations.remove(0);
        let now: Timestamp = "2022-08-01T08:00:00Z".parse().unwrap();
        let runs = |readings: &[(&'static str, &'static str, f64)]| {
            running_now(&pump, (now, RUNNING_FRESH), &mut Shown(readings.to_vec())).unwrap()
        };
        assert_eq!(runs(&[]), None);
        let (stood, ran) = ("2022-08-01T07:40:00Z", "2022-08-01T07:55:00Z");
        assert_eq!(runs(&[("p/run_state", stood, 0.0), ("p/run_state", ran, 1.0)]), Some(true));
        assert_eq!(runs(&[("p/run_state", ran, 0.0), ("p/power", ran, 9.0)]), Some(false));
        assert_eq!(runs(&[("p/power", stood, 1.9)]), Some(false));
        assert_eq!(runs(&[("p/power", stood, 1.9), ("p-ee/power", ran, 2.0)]), Some(true));
        assert_eq!(runs(&[("p/run_state", "2022-08-01T07:00:00Z", 1.0)]), None);
        let (of_now, ahead) = ("2022-08-01T08:09:00Z", "2022-08-01T08:11:00Z");
        assert_eq!(runs(&[("p/run_state", of_now, 1.0), ("p/run_state", ahead, 0.0)]), Some(true));
    }

    #[test]
    fn a_jump_that_no_pond_can_make_has_no_status_until_it_could() {
        let mut levels = vec![103.9; 30];
        levels.push(100.1);
        assert_eq!(look(&levels).doubt, Some(LevelDoubt::TooFast));
        levels.push(100.1);
        assert_eq!(look(&levels).status, Some(Status::Guard));
    }
}
