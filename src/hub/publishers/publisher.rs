//! One publisher: reads its messages, and makes batches of them as a gateway would.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::pace::Pace;
use super::seen::Noted;
use super::settings::PublisherSettings;
use super::stored::Stored;
use super::target::Target;
use crate::core::{GatewayId, Reading};
use crate::interop::incoming::{Decoder, Found, Place, Refusals, matches};
use crate::interop::sparkplug::{BOOLEAN, Metric, NAMESPACE, Payload, REBIRTH, Value};
use crate::locales::{Text, publisher as words};
use crate::store::Sqlite;
use crate::support::sha256;
use crate::wire::{Batch, Epoch};

/// Readings in a batch: with the longest rows and names it is smaller than a message may be.
const BATCH_READINGS: usize = 2000;

/// Times that a store can fold into hours and days, in every zone. What is refused of these, such as the year 1970, is
/// the same for all gateways, and waits in the quarantine.
const EARLIEST: Timestamp = Timestamp::constant(-62_000_000_000, 0);
const LATEST: Timestamp = Timestamp::constant(253_000_000_000, 0);

/// A node is not asked for its births again before. Engineering judgement: it answers at once, or does not want to.
const REBIRTH_APART: Duration = Duration::from_secs(60);

/// A publisher.
pub(super) struct Publisher {
    pub gateway: GatewayId,
    pub topics: Vec<String>,
    pub settings: PublisherSettings,
    decoder: Decoder,
    targets: Vec<Target>,
    pub pace: Pace,
    /// The same at every start of this hub: the numbers go on where the store has them.
    pub epoch: Epoch,
    next_seq: u64,
    /// When each Sparkplug node was asked for its births.
    asked: BTreeMap<(String, String), Duration>,
}

/// When and how a message came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Came {
    pub at: Timestamp,
    /// The same, counted from any one instant.
    pub now: Duration,
    /// The broker had retained it: it may be of any time.
    pub retained: bool,
}

/// What a message holds.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub batches: Vec<Batch>,
    /// Why something of it, or all of it, is not taken.
    pub problem: Option<Text>,
    pub noted: Noted,
    /// A message to a Sparkplug node, with its topic.
    pub request: Option<(String, Vec<u8>)>,
}

impl Publisher {
    /// For the hub of that name, which numbers its batches apart from other hubs'. `None` where the settings are wrong.
    pub fn new(settings: &PublisherSettings, client_id: &str) -> Option<Self> {
        let places = settings.series.iter().map(|series| series.place(settings.format));
        let places: Vec<Place> = places.collect::<Option<_>>()?;
        let targets = settings.series.iter().map(|one| Target::new(one, settings.interval_s));
        let targets = targets.collect::<Option<_>>()?;
        let decoder = Decoder::new(settings.format, &places, settings.form(), settings.pointers());
        let gateway = settings.gateway.clone();
        let digest = sha256(format!("{gateway} {client_id}").as_bytes());
        let first = digest.iter().take(8).fold(0, |epoch, byte| epoch << 8 | u64::from(*byte));
        Some(Self {
            gateway,
            topics: settings.topics.clone(),
            settings: settings.clone(),
            decoder,
            targets,
            pace: Pace::default(),
            epoch: Epoch(first),
            next_seq: 1,
            asked: BTreeMap::new(),
        })
    }

    /// Whether messages on `topic` are its own.
    pub fn publishes(&self, topic: &str) -> bool {
        self.topics.iter().any(|filter| matches(filter, topic))
    }

    /// Goes on behind the last number that the store has.
    pub fn go_on_after(&mut self, last: u64) {
        self.next_seq = last.saturating_add(1);
    }

    /// Takes back the last `count` numbers: their batches have come nowhere.
    pub fn take_back(&mut self, count: u64) {
        self.next_seq = self.next_seq.saturating_sub(count).max(1);
    }

