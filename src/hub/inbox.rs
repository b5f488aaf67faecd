//! What has come from the broker and waits for a commit: one queue a gateway, each with its own bound, emptied in turn.
//! A gateway that floods only loses messages of its own, and nobody waits behind it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use super::REMEMBERED_MAX;
use crate::core::GatewayId;
use crate::wire::{Channel, Topic};

/// Messages of one gateway that wait at most: as many as ours sends ahead of the hub's acknowledgements, a batch in
/// each.
const MESSAGES_MAX: usize = 1024;

/// Bytes of one gateway that wait at most: eight of the largest messages. Engineering judgement.
const BYTES_MAX: usize = 2 << 20;

/// Bytes of all gateways that wait at most: two portions. Engineering judgement.
const TOTAL_MAX: usize = 8 << 20;

/// What a message takes beside its topic and content, bytes: its place in the queue and the allocator's part of it.
const OVERHEAD: usize = 128;

/// Gateways poll by the same clock, so their messages come within a second: one write to disk for all of them.
const GATHER: Duration = Duration::from_secs(1);

/// As many gateways wait for nobody else: they fill a portion.
const GATHERED_MAX: usize = 200;

/// A gateway that sent something this recently is catching up: its next message is near, and it waits for no others.
const CATCHING_UP: Duration = Duration::from_secs(10);

/// A message as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    pub topic: String,
    /// Compressed or not.
    pub payload: Vec<u8>,
}

impl Queued {
    fn size(&self) -> usize {
        self.topic.len() + self.payload.len() + OVERHEAD
    }
}

/// Whose message it is; `None` where its topic names no gateway, or where there are too many.
pub type Sender = Option<GatewayId>;

/// The queues. Times are counted from any one instant.
#[derive(Debug, Default)]
pub struct Inbox {
    queues: BTreeMap<Sender, Queue>,
    /// Senders whose messages may be taken, the next one first.
    ready: VecDeque<Sender>,
    /// Senders whose messages wait for those of others.
    gathering: VecDeque<Sender>,
    /// When the first of `gathering` came.
    gathering_since: Duration,
    bytes: usize,
    last_sent: HashMap<GatewayId, Duration>,
}

/// What waits of one sender.
#[derive(Debug, Default)]
struct Queue {
    /// The newest birth, status and report: an older one says nothing that counts any more.
    birth: Option<Queued>,
    status: Option<Queued>,
    report: Option<Queued>,
    others: VecDeque<Queued>,
    bytes: usize,
}

impl Queue {
    fn len(&self) -> usize {
        let newest = [&self.birth, &self.status, &self.report];
        newest.iter().filter(|message| message.is_some()).count() + self.others.len()
    }

    fn take(&mut self) -> Option<Queued> {
        let taken = self.birth.take().or_else(|| self.status.take());
        let taken = taken.or_else(|| self.report.take()).or_else(|| self.others.pop_front());
        self.leave(taken)
    }

    /// The newest message, to be dropped.
    fn take_newest(&mut self) -> Option<Queued> {
        let taken = self.others.pop_back().or_else(|| self.report.take());
        let taken = taken.or_else(|| self.status.take()).or_else(|| self.birth.take());
        self.leave(taken)
    }

    /// The place of the only message of `channel` that waits, if only the newest of them does.
    fn newest_of(&mut self, channel: Option<Channel>) -> Option<&mut Option<Queued>> {
        match channel? {
            Channel::Birth => Some(&mut self.birth),
            Channel::Status => Some(&mut self.status),
            Channel::Report => Some(&mut self.report),
            Channel::Readings | Channel::Ack | Channel::Config | Channel::ConfigState => None,
        }
    }

    fn leave(&mut self, taken: Option<Queued>) -> Option<Queued> {
        self.bytes -= taken.as_ref().map_or(0, Queued::size);
        taken
    }
}

