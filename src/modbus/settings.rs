//! The settings of buses in a gateway's configuration.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::numbering::Numbering;
use super::points::Given;
use super::schedule::PollInterval;
use crate::core::{Network, Parameter, Series, StationId};
use crate::device::{Curve, Function, Point, Profile, Run};
use crate::quality::SeriesRules;

/// One bus: a line with its devices. Exactly one of `tcp`, `serial`, `rtu_tcp` and `dtu` is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusSettings {
    /// In logs and metrics.
    pub name: String,
    /// Modbus TCP: host and port, `192.168.1.10:502`.
    pub tcp: Option<String>,
    /// Which transaction numbers the answers over Modbus TCP carry; found out where it is not given.
    pub numbers: Option<Numbering>,
    /// Modbus RTU over a serial port.
    pub serial: Option<SerialSettings>,
    /// Modbus RTU frames over TCP, to a serial server that listens: host and port.
    pub rtu_tcp: Option<String>,
    /// Modbus RTU frames over TCP, from a 4G terminal (DTU) that dials in.
    pub dtu: Option<DtuSettings>,
    /// How long connecting and each answer may take, ms. Field devices answer in 20 to 150 ms.
    #[serde(default = "milliseconds::<1000>")]
    pub timeout_ms: u64,
    /// How often a request without an answer is repeated within the poll.
    #[serde(default = "number::<1>")]
    pub retries: u32,
    /// Silence before each request, ms. On a serial line never less than the standard requires: 3.5 characters, 1.75 ms
    /// above 19200 baud (Modbus over serial line V1.02, 2.5.1.1).
    pub gap_ms: Option<f64>,
    /// Silence instead of `gap_ms` where the previous request went to another unit, ms; never shorter than `gap_ms`.
    pub turnaround_ms: Option<f64>,
    /// Time between polls, s; 0 polls without a pause. Polls fall on multiples of it since the epoch.
    #[serde(default = "number::<300>")]
    pub interval_s: u32,
    /// Time between polls in drought mode, s; `interval_s` by default.
    pub drought_interval_s: Option<u32>,
    #[serde(default)]
    pub health: HealthSettings,
    #[serde(rename = "device", default)]
    pub devices: Vec<DeviceSettings>,
}

impl BusSettings {
    /// Its endpoint or port as people read it: `192.168.1.10:502`, `/dev/ttyUSB0 9600 8N1`.
    pub fn line(&self) -> String {
        if let Some(serial) = &self.serial {
            format!("{} {}", serial.port.display(), serial.mode())
        } else if let Some(endpoint) = &self.rtu_tcp {
            format!("{endpoint} (RTU)")
        } else if let Some(dtu) = &self.dtu {
            format!("{} (DTU)", dtu.listen)
        } else {
            self.tcp.clone().unwrap_or_default()
        }
    }
}

fn milliseconds<const MS: u64>() -> u64 {
    MS
}

fn number<const N: u32>() -> u32 {
    N
}

/// A serial line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SerialSettings {
    /// The port, best by a name that survives unplugging: `/dev/serial/by-id/usb-…`. Looked up each time it is opened.
    pub port: PathBuf,
    /// Bits per second.
    #[serde(default = "number::<9600>")]
    pub baud: u32,
    /// The standard asks for even parity, but most devices in the field use none.
    #[serde(default)]
    pub parity: Parity,
    /// 1 or 2.
    #[serde(default = "one_stop_bit")]
    pub stop_bits: u8,
    /// Whether to raise RTS while sending, for RS-485 adapters that do not switch direction by themselves.
    #[serde(default)]
    pub rts: bool,
}

impl SerialSettings {
    pub fn mode(&self) -> SerialMode {
        SerialMode { baud: self.baud, parity: self.parity, stop_bits: self.stop_bits }
    }
}

impl DtuSettings {
    /// Speed and frame of the line behind the terminal.
    pub fn mode(&self) -> SerialMode {
        SerialMode { baud: self.baud, parity: self.parity, stop_bits: self.stop_bits }
    }
}

/// Speed and frame of a serial line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SerialMode {
    pub baud: u32,
    pub parity: Parity,
    pub stop_bits: u8,
}