    /// Reads a message.
    pub fn read(&mut self, topic: &str, payload: &[u8], came: Came, stored: &Stored) -> Taken {
        let decoded = match came.retained {
            false => self.decoder.decode(topic, payload),
            true => self.decoder.decode_kept(topic, payload),
        };
        let noted = Noted { messages: 1, ..Noted::default() };
        let decoded = match decoded {
            Ok(decoded) => decoded,
            Err(problem) => {
                let noted = Noted { refused: 1, ..noted };
                return Taken { problem: Some(problem), noted, ..Taken::default() };
            }
        };
        let mut refused = decoded.refused;
        let mut found = decoded.found;
        // Values are tested in the order of their times, in whatever order a message has them.
        found.sort_by_key(|found| found.at);
        let mut readings = Vec::with_capacity(found.len());
        for found in found {
            match self.reading(&found, came, stored) {
                Ok(reading) => readings.push(reading),
                Err(problem) => refused.add(|| problem),
            }
        }
        let count = readings.len() as u64;
        let batches = self.batches(readings, &mut refused);
        let request = decoded.rebirth.and_then(|node| self.ask(node, came));
        let (unmapped, breaks) = (decoded.unmapped, decoded.breaks);
        let noted = Noted {
            readings: count,
            unmapped,
            breaks,
            unknown_aliases: decoded.unknown_aliases,
            refused: refused.count,
            ..noted
        };
        Taken { batches, problem: refused.problem(), noted, request }
    }

    fn reading(&mut self, found: &Found, came: Came, stored: &Stored) -> Result<Reading, Text> {
        let arrival = self.settings.arrival_time;
        // A place is that of the target with the same number.
        let target = self.targets.get_mut(found.place);
        let target = target.ok_or_else(|| words::no_place(found.place))?;
        let at = match found.at {
            Some(at) => at,
            None if !arrival => return Err(words::no_time(target.name())),
            None if came.retained => return Err(words::retained_without_time(target.name())),
            None => came.at,
        };
        if !(EARLIEST..=LATEST).contains(&at) {
            return Err(words::time_beyond(target.name(), at.to_string()));
        }
        target.reading((&found.value, found.quality), (at, came.at), stored)
    }

    /// Numbers readings, in as many batches as it takes. What no store can hold is refused.
    fn batches(&mut self, readings: Vec<Reading>, refused: &mut Refusals) -> Vec<Batch> {
        let mut batches = Vec::new();
        for readings in readings.chunks(BATCH_READINGS) {
            let (gateway, epoch, seq) = (self.gateway.clone(), self.epoch, self.next_seq);
            let readings = readings.to_vec();
            let batch = Batch { gateway, epoch, seq, clock: None, loss: None, readings };
            match Sqlite::holds(&batch) {
                Ok(()) => {
                    self.next_seq += 1;
                    batches.push(batch);
                }
                Err(problem) => refused.add(|| problem),
            }
        }
        batches
    }

    /// The request for the births of a node, where the office lets it be asked and it was not a moment ago.
    fn ask(&mut self, node: (String, String), came: Came) -> Option<(String, Vec<u8>)> {
        let recent = |asked: &Duration| came.now.saturating_sub(*asked) < REBIRTH_APART;
        if !self.settings.rebirth || self.asked.get(&node).is_some_and(recent) {
            return None;
        }
        let (group, name) = &node;
        let topic = format!("{NAMESPACE}/{group}/NCMD/{name}");
        let timestamp = u64::try_from(came.at.as_millisecond()).ok();
        let metric = Metric {
            name: Some(REBIRTH.into()),
            timestamp,
            datatype: Some(BOOLEAN),
            value: Some(Value::Boolean(true)),
            ..Metric::default()
        };
        let payload = Payload { timestamp, metrics: vec![metric], ..Payload::default() };
        // Only nodes of the configuration are asked.
        self.asked.insert(node, came.now);
        Some((topic, payload.to_bytes()))
    }
}
