//! Whether a source that people drink from stood above its intake, by its level hour by hour.

use jiff::Timestamp;
use serde::Serialize;

use super::dry::hour_of;
use crate::core::HourCell;
use crate::water::{DRY_MARGIN_M, Station, StationKind};

/// Hours on end not seen above the intake from which it is open whether people had water. Engineering judgement,
/// confidence 0.5: what a household has in its pots and jars lasts for some hours, and a tank that ran empty between
/// two readings less than that apart left nobody short.
pub const UNSEEN_H_MAX: u64 = 4;

/// How the level of a source that serves people stood to its intake over the period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Intake {
    /// The level at or below which nobody gets water, m; `None` where neither intake nor bottom is known.
    pub limit_m: Option<f64>,
    /// Hours seen at or below it, if only by one reading, h.
    pub below_h: u32,
    /// The first of them.
    pub first_below_at: Option<Timestamp>,
    /// The longest run of hours not known to be above it, h.
    pub unseen_h: u64,
}

impl Intake {
    /// Of `station` in the `period_h` hours from `begins_at` on, from its hours in them, in order of time; `None` where
    /// it serves nobody.
    pub(super) fn of(
        station: &Station,
        cells: &[HourCell],
        (begins_at, period_h): (Timestamp, u64),
    ) -> Option<Intake> {
        if station.kind != StationKind::Tank && station.serves_persons.is_none() {
            return None;
        }
        let bottom = station.bottom_m.map(|bottom| bottom + DRY_MARGIN_M);
        let limit_m = station.dead_m.map(|dead| bottom.map_or(dead, |bottom| dead.max(bottom)));
        let limit_m = limit_m.or(bottom);
        let mut intake = Intake { limit_m, below_h: 0, first_below_at: None, unseen_h: period_h };
        let Some(limit_m) = limit_m else {
            return Some(intake);
        };
        let (mut unseen_from, mut longest) = (0u64, 0u64);
        for cell in cells {
            match is_above(cell, limit_m) {
                None => {}
                Some(false) => {
                    intake.below_h += 1;
                    intake.first_below_at.get_or_insert(cell.hour_at);
                }
                Some(true) => {
                    let hour = hour_of(cell, begins_at);
                    longest = longest.max(hour.saturating_sub(unseen_from));
                    unseen_from = hour + 1;
                }
            }
        }
        intake.unseen_h = longest.max(period_h.saturating_sub(unseen_from));
        Some(intake)
    }

    /// Whether its people had water all the time: not where an hour was seen at or below the intake; `None` where too
    /// little was seen.
    pub fn supplied(&self) -> Option<bool> {
        self.limit_m?;
        if self.below_h > 0 {
            return Some(false);
        }
        (self.unseen_h < UNSEEN_H_MAX).then_some(true)
    }
}

/// Whether all readings of the hour lay above the intake; `None` where they do not say. Which of them are the suspect
/// ones is not known.
fn is_above(cell: &HourCell, limit_m: f64) -> Option<bool> {
    if cell.counted <= cell.suspect {
        return None;
    }
    let (min, max) = (cell.min?, cell.max?);
    if min > limit_m {
        Some(true)
    } else if cell.suspect == 0 || max <= limit_m {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::test_kit::{empty_hour, gauge_hour};
    use crate::water::Township;
    use jiff::ToSpan;

    fn station(more: &str) -> Station {
        let text = format!(
            "name = \"t\"\n[[station]]\nid = \"s\"\nname = \"甲\"\nvillage = \"v\"\n{more}"
        );
        toml::from_str::<Township>(&text).unwrap().stations.remove(0)
    }

    fn intake(station: &Station, levels: &[Option<f64>]) -> Option<Intake> {
        let begins_at: Timestamp = "2022-08-01T00:00:00Z".parse().unwrap();
        let cell = |(i, level): (usize, &Option<f64>)| {
            let at = begins_at + (i as i64).hours();
            level.map_or(empty_hour(at), |level| gauge_hour(at, level))
        };
        let cells: Vec<HourCell> = levels.iter().enumerate().map(cell).collect();
        Intake::of(station, &cells, (begins_at, levels.len() as u64))
    }

    #[test]
    fn an_hour_below_the_intake_is_an_hour_without_water() {
        let tank = station("kind = \"tank\"\nbottom_m = 120.0\ndead_m = 121.0");
        let mut levels = vec![Some(122.0); 48];
        assert_eq!(intake(&tank, &levels).unwrap().supplied(), Some(true));
        levels[30] = Some(120.9);
        let seen = intake(&tank, &levels).unwrap();
        assert_eq!((seen.supplied(), seen.below_h), (Some(false), 1));
        assert_eq!(seen.first_below_at.unwrap().to_string(), "2022-08-02T06:00:00Z");
    }

    #[test]
    fn without_an_intake_the_bottom_is_the_limit_and_without_both_nothing_is_known() {
        let tank = station("kind = \"tank\"\nbottom_m = 120.0");
        assert_eq!(intake(&tank, &[Some(120.05); 24]).unwrap().supplied(), Some(false));
        assert_eq!(intake(&tank, &[Some(120.06); 24]).unwrap().supplied(), Some(true));
        let bare = station("kind = \"tank\"");
        assert_eq!(intake(&bare, &[Some(122.0); 24]).unwrap().supplied(), None);
    }

    #[test]
    fn some_hours_that_nobody_saw_are_open() {
        let tank = station("kind = \"tank\"\nbottom_m = 120.0");
        let mut levels = vec![Some(122.0); 48];
        levels[10..13].fill(None);
        assert_eq!(intake(&tank, &levels).unwrap().supplied(), Some(true));
        levels[13] = None;
        assert_eq!(intake(&tank, &levels).unwrap().supplied(), None);
    }

    #[test]
    fn wells_and_ponds_count_where_they_serve_people() {
        assert_eq!(intake(&station("kind = \"well\"\nbottom_m = 1.0"), &[Some(2.0)]), None);
        let well = station("kind = \"well\"\nbottom_m = 1.0\nserves_persons = 10");
        assert_eq!(intake(&well, &[Some(2.0)]).unwrap().supplied(), Some(true));
    }
}
