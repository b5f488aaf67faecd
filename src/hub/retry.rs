//! Stores messages from the quarantine.

use jiff::Timestamp;

use super::message::{self, Content};
use super::times;
use crate::core::GatewayId;
use crate::locales::{Lang, Text, publisher as words};
use crate::store::{Owners, Quarantine, QuarantinedMessage, Refused, Store, StoreError};
use crate::wire::{Batch, Birth, Topic};

/// Result of a retry.
#[derive(Debug, PartialEq, Eq)]
pub enum Retried {
    /// It is stored, and no longer in the quarantine.
    Stored,
    /// It is written, and may leave the quarantine once it is durable, see [`Store::wait_until_durable`].
    Written,
    /// It still cannot be stored, for this reason.
    Rejected(Text),
}

/// Messages that are looked at again at once where a clock was wrong, and readings in them, or a few more: a running
/// hub stores nothing else meanwhile. Engineering judgement.
const RELEASED_MAX: usize = 20;
const RELEASED_READINGS_MAX: usize = 5_000;

/// What came of looking at messages again.
#[derive(Debug, PartialEq, Eq)]
pub struct Released {
    /// How many are stored.
    pub stored: u64,
    /// The last that was looked at; `None` where there are no more.
    pub last: Option<i64>,
}

/// Stores message `id` of the quarantine as if it came now; `None` where there is none. After an error it stays.
pub fn retry(
    quarantine: &mut Quarantine,
    store: &mut dyn Store,
    owners: &mut Owners,
    id: i64,
    now: Timestamp,
) -> Result<Option<Retried>, StoreError> {
    retry_by(quarantine, store, owners, id, (now, now))
}

