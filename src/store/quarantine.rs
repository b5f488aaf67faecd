//! Messages that could not be stored, for a person to look at.
//!
//! Those that hold readings stay until they are stored or given up, so their room is bounded for each gateway: one
//! whose room is used up is not acknowledged until there is some again, and no other is held up by it.

use std::path::Path;

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::room::{self, Needs, QuarantineShare, Room};
use super::{Place, Refused, StoreError, connection};
use crate::core::GatewayId;
use crate::locales::Lang;
use crate::wire::{Channel, Topic};

/// Unreadable messages of one gateway that are kept, the newest: enough to see a fault. Engineering judgement.
const UNREADABLE_MAX: u64 = 200;

/// Unreadable messages of all gateways that are kept: too few for noise to fill the disk. Engineering judgement.
const UNREADABLE_IN_ALL_MAX: u64 = 10_000;

/// Characters of a problem that are kept: two or three sentences. Engineering judgement.
const PROBLEM_CHARS_MAX: usize = 300;

/// The quarantine: a table of the store's file, also where readings go to a server.
pub struct Quarantine {
    connection: Connection,
    place: Place,
    room: Room,
}

/// A message in the quarantine, without its content.
#[derive(Debug, Clone, PartialEq)]
pub struct QuarantinedMessage {
    pub id: i64,
    pub received_at: Timestamp,
    pub topic: String,
    /// Who sent it; `None` where its topic does not say.
    pub gateway: Option<GatewayId>,
    pub problem: String,
    /// Whether it holds readings, and so stays until they are stored.
    pub has_readings: bool,
    /// Size of its stored content, bytes.
    pub size: u64,
}

/// A message to be kept until its readings are stored.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    pub gateway: GatewayId,
    pub topic: String,
    pub problem: String,
    pub payload: Vec<u8>,
    digest: Vec<u8>,
}

impl Kept {
    pub fn new(gateway: GatewayId, topic: String, problem: &str, payload: Vec<u8>) -> Self {
        let digest = digest_of(&topic, &payload);
        Self { gateway, topic, problem: cut(problem).into(), payload, digest }
    }

    /// The message of refused readings.
    pub fn of(refused: &Refused) -> Self {
        let gateway = refused.batch.gateway.clone();
        let topic = Topic::new(gateway.clone(), Channel::Readings).to_string();
        let problem = refused.problem.within(Lang::English);
        Self::new(gateway, topic, &problem, refused.batch.to_bytes())
    }
}

