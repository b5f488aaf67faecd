//! Who gets which letter, how long a channel waits, and letters on their way.

use jiff::tz::TimeZone;

use super::*;

fn channel(name: &str, urgent_only: bool, escalation: bool) -> ChannelSettings {
    let value = serde_json::json!({
        "name": name, "kind": "webhook", "urgent_only": urgent_only, "escalation": escalation,
        "url": "http://127.0.0.1:9/hook", "allow": ["127.0.0.0/8"],
    });
    serde_json::from_value(value).unwrap()
}

fn letter(occasion: Occasion, urgent: bool) -> Letter {
    let at = Timestamp::from_second(1_800_000_000).unwrap();
    Letter { occasion, urgent, ..Letter::test("t", at, &TimeZone::UTC) }
}

fn error(retry: bool, after: Option<u64>) -> SendError {
    let after = after.map(Duration::from_secs);
    SendError { why: Text::verbatim("no route"), retry, after }
}

#[test]
fn what_nobody_acknowledges_goes_to_those_who_are_called_then_and_the_rest_to_the_others() {
    let all = [channel("group", false, false), channel("phone", true, false)];
    let with_chief = [all[0].clone(), all[1].clone(), channel("chief", false, true)];
    let cases = [
        (&with_chief[..], Occasion::Raised, false, vec!["group"]),
        (&with_chief[..], Occasion::Raised, true, vec!["group", "phone"]),
        (&with_chief[..], Occasion::Escalated, true, vec!["chief"]),
        (&all[..], Occasion::Escalated, true, vec!["group", "phone"]),
        (&with_chief[2..], Occasion::Cleared, false, vec!["chief"]),
        (&[][..], Occasion::Raised, true, vec![]),
    ];
    for (channels, occasion, urgent, expected) in cases {
        assert_eq!(takers(channels, &letter(occasion, urgent)), expected, "{occasion:?} {urgent}");
    }
}

#[test]
fn a_channel_that_fails_waits_ever_longer_and_one_that_works_lets_its_letters_go() {
    let channels = Channels::new(&[channel("group", false, false)]);
    let at = Timestamp::from_second(1_800_000_000).unwrap();
    let up = Duration::from_secs(100);
    assert_eq!(channels.is_ready("group", up), (true, false));
    for failures in 1..=20 {
        let wait = channels.failed("group", &error(true, None), at, up);
        assert!(wait >= RETRY_MIN && wait <= RETRY.ceiling(failures), "{failures}: {wait:?}");
        assert_eq!(channels.is_ready("group", up), (false, false));
        assert_eq!(channels.is_ready("group", up + wait), (true, false));
    }
    assert_eq!(channels.of("group").failing, Some((at, Text::verbatim("no route"))));
    // What the receiver asks for holds, within bounds.
    let asked = channels.failed("group", &error(true, Some(1800)), at, up);
    assert!(asked >= Duration::from_secs(1800));
    let much = channels.failed("group", &error(true, Some(1_000_000)), at, up);
    assert_eq!(much, AFTER_MAX);
    channels.succeeded("group", at);
    assert_eq!(channels.is_ready("group", up), (true, true));
    assert_eq!((channels.of("group").failing, channels.of("group").last_sent), (None, Some(at)));
    // What the receiver does not want holds up no other letter.
    channels.failed("group", &error(false, None), at, up);
    assert_eq!(channels.is_ready("group", up), (true, true));
    assert_eq!(channels.is_ready("gone", up), (false, false), "no such channel");
}

#[test]
fn how_channels_did_is_known_after_a_start() {
    use crate::alarm_book::Delivery;

    let channels = Channels::new(&[channel("group", false, false), channel("phone", false, false)]);
    let at = |s: i64| Timestamp::from_second(1_800_000_000 + s).unwrap();
    let delivery = |state, tries, sent_at: Option<i64>| Delivery {
        state,
        tries,
        next_at: at(0),
        error: Text::verbatim(if tries > 0 { "no route" } else { "" }),
        sent_at: sent_at.map(at),
    };
    let row = |s: i64, deliveries: Vec<(&str, Delivery)>| LetterRow {
        letter: Letter { at: at(s), ..letter(Occasion::Raised, true) },
        deliveries: deliveries.into_iter().map(|(name, all)| (name.to_owned(), all)).collect(),
    };
    // The newest first, as the book has them.
    channels.resume(&[
        row(300, vec![("group", delivery(State::Waiting, 2, None))]),
        row(200, vec![("group", delivery(State::Waiting, 3, None))]),
        row(
            100,
            vec![
                ("group", delivery(State::Sent, 0, Some(101))),
                ("phone", delivery(State::Sent, 1, Some(150))),
                ("gone", delivery(State::Sent, 0, Some(101))),
            ],
        ),
    ]);
    let group = channels.of("group");
    assert_eq!(group.last_sent, Some(at(101)));
    assert_eq!(group.failing.map(|(since, _)| since), Some(at(200)), "since the oldest that waits");
    let phone = channels.of("phone");
    assert_eq!((phone.last_sent, phone.failing), (Some(at(150)), None));
    // What was tried in vain and given up did not arrive either; what was never tried says nothing.
    channels.resume(&[
        row(500, vec![("phone", delivery(State::GivenUp, 3, None))]),
        row(400, vec![("phone", delivery(State::GivenUp, 0, None))]),
    ]);
    let phone = channels.of("phone");
    assert_eq!(phone.failing, Some((at(500), Text::verbatim("no route"))));
    assert_eq!(phone.last_sent, Some(at(150)));
}
