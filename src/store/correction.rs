//! Corrections: what people say of spans of readings. Readings stay as they came; hours and days are folded with what
//! is said of them, and what a page or a figure takes from single readings is corrected as it is read
//! (docs/decisions/0024).

use jiff::{Timestamp, ToSpan};
use rusqlite::{OptionalExtension, Row, params};

use super::error::instant;
use super::in_force::SPAN_MAX_MS;
use super::tables::Tables;
use super::{Sqlite, StoreError, hours, pending, series};
use crate::core::{Correction, CorrectionKind, Kind, Series, Withdrawal, hour_start_ms};
use crate::locales::{Argument, Text, store as words};

/// Corrections in force of a series, and of all: each is looked at for each hour that is folded. Engineering judgement:
/// a bad month of a sensor takes a dozen. Notes are counted apart, here and below: whoever may only write notes keeps
/// no correction out.
const OF_SERIES_MAX: u64 = 1_000;
const IN_FORCE_MAX: u64 = 10_000;

/// Corrections that are ever entered: a dozen each day for twenty years.
const EVER_MAX: u64 = 100_000;

/// Corrections that are read at once, the newest of them.
const READ_MAX: u64 = 10_000;

/// Characters of an office with a name. Engineering judgement.
const PERSON_MAX: usize = 100;

/// The columns of a correction as [`from_row`] reads them, and their tables.
macro_rules! columns {
    () => {
        "c.id, name, from_ms, to_ms, kind, shift, reason, person, at_ms,
             withdrawn_reason, withdrawn_person, withdrawn_ms
         FROM correction c JOIN series ON series.id = c.series"
    };
}

impl Sqlite {
    /// Enters a correction, and notes the hours of its span to be folded anew: [`Sqlite::fold_pending`] does it in
    /// portions, as does a running hub. Returns its number, or why it breaks a rule.
    ///
    /// # Errors
    /// Nothing was entered.
    pub fn correct(&mut self, correction: &Correction) -> Result<Result<i64, Text>, StoreError> {
        if let Err(problem) = check(correction) {
            return Ok(Err(problem));
        }
        self.write(None, |commit| enter(&commit.tables, correction))
    }

    /// Ends a correction, and notes the hours of its span as [`Sqlite::correct`] does. Says why where that breaks a
    /// rule.
    ///
    /// # Errors
    /// Nothing was changed.
    pub fn withdraw(
        &mut self,
        id: i64,
        by: &str,
        reason: &str,
        at: Timestamp,
    ) -> Result<Result<(), Text>, StoreError> {
        if let Err(problem) = check_words(reason, by) {
            return Ok(Err(problem));
        }
        let withdrawal =
            Withdrawal { reason: reason.trim().to_owned(), by: by.trim().to_owned(), at };
        self.write(None, |commit| end(&commit.tables, id, &withdrawal))
    }

