//! Files of older layouts, made by the SQL of their time, that are brought up to date on disks that fail meanwhile.
//!
//! `HANQING_SPOOLED_READINGS=1000000 cargo test --release --lib spool::migration` is the long run.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};

use crate::spool::message::{decode, stored};
use crate::spool::test_kit::*;
use crate::spool::{Spool, SpoolError, Trouble, export};
use crate::support::test_disk::Disk;
use crate::wire::{BootId, Epoch, LossCause, Timebase};

/// Readings that are spooled if HANQING_SPOOLED_READINGS is not set.
const SPOOLED: u64 = 5_000;

/// Readings of a batch.
const EACH: u64 = 10;

const PATH: &str = "spool.db";

/// A layout as a program of its time made it.
#[derive(Clone, Copy)]
struct Old {
    layout: i64,
    tables: &'static str,
}

/// The hub's numbers were deleted, and nothing was held back.
const FIRST: Old = Old {
    layout: 1,
    tables: "CREATE TABLE life (
             gateway TEXT NOT NULL, epoch INTEGER NOT NULL, next_seq INTEGER NOT NULL,
             payload_bytes INTEGER NOT NULL, dropped_readings INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE batch (seq INTEGER PRIMARY KEY, readings INTEGER NOT NULL, payload BLOB NOT NULL) STRICT;",
};

