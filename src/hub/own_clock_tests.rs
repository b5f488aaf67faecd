//! What gateways may say against this machine's clock, and what one alone may not.

use super::*;
use crate::core::Reading;
use crate::locales::Lang;
use crate::wire::{BootId, Epoch, Timebase};

const DAY: i64 = 86_400;

/// Seconds after the hub's start, as the world counts them.
fn truth(s: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + s).unwrap()
}

fn up(s: u64) -> Duration {
    Duration::from_secs(s)
}

fn id(name: &str) -> GatewayId {
    name.parse().unwrap()
}

fn batch(gateway: &str, times: &[Timestamp]) -> Batch {
    let read = |at: &Timestamp| Reading::good("pond-1/level".parse().unwrap(), *at, 1.0);
    let readings = times.iter().map(read).collect();
    Batch { gateway: id(gateway), epoch: Epoch(1), seq: 1, clock: None, loss: None, readings }
}

/// What is known when each of these gateways, whose clock is so many seconds off, sends a live reading every 10 s from
/// the start to `until`.
fn heard(gateways: &[(&str, i64)], until: u64) -> OwnClock {
    let mut own = OwnClock::default();
    for s in (0..=until).step_by(10) {
        for (name, off) in gateways {
            let at = truth(i64::try_from(s).unwrap() + off);
            own.note(&[batch(name, &[at])], up(s));
        }
    }
    own
}

fn said(own: &mut OwnClock, now: Timestamp, s: u64) -> Option<String> {
    own.problem(now, up(s)).0.map(|said| said.to_string())
}

#[test]
fn gateways_that_agree_overrule_a_hub_that_is_a_month_behind() {
    let hub = truth(-30 * DAY);
    let mut own = heard(&[("gw-1", 0), ("gw-2", 40)], 0);
    assert_eq!(own.latest(hub, up(0)), truth(0));
    // The hub's uptime goes on with theirs.
    assert_eq!(own.latest(truth(-30 * DAY + 100), up(100)), truth(100));
    let said = said(&mut own, hub, 0).unwrap();
    assert!(said.contains("agree that it is 2027-01-15T08:00:00Z: 2;"), "{said}");
    // When nobody has been heard for an hour, nothing is known.
    let later = truth(-30 * DAY + 4000);
    assert_eq!(own.latest(later, up(4000)), later);
}

#[test]
fn one_gateway_that_is_ahead_overrules_nobody() {
    for (gateways, hub) in [
        // Alone with a hub: nobody can tell which is wrong.
        (&[("gw-1", 30 * DAY)][..], 0),
        // Ahead of the hub and of the others.
        (&[("gw-1", 0), ("gw-2", 0), ("gw-evil", 700 * DAY)][..], 0),
        // Two that are ahead by different times agree on nothing.
        (&[("gw-1", 2 * DAY), ("gw-2", 3 * DAY)][..], 0),
        // Two of four are not most of them.
        (&[("gw-1", 0), ("gw-2", 0), ("gw-3", 9 * DAY), ("gw-4", 9 * DAY)][..], 0),
        // Within the day that a clock may be wrong by.
        (&[("gw-1", 0), ("gw-2", 0)][..], -DAY + 1),
    ] {
        let own = heard(gateways, 100);
        assert_eq!(own.latest(truth(100 + hub), up(100)), truth(100 + hub), "{gateways:?}");
    }
    // One that is ahead of a hub that is behind does not carry the others away.
    let own = heard(&[("gw-1", 0), ("gw-2", 0), ("gw-evil", 700 * DAY)], 100);
    assert_eq!(own.latest(truth(100 - 30 * DAY), up(100)), truth(100));
}

