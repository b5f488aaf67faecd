//! How a gateway reaches the devices of its buses: ports, endpoints, terminals, speeds and silences.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Component, Path, PathBuf};

use crate::core::{Problems, check_bracketed, check_host, did_you_mean, full_width_in, same_host};
use crate::locales::{Argument, Text, check as own, config as words, core};
use crate::modbus::{BusSettings, DtuSettings, parse_bytes};

/// Speeds of a serial line, bits per second, that ports and devices offer: those that termios names from 300 on
/// (POSIX.1, Linux termbits.h), and 14400, 28800 and 76800, which inverters have besides. Anything else is a slip of
/// the pen, with which no device answers.
pub const SPEEDS: [u32; 17] = [
    300, 600, 1200, 1800, 2400, 4800, 9600, 14_400, 19_200, 28_800, 38_400, 57_600, 76_800,
    115_200, 230_400, 460_800, 921_600,
];

/// Silences, ms: up to ten seconds. Engineering judgement: the slowest known units need half a second.
const GAP_MS: RangeInclusive<f64> = 0.0..=10_000.0;

pub(super) fn check(buses: &[BusSettings], found: &mut Problems) {
    let mut owners = BTreeMap::new();
    let mut terminals: Vec<(&DtuSettings, String)> = Vec::new();
    for (index, bus) in buses.iter().enumerate() {
        let found = &mut found.item("bus", index);
        one_line(bus, found);
        if let (None, Some(numbers)) = (&bus.tcp, bus.numbers) {
            let (rule, hint) = (words::numbers_only_tcp(), words::leave_out_numbers());
            found.add("numbers", numbers.name(), rule, hint);
        }
        for (key, value) in [("tcp", &bus.tcp), ("rtu_tcp", &bus.rtu_tcp)] {
            let Some(value) = value else { continue };
            if let Err(rule) = endpoint(value) {
                found.add(key, value, rule, words::such_as("192.168.1.10:502"));
            }
            one_owner(&mut owners, (host_and_port(value), value.clone()), index, key, found);
        }
        if let Some(serial) = &bus.serial {
            let found = &mut found.at("serial");
            let port = serial.port.display().to_string();
            let absolute = serial.port.is_absolute() && serial.port.to_str().is_some();
            let rule = full_width_in(&port).unwrap_or_else(words::whole_port_path);
            let hint = words::list_ports();
            found.ensure(absolute, "port", &port, rule, hint);
            frame(serial.baud, serial.stop_bits, found);
            let itself = port_itself(&serial.port).display().to_string();
            one_owner(&mut owners, (itself, port), index, "port", found);
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

/// One task owns an endpoint or a port; `owners` holds the bus of each, and how the line is written there. `line` is
/// the line itself and how it is written here.
fn one_owner(
    owners: &mut BTreeMap<String, (usize, String)>,
    (line, written): (String, String),
    bus: usize,
    key: &str,
    found: &mut Problems,
) {
    match owners.get(&line) {
        Some((first, there)) => {
            let rule = match *there == written {
                true => words::line_is_taken(*first),
                false => own::same_line(*first, there),
            };
            found.add(key, written, rule, words::one_bus_a_line());
        }
        None => {
            owners.insert(line, (bus, written));
        }
    }
}

/// An endpoint in one way of writing.
fn host_and_port(text: &str) -> String {
    let Some((host, port)) = text.rsplit_once(':') else { return text.into() };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    format!("{}:{}", same_host(host), port.trim_start_matches('0'))
}

/// The port that `path` names: by-id names are links, and one port may have several. Of an adapter that is not plugged
/// in the link may be there and lead nowhere.
fn port_itself(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let target = path.read_link().ok();
        let whole = target.map(|target| path.parent().unwrap_or(path).join(target));
        let mut plain = PathBuf::new();
        for part in whole.as_deref().unwrap_or(path).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    plain.pop();
                }
                other => plain.push(other),
            }
        }
        plain
    })
}

fn frame(baud: u32, stop_bits: u8, found: &mut Problems) {
    speed(baud, found);
    found.within("stop_bits", stop_bits, 1..=2, words::leave_it_out_for(1));
}