impl Quarantine {
    /// Opens the quarantine in the store's file at `path`.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let (connection, place) = connection::open(path)?;
        Self::new(connection, place)
    }

    /// Opens the quarantine for reading only, beside the hub that writes it.
    pub fn open_reader(path: &Path) -> Result<Self, StoreError> {
        Self::new(connection::open_reader(path)?, Place::new(path))
    }

    fn new(connection: Connection, place: Place) -> Result<Self, StoreError> {
        let room = Room::load(&connection)?;
        Ok(Self { connection, place, room })
    }

    /// Where the file is that it has open.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// That the file is still there, see [`Place::check_by`].
    pub(super) fn check_place(&self) -> Result<(), StoreError> {
        self.place.check_by(&self.connection)
    }

    /// Adds a message of `gateway` that cannot be read, once. Only the newest of these stay.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add_unreadable(
        &mut self,
        now: Timestamp,
        topic: &str,
        gateway: Option<&GatewayId>,
        problem: &str,
        payload: &[u8],
    ) -> Result<(), StoreError> {
        let (gateway, digest) = (gateway.map(GatewayId::as_str), digest_of(topic, payload));
        let there: bool = self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM quarantine WHERE gateway IS ?1 AND kept = 0 AND digest = ?2)",
            )?
            .query_row(params![gateway, digest], |row| row.get(0))?;
        if there {
            return Ok(());
        }
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        transaction
            .prepare_cached(
                "INSERT INTO quarantine (received_ms, topic, gateway, problem, payload, digest)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                now.as_millisecond(),
                topic,
                gateway,
                cut(problem),
                payload,
                digest
            ])?;
        transaction
            .prepare_cached(
                "DELETE FROM quarantine WHERE id IN (
                     SELECT id FROM quarantine WHERE gateway IS ?1 AND kept = 0 ORDER BY id DESC LIMIT -1 OFFSET ?2)",
            )?
            .execute(params![gateway, UNREADABLE_MAX])?;
        let unreadable: u64 = transaction
            .prepare_cached("SELECT count(*) FROM quarantine WHERE kept = 0")?
            .query_row([], |row| row.get(0))?;
        if unreadable > UNREADABLE_IN_ALL_MAX {
            transaction
                .prepare_cached(
                    "DELETE FROM quarantine WHERE id IN (
                         SELECT id FROM quarantine WHERE kept = 0 ORDER BY id LIMIT ?1)",
                )?
                .execute([unreadable - UNREADABLE_IN_ALL_MAX])?;
        }
        Ok(transaction.commit()?)
    }

    /// How much room each gateway has taken, the fullest first.
    pub fn shares(&mut self) -> Result<Vec<QuarantineShare>, StoreError> {
        self.room.refresh(&self.connection)?;
        self.room.shares(&self.connection)
    }

    /// What `messages` need that are not there yet.
    pub(super) fn needs<'a>(
        &self,
        messages: impl IntoIterator<Item = &'a Kept>,
    ) -> Result<Needs, StoreError> {
        let mut needs = Needs::default();
        for message in messages {
            let there: bool = self
                .connection
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM quarantine WHERE kept = 1 AND digest = ?1)",
                )?
                .query_row([&message.digest], |row| row.get(0))?;
            if !there {
                needs.add(message.payload.len() as u64);
            }
        }
        Ok(needs)
    }

    /// Takes note of what other processes have added or removed.
    pub(super) fn refresh(&mut self) -> Result<(), StoreError> {
        self.room.refresh(&self.connection)
    }

    /// Whether `gateway` has room for `more`, beside what was `promised` to it and to the others.
    pub(super) fn has_room(
        &self,
        gateway: &GatewayId,
        more: Needs,
        promised: Needs,
        promised_in_all: Needs,
    ) -> bool {
        self.room.fits(gateway, promised + more, promised_in_all + more)
    }

    /// The gateways that hold more than their room, since a store refused readings only after it had stored the
    /// others.
    pub(super) fn overfull(&self) -> impl Iterator<Item = &GatewayId> {
        self.room.overfull()
    }

    /// Adds messages, each once, in one transaction. They stay until they are stored; that there is room is for the
    /// caller to see.
    ///
    /// # Errors
    /// The file cannot be written; none of them is added.
    pub(super) fn add(&mut self, now: Timestamp, messages: &[Kept]) -> Result<(), StoreError> {
        if messages.is_empty() {
            return Ok(());
        }
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let before = room::seen(&transaction)?;
        let mut added = Vec::new();
        for message in messages {
            if keep(&transaction, now, message)? {
                added.push((&message.gateway, message.payload.len() as u64));
            }
        }
        let after = room::seen(&transaction)?;
        transaction.commit()?;
        self.room.note(&added, before, after);
        Ok(())
    }

    /// Adds readings that cannot be stored, those of each batch a message of their own, once.
    ///
    /// # Errors
    /// The file cannot be written; none of them is added.
    pub fn add_refused(&mut self, now: Timestamp, refused: &[Refused]) -> Result<(), StoreError> {
        // A batch that was refused without readings leaves nothing to keep.
        let some = refused.iter().filter(|refused| !refused.batch.readings.is_empty());
        let messages: Vec<Kept> = some.map(Kept::of).collect();
        self.add(now, &messages)
    }

    /// Adds a whole message that holds readings of `gateway`, once. It stays until they are stored. Returns whether
    /// there was room for it; where there was none, the message must not be acknowledged.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn add_kept(
        &mut self,
        now: Timestamp,
        topic: &str,
        gateway: &GatewayId,
        problem: &str,
        payload: &[u8],
    ) -> Result<bool, StoreError> {
        let message = Kept::new(gateway.clone(), topic.into(), problem, payload.to_vec());
        self.room.refresh(&self.connection)?;
        let needs = self.needs([&message])?;
        let fits = needs.is_none() || self.room.fits(gateway, needs, needs);
        if fits {
            self.add(now, &[message])?;
        }
        Ok(fits)
    }

    /// All messages, or those of one gateway, the newest first.
    pub fn list(&self, gateway: Option<&GatewayId>) -> Result<Vec<QuarantinedMessage>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM quarantine WHERE ?1 IS NULL OR gateway = ?1 ORDER BY id DESC"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let rows = statement.query_map([gateway.map(GatewayId::as_str)], from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One message and its content; `None` where there is none with this number.
    pub fn get(&self, id: i64) -> Result<Option<(QuarantinedMessage, Vec<u8>)>, StoreError> {
        let sql = format!("SELECT {COLUMNS}, payload FROM quarantine WHERE id = ?1");
        let mut statement = self.connection.prepare(&sql)?;
        Ok(statement.query_row([id], |row| Ok((from_row(row)?, row.get(7)?))).optional()?)
    }

    pub fn remove(&mut self, id: i64) -> Result<(), StoreError> {
        self.remove_all(&[id])
    }

    /// Removes these messages, all or none.
    pub fn remove_all(&mut self, ids: &[i64]) -> Result<(), StoreError> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        for id in ids {
            transaction.prepare_cached("DELETE FROM quarantine WHERE id = ?1")?.execute([id])?;
        }
        transaction.commit()?;
        self.room.refresh(&self.connection)
    }

    pub fn set_problem(&mut self, id: i64, problem: &str) -> Result<(), StoreError> {
        let sql = "UPDATE quarantine SET problem = ?2 WHERE id = ?1";
        self.connection.execute(sql, params![id, cut(problem)])?;
        Ok(())
    }

    pub fn count(&self) -> Result<u64, StoreError> {
        Ok(self.connection.query_row("SELECT count(*) FROM quarantine", [], |row| row.get(0))?)
    }
}

