//! Statements that many ask for.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::accounts::{Cache, Deeds, Instant, Read, Stamp, Wanted};
use super::book::{Book, Leaf};
use super::stated::{BesideReviewed, Pair, Stated, Unstated, no_event, or_why};
use crate::account::{Basis, Entry};
use crate::core::Period;
use crate::hub::report::{Books, events};
use crate::hub::{HubSettings, calendar, logged};
use crate::ledger::{LedgerError, RowsInForce};
use crate::store::Sqlite;
use crate::support::{Clock, lock};
use crate::water::Township;

/// How long somebody waits for her turn: a statement of a large township that is read from the disk takes some seconds.
/// Engineering judgement.
const TURN_WAIT: Duration = Duration::from_secs(40);

/// Statements that are kept: of two periods as they are and as if all were reviewed, and two more. Engineering
/// judgement: few people look at once.
const STATEMENTS_MAX: usize = 6;

/// Makes and keeps them.
#[derive(Clone)]
pub(in crate::hub) struct Statements(Arc<Source>);

struct Source {
    settings: HubSettings,
    township: Arc<Township>,
    clock: Clock,
    book: Arc<Book>,
    /// Looks whether the store has changed.
    store: Mutex<Option<Sqlite>>,
    cache: Cache,
    made: Mutex<Vec<Made>>,
    turn: Arc<Semaphore>,
    /// Accounts are being read anew beside whoever asks.
    renewing: Arc<Semaphore>,
}

struct Made {
    asked: Option<Period>,
    reviewed: bool,
    /// Of the ledger.
    version: u64,
    stated: Arc<Stated>,
}

/// With which rows.
#[derive(Debug)]
enum Rows {
    AsTheyAre,
    /// As if all that waits had been reviewed.
    Reviewed,
    /// As if these were in force.
    With(Vec<Entry>),
}

/// How a statement is made.
struct Making<'a> {
    leaf: &'a Leaf,
    stamp: &'a Stamp,
    wanted: Wanted,
    /// Accounts that are taken whatever their age, since those of another statement beside it are.
    beside: &'a [Arc<Read>],
    /// Whether others that are kept may be taken.
    kept: bool,
    /// Of which all others are read.
    instant: &'a Instant<'a>,
}

impl Statements {
    pub fn new(
        settings: &HubSettings,
        township: Arc<Township>,
        clock: Clock,
        simulated: bool,
    ) -> Self {
        Self(Arc::new(Source {
            settings: settings.clone(),
            township,
            clock,
            book: Arc::new(Book::new(settings.ledger.path.clone(), settings.ledger.two_person)),
            store: Mutex::default(),
            cache: Cache::new(simulated),
            made: Mutex::default(),
            turn: Arc::new(Semaphore::new(1)),
            renewing: Arc::new(Semaphore::new(1)),
        }))
    }

    /// The statement of `period`, or of the last drought event of the ledger. Its readings may be some minutes old.
    ///
    /// # Errors
    /// [`Unstated`]; a file cannot be read; a rule of plausibility is wrong.
    pub async fn live(&self, period: Option<Period>) -> anyhow::Result<Arc<Stated>> {
        self.at_turn(move |source| source.single(period)).await
    }

    /// The same beside what it would be if all that waits had been reviewed.
    ///
    /// # Errors
    /// As [`live`](Self::live).
    pub async fn beside_reviewed(&self, period: Option<Period>) -> anyhow::Result<BesideReviewed> {
        self.at_turn(move |source| source.beside_reviewed(period, Wanted::Recent)).await
    }

    /// The same, both with the readings as they are in the store now.
    ///
    /// # Errors
    /// As [`live`](Self::live).
    pub async fn fresh_beside_reviewed(
        &self,
        period: Option<Period>,
    ) -> anyhow::Result<BesideReviewed> {
        self.at_turn(move |source| source.beside_reviewed(period, Wanted::Now)).await
    }

    /// The statement of the last drought event beside what it would be if the rows `extra` were in force, too: one
    /// whose number the ledger has takes its place, another is added.
    ///
    /// # Errors
    /// As [`live`](Self::live), but for a missing period.
    pub async fn with_rows(&self, extra: &[Entry]) -> anyhow::Result<Pair> {
        let rows = Rows::With(extra.to_vec());
        self.at_turn(move |source| source.pair(None, &rows, Wanted::Recent)).await
    }

    /// As [`fresh_beside_reviewed`](Self::fresh_beside_reviewed), for a command, which has a thread of its own.
    ///
    /// # Errors
    /// As [`live`](Self::live).
    pub fn fresh_at_once(&self, period: Option<Period>) -> anyhow::Result<BesideReviewed> {
        Ok(self.0.beside_reviewed(period, Wanted::Now)?.0)
    }

