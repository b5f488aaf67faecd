//! Devices that answer blocks with zeros, and devices that give a value only in parts: the right value or none.

use hanqing::core::{Flag, Reading};
use hanqing::device::Function;
use serde_json::{Value, json};

use crate::context::{Context, GATEWAY, Process, hanqing, outcome, wait_for};
use crate::fake_device::{Deed, FakeDevice, Question};
use crate::peers::mosquitto;

/// A level at 0, a total of two registers behind an unused one, and a flow.
const PROFILE: &str = r#"
id = "liar"
name = "A device that answers single registers only"
source = "made up"
verified_by = "nobody: it exists in tests only"
confidence = 0.1
[[point]]
parameter = "level"
function = 3
address = 0
type = "u16"
unit = "cm"
[[point]]
parameter = "energy_total"
function = 3
address = 2
type = "u32"
scale = 0.1
unit = "kWh"
counter = { max_rate_per_hour = 1000.0 }
[[point]]
parameter = "flow"
function = 3
address = 4
type = "u16"
unit = "m3/h"
[example]
source = "by hand"
[[example.block]]
function = 3
address = 0
words = [123, 0, 0, 50000, 77]
[example.expect]
level = 1.23
energy_total = 5000.0
flow = 77.0
"#;

const HELD: [u16; 5] = [123, 9, 0, 50_000, 77];

/// The registers that are asked for.
fn held(question: &Question) -> Vec<u16> {
    let addresses = question.address..question.address + question.count;
    addresses.map(|at| HELD.get(usize::from(at)).copied().unwrap_or_default()).collect()
}

/// Of an answer the first register is right and the others are zero.
fn first_only(question: &Question) -> Deed {
    let mut words = held(question);
    words.iter_mut().skip(1).for_each(|word| *word = 0);
    Deed::Send(question.registers(&words))
}

/// Gives one register at a time, and refuses more.
fn one_at_a_time(question: &Question) -> Deed {
    match question.count {
        1 => Deed::Send(question.registers(&held(question))),
        _ => Deed::Send(question.frame(&[question.function | 0x80, 3])),
    }
}

/// A configuration with the device at `port`, with `more` in its settings.
fn configure(context: &Context, port: u16, more: &str) {
    std::fs::create_dir_all(context.path("devices")).unwrap();
    context.write("devices/liar.toml", PROFILE);
    let text = format!(
        "gateway = \"{GATEWAY}\"\ndevices_dir = {:?}\n[mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\n\
         [spool]\npath = {:?}\n[clock]\ntrust = \"always\"\n\
         [[bus]]\nname = \"b\"\ntcp = \"127.0.0.1:{port}\"\ninterval_s = 1\n\
         [[bus.device]]\nunit = 1\nprofile = \"liar\"\nstation = \"pond-dongmen-1\"\n{more}\n",
        context.path("devices"),
        context.broker_port(),
        context.path("spool.db"),
    );
    context.write("edge.toml", &text);
    context.hub_config();
}

/// Waits for `count` readings of each parameter, all of which are right from the first on.
fn all_right(context: &Context, count: usize) {
    for (parameter, value) in [("level", 1.23), ("energy_total", 5000.0), ("flow", 77.0)] {
        let readings: Vec<Reading> = wait_for(parameter, || {
            let readings = context.readings(&format!("pond-dongmen-1/{parameter}"));
            if readings.len() >= count { Ok(readings) } else { Err(readings) }
        });
        for reading in readings {
            assert_eq!((reading.value(), reading.flag), (Some(value), Flag::Good), "{reading:?}");
        }
    }
}

fn checked(context: &Context) -> (Option<i32>, String) {
    let (code, printed, told) = outcome(hanqing().arg("check").arg(context.path("edge.toml")));
    (code, printed + &told)
}

#[test]
fn a_device_that_answers_blocks_with_zeros_is_found_and_none_of_them_is_stored() {
    let context = Context::new();
    let device = FakeDevice::start(first_only);
    configure(&context, device.port, "");
    let _broker = mosquitto(&context);
    let _hub = context.hub();
    let mut edge: Process = context.edge();
    all_right(&context, 3);
    let singles = context.status().buses[0].report.units[0].singles.clone();
    assert_eq!(singles, [(Function::Holding, 0, 4), (Function::Holding, 2, 3)]);
    let (code, printed, told) =
        outcome(hanqing().args(["status", "-c"]).arg(context.path("edge.toml")));
    assert_eq!(code, Some(0), "{told}");
    assert!(printed.contains("with zeros in one request"), "{printed}");
    assert_eq!(context.log("edge").matches("each value is read alone from now on").count(), 2);
    edge.kill();
    let known = std::fs::read_to_string(context.path("spool.learned.toml")).unwrap();
    assert_eq!(known.matches("kind = \"single\"").count(), 2, "{known}");

    // Known from the start after a restart.
    let _edge = context.edge();
    all_right(&context, 6);
}

