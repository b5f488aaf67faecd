//! Gateways' records of loss, and commits of another process.

use super::*;
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
