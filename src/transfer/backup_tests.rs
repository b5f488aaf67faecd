//! Tests of backups of a store in use, and of restoring them.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::backup::{BackedUp, Files, back_up};
use super::import::digest_of;
use super::restore::{Restored, restore};
use crate::alarm_book::AlarmsFile;
use crate::core::Reading;
use crate::ledger::Ledger;
use crate::locales::{Lang, within};
use crate::store::{Lock, Sqlite, Store, file};
use crate::support::hex;
use crate::users::UsersFile;
use crate::wire::{Batch, Epoch};

/// The hub's four files and a place for backups.
struct Office {
    folder: tempfile::TempDir,
    store: PathBuf,
    ledger: PathBuf,
    users: PathBuf,
    alarms: PathBuf,
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_659_283_200 + second).unwrap()
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str| folder.path().join(name);
        let (store, ledger) = (of("store.db"), of("ledger.db"));
        let (users, alarms) = (of("users.db"), of("alarms.db"));
        fs::create_dir(folder.path().join("disk")).unwrap();
        drop(Ledger::open(&ledger).unwrap());
        drop(UsersFile::open(&users).unwrap());
        drop(AlarmsFile::open(&alarms).unwrap());
        Self { folder, store, ledger, users, alarms }
    }

    fn disk(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    fn files(&self) -> Files<'_> {
        [
            ("store.db", &self.store),
            ("ledger.db", &self.ledger),
            ("users.db", &self.users),
            ("alarms.db", &self.alarms),
        ]
    }

    fn back_up(&self, second: i64) -> anyhow::Result<BackedUp> {
        back_up(&self.files(), &self.disk(), at(second), &TimeZone::UTC, &|_, _| {})
    }

    fn restore(&self, from: &Path, second: i64) -> anyhow::Result<Restored> {
        restore(from, &self.files(), at(second), &TimeZone::UTC, &|_, _| {})
    }

    /// The names of the files beside the store.
    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn commit(store: &mut Sqlite, seq: u64) {
    let readings = (0..50)
        .map(|i| Reading::good("pond-1/level".parse().unwrap(), at(seq as i64 * 50 + i), 98.5));
    let batch = Batch {
        gateway: "gw-1".parse().unwrap(),
        epoch: Epoch(1),
        seq,
        clock: None,
        loss: None,
        readings: readings.collect(),
    };
    store.commit(&[batch], at(0)).unwrap();
}

#[test]
fn a_backup_of_a_store_in_use_is_restored_and_nothing_is_deleted() {
    let office = Office::new();
    let mut store = Sqlite::open(&office.store).unwrap();
    commit(&mut store, 1);
    let made = office.back_up(0).unwrap();
    assert_eq!(made.directory, office.disk().join("hanqing-20220731-160000"));
    assert_eq!(made.files[0].rows["series"], 1);
    commit(&mut store, 2);
    let error = format!("{:#}", office.restore(&made.directory, 60).err().unwrap());
    assert!(error.contains("in use; stop hanqing hub"), "{error}");
    drop(store);
    let hub = Lock::shared(&office.store).unwrap();
    let error = office.restore(&made.directory, 60).err().unwrap().to_string();
    assert!(error.contains("hub or import is using"), "{error}");
    drop(hub);
    let restored = office.restore(&made.directory, 60).unwrap();
    let kept = office.folder.path().join("store.db.before-20220731-160100");
    assert!(restored.replaced.contains(&kept));
    assert_eq!(Sqlite::open(&office.store).unwrap().count().unwrap(), 50);
    assert_eq!(Sqlite::open(&kept).unwrap().count().unwrap(), 100);
    // Also where there is nothing to replace, as on a new machine.
    fs::remove_file(&office.store).unwrap();
    let error = office.back_up(90).err().unwrap().to_string();
    assert!(error.contains("a hub makes it"), "{error}");
    office.restore(&made.directory, 120).unwrap();
    assert_eq!(Sqlite::open(&office.store).unwrap().count().unwrap(), 50);
}

