//! The tables of the ledger's file, and their triggers.

/// Version of the layout, in `PRAGMA user_version`.
pub(super) const LAYOUT: i64 = 3;

/// What makes an empty file, layout by layout.
pub const LAYOUTS: [&str; LAYOUT as usize] = [ENTRIES, REVIEWS_AND_ACCEPTANCES, WITHDRAWALS];

/// Layout 1.
pub(super) const ENTRIES: &str = "
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    value REAL NOT NULL CHECK (value >= 0),
    from_day TEXT NOT NULL,
    to_day TEXT NOT NULL CHECK (to_day >= from_day),
    village TEXT,
    crop TEXT,
    work TEXT,
    document TEXT NOT NULL CHECK (document <> ''),
    entered_by TEXT NOT NULL CHECK (entered_by <> ''),
    entered_at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    supersedes INTEGER UNIQUE REFERENCES entry (id) CHECK (supersedes < id)
) STRICT;
CREATE INDEX entry_same ON entry (code, from_day, document);
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: supersede the row instead of changing it'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: supersede the row instead of deleting it'); END;
CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM entry WHERE id = NEW.id OR supersedes = NEW.supersedes)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: this row exists, or its predecessor is superseded'); END;
";

/// What layout 2 adds to layout 1.
pub(super) const REVIEWS_AND_ACCEPTANCES: &str = "
CREATE TABLE review (
    entry INTEGER NOT NULL PRIMARY KEY REFERENCES entry (id),
    reviewed_by TEXT NOT NULL CHECK (reviewed_by <> ''),
    reviewed_at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE acceptance (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    from_day TEXT NOT NULL,
    to_day TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    accepted_by TEXT NOT NULL CHECK (accepted_by <> ''),
    accepted_at_ms INTEGER NOT NULL
) STRICT;
CREATE TRIGGER review_no_update BEFORE UPDATE ON review
BEGIN SELECT RAISE(ABORT, 'a review is never changed'); END;
CREATE TRIGGER review_no_delete BEFORE DELETE ON review
BEGIN SELECT RAISE(ABORT, 'a review is never withdrawn: correct the row'); END;
CREATE TRIGGER review_no_replace BEFORE INSERT ON review
WHEN EXISTS (SELECT 1 FROM review WHERE entry = NEW.entry)
BEGIN SELECT RAISE(ABORT, 'the row has been reviewed'); END;
CREATE TRIGGER review_by_another BEFORE INSERT ON review
WHEN EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry AND entered_by = NEW.reviewed_by)
BEGIN SELECT RAISE(ABORT, 'another person than the one who entered a row must review it'); END;
CREATE TRIGGER acceptance_no_replace BEFORE INSERT ON acceptance
WHEN EXISTS (SELECT 1 FROM acceptance WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'an acceptance is never changed'); END;
CREATE TRIGGER acceptance_no_update BEFORE UPDATE ON acceptance
BEGIN SELECT RAISE(ABORT, 'an acceptance is never changed'); END;
CREATE TRIGGER acceptance_no_delete BEFORE DELETE ON acceptance
BEGIN SELECT RAISE(ABORT, 'an acceptance is never withdrawn: it ends when its numbers change'); END;
PRAGMA user_version = 2;
";

/// What layout 3 adds to layout 2: the mark of a row that takes another back.
pub(super) const WITHDRAWALS: &str = "
ALTER TABLE entry ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0
    CHECK (withdrawn = 0 OR (withdrawn = 1 AND supersedes IS NOT NULL));
PRAGMA user_version = 3;
";
