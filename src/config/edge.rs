//! A gateway's settings, checked as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::profiles::Profiles;
use super::{line, metrics, mqtt, polling, quality, socket};
use crate::core::{Problems, Series, did_you_mean};
use crate::device::Profile;
use crate::edge::EdgeSettings;
use crate::modbus::{BusSettings, DeviceSettings};

/// Unit ids of the Modbus serial line specification (V1.02, 2.2); 0 is broadcast, and above 247 is reserved.
const UNITS: RangeInclusive<u8> = 1..=247;

/// Repetitions within a poll. Engineering judgement: what has not answered eleven times will not.
const RETRIES: RangeInclusive<u32> = 0..=10;

/// Smallest spool, MiB: below it a day of one pump house does not fit. Engineering judgement.
const SPOOL_MIN_MB: u32 = 1;

pub(super) fn check(settings: &EdgeSettings, profiles: &Profiles, found: &mut Problems) {
    mqtt::check(&settings.mqtt, found);
    found.ensure(
        settings.spool.path.file_name().is_some(),
        "spool.path",
        settings.spool.path.display(),
        "names no file",
        "give a file on a disk that survives a power cut",
    );
    let size = settings.spool.size_max_mb;
    found.within("spool.size_max_mb", size, SPOOL_MIN_MB.., "leave it out for 256");
    found.ensure(
        settings.uplink.monthly_mb != Some(0),
        "uplink.monthly_mb",
        0,
        "nothing could ever be sent",
        "leave it out for no limit",
    );
    socket::check(settings, found);
    metrics::check(settings, found);
    line::check(&settings.buses, found);
    let hint = "add [[bus]] with name, line and devices";
    found.required(!settings.buses.is_empty(), "bus", "a gateway has at least one bus", hint);
    let names = settings.buses.iter().map(|bus| &bus.name);
    found.unique("bus", "name", names, "give each bus a name of its own");
    let mut observed = BTreeMap::new();
    for (index, bus) in settings.buses.iter().enumerate() {
        let found = &mut found.item("bus", index);
        check_bus(bus, found);
        for (index, device) in bus.devices.iter().enumerate() {
            let found = &mut found.item("device", index);
            check_device(bus, device, profiles, &mut observed, found);
        }
    }
    quality::rules(settings, &observed, found);
}

fn check_bus(bus: &BusSettings, found: &mut Problems) {
    found.text("name", &bus.name, "it names the bus in logs");
    let hint = "field devices answer in 20 to 150 ms; leave it out for 1000";
    found.within("timeout_ms", bus.timeout_ms, polling::TIMEOUT_MS, hint);
    found.within("retries", bus.retries, RETRIES, "leave it out for 1");
    let hint = "add [[bus.device]] with unit, profile and station, or remove the bus";
    found.required(!bus.devices.is_empty(), "device", "a bus has at least one device", hint);
    polling::bus(bus, found);
    let hint = "each device on a bus has a unit id of its own: look at the device's display";
    found.unique("device", "unit", bus.devices.iter().map(|device| device.unit), hint);
}

/// `observed` holds the device of each series so far.
fn check_device(
    bus: &BusSettings,
    device: &DeviceSettings,
    profiles: &Profiles,
    observed: &mut BTreeMap<Series, String>,
    found: &mut Problems,
) {
    found.within("unit", device.unit, UNITS, "0 is broadcast, and above 247 is reserved");
    line::gap("gap_ms", device.gap_ms, found);
    polling::device(device, found);
    for (parameter, adjust) in &device.adjust {
        let found = &mut found.at(format_args!("adjust.{parameter}"));
        found.factor("scale", adjust.scale, "leave it out for a factor of 1");
        found.finite("offset", adjust.offset, "leave it out for none");
    }
    let ids = profiles.keys().map(String::as_str);
    found.one_of("profile", &device.profile, ids, "is not a known device profile");
    let Some(profile) = profiles.get(&device.profile) else { return };
    check_parameters(device, profile, found);
    polling::points(device, profile, found);
    quality::series(bus, device, profile, found);
    check_channels(device, profile, found);
    for (point, series) in device.observes(profile) {
        let key = match &point.channel {
            Some(channel) => format!("channels.{channel}"),
            None => "station".into(),
        };
        if let Some(first) = observed.get(&series) {
            let rule = format!("{series} is observed by {first} already");
            let hint = "a series has one device: name in `parameters` what each of the two reads";
            found.add(key, &series.station, rule, hint);
        } else {
            observed.insert(series, found.path(""));
        }
    }
}

fn check_channels(device: &DeviceSettings, profile: &Profile, found: &mut Problems) {
    let channels = profile.points.iter().filter_map(|p| p.channel.as_deref());
    let known: BTreeSet<&str> = channels.collect();
    for (channel, station) in &device.channels {
        let hint = match did_you_mean(channel, known.iter().copied()) {
            Some(hint) => hint,
            None if known.is_empty() => "it has none: give the device's `station` alone".to_owned(),
            None => format!("it has {}", Vec::from_iter(known.iter().copied()).join(", ")),
        };
        let rule = format!("is not a channel of profile {}", profile.id);
        let key = format_args!("channels.{channel}");
        found.ensure(known.contains(channel.as_str()), key, station, rule, hint);
    }
    let reads_nothing = !profile.points.is_empty()
        && device.parameters.is_empty()
        && device.observes(profile).next().is_none();
    found.required(
        !reads_nothing,
        "channels",
        format!("is required: all points of profile {} belong to channels", profile.id),
        "name the station of each channel that is connected",
    );
}

fn check_parameters(device: &DeviceSettings, profile: &Profile, found: &mut Problems) {
    let ids: Vec<&str> = profile.points.iter().map(|p| p.parameter.id()).collect();
    let rule = format!("is not a parameter of profile {}", profile.id);
    let hint = format!("it has {}", ids.join(", "));
    for (index, parameter) in device.parameters.iter().enumerate() {
        let key = format_args!("parameters[{index}]");
        found.ensure(ids.contains(&parameter.id()), key, parameter, &rule, &hint);
    }
    found.unique("parameters", "", &device.parameters, "remove one");
    for parameter in device.adjust.keys() {
        let key = format_args!("adjust.{parameter}");
        if found.ensure(ids.contains(&parameter.id()), key, "", &rule, &hint) {
            let read = device.parameters.is_empty() || device.parameters.contains(parameter);
            let rule = "adjusts a parameter that is not read: it is not among `parameters`";
            found.ensure(read, key, "", rule, "add it there, or remove this");
        }
    }
}
