//! What a gateway's file means, checked as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::profiles::Profiles;
use super::words::did_you_mean;
use crate::core::{Parameter, Problem, Series};
use crate::device::Profile;
use crate::edge::EdgeSettings;
use crate::modbus::{Adjust, BusSettings, DeviceSettings};

/// Unit ids of the Modbus serial line specification (V1.02, 2.2); 0 is broadcast, and above 247 is reserved.
const UNITS: RangeInclusive<u8> = 1..=247;

/// How long an answer may take, ms: below 10 no field device answers, and above a minute one dead device stops its bus.
/// Engineering judgement.
pub(super) const TIMEOUT_MS: RangeInclusive<u64> = 10..=60_000;

/// Most repetitions within a poll. Engineering judgement: what has not answered eleven times will not.
const RETRIES_MAX: u32 = 10;

/// Least room of a spool, MiB: below it a day of one pump house does not fit. Engineering judgement.
const SPOOL_MIN_MB: u32 = 1;

/// Every problem of `settings`, whose devices follow `profiles`.
pub fn check(settings: &EdgeSettings, profiles: &Profiles) -> Vec<Problem> {
    let mut problems = super::mqtt::check(&settings.mqtt);
    if settings.spool.path.file_name().is_none() {
        problems.push(Problem::new(
            "spool.path",
            settings.spool.path.display(),
            "names no file",
            "give a file on a disk that survives a power cut",
        ));
    }
    if settings.spool.size_max_mb < SPOOL_MIN_MB {
        problems.push(Problem::new(
            "spool.size_max_mb",
            settings.spool.size_max_mb,
            "must be 1 or more",
            "leave it out for 256",
        ));
    }
    if settings.uplink.monthly_mb == Some(0) {
        problems.push(Problem::new(
            "uplink.monthly_mb",
            0,
            "nothing could ever be sent",
            "leave it out for no limit",
        ));
    }
    problems.extend(super::socket::check(settings));
    problems.extend(super::metrics::check(settings));
    problems.extend(super::line::check(&settings.buses));
    if settings.buses.is_empty() {
        problems.push(Problem::new(
            "bus",
            "",
            "a gateway has at least one bus",
            "add [[bus]] with name, line and devices",
        ));
    }
    let mut names = BTreeMap::new();
    let mut observed = BTreeMap::new();
    for (index, bus) in settings.buses.iter().enumerate() {
        let path = format!("bus[{index}]");
        if let Some(first) = names.insert(bus.name.as_str(), path.clone()) {
            problems.push(Problem::new(
                format!("{path}.name"),
                &bus.name,
                format!("is the name of {first} already"),
                "give each bus a name of its own",
            ));
        }
        check_bus(bus, &path, &mut problems);
        super::polling::bus(bus, &path, &mut problems);
        let mut units = BTreeMap::new();
        for (index, device) in bus.devices.iter().enumerate() {
            let path = format!("{path}.device[{index}]");
            if let Some(first) = units.insert(device.unit, path.clone()) {
                problems.push(Problem::new(
                    format!("{path}.unit"),
                    device.unit,
                    format!("is the unit of {first} already"),
                    "each device on a bus has a unit id of its own: look at the device's display",
                ));
            }
            check_device(bus, device, profiles, &path, &mut observed, &mut problems);
        }
    }
    problems.extend(super::quality::pumps(settings, &observed));
    problems
}

fn check_bus(bus: &BusSettings, path: &str, problems: &mut Vec<Problem>) {
    let mut add = |key: &str, value: &dyn std::fmt::Display, rule: &str, hint: &str| {
        problems.push(Problem::new(format!("{path}.{key}"), value, rule, hint));
    };
    if bus.name.trim().is_empty() {
        add("name", &"\"\"", "must not be empty", "it names the bus in logs");
    }
    if !TIMEOUT_MS.contains(&bus.timeout_ms) {
        add(
            "timeout_ms",
            &bus.timeout_ms,
            "must be 10 to 60000 ms",
            "field devices answer in 20 to 150 ms; leave it out for 1000",
        );
    }
    if bus.retries > RETRIES_MAX {
        add("retries", &bus.retries, "must be 0 to 10", "leave it out for 1");
    }
    if bus.devices.is_empty() {
        add(
            "device",
            &"",
            "a bus has at least one device",
            "add [[bus.device]] with unit, profile and station, or remove the bus",
        );
    }
}

