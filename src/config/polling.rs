//! How a gateway polls: intervals, limits and holes of devices, and when one counts as offline.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::edge::TIMEOUT_MS;
use crate::core::{Parameter, Problem};
use crate::device::{Point, Profile, REGISTERS_MAX, Run};
use crate::modbus::{BusSettings, DeviceSettings, HealthSettings};

/// Time between polls, s: without a pause, or up to a day. Engineering judgement.
const INTERVAL_S: RangeInclusive<u32> = 0..=86_400;

/// Failed polls until a device counts as offline. Engineering judgement: a hundred at five minutes are eight hours.
const FAILURES: RangeInclusive<u32> = 1..=100;

/// The longest time until a device counts as offline, and between probes, s: a day. Engineering judgement.
const DAY_S: u32 = 86_400;

/// What is wrong with how `bus`, at `path`, is polled.
pub(super) fn bus(bus: &BusSettings, path: &str, problems: &mut Vec<Problem>) {
    interval(bus.interval_s, &format!("{path}.interval_s"), problems);
    if let Some(drought_s) = bus.drought_interval_s {
        let path = format!("{path}.drought_interval_s");
        interval(drought_s, &path, problems);
        if drought_s > bus.interval_s {
            problems.push(Problem::new(
                path,
                drought_s,
                format!("is longer than interval_s, {}", bus.interval_s),
                "a drought shortens the interval: give less, or leave it out",
            ));
        }
    }
    health(&bus.health, &format!("{path}.health"), problems);
}

fn interval(seconds: u32, path: &str, problems: &mut Vec<Problem>) {
    if !INTERVAL_S.contains(&seconds) {
        problems.push(Problem::new(
            path,
            seconds,
            "must be 0 to 86400 s",
            "300 is every five minutes, 3600 on the hour, 0 without a pause",
        ));
    }
}

fn health(health: &HealthSettings, path: &str, problems: &mut Vec<Problem>) {
    let mut add = |key: &str, value: u32, rule: &str, hint: &str| {
        problems.push(Problem::new(format!("{path}.{key}"), value, rule, hint));
    };
    if !FAILURES.contains(&health.failures) {
        add("failures", health.failures, "must be 1 to 100", "leave it out for 3");
    }
    if health.after_s > DAY_S {
        add("after_s", health.after_s, "must be at most 86400 s", "leave it out for 10");
    }
    if !(1..=DAY_S).contains(&health.probe_first_s) {
        add("probe_first_s", health.probe_first_s, "must be 1 to 86400 s", "leave it out for 5");
    }
    if health.probe_most_s > DAY_S {
        add("probe_most_s", health.probe_most_s, "must be at most 86400 s", "leave it out for 300");
    } else if health.probe_most_s < health.probe_first_s {
        add(
            "probe_most_s",
            health.probe_most_s,
            "is shorter than probe_first_s: pauses between probes grow from the one to the other",
            "give at least as much",
        );
    }
}

/// What is wrong with how `device`, at `path`, is asked, whatever its profile.
pub(super) fn device(device: &DeviceSettings, path: &str, problems: &mut Vec<Problem>) {
    if let Some(timeout_ms) = device.timeout_ms
        && !TIMEOUT_MS.contains(&timeout_ms)
    {
        problems.push(Problem::new(
            format!("{path}.timeout_ms"),
            timeout_ms,
            "must be 10 to 60000 ms",
            "leave it out for what the bus has",
        ));
    }
    if let Some(registers_max) = device.registers_max
        && !(1..=REGISTERS_MAX).contains(&registers_max)
    {
        problems.push(Problem::new(
            format!("{path}.registers_max"),
            registers_max,
            "must be 1 to 125",
            "leave it out for what the profile says",
        ));
    }
    for (index, hole) in device.holes.iter().enumerate() {
        if hole.first > hole.last {
            problems.push(Problem::new(
                format!("{path}.hole[{index}].last"),
                hole.last,
                format!("lies before first, {}", hole.first),
                "the last register of the hole, as an address on the wire",
            ));
        }
    }
}

/// What is wrong with how `device`, at `path`, is asked for the points of `profile` that it reads.
pub(super) fn points(
    device: &DeviceSettings,
    profile: &Profile,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    let points: Vec<&Point> = device.observes(profile).map(|(point, _)| point).collect();
    let maps = [
        ("intervals_s", &device.intervals_s),
        ("drought_intervals_s", &device.drought_intervals_s),
    ];
    for (key, map) in maps {
        intervals(map, &points, &format!("{path}.{key}"), problems);
    }
    for point in points {
        for part in point.parts() {
            too_long(device, point, part.count, path, problems);
            let run = Run::from(part);
            let holes = device.holes.iter().enumerate();
            for (index, _) in holes.filter(|(_, hole)| Run::from(**hole).touches(&run)) {
                problems.push(Problem::new(
                    format!("{path}.hole[{index}]"),
                    "",
                    format!(
                        "holds registers of {}, {} to {}, which is read",
                        point.parameter, run.first, run.last
                    ),
                    "correct the hole, or name in `parameters` what is read without it",
                ));
            }
        }
    }
}

fn too_long(
    device: &DeviceSettings,
    point: &Point,
    count: u16,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    if let Some(registers_max) = device.registers_max
        && (1..count).contains(&registers_max)
        && !point.function.bits()
    {
        problems.push(Problem::new(
            format!("{path}.registers_max"),
            registers_max,
            format!(
                "is less than {} takes, {count}: a value is never read in parts",
                point.parameter
            ),
            format!("give at least {count}, or leave {} out", point.parameter),
        ));
    }
}

fn intervals(
    map: &BTreeMap<Parameter, u32>,
    points: &[&Point],
    path: &str,
    problems: &mut Vec<Problem>,
) {
    for (parameter, seconds) in map {
        let path = format!("{path}.{parameter}");
        interval(*seconds, &path, problems);
        if points.iter().all(|point| point.parameter != *parameter) {
            problems.push(Problem::new(
                path,
                seconds,
                "is the interval of a parameter that is not read",
                "remove it, or read the parameter",
            ));
        }
    }
}
