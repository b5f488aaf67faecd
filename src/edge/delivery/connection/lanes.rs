//! What is sent when: new batches at once, then what has failed, then the backlog.

use std::collections::VecDeque;
use std::time::Duration;

use super::Delivery;
use crate::edge::delivery::Confirm;
use crate::edge::delivery::unconfirmed::Unconfirmed;
use crate::mqtt::MqttError;
use crate::spool::{SpoolStats, SpooledBatch};
use crate::wire::packed;

/// Batches that may wait for the hub's acknowledgement; the rest stays in the spool. A hub commits 200 messages at a
/// time. New ones take the place of the oldest.
const UNCONFIRMED_MAX: usize = 1024;

/// How many of them the backlog leaves to new batches.
const UNCONFIRMED_NEW: usize = 128;

/// Messages in flight that the backlog leaves to new batches.
const WINDOW_NEW: usize = 2;

/// New batches that may wait to be sent. If more do, the link is too slow for them, and the newest matters most.
const NEW_MAX: u64 = 64;

/// Batches fetched from the file at once.
const FETCH: u32 = 64;

/// Refusals in a row from which on only the newest batch is sent, to see whether the broker takes it.
const REFUSALS_MAX: u32 = 2;

/// After a connection that was lost on a message that may have been too large, backlog waits for new batches to arrive,
/// at most this long. Engineering judgement: a hub acknowledges within two seconds.
const CAREFUL: Duration = Duration::from_secs(10);

/// A hub answers a birth within this time; one of an earlier version does not, and answers batches only. Engineering
/// judgement: it answers within two seconds, and a slow link takes two more.
pub(super) const BIRTH_ANSWERED: Duration = Duration::from_secs(5);

/// Time between two batches that are sent although no hub has been heard of over the connection. Engineering judgement:
/// as long as a hub may take to acknowledge one; where acknowledgements cannot come, slow polls still arrive.
const AHEAD_EVERY: Duration = Duration::from_secs(30);

