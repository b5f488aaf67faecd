//! No letter is left out and none is doubled: the hub is killed at moments drawn from a seed while levels go up and
//! down, and the receiver counts letters by their ids.
//!
//! The truth is what the test has published: each change waits until the hub has taken the one before. At the end each
//! alarm that was raised was told in exactly one letter, and its end in exactly one; how many letters came more than
//! once, with the id that they had before, is printed.
//!
//!     HANQING_ALARM_FAULTS=500 HANQING_ALARM_SEED=7 tests/run --test it alarms_crash -- --nocapture

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::alarms::kit::{ASSURED, DRY, FULL, Office, WARNING, alarm};
use crate::alarms::receiver::Manner;
use crate::context::looked_for;

/// Kills where nobody asks for another number.
const FAULTS: u32 = 20;

/// Ponds whose levels go up and down, and the most of them that do so at once: a letter names ten alarms.
const PONDS: usize = 12;
const AT_ONCE: usize = 4;

/// Longest wait for what the hub does between two kills. Generous: it costs time only where the test fails.
const WAIT_MAX: Duration = Duration::from_secs(300);

/// Time between two looks at it, and so the grain of the moments at which the hub is killed.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Between two letters of one station lies an hour: so long the hub sleeps before it tells of ends.
const HOUR: SignedDuration = SignedDuration::from_mins(61);

fn variable<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    let text = std::env::var(name).ok();
    text.map_or(otherwise, |text| match text.parse() {
        Ok(value) => value,
        Err(_) => panic!("{name}={text:?} cannot be read"),
    })
}

/// The office, and the faults that are still to come.
struct Chaos {
    office: Office,
    draw: RefCell<ChaCha8Rng>,
    killed: RefCell<Killed>,
}

struct Killed {
    faults: u32,
    next: Instant,
}

impl Chaos {
    fn wants(&self) -> bool {
        self.killed.borrow().faults > 0
    }

    /// When the hub is killed next: often while it starts or has just begun to work, mostly later.
    fn moment(&self) -> Instant {
        let mut draw = self.draw.borrow_mut();
        let ms = match draw.random_range(0..4) {
            0 => draw.random_range(0..500),
            _ => draw.random_range(500..4000),
        };
        Instant::now() + Duration::from_millis(ms)
    }

    /// Kills the hub where it is time, starts it again, and lets the receiver be good or bad for a while.
    fn strikes(&self) {
        let mut killed = self.killed.borrow_mut();
        if killed.faults == 0 || Instant::now() < killed.next {
            return;
        }
        self.office.kills();
        killed.faults -= 1;
        self.office.launches();
        killed.next = self.moment();
        let manner = match self.draw.borrow_mut().random_range(0..6) {
            0 => Manner::Refuses(500),
            1 => Manner::Cuts,
            2 => Manner::Dawdles(Duration::from_millis(300)),
            _ => Manner::Takes,
        };
        // With the last fault all is well.
        let manner = if killed.faults == 0 { Manner::Takes } else { manner };
        self.office.receiver.becomes(manner);
    }

    /// Waits until something is so, while the hub is killed.
    fn waits<S: Debug>(&self, what: &str, mut look: impl FnMut() -> Result<(), S>) {
        let looked = looked_for(WAIT_MAX, LOOK_EVERY, || {
            self.strikes();
            look()
        });
        if let Err(seen) = looked {
            let log = self.office.context.log("hub");
            let log = crate::hostile::scene::tail(&log);
            panic!("waited {WAIT_MAX:?} for {what}; last seen: {seen:?}\n{log}");
        }
    }

    /// Publishes levels until the hub has stored them, while it is killed.
    fn levels(&self, levels: &[(usize, f64)]) {
        let sent = self.office.sends(levels);
        self.waits("the levels in the store", || sent.arrives(&self.office));
    }

    /// Waits until so many letters have told of each of these alarms as raised, or as cleared.
    fn told(&self, occasion: &str, expected: &BTreeMap<String, usize>) {
        self.waits(occasion, || {
            let told = self.tally();
            let missing: Vec<&String> = expected
                .iter()
                .filter(|(alarm, count)| {
                    let ids = told.get(&(occasion.to_owned(), (*alarm).clone()));
                    ids.map_or(0, BTreeMap::len) < **count
                })
                .map(|(alarm, _)| alarm)
                .collect();
            if missing.is_empty() { Ok(()) } else { Err(format!("{missing:?}")) }
        });
    }

    /// Of each occasion and name of an alarm: the alarms of that name, and the letters that told of each.
    fn tally(&self) -> BTreeMap<(String, String), BTreeMap<i64, BTreeSet<String>>> {
        let mut tally: BTreeMap<_, BTreeMap<i64, BTreeSet<String>>> = BTreeMap::new();
        for came in self.office.receiver.came() {
            for said in came.letter["alarms"].as_array().expect("alarms") {
                let part = |key: &str| said[key].as_str().expect("a text");
                let name = format!("{} {}", part("kind"), part("subject"));
                let occasion = if said["cleared_at"].is_null() { "raised" } else { "cleared" };
                let id = said["id"].as_i64().expect("an id");
                let alarms = tally.entry((occasion.to_owned(), name)).or_default();
                alarms.entry(id).or_default().insert(came.id.clone());
            }
        }
        tally
    }
}

