//! What a hub counts, and says again in its log.

use super::*;

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
