//! Tests of what is raised, cleared and told.

use jiff::tz::{self, TimeZone};

use super::Condition::{Between, Off, On, Unknown};
use super::*;
use crate::alarm::{AlarmSaid, Occasion, Quiet};

/// A morning in the township: 08:00.
const START: i64 = 1_660_867_200;

pub(in crate::alarm) fn seen(kind: Kind, subject: &str, condition: Condition) -> Seen {
    let key = Key { kind, subject: subject.parse().unwrap() };
    let name = Text::verbatim(subject);
    Seen { key, condition, value: None, limit: None, name, said: Text::default(), behind: None }
}

pub(in crate::alarm) fn zone() -> TimeZone {
    TimeZone::fixed(tz::offset(8))
}

struct Office {
    watch: Watch,
    rules: Rules,
    minute: i64,
    /// What a book has.
    book: BTreeMap<i64, Alarm>,
}

impl Office {
    /// Whose conditions need not last.
    fn new(rules: Rules) -> Self {
        let holds = Kind::ALL.map(|kind| (kind, SignedDuration::ZERO)).into();
        let rules = Rules { holds, ..rules };
        let watch = Watch::resume(rules.clone(), Vec::new(), 0, now(0));
        Self { watch, rules, minute: 0, book: BTreeMap::new() }
    }

    fn at(&mut self, minute: i64, seen: &[Seen]) -> Vec<Letter> {
        self.minute = minute;
        let outcome = self.watch.look(seen, now(minute), &zone());
        self.book.extend(outcome.changed.into_iter().map(|alarm| (alarm.id, alarm)));
        outcome.letters
    }

    /// Which letters go out, shortened: occasion, kinds raised or (cleared).
    fn told(&mut self, minute: i64, seen: &[Seen]) -> Vec<String> {
        let letters = self.at(minute, seen);
        let word = |alarm: &AlarmSaid| match alarm.cleared_at {
            None => alarm.kind.id().to_owned(),
            Some(_) => format!("({})", alarm.kind.id()),
        };
        let kinds = |letter: &Letter| letter.alarms.iter().map(word).collect::<Vec<_>>().join(" ");
        letters
            .iter()
            .map(|letter| format!("{}: {}", letter.occasion.id(), kinds(letter)))
            .collect()
    }

    fn restart(&mut self) {
        let alarms = self.book.values().cloned().collect();
        self.watch = Watch::resume(self.rules.clone(), alarms, 0, now(self.minute));
    }
}

fn now(minute: i64) -> Now {
    let up = SignedDuration::from_mins(minute);
    Now { up, time: Timestamp::from_second(START + 60 * minute).unwrap() }
}

const POND: &str = "station/pond-1";

/// A pond whose three conditions are these.
fn pond(warning: Condition, assured: Condition, dry: Condition) -> [Seen; 3] {
    let kinds = [(Kind::BelowWarning, warning), (Kind::BelowAssured, assured), (Kind::Dry, dry)];
    kinds.map(|(kind, condition)| seen(kind, POND, condition))
}

#[test]
fn a_condition_has_to_last_and_what_is_between_or_unknown_keeps() {
    let holds = [(Kind::Dry, SignedDuration::from_mins(10))].into();
    let mut watch = Watch::resume(Rules { holds, ..Rules::default() }, Vec::new(), 0, now(0));
    let mut open = |minute, condition| {
        watch.look(&[seen(Kind::Dry, POND, condition)], now(minute), &zone());
        watch.open().count()
    };
    // Between never begins one; what is unknown counts for nothing; a moment of off begins anew.
    for (minute, condition, expected) in [
        (0, Between, 0),
        (1, On, 0),
        (10, On, 0),
        (11, Off, 0),
        (12, On, 0),
        (17, Between, 0),
        (18, Unknown, 0),
        (60, Unknown, 0),
        (61, On, 0),
        (65, On, 0),
        (66, On, 1),
        (67, Unknown, 1),
        (200, Between, 1),
        (201, Off, 1),
        (210, Between, 1),
        (211, Off, 0),
    ] {
        assert_eq!(open(minute, condition), expected, "minute {minute}");
    }
}

