//! What a gateway's configuration says of its buses.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::schedule::Rhythm;
use crate::core::{Parameter, Series, StationId};
use crate::device::{Function, Point, Profile, Run};
use crate::quality::SeriesRules;

/// One bus: a line or an endpoint with the devices behind it. Exactly one of `tcp`, `serial`, `rtu_tcp` and `dtu` is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusSettings {
    /// Name in logs and metrics.
    pub name: String,
    /// Modbus TCP: host and port, `192.168.1.10:502`.
    #[serde(default)]
    pub tcp: Option<String>,
    /// Modbus RTU over a serial port.
    #[serde(default)]
    pub serial: Option<SerialSettings>,
    /// Modbus RTU frames over TCP, to a serial server that listens: host and port.
    #[serde(default)]
    pub rtu_tcp: Option<String>,
    /// Modbus RTU frames over TCP, from a 4G terminal (DTU) that dials in.
    #[serde(default)]
    pub dtu: Option<DtuSettings>,
    /// How long connecting and each answer may take, ms. Field devices answer in 20 to 150 ms.
    #[serde(default = "default_timeout_ms")]
    pub timeout_ms: u64,
    /// How often a request that got no answer is asked again within the poll.
    #[serde(default = "default_retries")]
    pub retries: u32,
    /// Silence before each request, ms. On a serial line never less than the standard asks for: 3.5 characters, 1.75 ms above
    /// 19200 baud (Modbus over serial line V1.02, 2.5.1.1).
    #[serde(default)]
    pub gap_ms: Option<f64>,
    /// Silence instead of `gap_ms` where the unit is another than that of the request before, ms; never shorter than `gap_ms`.
    #[serde(default)]
    pub turnaround_ms: Option<f64>,
    /// Time between polls, s; 0 polls without a pause. Polls fall on multiples of it since the epoch.
    #[serde(default = "default_interval_s")]
    pub interval_s: u32,
    /// Time between polls in drought mode, s; `interval_s` where it is left out.
    #[serde(default)]
    pub drought_interval_s: Option<u32>,
    /// When a device counts as offline.
    #[serde(default)]
    pub health: HealthSettings,
    /// The devices.
    #[serde(rename = "device", default)]
    pub devices: Vec<DeviceSettings>,
}

impl BusSettings {
    /// Its endpoint or port, for people to read: `192.168.1.10:502`, `/dev/ttyUSB0 9600 8N1`.
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

fn default_timeout_ms() -> u64 {
    1000
}

fn default_retries() -> u32 {
    1
}

fn default_interval_s() -> u32 {
    300
}

/// A serial line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SerialSettings {
    /// The port, best by a name that survives unplugging: `/dev/serial/by-id/usb-…`. Looked up anew each time it is opened.
    pub port: PathBuf,
    /// Bits per second; of a terminal, on the line behind it.
    #[serde(default = "default_baud")]
    pub baud: u32,
    /// Parity; most devices of the field have none, whatever the standard says.
    #[serde(default)]
    pub parity: Parity,
    /// Stop bits, 1 or 2.
    #[serde(default = "default_stop_bits")]
    pub stop_bits: u8,
    /// Whether the port has to raise RTS while it sends: RS-485 adapters that do not find out by themselves.
    #[serde(default)]
    pub rts: bool,
}

impl SerialSettings {
    /// How the bytes on the line look.
    pub fn mode(&self) -> SerialMode {
        SerialMode { baud: self.baud, parity: self.parity, stop_bits: self.stop_bits }
    }
}

impl DtuSettings {
    /// How the bytes on the line behind the terminal look.
    pub fn mode(&self) -> SerialMode {
        SerialMode { baud: self.baud, parity: self.parity, stop_bits: self.stop_bits }
    }
}

/// Speed and frame of a serial line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SerialMode {
    /// Bits per second.
    pub baud: u32,
    /// Parity.
    pub parity: Parity,
    /// Stop bits, 1 or 2.
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

fn default_baud() -> u32 {
    9600
}

fn default_stop_bits() -> u8 {
    1
}

/// Parity of a serial line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Parity {
    #[default]
    None,
    Even,
    Odd,
}