impl Inbox {
    /// Puts a message that came at `now` into its sender's queue. Returns the senders of which a message was dropped to
    /// keep the bounds: this one, or whoever fills the room of all.
    pub fn push(&mut self, message: Queued, now: Duration) -> Vec<Sender> {
        let topic = message.topic.parse::<Topic>().ok();
        let mut channel = topic.as_ref().map(|topic| topic.channel);
        let mut sender = topic.map(|topic| topic.gateway);
        if self.queues.len() >= REMEMBERED_MAX && !self.queues.contains_key(&sender) {
            (sender, channel) = (None, None);
        }
        let hasty = self.is_catching_up(sender.as_ref(), now);
        let size = message.size();
        let queue = self.queues.entry(sender.clone()).or_default();
        let waited = queue.len() > 0;
        let newest = queue.newest_of(channel).and_then(Option::take);
        self.bytes -= newest.as_ref().map_or(0, Queued::size);
        queue.leave(newest);
        let fits = queue.len() < MESSAGES_MAX && queue.bytes + size <= BYTES_MAX;
        if !fits {
            self.forget_if_empty(&sender);
            return vec![sender];
        }
        match queue.newest_of(channel) {
            Some(place) => *place = Some(message),
            None => queue.others.push_back(message),
        }
        queue.bytes += size;
        self.bytes += size;
        self.line_up(sender, waited, hasty, now);
        self.make_room()
    }

    /// Whether the gateway sent another message shortly before.
    fn is_catching_up(&mut self, sender: Option<&GatewayId>, now: Duration) -> bool {
        let Some(gateway) = sender else { return false };
        if self.last_sent.len() >= REMEMBERED_MAX && !self.last_sent.contains_key(gateway) {
            self.last_sent.clear();
        }
        let before = self.last_sent.insert(gateway.clone(), now);
        before.is_some_and(|before| now.saturating_sub(before) < CATCHING_UP)
    }

    fn line_up(&mut self, sender: Sender, waited: bool, hasty: bool, now: Duration) {
        match (waited, hasty) {
            (false, true) => self.ready.push_back(sender),
            (false, false) => {
                if self.gathering.is_empty() {
                    self.gathering_since = now;
                }
                self.gathering.push_back(sender);
            }
            (true, true) => {
                if let Some(place) = self.gathering.iter().position(|waits| *waits == sender) {
                    self.gathering.remove(place);
                    self.ready.push_back(sender);
                }
            }
            (true, false) => {}
        }
    }

    /// Drops the newest messages of whoever has most, until all fit.
    fn make_room(&mut self) -> Vec<Sender> {
        let mut dropped = Vec::new();
        while self.bytes > TOTAL_MAX {
            let Some((sender, queue)) = self.queues.iter_mut().max_by_key(|(_, queue)| queue.bytes)
            else {
                break;
            };
            let sender = sender.clone();
            self.bytes -= queue.take_newest().map_or(0, |message| message.size());
            self.forget_if_empty(&sender);
            dropped.push(sender);
        }
        dropped
    }

    fn forget_if_empty(&mut self, sender: &Sender) {
        if self.queues.get(sender).is_some_and(|queue| queue.len() == 0) {
            self.queues.remove(sender);
            self.ready.retain(|waits| waits != sender);
            self.gathering.retain(|waits| waits != sender);
        }
    }

    /// How long to wait at `now` until messages may be taken; `None` where there are none.
    pub fn due(&self, now: Duration) -> Option<Duration> {
        if !self.ready.is_empty() || self.gathering.len() >= GATHERED_MAX {
            return Some(Duration::ZERO);
        }
        let since = (!self.gathering.is_empty()).then_some(self.gathering_since)?;
        Some((since + GATHER).saturating_sub(now))
    }

    /// Lets those in whose second is over at `now`: [`Inbox::take`] then takes theirs in turn with the others'.
    pub fn admit(&mut self, now: Duration) {
        let over = now.saturating_sub(self.gathering_since) >= GATHER;
        if over || self.gathering.len() >= GATHERED_MAX {
            self.ready.append(&mut self.gathering);
        }
    }

    /// Takes the first message of the sender whose turn it is.
    pub fn take(&mut self) -> Option<(Sender, Queued)> {
        let sender = self.ready.pop_front()?;
        let queue = self.queues.get_mut(&sender)?;
        let message = queue.take()?;
        self.bytes -= message.size();
        if queue.len() > 0 {
            self.ready.push_back(sender.clone());
        } else {
            self.queues.remove(&sender);
        }
        Some((sender, message))
    }
}

#[cfg(test)]
#[path = "inbox_tests.rs"]
mod tests;
