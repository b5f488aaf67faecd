//! Stores messages from the quarantine.

use jiff::Timestamp;

use super::message::{self, Content};
use super::times;
use crate::locales::{Lang, Text};
use crate::store::{Quarantine, QuarantinedMessage, Store, StoreError};

/// Result of a retry.
#[derive(Debug, PartialEq, Eq)]
pub enum Retried {
    /// It is stored, and no longer in the quarantine.
    Stored,
    /// It still cannot be stored, for this reason.
    Rejected(Text),
}

/// Stores message `id` of the quarantine as if it came now; `None` where there is none. After an error it stays.
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
            let mut refused = times::refuse(&mut batches, now);
            refused.extend(store.commit(&batches, now)?.refused);
            // What is left of a partly stored message stays as a message of its own.
            let problem = refused.first().map(|refused| refused.problem.clone());
            let readings: usize = batches.iter().map(|batch| batch.readings.len()).sum();
            if readings > 0 {
                for refused in &refused {
                    let problem = refused.problem.within(Lang::English);
                    let payload = refused.batch.to_bytes();
                    quarantine.add_readings(now, &message.topic, &problem, &payload)?;
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
            Retried::Stored
        }
        Some(problem) => {
            quarantine.set_problem(id, &problem.within(Lang::English))?;
            Retried::Rejected(problem)
        }
    }))
}

/// Why a message is in the quarantine. The quarantine keeps that in English; it is told anew for a reader of another
/// language, as far as the message itself shows it.
pub fn quarantine_problem(message: &QuarantinedMessage, payload: &[u8]) -> Text {
    let told = match message::read(&message.topic, payload) {
        Err(problem) => Some(problem),
        Ok(Content::Batches(mut batches)) => {
            let refused = times::refuse(&mut batches, message.received_at);
            refused.into_iter().next().map(|refused| refused.problem)
        }
        Ok(Content::Birth(..) | Content::Status(..)) => None,
    };
    told.unwrap_or_else(|| Text::verbatim(&message.problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Reading;
    use crate::store::Sqlite;
    use crate::wire::{Batch, Epoch};

    #[test]
    fn a_reading_from_the_future_is_stored_when_its_time_has_come() {
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
            loss: None,
            readings: vec![read("2026-12-05T00:00:00Z"), read("2027-12-05T00:00:00Z")],
        };
        let topic = "hanqing/v1/gw-1/readings";
        let now = at("2026-11-26T00:00:00Z");
        for _ in 0..2 {
            quarantine.add_readings(now, topic, "ahead", &batch.to_bytes()).unwrap();
        }
        quarantine.add_unreadable(now, topic, "no JSON", b"{").unwrap();
        let ids: Vec<i64> = quarantine.list().unwrap().iter().rev().map(|m| m.id).collect();
        assert_eq!(ids.len(), 2);
        let told = |id| {
            let (message, payload) = quarantine.get(id).unwrap().unwrap();
            quarantine_problem(&message, &payload).within(Lang::Chinese)
        };
        assert!(
            told(ids[0]).starts_with("pond-1/level 的读数时间是 2026-12-05"),
            "{}",
            told(ids[0])
        );
        assert_ne!(told(ids[1]), "no JSON");
        let left = retry(&mut quarantine, &mut store, ids[0], now).unwrap().unwrap();
        let Retried::Rejected(problem) = left else { panic!("{left:?}") };
        assert!(
            problem.to_string().starts_with("pond-1/level observed at 2026-12-05"),
            "{problem}"
        );
        assert!(problem.within(Lang::Chinese).contains("时间是 2026-12-05"), "{problem}");
        let junk = retry(&mut quarantine, &mut store, ids[1], now).unwrap().unwrap();
        assert!(matches!(junk, Retried::Rejected(_)));
        assert_eq!(store.count().unwrap(), 0);

        // One of its readings is plausible by now; the other stays as a message of its own.
        let later = at("2026-12-06T00:00:00Z");
        assert_eq!(
            retry(&mut quarantine, &mut store, ids[0], later).unwrap(),
            Some(Retried::Stored)
        );
        assert_eq!(store.count().unwrap(), 1);
        let rest = quarantine.list().unwrap();
        let rest = rest.iter().find(|m| m.has_readings).unwrap();
        assert!(
            rest.problem.starts_with("pond-1/level observed at 2027-12-05"),
            "{}",
            rest.problem
        );
        let last = at("2027-12-06T00:00:00Z");
        assert_eq!(
            retry(&mut quarantine, &mut store, rest.id, last).unwrap(),
            Some(Retried::Stored)
        );
        assert_eq!((store.count().unwrap(), quarantine.count().unwrap()), (2, 1));
        assert_eq!(retry(&mut quarantine, &mut store, rest.id, last).unwrap(), None);
    }
}
