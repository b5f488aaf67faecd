//! Messages as the documentation of their publishers shows them, and what is wrong with others.

use jiff::Timestamp;
use proptest::prelude::*;

use super::sparkplug_tests::{BIRTH, DATA, DEVICE_BIRTH, DEVICE_DATA, message, named, node_metric};
use super::*;
use crate::interop::sparkplug as sp;
use crate::locales::Lang;
use crate::wire::READINGS_MAX;

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn metric(measurement: &str, field: &str, tags: &[(&str, &str)]) -> Place {
    let tags = tags.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    Place::Metric { measurement: measurement.into(), field: field.into(), tags }
}

pub(super) fn decoder(format: Format, places: &[Place], form: TimeForm) -> Decoder {
    Decoder::new(format, places, form, Pointers::default())
}

/// Numbers that were found, by the number of their place.
pub(super) fn numbers(decoded: &Decoded) -> Vec<(usize, f64)> {
    let number = |found: &Found| match found.value {
        Value::Number(number) => Some((found.place, number)),
        _ => None,
    };
    decoded.found.iter().filter_map(number).collect()
}

pub(super) fn english(problem: Option<Text>) -> String {
    problem.map(|problem| problem.within(Lang::English)).unwrap_or_default()
}

/// The example of Telegraf's documentation, output data formats: JSON.
const TELEGRAF: &str = r#"{"fields":{"field_1":30,"field_2":4,"field_N":59,"n_images":660},"name":"docker",
    "tags":{"host":"raynor"},"timestamp":1458229140}"#;

/// Of both tags, of one, and of one that looks like both.
const TAGGED: [&str; 3] = [
    r#"{"name":"m","tags":{"x":"a","y":"b","z":"c"},"fields":{"f":1}}"#,
    r#"{"name":"m","tags":{"x":"a","y":"c"},"fields":{"f":2}}"#,
    r#"{"name":"m","tags":{"x":"a\u0000b","y":""},"fields":{"f":3}}"#,
];

