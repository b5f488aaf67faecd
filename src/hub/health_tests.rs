//! Each state in which a hub fails is told within two intervals, and no longer once it is over.

use super::*;
use crate::core::{GatewayId, Series};
use crate::locales::Lang;
use crate::store::{Committed, QuarantineShare, Revocation};
use crate::wire::{Birth, BirthSeries, Epoch, GatewayState, RangeSet, Status};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// Seconds between the polls of the gateways here.
const INTERVAL_S: i64 = 60;

fn at(s: i64) -> Moment {
    let time = Timestamp::from_second(1_800_000_000 + s).unwrap();
    Moment { up: Duration::from_secs(s.try_into().unwrap()), time }
}

fn gateway(name: &str) -> GatewayId {
    name.parse().unwrap()
}

fn problems(state: &HubState, s: i64) -> Vec<String> {
    state.problems(at(s)).iter().map(ToString::to_string).collect()
}

fn warnings(state: &HubState, s: i64) -> Vec<String> {
    state.health(at(s)).warnings.iter().map(ToString::to_string).collect()
}

fn why(text: &str) -> Text {
    Text::verbatim(text)
}

/// A hub that has been connected since 0 and knows gateways that are online.
fn connected(gateways: &[&str]) -> HubState {
    let state = HubState::default();
    state.note_broker(true, false, at(0));
    for name in gateways {
        introduce(&state, name, 0);
    }
    state
}

fn introduce(state: &HubState, name: &str, s: i64) {
    let series: Series = "pond-1/level".parse().unwrap();
    let unit = series.parameter.spec().unit;
    let one = BirthSeries { series, unit, interval_s: INTERVAL_S as u32, counter: None };
    state.note_birth(&gateway(name), &Birth::new("0", "c".into(), vec![one]), None, at(s));
    state.note_status(&gateway(name), &Status::new(GatewayState::Online, at(s).time), at(s));
}

/// A commit of the batch `seq` of each gateway.
fn commit(state: &HubState, gateways: &[&str], seq: u64, s: i64) {
    let mut committed = Committed::default();
    let mut numbers = Vec::new();
    for name in gateways {
        let set: RangeSet = [(1, seq)].into_iter().collect();
        committed.delivered.insert((gateway(name), Epoch(1)), set);
        numbers.push((gateway(name), Epoch(1), seq));
    }
    state.note_commit(1, &committed, Duration::from_millis(3), at(s));
    state.note_batches(&numbers, &committed, at(s));
}

/// Holds that a fault which begins at 0 is told within two intervals, with these words.
fn told(state: &HubState, words: &[&str]) -> Vec<String> {
    let problems = problems(state, 2 * INTERVAL_S + 1);
    assert_eq!(problems.len(), 1, "{problems:?}");
    for word in words {
        assert!(problems[0].contains(word), "{word}: {problems:?}");
    }
    problems
}

#[test]
fn a_hub_that_is_well_says_nothing() {
    let state = HubState::default();
    assert_eq!((problems(&state, 0), warnings(&state, 0)), (vec![], vec![]));
    let state = connected(&["gw-1"]);
    for n in 0..100 {
        commit(&state, &["gw-1"], n + 1, INTERVAL_S * n as i64);
        let s = INTERVAL_S * n as i64 + INTERVAL_S - 1;
        assert_eq!((problems(&state, s), warnings(&state, s)), (vec![], vec![]));
    }
    assert_eq!(state.health(at(6000)).last_commit, Some(at(99 * INTERVAL_S).time));
}

#[test]
fn a_broker_that_is_away_refuses_or_throws_out_is_told_with_its_reason() {
    let state = HubState::default();
    state.note_broker(false, false, at(0));
    state.note_broker_problem(&why("nothing listens on port 1883"));
    assert_eq!(problems(&state, INTERVAL_S), [""; 0]);
    told(&state, &["unreachable since 2027-01-15T08:00:00Z: nothing listens on port 1883"]);
    let said = state.problems(at(121))[0].within(Lang::Chinese);
    assert!(said.starts_with("消息服务器自 2027-01-15T08:00:00Z 起连不上："), "{said}");
    state.note_broker(true, false, at(122));
    assert_eq!(problems(&state, 182), [""; 0]);

    // Refused subscriptions and another client with the hub's id look the same: no connection lasts.
    let state = HubState::default();
    state.note_broker(false, false, at(0));
    for n in 0..12 {
        state.note_broker(true, false, at(10 * n + 1));
        state.note_broker(false, false, at(10 * n + 2));
        state.note_broker_problem(&why("it does not let hub read hanqing/v1/+/birth"));
    }
    state.note_broker(true, false, at(120));
    told(&state, &["no connection to the broker has lasted", "hub read hanqing/v1/+/birth"]);
    assert_eq!(problems(&state, 180), [""; 0]);
    assert_eq!(warnings(&state, 180).len(), 1, "twelve losses within an hour");
    assert_eq!(warnings(&state, 3_800), [""; 0]);
}