fn check_device(
    bus: &BusSettings,
    device: &DeviceSettings,
    profiles: &Profiles,
    path: &str,
    observed: &mut BTreeMap<Series, String>,
    problems: &mut Vec<Problem>,
) {
    if !UNITS.contains(&device.unit) {
        problems.push(Problem::new(
            format!("{path}.unit"),
            device.unit,
            "must be 1 to 247",
            "0 is broadcast, and above 247 is reserved",
        ));
    }
    super::line::device(device, path, problems);
    super::polling::device(device, path, problems);
    for (parameter, adjust) in &device.adjust {
        check_adjust(*parameter, adjust, path, problems);
    }
    let Some(profile) = profiles.get(&device.profile) else {
        let ids = profiles.keys().map(String::as_str);
        let hint = did_you_mean(&device.profile, ids.clone())
            .unwrap_or_else(|| format!("known: {}", ids.collect::<Vec<_>>().join(", ")));
        problems.push(Problem::new(
            format!("{path}.profile"),
            &device.profile,
            "is no known device profile",
            hint,
        ));
        return;
    };
    check_parameters(device, profile, path, problems);
    super::polling::points(device, profile, path, problems);
    super::quality::device(bus, device, profile, path, problems);
    check_channels(device, profile, path, problems);
    for (point, series) in device.observes(profile) {
        if let Some(first) = observed.get(&series) {
            let path = match &point.channel {
                Some(channel) => format!("{path}.channels.{channel}"),
                None => format!("{path}.station"),
            };
            problems.push(Problem::new(
                path,
                &series.station,
                format!("{series} is observed by {first} already"),
                "a series has one device: name in `parameters` what each of the two reads",
            ));
        } else {
            observed.insert(series, path.to_owned());
        }
    }
}

fn check_channels(
    device: &DeviceSettings,
    profile: &Profile,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    let channels = profile.points.iter().filter_map(|p| p.channel.as_deref());
    let known: BTreeSet<&str> = channels.collect();
    for (channel, station) in &device.channels {
        if known.contains(channel.as_str()) {
            continue;
        }
        let hint = match did_you_mean(channel, known.iter().copied()) {
            Some(hint) => hint,
            None if known.is_empty() => "it has none: give the device's `station` alone".to_owned(),
            None => format!("it has {}", Vec::from_iter(known.iter().copied()).join(", ")),
        };
        let rule = format!("is no channel of profile {}", profile.id);
        problems.push(Problem::new(format!("{path}.channels.{channel}"), station, rule, hint));
    }
    if !profile.points.is_empty()
        && device.parameters.is_empty()
        && device.observes(profile).next().is_none()
    {
        problems.push(Problem::new(
            format!("{path}.channels"),
            "",
            format!("is required: all points of profile {} belong to channels", profile.id),
            "name the station of each channel that is connected",
        ));
    }
}

fn check_parameters(
    device: &DeviceSettings,
    profile: &Profile,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    let ids: Vec<&str> = profile.points.iter().map(|p| p.parameter.id()).collect();
    let hint = || format!("it has {}", ids.join(", "));
    for (index, parameter) in device.parameters.iter().enumerate() {
        let path = format!("{path}.parameters[{index}]");
        if !ids.contains(&parameter.id()) {
            let rule = format!("is no parameter of profile {}", profile.id);
            problems.push(Problem::new(path, parameter, rule, hint()));
        } else if device.parameters.iter().take(index).any(|p| p == parameter) {
            problems.push(Problem::new(path, parameter, "is named twice", "remove one"));
        }
    }
    for parameter in device.adjust.keys() {
        let path = format!("{path}.adjust.{parameter}");
        if !ids.contains(&parameter.id()) {
            let rule = format!("is no parameter of profile {}", profile.id);
            problems.push(Problem::new(path, "", rule, hint()));
        } else if !device.parameters.is_empty() && !device.parameters.contains(parameter) {
            let rule = "adjusts what is not read: it is not among `parameters`";
            problems.push(Problem::new(path, "", rule, "add it there, or remove this"));
        }
    }
}

fn check_adjust(parameter: Parameter, adjust: &Adjust, path: &str, problems: &mut Vec<Problem>) {
    if !adjust.scale.is_finite() || adjust.scale == 0.0 {
        problems.push(Problem::new(
            format!("{path}.adjust.{parameter}.scale"),
            adjust.scale,
            "must be finite and not 0",
            "leave it out for a factor of 1",
        ));
    }
    if !adjust.offset.is_finite() {
        problems.push(Problem::new(
            format!("{path}.adjust.{parameter}.offset"),
            adjust.offset,
            "must be finite",
            "leave it out for none",
        ));
    }
}

/// Whether `text` is host and port.
///
/// # Errors
/// The rule that it breaks.
pub fn endpoint(text: &str) -> Result<(), &'static str> {
    let (host, port) = text.rsplit_once(':').ok_or("must be host:port")?;
    let port: u16 = port.parse().map_err(|_| "the port must be 1 to 65535")?;
    if port == 0 {
        return Err("the port must be 1 to 65535");
    }
    let v6 = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match v6 {
        Some(address) if address.parse::<std::net::Ipv6Addr>().is_ok() => Ok(()),
        Some(_) => Err("is no IPv6 address between [ ]"),
        None if host.is_empty() => Err("has no host before the port"),
        None if host.contains(|c: char| c.is_whitespace() || "/:@[]".contains(c)) => {
            Err("must be host:port and nothing else")
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn an_endpoint_is_host_and_port() {
        for good in ["192.168.1.10:502", "plc.example.org:1502", "[fe80::1]:502"] {
            assert_eq!(endpoint(good), Ok(()), "{good}");
        }
        for bad in ["", "h", "h:", ":502", "h:0", "h:70000", "tcp://h:502", "fe80::1:502", "[x]:1"]
        {
            assert!(endpoint(bad).is_err(), "{bad}");
        }
    }
}
