//! The present that gateways agree on. Nothing is sealed or let go of by the hub's clock alone: where that is ahead,
//! what is new would be taken for old. Nor is anything by what gateways agree on alone: the earlier of both counts.
//!
//! Of each gateway the file keeps how far its readings have reached. The present is the newest instant that two
//! gateways have reached, or the only one where there is one: a single gateway whose clock is ahead does not move it,
//! also where the hub's clock is ahead with it. Gateways count that were heard on one of the last days on which any
//! was. These days are taken in the order in which they came, so that a clock that jumps ages no gateway, while one
//! that was taken down holds nothing back for long. As long as no gateway is heard, the present stays where it is.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use super::StoreError;
use crate::core::{GatewayId, Reading};
use crate::wire::Batch;

/// Days of reception whose gateways count when rows are sealed. One that falls silent holds that up for two days.
/// Engineering judgement.
pub(super) const DAYS_TO_SEAL: usize = 2;

/// Days of reception whose gateways count when readings are let go of, which cannot be undone. Engineering judgement: a
/// gateway is repaired within a month, or not at all.
pub(super) const DAYS_TO_LET_GO: usize = 30;

/// Days of reception for which a time must have lasted before anything is let go of by it: where gateways and the hub
/// are ahead together, as on one machine, nothing else tells. Engineering judgement: within a week somebody sees that
/// the date on the page is wrong.
const DAYS_TO_BELIEVE: usize = 7;

/// How far readings reach that are about to be stored.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Coming {
    /// Of gateways, ms.
    by: BTreeMap<GatewayId, i64>,
    /// Of a person, or of nobody known, ms: they are there, so their time has come.
    by_hand: Option<i64>,
}

impl Coming {
    /// Of what gateways send.
    pub fn sent(batches: &[Batch]) -> Self {
        let mut coming = Self::default();
        for batch in batches {
            if let Some(newest_ms) = newest_ms(batch) {
                coming.note(Some(&batch.gateway), newest_ms);
            }
        }
        coming
    }

    /// Of what a person imports.
    pub fn imported(batches: &[Batch]) -> Self {
        let readings = batches.iter().flat_map(|batch| &batch.readings);
        Self { by_hand: readings.map(at_ms).max(), ..Self::default() }
    }

    /// Of what a server holds, with who sent it.
    pub fn copied(readings: &[(Option<GatewayId>, Reading)]) -> Self {
        let mut coming = Self::default();
        for (gateway, reading) in readings {
            coming.note(gateway.as_ref(), at_ms(reading));
        }
        coming
    }

    fn note(&mut self, gateway: Option<&GatewayId>, at_ms: i64) {
        let Some(gateway) = gateway else {
            self.by_hand = self.by_hand.max(Some(at_ms));
            return;
        };
        match self.by.get_mut(gateway) {
            Some(newest_ms) => *newest_ms = at_ms.max(*newest_ms),
            None => {
                self.by.insert(gateway.clone(), at_ms);
            }
        }
    }

    /// The gateways, with how far their readings reach, ms.
    pub fn by_gateway(&self) -> impl Iterator<Item = (&GatewayId, i64)> {
        self.by.iter().map(|(gateway, newest_ms)| (gateway, *newest_ms))
    }
}

fn at_ms(reading: &Reading) -> i64 {
    reading.observed_at.as_millisecond()
}

/// How far the readings of a batch reach, ms; `None` where there are none, or the gateway did not know the time.
pub(super) fn newest_ms(batch: &Batch) -> Option<i64> {
    let knows_the_time = batch.clock.is_none_or(|clock| !clock.provisional);
    batch.readings.iter().map(at_ms).max().filter(|_| knows_the_time)
}

