//! Delivery over one connection: what goes when, and what the broker's and the hub's words mean.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use super::unconfirmed::Unconfirmed;
use super::windows::{self, Hour};
use super::{Confirm, Deliverer, WaitsFor};
use crate::mqtt::MqttError;
use crate::mqtt::uplink::{Confirmed, Uplink, UplinkEvent};
use crate::spool::SpooledBatch;
use crate::spool::keeper::KeeperStats;
use crate::support::{Base, Stopwatch};
use crate::wire::{Ack, BootId, ClockState, Epoch, packed};

/// A batch that the broker has taken and the hub not acknowledged for at least this long, and at most twice, is sent again:
/// all such while the hub answers; the oldest alone, to see whether it does, while it is silent.
pub(super) const RESEND_AFTER: Duration = Duration::from_secs(30);

/// A broker that confirms nothing of what is on its way for so long takes nothing: a new connection may help.
const BROKER_SILENT: Duration = Duration::from_secs(30);

/// How often is looked at what only time changes: the month, the window of connection, the broker's silence.
const TICK: Duration = Duration::from_secs(5);

/// Batches that may wait for the hub's acknowledgement; more stay in the spool until some are released. A hub commits 200
/// messages at a time, and a broker keeps 1000 for one that is away.
const UNCONFIRMED_MAX: usize = 1024;

/// Of them, what the backlog leaves to what is new.
const UNCONFIRMED_NEW: usize = 128;

/// Messages of the window that the backlog leaves to what is new.
const WINDOW_NEW: usize = 2;

/// New batches that may wait to be sent. Where more do, the link is too slow for them, and the newest matters most.
const NEW_MAX: u64 = 64;

/// Batches fetched from the file at once.
const FETCH: u32 = 64;

/// What the hub no longer has is looked for at most so often: two hubs that have different parts must not make a storm.
const HEAL_EVERY: Duration = Duration::from_secs(60);

/// What is noted of the month's traffic is at most this much behind.
const TRAFFIC_NOTE: u64 = 256 * 1024;

/// What the hub is told of a clock.
pub(super) fn clock_state(base: Base) -> ClockState {
    if base.provisional { ClockState::Provisional } else { ClockState::Good }
}

/// How a connection has ended.
pub(super) enum Ended {
    Stopped,
    /// Everything is delivered, or the window is closed.
    Rests,
    /// The spool has begun a new life.
    Renewed,
    Lost(MqttError),
}

/// Delivery over one connection.
pub(super) struct Delivery<'a> {
    of: &'a mut Deliverer,
    uplink: Uplink,
    stats: watch::Receiver<KeeperStats>,
    /// The life of the spool, and how often it had called things back.
    epoch: Epoch,
    rewinds: u64,
    /// New batches up to this number have been sent, or have become backlog.
    new_after: u64,
    /// The backlog has been fetched up to this number.
    old_after: u64,
    /// Backlog fetched and not sent.
    fetched: VecDeque<SpooledBatch>,
    /// Sent over this connection, not yet acknowledged by the hub.
    unconfirmed: Unconfirmed,
    pace: Pace,
    life: Stopwatch,
    /// When was last looked for what the hub has lost.
    healed: Option<Duration>,
    /// When the broker last confirmed something, or had nothing to confirm.
    confirmed_at: Duration,
    /// Bytes of this connection that are counted.
    counted: u64,
    /// Of the month's traffic, what is noted.
    noted: u64,
    /// Whether nobody waits for the clock any more.
    held_on: bool,
    /// What the hub has been told of the clock.
    told: ClockState,
    compress: bool,
}

