//! What a gateway says of itself: its spool, its traffic, its certificates, its buses and devices.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ClockState, FORMAT, PushedSaid, WireError, at_place, check_count, check_format, packed, read,
    write,
};
use crate::core::{GatewayId, StationId};
use crate::locales::{Text, wire as words};

/// The largest report, bytes, as it is sent and as it was before it was compressed: 200 devices at 250 bytes each, with
/// room to spare. Engineering judgement.
pub const REPORT_MAX: usize = 64 * 1024;

/// Buses of a report, at most: each terminal that dials in is one, and a township has dozens. Engineering judgement.
pub const BUSES_MAX: usize = 256;
/// Devices of a bus of a report, at most: the units of one line (Modbus over serial line V1.02, 2.2).
pub const DEVICES_MAX: usize = 247;

/// The longest word of a report, characters: an id, a name, a version, a digest. Engineering judgement.
pub const WORD_MAX: usize = 64;

/// The longest text of a report, characters: the last error of a device or a line. Engineering judgement: a line of a
/// table.
pub const TEXT_MAX: usize = 120;

/// The words of this version for the state of a line or a device.
pub const STATES: [&str; 6] = ["new", "never", "online", "suspect", "offline", "unreachable"];

/// Retained at `…/report`: what a gateway says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GatewayReport {
    v: u8,
    pub gateway: GatewayId,
    /// When it was made, by the gateway's clock.
    pub at: Timestamp,
    /// Version of the gateway's program.
    pub version: String,
    /// Digest of its configuration, as in its birth.
    pub config: String,
    /// When its program was started, by its clock.
    pub up_since: Timestamp,
    pub clock: ClockState,
    pub spool: SpoolReport,
    pub traffic: TrafficReport,
    /// When its own certificate ends; `None` where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_certificate_until: Option<Timestamp>,
    /// When the certificate ends that the broker has shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker_certificate_until: Option<Timestamp>,
    /// Bytes that it has written to its disk since its start; `None` where its system does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_written: Option<u64>,
    /// What has become of settings that the office has pushed; `None` where it takes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<PushedSaid>,
    /// Where there is no room for all: those first that are not well.
    pub buses: Vec<BusSaid>,
    /// Buses, and devices of all buses, that are left out, as there is no room for them.
    #[serde(default, skip_serializing_if = "is_none")]
    pub buses_left_out: usize,
    #[serde(default, skip_serializing_if = "is_none")]
    pub devices_left_out: usize,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// What a gateway says of its spool.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SpoolReport {
    /// Batches, and readings in them, that the hub has not acknowledged.
    pub batches: u64,
    pub readings: u64,
    /// Bytes of payload in the file, with what is acknowledged and still kept, and the most that it takes.
    pub bytes: u64,
    pub size_max: u64,
    /// Readings that were given up since the spool was made: dropped, thinned, or lost before they were written.
    #[serde(default)]
    pub dropped: u64,
    /// Why the file cannot be written, as an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// What a gateway says of the bytes that go over its link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficReport {
    /// Bytes both ways since its start, with an estimate of the network's overhead.
    pub bytes: u64,
    /// The same in the month that its clock shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month_bytes: Option<u64>,
    /// Connections to the broker since its start.
    #[serde(default)]
    pub connections: u64,
}

/// What a gateway says of a bus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BusSaid {
    pub name: String,
    /// Whether its line can be opened: `new` before the first poll, `online`, `suspect`, `unreachable` (`offline` in
    /// the words of earlier versions), or a word of a version to come.
    pub state: String,
    /// Since when it is in this state, by the gateway's clock at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Why it cannot be opened, and what to do, in words, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub polls: u64,
    /// Polls that were left out, since the one before was still running.
    pub missed: u64,
    /// Share of the last ten to twenty minutes in which it was busy, 0 to 1.
    pub busy: f64,
    pub devices: Vec<DeviceSaid>,
}

/// What a gateway says of a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceSaid {
    pub unit: u8,
    /// Id of its profile.
    pub profile: String,
    pub station: StationId,
    /// `new` before it was asked for the first time, `never` where it has never answered since the start, `online`,
    /// `suspect`, `offline`, `unreachable` while its line is, or a word of a version to come.
    pub state: String,
    /// Since when it is in this state, by the gateway's clock at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Whether it has answered since the gateway's start.
    #[serde(default)]
    pub seen: bool,
    /// Share of its requests that brought values since the gateway's start, 0 to 1, where a poll that was lost as the
    /// line could not be opened counts as a request that brought none; `None` before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<f64>,
    /// Why most of its requests that failed did, as the id of a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its last error in words, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What a report begins with.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportHead {
    pub gateway: GatewayId,
    pub at: Timestamp,
    pub version: String,
    pub config: String,
    pub up_since: Timestamp,
    pub clock: ClockState,
}

impl GatewayReport {
    /// A report without buses.
    pub fn new(head: ReportHead, spool: SpoolReport, traffic: TrafficReport) -> Self {
        let ReportHead { gateway, at, version, config, up_since, clock } = head;
        Self {
            v: FORMAT,
            gateway,
            at,
            version,
            config,
            up_since,
            clock,
            spool,
            traffic,
            own_certificate_until: None,
            broker_certificate_until: None,
            disk_written: None,
            pushed: None,
            buses: Vec::new(),
            buses_left_out: 0,
            devices_left_out: 0,
        }
    }

