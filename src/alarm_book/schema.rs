//! The tables of the file of alarms.

/// Version of the layout, in `PRAGMA user_version`.
pub(super) const LAYOUT: i64 = 1;

/// What makes an empty file.
///
/// Times are ms since 1970. Of an alarm that was told, `told_in` is the letter. `letter.body` is the letter as JSON.
pub(super) const TABLES: &str = "
CREATE TABLE alarm (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    said_zh TEXT NOT NULL,
    said_en TEXT NOT NULL,
    value REAL,
    limit_value REAL,
    raised_ms INTEGER NOT NULL,
    told_ms INTEGER,
    told_in TEXT,
    acknowledged_by TEXT,
    acknowledged_ms INTEGER,
    acknowledged_note TEXT,
    escalated_ms INTEGER,
    cleared_ms INTEGER,
    cleared_zh TEXT,
    cleared_en TEXT,
    removed INTEGER NOT NULL,
    clear_told_ms INTEGER,
    clear_told_in TEXT
) STRICT;
CREATE INDEX alarm_open ON alarm (id) WHERE cleared_ms IS NULL OR clear_told_ms IS NULL;
CREATE TABLE letter (
    id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    at_ms INTEGER NOT NULL,
    occasion TEXT NOT NULL,
    urgent INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX letter_at ON letter (at_ms);
CREATE TABLE delivery (
    letter TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'given-up')),
    tries INTEGER NOT NULL CHECK (tries >= 0),
    next_ms INTEGER NOT NULL,
    error_zh TEXT NOT NULL,
    error_en TEXT NOT NULL,
    sent_ms INTEGER,
    PRIMARY KEY (letter, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_waiting ON delivery (letter) WHERE state = 'waiting';
PRAGMA user_version = 1;
";

/// What makes the tables of the file of alarms, layout by layout.
pub const LAYOUTS: [&str; LAYOUT as usize] = [TABLES];
