//! `hanqing status`

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::words::{duration, mode};
use crate::cli::config_args::ConfigArgs;
use crate::cli::runtime::block_on;
use crate::cli::table::{Cell, Head, Table, Tone, left, right};
use crate::cli::usage::ConfigurationProblems;
use crate::cli::{json, push};
use crate::config::control_socket;
use crate::device::Function;
use crate::edge::control::{BusStatus, Client, GatewayStatus};
use crate::edge::pushed::PushedStatus;
use crate::edge::{BROKER_MESSAGE_MAX, ViewStatus, WaitsFor};
use crate::locales::{
    Argument, Lang, Text, gateway as words, moment_with_offset, moment_with_seconds,
    pushed as push_words, views as own, within,
};
use crate::modbus::{HealthState, Numbering, TerminalReport, UnitReport};
use crate::mqtt::certificate_warnings;
use crate::wire::{Channel, Topic};

/// How long a new epoch is told of. Engineering judgement: until somebody has been there.
const RENEWED_TOLD: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The arguments of `hanqing status`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(long)]
    json: bool,
}

/// What `--json` prints: the state as the control socket has it. Its ids are stable, its texts English.
#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    #[serde(flatten)]
    status: &'a GatewayStatus,
}

/// Asks the gateway and prints its state. A gateway runs on when its file is made wrong; then both are told.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut printed = false;
    let done = ask(arguments, &mut printed);
    // Where a document has been printed, there is no second one.
    if arguments.json && !printed { json::or_error(done) } else { done }
}

