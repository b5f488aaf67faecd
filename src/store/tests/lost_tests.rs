//! Gateways' records of loss, and commits of another process.

use super::*;
use crate::store::LostRow;
use crate::wire::{LossCause, LossRecord};

#[test]
fn a_record_of_loss_is_kept_and_its_numbers_count_as_delivered() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&dir.path().join("s")).unwrap();
    let loss = |first, lost| LossRecord {
        first,
        lost: Some(lost),
        from: at(0),
        to: at(9),
        why: LossCause::Thinned,
    };
    let thinned = |seq, first, lost| Batch {
        loss: Some(loss(first, lost)),
        ..batch(seq, vec![good("pond-1/level", 9, 1.0)])
    };
    store.commit(&[batch(1, vec![]), thinned(4, 2, 20), thinned(9, 9, 5)], at(10)).unwrap();
    let row = store.gateways().unwrap().remove(0);
    assert_eq!(row.gaps(), [(Epoch(7), 5, 8)]);
    let lost = |store: &Sqlite| -> Vec<_> {
        store.lost().unwrap().iter().map(|row| (row.seq, row.loss)).collect()
    };
    assert_eq!(lost(&store), [(4, loss(2, 20)), (9, loss(9, 5))]);
    // Thinned again, together: the wider record replaces those within it, and comes twice.
    for _ in 0..2 {
        let committed = store.commit(&[thinned(9, 2, 40)], at(11)).unwrap();
        assert_eq!(
            committed.delivered.into_values().next().unwrap(),
            [(1, 9)].into_iter().collect()
        );
        assert_eq!(lost(&store), [(9, loss(2, 40))]);
    }
}

#[test]
fn commits_of_another_process_are_not_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&dir.path().join("s")).unwrap();
    store.commit(&[batch(1, vec![])], at(0)).unwrap();
    let mut other = Sqlite::open(&dir.path().join("s")).unwrap();
    other.commit(&[batch(2, vec![good("pond-1/level", 1, 1.0)])], at(1)).unwrap();
    let committed = store.commit(&[batch(3, vec![])], at(2)).unwrap();
    assert_eq!(committed.delivered.into_values().next().unwrap(), [(1, 3)].into_iter().collect());
}

/// A batch that tells of `lost` readings and holds none.
fn told(gateway: &str, epoch: u64, seq: u64, lost: Option<u64>) -> Batch {
    let loss = LossRecord { first: seq, lost, from: at(0), to: at(9), why: LossCause::Thinned };
    let gateway = gateway.parse().unwrap();
    Batch { gateway, epoch: Epoch(epoch), loss: Some(loss), ..batch(seq, vec![]) }
}

fn rows_of(store: &Sqlite, gateway: &str) -> Vec<LostRow> {
    store.lost().unwrap().into_iter().filter(|row| row.gateway.as_str() == gateway).collect()
}

fn sum(rows: &[LostRow]) -> u64 {
    rows.iter().filter_map(|row| row.loss.lost).sum()
}

#[test]
fn records_of_loss_without_end_become_few_and_their_sum_stays() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&dir.path().join("s")).unwrap();
    let honest: Vec<Batch> = (1..=20).map(|n| told("gw-honest", 7, 2 * n, Some(n))).collect();
    store.commit(&honest, at(9)).unwrap();
    let before = rows_of(&store, "gw-honest");
    assert_eq!(before.len(), 20);
    let many: Vec<Batch> = (1..=5_000).map(|n| told("gw-evil", 1, n, Some(n))).collect();
    for portion in many.chunks(700) {
        store.commit(portion, at(10)).unwrap();
        assert!(rows_of(&store, "gw-evil").len() <= 1_000);
    }
    let rows = rows_of(&store, "gw-evil");
    assert_eq!((rows.len(), sum(&rows)), (1_000, 5_000 * 5_001 / 2));
    let [oldest, next, ..] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((oldest.loss.first, oldest.seq, next.seq), (1, 4_001, 4_002));
    assert_eq!(oldest.loss.lost, Some(4_001 * 4_002 / 2));
    // Sent again, they were told before.
    for again in [1, 17, 4_001, 4_002, 5_000] {
        store.commit(&many[again - 1..again], at(11)).unwrap();
        assert_eq!(rows_of(&store, "gw-evil"), rows);
    }
    // A wider one that begins within what was added up does not take away what that tells beside it.
    let mut wide = told("gw-evil", 1, 5_001, Some(7));
    wide.loss.as_mut().unwrap().first = 3_000;
    store.commit(&[wide], at(12)).unwrap();
    let rows = rows_of(&store, "gw-evil");
    assert_eq!((rows.len(), rows[0].loss.first, rows[0].seq), (1, 1, 5_001));
    assert_eq!(sum(&rows), 4_001 * 4_002 / 2 + 7);
    assert_eq!(rows_of(&store, "gw-honest"), before);
}

#[test]
fn the_records_of_the_epoch_heard_of_longest_ago_are_added_up_first() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&dir.path().join("s")).unwrap();
    let of = |epoch, n| -> Vec<Batch> {
        (1..=n).map(|seq| told("gw-1", epoch, 2 * seq, Some(1))).collect()
    };
    store.commit(&of(9, 300), at(1)).unwrap();
    store.commit(&of(2, 900), at(2)).unwrap();
    let rows = rows_of(&store, "gw-1");
    let count = |epoch| rows.iter().filter(|row| row.epoch == Epoch(epoch)).count();
    assert_eq!((count(9), count(2), sum(&rows)), (100, 900, 1_200));
    // What nobody can know is the larger; what is known is still told.
    let mut unknown = told("gw-1", 2, 1_803, None);
    unknown.loss.as_mut().unwrap().why = LossCause::Damaged;
    let known: Vec<Batch> = (1_804..3_102).map(|n| told("gw-1", 2, n, Some(1))).collect();
    store.commit(&[vec![unknown], known].concat(), at(3)).unwrap();
    let rows = rows_of(&store, "gw-1");
    assert_eq!((rows.len(), sum(&rows)), (1_000, 1_200 + 1_298));
    let oldest = rows.iter().find(|row| row.epoch == Epoch(2)).unwrap();
    assert_eq!(oldest.loss.why, LossCause::Damaged);
}

#[test]
fn an_epoch_each_does_not_go_round_the_bound() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&dir.path().join("s")).unwrap();
    let many: Vec<Batch> = (0..1_003).map(|n| told("gw-1", n + 1, 5, Some(n))).collect();
    for (day, portion) in (0..).zip(many.chunks(50)) {
        store.commit(portion, at(0) + jiff::SignedDuration::from_hours(24 * day)).unwrap();
    }
    let rows = rows_of(&store, "gw-1");
    assert_eq!((rows.len(), sum(&rows)), (1_000, 1_002 * 1_003 / 2));
}

#[test]
fn only_the_newest_records_of_loss_are_read_for_the_page() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&dir.path().join("s")).unwrap();
    let many: Vec<Batch> = (1..=50).map(|n| told("gw-1", 7, n, Some(n))).collect();
    store.commit(&many, at(10)).unwrap();
    let newest = store.newest_lost(&"gw-1".parse().unwrap(), 3).unwrap();
    assert_eq!(newest.iter().map(|row| row.seq).collect::<Vec<_>>(), [50, 49, 48]);
    assert_eq!(store.newest_lost(&"gw-2".parse().unwrap(), 3).unwrap(), []);
}
