//! What a register grew by, hour by hour where days do not tell enough: an hour with a reset or a roll-over, and growth
//! that the pump's plate does not allow.

use crate::core::{DayCell, HourCell, Rollup};

/// Readings that the counter engine needs to believe a reset: one that does not follow, and two that confirm it.
pub(super) const HELD_MAX: u32 = 3;

/// What a register grew by.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Growth {
    pub least: f64,
    /// What counts.
    pub value: f64,
    pub most: f64,
}

impl Growth {
    pub fn of(rollup: &Rollup) -> Growth {
        let value = rollup.increment.unwrap_or(0.0);
        Growth { least: value, value, most: rollup.increment_max.unwrap_or(value).max(value) }
    }

    pub fn exactly(value: f64) -> Growth {
        Growth { least: value, value, most: value }
    }
}

impl std::ops::Add for Growth {
    type Output = Growth;

    fn add(self, other: Growth) -> Growth {
        Growth {
            least: self.least + other.least,
            value: self.value + other.value,
            most: self.most + other.most,
        }
    }
}

impl std::iter::Sum for Growth {
    fn sum<I: Iterator<Item = Growth>>(parts: I) -> Growth {
        parts.fold(Growth::default(), |sum, part| sum + part)
    }
}

/// The most that grows in `hours` at `rate`; infinite where nothing bounds it.
pub(super) fn at_most(rate: Option<f64>, hours: f64) -> f64 {
    match rate {
        Some(rate) => rate * hours,
        None if hours > 0.0 => f64::INFINITY,
        None => 0.0,
    }
}

/// Hours from the start of the hour `from` to the end of the hour `to`.
pub(super) fn hours_over(from: &HourCell, to: &HourCell) -> f64 {
    to.hour_at.duration_since(from.hour_at).as_secs_f64() / 3600.0 + 1.0
}

/// Whether the hours of a day have to be looked at: something happened to the register, or it grew by more than a day
/// and the `before_h` hours without data before it allow.
pub(super) fn is_eventful(day: &DayCell, before_h: f64, rate: Option<f64>) -> bool {
    let grown = day.increment.unwrap_or(0.0);
    day.resets + day.rollovers > 0 || rate.is_some_and(|rate| grown > rate * (before_h + 25.0))
}

/// What a day grew by, by its hours, and how much of it the plate does not allow.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct DayGrowth {
    pub growth: Growth,
    pub beyond_plate: f64,
}

/// The growth of the last `day` of `hours`, which begin at least a day earlier. `before_h` are the hours without data
/// before all of them; `rate` is the most that the pump's plate allows in an hour.
pub(super) fn of_day(
    hours: &[HourCell],
    is_day: impl Fn(&HourCell) -> bool,
    before_h: f64,
    rate: f64,
) -> DayGrowth {
    let hours: Vec<&HourCell> = hours.iter().filter(|hour| hour.counted > 0).collect();
    let mut day = DayGrowth::default();
    for (index, hour) in hours.iter().enumerate().filter(|(_, hour)| is_day(hour)) {
        let own = Growth::of(hour);
        let since_h = match follows(&hours, index) {
            Some(before) => hours_over(before, hour),
            None => before_h + 25.0,
        };
        // A reading may lie anywhere in its hour, and a register moves by steps.
        let allowed = rate * (since_h + 1.0);
        if own.value > allowed {
            day.beyond_plate += own.value;
            day.growth = day.growth + Growth { least: 0.0, value: 0.0, most: allowed };
            continue;
        }
        let most = match (hour.resets > 0, hour.rollovers > 0) {
            (true, _) => rate * (held_h(&hours, index, before_h) + 1.0),
            (_, true) => allowed,
            _ => own.most,
        };
        // Near the end of its range a reset looks like a roll-over.
        let doubtful = hour.rollovers > 0 || falls_back(&hours, index);
        let least = if doubtful { 0.0 } else { own.least };
        day.growth = day.growth + Growth { least, value: own.value, most: most.max(own.value) };
    }
    day
}

/// The hour with the last reading before those of the hour `index` that counts on: readings that were dropped since do
/// not; `None` where it lies before `hours`.
pub(super) fn follows<'a>(hours: &[&'a HourCell], index: usize) -> Option<&'a HourCell> {
    let dropped = usize::try_from(hours.get(index)?.glitches).ok()?;
    index.checked_sub(1 + dropped).and_then(|before| hours.get(before)).copied()
}

/// Whether something happened to the register in the hour.
pub(super) fn is_odd(hour: &HourCell) -> bool {
    hour.resets + hour.rollovers + hour.glitches > 0
}

/// Whether a reset is settled within the readings after the hour `index` that the engine needs to believe one: then the
/// growth of the hour may be a reading that jumped up, and the reset the way back.
pub(super) fn falls_back(hours: &[&HourCell], index: usize) -> bool {
    let mut readings = 0;
    for hour in hours.iter().skip(index) {
        if hour.resets > 0 {
            return true;
        }
        readings += hour.counted;
        if readings > HELD_MAX + 1 {
            return false;
        }
    }
    false
}

/// Hours between the last reading before a reset and the one that settled it, in the hour `index`: they reach at least
/// to the hour with data before the one in which the first held reading can lie.
fn held_h(hours: &[&HourCell], index: usize, before_h: f64) -> f64 {
    let mut readings = 0;
    let Some(settled) = hours.get(index) else {
        return before_h;
    };
    let mut earlier = hours.iter().take(index + 1).rev();
    for hour in earlier.by_ref() {
        readings += hour.counted;
        if readings > HELD_MAX + hour.glitches + settled.glitches {
            break;
        }
    }
    match earlier.next() {
        Some(before) => hours_over(before, settled),
        None => hours.first().map_or(0.0, |first| hours_over(first, settled)) + before_h + 24.0,
    }
}

/// What the first readings of `hours` settled of what began before them: those of the first hour, and of the ones in
/// which readings are judged that were held before.
pub(super) fn settled_first(hours: &[HourCell]) -> (Growth, f64) {
    let hours: Vec<&HourCell> = hours.iter().filter(|hour| hour.counted > 0).collect();
    let (mut readings, mut last) = (0, 0);
    for (index, hour) in hours.iter().enumerate() {
        if is_odd(hour) {
            last = index;
        }
        readings += hour.counted;
        if readings > HELD_MAX {
            break;
        }
    }
    let judged = hours.iter().take(last + 1);
    let span_h = match (hours.first(), hours.get(last)) {
        (Some(first), Some(last)) => hours_over(first, last),
        _ => 0.0,
    };
    (judged.map(|hour| Growth::of(hour)).sum(), span_h)
}
