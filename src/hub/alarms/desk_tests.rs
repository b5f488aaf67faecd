//! What the page is told: what is open, what has been, and what was sent of it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::alarm::{Cleared, Key, Kind};
use crate::hub::alarms::Alarms;
use crate::hub::alarms::test_kit::{POND, source};

fn at(id: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + id).unwrap()
}

/// An alarm of `pond-1`, or of another station; even ones have ended.
fn alarm(id: i64, kind: Kind, station: &str) -> Alarm {
    let cleared = Cleared { at: at(id + 1), said: Text::default(), removed: false };
    Alarm {
        id,
        key: Key { kind, subject: Subject::Station(station.parse().unwrap()) },
        name: Text::verbatim(station),
        said: Text::default(),
        value: None,
        limit: None,
        raised_at: at(id),
        told: Some(Told { at: at(id), letter: format!("raised-{id}") }),
        acknowledged: None,
        escalated_at: None,
        cleared: (id % 2 == 0).then_some(cleared),
        clear_told: None,
    }
}

async fn shown(desk: &AlarmDesk, asked: HistoryAsked) -> AlarmsFacts {
    match desk.clone().answer(AlarmsAsked::Show(asked)).await.unwrap() {
        AlarmsAnswer::Shown(facts) => *facts,
        other => panic!("{other:?}"),
    }
}

fn ids(shown: &[AlarmShown]) -> Vec<i64> {
    shown.iter().map(|one| one.alarm.id).collect()
}

#[tokio::test]
async fn a_page_of_the_history_has_what_was_asked_for_and_where_the_next_begins() {
    let folder = tempfile::tempdir().unwrap();
    let alarms = Alarms::open(source(folder.path(), POND)).await.unwrap();
    let desk = alarms.desk();
    let all = (1..=240).map(|id| match id % 4 {
        0 => alarm(id, Kind::Dry, "pond-1"),
        2 => alarm(id, Kind::StationSilent, "pond-2"),
        _ => alarm(id, Kind::BelowWarning, "pond-3"),
    });
    alarms.0.book.write(all.collect(), Vec::new()).await.unwrap();
    let first = shown(&desk, HistoryAsked::default()).await;
    assert_eq!(first.open.len(), 120);
    assert_eq!((first.history.len(), first.history[0].alarm.id), (PAGE, 240));
    let next = first.next.unwrap();
    assert_eq!(next, 142);
    let second = HistoryAsked { before: Some(next), ..HistoryAsked::default() };
    assert_eq!(shown(&desk, second).await.history[0].alarm.id, 140);
    let of = |kind, station: &str| HistoryAsked {
        kind: Some(kind),
        station: Some(station.parse().unwrap()),
        before: Some(20),
    };
    let dry = shown(&desk, of(Kind::Dry, "pond-1")).await;
    assert_eq!((ids(&dry.history), dry.next), (vec![16, 12, 8, 4], None));
    assert!(shown(&desk, of(Kind::Dry, "pond-2")).await.history.is_empty());
}

#[tokio::test]
async fn whoever_looks_at_the_page_changes_nothing_of_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let mut source = source(folder.path(), POND);
    let channel = serde_json::json!({
        "name": "group", "kind": "webhook",
        "url": "http://127.0.0.1:9/hook", "allow": ["127.0.0.0/8"],
    });
    source.settings.alarm.channels = vec![serde_json::from_value(channel).unwrap()];
    let alarms = Alarms::open(source).await.unwrap();
    let (desk, book) = (alarms.desk(), alarms.0.book.clone());
    let letter = Letter { id: "raised-1".into(), ..Letter::test("t", at(1), &TimeZone::UTC) };
    let letters = vec![(letter, vec!["group".to_owned()])];
    book.write(vec![alarm(1, Kind::Dry, "pond-1")], letters).await.unwrap();
    for _ in 0..2 {
        *desk.1.lock().await = None;
        let facts = shown(&desk, HistoryAsked::default()).await;
        assert_eq!(facts.channels[0].waiting, 1);
        assert_eq!(facts.open[0].sent[0].state, SentState::Waiting);
    }
    assert_eq!(book.due(at(2)).await.unwrap().len(), 1, "it is still to be sent");
    assert_eq!(book.letters(None, 9).await.unwrap()[0].deliveries[0].1.state, State::Waiting);
}

