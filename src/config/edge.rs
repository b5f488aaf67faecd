//! A gateway's settings, checked as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::profiles::{Library, Profiles};
use super::{curves, line, metrics, mqtt, polling, pushed, quality, socket, view};
use crate::core::{Problems, Series, did_you_mean};
use crate::device::{Measures, Point, Profile};
use crate::edge::EdgeSettings;
use crate::locales::{Argument, Text, check as own, config as words, core};
use crate::modbus::{BusSettings, DeviceSettings};

/// Unit ids of the Modbus serial line specification (V1.02, 2.2); 0 is broadcast, and above 247 is reserved.
const UNITS: RangeInclusive<u8> = 1..=247;

/// Smallest spool, MiB: below it a day of one pump house does not fit. Engineering judgement.
const SPOOL_MIN_MB: u32 = 1;

pub(super) fn check(settings: &EdgeSettings, library: &Library, found: &mut Problems) {
    mqtt::check(&settings.mqtt, found);
    found.ensure(
        settings.spool.path.file_name().is_some(),
        "spool.path",
        settings.spool.path.display(),
        words::names_no_file(),
        words::give_lasting_file(),
    );
    let size = settings.spool.size_max_mb;
    found.within("spool.size_max_mb", size, SPOOL_MIN_MB.., words::leave_it_out_for(256));
    found.ensure(
        settings.uplink.monthly_mb != Some(0),
        "uplink.monthly_mb",
        0,
        words::nothing_is_sent(),
        words::no_limit(),
    );
    check_tildes(settings, found);
    socket::check(settings, found);
    pushed::check(settings, found);
    metrics::check(settings, found);
    line::check(&settings.buses, found);
    let given = !settings.buses.is_empty();
    found.required(given, "bus", words::gateway_needs_bus(), words::add_bus());
    let names = settings.buses.iter().map(|bus| &bus.name);
    found.unique("bus", "name", names, words::bus_name_of_its_own());
    let mut observed = BTreeMap::new();
    for (index, bus) in settings.buses.iter().enumerate() {
        let found = &mut found.item("bus", index);
        check_bus(bus, found);
        for (index, device) in bus.devices.iter().enumerate() {
            let found = &mut found.item("device", index);
            check_device(bus, device, library, &mut observed, found);
        }
    }
    view::check(settings, library, found);
    // What a device with an unknown profile reads is unknown: no rule can be said to have no reading.
    let devices = || settings.buses.iter().flat_map(|bus| &bus.devices);
    if devices().all(|device| library.profiles.contains_key(&device.profile)) {
        quality::rules(settings, &observed, found);
    }
}

/// What to write in place of `typed`, which is no profile: perhaps the path of one.
fn profile_meant(typed: &str, library: &Library) -> Text {
    let name = typed.rsplit(['/', '\\']).next().unwrap_or(typed);
    let stem = name.strip_suffix(".toml").unwrap_or(name);
    if stem != typed && library.ids().any(|id| id == stem) {
        return own::id_not_file(stem);
    }
    did_you_mean(typed, library.ids()).unwrap_or_else(own::list_profiles)
}

/// Only a shell knows a home directory by its `~`: here it would be the name of a folder.
fn check_tildes(settings: &EdgeSettings, found: &mut Problems) {
    let mut paths = vec![
        ("spool.path".to_owned(), Some(&settings.spool.path)),
        ("socket".into(), settings.socket.as_ref()),
        ("devices_dir".into(), settings.devices_dir.as_ref()),
        ("remote.public_key_file".into(), settings.remote.as_ref().map(|r| &r.public_key_file)),
    ];
    for (scope, mqtt) in settings.brokers() {
        paths.extend([
            (format!("{scope}.password_file"), mqtt.password_file.as_ref()),
            (format!("{scope}.ca_file"), mqtt.ca_file.as_ref()),
            (format!("{scope}.cert_file"), mqtt.cert_file.as_ref()),
            (format!("{scope}.key_file"), mqtt.key_file.as_ref()),
        ]);
    }
    for (key, path) in paths {
        if let Some(path) = path.filter(|path| path.iter().any(|part| part == "~")) {
            found.add(key, path.display(), own::tilde(), own::whole_path());
        }
    }
}

fn check_bus(bus: &BusSettings, found: &mut Problems) {
    found.text("name", &bus.name, words::bus_name_in_logs());
    found.within("timeout_ms", bus.timeout_ms, polling::TIMEOUT_MS, words::usual_timeout());
    found.within("retries", bus.retries, polling::RETRIES, words::leave_it_out_for(1));
    let given = !bus.devices.is_empty();
    found.required(given, "device", words::bus_needs_device(), words::add_device());
    polling::bus(bus, found);
    let units = bus.devices.iter().map(|device| device.unit);
    found.unique("device", "unit", units, words::unit_of_its_own());
}

