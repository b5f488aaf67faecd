//! Alarms of a hub as users run it, with a receiver that counts: what rings, how soon, how often, and what does not.

pub mod kit;
mod over_mqtt;
pub mod receiver;

use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use self::kit::{ASSURED, DRY, FULL, LEVELS, Office, WARNING, alarm};
use self::receiver::{Came, Manner, Receiver};
use crate::context::{get, wait_for};

/// Longest that a letter may take from the reading's way out on. It takes a second; other tests run beside it.
const RINGS_WITHIN: Duration = Duration::from_secs(10);

/// Nothing of the field but levels rings.
const FIELD_OFF: &str = "off = [\"station-silent\", \"gateway-silent\", \"disk-full\"]\n";

/// Longer than the hour in which a station is spoken of once.
const HOUR: SignedDuration = SignedDuration::from_mins(61);

fn levels_ring() -> String {
    format!("{FIELD_OFF}{LEVELS}")
}

fn tells(kind: &str, pond: usize) -> impl Fn(&Came) -> bool {
    let name = alarm(kind, pond);
    move |came| came.raised().contains(&name)
}

/// Number of the alarm of this kind and pond in a letter.
fn number(came: &Came, kind: &str, pond: usize) -> i64 {
    let name = alarm(kind, pond);
    let alarms = came.letter["alarms"].as_array().unwrap();
    let is = |said: &&serde_json::Value| {
        let part = |key: &str| said[key].as_str().unwrap();
        format!("{} {}", part("kind"), part("subject")) == name
    };
    alarms.iter().find(is).unwrap()["id"].as_i64().unwrap()
}

fn soon(what: &str, begun: Instant, came: &Came) {
    let took = came.at.saturating_duration_since(begun);
    println!("{what}: from the reading's way out to the receiver {took:.2?}");
    assert!(took < RINGS_WITHIN, "{what}: {took:?}");
}

#[test]
fn a_pond_that_falls_rings_once_at_each_step_at_once_and_when_it_is_full_again() {
    let office = Office::open(2, &levels_ring());
    office.levels(&[(0, FULL), (1, FULL)]);
    let begun = office.levels(&[(0, WARNING)]);
    let came = office.receiver.waits("旱警", tells("below-warning", 0));
    soon("below 旱警", begun, &came);
    assert_eq!(came.occasion(), "raised");
    assert_eq!(came.letter["alarms"][0]["value"], WARNING);
    // It stays there: nobody is told again. The next step is told at once, though the hour is not over.
    for step in 1..4 {
        office.levels(&[(0, WARNING - f64::from(step) / 100.0)]);
    }
    let begun = office.levels(&[(0, ASSURED)]);
    soon("below 旱保", begun, &office.receiver.waits("旱保", tells("below-assured", 0)));
    let begun = office.levels(&[(0, DRY)]);
    soon("dry", begun, &office.receiver.waits("干涸", tells("dry", 0)));
    // Full: it is over, and an hour after the last letter of the pond that is told.
    office.levels(&[(0, FULL)]);
    wait_for("the end of all alarms", || office.has_open(&[]));
    office.levels(&[(1, WARNING)]);
    office.receiver.waits("another pond", tells("below-warning", 1));
    assert_eq!(office.receiver.came().len(), 4, "{:?}", office.receiver.came());
    office.sleeps(HOUR);
    let over = |came: &Came| came.cleared() == [alarm("dry", 0)];
    assert_eq!(office.receiver.waits("the end", over).occasion(), "cleared");
    for (name, letters) in office.receiver.told(Came::raised) {
        assert_eq!(letters.len(), 1, "{name}: {letters:?}");
    }
    wait_for("one alarm", || office.has_open(&[alarm("below-warning", 1)]));
}

