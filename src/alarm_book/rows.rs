//! Alarms, letters and deliveries as rows.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::outbox::{Delivery, State};
use super::unread::Unread;
use crate::alarm::{Acknowledged, Alarm, Cleared, Key, Kind, Letter, Told, both};

/// The columns of an alarm, in the order in which they are read and written.
const COLUMNS: &str = "id, kind, subject, name_zh, name_en, said_zh, said_en, value, limit_value, raised_ms, told_ms, told_in, \
    acknowledged_by, acknowledged_ms, acknowledged_note, escalated_ms, cleared_ms, cleared_zh, cleared_en, removed, \
    clear_told_ms, clear_told_in";

/// The time in a column of milliseconds. One that is none, which only somebody else can have written, is that of 1970.
pub(super) fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}

/// The alarms of which `condition` holds. Those that cannot be read, such as those of a kind or subject that nobody
/// knows, are passed over.
pub(super) fn alarms(
    (db, unread): (&Connection, &Unread),
    condition: &str,
    arguments: impl rusqlite::Params,
) -> rusqlite::Result<Vec<Alarm>> {
    let query = format!("SELECT {COLUMNS} FROM alarm WHERE {condition}");
    let mut statement = db.prepare_cached(&query)?;
    let found = statement.query_map(arguments, |row| {
        let id: i64 = row.get(0)?;
        let name = || format!("alarm {id}");
        let read = unread.pass(name(), alarm(row))?;
        if read == Some(None) {
            unread.note(name(), "of a kind or subject that is not known");
        }
        Ok(read.flatten())
    })?;
    Ok(found.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn alarm(row: &Row<'_>) -> rusqlite::Result<Option<Alarm>> {
    let (kind, subject): (String, String) = (row.get(1)?, row.get(2)?);
    let (Some(kind), Ok(subject)) = (Kind::from_id(&kind), subject.parse()) else {
        return Ok(None);
    };
    let at = |column: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(time));
    let text = |column: usize| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
    let told = |column: usize| {
        let at = at(column)?;
        at.map(|at| Ok::<_, rusqlite::Error>(Told { at, letter: text(column + 1)? })).transpose()
    };
    let acknowledged = at(13)?
        .map(|at| Ok::<_, rusqlite::Error>(Acknowledged { by: text(12)?, at, note: text(14)? }));
    let cleared = at(16)?.map(|at| {
        let said = both::text(text(17)?, text(18)?);
        Ok::<_, rusqlite::Error>(Cleared { at, said, removed: row.get(19)? })
    });
    Ok(Some(Alarm {
        id: row.get(0)?,
        key: Key { kind, subject },
        name: both::text(row.get(3)?, row.get(4)?),
        said: both::text(row.get(5)?, row.get(6)?),
        value: row.get(7)?,
        limit: row.get(8)?,
        raised_at: time(row.get(9)?),
        told: told(10)?,
        acknowledged: acknowledged.transpose()?,
        escalated_at: at(15)?,
        cleared: cleared.transpose()?,
        clear_told: told(20)?,
    }))
}

/// Writes an alarm as it is. Who was the first to acknowledge it stays so: another program may have noted it.
pub(super) fn put_alarm(db: &Connection, alarm: &Alarm) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT INTO alarm ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, \
         ?17, ?18, ?19, ?20, ?21, ?22) ON CONFLICT (id) DO UPDATE SET said_zh = excluded.said_zh, \
         said_en = excluded.said_en, value = excluded.value, limit_value = excluded.limit_value, told_ms = excluded.told_ms, told_in = excluded.told_in, \
         acknowledged_by = coalesce(acknowledged_by, excluded.acknowledged_by), \
         acknowledged_ms = coalesce(acknowledged_ms, excluded.acknowledged_ms), \
         acknowledged_note = coalesce(acknowledged_note, excluded.acknowledged_note), \
         escalated_ms = excluded.escalated_ms, cleared_ms = excluded.cleared_ms, cleared_zh = excluded.cleared_zh, \
         cleared_en = excluded.cleared_en, removed = excluded.removed, clear_told_ms = excluded.clear_told_ms, \
         clear_told_in = excluded.clear_told_in"
    );
    let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
    let ([name_zh, name_en], [said_zh, said_en]) = (both::of(&alarm.name), both::of(&alarm.said));
    let acknowledged = alarm.acknowledged.as_ref();
    let cleared = alarm.cleared.as_ref();
    let cleared_said = cleared.map(|cleared| both::of(&cleared.said));
    let (told, clear_told) = (alarm.told.as_ref(), alarm.clear_told.as_ref());
    db.prepare_cached(&sql)?.execute(params![
        alarm.id,
        alarm.key.kind.id(),
        alarm.key.subject.to_string(),
        name_zh,
        name_en,
        said_zh,
        said_en,
        alarm.value,
        alarm.limit,
        alarm.raised_at.as_millisecond(),
        ms(told.map(|told| told.at)),
        told.map(|told| &told.letter),
        acknowledged.map(|acknowledged| &acknowledged.by),
        ms(acknowledged.map(|acknowledged| acknowledged.at)),
        acknowledged.map(|acknowledged| &acknowledged.note),
        ms(alarm.escalated_at),
        ms(alarm.cleared_at()),
        cleared_said.as_ref().map(|[zh, _]| zh),
        cleared_said.as_ref().map(|[_, en]| en),
        cleared.is_some_and(|cleared| cleared.removed),
        ms(clear_told.map(|told| told.at)),
        clear_told.map(|told| &told.letter),
    ])?;
    Ok(())
}

