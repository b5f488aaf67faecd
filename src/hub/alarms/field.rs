//! What is seen of the field: gateways that are silent, their buses and devices, their spools and certificates.
//!
//! A gateway says of its buses and devices what it likes: what one can make of it is bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::own::certificate_of_gateway;
use super::subjects::{Register, of, of_gateway};
use crate::alarm::{Condition, Kind, Seen, Subject};
use crate::core::{GatewayId, Reason, StationId, shown};
use crate::hub::times::is_ahead;
use crate::locales::{Text, moment, page_alarms as words};
use crate::support::Moment;
use crate::web::GatewayRow;
use crate::wire::{BusSaid, DeviceSaid, GatewayReport};

/// How long after the hub's start, or after the way to it is open again, nothing is said of what has never been heard.
/// Engineering judgement: a gateway that starts with the hub has an hour to find its devices.
pub(super) const NEVER_HEARD: Duration = Duration::from_secs(3600);

/// How long nothing may come of a gateway that never says whether it is connected: of foreign ones, and of files that
/// were imported. Engineering judgement: a day, since nobody knows how often it sends.
const UNSAID: Duration = Duration::from_secs(24 * 3600);

/// Buses and devices of a gateway that are looked at, those first that its report has first. Engineering judgement: a
/// gateway reads some dozens.
const OF_ONE_MAX: usize = 300;

/// Of them, those that are not well at once: beyond that the gateway itself is what somebody has to look at.
const UNWELL_MAX: usize = 50;

/// What is remembered of gateways from look to look.
#[derive(Debug, Default)]
pub(super) struct Field {
    /// Since when each is seen to be connected, by the uptime.
    online: BTreeMap<GatewayId, Duration>,
    /// The time of each one's last report, how many readings its spool had given up by then, and whether these were
    /// more than in the report before.
    given_up: BTreeMap<GatewayId, (Timestamp, u64, bool)>,
}

/// What is looked at.
pub(super) struct FieldView<'a> {
    pub gateways: &'a [GatewayRow],
    /// Since when what is sent arrives, by the uptime; `None` while the broker is away.
    pub open_since: Option<Duration>,
    /// Gateways that are connected and send no readings, and since when.
    pub silent: &'a BTreeMap<GatewayId, Moment>,
    pub register: &'a Register,
    pub zone: &'a TimeZone,
    pub now: Moment,
}

/// A gateway as a station is read through it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Way {
    pub gateway: GatewayId,
    /// What the station's readings come through, the nearest that is known.
    pub behind: Subject,
    /// Since when the gateway is connected, by the uptime.
    pub online_since: Option<Duration>,
}

impl Field {
    /// What is seen of all gateways.
    pub fn look(&mut self, view: &FieldView<'_>) -> Vec<Seen> {
        let mut seen = Vec::new();
        let mut known = BTreeSet::new();
        for row in view.gateways {
            let Ok(gateway) = row.id.parse::<GatewayId>() else { continue };
            known.insert(gateway.clone());
            if row.online && view.open_since.is_some() {
                self.online.entry(gateway.clone()).or_insert(view.now.up);
            } else {
                self.online.remove(&gateway);
            }
            // Its readings do not count, and nobody waits for it.
            if row.revoked_since.is_some() {
                continue;
            }
            seen.push(silence(&gateway, row, view));
            if let Some(report) = &row.report {
                self.reported(&gateway, report, view, &mut seen);
            }
        }
        self.online.retain(|gateway, _| known.contains(gateway));
        self.given_up.retain(|gateway, _| known.contains(gateway));
        seen
    }

    /// How the stations of `gateways` are read.
    pub fn ways(&self, gateways: &[GatewayRow]) -> BTreeMap<StationId, Way> {
        let mut ways = BTreeMap::new();
        for row in gateways.iter().filter(|row| row.revoked_since.is_none()) {
            let Ok(gateway) = row.id.parse::<GatewayId>() else { continue };
            let online_since = self.online.get(&gateway).copied();
            let devices = row.report.iter().flat_map(|report| &report.buses);
            let mut nearest: BTreeMap<&StationId, (bool, Subject)> = BTreeMap::new();
            for (bus, device) in devices.flat_map(|bus| bus.devices.iter().map(move |d| (bus, d))) {
                let subject = subject_of_device(&gateway, bus, device);
                let well = device.state == "online";
                // Of several devices, one that is not well explains more.
                let first = nearest.get(&device.station).is_none_or(|(other, _)| *other && !well);
                if first {
                    nearest.insert(&device.station, (well, subject));
                }
            }
            for station in row.declared.iter().chain(&row.pinned) {
                let of_gateway = || Subject::Gateway(gateway.clone());
                let behind = nearest.get(station).map(|(_, subject)| subject.clone());
                let behind = behind.unwrap_or_else(of_gateway);
                let gateway = gateway.clone();
                ways.insert(station.clone(), Way { gateway, behind, online_since });
            }
        }
        ways
    }

