//! Writes a gateway's status as metrics, in the text format of OpenMetrics 1.0.
//!
//! Labels come from the configuration and from small enums: bus, unit, station, state, reason. None grows over time.

use std::fmt;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::{Registry, Unit};

use crate::edge::WaitsFor;
use crate::edge::control::{BusStatus, GatewayStatus};
use crate::modbus::{HealthState, Mode, UnitReport};
use crate::spool::Trouble;
use crate::support::openmetrics::{Labels, Writer};
use crate::support::timekeeper::Rule;

pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const PREFIX: &str = "hanqing";

const SECONDS: Option<Unit> = Some(Unit::Seconds);
const BYTES: Option<Unit> = Some(Unit::Bytes);

pub(super) fn metrics(status: GatewayStatus) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix(PREFIX);
    registry.register_collector(Box::new(Scrape(status)));
    let mut text = String::new();
    text::encode(&mut text, &registry)?;
    Ok(text)
}

#[derive(Debug)]
struct Scrape(GatewayStatus);

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let (status, mut page) = (&self.0, Writer(encoder));
        gateway(status, &mut page)?;
        buses(status, &mut page)?;
        devices(status, &mut page)?;
        spool(status, &mut page)?;
        delivery(status, &mut page)?;
        views(status, &mut page)
    }
}

fn gateway(status: &GatewayStatus, page: &mut Writer<'_>) -> fmt::Result {
    let program = vec![("name", status.gateway.to_string()), ("version", status.version.clone())];
    page.info("gateway", "The gateway and its program", program)?;
    page.gauge("uptime", "How long the gateway has run", SECONDS, Some(status.up_s()))?;
    let drought = u64::from(status.mode == Mode::Drought);
    page.gauge("drought_mode", "1 while it polls by drought intervals", None, Some(drought))?;
    let provisional = u64::from(status.clock.provisional);
    let help = "1 until the time is known to be right";
    page.gauge("clock_provisional", help, None, Some(provisional))?;
    let rules = one_of(&Labels::new(), "rule", Rule::NAMED, status.clock.rule);
    let help = "1 for the rule by which the machine's time is not trusted";
    page.gauges("clock_refused", help, None, rules)?;
    page.counter("readings", "Readings made, including missing ones", None, status.readings)?;
    page.counter("missing_readings", "Readings without a value", None, status.missing)?;
    if let Some(disk) = status.disk {
        page.counter("disk_written", "Written to disk", BYTES, disk.written)?;
    }
    let help = "Main memory that the gateway occupies";
    page.gauge("resident_memory", help, BYTES, status.resident)
}

fn buses(status: &GatewayStatus, page: &mut Writer<'_>) -> fmt::Result {
    let all = || status.buses.iter().map(|bus| (bus_labels(bus), &bus.report));
    let polls = all().map(|(labels, bus)| (labels, bus.polls));
    page.counters("bus_polls", "Polls of the bus", None, polls)?;
    let missed = all().map(|(labels, bus)| (labels, bus.missed_ticks));
    let help = "Polls that were missed because the previous one was still running";
    page.counters("bus_missed_ticks", help, None, missed)?;
    let since = all().map(|(labels, bus)| (labels, (status.up_s() - bus.polled_at_s).max(0.0)));
    let help = "Time since the end of the last poll, or since the start";
    page.gauges("bus_since_poll", help, SECONDS, since)?;
    let busy = all().map(|(labels, bus)| (labels, bus.busy));
    let help = "Share of the last ten to twenty minutes in which requests were under way";
    page.gauges("bus_busy_ratio", help, None, busy)?;
    let named = line_states();
    let states = all().flat_map(|(labels, bus)| one_of(&labels, "state", named, Some(bus.line)));
    page.gauges("bus_state", "1 for the state of the line", None, states)?;
    let since = all().filter_map(|(labels, bus)| Some((labels, seconds_since(status, bus.since?))));
    let help = "Time since the line has entered its state; absent before the first poll";
    page.gauges("bus_state_since", help, SECONDS, since)?;
    terminals(status, page)
}

/// How the places of terminals that dial in are held.
fn terminals(status: &GatewayStatus, page: &mut Writer<'_>) -> fmt::Result {
    let all = || {
        let buses = status.buses.iter();
        buses.filter_map(|bus| Some((bus_labels(bus), bus.report.terminal.as_ref()?)))
    };
    let replaced = all().map(|(labels, held)| (labels, held.replaced));
    let help = "Times that a terminal of another address has taken the place of one that no longer answered";
    page.counters("dtu_replaced", help, None, replaced)?;
    let refused = all().map(|(labels, held)| (labels, held.refused));
    let help = "Connections in the name of a terminal that were turned away or made to wait while it answered";
    page.counters("dtu_refused", help, None, refused)
}