#[test]
fn nothing_rings_twice_and_nothing_is_left_out_over_kills_of_the_hub() {
    let seed = variable("HANQING_ALARM_SEED", 20_220_805);
    let faults = variable("HANQING_ALARM_FAULTS", FAULTS);
    println!("alarms over kills: HANQING_ALARM_SEED={seed} HANQING_ALARM_FAULTS={faults}");
    let holds = "hold_minutes = { below-warning = 0, below-assured = 0, dry = 0 }\n";
    let off = "off = [\"station-silent\", \"gateway-silent\", \"disk-full\", \"intake-stopped\"]\n";
    let office = Office::open(PONDS, &format!("{off}{holds}storm_from = 1000000\n"));
    let begun = Instant::now();
    let chaos = Chaos {
        office,
        draw: RefCell::new(ChaCha8Rng::seed_from_u64(seed)),
        killed: RefCell::new(Killed { faults, next: Instant::now() }),
    };
    let (mut raised, mut cleared): (BTreeMap<String, usize>, BTreeMap<String, usize>) =
        (BTreeMap::new(), BTreeMap::new());
    let mut rounds = 0;
    while chaos.wants() || rounds == 0 {
        rounds += 1;
        round(&chaos, &mut raised, &mut cleared);
    }
    judge(&chaos, &raised, &cleared);
    let all = chaos.office.receiver.came();
    let mut copies: BTreeMap<&str, usize> = BTreeMap::new();
    for came in &all {
        *copies.entry(&came.id).or_default() += 1;
    }
    let again = copies.values().filter(|count| **count > 1).count();
    println!(
        "{faults} kills in {:.0?}: {} alarms raised and {} cleared in {} letters, of which {again} came more than once; \
         {rounds} rounds",
        begun.elapsed(),
        raised.values().sum::<usize>(),
        cleared.values().sum::<usize>(),
        copies.len(),
    );
    let log = chaos.office.context.log("hub");
    assert!(!log.contains("panicked"), "{log}");
}

/// Some ponds fall, one step after the other, and are full again; an hour later their ends are told.
fn round(
    chaos: &Chaos,
    raised: &mut BTreeMap<String, usize>,
    cleared: &mut BTreeMap<String, usize>,
) {
    let steps: [&[(f64, &str)]; 4] = [
        &[(WARNING, "below-warning")],
        &[(ASSURED, "below-assured")],
        &[(WARNING, "below-warning"), (ASSURED, "below-assured")],
        &[(ASSURED, "below-assured"), (DRY, "dry")],
    ];
    let (first, count, steps) = {
        let mut draw = chaos.draw.borrow_mut();
        let steps = steps[draw.random_range(0..steps.len())];
        (draw.random_range(0..PONDS), draw.random_range(1..=AT_ONCE), steps)
    };
    let ponds: Vec<usize> = (0..count).map(|n| (first + n) % PONDS).collect();
    chaos.levels(&ponds.iter().map(|pond| (*pond, FULL)).collect::<Vec<_>>());
    for (level, kind) in steps {
        chaos.levels(&ponds.iter().map(|pond| (*pond, *level)).collect::<Vec<_>>());
        for pond in &ponds {
            *raised.entry(alarm(kind, *pond)).or_default() += 1;
        }
        chaos.told("raised", raised);
    }
    chaos.levels(&ponds.iter().map(|pond| (*pond, FULL)).collect::<Vec<_>>());
    chaos.waits("the end of the alarms in the book", || chaos.office.has_open(&[]));
    // What a graver alarm implies ends with it, and its letter names the graver.
    if let Some((_, kind)) = steps.last() {
        for pond in &ponds {
            *cleared.entry(alarm(kind, *pond)).or_default() += 1;
        }
    }
    chaos.office.kills();
    chaos.office.passes(HOUR);
    chaos.office.launches();
    chaos.told("cleared", cleared);
}

/// Each alarm stands in exactly one letter of each occasion, there are as many as were published, and each letter was
/// taken in the end.
fn judge(chaos: &Chaos, raised: &BTreeMap<String, usize>, cleared: &BTreeMap<String, usize>) {
    let tally = chaos.tally();
    for (occasion, expected) in [("raised", raised), ("cleared", cleared)] {
        let told: BTreeMap<&String, usize> = tally
            .iter()
            .filter(|((of, _), _)| of == occasion)
            .map(|((_, name), alarms)| (name, alarms.len()))
            .collect();
        let expected: BTreeMap<&String, usize> =
            expected.iter().map(|(name, count)| (name, *count)).collect();
        assert_eq!(told, expected, "alarms told as {occasion}");
    }
    for ((occasion, name), alarms) in &tally {
        for (id, letters) in alarms {
            assert_eq!(letters.len(), 1, "{name} ({id}) as {occasion}: {letters:?}");
        }
    }
    let all = chaos.office.receiver.came();
    let ids: BTreeSet<&str> = all.iter().map(|came| came.id.as_str()).collect();
    let taken: BTreeSet<&str> =
        all.iter().filter(|came| came.taken).map(|came| came.id.as_str()).collect();
    assert_eq!(taken, ids, "letters that were taken in the end");
    // A second copy says the same.
    let mut first: BTreeMap<&str, &serde_json::Value> = BTreeMap::new();
    for came in &all {
        let known = *first.entry(&came.id).or_insert(&came.letter);
        assert_eq!(&came.letter, known, "a second copy");
    }
}
