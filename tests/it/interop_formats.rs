//! What gateways send to other people's systems, read by programs of other people's: Eclipse Tahu's decoder for
//! JavaScript and pysparkplug for Sparkplug B, InfluxData's reader of line protocol, and Home Assistant's own code.

use std::io::Write;
use std::process::{Command, Stdio};

use hanqing::core::{Flag, Parameter, Reading, Reason, Series};
use hanqing::interop::out::{FormatSettings, Message, View};
use hanqing::wire::{Birth, BirthSeries};
use influxdb_line_protocol::{FieldValue, parse_lines};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::context::repository;

const LEVEL: &str = "pond-dongmen-1/level";
const ENERGY: &str = "pump-dongmen-1/energy_total";
const STATE: &str = "pump-dongmen-1/run_state";

/// A group and a node with what breaks those who do not escape names.
const GROUP: &str = "赤水 \"镇\", a=b";
const NODE: &str = "东门 'gw' \\ 1";

fn at(second: i64) -> Timestamp {
    "2022-08-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second)
}

fn millis(second: i64) -> i64 {
    at(second).as_millisecond()
}

fn good(series: &str, second: i64, value: f64) -> Reading {
    Reading::good(series.parse().unwrap(), at(second), value)
}

fn missing(series: &str, second: i64) -> Reading {
    Reading::missing(series.parse().unwrap(), at(second), Reason::Timeout, vec![])
}

fn flagged(flag: Flag, reason: Reason, reading: Reading) -> Reading {
    Reading { flag, reason: Some(reason), ..reading }
}

fn birth(series: impl IntoIterator<Item = Series>) -> Birth {
    let all = series.into_iter().map(|series| BirthSeries {
        unit: series.parameter.spec().unit,
        series,
        interval_s: 300,
        counter: None,
    });
    Birth::new("0.1.0", "5d41402abc4b2a76".into(), all.collect())
}

fn view(settings: Value, birth: &Birth) -> View {
    let settings: FormatSettings = serde_json::from_value(settings).unwrap();
    View::new(&settings, &"gw-dongmen".parse().unwrap(), birth).unwrap()
}

/// What a program prints that reads `messages` from its standard input.
pub fn read_by(program: &mut Command, messages: &[[String; 2]]) -> Value {
    let mut child =
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap_or_else(|error| {
            panic!("{program:?}: {error}: run tests/run, which installs it")
        });
    let mut input = child.stdin.take().unwrap();
    input.write_all(&serde_json::to_vec(messages).unwrap()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program:?}: run tests/run, which installs what it needs");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The directory that this variable names, or this one of the repository.
pub fn directory(variable: &str, otherwise: &str) -> std::path::PathBuf {
    std::env::var_os(variable).map_or_else(|| repository(otherwise), Into::into)
}

fn hexadecimal(messages: &[Message]) -> Vec<[String; 2]> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    messages.iter().map(|message| [message.topic.clone(), hex(&message.payload)]).collect()
}

/// A node from its will to its end: births, data, backlog, births again, and its death.
fn sparkplug_life() -> Vec<Message> {
    let birth = birth([LEVEL, ENERGY, STATE].map(|series| series.parse().unwrap()));
    let mut view = view(json!({ "sparkplug": { "group": GROUP, "node": NODE } }), &birth);
    let mut all = vec![view.will(258).unwrap()];
    all.extend(view.connected(at(0), &[good(LEVEL, -60, 98.5)]));
    all.extend(view.readings(&[good(LEVEL, -300, 98.25), missing(STATE, -300)], true, at(1)));
    let doubted = flagged(Flag::Suspect, Reason::Spike, good(ENERGY, 300, 7.125));
    let news = [good(LEVEL, 300, 98.625), doubted, missing(STATE, 300)];
    all.extend(view.readings(&news, false, at(301)));
    // A command as a host's own library writes it: a metric with name (1), type (4) and value (14).
    let mut metric = vec![0x0a, 20];
    metric.extend(b"Node Control/Rebirth");
    metric.extend([0x20, 11, 0x70, 1]);
    let command: Vec<u8> = [0x12, metric.len() as u8].into_iter().chain(metric).collect();
    let topic = view.subscriptions().remove(0);
    all.extend(view.received(&topic, &command, at(302), &news));
    all.extend(view.leaving(at(303)));
    all
}

