//! The tables of the users' file, and their triggers.

/// Version of the layout, in `PRAGMA user_version`.
pub(super) const LAYOUT: i64 = 3;

/// What makes an empty file.
///
/// Times are ms since 1970. A session has no end in it: idle and absolute ends are those of the program. `audit.hash`
/// is the SHA-256 of the hash before and of all other fields: see [`audit`](super::audit).
pub(super) const TABLES: &str = "
CREATE TABLE password (
    person TEXT NOT NULL PRIMARY KEY CHECK (person <> ''),
    phc TEXT NOT NULL CHECK (phc <> ''),
    set_at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE session (
    token_hash BLOB NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    person TEXT NOT NULL CHECK (person <> ''),
    begun_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX session_person ON session (person);
CREATE TABLE link (
    person TEXT NOT NULL PRIMARY KEY CHECK (person <> ''),
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    made_by TEXT NOT NULL,
    made_at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE attempt (
    person TEXT NOT NULL PRIMARY KEY CHECK (person <> ''),
    failures INTEGER NOT NULL CHECK (failures > 0),
    until_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE audit (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    at_ms INTEGER NOT NULL,
    done_by TEXT NOT NULL,
    came_from TEXT NOT NULL,
    deed TEXT NOT NULL CHECK (deed <> ''),
    detail TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
WHEN NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'the record is append-only: its rows are numbered one after the other'); END;
PRAGMA user_version = 1;
";

/// What makes layout 2 of layout 1: invitations of gateways. `certificate` is what was made for the key whose SHA-256
/// is `key_hash`.
pub(super) const INVITATIONS: &str = "
CREATE TABLE invitation (
    gateway TEXT NOT NULL PRIMARY KEY CHECK (gateway <> ''),
    secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    made_by TEXT NOT NULL,
    made_at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    used_at_ms INTEGER,
    used_from TEXT,
    key_hash BLOB CHECK (key_hash IS NULL OR length(key_hash) = 32),
    certificate TEXT
) STRICT;
PRAGMA user_version = 2;
";

/// What makes layout 3 of layout 2: tokens of programs.
pub(super) const TOKENS: &str = "
CREATE TABLE token (
    name TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    scope TEXT NOT NULL CHECK (scope IN ('read', 'report', 'operate')),
    made_by TEXT NOT NULL,
    made_at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    used_at_ms INTEGER,
    revoked_at_ms INTEGER
) STRICT;
PRAGMA user_version = 3;
";

/// What makes the tables of the users' file, layout by layout.
pub const LAYOUTS: [&str; LAYOUT as usize] = [TABLES, INVITATIONS, TOKENS];
