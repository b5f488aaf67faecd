//! What the gateway says of itself to the office: made from its status, after each connection, when a device or a bus
//! changes its state, and now and then.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::control::{BusStatus, DeviceStatus, GatewayStatus, StatusSource};
use crate::locales::Lang;
use crate::modbus::{HealthState, UnitReport};
use crate::mqtt::Whose;
use crate::wire::{
    BusSaid, ClockState, DeviceSaid, GatewayReport, ReportHead, SpoolReport, TrafficReport,
};

/// How often it is made although nothing has changed: 96 times a day, of some hundred bytes a device, are less than a
/// tenth of what polls each five minutes take. Engineering judgement.
const EVERY: Duration = Duration::from_secs(900);

/// The shortest time between two reports over one connection. Engineering judgement.
const APART: Duration = Duration::from_secs(60);

/// How often the states are compared. Engineering judgement.
const LOOK_EVERY: Duration = Duration::from_secs(10);

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
        if last.is_due(is_new, now, || states(&source)) {
            let report = report(source.status(), config.clone());
            reports.send_replace(Some(Arc::new(report)));
        }
    }
}

/// The state of a line or a device, whether it has been asked, and whether it has ever answered.
type State = (HealthState, bool, bool);

/// What the last report said, and when.
#[derive(Default)]
struct Last {
    at: Duration,
    looked: Duration,
    states: Vec<State>,
}

impl Last {
    /// Whether another report is due at `now`, over a connection that may be new; then it is the last one.
    fn is_due(&mut self, is_new: bool, now: Duration, states: impl FnOnce() -> Vec<State>) -> bool {
        if !is_new && now.saturating_sub(self.looked) < LOOK_EVERY {
            return false;
        }
        self.looked = now;
        let ago = now.saturating_sub(self.at);
        if !is_new && ago < APART {
            return false;
        }
        let states = states();
        let due = is_new || ago >= EVERY || states != self.states;
        if due {
            (self.at, self.states) = (now, states);
        }
        due
    }
}

/// The states of the lines and of the devices on them.
fn states(source: &StatusSource) -> Vec<State> {
    let mut states = Vec::new();
    for bus in &source.buses {
        let report = bus.watch.report();
        states.push((report.line, true, true));
        let units = report.units.iter();
        states.extend(units.map(|unit| (unit.state, unit.since.is_some(), unit.successes > 0)));
    }
    states
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
    report.buses = status.buses.iter().map(bus).collect();
    report.cut();
    report
}

fn bus(bus: &BusStatus) -> BusSaid {
    let said = &bus.report;
    let unit = |device: &DeviceStatus| said.units.iter().find(|unit| unit.unit == device.unit);
    BusSaid {
        name: said.name.clone(),
        state: id(said.line).into(),
        polls: said.polls,
        missed: said.missed_ticks,
        busy: rounded(said.busy.clamp(0.0, 1.0)),
        devices: bus.devices.iter().filter_map(|one| Some(device(one, unit(one)?))).collect(),
    }
}

fn device(device: &DeviceStatus, unit: &UnitReport) -> DeviceSaid {
    let failures: u64 = unit.failures.values().sum();
    let requests = unit.successes + failures;
    let most = unit.failures.iter().max_by_key(|(_, count)| **count);
    DeviceSaid {
        unit: device.unit,
        profile: device.profile.clone(),
        station: device.station.clone(),
        state: if unit.since.is_some() { id(unit.state) } else { "new" }.into(),
        since: unit.since,
        seen: unit.successes > 0,
        success: (requests > 0).then(|| rounded(unit.successes as f64 / requests as f64)),
        reason: most.map(|(reason, _)| reason.id().to_owned()),
        error: unit.last_error.as_ref().map(|error| error.within(Lang::English)),
    }
}

fn id(state: HealthState) -> &'static str {
    match state {
        HealthState::Online => "online",
        HealthState::Suspect => "suspect",
        HealthState::Offline => "offline",
    }
}

/// A share in thousandths: more digits only make the message larger.
fn rounded(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
