//! A copy of the users' file for a backup: with passwords and the record, without what lets somebody in.
//!
//! Sessions, links, invitations and tokens are in the file as hashes, so that a stolen copy opens nothing. But a copy
//! that is restored would bring back sessions that were ended since, and links that have been used. So they are
//! emptied, and the failed attempts with them, which only say how long somebody has to wait. The record stays whole:
//! each of its rows is sealed with the one before.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::error::UsersError;
use super::file::foreign_triggers;
use super::schema::LAYOUT;

/// Empties sessions, links, invitations, tokens and failed attempts in the copy at `path`, which nobody else has open,
/// so that nothing of them is left in it.
///
/// # Errors
/// It cannot be written, a newer program has made it, or it has triggers that are not ours: they could keep the rows.
pub fn let_nobody_in(path: &Path) -> Result<(), UsersError> {
    let open = |source| UsersError::Open { path: path.into(), source };
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(open)?;
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(open)?;
    if found > LAYOUT {
        return Err(UsersError::Newer { path: path.into(), found });
    }
    let foreign = foreign_triggers(&db).map_err(open)?;
    if !foreign.is_empty() {
        return Err(UsersError::ForeignTriggers { path: path.into(), names: foreign });
    }
    if found == 0 {
        return Ok(());
    }
    // Neither a journal nor a temporary file keeps on a disk what is taken out.
    db.query_row("PRAGMA journal_mode = MEMORY", [], |_| Ok(())).map_err(open)?;
    let invitations = if found < 2 { "" } else { "DELETE FROM invitation;" };
    let tokens = if found < 3 { "" } else { "DELETE FROM token;" };
    db.execute_batch(&format!(
        "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;
         BEGIN IMMEDIATE; DELETE FROM session; DELETE FROM link; DELETE FROM attempt; {invitations} {tokens}
         COMMIT; VACUUM;",
    ))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::users::UsersFile;
    use crate::users::audit::{self, Done};
    use crate::users::deed::Deed;

    fn filled(path: &Path) {
        let file = UsersFile::open(path).unwrap();
        let done = Done {
            at: Timestamp::from_second(1_659_283_200).unwrap(),
            by: "zhang-wei",
            from: None,
            deed: Deed::SignedIn,
            detail: "",
        };
        audit::add(&file.db, done).unwrap();
        file.db
            .execute_batch(
                "INSERT INTO password VALUES ('zhang-wei', '$argon2id$of-a-test', 0);
                 INSERT INTO session VALUES (CAST('session-of-a-test-0123456789abcd' AS BLOB), 'zhang-wei', 0, 0);
                 INSERT INTO link VALUES ('li-na', CAST('link-of-a-test-0123456789abcdefg' AS BLOB), '', 0, 1);
                 INSERT INTO attempt VALUES ('guessed-name', 5, 1);
                 INSERT INTO invitation (gateway, secret_hash, made_by, made_at_ms, until_ms)
                 VALUES ('invited-gateway', CAST('secret-of-a-test-0123456789abcde' AS BLOB), '', 0, 1);
                 INSERT INTO token (name, token_hash, scope, made_by, made_at_ms, until_ms)
                 VALUES ('county-system', CAST('token-of-a-test-0123456789abcdef' AS BLOB), 'read', '', 0, 1);",
            )
            .unwrap();
    }

    #[test]
    fn a_copy_has_passwords_and_the_record_and_nothing_of_what_lets_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.db");
        filled(&path);
        let_nobody_in(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let holds = |word: &str| bytes.windows(word.len()).any(|found| found == word.as_bytes());
        assert!(holds("$argon2id$of-a-test"));
        for gone in [
            "session-of-a-test",
            "link-of-a-test",
            "guessed-name",
            "secret-of-a-test",
            "invited-gateway",
            "token-of-a-test",
            "county-system",
        ] {
            assert!(!holds(gone), "{gone}");
        }
        let chain = UsersFile::open(&path).unwrap().verify().unwrap();
        assert_eq!((chain.rows, chain.broken), (1, None));
    }

    #[test]
    fn a_copy_with_a_foreign_trigger_or_of_a_newer_program_is_refused() {
        for (sql, says) in [
            (
                "CREATE TRIGGER trap BEFORE DELETE ON session BEGIN SELECT RAISE(IGNORE); END",
                "trap",
            ),
            ("PRAGMA user_version = 99", "99"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("users.db");
            filled(&path);
            Connection::open(&path).unwrap().execute_batch(sql).unwrap();
            let error = let_nobody_in(&path).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
