//! Readings that other programs publish, by a real broker to a real hub: each format, what is refused, and what comes
//! twice.

mod sparkplug;

use hanqing::core::{Flag, Reading, Reason};
use hanqing::wire::MESSAGE_SIZE_MAX;
use jiff::{SignedDuration, Timestamp};
use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use serde_json::{Value, json};

use crate::context::{Context, Process, get, wait_for};
use crate::office::office;
use crate::peers::{listener, publish};

/// A publisher of each format, and one whose station another gateway has.
const PUBLISHERS: &str = r#"
[[publisher]]
gateway = "county-weather"
format = "telegraf_json"
topics = ["telegraf/#"]
interval_s = 300
[[publisher.series]]
station = "rain-dongmen-1"
parameter = "rainfall_total"
unit = "cm"
max_rate_per_hour = 20
measurement = "weather station"
field = "rain"
tags = { place = "东门" }
[[publisher.series]]
station = "rain-dongmen-1"
parameter = "air_temperature"
unit = "degC"
measurement = "weather station"
field = "temp"
tags = { place = "东门" }

[[publisher]]
gateway = "levels"
format = "line_protocol"
topics = ["influx/+"]
interval_s = 300
[[publisher.series]]
station = "pond-dongmen-1"
parameter = "level"
unit = "cm"
scale = 0.1
offset = 21800
quality = { expected = [218.5, 221] }
measurement = "level"
field = "mm"
[[publisher.series]]
station = "pond-dongmen-2"
parameter = "level"
unit = "m"
measurement = "level"
field = "second"

[[publisher]]
gateway = "soil"
format = "chirpstack"
topics = ["application/+/device/+/event/up"]
interval_s = 3600
[[publisher.series]]
station = "soil-1"
parameter = "soil_moisture"
unit = "%"
dev_eui = "A840410001818424"
pointer = "/water_SOIL"

[[publisher]]
gateway = "soil-ttn"
format = "things_stack"
topics = ["v3/+/devices/+/up"]
interval_s = 3600
[[publisher.series]]
station = "soil-2"
parameter = "soil_temperature"
unit = "degC"
dev_eui = "0004A30B001C0530"
pointer = "/temperature"

[[publisher]]
gateway = "home-made"
format = "json"
topics = ["tank/+/state"]
interval_s = 600
arrival_time = true
[[publisher.series]]
station = "tank-dongmen-1"
parameter = "level"
unit = "m"
topic = "tank/1/state"
pointer = ""
[[publisher.series]]
station = "tank-dongmen-1"
parameter = "run_state"
unit = "1"
topic = "tank/2/state"
pointer = "/pump"

[[publisher]]
gateway = "plant"
format = "sparkplug"
topics = ["spBv1.0/County/#"]
interval_s = 60
rebirth = true
[[publisher.series]]
station = "well-dongmen-1"
parameter = "level"
unit = "m"
group = "County"
node = "Edge 1"
metric = "Inputs/Level"
[[publisher.series]]
station = "pump-dongmen-1"
parameter = "power"
unit = "W"
group = "County"
node = "Edge 1"
device = "Pump 1"
metric = "Power"
[[publisher.series]]
station = "pump-dongmen-1"
parameter = "run_state"
unit = "1"
group = "County"
node = "Edge 1"
device = "Pump 1"
metric = "Running"
"#;

struct World {
    context: Context,
    hub: Process,
    _broker: Process,
}

impl World {
    fn open() -> Self {
        Self::open_with(PUBLISHERS)
    }

    fn open_with(publishers: &str) -> Self {
        Self::open_by("auto", publishers)
    }

    /// With this version of MQTT.
    fn open_by(protocol: &str, publishers: &str) -> Self {
        let context = Context::new();
        let text = std::fs::read_to_string(context.hub_config()).unwrap();
        let text = text.replace("[mqtt]\n", &format!("[mqtt]\nprotocol = {protocol:?}\n"));
        context.write("hub.toml", &format!("{text}{publishers}"));
        let (_broker, hub) = office(&context);
        Self { context, hub, _broker }
    }