#[test]
fn whoever_takes_note_of_an_alarm_stops_its_call_and_only_its() {
    let (duty, chief) = (Receiver::start(), Receiver::start());
    let channels = duty.channel("duty", "") + &chief.channel("chief", "escalation = true");
    let alarms = format!("{}escalate_minutes = 5\n{channels}", levels_ring());
    let office = Office::with(duty, 2, &alarms);
    office.levels(&[(0, ASSURED), (1, ASSURED)]);
    let both = |came: &Came| came.raised().len() == 2;
    let came = office.receiver.waits("both ponds", both);
    let id = number(&came, "below-assured", 0).to_string();
    let fields = [("alarm", id.as_str()), ("note", "went there <b>at once</b>")];
    let page = "/alarms";
    let refused = office.person("viewer").send(page, "/alarms/acknowledge", &fields);
    assert_eq!(refused.status, 403, "{refused:?}");
    let mut recorder = office.person("recorder");
    let done = recorder.send(page, "/alarms/acknowledge", &fields);
    assert_eq!(done.status, 200, "{done:?}");
    let shown = recorder.get(page).text();
    assert!(shown.contains("钱某") && shown.contains("went there &lt;b&gt;at once"), "{shown}");
    let again = office.person("reviewer").send(page, "/alarms/acknowledge", &fields);
    assert_eq!(again.status, 409, "somebody was faster: {again:?}");
    let record = office.person("administrator").get("/audit").text();
    assert!(record.contains("below-assured station/pond-dongmen-1-r0"), "{record}");

    office.sleeps(SignedDuration::from_mins(6));
    let called = chief.waits("the call", |came| came.occasion() == "escalated");
    assert_eq!(called.raised(), [alarm("below-assured", 1)]);
    let others = office.receiver.came();
    assert!(others.iter().all(|came| came.occasion() != "escalated"), "{others:?}");
}

#[test]
fn in_quiet_hours_only_what_is_urgent_rings_and_the_rest_waits_for_the_morning() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let hour = |minutes: i64| {
        let at = Timestamp::now() + SignedDuration::from_mins(minutes);
        at.to_zoned_datetime(zone.clone()).strftime("%H:%M").to_string()
    };
    let quiet = format!("quiet = {{ from = {:?}, to = {:?} }}\n", hour(-60), hour(30));
    let office = Office::open(2, &(levels_ring() + &quiet));
    office.levels(&[(0, WARNING), (1, ASSURED)]);
    let came = office.receiver.waits("旱保", tells("below-assured", 1));
    assert_eq!(came.raised(), [alarm("below-assured", 1)]);
    let open = ["below-warning", "below-assured"].map(|kind| alarm(kind, 1));
    wait_for("what is open", || {
        office.has_open(&[&open[..], &[alarm("below-warning", 0)]].concat())
    });
    assert_eq!(office.receiver.came().len(), 1, "{:?}", office.receiver.came());
    office.sleeps(SignedDuration::from_mins(40));
    let came = office.receiver.waits("旱警", tells("below-warning", 0));
    assert_eq!(came.raised(), [alarm("below-warning", 0)]);
}

/// How many alarms letters have told of as raised.
fn told(came: &[Came]) -> u64 {
    came.iter().map(|came| came.letter["raised"].as_u64().unwrap()).sum()
}

#[test]
fn forty_gateways_that_go_at_once_are_a_storm_and_not_forty_letters() {
    let office = Office::open(1, "hold_minutes = { gateway-silent = 0 }\n");
    office.gateways(40, true);
    wait_for("forty gateways", || {
        let overview = office.context.overview();
        let gateways = overview["gateways"].as_array().unwrap();
        let online = gateways.iter().filter(|gateway| gateway["online"] == true).count();
        if online == 40 { Ok(()) } else { Err(online) }
    });
    office.gateways(40, false);
    wait_for("all of them told", || {
        let came = office.receiver.taken();
        if told(&came) == 40 { Ok(()) } else { Err(came) }
    });
    let came = office.receiver.taken();
    println!("40 gateways: {} letters", came.len());
    // The hub may have looked between the first and the last of them.
    assert!(came.len() <= 2, "{came:?}");
    assert_eq!(came.last().unwrap().occasion(), "storm");
}

#[test]
fn a_broker_that_is_away_is_one_letter_and_no_gateway_is_silent_for_it() {
    let holds = "hold_minutes = { intake-stopped = 0, gateway-silent = 0, below-assured = 0, \
                 below-warning = 0 }\n";
    let office = Office::open(1, holds);
    office.gateways(40, true);
    office.levels(&[(0, FULL)]);
    office.kills_broker();
    let came = office.receiver.waits("the broker", |came| !came.raised().is_empty());
    assert_eq!(came.raised(), ["intake-stopped hub/broker"]);
    let connected = office.context.log("hub").matches("connected to the broker").count();
    office.starts_broker();
    wait_for("the hub at the broker again", || {
        let count = office.context.log("hub").matches("connected to the broker").count();
        if count > connected { Ok(()) } else { Err(count) }
    });
    office.gateways(40, true);
    office.levels(&[(0, ASSURED)]);
    office.receiver.waits("旱保", tells("below-assured", 0));
    let came = office.receiver.came();
    assert_eq!(came.len(), 2, "{came:?}");
}

