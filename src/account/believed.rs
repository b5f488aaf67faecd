//! Which hours of a source's levels are believed: its geometry and the hours before judge them each time an account is
//! made, so that a corrected file of the township corrects the past (docs/decisions/0020).

use std::ops::Range;

use jiff::Timestamp;
use serde::Serialize;

use crate::core::{Calendar, HOUR_MS, HourCell, Period};
use crate::water::{LevelDoubt, Station, doubt, step_m_per_h};

/// Levels that a station's geometry contradicts. Their hours count nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DoubtedLevels {
    /// Hours with such a level.
    pub hours: u32,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// The most frequent reason.
    pub doubt: LevelDoubt,
    /// The level that lies furthest off for that reason, m.
    pub worst_m: f64,
}

/// The last level that was believed, from hour to hour. It begins anew with each month of the office's calendar, as the
/// status does: what is said of a day does not depend on which days somebody asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct LevelMemory {
    month_ends_at: Option<Timestamp>,
    before: Option<(Timestamp, f64)>,
}

impl LevelMemory {
    /// Why the levels of the next hour are not believed, and the one that is not; `None` also without a level.
    pub fn judge(
        &mut self,
        station: &Station,
        calendar: &Calendar,
        cell: &HourCell,
    ) -> Option<(LevelDoubt, f64)> {
        let (min, max, last) = (cell.min?, cell.max?, cell.last?);
        for level in [min, max] {
            if let Some(doubt) = doubt(station, level) {
                return Some((doubt, level));
            }
        }
        let step = step_m_per_h(station)?;
        if self.month_ends_at.is_none_or(|end| cell.hour_at >= end) {
            let day = calendar.day_of(cell.hour_at);
            let month = Period { from: day.first_of_month(), to: day.last_of_month() };
            let month_ends_at = Some(calendar.bounds(month).1);
            *self = LevelMemory { month_ends_at, before: None };
        }
        let off = match self.before {
            Some((at, level)) => {
                let passed_ms = cell.hour_at.as_millisecond() - at.as_millisecond();
                let allowed = step * (passed_ms as f64 / HOUR_MS as f64).max(1.0);
                let furthest = if max - level > level - min { max } else { min };
                ((furthest - level).abs() > allowed).then_some(furthest)
            }
            None => (max - min > step).then_some(max),
        };
        if off.is_none() {
            self.before = Some((cell.hour_at, last));
        }
        off.map(|level| (LevelDoubt::TooFast, level))
    }
}

/// Takes the levels that are not believed out of `hours`, which are in order of time, and sums up those of the hours
/// `of_period`.
pub(super) fn believe(
    station: &Station,
    calendar: &Calendar,
    hours: &mut [HourCell],
    of_period: Range<Timestamp>,
) -> Option<DoubtedLevels> {
    let mut memory = LevelMemory::default();
    let mut tally = Tally::default();
    for cell in hours {
        let Some((doubt, level)) = memory.judge(station, calendar, cell) else {
            continue;
        };
        blank(cell);
        if of_period.contains(&cell.hour_at) {
            tally.add(cell.hour_at, doubt, level);
        }
    }
    tally.summed()
}

/// Makes an hour one without readings that count.
pub(super) fn blank(cell: &mut HourCell) {
    (cell.counted, cell.suspect) = (0, 0);
    (cell.min, cell.max, cell.mean, cell.last) = (None, None, None, None);
}

/// How often each reason was found, with the worst level.
#[derive(Default)]
struct Tally {
    span: Option<(Timestamp, Timestamp)>,
    by_doubt: Vec<(LevelDoubt, u32, f64)>,
}

impl Tally {
    fn add(&mut self, at: Timestamp, doubt: LevelDoubt, level: f64) {
        let (first, _) = self.span.unwrap_or((at, at));
        self.span = Some((first, at));
        match self.by_doubt.iter_mut().find(|(known, ..)| *known == doubt) {
            Some((_, hours, worst)) => {
                *hours += 1;
                *worst = match doubt {
                    LevelDoubt::BelowBottom => worst.min(level),
                    LevelDoubt::AboveCrest | LevelDoubt::OutsideCurve => worst.max(level),
                    LevelDoubt::TooFast => level,
                };
            }
            None => self.by_doubt.push((doubt, 1, level)),
        }
    }

