//! Whether a pump ran. A meter and its box draw something alone, so that energy by itself proves a run only above what
//! idling explains, and none only below what a short run takes.

use jiff::Timestamp;
use serde::Serialize;

use super::Coverage;
use super::growth::{Growth, falls_back, follows, hours_over};
use crate::core::HourCell;
use crate::locales::{Text, account as words};

/// Share of its rated power above which a pump counts as running (`docs/domain.md` §3.3). Engineering judgement,
/// confidence 0.7.
pub const RUNNING_POWER_SHARE: f64 = 0.2;

/// Power that a meter, a cabinet, a drive and a lamp draw while the pump stands, kW. Engineering judgement, confidence
/// 0.6: a meter takes 1 to 2 W, the electronics of a cabinet up to 20 W.
const IDLE_KW: f64 = 0.03;
/// The same as a share of the rated power: drives and capacitors grow with the motor. Engineering judgement, confidence
/// 0.6.
const IDLE_SHARE: f64 = 0.01;
/// By how much more than idling explains a pump has to draw before that alone proves a run, kW. Engineering judgement,
/// confidence 0.6: a modem, a lamp or a heater of a cabinet on the same meter.
const BEYOND_IDLE_KW: f64 = 0.03;
/// The shortest run that is looked for, h: five minutes. Engineering judgement, confidence 0.6: pumps for irrigation
/// run for hours.
const RUN_H: f64 = 5.0 / 60.0;
/// Polls in an hour from which no run of [`RUN_H`] hides between them: one in five minutes.
const CLOSE_POLLS: u64 = 12;

/// The most that a standing pump of `rated_kw` draws, kW.
pub(super) fn idle_kw(rated_kw: f64) -> f64 {
    IDLE_KW + IDLE_SHARE * rated_kw
}

/// Whether `kwh` is less than the shortest run of a pump of `rated_kw` takes.
pub(super) fn is_no_run(kwh: f64, rated_kw: f64) -> bool {
    kwh < rated_kw * RUN_H
}

/// Whether polls with that coverage follow each other so closely that no run hides between them.
pub(super) fn is_close(coverage: Coverage) -> bool {
    coverage.counted >= CLOSE_POLLS * coverage.covered_h
}

/// Why a pump is held to have run, to have stood still, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunGround {
    /// It drew as much as a running pump does.
    Load,
    /// It drew more than idling explains.
    MoreThanIdle,
    /// Its register of running hours grew.
    HoursGrew,
    /// Its run state or its power was seen to be that of a running pump.
    SeenRunning,
    /// It never drew more than a meter and its box do.
    Idling,
    /// Its register of running hours, read from end to end, did not grow.
    NoHours,
    /// Its run state or its power, polled each few minutes, was never that of a running pump.
    NeverSeenRunning,
    /// Nothing tells.
    NoData,
    /// Its electricity meter does not count through.
    WildMeter,
    /// The readings of the billed meter do not reach from end to end of the period.
    EndsOpen,
    /// What it drew may be a short run or idling.
    SmallDraw,
    /// It was not seen to run, and its polls leave room for a run; its meter has no data.
    BetweenPolls,
    /// It drew more than idling explains, and was never seen to run.
    UnseenDraw,
    /// It drew as much as a running pump does, and its register of running hours did not grow.
    HoursContradict,
    /// It was seen to run, and its meter shows that it did not.
    MeterContradicts,
}

impl RunGround {
    /// Whether it ran; `None` where that is open.
    pub fn ran(self) -> Option<bool> {
        match self {
            Self::Load | Self::MoreThanIdle | Self::HoursGrew | Self::SeenRunning => Some(true),
            Self::Idling | Self::NoHours | Self::NeverSeenRunning => Some(false),
            Self::NoData
            | Self::WildMeter
            | Self::EndsOpen
            | Self::SmallDraw
            | Self::BetweenPolls
            | Self::UnseenDraw
            | Self::HoursContradict
            | Self::MeterContradicts => None,
        }
    }

