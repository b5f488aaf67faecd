//! The status of a source hour by hour, with hysteresis whose memory does not depend on who asks for which days.
//!
//! [`status`] needs the status before. Where that memory begins decides between 旱警 and 正常 for a
//! level that has just risen above its threshold, so it begins at the same hour for everybody: for a day in month M,
//! without a previous status, at the first hour of the first day of month M−1 of the office's calendar. From there it
//! runs over the last level that counts of each hour. The status of a day is that of its last hour with a level. A
//! period of many months begins anew for each of them.
//!
//! Engineering judgement, confidence 0.6: a level that has hovered within five centimetres of a threshold for more
//! than a month is rare, and a month is short enough to be read each time somebody asks.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::water::{Station, Status, status};

/// The running status of one source, fed hour by hour in order of time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StatusRun {
    /// First day of the month of the last hour.
    month: Option<Date>,
    /// Status of the last hour, with a memory that begins a month before `month`.
    current: Option<Status>,
    /// The same with a memory that begins with `month`: what the next month starts from.
    next: Option<Status>,
}

impl StatusRun {
    /// The first day whose hours bear on the status of `day`.
    pub fn anchor(day: Date) -> Date {
        day.first_of_month().saturating_sub(1.month())
    }

    /// Status of the next hour, which lies on `day` and ends at `level_m`.
    pub fn feed(&mut self, station: &Station, day: Date, level_m: f64) -> Option<Status> {
        let month = day.first_of_month();
        if self.month != Some(month) {
            let before = month.saturating_sub(1.month());
            self.current = self.next.take().filter(|_| self.month == Some(before));
            self.month = Some(month);
        }
        self.current = status(station, level_m, day.month(), self.current);
        self.next = status(station, level_m, day.month(), self.next);
        self.current
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::water::Township;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn pond() -> Station {
        let text = r#"name = "t"
            [[station]]
            id = "s"
            name = "甲"
            kind = "pond"
            village = "v"
            bottom_m = 100.0
            threshold = [{ months = [1,2,3,4,5,6,7,8,9,10,11,12], quantity = "level", warn = 104.0, guard = 102.0, source = "t", confidence = 1.0 }]"#;
        toml::from_str::<Township>(text).unwrap().stations.remove(0)
    }

    #[test]
    fn the_memory_reaches_into_the_month_before_and_no_further() {
        let pond = pond();
        let mut run = StatusRun::default();
        assert_eq!(run.feed(&pond, date(2022, 6, 30), 103.0), Some(Status::Warn));
        // 4 cm above the threshold is held as long as the warning is remembered.
        assert_eq!(run.feed(&pond, date(2022, 7, 1), 104.04), Some(Status::Warn));
        assert_eq!(run.feed(&pond, date(2022, 7, 31), 104.04), Some(Status::Warn));
        assert_eq!(run.feed(&pond, date(2022, 8, 1), 104.04), Some(Status::Normal));
        let mut gap = StatusRun::default();
        gap.feed(&pond, date(2022, 6, 30), 103.0);
        assert_eq!(gap.feed(&pond, date(2022, 8, 1), 104.04), Some(Status::Normal));
    }

    proptest! {
        #[test]
        fn a_day_has_the_same_status_whatever_was_read_before_its_anchor(
            levels in proptest::collection::vec(proptest::option::of(103.8f64..104.2), 200), asked in 62usize..200,
        ) {
            let pond = pond();
            let day = |i: usize| date(2022, 3, 20) + (i as i64).days();
            let until = |from: Date| {
                let mut run = StatusRun::default();
                let hours = levels.iter().enumerate().take(asked + 1).filter(|(i, _)| day(*i) >= from);
                hours.filter_map(|(i, level)| Some((i, (*level)?))).map(|(i, level)| run.feed(&pond, day(i), level)).last()
            };
            prop_assume!(levels[asked].is_some());
            prop_assert_eq!(until(date(2022, 3, 20)), until(StatusRun::anchor(day(asked))));
        }
    }
}
