//! Delivery over one connection: what is sent when, and what the answers of broker and hub lead to.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use super::unconfirmed::Unconfirmed;
use super::windows::Schedule;
use super::{Confirm, Deliverer, WaitsFor};
use crate::mqtt::MqttError;
use crate::mqtt::uplink::{Confirmed, Uplink, UplinkEvent};
use crate::spool::{SpoolStatus, SpooledBatch};
use crate::support::{Base, Stopwatch};
use crate::wire::{Ack, BootId, ClockState, Epoch, packed};

/// A batch that the broker has taken and the hub has not acknowledged is sent again after this time, at most twice as
/// late. While the hub answers, all such batches are; while it is silent, only the oldest, as a probe.
pub(super) const RESEND_AFTER: Duration = Duration::from_secs(30);

/// A broker that confirms nothing for this long, although messages are in flight, is left: a new connection may help.
const BROKER_SILENT: Duration = Duration::from_secs(30);

/// How often to check what changes with time alone: the month, the window of connection, the broker's silence.
const TICK: Duration = Duration::from_secs(5);

/// Batches that may wait for the hub's acknowledgement; the rest stays in the spool. A hub commits 200 messages at a
/// time, and a broker keeps 1000 for a hub that is offline.
const UNCONFIRMED_MAX: usize = 1024;

/// How many of them the backlog leaves to new batches.
const UNCONFIRMED_NEW: usize = 128;

/// Messages in flight that the backlog leaves to new batches.
const WINDOW_NEW: usize = 2;

/// New batches that may wait to be sent. If more do, the link is too slow for them, and the newest matters most.
const NEW_MAX: u64 = 64;

/// Batches fetched from the file at once.
const FETCH: u32 = 64;

/// Least time between searches for what the hub has lost: two hubs with different parts must not cause a storm.
const HEAL_EVERY: Duration = Duration::from_secs(60);

/// The saved count of the month's traffic lags behind by at most this many bytes.
const TRAFFIC_LAG: u64 = 256 * 1024;

/// What the hub is told about a clock.
pub(super) fn clock_state(base: Base) -> ClockState {
    if base.provisional { ClockState::Provisional } else { ClockState::Good }
}

/// How a connection ended.
pub(super) enum ConnectionEnd {
    Stopped,
    /// Everything is delivered, or the window of connection is closed.
    Done,
    SpoolReplaced,
    Lost(MqttError),
}

/// Delivery over one connection.
pub(super) struct Delivery<'a> {
    deliverer: &'a mut Deliverer,
    uplink: Uplink,
    spool_status: watch::Receiver<SpoolStatus>,
    epoch: Epoch,
    /// How often the spool had called batches back when the backlog last started anew.
    rewinds: u64,
    /// New batches up to this number have been sent, or have become backlog.
    new_after: u64,
    /// The backlog has been fetched up to this number.
    old_after: u64,
    /// Backlog fetched but not sent.
    fetched: VecDeque<SpooledBatch>,
    /// Sent over this connection and not yet acknowledged by the hub.
    unconfirmed: Unconfirmed,
    pace: Pace,
    life: Stopwatch,
    /// When the last search for what the hub has lost began.
    healed: Option<Duration>,
    /// When the broker last confirmed something, or had nothing to confirm.
    confirmed_at: Duration,
    /// Bytes of this connection that are counted.
    counted: u64,
    /// The month's traffic as the spool has it saved.
    saved: u64,
    /// Whether waiting for the clock has been given up.
    stopped_holding: bool,
    announced_clock: ClockState,
    compress: bool,
}