#[test]
fn a_store_that_cannot_be_written_is_told_with_its_reason() {
    let state = connected(&["gw-1"]);
    state.note_write_begun(at(0));
    state.note_write_failure(why("database or disk is full"), at(0));
    state.note_write_failure(why("403: the token may not write"), at(50));
    assert!(!state.writes());
    assert_eq!(problems(&state, 60), [""; 0]);
    // It says nothing of the gateway, which nobody hears meanwhile.
    told(&state, &["since 2027-01-15T08:00:00Z", "403: the token may not write"]);
    assert_eq!(warnings(&state, 600), [""; 0]);
    commit(&state, &[], 1, 700);
    assert!(state.writes());
    assert_eq!((problems(&state, 701), warnings(&state, 701)), (vec![], vec![]));
}

#[test]
fn a_write_that_does_not_end_is_told() {
    let state = connected(&["gw-1"]);
    state.note_write_begun(at(0));
    assert_eq!(problems(&state, 60), [""; 0]);
    told(&state, &["under way since 2027-01-15T08:00:00Z"]);
    assert_eq!(warnings(&state, 600), [""; 0]);
    commit(&state, &["gw-1"], 1, 600);
    assert_eq!((problems(&state, 601), warnings(&state, 601)), (vec![], vec![]));
}

#[test]
fn a_server_that_takes_no_readings_is_told_though_it_takes_all_else() {
    let state = connected(&["gw-1"]);
    let refused = Committed {
        left: vec![(gateway("gw-1"), why("422: field type conflict"))],
        ..Committed::default()
    };
    for s in [0, 60, 120] {
        state.note_commit(1, &refused, Duration::ZERO, at(s));
        state.note_batches(&[(gateway("gw-1"), Epoch(1), 1)], &refused, at(s));
        // A status is taken.
        state.note_written();
    }
    told(&state, &["no readings have been stored", "422: field type conflict"]);
    let said = warnings(&state, 121);
    assert!(said[0].starts_with("gw-1: the server does not take its readings"), "{said:?}");
    // What is written and not yet durable is taken.
    let later = [((gateway("gw-1"), Epoch(1)), RangeSet::default())].into();
    let written = Committed { later, ..Committed::default() };
    state.note_commit(1, &written, Duration::ZERO, at(130));
    assert_eq!((problems(&state, 131), warnings(&state, 131)), (vec![], vec![]));
}

#[test]
fn a_server_that_keeps_readings_only_in_its_memory_is_told() {
    let state = connected(&[]);
    let written = Committed {
        later: [((gateway("gw-1"), Epoch(1)), RangeSet::default())].into(),
        ..Committed::default()
    };
    for s in 0..=120 {
        state.note_commit(1, &written, Duration::ZERO, at(s));
        state.note_confirmed(false, true, at(s));
    }
    told(&state, &["nothing that the server has taken is known to be on its disk"]);
    state.note_confirm_failure(why("404: no such page"), at(121));
    told(&state, &["since 2027-01-15T08:00:00Z", "404: no such page"]);
    state.note_confirmed(true, true, at(122));
    assert_eq!(problems(&state, 123), [""; 0]);
    state.note_confirmed(false, false, at(130));
    assert_eq!(problems(&state, 1000), [""; 0]);
}

#[test]
fn a_server_that_refuses_one_gateway_is_told_beside_it() {
    let state = connected(&["gw-1", "gw-2"]);
    let delivered = [((gateway("gw-2"), Epoch(1)), RangeSet::default())].into();
    let left = vec![(gateway("gw-1"), why("422: field type conflict"))];
    let committed = Committed { delivered, left, ..Committed::default() };
    state.note_commit(2, &committed, Duration::ZERO, at(0));
    assert_eq!(problems(&state, 110), [""; 0]);
    assert!(warnings(&state, 110)[0].contains("422: field type conflict"));
    commit(&state, &["gw-1", "gw-2"], 2, 60);
    assert_eq!(warnings(&state, 61), [""; 0]);
}

