//! A hub whose machine's clock is wrong: years ahead it lets go of nothing, also where its only gateway is ahead with
//! it, days behind it refuses nothing that gateways agree on, and what an earlier version did is taken back by a
//! command. A hub whose clock is right, and gateways that lie together.

use std::cell::Cell;
use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use hanqing::core::Reading;
use hanqing::store::{Limits, Sqlite};
use hanqing::wire::{Batch, Epoch};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use crate::context::{Context, Process, get, hanqing, looked_for, outcome, repository, wait_for};
use crate::peers::{mosquitto, publish};

const DAY: i64 = 86_400;

/// Longest wait for what the hub says of its clock, which it does half a minute after it has heard a gateway. Generous:
/// it costs time only where the test fails.
const TOLD_MAX: Duration = Duration::from_secs(120);

/// Two gateways, and a hub whose clock can be set.
struct Office {
    context: Context,
    library: PathBuf,
    seq: Cell<u64>,
    _broker: Process,
}

impl Office {
    /// A broker, and the configuration of a hub that keeps raw readings for a year.
    fn new() -> Self {
        let context = Context::new();
        let config = std::fs::read_to_string(context.hub_config()).unwrap();
        let config = config.replace("[ledger]", "keep_raw_months = 12\n[ledger]");
        context.write("hub.toml", &config);
        let library = context.path("shifted_clock.so");
        let mut compiler = Command::new("cc");
        compiler
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(&library)
            .arg(repository("tests/shifted_clock.c"));
        assert!(compiler.status().unwrap().success(), "cannot build tests/shifted_clock.c");
        let broker = mosquitto(&context);
        Self { context, library, seq: Cell::new(0), _broker: broker }
    }

    /// Sets the hub's clock so many seconds off.
    fn set_clock(&self, off_s: i64) {
        // In one step: the hub reads it all the time.
        let new = self.context.write("shift.new", &off_s.to_string());
        std::fs::rename(new, self.context.path("shift")).unwrap();
    }

    /// Starts the hub with its clock so many seconds off, and waits until it listens.
    fn hub(&self, off_s: i64) -> Process {
        self.set_clock(off_s);
        let log = File::create(self.context.path("hub.log")).unwrap();
        let mut command = hanqing();
        command
            .args(["hub", "-c"])
            .arg(self.context.path("hub.toml"))
            .env("LD_PRELOAD", &self.library)
            .env("SHIFT_CLOCK", self.context.path("shift"))
            .stderr(log);
        let hub = Process(command.spawn().unwrap());
        wait_for("the hub at the broker", || {
            let log = self.context.log("hub");
            if log.contains("connected to the broker") { Ok(()) } else { Err(log) }
        });
        hub
    }

    /// A gateway sends a reading of its own station, made so many seconds ago.
    fn send(&self, gateway: &str, ago_s: i64) {
        let seq = self.seq.get() + 1;
        self.seq.set(seq);
        let at = Timestamp::now() - SignedDuration::from_secs(ago_s);
        let at = Timestamp::from_millisecond(at.as_millisecond()).unwrap();
        let series = format!("pond-of-{gateway}/level").parse().unwrap();
        let batch = Batch {
            gateway: gateway.parse().unwrap(),
            epoch: Epoch(0xc10c),
            seq,
            clock: None,
            loss: None,
            readings: vec![Reading::good(series, at, 98.5)],
        };
        let topic = format!("hanqing/v1/{gateway}/readings");
        publish(self.context.broker_port(), &[(&topic, batch.to_bytes())], false);
    }

    fn store(&self) -> Sqlite {
        self.context.store()
    }

    fn limits(&self) -> Limits {
        self.store().limits().unwrap()
    }

    /// Waits until so many readings are stored and so many messages wait in the quarantine.
    fn holds(&self, stored: u64, quarantined: usize) {
        wait_for("what is stored and what is not", || {
            let seen = (self.store().count().unwrap(), self.context.quarantine().len());
            if seen == (stored, quarantined) {
                return Ok(());
            }
            Err((seen, self.context.quarantine(), self.context.log("hub")))
        });
    }

