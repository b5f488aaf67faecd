//! What a gateway says of itself, in words. Words of a later version are shown as they are.

use jiff::Timestamp;
use serde::Serialize;

use super::view::{Fact, Now};
use crate::core::Reason;
use crate::locales::{Text, page_gateways as words, pushed as push_words};
use crate::web::format::grouped;
use crate::wire::{BusSaid, DeviceSaid, GatewayReport, PushedSaid, Said};

/// Days before the end of a certificate from which on it is told: as the gateway's log and the hub's health do.
const CERTIFICATE_DAYS: i64 = 30;

/// Share of the spool from which on a reader is told why it is that full, in percent. Engineering judgement.
const SPOOL_FULL: u64 = 80;

/// A bus.
#[derive(Serialize)]
pub(super) struct Bus {
    pub name: String,
    pub state: &'static str,
    pub state_words: Text,
    /// Since when its line is in a state that is not fine; empty where it is fine, or where that is not known.
    pub since: Text,
    /// Why its line cannot be opened, as the gateway has it, in English.
    pub error: String,
    pub summary: Text,
    /// Those first that do not answer.
    pub devices: Vec<Device>,
}

/// A device.
#[derive(Serialize)]
pub(super) struct Device {
    pub unit: u8,
    pub profile: String,
    pub station: String,
    pub state: &'static str,
    pub state_words: Text,
    pub since: Text,
    pub success: Text,
    pub reason: Text,
    /// Its last error as the gateway has it, in English.
    pub error: String,
}

impl Bus {
    /// Makes it what was said last of a bus of which nothing is known now.
    fn outdate(&mut self) {
        (self.state, self.state_words) = outdated(&self.state_words);
        for device in &mut self.devices {
            (device.state, device.state_words) = outdated(&device.state_words);
        }
    }

    /// Whether its line does not answer.
    pub fn is_unwell(&self) -> bool {
        !matches!(self.state, "normal" | "none")
    }
}

impl Device {
    /// Whether it does not answer, or gives no values.
    pub fn is_unwell(&self) -> bool {
        !matches!(self.state, "normal" | "none")
    }

    /// Whether it does not answer.
    pub fn is_silent(&self) -> bool {
        self.is_unwell() && self.state != NO_VALUES
    }
}

/// The style of a device that answers and gives no values.
const NO_VALUES: &str = "warn";

fn outdated(said: &Text) -> (&'static str, Text) {
    ("none", words::last_said(said.clone()))
}

/// How many buses and devices there are, and how many of them are not fine.
pub(super) struct Devices {
    buses: usize,
    devices: usize,
    /// Lines that do not answer, or did not the last time.
    lines_unwell: usize,
    devices_unwell: usize,
    /// Devices that answer and give no values.
    without_values: usize,
    /// Devices that were not asked yet, or are in a state that is not known here.
    unknown: usize,
}

impl Devices {
    pub fn of(buses: &[Bus]) -> Self {
        let devices = || buses.iter().flat_map(|bus| &bus.devices);
        Self {
            buses: buses.len(),
            devices: devices().count(),
            lines_unwell: buses.iter().filter(|bus| bus.is_unwell()).count(),
            devices_unwell: devices().filter(|device| device.is_silent()).count(),
            without_values: devices().filter(|device| device.state == NO_VALUES).count(),
            unknown: devices().filter(|device| device.state == "none").count(),
        }
    }

    pub fn are_fine(&self) -> bool {
        self.lines_unwell + self.devices_unwell + self.without_values + self.unknown == 0
    }

    /// What is wrong with them.
    pub fn troubles(&self) -> impl Iterator<Item = Text> {
        let lines = (self.lines_unwell > 0).then(|| words::lines_unwell(self.lines_unwell));
        let devices = self.devices_unwell;
        let devices = (devices > 0).then(|| words::devices_unwell(devices));
        let without = self.without_values;
        let without = (without > 0).then(|| words::devices_without_values(without));
        lines.into_iter().chain(devices).chain(without)
    }

    /// As one line, where the gateway said so at `at` and is no longer connected.
    pub fn last_said(&self, at: Text) -> Text {
        words::devices_last_said(self.buses, self.devices, at)
    }

