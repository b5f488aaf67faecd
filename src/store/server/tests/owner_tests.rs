//! The copy takes a station's readings from its own gateway only, whoever else has written to the server.

use std::collections::BTreeMap;

use super::super::copy::{Copied, Copier, Reach};
use super::super::left_out::by_gateway;
use super::super::*;
use super::reading_tests::{file, keeping, whole};
use super::test_fake::Fake;
use super::{open, settings};
use crate::core::{Reason, Series, StationId};
use crate::locales::Lang;
use crate::store::tests::{at, batch, born, gateway, good, missing, series};
use crate::store::{Owners, Sqlite};

fn station(name: &str) -> StationId {
    name.parse().unwrap()
}

fn batch_of(name: &str, seq: u64, readings: Vec<Reading>) -> Batch {
    Batch { gateway: gateway(name), ..batch(seq, readings) }
}

fn all(copy: &Sqlite, name: &str) -> Vec<Reading> {
    copy.readings(&series(name), Timestamp::MIN, Timestamp::MAX).unwrap()
}

fn pass(fake: &Fake, copy: &mut Sqlite, minute: i64) -> Copied {
    pass_declaring(fake, copy, minute, BTreeMap::new())
}

fn pass_declaring(
    fake: &Fake,
    copy: &mut Sqlite,
    minute: i64,
    declared: BTreeMap<StationId, GatewayId>,
) -> Copied {
    let mut copier = Copier::new(&settings(&fake.url), declared).unwrap();
    copier.pass(copy, at(minute), Reach::New).unwrap()
}

/// `gw-9` was heard first of `pond-1`; `gw-1` has written the same instants since, and readings of its own `pond-2`.
fn two_of_one_series() -> Fake {
    let fake = keeping(whole);
    let mut server = open(&fake);
    server.birth(&gateway("gw-9"), &born("pond-1/level", None, None), at(2000)).unwrap();
    server.birth(&gateway("gw-1"), &born("pond-1/level", None, None), at(2001)).unwrap();
    let foreign = vec![
        good("pond-1/level", 1, 9.0),
        good("pond-1/level", 2, 9.0),
        good("pond-1/level", 3, 9.0),
        good("pond-2/level", 1, 5.0),
    ];
    let own = vec![good("pond-1/level", 1, 1.0), good("pond-1/level", 2, 2.0)];
    server.commit(&[batch_of("gw-9", 1, own)], at(2002)).unwrap();
    server.commit(&[batch_of("gw-1", 1, foreign)], at(2003)).unwrap();
    fake
}

#[test]
fn of_two_gateways_with_one_series_the_owner_counts() {
    let fake = two_of_one_series();
    let (_dir, mut copy) = file();
    let copied = pass(&fake, &mut copy, 2004);
    assert_eq!((copied.new_readings, copied.new_batches, copied.left_out), (3, 2, 3));
    let own = [good("pond-1/level", 1, 1.0), good("pond-1/level", 2, 2.0)];
    assert_eq!(all(&copy, "pond-1/level"), own);
    assert_eq!(all(&copy, "pond-2/level"), [good("pond-2/level", 1, 5.0)]);
    let noted = || LeftOut {
        station: station("pond-1"),
        gateway: gateway("gw-1"),
        readings: 3,
        from: at(1),
        to: at(3),
    };
    assert_eq!(copy.left_out().unwrap(), [noted()]);
    let said = by_gateway(&[noted()]);
    let (readings, said) = &said[&gateway("gw-1")];
    assert_eq!(*readings, 3);
    assert!(said.to_string().starts_with("3 readings of it on the server are left out: pond-1"));
    assert!(said.within(Lang::Chinese).contains("测站 pond-1 属于别的网关"));
    // The last batches are read again in each pass. Each reading counts once, and nothing changes.
    let copied = pass(&fake, &mut copy, 2004);
    assert_eq!((copied.new_readings, copied.new_batches, copied.left_out), (0, 0, 3));
    assert_eq!(copy.left_out().unwrap(), [noted()]);
    assert_eq!(all(&copy, "pond-1/level"), own);
}

