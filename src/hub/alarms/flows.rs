//! Pumps that run while nothing flows, as the gateway's rules flag it (`quality::NoFlow`).

use jiff::{SignedDuration, Timestamp};

use super::levels::Level;
use super::subjects::of_station;
use crate::alarm::{Condition, Kind, Seen};
use crate::hub::times::is_ahead;
use crate::locales::page_alarms as words;
use crate::water::{Station, dry_level_m};

/// Readings in a row that the gateway flags before it counts. Engineering judgement: its rule has waited already, an
/// hour where the gateway says nothing else; three polls more are no chance.
const IN_A_ROW: u32 = 3;

/// After this long without a reading nothing is known of a pump. Engineering judgement: several polls of a slow one.
const STALE: SignedDuration = SignedDuration::from_hours(6);

/// What is known of the flow at one station.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Flow {
    newest: Option<Timestamp>,
    /// Readings in a row that were flagged; `None` where the last one has no value.
    flagged: Option<u32>,
}

impl Flow {
    /// Takes a reading. One that is older than the newest says nothing new.
    pub fn note(&mut self, at: Timestamp, value: Option<f64>, no_flow: bool) {
        if self.newest.is_some_and(|newest| at <= newest) {
            return;
        }
        self.newest = Some(at);
        self.flagged = value.map(|_| match no_flow {
            true => self.flagged.unwrap_or(0).saturating_add(1),
            false => 0,
        });
    }

    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// What is seen of the pump at `station`, which draws on `source`, at `now`. Without water in front of the pump it
    /// runs dry; else a valve is shut, or the meter stands still.
    pub fn seen(
        &self,
        station: &Station,
        source: Option<(&Station, &Level)>,
        now: Timestamp,
    ) -> [Seen; 2] {
        let says = |at: Timestamp| !is_ahead(at, now) && now.duration_since(at) <= STALE;
        let fresh = self.newest.is_some_and(says);
        let condition = match self.flagged.filter(|_| fresh) {
            None => Condition::Unknown,
            Some(0) => Condition::Off,
            Some(IN_A_ROW..) => Condition::On,
            Some(_) => Condition::Between,
        };
        let level = source.and_then(|(source, level)| {
            let limit_m = source.dead_m.or_else(|| dry_level_m(source))?;
            let (_, level_m) = level.believed(now)?;
            Some((level_m, limit_m))
        });
        let lacks_water = level.filter(|(level_m, limit_m)| level_m <= limit_m);
        // What is not known to be the cause neither begins nor ends by it.
        let unless = |it: bool| match condition {
            Condition::On if !it => Condition::Between,
            condition => condition,
        };
        let dry = of_station(Kind::DryRun, station, unless(lacks_water.is_some()));
        let blocked = of_station(Kind::RunsWithoutFlow, station, unless(lacks_water.is_none()));
        let said = lacks_water.map(|(level_m, limit_m)| {
            words::runs_dry(format!("{level_m:.2}"), format!("{limit_m:.2}"))
        });
        [
            Seen {
                value: lacks_water.map(|(level_m, _)| level_m),
                limit: lacks_water.map(|(_, limit_m)| limit_m),
                said: said.unwrap_or_default(),
                ..dry
            },
            Seen { said: words::runs_without_flow(), ..blocked },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::water::Township;
    use Condition::{Between, Off, On, Unknown};

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * minutes).unwrap()
    }

    fn stations() -> Vec<Station> {
        let text = r#"name = "t"
            [[station]]
            id = "pond-1"
            name = "大塘"
            kind = "pond"
            village = "v"
            bottom_m = 100.0
            dead_m = 101.0
            crest_m = 104.0
            [[station]]
            id = "pump-1"
            name = "东门泵"
            kind = "pump"
            village = "v""#;
        toml::from_str::<Township>(text).unwrap().stations
    }

    #[test]
    fn three_flagged_readings_in_a_row_ring_and_the_level_tells_which_it_is() {
        let stations = stations();
        let (pond, pump) = (&stations[0], &stations[1]);
        let seen = |flow: &Flow, level_m: Option<f64>, now: i64| {
            let mut level = Level::default();
            level.note(pond, at(0), level_m);
            flow.seen(pump, Some((pond, &level)), at(now)).map(|seen| seen.condition)
        };
        let mut flow = Flow::default();
        assert_eq!(seen(&flow, Some(100.8), 0), [Unknown, Unknown]);
        flow.note(at(0), Some(0.0), true);
        flow.note(at(5), Some(0.0), true);
        // A reading that comes again says nothing new.
        flow.note(at(5), Some(0.0), true);
        assert_eq!(seen(&flow, Some(100.8), 5), [Between, Between]);
        flow.note(at(10), Some(0.0), true);
        assert_eq!(seen(&flow, Some(100.8), 10), [On, Between]);
        assert_eq!(seen(&flow, Some(103.0), 10), [Between, On]);
        assert_eq!(seen(&flow, None, 10), [Between, On], "nobody knows the level");
        assert_eq!(flow.seen(pump, None, at(10))[1].condition, On);
        assert_eq!(seen(&flow, Some(100.8), 400), [Unknown, Unknown], "too old");
        flow.note(at(15), None, false);
        assert_eq!(seen(&flow, Some(100.8), 15), [Unknown, Unknown]);
        flow.note(at(20), Some(12.0), false);
        assert_eq!(seen(&flow, Some(100.8), 20), [Off, Off]);
    }
}
