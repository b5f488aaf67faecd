//! The world with the example's township and scenario.

use jiff::tz::{Offset, TimeZone};

use super::*;
use crate::core::Calendar;
use crate::water::Township;

pub(super) fn township() -> Township {
    toml::from_str(include_str!("../../config/township.toml")).unwrap()
}

pub(super) fn scenario() -> Scenario {
    Scenario::parse(include_str!("../../config/examples/2022/scenario.toml")).unwrap()
}

pub(super) fn world(seed: u64) -> World {
    let zone = Calendar::new(TimeZone::fixed(Offset::from_hours(8).unwrap()), 0);
    World::new(&township(), &scenario(), seed, &zone).unwrap()
}

#[test]
fn print() {
    for seed in [2022, 1, 2, 3] {
        let mut w = world(seed);
        w.advance_to("2022-11-15T16:00:00Z".parse().unwrap());
        let t = w.truth();
        println!("seed {seed} energy {} water {}", t.energy_kwh(), t.water_m3());
        if seed == 2022 {
            for (id, s) in &t.sources { println!("{id} {s:?}"); }
            for (id, s) in &t.pumps { println!("{id} {s:?}"); }
            println!("{:?}", t.rain_mm);
        }
    }
}