/// Notes how far readings of gateways reach that came through a server.
pub(super) fn note(connection: &Connection, coming: &Coming) -> Result<(), StoreError> {
    let mut update = connection.prepare_cached(
        "UPDATE epoch SET newest_ms = ?2 WHERE gateway = ?1 AND coalesce(newest_ms, ?2 - 1) < ?2
             AND epoch = (SELECT epoch FROM epoch WHERE gateway = ?1 ORDER BY heard_ms DESC LIMIT 1)",
    )?;
    for (gateway, newest_ms) in coming.by_gateway() {
        update.execute(params![gateway.as_str(), newest_ms])?;
    }
    Ok(())
}

/// The present that the gateways agree on that were heard on the last `days` days of reception, with those that are
/// `coming`, ms. `None` where no gateway's readings are known.
pub(super) fn agreed_ms(
    connection: &Connection,
    coming: &Coming,
    days: usize,
) -> Result<Option<i64>, StoreError> {
    let mut names = heard_lately(connection, days)?;
    names.extend(coming.by.keys().map(ToString::to_string));
    let mut revoked = connection.prepare_cached("SELECT gateway FROM revoked")?;
    let mut rows = revoked.query([])?;
    while let Some(row) = rows.next()? {
        names.remove(&row.get::<_, String>(0)?);
    }
    let mut find =
        connection.prepare_cached("SELECT max(newest_ms) FROM epoch WHERE gateway = ?1")?;
    let mut reached: BTreeMap<String, Option<i64>> = BTreeMap::new();
    for name in names {
        let newest_ms = find.query_row([&name], |row| row.get(0))?;
        reached.insert(name, newest_ms);
    }
    for (gateway, newest_ms) in coming.by_gateway() {
        if let Some(reached) = reached.get_mut(gateway.as_str()) {
            *reached = (*reached).max(Some(newest_ms));
        }
    }
    Ok(reached_by_two(reached.into_values().collect()).max(coming.by_hand))
}

/// The newest instant that two have reached, or the only one. One of which nothing is known has reached none.
fn reached_by_two(mut reached: Vec<Option<i64>>) -> Option<i64> {
    reached.sort_unstable();
    match reached.as_slice() {
        [] => None,
        [only] => *only,
        [.., second, _] => *second,
    }
}

/// The gateways of which rows came on one of the last `days` days of reception.
fn heard_lately(connection: &Connection, days: usize) -> Result<BTreeSet<String>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT gateway, day_ms FROM source ORDER BY id DESC")?;
    let mut rows = statement.query([])?;
    let (mut names, mut seen) = (BTreeSet::new(), BTreeSet::<i64>::new());
    while let Some(row) = rows.next()? {
        seen.insert(row.get(1)?);
        if seen.len() > days {
            break;
        }
        names.insert(row.get(0)?);
    }
    Ok(names)
}

/// The earliest of the last seven days of reception, ms; `None` where there are fewer. The last are those that came
/// last, whatever their dates: so a clock that jumps, to and fro, takes a week to move it forward.
pub(super) fn lasted_ms(connection: &Connection) -> Result<Option<i64>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT day_ms FROM source ORDER BY id DESC")?;
    let mut rows = statement.query([])?;
    let mut seen = BTreeSet::<i64>::new();
    while let Some(row) = rows.next()? {
        seen.insert(row.get(0)?);
        if seen.len() == DAYS_TO_BELIEVE {
            return Ok(seen.first().copied());
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_ahead_or_unknown_moves_nothing() {
        let day = 86_400_000;
        assert_eq!(reached_by_two(vec![]), None);
        assert_eq!(reached_by_two(vec![None]), None);
        assert_eq!(reached_by_two(vec![Some(day)]), Some(day));
        assert_eq!(reached_by_two(vec![Some(800 * day), Some(day)]), Some(day));
        assert_eq!(reached_by_two(vec![Some(day), None]), None);
        assert_eq!(reached_by_two(vec![Some(day), Some(800 * day), Some(day + 1)]), Some(day + 1));
        // One that was taken down long ago holds up nothing where two others are there.
        assert_eq!(reached_by_two(vec![Some(0), Some(day), Some(day + 1)]), Some(day));
    }
}
