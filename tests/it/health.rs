//! What `/health`, metrics and page of a hub say while it receives, stores or acknowledges nothing, and that they say
//! it no longer once that is over. Times are those of `src/hub/health_tests.rs`, which tries all of it without waiting.

use std::time::Duration;

use hanqing::core::{Reading, Series};
use hanqing::wire::{Batch, Birth, BirthSeries, Epoch, GatewayState, Status};
use jiff::Timestamp;
use rumqttc::{Client, Event, MqttOptions, Packet};

use crate::context::{Context, Process, get, hanqing, looked_for, outcome, wait_for};
use crate::hostile::scene::{logged, tail};
use crate::peers::{mosquitto, mosquitto_with, publish};

const LEVEL: &str = "pond-dongmen-1/level";

/// Longest wait for what is said only after a minute or two.
const PATIENCE: Duration = Duration::from_secs(240);

/// What may be done on each topic but those of acknowledgements.
const WITHOUT_ACKS: &str = "topic readwrite hanqing/v1/+/readings\ntopic readwrite hanqing/v1/+/birth\n\
    topic readwrite hanqing/v1/+/status\n";

fn batch(gateway: &str, seq: u64) -> Vec<u8> {
    let reading = Reading::good(LEVEL.parse().unwrap(), Timestamp::now(), 2.5);
    let (gateway, readings) = (gateway.parse().unwrap(), vec![reading]);
    Batch { gateway, epoch: Epoch(7), seq, clock: None, loss: None, readings }.to_bytes()
}

/// A gateway that polls each second.
fn birth() -> Vec<u8> {
    let series: Series = LEVEL.parse().unwrap();
    let unit = series.parameter.spec().unit;
    let one = BirthSeries { series, unit, interval_s: 1, counter: None };
    Birth::new("0.1.0", "c".into(), vec![one]).to_bytes()
}

fn send(context: &Context, topic: &str, message: Vec<u8>, retained: bool) {
    publish(context.broker_port(), &[(&format!("hanqing/v1/{topic}"), message)], retained);
}

/// A hub that is connected.
fn hub(context: &Context) -> Process {
    let hub = context.hub();
    logged(context, "hub", "connected to the broker");
    hub
}

fn health(context: &Context) -> String {
    get(context.page_port(), "/health").unwrap_or_default()
}

/// Whether the hub says that it fails, with all of these words.
fn fails(context: &Context, words: &[&str]) -> Result<(), String> {
    let said = health(context);
    let told = said.contains(" 503 ") && words.iter().all(|word| said.contains(word));
    if told { Ok(()) } else { Err(said + &tail(&context.log("hub"))) }
}

fn is_well(context: &Context) -> Result<(), String> {
    let said = health(context);
    if said.contains(" 200 OK") { Ok(()) } else { Err(said) }
}

/// Waits as long as something takes that is said after minutes.
fn patiently(what: &str, every: Duration, look: impl FnMut() -> Result<(), String>) {
    if let Err(seen) = looked_for(PATIENCE, every, look) {
        panic!("waited {PATIENCE:?} for {what}; last seen: {seen}");
    }
}

#[test]
fn acknowledgements_that_the_broker_refuses_are_told_while_it_does() {
    let context = Context::new();
    context.hub_config();
    let port = context.broker_port();
    let rights = context.write("rights", WITHOUT_ACKS);
    let config = format!(
        "user root\nlistener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nacl_file {}\n",
        rights.display()
    );
    let broker = mosquitto_with(&context, &config, port);
    let _hub = hub(&context);
    let mut seq = 0;
    let mut another = || {
        seq += 1;
        send(&context, "gw-x/readings", batch("gw-x", seq), false);
    };
    wait_for("the problem", || {
        another();
        fails(&context, &["does not pass on acknowledgements", "gw-x", "hanqing/v1/+/ack"])
    });
    let metrics = get(context.page_port(), "/metrics").unwrap();
    assert!(metrics.contains("hanqing_hub_problem{problem=\"acknowledgements\"} 1\n"), "{metrics}");
    assert!(metrics.contains("hanqing_hub_problem{problem=\"broker\"} 0\n"), "{metrics}");
    wait_for("the head of the page", || {
        let page = get(context.page_port(), "/").map_err(|error| error.to_string())?;
        if page.contains("role=\"alert\"") && page.contains("gw-x") { Ok(()) } else { Err(page) }
    });

    std::fs::write(&rights, format!("{WITHOUT_ACKS}topic readwrite hanqing/v1/+/ack\n")).unwrap();
    let reread =
        std::process::Command::new("kill").args(["-HUP", &broker.0.id().to_string()]).status();
    assert!(reread.unwrap().success());
    wait_for("its end", || {
        another();
        is_well(&context)
    });
    wait_for("its end on the page", || {
        let overview = context.overview();
        if overview["problems"] == serde_json::json!([]) { Ok(()) } else { Err(overview) }
    });
}

