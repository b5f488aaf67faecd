//! Days of the office's own zone, and spans of them.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// A zone, and the hour at which a hydrological day begins (00:00, or 08:00 as the hydrology service counts).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    zone: TimeZone,
    day_start_hour: i8,
}

impl Calendar {
    /// The calendar of `zone` with days that begin at `day_start_hour` (0 to 23).
    pub fn new(zone: TimeZone, day_start_hour: i8) -> Self {
        Self { zone, day_start_hour: day_start_hour.clamp(0, 23) }
    }

    /// The instant at which `day` begins, or the nearest that exists.
    pub fn start_of(&self, day: Date) -> Timestamp {
        day.at(self.day_start_hour, 0, 0, 0)
            .to_zoned_datetime(self.zone.clone())
            .map(|zoned| zoned.timestamp())
            .unwrap_or(if day.year() < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    pub fn day_of(&self, at: Timestamp) -> Date {
        let back = Span::new().hours(i64::from(self.day_start_hour));
        at.to_zoned_datetime(self.zone.clone())
            .datetime()
            .checked_sub(back)
            .map(|local| local.date())
            .unwrap_or(Date::MIN)
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub fn day_start_hour(&self) -> i8 {
        self.day_start_hour
    }

    /// The first instant of `period`, and the first instant after it.
    pub fn bounds(&self, period: Period) -> (Timestamp, Timestamp) {
        let after = period.to.checked_add(1.day()).unwrap_or(Date::MAX);
        (self.start_of(period.from), self.start_of(after))
    }
}

/// A span of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

impl Period {
    /// The longest period of a page, a report and a drought event, days: three years, to lay one beside the other.
    /// Engineering judgement.
    pub const DAYS_MAX: i64 = 1_100;

    /// Years in which readings may lie. Engineering judgement: no gateway is older, and none will be read later.
    pub const YEARS: RangeInclusive<i16> = 1970..=2199;

    /// The number of days; 0 where the ends are swapped.
    pub fn days(self) -> i64 {
        (self.from.duration_until(self.to).as_hours() / 24 + 1).max(0)
    }

    pub fn contains(self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use jiff::tz::Offset;

    #[test]
    fn a_day_of_china_begins_at_16_utc_of_the_day_before() {
        let zone = TimeZone::fixed(Offset::from_hours(8).unwrap());
        let midnight = Calendar::new(zone.clone(), 0);
        let day = date(2022, 8, 1);
        assert_eq!(midnight.start_of(day).to_string(), "2022-07-31T16:00:00Z");
        let eight = Calendar::new(zone, 8);
        assert_eq!(eight.start_of(day).to_string(), "2022-08-01T00:00:00Z");
        let before = "2022-07-31T23:59:59Z".parse().unwrap();
        assert_eq!(eight.day_of(before), date(2022, 7, 31));
        assert_eq!(midnight.day_of(before), day);
    }

    #[test]
    fn the_drought_of_2022_lasts_107_days() {
        let period = Period { from: date(2022, 8, 1), to: date(2022, 11, 15) };
        assert_eq!(period.days(), 107);
    }
}
