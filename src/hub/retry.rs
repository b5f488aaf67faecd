//! Takes in again what was set aside.

use jiff::Timestamp;

use super::message::{self, Content};
use super::times;
use crate::store::{Quarantine, Store, StoreError};

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Retried {
    /// It was taken in, and is no longer set aside.
    Taken,
    /// It still cannot be, for this reason.
    Left(String),
}

/// Takes in message `id` of the quarantine as if it came now; `None` where there is none.
///
/// # Errors
/// The quarantine or the store cannot be used; the message stays.
pub fn retry(
    quarantine: &mut Quarantine,
    store: &mut dyn Store,
    id: i64,
    now: Timestamp,
) -> Result<Option<Retried>, StoreError> {
    let Some((message, payload)) = quarantine.get(id)? else {
        return Ok(None);
    };
    let problem = match message::read(&message.topic, &payload) {
        Err(problem) => Some(problem),
        Ok(Content::Birth(gateway, birth)) => {
            store.birth(&gateway, &birth, now)?;
            None
        }
        Ok(Content::Status(gateway, status)) => {
            store.status(&gateway, &status, now)?;
            None
        }
        Ok(Content::Batches(mut batches)) => {
            let mut refused = times::sift(&mut batches, now);
            refused.extend(store.commit(&batches, now)?.refused);
            // What is left of a message that was taken in part stays as a message of its own.
            let problem = refused.first().map(|refused| refused.problem.clone());
            let readings: usize = batches.iter().map(|batch| batch.readings.len()).sum();
            if readings > 0 {
                for refused in &refused {
                    quarantine.keep(
                        now,
                        &message.topic,
                        &refused.problem,
                        &refused.batch.to_bytes(),
                    )?;
                }
                None
            } else {
                problem
            }
        }
    };
    Ok(Some(match problem {
        None => {
            quarantine.remove(id)?;
            Retried::Taken
        }
        Some(problem) => {
            quarantine.explain(id, &problem)?;
            Retried::Left(problem)
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Reading;
    use crate::store::Sqlite;
    use crate::wire::{Batch, Epoch};

    #[test]
    fn what_was_ahead_is_taken_in_when_its_time_has_come() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let mut store = Sqlite::open(&path).unwrap();
        let mut quarantine = Quarantine::open(&path).unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let read = |time| Reading::good("pond-1/level".parse().unwrap(), at(time), 1.5);
        let batch = Batch {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(1),
            seq: 1,
            clock: None,
            remains: None,
            readings: vec![read("2026-12-05T00:00:00Z"), read("2027-12-05T00:00:00Z")],
        };
        let topic = "hanqing/v1/gw-1/readings";
        let now = at("2026-11-26T00:00:00Z");
        for _ in 0..2 {
            quarantine.keep(now, topic, "ahead", &batch.to_bytes()).unwrap();
        }
        quarantine.put(now, topic, "no JSON", b"{").unwrap();
        let ids: Vec<i64> = quarantine.list().unwrap().iter().rev().map(|m| m.id).collect();
        assert_eq!(ids.len(), 2);
        let left = retry(&mut quarantine, &mut store, ids[0], now).unwrap().unwrap();
        assert!(matches!(left, Retried::Left(problem) if problem.contains("2026-12-05")));
        let junk = retry(&mut quarantine, &mut store, ids[1], now).unwrap().unwrap();
        assert!(matches!(junk, Retried::Left(_)));
        assert_eq!(store.count().unwrap(), 0);

        // One of its readings can be by now; the other stays as a message of its own.
        let later = at("2026-12-06T00:00:00Z");
        assert_eq!(
            retry(&mut quarantine, &mut store, ids[0], later).unwrap(),
            Some(Retried::Taken)
        );
        assert_eq!(store.count().unwrap(), 1);
        let rest = quarantine.list().unwrap();
        let rest = rest.iter().find(|m| m.is_kept).unwrap();
        assert!(rest.problem.contains("2027-12-05"), "{}", rest.problem);
        let last = at("2027-12-06T00:00:00Z");
        assert_eq!(
            retry(&mut quarantine, &mut store, rest.id, last).unwrap(),
            Some(Retried::Taken)
        );
        assert_eq!((store.count().unwrap(), quarantine.count().unwrap()), (2, 1));
        assert_eq!(retry(&mut quarantine, &mut store, rest.id, last).unwrap(), None);
    }
}