#[tokio::test]
async fn a_channel_whose_test_did_not_arrive_is_shown_as_one_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let mut source = source(folder.path(), POND);
    // Nobody listens there any more.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let channel = serde_json::json!({
        "name": "group", "kind": "webhook",
        "url": format!("http://127.0.0.1:{port}/hook"), "allow": ["127.0.0.0/8"],
    });
    source.settings.alarm.channels = vec![serde_json::from_value(channel).unwrap()];
    let alarms = Alarms::open(source).await.unwrap();
    let desk = alarms.desk();
    assert_eq!(shown(&desk, HistoryAsked::default()).await.channels[0].failing, None);
    let test = || AlarmsAsked::Test { channel: "group".into(), by: "t".into() };
    let tested = desk.clone().answer(test()).await.unwrap();
    let AlarmsAnswer::Tested(Err(why)) = tested else { panic!("{tested:?}") };
    let of = shown(&desk, HistoryAsked::default()).await.channels.remove(0);
    assert_eq!(of.failing.map(|(_, why)| why), Some(why.clone()));
    assert_eq!((of.last_sent, of.waiting), (None, 0));
    // One that came too soon was not tried, and says nothing of the channel.
    let tested = desk.clone().answer(test()).await.unwrap();
    assert!(matches!(tested, AlarmsAnswer::Tested(Err(_))));
    let of = shown(&desk, HistoryAsked::default()).await.channels.remove(0);
    assert_eq!(of.failing.map(|(_, why)| why), Some(why));
}

#[tokio::test]
async fn an_alarm_is_shown_with_what_was_sent_and_is_acknowledged_once() {
    let folder = tempfile::tempdir().unwrap();
    let alarms = Alarms::open(source(folder.path(), POND)).await.unwrap();
    let desk = alarms.desk();
    let letter = Letter { id: "raised-1".into(), ..Letter::test("t", at(1), &TimeZone::UTC) };
    let to = vec!["group".to_owned(), "phone".to_owned()];
    let open = vec![alarm(1, Kind::Dry, "pond-1"), alarm(3, Kind::StationSilent, "pond-2")];
    alarms.0.book.write(open, vec![(letter, to)]).await.unwrap();
    alarms.0.book.sent("raised-1".into(), "group".into(), at(2)).await.unwrap();
    let facts = shown(&desk, HistoryAsked::default()).await;
    assert_eq!(ids(&facts.open), [1, 3]);
    let sent: Vec<(&str, SentState)> =
        facts.open[0].sent.iter().map(|sent| (sent.channel.as_str(), sent.state)).collect();
    assert_eq!(sent, [("group", SentState::Sent(at(2))), ("phone", SentState::Waiting)]);
    // Its letter is too old to be there.
    assert_eq!(facts.open[1].sent[0].state, SentState::Sent(at(3)));

    let take_note = |id| {
        let (by, note) = ("水利站 陈".to_owned(), String::new());
        desk.clone().answer(AlarmsAsked::Acknowledge { id, by, note })
    };
    let done = take_note(1).await.unwrap();
    assert!(matches!(done, AlarmsAnswer::Acknowledged(Ok(alarm)) if alarm.acknowledged.is_some()));
    for (id, says) in [(1, "陈"), (2, "2")] {
        let AlarmsAnswer::Acknowledged(Err(why)) = take_note(id).await.unwrap() else {
            panic!("{id}")
        };
        assert!(why.to_string().contains(says), "{why}");
    }
    let facts = shown(&desk, HistoryAsked::default()).await;
    assert!(facts.open[0].alarm.acknowledged.is_some(), "also where the page was just made");
    let no = AlarmsAsked::Test { channel: "fax".into(), by: "t".into() };
    assert!(matches!(desk.answer(no).await.unwrap(), AlarmsAnswer::Tested(Err(_))));
}
