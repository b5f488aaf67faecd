//! A store whose file is deleted, moved or exchanged while it is open.

use std::collections::BTreeMap;
use std::fs;

use super::*;
use crate::locales::{Lang, within};
use crate::store::tests::{at, batch, born, gateway, good};
use crate::store::{CommitRequest, Owners, Quarantine, Sqlite, Store, StoreHandle};
use crate::wire::{Batch, Epoch};

/// The folder of a store, and whoever has it open, with batch 1 in it.
struct World {
    dir: tempfile::TempDir,
    path: PathBuf,
    store: StoreHandle,
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let store = Box::new(Sqlite::open(&path).unwrap());
        let owners = Owners::open(&path, BTreeMap::new()).unwrap();
        let store = StoreHandle::start(store, Quarantine::open(&path).unwrap(), owners).unwrap();
        let world = Self { dir, path, store };
        world.commit(1).await.unwrap();
        world
    }

    async fn commit(&self, seq: u64) -> Result<(), StoreError> {
        let request = CommitRequest { batches: vec![numbered(seq)], ..Default::default() };
        let done = self.store.commit(request, at(100)).await;
        done.map(|_| ()).map_err(|failed| failed.error)
    }

    /// Another store, whose only batch is this one.
    fn other(&self, seq: u64) -> PathBuf {
        let path = self.dir.path().join("other.db");
        let mut other = Sqlite::open(&path).unwrap();
        other.commit(&[numbered(seq)], at(100)).unwrap();
        path
    }

    /// Logs that were put aside.
    fn aside(&self) -> usize {
        let names = fs::read_dir(self.dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().contains("-wal.left-")).count()
    }

    /// Nothing is said to be stored any more, whatever is asked.
    async fn says_so(&self) {
        let error = self.commit(2).await.unwrap_err();
        assert!(error.is_final(), "{error:?}");
        assert!(
            matches!(&error, StoreError::Exchanged { path } if *path == self.path),
            "{error:?}"
        );
        for lang in Lang::ALL {
            let said = within(lang, || error.to_string());
            assert!(said.contains(&self.path.display().to_string()), "{said}");
            assert!(said.contains("hanqing restore"), "{said}");
        }
        let birth = self
            .store
            .birth(gateway("gw-1"), born("pump-1/energy_total", None, None), at(100))
            .await;
        assert!(matches!(birth, Err(StoreError::Exchanged { .. })), "{birth:?}");
        let delivered = self.store.delivered(gateway("gw-1"), Some(Epoch(7))).await;
        assert!(matches!(delivered, Err(StoreError::Exchanged { .. })), "{delivered:?}");
        let topic = "hanqing/v1/gw-1/birth".to_owned();
        let kept = self.store.quarantine(at(100), topic, None, "bad".into(), vec![1]).await;
        assert!(matches!(kept, Err(StoreError::Exchanged { .. })), "{kept:?}");
    }
}

fn numbered(seq: u64) -> Batch {
    batch(seq, vec![good("pond-1/level", seq as i64, seq as f64)])
}

#[tokio::test]
async fn a_store_that_was_deleted_or_moved_says_so_and_keeps_its_log_beside_it() {
    for moves in [false, true] {
        let world = World::new().await;
        let away = world.dir.path().join("away.db");
        match moves {
            true => fs::rename(&world.path, &away).unwrap(),
            false => fs::remove_file(&world.path).unwrap(),
        }
        world.says_so().await;
        assert!(!world.path.exists());
        assert!(world.dir.path().join("store.db-wal").exists() && world.aside() == 0);
        if moves {
            // Nothing was done to it: it is whole when it is put back.
            fs::rename(&away, &world.path).unwrap();
            world.commit(3).await.unwrap();
            fs::rename(&world.path, &away).unwrap();
            world.commit(4).await.unwrap_err();
        }
        // Nor is what the log holds lost where a new file begins.
        assert_eq!(Sqlite::open(&world.path).unwrap().count().unwrap(), 0);
        assert_eq!(world.aside(), 1);
    }
}

#[tokio::test]
async fn a_store_that_was_exchanged_says_so_and_the_other_file_is_not_touched() {
    let world = World::new().await;
    fs::rename(world.other(9), &world.path).unwrap();
    world.says_so().await;
    assert_eq!(world.aside(), 1);
    // As it came, without what the log of the file before holds.
    let other = Sqlite::open(&world.path).unwrap();
    other.verify().unwrap();
    let series = "pond-1/level".parse().unwrap();
    let readings = other.readings(&series, at(0), at(1000)).unwrap();
    assert_eq!(readings, numbered(9).readings);
    assert!(matches!(world.commit(2).await, Err(StoreError::Exchanged { .. })));
    drop(world.store);
    assert_eq!(Sqlite::open_reader(&world.path).unwrap().count().unwrap(), 1);
}

#[tokio::test]
async fn a_store_whose_log_alone_was_deleted_says_so_and_has_all_that_it_was_given() {
    let world = World::new().await;
    fs::remove_file(world.dir.path().join("store.db-wal")).unwrap();
    world.says_so().await;
    let copy = world.dir.path().join("copy.db");
    fs::copy(&world.path, &copy).unwrap();
    let series = "pond-1/level".parse().unwrap();
    let readings = Sqlite::open(&copy).unwrap().readings(&series, at(0), at(1000)).unwrap();
    assert_eq!(readings, [numbered(1).readings, numbered(2).readings].concat());
}

#[test]
fn an_import_into_a_file_that_is_gone_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let mut store = Sqlite::open(&path).unwrap();
    store.import(&[numbered(1)], at(100)).unwrap();
    fs::remove_file(&path).unwrap();
    let gone = store.import(&[numbered(2)], at(100));
    assert!(matches!(gone, Err(StoreError::Exchanged { .. })), "{gone:?}");
}
