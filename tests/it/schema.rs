//! The schemas in `docs/schema/` say what `hanqing::wire` writes, and refuse what it refuses.

use hanqing::core::{Flag, Outcome, Parameter, Reading, Reason, Series, Unit};
use hanqing::locales::Text;
use hanqing::wire::{
    Ack, Batch, Birth, BirthSeries, BootId, BusSaid, ClockState, ConfigInForce, ConfigOutcome,
    ConfigState, ConfigStep, CounterSpec, DeviceSaid, Epoch, GatewayReport, GatewayState,
    LossCause, LossRecord, PushedConfig, PushedSaid, RangeSet, ReportHead, Said, ShownTime,
    SignedConfig, SpoolReport, Status, Timebase, TrafficReport,
};
use jiff::Timestamp;
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

const BATCH: &str = include_str!("../../docs/schema/batch.schema.json");
const BIRTH: &str = include_str!("../../docs/schema/birth.schema.json");
const STATUS: &str = include_str!("../../docs/schema/status.schema.json");
const REPORT: &str = include_str!("../../docs/schema/report.schema.json");
const ACK: &str = include_str!("../../docs/schema/ack.schema.json");
const CONFIG: &str = include_str!("../../docs/schema/config.schema.json");
const PUSHED: &str = include_str!("../../docs/schema/pushed-config.schema.json");
const CONFIG_STATE: &str = include_str!("../../docs/schema/config-state.schema.json");

