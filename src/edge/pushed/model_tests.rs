//! A gateway that is cut off at every step: after each start it runs what was confirmed last, and takes no number
//! twice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Asked, Book, Course, Heard, Judge, KEPT_MAX, PublicKeys};
use crate::locales::Text;
use crate::support::hex;
use crate::support::signature::Signer;
use crate::wire::{PushedConfig, SignedConfig, signed_bytes};

/// Steps of each course.
const STEPS: u32 = 40;

/// Courses. Each takes about a second, since each step is synchronised to the disk.
const COURSES: u64 = 20;

fn at() -> Timestamp {
    "2026-12-01T08:00:00Z".parse().unwrap()
}

fn open(book: &Book, judge: Result<Judge, Text>) -> Course {
    let mut course = Course::open(book.clone(), "gw-1".parse().unwrap(), judge, at());
    course.settle(at());
    course
}

/// The office, with its key.
struct Office(Signer);

impl Office {
    fn judge(&self) -> Judge {
        Judge {
            gateway: "gw-1".parse().unwrap(),
            keys: PublicKeys::parse(&self.0.public().to_string()).unwrap(),
            allow: vec!["drought".into(), "bus.*.interval_s".into()],
        }
    }

    fn message(&self, gateway: &str, number: u64, key: &str) -> Vec<u8> {
        let set = BTreeMap::from([(key.to_owned(), serde_json::json!(true))]);
        let of = (at(), "office".to_owned());
        let config = PushedConfig::new(gateway.parse().unwrap(), number, of, set);
        let text = config.to_text();
        let signature = hex(&self.0.sign(&signed_bytes(&text)));
        SignedConfig::new(text, signature).to_bytes()
    }
}

fn unbelieved(heard: &Heard) -> String {
    match heard {
        Heard::Unbelieved(why) => why.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_the_offices_own_and_newest_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let book = Book::beside(&folder.path().join("spool.db"));
    let [office, stranger] = [(); 2].map(|()| Office(Signer::generate().unwrap().0));
    let mut course = open(&book, Ok(office.judge()));
    let good = office.message("gw-1", 5, "drought");
    let mut hear = |message: &[u8]| course.hear(message, at());
    assert!(unbelieved(&hear(&stranger.message("gw-1", 5, "drought"))).contains("signature"));
    assert!(unbelieved(&hear(&office.message("gw-2", 5, "drought"))).contains("gw-2"));
    assert!(unbelieved(&hear(b"{}")).contains("cannot be read"));
    assert!(unbelieved(&hear(&vec![b'x'; 10 << 20])).contains("cannot be read"));
    // Each byte counts.
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] ^= 1;
        let same = SignedConfig::from_bytes(&bad).is_ok_and(|read| {
            SignedConfig::from_bytes(&good).is_ok_and(|good| {
                read.signed == good.signed && read.signature.eq_ignore_ascii_case(&good.signature)
            })
        });
        assert!(same || matches!(hear(&bad), Heard::Unbelieved(_)), "byte {place}");
    }
    let Heard::Good { config, digest } = hear(&good) else { panic!("a good one") };
    course.begin(config, digest, at()).unwrap();
    assert_eq!(course.hear(&good, at()), Heard::Nothing, "brokers send it again and again");
    course.keep(at()).unwrap();
    for old in [1, 4, 5] {
        let replayed = office.message("gw-1", old, "bus.a.interval_s");
        assert!(unbelieved(&course.hear(&replayed, at())).contains("number"));
    }
    assert_eq!(course.hear(&office.message("gw-1", 6, "mqtt.url"), at()), Heard::Refused);
    assert!(unbelieved(&course.hear(&office.message("gw-1", 6, "drought"), at())).contains("6"));
    let said = course.says(at());
    assert_eq!((said.highest, said.in_force.map(|now| now.number)), (6, Some(5)));
    assert!(said.refused > 100);
}