#[test]
fn a_changed_backup_replaces_nothing() {
    let office = Office::new();
    let mut store = Sqlite::open(&office.store).unwrap();
    commit(&mut store, 1);
    drop(store);
    let made = office.back_up(0).unwrap().directory;
    let names = |office: &Office| {
        let mut names = office.names();
        names.retain(|name| {
            !name.ends_with(".lock") && !name.contains("-wal") && !name.contains("-shm")
        });
        names
    };
    let before = names(&office);
    let copy = made.join("ledger.db");
    let good = fs::read(&copy).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    let manifest = made.join("manifest.json");
    let said = fs::read_to_string(&manifest).unwrap();
    for (content, manifest_text, says) in [
        (&bad, said.clone(), ["has changed since the backup was made", "SHA-256 不同"]),
        (&good[..good.len() - 1].to_vec(), said.clone(), ["has changed", "在备份后被改动过（当时"]),
        (&good, said.replace("ledger.db", "other.db"), ["has no ledger.db", "里没有 ledger.db"]),
        (
            &good,
            said.replace("\"series\": 1", "\"series\": 2"),
            ["does not hold what", "与备份清单不符"],
        ),
        (
            &good,
            said.replace("\"format\": 1", "\"format\": 2"),
            ["has format 2", "格式是 2，本程序只认识 1"],
        ),
        (&good, "{".into(), ["is not a backup", "不是备份"]),
    ] {
        fs::write(&copy, content).unwrap();
        fs::write(&manifest, manifest_text).unwrap();
        let error = office.restore(&made, 60).err().unwrap();
        for (lang, says) in [Lang::English, Lang::Chinese].into_iter().zip(says) {
            let error = within(lang, || format!("{error:#}"));
            assert!(error.contains(says), "{error}");
        }
        assert_eq!(names(&office), before);
    }
    fs::remove_file(&manifest).unwrap();
    let error = office.restore(&made, 60).err().unwrap();
    for (lang, says) in [
        (
            Lang::English,
            "manifest.json (no such file or directory); give a directory that hanqing backup made",
        ),
        (Lang::Chinese, "manifest.json（没有这个文件或目录）；请给出 `hanqing backup` 做的目录"),
    ] {
        let error = within(lang, || format!("{error:#}"));
        assert!(error.ends_with(says), "the cause stands before the way out: {error}");
    }
    assert_eq!(Sqlite::open(&office.store).unwrap().count().unwrap(), 50);
}

/// Makes a backup anew of files into which somebody has put `sql`, with a manifest that fits.
fn altered(office: &Office, name: &str, sql: &str) -> PathBuf {
    let made = office.back_up(0).unwrap().directory;
    let elsewhere = office.folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for file in ["store.db", "ledger.db", "users.db", "alarms.db"] {
        fs::copy(made.join(file), elsewhere.join(file)).unwrap();
    }
    file::alter(&elsewhere.join(name), sql);
    let names = ["store.db", "ledger.db", "users.db", "alarms.db"];
    let paths = names.map(|name| elsewhere.join(name));
    let [store, ledger, users, alarms] = &paths;
    let files: Files<'_> =
        [("store.db", store), ("ledger.db", ledger), ("users.db", users), ("alarms.db", alarms)];
    back_up(&files, &office.disk(), at(5), &TimeZone::UTC, &|_, _| {}).unwrap().directory
}

#[test]
fn a_backup_with_what_is_not_ours_is_refused_however_well_it_adds_up() {
    let doubling = "CREATE TRIGGER doubling AFTER INSERT ON reading_hot BEGIN \
                    UPDATE reading_hot SET value = 2 * NEW.value WHERE at_ms = NEW.at_ms; END";
    let refusing =
        "CREATE TRIGGER refusing BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'no'); END";
    // One of the ledger's own names with another body.
    let replaced = "DROP TRIGGER entry_no_update; CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry \
                    BEGIN SELECT 1; END";
    for (file, sql, name) in [
        ("store.db", doubling, "doubling"),
        ("store.db", "CREATE VIEW seen AS SELECT * FROM reading", "seen"),
        ("store.db", "CREATE UNIQUE INDEX once ON reading(series)", "once"),
        ("store.db", "CREATE TABLE loot (x)", "loot"),
        // Of an older layout there may have been other tables, but no triggers.
        ("store.db", &format!("PRAGMA user_version = 1; {doubling}"), "doubling"),
        ("ledger.db", refusing, "refusing"),
        ("ledger.db", replaced, "entry_no_update"),
        ("ledger.db", "CREATE TABLE loot (x)", "loot"),
        ("users.db", "CREATE TABLE loot (x)", "loot"),
        ("alarms.db", "CREATE TABLE loot (x)", "loot"),
    ] {
        let office = Office::new();
        commit(&mut Sqlite::open(&office.store).unwrap(), 1);
        let from = altered(&office, file, sql);
        let error = office.restore(&from, 60).err().unwrap();
        for (lang, says) in [
            (Lang::English, format!("holds what hanqing did not put there: {name};")),
            (Lang::Chinese, format!("里有不是 `hanqing` 建的内容：{name}；")),
        ] {
            let said = within(lang, || format!("{error:#}"));
            assert!(said.contains(&says), "{said}");
        }
        let left = office.names();
        assert!(!left.iter().any(|name| name.contains("restoring")), "{left:?}");
        assert_eq!(Sqlite::open(&office.store).unwrap().count().unwrap(), 50);
    }
}

