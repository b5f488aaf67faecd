//! What is written passes the check, whatever was answered, and nothing is overwritten.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::config::{check_draft, profiles};
use crate::edge::EdgeSettings;
use crate::locales::within;
use crate::modbus::Parity;

/// Answers that lack nothing, for a file in `folder`.
fn whole(folder: &Path) -> Answers {
    Answers {
        out: folder.join("edge.toml"),
        gateway: Some("gw-1".into()),
        broker: None,
        allow_plaintext: false,
        line: Some(Line {
            kind: LineKind::Serial,
            at: "/dev/ttyUSB0".into(),
            baud: "9600".into(),
            parity: Parity::Even,
        }),
        devices: vec![Device {
            unit: Some("1".into()),
            profile: Some("qdy30".into()),
            station: Some("pond-1".into()),
            offset: None,
        }],
        spool: "/var/lib/hanqing/spool.db".into(),
        trust_clock: false,
    }
}

fn read(text: &str) -> EdgeSettings {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn the_file_is_explained_in_both_languages() {
    let answers = whole(Path::new("/etc/hanqing"));
    let (profiles, _) = profiles(None);
    let written = |lang| within(lang, || text(&answers, &profiles));
    insta::assert_snapshot!("file_in_chinese", written(Lang::Chinese));
    insta::assert_snapshot!("file_in_english", written(Lang::English));
}

#[test]
fn a_file_for_a_broker_with_certificates_waits_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let (profiles, _) = profiles(None);
    let mut answers = whole(folder.path());
    answers.broker = Some("mqtts://mqtt.example.org:8883".into());
    assert!(waits_for_certificates(&answers));
    let before = text(&answers, &profiles);
    assert_eq!(check_draft(&answers.out, &before, false), []);
    let url = "url = \"mqtts://mqtt.example.org:8883\"\n";
    assert!(before.contains(&format!("# {url}")), "{before}");
    assert_eq!(read(&before).mqtt.url, NO_BROKER_YET);
    // What stands there as comments is right once it is none, and the files are there.
    let made = |name: &str| fs::write(folder.path().join(name), "PEM").unwrap();
    made("ca.pem");
    assert!(!waits_for_certificates(&answers));
    let with_ca = text(&answers, &profiles);
    let mqtt = read(&with_ca).mqtt;
    assert_eq!((mqtt.url.as_str(), mqtt.cert_file), ("mqtts://mqtt.example.org:8883", None));
    assert_eq!(mqtt.ca_file, Some(folder.path().join("ca.pem")));
    made("gw-1.pem");
    made("gw-1.key");
    let mqtt = read(&text(&answers, &profiles)).mqtt;
    assert_eq!(mqtt.key_file, Some(folder.path().join("gw-1.key")));
    // They are no certificates: the check says so, before anything is written.
    let problems = check_draft(&answers.out, &text(&answers, &profiles), false);
    assert!(problems.iter().any(|p| p.problem.path == "mqtt.ca_file"), "{problems:?}");
}

#[test]
fn an_enrolled_gateway_keeps_its_broker_over_a_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let answers = whole(folder.path());
    let parts = folder.path().join("conf.d/edge");
    fs::create_dir_all(&parts).unwrap();
    let (profiles, _) = profiles(None);
    let text = text(&answers, &profiles);
    fs::write(parts.join("enrolled.toml"), "[mqtt]\nurl = \"http://x\"\n").unwrap();
    let problems = check_draft(&answers.out, &text, false);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].file.ends_with("enrolled.toml"), "{problems:?}");
    assert_eq!(check_draft(&answers.out, &text, true), []);
}

prop_compose! {
    fn some_line()(
        kind in 0..3,
        host in "[a-z][a-z0-9-]{0,8}(\\.[a-z][a-z0-9-]{0,5}){0,2}",
        port in 1..=65_535_u16,
        path in "/dev/[ -~水]{1,30}",
        baud in prop::sample::select(crate::config::SPEEDS.to_vec()),
        parity in prop::sample::select(vec![Parity::None, Parity::Even, Parity::Odd]),
    ) -> Line {
        let (kind, at) = match kind {
            0 => (LineKind::Tcp, format!("{host}:{port}")),
            1 => (LineKind::RtuTcp, format!("{host}:{port}")),
            _ => (LineKind::Serial, path),
        };
        Line { kind, at, baud: baud.to_string(), parity }
    }
}

