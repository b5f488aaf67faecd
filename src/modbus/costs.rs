//! What reading costs on a bus, from its settings: the plan weighs requests against registers with it. docs/acquisition.md has
//! the model and what comes out of it.

use super::{BusSettings, DeviceSettings, SerialMode};
use crate::device::{Costs, Profile, Run, Terms};

/// Bytes on a serial line that a request and its answer take beside the registers: unit, function, address, count and check of
/// the one; unit, function, byte count and check of the other (Modbus over serial line V1.02, 2.3 and 2.5.1).
const FRAME_BYTES: f64 = 8.0 + 5.0;

/// Bytes of a register.
const REGISTER_BYTES: f64 = 2.0;

/// Characters of silence before a frame, and the silence above 19200 baud, µs (Modbus over serial line V1.02, 2.5.1.1).
const SILENCE_CHARACTERS: f64 = 3.5;
const SILENCE_FAST_US: f64 = 1750.0;
const FAST_BAUD: u32 = 19_200;

/// What a device on a serial line takes to answer, µs, beside the time on the line. Engineering judgement: 5 ms is a quick one,
/// so that no gap is bridged which a slower device alone would make worth it; the registers in a gap may be refused.
const DEVICE_US: f64 = 5_000.0;

/// What a request takes over TCP, µs: the round trip in a local network and the device's own time. Engineering judgement.
const TCP_REQUEST_US: f64 = 2_000.0;

/// What a register takes over TCP, µs: a device copies each of them. Engineering judgement: so little that whatever fits into a
/// request is read with it, and enough that the shorter of two such plans is chosen.
const TCP_REGISTER_US: f64 = 20.0;

/// The round trip to a terminal in a 4G network, µs. Engineering judgement, after what operators state: 50 to 150 ms.
const MOBILE_US: f64 = 100_000.0;

/// The line that is assumed behind a serial server: it does not say how it is set.
const ASSUMED_BAUD: u32 = 9600;

/// What reading `device` costs on `bus`.
pub fn costs(bus: &BusSettings, device: &DeviceSettings) -> Costs {
    let assumed = SerialMode {
        baud: ASSUMED_BAUD,
        parity: Default::default(),
        stop_bits: 1,
    };
    let (mode, network_us) = match (&bus.serial, &bus.dtu, &bus.rtu_tcp) {
        (Some(serial), ..) => (Some(serial.mode()), 0.0),
        (_, Some(dtu), _) => (Some(dtu.mode()), MOBILE_US),
        (.., Some(_)) => (Some(assumed), TCP_REQUEST_US),
        _ => (None, 0.0),
    };
    let gap_us = [bus.gap_ms, device.gap_ms]
        .into_iter()
        .flatten()
        .map(|ms| ms * 1000.0)
        .reduce(f64::max);
    match mode {
        Some(mode) => {
            let character = character_us(mode);
            let silence = silence_us(mode);
            // The device keeps a silence before its answer, and we before the next request: ours may be set longer.
            let silences = silence + gap_us.map_or(silence, |gap| gap.max(silence));
            Costs {
                request_us: network_us + DEVICE_US + FRAME_BYTES * character + silences,
                register_us: REGISTER_BYTES * character,
            }
        }
        None => Costs {
            request_us: TCP_REQUEST_US + gap_us.unwrap_or(0.0),
            register_us: TCP_REGISTER_US,
        },
    }
}

/// What the plan for `device`, which follows `profile`, has to keep to before anything has been learned of it.
pub fn terms(bus: &BusSettings, device: &DeviceSettings, profile: &Profile) -> Terms {
    let own = device.registers_max.unwrap_or(profile.registers_max);
    Terms {
        registers_max: own.min(profile.registers_max),
        holes: device.holes.iter().map(|hole| Run::from(*hole)).collect(),
        seams: Vec::new(),
        costs: costs(bus, device),
    }
}

/// How long a character takes on the line, µs: a start bit, eight of data, parity, stop bits.
fn character_us(mode: SerialMode) -> f64 {
    let parity = u8::from(mode.parity != super::Parity::None);
    let bits = 1 + 8 + parity + mode.stop_bits;
    f64::from(bits) * 1e6 / f64::from(mode.baud.max(1))
}

/// The silence before a frame, µs.
fn silence_us(mode: SerialMode) -> f64 {
    if mode.baud > FAST_BAUD {
        SILENCE_FAST_US
    } else {
        SILENCE_CHARACTERS * character_us(mode)
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
        assert_eq!(bridged(&serial(19_200)), 14.0);
        assert_eq!(bridged(&serial(115_200)), 55.0);
        assert_eq!(bridged("tcp = 'h:502'"), 100.0);
        assert_eq!(bridged("rtu_tcp = 'h:4196'"), 13.0);
        assert_eq!(bridged("dtu = { listen = '0.0.0.0:6000' }"), 60.0);
        assert_eq!(bridged(&format!("gap_ms = 100\n{}", serial(9600))), 58.0);
    }

    #[test]
    fn a_read_at_9600_baud_takes_what_its_bytes_and_silences_do() {
        let mode = SerialMode {
            baud: 9600,
            parity: super::super::Parity::Even,
            stop_bits: 1,
        };
        // Eleven bits a character.
        assert!((character_us(mode) - 1145.83).abs() < 0.01);
        assert!((silence_us(mode) - 4010.4).abs() < 0.1);
        assert_eq!(
            silence_us(SerialMode {
                baud: 38_400,
                ..mode
            }),
            1750.0
        );
    }
}
