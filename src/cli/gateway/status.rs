//! `hanqing status`

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::words::{duration, mode};
use crate::cli::config_args::ConfigArgs;
use crate::cli::runtime::block_on;
use crate::cli::table::{Table, left, right};
use crate::cli::usage::ConfigurationProblems;
use crate::config::control_socket;
use crate::device::Function;
use crate::edge::control::{BusStatus, Client, GatewayStatus};
use crate::edge::{BROKER_MESSAGE_MAX, WaitsFor};
use crate::locales::{Argument, Text, gateway as words, moment_with_seconds};
use crate::modbus::UnitReport;
use crate::mqtt::certificate_warnings;
use crate::wire::{Channel, Topic};

/// How long a new epoch is told of. Engineering judgement: until somebody has been there.
const RENEWED_TOLD: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The arguments of `hanqing status`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
}

/// Asks the gateway and prints its state. A gateway runs on when its file is made wrong; then both are told.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = &arguments.config;
    match block_on(connect(config)) {
        Ok(client) => {
            print(client.status());
            Ok(ExitCode::SUCCESS)
        }
        Err(error) if error.is::<ConfigurationProblems>() => {
            let Some(socket) = control_socket(&config.config, &config.set) else {
                return Err(error);
            };
            let running = block_on(async { Ok(Client::connect(&socket).await?) });
            if let Ok(Some(client)) = running {
                print(client.status());
                say!("");
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
    for line in [general(status), backlog(status), delivery(status), machine(status)].concat() {
        say!("{line}");
    }
    for line in status.silent_buses() {
        say!("{line}");
    }
    say!("");
    say!("{}", buses(&status.buses));
    show!("{}", units(&status.buses, status.now));
    let notes = notes(&status.buses);
    if !notes.is_empty() {
        say!("");
    }
    for note in notes {
        say!("{note}");
    }
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

fn buses(buses: &[BusStatus]) -> Table {
    let mut table = Table::new([
        left(words::head_bus()),
        left(words::head_line()),
        left(words::head_state()),
        right(words::head_polls()),
        right(words::head_missed()),
        right(words::head_busy()),
    ]);
    for bus in buses {
        let report = &bus.report;
        table.row([
            report.name.clone(),
            bus.line.clone(),
            report.line.name().into(),
            report.polls.to_string(),
            report.missed_ticks.to_string(),
            percent(report.busy),
        ]);
    }
    table
}

fn units(buses: &[BusStatus], now: Timestamp) -> Table {
    let mut table = Table::new([
        left(words::head_bus()),
        right(words::head_unit()),
        left(words::head_station()),
        left(words::head_profile()),
        left(words::head_state()),
        left(words::head_since()),
        right(words::head_success()),
        right(words::head_answer_ms()),
        left(words::head_failures()),
    ]);
    for (bus, unit) in all_units(buses) {
        let device = bus.devices.iter().find(|device| device.unit == unit.unit);
        let failed: u64 = unit.failures.values().sum();
        let share = match unit.successes + failed {
            0 => "—".into(),
            all => percent(unit.successes as f64 / all as f64),
        };
        let failures = unit.failures.iter();
        let failures = failures.map(|(reason, times)| words::with_code(reason.name(), times));
        table.row([
            bus.report.name.clone(),
            unit.unit.to_string(),
            device.map_or(String::new(), |device| device.station.to_string()),
            device.map_or(String::new(), |device| device.profile.clone()),
            unit.state.name().into(),
            unit.since.map_or("—".into(), |at| local(at, now).into()),
            share,
            unit.answer_ms.map_or("—".into(), |[half, most]| format!("{half:.1} / {most:.1}")),
            Text::list(failures).into(),
        ]);
    }
    table
}

/// What does not fit into a column: last errors, measured gaps, and registers that a device refuses.
fn notes(buses: &[BusStatus]) -> Vec<Text> {
    let mut notes = Vec::new();
    for (bus, unit) in all_units(buses) {
        let whose = || words::unit_on_bus(&bus.report.name, unit.unit);
        notes.extend(unit.last_error.iter().map(|error| words::last_error(whose(), error)));
        notes.extend(unit.gap_ms.map(|gap_ms| words::gap_needed(whose(), gap_ms)));
        if !unit.holes.is_empty() {
            notes.push(words::refused_alone(whose(), runs(&unit.holes)));
        }
        if !unit.seams.is_empty() {
            notes.push(words::refused_together(whose(), runs(&unit.seams)));
        }
    }
    notes
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

/// A time in the zone of this machine.
pub fn local(at: Timestamp, now: Timestamp) -> Text {
    moment_with_seconds(at, now, &TimeZone::system())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::cli::table::Layout;
    use crate::core::Reason;
    use crate::edge::control::{ClockStatus, DeviceStatus, DiskUse, SpoolStatus};
    use crate::edge::{BrokerRefusal, DeliveryStatus, RefusedReload, SetAside};
    use crate::locales::{Lang, edge, modbus, mqtt, within};
    use crate::modbus::{BusReport, HealthState, Mode};
    use crate::spool::Trouble;
    use crate::wire::Epoch;

    const SINCE: Timestamp = Timestamp::constant(1_782_864_000, 0);
    const NOW: Timestamp = Timestamp::constant(1_782_871_200, 0);

    /// A bus with a device that is offline and one that has not been asked.
    fn bus() -> BusStatus {
        let unit = |unit, state| UnitReport {
            unit,
            state,
            since: None,
            polls: 10,
            successes: 30,
            failures: [(Reason::Timeout, 6), (Reason::Crc, 4)].into(),
            last_error: Some(modbus::no_answer(unit, 300)),
            answer_ms: Some([12.34, 250.0]),
            holes: vec![(Function::Holding, 8, 8), (Function::Input, 30, 41)],
            seams: vec![(Function::Holding, 0, 9)],
            gap_ms: Some(40),
        };
        let fresh = UnitReport {
            successes: 0,
            failures: Default::default(),
            last_error: None,
            answer_ms: None,
            holes: Vec::new(),
            seams: Vec::new(),
            gap_ms: None,
            ..unit(9, HealthState::Online)
        };
        let device = |unit| DeviceStatus {
            unit,
            profile: "qdy30".into(),
            station: "pond-dongmen-1".parse().unwrap(),
        };
        BusStatus {
            line: "/dev/ttyUSB0 9600 8N1".into(),
            devices: vec![device(3), device(9)],
            silent_max_s: 900,
            report: BusReport {
                name: "levels".into(),
                line: HealthState::Online,
                polls: 10,
                missed_ticks: 1,
                polled_at_s: 2700.5,
                busy: 0.123,
                units: vec![unit(3, HealthState::Offline), fresh],
            },
        }
    }

    /// A gateway of which much has to be said: its spool cannot be written, its clock is not set, a bus hangs.
    pub fn troubled() -> GatewayStatus {
        GatewayStatus {
            gateway: "gw-dongmen".parse().unwrap(),
            version: "0.1.0".into(),
            since: SINCE,
            now: NOW,
            mode: Mode::Drought,
            refused: Some(RefusedReload { at: SINCE, problems: vec![Text::both("错", "wrong")] }),
            readings: 36,
            missing: 12,
            buses: vec![bus()],
            spool: SpoolStatus {
                epoch: Epoch(7),
                batches: 2,
                readings: 6,
                held: 1,
                last_seq: 12,
                bytes: 2048,
                size_max: 256 << 20,
                dropped_readings: 3,
                thinned_readings: 4,
                unwritten: 40,
                trouble: Some(Trouble::DiskFull),
                lost_readings: 5,
                damaged_at: Some(SINCE),
                renewed_at: Some(SINCE),
                carried_at: Some(SINCE),
            },
            delivery: DeliveryStatus {
                connected_since: Some(NOW),
                protocol: Some("5".into()),
                failed: Some((SINCE, edge::no_answer_within(15))),
                doubt: Some(mqtt::certificate_of_another("gw-other", "gw-dongmen")),
                acknowledged_at: Some(SINCE),
                silent_since: Some(SINCE),
                refusal: Some(BrokerRefusal {
                    since: SINCE,
                    count: 9,
                    reason: Text::both("无权", "Not authorized"),
                }),
                too_large: Some(SetAside { batches: 2, seq: 17, bytes: 12_345 }),
                unanswered: Some(SetAside { batches: 1, seq: 9, bytes: 300 }),
                month: Some(("2026-07".into(), 1 << 20)),
                waits_for: Some(WaitsFor::Budget),
                sends_suspect: true,
                ..DeliveryStatus::default()
            },
            clock: ClockStatus { provisional: true, refusal: None, rule: None, hold_min: 10 },
            disk: Some(DiskUse { written: 40_960, written_a_day: Some(983_040) }),
            resident: Some(8 << 20),
        }
    }

    fn lines(status: &GatewayStatus) -> Vec<Text> {
        [general(status), backlog(status), delivery(status), machine(status)].concat()
    }

    /// The lines in `lang`, without the times, which are of this machine's zone.
    fn said(lines: &[Text], lang: Lang) -> String {
        let lines: Vec<String> = lines.iter().map(|line| line.within(lang)).collect();
        let [since, now] = [SINCE, NOW].map(|at| local(at, NOW).within(lang));
        lines.join("\n").replace(&since, "T1").replace(&now, "T2")
    }

    #[test]
    fn a_bus_is_shown_with_its_devices_and_what_they_refuse() {
        let all = [bus()];
        let shown = |lang| {
            let terminal = Layout::Terminal(120);
            let tables = within(lang, || {
                buses(&all).laid_out(terminal) + "\n" + &units(&all, NOW).laid_out(terminal)
            });
            tables + "\n" + &said(&notes(&all), lang)
        };
        insta::assert_snapshot!(shown(Lang::Chinese));
        insta::assert_snapshot!("a_bus_in_english", shown(Lang::English));
    }

    #[test]
    fn whatever_goes_wrong_is_said_in_both_languages() {
        let status = troubled();
        insta::assert_snapshot!("trouble_in_chinese", said(&lines(&status), Lang::Chinese));
        insta::assert_snapshot!("trouble_in_english", said(&lines(&status), Lang::English));
        let silent: Vec<Text> = status.silent_buses().collect();
        let zh = "总线 levels 已有 4500 秒没有完成轮询；上限是 900 秒";
        assert_eq!(said(&silent, Lang::Chinese), zh);
    }

    #[test]
    fn a_gateway_without_a_time_service_says_how_long_readings_wait_and_what_helps() {
        let mut status = troubled();
        status.delivery.sends_suspect = false;
        let said = [Lang::Chinese, Lang::English].map(|lang| said(&machine(&status), lang));
        let [zh, en] = said.each_ref().map(String::as_str);
        assert!(
            zh.contains("自 T1 启动以来时钟未校准") && en.contains("since the start on T1"),
            "{said:?}"
        );
        assert!(zh.contains("1 批读数") && en.contains("wait for it: 1"), "{said:?}");
        assert!(zh.contains("10 分钟") && en.contains("10 min of connection"), "{said:?}");
        assert!(said.iter().all(|said| said.contains("clock.trust = ")), "{said:?}");
    }

    #[test]
    fn a_clock_that_differs_from_the_hubs_is_said() {
        let mut status = troubled();
        status.clock.provisional = false;
        let of = |status: &GatewayStatus| said(&machine(status), Lang::English);
        assert!(!of(&status).contains("hub"));
        for (ahead_s, what) in [(-31_622_400, "366 d 0 h behind"), (28_800, "8 h 0 min ahead")] {
            status.delivery.ahead_of_hub_s = Some(ahead_s);
            assert!(of(&status).contains(what), "{}", of(&status));
        }
    }

    #[test]
    fn a_refused_clock_and_a_lost_connection_say_why() {
        let mut status = troubled();
        status.clock.refusal = Some(edge::no_answer_within(1));
        status.delivery.connected_since = None;
        status.delivery.problem = Some(edge::no_answer_within(2));
        for (lang, clock, connection) in [
            (Lang::Chinese, "不采信系统时间：1 秒内没有回答", "未连接：2 秒内没有回答"),
            (
                Lang::English,
                "The machine's time is not trusted: no answer within 1 s",
                "Not connected: no answer within 2 s",
            ),
        ] {
            let said = said(&lines(&status), lang);
            assert!(said.contains(clock) && said.contains(connection), "{said}");
            assert!(!said.contains("15 "), "the failure of before: {said}");
        }
    }
}
