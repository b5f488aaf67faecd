//! The calendar by which a township counts its days.

use anyhow::Context;
use jiff::tz::TimeZone;

use crate::core::Calendar;
use crate::water::Township;

/// The calendar of a township; an error where its zone is unknown.
pub fn calendar(township: &Township) -> anyhow::Result<Calendar> {
    let zone =
        TimeZone::get(&township.zone).with_context(|| format!("zone {:?}", township.zone))?;
    Ok(Calendar::new(zone, township.day_start_hour))
}
