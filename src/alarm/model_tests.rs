//! The watch under random conditions, restarts and steps of the clock: nothing rings twice, nothing is left out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Time;
use jiff::tz::{self, TimeZone};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

/// What is watched: two ponds, a pump, a station behind a gateway, gateways, the broker.
const KEYS: [(Kind, &str); 13] = [
    (Kind::BelowWarning, "station/pond-a"),
    (Kind::BelowAssured, "station/pond-a"),
    (Kind::Dry, "station/pond-a"),
    (Kind::BelowAssured, "station/pond-b"),
    (Kind::FallingFast, "station/pond-b"),
    (Kind::DryRun, "station/pump"),
    (Kind::StationSilent, "station/pond-b"),
    (Kind::GatewaySilent, "gateway/a"),
    (Kind::GatewaySilent, "gateway/b"),
    (Kind::GatewaySilent, "gateway/c"),
    (Kind::DeviceUnreachable, "device/c/1/x"),
    (Kind::DiskFull, "hub/disk"),
    (Kind::IntakeStopped, "hub/broker"),
];

#[derive(Debug, Clone)]
enum Action {
    See(usize, Condition),
    Minutes(i64),
    Restart,
    /// The clock is set, by so many minutes.
    Step(i64),
    Acknowledge(usize),
}

fn action() -> impl Strategy<Value = Action> {
    use Condition::{Between, Off, On, Unknown};
    let condition =
        prop_oneof![4 => Just(On), 1 => Just(Between), 4 => Just(Off), 1 => Just(Unknown)];
    prop_oneof![
        6 => (0..KEYS.len(), condition).prop_map(|(key, condition)| Action::See(key, condition)),
        6 => (1_i64..90).prop_map(Action::Minutes),
        1 => Just(Action::Restart),
        1 => (-3000_i64..3000).prop_map(Action::Step),
        1 => (0_usize..5).prop_map(Action::Acknowledge),
    ]
}

/// The world around a watch: what is so, the clock, what a book has, who was told what.
struct World {
    rules: Rules,
    watch: Watch,
    conditions: [Condition; KEYS.len()],
    /// Since the begin of the world, and since the last start.
    minute: i64,
    up: i64,
    /// How much the clock is ahead, minutes.
    ahead: i64,
    book: BTreeMap<i64, Alarm>,
    letters: BTreeSet<String>,
    /// When a subject was last told of, and how grave people believe it to be.
    heard: BTreeMap<Subject, (i64, u8)>,
}

fn seen_of((kind, subject): (Kind, &str), condition: Condition) -> Seen {
    let key = Key { kind, subject: subject.parse().unwrap() };
    let behind = (kind == Kind::StationSilent).then(|| "gateway/b".parse().unwrap());
    let name = Text::verbatim(subject);
    // What a reading says is which condition it is of.
    let said = Text::verbatim(format!("{condition:?}"));
    Seen { key, condition, value: None, limit: None, name, said, behind }
}

impl World {
    fn new(rules: Rules) -> Self {
        let now =
            Now { up: SignedDuration::ZERO, time: Timestamp::from_second(1_660_867_200).unwrap() };
        Self {
            watch: Watch::resume(rules.clone(), Vec::new(), 0, now),
            rules,
            conditions: [Condition::Unknown; KEYS.len()],
            minute: 0,
            up: 0,
            ahead: 0,
            book: BTreeMap::new(),
            letters: BTreeSet::new(),
            heard: BTreeMap::new(),
        }
    }

    fn now(&self) -> Now {
        let time = Timestamp::from_second(1_660_867_200 + 60 * (self.minute + self.ahead)).unwrap();
        Now { up: SignedDuration::from_mins(self.up), time }
    }

    fn act(&mut self, action: &Action) {
        match action {
            Action::See(key, condition) => self.conditions[*key] = *condition,
            Action::Minutes(minutes) => self.pass(*minutes),
            Action::Restart => {
                self.up = 0;
                let last = self.book.keys().last().copied().unwrap_or(0);
                let alarms = self.book.values().cloned().collect();
                self.watch = Watch::resume(self.rules.clone(), alarms, last, self.now());
            }
            Action::Step(minutes) => {
                self.ahead += minutes;
                // A start after it takes ages from a clock that was set: hours may be shorter then.
                self.heard.clear();
            }
            Action::Acknowledge(nth) => {
                let open = self.watch.open().nth(*nth).map(|alarm| alarm.id);
                let by =
                    Acknowledged { by: "黄某".into(), at: self.now().time, note: String::new() };
                if let Some(id) = open {
                    self.watch.acknowledge(id, &by);
                }
                // What it implies is acknowledged as well, as the book does it.
                for alarm in self.watch.open() {
                    self.book.get_mut(&alarm.id).unwrap().acknowledged = alarm.acknowledged.clone();
                }
            }
        }
        self.look();
    }

    fn pass(&mut self, minutes: i64) {
        for _ in 0..(minutes + 4) / 5 {
            self.minute += 5;
            self.up += 5;
            self.look();
        }
    }

