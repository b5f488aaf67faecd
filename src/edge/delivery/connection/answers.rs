//! What the answers of broker and hub lead to, and their absence.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::{Delivery, WARN_EVERY};
use crate::edge::delivery::clock_said;
use crate::edge::delivery::retries::{Aside, Cause};
use crate::edge::delivery::unconfirmed::Failed;
use crate::edge::delivery::{BrokerRefusal, Confirm, SetAside};
use crate::mqtt::MqttError;
use crate::mqtt::uplink::{Confirmed, Refused};
use crate::wire::{Ack, Channel, Topic, WireError};

/// Least time between searches for what the hub has lost: two hubs with different parts must not cause a storm.
const HEAL_EVERY: Duration = Duration::from_secs(60);

/// Least time between two times of sending what a hub missed that has just come; until then it may still acknowledge
/// what it has. Each hub says so once after our birth, and one that cannot stay must not cause a storm. Engineering
/// judgement.
const HUB_COMES_EVERY: Duration = Duration::from_secs(10);

/// How often refusals are written to the log, with their count. Engineering judgement.
const REFUSALS_EVERY: Duration = Duration::from_secs(60);

/// The longest that nothing is sent to a broker that refuses one message after the other; first two seconds, then twice
/// as long each time. Engineering judgement: a right that is given back takes effect within a minute.
const HOLD_MOST: Duration = Duration::from_secs(60);