    /// The ledger that they are made from.
    pub fn book(&self) -> Arc<Book> {
        self.0.book.clone()
    }

    /// The ledger as it is now, shared by all who ask for the same.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn leaf(&self) -> Result<Arc<Leaf>, LedgerError> {
        self.0.book.leaf()
    }

    /// What people have done to readings until now.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn deeds(&self) -> anyhow::Result<Deeds> {
        Ok(self.0.stamp()?.deeds)
    }

    /// Makes something when it is its turn, and has those of its accounts read anew whose time has come.
    async fn at_turn<T: Send + 'static>(
        &self,
        make: impl FnOnce(&Source) -> anyhow::Result<(T, Vec<Arc<Read>>)> + Send + 'static,
    ) -> anyhow::Result<T> {
        let Ok(turn) = timeout(TURN_WAIT, self.0.turn.clone().acquire_owned()).await else {
            return Err(Unstated::Busy.into());
        };
        let (source, turn) = (self.0.clone(), turn?);
        let work = move || {
            let _turn = turn;
            make(&source)
        };
        let (made, due) = tokio::task::spawn_blocking(work).await??;
        if !due.is_empty() {
            self.renew(due);
        }
        Ok(made)
    }

    /// Reads accounts anew beside whoever asks next, unless that is being done.
    fn renew(&self, due: Vec<Arc<Read>>) {
        let Ok(turn) = self.0.renewing.clone().try_acquire_owned() else { return };
        let source = self.0.clone();
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            if let Err(error) = source.renew(&due) {
                tracing::error!(error = logged(&error), "cannot read accounts for reports anew");
            }
        });
    }
}

impl Source {
    /// One statement, and what of its accounts is to be read anew.
    fn single(&self, period: Option<Period>) -> anyhow::Result<(Arc<Stated>, Vec<Arc<Read>>)> {
        let (leaf, stamp) = (self.book.leaf()?, self.stamp()?);
        let instant = Instant::of(&self.settings.store.path);
        let making = Making {
            leaf: &leaf,
            stamp: &stamp,
            wanted: Wanted::Recent,
            beside: &[],
            kept: true,
            instant: &instant,
        };
        let stated = self.one(period, &Rows::AsTheyAre, &making)?;
        let due = self.due(&stated, &stamp);
        Ok((stated, due))
    }

    fn beside_reviewed(
        &self,
        period: Option<Period>,
        wanted: Wanted,
    ) -> anyhow::Result<(BesideReviewed, Vec<Arc<Read>>)> {
        let (Pair { as_it_stands, with }, due) = self.pair(period, &Rows::Reviewed, wanted)?;
        let stated = as_it_stands.map_err(Unstated::NoPeriod)?;
        let reviewed = match with {
            _ if stated.statement.pending.is_empty() => None,
            Ok(reviewed) => Some(reviewed),
            // What waits takes the only event back: then it is compared over the days that it has now.
            Err(_) => {
                let days = Some(stated.statement.period);
                self.pair(days, &Rows::Reviewed, wanted)?.0.with.ok()
            }
        };
        Ok(((stated, reviewed), due))
    }

    /// A statement as it stands and with `rows`, both of the same readings.
    fn pair(
        &self,
        period: Option<Period>,
        rows: &Rows,
        wanted: Wanted,
    ) -> anyhow::Result<(Pair, Vec<Arc<Read>>)> {
        let (leaf, stamp) = (self.book.leaf()?, self.stamp()?);
        let made = |kept| {
            let instant = Instant::of(&self.settings.store.path);
            let (leaf, stamp, instant) = (&*leaf, &stamp, &instant);
            let alone = Making { leaf, stamp, wanted, beside: &[], kept, instant };
            let as_it_stands = or_why(self.one(period, &Rows::AsTheyAre, &alone))?;
            let beside = as_it_stands.as_ref().map_or(&[][..], |stated| &stated.parts);
            let with = or_why(self.one(period, rows, &Making { beside, ..alone }))?;
            anyhow::Ok(Pair { as_it_stands, with })
        };
        let kept = made(true)?;
        // Rows of meters ask for accounts of their own. Those of the others may have been read before: then all are
        // read anew, of one instant.
        let pair = if kept.is_together() { kept } else { made(false)? };
        let stated = [&pair.as_it_stands, &pair.with].into_iter().flatten();
        let due = stated.flat_map(|stated| self.due(stated, &stamp)).collect();
        Ok((pair, due))
    }

    fn due(&self, stated: &Stated, stamp: &Stamp) -> Vec<Arc<Read>> {
        let due = stated.parts.iter().filter(|part| self.cache.is_due(part, stamp));
        due.cloned().collect()
    }

