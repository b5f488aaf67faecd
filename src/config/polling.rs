//! How a gateway polls: intervals, limits and holes of devices, and when a device counts as offline.

use std::ops::{RangeInclusive, RangeToInclusive};

use crate::core::{Parameter, Problems};
use crate::device::{Point, Profile, REGISTERS_MAX, Run};
use crate::locales::config as words;
use crate::modbus::{BusSettings, DeviceSettings, HealthSettings};

/// How long an answer may take, ms: below 10 no field device answers, and above a minute one dead device stops its bus.
/// Engineering judgement.
pub(super) const TIMEOUT_MS: RangeInclusive<u64> = 10..=60_000;

/// Repetitions within a poll. Engineering judgement: what has not answered eleven times will not.
pub(super) const RETRIES: RangeInclusive<u32> = 0..=10;

/// Time between polls, s: from no pause to a day. Engineering judgement.
pub(super) const INTERVAL_S: RangeInclusive<u32> = 0..=86_400;

/// Failed polls until a device counts as offline. Engineering judgement: a hundred at five minutes are eight hours.
const FAILURES: RangeInclusive<u32> = 1..=100;

/// Time until a device counts as offline, and between probes, s: at most a day. Engineering judgement.
const A_DAY_S: RangeToInclusive<u32> = ..=86_400;

pub(super) fn bus(bus: &BusSettings, found: &mut Problems) {
    found.within("interval_s", bus.interval_s, INTERVAL_S, words::intervals());
    if let Some(drought_s) = bus.drought_interval_s {
        found.within("drought_interval_s", drought_s, INTERVAL_S, words::intervals());
        found.ensure(
            drought_s <= bus.interval_s,
            "drought_interval_s",
            drought_s,
            words::longer_than_interval(bus.interval_s),
            words::drought_shortens(),
        );
    }
    health(&bus.health, &mut found.at("health"));
}

fn health(health: &HealthSettings, found: &mut Problems) {
    let default = |value: u32| words::leave_it_out_for(value);
    found.within("failures", health.failures, FAILURES, default(3));
    found.within("after_s", health.after_s, A_DAY_S, default(10));
    found.within("probe_first_s", health.probe_first_s, 1..=A_DAY_S.end, default(5));
    if found.within("probe_most_s", health.probe_most_s, A_DAY_S, default(300)) {
        found.ensure(
            health.probe_most_s >= health.probe_first_s,
            "probe_most_s",
            health.probe_most_s,
            words::below_probe_first(),
            words::give_more(),
        );
    }
}

pub(super) fn device(device: &DeviceSettings, found: &mut Problems) {
    if let Some(timeout_ms) = device.timeout_ms {
        found.within("timeout_ms", timeout_ms, TIMEOUT_MS, words::that_of_bus());
    }
    if let Some(registers) = device.registers_max {
        found.within("registers_max", registers, 1..=REGISTERS_MAX, words::that_of_profile());
    }
    for (index, hole) in device.holes.iter().enumerate() {
        found.item("hole", index).ensure(
            hole.first <= hole.last,
            "last",
            hole.last,
            words::before_first(hole.first),
            words::last_of_hole(),
        );
    }
}

/// Adds what is wrong with how `device` is polled for the points of `profile` that it reads.
pub(super) fn points(device: &DeviceSettings, profile: &Profile, found: &mut Problems) {
    let points: Vec<&Point> = device.observes(profile).map(|(point, _)| point).collect();
    let read = |parameter: Parameter| points.iter().any(|point| point.parameter == parameter);
    for (key, intervals) in
        [("intervals_s", &device.intervals_s), ("drought_intervals_s", &device.drought_intervals_s)]
    {
        let found = &mut found.at(key);
        for (parameter, seconds) in intervals {
            found.within(parameter, *seconds, INTERVAL_S, words::intervals_in_seconds());
            found.ensure(
                read(*parameter),
                parameter,
                seconds,
                words::interval_of_unread(),
                words::remove_or_read(),
            );
        }
    }
    for point in points {
        for part in point.parts() {
            let (parameter, count) = (point.parameter.id(), part.count);
            let in_parts = device.in_parts || profile.in_parts;
            let limit = device.registers_max.filter(|_| !point.function.bits() && !in_parts);
            if let Some(limit) = limit.filter(|limit| (1..count).contains(limit)) {
                found.add(
                    "registers_max",
                    limit,
                    words::parts_of_value(parameter, count),
                    words::give_registers(parameter, count),
                );
            }
            let run = Run::from(part);
            for (index, hole) in device.holes.iter().enumerate() {
                found.item("hole", index).ensure(
                    !Run::from(*hole).touches(&run),
                    "",
                    "",
                    words::hole_is_read(parameter, run.first, run.last),
                    words::correct_hole(),
                );
            }
        }
    }
}