impl Delivery<'_> {
    pub(super) fn confirmed(&mut self, message: &Confirmed) {
        let now = self.now();
        self.confirmed_at = self.life.elapsed();
        self.pace.confirmed(message.bytes, message.backlog, message.took);
        if self.refusals.count > 0 {
            (self.refusals.count, self.refusals.hold_until) = (0, Duration::ZERO);
            self.deliverer.retries.cleared(Cause::Refused, now);
            self.deliverer.status.send_modify(|s| s.refusal = None);
        }
        for &seq in &message.batches {
            match self.deliverer.settings.confirm {
                Confirm::Hub => self.unconfirmed.taken(seq, now),
                Confirm::Broker => {
                    self.unconfirmed.remove(seq);
                    self.deliverer.retries.remove(seq);
                    let taken = [(seq, seq)].into_iter().collect();
                    self.deliverer.spool.release(self.epoch, &taken, false, false);
                }
            }
        }
        if self.deliverer.settings.confirm == Confirm::Broker {
            self.arrived(message.bytes, now);
        }
    }

    /// A message of `bytes` has arrived where it should.
    fn arrived(&mut self, bytes: usize, now: Duration) {
        (self.arrived, self.deliverer.progressed) = (true, true);
        self.deliverer.sizes.passes(bytes, now);
        self.deliverer.retries.passes(&self.deliverer.sizes, now);
    }

    /// The broker has refused a message.
    pub(super) fn refused(&mut self, message: Refused) {
        let (now, time) = (self.now(), self.deliverer.clock.now());
        let Refused { batches, backlog, bytes, too_large, reason } = message;
        self.confirmed_at = self.life.elapsed();
        if backlog {
            self.pace.refused(bytes);
        }
        let alone = batches.len() == 1;
        if too_large && !alone {
            self.deliverer.sizes.fails(bytes, false, false, now);
        }
        let cause = match (too_large, alone) {
            (true, true) => Cause::TooLarge,
            (true, false) => Cause::Lost,
            (false, _) => Cause::Refused,
        };
        for &seq in &batches {
            self.unconfirmed.remove(seq);
            self.fails(Failed { seq, message: 0, bytes, alone, probe: false }, cause, now);
        }
        if !too_large && !batches.is_empty() {
            self.refusals.count = self.refusals.count.saturating_add(1);
            // The first may concern this message alone.
            let doublings = self.refusals.count.saturating_sub(1).min(16);
            let hold = Duration::from_secs((1 << doublings) - 1 + u64::from(doublings > 0));
            self.refusals.hold_until = now + hold.min(HOLD_MOST);
            let count = u64::from(self.refusals.count);
            let since = self.deliverer.status.borrow().refusal.as_ref().map_or(time, |r| r.since);
            let refusal = BrokerRefusal { since, count, reason: reason.clone() };
            self.deliverer.status.send_modify(|s| s.refusal = Some(refusal));
        }
        self.refusals.unsaid += 1;
        let due = |at: Duration| now.saturating_sub(at) >= REFUSALS_EVERY;
        if self.deliverer.warned.refused.is_none_or(due) {
            let count = std::mem::take(&mut self.refusals.unsaid);
            self.deliverer.warned.refused = Some(now);
            tracing::warn!(count, %reason, "the broker refuses what is sent; it stays in the spool");
        }
    }

    /// What came as an acknowledgement is none.
    pub(super) fn malformed(&mut self, problem: &WireError) {
        if let Some(count) = self.deliverer.warned.malformed.note(self.now()) {
            tracing::warn!(count, %problem, "ignored a malformed acknowledgement");
        }
    }

    /// Logs what has been counted for a minute.
    pub(super) fn tell_late(&mut self) {
        let now = self.now();
        if let Some(count) = self.deliverer.warned.malformed.due(now) {
            tracing::warn!(count, "ignored malformed acknowledgements");
        }
        if let Some(messages) = self.deliverer.warned.unacknowledged.due(now) {
            tracing::info!(messages, "the hub has not acknowledged; sending again");
        }
    }

    /// Hands on what the office has pushed.
    pub(super) fn pushed(&mut self, message: Vec<u8>) {
        if !self.deliverer.pushed.hand_on(message)
            && let Some(count) = self.deliverer.warned.flood.note(self.now())
        {
            tracing::warn!(count, "pushed configurations come too fast; some were dropped");
        }
    }

    pub(super) fn committed(&mut self, ack: &Ack) {
        self.deliverer.pushed.committed(ack);
        if ack.epoch != self.epoch {
            return;
        }
        let (now, time) = (self.now(), self.deliverer.clock.now());
        self.deliverer
            .status
            .send_modify(|s| (s.acknowledged_at, s.silent_since) = (Some(time), None));
        let (largest, overtaken) = self.unconfirmed.committed(&ack.committed, ack.whole, now);
        if largest > 0 {
            self.arrived(largest, now);
            // Only now: an acknowledgement that names nothing new may have waited at the broker.
            self.compare_clocks(ack.at, time);
        }
        self.deliverer.retries.committed(&ack.committed);
        self.send_again_later(overtaken);
        if ack.start {
            self.hub_starts = Some(now);
            self.clock_said.hub_came();
        }
        self.send_what_hub_missed(now);
        let at = self.life.elapsed();
        // A hub that has nothing yet shows no gaps: its first acknowledgement that names something does.
        let heal = ack.whole
            && !ack.committed.is_empty()
            && self.healed.is_none_or(|healed| at - healed >= HEAL_EVERY);
        if heal {
            self.healed = Some(at);
        }
        self.deliverer.spool.release(ack.epoch, &ack.committed, ack.whole, heal);
    }

    /// Compares what the hub's clock showed when it acknowledged with this one's time now.
    fn compare_clocks(&mut self, hub: Option<Timestamp>, time: Timestamp) {
        let base = self.deliverer.clock.base();
        let ahead = clock_said::ahead_of(hub, base, time);
        self.deliverer
            .status
            .send_if_modified(|s| std::mem::replace(&mut s.ahead_of_hub_s, ahead) != ahead);
        let Some(ahead_s) = ahead.filter(|_| !base.provisional) else {
            return;
        };
        let now = self.now();
        let due = |at: Duration| now.saturating_sub(at) >= WARN_EVERY;
        if self.deliverer.warned.clocks.is_none_or(due) {
            self.deliverer.warned.clocks = Some(now);
            tracing::warn!(
                ahead_s,
                "this clock and the hub's differ: check this machine's clock, then the hub's"
            );
        }
    }

    /// Once the hub has said that it has come: what the broker took before and the hub has not acknowledged since is
    /// backlog again.
    fn send_what_hub_missed(&mut self, now: Duration) {
        if now.saturating_sub(self.hub_came) < HUB_COMES_EVERY {
            return;
        }
        let Some(started) = self.hub_starts.take() else { return };
        self.hub_came = now;
        self.deliverer.retries.cleared(Cause::Unanswered, now);
        if let Some(oldest) = self.unconfirmed.hub_came(started) {
            tracing::info!(from = oldest, "the hub has come; sending what it missed");
            self.rewind_to(oldest);
            self.deliverer.retries.returned(now, |seq| self.unconfirmed.contains(seq));
        }
    }

    /// Finds what the hub does not acknowledge, and whether it acknowledges anything.
    pub(super) fn find_overdue(&mut self) {
        if self.deliverer.settings.confirm == Confirm::Hub {
            let now = self.now();
            self.send_what_hub_missed(now);
            let overdue = self.unconfirmed.overdue(now, self.deliverer.retries.room());
            self.send_again_later(overdue);
            self.find_silence(now);
        }
        let (sizes, retries) = (&self.deliverer.sizes, &self.deliverer.retries);
        let (too_large, unanswered) = (retries.too_large(sizes), retries.unanswered(sizes));
        let set_aside = |aside: Aside| SetAside {
            batches: aside.batches,
            seq: aside.seq,
            bytes: aside.bytes as u64,
        };
        self.deliverer.status.send_if_modified(|s| {
            let new = (too_large.map(set_aside), unanswered.map(set_aside));
            let changed = (s.too_large, s.unanswered) != new;
            (s.too_large, s.unanswered) = new;
            changed
        });
    }

    fn find_silence(&mut self, now: Duration) {
        let Some(since) = self.unconfirmed.silent_since(now) else { return };
        let since = self.time_of_day(since);
        self.deliverer.status.send_modify(|s| {
            s.silent_since.get_or_insert(since);
        });
        let due = |at: Duration| now.saturating_sub(at) >= WARN_EVERY;
        if self.deliverer.warned.silent.is_none_or(due) {
            self.deliverer.warned.silent = Some(now);
            let gateway = self.deliverer.settings.gateway.clone();
            let topic = Topic::new(gateway.clone(), Channel::Ack).to_string();
            tracing::warn!(
                %since,
                "the broker takes the batches, the hub has acknowledged none: is the hub running; may {gateway} read \
                 {topic} and may the hub write it?"
            );
        }
    }

    fn send_again_later(&mut self, failed: Vec<Failed>) {
        let now = self.now();
        let mut messages = BTreeSet::new();
        for failed in failed {
            if !failed.probe && messages.insert(failed.message) {
                self.deliverer.sizes.fails(failed.bytes, failed.alone, false, now);
                if let Some(messages) = self.deliverer.warned.unacknowledged.note(now) {
                    let (batch, bytes) = (failed.seq, failed.bytes);
                    tracing::info!(
                        batch,
                        bytes,
                        messages,
                        "the hub has not acknowledged; sending again"
                    );
                }
            }
            self.fails(failed, Cause::Unanswered, now);
        }
    }

    fn fails(&mut self, failed: Failed, cause: Cause, now: Duration) {
        if self.deliverer.retries.fails(failed, cause, &self.deliverer.sizes, now) {
            self.warn_too_large(failed.seq, failed.bytes, now);
        }
    }

    pub(super) fn warn_too_large(&mut self, batch: u64, bytes: usize, now: Duration) {
        let due = |at: Duration| now.saturating_sub(at) >= WARN_EVERY;
        if self.deliverer.warned.too_large.is_none_or(due) {
            self.deliverer.warned.too_large = Some(now);
            tracing::warn!(
                "batch {batch} of {bytes} bytes does not pass the broker: its message size limit is below that; raise \
                 it to {}; the batch stays in the spool, others go on",
                crate::edge::delivery::BROKER_MESSAGE_MAX
            );
        }
    }

    /// The connection was lost: the largest message on its way may have been too large.
    pub(super) fn lost(&mut self, error: &MqttError) {
        if let MqttError::Renewed { .. } = error {
            return;
        }
        let now = self.now();
        let Some(largest) = self.unconfirmed.unsettled().max_by_key(|failed| failed.bytes) else {
            return;
        };
        let too_large = matches!(error, MqttError::TooLarge { .. });
        let suspect = self.deliverer.sizes.fails(largest.bytes, largest.alone, true, now);
        // Bundles become smaller; of one batch alone the memory is kept.
        if largest.alone && (suspect || too_large) {
            let cause = if too_large { Cause::TooLarge } else { Cause::Lost };
            self.fails(largest, cause, now);
        }
    }
}