/// Adds a message within the caller's transaction, once, whether there is room or not. Returns whether it is new.
pub(super) fn keep(
    connection: &Connection,
    now: Timestamp,
    message: &Kept,
) -> Result<bool, StoreError> {
    let Kept { gateway, topic, problem, payload, digest } = message;
    let new = connection
        .prepare_cached(
            "INSERT INTO quarantine (received_ms, topic, gateway, problem, payload, digest, kept)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)
             ON CONFLICT (digest) WHERE kept = 1 AND digest IS NOT NULL DO NOTHING",
        )?
        .execute(params![
            now.as_millisecond(),
            topic,
            gateway.as_str(),
            problem,
            payload,
            digest
        ])?;
    Ok(new > 0)
}

const COLUMNS: &str = "id, received_ms, topic, problem, kept, length(payload), gateway";

fn from_row(row: &Row<'_>) -> rusqlite::Result<QuarantinedMessage> {
    let received_ms: i64 = row.get(1)?;
    let gateway: Option<String> = row.get(6)?;
    Ok(QuarantinedMessage {
        id: row.get(0)?,
        received_at: Timestamp::from_millisecond(received_ms).unwrap_or_default(),
        topic: row.get(2)?,
        problem: row.get(3)?,
        has_readings: row.get(4)?,
        size: row.get(5)?,
        gateway: gateway.and_then(|gateway| gateway.parse().ok()),
    })
}

/// SHA-256 of topic and content, by which a message that comes again is known. A topic has no zero byte.
pub(super) fn digest_of(topic: &str, payload: &[u8]) -> Vec<u8> {
    let whole = [topic.as_bytes(), &[0], payload].concat();
    digest(&SHA256, &whole).as_ref().to_vec()
}

fn cut(problem: &str) -> &str {
    let end = problem.char_indices().nth(PROBLEM_CHARS_MAX).map_or(problem.len(), |(end, _)| end);
    problem.get(..end).unwrap_or(problem)
}

#[cfg(test)]
#[path = "quarantine_tests.rs"]
mod tests;
