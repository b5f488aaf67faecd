//! Nodes of Sparkplug by libraries that we did not write: pysparkplug, and npm sparkplug-payload.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, Command};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use hanqing::core::{Flag, Reason};
use serde_json::{Value, json};

use super::{World, lately};
use crate::context::{Context, Process, repository};
use crate::interop_formats::{directory, read_by};
use crate::peers::python;

/// Lines of a node that may wait for the test: more than any says.
const LINES_MAX: usize = 1000;

/// Longest wait for a line. Generous: it costs time only where the test fails.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// An edge node of other people's.
struct Node {
    input: ChildStdin,
    lines: Receiver<String>,
    _process: Process,
}

impl Node {
    fn start(context: &Context) -> Self {
        let mut child = python("tests/sparkplug_node.py", &[&context.broker_port().to_string()]);
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = sync_channel(LINES_MAX);
        std::thread::spawn(move || {
            // Ends with the node, or with the test.
            let _ended =
                output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line));
        });
        let node = Self { input, lines, _process: Process(child) };
        assert_eq!(node.line(), "connected");
        node
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(ANSWER_MAX).unwrap()
    }

    /// Publishes metrics of the node or of its device, and waits until it has.
    fn says(&mut self, device: Option<&str>, metrics: &Value) {
        writeln!(self.input, "{}", json!({"device": device, "metrics": metrics})).unwrap();
        assert_eq!(self.line(), "done");
    }
}

#[test]
fn a_sparkplug_node_of_others_is_understood_and_asked_for_its_birth() {
    let world = World::open();
    let mut node = Node::start(&world.context);
    // Its births have no values yet.
    let born = world.one("well-dongmen-1/level");
    assert_eq!((born.0, born.1, born.2), (None, Flag::Missing, Some(Reason::Invalid)));
    world.readings("pump-dongmen-1/power", 1);
    let at = lately();
    let ms = at.as_millisecond();
    node.says(None, &json!([{"name": "Inputs/Level", "value": 3.25, "timestamp": ms}, {"name": "Spare", "value": 7, "timestamp": ms}]));
    let device = Some("Pump 1");
    node.says(device, &json!([{"name": "Power", "value": 21.6, "timestamp": ms}, {"name": "Running", "value": true, "timestamp": ms}]));
    let old = ms - 3_600_000;
    node.says(
        device,
        &json!([{"name": "Power", "value": 18.5, "timestamp": old, "historical": true}]),
    );
    let of = |series: &str, count: usize| -> Vec<(i64, Option<f64>)> {
        let readings = world.readings(series, count).into_iter();
        readings.map(|one| (one.observed_at.as_millisecond(), one.value())).collect()
    };
    assert_eq!(of("well-dongmen-1/level", 2)[0], (ms, Some(3.25)));
    assert_eq!(of("pump-dongmen-1/power", 3)[..2], [(old, Some(0.0185)), (ms, Some(0.0216))]);
    assert_eq!(of("pump-dongmen-1/run_state", 2)[0], (ms, Some(1.0)));
    // An alias that no birth has given is not guessed.
    node.says(device, &json!([{"alias": 40, "value": 5.0, "timestamp": ms + 1}]));
    assert_eq!(node.line(), "command Node Control/Rebirth True");
    let row = world.row("plant", |row| row["notes"].as_array().is_some_and(|n| !n.is_empty()));
    assert_eq!(
        (&row["publisher"]["format"], &row["publisher"]["names"][0]),
        (&json!("sparkplug"), &json!("County/Edge 1 Spare"))
    );
    assert!(row["notes"][0].as_str().unwrap().contains("别名"), "{row}");
    assert_eq!(world.context.quarantine(), []);
}

/// Messages of a node as npm sparkplug-payload writes them: topics and payloads.
fn encoded(messages: &[(&'static str, Value)]) -> Vec<(&'static str, Vec<u8>)> {
    let mut program = Command::new("node");
    program
        .arg(repository("tests/it/interop_in/encode.mjs"))
        .arg(directory("HANQING_TEST_NODE_MODULES", "tests/.node/node_modules"));
    let payloads: Vec<[String; 2]> = messages
        .iter()
        .map(|(topic, payload)| [(*topic).to_owned(), payload.to_string()])
        .collect();
    let encoded = read_by(&mut program, &payloads);
    let bytes = |hex: &Value| -> Vec<u8> {
        let hex = hex.as_str().unwrap();
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(byte).collect()
    };
    let topics = messages.iter().map(|(topic, _)| *topic);
    topics.zip(encoded.as_array().unwrap().iter().map(bytes)).collect()
}

#[test]
fn a_node_of_tahus_library_is_understood_by_its_aliases() {
    let world = World::open();
    let at = lately().as_millisecond();
    let device = |kind: &str| -> &'static str {
        match kind {
            "birth" => "spBv1.0/County/DBIRTH/Edge 1/Pump 1",
            _ => "spBv1.0/County/DDATA/Edge 1/Pump 1",
        }
    };
    let power = |ms: i64, more: Value| {
        let mut metric = json!({"alias": 7, "type": "Int16", "timestamp": at + ms});
        metric.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        metric
    };
    let message =
        |seq: u64, metrics: Value| json!({"timestamp": at, "seq": seq, "metrics": metrics});
    let node_birth = json!([
        {"name": "bdSeq", "type": "Int64", "value": 0, "timestamp": at},
        {"name": "Node Control/Rebirth", "type": "Boolean", "value": false, "timestamp": at},
        {"name": "Inputs/Level", "alias": 1, "type": "Double", "value": 3.25, "timestamp": at},
    ]);
    let device_birth = json!([power(0, json!({"name": "Power", "value": 5}))]);
    let messages = [
        (device("data"), message(9, json!([power(-1, json!({"value": 9}))]))),
        ("spBv1.0/County/NBIRTH/Edge 1", message(0, node_birth)),
        (device("birth"), message(1, device_birth)),
        (device("data"), message(2, json!([power(1, json!({"value": -7}))]))),
        (device("data"), message(3, json!([power(2, json!({"value": null}))]))),
        (
            device("data"),
            message(4, json!([power(-3_600_000, json!({"value": 8, "isHistorical": true}))])),
        ),
        // One that the hub does not hear: from then on, nobody knows what the alias stands for.
        (device("data"), message(6, json!([power(3, json!({"value": 11}))]))),
    ];
    world.publish(&encoded(&messages));
    let readings = world.readings("pump-dongmen-1/power", 4);
    let seen: Vec<_> = readings
        .iter()
        .map(|one| (one.observed_at.as_millisecond() - at, one.value(), one.flag))
        .collect();
    assert_eq!(
        seen,
        [
            (-3_600_000, Some(0.008), Flag::Good),
            (0, Some(0.005), Flag::Good),
            (1, Some(-0.007), Flag::Good),
            (2, None, Flag::Missing),
        ]
    );
    assert_eq!(world.one("well-dongmen-1/level").0, Some(3.25));
    let row = world.row("plant", |row| row["notes"].as_array().is_some_and(|n| n.len() == 2));
    assert!(row["notes"][0].as_str().unwrap().contains("序号中断 1 次"), "{row}");
    assert!(row["notes"][1].as_str().unwrap().contains("2 个 Sparkplug 数值的别名未知"), "{row}");
    assert_eq!(row["publisher"]["unmapped"], 0, "{row}");
    assert_eq!(world.context.quarantine(), []);
}