    fn publish<T: Clone + Into<Vec<u8>>>(&self, messages: &[(&str, T)]) {
        self.publish_as(messages, false);
    }

    fn publish_as<T: Clone + Into<Vec<u8>>>(&self, messages: &[(&str, T)], retained: bool) {
        let messages: Vec<(&str, Vec<u8>)> =
            messages.iter().map(|(topic, payload)| (*topic, payload.clone().into())).collect();
        publish(self.context.broker_port(), &messages, retained);
    }

    /// Kills the hub, and starts it again.
    fn restart(&mut self) {
        self.hub.kill();
        let connections =
            self.context.log("hub").matches("connected to the broker protocol").count();
        self.hub = self.context.hub();
        wait_for("the hub again", || {
            let log = self.context.log("hub");
            let count = log.matches("connected to the broker protocol").count();
            if count > connections { Ok(()) } else { Err(log) }
        });
    }

    /// The readings of a series, once there are so many.
    fn readings(&self, series: &str, count: usize) -> Vec<Reading> {
        wait_for(series, || {
            let readings = self.context.readings(series);
            let log = self.context.log("hub");
            if readings.len() >= count { Ok(readings) } else { Err((readings.len(), log)) }
        })
    }

    /// The only reading of a series: value, flag, reason, time.
    fn one(&self, series: &str) -> (Option<f64>, Flag, Option<Reason>, Timestamp) {
        let readings = self.readings(series, 1);
        let [one] = &readings[..] else { panic!("{series}: {readings:?}") };
        (one.value(), one.flag, one.reason, one.observed_at)
    }

    /// A gateway's row, once it is as wanted.
    fn row(&self, gateway: &str, is: impl Fn(&Value) -> bool) -> Value {
        wait_for(gateway, || {
            let overview = self.context.overview();
            let rows = overview["gateways"].as_array().cloned().unwrap_or_default();
            let row = rows.iter().find(|row| row["id"] == gateway).cloned();
            row.filter(&is).ok_or_else(|| format!("{rows:#?}"))
        })
    }
}

/// A minute ago, to the second.
fn lately() -> Timestamp {
    let at = Timestamp::now() - SignedDuration::from_mins(1);
    Timestamp::from_second(at.as_second()).unwrap()
}

fn telegraf(at: Timestamp, rain: &str) -> String {
    format!(
        r#"{{"metrics":[{{"name":"weather station","tags":{{"place":"东门","host":"x"}},
            "fields":{{"rain":{rain},"temp":-70.5,"wind":3}},"timestamp":{0}}},
            {{"name":"cpu","tags":{{}},"fields":{{"usage_idle":99}},"timestamp":{0}}}]}}"#,
        at.as_second()
    )
}

fn chirpstack(at: Timestamp) -> String {
    json!({"deduplicationId": "3ac7e3c4", "time": at.to_string(), "deviceInfo": {"devEui": "a840410001818424", "deviceName": "LSE01"},
        "fPort": 2, "data": "qg==", "object": {"water_SOIL": 31.5, "temp_SOIL": 18.2}})
    .to_string()
}

fn things_stack(at: Timestamp) -> String {
    json!({"end_device_ids": {"device_id": "dev1", "dev_eui": "0004A30B001C0530"}, "received_at": at.to_string(),
        "uplink_message": {"f_port": 1, "decoded_payload": {"temperature": 17.25}, "received_at": at.to_string()}})
    .to_string()
}