    /// As a sentence.
    pub fn text(self) -> Text {
        match self {
            Self::Load => words::ran_by_load(),
            Self::MoreThanIdle => words::ran_by_energy(),
            Self::HoursGrew => words::ran_by_hours(),
            Self::SeenRunning => words::ran_by_sight(),
            Self::Idling => words::stood_by_energy(),
            Self::NoHours => words::stood_by_hours(),
            Self::NeverSeenRunning => words::stood_by_sight(),
            Self::NoData => words::run_without_data(),
            Self::WildMeter => words::run_with_wild_meter(),
            Self::EndsOpen => words::run_with_open_ends(),
            Self::SmallDraw => words::run_or_idling(),
            Self::BetweenPolls => words::run_between_polls(),
            Self::UnseenDraw => words::run_unseen(),
            Self::HoursContradict => words::run_contradicted(),
            Self::MeterContradicts => words::run_not_metered(),
        }
    }
}

/// What the energy of a pump says of whether it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByEnergy {
    /// In some span it drew as much as a running pump does.
    Load,
    /// In some span it drew more than idling explains.
    MoreThanIdle,
    /// No span leaves room for a run.
    Nothing,
    Open,
}

impl ByEnergy {
    /// The more telling of what days and what their `hours` say: load is seen in hours, and no hour takes back what a
    /// day proves.
    pub fn or(self, hours: ByEnergy) -> ByEnergy {
        match (self, hours) {
            (_, Self::Load) => Self::Load,
            (Self::Open, hours) => hours,
            (days, _) => days,
        }
    }
}

/// What the energy in `spans`, each with its hours, says of a pump of `rated_kw`; they cover the whole period if
/// `closed`. The register moves by `step`.
pub(super) fn by_energy(
    spans: &[(Growth, f64)],
    closed: bool,
    rated_kw: f64,
    step: f64,
) -> ByEnergy {
    let (idle_kw, load_kw) = (idle_kw(rated_kw), RUNNING_POWER_SHARE * rated_kw);
    let above = |kw: f64| spans.iter().any(|(grown, hours)| grown.least - step > kw * hours);
    if above(idle_kw.max(load_kw)) {
        return ByEnergy::Load;
    }
    if above(idle_kw + BEYOND_IDLE_KW) {
        return ByEnergy::MoreThanIdle;
    }
    let too_little =
        |(grown, _): &(Growth, f64)| grown.most == 0.0 || is_no_run(grown.most + step, rated_kw);
    match closed && !spans.is_empty() && spans.iter().all(too_little) {
        true => ByEnergy::Nothing,
        false => ByEnergy::Open,
    }
}

/// The growth of each hour with data, and the hours that it may stand for. The first one has `first`; growth beyond
/// `rate` is none.
pub(super) fn hour_spans(
    hours: &[HourCell],
    rate: Option<f64>,
    first: impl FnOnce(Growth) -> Growth,
) -> Vec<(Growth, f64)> {
    let hours: Vec<&HourCell> = hours.iter().filter(|hour| hour.counted > 0).collect();
    let mut spans: Vec<(Growth, f64)> = Vec::with_capacity(hours.len());
    for (index, hour) in hours.iter().enumerate() {
        let since_h = follows(&hours, index).map_or(1.0, |before| hours_over(before, hour));
        let mut grown = Growth::of(hour);
        let beyond_plate = rate.is_some_and(|rate| grown.value > rate * (since_h + 1.0));
        if beyond_plate || hour.rollovers > 0 || falls_back(&hours, index) {
            grown.least = 0.0;
        }
        spans.push((grown, since_h));
    }
    if let Some((grown, _)) = spans.first_mut() {
        *grown = first(*grown);
    }
    spans
}

/// An hour that was polled, and how much of it the pump was seen to run.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeenHour {
    pub at: Timestamp,
    /// Share of the hour, 0 to 1.
    pub ran: f64,
    /// The least that it drew while it ran, kW.
    pub kw: f64,
}

