//! Disks that are full or can only be read: a gateway waits for them, and says exactly what it could not keep.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use hanqing::config::load_edge;
use hanqing::core::Series;
use hanqing::edge::Edge;
use hanqing::spool::SpoolStatus;
use hanqing::spool::Trouble;
use hanqing::support::Clock;
use hanqing::wire::{LossCause, packed};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use tokio_util::sync::CancellationToken;

use crate::context::{Context, GATEWAY, Process, hanqing, outcome, wait_for};
use crate::office::{Arrived, complete, office, runs, status};
use crate::peers::listener;
use crate::wide::{LEVELS, Run, WideField};

/// Batches that a spool has to take in beyond its room before it is believed that it grows no more.
const BATCHES_MORE: u64 = 1000;

/// A file system, how much of it has to stay free, and how much of that a spool may take all the same: what is in its
/// log and not yet in its file.
const ROOMY: &str = "size=4m";
const FREE_MIN: &str = "free_min_mb = 2";
const SPOOL_MAX: u64 = (4 - 2 + 1) << 20;

/// A small file system, gone with its test.
struct Tmpfs(PathBuf);

impl Tmpfs {
    fn mount(context: &Context, options: &str) -> Self {
        let path = context.path("disk");
        std::fs::create_dir(&path).unwrap();
        let tmpfs = Self(path);
        tmpfs.mount_as(options);
        tmpfs
    }

    fn remount(&self, options: &str) {
        self.mount_as(&format!("remount,{options}"));
    }

