//! What hosts and Home Assistant learn of a gateway's life: births and deaths, in every way in which a connection ends.

use std::process::Command;

use hanqing::interop::sparkplug::{BOOLEAN, Metric, Payload, REBIRTH, Value as Number};
use serde_json::{Value, json};

use super::heard::Heard;
use super::{configure, field, stop, view};
use crate::context::{Context, GATEWAY, free_port, repository, wait_for};
use crate::faulty_line::{FaultyLine, Mode};
use crate::interop_formats::{directory, read_by};
use crate::peers::{mosquitto, mosquitto_with, publish};
use crate::tls::{make_for, mqtt, office};

const GROUP: &str = "赤水 镇";

/// Waits until so many messages of the node's have come, of this type.
fn came(heard: &Heard, kind: &str, count: usize) {
    wait_for(kind, || {
        let all = heard.of(&format!("spBv1.0/{GROUP}/{kind}/"));
        if all.len() >= count { Ok(()) } else { Err(all.len()) }
    });
}

/// What the node has published, in hexadecimal.
fn of_node(heard: &Heard) -> Vec<[String; 2]> {
    let all = heard.of("spBv1.0/").into_iter().filter(|(topic, _)| !topic.contains("/NCMD/"));
    let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    all.map(|(topic, payload)| [topic, hex(payload)]).collect()
}

/// The same as pysparkplug reads it.
fn read_by_pysparkplug(messages: &[[String; 2]]) -> Vec<Value> {
    let mut program = Command::new(directory("HANQING_TEST_PYTHON", "tests/.venv/bin/python"));
    program.arg(repository("tests/sparkplug_decode.py"));
    read_by(&mut program, messages).as_array().unwrap().clone()
}

/// Follows a node as a host does: every message belongs to a birth, none is left out, and a death ends the birth whose
/// number it has. Returns the numbers of the births of the node: one a connection, and again where a host has asked.
fn follow(messages: &[Value]) -> Vec<u64> {
    let mut births: Vec<u64> = Vec::new();
    let mut next = None;
    for message in messages {
        let kind = message["type"].as_str().unwrap();
        let number = |name: &str| {
            let metrics = message["metrics"].as_array().unwrap();
            metrics.iter().find(|metric| metric[0] == name).unwrap()[2].as_u64().unwrap()
        };
        match kind {
            "NBIRTH" => {
                let number = number("bdSeq");
                let expected =
                    births.last().map(|last| if next.is_some() { *last } else { last + 1 });
                assert_eq!(number, expected.unwrap_or(number), "{message}");
                assert_eq!(message["seq"], 0, "{message}");
                births.push(number);
                next = Some(1);
            }
            "NDEATH" => {
                assert!(next.take().is_some(), "{message}");
                assert_eq!(Some(&number("bdSeq")), births.last(), "{message}");
            }
            _ => {
                let expected = next.unwrap_or_else(|| panic!("no birth: {message}"));
                assert_eq!(message["seq"], expected, "{message}");
                next = Some((expected + 1) % 256);
            }
        }
    }
    assert_eq!(next, None, "the node is dead in the end");
    births
}

#[test]
fn a_sparkplug_host_follows_a_node_through_every_end_of_its_connection() {
    let context = Context::new();
    let field = field(2);
    let _broker = mosquitto(&context);
    let heard = Heard::at(context.broker_port());
    let line = FaultyLine::to(context.broker_port());
    let views = format!(
        "[[view]]\nname = \"scada\"\nmqtt.url = \"mqtt://127.0.0.1:{}\"\nformat.sparkplug = {{ group = \"{GROUP}\" }}\n",
        line.port
    );
    configure(&context, &field, 2, &views);
    let mut edge = context.edge();
    came(&heard, "DDATA", 4);
    // A host asks for everything again.
    let asked = Metric {
        name: Some(REBIRTH.to_owned()),
        datatype: Some(BOOLEAN),
        value: Some(Number::Boolean(true)),
        ..Metric::default()
    };
    let asked = Payload { metrics: vec![asked], ..Payload::default() }.to_bytes();
    let topic = format!("spBv1.0/{GROUP}/NCMD/{GATEWAY}");
    publish(context.broker_port(), &[(&topic, asked)], false);
    came(&heard, "NBIRTH", 2);
    // The line is cut.
    line.set(Mode::Refuse);
    came(&heard, "NDEATH", 1);
    wait_for("readings that wait", || {
        let scada = view(&context, "scada");
        if scada.backlog >= 6 { Ok(()) } else { Err(scada) }
    });
    line.set(Mode::Pass);
    came(&heard, "NBIRTH", 3);
    let caught_up = heard.of(&format!("spBv1.0/{GROUP}/DDATA/")).len() + 6;
    came(&heard, "DDATA", caught_up);
    // It is killed.
    edge.kill();
    came(&heard, "NDEATH", 2);
    edge = context.edge();
    came(&heard, "NBIRTH", 4);
    let caught_up = heard.of(&format!("spBv1.0/{GROUP}/DDATA/")).len() + 4;
    came(&heard, "DDATA", caught_up);
    // It ends in order.
    stop(&mut edge);
    came(&heard, "NDEATH", 3);

    let messages = of_node(&heard);
    let read = read_by_pysparkplug(&messages);
    let births = follow(&read);
    let [first, again, after_cut, after_kill] = births[..] else { panic!("{births:?}") };
    assert_eq!(first, again);
    assert!(after_cut > first && after_kill > after_cut, "{births:?}");
    // What waited is no news, what came afterwards is.
    let old = |message: &&Value| message["type"] == "DDATA" && message["metrics"][0][3] == true;
    assert!(read.iter().filter(old).count() >= 3, "{read:?}");
    let news = |message: &&Value| message["type"] == "DDATA" && message["metrics"][0][3] == false;
    assert!(read.iter().filter(news).count() >= 8, "{read:?}");
    // Only a death by itself has a time: a last will is written before anybody knows when.
    let deaths = read.iter().filter(|message| message["type"] == "NDEATH");
    let timed: Vec<bool> = deaths.map(|death| !death["metrics"][0][5].is_null()).collect();
    assert_eq!(timed, [false, false, true]);

    let mut tahu = Command::new("node");
    tahu.arg(repository("tests/it/interop_formats/decode.mjs"))
        .arg(directory("HANQING_TEST_NODE_MODULES", "tests/.node/node_modules"));
    let also = read_by(&mut tahu, &messages);
    let numbers = |all: &[Value]| -> Vec<Value> {
        all.iter().map(|message| message.get("seq").cloned().unwrap_or_default()).collect()
    };
    assert_eq!(numbers(also.as_array().unwrap()), numbers(&read));
}

