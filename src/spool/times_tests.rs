//! Tests of provisional times.

use super::*;
use crate::spool::test_kit::*;

const GUESS: Timebase = Timebase { provisional: true, zero: CLOCK.zero - 5_000, ..CLOCK };

fn times(spool: &Spool) -> Vec<i64> {
    let batches = waiting(spool);
    batches.iter().flat_map(|b| &b.readings).map(|r| r.observed_at.as_millisecond()).collect()
}

#[test]
fn readings_wait_for_the_time_and_get_it_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let mut spool = open(&path);
    let earlier = Timebase { boot: BootId(6), ..CLOCK };
    spool.append(vec![reading(1)], earlier).unwrap();
    for second in 2..5 {
        let sent = spool.append(vec![reading(second)], GUESS).unwrap();
        assert_eq!(sent, []);
    }
    assert_eq!((numbers(&spool), spool.stats().held), (vec![1], 3));
    drop(spool);
    // The program is restarted within the same boot.
    let mut spool = open(&path);
    assert_eq!((numbers(&spool), spool.stats().held, spool.stats().batches), (vec![1], 3, 4));
    spool.stop_holding(CLOCK.boot, false).unwrap();
    assert_eq!(spool.stats().held, 3);
    spool.correct_held(CLOCK).unwrap();
    let second = |s: i64| reading(s).observed_at.as_millisecond();
    let expected = [second(1), second(2) + 5000, second(3) + 5000, second(4) + 5000];
    assert_eq!((times(&spool), spool.stats().held), (expected.to_vec(), 0));
    assert!(waiting(&spool).iter().skip(1).all(|batch| batch.clock == Some(CLOCK)));
    // Never corrected twice; readings taken before the clock was set but appended after it are corrected, too.
    spool.correct_held(CLOCK).unwrap();
    assert_eq!(times(&spool), expected);
    spool.append(vec![reading(9)], GUESS).unwrap();
    assert_eq!(times(&spool).last(), Some(&(second(9) + 5000)));
}

#[test]
fn batches_that_are_no_longer_held_are_sent_as_suspect() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = open(&dir.path().join("s"));
    spool.append(vec![reading(1)], GUESS).unwrap();
    // The machine is rebooted: nothing more will become known about that boot.
    let next = BootId(8);
    spool.stop_holding(next, false).unwrap();
    let doubted = waiting(&spool).pop().unwrap();
    assert_eq!(
        (doubted.readings[0].flag, doubted.readings[0].reason),
        (Flag::Suspect, Some(Reason::Clock))
    );
    assert_eq!(doubted.readings[0].observed_at, reading(1).observed_at);
    let guess = Timebase { boot: next, ..GUESS };
    spool.append(vec![reading(2)], guess).unwrap();
    assert_eq!((numbers(&spool), spool.stats().held), (vec![1], 1));
    spool.stop_holding(next, true).unwrap();
    spool.append(vec![reading(3)], guess).unwrap();
    assert_eq!(numbers(&spool), [1, 2, 3]);
    assert!(waiting(&spool).iter().all(|b| b.readings[0].flag == Flag::Suspect));
    // What has been sent is not corrected.
    let before = times(&spool);
    spool.correct_held(Timebase { boot: next, ..CLOCK }).unwrap();
    assert_eq!(times(&spool), before);
    assert_eq!(spool.known_time().unwrap(), None);
}
