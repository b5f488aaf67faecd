//! The file of alarms in SQLite. The hub and the commands of `hanqing alarm` may have it open at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::error::AlarmsError;
use super::outbox::{Delivery, LetterRow};
use super::rows;
use super::schema::{LAYOUT, LAYOUTS, TABLES};
use super::{Acknowledgement, acknowledge};
use crate::alarm::{Acknowledged, Alarm, Letter};
use crate::support::files;
use crate::support::sql::without_literals;

/// How long a writer waits for another one. It holds up the hub's letters, so it is shorter than elsewhere: ten times
/// what a transaction takes on a slow disk. Engineering judgement.
const BUSY_MAX: Duration = Duration::from_secs(2);

/// Alarms and letters that are kept. A township of a hundred stations raises about ten a day in a drought: this is
/// fifty years of them, and 50 MB. Age is not asked: a clock that is wrong would let go of all.
const KEPT_MAX: i64 = 100_000;

/// How far back a hub that starts looks for what was told: longer than any hour of silence. Engineering judgement.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// The file of alarms, opened.
#[derive(Debug)]
pub struct AlarmsFile {
    pub(super) db: Connection,
}

impl AlarmsFile {
    /// Opens the file at `path` and creates it if it does not exist.
    ///
    /// # Errors
    /// It cannot be opened or written, is spoilt, or a newer program has made it.
    pub fn open(path: &Path) -> Result<Self, AlarmsError> {
        let open = |source| AlarmsError::Open { path: path.into(), source };
        files::create_database(path);
        let mut db = Connection::open(path).map_err(open)?;
        db.busy_timeout(BUSY_MAX).map_err(open)?;
        // Before anything is written to a file that may be a newer program's.
        examine(&db, path)?;
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").map_err(open)?;
        // Immediate, so that two programs which open a new file at once do not both create the tables.
        let creating =
            db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(open)?;
        let found: i64 =
            creating.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(open)?;
        if found < 1 {
            creating.execute_batch(TABLES).map_err(open)?;
        }
        creating.commit().map_err(open)?;
        Ok(Self { db })
    }