#[test]
fn what_has_come_back_beyond_its_limit_begins_nothing_and_no_letter_says_its_reading() {
    let holds = [(Kind::BelowWarning, SignedDuration::from_mins(10))].into();
    let quiet = |hour| jiff::civil::Time::constant(hour, 0, 0, 0);
    let quiet = Some(Quiet { from: quiet(8), to: quiet(9) });
    let rules = Rules { holds, quiet, ..Rules::default() };
    let mut watch = Watch::resume(rules, Vec::new(), 0, now(0));
    let mut look = |minute, condition, level: f64, limit: f64| {
        let one = Seen {
            value: Some(level),
            limit: Some(limit),
            said: Text::verbatim(format!("{level} of {limit}")),
            ..seen(Kind::BelowWarning, POND, condition)
        };
        let letters = watch.look(&[one], now(minute), &zone()).letters;
        let told = letters.into_iter().flat_map(|letter| letter.alarms);
        let told: Vec<_> =
            told.map(|alarm| (alarm.value, alarm.limit, alarm.said.to_string())).collect();
        (watch.open().count(), told)
    };
    for (minute, condition, level, open) in [
        (0, On, 2.0, 0),
        (5, Between, 2.04, 0),
        (10, Between, 2.03, 0),
        (30, Between, 2.01, 0),
        (31, On, 1.9, 1),
        (40, Between, 2.02, 1),
    ] {
        assert_eq!(look(minute, condition, level, 2.0), (open, Vec::new()), "minute {minute}");
    }
    // The limit of another month goes with the reading that is beyond it, and the letter of the morning has them.
    assert_eq!(look(50, On, 2.5, 2.6), (1, Vec::new()));
    assert_eq!(look(55, Between, 2.62, 2.6), (1, Vec::new()));
    let told = (Some(2.5), Some(2.6), "2.5 of 2.6".to_owned());
    assert_eq!(look(61, Between, 2.61, 2.6), (1, vec![told]));
}

#[test]
fn of_a_station_one_letter_an_hour_but_what_is_graver_at_once() {
    let mut office = Office::new(Rules { escalate_after: None, ..Rules::default() });
    let mut at = |minute, seen: [Seen; 3]| office.told(minute, &seen).join("; ");
    assert_eq!(at(0, pond(On, Off, Off)), "raised: below-warning");
    assert_eq!(at(5, pond(On, On, Off)), "raised: below-assured");
    // Improvement and repeat within the hour, and nothing differs after it.
    assert_eq!(at(10, pond(On, Off, Off)), "");
    assert_eq!(at(20, pond(On, On, Off)), "");
    assert_eq!(at(65, pond(On, On, Off)), "");
    // First seen so much lower: one line.
    assert_eq!(at(70, pond(On, On, On)), "raised: dry");
    assert_eq!(at(80, pond(On, On, Off)), "");
    assert_eq!(at(130, pond(On, On, Off)), "cleared: (dry)");
    assert_eq!(at(140, pond(Off, Off, Off)), "");
    assert_eq!(at(190, pond(Off, Off, Off)), "cleared: (below-assured)");
    assert_eq!(at(191, pond(On, On, On)), "raised: dry");
    assert_eq!(at(400, pond(On, On, On)), "");
}

#[test]
fn what_is_held_back_at_night_is_told_in_one_letter_in_the_morning() {
    let quiet = |hour| jiff::civil::Time::constant(hour, 0, 0, 0);
    let quiet = Some(Quiet { from: quiet(9), to: quiet(10) });
    let mut office = Office::new(Rules { quiet, escalate_after: None, ..Rules::default() });
    let gateway =
        |id: &str, condition| seen(Kind::GatewaySilent, &format!("gateway/{id}"), condition);
    let all = |a, b, c, dry| {
        [gateway("a", a), gateway("b", b), gateway("c", c), seen(Kind::DryRun, POND, dry)]
    };
    assert_eq!(office.told(0, &all(On, Off, Off, Off)), ["raised: gateway-silent"]);
    assert_eq!(office.told(61, &all(Off, On, On, Off)), [""; 0]);
    assert_eq!(office.told(70, &all(Off, On, Off, On)), ["raised: dry-run"]);
    assert_eq!(office.told(80, &all(Off, On, Off, Off)), [""; 0]);
    office.restart();
    // The pump has rung within the hour; gateway c is silent no longer and never was told.
    assert_eq!(
        office.told(121, &all(Off, On, Off, Off)),
        ["raised: gateway-silent (gateway-silent)"]
    );
    assert_eq!(office.told(131, &all(Off, On, Off, Off)), ["cleared: (dry-run)"]);
}

