//! Lets go of readings that are older than they are to be kept. Hours and days stay.

use std::path::PathBuf;
use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use tokio_util::sync::CancellationToken;

use crate::core::Calendar;
use crate::store::Sqlite;
use crate::support::Clock;

/// How often it is looked whether there is something to let go of.
const EACH: Duration = Duration::from_secs(6 * 3600);

/// Readings that go in one commit: what takes readings in waits for it a fraction of a second.
const TOGETHER: u32 = 20_000;

/// The first instant of what is to be kept at `now`: days are kept whole.
fn kept_from(calendar: &Calendar, now: Timestamp, months: u32) -> Timestamp {
    let first = calendar.day_of(now).saturating_sub(i64::from(months).months());
    calendar.start_of(first)
}

/// Lets go until `stop`.
///
/// # Errors
/// The store cannot be opened, or the thread that does it panicked.
pub async fn keep(
    path: PathBuf,
    months: u32,
    calendar: Calendar,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut store = Sqlite::open(&path)?;
    loop {
        let before = kept_from(&calendar, clock.now(), months);
        let mut gone = 0;
        loop {
            let done;
            (store, done) = tokio::task::spawn_blocking(move || {
                let done = store.let_go(before, TOGETHER);
                (store, done)
            })
            .await?;
            match done {
                Ok(now) => {
                    gone += now;
                    if now < u64::from(TOGETHER) || stop.is_cancelled() {
                        break;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot let go of old readings; tried again later");
                    break;
                }
            }
        }
        if gone > 0 {
            tracing::info!(gone, %before, "old readings let go of; their hours and days stay");
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(EACH) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    #[test]
    fn months_are_those_of_the_office_and_days_are_whole() {
        let calendar = Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), 8);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // The 31st of March in China, before eight: still the 30th.
        let now = at("2026-03-30T23:00:00Z");
        assert_eq!(kept_from(&calendar, now, 1), at("2026-02-28T00:00:00Z"));
        assert_eq!(kept_from(&calendar, now, 24), at("2024-03-30T00:00:00Z"));
    }
}
