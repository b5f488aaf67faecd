//! A pass reads what is new, once more what has settled since, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::super::copy::{Copied, Copier, Reach};
use super::super::*;
use super::reading_tests::{file, keeping, whole};
use super::test_fake::Fake;
use super::{open, settings};
use crate::store::Sqlite;
use crate::store::tests::{at, batch, born, gateway, good, series};
use crate::wire::GatewayState;

/// How many queries there were for readings, and for what hubs recorded.
fn queries(fake: &Fake) -> (usize, usize) {
    let requests = fake.requests();
    let of = |name: &str| {
        let asks = format!("r._measurement == \\\"{name}\\\"");
        requests.iter().filter(|request| request.body.contains(&asks)).count()
    };
    (of("hanqing"), of("hanqing_batch"))
}

/// Passes at these minutes, and the queries that each of them makes.
fn passes(
    fake: &Fake,
    (copier, copy): (&mut Copier, &mut Sqlite),
    minutes: &[i64],
) -> Vec<(Copied, (usize, usize))> {
    let one = |minute: &i64| {
        let before = queries(fake);
        let copied = copier.pass(copy, at(*minute), Reach::New).unwrap();
        let now = queries(fake);
        (copied, (now.0 - before.0, now.1 - before.1))
    };
    minutes.iter().map(one).collect()
}

fn held(copy: &Sqlite, name: &str) -> usize {
    copy.readings(&series(name), Timestamp::MIN, Timestamp::MAX).unwrap().len()
}

#[test]
fn a_batch_is_read_when_it_comes_and_when_it_has_settled() {
    let fake = keeping(whole);
    let mut server = open(&fake);
    let (_dir, mut copy) = file();
    let mut copier = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    passes(&fake, (&mut copier, &mut copy), &[2000]);
    server.commit(&[batch(1, vec![good("pond-1/level", 1999, 1.0)])], at(2001)).unwrap();
    let did = passes(&fake, (&mut copier, &mut copy), &[2001, 2002, 2003, 2004, 2005, 2010]);
    let new: Vec<u64> = did.iter().map(|(copied, _)| copied.new_readings).collect();
    assert_eq!(new, [1, 0, 0, 0, 0, 0]);
    // `settle_s` is two minutes. At rest, a pass is one query.
    let asked: Vec<_> = did.iter().map(|(_, queries)| *queries).collect();
    assert_eq!(asked, [(1, 1), (0, 1), (0, 1), (1, 1), (0, 1), (0, 1)]);
    assert_eq!(held(&copy, "pond-1/level"), 1);
}

#[test]
fn a_server_that_has_lost_what_was_copied_is_told_until_it_has_it_again() {
    let is_empty = Arc::new(AtomicBool::new(false));
    let now = is_empty.clone();
    let fake = keeping(move |text| {
        whole(if now.load(Ordering::Relaxed) { "\r\n".to_owned() } else { text })
    });
    let mut server = open(&fake);
    let (_dir, mut copy) = file();
    let mut copier = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    server.commit(&[batch(1, vec![good("pond-1/level", 1999, 1.0)])], at(2001)).unwrap();
    passes(&fake, (&mut copier, &mut copy), &[2001]);
    // It has not settled; then it is there.
    assert_eq!([2002, 2010].map(|minute| copier.look_back(at(minute))), [None; 2]);
    is_empty.store(true, Ordering::Relaxed);
    let looks = [2011, 2012, 2013].map(|minute| copier.look_back(at(minute)));
    assert_eq!(looks, [None, Some(at(2001)), Some(at(2001))]);
    // New batches prove nothing of the old ones.
    is_empty.store(false, Ordering::Relaxed);
    server.commit(&[batch(2, vec![good("pond-1/level", 2013, 1.0)])], at(2014)).unwrap();
    passes(&fake, (&mut copier, &mut copy), &[2014]);
    is_empty.store(true, Ordering::Relaxed);
    assert_eq!(copier.look_back(at(2030)), Some(at(2001)));
    is_empty.store(false, Ordering::Relaxed);
    assert_eq!(copier.look_back(at(2031)), None);
}

