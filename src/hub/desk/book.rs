//! The ledger as statements and pages read it: its rows, shared by all who ask, and read again only where somebody has
//! written to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::account::Entry;
use crate::figures::Acceptance;
use crate::ledger::{Ledger, LedgerError, Mark, RowsInForce, Whole};
use crate::support::files::FileId;
use crate::support::lock;

/// The rows and acceptances of the ledger at one instant, and how it stands with each row.
#[derive(Debug)]
pub(in crate::hub) struct Leaf {
    /// Grows where the ledger has changed.
    pub version: u64,
    pub mark: Mark,
    /// All rows, with those that are superseded, by number.
    pub all: Vec<Entry>,
    pub acceptances: Vec<Acceptance>,
    pub in_force: BTreeSet<i64>,
    /// Those that wait, by number.
    pub pending: BTreeSet<i64>,
    pub superseded_by: BTreeMap<i64, i64>,
}

impl Leaf {
    fn of(whole: Whole, version: u64, two_person: bool) -> Self {
        let Whole { mark, rows: all, acceptances } = whole;
        let (in_force, pending) = RowsInForce::numbers(&all, two_person);
        let superseded_by = all.iter().filter_map(|row| Some((row.supersedes?, row.id))).collect();
        Self { version, mark, all, acceptances, in_force, pending, superseded_by }
    }

    /// The rows that count, by number.
    pub fn counting(&self) -> impl Iterator<Item = &Entry> {
        self.all.iter().filter(|row| self.in_force.contains(&row.id))
    }

    /// The row of that number.
    pub fn get(&self, id: i64) -> Option<&Entry> {
        self.all.binary_search_by_key(&id, |row| row.id).ok().and_then(|at| self.all.get(at))
    }

    /// The rows as if those of `extra` were in force too: one whose number the ledger has takes its place, another is
    /// added with the next number of this leaf. A row that is not entered yet has the number 0, as no row of the ledger
    /// has.
    pub fn with(&self, extra: &[Entry], two_person: bool) -> RowsInForce {
        let mut all = self.all.clone();
        for row in extra {
            match all.iter_mut().find(|old| old.id == row.id) {
                Some(old) => *old = row.clone(),
                None => {
                    let id = all.last().map_or(0, |last| last.id) + 1;
                    all.push(Entry { id, ..row.clone() });
                }
            }
        }
        RowsInForce::of(all, two_person)
    }
}

/// The ledger's file, opened once.
pub(in crate::hub) struct Book {
    path: PathBuf,
    two_person: bool,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    ledger: Option<Ledger>,
    /// Which file that is: another may have been put in its place.
    file: Option<FileId>,
    /// SQLite's version of what was read last.
    seen: Option<i64>,
    leaf: Option<Arc<Leaf>>,
    version: u64,
}

impl Book {
    pub fn new(path: PathBuf, two_person: bool) -> Self {
        Self { path, two_person, open: Mutex::default() }
    }

    /// What the ledger has now.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn leaf(&self) -> Result<Arc<Leaf>, LedgerError> {
        let mut open = lock(&self.open);
        let leaf = open.read(&self.path, self.two_person);
        if leaf.is_err() {
            // Whatever was wrong with the file, it is opened anew.
            *open = Open { version: open.version, ..Open::default() };
        }
        leaf
    }
}

impl Open {
    fn read(&mut self, path: &Path, two_person: bool) -> Result<Arc<Leaf>, LedgerError> {
        let file = FileId::of(path).ok();
        if self.file != file {
            *self = Self { version: self.version, ..Self::default() };
        }
        let ledger = match self.ledger.take() {
            Some(ledger) => ledger,
            None => Ledger::open_to_read(path)?,
        };
        let seen = Some(ledger.version()?);
        let leaf = match self.leaf.take().filter(|_| self.seen == seen) {
            Some(leaf) => leaf,
            None => {
                self.version += 1;
                Arc::new(Leaf::of(ledger.whole()?, self.version, two_person))
            }
        };
        // Where there was no file yet, the next look may find one.
        if file.is_some() {
            (self.ledger, self.file, self.seen) = (Some(ledger), file, seen);
            self.leaf = Some(leaf.clone());
        }
        Ok(leaf)
    }
}
