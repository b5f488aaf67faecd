//! How the registers of counters behave.

use std::collections::BTreeMap;

use super::{Sqlite, StoreError};
use crate::core::Series;
use crate::wire::CounterSpec;

impl Sqlite {
    /// How the registers of counters behave, of those of which it is known.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn counters(&self) -> Result<BTreeMap<Series, CounterSpec>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT name, modulus, max_rate_per_hour FROM series
             WHERE modulus IS NOT NULL OR max_rate_per_hour IS NOT NULL",
        )?;
        let mut rows = statement.query([])?;
        let mut counters = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let series = row.get::<_, String>(0)?.parse();
            let counter = CounterSpec { modulus: row.get(1)?, max_rate_per_hour: row.get(2)? };
            counters.insert(series.map_err(StoreError::Corrupt)?, counter);
        }
        Ok(counters)
    }
}
