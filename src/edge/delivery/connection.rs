//! Delivery over one connection: what is sent when, and what the answers of broker and hub lead to.

mod answers;
mod lanes;

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::clock_said::{self, ClockSaid};
use super::pace::Pace;
use super::retries::Retries;
use super::unconfirmed::Unconfirmed;
use super::windows::Schedule;
use super::{Deliverer, WaitsFor};
use crate::locales::Lang;
use crate::mqtt::uplink::{Uplink, UplinkEvent};
use crate::mqtt::{self, MqttError};
use crate::spool::{SpoolStatus, SpooledBatch};
use crate::support::Stopwatch;
use crate::wire::{BootId, Epoch, GatewayReport};

/// A broker that confirms nothing for this long, although messages are in flight, is left: a new connection may help.
const BROKER_SILENT: Duration = Duration::from_secs(30);

/// How often to check what changes with time alone: what is overdue, the month, the window of connection, the broker's
/// silence.
const TICK: Duration = Duration::from_secs(5);

/// The saved count of the month's traffic lags behind by at most this many bytes.
const TRAFFIC_LAG: u64 = 256 * 1024;

/// How often one and the same fault that lasts is written to the log. Engineering judgement.
const WARN_EVERY: Duration = Duration::from_secs(3600);

/// How often the log has that a certificate ends soon: it takes days to get another. Engineering judgement.
const CERTIFICATES_EVERY: Duration = Duration::from_secs(86_400);

/// How a connection ended.
pub(super) enum ConnectionEnd {
    Stopped,
    /// Everything is delivered, or the window of connection is closed.
    Done,
    SpoolReplaced,
    Lost(MqttError),
}

/// Refusals of the broker one after the other, and how they hold back what would be refused, too.
#[derive(Default)]
struct Refusals {
    /// How many in a row.
    count: u32,
    /// Until when nothing is sent.
    hold_until: Duration,
    /// Since the last line in the log.
    unsaid: u64,
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
    refusals: Refusals,
    life: Stopwatch,
    /// When the last search for what the hub has lost began.
    healed: Option<Duration>,
    /// When what a hub had missed was last sent, or the connection was made.
    hub_came: Duration,
    /// When a hub last said that it had come, if what it missed has not been sent since.
    hub_starts: Option<Duration>,
    /// Whether a batch has arrived over this connection.
    arrived: bool,
    /// Whether the spool knows that any batch may be sent now.
    sends_all: bool,
    /// When the next batch may be sent although no hub has been heard of.
    ahead_at: Duration,
    /// When the broker last confirmed something, or had nothing to confirm.
    confirmed_at: Duration,
    /// Bytes of this connection that are counted.
    counted: u64,
    /// The month's traffic as the spool has it saved.
    saved: u64,
    clock_said: ClockSaid,
    compress: bool,
}