#[test]
fn a_backup_of_a_later_layout_is_refused_with_the_way_out_and_replaces_nothing() {
    for (file, known) in [("store.db", 5), ("ledger.db", 3), ("alarms.db", 1)] {
        let office = Office::new();
        commit(&mut Sqlite::open(&office.store).unwrap(), 1);
        let from = altered(&office, file, "PRAGMA user_version = 99");
        let error = office.restore(&from, 60).err().unwrap();
        for (lang, says) in [
            (Lang::English, format!("has layout 99, this program knows {known}; restore it with")),
            (
                Lang::Chinese,
                format!("结构版本是 99，本程序只认到 {known}；请用做出这个备份的版本恢复"),
            ),
        ] {
            let said = within(lang, || format!("{error:#}"));
            assert!(said.contains(file) && said.contains(&says), "{said}");
        }
        let left = office.names();
        assert!(
            !left.iter().any(|name| name.contains("restoring") || name.contains("before")),
            "{left:?}"
        );
        assert_eq!(Sqlite::open(&office.store).unwrap().count().unwrap(), 50);
    }
}

/// Somebody with a password, a session and a link in the users' file, and another whose attempts failed.
const PERSONS: &str = "INSERT INTO password VALUES ('zhang-wei', '$argon2id$', 0);
    INSERT INTO session VALUES (randomblob(32), 'zhang-wei', 0, 0);
    INSERT INTO link VALUES ('zhang-wei', randomblob(32), '', 0, 1);
    INSERT INTO attempt VALUES ('li-na', 5, 1);
    INSERT INTO audit VALUES (1, 0, 'zhang-wei', '', 'signed_in', '', zeroblob(32))";

/// How many rows the users' file at `path` has: passwords, sessions, links, attempts, record.
fn persons(path: &Path) -> [u64; 5] {
    let rows = file::examine(path).unwrap().rows;
    ["password", "session", "link", "attempt", "audit"].map(|table| rows[table])
}

#[test]
fn a_backup_has_passwords_and_the_record_and_lets_nobody_in() {
    let office = Office::new();
    drop(Sqlite::open(&office.store).unwrap());
    file::alter(&office.users, PERSONS);
    let made = office.back_up(0).unwrap();
    assert_eq!(persons(&made.directory.join("users.db")), [1, 0, 0, 0, 1]);
    assert_eq!((made.files[2].name.as_str(), made.files[2].rows["session"]), ("users.db", 0));
    assert_eq!(persons(&office.users), [1, 1, 1, 1, 1], "the file itself is not touched");
    file::alter(&office.users, "DELETE FROM password");
    let restored = office.restore(&made.directory, 60).unwrap();
    assert_eq!(persons(&office.users), [1, 0, 0, 0, 1]);
    assert!(restored.replaced.iter().any(|kept| kept.ends_with("users.db.before-20220731-160100")));
    UsersFile::open(&office.users).unwrap();
}

#[test]
fn a_backup_without_users_leaves_those_that_are_there() {
    let office = Office::new();
    commit(&mut Sqlite::open(&office.store).unwrap(), 1);
    fs::remove_file(&office.users).unwrap();
    fs::remove_file(&office.alarms).unwrap();
    let made = office.back_up(0).unwrap();
    assert_eq!(made.files.len(), 2, "as it was before there were users and alarms");
    drop(UsersFile::open(&office.users).unwrap());
    file::alter(&office.users, PERSONS);
    let restored = office.restore(&made.directory, 60).unwrap();
    assert_eq!(persons(&office.users), [1, 1, 1, 1, 1]);
    assert_eq!(restored.replaced.len(), 2, "{:?}", restored.replaced);
}