    fn mount_as(&self, options: &str) {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "none"]).arg(&self.0);
        let (code, _, problem) = outcome(mount.stderr(std::process::Stdio::piped()));
        assert_eq!(
            code,
            Some(0),
            "cannot mount a tmpfs ({}): this test needs root, or a name space of its own: unshare -rm tests/run disk::",
            problem.trim()
        );
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Takes up all of it but for what is there, and the reserve of the spool, too.
    fn fill_to_the_last(&self) -> PathBuf {
        // There is none before the gateway has started.
        let _none = std::fs::remove_file(self.file("spool.db-reserve"));
        self.fill()
    }

    /// Takes up all of it but for what is there.
    fn fill(&self) -> PathBuf {
        let path = self.file("filler");
        let mut filler = File::create(&path).unwrap();
        loop {
            match filler.write_all(&[0; 4096]) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return path,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Empties the log of the spool, so that a filled disk has no space for it.
    fn empty_log(&self) {
        let spool = Connection::open(self.file("spool.db")).unwrap();
        spool.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
        let busy: bool =
            spool.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap();
        assert!(!busy);
    }

    /// Bytes that the spool takes.
    fn spool_bytes(&self) -> u64 {
        let size = |name| std::fs::metadata(self.file(name)).map_or(0, |file| file.len());
        ["spool.db", "spool.db-wal", "spool.db-shm"].map(size).iter().sum()
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// A gateway that polls a hundred levels of each of `units` devices once a second, and without a pause in a drought.
fn configure(context: &Context, units: u8, spool: &Path, limits: &str) -> WideField {
    let field = WideField::start(units);
    field.configure(
        context,
        &Run {
            broker_port: context.broker_port(),
            spool,
            limits,
            sections: "",
            intervals: "interval_s = 1\ndrought_interval_s = 0",
        },
    );
    context.hub_config();
    field
}

fn switch(context: &Context, mode: &str) {
    let mut command = hanqing();
    command
        .args(["mode", mode, "-c"])
        .arg(context.path("edge.toml"))
        .stderr(std::process::Stdio::piped());
    let (code, _, problem) = outcome(&mut command);
    assert_eq!(code, Some(0), "{problem}");
}

/// The times of a series in the store, in order.
fn times(context: &Context, series: &str) -> Vec<Timestamp> {
    let series: Series = series.parse().unwrap();
    let store = context.store();
    let readings = store.readings(&series, Timestamp::UNIX_EPOCH, Timestamp::MAX);
    let times: Vec<_> = readings.unwrap().iter().map(|r| r.observed_at).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
    times
}

/// Readings that the store has and that are told as lost all the same: they had arrived, but word of that was still on
/// its way when they were thinned or dropped (docs/message-format.md). Every record tells at least what is not there,
/// or else the sum of all is less than was made.
fn told_though_arrived(context: &Context, field: &WideField) -> u64 {
    // All levels of a device have one answer, and so one time.
    let times: Vec<_> =
        field.devices().flat_map(|n| times(context, &format!("pond-{n}-0/level"))).collect();
    let twice = context.store().lost().unwrap().into_iter().map(|row| {
        let made = (row.seq + 1 - row.loss.first) * field.readings_per_poll();
        let lost = row.loss.lost.unwrap();
        assert!(lost <= made, "{row:?}");
        let within = |at: &&Timestamp| (row.loss.from..=row.loss.to).contains(*at);
        let there = times.iter().filter(within).count() as u64 * u64::from(LEVELS);
        (there + lost).saturating_sub(made)
    });
    twice.sum()
}

/// Waits until the hub has everything that was not thinned or dropped.
fn complete_but_for_what_is_told(context: &Context, field: &WideField) -> Arrived {
    complete(context, |_, arrived| {
        arrived.last * field.readings_per_poll() + told_though_arrived(context, field)
    })
}

#[test]
fn a_spool_on_a_small_disk_grows_no_further_than_it_may_and_thins() {
    let context = Context::new();
    let disk = Tmpfs::mount(&context, ROOMY);
    let field = configure(&context, 5, &disk.file("spool.db"), FREE_MIN);
    let mut edge = context.edge();
    switch_when_it_runs(&context);
    let full = status(&context, "a spool that thins", |status| status.spool.thinned_readings > 0);
    let (mut bytes, mut seen) = (disk.spool_bytes(), full.clone());
    let limit = bytes;
    while seen.spool.last_seq < full.spool.last_seq + BATCHES_MORE {
        let next = seen.spool.last_seq;
        seen = status(&context, "more batches", |s| s.spool.last_seq > next);
        bytes = bytes.max(disk.spool_bytes());
        assert_eq!((seen.spool.trouble, seen.spool.unwritten), (None, 0));
    }
    println!("thins at {limit} bytes, {bytes} at most; {:?}", seen.spool);
    assert!(bytes < SPOOL_MAX, "{bytes}");
    runs(&mut edge, &context);

    // As after a power cut, on a disk that is still full.
    edge.kill();
    let (_broker, _hub) = office(&context);
    let mut edge = context.edge();
    let arrived = complete_but_for_what_is_told(&context, &field);
    let status = context.status();
    println!("{arrived:?}; {:?}", status.spool);
    assert!(arrived.lost <= status.spool.thinned_readings + status.spool.dropped_readings);
    assert_eq!(status.spool.trouble, None);
    runs(&mut edge, &context);
}

fn switch_when_it_runs(context: &Context) {
    context.status();
    switch(context, "drought");
}

#[test]
fn a_spool_that_fills_its_own_disk_in_an_outage_recovers_by_itself() {
    let context = Context::new();
    let disk = Tmpfs::mount(&context, "size=2m");
    let field = configure(&context, 5, &disk.file("spool.db"), "free_min_mb = 0");
    let mut edge = context.edge();
    switch_when_it_runs(&context);
    let full = status(&context, "a spool that thins", |status| status.spool.thinned_readings > 0);
    let mut seen = full.clone();
    while seen.spool.last_seq < full.spool.last_seq + BATCHES_MORE {
        let next = seen.spool.last_seq;
        seen = status(&context, "more batches", |s| s.spool.last_seq > next);
        assert_eq!((seen.spool.trouble, seen.spool.unwritten), (None, 0));
    }
    println!("{} bytes; {:?}", disk.spool_bytes(), seen.spool);
    // Now and later it is thinned while it is delivered.
    let (_broker, _hub) = office(&context);
    wait_for("the first readings at the hub", || match context.store().count().unwrap() {
        0 => Err(context.log("hub")),
        _ => Ok(()),
    });
    // Nothing is ever complete while there are polls without a pause.
    switch(&context, "normal");
    let arrived = complete_but_for_what_is_told(&context, &field);
    println!("{} came before they were told as lost", told_though_arrived(&context, &field));
    let after = context.status().spool;
    assert!(arrived.lost <= after.thinned_readings + after.dropped_readings);
    assert_eq!((after.trouble, after.lost_readings), (None, 0));
    runs(&mut edge, &context);
}

#[test]
fn delivery_goes_on_while_others_have_filled_the_disk() {
    let context = Context::new();
    let disk = Tmpfs::mount(&context, "size=4m");
    let field = configure(&context, 1, &disk.file("spool.db"), "free_min_mb = 0");
    let (_broker, _hub) = office(&context);
    let mut edge = context.edge();
    switch_when_it_runs(&context);
    status(&context, "batches that can make room", |s| s.spool.last_seq >= 400);
    switch(&context, "normal");
    let before = status(&context, "a hub that has them", |s| s.spool.batches <= 2);
    disk.empty_log();
    disk.fill();
    let last = before.spool.last_seq + 12;
    let after = status(&context, "new batches on a full disk", |status| {
        assert_eq!((status.spool.trouble, status.spool.unwritten), (None, 0));
        status.spool.last_seq >= last && status.spool.batches <= 2
    });
    assert!(!disk.file("spool.db-reserve").exists());
    assert_eq!((after.spool.thinned_readings, after.spool.dropped_readings), (0, 0));
    let arrived = complete(&context, |status, _| status.readings);
    assert_eq!(arrived.readings, arrived.last * field.readings_per_poll());
    runs(&mut edge, &context);
}

#[test]
fn what_a_full_disk_does_not_take_waits_in_memory_and_arrives_in_order() {
    let context = Context::new();
    let disk = Tmpfs::mount(&context, "size=4m");
    let field = configure(&context, 1, &disk.file("spool.db"), "free_min_mb = 0");
    let (_broker, _hub) = office(&context);
    let messages = listener(context.broker_port(), format!("hanqing/v1/{GATEWAY}/readings"));
    let mut edge = context.edge();
    status(&context, "the first batches", |s| s.spool.last_seq >= 2);

    let filler = disk.fill_to_the_last();
    let polls = 4;
    let waits = status(&context, "readings that wait", |status| {
        status.spool.unwritten >= polls * field.readings_per_poll()
    });
    assert_eq!(waits.spool.trouble, Some(Trouble::DiskFull));
    let mut told = hanqing();
    let (code, text, _) = outcome(told.arg("status").arg("-c").arg(context.path("edge.toml")));
    assert_eq!(code, Some(0));
    assert!(text.contains(&Trouble::DiskFull.name().to_string()), "{text}");
    runs(&mut edge, &context);

    std::fs::remove_file(filler).unwrap();
    let after = status(&context, "a spool that is written", |s| s.spool.unwritten == 0);
    assert_eq!(after.spool.trouble, None);
    let arrived = complete(&context, |status, _| status.readings);
    assert_eq!((arrived.lost, context.status().spool.dropped_readings), (0, 0));
    assert_eq!(arrived.readings, arrived.last * field.readings_per_poll());
    assert_eq!(times(&context, "pond-1-0/level").len() as u64, arrived.last);

    // By number and by time alike, none twice.
    let batches = messages.try_iter().flat_map(|(_, payload)| packed::unpack(&payload).unwrap());
    let batches: Vec<_> = batches.map(|batch| (batch.seq, batch.readings[0].observed_at)).collect();
    assert!(batches.len() as u64 >= waits.spool.last_seq + polls);
    assert!(
        batches.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0 && pair[0].1 < pair[1].1),
        "{batches:?}"
    );
    runs(&mut edge, &context);
}

#[test]
fn what_found_no_room_in_memory_either_is_told_to_the_last_reading() {
    let context = Context::new();
    let disk = Tmpfs::mount(&context, "size=4m");
    // Five polls are as much as waits in memory.
    let field = configure(&context, 20, &disk.file("spool.db"), "free_min_mb = 0");
    let (_broker, _hub) = office(&context);
    let mut edge = context.edge();
    status(&context, "the first batches", |s| s.spool.last_seq >= 2);
    let filler = disk.fill_to_the_last();
    let lost = status(&context, "readings that are lost", |status| {
        status.spool.dropped_readings >= 2 * field.readings_per_poll()
    });
    assert_eq!(lost.spool.trouble, Some(Trouble::DiskFull));
    runs(&mut edge, &context);

    std::fs::remove_file(filler).unwrap();
    status(&context, "a spool that is written", |s| s.spool.unwritten == 0);
    let arrived = complete(&context, |status, _| status.readings);
    let rows = context.store().lost().unwrap();
    println!("{arrived:?}; {rows:?}");
    assert_eq!(arrived.lost, context.status().spool.dropped_readings);
    let [row] = &rows[..] else {
        panic!("{rows:?}");
    };
    assert_eq!(row.loss.why, LossCause::Unwritten);
    // Nothing of the time that it names is there, and the rest is.
    let times = times(&context, "pond-20-99/level");
    let within = |at: &&Timestamp| (row.loss.from..=row.loss.to).contains(*at);
    assert_eq!(times.iter().filter(within).count(), 0);
    assert_eq!(times.len() as u64, arrived.last);
    runs(&mut edge, &context);
}

#[test]
fn an_end_on_a_full_disk_says_what_is_lost() {
    let context = Context::new();
    let disk = Tmpfs::mount(&context, "size=4m");
    let field = configure(&context, 1, &disk.file("spool.db"), "free_min_mb = 0");
    let mut edge = context.edge();
    status(&context, "the first batches", |s| s.spool.last_seq >= 1);
    disk.fill_to_the_last();
    status(&context, "readings that wait", |status| {
        status.spool.unwritten >= 2 * field.readings_per_poll()
    });
    let mut kill = Command::new("kill");
    assert!(kill.arg(edge.0.id().to_string()).status().unwrap().success());
    let code = wait_for("the end", || match edge.0.try_wait().unwrap() {
        Some(ended) => Ok(ended.code()),
        None => Err(context.log("edge")),
    });
    let log = context.log("edge");
    assert_eq!(code, Some(0), "{log}");
    assert!(
        log.contains("readings that waited in memory could not be written and are lost"),
        "{log}"
    );
}

/// Where there is one poll an hour nothing can be thinned.
#[test]
fn what_cannot_be_thinned_is_dropped_and_told_to_the_last_reading() {
    let context = Context::new();
    let disk = Tmpfs::mount(&context, ROOMY);
    let field = configure(&context, 20, &disk.file("spool.db"), FREE_MIN);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let told = runtime.block_on(hours_until_dropped(&context.path("edge.toml")));
    assert_eq!((told.spool.thinned_readings, told.trouble, told.lost), (0, None, 0));
    println!("{} bytes; {told:?}", disk.spool_bytes());
    assert!(disk.spool_bytes() < SPOOL_MAX);
    // No more is given up than has to be.
    assert!(told.spool.readings > 2 * told.spool.dropped_readings);

    let (_broker, _hub) = office(&context);
    let mut edge = context.edge();
    let arrived = complete_but_for_what_is_told(&context, &field);
    let status = context.status();
    assert!(arrived.lost <= status.spool.dropped_readings + status.spool.thinned_readings);
    let rows = context.store().lost().unwrap();
    println!("{arrived:?}; {rows:?}");
    assert!(rows.iter().any(|row| row.loss.why == LossCause::Full), "{rows:?}");
    runs(&mut edge, &context);
}

/// Lets the gateway of `config` poll once an hour until it has dropped something, and some hours more.
async fn hours_until_dropped(config: &Path) -> SpoolStatus {
    let (settings, profiles) = load_edge(config, &[]).unwrap();
    let (clock, driver) = Clock::stepped("2026-01-01T00:00:00Z".parse().unwrap());
    let spool = Edge::spool(&settings, clock.now()).unwrap();
    let edge = Edge::open(settings, &profiles, spool, clock.clone()).unwrap();
    let watch = edge.watch();
    let stop = CancellationToken::new();
    let running = tokio::spawn(edge.run(stop.clone()));
    let mut hours_more = 0;
    while hours_more < 30 {
        driver.all_asleep().await;
        hours_more += u32::from(watch.spooled().spool.dropped_readings > 0);
        driver.advance_to(clock.now() + SignedDuration::from_hours(1));
    }
    driver.all_asleep().await;
    let told = watch.spooled();
    stop.cancel();
    running.await.unwrap().unwrap();
    told
}

/// How often the gateway has logged that it cannot open its spool.
fn waits_told(context: &Context) -> usize {
    context.log("edge").matches("nothing is read until it opens").count()
}

fn until_it_waits(context: &Context) {
    wait_for("word of the wait", || match waits_told(context) {
        0 => Err(context.log("edge")),
        _ => Ok(()),
    });
}

#[test]
fn a_start_on_a_full_disk_waits_until_there_is_room() {
    let context = Context::new();
    let disk = Tmpfs::mount(&context, "size=4m");
    configure(&context, 1, &disk.file("spool.db"), "free_min_mb = 0");
    let (_broker, _hub) = office(&context);
    let filler = disk.fill();
    let mut edge = context.edge();
    until_it_waits(&context);
    // It tries again: what it had made of the file comes again.
    std::fs::remove_file(disk.file("spool.db")).unwrap();
    wait_for("another attempt", || {
        if disk.file("spool.db").exists() { Ok(()) } else { Err(context.log("edge")) }
    });
    runs(&mut edge, &context);
    assert_eq!(waits_told(&context), 1, "{}", context.log("edge"));
    std::fs::remove_file(filler).unwrap();
    complete(&context, |status, _| status.readings);
    assert_eq!(waits_told(&context), 1, "{}", context.log("edge"));
}

#[test]
fn a_start_on_a_read_only_disk_waits_until_it_can_be_written() {
    let context = Context::new();
    let disk = Tmpfs::mount(&context, "size=4m,ro");
    configure(&context, 1, &disk.file("spool.db"), "free_min_mb = 0");
    let (_broker, _hub) = office(&context);
    let mut edge = context.edge();
    until_it_waits(&context);
    runs(&mut edge, &context);
    disk.remount("rw");
    complete(&context, |status, _| status.readings);

    // A spool that was in use, on a disk that came back read-only after a power cut.
    edge.kill();
    let before = context.store().count().unwrap();
    disk.remount("ro");
    let mut edge = context.edge();
    wait_for("word of the second wait", || match waits_told(&context) {
        2 => Ok(()),
        _ => Err(context.log("edge")),
    });
    runs(&mut edge, &context);
    disk.remount("rw");
    let arrived = complete(&context, |status, _| before + status.readings);
    assert_eq!(arrived.lost, 0);
    assert_eq!(waits_told(&context), 2, "{}", context.log("edge"));
    times(&context, "pond-1-0/level");
}

/// Builds `tests/refuse_writes.c` and lets the gateway run with it: while the file `refuses` is there, `folder` can
/// only be read.
fn edge_that_can_be_refused(context: &Context, folder: &Path) -> Process {
    let library = context.path("refuse_writes.so");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .arg(&library)
        .arg(crate::context::repository("tests/refuse_writes.c"));
    assert!(compiler.status().unwrap().success(), "cannot build tests/refuse_writes.c");
    let log = File::create(context.path("edge.log")).unwrap();
    let mut command = hanqing();
    command
        .args(["edge", "-c"])
        .arg(context.path("edge.toml"))
        .env("LD_PRELOAD", library)
        .env("REFUSE_WHILE", context.path("refuses"))
        .env("REFUSE_UNDER", folder)
        .stderr(log);
    Process(command.spawn().unwrap())
}

#[test]
fn a_disk_that_becomes_read_only_is_waited_for() {
    let context = Context::new();
    let folder = context.path("disk");
    std::fs::create_dir(&folder).unwrap();
    let field = configure(&context, 1, &folder.join("spool.db"), "free_min_mb = 0");
    let (_broker, _hub) = office(&context);
    let mut edge = edge_that_can_be_refused(&context, &folder);
    status(&context, "the first batches", |s| s.spool.last_seq >= 2);

    let refuses = context.write("refuses", "");
    let waits = status(&context, "readings that wait", |status| {
        status.spool.unwritten >= 3 * field.readings_per_poll()
    });
    assert_eq!(waits.spool.trouble, Some(Trouble::ReadOnly), "{}", context.log("edge"));
    runs(&mut edge, &context);

    std::fs::remove_file(refuses).unwrap();
    status(&context, "a spool that is written", |s| s.spool.trouble.is_none());
    let arrived = complete(&context, |status, _| status.readings);
    assert_eq!(arrived.lost, 0);
    assert_eq!(times(&context, "pond-1-0/level").len() as u64, arrived.last);
    runs(&mut edge, &context);
}