/// A 4G terminal (DTU) that dials in and then passes on what it sees on its serial line. Several may dial the same address;
/// each says who it is with its registration bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DtuSettings {
    /// Address to listen on; buses may share one.
    pub listen: SocketAddr,
    /// What the terminal sends first: text, or bytes as `hex:0102…`. Left out where it sends nothing and no other terminal dials
    /// this address.
    #[serde(default)]
    pub registration: Option<String>,
    /// What the terminal sends from time to time: text, or bytes as `hex:…`. Taken out of what it passes on.
    #[serde(default)]
    pub heartbeat: Option<String>,
    /// Bits per second; of a terminal, on the line behind it.
    #[serde(default = "default_baud")]
    pub baud: u32,
    /// Parity; most devices of the field have none, whatever the standard says.
    #[serde(default)]
    pub parity: Parity,
    /// Stop bits, 1 or 2.
    #[serde(default = "default_stop_bits")]
    pub stop_bits: u8,
}

/// When a device counts as offline, and what it may cost then. Defaults after what has proved itself in wb-mqtt-serial, slower:
/// water moves slowly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HealthSettings {
    /// Polls in a row that must fail.
    pub failures: u32,
    /// How long they must have failed, s.
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
    /// Unit id, 1 to 247.
    pub unit: u8,
    /// The profile that it follows.
    pub profile: String,
    /// The station that it observes.
    pub station: StationId,
    /// Stations of the channels of a device that observes several, such as a controller that gathers a pump house; by the
    /// name of the channel in the profile. Points without a channel belong to `station`.
    #[serde(default)]
    pub channels: BTreeMap<String, StationId>,
    /// Correction at this installation, by parameter.
    #[serde(default)]
    pub adjust: BTreeMap<Parameter, Adjust>,
    /// Only these parameters of the profile are read; all of them where empty.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// How long its answers may take, ms; the bus's `timeout_ms` where left out.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
    /// Silence that this device needs before each request to it, ms, beyond what the bus keeps.
    #[serde(default)]
    pub gap_ms: Option<f64>,
    /// Most registers that it answers in one request, where that is less than its profile says.
    #[serde(default)]
    pub registers_max: Option<u16>,
    /// Registers that it refuses to read: no request touches them.
    #[serde(rename = "hole", default)]
    pub holes: Vec<Hole>,
    /// Time between polls of single parameters, s; the bus's `interval_s` for the others.
    #[serde(default)]
    pub intervals_s: BTreeMap<Parameter, u32>,
    /// The same in drought mode; what is left out here is polled as the bus is.
    #[serde(default)]
    pub drought_intervals_s: BTreeMap<Parameter, u32>,
    /// Quality tests of single parameters, beyond the range of the device.
    #[serde(default)]
    pub quality: BTreeMap<Parameter, SeriesRules>,
}

impl DeviceSettings {
    /// The points of `profile` that it is read for, in their order, each with the series that it observes.
    pub fn observes<'a>(
        &'a self,
        profile: &'a Profile,
    ) -> impl Iterator<Item = (&'a Point, Series)> {
        profile.points.iter().filter_map(|point| {
            let station = self.station_of(point)?.clone();
            Some((point, Series::new(station, point.parameter)))
        })
    }

    /// The station that `point` observes; `None` where it is not read.
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

    /// Silence that this device needs before each request to it, beyond what the bus keeps.
    pub fn gap(&self) -> Duration {
        let seconds = self.gap_ms.unwrap_or_default() / 1000.0;
        Duration::try_from_secs_f64(seconds).unwrap_or_default()
    }

    /// In which rhythm `parameter` is polled on `bus`. A drought changes nothing where no interval is given for it, and never
    /// makes one longer unless it is given for the parameter itself.
    pub fn rhythm(&self, bus: &BusSettings, parameter: Parameter) -> Rhythm {
        let own = self.intervals_s.get(&parameter).copied();
        let normal_s = own.unwrap_or(bus.interval_s);
        let drought_s = match self.drought_intervals_s.get(&parameter) {
            Some(own) => *own,
            None => bus.drought_interval_s.map_or(normal_s, |all| all.min(normal_s)),
        };
        Rhythm { normal_s, drought_s }
    }
}

/// Registers that a device refuses to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hole {
    /// Function code.
    pub function: Function,
    /// The first register.
    pub first: u16,
    /// The last register.
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
    /// Factor.
    #[serde(default = "one")]
    pub scale: f64,
    /// Added after the factor.
    #[serde(default)]
    pub offset: f64,
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
