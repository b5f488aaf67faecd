//! The flags that polls of several buses get.

use jiff::Timestamp;

use super::*;
use crate::core::{Flag, Outcome};

const SETTINGS: &str = "
gateway = 'gw-1'
[mqtt]
url = 'mqtt://127.0.0.1:1883'
[spool]
path = 'spool.db'

[[bus]]
name = 'pumps'
tcp = '127.0.0.1:1502'
interval_s = 300
[[bus.device]]
unit = 1
profile = 'sdm630'
station = 'pump-1'
parameters = ['voltage', 'power', 'energy_total']
[[bus.device]]
unit = 2
profile = 'tuf-2000m'
station = 'pump-1'
parameters = ['flow', 'volume_total']

[[bus]]
name = 'levels'
tcp = '127.0.0.1:1503'
interval_s = 300
[[bus.device]]
unit = 1
profile = 'qdy30'
station = 'pond-1'
quality.level = { expected = [2.0, 9.0], rate_per_hour = [6.0, 60.0] }

[[bus]]
name = 'others'
tcp = '127.0.0.1:1504'
[[bus.device]]
unit = 1
profile = 'qdy30'
station = 'pond-2'

[[pump]]
station = 'pump-1'
rated_kw = 10
no_flow_after_s = 600

[[source]]
station = 'pond-1'
pumps = ['pump-1']
fall_per_hour = 0.05
after_h = 1
";

fn checks() -> Vec<BusChecks> {
    let settings: EdgeSettings = toml::from_str(SETTINGS).unwrap();
    let shipped = crate::device::shipped().iter();
    let profiles =
        shipped.map(|(id, text)| ((*id).to_owned(), crate::device::parse(text).unwrap())).collect();
    Checks::new(&settings, &profiles).shared()
}

fn reading(series: &str, s: i64, value: f64) -> Reading {
    let at = Timestamp::from_second(s).unwrap();
    Reading::good(series.parse().unwrap(), at, value)
}

fn missing(series: &str, s: i64) -> Reading {
    let at = Timestamp::from_second(s).unwrap();
    Reading::missing(series.parse().unwrap(), at, Reason::Timeout, Vec::new())
}

/// Flags and reasons of what one poll has read.
fn judged(checks: &BusChecks, mut readings: Vec<Reading>) -> Vec<(u8, Option<&'static str>)> {
    checks.judge(&mut readings);
    let seen = readings.iter().map(|r| (r.flag.into(), r.reason.map(Reason::id)));
    seen.collect()
}

#[test]
fn readings_find_their_tests_in_any_order_and_others_pass() {
    let checks = checks();
    let unknown = reading("pond-9/level", 0, 1.0);
    let volume = reading("pump-1/volume_total", 0, 1.0);
    let flow = reading("pump-1/flow", 0, 0.0);
    let power = reading("pump-1/power", 0, 9.0);
    let all = vec![volume, unknown, flow, power];
    assert_eq!(judged(&checks[0], all), [(1, None); 4]);
    let level = reading("pond-2/level", 0, 9.0);
    assert_eq!(judged(&checks[2], vec![level]), [(1, None)]);
    let out = reading("pond-2/level", 300, 99_999.0);
    assert_eq!(judged(&checks[2], vec![out]), [(4, Some("out_of_range"))]);
}

#[test]
fn the_worst_flag_stays_and_what_is_missing_stays_missing() {
    let checks = checks();
    let level = |s, value| Reading { raw: vec![7].into(), ..reading("pond-1/level", s, value) };
    let readings = vec![
        level(0, 1.9),
        level(300, 3.0),
        level(600, 199.0),
        missing("pond-1/level", 900),
        level(1200, 9.5),
        level(1500, 2.5),
        level(1800, 8.9),
    ];
    let mut after = readings.clone();
    checks[1].judge(&mut after);
    let seen: Vec<(u8, Option<&str>)> =
        after.iter().map(|r| (r.flag.into(), r.reason.map(Reason::id))).collect();
    assert_eq!(
        seen,
        [
            (3, Some("unexpected")),
            (3, Some("rate")),
            (4, Some("out_of_range")),
            (9, Some("timeout")),
            (3, Some("unexpected")),
            (1, None),
            (4, Some("rate")),
        ]
    );
    for (before, after) in readings.iter().zip(&after) {
        assert_eq!((before.outcome, before.observed_at), (after.outcome, after.observed_at));
        let has_registers = after.flag != Flag::Good && after.flag != Flag::Missing;
        assert_eq!(!after.raw.is_empty(), has_registers, "{after:?}");
    }
    assert_eq!(after[3].outcome, Outcome::Missing(Reason::Timeout));
}

/// A poll of the pump's bus: power, flow.
fn pump(checks: &[BusChecks], s: i64, power: f64, flow: f64) -> u8 {
    let readings = vec![reading("pump-1/power", s, power), reading("pump-1/flow", s, flow)];
    let seen = judged(&checks[0], readings);
    assert_eq!(seen[0], (1, None), "the power is not suspect");
    seen[1].0
}

#[test]
fn a_pump_that_moves_no_water_is_recognised_by_power_and_flow() {
    let checks = checks();
    // At a fifth of 10 kW the pump does not run.
    assert_eq!([0, 300, 600].map(|s| pump(&checks, s, 2.0, 0.0)), [1; 3]);
    assert_eq!([900, 1200, 1500].map(|s| pump(&checks, s, 8.0, 0.0)), [1, 1, 3]);
    assert_eq!(pump(&checks, 1800, 8.0, 40.0), 1);
    // Missing or old power tells nothing.
    let unknown = vec![missing("pump-1/power", 2100), reading("pump-1/flow", 2100, 0.0)];
    assert_eq!(judged(&checks[0], unknown)[1], (1, None));
    let alone = |s| judged(&checks[0], vec![reading("pump-1/flow", s, 0.0)])[0].0;
    assert_eq!([2400, 2700, 3000, 3300].map(alone), [1; 4]);
}

#[test]
fn a_level_that_falls_while_the_pump_of_another_bus_is_stopped_is_suspect() {
    let checks = checks();
    // 12 cm per hour: less than the limit of the level's own rule.
    let falls = |from: i64, power: f64| {
        let poll = |i: i64| {
            let s = from + i * 300;
            let level = reading("pond-1/level", s, 5.0 - s as f64 / 30_000.0);
            let seen = judged(&checks[1], vec![level])[0];
            pump(&checks, s + 1, power, power * 4.0);
            seen
        };
        (0..16).map(poll).collect::<Vec<_>>()
    };
    let pumping = falls(0, 8.0);
    assert_eq!(pumping, [(1, None); 16]);
    let idle = falls(4800, 0.1);
    assert_eq!(idle[..14], [(1, None); 14]);
    assert_eq!(idle[14..], [(3, Some("idle_fall")); 2]);
    assert_eq!(falls(9600, 8.0)[1..], [(1, None); 15]);
}
