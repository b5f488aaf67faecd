//! Readings from times that cannot be: a gateway whose clock is wrong must not spoil days, nor be the latest for years.

use jiff::{SignedDuration, Timestamp};

use crate::store::Refused;
use crate::wire::Batch;

/// A gateway's clock may be ahead of the hub's by a day: one that is set to local time instead of UTC is ahead by eight hours in
/// China, by fourteen at most anywhere. Engineering judgement.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24);

/// 2000-01-01, s: no reading of ours is older. A clock without a battery begins at 1970, some at 1980.
const OLDEST_S: i64 = 946_684_800;

/// Takes out of `batches` the readings that cannot be from their time, where it is `now`.
pub fn sift(batches: &mut [Batch], now: Timestamp) -> Vec<Refused> {
    let mut refused = Vec::new();
    for batch in batches {
        let wrong = |at: Timestamp| at.as_second() < OLDEST_S || at.duration_since(now) > AHEAD_MAX;
        if !batch.readings.iter().any(|reading| wrong(reading.observed_at)) {
            continue;
        }
        let (out, stay) =
            batch.readings.drain(..).partition::<Vec<_>, _>(|reading| wrong(reading.observed_at));
        batch.readings = stay;
        let problem = out.first().map_or(String::new(), |reading| {
            format!(
                "{} observed at {}: not between 2000-01-01 and a day from now ({now}); set the gateway's clock, then hanqing \
                 quarantine retry takes in what is no longer ahead",
                reading.series, reading.observed_at
            )
        });
        refused.push(Refused {
            batch: Batch { readings: out, remains: None, ..batch.clone() },
            problem,
        });
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Reading;
    use crate::wire::Epoch;

    #[test]
    fn what_cannot_be_is_taken_out_and_the_rest_stays() {
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
            remains: None,
            readings,
        };
        let mixed = [&good[..], &bad[..]].concat();
        let mut batches = [batch(1, good.to_vec()), batch(2, mixed), batch(3, bad.to_vec())];
        let refused = sift(&mut batches, now);
        assert_eq!(batches.each_ref().map(|b| b.readings.len()), [3, 3, 0]);
        assert_eq!(refused.len(), 2);
        assert_eq!(refused[0].batch, batch(2, bad.to_vec()));
        assert!(refused[0].problem.contains("1970-01-01T00:05:00Z"), "{}", refused[0].problem);
    }
}
