//! Invitations of gateways: each lets one gateway have its certificate, once.
//!
//! Of the secret there is its SHA-256 only, by which it is looked up: how long that takes tells nobody of another one.

use std::fmt;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;

use super::audit::{self, CONSOLE, Done};
use super::deed::Deed;
use super::error::UsersError;
use super::file::{UsersFile, time};
use super::token::{TokenHash, sha256};

/// The longest that an invitation lives: a week.
pub const INVITED_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An invitation as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Invitation {
    pub gateway: String,
    pub made_by: String,
    pub made_at: Timestamp,
    pub until: Timestamp,
    pub used_at: Option<Timestamp>,
    pub used_from: Option<String>,
}

impl Invitation {
    /// Whether it lets a gateway in `at` that time. One that was made by a clock which was ahead would live too long,
    /// and is not believed.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.used_at.is_none() && self.in_time(at)
    }

    /// As [`is_open`](Self::is_open), whether it was used or not.
    fn in_time(&self, at: Timestamp) -> bool {
        let left = self.until.duration_since(at);
        left > SignedDuration::ZERO && left <= INVITED_MAX
    }
}

/// Who wants to use an invitation.
#[derive(Clone)]
pub struct Applicant {
    /// What proves it.
    pub secret: Vec<u8>,
    /// What tells its key from another.
    pub key: Vec<u8>,
    pub from: Option<IpAddr>,
}

impl fmt::Debug for Applicant {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Applicant").field("from", &self.from).finish_non_exhaustive()
    }
}

/// What came of using an invitation.
#[derive(Debug, Clone, PartialEq)]
pub enum Admitted {
    /// The certificate that was made now.
    Now { gateway: String, certificate: String },
    /// The one that was made before for the same key: the answer was lost.
    Before { gateway: String, certificate: String },
    /// There is none of this secret.
    Unknown,
    /// It is too old.
    Expired,
    /// A gateway with another key has used it.
    Used,
    /// Whoever makes the certificate makes none for this one.
    Refused,
    /// Too many were wrong: so many seconds have to pass before another is tried.
    TooOften { wait_s: u64 },
}

/// An invitation with what only this module reads.
struct Stored {
    seen: Invitation,
    key_hash: Option<Vec<u8>>,
    certificate: Option<String>,
}

const COLUMNS: &str =
    "gateway, made_by, made_at_ms, until_ms, used_at_ms, used_from, key_hash, certificate";

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let seen = Invitation {
            gateway: row.get(0)?,
            made_by: row.get(1)?,
            made_at: time(row.get(2)?),
            until: time(row.get(3)?),
            used_at: row.get::<_, Option<i64>>(4)?.map(time),
            used_from: row.get(5)?,
        };
        Ok(Self { seen, key_hash: row.get(6)?, certificate: row.get(7)? })
    }
}

impl UsersFile {
    /// Invites `gateway` until then with a `secret` that the caller has drawn. An older invitation of it can no longer
    /// be used.
    ///
    /// # Errors
    /// The file failed; nothing has changed.
    pub fn invite(
        &mut self,
        gateway: &str,
        secret: &[u8],
        until: Timestamp,
        at: Timestamp,
    ) -> Result<(), UsersError> {
        let writing = self.writing()?;
        writing.execute(
            "INSERT OR REPLACE INTO invitation (gateway, secret_hash, made_by, made_at_ms, until_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                gateway,
                sha256(secret),
                CONSOLE,
                at.as_millisecond(),
                until.as_millisecond()
            ],
        )?;
        let deed = Deed::GatewayInvited;
        audit::add(&writing, Done { at, by: CONSOLE, from: None, deed, detail: gateway })?;
        writing.commit()?;
        Ok(())
    }

    /// All invitations, by gateway.
    ///
    /// # Errors
    /// The file failed.
    pub fn invitations(&self) -> Result<Vec<Invitation>, UsersError> {
        let query = format!("SELECT {COLUMNS} FROM invitation ORDER BY gateway");
        let mut statement = self.db.prepare_cached(&query)?;
        let rows = statement.query_map([], |row| Ok(Stored::read(row)?.seen))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Lets a gateway have what `certify` makes for the invitation whose secret it has, once; a second time only where
    /// it has the same key, and then the same. `certify` returns the certificate and what the record says of it.
    pub(super) fn admit(
        &mut self,
        applicant: &Applicant,
        at: Timestamp,
        certify: impl FnOnce(&Invitation) -> Option<(String, String)>,
    ) -> Result<Admitted, UsersError> {
        let (secret, key) = (sha256(&applicant.secret), sha256(&applicant.key));
        // Whoever guesses does not keep those who write waiting.
        let known = "SELECT 1 FROM invitation WHERE secret_hash = ?1";
        if !self.db.prepare_cached(known)?.exists([secret])? {
            return Ok(Admitted::Unknown);
        }
        let writing = self.writing()?;
        let query = format!("SELECT {COLUMNS} FROM invitation WHERE secret_hash = ?1");
        let found = writing.query_row(&query, [secret], Stored::read).optional()?;
        let Some(Stored { seen, key_hash, certificate }) = found else {
            return Ok(Admitted::Unknown);
        };
        match (certificate, key_hash) {
            _ if !seen.in_time(at) => return Ok(Admitted::Expired),
            (Some(certificate), Some(before)) if before == key => {
                return Ok(Admitted::Before { gateway: seen.gateway, certificate });
            }
            (Some(_), _) => return Ok(Admitted::Used),
            (None, _) => {}
        }
        let Some((certificate, detail)) = certify(&seen) else { return Ok(Admitted::Refused) };
        note_use(&writing, (&secret, &key), applicant.from, at, &certificate)?;
        let deed = Deed::GatewayEnrolled;
        audit::add(&writing, Done { at, by: "", from: applicant.from, deed, detail: &detail })?;
        writing.commit()?;
        Ok(Admitted::Now { gateway: seen.gateway, certificate })
    }
}

fn note_use(
    db: &rusqlite::Connection,
    (secret, key): (&TokenHash, &TokenHash),
    from: Option<IpAddr>,
    at: Timestamp,
    certificate: &str,
) -> rusqlite::Result<()> {
    let from = from.map(|from| from.to_canonical().to_string());
    db.execute(
        "UPDATE invitation SET used_at_ms = ?2, used_from = ?3, key_hash = ?4, certificate = ?5 WHERE secret_hash = ?1",
        params![secret, at.as_millisecond(), from, key, certificate],
    )?;
    Ok(())
}

#[cfg(test)]
#[path = "invitations_tests.rs"]
mod tests;