    /// A number that changes where another connection has written to the file.
    pub(super) fn version(&self) -> Result<i64, AlarmsError> {
        Ok(self.db.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// Begins to write.
    pub(super) fn writing(&mut self) -> Result<Transaction<'_>, AlarmsError> {
        Ok(self.db.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }

    /// The alarms that are open, the oldest first.
    ///
    /// # Errors
    /// The file failed.
    pub fn open_alarms(&self) -> Result<Vec<Alarm>, AlarmsError> {
        Ok(rows::alarms(&self.db, "cleared_ms IS NULL ORDER BY id", [])?)
    }

    /// What a hub that starts goes on with: open alarms, those whose end is untold, and those of the last day; and the
    /// highest id of all.
    pub(super) fn resumed(&self, now: Timestamp) -> Result<(Vec<Alarm>, i64), AlarmsError> {
        let since = now.checked_sub(RECENT).unwrap_or(Timestamp::MIN).as_millisecond();
        let recent = "cleared_ms IS NULL OR (told_ms IS NOT NULL AND clear_told_ms IS NULL) OR raised_ms >= ?1 \
                      OR told_ms >= ?1 OR clear_told_ms >= ?1 ORDER BY id";
        let alarms = rows::alarms(&self.db, recent, [since])?;
        let last: i64 =
            self.db.query_row("SELECT coalesce(max(id), 0) FROM alarm", [], |row| row.get(0))?;
        Ok((alarms, last))
    }

    /// The `most` newest alarms before the alarm `before`, or of all; the newest first.
    ///
    /// # Errors
    /// The file failed.
    pub fn history(&self, before: Option<i64>, most: usize) -> Result<Vec<Alarm>, AlarmsError> {
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let page = (before.unwrap_or(i64::MAX), limit);
        Ok(rows::alarms(&self.db, "id < ?1 ORDER BY id DESC LIMIT ?2", page)?)
    }

    /// The `most` newest letters of before `before`, or of all, with what became of them; the newest first.
    ///
    /// # Errors
    /// The file failed.
    pub fn letters(
        &self,
        before: Option<Timestamp>,
        most: usize,
    ) -> Result<Vec<LetterRow>, AlarmsError> {
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let page = (before.map_or(i64::MAX, Timestamp::as_millisecond), limit);
        let letters =
            rows::letters(&self.db, "at_ms < ?1 ORDER BY at_ms DESC, id DESC LIMIT ?2", page)?;
        self.with_deliveries(letters)
    }

    fn with_deliveries(&self, letters: Vec<Letter>) -> Result<Vec<LetterRow>, AlarmsError> {
        let mut found = Vec::with_capacity(letters.len());
        for letter in letters {
            let deliveries = rows::deliveries(&self.db, &letter.id)?;
            found.push(LetterRow { letter, deliveries });
        }
        Ok(found)
    }

    /// The letters that still have to be sent, with all their deliveries.
    pub(super) fn waiting(&self) -> Result<Vec<LetterRow>, AlarmsError> {
        let waiting =
            "id IN (SELECT letter FROM delivery WHERE state = 'waiting') ORDER BY at_ms, id";
        let letters = rows::letters(&self.db, waiting, [])?;
        self.with_deliveries(letters)
    }

    /// Acknowledges the open alarm `id`, and what it implies of the same subject.
    ///
    /// # Errors
    /// The file failed; nothing has changed.
    pub fn acknowledge(
        &mut self,
        id: i64,
        acknowledged: &Acknowledged,
    ) -> Result<Acknowledgement, AlarmsError> {
        let writing = self.writing()?;
        let open = rows::alarms(&writing, "cleared_ms IS NULL ORDER BY id", [])?;
        let mut open: BTreeMap<i64, Alarm> =
            open.into_iter().map(|alarm| (alarm.id, alarm)).collect();
        let (done, changed) = acknowledge(&mut open, id, acknowledged);
        for alarm in changed.iter().filter_map(|id| open.get(id)) {
            rows::put_alarm(&writing, alarm)?;
        }
        writing.commit()?;
        Ok(done)
    }

    /// Adds a letter for these channels: a running hub sends it within seconds.
    ///
    /// # Errors
    /// The file failed; there is no letter.
    pub fn add_letter(&mut self, letter: &Letter, channels: &[String]) -> Result<(), AlarmsError> {
        let waiting = Delivery::new(letter.at);
        let writing = self.writing()?;
        let deliveries = channels.iter().map(|channel| (channel, &waiting));
        rows::put_letter(&writing, letter, deliveries)?;
        writing.commit()?;
        Ok(())
    }

    /// Ends alarms that are open in the file and that nobody in `known` goes on with: the file is another than before.
    pub(super) fn end_others(
        &mut self,
        known: &BTreeMap<i64, Alarm>,
        at: Timestamp,
    ) -> Result<(), AlarmsError> {
        let open = self.open_alarms()?;
        let writing = self.writing()?;
        for alarm in open.iter().filter(|alarm| !known.contains_key(&alarm.id)) {
            let end =
                "UPDATE alarm SET cleared_ms = ?2, removed = 1, clear_told_ms = ?2 WHERE id = ?1";
            writing.prepare_cached(end)?.execute((alarm.id, at.as_millisecond()))?;
        }
        writing.commit()?;
        Ok(())
    }

    /// Lets go of the oldest alarms and letters beyond those that are kept, where they have ended and were sent.
    pub(super) fn prune(&mut self) -> Result<(), AlarmsError> {
        let writing = self.writing()?;
        writing.execute(
            "DELETE FROM alarm WHERE cleared_ms IS NOT NULL AND (told_ms IS NULL OR clear_told_ms IS NOT NULL) \
             AND id <= (SELECT id FROM alarm ORDER BY id DESC LIMIT 1 OFFSET ?1)",
            [KEPT_MAX],
        )?;
        let old = "SELECT id FROM letter WHERE at_ms <= (SELECT at_ms FROM letter ORDER BY at_ms DESC LIMIT 1 OFFSET ?1) \
                   AND id NOT IN (SELECT letter FROM delivery WHERE state = 'waiting')";
        writing.execute(&format!("DELETE FROM delivery WHERE letter IN ({old})"), [KEPT_MAX])?;
        writing.execute(&format!("DELETE FROM letter WHERE id IN ({old})"), [KEPT_MAX])?;
        writing.commit()?;
        Ok(())
    }
}

/// Whether the file at `path`, if there is one, can be the hub's: what is wrong with it.
///
/// # Errors
/// It cannot be opened, is spoilt, or a newer program has made it.
pub(super) fn look(path: &Path) -> Result<(), AlarmsError> {
    if !path.exists() {
        return Ok(());
    }
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .map_err(|source| AlarmsError::Open { path: path.into(), source })?;
    examine(&db, path)
}

/// Refuses what a newer program has made, what is damaged, and what has triggers or views: they could change unseen
/// what is read or written.
fn examine(db: &Connection, path: &Path) -> Result<(), AlarmsError> {
    let open = |source| AlarmsError::Open { path: path.into(), source };
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(open)?;
    if found > LAYOUT {
        return Err(AlarmsError::Newer { path: path.into(), found });
    }
    let sound: String =
        db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(open)?;
    let mut statement = db
        .prepare("SELECT type, coalesce(sql, '') FROM sqlite_schema WHERE type IN ('table', 'trigger', 'view')")
        .map_err(open)?;
    let objects = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(open)?;
    let objects: Vec<(String, String)> = objects.collect::<rusqlite::Result<_>>().map_err(open)?;
    let own = LAYOUTS.map(without_literals);
    let ours = |sql: &str| own.iter().any(|own| own.contains(&without_literals(sql)));
    let foreign = objects.iter().any(|(kind, sql)| kind != "table" && !ours(sql));
    // A file with the number of a layout has its tables; what SQLite needs for itself is not asked about.
    let tables = objects.iter().filter(|(kind, sql)| kind == "table" && ours(sql)).count();
    if sound != "ok" || foreign || (found > 0) != (tables > 0) {
        return Err(AlarmsError::Spoilt { path: path.into() });
    }
    Ok(())
}