#[test]
fn receivers_that_hang_lie_or_fail_for_a_day_lose_nothing_and_hold_up_nobody() {
    let [duty, hangs, moved, busy, trap] = [(); 5].map(|()| Receiver::start());
    hangs.becomes(Manner::Hangs);
    moved.becomes(Manner::Redirects(format!("http://127.0.0.1:{}/letters", trap.port)));
    busy.becomes(Manner::Refuses(500));
    let mut channels = levels_ring();
    for (name, receiver) in [("hangs", &hangs), ("moved", &moved), ("busy", &busy), ("duty", &duty)]
    {
        channels += &receiver.channel(name, "");
    }
    let office = Office::with(duty, 2, &channels);
    let bad = [&hangs, &moved, &busy];
    for pond in 0..2 {
        let begun = office.levels(&[(pond, WARNING)]);
        let came = office.receiver.waits("旱警", tells("below-warning", pond));
        soon("beside receivers that fail", begun, &came);
    }
    for receiver in bad {
        wait_for("an attempt", || if receiver.came().is_empty() { Err("none") } else { Ok(()) });
    }
    // Whoever looks at what waits changes nothing of it.
    let page = office.person("viewer").get("/alarms");
    assert_eq!(page.status, 200, "{page:?}");
    let tried = busy.came().len();
    office.sleeps(SignedDuration::from_hours(23));
    wait_for("another attempt after a day", || match busy.came().len() {
        count if count > tried => Ok(()),
        count => Err(count),
    });
    bad.iter().for_each(|receiver| receiver.becomes(Manner::Takes));
    office.sleeps(HOUR);
    for receiver in bad {
        for pond in 0..2 {
            receiver.waits("what waited", tells("below-warning", pond));
        }
        for (name, letters) in receiver.told(Came::raised) {
            assert_eq!(letters.len(), 1, "{name}: {letters:?}");
        }
        let mut taken: Vec<String> =
            receiver.came().into_iter().filter(|came| came.taken).map(|came| came.id).collect();
        let count = taken.len();
        taken.sort();
        taken.dedup();
        assert_eq!(taken.len(), count, "a letter that was taken came again");
    }
    assert_eq!(office.receiver.told(Came::raised).len(), 2);
    assert!(trap.came().is_empty() && trap.others().is_empty(), "{:?}", trap.others());
}

#[test]
fn a_thousand_alarms_in_a_minute_are_few_letters_and_each_is_counted() {
    const PONDS: usize = 1000;
    let office = Office::open(PONDS, &levels_ring());
    let all: Vec<(usize, f64)> = (0..PONDS).map(|pond| (pond, WARNING)).collect();
    for some in all.chunks(100) {
        office.levels(some);
    }
    let open: Vec<String> = (0..PONDS).map(|pond| alarm("below-warning", pond)).collect();
    wait_for("a thousand alarms", || office.has_open(&open));
    office.sleeps(HOUR);
    wait_for("all of them told", || {
        let came = office.receiver.taken();
        if told(&came) == PONDS as u64 { Ok(()) } else { Err((told(&came), came.len())) }
    });
    let came = office.receiver.taken();
    println!("{PONDS} alarms: {} letters", came.len());
    assert!(came.len() <= 8, "{} letters", came.len());
    assert!(came.iter().any(|came| came.occasion() == "storm"));
}

