//! Conversations, as somebody types who makes mistakes.

use std::io::Cursor;

use super::*;
use crate::cli::init::dialogue::Gone;
use crate::config::profiles;
use crate::locales::{Lang, within};
use crate::modbus::Parity;

/// Answers of which nothing is given.
fn empty() -> Answers {
    Answers {
        out: "/etc/hanqing/edge.toml".into(),
        gateway: None,
        broker: None,
        allow_plaintext: false,
        line: None,
        devices: vec![Device::default()],
        spool: "/var/lib/hanqing/spool.db".into(),
        trust_clock: false,
    }
}

/// What comes of these lines: the answers, or why not, and the transcript without what is typed.
fn typed(lang: Lang, answers: &mut Answers, lines: &str) -> (anyhow::Result<()>, String) {
    let (profiles, _) = profiles(None);
    let ports = [
        ("/dev/serial/by-id/usb-FTDI-if00".to_owned(), "FTDI FT232R".to_owned()),
        ("/dev/ttyS0".to_owned(), "serial8250".to_owned()),
    ];
    let mut output = Vec::new();
    let mut input = Cursor::new(lines.as_bytes().to_vec());
    let done = within(lang, || {
        let dialogue = Dialogue { input: &mut input, output: &mut output };
        let mut questions = Questions { dialogue, profiles: &profiles, ports: &ports };
        questions.ask(answers, None)
    });
    (done, String::from_utf8(output).unwrap())
}

#[test]
fn a_wrong_answer_is_asked_for_again_with_the_rule() {
    let lines = "GW 1\ngw-1\n\
                 http://x\nmqtt://10.0.0.1\nmqtts://mqtt.example.org\n\
                 3\n1\n17\n19200\n\
                 0\nx\n300\n7\n\
                 sdm63\nqdy\nqdy30\n\
                 Pond\npond-1\n216,9\n216.90\n\
                 7\n8\nsdm630\npump-1\n\n";
    for lang in Lang::ALL {
        let mut answers = empty();
        let (done, transcript) = typed(lang, &mut answers, lines);
        done.unwrap();
        insta::assert_snapshot!(format!("dialogue_{lang}"), transcript);
        assert_eq!(answers.gateway.as_deref(), Some("gw-1"));
        assert_eq!(answers.broker.as_deref(), Some("mqtts://mqtt.example.org"));
        let line = answers.line.as_ref().unwrap();
        assert_eq!(line.at, "/dev/serial/by-id/usb-FTDI-if00");
        assert_eq!((line.baud.as_str(), line.parity), ("19200", Parity::None));
        let device = |unit: &str, profile: &str, station: &str, offset: Option<&str>| Device {
            unit: Some(unit.into()),
            profile: Some(profile.into()),
            station: Some(station.into()),
            offset: offset.map(str::to_owned),
        };
        let devices =
            [device("7", "qdy30", "pond-1", Some("216.90")), device("8", "sdm630", "pump-1", None)];
        assert_eq!(answers.devices, devices);
    }
}

#[test]
fn what_is_given_is_not_asked_for() {
    let mut answers = empty();
    answers.gateway = Some("gw-1".into());
    answers.broker = Some("mqtts://mqtt.example.org".into());
    answers.set(Field::Line, "10.0.0.3:502");
    answers.set(Field::Unit, "1");
    answers.set(Field::Profile, "qdy30");
    let (done, transcript) = typed(Lang::English, &mut answers, "pond-1\n\n");
    done.unwrap();
    assert_eq!(transcript.matches("\n> ").count(), 2, "{transcript}");
    assert_eq!(answers.devices[0].offset.as_deref(), Some(""), "it is not known yet");
    assert_eq!(answers.missing(), []);
}

#[test]
fn an_input_that_ends_is_no_answer() {
    for lines in ["", "gw-1\n", "gw-1\n\n10.0.0.3:502\n"] {
        let mut answers = empty();
        let (done, _) = typed(Lang::English, &mut answers, lines);
        assert!(done.unwrap_err().is::<Gone>(), "{lines:?}");
    }
}

#[test]
fn a_question_mark_lists_every_profile_and_a_part_those_that_have_it() {
    let (profiles, _) = profiles(None);
    assert_eq!(near(&profiles, "?").len(), profiles.len());
    let ids = |part: &str| near(&profiles, part).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids("SDM"), ["sdm120", "sdm220", "sdm230", "sdm630", "sdm72"]);
    assert_eq!(ids("no such thing"), [""; 0]);
}
