//! What one commit takes from the inbox: messages in turn, read one by one, until it is large enough.

use super::inbox::{Inbox, Queued, Sender};
use super::message::{self, Content};
use crate::core::GatewayId;
use crate::locales::Text;
use crate::wire::{Batch, Birth, Epoch, GatewayReport, PROBLEM_MAX, Status, cut};

/// Messages of a portion: one write to disk for many, while no gateway waits long for its acknowledgement. What they
/// hold bounds a portion before that, unless they are small.
const MESSAGES_MAX: usize = 1000;

/// Bytes of messages of a portion, compressed as they are.
const BYTES_MAX: usize = 4 << 20;

/// Readings of a portion: they take less than a tenth of a second to store, and 6 MB. Engineering judgement.
const READINGS_MAX: usize = 30_000;

/// What other work counts for, in readings: a number of a batch to be noted, a message that cannot be read, a birth or
/// status, each of which is a write to disk, and a series of a birth. Engineering judgement, by their time.
const BATCH_WORK: usize = 20;
const UNREADABLE_WORK: usize = 2000;
const RECORD_WORK: usize = 500;
const SERIES_WORK: usize = 10;

/// Messages that are stored together.
#[derive(Debug, Default)]
pub struct Portion {
    pub batches: Vec<Batch>,
    /// Messages with parameters that are not known yet.
    pub unknown: Vec<Unknown>,
    pub births: Vec<Introduction>,
    pub statuses: Vec<Report>,
    pub unreadable: Vec<Unreadable>,
    /// What gateways say of themselves: nothing of it is stored.
    pub reports: Vec<GatewayReport>,
    messages: usize,
    bytes: usize,
    work: usize,
}

/// A message that goes to the quarantine as a whole, so that it can be stored after an upgrade.
#[derive(Debug)]
pub struct Unknown {
    pub gateway: GatewayId,
    pub message: Queued,
    pub problem: Text,
    /// What can be stored of it.
    pub batches: Vec<Batch>,
}

/// A birth.
#[derive(Debug)]
pub struct Introduction {
    pub gateway: GatewayId,
    pub birth: Birth,
    pub message: Queued,
}

impl Introduction {
    pub fn epoch(&self) -> Option<Epoch> {
        self.birth.epoch
    }
}

/// A status.
#[derive(Debug)]
pub struct Report {
    pub gateway: GatewayId,
    pub status: Status,
    pub message: Queued,
}

/// A message that cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    pub sender: Sender,
    pub message: Queued,
    pub problem: Text,
}

impl Portion {
    pub fn is_empty(&self) -> bool {
        self.messages == 0
    }

    /// Whether it is as large as one may be.
    pub fn is_full(&self) -> bool {
        self.messages >= MESSAGES_MAX || self.bytes >= BYTES_MAX || self.work >= READINGS_MAX
    }

    /// Takes the next message from `inbox` and reads it. `false` where none may be taken, or the portion is large
    /// enough.
    pub fn take(&mut self, inbox: &mut Inbox) -> bool {
        if self.is_full() {
            return false;
        }
        let Some((sender, message)) = inbox.take() else { return false };
        self.messages += 1;
        self.bytes += message.payload.len();
        self.work += self.add(sender, message);
        true
    }

    /// Adds a birth that the hub makes itself.
    pub fn introduce(&mut self, introduction: Introduction) {
        self.messages += 1;
        self.work += RECORD_WORK + SERIES_WORK * introduction.birth.series.len();
        self.births.push(introduction);
    }

    /// Adds a message that could not be read where it came in.
    pub fn refuse(&mut self, unreadable: Unreadable) {
        self.messages += 1;
        self.bytes += unreadable.message.payload.len();
        self.work += UNREADABLE_WORK;
        self.unreadable.push(unreadable);
    }