#[test]
fn home_assistant_is_told_whether_the_gateway_is_there_and_what_is_gone() {
    let context = Context::new();
    let field = field(1);
    let _broker = mosquitto(&context);
    let port = context.broker_port();
    // A series of before, and one of somebody else's.
    let config =
        |gateway: &str| format!("homeassistant/sensor/hanqing_{gateway}/gone_level/config");
    let (ours, others) = (config(GATEWAY), config("gw-other"));
    publish(port, &[(&ours, b"{}".to_vec()), (&others, b"{}".to_vec())], true);
    let heard = Heard::at(port);
    let views = "[[view]]\nname = \"home\"\nformat.home_assistant = { state_prefix = \"home\" }\n";
    configure(&context, &field, 1, views);
    let availability = format!("home/{GATEWAY}/availability");
    let told = || -> Vec<String> {
        let all = heard.of(&availability).into_iter();
        all.map(|(_, payload)| String::from_utf8(payload).unwrap()).collect()
    };
    let wait_until = |expected: &[&str]| {
        wait_for("its availability", || match told() {
            told if told == expected => Ok(()),
            told => Err(told),
        });
    };
    let configs = || heard.of("homeassistant/sensor/hanqing_gw-test/pond-01_level/config").len();
    let mut edge = context.edge();
    wait_until(&["online"]);
    wait_for("the end of what is gone", || match heard.of(&ours) {
        all if all.last().is_some_and(|(_, payload)| payload.is_empty()) => Ok(()),
        all => Err(all),
    });
    assert_eq!(configs(), 1);
    edge.kill();
    wait_until(&["online", "offline"]);
    edge = context.edge();
    wait_until(&["online", "offline", "online"]);
    // Home Assistant has started.
    publish(port, &[("homeassistant/status", b"online".to_vec())], false);
    wait_until(&["online", "offline", "online", "online"]);
    assert_eq!(configs(), 3);
    stop(&mut edge);
    wait_until(&["online", "offline", "online", "online", "offline"]);
    assert_eq!(heard.of(&others).len(), 1);
}

#[test]
fn a_connection_that_ends_for_new_certificates_ends_with_a_death() {
    let context = Context::new();
    let field = field(1);
    let certificates = office(&context, "certs");
    let (plain, port) = (free_port(), context.broker_port());
    let file = |name: &str| certificates.join(name).display().to_string();
    let config = format!(
        // As root, mosquitto becomes a user who cannot look into the folder of a test.
        "user root\nper_listener_settings true\nlistener {plain} 127.0.0.1\nallow_anonymous true\n\
         listener {port} 127.0.0.1\ncafile {}\ncertfile {}\nkeyfile {}\nrequire_certificate true\n\
         use_identity_as_username true\n",
        file("ca.pem"),
        file("broker.pem"),
        file("broker.key"),
    );
    let _broker = mosquitto_with(&context, &config, plain);
    let heard = Heard::at(plain);
    let own = mqtt(&context, "certs", GATEWAY).replace("[mqtt]", "[view.mqtt]");
    configure(
        &context,
        &field,
        1,
        &format!("[[view]]\nname = \"scada\"\nformat.sparkplug = {{ group = \"{GROUP}\" }}\n{own}"),
    );
    // Its own delivery goes where no certificate is asked for.
    let text = std::fs::read_to_string(context.path("edge.toml")).unwrap();
    let text =
        text.replace(&format!("mqtt://127.0.0.1:{port}"), &format!("mqtt://127.0.0.1:{plain}"));
    context.write("edge.toml", &text);
    let mut edge = context.edge();
    came(&heard, "DDATA", 2);
    // Of the same authority.
    std::fs::create_dir(context.path("renewed")).unwrap();
    for name in ["ca.pem", "ca.key"] {
        std::fs::copy(certificates.join(name), context.path("renewed").join(name)).unwrap();
    }
    make_for("", &context, "renewed", &["client", GATEWAY]);
    for name in [format!("{GATEWAY}.pem"), format!("{GATEWAY}.key")] {
        std::fs::copy(context.path("renewed").join(&name), certificates.join(&name)).unwrap();
    }
    came(&heard, "NDEATH", 1);
    came(&heard, "NBIRTH", 2);
    stop(&mut edge);
    came(&heard, "NDEATH", 2);
    let read = read_by_pysparkplug(&of_node(&heard));
    let births = follow(&read);
    assert_eq!(births[1], births[0] + 1);
    let deaths: Vec<&Value> = read.iter().filter(|message| message["type"] == "NDEATH").collect();
    assert!(deaths.iter().all(|death| !death["metrics"][0][5].is_null()), "{}", json!(deaths));
}
