//! What the spool's thread does with the file.
//!
//! Batches just appended go to the uplink through memory; older ones are read from the file. While the file cannot be
//! written, readings wait in memory and are tried again: a full or read-only disk does not stop the gateway.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::place::Found;
use super::queue::{Spool, SpoolStats, SpooledBatch};
use super::schema::SpoolError;
use super::shared::{News, Shared};
use super::trouble::Trouble;
use super::view_board::{Board, Confirmed, Readable};
use crate::core::Reading;
use crate::support::owner::Wake;
use crate::support::{Clock, Stopwatch, error_chain};
use crate::wire::{Epoch, LossCause, LossRecord, RangeSet, Timebase};

/// How long an acknowledgement may wait until the thread looks at it.
const RELEASE_EVERY: Duration = Duration::from_secs(1);

/// How long releases may go unsaved. After a power cut they are sent once more.
const SAVE_EVERY: Duration = Duration::from_secs(600);

/// How long places of views may go unsaved while something is appended. After a power cut they get again what they had
/// since. Engineering judgement: at a poll each second, four of five appends write nothing more for views.
const SAVE_VIEWS_EVERY: Duration = Duration::from_secs(5);

/// Readings kept in memory while the file cannot be written: a poll of 20 series each minute for eight hours, in 2 MB.
const UNWRITTEN_MAX: u64 = 10_000;

/// Least time between two new epochs: whatever a hub names, the spool is not renumbered again and again. Engineering
/// judgement: who copies a spool does so seldom.
const RENEW_APART: Duration = Duration::from_secs(3600);

/// The same after an attempt that failed.
const RENEW_AGAIN: Duration = Duration::from_secs(60);

/// Least time between two attempts to carry the spool over into a new file: each writes all of it. Engineering
/// judgement.
const CARRY_AGAIN: Duration = Duration::from_secs(60);

/// What the spool holds, and how its file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpoolStatus {
    pub spool: SpoolStats,
    /// Readings that wait in memory because the file cannot be written. Where that has no name, also those in it: they
    /// last as long as the process does.
    pub unwritten: u64,
    /// Why it cannot be written.
    pub trouble: Option<Trouble>,
    /// Readings lost since the start because memory had no room left either.
    pub lost: u64,
}

/// The spool, and what is kept in memory around it.
pub(super) struct Writer {
    spool: Spool,
    shared: Arc<Shared>,
    board: Arc<Board>,
    now: SpoolStatus,
    status: watch::Sender<SpoolStatus>,
    clock: Clock,
    /// What could not be written, in order.
    unwritten: VecDeque<(Vec<Reading>, Timebase)>,
    saved: Stopwatch,
    views_saved: Stopwatch,
    life: Stopwatch,
    /// When a new epoch may be begun.
    renew_at: Duration,
    /// Whether the log has said that none is begun until then.
    said_waiting: bool,
    /// When the spool may be carried over again.
    carry_at: Duration,
}

impl Writer {
    pub fn new(
        spool: Spool,
        shared: Arc<Shared>,
        board: Arc<Board>,
        clock: Clock,
    ) -> (Self, watch::Receiver<SpoolStatus>) {
        spool.lay_reserve();
        let now = SpoolStatus { spool: spool.stats(), ..SpoolStatus::default() };
        let (status, receiver) = watch::channel(now);
        let writer = Self {
            spool,
            shared,
            board,
            now,
            status,
            clock,
            unwritten: VecDeque::new(),
            saved: Stopwatch::start(),
            views_saved: Stopwatch::start(),
            life: Stopwatch::start(),
            renew_at: Duration::ZERO,
            said_waiting: false,
            carry_at: Duration::ZERO,
        };
        writer.publish_views();
        (writer, receiver)
    }

    /// Runs between requests. Returns how long the thread may sleep.
    pub fn between(&mut self, wake: Wake) -> Duration {
        if wake != Wake::Asked {
            self.release();
            self.write();
        }
        if self.saved.elapsed() >= SAVE_EVERY || wake == Wake::Ended {
            self.attempt(|spool, _| spool.save_state());
            self.spool.lay_reserve();
            self.saved = Stopwatch::start();
        }
        self.publish();
        let mut state = self.shared.lock();
        // After a second without requests it sleeps until it is asked.
        state.awake = wake == Wake::Asked || state.acknowledges();
        if state.awake || !self.unwritten.is_empty() { RELEASE_EVERY } else { SAVE_EVERY }
    }

    pub fn append(&mut self, readings: Vec<Reading>, clock: Timebase) {
        self.unwritten.push_back((readings, clock));
        self.write();
        self.publish();
    }

    pub fn batches(
        &mut self,
        epoch: Epoch,
        after: u64,
        to: u64,
        count: u32,
    ) -> Result<Vec<SpooledBatch>, SpoolError> {
        if epoch != self.spool.epoch() {
            return Ok(Vec::new());
        }
        let found = self.spool.batches(after, to, count);
        if let Err(error) = &found {
            self.failed(error);
        }
        found
    }