impl fmt::Display for SerialMode {
    /// As technicians write it: `9600 8N1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parity = match self.parity {
            Parity::None => 'N',
            Parity::Even => 'E',
            Parity::Odd => 'O',
        };
        f.pad(&format!("{} 8{parity}{}", self.baud, self.stop_bits))
    }
}

fn one_stop_bit() -> u8 {
    1
}

/// Parity of a serial line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Parity {
    #[default]
    None,
    Even,
    Odd,
}

/// A 4G terminal (DTU) that dials in and passes on its serial line. At a shared address it identifies itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DtuSettings {
    /// Address to listen on; buses may share one.
    pub listen: SocketAddr,
    /// What the terminal sends first: text, or bytes as `hex:0102…`. Optional if no other terminal dials this address.
    pub registration: Option<String>,
    /// What the terminal sends from time to time: text, or bytes as `hex:…`. Removed from what it passes on.
    pub heartbeat: Option<String>,
    /// Where it may dial from: addresses and networks such as `10.8.0.0/16`. From anywhere where empty.
    #[serde(default)]
    pub peers: Vec<Network>,
    /// Bits per second on the line behind the terminal.
    #[serde(default = "number::<9600>")]
    pub baud: u32,
    #[serde(default)]
    pub parity: Parity,
    /// 1 or 2.
    #[serde(default = "one_stop_bit")]
    pub stop_bits: u8,
}

/// When a device counts as offline, and how often it is then probed. Defaults as in wb-mqtt-serial, slower for water.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HealthSettings {
    /// Polls in a row that must have failed.
    pub failures: u32,
    /// And for how long, s.
    pub after_s: u32,
    /// The first pause between probes of an offline device, s; it doubles with each.
    pub probe_first_s: u32,
    /// The longest pause between probes, s.
    pub probe_most_s: u32,
}

impl Default for HealthSettings {
    fn default() -> Self {
        Self { failures: 3, after_s: 10, probe_first_s: 5, probe_most_s: 300 }
    }
}

/// One Modbus unit on a bus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceSettings {
    /// 1 to 247.
    pub unit: u8,
    /// Id of its profile.
    pub profile: String,
    /// The station that it observes.
    pub station: StationId,
    /// Stations by the profile's channel names, for a device that observes several, such as the controller of a pump
    /// house. Points without a channel belong to `station`.
    #[serde(default)]
    pub channels: BTreeMap<String, StationId>,
    /// Corrections at this installation.
    #[serde(default)]
    pub adjust: BTreeMap<Parameter, Adjust>,
    /// What is computed from what it measures: a flow from the level at a weir, a flume or a gauged section.
    #[serde(rename = "curve", default, skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<Curve>,
    /// The parameters of the profile that are read; all where empty.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// How long its answers may take, ms; the bus's `timeout_ms` by default.
    pub timeout_ms: Option<u64>,
    /// Silence that this device needs before each request, ms, beyond what the bus keeps.
    pub gap_ms: Option<f64>,
    /// Most registers that it answers in one request, if fewer than its profile says.
    pub registers_max: Option<u16>,
    /// Its values of several registers may be read by several requests, where `registers_max` is less than they take:
    /// what it answers to a part of a value is that part.
    #[serde(default)]
    pub in_parts: bool,
    /// Registers that it refuses to read: no request touches them.
    #[serde(rename = "hole", default)]
    pub holes: Vec<Hole>,
    /// Time between polls of single parameters, s; others use the bus's `interval_s`.
    #[serde(default)]
    pub intervals_s: BTreeMap<Parameter, u32>,
    /// The same in drought mode; others use the bus's `drought_interval_s`.
    #[serde(default)]
    pub drought_intervals_s: BTreeMap<Parameter, u32>,
    /// Quality tests of single parameters, in addition to the range of the device.
    #[serde(default)]
    pub quality: BTreeMap<Parameter, SeriesRules>,
}