#[test]
fn pysparkplug_reads_births_data_backlog_nulls_and_deaths() {
    let python = directory("HANQING_TEST_PYTHON", "tests/.venv/bin/python");
    let mut program = Command::new(python);
    program.arg(repository("tests/sparkplug_decode.py"));
    let read = read_by(&mut program, &hexadecimal(&sparkplug_life()));
    let message = |kind: &str, device: Option<&str>, seq: Option<u64>, metrics: Value| json!({ "group": GROUP, "type": kind, "node": NODE, "device": device, "seq": seq, "metrics": metrics });
    let pond = Some("pond-dongmen-1");
    let pump = Some("pump-dongmen-1");
    let double = |name: &str, value: Option<f64>, historical: bool, second: i64| {
        json!([name, "DOUBLE", value, historical, value.is_none(), millis(second)])
    };
    let node = |second: i64| {
        json!([
            ["bdSeq", "INT64", 2, false, false, millis(second)],
            ["Node Control/Rebirth", "BOOLEAN", false, false, false, millis(second)]
        ])
    };
    let death =
        |second: Option<i64>| json!([["bdSeq", "INT64", 2, false, false, second.map(millis)]]);
    let expected = json!([
        message("NDEATH", None, None, death(None)),
        message("NBIRTH", None, Some(0), node(0)),
        message("DBIRTH", pond, Some(1), json!([double("level", Some(98.5), false, -60)])),
        message(
            "DBIRTH",
            pump,
            Some(2),
            json!([double("energy_total", None, false, 0), double("run_state", None, false, 0)])
        ),
        message("DDATA", pond, Some(3), json!([double("level", Some(98.25), true, -300)])),
        message("DDATA", pump, Some(4), json!([double("run_state", None, true, -300)])),
        message("DDATA", pond, Some(5), json!([double("level", Some(98.625), false, 300)])),
        message(
            "DDATA",
            pump,
            Some(6),
            json!([
                double("energy_total", Some(7.125), false, 300),
                double("run_state", None, false, 300)
            ])
        ),
        message("NBIRTH", None, Some(0), node(302)),
        message("DBIRTH", pond, Some(1), json!([double("level", Some(98.625), false, 300)])),
        message(
            "DBIRTH",
            pump,
            Some(2),
            json!([
                double("energy_total", Some(7.125), false, 300),
                double("run_state", None, false, 300)
            ])
        ),
        message("NDEATH", None, None, death(Some(303))),
    ]);
    for (read, expected) in read.as_array().unwrap().iter().zip(expected.as_array().unwrap()) {
        assert_eq!(read, expected);
    }
    assert_eq!(read.as_array().map(Vec::len), expected.as_array().map(Vec::len));
}

#[test]
fn the_decoder_of_eclipse_tahu_reads_values_units_and_quality() {
    let mut program = Command::new("node");
    program
        .arg(repository("tests/it/interop_formats/decode.mjs"))
        .arg(directory("HANQING_TEST_NODE_MODULES", "tests/.node/node_modules"));
    let life = sparkplug_life();
    let read = read_by(&mut program, &hexadecimal(&life));
    let read = read.as_array().unwrap();
    let topics: Vec<&str> = read.iter().map(|one| one["topic"].as_str().unwrap()).collect();
    assert_eq!(topics, life.iter().map(|message| message.topic.as_str()).collect::<Vec<_>>());
    // seq, and of each metric: value, quality, flag and reason.
    let summary: Vec<Value> = read
        .iter()
        .map(|message| {
            let metrics = message["metrics"].as_array().unwrap().iter().map(|metric| {
                let property = |name: &str| metric["properties"][name]["value"].clone();
                json!([metric["value"], property("Quality"), property("flag"), property("reason")])
            });
            json!([message["seq"], metrics.collect::<Value>()])
        })
        .collect();
    let none = Value::Null;
    let timeout = json!([none, 0, 9, "timeout"]);
    let suspect = json!([7.125, 0, 3, "spike"]);
    let node = json!([[2, none, none, none], [false, none, none, none]]);
    assert_eq!(
        summary,
        [
            json!([none, [[2, none, none, none]]]),
            json!([0, node]),
            json!([1, [[98.5, 192, none, none]]]),
            json!([2, [[none, 500, none, none], [none, 500, none, none]]]),
            json!([3, [[98.25, 192, none, none]]]),
            json!([4, [timeout]]),
            json!([5, [[98.625, 192, none, none]]]),
            json!([6, [suspect, timeout]]),
            json!([0, node]),
            json!([1, [[98.625, 192, none, none]]]),
            json!([2, [suspect, timeout]]),
            json!([none, [[2, none, none, none]]]),
        ]
    );
    let unit =
        |message: usize, metric: usize| &read[message]["metrics"][metric]["properties"]["engUnit"];
    assert_eq!(unit(2, 0), &json!({ "value": "m", "type": "String" }));
    assert_eq!(unit(3, 0), &json!({ "value": "kWh", "type": "String" }));
    assert_eq!(read[4]["metrics"][0]["isHistorical"], true);
    assert_eq!(read[6]["metrics"][0].get("isHistorical"), None);
}

