//! Passwords, one-time links and failed attempts as the file has them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params};

use super::account::{Account, AccountState};
use super::audit::{self, Done};
use super::deed::Deed;
use super::error::UsersError;
use super::file::{UsersFile, time};
use super::held::{ABSOLUTE, IDLE};
use super::sessions;
use super::token::{self, TokenHash};
use crate::core::Role;

/// How long a one-time link may be used: until the next working day. NIST SP 800-63A (revision 3, 4.6) gives a code
/// that is sent by e-mail as long.
const LINK_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// What a reset has done.
#[derive(Debug, Clone, PartialEq)]
pub struct Reset {
    /// Sessions that it ended.
    pub sessions: u64,
    /// Whether there was a password.
    pub had_password: bool,
}

impl UsersFile {
    /// What is kept of the person's password.
    pub(super) fn phc(&self, person: &str) -> Result<Option<String>, UsersError> {
        let query = "SELECT phc FROM password WHERE person = ?1";
        Ok(self.db.query_row(query, [person], |row| row.get(0)).optional()?)
    }

    /// Makes a one-time link for `person`, and returns its secret. An older one of hers can no longer be used; nothing
    /// else changes until this one is.
    pub fn make_link(
        &mut self,
        person: &str,
        by: &str,
        at: Timestamp,
    ) -> Result<String, UsersError> {
        let secret = token::draw()?;
        let until = at.checked_add(LINK_LIFE).unwrap_or(at);
        let writing = self.writing()?;
        writing.execute(
            "INSERT OR REPLACE INTO link (person, token_hash, made_by, made_at_ms, until_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                person,
                token::sha256(secret.as_bytes()),
                by,
                at.as_millisecond(),
                until.as_millisecond()
            ],
        )?;
        audit::add(&writing, Done { at, by, from: None, deed: Deed::LinkMade, detail: person })?;
        writing.commit()?;
        Ok(secret)
    }

    /// Whose link this is, where it may be used `at` that time.
    pub(super) fn link_person(
        &self,
        link: &TokenHash,
        at: Timestamp,
    ) -> Result<Option<String>, UsersError> {
        let query = "SELECT person, until_ms FROM link WHERE token_hash = ?1";
        let found = self.db.query_row(query, [link], |row| Ok((row.get(0)?, time(row.get(1)?))));
        let found: Option<(String, Timestamp)> = found.optional()?;
        Ok(found.filter(|(_, until)| usable(*until, at)).map(|(person, _)| person))
    }

    /// Gives `person` the password of `phc`, ends her sessions and begins one, if `link` is hers and may be used: once.
    /// `false`, and nothing is done, where it may not.
    pub(super) fn choose_password(
        &mut self,
        (person, link): (&str, &TokenHash),
        phc: &str,
        token: &TokenHash,
        from: Option<IpAddr>,
        at: Timestamp,
    ) -> Result<bool, UsersError> {
        if self.link_person(link, at)?.as_deref() != Some(person) {
            return Ok(false);
        }
        let writing = self.writing()?;
        let used = writing.execute("DELETE FROM link WHERE token_hash = ?1", [link])?;
        if used == 0 {
            return Ok(false);
        }
        writing.execute(
            "INSERT OR REPLACE INTO password (person, phc, set_at_ms) VALUES (?1, ?2, ?3)",
            params![person, phc, at.as_millisecond()],
        )?;
        writing.execute("DELETE FROM attempt WHERE person = ?1", [person])?;
        sessions::end_all(&writing, person)?;
        sessions::begin(&writing, person, token, at)?;
        let done = Done { at, by: person, from, deed: Deed::PasswordChosen, detail: "" };
        audit::add(&writing, done)?;
        writing.commit()?;
        Ok(true)
    }

    /// Ends the person's sessions, and takes away her password, her link and the count of her failures.
    pub fn reset(&mut self, person: &str, by: &str, at: Timestamp) -> Result<Reset, UsersError> {
        let writing = self.writing()?;
        let sessions = sessions::end_all(&writing, person)?;
        let had_password = writing.execute("DELETE FROM password WHERE person = ?1", [person])? > 0;
        writing.execute("DELETE FROM link WHERE person = ?1", [person])?;
        writing.execute("DELETE FROM attempt WHERE person = ?1", [person])?;
        audit::add(
            &writing,
            Done { at, by, from: None, deed: Deed::SessionsEnded, detail: person },
        )?;
        writing.commit()?;
        Ok(Reset { sessions, had_password })
    }

    /// The persons of whom the file has a password, a session or a link.
    pub fn persons(&self) -> Result<BTreeSet<String>, UsersError> {
        let query = "SELECT person FROM password UNION SELECT person FROM session UNION SELECT person FROM link";
        let mut statement = self.db.prepare_cached(query)?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One-time links for all administrators of `accounts`, where none of them has a password yet.
    pub(super) fn first_links(
        &mut self,
        accounts: &[Account],
        at: Timestamp,
    ) -> Result<Vec<(Account, String)>, UsersError> {
        let first = accounts.iter().filter(|account| account.role == Role::Administrator);
        for account in first.clone() {
            if self.phc(&account.id)?.is_some() {
                return Ok(Vec::new());
            }
        }
        first.map(|account| Ok((account.clone(), self.make_link(&account.id, "", at)?))).collect()
    }

    /// Notes that so many passwords of `person` were wrong one after the other, and until when no other is tried.
    pub(super) fn note_attempts(
        &self,
        person: &str,
        failures: u32,
        until: Timestamp,
    ) -> Result<(), UsersError> {
        self.db.execute(
            "INSERT OR REPLACE INTO attempt (person, failures, until_ms) VALUES (?1, ?2, ?3)",
            params![person, failures, until.as_millisecond()],
        )?;
        Ok(())
    }

    /// For each person how many attempts failed, and until when she has to wait.
    pub(super) fn attempts(&self) -> Result<BTreeMap<String, (u32, Timestamp)>, UsersError> {
        let query = "SELECT person, failures, until_ms FROM attempt";
        let mut statement = self.db.prepare_cached(query)?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, (row.get::<_, u32>(1)?, time(row.get(2)?))))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How things stand with each of `accounts` by the file, `at` that time.
    pub fn states(
        &self,
        accounts: &[Account],
        at: Timestamp,
    ) -> Result<Vec<AccountState>, UsersError> {
        let (sessions, attempts) = (self.sessions()?, self.attempts()?);
        let lasts = |since: Timestamp, most| at.duration_since(since) < most;
        let open = sessions.iter().filter(|row| {
            let [absolute, idle] = [ABSOLUTE, IDLE].map(SignedDuration::try_from);
            absolute.is_ok_and(|most| lasts(row.begun, most))
                && idle.is_ok_and(|most| lasts(row.seen, most))
        });
        let mut found = Vec::new();
        for account in accounts {
            let own = open.clone().filter(|row| row.person == account.id);
            let query = "SELECT until_ms FROM link WHERE person = ?1";
            let until = self.db.query_row(query, [&account.id], |row| Ok(time(row.get(0)?)));
            let locked = attempts.get(&account.id).map(|(_, until)| *until);
            found.push(AccountState {
                account: account.clone(),
                has_password: self.phc(&account.id)?.is_some(),
                sessions: own.clone().count() as u64,
                last_seen: own.map(|row| row.seen).max(),
                link_until: until.optional()?.filter(|until| usable(*until, at)),
                locked_until: locked.filter(|until| *until > at),
            });
        }
        Ok(found)
    }
}

/// Whether a link that may be used `until` then may be used `at` this time. One that was made by a clock which was
/// ahead would live too long, and is not believed.
fn usable(until: Timestamp, at: Timestamp) -> bool {
    let left = until.duration_since(at);
    left > SignedDuration::ZERO && left <= LINK_LIFE
}
