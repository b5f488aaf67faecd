//! Statements that many ask for.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::accounts::{Cache, Deeds, Read, Stamp, Wanted};
use super::book::{Book, Leaf};
use crate::account::{Basis, Entry};
use crate::core::Period;
use crate::figures::Statement;
use crate::hub::report::{Books, events, waiting_events};
use crate::hub::{HubSettings, calendar, logged};
use crate::ledger::RowsInForce;
use crate::locales::{Text, page_report as words};
use crate::store::Sqlite;
use crate::support::{Clock, lock};
use crate::water::Township;

/// How long somebody waits for her turn: a statement of a large township that is read from the disk takes some seconds.
/// Engineering judgement.
const TURN_WAIT: Duration = Duration::from_secs(40);

/// Statements that are kept: of two periods as they are and as if all were reviewed, and two more. Engineering
/// judgement: few people look at once.
const STATEMENTS_MAX: usize = 6;

/// A statement, and what it was made from.
#[derive(Debug)]
pub(in crate::hub) struct Stated {
    pub statement: Statement,
    /// When its readings were read from the store.
    pub read_at: Timestamp,
    /// The drought events that its rows name, in order of time.
    pub events: Vec<Period>,
    /// What people had done to readings then.
    pub deeds: Deeds,
    parts: Vec<Arc<Read>>,
}

/// Why there is no statement, besides files that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(in crate::hub) enum Unstated {
    #[error("{}", words::too_busy())]
    Busy,
    /// The ledger names no drought event.
    #[error("{0}")]
    NoPeriod(Text),
}

/// Makes and keeps them.
#[derive(Clone)]
pub(in crate::hub) struct Statements(Arc<Source>);

struct Source {
    settings: HubSettings,
    township: Arc<Township>,
    clock: Clock,
    book: Book,
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

struct Asked {
    period: Option<Period>,
    rows: Rows,
    wanted: Wanted,
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
            book: Book::new(settings.ledger.path.clone()),
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
        self.state(Asked { period, rows: Rows::AsTheyAre, wanted: Wanted::Recent }).await
    }

    /// The same with the readings as they are in the store now.
    ///
    /// # Errors
    /// As [`live`](Self::live).
    pub async fn fresh(&self, period: Option<Period>) -> anyhow::Result<Arc<Stated>> {
        self.state(Asked { period, rows: Rows::AsTheyAre, wanted: Wanted::Now }).await
    }

    /// The statement of the last drought event as if the rows `extra` were in force, too: one whose number the ledger
    /// has takes its place, another is added.
    ///
    /// # Errors
    /// As [`live`](Self::live).
    pub async fn with_rows(&self, extra: &[Entry]) -> anyhow::Result<Arc<Stated>> {
        let rows = Rows::With(extra.to_vec());
        self.state(Asked { period: None, rows, wanted: Wanted::Recent }).await
    }

    /// The statement of `period`, or of the last drought event, as if all rows that wait had been reviewed.
    ///
    /// # Errors
    /// As [`live`](Self::live).
    pub async fn reviewed(&self, period: Option<Period>) -> anyhow::Result<Arc<Stated>> {
        self.state(Asked { period, rows: Rows::Reviewed, wanted: Wanted::Recent }).await
    }