#[test]
fn readings_that_do_not_come_from_any_gateway_are_a_problem_and_from_one_a_warning() {
    let state = connected(&["gw-1", "gw-2"]);
    assert_eq!(problems(&state, 120), [""; 0]);
    told(&state, &["that are online: 2", "since 2027-01-15T08:00:00Z", "hanqing/v1/+/readings"]);
    commit(&state, &["gw-2"], 1, 130);
    assert_eq!(problems(&state, 131), [""; 0]);
    let said = warnings(&state, 131);
    let [said] = &said[..] else { panic!("{said:?}") };
    assert!(said.starts_with("gw-1: online, but no readings have come since"), "{said}");
    commit(&state, &["gw-1"], 1, 140);
    assert_eq!(warnings(&state, 141), [""; 0]);
    // One that goes offline is shown so, and nothing is expected of it.
    let offline = Status::new(GatewayState::Offline, at(150).time);
    state.note_status(&gateway("gw-1"), &offline, at(150));
    commit(&state, &["gw-2"], 2, 1000);
    assert_eq!((problems(&state, 1001), warnings(&state, 1001)), (vec![], vec![]));
}

#[test]
fn a_broker_that_does_not_share_is_told() {
    let state = HubState::default();
    state.note_broker(true, true, at(0));
    assert_eq!(problems(&state, 10_000), [""; 0]);
    introduce(&state, "gw-1", 0);
    assert_eq!(problems(&state, 600), [""; 0]);
    let said = problems(&state, 601);
    assert!(said[0].contains("may not share"), "{said:?}");
    commit(&state, &["gw-1"], 1, 602);
    assert_eq!(problems(&state, 10_000), [""; 0]);
}

#[test]
fn births_that_are_left_out_and_refused_acknowledgements_are_told() {
    let state = connected(&[]);
    state.note_without_births(true);
    told(&state, &["too large"]);
    // Retained or not, and whatever is off: publishers, too.
    told(&state, &["a program sends it repeatedly"]);
    told(&state, &["births, statuses and reports"]);
    told(&state, &["readings of publishers"]);
    told(&state, &["every 10 minutes"]);
    state.note_without_births(false);
    state.note_acks(3, Some(why("it does not let hub write hanqing/v1/+/ack")));
    told(&state, &["does not pass on acknowledgements", "hub write hanqing/v1/+/ack"]);
    state.note_acks(0, None);
    assert_eq!(problems(&state, 122), [""; 0]);
}

#[test]
fn acknowledgements_that_do_not_arrive_are_told() {
    let state = connected(&["gw-1", "gw-2"]);
    for n in 1..=3 {
        commit(&state, &["gw-1", "gw-2"], n + 1, 30 * n as i64 - 30);
    }
    // Both send their batch 2 again and again.
    for s in [60, 90, 120] {
        commit(&state, &["gw-1", "gw-2"], 2, s);
    }
    told(&state, &["acknowledgements reach no gateway", "(2)"]);
    assert!(warnings(&state, 121)[0].contains("hanqing/v1/gw-1/ack"));
    // They reach gw-1 again.
    for (n, s) in [150, 210, 270, 330, 390, 450].into_iter().enumerate() {
        commit(&state, &["gw-1"], 10 + n as u64, s);
        commit(&state, &["gw-2"], 2, s + 1);
    }
    assert_eq!(problems(&state, 451), [""; 0]);
    let said = warnings(&state, 451);
    assert!(said.len() == 1 && said[0].starts_with("gw-2: it repeats"), "{said:?}");
}

#[test]
fn a_copy_that_stands_still_is_told_with_its_reason() {
    let state = connected(&[]);
    // It was up to date a week ago, when the hub ended.
    state.note_copy(Some(at(0).time - SignedDuration::from_hours(7 * 24)), at(0));
    assert_eq!(problems(&state, 60), [""; 0]);
    state.note_copy_failure(why("connection refused"), at(0));
    told(
        &state,
        &["cannot be copied since", "connection refused; page and report", "as of 2027-01-08"],
    );
    state.note_copied(at(130));
    assert_eq!(problems(&state, 430), [""; 0]);
    // Without a failure: a pass that takes long.
    assert!(problems(&state, 431)[0].contains("as of 2027-01-15T08:02:10Z"));
    assert_eq!(state.copy_age(at(431)), Some(SignedDuration::from_secs(301)));
    // Nothing was copied ever.
    let state = connected(&[]);
    state.note_copy(None, at(0));
    assert!(problems(&state, 301)[0].contains("not been copied yet"));
    assert_eq!(state.copy_age(at(301)), None);
}

#[test]
fn a_page_that_stands_still_is_told_with_its_reason() {
    let state = connected(&[]);
    state.note_page_begun(at(0));
    told(&state, &["not been made anew since 2027-01-15T08:00:00Z"]);
    state.note_page(Some(why("the ledger cannot be read")), at(130));
    assert_eq!(problems(&state, 190), [""; 0]);
    assert!(problems(&state, 191)[0].ends_with("08:02:10Z: the ledger cannot be read"));
    state.note_page(None, at(192));
    assert_eq!(problems(&state, 193), [""; 0]);
}