    /// Waits until the hub's own account has these words, while both gateways go on to send. Returns how many readings
    /// they have sent meanwhile.
    fn told(&self, words: &str) -> u64 {
        let mut sent = 0;
        let told = looked_for(TOLD_MAX, Duration::from_secs(1), || {
            self.send("gw-1", 0);
            self.send("gw-2", 0);
            sent += 2;
            match get(self.context.page_port(), "/health").unwrap_or_default() {
                health if health.contains(words) => Ok(()),
                health => Err(health),
            }
        });
        assert_eq!(told, Ok(()), "{words}\n{}", self.context.log("hub"));
        sent
    }

    /// Runs a command of the office and returns what it said.
    fn command(&self, arguments: &[&str]) -> String {
        let mut command = hanqing();
        command.args(arguments).arg("-c").arg(self.context.path("hub.toml"));
        let (code, said, told) = outcome(&mut command);
        assert_eq!(code, Some(0), "{arguments:?}: {said}{told}");
        said
    }
}

#[test]
fn a_hub_two_years_ahead_lets_go_of_nothing_and_refuses_nothing_afterwards() {
    let office = Office::new();
    let hub = office.hub(0);
    let ages = [40 * DAY, 3 * DAY, 8 * 3600, 4 * 3600, 0];
    for ago_s in ages {
        office.send("gw-1", ago_s);
        office.send("gw-2", ago_s);
    }
    let mut sent = 2 * ages.len() as u64;
    office.holds(sent, 0);
    drop(hub);

    // The second start is the one that an earlier version lost everything in.
    let ahead_s = 2 * 365 * DAY;
    for start in 1..=2 {
        let hub = office.hub(ahead_s);
        office.send("gw-1", 0);
        office.send("gw-2", 0);
        sent += 2;
        office.holds(sent, 0);
        if start == 2 {
            sent += office.told("this machine's clock is more than a day ahead");
            office.holds(sent, 0);
            let log = office.context.log("hub");
            assert!(log.contains("no raw readings are let go of"), "{log}");
            assert!(log.contains("this machine's clock is not what gateways say"), "{log}");
        }
        let limits = office.limits();
        assert!(limits.sealed <= Timestamp::now(), "{limits:?}");
        assert_eq!(limits.raw_from, None);
        drop(hub);
    }

    let _hub = office.hub(0);
    office.send("gw-1", 0);
    office.send("gw-2", 40 * DAY - 60);
    sent += 2;
    office.holds(sent, 0);
    let limits = office.limits();
    let year = SignedDuration::from_hours(24 * 360);
    assert!(limits.raw_from.is_none_or(|from| from < Timestamp::now() - year), "{limits:?}");
    assert!(limits.sealed <= Timestamp::now(), "{limits:?}");
}

#[test]
fn one_machine_of_hub_and_gateway_that_is_two_years_ahead_loses_nothing() {
    let office = Office::new();
    let hub = office.hub(0);
    for ago_s in [40 * DAY, 3 * DAY, 0] {
        office.send("gw-1", ago_s);
    }
    office.holds(3, 0);
    drop(hub);

    let ahead_s = 2 * 365 * DAY;
    for start in 1..=2 {
        let hub = office.hub(ahead_s);
        office.send("gw-1", -ahead_s);
        office.holds(3 + start, 0);
        wait_for("retention that has looked", || {
            let log = office.context.log("hub");
            if log.contains("no raw readings are let go of") { Ok(()) } else { Err(log) }
        });
        drop(hub);
        assert_eq!(office.limits().raw_from, None);
    }

    let hub = office.hub(0);
    office.send("gw-1", 20 * DAY);
    office.send("gw-1", 0);
    office.holds(7, 0);
    let undone = office.command(&["retention", "undo"]);
    assert!(undone.contains("are sealed up to"), "{undone}");
    let limits = office.limits();
    assert!(limits.sealed <= Timestamp::now() && limits.raw_from.is_none(), "{limits:?}");
    drop(hub);

    // After seven more days of reception it lets go of what is a year old.
    let file = Connection::open(office.context.path("store.db")).unwrap();
    for days in (0..7).rev() {
        let day_ms = (Timestamp::now() - SignedDuration::from_hours(24 * days)).as_millisecond();
        file.execute(
            "INSERT INTO source (gateway, epoch, day_ms) VALUES ('gw-1', '9', ?1)",
            [day_ms],
        )
        .unwrap();
    }
    drop(file);
    let _hub = office.hub(0);
    wait_for("retention that lets go", || office.limits().raw_from.ok_or_else(|| office.limits()));
    let age = Timestamp::now().duration_since(office.limits().raw_from.unwrap());
    assert!((370..376).contains(&(age.as_hours() / 24)), "{age}");
    office.holds(7, 0);
}