impl DeviceSettings {
    /// The points of `profile` that are read, in their order, each with the series that it observes.
    pub fn observes<'a>(
        &'a self,
        profile: &'a Profile,
    ) -> impl Iterator<Item = (&'a Point, Series)> {
        profile.points.iter().filter_map(|point| {
            let station = self.station_of(point)?.clone();
            Some((point, Series::new(station, point.parameter)))
        })
    }

    /// Every series that the device gives: those that it observes, and behind them those of its curves.
    pub fn gives<'a>(&'a self, profile: &'a Profile) -> impl Iterator<Item = Given<'a>> {
        let adjust = |point: &Point| self.adjust.get(&point.parameter).copied().unwrap_or_default();
        let observed = self.observes(profile).map(move |(point, series)| Given {
            point,
            series,
            adjust: adjust(point),
            curve: None,
        });
        let computed = self.curves.iter().flat_map(move |curve| {
            let from = self.observes(profile).find(|(point, _)| point.parameter == curve.from);
            from.map(|(point, series)| Given {
                point,
                series: Series::new(series.station, curve.to),
                adjust: adjust(point),
                curve: Some(curve),
            })
        });
        observed.chain(computed)
    }

    /// The station that `point` observes; `None` where the point is not read.
    fn station_of(&self, point: &Point) -> Option<&StationId> {
        let all = self.parameters.is_empty();
        if !all && !self.parameters.contains(&point.parameter) {
            return None;
        }
        match &point.channel {
            Some(channel) => self.channels.get(channel),
            None => Some(&self.station),
        }
    }

    pub fn gap(&self) -> Duration {
        let seconds = self.gap_ms.unwrap_or_default() / 1000.0;
        Duration::try_from_secs_f64(seconds).unwrap_or_default()
    }

    /// How often `parameter` is polled on `bus`. Without a drought interval, a drought changes nothing; the bus's
    /// drought interval only shortens, the parameter's own may also lengthen.
    pub fn poll_interval(&self, bus: &BusSettings, parameter: Parameter) -> PollInterval {
        let own = self.intervals_s.get(&parameter).copied();
        let normal_s = own.unwrap_or(bus.interval_s);
        let drought_s = match self.drought_intervals_s.get(&parameter) {
            Some(own) => *own,
            None => bus.drought_interval_s.map_or(normal_s, |all| all.min(normal_s)),
        };
        PollInterval { normal_s, drought_s }
    }
}

/// Registers that a device refuses to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hole {
    pub function: Function,
    pub first: u16,
    pub last: u16,
}

impl From<Hole> for Run {
    fn from(hole: Hole) -> Self {
        Self { function: hole.function, first: hole.first, last: hole.last }
    }
}

/// `value × scale + offset`, in the parameter's canonical unit: a submersible sensor's elevation, a radar's reference
/// level with scale -1, a current transformer's ratio.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjust {
    #[serde(default = "one")]
    pub scale: f64,
    #[serde(default)]
    pub offset: f64,
}

impl Adjust {
    pub fn apply(self, measured: f64) -> f64 {
        measured * self.scale + self.offset
    }
}

impl Default for Adjust {
    fn default() -> Self {
        Self { scale: 1.0, offset: 0.0 }
    }
}

fn one() -> f64 {
    1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_has_its_station_and_one_that_is_not_connected_is_not_read() {
        let profile: Profile = toml::from_str(
            r#"
            id = "house"
            name = "A pump house's controller"
            source = "a test"
            verified_by = "nobody"
            confidence = 1.0
            [[point]]
            parameter = "voltage"
            function = 3
            address = 0
            type = "u16"
            unit = "V"
            [[point]]
            parameter = "flow"
            channel = "a"
            function = 3
            address = 1
            type = "u16"
            unit = "m3/h"
            [[point]]
            parameter = "flow"
            channel = "b"
            function = 3
            address = 2
            type = "u16"
            unit = "m3/h"
            [[point]]
            parameter = "power"
            channel = "b"
            function = 3
            address = 3
            type = "u16"
            unit = "kW"
            "#,
        )
        .unwrap();
        let observed = |more: &str| {
            let text = format!("unit = 1\nprofile = 'house'\nstation = 'house-1'\n{more}");
            let device: DeviceSettings = toml::from_str(&text).unwrap();
            let observed = device.observes(&profile);
            observed
                .map(|(point, series)| format!("{} {series}", point.address))
                .collect::<Vec<_>>()
        };
        assert_eq!(observed(""), ["0 house-1/voltage"]);
        assert_eq!(
            observed("channels = { a = 'pump-1', b = 'pump-2' }"),
            ["0 house-1/voltage", "1 pump-1/flow", "2 pump-2/flow", "3 pump-2/power"]
        );
        assert_eq!(
            observed("channels = { b = 'pump-2' }\nparameters = ['flow']"),
            ["2 pump-2/flow"]
        );
    }
}
