//! Readings that no longer count, since the gateway that sent them was revoked.

use std::collections::BTreeSet;

use super::{Pin, Revocation, Sqlite, StoreError, pins};
use crate::core::{Period, Series, StationId};

/// What is rejected of a revoked gateway within some days.
#[derive(Debug, Clone, PartialEq)]
pub struct RejectedReadings {
    pub revocation: Revocation,
    pub readings: u64,
    /// The stations that they are of.
    pub stations: BTreeSet<StationId>,
}

impl Sqlite {
    /// What is rejected in `period`, by gateway; gateways of which nothing is are left out.
    pub fn rejected_in(&self, period: Period) -> Result<Vec<RejectedReadings>, StoreError> {
        let (from, to) = self.calendar.bounds(period);
        let span = (from.as_millisecond(), to.as_millisecond());
        let mut found = Vec::new();
        for revocation in pins::revocations(&self.connection)? {
            let mut statement = self.connection.prepare_cached(
                "SELECT name, count(*) FROM replaced JOIN series ON series.id = replaced.series
                 WHERE revoked = ?1 AND at_ms >= ?2 AND at_ms < ?3 GROUP BY replaced.series",
            )?;
            let mut rows = statement.query((revocation.gateway.as_str(), span.0, span.1))?;
            let (mut readings, mut stations) = (0, BTreeSet::new());
            while let Some(row) = rows.next()? {
                let series: String = row.get(0)?;
                let series: Series = series.parse().map_err(StoreError::Corrupt)?;
                stations.insert(series.station);
                readings += row.get::<_, u64>(1)?;
            }
            if readings > 0 {
                found.push(RejectedReadings { revocation, readings, stations });
            }
        }
        Ok(found)
    }

    /// The revoked gateways, by name.
    pub fn revocations(&self) -> Result<Vec<Revocation>, StoreError> {
        pins::revocations(&self.connection)
    }

    /// The pinned stations, by station.
    pub fn pins(&self) -> Result<Vec<Pin>, StoreError> {
        pins::all(&self.connection)
    }
}