    /// A statement that is kept, or a new one.
    fn one(
        &self,
        period: Option<Period>,
        rows: &Rows,
        making: &Making<'_>,
    ) -> anyhow::Result<Arc<Stated>> {
        let kept = if making.kept { self.kept(period, rows, making) } else { None };
        kept.map_or_else(|| self.make(period, rows, making), Ok)
    }

    fn kept(
        &self,
        period: Option<Period>,
        rows: &Rows,
        making: &Making<'_>,
    ) -> Option<Arc<Stated>> {
        let reviewed = rows.as_kept()?;
        let mut made = lock(&self.made);
        let same = |made: &Made| {
            let own = (made.asked, made.reviewed, made.version);
            own == (period, reviewed, making.leaf.version)
        };
        let found = made.iter().position(same)?;
        let found = made.remove(found);
        let good = |part: &Arc<Read>| self.cache.is_good(part, making.stamp, making.wanted);
        // One that is good, but whose accounts have been read anew since, is made anew too.
        let newest = |part: &Arc<Read>| self.cache.is_newest(part);
        let beside = |part: &Arc<Read>| making.beside.iter().any(|other| Arc::ptr_eq(part, other));
        let stated = found.stated.clone();
        if !stated.parts.iter().all(|part| beside(part) || (good(part) && newest(part))) {
            return None;
        }
        made.push(found);
        Some(stated)
    }

    fn make(
        &self,
        asked: Option<Period>,
        of: &Rows,
        making: &Making<'_>,
    ) -> anyhow::Result<Arc<Stated>> {
        let Making { leaf, stamp, wanted, beside, kept, instant } = *making;
        let two_person = self.settings.ledger.two_person;
        let rows = match of {
            Rows::AsTheyAre => RowsInForce::of(leaf.all.clone(), two_person),
            Rows::Reviewed => RowsInForce::of(leaf.all.clone(), false),
            Rows::With(extra) => leaf.with(extra, two_person),
        };
        let events = events(&rows.in_force);
        let Some(period) = asked.or(events.last().copied()) else {
            return Err(Unstated::NoPeriod(no_event(&rows.pending)).into());
        };
        let calendar = calendar(&self.township)?;
        let (settings, township) = (&self.settings, &*self.township);
        let acceptances = &leaf.acceptances;
        let books = Books { settings, township, calendar: &calendar, rows: &rows, acceptances };
        let mut parts: Vec<Arc<Read>> = Vec::new();
        let statement = books.statement(period, |period| {
            let entries = rows.in_force.as_slice();
            let own = beside.iter().chain(&parts).find(|read| read.is_of(period, entries)).cloned();
            let good = |read: &Arc<Read>| kept && self.cache.is_good(read, stamp, wanted);
            let read = match own.or_else(|| self.cache.get(period, entries).filter(good)) {
                Some(read) => read,
                None => {
                    let basis = Basis { township, calendar: &calendar, entries, period };
                    self.cache.read(instant, stamp.clone(), self.clock.now(), &basis)?
                }
            };
            parts.push(read.clone());
            Ok(read.accounts.clone())
        })?;
        // Those of the period itself are asked for last.
        let own = parts.last();
        let read_at = own.map_or_else(|| self.clock.now(), |read| read.read_at);
        let deeds = own.map_or_else(|| stamp.deeds.clone(), |read| read.stamp.deeds.clone());
        let ledger = leaf.mark;
        let stated = Arc::new(Stated { statement, read_at, events, deeds, ledger, parts });
        if let Some(reviewed) = of.as_kept() {
            let mut made = lock(&self.made);
            made.retain(|made| (made.asked, made.reviewed) != (asked, reviewed));
            if made.len() >= STATEMENTS_MAX {
                made.remove(0);
            }
            let version = leaf.version;
            made.push(Made { asked, reviewed, version, stated: stated.clone() });
        }
        Ok(stated)
    }

    fn stamp(&self) -> anyhow::Result<Stamp> {
        let mut store = lock(&self.store);
        let open = match store.take() {
            Some(open) => open,
            None => Sqlite::open_reader(&self.settings.store.path)?,
        };
        let stamp = Stamp::of(&open)?;
        *store = Some(open);
        Ok(stamp)
    }

    fn renew(&self, due: &[Arc<Read>]) -> anyhow::Result<()> {
        let calendar = calendar(&self.township)?;
        let stamp = self.stamp()?;
        let instant = Instant::of(&self.settings.store.path);
        for old in due {
            let of = (&*self.township, &calendar);
            self.cache.renew(of, (&instant, stamp.clone()), self.clock.now(), old)?;
        }
        Ok(())
    }
}

impl Rows {
    /// Whether they are as if reviewed, where a statement of them is kept.
    fn as_kept(&self) -> Option<bool> {
        match self {
            Self::AsTheyAre => Some(false),
            Self::Reviewed => Some(true),
            Self::With(_) => None,
        }
    }
}