#[test]
fn what_nobody_acknowledges_is_told_once_more_and_what_somebody_does_is_not() {
    let mut office = Office::new(Rules::default());
    let seen = [seen(Kind::DryRun, POND, On), seen(Kind::DryRun, "station/b", On)];
    assert_eq!(office.told(0, &seen), ["raised: dry-run dry-run"]);
    let id = office.watch.open().next().unwrap().id;
    let by = Acknowledged { by: "黄某".into(), at: now(5).time, note: String::new() };
    office.watch.acknowledge(id, &by);
    office.book.get_mut(&id).unwrap().acknowledged = Some(by);
    assert_eq!(office.told(29, &seen), [""; 0]);
    assert_eq!(office.told(30, &seen), ["escalated: dry-run"]);
    office.restart();
    assert_eq!(office.told(300, &seen), [""; 0]);
    assert_eq!(office.book.values().filter(|alarm| alarm.escalated_at.is_some()).count(), 1);
}

#[test]
fn what_follows_from_a_cause_is_not_raised_and_the_cause_says_how_many() {
    let mut office = Office::new(Rules { escalate_after: None, ..Rules::default() });
    let all = |broker, others| {
        let station = |n| Seen {
            behind: Some("device/a/1/x".parse().unwrap()),
            ..seen(Kind::StationSilent, &format!("station/s-{n}"), others)
        };
        let mut all: Vec<Seen> = (0..30).map(station).collect();
        all.push(seen(Kind::GatewaySilent, "gateway/a", others));
        all.push(seen(Kind::DeviceUnreachable, "device/a/1/x", others));
        all.push(seen(Kind::IntakeStopped, "hub/broker", broker));
        all
    };
    let letters = office.at(0, &all(On, On));
    let [Letter { alarms, .. }] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((alarms.len(), alarms[0].explains, alarms[0].first.len()), (1, 32, 3));
    assert_eq!(office.at(60, &all(On, On)), []);
    // They have time to come back; the gateway does not, and explains the rest.
    assert_eq!(office.told(61, &all(Off, On)), ["cleared: (intake-stopped)"]);
    assert_eq!(office.told(70, &all(Off, On)), [""; 0]);
    assert_eq!(office.told(71, &all(Off, On)), ["raised: gateway-silent"]);
    assert_eq!(office.watch.open().count(), 1);
    assert_eq!(office.told(300, &all(Off, Off)), ["cleared: (gateway-silent)"]);
}

#[test]
fn a_storm_is_one_letter_and_one_when_it_is_over() {
    let mut office = Office::new(Rules::default());
    let gateways = |silent: usize| -> Vec<Seen> {
        let condition = |n| if n < silent { On } else { Off };
        (0..40)
            .map(|n| seen(Kind::GatewaySilent, &format!("gateway/g-{n}"), condition(n)))
            .collect()
    };
    let letters = office.at(0, &gateways(40));
    assert_eq!((letters.len(), letters[0].occasion, letters[0].raised), (1, Occasion::Storm, 40));
    office.restart();
    for minute in 1..60 {
        assert_eq!(office.at(minute, &gateways(40 - usize::try_from(minute).unwrap() / 2)), []);
    }
    // All but one are back within the hour, then that one.
    let letters = office.at(60, &gateways(1));
    assert_eq!(
        (letters.len(), letters[0].occasion, letters[0].cleared, letters[0].open),
        (1, Occasion::StormOver, 39, 1)
    );
    let letters = office.at(70, &gateways(0));
    assert_eq!((letters.len(), letters[0].cleared, letters[0].open), (1, 1, 0));
    assert!(office.book.values().all(|alarm| alarm.told.is_some() && alarm.clear_told.is_some()));
}