    pub fn close(&mut self) {
        self.carry_at = Duration::ZERO;
        self.write();
        self.attempt(|spool, _| spool.save_state());
        // Whoever copies the file alone then has all of it.
        let _in_the_log = !self.spool.empty_log();
        self.keep_what_has_no_name();
        self.publish();
        if self.now.unwritten > 0 {
            let readings = self.now.unwritten;
            tracing::error!(
                readings,
                "readings that waited in memory could not be written and are lost"
            );
        }
    }

    pub fn may_leave(&mut self, epoch: Epoch, seq: u64) -> Result<(), SpoolError> {
        let noted = self.spool.may_leave(epoch, seq);
        if let Err(error) = &noted {
            self.failed(error);
        }
        noted
    }

    pub fn end_sending(&mut self) {
        self.spool.end_sending();
        self.publish();
    }

    /// Releases what the hub has acknowledged since the last time.
    pub fn release(&mut self) {
        self.note_views();
        let News { epoch, heard, committed, whole, heal, handed } = self.shared.lock().take_news();
        self.spool.hand_over(epoch, &handed);
        if !heard {
            return;
        }
        let mut foreign = None;
        if !heal.is_empty() {
            foreign = self.release_some(epoch, &heal, true);
        }
        // After the healing: a part names numbers that the whole acknowledgement did not have yet.
        let foreign = foreign.or_else(|| self.release_some(epoch, &committed, false));
        if let Some(number) = foreign {
            self.renew(number, whole.as_ref());
        }
    }

    /// Returns a number that is another life's, see [`Spool::release`].
    fn release_some(&mut self, epoch: Epoch, committed: &RangeSet, heal: bool) -> Option<u64> {
        match self.spool.release(epoch, committed, heal) {
            Ok(foreign) => foreign,
            Err(error) => {
                self.failed(&error);
                None
            }
        }
    }

    /// The hub has named a `number` that another life of this spool has used: begins a new epoch.
    fn renew(&mut self, number: u64, hub_has: Option<&RangeSet>) {
        let now = self.life.elapsed();
        if now < self.renew_at {
            if !std::mem::replace(&mut self.said_waiting, true) {
                tracing::warn!(
                    number,
                    "the hub names batches again that this spool has not sent; nothing that it names with them is \
                     released, and no new epoch is begun within an hour of the last"
                );
            }
            return;
        }
        let (old, last) = (self.spool.epoch(), self.spool.stats().last_seq);
        match self.spool.renew(self.clock.now(), hub_has) {
            Ok(()) => {
                (self.renew_at, self.said_waiting) = (now + RENEW_APART, false);
                self.shared.lock().clear();
                let SpoolStats { epoch, batches, .. } = self.spool.stats();
                tracing::warn!(
                    number, last, %old, new = %epoch, renumbered = batches,
                    "the hub has batches under this spool's epoch that it has not sent: the spool was restored from an \
                     older image or copied; it begins a new epoch and sends again what waits"
                );
            }
            Err(error) => {
                self.renew_at = now + RENEW_AGAIN;
                self.failed(&error);
            }
        }
    }

    /// Looks whether the spool's file is where it was, and goes on in a new one where it was deleted. Returns what
    /// keeps it from that.
    fn keep_place(&mut self) -> Option<Trouble> {
        match self.spool.look() {
            Found::Ours => None,
            Found::Another => Some(Trouble::Exchanged),
            Found::Gone if self.life.elapsed() < self.carry_at => Some(Trouble::Gone),
            Found::Gone => match self.spool.carry_over(self.clock.now()) {
                Ok(()) => {
                    let SpoolStats { batches, readings, .. } = self.spool.stats();
                    tracing::warn!(
                        batches,
                        readings,
                        "the spool's file was deleted while in use; everything has been carried over into a new one"
                    );
                    None
                }
                Err(error) if error.is_damage() && self.failed(&error) => None,
                Err(error) => {
                    self.carry_at = self.life.elapsed() + CARRY_AGAIN;
                    tracing::error!(
                        error = error_chain(&error),
                        "the spool's file was deleted while in use, and what is in it cannot be carried over yet"
                    );
                    Some(Trouble::Gone)
                }
            },
        }
    }

    /// Notes what keeps the spool from its place.
    fn note_place(&mut self, trouble: Option<Trouble>) {
        let before = self.now.trouble.filter(|trouble| trouble.is_of_place());
        if before == trouble {
            return;
        }
        match trouble {
            Some(Trouble::Exchanged) => tracing::error!(
                path = %self.spool.path.display(),
                "another file lies in the place of the open spool; move it away, and everything is put back there"
            ),
            // Said with its cause.
            Some(_) => {}
            None => tracing::info!("the spool is in its place again"),
        }
        self.now.trouble = trouble;
    }

    /// Keeps what is in a file without a name under another name.
    fn keep_what_has_no_name(&mut self) {
        if !self.now.trouble.is_some_and(Trouble::is_of_place) {
            return;
        }
        match self.spool.keep_beside(self.clock.now()) {
            Ok(kept) => {
                tracing::error!(
                    kept_as = %kept.display(),
                    "the spool has no file in its place; what waits was kept beside it: put it there before the next \
                     start, or read it with hanqing export --spool"
                );
                self.now.unwritten = self.waiting();
            }
            Err(error) => tracing::error!(
                error = error_chain(&error),
                "the spool has no file in its place, and what waits cannot be kept beside it"
            ),
        }
    }

