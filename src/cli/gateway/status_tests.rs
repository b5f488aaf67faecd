//! The status as it is shown, of a gateway of which much has to be said.

use super::*;
use crate::cli::table::Layout;
use crate::core::Reason;
use crate::edge::control::{ClockStatus, DeviceStatus, DiskUse, SpoolStatus};
use crate::edge::{BrokerRefusal, DeliveryStatus, RefusedReload, SetAside};
use crate::locales::{edge, modbus, mqtt};
use crate::modbus::{BusReport, Mode};
use crate::spool::Trouble;
use crate::wire::Epoch;

const SINCE: Timestamp = Timestamp::constant(1_782_864_000, 0);
const NOW: Timestamp = Timestamp::constant(1_782_871_200, 0);

/// A bus that cannot be reached, with a device that has answered and one that has not been asked.
fn broken() -> BusStatus {
    let mut bus = bus();
    bus.line = "/dev/ttyUSB9 9600 8N1".into();
    bus.report.name = "port".into();
    (bus.report.line, bus.report.since) = (HealthState::Unreachable, Some(NOW));
    let why = Text::both("没有这个文件", "no such file");
    let cause = modbus::cannot_connect("/dev/ttyUSB9", why);
    bus.report.problem = Some(Text::clauses([cause, modbus::way_out_serial()]));
    for unit in &mut bus.report.units {
        unit.failures = [(Reason::Unreachable, 10)].into();
        (unit.holes, unit.seams, unit.gap_ms) = (Vec::new(), Vec::new(), None);
        (unit.state, unit.since) = (HealthState::Unreachable, Some(NOW));
        unit.last_error = None;
    }
    bus
}

/// A bus with a device that is offline and one that has not been asked.
fn bus() -> BusStatus {
    let unit = |unit, state| UnitReport {
        unit,
        state,
        since: None,
        answered_at: None,
        polls: 10,
        successes: 30,
        failures: [(Reason::Timeout, 6), (Reason::Crc, 4)].into(),
        last_error: Some(modbus::no_answer(unit, 300)),
        answer_ms: Some([12.34, 250.0]),
        holes: vec![(Function::Holding, 8, 8), (Function::Input, 30, 41)],
        seams: vec![(Function::Holding, 0, 9)],
        singles: Vec::new(),
        gap_ms: Some(40),
    };
    let fresh = UnitReport {
        successes: 0,
        failures: Default::default(),
        last_error: None,
        answer_ms: None,
        holes: Vec::new(),
        seams: Vec::new(),
        singles: Vec::new(),
        gap_ms: None,
        ..unit(9, HealthState::New)
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
            since: None,
            problem: None,
            terminal: None,
            polls: 10,
            missed_ticks: 1,
            polled_at_s: 2700.5,
            busy: 0.123,
            numbers: None,
            units: vec![unit(3, HealthState::Offline), fresh],
        },
    }
}

/// A view that is connected since then, or cannot be.
fn view(connected_since: Option<Timestamp>) -> ViewStatus {
    let problem = connected_since.is_none().then(|| edge::no_answer_within(15));
    let (name, confirmed_at) = ("county".into(), Some(SINCE));
    let (backlog, lost, not_carried) = (120, 7, 3);
    ViewStatus { name, connected_since, problem, backlog, lost, not_carried, confirmed_at }
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
        pushed: None,
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
        views: vec![view(None), view(Some(NOW))],
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
    let all = [bus(), broken()];
    let time = (NOW, &TimeZone::fixed(jiff::tz::offset(8)));
    let shown = |lang| {
        let terminal = Layout::Terminal(140);
        let tables = within(lang, || {
            buses(&all, time).laid_out(terminal) + "\n" + &units(&all, time).laid_out(terminal)
        });
        tables + "\n" + &said(&notes(&all), lang)
    };
    insta::assert_snapshot!(shown(Lang::Chinese));
    insta::assert_snapshot!("a_bus_in_english", shown(Lang::English));
}

#[test]
fn wrong_blocks_and_others_in_the_place_of_a_terminal_are_told() {
    let mut bus = bus();
    bus.report.units[1].singles = vec![(Function::Holding, 0, 4)];
    bus.report.terminal = Some(TerminalReport {
        peer: Some([10, 8, 0, 7].into()),
        replaced: 2,
        refused: 5,
        other: Some([10, 8, 0, 9].into()),
    });
    let [zh, en] = Lang::ALL.map(|lang| said(&notes(std::slice::from_ref(&bus)), lang));
    assert!(zh.contains("应答零") && en.contains("with zeros in one request"), "{zh} {en}");
    assert!(
        en.contains("10.8.0.7") && en.contains("10.8.0.9") && zh.contains("没有接入"),
        "{zh} {en}"
    );
}

#[test]
fn a_device_that_answers_and_gives_no_values_is_not_shown_as_online() {
    let mut all = [bus()];
    let unit = &mut all[0].report.units[0];
    (unit.state, unit.successes) = (HealthState::Online, 0);
    let time = (NOW, &TimeZone::UTC);
    let table = within(Lang::English, || units(&all, time).laid_out(Layout::Terminal(160)));
    assert!(table.contains("answers, gives no values") && !table.contains("online"), "{table}");
    let [zh, en] = Lang::ALL.map(|lang| said(&notes(&all), lang));
    assert!(zh.contains("核对设备型号") && en.contains("check its profile"), "{zh} {en}");
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
fn each_view_is_told_in_one_line() {
    let status = troubled();
    let en = "View county: not connected, 120 readings wait: no answer within 15 s; last confirmed on T1; \
        7 readings passed over; 3 readings that its format cannot carry\n\
        View county: connected since T2, 120 readings wait for its broker; last confirmed on T1; \
        7 readings passed over; 3 readings that its format cannot carry";
    assert_eq!(said(&views(&status), Lang::English), en);
    let zh = said(&views(&status), Lang::Chinese);
    assert!(zh.contains("视图 county：未连接") && zh.contains("已略过 7 个读数"), "{zh}");
}

#[test]
fn programs_get_the_state_with_its_ids() {
    let status = troubled();
    let document = Document { format: json::FORMAT, status: &status };
    let document = serde_json::to_value(&document).unwrap();
    let schema = include_str!("../../../docs/schema/commands/status.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<String> = schema
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
    for (at, bad) in [
        ("/buses/0/report/line", "asleep"),
        ("/buses/0/report/units/0/state", "Online"),
        ("/now", "yesterday"),
        ("/spool/trouble", "full"),
    ] {
        let mut document = document.clone();
        *document.pointer_mut(at).unwrap() = bad.into();
        assert!(!schema.is_valid(&document), "{at} may be {bad}");
    }
    assert_eq!(document["format"], 1);
    assert_eq!(document["gateway"], "gw-dongmen");
    let unit = &document["buses"][0]["report"]["units"][0];
    assert_eq!(unit["state"], "offline");
    assert_eq!(unit["failures"]["timeout"], 6);
    assert_eq!(document["buses"][0]["report"]["units"][1]["state"], "new");
    assert_eq!(document["views"][0]["backlog"], 120);
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

#[test]
fn a_habit_of_numbering_is_named() {
    let mut bus = bus();
    bus.report.numbers = Some(Numbering::PlusOne);
    let notes = notes(&[bus]);
    assert_eq!(notes[0].within(Lang::Chinese), "总线 levels：应答的事务号比请求大 1");
    assert_eq!(
        notes[0].within(Lang::English),
        "bus levels: answers carry the number of the request plus one"
    );
}
