//! How much of the quarantine each gateway has taken.

use std::collections::BTreeMap;
use std::ops::Add;

use rusqlite::Connection;

use super::StoreError;
use crate::core::GatewayId;

/// Messages with readings of one gateway that are kept. Engineering judgement: a gateway whose clock is wrong sends
/// one or two a minute, so that it takes a day to fill and is warned of after minutes.
const ROWS_MAX: u64 = 1000;

/// Bytes of such messages of one gateway: as many messages of 8 KiB, a well filled batch. Engineering judgement.
const BYTES_MAX: u64 = 8 << 20;

/// Bytes of such messages of all gateways: eight of them may fill their room at once. Engineering judgement.
const BYTES_IN_ALL_MAX: u64 = 64 << 20;

/// How much of the quarantine a gateway has taken.
#[derive(Debug, Clone, PartialEq)]
pub struct QuarantineShare {
    /// `None` for messages whose topic does not say who sent them.
    pub gateway: Option<GatewayId>,
    /// Messages with readings, which stay until they are stored or given up.
    pub rows: u64,
    /// Their size, bytes.
    pub bytes: u64,
    /// Messages that cannot be read, of which the newest stay.
    pub unreadable: u64,
    /// Share of its room for readings that is taken, 0 to 1.
    pub full: f64,
}

/// Messages and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Needs {
    rows: u64,
    bytes: u64,
}

impl Needs {
    pub fn add(&mut self, bytes: u64) {
        *self = *self + Self { rows: 1, bytes };
    }

    pub fn is_none(self) -> bool {
        self.rows == 0
    }
}

impl Add for Needs {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { rows: self.rows + other.rows, bytes: self.bytes + other.bytes }
    }
}

/// How many messages are kept, and the sum of their numbers: an index has both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    count: u64,
    numbers: i64,
}

/// What is taken, kept in memory: the table is counted again when another process has added or removed messages.
pub(super) struct Room {
    taken: BTreeMap<Option<GatewayId>, Needs>,
    /// By which changes of others are seen.
    seen: Seen,
}

impl Room {
    pub fn load(connection: &Connection) -> Result<Self, StoreError> {
        let seen = seen(connection)?;
        let mut statement = connection.prepare_cached(
            "SELECT gateway, count(*), sum(length(payload)) FROM quarantine WHERE kept = 1 GROUP BY gateway",
        )?;
        let mut rows = statement.query([])?;
        let mut taken = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let gateway: Option<String> = row.get(0)?;
            let gateway = gateway.and_then(|gateway| gateway.parse().ok());
            let all: &mut Needs = taken.entry(gateway).or_default();
            *all = *all + Needs { rows: row.get(1)?, bytes: row.get(2)? };
        }
        Ok(Self { taken, seen })
    }

    /// Counts again if others have added or removed messages.
    pub fn refresh(&mut self, connection: &Connection) -> Result<(), StoreError> {
        if seen(connection)? != self.seen {
            *self = Self::load(connection)?;
        }
        Ok(())
    }

    /// Notes what was added, in a transaction that found the table as it was `before` and left it as it was `after`.
    pub fn note(&mut self, added: &[(&GatewayId, u64)], before: Seen, after: Seen) {
        if before != self.seen {
            // Others have added or removed messages: they are counted before anything is decided by them.
            return;
        }
        self.seen = after;
        for (gateway, bytes) in added {
            self.taken.entry(Some((*gateway).clone())).or_default().add(*bytes);
        }
    }

    /// Whether `gateway` has room for `own` more, and all together for `in_all` more.
    pub fn fits(&self, gateway: &GatewayId, own: Needs, in_all: Needs) -> bool {
        let own = own + self.of(gateway);
        let bytes: u64 = self.taken.values().map(|taken| taken.bytes).sum();
        own.rows <= ROWS_MAX && own.bytes <= BYTES_MAX && bytes + in_all.bytes <= BYTES_IN_ALL_MAX
    }

    /// The gateways that hold more than their room.
    pub fn overfull(&self) -> impl Iterator<Item = &GatewayId> {
        let over = |taken: &Needs| taken.rows > ROWS_MAX || taken.bytes > BYTES_MAX;
        let over = self.taken.iter().filter(move |(_, taken)| over(taken));
        over.filter_map(|(gateway, _)| gateway.as_ref())
    }

    pub fn shares(&self, connection: &Connection) -> Result<Vec<QuarantineShare>, StoreError> {
        let share = |gateway: Option<GatewayId>, taken: Needs, unreadable| {
            let [rows, bytes] = [(taken.rows, ROWS_MAX), (taken.bytes, BYTES_MAX)]
                .map(|(n, of)| n as f64 / of as f64);
            let Needs { rows: count, bytes: size } = taken;
            let full = rows.max(bytes).min(1.0);
            QuarantineShare { gateway, rows: count, bytes: size, unreadable, full }
        };
        let mut statement = connection.prepare_cached(
            "SELECT gateway, count(*) FROM quarantine WHERE kept = 0 GROUP BY gateway",
        )?;
        let mut rows = statement.query([])?;
        let mut unreadable: BTreeMap<Option<GatewayId>, u64> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let gateway: Option<String> = row.get(0)?;
            let count: u64 = row.get(1)?;
            *unreadable.entry(gateway.and_then(|gateway| gateway.parse().ok())).or_default() +=
                count;
        }
        let mut shares: Vec<QuarantineShare> = self
            .taken
            .iter()
            .map(|(gateway, taken)| {
                share(gateway.clone(), *taken, unreadable.remove(gateway).unwrap_or_default())
            })
            .collect();
        shares.extend(
            unreadable.into_iter().map(|(gateway, count)| share(gateway, Needs::default(), count)),
        );
        shares.sort_by(|a, b| b.full.total_cmp(&a.full));
        Ok(shares)
    }

    fn of(&self, gateway: &GatewayId) -> Needs {
        self.taken.get(&Some(gateway.clone())).copied().unwrap_or_default()
    }
}

pub(super) fn seen(connection: &Connection) -> Result<Seen, StoreError> {
    Ok(connection
        .prepare_cached("SELECT count(*), coalesce(sum(id), 0) FROM quarantine WHERE kept = 1")?
        .query_row([], |row| Ok(Seen { count: row.get(0)?, numbers: row.get(1)? }))?)
}
