//! Tokens of programs: each lets one program read, until it ends or is revoked.
//!
//! Of the secret there is its SHA-256 only, as of a session's.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Serialize, Serializer};

use super::audit::{self, Done};
use super::deed::Deed;
use super::error::UsersError;
use super::file::{UsersFile, time};
use super::token::{self, TokenHash};
use crate::locales::{Text, tokens as words};

/// What a token begins with, so that a scanner of leaked secrets knows one.
pub const TOKEN_PREFIX: &str = "hq_";

/// Longest name of a token, bytes.
pub const TOKEN_NAME_MAX: usize = 60;

/// Tokens that may be in force at once: more than an office has systems that ask it. Engineering judgement.
const TOKENS_MAX: usize = 100;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Stations, readings, alarms, gateways, files.
    Read,
    /// The same, and figures and the ledger.
    Report,
    /// Metrics and health of the hub, and nothing else.
    Operate,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Read, Self::Report, Self::Operate];

    /// The word that commands, files and programs have for it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Report => "report",
            Self::Operate => "operate",
        }
    }

    /// The scope of this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.id() == id)
    }

    /// Whether a token of this scope may have what takes `needed`.
    pub fn covers(self, needed: Self) -> bool {
        self == needed || (self == Self::Report && needed == Self::Read)
    }

    pub fn name(self) -> Text {
        match self {
            Self::Read => words::scope_read(),
            Self::Report => words::scope_report(),
            Self::Operate => words::scope_operate(),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TokenRow {
    pub name: String,
    pub scope: Scope,
    pub made_by: String,
    pub made_at: Timestamp,
    pub until: Timestamp,
    /// When it was last used, to an hour.
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl TokenRow {
    /// Whether it lets a program in `at` that time.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.revoked_at.is_none() && at < self.until
    }
}

/// What came of making a token.
#[derive(Debug, Clone, PartialEq)]
pub enum MadeToken {
    /// The secret, which is shown once.
    Secret(String),
    /// One of this name is in force.
    NameTaken,
    /// So many are in force already.
    TooMany(usize),
}

/// What came of revoking one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RevokedToken {
    Now,
    /// It was revoked before.
    Before(Timestamp),
    /// There is none of this name.
    Unknown,
}

const COLUMNS: &str = "name, scope, made_by, made_at_ms, until_ms, used_at_ms, revoked_at_ms";

fn read(row: &Row<'_>) -> rusqlite::Result<TokenRow> {
    let scope: String = row.get(1)?;
    Ok(TokenRow {
        name: row.get(0)?,
        // The file holds no other; what somebody else has written there opens least.
        scope: Scope::from_id(&scope).unwrap_or(Scope::Operate),
        made_by: row.get(2)?,
        made_at: time(row.get(3)?),
        until: time(row.get(4)?),
        used_at: row.get::<_, Option<i64>>(5)?.map(time),
        revoked_at: row.get::<_, Option<i64>>(6)?.map(time),
    })
}

/// What the file would have of a program's `secret`; `None` where it cannot be one.
pub(super) fn hash_of_secret(secret: &str) -> Option<TokenHash> {
    token::hash_of(secret.strip_prefix(TOKEN_PREFIX)?)
}

impl UsersFile {
    /// Makes a token and returns its secret. One of the same name that has ended gives way to it.
    ///
    /// # Errors
    /// The file failed; nothing has changed.
    pub fn make_token(
        &mut self,
        (name, scope): (&str, Scope),
        until: Timestamp,
        by: &str,
        at: Timestamp,
    ) -> Result<MadeToken, UsersError> {
        let drawn = token::draw()?;
        let writing = self.writing()?;
        let (now, open) = (at.as_millisecond(), "revoked_at_ms IS NULL AND until_ms > ?1");
        let query = format!("SELECT count(*), coalesce(max(name = ?2), 0) FROM token WHERE {open}");
        let (count, taken): (usize, bool) =
            writing.query_row(&query, params![now, name], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if taken {
            return Ok(MadeToken::NameTaken);
        }
        if count >= TOKENS_MAX {
            return Ok(MadeToken::TooMany(count));
        }
        // Of those that have ended, as many as may be in force: the record tells of all.
        writing.execute(
            "DELETE FROM token WHERE rowid IN (SELECT rowid FROM token WHERE NOT (revoked_at_ms IS NULL AND until_ms > ?1)
             ORDER BY made_at_ms DESC LIMIT -1 OFFSET ?2)",
            params![now, TOKENS_MAX],
        )?;
        writing.execute(
            "INSERT OR REPLACE INTO token (name, token_hash, scope, made_by, made_at_ms, until_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                name,
                token::sha256(drawn.as_bytes()),
                scope.id(),
                by,
                now,
                until.as_millisecond()
            ],
        )?;
        let detail = format!("{name}: {} until {until}", scope.id());
        audit::add(&writing, Done { at, by, from: None, deed: Deed::TokenMade, detail: &detail })?;
        writing.commit()?;
        Ok(MadeToken::Secret(format!("{TOKEN_PREFIX}{drawn}")))
    }

    /// Revokes the token of this name: it opens nothing any more.
    ///
    /// # Errors
    /// The file failed; nothing has changed.
    pub fn revoke_token(
        &mut self,
        name: &str,
        by: &str,
        at: Timestamp,
    ) -> Result<RevokedToken, UsersError> {
        let writing = self.writing()?;
        let query = "SELECT revoked_at_ms FROM token WHERE name = ?1";
        let found = writing.query_row(query, [name], |row| row.get::<_, Option<i64>>(0));
        match found.optional()? {
            None => return Ok(RevokedToken::Unknown),
            Some(Some(before)) => return Ok(RevokedToken::Before(time(before))),
            Some(None) => {}
        }
        let update = "UPDATE token SET revoked_at_ms = ?2 WHERE name = ?1";
        writing.execute(update, params![name, at.as_millisecond()])?;
        audit::add(&writing, Done { at, by, from: None, deed: Deed::TokenRevoked, detail: name })?;
        writing.commit()?;
        Ok(RevokedToken::Now)
    }

    /// All tokens, by name.
    ///
    /// # Errors
    /// The file failed.
    pub fn tokens(&self) -> Result<Vec<TokenRow>, UsersError> {
        Ok(self.hashed_tokens()?.into_iter().map(|(_, row)| row).collect())
    }

    pub(super) fn hashed_tokens(&self) -> Result<Vec<(TokenHash, TokenRow)>, UsersError> {
        let query = format!("SELECT {COLUMNS}, token_hash FROM token ORDER BY name");
        let mut statement = self.db.prepare_cached(&query)?;
        let rows = statement.query_map([], |row| Ok((row.get(7)?, read(row)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Notes when a token was used.
    pub(super) fn note_token(&self, token: &TokenHash, at: Timestamp) -> Result<(), UsersError> {
        let update = "UPDATE token SET used_at_ms = ?2 WHERE token_hash = ?1";
        self.db.execute(update, params![token, at.as_millisecond()])?;
        Ok(())
    }
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