#[test]
fn whatever_is_cut_off_at_whatever_step_the_last_confirmed_one_runs() {
    let office = Office(Signer::generate().unwrap().0);
    for seed in 0..COURSES {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let folder = tempfile::tempdir().unwrap();
        let book = Book::beside(&folder.path().join("spool.db"));
        let mut course = open(&book, Ok(office.judge()));
        let (mut confirmed, mut highest, mut number) = (None, 0, 0);
        for step in 0..STEPS {
            let about = format!("seed {seed}, step {step}");
            let cut = chance.random_bool(0.4);
            let after = chance.random_bool(0.5);
            if cut {
                book.fault.set(Some((0, after)));
            }
            let before = confirmed;
            match (course.on_trial(), chance.random_range(0..4)) {
                (Some(trial), 0 | 1) => {
                    if course.keep(at()).is_ok() || after {
                        confirmed = Some(trial);
                    }
                }
                (Some(_), 2) => course.go_back(&[Text::verbatim("late")], at()),
                (_, 3) if confirmed.is_some() => {
                    book.ask(Asked { number: confirmed, to: None, anew: number }).unwrap();
                    course.take_asked(at());
                    confirmed = None;
                }
                _ => {
                    number += 1;
                    let heard = course.hear(&office.message("gw-1", number, "drought"), at());
                    let Heard::Good { config, digest } = heard else { panic!("{about}") };
                    if course.begin(config, digest, at()).is_ok() {
                        highest = number;
                    }
                }
            }
            if !cut && chance.random_bool(0.8) {
                continue;
            }
            // Killed here, and started again.
            book.fault.set(None);
            if chance.random_bool(0.3) {
                // And again, before it was alone on these files: nothing has come of it.
                let before = std::fs::read(folder.path().join("spool.pushed/state.json")).ok();
                let gateway = "gw-1".parse().unwrap();
                let _first = Course::open(book.clone(), gateway, Ok(office.judge()), at());
                let after = std::fs::read(folder.path().join("spool.pushed/state.json")).ok();
                assert_eq!(before, after, "{about}");
            }
            course = open(&book, Ok(office.judge()));
            let runs = course.in_force().map(|config| config.number);
            // A step that failed half-way may have reached the disk.
            assert!(runs == confirmed || cut && runs == before, "{about}: {runs:?} {confirmed:?}");
            confirmed = runs;
            assert_eq!(course.on_trial(), None, "{about}");
            let said = course.says(at());
            assert!(said.highest >= highest, "{about}");
            highest = said.highest;
            number = number.max(highest);
            assert!(book.read().unwrap().kept.len() <= KEPT_MAX);
        }
    }
}

#[test]
fn a_damaged_state_takes_nothing_until_somebody_asks_and_then_nothing_old() {
    let folder = tempfile::tempdir().unwrap();
    let book = Book::beside(&folder.path().join("spool.db"));
    let office = Office(Signer::generate().unwrap().0);
    let mut course = open(&book, Ok(office.judge()));
    let Heard::Good { config, digest } = course.hear(&office.message("gw-1", 5, "drought"), at())
    else {
        panic!("a good one")
    };
    course.begin(config, digest, at()).unwrap();
    course.keep(at()).unwrap();
    std::fs::write(folder.path().join("spool.pushed/state.json"), "{\"v\":1").unwrap();
    let mut course = open(&book, Ok(office.judge()));
    assert_eq!(course.in_force(), None);
    let later = office.message("gw-1", 6, "drought");
    assert!(unbelieved(&course.hear(&later, at())).contains("state.json"));
    book.ask(Asked { number: None, to: None, anew: 100 }).unwrap();
    // Cut off when the damaged one is aside, and again when the new one is there.
    book.fault.set(Some((0, false)));
    course.take_asked(at());
    assert!(unbelieved(&course.hear(&later, at())).contains("state.json"));
    assert_eq!(book.read().unwrap(), super::State::default());
    book.fault.set(Some((0, true)));
    let _cut_off_again = open(&book, Ok(office.judge()));
    book.fault.set(None);
    let mut course = open(&book, Ok(office.judge()));
    assert!(unbelieved(&course.hear(&later, at())).contains("number"));
    assert!(matches!(
        course.hear(&office.message("gw-1", 101, "drought"), at()),
        Heard::Good { .. }
    ));
    assert_eq!(book.asked().unwrap(), None);
    // A key that cannot be read takes nothing either, and what is in force goes on only with one.
    let mut course = open(&book, Err(Text::verbatim("no key")));
    assert!(unbelieved(&course.hear(&later, at())).contains("no key"));
}
