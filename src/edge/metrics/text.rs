//! The metrics of a gateway's status, in the text of OpenMetrics 1.0.
//!
//! Labels come of the configuration and of small enums: bus, unit and station, state, reason. Nothing that grows with time is one.

use std::fmt;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::{Registry, Unit};

use crate::edge::WaitsFor;
use crate::edge::desk::{BusStatus, GatewayStatus};
use crate::modbus::{Mode, State, UnitReport};
use crate::spool::Trouble;
use crate::support::openmetrics::{Labels, Writer};

/// What the text is.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What all names begin with.
const PREFIX: &str = "hanqing";

/// The metrics of `status`.
///
/// # Errors
/// It cannot be written.
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
        delivery(status, &mut page)
    }
}

fn gateway(status: &GatewayStatus, page: &mut Writer<'_>) -> fmt::Result {
    page.info(
        "gateway",
        "The gateway and its program",
        vec![("name", status.gateway.to_string()), ("version", status.version.clone())],
    )?;
    page.gauge("uptime", "How long the gateway has run", Some(Unit::Seconds), Some(status.up_s()))?;
    page.gauge(
        "drought_mode",
        "Whether it polls by the intervals of drought",
        None,
        Some(u64::from(status.mode == Mode::Drought)),
    )?;
    page.gauge(
        "clock_provisional",
        "Whether its clock is not yet known to be right",
        None,
        Some(u64::from(status.clock.provisional)),
    )?;
    page.counter("readings", "Readings made, missing ones included", None, status.readings)?;
    page.counter("missing_readings", "Readings without a value", None, status.missing)?;
    if let Some(disk) = status.disk {
        page.counter("disk_written", "Written to the disk", Some(Unit::Bytes), disk.written)?;
    }
    page.gauge(
        "resident_memory",
        "Memory that the gateway occupies",
        Some(Unit::Bytes),
        status.resident,
    )
}

fn buses(status: &GatewayStatus, page: &mut Writer<'_>) -> fmt::Result {
    let all = || status.buses.iter().map(|bus| (of_bus(bus), &bus.report));
    page.counters(
        "bus_polls",
        "Polls of the bus",
        None,
        all().map(|(labels, bus)| (labels, bus.polls)),
    )?;
    page.counters(
        "bus_missed_ticks",
        "Times to poll that passed while a poll was still running",
        None,
        all().map(|(labels, bus)| (labels, bus.missed_ticks)),
    )?;
    page.gauges(
        "bus_since_poll",
        "Time since the end of the last poll, or since the start",
        Some(Unit::Seconds),
        all().map(|(labels, bus)| (labels, (status.up_s() - bus.polled_at_s).max(0.0))),
    )?;
    page.gauges(
        "bus_busy_ratio",
        "Share of the last ten to twenty minutes in which requests were under way",
        None,
        all().map(|(labels, bus)| (labels, bus.busy)),
    )?;
    page.gauges(
        "bus_state",
        "1 for the state in which the line is",
        None,
        all().flat_map(|(labels, bus)| states(labels, bus.line)),
    )
}

fn devices(status: &GatewayStatus, page: &mut Writer<'_>) -> fmt::Result {
    let all = || {
        status.buses.iter().flat_map(|bus| {
            let units = bus.report.units.iter();
            units.map(move |unit| (of_device(bus, unit), unit))
        })
    };
    page.gauges(
        "device_state",
        "1 for the state in which the device is",
        None,
        all().flat_map(|(labels, unit)| states(labels, unit.state)),
    )?;
    page.counters(
        "device_polls",
        "Polls in which the device was asked",
        None,
        all().map(|(labels, unit)| (labels, unit.polls)),
    )?;
    page.counters(
        "device_successes",
        "Requests that the device answered with registers",
        None,
        all().map(|(labels, unit)| (labels, unit.successes)),
    )?;
    let failures = all().flat_map(|(labels, unit)| {
        unit.failures.iter().map(move |(reason, count)| {
            let mut labels = labels.clone();
            labels.push(("reason", reason.id().into()));
            (labels, *count)
        })
    });
    page.counters(
        "device_failures",
        "Requests that brought no registers, by reason; a reason is there once it has occurred",
        None,
        failures,
    )?;
    let times = all().flat_map(|(labels, unit)| {
        let quantiles = unit.answer_ms.into_iter().flat_map(|[median, most]| {
            let ms = [("0.5", median), ("0.95", most)];
            ms.map(|(quantile, ms)| (quantile, ms / 1000.0))
        });
        quantiles.map(move |(quantile, seconds)| {
            let mut labels = labels.clone();
            labels.push(("quantile", quantile.into()));
            (labels, seconds)
        })
    });
    page.gauges(
        "device_answer",
        "Times of the device's last 64 answers",
        Some(Unit::Seconds),
        times,
    )
}