impl<'a> Delivery<'a> {
    /// Begins over a connection that has just been made and that announced the clock as `announced_clock`.
    pub fn new(deliverer: &'a mut Deliverer, uplink: Uplink, announced_clock: ClockState) -> Self {
        let now = deliverer.clock.now();
        deliverer.status.send_modify(|s| {
            (s.connected_since, s.problem, s.next_at) = (Some(now), None, None);
            s.doubt = uplink.doubt();
            s.connections += 1;
        });
        let spool_status = deliverer.spool.status();
        let spool = spool_status.borrow().spool;
        let settings = &deliverer.settings;
        Self {
            uplink,
            spool_status,
            epoch: spool.epoch,
            rewinds: spool.rewinds,
            new_after: spool.last_seq,
            old_after: 0,
            fetched: VecDeque::new(),
            unconfirmed: Unconfirmed::default(),
            pace: Pace::new(u64::from(settings.uplink.backlog_kb_s) * 1024),
            life: Stopwatch::start(),
            healed: None,
            confirmed_at: Duration::ZERO,
            counted: 0,
            saved: deliverer.budget.used().1,
            stopped_holding: false,
            announced_clock,
            compress: settings.uplink.compress.unwrap_or(settings.confirm == Confirm::Hub),
            deliverer,
        }
    }

    /// Delivers until the connection ends.
    ///
    /// # Errors
    /// The spool's thread has ended.
    pub async fn run(mut self, stop: &CancellationToken) -> anyhow::Result<ConnectionEnd> {
        let mut resend = tokio::time::interval(RESEND_AFTER);
        resend.reset();
        let mut tick = tokio::time::interval(TICK);
        let ended = loop {
            let spool = self.spool_status.borrow_and_update().spool;
            if spool.epoch != self.epoch {
                break ConnectionEnd::SpoolReplaced;
            }
            if spool.rewinds != self.rewinds {
                self.rewinds = spool.rewinds;
                self.rewind_to(1);
            }
            if let Err(lost) = self.send(spool.last_seq).await {
                break ConnectionEnd::Lost(lost);
            }
            let wait = self.pace.wait().filter(|_| self.has_backlog());
            tokio::select! {
                () = stop.cancelled() => break ConnectionEnd::Stopped,
                event = self.uplink.next() => match event {
                    UplinkEvent::Lost(error) => break ConnectionEnd::Lost(error),
                    UplinkEvent::Malformed(problem) => tracing::warn!(%problem, "ignored a malformed acknowledgement"),
                    UplinkEvent::Confirmed(message) => self.confirmed(&message),
                    UplinkEvent::Committed(ack) => {
                        self.committed(&ack);
                        // Also checked here: at every tick another poll may be in flight.
                        if !self.deliverer.settings.uplink.windows.is_empty() && self.is_done() {
                            break ConnectionEnd::Done;
                        }
                    }
                },
                changed = self.spool_status.changed() => changed?,
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
                _ = resend.tick() => {
                    let overdue = self.unconfirmed.age();
                    self.resend_from(overdue);
                }
                _ = tick.tick() => {
                    if let Some(ended) = self.on_tick() {
                        break ended;
                    }
                }
            }
        };
        self.count_traffic();
        self.save_traffic();
        if matches!(ended, ConnectionEnd::Stopped | ConnectionEnd::Done) {
            self.uplink.close().await;
        }
        Ok(ended)
    }

    fn confirmed(&mut self, message: &Confirmed) {
        self.confirmed_at = self.life.elapsed();
        self.pace.confirmed(message.bytes, message.backlog, message.took);
        for &seq in &message.batches {
            match self.deliverer.settings.confirm {
                Confirm::Hub => self.unconfirmed.taken(seq),
                Confirm::Broker => {
                    self.unconfirmed.remove(seq);
                    let taken = [(seq, seq)].into_iter().collect();
                    self.deliverer.spool.release(self.epoch, &taken, false);
                }
            }
        }
    }