    /// The corrections of `series`, or of all, that are about an instant from `from` to before `to`, also withdrawn
    /// ones, in the order in which they were entered; of very many the newest.
    pub fn corrections(
        &self,
        series: Option<&Series>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Correction>, StoreError> {
        let mut statement = self.connection.prepare_cached(concat!(
            "SELECT ",
            columns!(),
            " WHERE (?1 IS NULL OR name = ?1) AND from_ms < ?3 AND to_ms > ?2 ORDER BY c.id DESC LIMIT ?4"
        ))?;
        let (from_ms, to_ms) = (from.as_millisecond(), to.as_millisecond());
        let asked = params![series.map(ToString::to_string), from_ms, to_ms, READ_MAX];
        let rows = statement.query_and_then(asked, from_row)?;
        let mut found = rows.collect::<Result<Vec<_>, _>>()?;
        found.reverse();
        Ok(found)
    }

    /// The correction of that number, also a withdrawn one; `None` where there is none.
    pub fn correction(&self, id: i64) -> Result<Option<Correction>, StoreError> {
        let sql = concat!("SELECT ", columns!(), " WHERE c.id = ?1");
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_and_then([id], from_row)?.next().transpose()
    }

    /// How many corrections were entered, and how many of them were withdrawn: another pair where what counts may have
    /// changed.
    pub fn corrections_made(&self) -> Result<(i64, i64), StoreError> {
        let sql = "SELECT count(*), count(withdrawn_ms) FROM correction";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// The corrections of `series` that are in force and change what counts from `from` to before `to`, in the order in
    /// which they were entered.
    pub fn corrections_that_change(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Correction>, StoreError> {
        let mut statement = self.connection.prepare_cached(concat!(
            "SELECT ",
            columns!(),
            " WHERE withdrawn_ms IS NULL AND kind <> 'note' AND series = (SELECT id FROM series WHERE name = ?1)
                 AND from_ms < ?3 AND to_ms > ?2 ORDER BY c.id"
        ))?;
        let asked = params![series.to_string(), from.as_millisecond(), to.as_millisecond()];
        statement.query_and_then(asked, from_row)?.collect()
    }
}

fn from_row(row: &Row<'_>) -> Result<Correction, StoreError> {
    let (kind, shift): (String, Option<f64>) = (row.get(4)?, row.get(5)?);
    let kind = match (kind.as_str(), shift) {
        ("note", None) => CorrectionKind::Note,
        ("wrong", None) => CorrectionKind::Wrong,
        ("shift", Some(by)) => CorrectionKind::Shift { by },
        _ => return Err(StoreError::Corrupt(words::correction_unreadable(row.get::<_, i64>(0)?))),
    };
    let withdrawn_ms: Option<i64> = row.get(11)?;
    let withdrawal = |ms| -> Result<Withdrawal, StoreError> {
        Ok(Withdrawal { reason: row.get(9)?, by: row.get(10)?, at: instant(ms)? })
    };
    Ok(Correction {
        id: row.get(0)?,
        series: row.get::<_, String>(1)?.parse().map_err(StoreError::Corrupt)?,
        from: instant(row.get(2)?)?,
        to: instant(row.get(3)?)?,
        kind,
        reason: row.get(6)?,
        by: row.get(7)?,
        at: instant(row.get(8)?)?,
        withdrawn: withdrawn_ms.map(withdrawal).transpose()?,
    })
}

/// Whether a correction is one, whatever the store holds.
fn check(correction: &Correction) -> Result<(), Text> {
    let Correction { series, from, to, kind, reason, by, .. } = correction;
    let (from_ms, to_ms) = (from.as_millisecond(), to.as_millisecond());
    if from_ms >= to_ms {
        return Err(words::correction_without_span(Argument::of(from), Argument::of(to)));
    }
    if to_ms.saturating_sub(from_ms) > SPAN_MAX_MS {
        return Err(words::correction_too_long(Correction::SPAN_DAYS_MAX));
    }
    if let CorrectionKind::Shift { by } = *kind {
        let spec = series.parameter.spec();
        if spec.kind != Kind::Gauge {
            return Err(words::correction_shifts_no_gauge(spec.name()));
        }
        let most = spec.max - spec.min;
        if !by.is_finite() || by.abs() > most {
            return Err(words::correction_shift_too_far(by, most, spec.unit.symbol()));
        }
        if by == 0.0 {
            return Err(words::correction_shifts_nothing());
        }
    }
    check_words(reason, by)
}

fn check_words(reason: &str, by: &str) -> Result<(), Text> {
    if reason.trim().is_empty() {
        return Err(words::correction_without_reason());
    }
    let length = reason.trim().chars().count();
    if length > Correction::REASON_MAX {
        return Err(words::correction_reason_long(length, Correction::REASON_MAX));
    }
    if by.trim().is_empty() || by.trim().chars().count() > PERSON_MAX {
        return Err(words::correction_without_person(PERSON_MAX));
    }
    Ok(())
}

fn enter(tables: &Tables<'_>, correction: &Correction) -> Result<Result<i64, Text>, StoreError> {
    let Correction { series, from, to, kind, reason, by, at, .. } = correction;
    let (from_ms, to_ms) = (from.as_millisecond(), to.as_millisecond());
    let Some(id) = series::find(tables.connection, series)? else {
        return Ok(Err(words::correction_of_nothing(Argument::of(series))));
    };
    if let Some(problem) = purged(tables, from_ms, *kind)? {
        return Ok(Err(problem));
    }
    let (kind_id, shift) = match kind {
        CorrectionKind::Note => ("note", None),
        CorrectionKind::Wrong => ("wrong", None),
        CorrectionKind::Shift { by } => ("shift", Some(*by)),
    };
    let (reason, by) = (reason.trim(), by.trim());
    let same: Option<i64> = tables
        .prepare(
            "SELECT id FROM correction WHERE withdrawn_ms IS NULL AND series = ?1 AND from_ms = ?2 AND to_ms = ?3
                 AND kind = ?4 AND shift IS ?5 AND (kind <> 'note' OR reason = ?6) LIMIT 1",
        )?
        .query_row(params![id, from_ms, to_ms, kind_id, shift, reason], |row| row.get(0))
        .optional()?;
    if let Some(same) = same {
        return Ok(Err(words::correction_twice(same)));
    }
    if let Some(problem) = full(tables, id, *kind)? {
        return Ok(Err(problem));
    }
    tables
        .prepare(
            "INSERT INTO correction (series, from_ms, to_ms, kind, shift, reason, person, at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![id, from_ms, to_ms, kind_id, shift, reason, by, at.as_millisecond()])?;
    let number = tables.connection.last_insert_rowid();
    if *kind != CorrectionKind::Note {
        note_hours(tables, id, (from_ms, to_ms))?;
    }
    Ok(Ok(number))
}

/// Why there is no room for one more of series `id`: a note among notes, or a correction among corrections.
fn full(tables: &Tables<'_>, id: i64, kind: CorrectionKind) -> Result<Option<Text>, StoreError> {
    let is_note = kind == CorrectionKind::Note;
    let count = |sql: &str, id: Option<i64>| -> Result<u64, StoreError> {
        let mut statement = tables.prepare(sql)?;
        Ok(match id {
            Some(id) => statement.query_row(params![is_note, id], |row| row.get(0))?,
            None => statement.query_row([is_note], |row| row.get(0))?,
        })
    };
    let said = |most, notes: fn(u64) -> Text, corrections: fn(u64) -> Text| {
        Ok(Some(if is_note { notes(most) } else { corrections(most) }))
    };
    let own = "SELECT count(*) FROM correction
         WHERE withdrawn_ms IS NULL AND (kind = 'note') = ?1 AND series = ?2";
    let in_force =
        "SELECT count(*) FROM correction WHERE withdrawn_ms IS NULL AND (kind = 'note') = ?1";
    let ever = "SELECT count(*) FROM correction WHERE (kind = 'note') = ?1";
    if count(own, Some(id))? >= OF_SERIES_MAX {
        let (notes, others) = (words::notes_of_series_full, words::corrections_of_series_full);
        return said(OF_SERIES_MAX, notes, others);
    }
    if count(in_force, None)? >= IN_FORCE_MAX {
        return said(IN_FORCE_MAX, words::notes_full, words::corrections_full);
    }
    if count(ever, None)? >= EVER_MAX {
        return said(EVER_MAX, words::notes_full_for_ever, words::corrections_full_for_ever);
    }
    Ok(None)
}

/// Why hours from `from_ms` on cannot be folded anew: readings of them were let go of. A note changes none.
fn purged(
    tables: &Tables<'_>,
    from_ms: i64,
    kind: CorrectionKind,
) -> Result<Option<Text>, StoreError> {
    let Some(raw_from_ms) = tables.raw_from_ms.filter(|_| kind != CorrectionKind::Note) else {
        return Ok(None);
    };
    if hour_start_ms(from_ms) >= raw_from_ms {
        return Ok(None);
    }
    let raw_from = instant(raw_from_ms)?;
    let mut day = tables.calendar.day_of(raw_from);
    if tables.calendar.start_of(day) < raw_from {
        day = day.saturating_add(1.day());
    }
    Ok(Some(words::correction_of_purged(day.to_string())))
}

fn end(
    tables: &Tables<'_>,
    id: i64,
    withdrawal: &Withdrawal,
) -> Result<Result<(), Text>, StoreError> {
    let found = tables
        .prepare("SELECT series, from_ms, to_ms, kind, withdrawn_ms IS NOT NULL FROM correction WHERE id = ?1")?
        .query_row([id], |row| {
            let (series, from_ms): (i64, i64) = (row.get(0)?, row.get(1)?);
            let (to_ms, kind): (i64, String) = (row.get(2)?, row.get(3)?);
            Ok((series, (from_ms, to_ms), kind, row.get::<_, bool>(4)?))
        })
        .optional()?;
    let Some((series, span, kind, is_withdrawn)) = found else {
        return Ok(Err(words::correction_unknown(id)));
    };
    if is_withdrawn {
        return Ok(Err(words::correction_withdrawn_before(id)));
    }
    let is_note = kind == "note";
    if !is_note && purged(tables, span.0, CorrectionKind::Wrong)?.is_some() {
        return Ok(Err(words::correction_stays(id)));
    }
    let Withdrawal { reason, by, at } = withdrawal;
    tables
        .prepare(
            "UPDATE correction SET withdrawn_reason = ?2, withdrawn_person = ?3, withdrawn_ms = ?4 WHERE id = ?1",
        )?
        .execute(params![id, reason, by, at.as_millisecond()])?;
    if !is_note {
        note_hours(tables, series, span)?;
    }
    Ok(Ok(()))
}

/// Notes the hours of a span that have cells; the last one that is noted has one, since an hour that is noted by itself
/// is folded in any case.
fn note_hours(
    tables: &Tables<'_>,
    id: i64,
    (from_ms, to_ms): (i64, i64),
) -> Result<(), StoreError> {
    let span = (hour_start_ms(from_ms), to_ms);
    let first = hours::with_cells(tables, id, span, 1)?.first().copied();
    let last = hours::last_with_cell(tables, id, span)?;
    if let Some(span) = first.zip(last) {
        pending::note_span(tables.connection, id, span)?;
    }
    Ok(())
}
