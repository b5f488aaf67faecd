//! Days of a series, also where the township's days begin at another hour than those that the store keeps.

use crate::core::{Calendar, DayCell, Period, Series};
use crate::store::{Sqlite, StoreError};

/// The days of `series` within `period`, by `calendar`.
///
/// # Errors
/// The store cannot be read.
pub(super) fn days(
    store: &Sqlite,
    calendar: &Calendar,
    series: &Series,
    period: Period,
) -> Result<Vec<DayCell>, StoreError> {
    if store.calendar() == calendar {
        return store.days(series, period);
    }
    // The township's days begin at another hour since, and the hub has not been started again.
    let (from, to) = calendar.bounds(period);
    let hours = store.hours(series, from, to)?;
    Ok(DayCell::fold(&hours, calendar))
}