    /// Leaves out what is more than a report may have: buses and devices beyond the bounds, of those that are well the
    /// last ones first, and the ends of words.
    pub fn cut(&mut self) {
        let cut = |text: &mut String, most: usize| {
            if let Some((end, _)) = text.char_indices().nth(most) {
                text.truncate(end);
            }
        };
        cut(&mut self.version, WORD_MAX);
        cut(&mut self.config, WORD_MAX);
        if self.buses.len() > BUSES_MAX {
            self.put_worst_first();
            let gone = self.buses.split_off(BUSES_MAX);
            self.buses_left_out += gone.len();
            self.devices_left_out += gone.iter().map(|bus| bus.devices.len()).sum::<usize>();
        }
        for bus in &mut self.buses {
            cut(&mut bus.name, WORD_MAX);
            if let Some(error) = &mut bus.error {
                cut(error, TEXT_MAX);
            }
            self.devices_left_out += bus.devices.len().saturating_sub(DEVICES_MAX);
            bus.devices.truncate(DEVICES_MAX);
            for device in &mut bus.devices {
                cut(&mut device.profile, WORD_MAX);
                if let Some(error) = &mut device.error {
                    cut(error, TEXT_MAX);
                }
            }
        }
    }

    /// The message, compressed or not; one that would be larger than [`REPORT_MAX`] without the devices that do not
    /// fit, those first that are well.
    pub fn to_bytes(&self, compress: bool) -> Vec<u8> {
        let mut bytes = write(self);
        if bytes.len() > REPORT_MAX {
            let mut shorter = self.clone();
            shorter.put_worst_first();
            while bytes.len() > REPORT_MAX && shorter.drop_devices() {
                bytes = write(&shorter);
            }
        }
        if compress { packed::compress_well(&bytes) } else { bytes }
    }

    /// Leaves out the last half of the devices of the bus that has most of them, of equal ones the last; `false` where
    /// none is left.
    fn drop_devices(&mut self) -> bool {
        let largest = self.buses.iter_mut().max_by_key(|bus| bus.devices.len());
        let Some(bus) = largest.filter(|bus| !bus.devices.is_empty()) else { return false };
        let left = bus.devices.len() / 2;
        self.devices_left_out += bus.devices.len() - left;
        bus.devices.truncate(left);
        true
    }

    /// Sorts buses, and the devices of each: those first that are not well, in the order that they had.
    fn put_worst_first(&mut self) {
        for bus in &mut self.buses {
            bus.devices.sort_by_key(DeviceSaid::is_well);
        }
        self.buses.sort_by_key(BusSaid::is_well);
    }

    /// Reads a message, compressed or not. Fields that this version does not know are left out.
    ///
    /// # Errors
    /// Names the place and the mistake: too large, no JSON, a share that is none, a text that is too long, too many
    /// buses or devices.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let plain = packed::decompress(bytes)?;
        if plain.len() > REPORT_MAX {
            return Err(WireError::content(words::report_too_large(plain.len(), REPORT_MAX)));
        }
        let report: Self = read(&plain)?;
        check_format(report.v)?;
        report.check()?;
        Ok(report)
    }

    fn check(&self) -> Result<(), WireError> {
        for (field, text) in [("version", &self.version), ("config", &self.config)] {
            check_length(field, text, WORD_MAX).map_err(WireError::content)?;
        }
        let trouble = self.spool.trouble.as_deref().unwrap_or_default();
        check_length("spool.trouble", trouble, WORD_MAX).map_err(WireError::content)?;
        self.pushed.iter().try_for_each(PushedSaid::check)?;
        check_count("buses", self.buses.len(), BUSES_MAX)?;
        for (i, bus) in self.buses.iter().enumerate() {
            bus.check().map_err(|problem| at_place("buses", i, problem))?;
            check_count("devices", bus.devices.len(), DEVICES_MAX)?;
            for device in &bus.devices {
                device.check().map_err(|problem| at_place("buses", i, problem))?;
            }
        }
        Ok(())
    }
}

impl BusSaid {
    /// Whether its line can be opened and all its devices give values.
    pub fn is_well(&self) -> bool {
        self.state == "online" && self.devices.iter().all(DeviceSaid::is_well)
    }

    fn check(&self) -> Result<(), Text> {
        check_length("name", &self.name, WORD_MAX)?;
        check_length("state", &self.state, WORD_MAX)?;
        check_length("error", self.error.as_deref().unwrap_or_default(), TEXT_MAX)?;
        check_share("busy", Some(self.busy))
    }
}

impl DeviceSaid {
    /// Whether it answers and has never given a value since the gateway's start: its address or profile is wrong, or it
    /// is not ready.
    pub fn gives_no_values(&self) -> bool {
        self.state == "online" && self.success == Some(0.0)
    }

    fn is_well(&self) -> bool {
        self.state == "online" && !self.gives_no_values()
    }

    fn check(&self) -> Result<(), Text> {
        check_length("profile", &self.profile, WORD_MAX)?;
        check_length("state", &self.state, WORD_MAX)?;
        check_length("reason", self.reason.as_deref().unwrap_or_default(), WORD_MAX)?;
        check_length("error", self.error.as_deref().unwrap_or_default(), TEXT_MAX)?;
        check_share("success", self.success)
    }
}

fn check_length(field: &str, text: &str, most: usize) -> Result<(), Text> {
    if text.chars().nth(most).is_some() { Err(words::too_long(field, most)) } else { Ok(()) }
}

fn check_share(field: &str, share: Option<f64>) -> Result<(), Text> {
    if share.is_none_or(|share| (0.0..=1.0).contains(&share)) {
        Ok(())
    } else {
        Err(words::not_a_share(field))
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