    fn look(&mut self) {
        let seen = KEYS.iter().zip(self.conditions);
        let seen: Vec<Seen> = seen.map(|(key, condition)| seen_of(*key, condition)).collect();
        let zone = TimeZone::fixed(tz::offset(8));
        let outcome = self.watch.look(&seen, self.now(), &zone);
        let mut told = BTreeSet::new();
        for letter in &outcome.letters {
            assert!(self.letters.insert(letter.id.clone()), "twice: {letter:?}");
            told.insert(letter.id.clone());
            self.hear(letter);
        }
        for alarm in outcome.changed {
            let before = self.book.insert(alarm.id, alarm.clone());
            let before = before.as_ref();
            for (was, is) in [
                (before.and_then(|before| before.told.as_ref()), &alarm.told),
                (before.and_then(|before| before.clear_told.as_ref()), &alarm.clear_told),
            ] {
                match (was, is) {
                    (Some(was), is) => assert_eq!(Some(was), is.as_ref(), "told once"),
                    (None, Some(is)) => assert!(self.letters.contains(&is.letter), "{is:?}"),
                    (None, None) => {}
                }
            }
            let begins = alarm.is_open() && before.is_none_or(|before| !before.is_open());
            if begins {
                let sees = |seen: &&Seen| seen.key == alarm.key;
                let found = seen.iter().find(sees).map(|seen| seen.condition);
                assert_eq!(found, Some(Condition::On), "begins with what is on: {alarm:?}");
            }
            assert_eq!(alarm.said.to_string(), "On", "said of what rings: {alarm:?}");
            let reopened = before.is_some_and(|before| !before.is_open()) && alarm.is_open();
            assert!(!(reopened && alarm.clear_told.is_some()), "{alarm:?}");
            let escalated = before.and_then(|before| before.escalated_at);
            assert!(escalated.is_none_or(|at| alarm.escalated_at == Some(at)));
        }
        let open: Vec<&Key> = self.watch.open().map(|alarm| &alarm.key).collect();
        assert_eq!(open.iter().collect::<BTreeSet<_>>().len(), open.len(), "one of a key");
        let kept = self.book.values().filter(|alarm| alarm.is_open());
        assert!(kept.eq(self.watch.open()), "the book has what is open");
    }

    /// One an hour of a subject, but for what is graver, and what is told of a storm.
    fn hear(&mut self, letter: &Letter) {
        if letter.occasion == Occasion::Escalated {
            return;
        }
        for alarm in &letter.alarms {
            let raised = alarm.cleared_at.is_none();
            let before = self.heard.get(&alarm.subject).filter(|(at, _)| self.minute - at < 60);
            let is_storm = matches!(letter.occasion, Occasion::Storm | Occasion::StormOver);
            if let Some((at, gravity)) = before.filter(|(at, _)| *at != self.minute && !is_storm) {
                let graver = raised && alarm.kind.gravity() > *gravity;
                assert!(graver, "{at}, now {}: {letter:?}", self.minute);
            }
            let gravity = if raised { alarm.kind.gravity() } else { 0 };
            self.heard.insert(alarm.subject.clone(), (self.minute, gravity));
        }
    }

    /// Lets all come to rest and looks whether anything was left out.
    fn settle(&mut self) {
        for condition in &mut self.conditions {
            if matches!(condition, Condition::Between | Condition::Unknown) {
                *condition = Condition::Off;
            }
        }
        self.pass(36 * 60);
        let on = |wanted: (Kind, &str)| {
            let mut found = KEYS.iter().zip(self.conditions).filter(|(key, _)| **key == wanted);
            found.any(|(_, condition)| condition == Condition::On)
        };
        for key in KEYS {
            let broker = on((Kind::IntakeStopped, "hub/broker"));
            let explained = match key.0 {
                Kind::GatewaySilent => broker,
                Kind::StationSilent => broker || on((Kind::GatewaySilent, "gateway/b")),
                Kind::DeviceUnreachable => broker || on((Kind::GatewaySilent, "gateway/c")),
                _ => false,
            };
            let seen = seen_of(key, Condition::On);
            let is_open = self.watch.open().any(|alarm| alarm.key == seen.key);
            assert!(if explained && on(key) { true } else { is_open == on(key) }, "{key:?}");
        }
        for alarm in self.book.values() {
            let is_told = if alarm.is_open() {
                alarm.told.is_some()
            } else {
                alarm.told.is_some() == alarm.clear_told.is_some()
            };
            assert!(is_told, "left out: {alarm:?}");
            let rings =
                alarm.is_open() && alarm.key.kind.is_urgent() && alarm.acknowledged.is_none();
            let implied = self.book.values().any(|other| {
                other.is_open()
                    && other.key.subject == alarm.key.subject
                    && other.key.kind.implies().contains(&alarm.key.kind)
            });
            assert!(!rings || implied || alarm.escalated_at.is_some(), "not escalated: {alarm:?}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_rings_twice_and_nothing_is_left_out(
        actions in proptest::collection::vec(action(), 1..60),
        storm_from in 3_usize..9,
        hold in 0_i64..12,
        quiet in any::<bool>(),
    ) {
        let holds = Kind::ALL.map(|kind| (kind, SignedDuration::from_mins(hold))).into();
        let (from, to) = (Time::constant(22, 0, 0, 0), Time::constant(7, 0, 0, 0));
        let quiet = quiet.then_some(Quiet { from, to });
        let mut world = World::new(Rules { holds, storm_from, quiet, ..Rules::default() });
        for action in &actions {
            world.act(action);
        }
        world.settle();
    }
}