    /// As one line.
    pub fn words(&self) -> Text {
        if self.are_fine() {
            return words::devices_fine(self.buses, self.devices);
        }
        let unknown = (self.unknown > 0).then(|| words::devices_unknown(self.unknown));
        let what = Text::list(self.troubles().chain(unknown));
        words::devices_not_fine(self.buses, self.devices, what)
    }
}

/// What `report` says, spool and link first.
pub(super) fn facts(report: &GatewayReport, now: Now<'_>) -> Vec<Fact> {
    let (spool, traffic) = (&report.spool, &report.traffic);
    let waiting = words::batches_waiting(grouped(spool.batches), grouped(spool.readings));
    let mut facts = vec![
        Fact::new(words::up_since(), now.moment(report.up_since)),
        Fact::new(words::waiting(), waiting),
    ];
    if let Some(share) = spool.bytes.saturating_mul(100).checked_div(spool.size_max) {
        let used = words::spool_used(share, bytes(spool.bytes), bytes(spool.size_max));
        let note = if share >= SPOOL_FULL { words::spool_keeps() } else { Text::default() };
        facts.push(Fact::new(words::spool(), used).noted(note));
    }
    if spool.dropped > 0 {
        let dropped = Text::verbatim(grouped(spool.dropped));
        facts.push(Fact::new(words::given_up(), dropped));
    }
    if let Some(id) = &spool.trouble {
        facts.push(Fact { warns: true, ..Fact::new(words::trouble(), trouble(id)) });
    }
    let month = traffic.month_bytes.map(|month| words::traffic_month(bytes(month)));
    let traffic = [
        Some(words::traffic_since(bytes(traffic.bytes))),
        month,
        Some(words::connections(traffic.connections)),
    ];
    facts.push(Fact::new(words::traffic(), Text::list(traffic.into_iter().flatten())));
    let ends = [
        (words::own_certificate(), report.own_certificate_until),
        (words::broker_certificate(), report.broker_certificate_until),
    ];
    facts.extend(ends.into_iter().filter_map(|(name, at)| Some(certificate(name, at?, now))));
    if let Some(written) = report.disk_written {
        facts.push(Fact::new(words::disk_written(), bytes(written)));
    }
    facts.extend(report.pushed.iter().flat_map(pushed));
    if report.buses_left_out + report.devices_left_out > 0 {
        let left_out = words::left_out(report.buses_left_out, report.devices_left_out);
        facts.push(Fact::new(words::left_out_name(), left_out));
    }
    facts
}

/// What has become of settings that the office has pushed.
fn pushed(said: &PushedSaid) -> Vec<Fact> {
    let in_force = match said.in_force {
        Some(number) => push_words::number_in_force(number),
        None => push_words::none_in_force(),
    };
    let last = said.last.filter(|last| said.step.is_some() && said.in_force != Some(*last));
    let step = pushed_step(said.step.as_deref().unwrap_or_default());
    let last = last.map(|last| push_words::last_is(last, step));
    let value = Text::clauses(std::iter::once(in_force).chain(last));
    let note = said.why.as_ref().map(Said::text).unwrap_or_default();
    let fact = Fact { warns: said.unused, ..Fact::new(push_words::pushed_settings(), value) };
    let refused = (said.refused > 0).then(|| {
        let count = Text::verbatim(grouped(said.refused));
        Fact { warns: true, ..Fact::new(push_words::not_believed(), count) }
    });
    std::iter::once(fact.noted(note)).chain(refused).collect()
}

fn pushed_step(id: &str) -> Text {
    match id {
        "on_trial" => push_words::step_on_trial(),
        "kept" => push_words::step_kept(),
        "rolled_back" => push_words::step_rolled_back(),
        "refused" => push_words::step_refused(),
        "dropped" => push_words::step_dropped(),
        unknown => Text::verbatim(unknown),
    }
}