    async fn state(&self, asked: Asked) -> anyhow::Result<Arc<Stated>> {
        let Ok(turn) = timeout(TURN_WAIT, self.0.turn.clone().acquire_owned()).await else {
            return Err(Unstated::Busy.into());
        };
        let (source, turn) = (self.0.clone(), turn?);
        let work = move || {
            let _turn = turn;
            source.state(&asked)
        };
        let (stated, due) = tokio::task::spawn_blocking(work).await??;
        if !due.is_empty() {
            self.renew(due);
        }
        Ok(stated)
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
    /// The statement, and what of its accounts is to be read anew.
    fn state(&self, asked: &Asked) -> anyhow::Result<(Arc<Stated>, Vec<Arc<Read>>)> {
        let (leaf, stamp) = (self.book.leaf()?, self.stamp()?);
        let stated = match self.kept(asked, &leaf, &stamp) {
            Some(stated) => stated,
            None => self.make(asked, &leaf, &stamp)?,
        };
        let due = stated.parts.iter().filter(|part| self.cache.is_due(part, &stamp));
        let due = due.cloned().collect();
        Ok((stated, due))
    }

    fn kept(&self, asked: &Asked, leaf: &Leaf, stamp: &Stamp) -> Option<Arc<Stated>> {
        let reviewed = asked.rows.as_kept()?;
        let mut made = lock(&self.made);
        let same = |made: &Made| {
            let own = (made.asked, made.reviewed, made.version);
            own == (asked.period, reviewed, leaf.version)
        };
        let found = made.iter().position(same)?;
        let found = made.remove(found);
        let good = |part: &Arc<Read>| self.cache.is_good(part, stamp, asked.wanted);
        // One that is good, but whose accounts have been read anew since, is made anew too.
        let newest = |part: &Arc<Read>| self.cache.is_newest(part);
        let stated = found.stated.clone();
        if !stated.parts.iter().all(|part| good(part) && newest(part)) {
            return None;
        }
        made.push(found);
        Some(stated)
    }

    fn make(&self, asked: &Asked, leaf: &Leaf, stamp: &Stamp) -> anyhow::Result<Arc<Stated>> {
        let two_person = self.settings.ledger.two_person;
        let rows = match &asked.rows {
            Rows::AsTheyAre => RowsInForce::of(leaf.all.clone(), two_person),
            Rows::Reviewed => RowsInForce::of(leaf.all.clone(), false),
            Rows::With(extra) => leaf.with(extra, two_person),
        };
        let events = events(&rows.in_force);
        let Some(period) = asked.period.or(events.last().copied()) else {
            return Err(Unstated::NoPeriod(no_event(&rows.pending)).into());
        };
        let calendar = calendar(&self.township)?;
        let (settings, township) = (&self.settings, &*self.township);
        let acceptances = &leaf.acceptances;
        let books = Books { settings, township, calendar: &calendar, rows: &rows, acceptances };
        let mut parts = Vec::new();
        let statement = books.statement(period, |period| {
            let kept = self.cache.get(period, &rows.in_force);
            let good = |read: &Arc<Read>| self.cache.is_good(read, stamp, asked.wanted);
            let read = match kept.filter(good) {
                Some(read) => read,
                None => {
                    let entries = rows.in_force.as_slice();
                    let basis = Basis { township, calendar: &calendar, entries, period };
                    let store = Sqlite::open_reader(&settings.store.path)?;
                    self.cache.read(&store, stamp.clone(), self.clock.now(), &basis)?
                }
            };
            parts.push(read.clone());
            Ok(read.accounts.clone())
        })?;
        // Those of the period itself are asked for last.
        let own = parts.last();
        let read_at = own.map_or_else(|| self.clock.now(), |read| read.read_at);
        let deeds = own.map_or_else(|| stamp.deeds.clone(), |read| read.stamp.deeds.clone());
        let stated = Arc::new(Stated { statement, read_at, events, deeds, parts });
        if let Some(reviewed) = asked.rows.as_kept() {
            let mut made = lock(&self.made);
            made.retain(|made| (made.asked, made.reviewed) != (asked.period, reviewed));
            if made.len() >= STATEMENTS_MAX {
                made.remove(0);
            }
            let (asked, version) = (asked.period, leaf.version);
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
        let store = Sqlite::open_reader(&self.settings.store.path)?;
        for old in due {
            let of = (&*self.township, &calendar);
            self.cache.renew(of, (&store, self.stamp()?), self.clock.now(), old)?;
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

/// Why a report has no days: no drought event is in force.
fn no_event(pending: &[Entry]) -> Text {
    let waiting = waiting_events(pending);
    if waiting.is_empty() { words::no_event() } else { words::no_event_yet(Text::list(waiting)) }
}