/// `~` for a home directory is refused, with the way out.
fn spool_path() -> impl Strategy<Value = String> {
    let home = |path: &String| path.split('/').any(|part| part == "~");
    "/[ -~水]{0,30}/spool\\.db".prop_filter("no home directory", move |path| !home(path))
}

prop_compose! {
    fn some_answers()(
        gateway in "[a-z][a-z0-9-]{0,39}",
        broker in prop::option::of(prop::sample::select(vec![
            ("mqtts://mqtt.example.org", false),
            ("mqtts://[fe80::1]:8884", false),
            ("mqtt://127.0.0.1:1884", false),
            ("mqtt://192.168.1.2", true),
        ])),
        line in some_line(),
        units in prop::collection::btree_set(1..=247_u8, 1..5),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 5),
        spool in spool_path(),
        trust_clock: bool,
    ) -> Answers {
        let shipped = crate::device::shipped();
        let devices = units.iter().zip(&picks).map(|(unit, pick)| Device {
            unit: Some(unit.to_string()),
            profile: Some(shipped[pick.index(shipped.len())].0.into()),
            station: Some(format!("station-{unit}")),
            offset: None,
        });
        Answers {
            out: "/nonexistent/edge.toml".into(),
            gateway: Some(gateway),
            broker: broker.map(|(url, _)| url.to_owned()),
            allow_plaintext: broker.is_some_and(|(_, allow)| allow),
            line: Some(line),
            devices: devices.collect(),
            spool: spool.into(),
            trust_clock,
        }
    }
}

proptest! {
    #[test]
    fn right_answers_make_a_file_that_passes_and_says_what_was_answered(answers in some_answers()) {
        let (profiles, _) = profiles(None);
        for lang in Lang::ALL {
            let text = within(lang, || text(&answers, &profiles));
            let problems = check_draft(&answers.out, &text, true);
            prop_assert_eq!(&problems, &[], "{}", text);
            let settings = read(&text);
            prop_assert_eq!(Some(settings.gateway.as_str()), answers.gateway.as_deref());
            prop_assert_eq!(settings.lang, Some(lang));
            prop_assert_eq!(&settings.spool.path, &answers.spool);
            let bus = &settings.buses[0];
            let line = answers.line.as_ref().unwrap();
            let serial = bus.serial.as_ref().map(|serial| serial.port.to_string_lossy());
            let at = bus.tcp.as_deref().or(bus.rtu_tcp.as_deref()).or(serial.as_deref());
            prop_assert_eq!(at, Some(line.at.as_str()));
            for (device, answer) in bus.devices.iter().zip(&answers.devices) {
                prop_assert_eq!(Some(device.unit.to_string()), answer.unit.clone());
                prop_assert_eq!(Some(&device.profile), answer.profile.as_ref());
                prop_assert_eq!(Some(device.station.as_str()), answer.station.as_deref());
            }
            prop_assert_eq!(bus.devices.len(), answers.devices.len());
        }
    }

    #[test]
    fn whatever_is_typed_stays_the_value_that_it_is(
        gateway in any::<String>(),
        broker in any::<String>(),
        at in any::<String>(),
        unit in any::<String>(),
        station in any::<String>(),
    ) {
        let mut answers = whole(Path::new("/nonexistent"));
        answers.gateway = Some(gateway.clone());
        answers.broker = Some(broker);
        answers.line = answers.line.map(|line| Line { at: at.clone(), ..line });
        answers.devices[0] = Device { unit: Some(unit), profile: None, station: Some(station.clone()), offset: None };
        let text = text(&answers, &profiles(None).0);
        let tree: toml::Table = text.parse().unwrap();
        let keys: Vec<&str> = tree.keys().map(String::as_str).collect();
        prop_assert_eq!(keys, ["bus", "clock", "gateway", "lang", "mqtt", "spool"]);
        prop_assert_eq!(tree["gateway"].as_str(), Some(gateway.as_str()));
        let bus = &tree["bus"][0];
        prop_assert_eq!(bus["serial"]["port"].as_str(), Some(at.as_str()));
        prop_assert_eq!(bus["device"][0]["station"].as_str(), Some(station.as_str()));
    }
}