/// The states of a line: it is asked by its devices only, so it is never offline or never seen.
fn line_states() -> [(HealthState, &'static str); 4] {
    use HealthState::{New, Online, Suspect, Unreachable};
    [New, Online, Suspect, Unreachable].map(|state| (state, state.id()))
}

fn seconds_since(status: &GatewayStatus, at: Timestamp) -> f64 {
    status.now.duration_since(at).as_secs_f64().max(0.0)
}

fn devices(status: &GatewayStatus, page: &mut Writer<'_>) -> fmt::Result {
    let all = || {
        status.buses.iter().flat_map(|bus| {
            let units = bus.report.units.iter();
            units.map(move |unit| (device_labels(bus, unit), unit))
        })
    };
    let named = HealthState::ALL.map(|state| (state, state.id()));
    let states = all().flat_map(|(labels, unit)| one_of(&labels, "state", named, Some(unit.state)));
    page.gauges("device_state", "1 for the state of the device", None, states)?;
    let since =
        all().filter_map(|(labels, unit)| Some((labels, seconds_since(status, unit.since?))));
    let help = "Time since the device has entered its state; absent before it is asked";
    page.gauges("device_state_since", help, SECONDS, since)?;
    let polls = all().map(|(labels, unit)| (labels, unit.polls));
    page.counters("device_polls", "Polls in which the device was asked", None, polls)?;
    let successes = all().map(|(labels, unit)| (labels, unit.successes));
    page.counters("device_successes", "Requests that brought registers", None, successes)?;
    let failures = all().flat_map(|(labels, unit)| {
        let failures = unit.failures.iter();
        failures.map(move |(reason, count)| (with_label(&labels, "reason", reason.id()), *count))
    });
    let help = "Requests that brought no registers, by reason, and as unreachable polls that were lost with the line; \
        a reason appears once it has occurred";
    page.counters("device_failures", help, None, failures)?;
    let times = all().flat_map(|(labels, unit)| {
        let quantiles = unit.answer_ms.map(|[median, p95]| [("0.5", median), ("0.95", p95)]);
        let quantiles = quantiles.into_iter().flatten();
        quantiles
            .map(move |(quantile, ms)| (with_label(&labels, "quantile", quantile), ms / 1000.0))
    });
    page.gauges("device_answer", "Times of the device's last 64 answers", SECONDS, times)
}

fn spool(status: &GatewayStatus, page: &mut Writer<'_>) -> fmt::Result {
    let spool = &status.spool;
    for (name, help, unit, value) in [
        ("batches", "Batches that wait for acknowledgement", None, spool.batches),
        ("readings", "Readings in batches that wait for acknowledgement", None, spool.readings),
        ("held_batches", "Batches held back until the time is known", None, spool.held),
        ("last_seq", "The last number given to a batch", None, spool.last_seq),
        ("payload", "Payload in the spool's file", BYTES, spool.bytes),
        ("payload_max", "Most payload in the spool's file", BYTES, spool.size_max),
        ("unwritten_readings", "Readings in memory, not written yet", None, spool.unwritten),
    ] {
        page.gauge(&format!("spool_{name}"), help, unit, Some(value))?;
    }
    for (name, help, value) in [
        ("dropped", "dropped because the spool was full", spool.dropped_readings),
        ("thinned", "given up when the oldest were thinned to one an hour", spool.thinned_readings),
        ("lost", "lost since the start: no room in file and memory", spool.lost_readings),
    ] {
        page.counter(&format!("spool_{name}_readings"), &format!("Readings {help}"), None, value)?;
    }
    let troubles = Trouble::ALL.map(|trouble| (trouble, trouble.id()));
    let troubles = one_of(&Labels::new(), "trouble", troubles, spool.trouble);
    page.gauges("spool_trouble", "1 for the reason why the file cannot be written", None, troubles)
}

fn delivery(status: &GatewayStatus, page: &mut Writer<'_>) -> fmt::Result {
    let delivery = &status.delivery;
    let connected = u64::from(delivery.connected_since.is_some());
    page.gauge("delivery_connected", "1 while connected to the broker", None, Some(connected))?;
    let connections = delivery.connections;
    page.counter("delivery_connections", "Connections made to the broker", None, connections)?;
    page.counter("delivery_messages", "Messages sent", None, delivery.messages)?;
    let help = "Sent and received, with an estimate of the network's overhead";
    page.counter("delivery_traffic", help, BYTES, delivery.bytes)?;
    let since = |at: Timestamp| seconds_since(status, at);
    let acknowledged = delivery.acknowledged_at.map(since);
    let help = "Time since the last acknowledgement of the hub; absent before the first";
    page.gauge("delivery_since_acknowledgement", help, SECONDS, acknowledged)?;
    let silent = delivery.silent_since.map(since);
    let help = "Time since which the hub has acknowledged nothing that the broker took; absent while it does";
    page.gauge("delivery_hub_silent", help, SECONDS, silent)?;
    let refused = delivery.refusal.as_ref().map_or(0, |refusal| refusal.count);
    let help = "Messages that the broker has refused one after the other; 0 when it takes them";
    page.gauge("delivery_refusals", help, None, Some(refused))?;
    for (name, help, aside) in [
        ("too_large", "Batches that are too large for the broker", delivery.too_large),
        (
            "unanswered",
            "Batches that the hub does not acknowledge, though it answers",
            delivery.unanswered,
        ),
    ] {
        let batches = aside.map_or(0, |aside| aside.batches);
        page.gauge(&format!("delivery_{name}_batches"), help, None, Some(batches))?;
    }
    let month = delivery.month.as_ref().map(|(_, used)| *used);
    let help = "Sent and received in this calendar month; absent before the first connection";
    page.gauge("delivery_month_traffic", help, BYTES, month)?;
    let ends = delivery.certificates.iter();
    let ends = ends
        .map(|end| (vec![("certificate", end.whose.id().into())], end.seconds_left(status.now)));
    let help = "Time until the end of a certificate of the last connection, below zero after it; absent without TLS";
    page.gauges("certificate_expires", help, SECONDS, ends)?;
    let causes = [(WaitsFor::Budget, "budget"), (WaitsFor::DaysShare, "days_share")];
    let waits = one_of(&Labels::new(), "for", causes, delivery.waits_for);
    page.gauges("delivery_waits", "1 for what delays sending while connected", None, waits)
}

fn views(status: &GatewayStatus, page: &mut Writer<'_>) -> fmt::Result {
    if status.views.is_empty() {
        return Ok(());
    }
    let all = || status.views.iter().map(|view| (vec![("view", view.name.clone())], view));
    let connected = all().map(|(labels, view)| (labels, u64::from(view.connected_since.is_some())));
    let help = "1 while the view is connected to its broker";
    page.gauges("view_connected", help, None, connected)?;
    let backlog = all().map(|(labels, view)| (labels, view.backlog));
    let help = "Readings that the view's broker has not confirmed";
    page.gauges("view_readings", help, None, backlog)?;
    let lost = all().map(|(labels, view)| (labels, view.lost));
    let help = "Readings that the view has lost since it was first configured: too many waited, or the spool was full";
    page.counters("view_lost_readings", help, None, lost)?;
    let not_carried = all().map(|(labels, view)| (labels, view.not_carried));
    let help = "Readings since the start that the view's format cannot carry";
    page.counters("view_not_carried_readings", help, None, not_carried)?;
    let since = all()
        .filter_map(|(labels, view)| Some((labels, seconds_since(status, view.confirmed_at?))));
    let help = "Time since the view's broker last confirmed readings; absent before the first";
    page.gauges("view_since_confirmation", help, SECONDS, since)
}

fn bus_labels(bus: &BusStatus) -> Labels {
    vec![("bus", bus.report.name.clone())]
}

fn device_labels(bus: &BusStatus, unit: &UnitReport) -> Labels {
    let mut labels = bus_labels(bus);
    labels.push(("unit", unit.unit.to_string()));
    let device = bus.devices.iter().find(|device| device.unit == unit.unit);
    labels.extend(device.map(|device| ("station", device.station.to_string())));
    labels
}

fn with_label(labels: &Labels, name: &'static str, value: &str) -> Labels {
    let mut labels = labels.clone();
    labels.push((name, value.into()));
    labels
}

/// A value for each of `all`, labelled by `name`: 1 for the `current` one, 0 for the others.
fn one_of<T: PartialEq, const N: usize>(
    labels: &Labels,
    name: &'static str,
    all: [(T, &'static str); N],
    current: Option<T>,
) -> [(Labels, u64); N] {
    all.map(|(item, id)| (with_label(labels, name, id), u64::from(current.as_ref() == Some(&item))))
}
