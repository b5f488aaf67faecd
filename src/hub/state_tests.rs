//! What a hub counts, suspects of its own clock, and says again in its log.

use super::*;
use crate::core::Reading;
use crate::wire::RangeSet;

fn at(s: i64) -> Moment {
    let time = Timestamp::from_second(1_800_000_000 + s).unwrap();
    Moment { up: Duration::from_secs(s.try_into().unwrap()), time }
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
fn commits_are_counted_with_their_time() {
    let state = HubState::default();
    state.note_commit(1, &Committed::default(), Duration::from_millis(3), at(123));
    assert_eq!((state.commits.load(Relaxed), state.commit_time()), (1, Duration::from_millis(3)));
    assert_eq!(state.commit_age(at(125)), Some(Duration::from_secs(2)));
}

#[test]
fn an_outage_that_a_refusal_follows_is_one() {
    let state = HubState::default();
    state.note_write_failure(Text::verbatim("away"), at(0));
    let gateway: GatewayId = "gw-1".parse().unwrap();
    let left = vec![(gateway, Text::verbatim("refused"))];
    let refused = Committed { left, ..Committed::default() };
    state.note_commit(1, &refused, Duration::ZERO, at(50));
    let failing = lock(&state.commit_failing).clone().unwrap();
    assert_eq!((failing.since, failing.why.to_string()), (at(0), "refused".into()));
    state.note_commit(1, &Committed::default(), Duration::ZERO, at(60));
    assert!(state.writes());
}

/// A commit of a batch of each gateway; of those with `true`, a reading two days after `now` was refused.
fn committed(gateways: &[(&str, bool)], now: Moment) -> Committed {
    let mut committed = Committed::default();
    for (name, ahead) in gateways {
        let gateway: GatewayId = name.parse().unwrap();
        committed.delivered.insert((gateway.clone(), Epoch(1)), RangeSet::default());
        let at = now.time + SignedDuration::from_hours(48);
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
    state.note_birth(&"gw-1".parse().unwrap(), &birth(30), None, at(0));
    let said = |s| {
        state.log_what_lasts(at(s));
        lock(&state.lasting_said).map(|said| said.as_secs())
    };
    assert_eq!([said(300), said(301), said(3_900)], [None, Some(301), Some(301)]);
    assert_eq!(said(3_901), Some(3_901));
}