impl<'a> Delivery<'a> {
    /// Begins over a connection that has just been made, where the hub has been told `clock`.
    pub fn new(of: &'a mut Deliverer, uplink: Uplink, clock: ClockState) -> Self {
        let now = of.clock.now();
        of.status.send_modify(|s| {
            (s.connected_since, s.problem, s.next_at) = (Some(now), None, None);
            s.connections += 1;
        });
        let stats = of.spool.stats();
        let spool = stats.borrow().spool;
        let rate = u64::from(of.uplink.backlog_kb_s) * 1024;
        Self {
            uplink,
            stats,
            epoch: spool.epoch,
            rewinds: spool.rewinds,
            new_after: spool.last_seq,
            old_after: 0,
            fetched: VecDeque::new(),
            unconfirmed: Unconfirmed::default(),
            pace: Pace::new(rate),
            life: Stopwatch::start(),
            healed: None,
            confirmed_at: Duration::ZERO,
            counted: 0,
            noted: of.budget.used().1,
            held_on: false,
            told: clock,
            compress: of.uplink.compress.unwrap_or(of.confirm == Confirm::Hub),
            of,
        }
    }
    pub async fn run(mut self, stop: &CancellationToken) -> anyhow::Result<Ended> {
        let mut resend = tokio::time::interval(RESEND_AFTER);
        resend.reset();
        let mut tick = tokio::time::interval(TICK);
        let ended = loop {
            let spool = self.stats.borrow_and_update().spool;
            if spool.epoch != self.epoch {
                break Ended::Renewed;
            }
            if spool.rewinds != self.rewinds {
                self.rewinds = spool.rewinds;
                self.begin_again(1);
            }
            if let Some(lost) = self.fill(spool.last_seq).await? {
                break Ended::Lost(lost);
            }
            let wait = self.pace.wait().filter(|_| self.has_backlog());
            tokio::select! {
                () = stop.cancelled() => break Ended::Stopped,
                event = self.uplink.next() => match event {
                    UplinkEvent::Lost(error) => break Ended::Lost(error),
                    UplinkEvent::Malformed(problem) => tracing::warn!(problem, "no acknowledgement; left alone"),
                    UplinkEvent::Confirmed(message) => self.confirmed(&message),
                    UplinkEvent::Committed(ack) => {
                        self.committed(&ack);
                        // Not only at a tick: it may always come when another poll is on its way.
                        if !self.of.uplink.windows.is_empty() && self.is_done() {
                            break Ended::Rests;
                        }
                    }
                },
                changed = self.stats.changed() => changed?,
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
                _ = resend.tick() => {
                    if let Some(oldest) = self.unconfirmed.age() {
                        tracing::info!(from = oldest, "the hub has not acknowledged; sending again");
                        self.begin_again(oldest);
                    }
                }
                _ = tick.tick() => {
                    if let Some(ended) = self.look() {
                        break ended;
                    }
                }
            }
        };
        self.count();
        let (month, used) = self.of.budget.used();
        self.of.spool.note_traffic(month, used);
        if matches!(ended, Ended::Stopped | Ended::Rests) {
            self.uplink.close().await;
        }
        Ok(ended)
    }

    /// The broker has confirmed a message.
    fn confirmed(&mut self, message: &Confirmed) {
        self.confirmed_at = self.life.elapsed();
        self.pace.confirmed(message.bytes, message.backlog, message.took);
        for &seq in &message.batches {
            match self.of.confirm {
                Confirm::Hub => self.unconfirmed.taken(seq),
                Confirm::Broker => {
                    self.unconfirmed.forget(seq);
                    let taken = [(seq, seq)].into_iter().collect();
                    self.of.spool.release(self.epoch, &taken, false);
                }
            }
        }
    }

