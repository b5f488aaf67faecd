//! The file's layout.
//!
//! Readings, hours and days lie in two tiers each. Hot rows lie together by time (`*_hot`), so that a commit of one
//! reading of each of many series touches few pages; cold rows lie together by series, as they are read. Rows before
//! one instant (`state.sealed_ms`) are cold, all others hot, so that no row is ever looked up twice.
//! [`Tables::demote`](super::tables::Tables::demote) moves the instant, and the rows with it.

use rusqlite::Connection;

use super::rollup;

/// The layout of the file. A file of a later one is refused.
pub(super) const SCHEMA_VERSION: i64 = 5;

/// Bytes of a page. A commit costs the pages that it touches: with 2048 bytes, a poll of 30 series takes seven tenths
/// of what it takes with 4096 (docs/performance.md). A file made before layout 4 keeps its pages of 4096.
pub(super) const PAGE_SIZE: i64 = 2048;

/// Pages written to the log before it is folded back into the file: 16 MiB. Each commit rewrites the newest pages for
/// as long as rows fit there; folding back later writes each once.
pub(super) const CHECKPOINT_PAGES: i64 = 8192;

/// Creates all tables in an empty file.
pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(
        "CREATE TABLE series (
             id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
             modulus REAL, max_rate_per_hour REAL
         ) STRICT;
         CREATE TABLE reading (
             series INTEGER NOT NULL, at_ms INTEGER NOT NULL,
             value REAL, flag INTEGER NOT NULL, reason TEXT, raw BLOB,
             PRIMARY KEY (series, at_ms)
         ) STRICT, WITHOUT ROWID;
         CREATE TABLE delivered (
             gateway TEXT NOT NULL, epoch TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
             PRIMARY KEY (gateway, epoch, first)
         ) STRICT, WITHOUT ROWID;
         CREATE TABLE gateway (
             name TEXT PRIMARY KEY, online INTEGER, since_ms INTEGER, heard_ms INTEGER, birth TEXT, provisional INTEGER
         ) STRICT;
         CREATE TABLE quarantine (
             id INTEGER PRIMARY KEY, received_ms INTEGER NOT NULL,
             topic TEXT NOT NULL, problem TEXT NOT NULL, payload BLOB NOT NULL, kept INTEGER NOT NULL DEFAULT 0
         ) STRICT;",
    )?;
    transaction.execute_batch(HOUR)?;
    transaction.execute_batch(LOST)?;
    transaction.execute_batch(TIERS)?;
    transaction.execute_batch(SENDERS)?;
    add_corrections(&transaction)?;
    transaction.execute(
        "INSERT INTO state (sealed_ms, zone, day_start_hour) VALUES (0, ?1, ?2)",
        (DEFAULT_ZONE, DEFAULT_DAY_START),
    )?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

/// A table of roll-ups: the columns before those of the roll-up, those after them, and the key.
macro_rules! rollup_table {
    ($name:literal, $before:literal, $after:literal, $key:literal) => {
        concat!(
            "CREATE TABLE ",
            $name,
            " (series INTEGER NOT NULL, ",
            $before,
            ", ",
            rollup::definitions!(),
            $after,
            ", PRIMARY KEY (",
            $key,
            ")) STRICT, WITHOUT ROWID;"
        )
    };
}

const HOUR: &str =
    rollup_table!("hour", "hour_ms INTEGER NOT NULL", ", state TEXT", "series, hour_ms");

/// Zone of a file's days until a calendar is set.
pub(super) const DEFAULT_ZONE: &str = "Asia/Shanghai";
/// Hour at which days begin until a calendar is set.
pub(super) const DEFAULT_DAY_START: i8 = 0;

/// Gateways' records of loss: since layout 2.
pub(super) const LOST: &str = "CREATE TABLE lost (
    gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (gateway, epoch, seq)
) STRICT, WITHOUT ROWID;";