#[test]
fn two_gateways_that_lie_together_are_refused_where_one_contradicts() {
    let office = Office::new();
    let _hub = office.hub(0);
    let ahead_s = 4 * 365 * DAY;
    office.send("gw-1", 0);
    office.holds(1, 0);
    office.send("gw-2", -ahead_s);
    office.send("gw-3", -ahead_s);
    office.send("gw-1", 0);
    office.holds(2, 2);
    wait_for("what the hub says of its clock", || {
        let health = get(office.context.page_port(), "/health").unwrap_or_default();
        if health.contains("this machine's clock may be behind") { Ok(()) } else { Err(health) }
    });
}

#[test]
fn two_gateways_that_lie_together_spoil_their_own_readings_only() {
    let office = Office::new();
    let _hub = office.hub(0);
    let ahead_s = 4 * 365 * DAY;
    // After a start they are heard first, and nobody contradicts.
    office.send("gw-2", -ahead_s);
    office.send("gw-3", -ahead_s);
    office.holds(2, 0);
    office.send("gw-1", 0);
    office.holds(3, 0);
    office.send("gw-2", -ahead_s);
    office.holds(3, 1);
    let limits = office.limits();
    assert!(limits.sealed <= Timestamp::now() && limits.raw_from.is_none(), "{limits:?}");
    let file = Connection::open(office.context.path("store.db")).unwrap();
    for booked in ["SELECT max(day_ms) FROM source", "SELECT max(heard_ms) FROM epoch"] {
        let newest_ms: i64 = file.query_row(booked, [], |row| row.get(0)).unwrap();
        assert!(newest_ms <= Timestamp::now().as_millisecond(), "{booked}");
    }
}

#[test]
fn a_hub_that_is_behind_stores_what_two_gateways_agree_on() {
    let office = Office::new();
    let _hub = office.hub(-3 * DAY);
    // Of one gateway and a hub nobody can tell which is wrong.
    office.send("gw-1", 0);
    office.holds(0, 1);
    office.send("gw-2", 0);
    // The second is stored at once, and the first leaves the quarantine.
    office.holds(2, 0);
    office.send("gw-1", 0);
    office.send("gw-2", 20 * DAY);
    office.holds(4, 0);
    let health = get(office.context.page_port(), "/health").unwrap();
    assert!(health.contains("this machine's clock is behind"), "{health}");
    // One that is ahead of all of them is refused as ever.
    office.send("gw-3", -2 * DAY);
    office.holds(4, 1);
}

#[test]
fn what_one_gateway_sent_is_stored_when_the_clock_is_set() {
    let office = Office::new();
    let _hub = office.hub(-3 * DAY);
    office.send("gw-1", 10);
    office.send("gw-1", 0);
    office.holds(0, 2);
    office.set_clock(0);
    office.send("gw-1", 0);
    office.holds(3, 0);
}

#[test]
fn a_limit_in_the_future_is_shown_and_taken_back() {
    let office = Office::new();
    let hub = office.hub(0);
    office.send("gw-1", 7200);
    office.holds(1, 0);
    drop(hub);
    // As a version has left it whose purge asked the clock alone.
    let next_year = (Timestamp::now() + SignedDuration::from_hours(24 * 365)).as_millisecond();
    let file = Connection::open(office.context.path("store.db")).unwrap();
    file.execute("UPDATE state SET raw_from_ms = ?1", [next_year]).unwrap();
    drop(file);

    let _hub = office.hub(0);
    office.send("gw-1", 0);
    office.holds(1, 1);
    assert!(office.context.quarantine()[0].1.contains("hanqing retention"));
    let shown = office.command(&["retention", "show"]);
    assert!(shown.contains("hanqing retention undo"), "{shown}");
    let undone = office.command(&["retention", "undo"]);
    assert!(undone.contains("taken from") && undone.contains("quarantine retry"), "{undone}");
    let from = office.limits().raw_from.unwrap();
    let age = Timestamp::now().duration_since(from);
    assert!((364..368).contains(&(age.as_hours() / 24)), "{from}");
    office.command(&["quarantine", "retry", "--all"]);
    office.send("gw-1", 0);
    office.holds(3, 0);
    let shown = office.command(&["retention", "show", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["keep_raw_months"], 12);
    assert!(office.command(&["retention", "undo"]).starts_with("nothing"), "twice is once");
}