impl<'a> Delivery<'a> {
    /// Begins over a connection that has just been made and that announced the clock.
    pub fn new(deliverer: &'a mut Deliverer, uplink: Uplink, clock_said: ClockSaid) -> Self {
        let now = deliverer.clock.now();
        deliverer.reports.connected();
        deliverer.pushed.connected();
        deliverer.status.send_modify(|s| {
            (s.connected_since, s.problem, s.next_at) = (Some(now), None, None);
            s.protocol = Some(uplink.protocol().number().into());
            s.doubt = uplink.doubt();
            s.certificates = uplink.certificates();
            s.connections += 1;
        });
        let spool_status = deliverer.spool.status();
        let spool = spool_status.borrow().spool;
        if deliverer.epoch != spool.epoch {
            (deliverer.epoch, deliverer.retries) = (spool.epoch, Retries::default());
        }
        let at = deliverer.life.elapsed();
        deliverer.sizes.connected(uplink.message_max());
        deliverer.retries.returned(at, |_| false);
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
            refusals: Refusals::default(),
            life: Stopwatch::start(),
            healed: None,
            hub_came: at,
            hub_starts: None,
            arrived: false,
            sends_all: false,
            ahead_at: lanes::BIRTH_ANSWERED,
            confirmed_at: Duration::ZERO,
            counted: 0,
            saved: deliverer.budget.used().1,
            clock_said,
            compress: settings.compresses(),
            deliverer,
        }
    }

    /// Delivers until the connection ends.
    ///
    /// # Errors
    /// The spool's thread has ended.
    pub async fn run(mut self, stop: &CancellationToken) -> anyhow::Result<ConnectionEnd> {
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
            // Before readings, so that the hub can judge them.
            if let Err(lost) = self.say_clock() {
                break ConnectionEnd::Lost(lost);
            }
            if let Err(lost) = self.send(&spool).await {
                break ConnectionEnd::Lost(lost);
            }
            let wait = self.wait();
            tokio::select! {
                () = stop.cancelled() => break ConnectionEnd::Stopped,
                event = self.uplink.next() => match event {
                    UplinkEvent::Lost(error) => break ConnectionEnd::Lost(error),
                    UplinkEvent::Malformed(problem) => self.malformed(&problem),
                    UplinkEvent::Pushed(message) => self.pushed(message),
                    UplinkEvent::Confirmed(message) => self.confirmed(&message),
                    UplinkEvent::Refused(message) => self.refused(message),
                    UplinkEvent::Committed(ack) => {
                        self.committed(&ack);
                        // Also checked here: at every tick another poll may be in flight.
                        if !self.deliverer.settings.uplink.windows.is_empty() && self.is_done() {
                            break ConnectionEnd::Done;
                        }
                    }
                },
                changed = self.spool_status.changed() => changed?,
                report = self.deliverer.reports.next() => {
                    if let Err(lost) = self.report(&report) {
                        break ConnectionEnd::Lost(lost);
                    }
                }
                said = self.deliverer.pushed.next() => {
                    if let Err(lost) = self.uplink.say_config(said.to_vec()) {
                        break ConnectionEnd::Lost(lost);
                    }
                }
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
                _ = tick.tick() => {
                    if let Some(ended) = self.on_tick() {
                        break ended;
                    }
                }
            }
        };
        if let ConnectionEnd::Lost(error) = &ended {
            self.lost(error);
        }
        self.note_reports(matches!(ended, ConnectionEnd::Lost(_)));
        self.deliverer.connected += self.life.elapsed();
        self.deliverer.spool.end_sending().await?;
        self.count_traffic();
        self.save_traffic();
        if !matches!(ended, ConnectionEnd::Lost(_)) {
            // What comes next may not connect for hours.
            if let Some(said) = self.deliverer.pushed.unsaid() {
                let _ended = self.uplink.say_config(said.to_vec());
            }
            self.uplink.close().await;
        }
        Ok(ended)
    }

    /// The time of this run of the gateway: what is remembered outlasts a connection.
    fn now(&self) -> Duration {
        self.deliverer.life.elapsed()
    }

    /// The time of day of an instant of [`Self::now`].
    fn time_of_day(&self, at: Duration) -> Timestamp {
        let ago = SignedDuration::try_from(self.now().saturating_sub(at)).unwrap_or_default();
        let now = self.deliverer.clock.now();
        now.checked_sub(ago).unwrap_or(now)
    }

    /// Makes everything from `oldest` on backlog again, except for what is in flight or waits to be sent again.
    fn rewind_to(&mut self, oldest: u64) {
        if oldest <= self.old_after {
            self.old_after = oldest.saturating_sub(1);
            self.fetched.clear();
        }
    }

    fn has_backlog(&self) -> bool {
        self.old_after < self.new_after || !self.fetched.is_empty()
    }

    /// Whether everything has been sent and acknowledged. What waits for the clock has not: a connection helps a time
    /// service, and without one the wait has to end.
    fn is_done(&self) -> bool {
        let (last_seq, held) = {
            let status = self.spool_status.borrow();
            (status.spool.last_seq, status.spool.held)
        };
        held == 0
            && self.unconfirmed.len() == 0
            && !self.has_backlog()
            && !self.deliverer.retries.is_pending(&self.deliverer.sizes)
            && self.new_after >= last_seq
    }

    /// Logs once a day which certificates end soon.
    fn warn_of_certificates(&mut self) {
        let now = self.now();
        let due = |at: Duration| now.saturating_sub(at) >= CERTIFICATES_EVERY;
        if !self.deliverer.warned.certificates.is_none_or(due) {
            return;
        }
        let certificates = self.deliverer.status.borrow().certificates.clone();
        for problem in mqtt::certificate_warnings(&certificates, self.deliverer.clock.now()) {
            self.deliverer.warned.certificates = Some(now);
            tracing::warn!(problem = problem.within(Lang::English), "a certificate ends");
        }
    }

    /// Tells the hub of the clock, where that is due.
    fn say_clock(&mut self) -> Result<(), MqttError> {
        let (base, now) = (self.deliverer.clock.base(), self.now());
        if !self.clock_said.is_due(base, now) {
            return Ok(());
        }
        self.clock_said = ClockSaid::new(base, now);
        let shown = clock_said::shown(base, self.deliverer.clock.now());
        self.uplink.announce_clock(clock_said::state(base), shown)
    }

    /// Sends what the gateway says of itself, as far as the month's budget allows.
    fn report(&mut self, report: &GatewayReport) -> Result<(), MqttError> {
        if !self.deliverer.budget.allows() || !self.deliverer.reports.may_send(self.now()) {
            return Ok(());
        }
        self.uplink.report(report.to_bytes(self.compress))
    }

    /// Notes what the end of the connection, which may be `lost`, says of reports.
    fn note_reports(&mut self, lost: bool) {
        let (lost_with_one, now) = (lost && self.uplink.awaits_report(), self.now());
        if self.deliverer.reports.disconnected(lost_with_one, now) {
            tracing::warn!(
                "connections end over what the gateway says of its devices; it says nothing more for a day"
            );
        }
    }

    /// Checks what changes with time alone.
    fn on_tick(&mut self) -> Option<ConnectionEnd> {
        self.count_traffic();
        self.warn_of_certificates();
        self.find_overdue();
        self.tell_late();
        let at = self.life.elapsed();
        if self.uplink.is_idle() {
            self.confirmed_at = at;
        } else if at - self.confirmed_at >= BROKER_SILENT {
            return Some(ConnectionEnd::Lost(self.uplink.silent(BROKER_SILENT)));
        }
        let base = self.deliverer.clock.base();
        let hold_max = Duration::from_secs(60 * u64::from(self.deliverer.settings.clock.hold_min));
        // Windows of connection may be shorter than that: they count together.
        let held_for = self.deliverer.connected + at;
        let gave_up = self.deliverer.status.borrow().sends_suspect;
        // Again where the disk did not take it.
        let waits = !gave_up || self.spool_status.borrow().spool.held > 0;
        if base.provisional && waits && held_for >= hold_max {
            if !gave_up {
                tracing::warn!(
                    "the clock is still not known to be right; readings are sent as suspect"
                );
                self.deliverer.status.send_modify(|s| s.sends_suspect = true);
            }
            let boot = BootId(base.boot);
            self.deliverer.spool.tell_spool(move |spool, _| spool.stop_holding(boot, true));
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
}
