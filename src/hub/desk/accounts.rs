//! What the store says of some periods, read once and kept as long as it is good.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use crate::account::{Basis, Entry, TownshipAccount};
use crate::core::{Calendar, Period};
use crate::hub::report::Accounts;
use crate::store::{Revocation, Sqlite, StoreError};
use crate::support::{Stopwatch, lock};
use crate::water::Township;

/// How long accounts are good for where the store has taken in readings since; then they are read anew beside whoever
/// asks. Engineering judgement: a report is of days, and its figures do not follow each reading.
const FRESH: Duration = Duration::from_secs(60);

/// The same in a simulation, whose hours pass in moments.
const FRESH_SIMULATED: Duration = Duration::from_secs(3);

/// How long they are shown while new ones are being read. Engineering judgement: who enters a row looks at what it
/// changes, and waits for no reading of months.
const KEPT: Duration = Duration::from_secs(600);

/// Periods that are kept: two reports with the year before and three droughts each, and two more.
const PERIODS_MAX: usize = 12;

/// The store at one instant, opened when it is first read. What is read of one instant has the same readings.
pub(super) struct Instant<'a> {
    path: &'a Path,
    open: OnceCell<(u64, Sqlite)>,
}

impl<'a> Instant<'a> {
    pub fn of(path: &'a Path) -> Self {
        Self { path, open: OnceCell::new() }
    }

    /// The number that tells it from others, and the store.
    fn store(&self) -> Result<&(u64, Sqlite), StoreError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        match self.open.get() {
            Some(open) => Ok(open),
            None => {
                let store = Sqlite::open_instant(self.path)?;
                Ok(self.open.get_or_init(|| (NEXT.fetch_add(1, Ordering::Relaxed), store)))
            }
        }
    }
}

/// What the store was like.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stamp {
    /// Changes with each commit.
    written: i64,
    pub deeds: Deeds,
    /// Hours that are to be folded anew.
    pending: u64,
}

/// What people have done to readings: corrections made and withdrawn, and gateways revoked.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::hub) struct Deeds {
    pub corrections: (i64, i64),
    pub revocations: Vec<Revocation>,
}

impl Stamp {
    /// What the store is like now. Stamps compare only with others of the same reader.
    pub fn of(store: &Sqlite) -> Result<Self, StoreError> {
        let deeds =
            Deeds { corrections: store.corrections_made()?, revocations: store.revocations()? };
        Ok(Self { written: store.written()?, deeds, pending: store.pending()? })
    }
}

/// How good accounts have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Some minutes old, if need be.
    Recent,
    /// As the store is now.
    Now,
}

/// Accounts of a period, with what they were read from.
#[derive(Debug)]
pub(super) struct Read {
    pub period: Period,
    /// The rows of the ledger that they are made from.
    rows: Vec<Entry>,
    pub stamp: Stamp,
    /// The number of the instant at which they were read.
    instant: u64,
    pub read_at: Timestamp,
    /// By the stopwatch of the cache.
    since: Duration,
    pub accounts: Arc<Accounts>,
}

impl Read {
    /// Whether they are the accounts of these days for these rows of the ledger.
    pub fn is_of(&self, period: Period, rows: &[Entry]) -> bool {
        self.period == period && self.rows.iter().eq(TownshipAccount::rows(rows))
    }

    /// Whether both were read of one instant of the store.
    pub fn is_together(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

/// The accounts that are kept, the last used one last.
pub(super) struct Cache {
    kept: Mutex<Vec<Arc<Read>>>,
    running: Stopwatch,
    fresh: Duration,
}

impl Cache {
    pub fn new(simulated: bool) -> Self {
        let fresh = if simulated { FRESH_SIMULATED } else { FRESH };
        Self { kept: Mutex::default(), running: Stopwatch::start(), fresh }
    }

    /// Whether accounts are good enough for a store that is like `stamp` now.
    pub fn is_good(&self, read: &Read, stamp: &Stamp, wanted: Wanted) -> bool {
        let age = self.running.elapsed().saturating_sub(read.since);
        let untouched = read.stamp.deeds == stamp.deeds && read.stamp.pending == stamp.pending;
        read.stamp == *stamp || (wanted == Wanted::Recent && untouched && age < KEPT)
    }

    /// Whether it is time to read them anew.
    pub fn is_due(&self, read: &Read, stamp: &Stamp) -> bool {
        let age = self.running.elapsed().saturating_sub(read.since);
        read.stamp != *stamp && age >= self.fresh
    }

    /// Whether no newer ones of the same are kept.
    pub fn is_newest(&self, read: &Read) -> bool {
        let kept = lock(&self.kept);
        let mut same =
            kept.iter().filter(|other| other.period == read.period && other.rows == read.rows);
        same.all(|other| other.since <= read.since)
    }

    /// The accounts of `period` for these rows of the ledger, if they are kept.
    pub fn get(&self, period: Period, rows: &[Entry]) -> Option<Arc<Read>> {
        let mut kept = lock(&self.kept);
        let found = kept.iter().position(|read| read.is_of(period, rows))?;
        let read = kept.remove(found);
        kept.push(read.clone());
        Some(read)
    }

    /// Reads the accounts of a period, and keeps them instead of older ones.
    pub fn read(
        &self,
        instant: &Instant<'_>,
        stamp: Stamp,
        read_at: Timestamp,
        basis: &Basis<'_>,
    ) -> Result<Arc<Read>, StoreError> {
        let since = self.running.elapsed();
        let (instant, store) = instant.store()?;
        let accounts = Arc::new(Accounts::read(store, basis)?);
        let rows = TownshipAccount::rows(basis.entries).cloned().collect();
        let (period, instant) = (basis.period, *instant);
        let read = Read { period, rows, stamp, instant, read_at, since, accounts };
        let read = Arc::new(read);
        let mut kept = lock(&self.kept);
        kept.retain(|old| old.period != read.period || old.rows != read.rows);
        if kept.len() >= PERIODS_MAX {
            kept.remove(0);
        }
        kept.push(read.clone());
        Ok(read)
    }

    /// Reads accounts anew, as the store is now.
    pub fn renew(
        &self,
        (township, calendar): (&Township, &Calendar),
        (instant, stamp): (&Instant<'_>, Stamp),
        read_at: Timestamp,
        old: &Read,
    ) -> Result<(), StoreError> {
        let basis = Basis { township, calendar, entries: &old.rows, period: old.period };
        self.read(instant, stamp, read_at, &basis).map(|_| ())
    }
}
