//! How a gateway reaches the devices of its buses: ports, endpoints, terminals, speeds and silences.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::edge::endpoint;
use crate::core::Problem;
use crate::modbus::{BusSettings, DeviceSettings, DtuSettings, SerialSettings, bytes_of};

/// Speeds, bits per second: what field devices and serial ports offer. Engineering judgement.
const BAUD: RangeInclusive<u32> = 1200..=115_200;

/// Silences, ms: up to ten seconds. Engineering judgement: the slowest units are known to need half a second.
const GAP_MS: RangeInclusive<f64> = 0.0..=10_000.0;

/// Every problem of the lines of `buses`.
pub(super) fn check(buses: &[BusSettings]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut owners = BTreeMap::new();
    let mut terminals: Vec<(&DtuSettings, String)> = Vec::new();
    for (index, bus) in buses.iter().enumerate() {
        let path = format!("bus[{index}]");
        kind(bus, &path, &mut problems);
        for (key, value) in [("tcp", &bus.tcp), ("rtu_tcp", &bus.rtu_tcp)] {
            let Some(value) = value else { continue };
            let path = format!("{path}.{key}");
            if let Err(rule) = endpoint(value) {
                problems.push(Problem::new(&path, value, rule, "192.168.1.10:502"));
            }
            owned(&mut owners, value.clone(), &path, &mut problems);
        }
        if let Some(serial) = &bus.serial {
            let path = format!("{path}.serial");
            port(serial, &path, &mut problems);
            let name = serial.port.display().to_string();
            owned(&mut owners, name, &format!("{path}.port"), &mut problems);
        }
        if let Some(dtu) = &bus.dtu {
            let path = format!("{path}.dtu");
            terminal(dtu, &path, &terminals, &mut problems);
            terminals.push((dtu, path));
        }
        silences(bus, &path, &mut problems);
    }
    problems
}

/// What is wrong with the silence that `device`, at `path`, needs.
pub(super) fn device(device: &DeviceSettings, path: &str, problems: &mut Vec<Problem>) {
    gap(device.gap_ms, &format!("{path}.gap_ms"), problems);
}

/// A bus has one line.
fn kind(bus: &BusSettings, path: &str, problems: &mut Vec<Problem>) {
    let kinds = [
        ("tcp", bus.tcp.is_some()),
        ("serial", bus.serial.is_some()),
        ("rtu_tcp", bus.rtu_tcp.is_some()),
        ("dtu", bus.dtu.is_some()),
    ];
    let mut given = kinds.iter().filter(|(_, given)| *given).map(|(key, _)| key);
    let Some(first) = given.next() else {
        problems.push(Problem::new(
            path,
            "",
            "says nothing of its line: it has one of tcp, serial, rtu_tcp and dtu",
            "tcp = \"192.168.1.10:502\", or serial = { port = \"/dev/serial/by-id/...\", baud = 9600 }",
        ));
        return;
    };
    for key in given {
        problems.push(Problem::new(
            format!("{path}.{key}"),
            "",
            format!("is a second line of this bus, which has {first} already"),
            "keep one, and make a bus of the other",
        ));
    }
}

/// One task owns an endpoint or a port.
fn owned(
    owners: &mut BTreeMap<String, String>,
    name: String,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    if let Some(first) = owners.get(&name) {
        let bus = first.split('.').next().unwrap_or_default();
        problems.push(Problem::new(
            path,
            &name,
            format!("is the line of {bus} already: one task owns a line"),
            "put all devices on one line on one bus",
        ));
    } else {
        owners.insert(name, path.to_owned());
    }
}

fn port(serial: &SerialSettings, path: &str, problems: &mut Vec<Problem>) {
    if !serial.port.is_absolute() || serial.port.to_str().is_none() {
        problems.push(Problem::new(
            format!("{path}.port"),
            serial.port.display(),
            "must be the whole path of a port",
            "/dev/serial/by-id/usb-...: `hanqing ports` lists them",
        ));
    }
    frame(serial.baud, serial.stop_bits, path, problems);
}

fn frame(baud: u32, stop_bits: u8, path: &str, problems: &mut Vec<Problem>) {
    if !BAUD.contains(&baud) {
        problems.push(Problem::new(
            format!("{path}.baud"),
            baud,
            "must be 1200 to 115200",
            "most devices leave the factory with 9600, and show it in their menu",
        ));
    }
    if !(1..=2).contains(&stop_bits) {
        problems.push(Problem::new(
            format!("{path}.stop_bits"),
            stop_bits,
            "must be 1 or 2",
            "leave it out for 1",
        ));
    }
}

fn terminal(
    dtu: &DtuSettings,
    path: &str,
    before: &[(&DtuSettings, String)],
    problems: &mut Vec<Problem>,
) {
    if dtu.listen.port() == 0 {
        problems.push(Problem::new(
            format!("{path}.listen"),
            dtu.listen,
            "the port must be 1 to 65535",
            "the one that the terminal is set to dial, such as 0.0.0.0:6000",
        ));
    }
    for (key, text) in [("registration", &dtu.registration), ("heartbeat", &dtu.heartbeat)] {
        let Some(text) = text else { continue };
        if let Err(rule) = bytes_of(text) {
            problems.push(Problem::new(
                format!("{path}.{key}"),
                format!("{text:?}"),
                rule,
                "text as the terminal sends it, or bytes as hex:0102",
            ));
        }
    }
    let own = registration(dtu);
    for (other, first) in before {
        if other.listen != dtu.listen {
            continue;
        }
        let other = registration(other);
        let rule = match (&own, &other) {
            (Some(own), Some(other)) if own == other => "is that of",
            (Some(own), Some(other)) if own.starts_with(other) || other.starts_with(own) => {
                "begins as that of"
            }
            (Some(_), Some(_)) => continue,
            _ => "is needed to tell the terminal from that of",
        };
        problems.push(Problem::new(
            format!("{path}.registration"),
            dtu.registration.as_deref().unwrap_or_default(),
            format!("{rule} {first}, which listens at the same address"),
            "give each terminal a registration of its own, and set it so in the terminal; or let it dial another port",
        ));
        // One is enough to be mended.
        break;
    }
    frame(dtu.baud, dtu.stop_bits, path, problems);
}

fn registration(dtu: &DtuSettings) -> Option<Vec<u8>> {
    bytes_of(dtu.registration.as_deref()?).ok()
}

fn silences(bus: &BusSettings, path: &str, problems: &mut Vec<Problem>) {
    gap(bus.gap_ms, &format!("{path}.gap_ms"), problems);
    let path = format!("{path}.turnaround_ms");
    gap(bus.turnaround_ms, &path, problems);
    if let (Some(turnaround), Some(gap)) = (bus.turnaround_ms, bus.gap_ms)
        && turnaround < gap
    {
        problems.push(Problem::new(
            path,
            turnaround,
            format!("is shorter than gap_ms, {gap}, which is kept before every request"),
            "give at least as much, or leave it out",
        ));
    }
}

fn gap(ms: Option<f64>, path: &str, problems: &mut Vec<Problem>) {
    if let Some(ms) = ms
        && !GAP_MS.contains(&ms)
    {
        problems.push(Problem::new(
            path,
            ms,
            "must be 0 to 10000 ms",
            "leave it out for what the standard asks for",
        ));
    }
}