/// Since layout 3: the hot tier, days, the last reading of each series, and the state of the file as a whole.
pub(super) const TIERS: &str = concat!(
    "
    CREATE TABLE reading_hot (
        slot INTEGER NOT NULL, series INTEGER NOT NULL, at_ms INTEGER NOT NULL,
        value REAL, flag INTEGER NOT NULL, reason TEXT, raw BLOB,
        PRIMARY KEY (slot, series, at_ms)
    ) STRICT, WITHOUT ROWID;
    ",
    rollup_table!("hour_hot", "hour_ms INTEGER NOT NULL", ", state TEXT", "hour_ms, series"),
    rollup_table!(
        "day",
        "day_ms INTEGER NOT NULL, covered_h INTEGER NOT NULL",
        "",
        "series, day_ms"
    ),
    rollup_table!(
        "day_hot",
        "day_ms INTEGER NOT NULL, covered_h INTEGER NOT NULL",
        "",
        "day_ms, series"
    ),
    "
    CREATE TABLE latest (
        series INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, counted_ms INTEGER
    ) STRICT;
    CREATE TABLE state (
        only INTEGER PRIMARY KEY DEFAULT 1 CHECK (only = 1),
        sealed_ms INTEGER NOT NULL,
        raw_from_ms INTEGER,
        copied_ms INTEGER,
        readings INTEGER NOT NULL DEFAULT 0,
        zone TEXT NOT NULL, day_start_hour INTEGER NOT NULL
    ) STRICT;"
);