#[test]
fn what_was_left_out_is_copied_once_its_gateway_may_speak() {
    let fake = two_of_one_series();
    let (dir, mut copy) = file();
    pass(&fake, &mut copy, 2004);
    let mut owners = Owners::open(&dir.path().join("s"), BTreeMap::new()).unwrap();
    owners.release(&station("pond-1")).unwrap();
    pass(&fake, &mut copy, 3000);
    assert_eq!(copy.left_out().unwrap().len(), 1);
    owners.pin(&station("pond-1"), &gateway("gw-1"), at(3001)).unwrap();
    owners.revoke(&gateway("gw-1"), at(0), at(3001)).unwrap();
    pass(&fake, &mut copy, 3002);
    assert_eq!(copy.left_out().unwrap().len(), 1);
    owners.reinstate(&gateway("gw-1")).unwrap();
    pass(&fake, &mut copy, 3003);
    assert_eq!(copy.left_out().unwrap(), []);
    let now = [1, 2, 3].map(|minute| good("pond-1/level", minute, 9.0));
    assert_eq!(all(&copy, "pond-1/level"), now);
}

#[test]
fn the_townships_file_goes_before_whoever_was_first() {
    let fake = two_of_one_series();
    let (_dir, mut copy) = file();
    let declared = BTreeMap::from([(station("pond-1"), gateway("gw-1"))]);
    let copied = pass_declaring(&fake, &mut copy, 2004, declared);
    assert_eq!((copied.new_readings, copied.left_out), (4, 2));
    assert_eq!(all(&copy, "pond-1/level").len(), 3);
    assert_eq!(copy.left_out().unwrap()[0].gateway, gateway("gw-9"));
}

#[test]
fn how_a_counter_behaves_is_for_its_own_gateway_to_say() {
    let fake = keeping(whole);
    let mut server = open(&fake);
    let name = "pump-1/energy_total";
    server.birth(&gateway("gw-9"), &born(name, Some(1e4), None), at(2000)).unwrap();
    server.birth(&gateway("gw-1"), &born(name, Some(10.0), None), at(2001)).unwrap();
    server.commit(&[batch_of("gw-9", 1, vec![good(name, 1, 5.0)])], at(2002)).unwrap();
    let (_dir, mut copy) = file();
    pass(&fake, &mut copy, 2004);
    assert_eq!(copy.counters().unwrap()[&series(name)].modulus, Some(1e4));
}

#[test]
fn what_is_imported_by_hand_is_copied_and_the_later_value_counts() {
    let fake = keeping(whole);
    let mut server = open(&fake);
    let own = vec![good("pond-1/level", 1, 1.0), missing("pond-1/level", 2, Reason::Crc)];
    server.commit(&[batch_of("gw-9", 1, own)], at(2000)).unwrap();
    let table = [(0, 7.0), (1, 7.0), (2, 7.0)].map(|(m, v)| good("pond-1/level", m, v));
    server.commit(&[batch_of("import", 1, table.to_vec())], at(2001)).unwrap();
    let (_dir, mut copy) = file();
    for minute in [2002, 2003] {
        let copied = pass(&fake, &mut copy, minute);
        assert_eq!(copied.left_out, 0);
        assert_eq!(all(&copy, "pond-1/level"), table);
    }
    // The table pins nothing.
    assert_eq!(pass(&fake, &mut copy, 2004).left_out, 0);
}

#[test]
fn names_that_a_gateway_makes_up_fill_nothing() {
    let (_dir, mut copy) = file();
    let readings: Vec<Reading> =
        (0..500).map(|n| good(&format!("pond-{n}/level"), n, 1.0)).collect();
    for name in ["gw-1", "gw-2"] {
        copy.note_left_out(&gateway(name), &readings).unwrap();
        copy.note_left_out(&gateway(name), &readings).unwrap();
    }
    let left_out = copy.left_out().unwrap();
    assert_eq!(left_out.len(), 200);
    assert!(left_out.iter().all(|one| one.readings == 1));
    let said = by_gateway(&left_out)[&gateway("gw-2")].1.to_string();
    assert!(said.starts_with("100 readings") && said.len() < 200, "{said}");
    let name: Series = series("pond-1/level");
    assert_eq!(left_out.iter().filter(|one| one.station == name.station).count(), 2);
}
