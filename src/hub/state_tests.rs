//! What is reported as a problem, what as a warning, and for how long.

use super::*;
use crate::core::Reading;
use crate::wire::{Batch, Epoch, RangeSet};

fn at(s: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + s).unwrap()
}

fn problems(state: &HubState, now: Timestamp) -> Vec<String> {
    state.problems(now).iter().map(ToString::to_string).collect()
}

#[test]
fn a_problem_is_reported_after_a_while_and_only_as_long_as_it_lasts() {
    let state = HubState::default();
    assert_eq!(problems(&state, at(0)), [""; 0]);
    state.note_broker(false, false, at(0));
    state.note_broker(false, false, at(100));
    state.note_write_failure(at(10));
    assert_eq!(problems(&state, at(60)), [""; 0]);
    assert!(!state.broker_connected() && !state.writes());
    assert_eq!(
        problems(&state, at(121)),
        [
            "the broker has been unreachable since 2027-01-15T08:00:00Z",
            "no write to the store has succeeded since 2027-01-15T08:00:10Z; see the log",
        ]
    );
    assert_eq!(
        state.problems(at(121))[0].within(Lang::Chinese),
        "消息服务器自 2027-01-15T08:00:00Z 起连不上"
    );
    state.note_broker(true, false, at(122));
    state.note_commit(1, &Committed::default(), Duration::from_millis(3), at(123));
    assert_eq!(problems(&state, at(1000)), [""; 0]);
    assert_eq!((state.commits.load(Relaxed), state.commit_time()), (1, Duration::from_millis(3)));
    state.note_copied(at(0));
    assert_eq!(state.problems(at(200)).len(), 0);
    assert!(problems(&state, at(301))[0].contains("as of 2027"));
    state.note_damage("page 7 is not".into());
    assert_eq!(problems(&state, at(301))[1], "page 7 is not");
}

#[test]
fn a_connection_that_never_lasts_is_told() {
    let state = HubState::default();
    state.note_broker(false, false, at(0));
    for n in 0..30 {
        state.note_broker(true, false, at(10 * n + 1));
        assert!(state.broker_connected());
        state.note_broker(false, false, at(10 * n + 9));
    }
    let said = "the broker has been unreachable since 2027-01-15T08:00:00Z";
    assert_eq!(problems(&state, at(300)), [said]);
    state.note_broker(true, false, at(301));
    assert!(
        problems(&state, at(310))[0].contains("no connection to the broker has lasted a minute")
    );
    assert_eq!(problems(&state, at(361)), [""; 0]);
    // After one that lasted, an outage begins when it ends.
    state.note_broker(false, false, at(400));
    assert_eq!(problems(&state, at(500)), [""; 0]);
    assert!(problems(&state, at(521))[0].contains("08:06:40"));
}

fn birth(interval_s: u32) -> Birth {
    let series: crate::core::Series = "pond-1/level".parse().unwrap();
    let unit = series.parameter.spec().unit;
    Birth::new(
        "0",
        "c".into(),
        vec![crate::wire::BirthSeries { series, unit, interval_s, counter: None }],
    )
}

#[test]
fn a_broker_that_does_not_share_is_told() {
    let state = HubState::default();
    let gateway: GatewayId = "gw-1".parse().unwrap();
    // A hub that has all readings to itself says nothing of gateways that are silent.
    state.note_broker(true, false, at(0));
    state.note_birth(&gateway, &birth(30), None);
    assert_eq!(problems(&state, at(10_000)), [""; 0]);
    state.note_broker(true, true, at(0));
    assert_eq!(problems(&state, at(10_000)), [""; 0]);
    state.note_birth(&gateway, &birth(30), None);
    state.note_birth(&gateway, &birth(3600), None);
    assert_eq!(problems(&state, at(300)), [""; 0]);
    assert!(
        problems(&state, at(301))[0].contains("may not share"),
        "{:?}",
        problems(&state, at(301))
    );
    let delivered = [((gateway, crate::wire::Epoch(1)), crate::wire::RangeSet::default())].into();
    let committed = Committed { delivered, ..Committed::default() };
    state.note_commit(1, &committed, Duration::ZERO, at(302));
    assert_eq!(problems(&state, at(10_000)), [""; 0]);
}

