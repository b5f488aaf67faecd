//! How a gateway polls: intervals, limits and holes of devices, and when a device counts as offline.

use std::ops::{RangeInclusive, RangeToInclusive};

use crate::core::{Parameter, Problems};
use crate::device::{self, Point, Profile, REGISTERS_MAX, Run};
use crate::locales::{Text, config as words};
use crate::modbus::{BusSettings, DeviceSettings, HealthSettings};

/// How long an answer may take, ms: below 10 no field device answers, and above a minute one dead device stops its bus.
/// Engineering judgement.
pub(super) const TIMEOUT_MS: RangeInclusive<u64> = 10..=60_000;

/// Repetitions within a poll. Engineering judgement: what has not answered eleven times will not.
pub(super) const RETRIES: RangeInclusive<u32> = 0..=10;

/// Time between polls, s: from no pause to a day. Engineering judgement.
pub(super) const INTERVAL_S: RangeInclusive<u32> = 0..=86_400;

/// The first number of an input register in manuals. Where all points of a profile lie below it, it is none of the
/// device's addresses on the wire.
const MANUAL_MIN: u16 = 30_001;

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
    limit(device, profile, &points, found);
    holes(device, profile, &points, found);
}

/// Adds the values that the device's `registers_max` is too small for, all at once.
fn limit(device: &DeviceSettings, profile: &Profile, points: &[&Point], found: &mut Problems) {
    let in_parts = device.in_parts || profile.in_parts;
    let Some(limit) = device.registers_max.filter(|limit| *limit > 0 && !in_parts) else { return };
    let widest = |point: &&&Point| {
        let counts = point.parts().into_iter().map(|part| part.count);
        counts.max().filter(|count| !point.function.bits() && *count > limit)
    };
    let wide = points.iter().filter_map(|point| Some((point.parameter.id(), widest(&point)?)));
    let (mut parameters, counts): (Vec<&str>, Vec<u16>) = wide.unzip();
    parameters.dedup();
    if let Some(most) = counts.into_iter().max() {
        let rule = words::parts_of_values(Text::list(parameters), most);
        found.add("registers_max", limit, rule, words::give_registers(most));
    }
}

/// Adds each hole of which registers are read, or which has a manual's number for its address.
fn holes(device: &DeviceSettings, profile: &Profile, points: &[&Point], found: &mut Problems) {
    for (index, hole) in device.holes.iter().enumerate() {
        let mut parameters = Vec::new();
        let mut read: Option<(u16, u16)> = None;
        for point in points {
            for run in point.parts().into_iter().map(Run::from) {
                if Run::from(*hole).touches(&run) {
                    let (first, last) = read.unwrap_or((run.first, run.last));
                    read = Some((first.min(run.first), last.max(run.last)));
                    parameters.push(point.parameter.id());
                }
            }
        }
        parameters.dedup();
        let found = &mut found.item("hole", index);
        if let Some((first, last)) = read {
            let rule = words::hole_is_read(Text::list(parameters), first, last);
            found.add("", "", rule, words::correct_hole());
        }
        // A device that has such addresses on the wire has points there.
        let named = device::manual_address(hole.function, hole.first);
        let mut parts = profile.points.iter().flat_map(Point::parts);
        let far = parts.all(|part| part.address < MANUAL_MIN);
        if let Some(address) = named.filter(|_| far) {
            let rule = words::hole_of_manual();
            found.add("first", hole.first, rule, words::hole_on_wire(address));
        }
    }
}
