//! Sessions as the file has them.

use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::audit::{self, Done};
use super::deed::Deed;
use super::error::UsersError;
use super::file::{UsersFile, time};
use super::token::TokenHash;

/// Sessions of one person. Engineering judgement: office, field, phone, and browsers that were never signed out of.
const OF_ONE_MAX: usize = 10;

/// Sessions in all. Engineering judgement: ten of a hundred persons.
const OF_ALL_MAX: usize = 1000;

/// A session in the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SessionRow {
    pub(super) token: TokenHash,
    pub(super) person: String,
    pub(super) begun: Timestamp,
    pub(super) seen: Timestamp,
}

impl UsersFile {
    pub(super) fn sessions(&self) -> Result<Vec<SessionRow>, UsersError> {
        let query = "SELECT token_hash, person, begun_ms, seen_ms FROM session";
        let mut statement = self.db.prepare_cached(query)?;
        let rows = statement.query_map([], |row| {
            Ok(SessionRow {
                token: row.get(0)?,
                person: row.get(1)?,
                begun: time(row.get(2)?),
                seen: time(row.get(3)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Begins a session of `person`, whose password is that of `phc`. `false`, and nothing is done, where it is not.
    pub(super) fn sign_in(
        &mut self,
        person: &str,
        phc: &str,
        token: &TokenHash,
        from: Option<IpAddr>,
        at: Timestamp,
    ) -> Result<bool, UsersError> {
        let writing = self.writing()?;
        let query = "SELECT EXISTS (SELECT 1 FROM password WHERE person = ?1 AND phc = ?2)";
        let same: bool = writing.query_row(query, [person, phc], |row| row.get(0))?;
        if !same {
            return Ok(false);
        }
        writing.execute("DELETE FROM attempt WHERE person = ?1", [person])?;
        begin(&writing, person, token, at)?;
        let done = Done { at, by: person, from, deed: Deed::SignedIn, detail: "" };
        audit::add(&writing, done)?;
        writing.commit()?;
        Ok(true)
    }

    /// Notes when a session was used.
    pub(super) fn note_seen(&self, token: &TokenHash, at: Timestamp) -> Result<(), UsersError> {
        let update = "UPDATE session SET seen_ms = ?2 WHERE token_hash = ?1";
        self.db.execute(update, params![token, at.as_millisecond()])?;
        Ok(())
    }

    /// Ends a session of `person`.
    pub(super) fn sign_out(
        &mut self,
        token: &TokenHash,
        person: &str,
        at: Timestamp,
    ) -> Result<(), UsersError> {
        let writing = self.writing()?;
        let ended = writing.execute("DELETE FROM session WHERE token_hash = ?1", [token])?;
        if ended > 0 {
            let done = Done { at, by: person, from: None, deed: Deed::SignedOut, detail: "" };
            audit::add(&writing, done)?;
        }
        writing.commit()?;
        Ok(())
    }

    /// Ends all sessions of `person`. Returns how many there were.
    pub(super) fn sign_out_all(
        &mut self,
        person: &str,
        by: &str,
        at: Timestamp,
    ) -> Result<u64, UsersError> {
        let writing = self.writing()?;
        let ended = end_all(&writing, person)?;
        audit::add(
            &writing,
            Done { at, by, from: None, deed: Deed::SessionsEnded, detail: person },
        )?;
        writing.commit()?;
        Ok(ended)
    }

    /// Takes sessions out that have ended by themselves.
    pub(super) fn forget(&mut self, ended: &[TokenHash]) -> Result<(), UsersError> {
        let writing = self.writing()?;
        for token in ended {
            writing.execute("DELETE FROM session WHERE token_hash = ?1", [token])?;
        }
        writing.commit()?;
        Ok(())
    }
}

/// Begins a session. Where there are too many, the oldest end.
pub(super) fn begin(
    writing: &Connection,
    person: &str,
    token: &TokenHash,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let ms = at.as_millisecond();
    // By rowid where the clock was set back between them: the one that was added last is not the oldest.
    writing.execute(
        "DELETE FROM session WHERE token_hash IN (SELECT token_hash FROM session WHERE person = ?1
         ORDER BY rowid DESC LIMIT -1 OFFSET ?2)",
        params![person, OF_ONE_MAX - 1],
    )?;
    writing.execute(
        "DELETE FROM session WHERE token_hash IN (SELECT token_hash FROM session
         ORDER BY rowid DESC LIMIT -1 OFFSET ?1)",
        [OF_ALL_MAX - 1],
    )?;
    let insert =
        "INSERT INTO session (token_hash, person, begun_ms, seen_ms) VALUES (?1, ?2, ?3, ?3)";
    writing.execute(insert, params![token, person, ms])?;
    Ok(())
}

/// Ends all sessions of `person`. Returns how many there were.
pub(super) fn end_all(writing: &Connection, person: &str) -> rusqlite::Result<u64> {
    let ended = writing.execute("DELETE FROM session WHERE person = ?1", [person])?;
    Ok(ended as u64)
}