fn certificate(name: Text, at: Timestamp, now: Now<'_>) -> Fact {
    let left = at.duration_since(now.time);
    let days = left.as_hours() / 24;
    let fact = Fact::new(name, now.moment(at));
    if left.is_negative() || left.is_zero() {
        Fact { warns: true, ..fact.noted(words::ended()) }
    } else if days < CERTIFICATE_DAYS {
        Fact { warns: true, ..fact.noted(words::ends_soon(days)) }
    } else {
        fact
    }
}

fn trouble(id: &str) -> Text {
    match id {
        "disk_full" => words::trouble_disk_full(),
        "read_only" => words::trouble_read_only(),
        "device" => words::trouble_device(),
        "gone" => words::trouble_gone(),
        "exchanged" => words::trouble_exchanged(),
        "other" => words::trouble_other(),
        unknown => Text::verbatim(unknown),
    }
}

/// The buses of `report`; as what was said last, where the gateway is not `connected` now.
pub(super) fn buses(report: &GatewayReport, connected: bool, now: Now<'_>) -> Vec<Bus> {
    let mut buses: Vec<Bus> = report.buses.iter().map(|said| bus(said, now)).collect();
    if !connected {
        buses.iter_mut().for_each(Bus::outdate);
    }
    buses
}

/// A bus in words. Earlier versions say `offline` of a line that cannot be opened.
fn bus(said: &BusSaid, now: Now<'_>) -> Bus {
    let (state, state_words) = match said.state.as_str() {
        "new" => ("none", words::device_new()),
        "online" => ("normal", words::device_fine()),
        "suspect" => ("low", words::line_suspect()),
        "offline" | "unreachable" => ("guard", words::line_unreachable()),
        unknown => ("none", words::state_unknown(unknown)),
    };
    let since = said.since.filter(|_| !matches!(state, "normal" | "none"));
    let busy = format!("{:.0}", said.busy * 100.0);
    let order = |device: &Device| (!device.is_silent(), !device.is_unwell());
    let mut devices: Vec<Device> = said.devices.iter().map(|one| device(one, now)).collect();
    devices.sort_by_key(order);
    Bus {
        name: said.name.clone(),
        state,
        state_words,
        since: since.map(|since| words::state_since(now.moment(since))).unwrap_or_default(),
        error: said.error.clone().unwrap_or_default(),
        summary: words::bus_summary(grouped(said.polls), grouped(said.missed), busy),
        devices,
    }
}

/// A device in words. Earlier versions say `suspect` or `offline` of one that has never answered.
fn device(said: &DeviceSaid, now: Now<'_>) -> Device {
    let (state, state_words) = match (said.state.as_str(), said.seen) {
        ("online", _) if said.gives_no_values() => (NO_VALUES, words::device_no_values()),
        ("online", _) => ("normal", words::device_fine()),
        ("suspect", true) => ("low", words::device_suspect()),
        ("offline", true) => ("guard", words::device_offline()),
        ("never", _) | ("suspect" | "offline", false) => ("guard", words::device_never_seen()),
        ("unreachable", _) => ("guard", words::device_line_down()),
        ("new", _) => ("none", words::device_new()),
        (unknown, _) => ("none", words::state_unknown(unknown)),
    };
    let share = |share: f64| words::share(format!("{:.1}", share * 100.0));
    let reason = |id: &str| Reason::from_id(id).map_or_else(|| Text::verbatim(id), Reason::name);
    Device {
        unit: said.unit,
        profile: said.profile.clone(),
        station: said.station.to_string(),
        state,
        state_words,
        since: said.since.map(|since| now.moment(since)).unwrap_or_default(),
        success: said.success.map(share).unwrap_or_default(),
        reason: said.reason.as_deref().map(reason).unwrap_or_default(),
        error: said.error.clone().unwrap_or_default(),
    }
}

/// An amount of data, in the largest decimal unit that fits.
fn bytes(n: u64) -> Text {
    let scaled = |unit: f64| format!("{:.1}", n as f64 / unit);
    match n {
        ..1000 => words::bytes_b(n),
        1000..1_000_000 => words::bytes_kb(scaled(1e3)),
        1_000_000..1_000_000_000 => words::bytes_mb(scaled(1e6)),
        _ => words::bytes_gb(scaled(1e9)),
    }
}