#[test]
fn passes_share_a_connection() {
    let fake = keeping(whole);
    open(&fake).commit(&[batch(1, vec![good("pond-1/level", 1, 1.0)])], at(2)).unwrap();
    let before = fake.connections();
    let (_dir, mut copy) = file();
    let mut copier = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    passes(&fake, (&mut copier, &mut copy), &[2000, 2001, 2002, 2003]);
    assert_eq!((held(&copy, "pond-1/level"), fake.connections() - before), (1, 1));
}

#[test]
fn a_pass_that_finds_nothing_new_leaves_the_file_alone() {
    let fake = keeping(whole);
    let mut server = open(&fake);
    let birth = born("pump-1/energy_total", Some(1e4), None);
    server.birth(&gateway("gw-1"), &birth, at(2000)).unwrap();
    let status = Status::new(GatewayState::Online, at(2000));
    server.status(&gateway("gw-1"), &status, at(2000)).unwrap();
    server.commit(&[batch(1, vec![good("pond-1/level", 1999, 1.0)])], at(2000)).unwrap();
    let (dir, mut copy) = file();
    let mut copier = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    passes(&fake, (&mut copier, &mut copy), &[2001]);
    let other = rusqlite::Connection::open(dir.path().join("s")).unwrap();
    let version = || {
        let read = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        other.query_row("PRAGMA data_version", [], read).unwrap()
    };
    let before = version();
    for minute in [2001, 2002] {
        passes(&fake, (&mut copier, &mut copy), &[minute]);
        assert_eq!(version(), before, "{minute}");
    }
    // How far it has come is noted as often as something settles.
    passes(&fake, (&mut copier, &mut copy), &[2010]);
    assert_eq!(copy.copied_to().unwrap(), Some(at(2010)));
    // What has changed is taken.
    let status = Status::new(GatewayState::Offline, at(2011));
    server.status(&gateway("gw-1"), &status, at(2011)).unwrap();
    passes(&fake, (&mut copier, &mut copy), &[2011]);
    assert_eq!(copy.gateways().unwrap()[0].online, Some(false));
}

#[test]
fn what_a_server_shows_late_is_read_as_long_as_it_is_missing() {
    // The server hides the reading's value at first.
    let hides = Arc::new(AtomicBool::new(true));
    let hidden = hides.clone();
    let fake = keeping(move |text| {
        let lines = text.split_inclusive('\n');
        let shown = |line: &&str| !(hidden.load(Ordering::Relaxed) && line.contains(",98.5,"));
        whole(lines.filter(shown).collect())
    });
    let mut server = open(&fake);
    let readings = vec![good("pond-1/level", 1998, 1.0), good("pond-1/level", 1999, 98.5)];
    server.commit(&[batch(1, readings)], at(2000)).unwrap();
    let (_dir, mut copy) = file();
    let mut copier = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    let pair = (&mut copier, &mut copy);
    let early: Vec<_> = passes(&fake, pair, &[2000, 2000]).iter().map(|did| did.1.0).collect();
    assert_eq!((early, held(&copy, "pond-1/level")), (vec![1, 1], 1));
    hides.store(false, Ordering::Relaxed);
    let did = passes(&fake, (&mut copier, &mut copy), &[2001, 2001, 2003, 2003]);
    let asked: Vec<_> = did.iter().map(|(_, queries)| queries.0).collect();
    assert_eq!((asked, held(&copy, "pond-1/level")), (vec![1, 0, 1, 0], 2));
}

#[test]
fn another_process_reads_once_more_what_may_not_have_settled() {
    let fake = keeping(whole);
    let mut server = open(&fake);
    server.commit(&[batch(1, vec![good("pond-1/level", 1000, 1.0)])], at(1001)).unwrap();
    server.commit(&[batch(2, vec![good("pond-1/level", 1999, 1.0)])], at(2000)).unwrap();
    let (_dir, mut copy) = file();
    let mut first = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    passes(&fake, (&mut first, &mut copy), &[2001]);
    // It ended before the second batch had settled, and comes again an hour later.
    let mut second = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    let before = fake.requests().len();
    let did = passes(&fake, (&mut second, &mut copy), &[2061, 2062]);
    let asked: Vec<_> = did.iter().map(|(_, queries)| queries.0).collect();
    assert_eq!(asked, [1, 0]);
    // The first one is as it was: nothing of its time is read.
    let asked = &fake.requests()[before..];
    assert!(asked.iter().all(|request| !request.body.contains("2022-08-01T16:40")));
}