#[test]
fn a_book_that_goes_is_spoilt_or_cannot_be_written_keeps_no_letter_back() {
    let office = Office::open(4, &levels_ring());
    let book = office.context.path("alarms.db");
    office.levels(&[(0, WARNING)]);
    office.receiver.waits("the first", tells("below-warning", 0));

    // Gone: it is made anew, with what is open.
    for name in ["alarms.db", "alarms.db-wal", "alarms.db-shm"] {
        let _ = std::fs::remove_file(office.context.path(name));
    }
    office.levels(&[(1, WARNING)]);
    office.receiver.waits("the second", tells("below-warning", 1));
    let open = |ponds: usize| (0..ponds).map(|n| alarm("below-warning", n)).collect::<Vec<_>>();
    wait_for("a new book", || office.has_open(&open(2)));

    // Another thing in its place: it is put aside.
    let diary = office.context.write("diary", &"a diary".repeat(1000));
    std::fs::rename(diary, &book).unwrap();
    office.levels(&[(2, WARNING)]);
    office.receiver.waits("the third", tells("below-warning", 2));
    wait_for("a good book", || office.has_open(&open(3)));
    let names = std::fs::read_dir(office.context.path("")).unwrap();
    let mut names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.any(|name| name.starts_with("alarms.db.damaged-")), "nothing is deleted");

    // Held by another: letters go out, and are written when that is over.
    let health = || get(office.context.page_port(), "/health").unwrap();
    wait_for("good health", || if health().contains(" 200 OK") { Ok(()) } else { Err(health()) });
    let other = Connection::open(&book).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    office.levels(&[(3, WARNING)]);
    office.receiver.waits("the fourth", tells("below-warning", 3));
    wait_for("bad health", || if health().contains(" 503 ") { Ok(()) } else { Err(health()) });
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    wait_for("all in the book", || office.has_open(&open(4)));

    // What was told is told to nobody again, also by a hub that starts anew.
    office.kills();
    office.starts();
    office.levels(&[(0, ASSURED)]);
    office.receiver.waits("after the start", tells("below-assured", 0));
    for (name, letters) in office.receiver.told(Came::raised) {
        assert_eq!(letters.len(), 1, "{name}: {letters:?}");
    }
    let log = office.context.log("hub");
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn commands_beside_the_running_hub_list_acknowledge_and_try_a_channel() {
    let receiver = Receiver::start();
    let channels = receiver.channel("duty", "") + &receiver.channel("other", "urgent_only = true");
    let office = Office::with(receiver, 1, &(levels_ring() + &channels));
    office.levels(&[(0, ASSURED)]);
    let came = office.receiver.waits("旱保", tells("below-assured", 0));
    let id = number(&came, "below-assured", 0).to_string();
    let (code, said) = office.says(&["alarm", "list"]);
    assert!(code == Some(0) && said.contains(&id) && said.contains("塘0"), "{code:?} {said}");
    let (_, said) = office.says(&["alarm", "list", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&said).unwrap();
    let first = &document["alarms"][0];
    assert_eq!((&first["kind"], &first["acknowledged_by"]), (&"below-assured".into(), &().into()));

    let (code, said) = office.says(&["alarm", "ack", &id, "--by", "qian", "--note", "on the way"]);
    assert_eq!(code, Some(0), "{said}");
    let mut viewer = office.person("viewer");
    wait_for("the page to have it", || {
        let page = viewer.get("/alarms").text();
        let there = page.contains("水务站 钱某") && page.contains("on the way");
        if there { Ok(()) } else { Err(page) }
    });
    let (code, said) = office.says(&["alarm", "ack", "1", "--by", "qian"]);
    assert_eq!(code, Some(1), "{said}");
    let (code, said) = office.says(&["alarm", "ack", &id, "--by", "nobody"]);
    assert_ne!(code, Some(0), "{said}");

    let tests = |count: usize| {
        let all = office.receiver.taken();
        let tests: Vec<&Came> = all.iter().filter(|came| came.occasion() == "test").collect();
        assert_eq!(tests.len(), count, "{all:?}");
    };
    let (code, said) = office.says(&["alarm", "test", "duty"]);
    assert_eq!(code, Some(0), "{said}");
    tests(1);
    let (code, said) = office.says(&["alarm", "test", "duty"]);
    assert!(code == Some(1) && said.contains("try again in"), "at once again: {code:?} {said}");
    let fields = [("channel", "duty")];
    let page = office.person("administrator").send("/alarms", "/alarms/test", &fields);
    assert_eq!(page.status, 200, "{page:?}");
    tests(2);
    let page = office.person("administrator").send("/alarms", "/alarms/test", &fields);
    assert_eq!(page.status, 409, "at once again: {page:?}");
    assert_eq!(office.person("reviewer").send("/alarms", "/alarms/test", &fields).status, 403);
    office.receiver.becomes(Manner::Refuses(500));
    let (code, said) = office.says(&["alarm", "test", "other"]);
    assert!(code == Some(1) && said.contains("500"), "{code:?} {said}");
    let (code, said) = office.says(&["alarm", "test", "dutty"]);
    assert!(code == Some(2) && said.contains("duty"), "{code:?} {said}");
    tests(2);
}
