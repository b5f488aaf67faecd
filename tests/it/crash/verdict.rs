//! What the device gave, held against what the store holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger_device::Given;

/// How long before a kill of the gateway what the device gave may have been in a poll that was not yet in the spool,
/// ms. A poll of the test takes milliseconds and is stored before the next, a second later.
const BEFORE_MS: i64 = 2000;

/// How long after it the device may still answer what it had been asked before, ms.
const AFTER_MS: i64 = 1000;

/// A kill of the gateway, or its end where it was asked to: the moments between which it happened, ms since 1970.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Killed {
    /// It ran at this moment.
    pub from_ms: i64,
    /// At this it did not.
    pub to_ms: i64,
}

impl Killed {
    /// Whether this can have lost the number in this place: the last that the unit gave before, or, where it had been
    /// asked already, the first that it gave after.
    fn cuts_off(self, given: &Given, place: usize) -> bool {
        let at = |place: usize| given.get(place).map(|(_, at_ms)| *at_ms);
        let before = |at_ms: i64| at_ms <= self.from_ms;
        let Some(at_ms) = at(place) else { return false };
        if before(at_ms) {
            at_ms >= self.from_ms - BEFORE_MS && !at(place + 1).is_some_and(before)
        } else {
            at_ms <= self.to_ms + AFTER_MS && place.checked_sub(1).and_then(at).is_none_or(before)
        }
    }
}

/// A spool that was replaced by an older image, or by another one: what only it had is gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Gone {
    /// What was given before lies in the image, ms since 1970.
    pub from_ms: i64,
    /// When it was replaced.
    pub to_ms: i64,
    /// What the hub had then, by unit.
    pub held: BTreeMap<u8, BTreeSet<u32>>,
}

impl Gone {
    /// Whether nobody had this number any more.
    fn takes(&self, number: Number) -> bool {
        let held = self.held.get(&number.unit).is_some_and(|held| held.contains(&number.number));
        (self.from_ms..=self.to_ms).contains(&number.at_ms) && !held
    }
}

/// A number of a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// The unit.
    pub unit: u8,
    /// What it gave.
    pub number: u32,
    /// When: by the device where it is missing, by the store where it is there, ms since 1970.
    pub at_ms: i64,
}

/// What came of it.
#[derive(Debug, Default, PartialEq)]
pub struct Verdict {
    /// Numbers that were given and are due.
    pub given: usize,
    /// Of them, those that the store holds.
    pub held: usize,
    /// Lost with the poll that a kill of the gateway interrupted: at most one for each kill and unit.
    pub cut_off: Vec<Number>,
    /// Lost with a spool that was replaced before the hub had them.
    pub replaced: Vec<Number>,
    /// Lost otherwise.
    pub lost: Vec<Number>,
    /// In the store a second time.
    pub doubles: Vec<Number>,
    /// In the store, but never given.
    pub invented: Vec<Number>,
    /// In the store with an earlier moment than one that was given before.
    pub disordered: Vec<Number>,
}

impl Verdict {
    /// Judges what the store holds, in order of the moments it has, against what was given, of which only what was
    /// given up to `due_ms` must be there. `given` has to be read after `held`.
    pub fn of(
        given: &BTreeMap<u8, Given>,
        held: &BTreeMap<u8, Vec<(u32, i64)>>,
        (kills, gone): (&[Killed], &[Gone]),
        due_ms: i64,
    ) -> Self {
        let mut verdict = Self::default();
        for (&unit, given) in given {
            let held = held.get(&unit).map_or(&[][..], |held| held);
            verdict.unit(unit, given, held, (kills, gone), due_ms);
        }
        verdict
    }

    /// This verdict and that on another device.
    pub fn and(mut self, other: Self) -> Self {
        self.given += other.given;
        self.held += other.held;
        for (all, more) in [
            (&mut self.cut_off, other.cut_off),
            (&mut self.replaced, other.replaced),
            (&mut self.lost, other.lost),
            (&mut self.doubles, other.doubles),
            (&mut self.invented, other.invented),
            (&mut self.disordered, other.disordered),
        ] {
            all.extend(more);
        }
        self
    }

    fn unit(
        &mut self,
        unit: u8,
        given: &Given,
        held: &[(u32, i64)],
        (kills, gone): (&[Killed], &[Gone]),
        due_ms: i64,
    ) {
        let mut times: BTreeMap<u32, u32> = given.iter().map(|(number, _)| (*number, 0)).collect();
        let mut last = 0;
        for &(number, at_ms) in held {
            let found = Number { unit, number, at_ms };
            match times.get_mut(&number) {
                None => self.invented.push(found),
                Some(times) => {
                    *times += 1;
                    if *times > 1 {
                        self.doubles.push(found);
                    } else if number < last {
                        self.disordered.push(found);
                    }
                }
            }
            last = last.max(number);
        }
        let here = |number: &u32| times.get(number).is_some_and(|times| *times > 0);
        let due = (0..).zip(given).filter(|(_, (_, at_ms))| *at_ms <= due_ms);
        // Each kill excuses one number of each unit, and the earliest that can: later ones may be needed for later
        // numbers.
        let mut kills = kills.to_vec();
        kills.sort_by_key(|kill| kill.to_ms);
        for (place, &(number, at_ms)) in due {
            self.given += 1;
            if here(&number) {
                self.held += 1;
                continue;
            }
            let missing = Number { unit, number, at_ms };
            if gone.iter().any(|gone| gone.takes(missing)) {
                self.replaced.push(missing);
                continue;
            }
            let excused = kills.iter().position(|kill| kill.cuts_off(given, place));
            match excused {
                Some(kill) => {
                    kills.remove(kill);
                    self.cut_off.push(missing);
                }
                None => self.lost.push(missing),
            }
        }
    }