#[test]
fn a_thousand_alarms_a_minute_are_few_letters_and_what_is_urgent_among_them_rings() {
    let mut office = Office::new(Rules { escalate_after: None, ..Rules::default() });
    let mut all: Vec<Seen> =
        (0..10_000).map(|n| seen(Kind::StationSilent, &format!("station/s-{n}"), Off)).collect();
    all.push(seen(Kind::DryRun, POND, Off));
    let (mut letters, mut rung) = (Vec::new(), None);
    for (step, first) in (0..100).zip((0..10_000).step_by(100)) {
        for one in &mut all[first..][..100] {
            one.condition = On;
        }
        all[10_000].condition = if step < 33 { Off } else { On };
        let up = SignedDuration::from_secs(6 * step);
        let found = office.watch.look(&all, Now { up, time: now(0).time + up }, &zone()).letters;
        rung = rung.or(found.iter().find(|letter| letter.urgent).map(|_| step));
        letters.extend(found);
    }
    assert_eq!(rung, Some(33));
    assert!(letters.len() <= 3, "{}", letters.len());
    // What was held back is told when it is over.
    letters.extend(office.at(25, &all));
    assert_eq!(letters.iter().map(|letter| letter.raised).sum::<usize>(), 10_001);
    assert!(letters.iter().all(|letter| letter.alarms.len() <= 10));
}

#[test]
fn what_is_no_longer_watched_is_cleared_as_removed() {
    let mut office = Office::new(Rules { escalate_after: None, ..Rules::default() });
    office.at(0, &[seen(Kind::DryRun, POND, On)]);
    assert_eq!(office.told(90, &[]), ["cleared: (dry-run)"]);
    let [alarm] = office.book.values().collect::<Vec<_>>()[..] else { panic!() };
    assert!(alarm.cleared.as_ref().unwrap().removed);
    office.at(91, &[]);
    assert!(office.watch.points.is_empty());
}

#[test]
fn what_was_covered_when_it_was_raised_makes_no_storm_after_a_restart() {
    let mut office = Office::new(Rules { storm_from: 3, ..Rules::default() });
    assert_eq!(office.told(0, &pond(On, On, On)), ["raised: dry"]);
    office.restart();
    let mut all = pond(On, On, On).to_vec();
    all.push(seen(Kind::BelowWarning, "station/pond-2", On));
    assert_eq!(office.told(1, &all), ["raised: below-warning"]);
    // What was raised before that is counted as before.
    office.restart();
    all.push(seen(Kind::BelowWarning, "station/pond-3", On));
    assert_eq!(office.told(2, &all), ["storm: below-warning"]);
}

#[test]
fn the_end_of_what_is_urgent_is_named_before_ten_others_that_begin() {
    let mut office = Office::new(Rules { storm_from: 12, ..Rules::default() });
    let warned: Vec<Seen> =
        (0..30).map(|n| seen(Kind::BelowWarning, &format!("station/low-{n}"), On)).collect();
    let dry = |condition| seen(Kind::Dry, "station/a-dry-one", condition);
    office.told(0, &[dry(On)]);
    office.told(1, &[dry(Off)]);
    let all: Vec<Seen> = warned[..15].iter().cloned().chain([dry(Off)]).collect();
    office.told(2, &all);
    // An hour later the storm goes on, and its letter has the end.
    let all: Vec<Seen> = warned.iter().cloned().chain([dry(Off)]).collect();
    let letters = office.at(62, &all);
    let letter = letters.iter().find(|letter| letter.raised == 15).expect("a storm");
    assert_eq!((letter.occasion, letter.cleared), (Occasion::Storm, 1));
    let named: Vec<(Kind, bool)> =
        letter.alarms.iter().map(|said| (said.kind, said.cleared_at.is_some())).collect();
    assert_eq!(named[..2], [(Kind::BelowWarning, false), (Kind::Dry, true)]);
}