    fn committed(&mut self, ack: &Ack) {
        if ack.epoch != self.epoch {
            return;
        }
        let last = self.spool_status.borrow().spool.last_seq;
        if let Some(beyond) = ack.committed.last().filter(|beyond| *beyond > last) {
            tracing::warn!(
                beyond,
                last,
                "ignored the acknowledgement of batches that do not exist"
            );
        }
        let now = self.deliverer.clock.now();
        self.deliverer.status.send_modify(|s| s.acknowledged_at = Some(now));
        let overtaken = self.unconfirmed.committed(&ack.committed);
        self.resend_from(overtaken);
        let at = self.life.elapsed();
        let heal = self.healed.is_none_or(|healed| at - healed >= HEAL_EVERY);
        if heal {
            self.healed = Some(at);
        }
        self.deliverer.spool.release(ack.epoch, &ack.committed, heal);
    }

    fn resend_from(&mut self, oldest: Option<u64>) {
        if let Some(oldest) = oldest {
            tracing::info!(from = oldest, "the hub has not acknowledged; sending again");
            self.rewind_to(oldest);
        }
    }

    /// Makes everything from `oldest` on backlog again, except for what is in flight.
    fn rewind_to(&mut self, oldest: u64) {
        if oldest <= self.old_after {
            self.old_after = oldest.saturating_sub(1);
            self.fetched.clear();
        }
    }

    fn has_backlog(&self) -> bool {
        self.old_after < self.new_after || !self.fetched.is_empty()
    }

    /// Whether everything that may be sent has been sent and acknowledged.
    fn is_done(&self) -> bool {
        let last_seq = self.spool_status.borrow().spool.last_seq;
        self.unconfirmed.len() == 0 && !self.has_backlog() && self.new_after >= last_seq
    }

    /// Checks what changes with time alone.
    fn on_tick(&mut self) -> Option<ConnectionEnd> {
        self.count_traffic();
        let at = self.life.elapsed();
        if self.uplink.is_idle() {
            self.confirmed_at = at;
        } else if at - self.confirmed_at >= BROKER_SILENT {
            return Some(ConnectionEnd::Lost(self.uplink.silent(BROKER_SILENT)));
        }
        let base = self.deliverer.clock.base();
        let hold_max = Duration::from_secs(60 * u64::from(self.deliverer.settings.clock.hold_min));
        if base.provisional && !self.stopped_holding && at >= hold_max {
            self.stopped_holding = true;
            tracing::warn!(
                "the clock is still not known to be right; readings are sent as suspect"
            );
            self.deliverer.status.send_modify(|s| s.sends_suspect = true);
            let boot = BootId(base.boot);
            self.deliverer.spool.tell_spool(move |spool, _| spool.stop_holding(boot, true));
        }
        let clock = clock_state(base);
        if clock != self.announced_clock {
            self.announced_clock = clock;
            if let Err(lost) = self.uplink.announce_clock(clock) {
                return Some(ConnectionEnd::Lost(lost));
            }
        }
        if self.deliverer.settings.uplink.windows.is_empty() {
            return None;
        }
        let closed = matches!(self.deliverer.schedule(), Schedule::Closed(_));
        (closed || self.is_done()).then_some(ConnectionEnd::Done)
    }

    /// Counts what has gone over the link since the last time.
    fn count_traffic(&mut self) {
        let bytes = self.uplink.traffic() - self.counted;
        self.counted += bytes;
        let local = self.deliverer.local_time();
        self.deliverer.budget.count(bytes, &local);
        let used = self.deliverer.budget.used();
        if used.1.abs_diff(self.saved) >= TRAFFIC_LAG {
            self.saved = used.1;
            self.save_traffic();
        }
        let waits_for = if !self.deliverer.budget.allows() {
            Some(WaitsFor::Budget)
        } else if self.has_backlog() && !self.deliverer.budget.allows_backlog(&local) {
            Some(WaitsFor::DaysShare)
        } else {
            None
        };
        let doubt = self.uplink.doubt();
        self.deliverer.status.send_modify(|s| {
            s.doubt = doubt;
            s.bytes += bytes;
            s.month = Some(used);
            s.waits_for = waits_for;
        });
    }

    fn save_traffic(&self) {
        let (month, bytes) = self.deliverer.budget.used();
        self.deliverer.spool.tell_spool(move |spool, _| spool.save_traffic(&month, bytes));
    }