#[test]
fn damage_is_told_and_problems_have_names() {
    let state = connected(&[]);
    state.note_damage("page 7 is not".into());
    told(&state, &["page 7 is not"]);
    assert_eq!(state.faults(at(0))[0].0, Fault::Damage);
    let state = connected(&[]);
    state.note_server_lost(Some(Timestamp::UNIX_EPOCH));
    told(&state, &["1970-01-01T00:00:00Z"]);
    // The copy knows more.
    state.note_server_lost_copy(Some(Timestamp::UNIX_EPOCH));
    told(&state, &["still has"]);
    state.note_server_lost(None);
    state.note_server_lost_copy(None);
    assert_eq!(problems(&state, 0), [""; 0]);
    let names: std::collections::BTreeSet<&str> = Fault::ALL.iter().map(|f| f.name()).collect();
    assert_eq!(names.len(), Fault::ALL.len());
}

#[test]
fn what_was_set_aside_is_told_until_the_quarantine_is_emptied() {
    let state = connected(&[]);
    let share = |rows| QuarantineShare {
        gateway: Some(gateway("gw-1")),
        rows,
        bytes: 5,
        unreadable: 0,
        full: 0.001,
    };
    state.note_unreadable(&Some(gateway("gw-1")), &why("no JSON"), at(0));
    state.note_quarantine(vec![share(1)], vec![]);
    for s in [0, 120, 86_400] {
        assert!(warnings(&state, s)[0].contains("no JSON"), "{s}");
    }
    assert_eq!(warnings(&state, 86_401), [""; 0]);
    state.note_quarantine(vec![], vec![]);
    assert_eq!(warnings(&state, 120), [""; 0]);
}

#[test]
fn gateways_with_trouble_are_warned_of_by_name() {
    let state = HubState::default();
    let share = |name: &str, full| QuarantineShare {
        gateway: Some(gateway(name)),
        rows: 1000,
        bytes: 5,
        unreadable: 0,
        full,
    };
    state.note_quarantine(
        vec![share("gw-few", 0.009), share("gw-some", 0.0101), share("gw-full", 1.0)],
        vec![Revocation { gateway: gateway("gw-some"), since: at(7).time, noted_at: at(8).time }],
    );
    state.note_dropped(&Some(gateway("gw-some")), at(0));
    let said = warnings(&state, 0);
    let [full, some] = &said[..] else { panic!("{said:?}") };
    assert!(full.starts_with("gw-full: its part of the quarantine is full"), "{full}");
    assert!(
        some.starts_with("gw-some: revoked: its readings from 2027-01-15T08:00:07Z on"),
        "{some}"
    );
    assert!(
        some.contains("messages dropped: 1;") && some.contains("1% of what it may hold"),
        "{some}"
    );
    for n in 0..200 {
        state.note_dropped(&Some(gateway(&format!("gw-{n}"))), at(0));
    }
    assert_eq!(warnings(&state, 0).len(), NAMED_MAX + 1);
    state.note_quarantine(vec![], vec![]);
    assert_eq!(warnings(&state, 1000), [""; 0]);
}

#[test]
fn a_clock_that_is_set_delays_no_word_and_says_none_too_early() {
    let set = |s: i64, hours: i64| Moment {
        time: at(s).time + SignedDuration::from_hours(hours),
        ..at(s)
    };
    let back = |s: i64| set(s, -2 * 365 * 24);
    let state = HubState::default();
    state.note_broker(false, false, at(0));
    assert_eq!(state.problems(back(120)), []);
    let said = state.problems(back(121))[0].to_string();
    assert!(said.contains("unreachable since 2027-01-15T08:00:00Z"), "{said}");

    let state = connected(&["gw-1"]);
    assert_eq!([120, 121].map(|s| state.silent_gateways(back(s))), [Some(0), Some(1)]);
    assert_eq!(state.silent_gateways(set(120, 3)), Some(0));

    let state = connected(&[]);
    state.note_write_failure(why("full"), at(0));
    state.note_copy(None, at(0));
    state.note_page_begun(at(0));
    let faults =
        |now: Moment| state.faults(now).into_iter().map(|(fault, _)| fault).collect::<Vec<_>>();
    for hours in [-2 * 365 * 24, 0, 3] {
        assert_eq!(faults(set(60, hours)), []);
        assert_eq!(faults(set(61, hours)), [Fault::Store, Fault::Page]);
        assert_eq!(faults(set(301, hours)), [Fault::Store, Fault::Copy, Fault::Page]);
    }
    state.note_copied(at(400));
    assert_eq!(state.copy_age(back(410)), Some(SignedDuration::from_secs(10)));
}