/// `printed` says whether the state was printed, though something may be wrong besides.
fn ask(arguments: &Arguments, printed: &mut bool) -> anyhow::Result<ExitCode> {
    let config = &arguments.config;
    // The gateway answers in the language of whoever asks.
    let lang = if arguments.json { Lang::English } else { Lang::current() };
    let print = |client: &Client| match arguments.json {
        true => json::print(&Document { format: json::FORMAT, status: client.status() }),
        false => {
            print(client.status());
            Ok(())
        }
    };
    match within(lang, || block_on(connect(config))) {
        Ok(client) => {
            *printed = true;
            print(&client)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) if error.is::<ConfigurationProblems>() => {
            let Some(socket) = control_socket(&config.config, &config.set) else {
                return Err(error);
            };
            let connect = || block_on(async { Ok(Client::connect(&socket).await?) });
            if let Ok(Some(client)) = within(lang, connect) {
                *printed = true;
                print(&client)?;
                if !arguments.json {
                    say!("");
                }
            }
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// Connects to the gateway that runs on this configuration; it is an error if there is none.
pub async fn connect(arguments: &ConfigArgs) -> anyhow::Result<Client> {
    let (settings, _) = arguments.load_edge()?;
    let (config, socket) = (&arguments.config, settings.socket_path());
    let client = Client::connect(&socket).await?;
    client.with_context(|| words::no_gateway_runs(config, &socket))
}

fn print(status: &GatewayStatus) {
    let parts =
        [general(status), backlog(status), delivery(status), views(status), machine(status)];
    for line in parts.concat() {
        say!("{line}");
    }
    for line in status.silent_buses() {
        say!("{line}");
    }
    say!("");
    let time = (status.now, &TimeZone::system());
    say!("{}", buses(&status.buses, time));
    show!("{}", units(&status.buses, time));
    let notes = notes(&status.buses);
    if !notes.is_empty() {
        say!("");
    }
    for note in notes {
        say!("{note}");
    }
}

/// What the office has pushed, and what has become of it.
fn pushed(pushed: &PushedStatus, now: Timestamp) -> Vec<Text> {
    let (state, zone) = (&pushed.state, TimeZone::system());
    let mut lines: Vec<Text> = pushed.closed.iter().cloned().collect();
    lines.push(match &state.in_force {
        Some(used) => {
            let keys = match used.keys.is_empty() {
                true => push_words::no_keys_pushed(),
                false => Text::list(&used.keys),
            };
            push_words::in_force(used.number, &used.by, local(used.at, now), keys)
        }
        None => push_words::none_in_force(),
    });
    let unfit = state.in_force.as_ref().and_then(|used| used.unfit.as_ref());
    lines.extend(unfit.map(|unfit| unfit.text()));
    lines.extend(state.last.iter().flat_map(|outcome| push::last(outcome, now, &zone)));
    if let (1.., Some(why)) = (state.refused, &state.refused_why) {
        lines.push(push_words::unbelieved(state.refused, why.text()));
    }
    lines
}

fn general(status: &GatewayStatus) -> Vec<Text> {
    let seconds = status.now.duration_since(status.since).as_secs().max(0);
    let mut lines = vec![words::about_gateway(
        status.gateway.as_str(),
        &status.version,
        mode(status.mode),
        duration(seconds.unsigned_abs()),
        local(status.since, status.now),
    )];
    if let Some(refused) = &status.refused {
        lines.push(words::reload_refused(local(refused.at, status.now)));
        lines.extend(refused.problems.iter().cloned());
    }
    lines.extend(status.pushed.iter().flat_map(|of| pushed(of, status.now)));
    lines.push(words::readings_made(status.readings, status.missing));
    lines
}

/// What waits in the spool, and what it has lost.
fn backlog(status: &GatewayStatus) -> Vec<Text> {
    let spool = &status.spool;
    let mut lines = vec![words::backlog(
        spool.batches,
        spool.readings,
        spool.last_seq,
        Argument::of(spool.epoch),
        size(spool.bytes),
        size(spool.size_max),
    )];
    let (thinned, dropped) = (spool.thinned_readings, spool.dropped_readings);
    if dropped + thinned > 0 {
        lines.push(words::given_up(thinned, dropped));
    }
    if let Some(trouble) = spool.trouble {
        lines.push(words::spool_trouble(trouble.name(), spool.unwritten));
    }
    if spool.lost_readings > 0 {
        lines.push(words::spool_lost(spool.lost_readings));
    }
    lines.extend(spool.damaged_at.map(|at| words::spool_damaged(local(at, status.now))));
    lines.extend(spool.carried_at.map(|at| words::spool_carried(local(at, status.now))));
    let recent = |at: &Timestamp| status.now.duration_since(*at).abs() <= RENEWED_TOLD;
    let renewed = spool.renewed_at.filter(recent);
    lines.extend(renewed.map(|at| words::spool_renewed(local(at, status.now))));
    lines
}

/// The connection, the last confirmation, and the data used this month.
fn delivery(status: &GatewayStatus) -> Vec<Text> {
    let delivery = &status.delivery;
    let mut lines = vec![match (delivery.connected_since, &delivery.problem, delivery.next_at) {
        (Some(since), _, _) => {
            let protocol = delivery.protocol.as_deref().unwrap_or("?");
            words::connected(local(since, status.now), protocol)
        }
        (None, Some(problem), _) => words::not_connected(problem),
        (None, None, Some(next)) => words::outside_windows(local(next, status.now)),
        (None, None, None) => words::connecting(),
    }];
    // A refusal is told below with its count.
    let told = delivery.refusal.as_ref().map(|refusal| &refusal.reason);
    let doubt = delivery.doubt.iter().filter(|doubt| Some(*doubt) != told);
    lines.extend(doubt.map(words::connection_doubted));
    if let (None, Some((at, why))) = (&delivery.problem, &delivery.failed) {
        lines.push(words::last_lost(local(*at, status.now), why));
    }
    lines.extend(certificate_warnings(&delivery.certificates, status.now));
    let acknowledged = delivery.acknowledged_at.map(|at| local(at, status.now));
    lines.extend(acknowledged.map(words::last_acknowledged));
    lines.extend(stuck(status));
    if let Some((month, used)) = &delivery.month {
        lines.push(match delivery.waits_for {
            Some(WaitsFor::Budget) => words::month_budget_spent(month, size(*used)),
            Some(WaitsFor::DaysShare) => words::month_backlog_waits(month, size(*used)),
            None => words::month_traffic(month, size(*used)),
        });
    }
    lines
}

/// A line for each view.
fn views(status: &GatewayStatus) -> Vec<Text> {
    let line = |view: &ViewStatus| {
        let (name, backlog) = (&view.name, view.backlog);
        let connection = match (view.connected_since, &view.problem) {
            (Some(since), _) => own::connected(name, local(since, status.now), backlog),
            (None, Some(problem)) => own::not_connected(name, backlog, problem),
            (None, None) => own::connecting(name, backlog),
        };
        let confirmed = view.confirmed_at.map(|at| own::last_confirmed(local(at, status.now)));
        let lost = (view.lost > 0).then(|| own::lost(view.lost));
        let not_carried = (view.not_carried > 0).then(|| own::not_carried(view.not_carried));
        let all = [Some(connection), confirmed, lost, not_carried].into_iter().flatten();
        Text::clauses(all)
    };
    status.views.iter().map(line).collect()
}

/// What does not get through although there is a connection, and what may be the cause.
pub fn stuck(status: &GatewayStatus) -> Vec<Text> {
    let delivery = &status.delivery;
    let refused = delivery.refusal.as_ref().map(|refusal| {
        let since = local(refusal.since, status.now);
        words::broker_refuses(since, refusal.count, &refusal.reason)
    });
    let silent = delivery.silent_since.map(|since| {
        let topic = Topic::new(status.gateway.clone(), Channel::Ack).to_string();
        words::hub_silent(local(since, status.now), status.gateway.as_str(), topic)
    });
    let too_large = delivery.too_large.map(|aside| {
        let most = BROKER_MESSAGE_MAX;
        words::batch_too_large(aside.seq, aside.bytes, most, aside.batches)
    });
    let unanswered = delivery
        .unanswered
        .map(|aside| words::batch_unanswered(aside.seq, aside.bytes, aside.batches));
    refused.into_iter().chain(silent).chain(too_large).chain(unanswered).collect()
}

/// Clock, disk, memory, and what a power cut would cost.
fn machine(status: &GatewayStatus) -> Vec<Text> {
    let spool = &status.spool;
    let mut lines = Vec::new();
    if status.clock.provisional {
        let [since, now] = [status.since, status.now].map(|at| local(at, status.now));
        lines.push(words::clock_unknown(since, now, spool.held));
        if status.clock.refusal.is_none() {
            lines.push(words::clock_without_service());
        }
        lines.push(match status.delivery.sends_suspect {
            true => words::clock_doubted(),
            false => words::clock_waited_for(status.clock.hold_min),
        });
    } else {
        lines.push(words::clock_good());
        lines.extend(ahead_of_hub(status));
    }
    lines.extend(status.clock.refusal.iter().map(words::clock_refused));
    if let Some(disk) = status.disk {
        lines.push(match disk.written_a_day {
            Some(day) => {
                let year = size(day.saturating_mul(365));
                words::disk_written_a_day(size(disk.written), size(day), year)
            }
            None => words::disk_written(size(disk.written)),
        });
    }
    lines.extend(status.resident.map(|resident| words::memory(size(resident))));
    lines.push(match spool.unwritten {
        0 => words::power_cut(),
        unwritten => words::power_cut_with_unwritten(unwritten),
    });
    lines
}

/// That this clock and the hub's are too far apart.
pub fn ahead_of_hub(status: &GatewayStatus) -> Option<Text> {
    let ahead_s = status.delivery.ahead_of_hub_s?;
    let by = duration(ahead_s.unsigned_abs());
    Some(match ahead_s < 0 {
        true => words::clock_behind_hub(by),
        false => words::clock_ahead_of_hub(by),
    })
}

/// Bytes in the largest unit that fits.
pub fn size(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if size < 1024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{size:.1} {unit}") };
        }
        size /= 1024.0;
    }
    format!("{size:.1} TiB")
}

/// The time of a status, and the zone to show times in.
type Time<'a> = (Timestamp, &'a TimeZone);