    /// Sends what the link has room for: first new batches, then backlog.
    async fn send(&mut self, last_seq: u64) -> Result<(), MqttError> {
        if !self.deliverer.budget.allows() {
            return Ok(());
        }
        self.send_new(last_seq).await?;
        if !self.has_backlog()
            || !self.deliverer.budget.allows_backlog(&self.deliverer.local_time())
        {
            return Ok(());
        }
        let window_new = WINDOW_NEW.min(usize::from(self.deliverer.settings.mqtt.window) / 2);
        while self.uplink.free() > window_new
            && self.unconfirmed.len() + UNCONFIRMED_NEW < UNCONFIRMED_MAX
            && let Some(most) = self.pace.message_max(self.life.elapsed())
            && (!self.fetched.is_empty() || self.fetch().await)
        {
            self.send_backlog(most)?;
        }
        Ok(())
    }

    /// New batches have been dealt with up to `seq`. If there is no backlog, none begins here.
    fn advance_new(&mut self, seq: u64) {
        if !self.has_backlog() {
            self.old_after = seq;
        }
        self.new_after = seq;
    }

    async fn send_new(&mut self, last_seq: u64) -> Result<(), MqttError> {
        if last_seq.saturating_sub(self.new_after) > NEW_MAX {
            self.rewind_to(self.new_after + 1);
            self.new_after = last_seq - 1;
        }
        while self.new_after < last_seq {
            let room =
                self.uplink.free().min(UNCONFIRMED_MAX.saturating_sub(self.unconfirmed.len()));
            if room == 0 {
                break;
            }
            let spool = &self.deliverer.spool;
            let Ok(batches) = spool.batches(self.new_after, last_seq, room as u32).await else {
                // The spool reports its failure itself, and is asked again.
                break;
            };
            if batches.is_empty() {
                // All up to the last are held back until the time is known.
                self.advance_new(last_seq);
            }
            for batch in batches {
                self.advance_new(batch.seq);
                if self.compress {
                    self.publish(vec![batch.seq], false, batch.message)?;
                } else if let Some(plain) = self.decompressed(&batch) {
                    self.publish(vec![batch.seq], false, plain)?;
                }
            }
        }
        Ok(())
    }

    /// Fetches backlog that is not in flight. Returns whether there is any.
    async fn fetch(&mut self) -> bool {
        while self.fetched.is_empty() && self.old_after < self.new_after {
            let stored = self.deliverer.spool.stored(self.old_after, self.new_after, FETCH).await;
            let Ok(batches) = stored else { return false };
            self.old_after = batches.last().map_or(self.new_after, |last| last.seq);
            let waiting = batches.into_iter().filter(|b| !self.unconfirmed.contains(b.seq));
            self.fetched.extend(waiting);
        }
        !self.fetched.is_empty()
    }

    /// Sends one message of backlog, of at most `most` bytes before compression but of at least one batch.
    fn send_backlog(&mut self, most: usize) -> Result<(), MqttError> {
        let (mut seqs, mut messages, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(batch) = self.fetched.pop_front() {
            let Some(plain) = self.decompressed(&batch) else { continue };
            if !messages.is_empty() && bytes + plain.len() > most {
                self.fetched.push_front(batch);
                break;
            }
            bytes += plain.len() + 1;
            messages.push(plain);
            seqs.push(batch.seq);
        }
        if seqs.is_empty() {
            return Ok(());
        }
        let message = packed::bundle(&messages);
        let message = if self.compress { packed::compress_well(&message) } else { message };
        self.pace.sent(message.len());
        self.publish(seqs, true, message)
    }

    fn publish(
        &mut self,
        seqs: Vec<u64>,
        backlog: bool,
        message: Vec<u8>,
    ) -> Result<(), MqttError> {
        self.uplink.publish(seqs.clone(), backlog, message)?;
        for seq in seqs {
            self.unconfirmed.sent(seq);
        }
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