#[test]
fn a_retained_message_that_is_too_large_is_told_and_readings_come_all_the_same() {
    let context = Context::new();
    // MQTT 5 keeps such a message away.
    let config = std::fs::read_to_string(context.hub_config()).unwrap();
    context.write("hub.toml", &config.replace("[mqtt]\n", "[mqtt]\nprotocol = 3\n"));
    let _broker = mosquitto(&context);
    send(&context, "gw-x/birth", vec![b'x'; 3 << 19], true);
    let _hub = hub(&context);
    wait_for("the problem", || fails(&context, &["too large"]));
    wait_for("a reading", || {
        send(&context, "gw-x/readings", batch("gw-x", 1), false);
        if context.readings(LEVEL).is_empty() { Err(tail(&context.log("hub"))) } else { Ok(()) }
    });
}

#[test]
fn what_was_set_aside_is_told_until_somebody_drops_it() {
    let context = Context::new();
    context.hub_config();
    let _broker = mosquitto(&context);
    let _hub = hub(&context);
    send(&context, "gw-x/readings", b"hello".to_vec(), false);
    let named = |name: &str| {
        let said = health(&context);
        if said.contains(" 200 OK") && said.contains(name) { Ok(()) } else { Err(said) }
    };
    wait_for("a warning", || named("gw-x: since the start: messages that cannot be read: 1"));
    let mut drop = hanqing();
    drop.args(["quarantine", "drop", "--all", "-c"]).arg(context.path("hub.toml"));
    let (code, said, told) = outcome(&mut drop);
    assert_eq!(code, Some(0), "{said}{told}");
    wait_for("its end", || named("\"warnings\":[]"));
}

#[test]
fn a_batch_that_comes_again_and_again_after_its_acknowledgement_is_told() {
    let context = Context::new();
    context.hub_config();
    let _broker = mosquitto(&context);
    let _hub = hub(&context);
    patiently("the problem", Duration::from_millis(500), || {
        send(&context, "gw-x/readings", batch("gw-x", 1), false);
        fails(&context, &["acknowledgements reach no gateway", "hanqing/v1/gw-x/ack"])
    });
    // It is that gateway's trouble as soon as another one sends.
    wait_for("its end", || {
        send(&context, "gw-y/readings", batch("gw-y", 1), false);
        is_well(&context)
    });
}

#[test]
fn gateways_that_are_online_and_of_which_nothing_comes_are_told() {
    let context = Context::new();
    context.hub_config();
    let _broker = mosquitto(&context);
    let _hub = hub(&context);
    let online = Status::new(GatewayState::Online, Timestamp::now());
    send(&context, "gw-x/birth", birth(), true);
    send(&context, "gw-x/status", online.to_bytes(), true);
    patiently("the problem", Duration::from_secs(1), || {
        fails(&context, &["hanqing/v1/+/readings", "gw-x: online, but no readings have come since"])
    });
    wait_for("its end", || {
        send(&context, "gw-x/readings", batch("gw-x", 1), false);
        is_well(&context)
    });
}

/// Connects with the hub's id, which ends its connection.
fn throw_out(port: u16) {
    let (client, mut connection) =
        Client::new(MqttOptions::new("hanqing-hub", "127.0.0.1", port), 8);
    let accepted = connection.iter().find_map(|event| match event {
        Ok(Event::Incoming(Packet::ConnAck(_))) => Some(()),
        Ok(_) => None,
        Err(error) => panic!("{error}"),
    });
    assert_eq!(accepted, Some(()));
    drop(client);
}

#[test]
fn a_hub_that_is_thrown_out_again_and_again_says_so() {
    let context = Context::new();
    context.hub_config();
    let _broker = mosquitto(&context);
    let _hub = hub(&context);
    patiently("the problem", Duration::from_secs(1), || {
        throw_out(context.broker_port());
        fails(&context, &["the broker"])
    });
    let said = health(&context);
    assert!(said.contains("another client") || said.contains("closed the connection"), "{said}");
}