/// Since layout 4: who sent each row, what it replaced, who may speak for a station, and what is yet to be folded.
/// Columns are added to existing tables, whose rows are not rewritten.
///
/// - `reading.source`: NULL for what was imported, and for what came before layout 4.
/// - `source.day_ms`: start of the office's day on which the hub received the rows.
/// - `replaced`: former values. `by_source` sent the one that replaced it; `revoked` names the gateway whose revocation
///   replaced it, and is NULL where a reading did.
/// - `pending`: an hour of a series that is to be folded anew; where `to_ms` is later, all hours up to it, both
///   included, that have a cell.
/// - `epoch`: the highest range of committed numbers of a gateway's epoch (`delivered` has the lower ones), when a
///   batch of it was committed last, new readings that came with it, which `state.readings` does not count, and the
///   time of its newest reading (see [`present`](super::present)). All that a small commit changes of a gateway lies in
///   this one row.
/// - `series.gateway`: the gateway that brought the series in.
/// - `left_out`: in the copy of a server, readings there whose station is another gateway's.
/// - `series.wanted`: a counter's rule that is to be applied later, since `changed_ms` is too recent.
pub(super) const SENDERS: &str = "
    ALTER TABLE reading ADD COLUMN source INTEGER;
    ALTER TABLE reading_hot ADD COLUMN source INTEGER;
    CREATE TABLE source (
        id INTEGER PRIMARY KEY, gateway TEXT NOT NULL, epoch TEXT NOT NULL, day_ms INTEGER NOT NULL,
        UNIQUE (gateway, epoch, day_ms)
    ) STRICT;
    CREATE TABLE replaced (
        id INTEGER PRIMARY KEY,
        series INTEGER NOT NULL, at_ms INTEGER NOT NULL, replaced_ms INTEGER NOT NULL,
        value REAL, flag INTEGER NOT NULL, reason TEXT, raw BLOB, source INTEGER,
        by_source INTEGER, revoked TEXT
    ) STRICT;
    CREATE INDEX replaced_at ON replaced(series, at_ms);
    CREATE INDEX replaced_by ON replaced(by_source) WHERE by_source IS NOT NULL;
    CREATE INDEX replaced_revoked ON replaced(revoked, series, at_ms) WHERE revoked IS NOT NULL;
    CREATE TABLE pending (
        series INTEGER NOT NULL, hour_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL,
        PRIMARY KEY (series, hour_ms, to_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE epoch (
        gateway TEXT NOT NULL, epoch TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        heard_ms INTEGER NOT NULL, readings INTEGER NOT NULL DEFAULT 0, newest_ms INTEGER,
        PRIMARY KEY (gateway, epoch)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE owner (station TEXT PRIMARY KEY, gateway TEXT NOT NULL, since_ms INTEGER NOT NULL) STRICT;
    CREATE TABLE left_out (
        station TEXT NOT NULL, gateway TEXT NOT NULL, readings INTEGER NOT NULL,
        from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL,
        PRIMARY KEY (station, gateway)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE revoked (gateway TEXT PRIMARY KEY, since_ms INTEGER NOT NULL, noted_ms INTEGER NOT NULL) STRICT;
    ALTER TABLE series ADD COLUMN changed_ms INTEGER;
    ALTER TABLE series ADD COLUMN wanted TEXT;
    ALTER TABLE series ADD COLUMN gateway TEXT;
    CREATE INDEX series_wanted ON series(changed_ms) WHERE wanted IS NOT NULL;
    CREATE INDEX series_gateway ON series(gateway) WHERE gateway IS NOT NULL;
    ALTER TABLE quarantine ADD COLUMN gateway TEXT;
    ALTER TABLE quarantine ADD COLUMN digest BLOB;
    CREATE INDEX quarantine_gateway ON quarantine(gateway, kept);
    CREATE UNIQUE INDEX quarantine_once ON quarantine(digest) WHERE kept = 1 AND digest IS NOT NULL;
    DROP TABLE day_hot;";

/// Since layout 5: what people say of spans of readings. `shift` is there where `kind` is `shift`, in the unit of the
/// series.
const CORRECTIONS: &str = "
    CREATE TABLE correction (
        id INTEGER PRIMARY KEY,
        series INTEGER NOT NULL,
        from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL CHECK (to_ms > from_ms),
        kind TEXT NOT NULL CHECK (kind IN ('note', 'wrong', 'shift')),
        shift REAL CHECK ((kind = 'shift') = (shift IS NOT NULL)),
        reason TEXT NOT NULL CHECK (reason <> ''),
        person TEXT NOT NULL CHECK (person <> ''), at_ms INTEGER NOT NULL,
        withdrawn_reason TEXT, withdrawn_person TEXT, withdrawn_ms INTEGER
    ) STRICT;
    CREATE INDEX correction_in_force ON correction(series, from_ms) WHERE withdrawn_ms IS NULL;";

/// A correction is entered, and withdrawn once; nothing else is ever done to it. These are the only triggers of a
/// store: each as SQLite keeps it, so that others are known from them.
pub(super) const TRIGGERS: [&str; 3] = [
    "CREATE TRIGGER correction_no_delete BEFORE DELETE ON correction
BEGIN SELECT RAISE(ABORT, 'a correction is never deleted: withdraw it'); END",
    "CREATE TRIGGER correction_no_replace BEFORE INSERT ON correction
WHEN EXISTS (SELECT 1 FROM correction WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a correction is never changed: withdraw it'); END",
    "CREATE TRIGGER correction_no_change BEFORE UPDATE ON correction
WHEN OLD.withdrawn_ms IS NOT NULL OR NEW.withdrawn_ms IS NULL OR NEW.withdrawn_reason IS NULL OR NEW.withdrawn_person IS NULL
    OR (OLD.id, OLD.series, OLD.from_ms, OLD.to_ms, OLD.kind, OLD.shift, OLD.reason, OLD.person, OLD.at_ms)
    IS NOT (NEW.id, NEW.series, NEW.from_ms, NEW.to_ms, NEW.kind, NEW.shift, NEW.reason, NEW.person, NEW.at_ms)
BEGIN SELECT RAISE(ABORT, 'a correction is never changed: withdraw it'); END",
];

/// Adds what layout 5 has more than layout 4.
pub(super) fn add_corrections(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(CORRECTIONS)?;
    TRIGGERS.iter().try_for_each(|trigger| connection.execute_batch(trigger))
}
