//! What the gateway says of itself to the office: made from its status, after each connection, when a device or a bus
//! changes its state, when that of pushed settings does, and now and then.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::control::{BusStatus, DeviceStatus, GatewayStatus, StatusSource};
use super::pushed::PushedStatus;
use crate::locales::Lang;
use crate::modbus::{HealthState, UnitReport};
use crate::mqtt::Whose;
use crate::wire::{
    BusSaid, ClockState, DeviceSaid, GatewayReport, PushedSaid, ReportHead, SpoolReport,
    TrafficReport,
};

/// How often it is made although nothing has changed: 96 times a day, of some hundred bytes a device, are less than a
/// tenth of what polls each five minutes take. Engineering judgement.
const EVERY: Duration = Duration::from_secs(900);

/// The shortest time between two reports over one connection, so that the office knows of a change within two polls
/// each five seconds. Engineering judgement.
const APART: Duration = Duration::from_secs(10);

/// The shortest time in the long run, and how many may come sooner in a row: a device that comes and goes must not use
/// up the month's data. Engineering judgement.
const APART_LONG: Duration = Duration::from_secs(60);
const IN_A_ROW: u32 = 6;

/// How often the states are compared: each second or two, as the connection's traffic is counted. Engineering
/// judgement.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Makes reports while there is a connection, until `stop`. `config` is the digest of the configuration.
pub(super) async fn make_reports(
    source: Arc<StatusSource>,
    config: String,
    reports: watch::Sender<Option<Arc<GatewayReport>>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    // While there is a connection, its traffic is counted here each second.
    let mut delivery = source.watch.delivery.clone();
    let mut connection = None;
    let mut last = Last::default();
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            changed = delivery.changed() => if changed.is_err() {
                stop.cancelled().await;
                return Ok(());
            },
        }
        let before = connection;
        connection = delivery.borrow_and_update().connected_since;
        if connection.is_none() {
            continue;
        }
        let now = source.clock.uptime();
        let is_new = connection != before;
        if last.is_due(is_new, now, || (states(&source), pushed(&source))) {
            let report = report(source.status(), config.clone());
            reports.send_replace(Some(Arc::new(report)));
        }
    }
}

/// What the last report said, and when.
#[derive(Default)]
struct Last<S> {
    at: Duration,
    looked: Duration,
    /// When all reports so far would have been made, had they been [`APART_LONG`] from each other.
    paid_until: Duration,
    states: S,
}

impl<S: PartialEq> Last<S> {
    /// Whether another report is due at `now`, over a connection that may be new; then it is the last one.
    fn is_due(&mut self, is_new: bool, now: Duration, states: impl FnOnce() -> S) -> bool {
        if !is_new && now.saturating_sub(self.looked) < LOOK_EVERY {
            return false;
        }
        self.looked = now;
        let ago = now.saturating_sub(self.at);
        let ahead = self.paid_until.saturating_sub(now);
        if !is_new && (ago < APART || ahead > APART_LONG * (IN_A_ROW - 1)) {
            return false;
        }
        let states = states();
        let due = is_new || ago >= EVERY || states != self.states;
        if due {
            (self.at, self.states) = (now, states);
            self.paid_until = self.paid_until.max(now) + APART_LONG;
        }
        due
    }
}

/// The states of the lines and of the devices on them, and whether they have given values.
fn states(source: &StatusSource) -> Vec<(HealthState, bool)> {
    source.buses.iter().flat_map(|bus| bus.watch.states()).collect()
}

/// What has become of settings that were pushed. How many were not believed is no reason for a report: whoever floods
/// would use up the month's data.
fn pushed(source: &StatusSource) -> Option<PushedSaid> {
    let pushed = source.watch.pushed.borrow();
    pushed.as_ref().map(|pushed| PushedSaid { refused: 0, ..pushed.said() })
}

/// The report of a gateway with this status.
fn report(status: GatewayStatus, config: String) -> GatewayReport {
    let delivery = &status.delivery;
    let until =
        |whose| delivery.certificates.iter().find(|end| end.whose == whose).map(|end| end.at);
    let traffic = TrafficReport {
        bytes: delivery.bytes,
        month_bytes: delivery.month.as_ref().map(|(_, bytes)| *bytes),
        connections: delivery.connections,
    };
    let (own, broker) = (until(Whose::Own), until(Whose::Broker));
    let spool = &status.spool;
    let spool = SpoolReport {
        batches: spool.batches,
        readings: spool.readings,
        bytes: spool.bytes,
        size_max: spool.size_max,
        dropped: spool.dropped_readings + spool.thinned_readings + spool.lost_readings,
        trouble: spool.trouble.map(|trouble| trouble.id().to_owned()),
    };
    let clock = if status.clock.provisional { ClockState::Provisional } else { ClockState::Good };
    let (at, up_since) = (status.now, status.since);
    let (gateway, version) = (status.gateway, status.version);
    let head = ReportHead { gateway, at, version, config, up_since, clock };
    let mut report = GatewayReport::new(head, spool, traffic);
    (report.own_certificate_until, report.broker_certificate_until) = (own, broker);
    report.disk_written = status.disk.map(|disk| disk.written);
    report.pushed = status.pushed.as_ref().map(PushedStatus::said);
    report.buses = status.buses.iter().map(bus).collect();
    report.cut();
    report
}

fn bus(bus: &BusStatus) -> BusSaid {
    let said = &bus.report;
    let unit = |device: &DeviceStatus| said.units.iter().find(|unit| unit.unit == device.unit);
    BusSaid {
        name: said.name.clone(),
        state: said.line.id().into(),
        since: said.since,
        error: said.problem.as_ref().map(|problem| problem.within(Lang::English)),
        polls: said.polls,
        missed: said.missed_ticks,
        busy: rounded(said.busy.clamp(0.0, 1.0)),
        devices: bus.devices.iter().filter_map(|one| Some(device(one, unit(one)?))).collect(),
    }
}

fn device(device: &DeviceStatus, unit: &UnitReport) -> DeviceSaid {
    let most = unit.failures.iter().max_by_key(|(_, count)| **count);
    DeviceSaid {
        unit: device.unit,
        profile: device.profile.clone(),
        station: device.station.clone(),
        state: unit.state.id().into(),
        since: unit.since,
        seen: unit.answered_at.is_some(),
        success: unit.success().map(success),
        reason: most.map(|(reason, _)| reason.id().to_owned()),
        error: unit.last_error.as_ref().map(|error| error.within(Lang::English)),
    }
}

/// Not 0 where anything has succeeded: that is told as a device without values.
fn success(share: f64) -> f64 {
    if share > 0.0 { rounded(share).max(0.001) } else { 0.0 }
}

/// A share in thousandths: more digits only make the message larger.
fn rounded(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