/// Writes a letter, unless it is there, and its deliveries as they are.
pub(super) fn put_letter<'a>(
    db: &Connection,
    letter: &Letter,
    deliveries: impl Iterator<Item = (&'a String, &'a Delivery)>,
) -> rusqlite::Result<()> {
    let body = serde_json::to_string(letter)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    db.prepare_cached("INSERT OR IGNORE INTO letter (id, at_ms, occasion, urgent, body) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![letter.id, letter.at.as_millisecond(), letter.occasion.id(), letter.urgent, body])?;
    let sql = "INSERT OR REPLACE INTO delivery (letter, channel, state, tries, next_ms, error_zh, error_en, sent_ms) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    for (channel, delivery) in deliveries {
        let [zh, en] = both::of(&delivery.error);
        db.prepare_cached(sql)?.execute(params![
            letter.id,
            channel,
            delivery.state.id(),
            delivery.tries,
            delivery.next_at.as_millisecond(),
            zh,
            en,
            delivery.sent_at.map(Timestamp::as_millisecond),
        ])?;
    }
    Ok(())
}

/// The deliveries of a letter by channel, but for those that cannot be read.
pub(super) fn deliveries(
    (db, unread): (&Connection, &Unread),
    letter: &str,
) -> rusqlite::Result<Vec<(String, Delivery)>> {
    let query = "SELECT channel, state, tries, next_ms, error_zh, error_en, sent_ms FROM delivery WHERE letter = ?1";
    let mut statement = db.prepare_cached(query)?;
    let mut found = statement.query([letter])?;
    let (mut all, mut number) = (Vec::new(), 0);
    while let Some(row) = found.next()? {
        number += 1;
        all.extend(unread.pass(format!("delivery {number} of {letter}"), delivery(row))?);
    }
    Ok(all)
}

fn delivery(row: &Row<'_>) -> rusqlite::Result<(String, Delivery)> {
    let state: String = row.get(1)?;
    let delivery = Delivery {
        state: State::from_id(&state),
        tries: row.get(2)?,
        next_at: time(row.get(3)?),
        error: both::text(row.get(4)?, row.get(5)?),
        sent_at: row.get::<_, Option<i64>>(6)?.map(time),
    };
    Ok((row.get(0)?, delivery))
}

/// The letters of which `condition` holds. A letter of a newer program, or one that somebody has changed, cannot be
/// read and is passed over.
pub(super) fn letters(
    (db, unread): (&Connection, &Unread),
    condition: &str,
    arguments: impl rusqlite::Params,
) -> rusqlite::Result<Vec<Letter>> {
    let query = format!("SELECT rowid, body FROM letter WHERE {condition}");
    let mut statement = db.prepare_cached(&query)?;
    let mut found = statement.query(arguments)?;
    let mut letters = Vec::new();
    while let Some(row) = found.next()? {
        let name = format!("letter {}", row.get::<_, i64>(0)?);
        let Some(body) = unread.pass(name.clone(), row.get::<_, String>(1))? else { continue };
        match serde_json::from_str(&body) {
            Ok(letter) => letters.push(letter),
            Err(error) => unread.note(name, error),
        }
    }
    Ok(letters)
}
