//! How fast a register can grow where its gateway does not say: as fast as the pump's plate allows. Without a limit,
//! the counter engine takes a register that comes back after zeros for growth.

use std::collections::BTreeMap;

use crate::core::{Kind, Parameter, Series};
use crate::water::Township;
use crate::wire::{Birth, CounterSpec};

/// How far growth may exceed the plate, as a factor: plates are wrong, and a meter may serve more than its pump. The
/// accounts hold growth against the plate itself. Engineering judgement, confidence 0.6.
const MARGIN: f64 = 2.0;

/// The least limit, in the register's unit per hour: registers move in steps of up to ten units behind transformers.
/// Engineering judgement, confidence 0.6.
const LIMIT_MIN: f64 = 10.0;

/// The most that the registers of pumps can grow by in an hour, by their plates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlateLimits(BTreeMap<Series, f64>);

impl PlateLimits {
    pub fn of(township: &Township) -> PlateLimits {
        let mut limits: BTreeMap<Series, f64> = BTreeMap::new();
        for station in &township.stations {
            let Some(plate) = &station.pump else { continue };
            let meters = plate.meters.iter().map(|meter| &meter.station);
            for id in std::iter::once(&station.id).chain(meters) {
                for (parameter, rated) in [
                    (Parameter::EnergyTotal, plate.rated_power_kw),
                    (Parameter::VolumeTotal, plate.rated_flow_m3h),
                    (Parameter::RunHours, 1.0),
                ] {
                    let limit = (rated * MARGIN).max(LIMIT_MIN);
                    let series = Series::new(id.clone(), parameter);
                    let known = limits.entry(series).or_insert(limit);
                    *known = known.max(limit);
                }
            }
        }
        PlateLimits(limits)
    }

    /// The limits by their series, in the register's unit per hour.
    pub fn into_limits(self) -> BTreeMap<Series, f64> {
        self.0
    }

    /// Gives the counters of `birth` that state no limit that of their pump.
    pub fn complete(&self, birth: &mut Birth) {
        for one in &mut birth.series {
            let counts = one.series.parameter.spec().kind == Kind::Counter;
            let Some(limit) = self.0.get(&one.series).filter(|_| counts) else { continue };
            let own = CounterSpec { modulus: None, max_rate_per_hour: None };
            one.counter.get_or_insert(own).max_rate_per_hour.get_or_insert(*limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOWNSHIP: &str = r#"
name = "试验"
[[station]]
id = "pump-1"
name = "一号泵站"
kind = "pump"
village = "dong"
[station.pump]
source = "pond-1"
rated_power_kw = 20.0
rated_flow_m3h = 100.0
rated_head_m = 15.0
irrigates_mu = 200.0
meter = [{ station = "meter-1", billing = true }]
"#;

    const BIRTH: &str = r#"{"v":1,"version":"","config":"","series":[
        {"series":"meter-1/energy_total","unit":"kWh","interval_s":300},
        {"series":"pump-1/energy_total","unit":"kWh","interval_s":300,
            "counter":{"modulus":1000000,"max_rate_per_hour":30}},
        {"series":"pump-1/volume_total","unit":"m3","interval_s":300,"counter":{"modulus":100000}},
        {"series":"pump-1/flow","unit":"m3/h","interval_s":300},
        {"series":"pump-9/energy_total","unit":"kWh","interval_s":300}]}"#;

    #[test]
    fn a_register_without_a_limit_takes_that_of_its_pump() {
        let township = toml::from_str(TOWNSHIP).unwrap();
        let mut birth = Birth::from_bytes(BIRTH.as_bytes()).unwrap();
        PlateLimits::of(&township).complete(&mut birth);
        let limits: Vec<_> = birth.series.iter().map(|one| one.counter).collect();
        let spec = |modulus, limit| Some(CounterSpec { modulus, max_rate_per_hour: Some(limit) });
        let expected = [
            spec(None, 40.0),
            spec(Some(1_000_000.0), 30.0),
            spec(Some(100_000.0), 200.0),
            None,
            None,
        ];
        assert_eq!(limits, expected);
    }
}
