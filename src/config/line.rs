//! How a gateway reaches the devices of its buses: ports, endpoints, terminals, speeds and silences.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::core::Problems;
use crate::locales::{Text, config as words};
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
                found.add(key, value, rule, words::such_as("192.168.1.10:502"));
            }
            one_owner(&mut owners, value.clone(), index, key, found);
        }
        if let Some(serial) = &bus.serial {
            let found = &mut found.at("serial");
            let port = serial.port.display().to_string();
            let absolute = serial.port.is_absolute() && serial.port.to_str().is_some();
            let (rule, hint) = (words::whole_port_path(), words::list_ports());
            found.ensure(absolute, "port", &port, rule, hint);
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
            let rule = words::shorter_than_gap(gap);
            found.add("turnaround_ms", turnaround, rule, words::give_as_much());
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
        return found.add("", "", words::no_line(), words::line_examples());
    };
    for key in given {
        found.add(key, "", words::second_line(*first), words::keep_one_line());
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
            found.add(key, line, words::line_is_taken(*first), words::one_bus_a_line());
        }
        None => {
            owners.insert(line, bus);
        }
    }
}

fn frame(baud: u32, stop_bits: u8, found: &mut Problems) {
    found.within("baud", baud, BAUD, words::usual_baud());
    found.within("stop_bits", stop_bits, 1..=2, words::leave_it_out_for(1));
}

/// `before` holds the terminals of earlier buses with their paths.
fn terminal(dtu: &DtuSettings, before: &[(&DtuSettings, String)], found: &mut Problems) {
    let (rule, hint) = (words::port_range(), words::terminal_dials());
    found.ensure(dtu.listen.port() != 0, "listen", dtu.listen, rule, hint);
    for (key, text) in [("registration", &dtu.registration), ("heartbeat", &dtu.heartbeat)] {
        if let Some(text) = text
            && let Err(rule) = parse_bytes(text)
        {
            found.add(key, format!("{text:?}"), rule, words::bytes_of_terminal());
        }
    }
    let own = registration(dtu);
    for (other, first) in before.iter().filter(|(other, _)| other.listen == dtu.listen) {
        let rule = match (&own, &registration(other)) {
            (Some(own), Some(other)) if own == other => words::registration_taken(first),
            (Some(own), Some(other)) if own.starts_with(other) || other.starts_with(own) => {
                words::registration_begins_alike(first)
            }
            (Some(_), Some(_)) => continue,
            _ => words::registration_required(first),
        };
        let value = dtu.registration.as_deref().unwrap_or_default();
        found.add("registration", value, rule, words::own_registration());
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
        found.within(key, ms, GAP_MS, words::gap_of_standard());
    }
}

/// Whether `text` is host and port; the error is the rule that it breaks.
pub fn endpoint(text: &str) -> Result<(), Text> {
    let (host, port) = text.rsplit_once(':').ok_or_else(words::must_be_host_port)?;
    let port: u16 = port.parse().map_err(|_| words::port_range())?;
    if port == 0 {
        return Err(words::port_range());
    }
    let v6 = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match v6 {
        Some(address) if address.parse::<std::net::Ipv6Addr>().is_ok() => Ok(()),
        Some(_) => Err(words::no_ipv6()),
        None if host.is_empty() => Err(words::no_host()),
        None if host.contains(|c: char| c.is_whitespace() || "/:@[]".contains(c)) => {
            Err(words::only_host_port())
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