#[test]
fn where_all_gateways_are_ahead_the_hub_suspects_itself() {
    let said = |gateways: &[(&str, i64)], s: u64| {
        let mut own = heard(gateways, s);
        said(&mut own, truth(i64::try_from(s).unwrap()), s)
    };
    let contradicted = |n| Some(format!("gateways whose readings are ahead of time: {n};"));
    let begins =
        |said: Option<String>| said.and_then(|said| Some(said.split_once(';')?.0.to_owned() + ";"));
    assert_eq!(begins(said(&[("gw-1", 2 * DAY)], 100)), contradicted(1));
    assert_eq!(begins(said(&[("gw-1", 2 * DAY), ("gw-2", 3 * DAY)], 100)), contradicted(2));
    // Others may follow who agree with the hub.
    assert_eq!(said(&[("gw-1", 2 * DAY)], 20), None);
    assert_eq!(said(&[("gw-1", 2 * DAY), ("gw-2", 0)], 100), None);
    // Once they are right, or nobody has been heard for an hour, nothing is said any more.
    let mut own = heard(&[("gw-1", 2 * DAY)], 100);
    assert_eq!(own.problem(truth(4000), up(4000)).0, None);
    assert_eq!(own.problem(truth(100 + 2 * DAY), up(100)).0, None);
}

#[test]
fn gateways_overrule_nobody_where_one_agrees_with_this_machine() {
    let liars = [("gw-evil", 1460 * DAY), ("gw-evil2", 1460 * DAY)];
    let mut own = heard(&[liars[0], liars[1], ("gw-1", 0)], 100);
    assert_eq!(own.latest(truth(100), up(100)), truth(100));
    refused(&mut own, "gw-evil", truth(1460 * DAY + 100), truth(100), 100);
    assert_eq!(own.releasable(truth(100), up(100)), None);
    // It is told all the same: of most gateways nobody knows whether they lie.
    let told = said(&mut own, truth(100), 100).unwrap();
    assert!(told.contains("agree that it is 2031-01-14T08:01:40Z: 2,"), "{told}");
    assert!(told.contains("others agree with it: 1,"), "{told}");
    let chinese = own.problem(truth(100), up(100)).0.unwrap().within(Lang::Chinese);
    assert!(chinese.contains("另有 1 个网关"), "{chinese}");
    // One that is more than a day off does not agree.
    for (gateway, overruled) in [(("gw-1", -DAY), false), (("gw-1", -DAY - 11), true)] {
        let own = heard(&[liars[0], liars[1], gateway], 100);
        let latest = own.latest(truth(100), up(100));
        assert_eq!(latest == truth(1460 * DAY + 100), overruled, "{gateway:?}");
    }
}

#[test]
fn no_agreement_makes_a_time_believable_that_cannot_be() {
    let far = [("gw-1", 27 * 366 * DAY), ("gw-2", 27 * 366 * DAY)];
    let own = heard(&far, 100);
    assert_eq!(own.latest(truth(100), up(100)), truth(100), "2054");
    // What is believable beside it counts.
    let mut own = OwnClock::default();
    for name in ["gw-1", "gw-2"] {
        own.note(&[batch(name, &[truth(30 * 366 * DAY), truth(30 * DAY)])], up(0));
    }
    assert_eq!(own.latest(truth(0), up(0)), truth(30 * DAY));
}

#[test]
fn a_hub_that_is_ahead_of_most_gateways_is_told() {
    let ahead = |gateways: &[(&str, i64)], hub: i64| {
        let mut own = heard(gateways, 100);
        said(&mut own, truth(100 + hub), 100)
    };
    let told = ahead(&[("gw-1", 0)], 730 * DAY).unwrap();
    assert!(told.contains("1 of 1: 2027-01-15T08:01:40Z"), "{told}");
    let told = ahead(&[("gw-1", 0), ("gw-2", -5), ("gw-evil", 730 * DAY)], 730 * DAY).unwrap();
    assert!(told.contains("2 of 3: 2027-01-15T08:01:40Z"), "{told}");
    // Within a day, or one gateway of two whose battery clock is a year behind: not the hub.
    assert_eq!(ahead(&[("gw-1", 0)], DAY), None);
    assert_eq!(ahead(&[("gw-1", 0), ("gw-2", -365 * DAY)], 0), None);
    // A hub that is ahead takes nothing for later than it shows.
    let own = heard(&[("gw-1", 0), ("gw-2", 0)], 100);
    assert_eq!(own.latest(truth(730 * DAY), up(100)), truth(730 * DAY));
}

