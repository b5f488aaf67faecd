//! The status of a running gateway: for the control socket, and for the metrics.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::process;
use crate::core::{GatewayId, StationId};
use crate::edge::pushed::PushedStatus;
use crate::edge::{DeliveryStatus, EdgeWatch, RefusedReload, ViewStatus, ViewWatch, watchdog};
use crate::locales::{Text, edge as words};
use crate::modbus::{BusReport, BusWatch, Mode, RequestSender};
use crate::spool::Trouble;
use crate::support::Clock;
use crate::support::timekeeper::Rule;
use crate::wire::Epoch;

/// The status of a gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GatewayStatus {
    pub gateway: GatewayId,
    pub version: String,
    pub since: Timestamp,
    pub now: Timestamp,
    pub mode: Mode,
    /// The last new configuration, where it was not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<RefusedReload>,
    /// What the office has pushed, where that is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<PushedStatus>,
    /// Readings since the start, including missing ones.
    pub readings: u64,
    /// Readings without a value since the start.
    pub missing: u64,
    /// In the order of the configuration.
    pub buses: Vec<BusStatus>,
    pub spool: SpoolStatus,
    pub delivery: DeliveryStatus,
    /// In the order of the configuration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<ViewStatus>,
    pub clock: ClockStatus,
    /// `None` where the system does not say.
    pub disk: Option<DiskUse>,
    /// Bytes of main memory that it occupies; `None` where the system does not say.
    pub resident: Option<u64>,
}

impl GatewayStatus {
    pub fn up_s(&self) -> f64 {
        self.now.duration_since(self.since).as_secs_f64()
    }

    /// The buses that have not polled for longer than they may, in words.
    pub fn silent_buses(&self) -> impl Iterator<Item = Text> {
        let up_s = self.up_s();
        self.buses.iter().filter_map(move |bus| {
            let (polled_at_s, limit_s) = (bus.report.polled_at_s, bus.silent_max_s);
            let stuck = watchdog::is_stuck(polled_at_s, up_s, Duration::from_secs(limit_s));
            let silent_s = format!("{:.0}", up_s - polled_at_s);
            stuck.then(|| words::bus_silent(&bus.report.name, silent_s, limit_s))
        })
    }
}

/// Whether a gateway trusts its machine's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockStatus {
    /// Whether the time is not yet known to be right.
    pub provisional: bool,
    /// Why the machine's time is not trusted.
    pub refusal: Option<Text>,
    /// Which rule says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// For how many minutes of connection readings wait for the time at most.
    #[serde(default)]
    pub hold_min: u16,
}

/// What a gateway has written to disk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DiskUse {
    /// Bytes since its start (write_bytes of proc(5), io).
    pub written: u64,
    /// Extrapolated bytes per day; `None` in the first minutes, since the start writes more than what follows.
    pub written_a_day: Option<u64>,
}

/// One bus of a running gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BusStatus {
    /// Its endpoint or port.
    pub line: String,
    pub devices: Vec<DeviceStatus>,
    /// The longest time without a poll, s; beyond it something is wrong.
    pub silent_max_s: u64,
    pub report: BusReport,
}

/// One device on a bus of a running gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceStatus {
    pub unit: u8,
    /// Id of its profile.
    pub profile: String,
    pub station: StationId,
}

/// The content of a running gateway's spool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpoolStatus {
    pub epoch: Epoch,
    /// Batches that the hub has not acknowledged.
    pub batches: u64,
    /// Readings in these batches.
    pub readings: u64,
    /// Batches of these that wait until the time is known.
    pub held: u64,
    /// The last number given to a batch.
    pub last_seq: u64,
    /// Bytes of payload in the file, including acknowledged batches, which are deleted when room is needed.
    pub bytes: u64,
    /// Most bytes of payload.
    pub size_max: u64,
    /// Readings dropped since the spool was created, because it was full.
    pub dropped_readings: u64,
    /// Readings given up since the spool was created, when the oldest were thinned to one an hour.
    pub thinned_readings: u64,
    /// Readings that wait in memory, because the file cannot be written.
    pub unwritten: u64,
    /// Why the file cannot be written.
    pub trouble: Option<Trouble>,
    /// Readings lost since the start, because there was no room left in memory either.
    pub lost_readings: u64,
    /// When the file was found damaged since the start, and a new one begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damaged_at: Option<Timestamp>,
    /// When the epoch was last begun anew, because another life of the spool had used its numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewed_at: Option<Timestamp>,
    /// When the file was found gone since the start, and everything carried over into a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_at: Option<Timestamp>,
}

/// Makes the status of this gateway.
pub(in crate::edge) struct StatusSource {
    pub gateway: GatewayId,
    pub spool_size_max: u64,
    /// For how many minutes of connection readings wait for the time at most.
    pub hold_min: u16,
    pub clock: Clock,
    pub watch: EdgeWatch,
    pub mode: watch::Sender<Mode>,
    pub buses: Vec<ControlBus>,
}

/// A bus as the control socket sees it.
pub(in crate::edge) struct ControlBus {
    pub name: String,
    pub line: String,
    pub devices: Vec<DeviceStatus>,
    pub watch: BusWatch,
    pub silent_max: Duration,
    /// Whether a request may change the speed of its line.
    pub serial: bool,
    pub requests: RequestSender,
}

impl ControlBus {
    fn status(&self) -> BusStatus {
        BusStatus {
            line: self.line.clone(),
            devices: self.devices.clone(),
            silent_max_s: self.silent_max.as_secs(),
            report: self.watch.report(),
        }
    }
}

impl StatusSource {
    pub fn status(&self) -> GatewayStatus {
        let counts = self.watch.buses.counts();
        let keeper = self.watch.spooled();
        let spool = keeper.spool;
        let (now, uptime) = (self.clock.now(), self.clock.uptime());
        let refusal = self.clock.refusal();
        GatewayStatus {
            gateway: self.gateway.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            // By the clock as it is now: it may have been set since the start.
            since: now.checked_sub(uptime).unwrap_or(now),
            now,
            mode: *self.mode.borrow(),
            refused: self.watch.refused.borrow().clone(),
            pushed: self.watch.pushed.borrow().clone(),
            readings: counts.readings,
            missing: counts.missing,
            buses: self.buses.iter().map(ControlBus::status).collect(),
            spool: SpoolStatus {
                epoch: spool.epoch,
                batches: spool.batches,
                readings: spool.readings,
                held: spool.held,
                last_seq: spool.last_seq,
                bytes: spool.bytes,
                dropped_readings: spool.dropped_readings,
                thinned_readings: spool.thinned_readings,
                unwritten: keeper.unwritten,
                trouble: keeper.trouble,
                lost_readings: keeper.lost,
                damaged_at: spool.damaged_at,
                renewed_at: spool.renewed_at,
                carried_at: spool.carried_at,
                size_max: self.spool_size_max,
            },
            delivery: self.watch.delivery.borrow().clone(),
            views: self.watch.views.iter().map(ViewWatch::status).collect(),
            clock: ClockStatus {
                provisional: self.clock.base().provisional,
                refusal: refusal.map(|refusal| refusal.text()),
                rule: refusal.map(|refusal| refusal.rule),
                hold_min: self.hold_min,
            },
            disk: process::disk_use(uptime),
            resident: process::resident_memory(),
        }
    }
}