    fn summed(self) -> Option<DoubtedLevels> {
        let (first_at, last_at) = self.span?;
        let hours = self.by_doubt.iter().map(|(_, hours, _)| hours).sum();
        let (doubt, _, worst_m) = self.by_doubt.into_iter().max_by_key(|(_, hours, _)| *hours)?;
        Some(DoubtedLevels { hours, first_at, last_at, doubt, worst_m })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::test_kit::gauge_hour;
    use crate::water::Township;
    use jiff::ToSpan;
    use jiff::tz::TimeZone;

    fn pond() -> Station {
        let text = r#"name = "t"
            [[station]]
            id = "s"
            name = "甲"
            kind = "pond"
            village = "v"
            bottom_m = 100.0
            crest_m = 104.0"#;
        toml::from_str::<Township>(text).unwrap().stations.remove(0)
    }

    fn at(i: usize) -> Timestamp {
        let start: Timestamp = "2022-08-01T00:00:00Z".parse().unwrap();
        start + (i as i64).hours()
    }

    /// The hours of `levels` that are believed, and the doubts.
    fn believed(levels: &[f64]) -> (Vec<bool>, Option<DoubtedLevels>) {
        let mut hours: Vec<HourCell> =
            levels.iter().enumerate().map(|(i, level)| gauge_hour(at(i), *level)).collect();
        let doubted = believe(&pond(), &Calendar::new(TimeZone::UTC, 0), &mut hours, at(0)..at(48));
        (hours.iter().map(|cell| cell.counted > 0).collect(), doubted)
    }

    #[test]
    fn hours_off_the_geometry_do_not_count() {
        let (counts, doubted) = believed(&[103.0, -8.88, 103.0, 9999.0, -8.0, 103.0]);
        assert_eq!(counts, [true, false, true, false, false, true]);
        let doubted = doubted.unwrap();
        assert_eq!((doubted.hours, doubted.first_at, doubted.last_at), (3, at(1), at(4)));
        assert_eq!((doubted.doubt, doubted.worst_m), (LevelDoubt::BelowBottom, -8.88));
        assert_eq!(believed(&[103.0, 102.5, 101.0]), (vec![true; 3], None));
    }

    #[test]
    fn a_spike_is_doubted_and_a_step_that_stays_only_until_it_is_possible() {
        let (counts, doubted) = believed(&[100.1, 103.9, 100.1, 100.1]);
        assert_eq!(counts, [true, false, true, true]);
        assert_eq!(doubted.unwrap().doubt, LevelDoubt::TooFast);
        let (counts, _) = believed(&[100.1, 103.9, 103.9, 103.9]);
        assert_eq!(counts, [true, false, true, true], "3.8 m in two hours are possible");
    }

    #[test]
    fn extremes_of_an_hour_are_judged_and_not_its_last_level_alone() {
        let mut hours = [gauge_hour(at(0), 103.0)];
        hours[0].min = Some(-8.88);
        let doubted = believe(&pond(), &Calendar::new(TimeZone::UTC, 0), &mut hours, at(0)..at(48));
        assert_eq!(doubted.unwrap().worst_m, -8.88);
        assert_eq!((hours[0].counted, hours[0].last), (0, None));
    }

    #[test]
    fn what_is_read_beyond_the_period_is_judged_and_not_counted() {
        let mut hours: Vec<HourCell> = (0..4).map(|i| gauge_hour(at(i), -8.88)).collect();
        let calendar = Calendar::new(TimeZone::UTC, 0);
        let doubted = believe(&pond(), &calendar, &mut hours, at(1)..at(3)).unwrap();
        assert_eq!((doubted.hours, doubted.first_at, doubted.last_at), (2, at(1), at(2)));
        assert!(hours.iter().all(|cell| cell.counted == 0));
    }

    #[test]
    fn each_month_begins_without_a_level_before() {
        let start: Timestamp = "2022-08-31T23:00:00Z".parse().unwrap();
        let mut hours = [gauge_hour(start, 100.1), gauge_hour(start + 1.hour(), 103.9)];
        let all = start..start + 2.hours();
        assert_eq!(believe(&pond(), &Calendar::new(TimeZone::UTC, 0), &mut hours, all), None);
    }
}