/// The head of a column of times: how far they are from UTC.
fn head_since((now, zone): Time<'_>) -> Head {
    left(words::head_since_in(now.to_zoned_datetime(zone.clone()).strftime("%:z").to_string()))
}

/// When something began, as [`head_since`] tells.
fn since(at: Option<Timestamp>, (now, zone): Time<'_>) -> Cell {
    // All of a column are from UTC as its head says, also where the clocks have been changed since.
    let zone = TimeZone::fixed(zone.to_offset(now));
    at.map_or("—".into(), |at| String::from(moment_with_seconds(at, now, &zone))).into()
}

fn state(state: HealthState) -> Cell {
    let name = String::from(state.name());
    match state {
        HealthState::New => name.into(),
        HealthState::Online => Cell::toned(name, Tone::Good),
        HealthState::Suspect => Cell::toned(name, Tone::Warn),
        HealthState::Never | HealthState::Offline | HealthState::Unreachable => {
            Cell::toned(name, Tone::Bad)
        }
    }
}

fn unit_state(unit: &UnitReport) -> Cell {
    if unit.gives_no_values() {
        Cell::toned(String::from(words::gives_no_values()), Tone::Warn)
    } else {
        state(unit.state)
    }
}

fn buses(buses: &[BusStatus], time: Time<'_>) -> Table {
    let mut table = Table::new([
        left(words::head_bus()),
        left(words::head_line()),
        left(words::head_state()),
        head_since(time),
        right(words::head_polls()),
        right(words::head_missed()),
        right(words::head_busy()),
    ]);
    for bus in buses {
        let report = &bus.report;
        table.toned_row([
            report.name.clone().into(),
            bus.line.clone().into(),
            state(report.line),
            since(report.since, time),
            report.polls.to_string().into(),
            report.missed_ticks.to_string().into(),
            percent(report.busy).into(),
        ]);
    }
    table
}

