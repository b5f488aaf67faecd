//! The file of alarms in SQLite. The hub and the commands of `hanqing alarm` may have it open at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::error::AlarmsError;
use super::outbox::LetterRow;
use super::rows;
use super::schema::{LAYOUT, LAYOUTS, TABLES};
use super::unread::Unread;
use super::{Acknowledgement, acknowledge};
use crate::alarm::{Acknowledged, Alarm, Letter};
use crate::support::files;
use crate::support::sql::without_literals;

/// How long a writer waits for another one. It holds up the hub's letters, so it is shorter than elsewhere: ten times
/// what a transaction takes on a slow disk. Engineering judgement.
const BUSY_MAX: Duration = Duration::from_secs(2);

/// Pages of changes after which the hub moves them into the main file: SQLite's own number, 4 MB.
const CHECKPOINT_PAGES: u32 = 1000;

/// Alarms and letters that are kept. A township of a hundred stations raises about ten a day in a drought: this is
/// fifty years of them, and 50 MB. Age is not asked: a clock that is wrong would let go of all.
const KEPT_MAX: i64 = 100_000;

/// How far back a hub that starts looks for what was told: longer than any hour of silence. Engineering judgement.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// Faults that are looked at of a file before it is used. Engineering judgement: with as many rows of a wrong type it
/// is no book any more.
const FAULTS_MAX: usize = 100;

