//! Whether a ledger is still what was read of it.

use rusqlite::Connection;

use super::error::{LedgerError, sql};
use super::sqlite::{Ledger, begin};
use crate::account::Entry;
use crate::figures::Acceptance;
use crate::locales::ledger as words;

/// How many rows, reviews and acceptances a ledger has. Of each there are only ever more: where all three are the same,
/// so is the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark {
    rows: i64,
    reviews: i64,
    acceptances: i64,
}

/// All of a ledger at one instant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Whole {
    pub mark: Mark,
    /// All rows with the superseded ones, by number.
    pub rows: Vec<Entry>,
    pub acceptances: Vec<Acceptance>,
}

impl Mark {
    fn of(db: &Connection) -> Result<Self, LedgerError> {
        let counts = "SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM review),
                      (SELECT count(*) FROM acceptance)";
        let found = db.query_row(counts, [], |row| {
            Ok(Self { rows: row.get(0)?, reviews: row.get(1)?, acceptances: row.get(2)? })
        });
        found.map_err(sql(words::being_read))
    }
}

impl Ledger {
    /// # Errors
    /// It cannot be read.
    pub fn whole(&self) -> Result<Whole, LedgerError> {
        let instant = self.db.unchecked_transaction().map_err(sql(words::beginning))?;
        let (mark, rows, acceptances) = (Mark::of(&self.db)?, self.all()?, self.acceptances()?);
        instant.finish().map_err(sql(words::being_read))?;
        Ok(Whole { mark, rows, acceptances })
    }

    /// Does `work` while nobody else can write, if the ledger is still as it was at `mark`; `None` where it is not. Who
    /// wants to write meanwhile waits.
    ///
    /// # Errors
    /// Another one writes and does not end, or the ledger cannot be read; `work` was not done.
    pub fn while_as<T>(
        &mut self,
        mark: Mark,
        work: impl FnOnce() -> T,
    ) -> Result<Option<T>, LedgerError> {
        let held = begin(&mut self.db)?;
        // Dropped, it is rolled back: nothing was written.
        let now = Mark::of(&held)?;
        let done = (now == mark).then(work);
        drop(held);
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;
    use crate::account::EntryCode;
    use crate::ledger::Persons;

    fn slip() -> Entry {
        Entry {
            id: 0,
            code: EntryCode::Gasoline,
            value: 760.0,
            from: date(2022, 8, 5),
            to: date(2022, 8, 5),
            village: None,
            crop: None,
            work: None,
            document: "加油票".into(),
            entered_by: "黄某".into(),
            entered_at: Timestamp::UNIX_EPOCH,
            reason: String::new(),
            supersedes: None,
            reviewed_by: None,
            withdrawn: false,
        }
    }

    #[test]
    fn a_row_a_review_and_an_acceptance_each_make_it_another_ledger() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let (mut own, mut other) = (Ledger::open(&path).unwrap(), Ledger::open(&path).unwrap());
        let read = |ledger: &Ledger| ledger.whole().unwrap();
        let done = |ledger: &mut Ledger, mark| ledger.while_as(mark, || ()).unwrap().is_some();
        let empty = read(&own).mark;
        assert!(done(&mut own, empty));
        other.append(&[slip()]).unwrap();
        assert!(!done(&mut own, empty));
        let entered = read(&own);
        assert_eq!((entered.rows.len(), done(&mut own, entered.mark)), (1, true));
        other.review(&[1], "刘某", &Persons::default(), Timestamp::UNIX_EPOCH).unwrap();
        assert!(!done(&mut own, entered.mark));
        let reviewed = read(&own).mark;
        let acceptance = Acceptance {
            rule: "money-per-mu".into(),
            fingerprint: "money-per-mu:township".into(),
            from: date(2022, 8, 1),
            to: date(2022, 11, 15),
            reason: "只用了55元".into(),
            accepted_by: "刘某".into(),
            accepted_at: Timestamp::UNIX_EPOCH,
        };
        other.accept(&acceptance).unwrap();
        assert!(!done(&mut own, reviewed));
        assert_eq!(read(&own).acceptances, [acceptance]);
    }

    #[test]
    fn whoever_wants_to_write_waits_until_the_work_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let (mut own, reader) = (Ledger::open(&path).unwrap(), Ledger::open(&path).unwrap());
        let mark = own.whole().unwrap().mark;
        let writing = own.while_as(mark, || {
            let path = path.clone();
            let writer = std::thread::spawn(move || Ledger::open(&path)?.append(&[slip()]));
            assert_eq!(reader.whole().unwrap().mark, mark, "who reads does not wait");
            writer
        });
        assert_eq!(writing.unwrap().unwrap().join().unwrap().unwrap(), [1]);
    }
}