fn speed(baud: u32, found: &mut Problems) {
    let known = SPEEDS.map(|speed| speed.to_string());
    let known = known.iter().map(String::as_str);
    if !SPEEDS.contains(&baud) {
        let typed = baud.to_string();
        let all = || core::known_words(Text::list(known.clone()));
        let hint = did_you_mean(&typed, known.clone()).unwrap_or_else(all);
        found.add("baud", typed, own::not_a_speed(), hint);
    }
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
    if let (Some(own_bytes), Some(beat)) = (registration(dtu), heartbeat(dtu)) {
        let alike = own_bytes.starts_with(&beat) || beat.starts_with(&own_bytes);
        if alike && !own_bytes.is_empty() && !beat.is_empty() {
            let text = dtu.heartbeat.as_deref().unwrap_or_default();
            found.add("heartbeat", text, own::beats_as_registration(), own::other_heartbeat());
        }
    }
    for (index, network) in dtu.peers.iter().enumerate() {
        let (rule, hint) = (words::peers_are_everybody(), words::peers_examples());
        found.ensure(!network.is_too_wide(), format_args!("peers[{index}]"), network, rule, hint);
    }
    let other_listen = before.iter().find(|(other, _)| overlap(other.listen, dtu.listen));
    if let Some((other, first)) = other_listen {
        let rule = own::listen_overlaps(Argument::of(other.listen), first);
        found.add("listen", dtu.listen, rule, own::listen_alike());
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

/// Whether only one of two different addresses can be listened at: one of them stands for all of this machine's.
pub(super) fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let covers = |all: SocketAddr, inner: SocketAddr| match all.ip() {
        IpAddr::V4(ip) => ip.is_unspecified() && inner.ip().to_canonical().is_ipv4(),
        // Linux listens for IPv4 there, too (ipv6(7), IPV6_V6ONLY).
        IpAddr::V6(ip) => ip.is_unspecified(),
    };
    one != other && one.port() == other.port() && (covers(one, other) || covers(other, one))
}

fn heartbeat(dtu: &DtuSettings) -> Option<Vec<u8>> {
    parse_bytes(dtu.heartbeat.as_deref()?).ok()
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
    if let Some(rule) = full_width_in(text) {
        return Err(rule);
    }
    let (host, port) = text.rsplit_once(':').ok_or_else(words::must_be_host_port)?;
    let port: u16 = port.parse().map_err(|_| words::port_range())?;
    if port == 0 {
        return Err(words::port_range());
    }
    let v6 = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match v6 {
        Some(address) => check_bracketed(address),
        None if host.is_empty() => Err(words::no_host()),
        None if host.contains(|c: char| c.is_whitespace() || "/:@[]".contains(c)) => {
            Err(words::only_host_port())
        }
        None => check_host(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_overlaps_the_addresses_of_its_port() {
        let overlap = |one: &str, other: &str| {
            overlap(one.parse().unwrap(), other.parse().unwrap())
                && super::overlap(other.parse().unwrap(), one.parse().unwrap())
        };
        assert!(overlap("0.0.0.0:5020", "127.0.0.1:5020"));
        assert!(overlap("[::]:5020", "10.0.0.1:5020") && overlap("[::]:5020", "0.0.0.0:5020"));
        assert!(overlap("[::]:5020", "[::1]:5020"));
        for (one, other) in [
            ("0.0.0.0:5020", "0.0.0.0:5020"),
            ("0.0.0.0:5020", "127.0.0.1:5021"),
            ("10.0.0.1:5020", "127.0.0.1:5020"),
            ("0.0.0.0:5020", "[::1]:5020"),
        ] {
            assert!(!overlap(one, other), "{one} {other}");
        }
    }

    #[test]
    fn one_port_by_several_paths_is_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| port_itself(&folder.path().join(name));
        std::os::unix::fs::symlink("../none/ttyUSB0", folder.path().join("by-id")).unwrap();
        let itself = folder.path().parent().unwrap().join("none/ttyUSB0");
        assert_eq!(at("by-id"), itself);
        assert_eq!(at("x//..///./../none/ttyUSB0"), itself);
        assert_ne!(at("other"), itself);
    }

    #[test]
    fn one_endpoint_by_several_names_is_one_line() {
        for same in ["127.0.0.1:502", "localhost:0502", "[::1]:502", "LOCALHOST.:502"] {
            assert_eq!(host_and_port(same), "localhost:502", "{same}");
        }
        assert_eq!(host_and_port("[::ffff:10.0.0.1]:502"), host_and_port("10.0.0.1:502"));
        assert_eq!(host_and_port("PLC:502"), host_and_port("plc:502"));
        for other in ["127.0.0.2:502", "localhost:503", "10.0.0.1:502"] {
            assert_ne!(host_and_port(other), "localhost:502", "{other}");
        }
    }

    #[test]
    fn an_endpoint_is_host_and_port() {
        for good in ["192.168.1.10:502", "plc.example.org:1502", "[fe80::1]:502"] {
            assert_eq!(endpoint(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "h",
            "h:",
            ":502",
            "h:0",
            "h:70000",
            "tcp://h:502",
            "fe80::1:502",
            "[x]:1",
            "192.168.1.300:502",
            "192.168.1:502",
            "192,168,1,10:502",
            "0.0.0.0:502",
            "127.0.0.1：1502",
        ] {
            assert!(endpoint(bad).is_err(), "{bad}");
        }
    }
}