#[test]
fn a_backlog_says_nothing_of_a_clock() {
    let mut own = OwnClock::default();
    // What is a year old comes first, and live readings within seconds.
    own.note(&[batch("gw-1", &[truth(-365 * DAY)])], up(0));
    assert_eq!(said(&mut own, truth(0), 0), None);
    own.note(&[batch("gw-1", &[truth(5)])], up(5));
    for s in 6..60 {
        own.note(&[batch("gw-1", &[truth(-300 * DAY)])], up(s));
        assert_eq!(said(&mut own, truth(60), s), None);
    }
    // A gateway that does not know the time itself says nothing either.
    let unknown = Timebase { boot: BootId(1), zero: 0, provisional: true };
    let mut lost = OwnClock::default();
    for s in 0..100 {
        let batch = Batch { clock: Some(unknown), ..batch("gw-1", &[truth(-365 * DAY)]) };
        lost.note(&[batch], up(s));
    }
    assert_eq!(said(&mut lost, truth(100), 100), None);
}

#[test]
fn the_log_says_it_once_an_hour() {
    let mut own = heard(&[("gw-1", 0)], 5000);
    let hub = |s: u64| truth(i64::try_from(s).unwrap() + 730 * DAY);
    assert!(own.problem(hub(4000), up(4000)).1);
    assert!(!own.problem(hub(4010), up(4010)).1);
    assert!(own.problem(hub(7600), up(7600)).1);
    let (said, due) = own.problem(truth(5000), up(5000));
    assert!(said.is_none() && !due);
}

fn refused(own: &mut OwnClock, gateway: &str, at: Timestamp, hub: Timestamp, s: u64) {
    let batch = batch(gateway, &[at]);
    let readings = batch.readings.clone();
    let refused = Refused::new(&batch, readings, Text::verbatim("ahead"));
    own.note_refused(&[refused], (hub, own.latest(hub, up(s))), up(s));
}

#[test]
fn what_was_refused_is_released_when_the_hub_is_set_and_not_when_time_goes_by() {
    // A single gateway, two days ahead of the hub.
    let mut own = heard(&[("gw-1", 2 * DAY)], 0);
    refused(&mut own, "gw-1", truth(2 * DAY), truth(0), 0);
    assert_eq!(own.releasable(truth(0), up(0)), None);
    let week = 7 * 86_400;
    assert_eq!(own.releasable(truth(7 * DAY), up(week)), None, "its time has only come");
    let (gateway, held) = own.releasable(truth(9 * DAY), up(week)).unwrap();
    assert_eq!((gateway.as_str(), held.since, held.after), ("gw-1", truth(0), 0));
    own.note_released(&gateway, Some(17));
    assert_eq!(own.releasable(truth(9 * DAY), up(week)).unwrap().1.after, 17);
    own.note_released(&gateway, None);
    assert_eq!(own.releasable(truth(9 * DAY), up(week)), None);
}

#[test]
fn what_was_refused_is_released_when_another_gateway_agrees() {
    let hub = truth(-30 * DAY);
    let mut own = heard(&[("gw-1", 0), ("gw-evil", 300 * DAY)], 0);
    refused(&mut own, "gw-1", truth(0), hub, 0);
    refused(&mut own, "gw-evil", truth(300 * DAY), hub, 0);
    assert_eq!(own.releasable(hub, up(0)), None);
    own.note(&[batch("gw-2", &[truth(20)])], up(20));
    let hub = truth(20 - 30 * DAY);
    let (gateway, _) = own.releasable(hub, up(20)).unwrap();
    assert_eq!(gateway.as_str(), "gw-1");
    own.note_released(&gateway, None);
    assert_eq!(own.releasable(hub, up(20)), None, "the one that is ahead of all waits");
    let told = said(&mut own, hub, 20).unwrap();
    assert!(told.contains("agree that it is"), "{told}");
    let chinese = own.problem(hub, up(20)).0.unwrap().within(Lang::Chinese);
    assert!(chinese.contains("有 2 个网关"), "{chinese}");
}

#[test]
fn gateways_without_number_take_a_bounded_room() {
    let mut own = OwnClock::default();
    for n in 0..REMEMBERED_MAX + 10 {
        let name = format!("gw-{n}");
        own.note(&[batch(&name, &[truth(0)])], up(0));
        refused(&mut own, &name, truth(9 * DAY), truth(0), 0);
    }
    assert_eq!((own.heard.len(), own.held.len()), (REMEMBERED_MAX, REMEMBERED_MAX));
    // Those that have fallen silent make room.
    own.note(&[batch("gw-new", &[truth(9000)])], up(9000));
    assert_eq!(own.heard.len(), 1);
}