    /// Reads a message. Returns the work that it makes, in readings.
    fn add(&mut self, sender: Sender, message: Queued) -> usize {
        let (content, unknown) = match message::read_known(&message.topic, &message.payload) {
            Ok(read) => read,
            Err(problem) => {
                let problem = cut(problem, PROBLEM_MAX);
                self.unreadable.push(Unreadable { sender, message, problem });
                return UNREADABLE_WORK;
            }
        };
        let problem = (!unknown.is_empty()).then(|| unknown.problem());
        match content {
            Content::Batches(batches) => {
                let work =
                    batches.iter().map(|batch| batch.readings.len() + BATCH_WORK).sum::<usize>();
                let gateway = batches.first().map(|batch| batch.gateway.clone());
                match (problem, gateway) {
                    (Some(problem), Some(gateway)) => {
                        self.unknown.push(Unknown { gateway, message, problem, batches });
                        work + RECORD_WORK
                    }
                    _ => {
                        self.batches.extend(batches);
                        work
                    }
                }
            }
            Content::Birth(gateway, birth) => {
                let work = RECORD_WORK + SERIES_WORK * birth.series.len();
                if let Some(problem) = problem {
                    let (gateway, message) = (gateway.clone(), message.clone());
                    self.unknown.push(Unknown { gateway, message, problem, batches: Vec::new() });
                }
                self.births.push(Introduction { gateway, birth, message });
                work
            }
            Content::Status(gateway, status) => {
                self.statuses.push(Report { gateway, status, message });
                RECORD_WORK
            }
            Content::Report(report) => {
                self.reports.push(*report);
                RECORD_WORK
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Reading;
    use crate::wire::packed;
    use std::time::Duration;

    fn inbox(messages: impl IntoIterator<Item = (String, Vec<u8>)>) -> Inbox {
        let mut inbox = Inbox::default();
        for (topic, payload) in messages {
            assert!(inbox.push(Queued { topic, payload }, Duration::ZERO).is_empty());
        }
        inbox.admit(Duration::from_secs(1));
        inbox
    }

    fn taken(inbox: &mut Inbox) -> Portion {
        let mut portion = Portion::default();
        while portion.take(inbox) {}
        portion
    }

    fn batch(gateway: &str, seq: u64, readings: usize) -> Vec<u8> {
        let reading =
            Reading::good("pond-1/level".parse().unwrap(), jiff::Timestamp::UNIX_EPOCH, 1.0);
        let gateway = gateway.parse().unwrap();
        let readings = vec![reading; readings];
        Batch { gateway, epoch: Epoch(1), seq, clock: None, loss: None, readings }.to_bytes()
    }

    #[test]
    fn a_portion_is_bounded_in_readings_messages_and_work() {
        let topic = |gateway: &str| format!("hanqing/v1/{gateway}/readings");
        let large = packed::compress(&batch("gw-evil", 1, 20_000));
        let flood = (0..10).map(|_| (topic("gw-evil"), large.clone()));
        let mut many = inbox(flood.chain([(topic("gw-honest"), batch("gw-honest", 1, 3))]));
        let portion = taken(&mut many);
        let of = |name: &str| portion.batches.iter().filter(|b| b.gateway.as_str() == name).count();
        assert_eq!((of("gw-evil"), of("gw-honest")), (2, 1));

        let mut small = inbox((0..1010).map(|n| (topic("gw-evil"), batch("gw-evil", n + 1, 1))));
        assert_eq!(taken(&mut small).batches.len(), MESSAGES_MAX);
        assert_eq!(taken(&mut small).batches.len(), 10);

        let mut noise = inbox((0..250).map(|_| (topic("gw-evil"), b"{".to_vec())));
        assert_eq!(taken(&mut noise).unreadable.len(), READINGS_MAX / UNREADABLE_WORK);

        let empty: Vec<Vec<u8>> = (0..1500).map(|n| batch("gw-evil", n + 1, 0)).collect();
        let empty = packed::compress(&packed::bundle(&empty));
        let mut bundles = inbox((0..10).map(|_| (topic("gw-evil"), empty.clone())));
        assert_eq!(taken(&mut bundles).batches.len(), 1500);
    }

    #[test]
    fn a_message_with_an_unknown_parameter_stays_whole_beside_what_is_stored() {
        let text = r#"{"v":1,"gateway":"gw-1","epoch":"0000000000000007","seq":1,"at":0,"series":["pond-1/chlorine","/level"],
            "readings":[[0,0,7],[1,0,2]]}"#;
        let born = r#"{"v":1,"version":"9","config":"c","series":[{"series":"pond-1/chlorine","unit":"pH","interval_s":60}]}"#;
        let messages = [("readings", text), ("birth", born)].map(|(channel, text)| {
            (format!("hanqing/v1/gw-1/{channel}"), text.as_bytes().to_vec())
        });
        let portion = taken(&mut inbox(messages));
        assert_eq!((portion.batches.len(), portion.births.len(), portion.unknown.len()), (0, 1, 2));
        let [birth, readings] = &portion.unknown[..] else { panic!("{portion:?}") };
        assert_eq!((birth.batches.len(), birth.message.payload.as_slice()), (0, born.as_bytes()));
        assert_eq!(
            (readings.batches[0].readings.len(), readings.message.payload.as_slice()),
            (1, text.as_bytes())
        );
        assert!(readings.problem.to_string().contains("pond-1/chlorine"));
    }
}
