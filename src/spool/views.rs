//! Views: readers of the spool beside the main delivery, each with a place of its own in it.
//!
//! A view holds nothing back. What the hub has stays in the file until its space is needed, and so it is there for a
//! view that comes later; what has to go before the view has it, the view has lost, and that is counted. The places lie
//! in a table of their own, which is there only where there are views: the layout of the rest stays as it is.

use rusqlite::{OptionalExtension, params};

use super::queue::{Spool, SpooledBatch};
use super::schema::SpoolError;
use super::view_places::{ViewBound, ViewPlace, Views};
use crate::wire::Epoch;

/// Rows that are looked at together.
const ROWS: u64 = 64;

/// Bytes of stored messages that are read together for a view: a quarter of what one message may have, and always one.
/// Engineering judgement: the disk's thread is kept from appending for less than a millisecond.
const READ_MAX: usize = 64 << 10;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS view_place (
    name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, cursor INTEGER NOT NULL, lost INTEGER NOT NULL,
    sessions INTEGER NOT NULL
) STRICT";

impl Spool {
    /// Keeps a place for each of these views. A view that the file does not know begins with what is appended from now
    /// on; one that is not named any more is forgotten. A file that cannot be written learns of it later.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn set_views(&mut self, bounds: Vec<ViewBound>) -> Result<(), SpoolError> {
        let there: bool = self.connection.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'view_place'",
            [],
            |row| row.get(0),
        )?;
        self.views = Views::default();
        for bound in &bounds {
            let place = if there { self.read_place(&bound.name)? } else { None };
            let from_now = ViewPlace { cursor: self.stats.last_seq, ..ViewPlace::default() };
            let mut place = place.unwrap_or(from_now);
            (_, place.backlog) = self.count(place.cursor + 1, self.stats.last_seq)?;
            self.views.places.push(place);
        }
        self.views.bounds = bounds;
        self.pass_over()?;
        self.views.unsaved = there || !self.views.bounds.is_empty();
        if let Err(error) = self.save_views() {
            tracing::warn!(%error, "the spool cannot note how far its views are; it is tried again");
        }
        Ok(())
    }

    /// The place of a view as the file has it. Under another epoch the numbers stand for other batches: then all that
    /// is there is sent again.
    fn read_place(&self, name: &str) -> rusqlite::Result<Option<ViewPlace>> {
        self.connection
            .query_row(
                "SELECT epoch, cursor, lost, sessions FROM view_place WHERE name = ?1",
                [name],
                |row| {
                    let same = Epoch(row.get::<_, i64>(0)? as u64) == self.stats.epoch;
                    let cursor = row.get::<_, u64>(1)?.min(self.stats.last_seq);
                    let cursor = if same { cursor } else { 0 };
                    let (lost, sessions) = (row.get(2)?, row.get(3)?);
                    Ok(ViewPlace { cursor, backlog: 0, lost, sessions })
                },
            )
            .optional()
    }

    /// Up to which number views may read: what waits for its true time comes later, and with it all that follows.
    pub fn view_to(&self) -> u64 {
        self.held.iter().next().map_or(self.stats.last_seq, |(first, _)| first.saturating_sub(1))
    }

    /// Batches after `after` that a view may have, whether the hub has them or not: the oldest of them.
    pub fn view_batches(&self, after: u64) -> Result<Vec<SpooledBatch>, SpoolError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, readings, payload FROM batch WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3",
        )?;
        let mut rows = statement.query([after, self.view_to(), ROWS])?;
        let (mut found, mut bytes) = (Vec::new(), 0);
        while bytes < READ_MAX
            && let Some(row) = rows.next()?
        {
            let message: Vec<u8> = row.get(2)?;
            bytes += message.len();
            let (seq, readings) = (row.get(0)?, row.get(1)?);
            found.push(SpooledBatch { seq, readings, message, plain: None });
        }
        Ok(found)
    }

    /// A view has all batches of `epoch` up to `seq`, but for `lost` readings that it could not take.
    pub fn view_confirmed(
        &mut self,
        view: usize,
        epoch: Epoch,
        seq: u64,
        lost: u64,
    ) -> Result<(), SpoolError> {
        let (known, seq) = (epoch == self.stats.epoch, seq.min(self.stats.last_seq));
        let Some(place) = self.views.places.get_mut(view).filter(|_| known) else { return Ok(()) };
        self.views.unsaved |= lost > 0;
        place.lost += lost;
        let from = place.cursor + 1;
        if seq >= from {
            let (_, readings) = self.count(from, seq)?;
            if let Some(place) = self.views.places.get_mut(view) {
                (place.cursor, place.backlog) = (seq, place.backlog.saturating_sub(readings));
                self.views.unsaved = true;
            }
        }
        Ok(())
    }

    /// The connection `session` of a view has been made. Saves that at once: whoever reads the view may tell an old
    /// connection from a new one by it.
    pub fn view_connected(&mut self, view: usize, session: u64) -> Result<(), SpoolError> {
        if let Some(place) = self.views.places.get_mut(view) {
            place.sessions = session;
            self.views.unsaved = true;
        }
        self.save_views()
    }

    /// Passes over the oldest of what waits for a view that has more than it may. The newest batch stays, however many
    /// readings it has.
    pub(super) fn pass_over(&mut self) -> Result<(), SpoolError> {
        for (view, bound) in self.views.bounds.iter().enumerate() {
            let Some(place) = self.views.places.get_mut(view) else { break };
            while place.backlog > bound.backlog_max {
                let mut statement = self.connection.prepare_cached(
                    "SELECT seq, readings FROM batch WHERE seq > ?1 AND seq < ?2 ORDER BY seq LIMIT ?3",
                )?;
                let mut rows = statement.query([place.cursor, self.stats.last_seq, ROWS])?;
                let before = place.cursor;
                while place.backlog > bound.backlog_max
                    && let Some(row) = rows.next()?
                {
                    place.cursor = row.get(0)?;
                    place.replaced(row.get(1)?, 0);
                    self.views.unsaved = true;
                }
                if place.cursor == before {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Readings in the file among `first..=last` that each view has not had, by view: before these batches go.
    pub(super) fn readings_for_views(
        &self,
        places: &[ViewPlace],
        first: u64,
        last: u64,
    ) -> rusqlite::Result<Vec<u64>> {
        let waiting = |place: &ViewPlace| {
            let from = first.max(place.cursor + 1);
            if from > last { Ok(0) } else { self.count(from, last).map(|(_, readings)| readings) }
        };
        places.iter().map(waiting).collect()
    }

    /// Saves the places, if the file does not have them.
    pub fn save_views(&mut self) -> Result<(), SpoolError> {
        if !self.views.unsaved {
            return Ok(());
        }
        let transaction = self.connection.unchecked_transaction()?;
        self.write_views(&self.views.places, self.stats.epoch)?;
        transaction.commit()?;
        self.views.saved();
        Ok(())
    }

    /// Writes the places into the transaction that the caller has begun.
    pub(super) fn write_views(&self, places: &[ViewPlace], epoch: Epoch) -> rusqlite::Result<()> {
        if !self.views.laid {
            self.connection.execute_batch(TABLE)?;
            let mut statement = self.connection.prepare("SELECT name FROM view_place")?;
            let names: Vec<String> =
                statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            for name in names {
                if self.views.bounds.iter().all(|bound| bound.name != name) {
                    self.connection.execute("DELETE FROM view_place WHERE name = ?1", [name])?;
                }
            }
        }
        for (bound, place) in self.views.bounds.iter().zip(places) {
            self.connection
                .prepare_cached("INSERT OR REPLACE INTO view_place VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![
                    bound.name,
                    epoch.0 as i64,
                    place.cursor,
                    place.lost,
                    place.sessions
                ])?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "views_tests.rs"]
mod tests;