    /// What is seen by what a gateway says of itself.
    fn reported(
        &mut self,
        gateway: &GatewayId,
        report: &GatewayReport,
        view: &FieldView<'_>,
        seen: &mut Vec<Seen>,
    ) {
        if let Some(at) = report.own_certificate_until {
            seen.push(certificate_of_gateway(gateway, at, view.now.time));
        }
        let connected = self.online.get(gateway).copied();
        seen.push(self.spool(gateway, report, connected.is_some()));
        let settled =
            connected.is_some_and(|since| view.now.up.saturating_sub(since) > NEVER_HEARD);
        let condition = |state: &str| match connected {
            Some(_) => condition_of(state, settled),
            None => Condition::Unknown,
        };
        let (mut looked_at, mut unwell) = (BTreeSet::new(), 0);
        let mut add = |one: Seen| {
            let on = one.condition == Condition::On;
            let room = looked_at.len() < OF_ONE_MAX && !(on && unwell >= UNWELL_MAX);
            if room && looked_at.insert(one.key.subject.clone()) {
                unwell += usize::from(on);
                seen.push(one);
            }
        };
        for bus in &report.buses {
            let subject = Subject::Bus { gateway: gateway.clone(), bus: bus_name(bus) };
            let name = words::bus_of(gateway.as_str(), bus_name(bus));
            let of_bus = of(Kind::BusUnreachable, subject, name, condition(&bus.state));
            let said = bus.error.as_deref().map(|error| Text::verbatim(shown(error)));
            add(Seen { said: said.unwrap_or_default(), ..of_bus });
            for device in &bus.devices {
                let silent = device.gives_no_values() && connected.is_some();
                let state = if silent { Condition::On } else { condition(&device.state) };
                let subject = subject_of_device(gateway, bus, device);
                let name = device_name(gateway, bus, device, view.register);
                let of_device = of(Kind::DeviceUnreachable, subject, name, state);
                add(Seen { said: device_said(device), ..of_device });
            }
        }
    }

    /// Its spool cannot be written, or has given up readings since the report before: they are lost.
    fn spool(&mut self, gateway: &GatewayId, report: &GatewayReport, connected: bool) -> Seen {
        let dropped = report.spool.dropped;
        let entry = self.given_up.entry(gateway.clone()).or_insert((report.at, dropped, false));
        if entry.0 != report.at {
            *entry = (report.at, dropped, dropped > entry.1);
        }
        let said = match (&report.spool.trouble, entry.2) {
            (Some(_), _) => Some(words::spool_not_written()),
            (None, true) => Some(words::spool_gives_up(dropped)),
            (None, false) => None,
        };
        let condition = match &said {
            Some(_) => Condition::On,
            None if connected => Condition::Off,
            None => Condition::Unknown,
        };
        Seen { said: said.unwrap_or_default(), ..of_gateway(Kind::DiskFull, gateway, condition) }
    }
}

/// Whether nothing is heard of a gateway. While the broker is away nobody can tell.
fn silence(gateway: &GatewayId, row: &GatewayRow, view: &FieldView<'_>) -> Seen {
    let waited = view.open_since.map(|since| view.now.up.saturating_sub(since));
    let condition = match (waited, row.last_seen) {
        (None, _) => Condition::Unknown,
        (Some(waited), None) if waited <= NEVER_HEARD => Condition::Unknown,
        (Some(_), None) => Condition::On,
        (Some(_), Some(_)) if row.said_so && !row.online => Condition::On,
        (Some(_), Some(_)) if view.silent.contains_key(gateway) => Condition::On,
        // One that has never said how it is, only sent readings: it is silent when these stay away.
        (Some(waited), Some(at)) if !row.said_so && row.publisher.is_none() && waited > UNSAID => {
            let age = Duration::try_from(view.now.time.duration_since(at)).unwrap_or_default();
            match is_ahead(at, view.now.time) {
                // The hub's clock was set back: nobody knows how long ago that was.
                true => Condition::Unknown,
                false if age > UNSAID => Condition::On,
                false => Condition::Off,
            }
        }
        (Some(_), Some(_)) => Condition::Off,
    };
    let heard = row.last_seen.map(|at| words::last_heard(moment(at, view.now.time, view.zone)));
    let said = match condition {
        Condition::On => heard.unwrap_or_else(words::never_heard),
        _ => Text::default(),
    };
    Seen { said, ..of_gateway(Kind::GatewaySilent, gateway, condition) }
}

/// What the word of a gateway for a line or a device means. What has `never` answered rings once it has had time to.
fn condition_of(state: &str, settled: bool) -> Condition {
    match state {
        "online" => Condition::Off,
        "suspect" => Condition::Between,
        "offline" | "unreachable" => Condition::On,
        "never" if settled => Condition::On,
        // Not asked yet, or the word of a version to come.
        _ => Condition::Unknown,
    }
}

fn bus_name(bus: &BusSaid) -> String {
    shown(&bus.name).into_owned()
}

fn subject_of_device(gateway: &GatewayId, bus: &BusSaid, device: &DeviceSaid) -> Subject {
    Subject::Device { gateway: gateway.clone(), bus: bus_name(bus), unit: device.unit }
}

/// A device by the name of its station, where the township has it.
fn device_name(
    gateway: &GatewayId,
    bus: &BusSaid,
    device: &DeviceSaid,
    register: &Register,
) -> Text {
    let station = register.station(&device.station);
    let station = station.map_or(device.station.as_str(), |station| &station.name);
    words::device_of(station, gateway.as_str(), bus_name(bus), device.unit)
}

/// Why its last requests failed.
fn device_said(device: &DeviceSaid) -> Text {
    if device.gives_no_values() {
        return words::answers_without_values();
    }
    let reason = device.reason.as_deref().and_then(Reason::from_id).map(Reason::name);
    let error = device.error.as_deref().map(|error| Text::verbatim(shown(error)));
    reason.or(error).unwrap_or_default()
}

#[cfg(test)]
#[path = "field_tests.rs"]
mod tests;
