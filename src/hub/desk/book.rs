//! The ledger as statements read it: its rows, read again only where somebody has written to it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::account::Entry;
use crate::figures::Acceptance;
use crate::ledger::{Ledger, LedgerError, RowsInForce};
use crate::support::lock;

/// The rows and acceptances of the ledger at one time.
#[derive(Debug)]
pub(super) struct Leaf {
    /// Grows where the ledger has changed.
    pub version: u64,
    /// All rows, with those that are superseded.
    pub all: Vec<Entry>,
    pub acceptances: Vec<Acceptance>,
}

impl Leaf {
    /// The rows as if those of `extra` were in force too: one whose number the ledger has takes its place, another is
    /// added.
    pub fn with(&self, extra: &[Entry], two_person: bool) -> RowsInForce {
        let mut all = self.all.clone();
        for row in extra {
            match all.iter_mut().find(|old| old.id == row.id) {
                Some(old) => *old = row.clone(),
                None => all.push(row.clone()),
            }
        }
        all.sort_by_key(|row| row.id);
        RowsInForce::of(all, two_person)
    }
}

/// The ledger's file, opened once.
pub(super) struct Book {
    path: PathBuf,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    ledger: Option<Ledger>,
    /// SQLite's version of what was read last.
    seen: Option<i64>,
    leaf: Option<Arc<Leaf>>,
    version: u64,
}

impl Book {
    pub fn new(path: PathBuf) -> Self {
        Self { path, open: Mutex::default() }
    }

    /// What the ledger has now.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn leaf(&self) -> Result<Arc<Leaf>, LedgerError> {
        let mut open = lock(&self.open);
        let leaf = open.read(&self.path);
        if leaf.is_err() {
            // Whatever was wrong with the file, it is opened anew.
            *open = Open { version: open.version, ..Open::default() };
        }
        leaf
    }
}

impl Open {
    fn read(&mut self, path: &std::path::Path) -> Result<Arc<Leaf>, LedgerError> {
        let ledger = match self.ledger.take() {
            Some(ledger) => ledger,
            None => Ledger::open_to_read(path)?,
        };
        let seen = Some(ledger.version()?);
        let leaf = match self.leaf.take().filter(|_| self.seen == seen) {
            Some(leaf) => leaf,
            None => {
                self.version += 1;
                let (all, acceptances) = (ledger.all()?, ledger.acceptances()?);
                Arc::new(Leaf { version: self.version, all, acceptances })
            }
        };
        // Where there is no file yet, the next look may find one.
        if path.exists() {
            (self.ledger, self.seen) = (Some(ledger), seen);
            self.leaf = Some(leaf.clone());
        }
        Ok(leaf)
    }
}