#[test]
fn readings_of_each_format_are_stored_as_a_gateways_and_nothing_is_acknowledged() {
    let world = World::open();
    let acks = listener(world.context.broker_port(), "hanqing/v1/county-weather/ack".into());
    let other_acks = listener(world.context.broker_port(), "hanqing/v1/gw-x/ack".into());
    let at = lately();
    let ns = at.as_nanosecond();
    world.publish(&[
        ("telegraf/raynor/weather", telegraf(at, "1.5")),
        (
            "influx/a",
            format!("level,place=东门 mm=15000i {ns}\nlevel mm=99000i {}\n", ns + 1_000_000_000),
        ),
        ("application/17c8/device/a840410001818424/event/up", chirpstack(at)),
        ("v3/app1@ttn/devices/dev1/up", things_stack(at)),
        ("tank/1/state", "1.25".into()),
        ("tank/2/state", r#"{"pump":true}"#.into()),
    ]);
    assert_eq!(world.one("rain-dongmen-1/rainfall_total"), (Some(15.0), Flag::Good, None, at));
    let cold = (Some(-70.5), Flag::Fail, Some(Reason::OutOfRange), at);
    assert_eq!(world.one("rain-dongmen-1/air_temperature"), cold);
    let levels = world.readings("pond-dongmen-1/level", 2);
    let seen: Vec<_> = levels.iter().map(|one| (one.value(), one.flag, one.reason)).collect();
    let unexpected = (Some(317.0), Flag::Suspect, Some(Reason::Unexpected));
    assert_eq!(seen, [(Some(233.0), Flag::Suspect, Some(Reason::Unexpected)), unexpected]);
    assert_eq!(world.one("soil-1/soil_moisture"), (Some(31.5), Flag::Good, None, at));
    assert_eq!(world.one("soil-2/soil_temperature"), (Some(17.25), Flag::Good, None, at));
    let (level, flag, _, arrived) = world.one("tank-dongmen-1/level");
    assert_eq!((level, flag), (Some(1.25), Flag::Good));
    assert!(arrived > at && arrived <= Timestamp::now(), "{arrived}");
    assert_eq!(world.one("tank-dongmen-1/run_state").0, Some(1.0));

    let batch = format!(
        r#"{{"v":1,"gateway":"gw-x","epoch":"00000000000000ff","seq":1,"at":{},"series":["pond-dongmen-2/level"],"readings":[[0,0,219.5]]}}"#,
        at.as_millisecond()
    );
    world.publish(&[("hanqing/v1/gw-x/readings", batch)]);
    wait_for("an acknowledgement of a gateway", || {
        other_acks.try_recv().map_err(|e| e.to_string())
    });
    assert!(acks.try_recv().is_err(), "a publisher was acknowledged");

    let row = world.row("county-weather", |row| row["last_seen"].is_string());
    assert_eq!(row["publisher"]["format"], "telegraf_json");
    assert_eq!(row["publisher"]["unmapped"], 2);
    assert_eq!(row["publisher"]["names"], json!(["weather station wind", "cpu usage_idle"]));
    assert_eq!((&row["pinned"], &row["online"]), (&json!(["rain-dongmen-1"]), &json!(true)));
    let never = world.row("plant", |_| true);
    assert_eq!(never["last_seen"], Value::Null);
    let overview = wait_for("the level on the page", || {
        let overview = world.context.overview();
        let sources = overview["sources"].as_array().cloned().unwrap_or_default();
        let tank = sources.iter().find(|row| row["id"] == "tank-dongmen-1").cloned();
        tank.filter(|tank| tank["level_m"] == 1.25).ok_or(sources)
    });
    assert_eq!(overview["flag"], 1);
}

#[test]
fn what_is_wrong_is_set_aside_and_another_gateways_station_stays_its_own() {
    let mut world = World::open();
    let at = lately();
    let ms = at.as_millisecond();
    let batch = format!(
        r#"{{"v":1,"gateway":"gw-x","epoch":"00000000000000ff","seq":1,"at":{ms},"series":["pond-dongmen-2/level"],"readings":[[0,0,219.5]]}}"#
    );
    world.publish(&[("hanqing/v1/gw-x/readings", batch)]);
    world.readings("pond-dongmen-2/level", 1);
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let of = |year: &str| year.parse::<Timestamp>().unwrap().as_nanosecond();
    let line = |at: i128| format!("level mm=15000i {at}");
    let ns = at.as_nanosecond();
    let simulated = things_stack(at).replacen('{', "{\"simulated\":true,", 1);
    let messages: Vec<(&str, Vec<u8>, &str)> = vec![
        ("influx/a", format!("level second=1.5 {ns}").into(), "belongs to gw-x"),
        ("influx/a", line(of("1970-01-02T00:00:00Z")).into(), "1970-01-02"),
        ("influx/a", line(of("2090-01-01T00:00:00Z")).into(), "2090-01-01"),
        ("influx/a", "level mm=15000i".into(), "has no time"),
        ("influx/a", format!("level mm=\"high\" {ns}").into(), "level, \"high\", is no number"),
        ("influx/a", "level mm".into(), "line 1 is no line protocol"),
        ("influx/a", format!("level mm=99999999999999999999i {ns}").into(), "integer"),
        ("influx/a", format!("level mm=NaN {ns}").into(), "line 1 is no line protocol"),
        ("influx/a", format!("level,a=1,a=2 mm=1i {ns}").into(), "the tag a of level stands twice"),
        ("influx/a", b"level mm=1\xff".to_vec(), "no text in UTF-8 from byte 10 on"),
        ("telegraf/x", deep.into(), "nested deeper than 128"),
        ("telegraf/x", "{\"metrics\":".into(), "ends too early"),
        ("telegraf/x", telegraf(at, "1e999").into(), "the number is too large"),
        ("telegraf/x", telegraf(at, "1,\"rain\":2").into(), "the key rain stands twice"),
        ("telegraf/x", telegraf(at, "[1]").into(), "rainfall_total, [...], is no number"),
        ("telegraf/x", r#"{"metrics":[7]}"#.into(), "metrics[0] is no metric"),
        ("tank/2/state", r#"{"pump":"on"}"#.into(), "run_state, \"on\", is no number"),
        ("tank/1/state", "true".into(), "is true, and level is no state"),
        ("application/1/device/2/event/up", "{}".into(), "DevEUI"),
        ("v3/a/devices/b/up", simulated.into(), "was simulated"),
        ("spBv1.0/County/NDATA/Edge 1", "{}".into(), "Sparkplug"),
        ("hanqing/v1/levels/readings", "{}".into(), "name of a [[publisher]]"),
        ("influx/a", vec![b' '; MESSAGE_SIZE_MAX + 1], "larger than 262144"),
    ];
    let sent: Vec<(&str, Vec<u8>)> =
        messages.iter().map(|(topic, payload, _)| (*topic, payload.clone())).collect();
    // Of more than fifteen at once, while it writes, the hub only keeps count.
    let mut set_aside = Vec::new();
    for some in sent.chunks(8) {
        world.publish(some);
        let expected = set_aside.len() + some.len();
        set_aside = wait_for("the quarantine", || {
            let rows = world.context.quarantine();
            if rows.len() >= expected { Ok(rows) } else { Err((rows, world.context.log("hub"))) }
        });
    }
    assert_eq!(set_aside.len(), messages.len(), "{set_aside:#?}");
    for (topic, _, says) in &messages {
        let told = set_aside.iter().any(|(at, problem)| {
            (at == topic || at == "hanqing/v1/levels/readings") && problem.contains(says)
        });
        assert!(told, "{topic}: {says}: {set_aside:#?}");
    }
    assert_eq!(world.readings("pond-dongmen-2/level", 1).len(), 1, "gw-x has it alone");
    // A null is no value, and what comes after all this is stored.
    world.publish(&[("tank/1/state", "null".into()), ("influx/a", line(ns))]);
    assert_eq!(world.one("pond-dongmen-1/level").0, Some(233.0));
    let (value, flag, reason, _) = world.one("tank-dongmen-1/level");
    assert_eq!((value, flag, reason), (None, Flag::Missing, Some(Reason::Invalid)));
    let row = world.row("levels", |row| row["notes"].as_array().is_some_and(|n| !n.is_empty()));
    assert_eq!(row["pinned"], json!(["pond-dongmen-1"]));
    let metrics = get(world.context.page_port(), "/metrics").unwrap();
    for line in [
        "hanqing_hub_gateway_quarantined_total{gateway=\"levels\"} 9",
        "hanqing_hub_gateway_refused_total{gateway=\"levels\"} 3",
        "hanqing_hub_publisher_refused_total{gateway=\"county-weather\"} 6",
        "hanqing_hub_publisher_messages_total{gateway=\"home-made\"} 3",
    ] {
        assert!(metrics.lines().any(|told| told == line), "{line}\n{metrics}");
    }
    assert!(world.hub.runs() && !world.context.log("hub").contains("panicked"));
}

#[test]
fn what_comes_twice_counts_once_and_a_restart_goes_on_where_it_was() {
    let mut world = World::open();
    let at = lately();
    let message = |s: i64| {
        let at = at + SignedDuration::from_secs(s);
        ("influx/a", format!("level mm=15000i {}", at.as_nanosecond()))
    };
    let numbers = |world: &World| {
        let gateways = world.context.store().gateways().unwrap();
        let row = gateways.into_iter().find(|row| row.gateway.as_str() == "levels").unwrap();
        assert!(row.gaps().is_empty() && row.delivered.len() == 1, "{row:?}");
        row.delivered.values().next().and_then(|set| set.last())
    };
    world.publish(&[message(0), message(0), message(1), message(0)]);
    // The broker keeps it, and gives it to the hub again when it comes back.
    let retained = message(2);
    world.publish_as(&[retained], true);
    world.publish_as(&[("tank/1/state", "1.5")], true);
    world.readings("pond-dongmen-1/level", 3);
    world.readings("tank-dongmen-1/level", 1);
    wait_for("five numbers", || match numbers(&world) {
        Some(5) => Ok(()),
        other => Err(other),
    });
    world.restart();
    world.publish(&[message(0), message(3)]);
    let levels = world.readings("pond-dongmen-1/level", 4);
    assert_eq!(levels.len(), 4, "{levels:?}");
    wait_for("three numbers more", || match numbers(&world) {
        Some(8) => Ok(()),
        other => Err(other),
    });
    // Of the retained one without a time nobody knows when it was.
    let reasons = wait_for("the quarantine", || match world.context.quarantine() {
        rows if rows.is_empty() => Err(world.context.log("hub")),
        rows => Ok(rows),
    });
    assert!(reasons[0].1.contains("had retained it"), "{reasons:?}");
    assert_eq!(world.context.readings("tank-dongmen-1/level").len(), 1);
}

/// A gauge that jumps, and a register, by name.
const TESTED: &str = r#"
[[publisher]]
gateway = "tested"
format = "json"
topics = ["tested/+"]
interval_s = 60
records = "/data"
time = "/t"
time_form = "ms"
[[publisher.series]]
station = "pond-dongmen-3"
parameter = "level"
unit = "m"
quality = { spike = [0.2, 1] }
pointer = "/level"
[[publisher.series]]
station = "rain-dongmen-9"
parameter = "rainfall_total"
unit = "mm"
max_rate_per_hour = 1000
pointer = "/rain"
"#;

#[test]
fn what_comes_again_keeps_its_verdict_and_adds_nothing_to_a_register() {
    let mut world = World::open_with(TESTED);
    let begin = lately() - SignedDuration::from_mins(10);
    let record = |n: i64, level: f64, rain: f64| {
        let at = begin + SignedDuration::from_mins(n);
        json!({"t": at.as_millisecond(), "level": level, "rain": rain})
    };
    let message = json!({"data": [
        record(2, 225.0, 11.0), record(0, 220.0, 10.0), record(3, 220.1, 12.5), record(1, 220.0, 11.0),
    ]})
    .to_string();
    let seen = |world: &World| {
        let levels = world.readings("pond-dongmen-3/level", 4).into_iter();
        levels.map(|one| (one.value(), one.flag)).collect::<Vec<_>>()
    };
    let rain = |world: &World| {
        let series = "rain-dongmen-9/rainfall_total".parse().unwrap();
        let (from, to) = (begin - SignedDuration::from_hours(2), Timestamp::now());
        let hours = world.context.store().hours(&series, from, to).unwrap();
        hours.iter().filter_map(|hour| hour.increment).sum::<f64>()
    };
    let expected = [
        (Some(220.0), Flag::Good),
        (Some(220.0), Flag::Good),
        (Some(225.0), Flag::Fail),
        (Some(220.1), Flag::Good),
    ];
    world.publish_as(&[("tested/1", message.as_str())], true);
    assert_eq!((seen(&world), rain(&world)), (expected.to_vec(), 2.5));
    let numbers = |world: &World, wanted: u64| {
        wait_for("numbers", || {
            let gateways = world.context.store().gateways().unwrap();
            let row = gateways.into_iter().find(|row| row.gateway.as_str() == "tested").unwrap();
            let last = row.delivered.values().next().and_then(|set| set.last());
            if last == Some(wanted) { Ok(()) } else { Err(last) }
        });
    };
    world.publish(&[("tested/1", message.as_str()), ("tested/2", message.as_str())]);
    numbers(&world, 3);
    assert_eq!((seen(&world), rain(&world)), (expected.to_vec(), 2.5));
    // The broker gives what it has kept to the hub that comes back.
    world.restart();
    numbers(&world, 4);
    world.publish(&[("tested/2", message.as_str())]);
    numbers(&world, 5);
    assert_eq!((seen(&world), rain(&world)), (expected.to_vec(), 2.5));
    let metrics = get(world.context.page_port(), "/metrics").unwrap();
    assert!(metrics.contains("\nhanqing_hub_replaced_total 0\n"), "{metrics}");
}

#[test]
fn messages_of_ten_megabytes_and_of_a_thousand_series_harm_nobody() {
    let mut many = String::from(
        "[[publisher]]\ngateway = 'many'\nformat = 'json'\ntopics = ['many/+']\ninterval_s = 60\narrival_time = true\n",
    );
    for n in 0..1000 {
        many += &format!(
            "[[publisher.series]]\nstation = 'many-{n}'\nparameter = 'level'\nunit = 'm'\npointer = '/v{n}'\n"
        );
    }
    let mut world = World::open_with(&many);
    let values: Vec<String> = (0..1000).map(|n| format!("\"v{n}\":{n}")).collect();
    let huge = format!("{{\"v1\":1,\"x\":\"{}\"}}", "x".repeat(10_000_000));
    let mosquitto = publish_large(world.context.broker_port(), "many/1", huge.into_bytes());
    assert!(mosquitto, "the broker has not taken the large message");
    world.publish(&[("many/1", format!("{{{}}}", values.join(",")))]);
    for n in [0, 1, 999] {
        assert_eq!(world.one(&format!("many-{n}/level")).0, Some(f64::from(n)));
    }
    // The broker keeps messages that are too large from the hub, which goes on.
    assert_eq!(world.context.quarantine(), []);
    assert!(world.hub.runs());
    assert_eq!(world.context.log("hub").matches("connected to the broker protocol").count(), 1);
}

#[test]
fn by_mqtt_3_a_message_of_ten_megabytes_costs_a_connection_and_no_gateways_readings() {
    let mut world = World::open_by("3", TESTED);
    let connections = |world: &World| {
        world.context.log("hub").matches("connected to the broker protocol").count()
    };
    for count in 2..5 {
        let huge = vec![b' '; 10_000_000];
        assert!(publish_large(world.context.broker_port(), "tested/1", huge));
        wait_for("another connection", || {
            let made = connections(&world);
            if made >= count { Ok(()) } else { Err(world.context.log("hub")) }
        });
    }
    let at = lately().as_millisecond();
    let batch = format!(
        r#"{{"v":1,"gateway":"gw-x","epoch":"00000000000000ff","seq":1,"at":{at},"series":["pond-dongmen-2/level"],"readings":[[0,0,219.5]]}}"#
    );
    world.publish(&[("hanqing/v1/gw-x/readings", batch)]);
    world.readings("pond-dongmen-2/level", 1);
    assert!(world.hub.runs());
}

/// Publishes a message that is larger than strangers otherwise send. Returns whether the broker has taken it.
fn publish_large(port: u16, topic: &str, payload: Vec<u8>) -> bool {
    let mut options = MqttOptions::new("large", "127.0.0.1", port);
    options.set_max_packet_size(1 << 20, payload.len() + 1024);
    let (client, mut connection) = Client::new(options, 4);
    client.publish(topic, QoS::AtLeastOnce, false, payload).unwrap();
    connection
        .iter()
        .map_while(Result::ok)
        .any(|event| matches!(event, Event::Incoming(Packet::PubAck(_))))
}