#[test]
fn telegraf_metrics_come_alone_and_in_batches() {
    let places = [
        metric("docker", "n_images", &[("host", "raynor")]),
        metric("docker", "n_images", &[("host", "kerrigan")]),
        metric("docker", "field_1", &[]),
    ];
    let mut decoder = decoder(Format::TelegrafJson, &places, TimeForm::S);
    let one = decoder.decode("telegraf/raynor/docker", TELEGRAF.as_bytes()).unwrap();
    let mut found = numbers(&one);
    found.sort_by_key(|(place, _)| *place);
    assert_eq!(found, [(0, 660.0), (2, 30.0)]);
    assert!(one.found.iter().all(|found| found.at == Some(at("2016-03-17T15:39:00Z"))));
    assert_eq!(
        (one.unmapped.count, one.unmapped.first.as_slice()),
        (2, &["docker field_2".to_owned(), "docker field_N".to_owned()][..])
    );

    let batch =
        format!(r#"{{"metrics":[{TELEGRAF},{},7]}}"#, TELEGRAF.replace("raynor", "kerrigan"));
    let both = decoder.decode("telegraf", batch.as_bytes()).unwrap();
    assert_eq!(numbers(&both).len(), 4);
    assert!(numbers(&both).contains(&(1, 660.0)));
    assert!(english(both.refused.problem()).contains("metrics[2] is no metric of Telegraf's"));

    let split = [metric("m", "f", &[("x", "a"), ("y", "b")]), metric("m", "f", &[("x", "a")])];
    let split = TAGGED.map(|text| {
        let mut decoder = self::decoder(Format::TelegrafJson, &split, TimeForm::S);
        numbers(&decoder.decode("t", text.as_bytes()).unwrap())
    });
    assert_eq!(split, [vec![(0, 1.0)], vec![(1, 2.0)], vec![]]);

    let odd = TELEGRAF.replace("1458229140", "\"yesterday\"");
    let odd = decoder.decode("telegraf", odd.as_bytes()).unwrap();
    assert!(odd.found.is_empty());
    let says = "the time of docker, \"yesterday\", is not in the form s";
    assert_eq!(english(odd.refused.problem()), says);
    assert!(decoder.decode("telegraf", b"[1, 2]").is_err());
}

#[test]
fn names_have_whatever_their_publishers_like_in_them() {
    let places = [
        metric("雨量 station/1+#", "1h sum, mm", &[("place", "东门 塘"), ("sensor", "a=b")]),
        metric("m", "f", &[]),
    ];
    let mut decoder = decoder(Format::LineProtocol, &places, TimeForm::Ns);
    let line = "雨量\\ station/1+#,place=东门\\ 塘,sensor=a\\=b 1h\\ sum\\,\\ mm=12.5 1658136855775023242\n\
        m f=1i,s=\"text\"\nm f=t\n# comment\n\nno line\nm f=2u 1";
    let decoded = decoder.decode("any", line.as_bytes()).unwrap();
    assert_eq!(numbers(&decoded), [(0, 12.5), (1, 1.0), (1, 2.0)]);
    assert_eq!(decoded.found[0].at, Some(at("2022-07-18T09:34:15.775Z")));
    assert_eq!(decoded.found[1].at, None);
    assert_eq!(decoded.found[2].value, Value::Truth(true));
    assert_eq!((decoded.unmapped.count, decoded.refused.count), (1, 1));
    assert!(english(decoded.refused.problem()).contains("no line protocol"));
    let windows = decoder.decode("any", b"m f=1 1\r\nm f=2 2\r\n").unwrap();
    assert_eq!((numbers(&windows), windows.refused.count), (vec![(1, 1.0), (1, 2.0)], 0));
    let problem = decoder.decode("any", b"m f=1\xff").unwrap_err();
    assert!(problem.within(Lang::English).contains("from byte 5 on"), "{problem}");
    let twice = decoder.decode("any", b"m,a=1,a=2 f=1\nother,a=1,a=2 f=1").unwrap();
    assert_eq!((twice.found.len(), twice.unmapped.count), (0, 1));
    assert_eq!(
        english(twice.refused.problem()),
        "the tag a of m stands twice, and nobody knows which is meant"
    );
    let twice = decoder.decode("any", b"m f=1,x=2,f=3 1\nm f=4,x=5,x=6 2").unwrap();
    assert_eq!((numbers(&twice), twice.unmapped.count), (vec![(1, 4.0)], 3));
    assert_eq!(
        english(twice.refused.problem()),
        "the field f of m stands twice, and nobody knows which is meant"
    );
}

/// An uplink event as ChirpStack v4 publishes it (documentation, Integrations, Events: `up`).
const CHIRPSTACK: &str = r#"{"deduplicationId":"3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time":"2022-07-18T09:34:15.775023242+00:00",
    "deviceInfo":{"tenantId":"52f14cd4-c6f1-4fbd-8f87-4025e1d49242","tenantName":"ChirpStack",
        "applicationId":"17c82e96-be03-4f38-aef3-f83d48582d97","applicationName":"Test application",
        "deviceProfileId":"14855bf7-d10d-4aee-b618-ebfcb64dc7ad","deviceProfileName":"Test device-profile",
        "deviceName":"Test device","devEui":"0101010101010101","tags":{"key":"value"}},
    "devAddr":"00189440","adr":true,"dr":1,"fCnt":4,"fPort":1,"confirmed":false,"data":"qg==",
    "object":{"level":1.82,"battery":{"v/V":3.6},"door":true,"rain":null,"text":"ok","list":[1,2]},
    "rxInfo":[{"gatewayId":"0016c001f153a14c","uplinkId":4217106255,"rssi":-36,"snr":10.5,"context":"E3OWOQ==",
        "metadata":{"region_name":"eu868","region_common_name":"EU868"}}],
    "txInfo":{"frequency":867100000,"modulation":{"lora":{"bandwidth":125000,"spreadingFactor":11,"codeRate":"CR_4_5"}}}}"#;

fn device(dev_eui: &str, pointer: &str) -> Place {
    Place::Device { dev_eui: super::dev_eui(dev_eui).unwrap(), pointer: pointer.into() }
}