#[test]
fn users_with_a_foreign_trigger_are_neither_backed_up_nor_restored() {
    let refusing =
        "CREATE TRIGGER refusing BEFORE DELETE ON session BEGIN SELECT RAISE(IGNORE); END";
    let office = Office::new();
    commit(&mut Sqlite::open(&office.store).unwrap(), 1);
    let made = office.back_up(0).unwrap().directory;
    // The manifest fits: whoever has changed the copy has made its sum anew.
    let (copy, manifest) = (made.join("users.db"), made.join("manifest.json"));
    file::alter(&copy, refusing);
    let mut said: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&manifest).unwrap()).unwrap();
    said["files"][2]["size"] = fs::metadata(&copy).unwrap().len().into();
    said["files"][2]["sha256"] = hex(digest_of(&copy).unwrap().as_ref()).into();
    // What is not ours is told before rows are counted: that may take any time and memory.
    said["files"][2]["rows"]["session"] = 99.into();
    fs::write(&manifest, said.to_string()).unwrap();
    let error = format!("{:#}", office.restore(&made, 60).err().unwrap());
    assert!(error.contains("hanqing did not put there: refusing;"), "{error}");
    file::alter(&office.users, refusing);
    let error = format!("{:#}", office.back_up(90).err().unwrap());
    assert!(error.contains("refusing"), "{error}");
    assert_eq!(fs::read_dir(office.disk()).unwrap().count(), 1, "nothing half stays");
}

#[test]
fn a_named_pipe_in_a_backup_is_not_waited_for() {
    let office = Office::new();
    commit(&mut Sqlite::open(&office.store).unwrap(), 1);
    for name in ["store.db", "manifest.json"] {
        let second = if name == "store.db" { 0 } else { 1 };
        let made = office.back_up(second).unwrap().directory;
        fs::remove_file(made.join(name)).unwrap();
        let made_pipe = std::process::Command::new("mkfifo").arg(made.join(name)).status();
        assert!(made_pipe.unwrap().success());
        let error = format!("{:#}", office.restore(&made, 60).err().unwrap());
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn a_file_with_a_foreign_trigger_is_not_opened() {
    let office = Office::new();
    drop(Sqlite::open(&office.store).unwrap());
    for (path, table) in [(&office.store, "reading_hot"), (&office.ledger, "entry")] {
        let sql = format!("CREATE TRIGGER evil BEFORE INSERT ON {table} BEGIN SELECT 1; END");
        file::alter(path, &sql);
    }
    let store = Sqlite::open(&office.store).err().unwrap().to_string();
    let ledger = Ledger::open(&office.ledger).err().unwrap().to_string();
    assert!(store.contains("evil") && ledger.contains("evil"), "{store} {ledger}");
}

#[test]
fn stores_ledgers_and_backups_are_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::new();
    let mut store = Sqlite::open(&office.store).unwrap();
    commit(&mut store, 1);
    let hub = Lock::hub(&office.store).unwrap();
    let made = office.back_up(0).unwrap().directory;
    let of = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_file()).collect()
    };
    let files = [of(office.folder.path()), of(&made)].concat();
    // Store, ledger, users, log and its index, two locks; three copies and the manifest.
    assert!(files.len() >= 11, "{files:?}");
    for path in files {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o007, 0, "{}: {mode:o}", path.display());
    }
    drop((hub, store));
}

#[test]
fn a_damaged_store_is_replaced_and_kept() {
    let office = Office::new();
    let mut store = Sqlite::open(&office.store).unwrap();
    commit(&mut store, 1);
    drop(store);
    let made = office.back_up(0).unwrap().directory;
    fs::write(&office.store, vec![7; 10_000]).unwrap();
    fs::write(office.folder.path().join("store.db-wal"), "old").unwrap();
    let error = office.back_up(10).err().unwrap();
    assert!(format!("{error:#}").contains("cannot copy"), "{error:#}");
    assert_eq!(fs::read_dir(office.disk()).unwrap().count(), 1, "nothing half stays");
    office.restore(&made, 60).unwrap();
    assert_eq!(Sqlite::open(&office.store).unwrap().count().unwrap(), 50);
    let kept = office.folder.path().join("store.db.before-20220731-160100");
    assert_eq!(fs::read(kept).unwrap(), vec![7; 10_000]);
}

#[test]
fn files_restored_by_root_keep_their_owner() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    const HUB: u32 = 4711;
    let office = Office::new();
    drop(Sqlite::open(&office.store).unwrap());
    fs::set_permissions(&office.store, fs::Permissions::from_mode(0o600)).unwrap();
    // Only root can change owners; others can only get the permissions wrong.
    let root = chown(&office.store, Some(HUB), Some(HUB)).is_ok();
    let owner = fs::metadata(&office.store).unwrap().uid();
    assert_eq!(owner == HUB, root);
    let made = office.back_up(0).unwrap().directory;
    office.restore(&made, 60).unwrap();
    let restored = fs::metadata(&office.store).unwrap();
    assert_eq!((restored.uid(), restored.mode() & 0o777), (owner, 0o600));
}