fn units(buses: &[BusStatus], time: Time<'_>) -> Table {
    let mut table = Table::new([
        left(words::head_bus()),
        right(words::head_unit()),
        left(words::head_station()),
        left(words::head_profile()),
        left(words::head_state()),
        head_since(time),
        right(words::head_success()),
        right(words::head_answer_ms()),
        left(words::head_failures()),
    ]);
    for (bus, unit) in all_units(buses) {
        let device = bus.devices.iter().find(|device| device.unit == unit.unit);
        let share = unit.success().map_or("—".into(), percent);
        let failures = unit.failures.iter();
        let failures = failures.map(|(reason, times)| words::with_code(reason.name(), times));
        let answer = unit.answer_ms.map(|[half, most]| format!("{half:.1} / {most:.1}"));
        table.toned_row([
            bus.report.name.clone().into(),
            unit.unit.to_string().into(),
            device.map_or(String::new(), |device| device.station.to_string()).into(),
            device.map_or(String::new(), |device| device.profile.clone()).into(),
            unit_state(unit),
            since(unit.since, time),
            share.into(),
            answer.unwrap_or("—".into()).into(),
            String::from(Text::list(failures)).into(),
        ]);
    }
    table
}

/// What does not fit into a column: why a line cannot be opened, how its answers are numbered, what to do about devices
/// that give nothing, last errors, measured gaps, and registers that a device refuses.
fn notes(buses: &[BusStatus]) -> Vec<Text> {
    let mut notes = Vec::new();
    for report in buses.iter().map(|bus| &bus.report) {
        let problem = report.problem.iter();
        notes.extend(problem.map(|problem| words::line_problem(&report.name, problem)));
        let numbers = report.numbers.map(Numbering::text);
        notes.extend(numbers.map(|numbers| words::line_problem(&report.name, numbers)));
        notes.extend(report.terminal.as_ref().and_then(|held| terminal(&report.name, held)));
    }
    for (bus, unit) in all_units(buses) {
        let whose = || words::unit_on_bus(&bus.report.name, unit.unit);
        notes.extend(unit.gives_no_values().then(|| words::no_values_why(whose())));
        notes.extend(unit.last_error.iter().map(|error| words::last_error(whose(), error)));
        notes.extend(unit.gap_ms.map(|gap_ms| words::gap_needed(whose(), gap_ms)));
        if !unit.holes.is_empty() {
            notes.push(words::refused_alone(whose(), runs(&unit.holes)));
        }
        if !unit.seams.is_empty() {
            notes.push(words::refused_together(whose(), runs(&unit.seams)));
        }
        if !unit.singles.is_empty() {
            notes.push(words::zeros_together(whose(), runs(&unit.singles)));
        }
    }
    notes
}

/// That others have claimed the place of a bus's terminal, if any have.
fn terminal(bus: &str, held: &TerminalReport) -> Option<Text> {
    let other = held.other?;
    let peer = held.peer.map_or("—".into(), |peer| peer.to_string());
    Some(words::terminal_claimed(bus, peer, held.replaced, held.refused, other.to_string()))
}

fn all_units(buses: &[BusStatus]) -> impl Iterator<Item = (&BusStatus, &UnitReport)> {
    buses.iter().flat_map(|bus| bus.report.units.iter().map(move |unit| (bus, unit)))
}

fn runs(runs: &[(Function, u16, u16)]) -> Text {
    Text::list(runs.iter().map(|(function, first, last)| match u8::from(*function) {
        code if first == last => words::register(code, first),
        code => words::register_run(code, first, last),
    }))
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A time in the zone of this machine, and how far that is from UTC.
pub fn local(at: Timestamp, now: Timestamp) -> Text {
    moment_with_offset(at, now, &TimeZone::system())
}

#[cfg(test)]
#[path = "status_tests.rs"]
pub(super) mod tests;