/// Alone, in a document, in rounds, and through a gateway that runs.
#[test]
fn the_read_command_believes_no_block_either() {
    let context = Context::new();
    let device = FakeDevice::start(first_only);
    configure(&context, device.port, "");
    let (folder, edge) = (context.path("devices"), context.path("edge.toml"));
    let tcp = format!("127.0.0.1:{}", device.port);
    let alone = || {
        let mut command = hanqing();
        command.env("HANQING_LANG", "en").args(["read", "--tcp", &tcp, "--unit", "1"]);
        command.args(["--profile", "liar", "--devices-dir"]).arg(&folder);
        command
    };
    let (code, printed, told) = outcome(&mut alone());
    assert_eq!(code, Some(0), "{told}");
    assert!(printed.contains("5000") && printed.contains("77") && printed.contains("1.23"));
    assert!(told.contains("in_parts = true") && told.contains("one by one here"), "{told}");
    let wrong =
        |bus: &str| json!([{"bus": bus, "unit": 1, "function": 3, "address": 0, "count": 5}]);
    let right = |document: &Value| {
        let values = document["readings"].as_array().unwrap().iter().map(|r| r["value"].clone());
        assert_eq!(values.collect::<Vec<_>>(), [1.23, 5000.0, 77.0], "{document}");
    };
    let (code, printed, _) = outcome(alone().args(["--json", "--every", "1", "--times", "2"]));
    assert_eq!(code, Some(0));
    for line in printed.lines() {
        let document: Value = serde_json::from_str(line).unwrap();
        right(&document);
        let bus = document["readings"][0]["bus"].as_str().unwrap();
        assert_eq!(document["wrong_blocks"], wrong(bus), "{document}");
    }
    let _edge = context.edge();
    wait_for("a poll", || {
        let polls = context.status().buses[0].report.polls;
        if polls >= 1 { Ok(()) } else { Err(polls) }
    });
    let (code, printed, told) = outcome(hanqing().args(["read", "--json", "-c"]).arg(edge));
    assert_eq!(code, Some(0), "{told}");
    right(&serde_json::from_str(&printed).unwrap());
}

#[test]
fn the_probe_command_shows_what_registers_read_alone() {
    let device = FakeDevice::start(first_only);
    let tcp = format!("127.0.0.1:{}", device.port);
    let probe = |more: &[&str]| {
        let mut command = hanqing();
        command.env("HANQING_LANG", "en").args(["probe", "--tcp", &tcp, "--unit", "1"]);
        outcome(command.args(["--address", "2", "--expect", "5000"]).args(more))
    };
    let (code, printed, told) = probe(&["--json"]);
    assert_eq!(code, Some(0), "{told}");
    let document: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((&document["address"], &document["words"]), (&json!(1), &json!([9, 0, 50_000])));
    assert_eq!(document["candidates"][0]["value"], 5000.0, "{document}");
    let hints = document["hints"].to_string();
    assert!(hints.contains("in_parts = true") && hints.contains("one by one here"), "{hints}");
    let (code, printed, _) = probe(&[]);
    assert_eq!(code, Some(0));
    assert!(printed.contains("50000") && !printed.contains("No interpretation"), "{printed}");
}

#[test]
fn a_device_of_one_register_a_request_is_read_where_its_values_may_come_in_parts() {
    let context = Context::new();
    let device = FakeDevice::start(one_at_a_time);
    configure(&context, device.port, "registers_max = 1");
    let (code, said) = checked(&context);
    assert_ne!(code, Some(0));
    assert!(said.contains("registers_max") && said.contains("in_parts = true"), "{said}");

    configure(&context, device.port, "registers_max = 1\nin_parts = true");
    let (code, said) = checked(&context);
    assert_eq!(code, Some(0), "{said}");
    let _broker = mosquitto(&context);
    let _hub = context.hub();
    let _edge = context.edge();
    all_right(&context, 3);
}

#[test]
fn a_device_whose_values_are_zero_is_believed() {
    let context = Context::new();
    let device = FakeDevice::start(|question: &Question| {
        let mut words = held(question);
        let zero = |at: u16| at != 0;
        for (word, at) in words.iter_mut().zip(question.address..) {
            *word = if zero(at) { 0 } else { *word };
        }
        Deed::Send(question.registers(&words))
    });
    configure(&context, device.port, "");
    let _broker = mosquitto(&context);
    let _hub = context.hub();
    let _edge = context.edge();
    let flows = wait_for("three polls", || {
        let flows = context.readings("pond-dongmen-1/flow");
        if flows.len() >= 3 { Ok(flows) } else { Err(flows) }
    });
    assert!(flows.iter().all(|flow| flow.value() == Some(0.0)), "{flows:?}");
    assert!(context.status().buses[0].report.units[0].singles.is_empty());
}
