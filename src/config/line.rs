//! How a gateway reaches the devices of its buses: ports, endpoints, terminals, speeds and silences.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::core::Problems;
use crate::modbus::{BusSettings, DtuSettings, parse_bytes};

/// Speeds, bits per second, that field devices and serial ports offer. Engineering judgement.
const BAUD: RangeInclusive<u32> = 1200..=115_200;

/// Silences, ms: up to ten seconds. Engineering judgement: the slowest known units need half a second.
const GAP_MS: RangeInclusive<f64> = 0.0..=10_000.0;

pub(super) fn check(buses: &[BusSettings], found: &mut Problems) {
    let mut owners = BTreeMap::new();
    let mut terminals: Vec<(&DtuSettings, String)> = Vec::new();
    for (index, bus) in buses.iter().enumerate() {
        let found = &mut found.item("bus", index);
        one_line(bus, found);
        for (key, value) in [("tcp", &bus.tcp), ("rtu_tcp", &bus.rtu_tcp)] {
            let Some(value) = value else { continue };
            if let Err(rule) = endpoint(value) {
                found.add(key, value, rule, "192.168.1.10:502");
            }
            one_owner(&mut owners, value.clone(), index, key, found);
        }
        if let Some(serial) = &bus.serial {
            let found = &mut found.at("serial");
            let port = serial.port.display().to_string();
            let hint = "/dev/serial/by-id/usb-...: `hanqing ports` lists them";
            let absolute = serial.port.is_absolute() && serial.port.to_str().is_some();
            found.ensure(absolute, "port", &port, "must be the whole path of a port", hint);
            frame(serial.baud, serial.stop_bits, found);
            one_owner(&mut owners, port, index, "port", found);
        }
        if let Some(dtu) = &bus.dtu {
            let found = &mut found.at("dtu");
            terminal(dtu, &terminals, found);
            frame(dtu.baud, dtu.stop_bits, found);
            terminals.push((dtu, found.path("")));
        }
        gap("gap_ms", bus.gap_ms, found);
        gap("turnaround_ms", bus.turnaround_ms, found);
        if let (Some(turnaround), Some(gap)) = (bus.turnaround_ms, bus.gap_ms)
            && turnaround < gap
        {
            let rule = format!("is shorter than gap_ms, {gap}, which is kept before every request");
            let hint = "give at least as much, or leave it out";
            found.add("turnaround_ms", turnaround, rule, hint);
        }
    }
}

fn one_line(bus: &BusSettings, found: &mut Problems) {
    let kinds = [
        ("tcp", bus.tcp.is_some()),
        ("serial", bus.serial.is_some()),
        ("rtu_tcp", bus.rtu_tcp.is_some()),
        ("dtu", bus.dtu.is_some()),
    ];
    let mut given = kinds.iter().filter(|(_, given)| *given).map(|(key, _)| key);
    let Some(first) = given.next() else {
        let rule = "has no line: give one of tcp, serial, rtu_tcp and dtu";
        let hint = "tcp = \"192.168.1.10:502\", or serial = { port = \"/dev/serial/by-id/...\", baud = 9600 }";
        return found.add("", "", rule, hint);
    };
    for key in given {
        let rule = format!("is a second line of this bus, which has {first} already");
        found.add(key, "", rule, "keep one, and make a bus of the other");
    }
}

/// One task owns an endpoint or a port; `owners` holds the bus of each.
fn one_owner(
    owners: &mut BTreeMap<String, usize>,
    line: String,
    bus: usize,
    key: &str,
    found: &mut Problems,
) {
    match owners.get(&line) {
        Some(first) => {
            let rule = format!("is the line of bus[{first}] already: one task owns a line");
            found.add(key, line, rule, "put all devices on one line on one bus");
        }
        None => {
            owners.insert(line, bus);
        }
    }
}

fn frame(baud: u32, stop_bits: u8, found: &mut Problems) {
    let hint = "most devices leave the factory with 9600, and show it in their menu";
    found.within("baud", baud, BAUD, hint);
    found.within("stop_bits", stop_bits, 1..=2, "leave it out for 1");
}

/// `before` holds the terminals of earlier buses with their paths.
fn terminal(dtu: &DtuSettings, before: &[(&DtuSettings, String)], found: &mut Problems) {
    let hint = "the one that the terminal is set to dial, such as 0.0.0.0:6000";
    found.ensure(dtu.listen.port() != 0, "listen", dtu.listen, "the port must be 1 to 65535", hint);
    for (key, text) in [("registration", &dtu.registration), ("heartbeat", &dtu.heartbeat)] {
        if let Some(text) = text
            && let Err(rule) = parse_bytes(text)
        {
            let hint = "text as the terminal sends it, or bytes as hex:0102";
            found.add(key, format!("{text:?}"), rule, hint);
        }
    }
    let own = registration(dtu);
    for (other, first) in before.iter().filter(|(other, _)| other.listen == dtu.listen) {
        let rule = match (&own, &registration(other)) {
            (Some(own), Some(other)) if own == other => "is that of",
            (Some(own), Some(other)) if own.starts_with(other) || other.starts_with(own) => {
                "begins like that of"
            }
            (Some(_), Some(_)) => continue,
            _ => "is required to tell the terminal from that of",
        };
        found.add(
            "registration",
            dtu.registration.as_deref().unwrap_or_default(),
            format!("{rule} {first}, which listens at the same address"),
            "give each terminal a registration of its own, and set it in the terminal; or let it dial another port",
        );
        // One conflict is enough to act on.
        break;
    }
}

fn registration(dtu: &DtuSettings) -> Option<Vec<u8>> {
    parse_bytes(dtu.registration.as_deref()?).ok()
}

/// A silence that is kept before requests.
pub(super) fn gap(key: &str, ms: Option<f64>, found: &mut Problems) {
    if let Some(ms) = ms {
        found.within(key, ms, GAP_MS, "leave it out for what the standard asks for");
    }
}

/// Whether `text` is host and port; the error is the rule that it breaks.
pub fn endpoint(text: &str) -> Result<(), &'static str> {
    let (host, port) = text.rsplit_once(':').ok_or("must be host:port")?;
    let port: u16 = port.parse().map_err(|_| "the port must be 1 to 65535")?;
    if port == 0 {
        return Err("the port must be 1 to 65535");
    }
    let v6 = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match v6 {
        Some(address) if address.parse::<std::net::Ipv6Addr>().is_ok() => Ok(()),
        Some(_) => Err("has no valid IPv6 address between [ ]"),
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