    /// The hub has told what it has.
    fn committed(&mut self, ack: &Ack) {
        if ack.epoch != self.epoch {
            return;
        }
        let last = self.stats.borrow().spool.last_seq;
        if let Some(beyond) = ack.committed.last().filter(|beyond| *beyond > last) {
            tracing::warn!(
                beyond,
                last,
                "an acknowledgement of batches that were never made; only the others count"
            );
        }
        let now = self.of.clock.now();
        self.of.status.send_modify(|s| s.acknowledged_at = Some(now));
        if let Some(lost) = self.unconfirmed.committed(&ack.committed) {
            tracing::info!(from = lost, "the hub has not acknowledged; sending again");
            self.begin_again(lost);
        }
        let at = self.life.elapsed();
        let heal = self.healed.is_none_or(|healed| at - healed >= HEAL_EVERY);
        if heal {
            self.healed = Some(at);
        }
        self.of.spool.release(ack.epoch, &ack.committed, heal);
    }

    /// The backlog begins at `oldest` again: all from there on that are not on their way are sent.
    fn begin_again(&mut self, oldest: u64) {
        if oldest <= self.old_after {
            self.old_after = oldest.saturating_sub(1);
            self.fetched.clear();
        }
    }

    fn has_backlog(&self) -> bool {
        self.old_after < self.new_after || !self.fetched.is_empty()
    }

    /// Whether everything that may be sent has been, and been acknowledged.
    fn is_done(&self) -> bool {
        let last_seq = self.stats.borrow().spool.last_seq;
        self.unconfirmed.len() == 0 && !self.has_backlog() && self.new_after >= last_seq
    }

    /// What only time changes.
    fn look(&mut self) -> Option<Ended> {
        self.count();
        let at = self.life.elapsed();
        if self.uplink.is_idle() {
            self.confirmed_at = at;
        } else if at - self.confirmed_at >= BROKER_SILENT {
            return Some(Ended::Lost(self.uplink.silent(BROKER_SILENT)));
        }
        let base = self.of.clock.base();
        if base.provisional && !self.held_on && at >= self.of.hold {
            self.held_on = true;
            tracing::warn!(
                "the clock is still not known to be right; readings are sent as suspect"
            );
            self.of.spool.time_stays_unknown(BootId(base.boot));
        }
        let clock = clock_state(base);
        if clock != self.told {
            self.told = clock;
            if let Err(lost) = self.uplink.tell_clock(clock) {
                return Some(Ended::Lost(lost));
            }
        }
        if self.of.uplink.windows.is_empty() {
            return None;
        }
        let open =
            matches!(windows::hour(&self.of.uplink.windows, &self.of.local()), Hour::Open(_));
        (!open || self.is_done()).then_some(Ended::Rests)
    }

    /// Counts what went over the link since it was last counted.
    fn count(&mut self) {
        let total = self.uplink.traffic();
        let bytes = total.bytes - self.counted;
        self.counted = total.bytes;
        let local = self.of.local();
        self.of.budget.count(bytes, &local);
        let used = self.of.budget.used();
        if used.1.abs_diff(self.noted) >= TRAFFIC_NOTE {
            self.noted = used.1;
            self.of.spool.note_traffic(used.0.clone(), used.1);
        }
        let waits_for = if !self.of.budget.allows() {
            Some(WaitsFor::Budget)
        } else if self.has_backlog() && !self.of.budget.allows_backlog(&local) {
            Some(WaitsFor::DaysShare)
        } else {
            None
        };
        self.of.status.send_modify(|s| {
            s.bytes += bytes;
            s.month = Some(used);
            s.waits_for = waits_for;
        });
    }

    /// Sends what the link has room for. Returns the error of a connection that is lost.
    async fn fill(&mut self, last_seq: u64) -> anyhow::Result<Option<MqttError>> {
        if !self.of.budget.allows() {
            return Ok(None);
        }
        if let Some(lost) = self.send_new(last_seq).await? {
            return Ok(Some(lost));
        }
        if !self.has_backlog() || !self.of.budget.allows_backlog(&self.of.local()) {
            return Ok(None);
        }
        while self.uplink.free() > WINDOW_NEW.min(usize::from(self.of.mqtt.window) / 2)
            && self.unconfirmed.len() + UNCONFIRMED_NEW < UNCONFIRMED_MAX
        {
            let Some(most) = self.pace.message_max(self.life.elapsed()) else {
                break;
            };
            if self.fetched.is_empty() && !self.fetch().await? {
                break;
            }
            if let Err(lost) = self.send_backlog(most) {
                return Ok(Some(lost));
            }
        }
        Ok(None)
    }