const SECOND: Old = Old {
    layout: 2,
    tables: "CREATE TABLE batch (
             seq INTEGER PRIMARY KEY, first INTEGER, readings INTEGER NOT NULL, payload BLOB NOT NULL
         ) STRICT;
         CREATE TABLE life (
             gateway TEXT NOT NULL, epoch INTEGER NOT NULL, next_seq INTEGER NOT NULL, bytes INTEGER NOT NULL,
             dropped INTEGER NOT NULL, thinned INTEGER NOT NULL, known_ms INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE released (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
         CREATE TABLE held (seq INTEGER PRIMARY KEY, boot INTEGER NOT NULL) STRICT;
         CREATE TABLE traffic (month TEXT NOT NULL, bytes INTEGER NOT NULL) STRICT;
         INSERT INTO traffic VALUES ('', 0);",
};

/// The first form of layout 3.
const HIGHEST: Old = Old {
    layout: 3,
    tables: "CREATE TABLE batch (
             seq INTEGER PRIMARY KEY, first INTEGER, readings INTEGER NOT NULL, payload BLOB NOT NULL
         ) STRICT;
         CREATE TABLE life (
             gateway TEXT NOT NULL, epoch INTEGER NOT NULL, next_seq INTEGER NOT NULL, bytes INTEGER NOT NULL,
             dropped INTEGER NOT NULL, thinned INTEGER NOT NULL, known_ms INTEGER NOT NULL, handed_to INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE released (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
         CREATE TABLE held (seq INTEGER PRIMARY KEY, boot INTEGER NOT NULL) STRICT;
         CREATE TABLE traffic (month TEXT NOT NULL, bytes INTEGER NOT NULL) STRICT;
         INSERT INTO traffic VALUES ('', 0);",
};

const ALL: [Old; 3] = [FIRST, SECOND, HIGHEST];

/// Batches 2 and 3 are lost, which batch 4 tells; the hub has 1 and 6 to 8, which stay in the file. Not in layout 1.
const LOSS: (u64, u64) = (2, 4);
const RELEASED: [(u64, u64); 2] = [(1, 1), (6, 8)];

/// The clock of the batches that are held back, 5 s slow.
const GUESS: Timebase = Timebase { provisional: true, zero: CLOCK.zero - 5_000, ..CLOCK };

impl Old {
    fn knows_more_than_first(self) -> bool {
        self.layout > 1
    }

    /// How many of the newest batches are held back.
    fn held(self) -> u64 {
        if self.knows_more_than_first() { 3 } else { 0 }
    }

    /// The batches that the hub does not have and that may be sent, of `last`.
    fn waiting(self, last: u64) -> Vec<u64> {
        let sent = |seq: u64| RELEASED.iter().any(|(from, to)| (*from..=*to).contains(&seq));
        let lost = |seq: u64| (LOSS.0..LOSS.1).contains(&seq);
        let all = 1..=last - self.held();
        all.filter(|seq| !self.knows_more_than_first() || !sent(*seq) && !lost(*seq)).collect()
    }

    /// Makes the file with `last` batches.
    fn make(self, connection: &Connection, last: u64) {
        connection.execute_batch("PRAGMA journal_mode = WAL; BEGIN").unwrap();
        connection.execute_batch(self.tables).unwrap();
        connection.pragma_update(None, "user_version", self.layout).unwrap();
        let more = self.knows_more_than_first();
        let insert = "INSERT INTO batch (seq, readings, payload) VALUES (?1, ?2, ?3)";
        let mut insert = connection.prepare(insert).unwrap();
        let (mut bytes, saved) = (0, last - 2);
        for seq in (1..=last).filter(|seq| !more || !(LOSS.0..LOSS.1).contains(seq)) {
            let tells = more && seq == LOSS.1;
            let message = self.message(seq, tells, seq > last - self.held());
            // The state was saved before the last batches came.
            bytes += if seq < saved { message.len() } else { 0 };
            insert.execute(params![seq, EACH, message]).unwrap();
        }
        drop(insert);
        let state = match self.layout {
            1 => format!("INSERT INTO life VALUES ('gw-1', 9, {saved}, {bytes}, 7)"),
            2 => format!(
                "INSERT INTO life VALUES ('gw-1', 9, {saved}, {bytes}, 7, 3, 1659283200000)"
            ),
            _ => format!(
                "INSERT INTO life VALUES ('gw-1', 9, {saved}, {bytes}, 7, 3, 1659283200000, {last})"
            ),
        };
        connection.execute_batch(&state).unwrap();
        if more {
            connection.execute("UPDATE batch SET first = ?1 WHERE seq = ?2", LOSS).unwrap();
            for (first, last) in RELEASED {
                connection.execute("INSERT INTO released VALUES (?1, ?2)", (first, last)).unwrap();
            }
            for seq in last - self.held() + 1..=last {
                connection.execute("INSERT INTO held VALUES (?1, 7)", [seq]).unwrap();
            }
            connection.execute_batch("UPDATE traffic SET month = '2022-08', bytes = 4321").unwrap();
        }
        connection.execute_batch("COMMIT").unwrap();
    }

    /// A message as it was stored: layout 1 compressed nothing, and named no clock.
    fn message(self, seq: u64, tells: bool, held: bool) -> Vec<u8> {
        let clock = match (self.layout, held) {
            (1, _) => String::new(),
            (_, false) => format!("\"clock\":{{\"boot\":\"00000007\",\"zero\":{}}},", CLOCK.zero),
            (_, true) => format!(
                "\"clock\":{{\"boot\":\"00000007\",\"zero\":{},\"provisional\":true}},",
                GUESS.zero
            ),
        };
        let loss = match tells {
            true => format!(
                "\"remains\":{{\"first\":{},\"lost\":{},\"from\":1659283200000,\"to\":1659283200000,\"why\":\"full\"}},",
                LOSS.0,
                (LOSS.1 - LOSS.0) * EACH
            ),
            false => String::new(),
        };
        let values: Vec<String> = (0..EACH)
            .map(|place| format!("[{},{place},{}]", place % 2, seq * EACH + place))
            .collect();
        let text = format!(
            "{{\"v\":1,\"gateway\":\"gw-1\",\"epoch\":\"0000000000000009\",\"seq\":{seq},{clock}{loss}\"at\":{},\
             \"series\":[\"pond-1/level\",\"pond-2/level\"],\"readings\":[{}]}}",
            at_ms(seq),
            values.join(",")
        );
        match self.layout {
            1 => text.into_bytes(),
            _ => stored(text.into_bytes()),
        }
    }
}

/// When the first reading of a batch was made, ms.
fn at_ms(seq: u64) -> i64 {
    1_659_283_200_000 + 1000 * seq.cast_signed()
}

/// Asserts that `spool` is what `old` with `last` batches becomes: all readings are there, with their values and times.
fn holds_all(spool: &mut Spool, old: Old, last: u64) {
    let expected = old.waiting(last);
    let stats = spool.stats();
    assert_eq!((stats.epoch, stats.last_seq), (Epoch(9), last));
    assert_eq!((stats.batches, stats.held), (expected.len() as u64 + old.held(), old.held()));
    assert_eq!(stats.readings, stats.batches * EACH);
    let thinned = if old.knows_more_than_first() { 3 } else { 0 };
    assert_eq!((stats.dropped_readings, stats.thinned_readings), (7, thinned));
    assert_eq!(stats.renewed_at, None, "nobody is told of another life of the spool");
    let size = "SELECT sum(length(payload)) FROM batch";
    let size: u64 = spool.connection.query_row(size, [], |row| row.get(0)).unwrap();
    assert_eq!(stats.bytes, size);
    follow(spool, &expected, 0);

    let kept = |sql: &str| -> (String, i64) {
        spool.connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    if old.knows_more_than_first() {
        assert_eq!(kept("SELECT gateway, known_ms FROM life"), ("gw-1".into(), at_ms(0)));
        let known = at_ms(last - old.held()) + EACH.cast_signed() - 1;
        assert_eq!(spool.known_time().unwrap().map(|at| at.as_millisecond()), Some(known));
        assert_eq!(kept("SELECT group_concat(seq), sum(boot) FROM held").1, 21);
        assert_eq!(spool.traffic().unwrap(), ("2022-08".into(), 4321));
        // What was held back gets its time, and goes.
        spool.correct_held(CLOCK).unwrap();
        follow(spool, &(last - 2..=last).collect::<Vec<_>>(), 5_000);
    } else {
        assert_eq!(kept("SELECT month, bytes FROM traffic"), (String::new(), 0));
    }
    // Any of them may have been sent: the hub's word for all of them is believed, and for more it is not.
    spool.append(readings(1), CLOCK).unwrap();
    let has = range(1, last);
    assert_eq!(spool.release(Epoch(9), &range(1, last + 1), true).unwrap(), Some(last + 1));
    assert_eq!(spool.release(Epoch(9), &has, true).unwrap(), None);
    assert_eq!(numbers(spool), [last + 1]);
}

/// Asserts that the batches from the first of `expected` on are these, their readings `later` ms later than they were
/// made.
fn follow(spool: &Spool, expected: &[u64], later: i64) {
    let (first, last) = (expected[0], expected[expected.len() - 1]);
    let mut left = expected.iter();
    let mut after = first - 1;
    loop {
        let batches = spool.batches(after, last, 1000).unwrap();
        let Some(newest) = batches.last() else { break };
        after = newest.seq;
        for spooled in batches {
            assert_eq!(Some(&spooled.seq), left.next());
            let batch = decode(&spooled.message).unwrap();
            assert_eq!((batch.seq, spooled.readings), (spooled.seq, EACH));
            assert_eq!(batch.readings.len() as u64, EACH);
            let readings = (0..EACH).zip(&batch.readings);
            for (place, reading) in readings {
                let at = at_ms(batch.seq) + later + place.cast_signed();
                assert_eq!(reading.value(), Some((batch.seq * EACH + place) as f64));
                assert_eq!(reading.observed_at.as_millisecond(), at);
            }
            match batch.loss {
                Some(loss) => {
                    let lost = (LOSS.1 - LOSS.0) * EACH;
                    assert_eq!(
                        (loss.first, loss.lost, loss.why),
                        (LOSS.0, Some(lost), LossCause::Full)
                    );
                }
                None => assert!(batch.seq != LOSS.1 || batch.clock.is_none()),
            }
        }
    }
    assert_eq!(left.next(), None, "of {} batches", expected.len());
}

fn spooled() -> u64 {
    let named = std::env::var("HANQING_SPOOLED_READINGS").ok();
    named.map_or(SPOOLED, |many| many.parse().expect("HANQING_SPOOLED_READINGS is a number"))
}

#[test]
fn no_reading_of_an_older_layout_is_lost() {
    for old in ALL {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(PATH);
        let last = spooled() / EACH;
        old.make(&Connection::open(&path).unwrap(), last);

        // It can be carried by hand as it is.
        let exported = export::export(&path, false, |_| Ok(())).unwrap();
        assert_eq!(exported.batches, old.waiting(last).len() as u64);
        assert_eq!((exported.held, &exported.damage), (old.held(), &None));
        export::handed_over(&path, &exported);

        let mut spool = open(&path);
        holds_all(&mut spool, old, last);
        spool.save_state().unwrap();
        drop(spool);
        let left = open(&path).stats();
        assert_eq!((left.batches, left.last_seq), (1, last + 1));
    }
}

/// A file of this layout on a disk of its own.
fn made(old: Old, last: u64) -> Disk {
    let disk = Disk::attach();
    old.make(&connect(&disk), last);
    disk
}

fn connect(disk: &Disk) -> Connection {
    let flags = OpenFlags::default();
    let connection = Connection::open_with_flags_and_vfs(PATH, flags, disk.name.as_str()).unwrap();
    connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE;").unwrap();
    connection
}

fn open_on(disk: &Disk) -> Result<Spool, SpoolError> {
    Spool::open_in(Path::new(PATH), &gateway(), LIMITS, Some(&disk.name))
}

/// The layout of the file: its number and all its tables.
fn seen(disk: &Disk) -> (i64, Vec<String>) {
    let connection = connect(disk);
    let number = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    let tables = "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name";
    let mut statement = connection.prepare(tables).unwrap();
    let tables = statement.query_map([], |row| row.get(0)).unwrap();
    (number, tables.collect::<rusqlite::Result<_>>().unwrap())
}

/// Which fault comes at a step.
type Fault = fn(&Disk, u64);

#[test]
fn a_disk_that_fails_at_any_step_leaves_the_old_layout_or_the_new_one() {
    let faults: [Fault; 5] = [
        Disk::power_fails_after,
        Disk::process_dies_after,
        |disk, step| disk.one_fails_after(step, false),
        |disk, step| disk.one_fails_after(step, true),
        Disk::is_full_after,
    ];
    let last = 20;
    for old in ALL {
        let before = seen(&made(old, last));
        let new = made(old, last);
        drop(open_on(&new).unwrap());
        let after = seen(&new);
        assert_eq!((before.0, after.0), (old.layout, 3));

        let mut steps = 0;
        let mut was_left: [bool; 2] = Default::default();
        for fault in faults {
            for step in 1.. {
                let disk = made(old, last);
                fault(&disk, step);
                let opened = open_on(&disk);
                let is_open = opened.is_ok();
                drop(opened);
                let hit = disk.is_dead();
                match hit {
                    true => disk.restart(step),
                    false => disk.mend(),
                }
                let found = seen(&disk);
                assert!(
                    found == before || found == after,
                    "layout {}, step {step}: {found:?}",
                    old.layout
                );
                was_left[usize::from(found == after)] = true;
                holds_all(&mut open_on(&disk).unwrap(), old, last);
                // The first fault ends the machine, and so tells how many steps there are.
                if is_open && !hit && step >= steps {
                    steps = step;
                    break;
                }
            }
        }
        assert!(was_left == [true, true] && steps > 5, "{was_left:?}, {steps} steps");
    }
}

#[test]
fn a_full_disk_is_waited_for_and_a_few_pages_are_enough() {
    for old in ALL {
        let disk = made(old, 300);
        let before = seen(&disk);
        disk.holds_only(0);
        let error = open_on(&disk).err().unwrap();
        assert!(error.may_pass(), "{error:?}");
        assert_eq!(Trouble::of(&error, Path::new(PATH)), Trouble::DiskFull);
        disk.mend();
        assert_eq!(seen(&disk), before);
        disk.holds_only(64 << 10);
        drop(open_on(&disk).unwrap());
        disk.mend();
        holds_all(&mut open_on(&disk).unwrap(), old, 300);
    }
}

#[test]
fn the_boot_of_what_is_held_back_stays_its_boot() {
    let disk = made(SECOND, 20);
    let mut spool = open_on(&disk).unwrap();
    // Another boot's clock says nothing of them.
    spool.correct_held(Timebase { boot: BootId(8), ..CLOCK }).unwrap();
    assert_eq!(spool.stats().held, 3);
    spool.correct_held(CLOCK).unwrap();
    assert_eq!(spool.stats().held, 0);
}