/// The same, where readings are ahead that are so of the `latest` time.
fn retry_by(
    quarantine: &mut Quarantine,
    store: &mut dyn Store,
    owners: &mut Owners,
    id: i64,
    (now, latest): (Timestamp, Timestamp),
) -> Result<Option<Retried>, StoreError> {
    let Some((message, payload)) = quarantine.get(id)? else {
        return Ok(None);
    };
    if is_published(&message) {
        return Ok(Some(Retried::Rejected(words::not_stored_again())));
    }
    let mut later = false;
    let problem = match message::read(&message.topic, &payload) {
        Err(problem) => Some(problem),
        Ok(Content::Birth(gateway, birth)) => retry_birth(store, owners, &gateway, birth, now)?,
        Ok(Content::Status(gateway, status)) => {
            store.status(&gateway, &status, now)?;
            None
        }
        // The gateway has said newer things since.
        Ok(Content::Report(_)) => None,
        Ok(Content::Batches(batches)) => {
            let tried = retry_batches(quarantine, store, owners, batches, (now, latest))?;
            later = tried.later;
            tried.problem
        }
    };
    Ok(Some(match problem {
        None if later => Retried::Written,
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

/// Stores the next messages of `gateway` that came since `since`, behind the message `after`, and were refused for
/// their times alone, of which none is ahead of the `latest` time. What a server has not made durable by then stays in
/// the quarantine, too.
pub fn release(
    quarantine: &mut Quarantine,
    store: &mut dyn Store,
    owners: &mut Owners,
    (gateway, since, after): (&GatewayId, Timestamp, i64),
    (now, latest): (Timestamp, Timestamp),
) -> Result<Released, StoreError> {
    let mut messages = quarantine.list(Some(gateway))?;
    messages.retain(|one| one.id > after && one.has_readings && one.received_at >= since);
    messages.reverse();
    let newest = messages.last().map(|message| message.id);
    messages.truncate(RELEASED_MAX);
    let mut released = Released { stored: 0, last: None };
    let mut readings = 0;
    for message in messages {
        if readings > RELEASED_READINGS_MAX {
            break;
        }
        released.last = Some(message.id).filter(|id| Some(*id) != newest);
        let Some((_, payload)) = quarantine.get(message.id)? else { continue };
        let Ok(Content::Batches(batches)) = message::read(&message.topic, &payload) else {
            continue;
        };
        readings += batches.iter().map(|batch| batch.readings.len()).sum::<usize>();
        let is_refused = |at| !times::refuse(&mut batches.clone(), at).is_empty();
        if is_refused(message.received_at) && !is_refused(latest) {
            let retried = retry_by(quarantine, store, owners, message.id, (now, latest))?;
            released.stored += u64::from(retried == Some(Retried::Stored));
        }
    }
    Ok(released)
}

/// Whether it is what another program has published: who sent it is known, and not by its topic.
fn is_published(message: &QuarantinedMessage) -> bool {
    message.gateway.is_some() && message.topic.parse::<Topic>().is_err()
}

fn retry_birth(
    store: &mut dyn Store,
    owners: &mut Owners,
    gateway: &GatewayId,
    birth: Birth,
    now: Timestamp,
) -> Result<Option<Text>, StoreError> {
    let (stands, problem) = owners.check_birth(gateway, birth)?;
    if let (Some(birth), None) = (stands, &problem) {
        store.birth(gateway, &birth, now)?;
    }
    Ok(problem)
}

/// What has become of the readings of a message.
struct Tried {
    problem: Option<Text>,
    /// Whether they are written and not durable yet.
    later: bool,
}

impl From<Option<Text>> for Tried {
    fn from(problem: Option<Text>) -> Self {
        Self { problem, later: false }
    }
}

/// Stores what can be stored by now. What is left of a partly stored message stays, as messages of their own.
fn retry_batches(
    quarantine: &mut Quarantine,
    store: &mut dyn Store,
    owners: &mut Owners,
    mut batches: Vec<Batch>,
    (now, latest): (Timestamp, Timestamp),
) -> Result<Tried, StoreError> {
    let came: usize = batches.iter().map(|batch| batch.readings.len()).sum();
    let mut refused = times::refuse(&mut batches, latest);
    refused.extend(owners.check(&mut batches, now)?);
    refused.extend(store.refuse(&mut batches, latest)?);
    let problem = refused.first().map(|refused| refused.problem.clone());
    if came > 0 && batches.iter().all(|batch| batch.readings.is_empty()) {
        return Ok(problem.into());
    }
    // First what is left, so that a power cut loses nothing of it.
    quarantine.add_refused(now, &refused)?;
    let committed = store.commit(&batches, now)?;
    let sent: usize = batches.iter().map(|batch| batch.readings.len()).sum();
    let only_now: usize =
        committed.refused.iter().map(|refused| refused.batch.readings.len()).sum();
    if let Some((_, problem)) = committed.left.into_iter().next() {
        return Ok(Some(problem).into());
    }
    if only_now == sent && sent > 0 {
        let first = committed.refused.into_iter().next();
        return Ok(first.map(|refused: Refused| refused.problem).into());
    }
    quarantine.add_refused(now, &committed.refused)?;
    Ok(Tried { problem: None, later: !committed.later.is_empty() })
}

/// Why a message is in the quarantine. The quarantine keeps that in English; it is told anew for a reader of another
/// language, as far as the message itself and the owners show it.
pub fn quarantine_problem(
    message: &QuarantinedMessage,
    payload: &[u8],
    owners: &mut Owners,
) -> Result<Text, StoreError> {
    let told = match message::read(&message.topic, payload) {
        Err(_) if is_published(message) => None,
        Err(problem) => Some(problem),
        Ok(Content::Batches(mut batches)) => {
            let refused = times::refuse(&mut batches, message.received_at);
            match refused.into_iter().next() {
                Some(refused) => Some(refused.problem),
                None => owners.objection_to(&batches)?,
            }
        }
        Ok(Content::Birth(gateway, birth)) => owners.objection_to_birth(&gateway, &birth)?,
        Ok(Content::Status(..) | Content::Report(_)) => None,
    };
    Ok(told.unwrap_or_else(|| Text::verbatim(&message.problem)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::core::Reading;
    use crate::store::{Committed, Sqlite};
    use crate::wire::{Epoch, Status};

    const TOPIC: &str = "hanqing/v1/gw-1/readings";

    struct World {
        _dir: tempfile::TempDir,
        store: Sqlite,
        quarantine: Quarantine,
        owners: Owners,
    }

    impl World {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("store.db");
            let store = Sqlite::open(&path).unwrap();
            let quarantine = Quarantine::open(&path).unwrap();
            let owners = Owners::open(&path, BTreeMap::new()).unwrap();
            Self { _dir: dir, store, quarantine, owners }
        }

        fn retry(&mut self, id: i64, now: &str) -> Option<Retried> {
            let Self { store, quarantine, owners, .. } = self;
            retry(quarantine, store, owners, id, at(now)).unwrap()
        }

        /// Their numbers, the oldest first.
        fn ids(&self) -> Vec<i64> {
            self.quarantine.list(None).unwrap().iter().rev().map(|message| message.id).collect()
        }

        fn told(&mut self, id: i64) -> String {
            let (message, payload) = self.quarantine.get(id).unwrap().unwrap();
            let problem = quarantine_problem(&message, &payload, &mut self.owners).unwrap();
            problem.within(Lang::Chinese)
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn read(time: &str) -> Reading {
        Reading::good("pond-1/level".parse().unwrap(), at(time), 1.5)
    }

    fn batch(gateway: &str, readings: Vec<Reading>) -> Batch {
        let gateway = gateway.parse().unwrap();
        Batch { gateway, epoch: Epoch(1), seq: 1, clock: None, loss: None, readings }
    }

    #[test]
    fn a_reading_from_the_future_is_stored_when_its_time_has_come() {
        let mut world = World::new();
        let batch = batch("gw-1", vec![read("2026-12-05T00:00:00Z"), read("2027-12-05T00:00:00Z")]);
        let now = "2026-11-26T00:00:00Z";
        let refused = Refused { batch, problem: Text::verbatim("ahead") };
        for _ in 0..2 {
            world.quarantine.add_refused(at(now), std::slice::from_ref(&refused)).unwrap();
        }
        world.quarantine.add_unreadable(at(now), TOPIC, None, "no JSON", b"{").unwrap();
        let ids = world.ids();
        assert_eq!(ids.len(), 2);
        let told = world.told(ids[0]);
        assert!(told.starts_with("pond-1/level 的读数时间是 2026-12-05"), "{told}");
        assert_ne!(world.told(ids[1]), "no JSON");
        let left = world.retry(ids[0], now).unwrap();
        let Retried::Rejected(problem) = left else { panic!("{left:?}") };
        let said = problem.to_string();
        assert!(said.starts_with("pond-1/level observed at 2026-12-05"), "{said}");
        assert!(problem.within(Lang::Chinese).contains("时间是 2026-12-05"), "{problem}");
        assert!(matches!(world.retry(ids[1], now), Some(Retried::Rejected(_))));
        assert_eq!(world.store.count().unwrap(), 0);

        // One of its readings is plausible by now; the other stays as a message of its own.
        assert_eq!(world.retry(ids[0], "2026-12-06T00:00:00Z"), Some(Retried::Stored));
        assert_eq!(world.store.count().unwrap(), 1);
        let rest = world.quarantine.list(None).unwrap();
        let rest = rest.iter().find(|m| m.has_readings).unwrap();
        let problem = &rest.problem;
        assert!(problem.starts_with("pond-1/level observed at 2027-12-05"), "{problem}");
        let last = "2027-12-06T00:00:00Z";
        assert_eq!(world.retry(rest.id, last), Some(Retried::Stored));
        assert_eq!((world.store.count().unwrap(), world.quarantine.count().unwrap()), (2, 1));
        assert_eq!(world.retry(rest.id, last), None);
    }

    #[test]
    fn what_another_program_published_keeps_its_reason_and_is_not_stored_again() {
        let mut world = World::new();
        let now = "2026-12-06T00:00:00Z";
        let gateway = "levels".parse().unwrap();
        let why = "line 1 is no line protocol";
        world.quarantine.add_unreadable(at(now), "influx/a", Some(&gateway), why, b"x").unwrap();
        let [id] = world.ids()[..] else { panic!("{:?}", world.ids()) };
        assert_eq!(world.told(id), why);
        assert_eq!(world.retry(id, now), Some(Retried::Rejected(words::not_stored_again())));
        assert_eq!(world.told(id), why);
        // Of a message without a sender it is its topic that is wrong.
        world.quarantine.add_unreadable(at(now), "influx/a", None, "why", b"y").unwrap();
        assert_ne!(world.told(world.ids()[1]), "why");
    }

    #[test]
    fn foreign_readings_are_stored_once_their_station_is_pinned_to_their_gateway() {
        let mut world = World::new();
        let now = "2026-12-06T00:00:00Z";
        let station = "pond-1".parse().unwrap();
        world.owners.pin(&station, &"gw-0".parse().unwrap(), at(now)).unwrap();
        let mut batches = [batch("gw-1", vec![read("2026-12-05T00:00:00Z")])];
        let refused = world.owners.check(&mut batches, at(now)).unwrap();
        world.quarantine.add_refused(at(now), &refused).unwrap();
        let [id] = world.ids()[..] else { panic!("{:?}", world.ids()) };
        let told = world.told(id);
        assert!(told.starts_with("测站 pond-1 属于网关 gw-0"), "{told}");
        let left = world.retry(id, now).unwrap();
        let Retried::Rejected(problem) = left else { panic!("{left:?}") };
        assert!(problem.to_string().contains("pond-1 belongs to gw-0"), "{problem}");
        world.owners.pin(&station, &"gw-1".parse().unwrap(), at(now)).unwrap();
        assert_eq!(world.retry(id, now), Some(Retried::Stored));
        assert_eq!((world.store.count().unwrap(), world.quarantine.count().unwrap()), (1, 0));
    }

    #[test]
    fn what_was_refused_for_its_time_alone_is_released_a_few_at_once() {
        let mut world = World::new();
        let (then, now) = (at("2026-11-26T00:00:00Z"), at("2026-12-26T00:00:00Z"));
        let ahead: Vec<String> = (10..35).map(|n| format!("2026-12-25T00:{n}:00Z")).collect();
        let others = ["2027-12-25T00:00:00Z", "2026-11-25T00:00:00Z"].map(String::from);
        for time in ahead.iter().chain(&others) {
            let batch = batch("gw-1", vec![read(time)]);
            let refused = Refused { batch, problem: Text::verbatim("why") };
            world.quarantine.add_refused(then, &[refused]).unwrap();
        }
        let gateway = "gw-1".parse().unwrap();
        let mut again = |since, after| {
            let World { store, quarantine, owners, .. } = &mut world;
            release(quarantine, store, owners, (&gateway, since, after), (then, now)).unwrap()
        };
        let none = Released { stored: 0, last: None };
        assert_eq!(again(at("2026-11-26T00:00:01Z"), 0), none, "of before");
        let first = again(then, 0);
        assert_eq!(first.stored, 20);
        assert_eq!(again(then, first.last.unwrap()), Released { stored: 5, last: None });
        assert_eq!(again(then, 0), none);
        // One is ahead still, one was refused for another reason.
        assert_eq!((world.store.count().unwrap(), world.quarantine.count().unwrap()), (25, 2));
    }

    /// Refuses all that it is given, as a server may do which first said nothing.
    struct Refusing;

    impl Store for Refusing {
        fn commit(&mut self, batches: &[Batch], _: Timestamp) -> Result<Committed, StoreError> {
            let problem = Text::verbatim("no");
            let refuse =
                |batch: &Batch| Refused::new(batch, batch.readings.clone(), problem.clone());
            let refused = batches.iter().map(refuse).collect();
            Ok(Committed { refused, ..Committed::default() })
        }

        fn birth(&mut self, _: &GatewayId, _: &Birth, _: Timestamp) -> Result<(), StoreError> {
            Ok(())
        }

        fn status(&mut self, _: &GatewayId, _: &Status, _: Timestamp) -> Result<(), StoreError> {
            Ok(())
        }
    }

    #[test]
    fn what_the_store_refuses_again_stays() {
        let mut world = World::new();
        let now = "2026-12-06T00:00:00Z";
        let batch = batch("gw-1", vec![read("2026-12-05T00:00:00Z")]);
        let refused = Refused { batch, problem: Text::verbatim("purged") };
        world.quarantine.add_refused(at(now), &[refused]).unwrap();
        let id = world.ids()[0];
        let World { quarantine, owners, .. } = &mut world;
        let retried = retry(quarantine, &mut Refusing, owners, id, at(now)).unwrap();
        assert_eq!(retried, Some(Retried::Rejected(Text::verbatim("no"))));
        assert_eq!(world.ids(), [id]);
        assert_eq!(world.quarantine.list(None).unwrap()[0].problem, "no");
    }
}
