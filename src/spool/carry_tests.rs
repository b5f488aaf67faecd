//! Tests of a spool whose file is deleted, cut or exchanged while it is open.

use super::*;
use crate::core::{Outcome, Reading};
use crate::spool::test_kit::{CLOCK, numbers, open, range, readings, waiting};
use crate::spool::writer::SpoolStatus;
use crate::spool::{SpoolHandle, Trouble};
use crate::support::Clock;

const PARTS: [&str; 3] = ["", "-wal", "-shm"];

fn begin(path: &Path) -> SpoolHandle {
    SpoolHandle::start(open(path), Clock::system()).unwrap()
}

async fn append(spool: &SpoolHandle, readings: Vec<Reading>) -> SpoolStatus {
    spool.append(readings, CLOCK).await.unwrap();
    *spool.status().borrow()
}

/// The spool as it would be after a kill.
fn after_a_kill(path: &Path) -> (tempfile::TempDir, Spool) {
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("s");
    for part in ["", "-wal"] {
        fs::copy(with_suffix(path, part), with_suffix(&copy, part)).unwrap();
    }
    let spool = open(&copy);
    (dir, spool)
}

#[tokio::test]
async fn a_spool_that_is_deleted_in_use_goes_on_in_a_new_file_with_everything() {
    for deleted in [&PARTS[..], &PARTS[..1], &PARTS[1..2]] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let spool = begin(&path);
        let epoch = append(&spool, readings(3)).await.spool.epoch;
        spool.hand_over(epoch, &[1]);
        spool.release(epoch, &range(1, 1), false, false);
        for _ in 0..3 {
            append(&spool, readings(2)).await;
        }
        for part in deleted {
            fs::remove_file(with_suffix(&path, part)).unwrap();
        }
        let status = append(&spool, readings(2)).await;
        assert_eq!((status.trouble, status.unwritten), (None, 0), "{deleted:?}");
        let stats = status.spool;
        assert!(stats.carried_at.is_some() && stats.damaged_at.is_none());
        assert_eq!((stats.epoch, stats.batches, stats.last_seq), (epoch, 4, 5));
        let (_copy, killed) = after_a_kill(&path);
        assert_eq!(killed.epoch(), epoch);
        let held: Vec<_> = waiting(&killed).into_iter().map(|batch| batch.readings).collect();
        assert!(held.ends_with(&vec![readings(2); 4]), "{deleted:?}: {}", held.len());
        // And once more.
        fs::remove_file(&path).unwrap();
        append(&spool, readings(2)).await;
        spool.close().await;
        drop(spool);
        assert_eq!(numbers(&open(&path)), [2, 3, 4, 5, 6], "{deleted:?}");
        let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = names.filter(|name| name.to_str().unwrap().contains(".new-")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[tokio::test]
async fn a_spool_that_is_emptied_in_use_is_told_as_damaged_unless_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let spool = begin(&path);
    let before = append(&spool, readings(1)).await.spool.epoch;
    let noisy = |n: u64| {
        let mut readings = readings(5000);
        for (place, reading) in readings.iter_mut().enumerate() {
            let bits = (n * 5000 + place as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            reading.outcome = Outcome::Value(bits as f64 / 1e7);
        }
        readings
    };
    for n in 0..40 {
        append(&spool, noisy(n)).await;
    }
    spool.close().await;
    assert!(fs::metadata(&path).unwrap().len() > 1 << 20, "more than is in memory");
    File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
    let status = append(&spool, readings(2)).await;
    let stats = status.spool;
    assert!(stats.damaged_at.is_some() && stats.carried_at.is_none(), "{stats:?}");
    assert_ne!(stats.epoch, before);
    spool.close().await;
    drop(spool);
    let [first, ..] = &waiting(&open(&path))[..] else { panic!("nothing waits") };
    assert!(first.loss.is_some(), "the loss is reported");
}

#[tokio::test]
async fn another_file_in_the_spools_place_is_left_alone_and_told_until_it_is_moved_away() {
    let dir = tempfile::tempdir().unwrap();
    let (path, other) = (dir.path().join("s"), dir.path().join("other"));
    let strange = begin(&other);
    append(&strange, readings(7)).await;
    strange.close().await;
    drop(strange);
    let bytes = fs::read(&other).unwrap();
    let spool = begin(&path);
    let epoch = append(&spool, readings(2)).await.spool.epoch;
    fs::rename(&other, &path).unwrap();
    let status = append(&spool, readings(3)).await;
    assert_eq!((status.trouble, status.unwritten), (Some(Trouble::Exchanged), 5));
    assert_eq!(
        (status.spool.epoch, status.spool.batches),
        (epoch, 2),
        "it can be sent all the same"
    );
    assert!(!with_suffix(&path, "-wal").exists(), "nobody writes our log into it");
    // Stopped like that, everything is kept beside it.
    spool.close().await;
    assert_eq!(spool.status().borrow().unwritten, 0);
    let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    let kept: Vec<PathBuf> =
        names.filter(|path| path.to_str().unwrap().contains("s.kept-")).collect();
    let [kept] = &kept[..] else { panic!("{kept:?}") };
    let kept = open(kept);
    assert_eq!((kept.epoch(), numbers(&kept)), (epoch, vec![1, 2]));
    assert_eq!(fs::read(&path).unwrap(), bytes);
    // Moved away, everything is put back.
    fs::rename(&path, &other).unwrap();
    let status = append(&spool, readings(1)).await;
    assert_eq!((status.trouble, status.unwritten), (None, 0));
    assert!(status.spool.carried_at.is_some());
    let (_copy, killed) = after_a_kill(&path);
    assert_eq!((killed.epoch(), numbers(&killed)), (epoch, vec![1, 2, 3]));
    assert_eq!(fs::read(&other).unwrap(), bytes);
}

#[tokio::test]
async fn a_spool_that_cannot_be_made_anew_is_told_and_loses_nothing_while_it_runs() {
    let dir = tempfile::tempdir().unwrap();
    let (here, away) = (dir.path().join("here"), dir.path().join("away"));
    fs::create_dir(&here).unwrap();
    let path = here.join("s");
    let spool = begin(&path);
    append(&spool, readings(2)).await;
    fs::rename(&here, &away).unwrap();
    let status = append(&spool, readings(3)).await;
    assert_eq!((status.trouble, status.unwritten), (Some(Trouble::Gone), 5));
    assert_eq!(status.spool.batches, 2);
    fs::rename(&away, &here).unwrap();
    let status = append(&spool, readings(1)).await;
    assert_eq!((status.trouble, status.unwritten, status.spool.batches), (None, 0, 3));
    assert_eq!(status.spool.carried_at, None);
}