#[test]
fn home_assistant_takes_every_parameter_and_its_states() {
    let all: Vec<Series> = Parameter::ALL
        .iter()
        .map(|parameter| Series::new("pond-dongmen-1".parse().unwrap(), *parameter))
        .collect();
    let birth = birth(all);
    let named =
        json!({ "home_assistant": { "names": { "pond-dongmen-1": "东门 \"塘\" {{ 1/0 }} + #" } } });
    let mut view = view(named, &birth);
    let mut messages = view.connected(at(0), &[]);
    let of = |parameter: Parameter| format!("pond-dongmen-1/{parameter}");
    messages.extend(view.readings(
        &[
            good(&of(Parameter::Level), 1, 98.625),
            missing(&of(Parameter::Flow), 1),
            flagged(Flag::Suspect, Reason::Rate, good(&of(Parameter::Power), 1, 5.5)),
            flagged(Flag::Fail, Reason::Spike, good(&of(Parameter::EnergyTotal), 1, 0.0)),
            good(&of(Parameter::RunState), 1, 1.0),
        ],
        false,
        at(2),
    ));
    messages.extend(view.readings(&[missing(&of(Parameter::RunState), 3)], false, at(4)));
    let given: Vec<[String; 2]> = messages
        .into_iter()
        .map(|message| [message.topic, String::from_utf8(message.payload).unwrap()])
        .collect();
    let home = directory("HANQING_TEST_HOME_ASSISTANT", "tests/.home-assistant");
    let mut program = Command::new(home.join("bin/python"));
    program.arg(repository("tests/home_assistant.py")).arg(&home);
    let read = read_by(&mut program, &given);

    let configs = read["configs"].as_array().unwrap();
    assert_eq!(configs.len(), Parameter::ALL.len());
    for config in configs {
        assert_eq!(config["wrong"], json!([]), "{config}");
    }
    let states: Vec<Value> = read["states"]
        .as_array()
        .unwrap()
        .iter()
        .map(|state| json!([state[0], state[1], state[2]["quality"], state[2]["flags"]]))
        .collect();
    let object = |parameter: &str| format!("pond-dongmen-1_{parameter}");
    assert_eq!(
        states,
        [
            json!([object("level"), "98.625", 1, ""]),
            json!([object("flow"), "None", 9, "timeout"]),
            json!([object("energy_total"), "None", 4, "spike"]),
            json!([object("power"), "5.5", 3, "rate"]),
            json!([object("run_state"), "ON", 1, ""]),
            json!([object("run_state"), "None", 9, "timeout"]),
        ]
    );
}

#[test]
fn the_reader_of_influxdb_reads_what_telegraf_is_sent() {
    let birth = birth([LEVEL.parse().unwrap()]);
    let settings = json!({ "line_protocol": {
        "topic": "telegraf/{station}",
        "measurement": "水 位, a=\"b\"",
        "tags": { "the town": "赤水 镇,=\"1\"" },
    } });
    let mut view = view(settings, &birth);
    let doubted = flagged(Flag::Suspect, Reason::Spike, good(LEVEL, 300, 98.625));
    let messages = view.readings(&[missing(LEVEL, 0), doubted], true, at(301));
    assert_eq!(messages.len(), 1);
    let text = std::str::from_utf8(&messages[0].payload).unwrap();
    let lines: Vec<_> = parse_lines(text).collect::<Result<_, _>>().unwrap();
    assert_eq!(lines.len(), 2);
    for line in &lines {
        assert_eq!(line.series.measurement.as_str(), "水 位, a=\"b\"");
        assert!(line.tag_value("the town").is_some_and(|town| *town == "赤水 镇,=\"1\""));
        assert!(line.tag_value("station").is_some_and(|station| *station == "pond-dongmen-1"));
    }
    assert_eq!(lines[0].field_value("value"), None);
    assert_eq!(lines[0].field_value("quality"), Some(&FieldValue::I64(9)));
    assert_eq!(lines[1].field_value("value"), Some(&FieldValue::F64(98.625)));
    assert_eq!(lines[1].field_value("flags"), Some(&FieldValue::String("spike".into())));
    assert_eq!(lines[1].timestamp, Some(at(300).as_nanosecond() as i64));
}
