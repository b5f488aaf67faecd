//! The weather, drawn day by day from the seed.

use jiff::civil::{Date, DateTime};

use super::Scenario;
use super::rng::{Draw, Purpose};

/// Evaporation happens between these hours of the day. Engineering judgement.
const DAYLIGHT: std::ops::Range<i8> = 6..18;
/// How far a place's rain may lie off the township's mean, as a share. Engineering judgement.
const RAIN_SPREAD: f64 = 0.15;
/// How far a day's evaporation may lie off the month's mean, as a share. Engineering judgement.
const EVAPORATION_SPREAD: f64 = 0.2;
/// The longest that a day's rain lasts, h. Engineering judgement.
const RAIN_HOURS_MAX: f64 = 10.0;

/// The weather of one day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Day {
    pub date: Date,
    /// Rain over the township, mm.
    pub rain_mm: f64,
    pub evaporation_mm: f64,
    rain_from_hour: i8,
    rain_hours: i8,
    /// Rain of each place, relative to the township's.
    places: [f64; PLACES],
}

/// Rain gauges with rain of their own; further ones share it.
const PLACES: usize = 8;

impl Day {
    /// The weather of `date`: the same for the same seed, whatever was drawn before.
    pub(super) fn new(scenario: &Scenario, seed: u64, date: Date) -> Self {
        let (wet_day_share, rain_mean, evaporation_mean) = climate(scenario, date);
        let number = i32::from(date.year()) * 366 + i32::from(date.day_of_year());
        let mut draw = Draw::new(seed, Purpose::Weather, number.unsigned_abs());
        let wet = draw.share() < wet_day_share;
        // The depths of rainy days are roughly exponential: many small, few large.
        let depth = -rain_mean * (1.0 - draw.share()).ln();
        let spread = draw.between(1.0 - EVAPORATION_SPREAD, 1.0 + EVAPORATION_SPREAD);
        let rain_hours = draw.between(2.0, RAIN_HOURS_MAX) as i8;
        let rain_from_hour = draw.between(0.0, 24.0 - f64::from(rain_hours)) as i8;
        let places = std::array::from_fn(|_| draw.between(1.0 - RAIN_SPREAD, 1.0 + RAIN_SPREAD));
        Self {
            date,
            rain_mm: if wet { depth } else { 0.0 },
            evaporation_mm: evaporation_mean * spread * if wet { 0.5 } else { 1.0 },
            rain_from_hour,
            rain_hours,
            places,
        }
    }

    /// Rain and evaporation, mm, of the hour that begins at `local`.
    pub(super) fn hour(&self, local: DateTime) -> (f64, f64) {
        let hour = local.hour();
        let rains = (self.rain_from_hour..self.rain_from_hour + self.rain_hours).contains(&hour);
        let rain = self.rain_mm / f64::from(self.rain_hours.max(1));
        let daylight_hours = f64::from(DAYLIGHT.end - DAYLIGHT.start);
        let evaporation = self.evaporation_mm / daylight_hours;
        (if rains { rain } else { 0.0 }, if DAYLIGHT.contains(&hour) { evaporation } else { 0.0 })
    }

    pub(super) fn place(&self, place: usize) -> f64 {
        self.places.get(place % PLACES).copied().unwrap_or(1.0)
    }
}

/// Share of wet days, rain of such a day and evaporation, mm.
fn climate(scenario: &Scenario, date: Date) -> (f64, f64, f64) {
    let spell = scenario.spells.iter().find(|s| s.from <= date && date <= s.to);
    let month = scenario.months.iter().find(|m| m.months.contains(&date.month()));
    match (spell, month) {
        (Some(s), _) => (s.wet_day_share, s.rain_mm, s.evaporation_mm),
        (None, Some(m)) => (m.wet_day_share, m.rain_mm, m.evaporation_mm),
        // Ruled out by the scenario's check.
        (None, None) => (0.0, 0.0, 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_is_the_sum_of_its_hours_and_of_nothing_but_its_seed() {
        let text = include_str!("../../config/examples/2022/scenario.toml");
        let scenario = Scenario::parse(text).unwrap();
        let spring: Vec<Day> = (1..=30).map(|d| Day::new(&scenario, 1, date(2022, 4, d))).collect();
        for day in &spring {
            assert_eq!(day, &Day::new(&scenario, 1, day.date));
            let sums = (0..24).fold((0.0, 0.0), |(rain, evaporation), hour| {
                let (r, e) = day.hour(day.date.at(hour, 0, 0, 0));
                (rain + r, evaporation + e)
            });
            assert!((sums.0 - day.rain_mm).abs() < 1e-9);
            assert!((sums.1 - day.evaporation_mm).abs() < 1e-9);
        }
        assert!(spring.iter().map(|d| d.rain_mm).sum::<f64>() > 50.0);
        let other = Day::new(&scenario, 2, date(2022, 4, 1));
        assert_ne!(other.evaporation_mm, spring[0].evaporation_mm);
    }
}