impl Delivery<'_> {
    /// How long until more may be sent, if only the rates hold it back, or a hub is to be told of the clock.
    pub(super) fn wait(&self) -> Option<Duration> {
        let backlog = self.has_backlog().then(|| self.pace.wait(false)).flatten();
        let due = self.deliverer.retries.due(&self.deliverer.sizes, self.now());
        let again = due.and_then(|_| self.pace.wait(true));
        let clock = self.clock_said.wait(self.now());
        backlog.into_iter().chain(again).chain(clock).min()
    }

    /// Sends what the link has room for.
    pub(super) async fn send(&mut self, spool: &SpoolStats) -> Result<(), MqttError> {
        if !self.deliverer.budget.allows() || self.now() < self.refusals.hold_until {
            return Ok(());
        }
        if !self.may_send_all(spool.send_to).await {
            return self.send_known(spool.send_to).await;
        }
        let last_seq = spool.last_seq;
        if self.refusals.count >= REFUSALS_MAX {
            return self.send_newest(last_seq).await;
        }
        self.send_new(last_seq).await?;
        if !self.deliverer.budget.allows_backlog(&self.deliverer.local_time()) {
            return Ok(());
        }
        self.send_again().await?;
        self.send_backlog(u64::MAX).await
    }

    /// Whether any batch may be sent: a hub has said over this connection what it has of this epoch, so that batches of
    /// another life of this spool would have been noticed, or there is no hub that acknowledges.
    async fn may_send_all(&mut self, send_to: u64) -> bool {
        let settled = send_to == u64::MAX || self.deliverer.settings.confirm == Confirm::Broker;
        if settled && !self.sends_all {
            self.sends_all = true;
            // A spool that cannot be written reports it itself, and keeps nothing from being sent.
            let _ended = self.deliverer.spool.begin_sending(self.epoch).await.is_err();
            if self.unconfirmed.len() > 0 {
                // What was sent before counts for nothing: there may have been no hub.
                self.unconfirmed = Unconfirmed::default();
                self.rewind_to(1);
                let now = self.now();
                self.deliverer.retries.returned(now, |_| false);
            }
        }
        settled
    }

    /// Where no hub has answered the birth, sends what may have been sent before, which it may answer, and now and then
    /// the next batch.
    async fn send_known(&mut self, send_to: u64) -> Result<(), MqttError> {
        if self.life.elapsed() < BIRTH_ANSWERED
            || !self.deliverer.budget.allows_backlog(&self.deliverer.local_time())
        {
            return Ok(());
        }
        if self.refusals.count >= REFUSALS_MAX {
            let idle = self.uplink.is_idle();
            return if idle { self.send_again_once().await.map(|_| ()) } else { Ok(()) };
        }
        self.send_again().await?;
        self.send_backlog(send_to).await?;
        let at = self.life.elapsed();
        if at < self.ahead_at || !self.has_room() {
            return Ok(());
        }
        self.ahead_at = at + AHEAD_EVERY;
        self.send_ahead(send_to).await
    }

    /// Sends the first batch after `send_to`, which the spool notes before.
    async fn send_ahead(&mut self, send_to: u64) -> Result<(), MqttError> {
        let spool = &self.deliverer.spool;
        let Ok(found) = spool.stored(self.epoch, send_to, u64::MAX, 1).await else {
            return Ok(());
        };
        let Some(seq) = found.first().map(|batch| batch.seq) else { return Ok(()) };
        if spool.may_leave(self.epoch, seq).await.is_err() {
            return Ok(());
        }
        if seq > self.new_after {
            self.advance_new(seq);
        }
        match self.bundle(&mut found.into(), usize::MAX) {
            Some((_, message)) => self.publish_one(seq, true, message, None),
            None => Ok(()),
        }
    }

    /// Whether a message of backlog, or one that failed, may go now.
    fn has_room(&self) -> bool {
        let window_new = WINDOW_NEW.min(usize::from(self.deliverer.settings.mqtt.window) / 2);
        self.uplink.free() > window_new
            && self.unconfirmed.len() + UNCONFIRMED_NEW < UNCONFIRMED_MAX
            && self.is_safe()
    }

    /// Whether a message that ends the connection would be known to be the one, and would keep no new batch from
    /// arriving.
    fn is_safe(&self) -> bool {
        let sizes = &self.deliverer.sizes;
        let new_came =
            || self.arrived || self.unconfirmed.len() == 0 || self.life.elapsed() >= CAREFUL;
        let risked = || self.unconfirmed.unsettled().any(|failed| !sizes.has_passed(failed.bytes));
        !sizes.is_careful() || (new_came() && !risked())
    }

    /// New batches have been dealt with up to `seq`. If there is no backlog, none begins here.
    fn advance_new(&mut self, seq: u64) {
        if !self.has_backlog() {
            self.old_after = seq;
        }
        self.new_after = seq;
    }

    /// Leaves all new batches but the last to the backlog.
    fn skip_to_newest(&mut self, last_seq: u64) {
        self.rewind_to(self.new_after + 1);
        self.new_after = last_seq - 1;
    }

    /// Sends one message to a broker that has refused the last ones.
    async fn send_newest(&mut self, last_seq: u64) -> Result<(), MqttError> {
        if !self.uplink.is_idle() {
            return Ok(());
        }
        if last_seq > self.new_after + 1 {
            self.skip_to_newest(last_seq);
        }
        self.send_new(last_seq).await?;
        if self.uplink.is_idle() { self.send_again_once().await.map(|_| ()) } else { Ok(()) }
    }

    async fn send_new(&mut self, last_seq: u64) -> Result<(), MqttError> {
        if last_seq.saturating_sub(self.new_after) > NEW_MAX {
            self.skip_to_newest(last_seq);
        }
        while self.new_after < last_seq && self.uplink.free() > 0 {
            if self.unconfirmed.len() >= UNCONFIRMED_MAX {
                let Some(oldest) = self.unconfirmed.give_up_oldest() else { break };
                self.rewind_to(oldest);
                let now = self.now();
                self.deliverer.retries.returned(now, |seq| self.unconfirmed.contains(seq));
            }
            let left = UNCONFIRMED_MAX.saturating_sub(self.unconfirmed.len());
            let room = self.uplink.free().min(left) as u32;
            let spool = &self.deliverer.spool;
            let Ok(batches) = spool.batches(self.epoch, self.new_after, last_seq, room).await
            else {
                // The spool reports its failure itself, and is asked again.
                break;
            };
            if batches.is_empty() {
                // All up to the last are held back until the time is known.
                self.advance_new(last_seq);
            }
            for mut batch in batches {
                self.advance_new(batch.seq);
                if self.compress {
                    self.publish_one(batch.seq, false, batch.message, None)?;
                } else if let Some(plain) = batch.plain.take().or_else(|| self.decompressed(&batch))
                {
                    self.publish_one(batch.seq, false, plain, Some(batch.message))?;
                }
            }
        }
        Ok(())
    }

    /// Sends what has failed, as far as it is due.
    async fn send_again(&mut self) -> Result<(), MqttError> {
        while self.has_room() && self.send_again_once().await? {}
        Ok(())
    }

    /// Sends one message of what has failed. Returns whether more may follow.
    async fn send_again_once(&mut self) -> Result<bool, MqttError> {
        let now = self.now();
        let Some(most) = self.pace.again_max(now) else { return Ok(false) };
        let Some((seqs, alone)) = self.deliverer.retries.due(&self.deliverer.sizes, now) else {
            return Ok(false);
        };
        let (Some(&first), Some(&last)) = (seqs.first(), seqs.last()) else { return Ok(false) };
        let spool = &self.deliverer.spool;
        let Ok(found) = spool.stored(self.epoch, first.saturating_sub(1), last, FETCH).await else {
            return Ok(false);
        };
        let seen_to = match found.last() {
            Some(newest) if found.len() as u32 == FETCH => newest.seq,
            _ => last,
        };
        // What is no longer there has been acknowledged, or thinned.
        for &seq in seqs.iter().filter(|seq| **seq <= seen_to) {
            if !found.iter().any(|batch| batch.seq == seq) {
                self.deliverer.retries.remove(seq);
            }
        }
        let mut found: VecDeque<_> =
            found.into_iter().filter(|batch| seqs.contains(&batch.seq)).collect();
        let sent = if alone {
            let Some(batch) = found.pop_front() else { return Ok(true) };
            let Some(plain) = self.decompressed(&batch) else {
                self.deliverer.retries.remove(batch.seq);
                return Ok(true);
            };
            (vec![batch.seq], self.smallest(plain))
        } else {
            let Some(bundle) = self.bundle(&mut found, most) else { return Ok(true) };
            bundle
        };
        let (seqs, message) = sent;
        for &seq in &seqs {
            self.deliverer.retries.sent(seq, &self.deliverer.sizes, now);
        }
        self.pace.sent_again(message.len());
        self.publish(seqs, true, message)?;
        Ok(true)
    }

    /// A batch in its smallest form that its receiver can read.
    fn smallest(&self, plain: Vec<u8>) -> Vec<u8> {
        if !self.compress && self.deliverer.settings.confirm == Confirm::Broker {
            return plain;
        }
        let compressed = packed::compress_well(&plain);
        if self.compress || compressed.len() < plain.len() { compressed } else { plain }
    }

    /// Sends backlog up to number `send_to`.
    async fn send_backlog(&mut self, send_to: u64) -> Result<(), MqttError> {
        while self.has_backlog()
            && self.has_room()
            && let Some(most) = self.pace.message_max(self.now())
            && (!self.fetched.is_empty() || self.fetch(send_to).await)
        {
            let mut fetched = std::mem::take(&mut self.fetched);
            let bundle = self.bundle(&mut fetched, most);
            self.fetched = fetched;
            let Some((seqs, message)) = bundle else { continue };
            if let [seq] = seqs[..] {
                self.publish_one(seq, true, message, None)?;
            } else {
                self.pace.sent(message.len());
                self.publish(seqs, true, message)?;
            }
        }
        Ok(())
    }

    /// Fetches backlog up to number `send_to` that is not in flight. Returns whether there is any.
    async fn fetch(&mut self, send_to: u64) -> bool {
        let to = self.new_after.min(send_to);
        while self.fetched.is_empty() && self.old_after < to {
            let spool = &self.deliverer.spool;
            let Ok(batches) = spool.stored(self.epoch, self.old_after, to, FETCH).await else {
                return false;
            };
            self.old_after = batches.last().map_or(to, |last| last.seq);
            let (unconfirmed, retries) = (&self.unconfirmed, &self.deliverer.retries);
            let waiting = batches
                .into_iter()
                .filter(|b| !unconfirmed.contains(b.seq) && !retries.contains(b.seq));
            self.fetched.extend(waiting);
        }
        !self.fetched.is_empty()
    }

    /// Takes the batches of one message from `from`: at most `most` bytes before compression, and no more than passes,
    /// but at least one batch.
    fn bundle(
        &self,
        from: &mut VecDeque<SpooledBatch>,
        most: usize,
    ) -> Option<(Vec<u64>, Vec<u8>)> {
        let bundle_max = self.deliverer.sizes.bundle_max();
        let most = if self.compress { most } else { most.min(bundle_max) };
        let (mut batches, mut messages, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(batch) = from.pop_front() {
            let Some(plain) = self.decompressed(&batch) else { continue };
            if !messages.is_empty() && bytes + plain.len() > most {
                from.push_front(batch);
                break;
            }
            bytes += plain.len() + 1;
            messages.push(plain);
            batches.push(batch);
        }
        while !batches.is_empty() {
            let message = packed::bundle(&messages);
            let message = if self.compress { packed::compress_well(&message) } else { message };
            if message.len() <= bundle_max || batches.len() == 1 {
                return Some((batches.iter().map(|batch| batch.seq).collect(), message));
            }
            let half = batches.len() / 2;
            messages.truncate(half);
            for batch in batches.drain(half..).rev() {
                from.push_front(batch);
            }
        }
        None
    }

    /// Sends one batch that has not failed yet, as `smaller` if it would not pass otherwise. Sets it aside if nothing
    /// of its size passes.
    fn publish_one(
        &mut self,
        seq: u64,
        backlog: bool,
        message: Vec<u8>,
        smaller: Option<Vec<u8>>,
    ) -> Result<(), MqttError> {
        let now = self.now();
        let (retries, sizes) = (&self.deliverer.retries, &self.deliverer.sizes);
        let smaller = smaller.filter(|_| self.deliverer.settings.confirm == Confirm::Hub);
        let fits = |message: &Vec<u8>| !retries.is_known_too_large(message.len(), sizes);
        let bytes = message.len();
        let Some(message) = [Some(message), smaller].into_iter().flatten().find(fits) else {
            self.deliverer.retries.set_aside(seq, bytes, now);
            self.warn_too_large(seq, bytes, now);
            return Ok(());
        };
        if backlog {
            self.pace.sent(message.len());
        }
        self.publish(vec![seq], backlog, message)
    }

    fn publish(
        &mut self,
        seqs: Vec<u64>,
        backlog: bool,
        message: Vec<u8>,
    ) -> Result<(), MqttError> {
        let bytes = message.len();
        self.uplink.publish(seqs.clone(), backlog, message)?;
        if self.sends_all {
            self.deliverer.spool.hand_over(self.epoch, &seqs);
        }
        self.unconfirmed.sent(&seqs, bytes);
        self.deliverer.status.send_modify(|s| s.messages += 1);
        Ok(())
    }

    /// The message of a batch as it was before compression. A batch that cannot be read any more becomes a loss record.
    fn decompressed(&self, batch: &SpooledBatch) -> Option<Vec<u8>> {
        let plain = packed::decompress(&batch.message);
        if plain.is_err() {
            let seq = batch.seq;
            self.deliverer.spool.tell_spool(move |spool, now| spool.replace_damaged(seq, now));
        }
        plain.ok().map(|plain| plain.into_owned())
    }
}