/// `observed` holds the device of each series so far.
fn check_device(
    bus: &BusSettings,
    device: &DeviceSettings,
    library: &Library,
    observed: &mut BTreeMap<Series, String>,
    found: &mut Problems,
) {
    found.within("unit", device.unit, UNITS, words::reserved_units());
    line::gap("gap_ms", device.gap_ms, found);
    polling::device(device, found);
    for (parameter, adjust) in &device.adjust {
        let found = &mut found.at(format_args!("adjust.{parameter}"));
        found.factor("scale", adjust.scale, words::factor_of_1());
        found.finite("offset", adjust.offset, words::no_offset());
    }
    curves::check(device, library.profiles.get(&device.profile), found);
    // What is wrong with a profile is said of the profile: the device is not to blame, and of it nothing can be said.
    if library.is_broken(&device.profile) {
        return;
    }
    if !library.ids().any(|id| id == device.profile) {
        let hint = profile_meant(&device.profile, library);
        found.add("profile", &device.profile, words::unknown_profile(), hint);
    }
    let Some(profile) = library.profiles.get(&device.profile) else { return };
    check_parameters(device, profile, found);
    polling::points(device, profile, found);
    quality::series(bus, device, profile, found);
    check_channels(device, profile, found);
    for given in device.gives(profile) {
        let series = given.series;
        let computed = given.curve.map(|curve| device.curves.iter().position(|c| c == curve));
        let key = match (computed.flatten(), &given.point.channel) {
            (Some(index), _) => format!("curve[{index}].to"),
            (None, Some(channel)) => format!("channels.{channel}"),
            (None, None) => "station".into(),
        };
        if let Some(first) = observed.get(&series) {
            if given.curve.is_some() && *first == found.path("") {
                continue;
            }
            let rule = words::observed_already(Argument::of(&series), first);
            found.add(key, &series.station, rule, words::one_device_a_series());
        } else {
            observed.insert(series, found.path(""));
        }
    }
}

/// A warning for each device whose distance down to the water would be taken for a level, since it is not reversed.
pub(super) fn distances_as_levels(settings: &EdgeSettings, profiles: &Profiles) -> Vec<Text> {
    let devices = settings.buses.iter().flat_map(|bus| &bus.devices);
    let warning = |device: &DeviceSettings| {
        let profile = profiles.get(&device.profile)?;
        let mut observed = device.observes(profile);
        let is_distance = |point: &Point| point.measures == Some(Measures::Distance);
        let (point, series) = observed.find(|(point, _)| is_distance(point))?;
        let adjust = device.adjust.get(&point.parameter);
        let reversed = adjust.is_some_and(|adjust| adjust.scale < 0.0);
        let delivers = words::delivers(&profile.id, device.unit, Argument::of(&series.station));
        (!reversed).then(|| words::distance_is_no_level(delivers))
    };
    devices.filter_map(warning).collect()
}

fn check_channels(device: &DeviceSettings, profile: &Profile, found: &mut Problems) {
    let channels = profile.points.iter().filter_map(|p| p.channel.as_deref());
    let known: BTreeSet<&str> = channels.collect();
    let unknown = |channel: &str| !known.contains(channel);
    for (channel, station) in device.channels.iter().filter(|(channel, _)| unknown(channel)) {
        let hint = match did_you_mean(channel, known.iter().copied()) {
            Some(hint) => hint,
            None if known.is_empty() => words::no_channels(),
            None => words::it_has(Text::list(known.iter().copied())),
        };
        let rule = words::not_a_channel(&profile.id);
        let key = format_args!("channels.{channel}");
        found.add(key, station, rule, hint);
    }
    let reads_nothing = !profile.points.is_empty()
        && device.parameters.is_empty()
        && device.observes(profile).next().is_none();
    found.required(
        !reads_nothing,
        "channels",
        words::channels_required(&profile.id),
        words::name_channels(),
    );
}

fn check_parameters(device: &DeviceSettings, profile: &Profile, found: &mut Problems) {
    let ids: Vec<&str> = profile.points.iter().map(|p| p.parameter.id()).collect();
    let rule = words::not_a_parameter(&profile.id);
    let hint = words::it_has(Text::list(ids.iter().copied()));
    for (index, parameter) in device.parameters.iter().enumerate() {
        let key = format_args!("parameters[{index}]");
        found.ensure(ids.contains(&parameter.id()), key, parameter, rule.clone(), hint.clone());
    }
    found.unique("parameters", "", &device.parameters, core::remove_one());
    for parameter in device.adjust.keys() {
        let key = format_args!("adjust.{parameter}");
        if found.ensure(ids.contains(&parameter.id()), key, "", rule.clone(), hint.clone()) {
            let read = device.parameters.is_empty() || device.parameters.contains(parameter);
            found.ensure(read, key, "", words::adjusts_unread(), words::add_it_there());
        }
    }
}
