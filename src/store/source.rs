//! Who sent the rows: a gateway's epoch, and the day on which the hub received them.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use crate::core::{Calendar, GatewayId};
use crate::wire::Epoch;

/// The longest that a day of reception is, ms.
const DAY_MS: i64 = 86_400_000;

/// Epochs of a gateway that readings are taken of in one day: an epoch begins with a new spool, which is rare. Without
/// a bound, one that makes up epochs would fill the table. Engineering judgement.
pub(super) const EPOCHS_A_DAY_MAX: u64 = 64;

/// The epoch of rows that came through a server, which does not say of which epoch they are.
pub(super) const COPIED: Epoch = Epoch(0);

/// Numbers of senders, each looked up once a day.
#[derive(Default)]
pub(super) struct Sources {
    ids: HashMap<(GatewayId, Epoch), i64>,
    day_ms: i64,
    /// How many values a gateway has replaced, where that was looked up.
    replaced: HashMap<GatewayId, u64>,
}

impl Sources {
    /// The number of the sender on the day that begins at `day_ms`, given to it now if it has none; `None` where the
    /// gateway has sent of too many epochs on that day.
    pub fn id(
        &mut self,
        connection: &Connection,
        (gateway, epoch): (&GatewayId, Epoch),
        day_ms: i64,
    ) -> Result<Option<i64>, StoreError> {
        if self.day_ms != day_ms {
            self.ids.clear();
            self.day_ms = day_ms;
        }
        let key = (gateway.clone(), epoch);
        if let Some(id) = self.ids.get(&key) {
            return Ok(Some(*id));
        }
        let row = params![gateway.as_str(), epoch.to_string(), day_ms];
        let mut find = connection.prepare_cached(
            "SELECT id FROM source WHERE gateway = ?1 AND epoch = ?2 AND day_ms = ?3",
        )?;
        let mut id: Option<i64> = find.query_row(row, |row| row.get(0)).optional()?;
        if id.is_none() {
            let known: u64 = connection
                .prepare_cached("SELECT count(*) FROM source WHERE gateway = ?1 AND day_ms = ?2")?
                .query_row(params![gateway.as_str(), day_ms], |row| row.get(0))?;
            if known >= EPOCHS_A_DAY_MAX {
                return Ok(None);
            }
            connection
                .prepare_cached("INSERT INTO source (gateway, epoch, day_ms) VALUES (?1, ?2, ?3)")?
                .execute(row)?;
            id = Some(connection.last_insert_rowid());
        }
        self.ids.extend(id.map(|id| (key, id)));
        Ok(id)
    }

    /// How many values of others, or of its own, this gateway has replaced and the file still keeps.
    pub fn replaced(
        &mut self,
        connection: &Connection,
        gateway: &GatewayId,
    ) -> Result<u64, StoreError> {
        if let Some(count) = self.replaced.get(gateway) {
            return Ok(*count);
        }
        let count = connection.query_row(
            "SELECT count(*) FROM source JOIN replaced ON by_source = source.id WHERE gateway = ?1",
            [gateway.as_str()],
            |row| row.get(0),
        )?;
        self.replaced.insert(gateway.clone(), count);
        Ok(count)
    }

    /// Counts one more value that this gateway has replaced.
    pub fn note_replaced(&mut self, gateway: &GatewayId) {
        self.replaced.entry(gateway.clone()).and_modify(|count| *count += 1);
    }

    /// Forgets all: numbers given in a transaction that failed do not exist.
    pub fn forget(&mut self) {
        self.ids.clear();
        self.replaced.clear();
    }
}

/// Start of the office's day, ms: the instant that a person means who names a day. Where clocks are put back, the day's
/// 25th hour counts as a day of its own, so that none is longer than 24 hours.
pub(super) fn day_start(calendar: &Calendar, at: Timestamp) -> i64 {
    let start = calendar.start_of(calendar.day_of(at)).as_millisecond();
    if at.as_millisecond().saturating_sub(start) < DAY_MS { start } else { start + DAY_MS }
}

/// Whether what came on the day of reception that begins at `day_ms` may have come after `since`. It asks nothing of
/// the calendar, since the file's may have changed in the meantime.
pub(super) fn may_have_come_since(day_ms: i64, since: Timestamp) -> bool {
    day_ms > last_day_before(since)
}

/// The last start of a day of reception whose rows have all come before `since`, ms.
pub(super) fn last_day_before(since: Timestamp) -> i64 {
    since.as_millisecond().saturating_sub(DAY_MS)
}

/// The gateway of a sender's number.
pub(super) fn gateway_of(connection: &Connection, id: i64) -> Result<Option<String>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT gateway FROM source WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use jiff::tz::TimeZone;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn calendar(zone: &str, hour: i8) -> Calendar {
        Calendar::new(TimeZone::get(zone).unwrap(), hour)
    }

    #[test]
    fn a_day_of_reception_is_the_offices_and_has_at_most_24_hours() {
        let start = |calendar: &Calendar, text| {
            Timestamp::from_millisecond(day_start(calendar, at(text))).unwrap().to_string()
        };
        let china = calendar("Asia/Shanghai", 0);
        assert_eq!(start(&china, "2026-11-19T15:59:59.999Z"), "2026-11-18T16:00:00Z");
        assert_eq!(start(&china, "2026-11-19T16:00:00Z"), "2026-11-19T16:00:00Z");
        let eight = calendar("Asia/Shanghai", 8);
        assert_eq!(start(&eight, "2026-11-19T23:59:00Z"), "2026-11-19T00:00:00Z");
        // Clocks are put back on 25 October.
        let berlin = calendar("Europe/Berlin", 0);
        assert_eq!(start(&berlin, "2026-10-25T21:59:00Z"), "2026-10-24T22:00:00Z");
        assert_eq!(start(&berlin, "2026-10-25T22:30:00Z"), "2026-10-25T22:00:00Z");
        assert_eq!(start(&berlin, "2026-10-25T23:00:00Z"), "2026-10-25T23:00:00Z");
    }

    #[test]
    fn nothing_that_came_since_is_missed_whatever_the_calendar_was() {
        for calendar in
            [calendar("Asia/Shanghai", 0), calendar("UTC", 0), calendar("Europe/Berlin", 8)]
        {
            for hours in 0..100 {
                let since = at("2026-10-24T00:00:00Z") + SignedDuration::from_hours(hours);
                assert!(may_have_come_since(day_start(&calendar, since), since), "{since}");
            }
        }
        // By the local midnight it is exact.
        let (china, since) = (calendar("Asia/Shanghai", 0), at("2026-11-19T16:00:00Z"));
        assert!(!may_have_come_since(day_start(&china, at("2026-11-19T15:59:59Z")), since));
    }
}
