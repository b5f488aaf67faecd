//! Refuses readings with impossible times: a wrong clock must not spoil days, or give the latest reading for years.

use jiff::{SignedDuration, Timestamp};

use crate::account;
use crate::core::{Reading, Series};
use crate::locales::{Argument, hub as words};
use crate::store::{Latest, Refused, Sqlite, StoreError};
use crate::wire::{Batch, Status};

/// How far a gateway's clock may be ahead of the hub's: one that is set to local time instead of UTC is eight hours
/// ahead in China, and at most fourteen anywhere. Engineering judgement.
pub(super) const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24);

/// 2000-01-01, s: no reading of ours is older. A clock without a battery starts in 1970, some in 1980.
const OLDEST_S: i64 = 946_684_800;

/// 2054-01-01, s: no gateway is in service for thirty years, so no true time is later. A gateway never believes one.
const LATEST_S: i64 = 1_704_067_200 + 30 * 31_557_600;

/// Whether a time is so far ahead of `now` that a reading of it says nothing of now: the clock of its gateway is wrong,
/// or the hub's own was set back.
pub(super) fn is_ahead(at: Timestamp, now: Timestamp) -> bool {
    at.duration_since(now) > account::AHEAD_MAX
}

/// The end of what is not ahead of the clock: readings are made at whole milliseconds, the last one before it.
pub(super) fn end_of_now(now: Timestamp) -> Timestamp {
    let ahead = account::AHEAD_MAX + SignedDuration::from_millis(1);
    now.saturating_add(ahead).unwrap_or(Timestamp::MAX)
}

/// The last readings of `series` that are not ahead of the clock, and the time of the last of all where that is.
pub(super) fn latest_of_now(
    store: &Sqlite,
    series: &Series,
    now: Timestamp,
) -> Result<(Option<Latest>, Option<Timestamp>), StoreError> {
    let latest = store.latest(series)?;
    let at = latest.as_ref().map(|latest| latest.last.observed_at);
    match at.filter(|at| is_ahead(*at, now)) {
        None => Ok((latest, None)),
        ahead_at => {
            let until = now.saturating_add(account::AHEAD_MAX).unwrap_or(Timestamp::MAX);
            Ok((store.latest_until(series, until)?, ahead_at))
        }
    }
}

/// Takes the readings out of `batches` whose time cannot be right at `now`.
pub fn refuse(batches: &mut [Batch], now: Timestamp) -> Vec<Refused> {
    let mut refused = Vec::new();
    for batch in batches {
        let wrong = |reading: &Reading| {
            let at = reading.observed_at;
            !is_possible(at) || at.duration_since(now) > AHEAD_MAX
        };
        let readings: Vec<Reading> =
            batch.readings.extract_if(.., |reading| wrong(reading)).collect();
        let Some(first) = readings.first() else { continue };
        let [series, at] = [Argument::of(&first.series), Argument::of(first.observed_at)];
        let now = Argument::of(now);
        let problem = match is_possible(first.observed_at) {
            true => words::impossible_time(series, at, now),
            false => words::time_never_set(series, at, now),
        };
        refused.push(Refused::new(batch, readings, problem));
    }
    refused
}

/// The status with a start that can be right at `now`: one that lies further ahead than a clock may be wrong would make
/// its gateway seen then, for years.
pub fn believable(mut status: Status, now: Timestamp) -> Status {
    if status.since.duration_since(now) > AHEAD_MAX {
        status.since = now;
    }
    status
}

/// Whether the clock of a gateway can be right that shows this.
pub fn is_believable(at: Timestamp) -> bool {
    is_possible(at) && at.as_second() <= LATEST_S
}

/// Whether a gateway can have been there at that time; not where its clock was never set.
pub fn is_possible(at: Timestamp) -> bool {
    at.as_second() >= OLDEST_S
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;
    use crate::wire::{Epoch, GatewayState};

    #[test]
    fn impossible_times_are_refused_and_the_rest_stays() {
        let now: Timestamp = "2026-11-26T00:00:00Z".parse().unwrap();
        let read =
            |at: &str| Reading::good("pond-1/level".parse().unwrap(), at.parse().unwrap(), 1.0);
        let good =
            ["2000-01-01T00:00:00Z", "2026-11-26T08:00:00Z", "2026-11-27T00:00:00Z"].map(read);
        let bad =
            ["1970-01-01T00:05:00Z", "2026-11-27T00:00:00.001Z", "2100-01-01T00:00:00Z"].map(read);
        let batch = |seq, readings: Vec<Reading>| Batch {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(1),
            seq,
            clock: None,
            loss: None,
            readings,
        };
        let mixed = [&good[..], &bad[..]].concat();
        let mut batches = [batch(1, good.to_vec()), batch(2, mixed), batch(3, bad.to_vec())];
        let refused = refuse(&mut batches, now);
        assert_eq!(batches.each_ref().map(|b| b.readings.len()), [3, 3, 0]);
        assert_eq!(refused.len(), 2);
        assert_eq!(refused[0].batch, batch(2, bad.to_vec()));
        let said = refused[0].problem.to_string();
        assert!(said.starts_with("pond-1/level observed at 1970-01-01T00:05:00Z"), "{said}");
        assert!(said.contains("gateway or publisher") && !said.contains("has come"), "{said}");
        let said = refuse(&mut [batch(4, vec![read("2026-12-01T00:00:00Z")])], now);
        assert!(said[0].problem.to_string().ends_with("once the time has come"), "{said:?}");
        let said = refused[0].problem.within(Lang::Chinese);
        assert!(said.starts_with("pond-1/level 的读数时间是 1970-01-01T00:05:00Z：应在"), "{said}");
    }

    #[test]
    fn a_status_from_the_future_is_of_now_and_one_without_a_clock_of_no_time() {
        let now: Timestamp = "2026-11-26T00:00:00Z".parse().unwrap();
        for (since, believed, possible) in [
            ("9999-12-30T00:00:00Z", "2026-11-26T00:00:00Z", true),
            ("2026-11-27T00:00:01Z", "2026-11-26T00:00:00Z", true),
            ("2026-11-27T00:00:00Z", "2026-11-27T00:00:00Z", true),
            ("2000-01-01T00:00:00Z", "2000-01-01T00:00:00Z", true),
            ("1999-12-31T23:59:59Z", "1999-12-31T23:59:59Z", false),
            ("-009999-01-02T01:59:59Z", "-009999-01-02T01:59:59Z", false),
        ] {
            let status = Status::new(GatewayState::Online, since.parse().unwrap());
            let status = believable(status, now);
            assert_eq!(status.since, believed.parse().unwrap(), "{since}");
            assert_eq!(is_possible(status.since), possible, "{since}");
        }
    }
}