fn spool(status: &GatewayStatus, page: &mut Writer<'_>) -> fmt::Result {
    let spool = &status.spool;
    for (name, help, unit, value) in [
        ("spool_batches", "Batches that wait to be acknowledged", None, spool.batches),
        (
            "spool_readings",
            "Readings in batches that wait to be acknowledged",
            None,
            spool.readings,
        ),
        ("spool_held_batches", "Batches held back until the time is known", None, spool.held),
        ("spool_last_seq", "The last number given to a batch", None, spool.last_seq),
        ("spool_payload", "Payload in the spool's file", Some(Unit::Bytes), spool.bytes),
        (
            "spool_payload_max",
            "Most payload that the spool keeps",
            Some(Unit::Bytes),
            spool.size_max,
        ),
        (
            "spool_unwritten_readings",
            "Readings that wait in memory, since the file cannot be written",
            None,
            spool.unwritten,
        ),
    ] {
        page.gauge(name, help, unit, Some(value))?;
    }
    page.counter(
        "spool_dropped_readings",
        "Readings dropped since the spool was made, because it was full",
        None,
        spool.dropped_readings,
    )?;
    page.counter(
        "spool_thinned_readings",
        "Readings given up since the spool was made, where the oldest were thinned to one an hour",
        None,
        spool.thinned_readings,
    )?;
    page.counter(
        "spool_lost_readings",
        "Readings lost since the start, because neither file nor memory could take them",
        None,
        spool.lost_readings,
    )?;
    let troubles = Trouble::ALL.map(|trouble| {
        let is = spool.trouble == Some(trouble);
        (vec![("trouble", trouble.id().into())], u64::from(is))
    });
    page.gauges(
        "spool_trouble",
        "1 for the reason why the spool's file cannot be written",
        None,
        troubles,
    )
}

fn delivery(status: &GatewayStatus, page: &mut Writer<'_>) -> fmt::Result {
    let delivery = &status.delivery;
    page.gauge(
        "delivery_connected",
        "Whether there is a connection to the broker",
        None,
        Some(u64::from(delivery.connected_since.is_some())),
    )?;
    page.counter(
        "delivery_connections",
        "Connections made to the broker",
        None,
        delivery.connections,
    )?;
    page.counter("delivery_messages", "Messages sent", None, delivery.messages)?;
    page.counter(
        "delivery_traffic",
        "Sent and received, with an estimate of what the network adds",
        Some(Unit::Bytes),
        delivery.bytes,
    )?;
    let since = |at: Timestamp| status.now.duration_since(at).as_secs_f64().max(0.0);
    page.gauge(
        "delivery_since_acknowledgement",
        "Time since the hub last acknowledged something; absent before it has, and where the broker's word is enough",
        Some(Unit::Seconds),
        delivery.acknowledged_at.map(since),
    )?;
    page.gauge(
        "delivery_month_traffic",
        "Sent and received in the calendar month; absent before there was a connection",
        Some(Unit::Bytes),
        delivery.month.as_ref().map(|(_, used)| *used),
    )?;
    let waits = [(WaitsFor::Budget, "budget"), (WaitsFor::DaysShare, "days_share")];
    page.gauges(
        "delivery_waits",
        "1 for what sending waits for though there is a connection",
        None,
        waits.map(|(what, id)| {
            let is = delivery.waits_for == Some(what);
            (vec![("for", id.into())], u64::from(is))
        }),
    )
}

fn of_bus(bus: &BusStatus) -> Labels {
    vec![("bus", bus.report.name.clone())]
}

fn of_device(bus: &BusStatus, unit: &UnitReport) -> Labels {
    let mut labels = of_bus(bus);
    labels.push(("unit", unit.unit.to_string()));
    let device = bus.devices.iter().find(|device| device.unit == unit.unit);
    if let Some(device) = device {
        labels.push(("station", device.station.to_string()));
    }
    labels
}

/// A value for each state, of which one is 1.
fn states(labels: Labels, now: State) -> [(Labels, u64); 3] {
    [(State::Online, "online"), (State::Suspect, "suspect"), (State::Offline, "offline")].map(
        |(state, id)| {
            let mut labels = labels.clone();
            labels.push(("state", id.into()));
            (labels, u64::from(state == now))
        },
    )
}