#[test]
fn an_uplink_of_chirpstack_gives_what_its_decoder_found() {
    let places = [
        device("01-01-01-01-01-01-01-01", "/level"),
        device("0101010101010101", "/battery/v~1V"),
        device("0101010101010101", "/rain"),
        device("0101010101010101", "/text"),
        device("0101010101010101", "/not/in/this/one"),
    ];
    let mut decoder = decoder(Format::Chirpstack, &places, TimeForm::S);
    let decoded =
        decoder.decode("application/17c8/device/0101/event/up", CHIRPSTACK.as_bytes()).unwrap();
    assert_eq!(numbers(&decoded), [(0, 1.82), (1, 3.6)]);
    assert!(decoded.found.iter().all(|found| found.at == Some(at("2022-07-18T09:34:15.775Z"))));
    assert_eq!(decoded.found[2].value, Value::Nothing);
    assert_eq!(decoded.found[3].value, Value::Other("\"ok\"".into()));
    assert_eq!(
        decoded.unmapped.first,
        ["0101010101010101 /door", "0101010101010101 /list/0", "0101010101010101 /list/1"]
    );
    let other = CHIRPSTACK.replace("0101010101010101", "0202020202020202");
    let other = decoder.decode("x/up", other.as_bytes()).unwrap();
    assert_eq!(
        (other.found.len(), other.unmapped.first.as_slice()),
        (0, &["0202020202020202".to_owned()][..])
    );
    for (from, to, says) in [
        ("\"object\"", "\"objekt\"", "no decoded object"),
        ("\"devEui\"", "\"devEUI\"", "DevEUI"),
        ("0101010101010101", "AQEBAQEBAQE=", "DevEUI"),
        ("2022-07-18T09:34:15.775023242+00:00", "2022-07-18 at noon", "time"),
    ] {
        let bad = CHIRPSTACK.replace(from, to);
        let problem = decoder.decode("x/up", bad.as_bytes()).unwrap_err();
        assert!(problem.within(Lang::English).contains(says), "{problem}");
    }
}

#[test]
fn an_uplink_that_carries_nothing_has_lost_nothing() {
    let chirpstack = CHIRPSTACK.replace("\"object\"", "\"none\"");
    let things_stack = THINGS_STACK.replace("decoded_payload", "none");
    for (format, text, from) in [
        (Format::Chirpstack, &chirpstack, "\"data\":\"qg==\","),
        (Format::ThingsStack, &things_stack, "\"frm_payload\":\"gkHe\","),
    ] {
        let places = [device("0101010101010101", "/level"), device("0004a30b001c0530", "/t")];
        let mut decoder = decoder(format, &places, TimeForm::S);
        let key = from.split_once(':').map_or("", |(key, _)| key);
        assert!(decoder.decode("x/up", text.as_bytes()).is_err());
        for to in [String::new(), format!("{key}:\"\","), format!("{key}:null,")] {
            let empty = text.replace(from, &to);
            assert!(empty.len() < text.len(), "{format:?}");
            assert_eq!(decoder.decode("x/up", empty.as_bytes()).unwrap(), Decoded::default());
        }
    }
}

/// An uplink as The Things Stack v3 publishes it (documentation, Integrations, Data formats).
const THINGS_STACK: &str = r#"{"end_device_ids":{"device_id":"dev1","application_ids":{"application_id":"app1"},
        "dev_eui":"0004A30B001C0530","join_eui":"800000000000000C","dev_addr":"00BCB929"},
    "correlation_ids":["as:up:01E0WZGT6Y7657CPFPE5WEYDSQ"],"received_at":"2020-02-17T07:49:41.404873Z",
    "uplink_message":{"session_key_id":"AXA50tHUG3DNDWoJGHnFYA==","f_port":1,"f_cnt":1,"frm_payload":"gkHe",
        "decoded_payload":{"temperature":1.0,"luminosity":0.64},
        "rx_metadata":[{"gateway_ids":{"gateway_id":"gtw1","eui":"9C5C8E00001A05C4"},
            "time":"2020-02-12T15:15:45.787Z","timestamp":2463457000,"rssi":-35,"channel_rssi":-35,"snr":5.2}],
        "settings":{"data_rate":{"lora":{"bandwidth":125000,"spreading_factor":7}},"coding_rate":"4/6","frequency":"868300000"},
        "received_at":"2020-02-17T07:49:41.202870Z"}}"#;

#[test]
fn an_uplink_of_the_things_stack_gives_what_its_formatter_found() {
    let places = [device("0004a30b001c0530", "/temperature")];
    let mut decoder = decoder(Format::ThingsStack, &places, TimeForm::S);
    let decoded = decoder.decode("v3/app1@ttn/devices/dev1/up", THINGS_STACK.as_bytes()).unwrap();
    assert_eq!(numbers(&decoded), [(0, 1.0)]);
    assert_eq!(decoded.found[0].at, Some(at("2020-02-17T07:49:41.202Z")));
    assert_eq!(decoded.unmapped.first, ["0004a30b001c0530 /luminosity"]);
    for (from, to, says) in [
        ("decoded_payload", "payload", "0004a30b001c0530 has no decoded object"),
        ("\"correlation_ids\"", "\"simulated\":true,\"correlation_ids\"", "was simulated"),
        ("\"f_cnt\"", "\"f_port\"", "the key f_port stands twice"),
    ] {
        let bad = THINGS_STACK.replace(from, to);
        let problem = decoder.decode("x/up", bad.as_bytes()).unwrap_err();
        assert!(problem.within(Lang::English).contains(says), "{problem}");
    }
}

