//! What a request and a register cost on a bus, from its settings. docs/acquisition.md has the model and its results.

use std::time::Duration;

use super::timing::{self, ANSWER_BYTES, REQUEST_BYTES};
use super::{BusSettings, DeviceSettings, SerialMode};
use crate::device::{Costs, Profile, Run, Terms};

const REGISTER_BYTES: usize = 2;

/// The time that a device on a serial line takes to answer, µs, besides the time on the line. Engineering judgement: a
/// fast device, so that no gap is bridged that pays only with a slow one; registers in a gap may be refused.
const DEVICE_US: f64 = 5_000.0;

/// A request over TCP, µs: the round trip in a local network and the device's own time. Engineering judgement.
const TCP_REQUEST_US: f64 = 2_000.0;

/// How long a register takes over TCP, µs: the device copies each. Engineering judgement: so little that a request
/// reads whatever fits into it, and enough that the shorter of two such plans is chosen.
const TCP_REGISTER_US: f64 = 20.0;

/// The round trip to a terminal in a 4G network, µs. Engineering judgement: operators state 50 to 150 ms.
const MOBILE_US: f64 = 100_000.0;

/// The speed that is assumed behind a serial server: it does not report its own.
const ASSUMED_BAUD: u32 = 9600;

/// What reading `device` costs on `bus`.
pub fn costs(bus: &BusSettings, device: &DeviceSettings) -> Costs {
    let assumed = SerialMode { baud: ASSUMED_BAUD, parity: Default::default(), stop_bits: 1 };
    let (mode, network_us) = match (&bus.serial, &bus.dtu, &bus.rtu_tcp) {
        (Some(serial), ..) => (Some(serial.mode()), 0.0),
        (_, Some(dtu), _) => (Some(dtu.mode()), MOBILE_US),
        (.., Some(_)) => (Some(assumed), TCP_REQUEST_US),
        _ => (None, 0.0),
    };
    let gap_us =
        [bus.gap_ms, device.gap_ms].into_iter().flatten().map(|ms| ms * 1000.0).reduce(f64::max);
    match mode {
        Some(mode) => {
            let us = |time: Duration| time.as_secs_f64() * 1e6;
            let frames = us(timing::wire(mode, REQUEST_BYTES + ANSWER_BYTES));
            let silence = us(timing::silence(mode));
            // The device keeps a silence before its answer, and we before the next request; ours may be set longer.
            let silences = silence + gap_us.map_or(silence, |gap| gap.max(silence));
            Costs {
                request_us: network_us + DEVICE_US + frames + silences,
                register_us: us(timing::wire(mode, REGISTER_BYTES)),
            }
        }
        None => Costs {
            request_us: TCP_REQUEST_US + gap_us.unwrap_or(0.0),
            register_us: TCP_REGISTER_US,
        },
    }
}

/// The terms of the plan for `device`, which follows `profile`, before any quirk of it is known.
pub fn terms(bus: &BusSettings, device: &DeviceSettings, profile: &Profile) -> Terms {
    let own = device.registers_max.unwrap_or(profile.registers_max);
    Terms {
        registers_max: own.min(profile.registers_max),
        holes: device.holes.iter().map(|hole| Run::from(*hole)).collect(),
        seams: Vec::new(),
        wrong: Vec::new(),
        in_parts: device.in_parts || profile.in_parts,
        costs: costs(bus, device),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bridged(bus: &str) -> f64 {
        let bus: BusSettings = toml::from_str(&format!("name = 'b'\n{bus}")).unwrap();
        let device = "unit = 1\nprofile = 'p'\nstation = 's'\n";
        let costs = costs(&bus, &toml::from_str(device).unwrap());
        (costs.request_us / costs.register_us).floor()
    }

    /// The figures of docs/acquisition.md.
    #[test]
    fn the_widest_gap_that_is_bridged_follows_from_the_line() {
        let serial = |baud| format!("serial = {{ port = '/dev/ttyS0', baud = {baud} }}");
        assert_eq!(bridged(&serial(1200)), 10.0);
        assert_eq!(bridged(&serial(9600)), 12.0);
        assert_eq!(bridged(&serial(19_200)), 15.0);
        assert_eq!(bridged(&serial(115_200)), 55.0);
        assert_eq!(bridged("tcp = 'h:502'"), 100.0);
        assert_eq!(bridged("rtu_tcp = 'h:4196'"), 13.0);
        assert_eq!(bridged("dtu = { listen = '0.0.0.0:6000' }"), 60.0);
        assert_eq!(bridged(&format!("gap_ms = 100\n{}", serial(9600))), 58.0);
    }
}