fn schema(text: &str) -> Validator {
    let schema: Value = serde_json::from_str(text).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn accept(validator: &Validator, bytes: &[u8]) {
    let message: Value = serde_json::from_slice(bytes).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&message).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{message}\n{errors:#?}");
}

/// Each change must make the message one that the schema refuses and the reader refuses.
fn refuse(
    validator: &Validator,
    good: &Value,
    read: impl Fn(&[u8]) -> bool,
    changes: &[(&str, Value)],
) {
    assert!(validator.is_valid(good) && read(good.to_string().as_bytes()));
    for (pointer, value) in changes {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value.clone();
        assert!(!validator.is_valid(&bad), "the schema takes {bad}");
        assert!(!read(bad.to_string().as_bytes()), "the reader takes {bad}");
    }
    for field in good.as_object().unwrap().keys() {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(field);
        assert!(!validator.is_valid(&bad), "the schema takes {bad}");
        assert!(!read(bad.to_string().as_bytes()), "the reader takes {bad}");
    }
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap()
}

fn series() -> impl Strategy<Value = Series> {
    ("[a-z][a-z0-9-]{0,39}", prop::sample::select(Parameter::ALL))
        .prop_map(|(station, parameter)| Series::new(station.parse().unwrap(), parameter))
}

fn reading() -> impl Strategy<Value = Reading> {
    let flag = prop::sample::select(vec![Flag::NotEvaluated, Flag::Suspect, Flag::Fail]);
    let value = prop::num::f64::NORMAL | prop::num::f64::ZERO | prop::num::f64::SUBNORMAL;
    let reason = prop::sample::select(Reason::ALL);
    let raw = prop::collection::vec(any::<u16>(), 0..5);
    let ms = -377_705_023_201_000i64..=253_402_207_200_999;
    (series(), ms, 0..3u8, value, flag, reason, raw).prop_map(
        |(series, ms, kind, value, flag, reason, raw)| match kind {
            0 => Reading::good(series, at(ms), value),
            1 => Reading::missing(series, at(ms), reason, raw),
            _ => Reading {
                series,
                observed_at: at(ms),
                outcome: Outcome::Value(value),
                flag,
                reason: (flag != Flag::NotEvaluated).then_some(reason),
                raw: raw.into(),
            },
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn every_batch_that_is_written_fits(
        readings in prop::collection::vec(reading(), 0..20),
        epoch: u64,
        seq in 1u64..,
        clock in proptest::option::of((any::<u32>(), any::<i64>(), any::<bool>())),
        lost in proptest::option::of((any::<Option<u64>>(), 0i64..4_102_444_800_000, 0..4usize)),
    ) {
        let clock = clock.map(|(boot, zero, provisional)| Timebase { boot: BootId(boot), zero, provisional });
        let why = [LossCause::Thinned, LossCause::Full, LossCause::Unwritten, LossCause::Damaged];
        let loss = lost.map(|(lost, ms, n)| LossRecord { first: 1, lost, from: at(ms), to: at(ms), why: why[n] });
        let batch = Batch { gateway: "gw-1".parse().unwrap(), epoch: Epoch(epoch), seq, clock, loss, readings };
        accept(&schema(BATCH), &batch.to_bytes());
    }

    #[test]
    fn every_ack_that_is_written_fits(epoch: u64, whole: bool, start: bool, ranges in prop::collection::vec((1u64..1_000_000, 0u64..50), 0..20)) {
        let committed: RangeSet = ranges.into_iter().map(|(first, more)| (first, first + more)).collect();
        let at = start.then(|| at(1_785_300_300_123));
        accept(&schema(ACK), &Ack { epoch: Epoch(epoch), committed, whole, start, at }.to_bytes());
    }

    #[test]
    fn every_status_that_is_written_fits(ms in 0i64..4_102_444_800_000, online: bool, clock in 0..3usize) {
        let state = if online { GatewayState::Online } else { GatewayState::Offline };
        let status = Status::new(state, at(ms));
        let status = match [None, Some(ClockState::Good), Some(ClockState::Provisional)][clock] {
            Some(clock) => status.with_clock(clock),
            None => status,
        };
        let shown = ShownTime { at: at(ms), boot: BootId(ms as u32), zero: ms - 7, service: online };
        let status = status.with_shown((clock == 1).then_some(shown));
        accept(&schema(STATUS), &status.to_bytes());
    }
}

#[test]
fn a_report_that_is_written_fits() {
    let head = ReportHead {
        gateway: "gw-1".parse().unwrap(),
        at: at(1_785_300_300_123),
        version: "0.1.0".into(),
        config: "5d41402abc4b2a76".into(),
        up_since: at(0),
        clock: ClockState::Good,
    };
    let spool = SpoolReport { size_max: u64::MAX, ..SpoolReport::default() };
    let mut report = GatewayReport::new(head, spool.clone(), TrafficReport::default());
    accept(&schema(REPORT), &report.to_bytes(false));
    report.spool = SpoolReport { trouble: Some("disk_full".into()), ..spool };
    report.traffic = TrafficReport { bytes: 7, month_bytes: Some(9), connections: 2 };
    (report.own_certificate_until, report.broker_certificate_until) = (Some(at(1)), Some(at(2)));
    report.disk_written = Some(4096);
    let why = Said { zh: "长".repeat(120), en: "x".repeat(120) };
    let step = Some("rolled_back".into());
    let of = (Some(7), Some(9), Some(why));
    report.pushed =
        Some(PushedSaid { in_force: of.0, last: of.1, step, unused: true, why: of.2, refused: 3 });
    let new = DeviceSaid {
        unit: 247,
        profile: "level-transmitter".into(),
        station: "pond-1".parse().unwrap(),
        state: "new".into(),
        since: None,
        seen: false,
        success: None,
        reason: None,
        error: None,
    };
    let failing = DeviceSaid {
        state: "offline".into(),
        since: Some(at(0)),
        seen: true,
        success: Some(0.5),
        reason: Some("timeout".into()),
        error: Some("错".repeat(400)),
        ..new.clone()
    };
    report.buses = vec![BusSaid {
        name: "塘".repeat(70),
        state: "unreachable".into(),
        since: Some(at(7)),
        error: Some("线".repeat(400)),
        polls: 1,
        missed: 0,
        busy: 1.0,
        devices: vec![new, failing],
    }];
    report.cut();
    accept(&schema(REPORT), &report.to_bytes(false));
    assert_eq!(GatewayReport::from_bytes(&report.to_bytes(true)).unwrap(), report);
}

#[test]
fn a_broken_report_is_refused_by_schema_and_reader() {
    let good = json!({
        "v": 1, "gateway": "gw-1", "at": "2022-08-01T00:15:00Z", "version": "0.1.0", "config": "5d41402a",
        "up_since": "2022-07-30T00:00:00Z", "clock": "good",
        "spool": {"batches": 3, "readings": 120, "bytes": 40000, "size_max": 1_000_000},
        "traffic": {"bytes": 1_234_567},
        "buses": [{"name": "ponds", "state": "asleep", "polls": 96, "missed": 0, "busy": 0.021, "devices": [
            {"unit": 3, "profile": "level", "station": "pond-1", "state": "online", "error": "e"}]}],
    });
    refuse(
        &schema(REPORT),
        &good,
        |bytes| GatewayReport::from_bytes(bytes).is_ok(),
        &[
            ("/v", json!(2)),
            ("/gateway", json!("GW 1")),
            ("/at", json!(1_659_283_200)),
            ("/version", json!("x".repeat(65))),
            ("/config", json!("x".repeat(65))),
            ("/up_since", json!("2022-08-01")),
            ("/clock", json!("slow")),
            ("/spool/batches", json!(-1)),
            ("/spool/size_max", json!("1 GB")),
            ("/traffic/bytes", json!(1.5)),
            ("/buses", json!({})),
            ("/buses", json!(vec![good["buses"][0].clone(); 257])),
            ("/buses/0/name", json!("x".repeat(65))),
            ("/buses/0/busy", json!(1.5)),
            ("/buses/0/polls", json!(-1)),
            ("/buses/0/devices", json!(vec![good["buses"][0]["devices"][0].clone(); 248])),
            ("/buses/0/devices/0/unit", json!(256)),
            ("/buses/0/devices/0/station", json!("pond 1")),
            ("/buses/0/devices/0/state", json!("x".repeat(65))),
            ("/buses/0/devices/0/error", json!("x".repeat(121))),
        ],
    );
    let long = json!({"zh": "长".repeat(121), "en": "x"});
    for (pushed, fits) in [
        (json!({"step": "asleep", "refused": 0}), true),
        (json!({"refused": -1}), false),
        (json!({"step": "x".repeat(65), "refused": 0}), false),
        (json!({"why": long, "refused": 0}), false),
        (json!({"in_force": 7}), false),
    ] {
        let mut message = good.clone();
        message["pushed"] = pushed;
        assert_eq!(schema(REPORT).is_valid(&message), fits, "{message}");
        assert_eq!(GatewayReport::from_bytes(message.to_string().as_bytes()).is_ok(), fits);
    }
}

#[test]
fn a_birth_of_every_parameter_fits() {
    let counters = [
        None,
        Some(CounterSpec { modulus: Some(1e6), max_rate_per_hour: None }),
        Some(CounterSpec { modulus: None, max_rate_per_hour: Some(30.5) }),
    ];
    let observed = Parameter::ALL
        .iter()
        .zip(counters.into_iter().cycle())
        .map(|(&parameter, counter)| BirthSeries {
            series: Series::new("pump-1".parse().unwrap(), parameter),
            unit: parameter.spec().unit,
            interval_s: 300,
            counter,
        })
        .collect();
    let birth = Birth::new("0.1.0", "5d41402abc4b2a76".into(), observed);
    accept(&schema(BIRTH), &birth.to_bytes());
}

#[test]
fn the_schemas_list_the_catalogues() {
    let batch: Value = serde_json::from_str(BATCH).unwrap();
    let birth: Value = serde_json::from_str(BIRTH).unwrap();
    let reasons: Vec<&str> = Reason::ALL.iter().map(|r| r.id()).collect();
    assert_eq!(batch["$defs"]["reason"]["enum"], json!(reasons));
    let parameters: Vec<&str> = Parameter::ALL.iter().map(|p| p.id()).collect();
    let pattern = format!("^[a-z][a-z0-9-]{{0,39}}/({})$", parameters.join("|"));
    for schema in [&batch, &birth] {
        assert_eq!(schema["$defs"]["series"]["pattern"], json!(pattern));
    }
    let same_station = format!("^/({})$", parameters.join("|"));
    assert_eq!(batch["$defs"]["same_station"]["pattern"], json!(same_station));
    let units = birth["$defs"]["observed"]["properties"]["unit"]["enum"].clone();
    let read: Vec<Unit> = serde_json::from_value(units.clone()).unwrap();
    let symbols: Vec<&str> = read.iter().map(|u| u.symbol()).collect();
    assert_eq!(units, json!(symbols));
    assert!(Parameter::ALL.iter().all(|p| read.contains(&p.spec().unit)));
}

#[test]
fn a_broken_batch_is_refused_by_schema_and_reader() {
    let good = json!({
        "v": 1, "gateway": "gw-1", "epoch": "8c5f0a1b2c3d4e5f", "seq": 17, "at": 1659283200000i64,
        "series": ["pond-1/level", "pump-1/power"],
        "readings": [[0, 0, 98.113], [1, 250, null, 9, "timeout"], [0, 300000, 98.5, 3, "unexpected", [985]]],
    });
    refuse(
        &schema(BATCH),
        &good,
        |bytes| Batch::from_bytes(bytes).is_ok(),
        &[
            ("/v", json!(2)),
            ("/v", json!("1")),
            ("/gateway", json!("GW 1")),
            ("/epoch", json!("8c5f")),
            ("/epoch", json!(17)),
            ("/seq", json!(0)),
            ("/seq", json!(-1)),
            ("/seq", json!(1.5)),
            ("/at", json!("2022-08-01T00:00:00Z")),
            ("/at", json!(9_223_372_036_854_775_807i64)),
            ("/series/0", json!("pond-1/depth")),
            ("/series/0", json!("pond-1")),
            ("/series", json!("pond-1/level")),
            ("/series", json!(vec!["pond-1/level"; 4001])),
            ("/readings", json!({})),
            ("/readings", json!(vec![json!([0, 0, 1]); 20_001])),
            ("/readings/0", json!([0, 0])),
            ("/readings/0", json!([0, 0, null])),
            ("/readings/0", json!([0, 0, 98.1, 3])),
            ("/readings/0", json!([0, 0, "98.1"])),
            ("/readings/0", json!([-1, 0, 98.1])),
            ("/readings/0", json!([0, 0.5, 98.1])),
            ("/readings/0", json!([0, 0, 98.1, 3, "unexpected", [], 7])),
            ("/readings/1", json!([1, 250, null, 9, null])),
            ("/readings/1", json!([1, 250, null, 1, null])),
            ("/readings/1", json!([1, 250, null, 3, "timeout"])),
            ("/readings/1", json!([1, 250, 1.5, 9, "timeout"])),
            ("/readings/1", json!([1, 250, null, 9, "weather"])),
            ("/readings/1", json!([1, 250, null, 5, "timeout"])),
            ("/readings/2/5", json!([65_536])),
            ("/readings/2/5", json!([-1])),
            ("/readings/2/5", json!("985")),
        ],
    );
}

#[test]
fn what_only_the_reader_can_know_it_refuses() {
    let batch = json!({
        "v": 1, "gateway": "gw-1", "epoch": "8c5f0a1b2c3d4e5f", "seq": 17, "at": 0,
        "series": ["pond-1/level"], "readings": [[1, 0, 98.113]],
    });
    assert!(schema(BATCH).is_valid(&batch));
    let error = Batch::from_bytes(batch.to_string().as_bytes()).unwrap_err();
    assert!(error.to_string().contains("readings[0]: series 1"), "{error}");
    let ack = json!({"v": 1, "epoch": "8c5f0a1b2c3d4e5f", "ranges": [[3, 1]]});
    assert!(schema(ACK).is_valid(&ack));
    assert!(Ack::from_bytes(ack.to_string().as_bytes()).is_err());
}

#[test]
fn a_broken_birth_status_or_ack_is_refused_by_schema_and_reader() {
    let birth = json!({
        "v": 1, "version": "0.1.0", "config": "5d41402a",
        "series": [{"series": "pump-1/energy_total", "unit": "kWh", "interval_s": 300, "counter": {"modulus": 1e6}}],
    });
    refuse(
        &schema(BIRTH),
        &birth,
        |bytes| Birth::from_bytes(bytes).is_ok(),
        &[
            ("/v", json!(0)),
            ("/version", json!(1)),
            ("/series/0/series", json!("pump-1/energy")),
            ("/series/0/unit", json!("度")),
            ("/series/0/interval_s", json!(-5)),
            ("/series/0/interval_s", json!("5 min")),
            ("/series/0/interval_s", json!(0)),
            ("/series/0/interval_s", json!(2_678_401)),
            ("/series/0/counter/modulus", json!("1e6")),
            ("/series/0/counter/modulus", json!(0)),
            ("/series/0/counter", json!({"max_rate_per_hour": -1e-9})),
            ("/version", json!("x".repeat(65))),
            ("/config", json!("x".repeat(65))),
            (
                "/series",
                json!(vec![
                    json!({"series": "pump-1/flow", "unit": "m3/h", "interval_s": 1});
                    4001
                ]),
            ),
            ("/series/0", json!({"series": "pump-1/energy_total", "unit": "kWh"})),
        ],
    );
    let status = json!({"v": 1, "state": "online", "since": "2022-08-01T00:00:00Z"});
    refuse(
        &schema(STATUS),
        &status,
        |bytes| Status::from_bytes(bytes).is_ok(),
        &[
            ("/v", json!(9)),
            ("/state", json!("asleep")),
            ("/since", json!("2022-08-01")),
            ("/since", json!(1_659_283_200)),
        ],
    );
    let ack = json!({"v": 1, "epoch": "8c5f0a1b2c3d4e5f", "ranges": [[1, 3], [5, 5]]});
    refuse(
        &schema(ACK),
        &ack,
        |bytes| Ack::from_bytes(bytes).is_ok(),
        &[
            ("/v", json!(2)),
            ("/epoch", json!("not sixteen hexa")),
            ("/ranges/0", json!([1])),
            ("/ranges/0", json!([1, 2, 3])),
            ("/ranges/0", json!([-1, 2])),
            ("/ranges/0", json!(["1", "2"])),
            ("/ranges", json!({})),
        ],
    );
    for shown in [
        json!({"at": "2022-08-01T00:00:00Z", "boot": "1f3a9c02"}),
        json!({"at": 1_659_283_200, "boot": "1f3a9c02", "zero": 0}),
        json!({"at": "2022-08-01T00:00:00Z", "boot": 7, "zero": 0}),
    ] {
        let mut bad = status.clone();
        bad["shown"] = shown;
        assert!(!schema(STATUS).is_valid(&bad), "the schema takes {bad}");
        assert!(Status::from_bytes(bad.to_string().as_bytes()).is_err(), "the reader takes {bad}");
    }
    let mut bad = ack;
    bad["at"] = json!(1_659_283_200);
    assert!(!schema(ACK).is_valid(&bad) && Ack::from_bytes(bad.to_string().as_bytes()).is_err());
}

#[test]
fn pushed_settings_and_what_becomes_of_them_fit_or_are_refused() {
    let set = json!({"bus.泵房.interval_s": 60, "uplink.windows": ["06:00+20"], "drought": true});
    let config = json!({
        "v": 1, "gateway": "gw-1", "number": 7, "at": "2026-12-01T08:20:00Z", "by": "李明", "set": set,
    });
    refuse(
        &schema(PUSHED),
        &config,
        |bytes| PushedConfig::from_text(&String::from_utf8_lossy(bytes)).is_ok(),
        &[
            ("/v", json!(2)),
            ("/gateway", json!("GW 1")),
            ("/number", json!(-1)),
            ("/by", json!("x".repeat(201))),
            ("/by", json!("\u{7}")),
            ("/set/drought", json!(null)),
            ("/set/drought", json!({"a": 1})),
            ("/set/drought", json!([[1]])),
            ("/set", json!({"a\n": 1})),
            ("/set", json!([])),
        ],
    );
    let message = json!({"v": 1, "signed": config.to_string(), "signature": "0a".repeat(64)});
    refuse(
        &schema(CONFIG),
        &message,
        |bytes| SignedConfig::from_bytes(bytes).is_ok(),
        &[
            ("/v", json!(2)),
            ("/signed", json!({})),
            ("/signature", json!("0a".repeat(63))),
            ("/signature", json!("zz".repeat(64))),
        ],
    );
    let why = Text::both("没有确认", "not confirmed");
    let mut state = ConfigState::new(at(7));
    accept(&schema(CONFIG_STATE), &state.to_bytes());
    let steps = [
        ConfigStep::OnTrial,
        ConfigStep::Kept,
        ConfigStep::RolledBack,
        ConfigStep::Refused,
        ConfigStep::Dropped,
    ];
    for step in steps {
        state.last = Some(ConfigOutcome::new(9, step, at(8), std::slice::from_ref(&why)));
        (state.highest, state.refused) = (u64::MAX, 3);
        state.refused_why = Some(Said::of(&why));
        let (by, keys, unfit) = ("office".into(), vec!["drought".into()], Some(Said::of(&why)));
        state.in_force = Some(ConfigInForce { number: 7, at: at(9), by, keys, unfit });
        accept(&schema(CONFIG_STATE), &state.to_bytes());
    }
    let state: Value = serde_json::from_slice(&ConfigState::new(at(7)).to_bytes()).unwrap();
    let read = |bytes: &[u8]| ConfigState::from_bytes(bytes).is_ok();
    let bad = [("/v", json!(2)), ("/highest", json!("7")), ("/refused", json!(-1))];
    refuse(&schema(CONFIG_STATE), &state, read, &bad);
}
