//! Who sent the rows: a gateway's epoch, and the UTC day on which the hub received them.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use crate::core::GatewayId;
use crate::wire::Epoch;

/// One UTC day, ms.
pub(super) const DAY_MS: i64 = 86_400_000;

/// Epochs of a gateway that readings are taken of in one day: an epoch begins with a new spool, which is rare. Without
/// a bound, one that makes up epochs would fill the table. Engineering judgement.
pub(super) const EPOCHS_A_DAY_MAX: u64 = 64;

/// The epoch of rows that came through a server, which does not say of which epoch they are.
pub(super) const COPIED: Epoch = Epoch(0);

/// Numbers of senders, each looked up once a day.
#[derive(Default)]
pub(super) struct Sources {
    ids: HashMap<(GatewayId, Epoch), i64>,
    day_ms: i64,
    /// How many values a gateway has replaced, where that was looked up.
    replaced: HashMap<GatewayId, u64>,
}

impl Sources {
    /// The number of the sender, given to it now if it has none; `None` where the gateway has sent of too many epochs
    /// today.
    pub fn id(
        &mut self,
        connection: &Connection,
        (gateway, epoch): (&GatewayId, Epoch),
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let day_ms = day_start(now);
        if self.day_ms != day_ms {
            self.ids.clear();
            self.day_ms = day_ms;
        }
        let key = (gateway.clone(), epoch);
        if let Some(id) = self.ids.get(&key) {
            return Ok(Some(*id));
        }
        let row = params![gateway.as_str(), epoch.to_string(), day_ms];
        let mut find = connection.prepare_cached(
            "SELECT id FROM source WHERE gateway = ?1 AND epoch = ?2 AND day_ms = ?3",
        )?;
        let mut id: Option<i64> = find.query_row(row, |row| row.get(0)).optional()?;
        if id.is_none() {
            let known: u64 = connection
                .prepare_cached("SELECT count(*) FROM source WHERE gateway = ?1 AND day_ms = ?2")?
                .query_row(params![gateway.as_str(), day_ms], |row| row.get(0))?;
            if known >= EPOCHS_A_DAY_MAX {
                return Ok(None);
            }
            connection
                .prepare_cached("INSERT INTO source (gateway, epoch, day_ms) VALUES (?1, ?2, ?3)")?
                .execute(row)?;
            id = Some(connection.last_insert_rowid());
        }
        self.ids.extend(id.map(|id| (key, id)));
        Ok(id)
    }

    /// How many values of others, or of its own, this gateway has replaced and the file still keeps.
    pub fn replaced(
        &mut self,
        connection: &Connection,
        gateway: &GatewayId,
    ) -> Result<u64, StoreError> {
        if let Some(count) = self.replaced.get(gateway) {
            return Ok(*count);
        }
        let count = connection.query_row(
            "SELECT count(*) FROM source JOIN replaced ON by_source = source.id WHERE gateway = ?1",
            [gateway.as_str()],
            |row| row.get(0),
        )?;
        self.replaced.insert(gateway.clone(), count);
        Ok(count)
    }

    /// Counts one more value that this gateway has replaced.
    pub fn note_replaced(&mut self, gateway: &GatewayId) {
        self.replaced.entry(gateway.clone()).and_modify(|count| *count += 1);
    }

    /// Forgets all: numbers given in a transaction that failed do not exist.
    pub fn forget(&mut self) {
        self.ids.clear();
        self.replaced.clear();
    }
}

/// Start of the UTC day, ms.
pub(super) fn day_start(at: Timestamp) -> i64 {
    at.as_millisecond().div_euclid(DAY_MS) * DAY_MS
}

/// The gateway of a sender's number.
pub(super) fn gateway_of(connection: &Connection, id: i64) -> Result<Option<String>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT gateway FROM source WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?)
}