    /// What is new has got to `seq`. Where there is no backlog, none begins here.
    fn pass(&mut self, seq: u64) {
        if !self.has_backlog() {
            self.old_after = seq;
        }
        self.new_after = seq;
    }

    async fn send_new(&mut self, last_seq: u64) -> anyhow::Result<Option<MqttError>> {
        if last_seq.saturating_sub(self.new_after) > NEW_MAX {
            self.begin_again(self.new_after + 1);
            self.new_after = last_seq - 1;
        }
        while self.new_after < last_seq {
            let room =
                self.uplink.free().min(UNCONFIRMED_MAX.saturating_sub(self.unconfirmed.len()));
            if room == 0 {
                break;
            }
            let Ok(batches) = self.of.spool.batches(self.new_after, last_seq, room as u32).await
            else {
                // The spool says so itself, and is asked again.
                break;
            };
            if batches.is_empty() {
                // All up to the last wait for the clock.
                self.pass(last_seq);
            }
            for batch in batches {
                self.pass(batch.seq);
                let Some(message) = self.message(&batch) else {
                    continue;
                };
                if let Err(lost) = self.uplink.publish(vec![batch.seq], false, message) {
                    return Ok(Some(lost));
                }
                self.sent([batch.seq]);
            }
        }
        Ok(None)
    }

    /// Fetches backlog that is not on its way. Returns whether there is any.
    async fn fetch(&mut self) -> anyhow::Result<bool> {
        while self.fetched.is_empty() && self.old_after < self.new_after {
            let Ok(batches) = self.of.spool.stored(self.old_after, self.new_after, FETCH).await
            else {
                return Ok(false);
            };
            self.old_after = batches.last().map_or(self.new_after, |last| last.seq);
            let waiting = batches.into_iter().filter(|b| !self.unconfirmed.contains(b.seq));
            self.fetched.extend(waiting);
        }
        Ok(!self.fetched.is_empty())
    }

    /// Sends a message of at most `most` bytes of backlog, but at least one batch.
    fn send_backlog(&mut self, most: usize) -> Result<(), MqttError> {
        let (mut seqs, mut messages, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(batch) = self.fetched.pop_front() {
            let Ok(plain) = packed::plain(&batch.message) else {
                self.of.spool.spoilt(batch.seq);
                continue;
            };
            if !messages.is_empty() && bytes + plain.len() > most {
                self.fetched.push_front(batch);
                break;
            }
            bytes += plain.len() + 1;
            messages.push(plain.into_owned());
            seqs.push(batch.seq);
        }
        if seqs.is_empty() {
            return Ok(());
        }
        let message = packed::bundle(&messages);
        let message = if self.compress { packed::compress_well(&message) } else { message };
        self.pace.sent(message.len());
        self.uplink.publish(seqs.clone(), true, message)?;
        self.sent(seqs);
        Ok(())
    }

    /// A message with these batches is on its way.
    fn sent(&mut self, seqs: impl IntoIterator<Item = u64>) {
        for seq in seqs {
            self.unconfirmed.sent(seq);
        }
        self.of.status.send_modify(|s| s.messages += 1);
    }

    /// The message of one batch as it is sent; nothing where it cannot be read any more.
    fn message(&self, batch: &SpooledBatch) -> Option<Vec<u8>> {
        if self.compress {
            return Some(batch.message.clone());
        }
        match packed::plain(&batch.message) {
            Ok(plain) => Some(plain.into_owned()),
            Err(_) => {
                self.of.spool.spoilt(batch.seq);
                None
            }
        }
    }
}