fn json(topic: Option<&str>, name: Option<&str>, pointer: &str) -> Place {
    Place::Json {
        topic: topic.map(Into::into),
        name: name.map(Into::into),
        pointer: pointer.into(),
    }
}

#[test]
fn plain_json_is_read_by_pointers() {
    let places = [json(None, Some("s 17"), "/v"), json(Some("y/+/state"), Some("18"), "/v")];
    let pointers = Pointers {
        records: Some("/data".into()),
        time: Some(("/ts".into(), TimeForm::Ms)),
        name: Some("/id".into()),
    };
    let mut decoder = Decoder::new(Format::Json, &places, TimeForm::S, pointers);
    let text = r#"{"ts":1658136855775,"data":[{"id":"s 17","v":1.5},{"id":18,"v":2.5,"ts":1658136856000},
        {"id":"s 17","v":9,"ts":"noon"},{"id":"s 19","v":3},{"v":4}]}"#;
    let decoded = decoder.decode("y/1/state", text.as_bytes()).unwrap();
    assert_eq!(numbers(&decoded), [(0, 1.5), (1, 2.5)]);
    assert_eq!(decoded.found[0].at, Some(at("2022-07-18T09:34:15.775Z")));
    assert_eq!(decoded.found[1].at, Some(at("2022-07-18T09:34:16Z")));
    assert_eq!(decoded.unmapped.first, ["s 19", "y/1/state"]);
    assert!(english(decoded.refused.problem()).contains("the time of s 17, \"noon\","));
    assert_eq!(numbers(&decoder.decode("y/state", text.as_bytes()).unwrap()), [(0, 1.5)]);
    assert!(decoder.decode("y/1/state", br#"{"data":{}}"#).is_err());

    let bare = [json(Some("塘/水位"), None, "")];
    let mut decoder = Decoder::new(Format::Json, &bare, TimeForm::S, Pointers::default());
    let decoded = decoder.decode("塘/水位", b" 1.25 ").unwrap();
    assert_eq!((numbers(&decoded), decoded.found[0].at), (vec![(0, 1.25)], None));
    assert_eq!(decoder.decode("other", b"1.25").unwrap().unmapped.count, 1);

    // A pointer that leads nowhere does not pass in silence.
    let wrong = [json(None, None, "/levle")];
    let mut decoder = Decoder::new(Format::Json, &wrong, TimeForm::S, Pointers::default());
    let decoded = decoder.decode("塘/水位", br#"{"level":1.25}"#).unwrap();
    assert_eq!((decoded.found.len(), decoded.unmapped.count), (0, 1));
    assert_eq!(decoded.unmapped.first, ["塘/水位"]);
}

#[test]
fn what_is_too_large_too_deep_or_too_many_is_refused() {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let large = vec![b'1'; MESSAGE_SIZE_MAX + 1];
    for format in [Format::TelegrafJson, Format::Chirpstack, Format::ThingsStack, Format::Json] {
        let mut decoder = decoder(format, &[json(None, None, "")], TimeForm::S);
        for bad in [
            deep.as_bytes(),
            &large,
            b"",
            b"{",
            b"\xff\xfe",
            b"NaN",
            b"{\"a\":1e999}",
            b"{\"a\":1,\"a\":1}",
        ] {
            let problem = decoder.decode("t", bad).unwrap_err();
            for lang in Lang::ALL {
                assert!(problem.within(lang).chars().count() < 200, "{problem}");
            }
        }
    }
    let mut decoder = decoder(Format::LineProtocol, &[metric("m", "f", &[])], TimeForm::S);
    let many = "m f=1\n".repeat(READINGS_MAX + 1);
    let problem = decoder.decode("t", many.as_bytes()).unwrap_err();
    assert!(problem.within(Lang::English).contains("more than 20000 values"), "{problem}");
}

/// Messages of the largest size that repeat one long name beside each of many values.
#[test]
fn a_long_name_is_not_looked_up_for_each_value() {
    let long = "x".repeat(100_000);
    let fields: String = (0..9000).map(|n| format!("\"{n}\":{n},")).collect();
    let fields = format!("{{{fields}\"f\":1}}");
    let telegraf = format!(r#"{{"name":"m","tags":{{"t":"{long}"}},"fields":{fields}}}"#);
    let chirpstack = format!(
        r#"{{"deviceInfo":{{"devEui":"0101010101010101"}},"object":{{"{long}":{{"a":{{"b":{fields}}}}}}}}}"#
    );
    let records = format!(r#"{{"id":"{long}","data":[{}{{}}]}}"#, "{},".repeat(40_000));
    let line: String = (0..9000).map(|n| format!("{n}=1,")).collect();
    let line = format!("{long} {line}f=1");
    let pointers =
        Pointers { records: Some("/data".into()), name: Some("/id".into()), ..Pointers::default() };
    let places = [
        metric("m", "f", &[("t", "v")]),
        device("0101010101010101", "/a"),
        json(None, Some("s"), "/v"),
    ];
    for (format, text, unmapped) in [
        (Format::TelegrafJson, telegraf, 9001),
        (Format::Chirpstack, chirpstack, 9001),
        (Format::Json, records, 40_001),
        (Format::LineProtocol, line, 9001),
    ] {
        let mut decoder = Decoder::new(format, &places, TimeForm::S, pointers.clone());
        let decoded = decoder.decode("t", text.as_bytes()).unwrap();
        assert_eq!((decoded.found.len(), decoded.unmapped.count), (0, unmapped), "{format:?}");
        assert!(decoded.unmapped.first.iter().all(|name| name.chars().count() < 200));
    }
}

const FORMATS: [Format; 6] = [
    Format::TelegrafJson,
    Format::LineProtocol,
    Format::Sparkplug,
    Format::Chirpstack,
    Format::ThingsStack,
    Format::Json,
];

fn every_place() -> Vec<Place> {
    vec![
        metric("m", "f", &[("t", "v")]),
        node_metric(None, "m"),
        device("0101010101010101", "/a"),
        json(None, None, "/a"),
    ]
}

#[test]
fn every_format_is_called_in_configuration_what_programs_see() {
    for format in FORMATS {
        assert_eq!(serde_json::to_value(format).unwrap(), format.id());
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in FORMATS {
            let mut decoder = decoder(format, &every_place(), TimeForm::S);
            let _ = decoder.decode(DATA, &bytes);
        }
    }

    #[test]
    fn random_lines_never_panic(text in "[mft,=\\\\\" \n0-9ie.#\u{0}水+-]{0,120}") {
        let mut decoder = decoder(Format::LineProtocol, &every_place(), TimeForm::Ns);
        let _ = decoder.decode("t", text.as_bytes());
    }

    #[test]
    fn random_documents_never_panic(
        text in "[\\[\\]{}\":,a0-9.e-]{0,60}",
        cut in 0..2000usize,
        what in "[\\[\\]{}\":,0-9]{0,3}",
    ) {
        for (format, good) in [
            (Format::TelegrafJson, TELEGRAF),
            (Format::Chirpstack, CHIRPSTACK),
            (Format::ThingsStack, THINGS_STACK),
            (Format::Json, "{\"a\":1}"),
        ] {
            let mut decoder = decoder(format, &every_place(), TimeForm::S);
            let _ = decoder.decode("t", text.as_bytes());
            let changed: String = good.chars().take(cut).chain(what.chars()).chain(good.chars().skip(cut)).collect();
            let _ = decoder.decode("t", changed.as_bytes());
        }
    }

    #[test]
    fn changed_sparkplug_messages_never_panic(place in 0..80usize, byte: u8, seq in 0..300u64) {
        let mut decoder = decoder(Format::Sparkplug, &every_place(), TimeForm::S);
        let metrics = vec![
            named("m", Some(1), Some(sp::DOUBLE), sp::Value::Double(1.5)),
            named("", Some(2), None, sp::Value::Long(3)),
        ];
        let mut bytes = message(seq, metrics);
        if let Some(old) = bytes.get_mut(place) {
            *old = byte;
        }
        for topic in [BIRTH, DATA, DEVICE_BIRTH, DEVICE_DATA] {
            let _ = decoder.decode(topic, &bytes);
        }
    }

    #[test]
    fn a_number_comes_out_as_it_went_in(number in prop::num::f64::NORMAL | prop::num::f64::ZERO) {
        let mut line = decoder(Format::LineProtocol, &[metric("m", "f", &[])], TimeForm::S);
        let mut telegraf = decoder(Format::TelegrafJson, &[metric("m", "f", &[])], TimeForm::S);
        let text = serde_json::to_string(&number).unwrap();
        let found = telegraf.decode("t", format!(r#"{{"name":"m","fields":{{"f":{text}}}}}"#).as_bytes()).unwrap();
        prop_assert_eq!(numbers(&found), vec![(0, number)]);
        let found = line.decode("t", format!("m f={number} 1").as_bytes()).unwrap();
        prop_assert_eq!(numbers(&found), vec![(0, number)]);
    }
}