/// The file of alarms, opened.
#[derive(Debug)]
pub struct AlarmsFile {
    pub(super) db: Connection,
    unread: Unread,
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
        // The main file is written to by whoever closes it last, and by the hub (`keep`): so the hub notices where
        // somebody else has.
        let wal =
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;";
        db.execute_batch(wal).map_err(open)?;
        // Immediate, so that two programs which open a new file at once do not both create the tables.
        let creating =
            db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(open)?;
        let found: i64 =
            creating.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(open)?;
        if found < 1 {
            creating.execute_batch(TABLES).map_err(open)?;
        }
        creating.commit().map_err(open)?;
        Ok(Self { db, unread: Unread::default() })
    }

    /// Has the changes moved into the main file as they become many: for whoever keeps it open.
    pub(super) fn keep(&self) -> Result<(), AlarmsError> {
        Ok(self.db.execute_batch(&format!("PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};"))?)
    }

    /// Closes a file whose contents somebody else has replaced: its latest changes do not belong to them.
    pub(super) fn leave(self) {
        let left = self.db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        if let Err(error) = left {
            tracing::error!(%error, "cannot leave the file of alarms as it is");
        }
    }

    /// How many rows could not be read so far.
    pub fn unread(&self) -> usize {
        self.unread.count()
    }

    /// The number of the last commit that wrote letters: in the header, of which every copy has it.
    pub(super) fn writes(&self) -> Result<i32, AlarmsError> {
        Ok(self.db.query_row("PRAGMA application_id", [], |row| row.get(0))?)
    }

    /// A number that changes where another connection has written to the file.
    pub(super) fn version(&self) -> Result<i64, AlarmsError> {
        Ok(self.db.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// Begins to write.
    pub(super) fn writing(&mut self) -> Result<Transaction<'_>, AlarmsError> {
        Ok(self.db.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }

    fn rows(&self) -> (&Connection, &Unread) {
        (&self.db, &self.unread)
    }

    /// The alarms that are open, the oldest first.
    ///
    /// # Errors
    /// The file failed.
    pub fn open_alarms(&self) -> Result<Vec<Alarm>, AlarmsError> {
        Ok(rows::alarms(self.rows(), "cleared_ms IS NULL ORDER BY id", [])?)
    }

    /// What a hub that starts goes on with: open alarms, those whose end is untold, and those of the last day; and the
    /// highest id of all.
    pub(super) fn resumed(&self, now: Timestamp) -> Result<(Vec<Alarm>, i64), AlarmsError> {
        let since = now.checked_sub(RECENT).unwrap_or(Timestamp::MIN).as_millisecond();
        let recent = "cleared_ms IS NULL OR (told_ms IS NOT NULL AND clear_told_ms IS NULL) OR raised_ms >= ?1 \
                      OR told_ms >= ?1 OR clear_told_ms >= ?1 ORDER BY id";
        let alarms = rows::alarms(self.rows(), recent, [since])?;
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
        Ok(rows::alarms(self.rows(), "id < ?1 ORDER BY id DESC LIMIT ?2", page)?)
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
            rows::letters(self.rows(), "at_ms < ?1 ORDER BY at_ms DESC, id DESC LIMIT ?2", page)?;
        self.with_deliveries(letters)
    }

    fn with_deliveries(&self, letters: Vec<Letter>) -> Result<Vec<LetterRow>, AlarmsError> {
        let mut found = Vec::with_capacity(letters.len());
        for letter in letters {
            let deliveries = rows::deliveries(self.rows(), &letter.id)?;
            found.push(LetterRow { letter, deliveries });
        }
        Ok(found)
    }

    /// The letters that still have to be sent, with all their deliveries.
    pub(super) fn waiting(&self) -> Result<Vec<LetterRow>, AlarmsError> {
        let waiting =
            "id IN (SELECT letter FROM delivery WHERE state = 'waiting') ORDER BY at_ms, id";
        let letters = rows::letters(self.rows(), waiting, [])?;
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
        let writing = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let all = "cleared_ms IS NULL ORDER BY id";
        let open = rows::alarms((&writing, &self.unread), all, [])?;
        let mut open: BTreeMap<i64, Alarm> =
            open.into_iter().map(|alarm| (alarm.id, alarm)).collect();
        let (done, changed) = acknowledge(&mut open, id, acknowledged);
        for alarm in changed.iter().filter_map(|id| open.get(id)) {
            rows::put_alarm(&writing, alarm)?;
        }
        writing.commit()?;
        Ok(done)
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
    let sound = is_sound(db).map_err(open)?;
    // An index that SQLite makes for itself has no text.
    let mut statement =
        db.prepare("SELECT type, coalesce(sql, '') FROM sqlite_schema").map_err(open)?;
    let objects = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(open)?;
    let objects: Vec<(String, String)> = objects.collect::<rusqlite::Result<_>>().map_err(open)?;
    let own = LAYOUTS.map(without_literals);
    let ours = |sql: &str| own.iter().any(|own| own.contains(&without_literals(sql)));
    // Other tables and indexes do no harm, unless they refuse rows.
    let refuses = |sql: &str| sql.to_ascii_uppercase().contains("UNIQUE");
    let foreign = objects.iter().any(|(kind, sql)| match kind.as_str() {
        "table" => false,
        "index" => refuses(sql) && !ours(sql),
        _ => !ours(sql),
    });
    // A file with the number of a layout has all of its tables; what SQLite needs for itself is not asked about.
    let tables = objects.iter().filter(|(kind, sql)| kind == "table" && ours(sql)).count();
    let expected = if found > 0 { TABLES.matches("CREATE TABLE").count() } else { 0 };
    if !sound || foreign || tables != expected {
        return Err(AlarmsError::Spoilt { path: path.into() });
    }
    Ok(())
}

/// Whether the file can be read as a whole. Rows of which a value is of a wrong type, or breaks a rule of its table,
/// are passed over when they are read.
fn is_sound(db: &Connection) -> rusqlite::Result<bool> {
    let mut statement = db.prepare(&format!("PRAGMA quick_check({FAULTS_MAX})"))?;
    let faults = statement.query_map([], |row| row.get::<_, String>(0))?;
    let faults: Vec<String> = faults.collect::<rusqlite::Result<_>>()?;
    let of_row = |fault: &String| {
        fault.contains(" value in ") || fault.starts_with("CHECK constraint failed")
    };
    Ok(faults.len() < FAULTS_MAX && faults.iter().all(|fault| fault == "ok" || of_row(fault)))
}