#[test]
fn a_batch_that_is_recorded_again_is_not_copied_twice() {
    let fake = keeping(whole);
    let mut server = open(&fake);
    let one = [batch(1, vec![good("pond-1/level", 1000, 1.0)])];
    server.commit(&one, at(1001)).unwrap();
    let (_dir, mut copy) = file();
    let mut copier = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    passes(&fake, (&mut copier, &mut copy), &[2000]);
    server.commit(&one, at(2001)).unwrap();
    let did = passes(&fake, (&mut copier, &mut copy), &[2001, 2002, 2004, 2005]);
    assert!(did.iter().all(|(copied, _)| (copied.new_batches, copied.new_readings) == (0, 0)));
    let asked: Vec<_> = did.iter().map(|(_, queries)| queries.0).collect();
    assert_eq!(asked, [1, 0, 1, 0]);
}

#[test]
fn a_batch_that_is_read_again_does_not_make_its_gateway_older() {
    let fake = keeping(whole);
    let mut server = open(&fake);
    let (_dir, mut copy) = file();
    let mut copier = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    server.commit(&[batch(1, vec![good("pond-1/level", 2000, 1.0)])], at(2001)).unwrap();
    passes(&fake, (&mut copier, &mut copy), &[2002]);
    server.commit(&[batch(2, vec![good("pond-1/level", 2003, 1.0)])], at(2003)).unwrap();
    let heard = |copy: &Sqlite| copy.gateways().unwrap()[0].heard_at;
    passes(&fake, (&mut copier, &mut copy), &[2003]);
    assert_eq!(heard(&copy), Some(at(2003)));
    // The first batch has settled, the second one has not.
    let did = passes(&fake, (&mut copier, &mut copy), &[2004]);
    assert_eq!((did[0].1.0, heard(&copy)), (1, Some(at(2003))));
    // A process that begins anew knows it from the file.
    let mut other = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    passes(&fake, (&mut other, &mut copy), &[2004]);
    assert_eq!(heard(&copy), Some(at(2003)));
}

#[test]
fn readings_far_apart_are_asked_for_apart() {
    let fake = keeping(whole);
    let mut server = open(&fake);
    let far = [
        batch(1, vec![good("pond-1/level", 0, 1.0)]),
        batch(2, vec![good("pond-1/level", 9000, 1.0)]),
    ];
    server.commit(&far, at(9001)).unwrap();
    let (_dir, mut copy) = file();
    let mut copier = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    let did = passes(&fake, (&mut copier, &mut copy), &[9002]);
    assert_eq!((did[0].1.0, held(&copy, "pond-1/level")), (2, 2));
}

#[test]
fn a_pass_that_fails_in_the_middle_goes_on_there() {
    // Five parts; the answer to the third query for readings breaks.
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked;
    let fake = keeping(move |text| {
        let is_of_readings = text.contains(",v,") && !text.contains("hanqing_batch");
        let number = count.fetch_add(usize::from(is_of_readings), Ordering::Relaxed);
        if is_of_readings && number == 2 { whole(text.replace(",v,", ",v")) } else { whole(text) }
    });
    let mut server = open(&fake);
    let day = 24 * 60;
    let batches: Vec<Batch> =
        (1..=5).map(|n| batch(n, vec![good("pond-1/level", n as i64 * day, 1.0)])).collect();
    server.commit(&batches, at(6 * day)).unwrap();
    let (_dir, mut copy) = file();
    let mut copier = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    let now = 7 * day;
    assert!(copier.pass(&mut copy, at(now), Reach::New).is_err());
    assert_eq!(held(&copy, "pond-1/level"), 2);
    let before = queries(&fake).0;
    copier.pass(&mut copy, at(now), Reach::New).unwrap();
    assert_eq!((held(&copy, "pond-1/level"), queries(&fake).0 - before), (5, 3));
}