/// Hours that a pump of `rated_kw` can have run between its polls, by the energy of `hours` that what was `seen` does
/// not explain. `growth` has the growth of each hour with data, as [`hour_spans`] tells it.
pub(super) fn unseen_h(
    hours: &[HourCell],
    growth: &[(Growth, f64)],
    seen: &[SeenHour],
    rated_kw: f64,
) -> f64 {
    let with_data = hours.iter().filter(|hour| hour.counted > 0);
    let mut before: Option<Timestamp> = None;
    let mut unseen_h = 0.0;
    for (hour, (grown, span_h)) in with_data.zip(growth) {
        // What an hour settles may lie in the hour before it; only the hours between the two are surely settled.
        let from = before.replace(hour.hour_at).unwrap_or(hour.hour_at);
        let first = seen.partition_point(|seen| seen.at < from);
        let end = seen.partition_point(|seen| seen.at <= hour.hour_at);
        let own = seen.get(first..end.max(first)).unwrap_or_default();
        if grown.most <= idle_kw(rated_kw) * (span_h - 1.0).max(1.0) {
            continue;
        }
        let ran_h: f64 = own.iter().map(|seen| seen.ran).sum();
        let settled = own.iter().filter(|seen| from < seen.at && seen.at < hour.hour_at);
        let explained: f64 = settled.map(|seen| seen.ran * seen.kw).sum();
        let room_h = (span_h - ran_h).max(0.0);
        let more_h = (grown.most - explained).max(0.0) / (RUNNING_POWER_SHARE * rated_kw);
        unseen_h += room_h.min(more_h);
    }
    unseen_h
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(kwh: f64, count: usize) -> Vec<(Growth, f64)> {
        vec![(Growth::exactly(kwh), 24.0); count]
    }

    #[test]
    fn what_a_meter_draws_alone_is_no_run() {
        assert_eq!(by_energy(&days(0.048, 107), true, 3.7, 0.0), ByEnergy::Nothing);
        assert_eq!(by_energy(&days(0.0, 107), true, 3.7, 1.0), ByEnergy::Nothing);
        // Without both ends, or with as much as a short run takes, nobody knows.
        assert_eq!(by_energy(&days(0.048, 107), false, 3.7, 0.0), ByEnergy::Open);
        assert_eq!(by_energy(&days(0.48, 107), true, 3.7, 0.0), ByEnergy::Open);
        assert_eq!(by_energy(&[], true, 3.7, 0.0), ByEnergy::Open);
        // A small pump idles at as much as a box with a modem does.
        assert_eq!(by_energy(&days(0.04 * 24.0, 107), true, 0.55, 0.0), ByEnergy::Open);
    }

    #[test]
    fn one_day_of_load_is_a_run_and_one_step_of_the_register_is_none() {
        let mut spans = days(0.05, 30);
        spans.push((Growth::exactly(30.05), 24.0));
        assert_eq!(by_energy(&spans, true, 3.7, 0.01), ByEnergy::Load);
        let hours: Vec<_> = (0..100).map(|i| if i % 50 == 0 { 1.0 } else { 0.0 }).collect();
        let spans: Vec<_> = hours.into_iter().map(|kwh| (Growth::exactly(kwh), 1.0)).collect();
        assert_eq!(by_energy(&spans, true, 3.7, 1.0), ByEnergy::Open);
    }

    #[test]
    fn a_run_between_polls_is_in_the_hours_and_a_run_that_was_seen_is_not_in_them_twice() {
        let start: Timestamp = "2022-08-01T00:00:00Z".parse().unwrap();
        let at = |i: i64| start.saturating_add(jiff::SignedDuration::from_hours(i)).unwrap();
        let kwh = |i: i64| match i {
            5 => 2.4,
            10..20 => 4.0,
            _ => 0.002,
        };
        let hours: Vec<HourCell> =
            (0..24).map(|i| crate::account::test_kit::counter_hour(at(i), kwh(i))).collect();
        let growth = hour_spans(&hours, None, |first| first);
        let seen = |on: std::ops::Range<i64>| -> Vec<SeenHour> {
            let ran = |i| if on.contains(&i) { 1.0 } else { 0.0 };
            (0..24).map(|i| SeenHour { at: at(i), ran: ran(i), kw: 4.0 }).collect()
        };
        // The run at 5 lies in two hours; the one at 10 may have begun an hour before.
        assert_eq!(unseen_h(&hours, &growth, &seen(10..20), 4.0), 2.0 + 1.0);
        assert_eq!(unseen_h(&hours, &growth, &seen(0..24), 4.0), 0.0);
    }
}