    /// Readings that wait in memory.
    fn waiting(&self) -> u64 {
        self.unwritten.iter().map(|(readings, _)| readings.len() as u64).sum()
    }

    /// Writes what waits, in order, until the file takes no more. The rest waits on; of too much, the oldest is lost.
    fn write(&mut self) {
        let misplaced = self.keep_place();
        self.note_place(misplaced);
        if self.views_saved.elapsed() >= SAVE_VIEWS_EVERY {
            self.spool.views.save_with_next();
            self.views_saved = Stopwatch::start();
        }
        while let Some((readings, clock)) = self.unwritten.front_mut() {
            match self.spool.append_corrected(readings, clock) {
                Ok(appended) => {
                    let stored = self.unwritten.pop_front();
                    let epoch = self.spool.epoch();
                    if let Some((readings, _)) = stored.filter(|_| self.board.is_read()) {
                        let numbers: Vec<_> =
                            appended.iter().map(|b| (b.seq, b.readings)).collect();
                        self.board.add(epoch, &numbers, readings);
                    }
                    self.shared.lock().add(epoch, appended);
                    let before = std::mem::replace(&mut self.now.trouble, misplaced);
                    if before.is_some_and(|trouble| !trouble.is_of_place()) {
                        tracing::info!("the spool can be written again");
                    }
                }
                Err(error) => {
                    if !self.failed(&error) {
                        break;
                    }
                }
            }
        }
        let mut waiting = self.waiting();
        while waiting > UNWRITTEN_MAX
            && self.unwritten.len() > 1
            && let Some((readings, _)) = self.unwritten.pop_front()
        {
            waiting -= readings.len() as u64;
            self.record_loss(&readings);
        }
        let nameless = misplaced.map_or(0, |_| self.spool.stats().readings);
        self.now.unwritten = waiting + nameless;
    }

    /// Counts readings that are given up, and has the hub told of them.
    fn record_loss(&mut self, readings: &[Reading]) {
        let times = readings.iter().map(|reading| reading.observed_at);
        let (Some(from), Some(to)) = (times.clone().min(), times.max()) else {
            return;
        };
        let lost = readings.len() as u64;
        self.now.lost += lost;
        let why = LossCause::Unwritten;
        self.spool.record_loss(LossRecord { first: 1, lost: Some(lost), from, to, why });
    }

    /// Tries something whose failure does no harm for a while.
    pub fn attempt(&mut self, work: impl FnOnce(&mut Spool, Timestamp) -> Result<(), SpoolError>) {
        if let Err(error) = work(&mut self.spool, self.clock.now()) {
            self.failed(&error);
        }
    }

    /// Handles a failure of the file. A damaged one is replaced; returns whether it was.
    fn failed(&mut self, error: &SpoolError) -> bool {
        let chain = error_chain(error);
        if error.is_damage() {
            match self.spool.replace_file(self.clock.now()) {
                Ok(away) => {
                    tracing::error!(error = chain, kept_as = %away.display(), "the spool is damaged; started a new one");
                    self.shared.lock().clear();
                    self.board.clear();
                    return true;
                }
                Err(error) => tracing::error!(
                    error = error_chain(&error),
                    "the damaged spool cannot be replaced"
                ),
            }
        }
        let trouble = Some(Trouble::of(error, &self.spool.path));
        if self.now.trouble != trouble {
            tracing::error!(error = chain, "the spool cannot be written; readings wait in memory");
            self.now.trouble = trouble;
        }
        false
    }

    fn publish(&mut self) {
        self.now.spool = self.spool.stats();
        let now = self.now;
        self.status.send_if_modified(|status| std::mem::replace(status, now) != now);
        self.publish_views();
    }

    fn publish_views(&self) {
        let readable = Readable { epoch: self.spool.epoch(), to: self.spool.view_to() };
        self.board.publish(readable, &self.spool.views.places);
    }

    /// Notes what views have confirmed since the last time.
    fn note_views(&mut self) {
        let confirmed = self.board.take_confirmed();
        for (view, Confirmed { epoch, seq, lost, .. }) in &confirmed {
            if let Err(error) = self.spool.view_confirmed(*view, *epoch, *seq, *lost) {
                self.failed(&error);
            }
        }
        // Before whoever has asked gets an answer: nobody sees a place before this one again.
        if !confirmed.is_empty() {
            self.publish_views();
        }
    }

    /// What a view may have after `after`, from the file.
    pub fn view_batches(
        &mut self,
        epoch: Epoch,
        after: u64,
    ) -> Result<Vec<SpooledBatch>, SpoolError> {
        if epoch != self.spool.epoch() {
            return Ok(Vec::new());
        }
        let found = self.spool.view_batches(after);
        if let Err(error) = &found {
            self.failed(error);
        }
        found
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