    /// Whether nothing is lost but what a kill cut off.
    pub fn complete(&self) -> bool {
        self.lost.is_empty()
    }

    /// Whether everything in the store is right.
    pub fn sound(&self) -> bool {
        self.doubles.is_empty() && self.invented.is_empty() && self.disordered.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUE_MS: i64 = 5500;

    /// The verdict on unit 1, which gave 1 to 6, one each second; the last is not due.
    fn judged(held: &[u32], kills: &[i64]) -> Verdict {
        let given = (1..=6).map(|n| (n, i64::from(n) * 1000)).collect();
        let moments = held.iter().zip(1..).map(|(n, i)| (*n, i)).collect();
        let kills: Vec<Killed> =
            kills.iter().map(|&ms| Killed { from_ms: ms, to_ms: ms + 5 }).collect();
        Verdict::of(&[(1, given)].into(), &[(1, moments)].into(), (&kills, &[]), DUE_MS)
    }

    #[test]
    fn a_replaced_spool_excuses_what_nobody_else_had() {
        let given: BTreeMap<u8, Given> =
            [(1, (1..=6).map(|n| (n, i64::from(n) * 1000)).collect())].into();
        let held = |numbers: &[u32]| -> BTreeMap<u8, Vec<(u32, i64)>> {
            [(1, numbers.iter().map(|n| (*n, i64::from(*n))).collect())].into()
        };
        let gone = Gone { from_ms: 1500, to_ms: 4500, held: [(1, [3].into())].into() };
        let judged = |numbers: &[u32]| {
            let verdict =
                Verdict::of(&given, &held(numbers), (&[], std::slice::from_ref(&gone)), DUE_MS);
            let of = |found: &[Number]| found.iter().map(|n| n.number).collect::<Vec<_>>();
            (of(&verdict.replaced), of(&verdict.lost))
        };
        assert_eq!(judged(&[1, 3, 5]), (vec![2, 4], vec![]));
        // The image had the first, the hub the third, and the fifth came later.
        assert_eq!(judged(&[2, 4]), (vec![], vec![1, 3, 5]));
    }

    fn numbers(found: &[Number]) -> Vec<u32> {
        found.iter().map(|n| n.number).collect()
    }

    #[test]
    fn a_kill_excuses_one_number_that_was_given_just_before() {
        let whole = judged(&[1, 2, 3, 4, 5], &[2500]);
        assert!(whole.complete() && whole.sound());
        assert_eq!((whole.given, whole.held), (5, 5));
        let one = judged(&[1, 3, 4, 5], &[2500]);
        assert_eq!((numbers(&one.cut_off), numbers(&one.lost)), (vec![2], vec![]));
        // The poll before the last was in the spool.
        let two = judged(&[1, 4, 5], &[3500]);
        assert_eq!((numbers(&two.cut_off), numbers(&two.lost)), (vec![3], vec![2]));
        // Asked before the kill, and given after it.
        let after = judged(&[1, 2, 4, 5], &[2500]);
        assert_eq!(numbers(&after.cut_off), [3]);
        let both = judged(&[1, 4, 5], &[2500, 2600]);
        assert_eq!(numbers(&both.cut_off), [2, 3]);
        assert!(both.complete());
        assert_eq!(numbers(&judged(&[1, 4, 5], &[2500]).lost), [3]);
        assert_eq!(numbers(&judged(&[2, 3, 4, 5], &[4500]).lost), [1]);
        assert_eq!(numbers(&judged(&[1, 2, 3, 4], &[2500]).lost), [5]);
        assert_eq!(numbers(&judged(&[], &[]).lost), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn what_the_store_must_not_hold_is_found() {
        assert_eq!(numbers(&judged(&[1, 2, 2, 3, 4, 5], &[]).doubles), [2]);
        assert_eq!(numbers(&judged(&[1, 2, 3, 4, 5, 2], &[]).doubles), [2]);
        assert_eq!(numbers(&judged(&[1, 2, 3, 9, 4, 5], &[]).invented), [9]);
        assert_eq!(numbers(&judged(&[1, 3, 2, 4, 5], &[]).disordered), [2]);
        assert!(!judged(&[1, 3, 2, 4, 5], &[]).sound());
    }
}