/// A commit of a batch of each gateway; of those with `true`, a reading two days after `now` was refused.
fn committed(gateways: &[(&str, bool)], now: Timestamp) -> Committed {
    let mut committed = Committed::default();
    for (name, ahead) in gateways {
        let gateway: GatewayId = name.parse().unwrap();
        committed.delivered.insert((gateway.clone(), Epoch(1)), RangeSet::default());
        let at = now + SignedDuration::from_hours(48);
        let readings = vec![Reading::good("pond-1/level".parse().unwrap(), at, 1.0)];
        let batch = Batch { gateway, epoch: Epoch(1), seq: 1, clock: None, loss: None, readings };
        let problem = Text::verbatim("ahead");
        committed.refused.extend(ahead.then_some(Refused { batch, problem }));
    }
    committed
}

#[test]
fn where_many_gateways_are_ahead_the_hub_suspects_itself() {
    let warnings = |gateways: &[(&str, bool)], s| {
        let state = HubState::default();
        state.note_commit(1, &committed(gateways, at(0)), Duration::ZERO, at(0));
        let warnings = state.health(at(s)).warnings;
        let said = warnings.iter().map(|text| text.within(Lang::English));
        said.filter(|said| said.contains("own clock may be behind")).collect::<Vec<_>>()
    };
    let (none, some) = (Vec::<String>::new(), ["gw-1", "gw-2", "gw-3", "gw-4"]);
    let of = |ahead: usize| {
        let all = some.iter().enumerate().map(|(n, name)| (*name, n < ahead));
        all.collect::<Vec<_>>()
    };
    // One or two among others are wrong themselves.
    for ahead in 0..3 {
        assert_eq!(warnings(&of(ahead), 10), none);
    }
    assert!(warnings(&of(3), 10)[0].contains("ahead of time: 3;"));
    // All that send.
    assert_eq!(warnings(&[("gw-1", true), ("gw-2", true)], 10).len(), 1);
    assert_eq!(warnings(&of(4), 3_601), none);
    // Once they are right, nothing is said any more.
    let state = HubState::default();
    for (ahead, expected) in [(true, 1), (false, 0)] {
        let all = some.map(|name| (name, ahead));
        state.note_commit(1, &committed(&all, at(0)), Duration::ZERO, at(0));
        assert_eq!(usize::from(state.clock_suspected(at(1)).is_some()), expected);
    }
}

#[test]
fn a_broker_that_does_not_share_is_logged_once_an_hour() {
    let state = HubState::default();
    state.note_broker(true, true, at(0));
    state.note_birth(&"gw-1".parse().unwrap(), &birth(30), None);
    let said = |s| {
        state.log_what_lasts(at(s));
        lock(&state.unshared_said).map(|said| said.duration_since(at(0)).as_secs())
    };
    assert_eq!([said(300), said(301), said(3_900)], [None, Some(301), Some(301)]);
    assert_eq!(said(3_901), Some(3_901));
}

#[test]
fn gateways_with_trouble_are_warned_of_by_name() {
    let state = HubState::default();
    let well = state.health(at(0));
    assert!(well.problems.is_empty() && well.warnings.is_empty());
    let share = |name: &str, full| QuarantineShare {
        gateway: Some(name.parse().unwrap()),
        rows: 1000,
        bytes: 5,
        unreadable: 0,
        full,
    };
    state.note_quarantine(
        vec![share("gw-few", 0.009), share("gw-some", 0.0101), share("gw-full", 1.0)],
        vec![Revocation { gateway: "gw-some".parse().unwrap(), since: at(7), noted_at: at(8) }],
    );
    state.note_dropped(&Some("gw-some".parse().unwrap()));
    state.note_without_births(true);
    state.note_acks(3, Some(Text::verbatim("Not authorized")));
    let health = state.health(at(0));
    let warnings: Vec<String> = health.warnings.iter().map(ToString::to_string).collect();
    let [full, some] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(full.starts_with("gw-full: its part of the quarantine is full"), "{full}");
    assert!(
        some.starts_with("gw-some: revoked: its readings from 2027-01-15T08:00:07Z on"),
        "{some}"
    );
    assert!(
        some.contains("messages dropped: 1;") && some.contains("1% of what it may hold"),
        "{some}"
    );
    let problems = problems(&state, at(0));
    assert!(
        problems[0].contains("too large") && problems[1].contains("Not authorized"),
        "{problems:?}"
    );
    for n in 0..200 {
        state.note_dropped(&Some(format!("gw-{n}").parse().unwrap()));
    }
    assert_eq!(state.health(at(0)).warnings.len(), NAMED_MAX + 1);
}
