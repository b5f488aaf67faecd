//! What a view sends over one connection, and what comes back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::progress::Progress;
use super::task::ViewTask;
use crate::core::Reading;
use crate::interop::out::Message;
use crate::mqtt::MqttError;
use crate::mqtt::view::{ViewEvent, ViewLink};
use crate::spool::{Readable, SpoolError, ViewBatch};
use crate::wire::Epoch;

/// Readings older than this are no news when they are sent. Engineering judgement: longer than any poll takes, and than
/// a broker that is slow now and then keeps a view waiting.
const NEWS_MAX: SignedDuration = SignedDuration::from_secs(60);

/// The number of messages that belong to no batch: batches count from 1.
const NO_BATCH: u64 = 0;

/// Messages that may wait that others have asked for or that open the connection. Those of a gateway of 1000 series
/// with a message for each series and its state are half of them. While more wait, nothing more is answered.
/// Engineering judgement.
const BIRTHS_MAX: usize = 4096;

/// Events that are taken together before anything else is looked at: more than a window of messages brings. Engineering
/// judgement.
const TOGETHER_MAX: usize = 256;

/// How a connection ended.
pub(super) enum Ended {
    Stopped,
    SpoolReplaced,
    /// The spool's thread has ended.
    SpoolGone,
    Lost(MqttError),
    /// A message of readings was larger than the broker takes, as far as is known one of this batch.
    TooLarge(MqttError, u64),
}

/// A batch whose messages are being made.
struct Taken {
    seq: u64,
    readings: Arc<Vec<Reading>>,
    /// How many of them are in messages.
    done: usize,
}

/// A view over one connection.
pub(super) struct Sending<'a> {
    task: &'a mut ViewTask,
    link: ViewLink,
    readable: watch::Receiver<Readable>,
    epoch: Epoch,
    /// What was there when the connection was made is no news.
    old_to: u64,
    /// Batches up to this number have been read.
    read_to: u64,
    fetched: VecDeque<ViewBatch>,
    taken: Option<Taken>,
    /// Made and not sent yet, with the number of the batch.
    waiting: VecDeque<(u64, Message)>,
    progress: Progress,
    /// Messages that belong to no batch and are not confirmed.
    births: usize,
    /// The newest reading of each series up to this batch, while it may be asked for again.
    latest: Option<(u64, Vec<Reading>)>,
    /// Whether the broker has confirmed readings.
    confirmed: bool,
}

impl<'a> Sending<'a> {
    pub fn new(task: &'a mut ViewTask, link: ViewLink) -> Self {
        let readable = task.spool.readable();
        let Readable { epoch, to } = *readable.borrow();
        let latest = task.spool.latest();
        let first = task.view.connected(task.clock.now(), &latest);
        Self {
            births: first.len(),
            read_to: task.spool.view_place(task.index).cursor,
            task,
            link,
            readable,
            epoch,
            old_to: to,
            fetched: VecDeque::new(),
            taken: None,
            waiting: first.into_iter().map(|message| (NO_BATCH, message)).collect(),
            progress: Progress::default(),
            latest: None,
            confirmed: false,
        }
    }

    /// Sends until the connection ends. Also returns whether the broker has confirmed readings.
    pub async fn run(mut self, stop: &CancellationToken) -> (Ended, bool) {
        let ended = loop {
            let readable = *self.readable.borrow_and_update();
            if readable.epoch != self.epoch {
                break Ended::SpoolReplaced;
            }
            if let Err(ended) = self.send(readable).await {
                break ended;
            }
            let hears_again = hears_again(self.task.deaf_for());
            tokio::select! {
                () = stop.cancelled() => break Ended::Stopped,
                () = hears_again => self.link.subscribe(self.task.subscriptions()),
                event = self.link.next() => if let Some(ended) = self.hear(event) {
                    break ended;
                },
                changed = self.readable.changed() => if changed.is_err() {
                    break Ended::SpoolGone;
                },
            }
        };
        self.task.tell_losses();
        let confirmed = self.confirmed;
        if !matches!(ended, Ended::Lost(_) | Ended::TooLarge(..)) || self.link.parts() {
            let last = self.task.view.leaving(self.task.clock.now());
            let last = last.into_iter().map(|m| (m.topic, m.payload, m.retain)).collect();
            self.link.close(last).await;
        }
        (ended, confirmed)
    }

    /// Sends as much as may be in flight.
    async fn send(&mut self, readable: Readable) -> Result<(), Ended> {
        while self.link.free() > 0 {
            if let Some((number, message)) = self.waiting.pop_front() {
                let Message { topic, payload, retain } = message;
                let sent = self.link.publish(number, topic, payload, retain);
                sent.map_err(|error| self.lost(error, Some(number)))?;
            } else if self.taken.is_some() {
                self.make_messages();
            } else if let Some(batch) = self.fetched.pop_front() {
                self.take(batch);
                // Reading a stored batch takes up to milliseconds: others may go on in between.
                tokio::task::yield_now().await;
            } else if self.read_to >= readable.to || !self.fetch(readable.to).await? {
                break;
            }
        }
        Ok(())
    }

    /// Why the connection has ended, perhaps over a message of batch `seq`. Where that is not known, a first message
    /// may be the one that is too large, which says nothing of readings.
    fn lost(&self, error: MqttError, seq: Option<u64>) -> Ended {
        let guessed = || self.progress.first_open().filter(|_| self.births == 0);
        match (&error, seq.or_else(guessed)) {
            (MqttError::TooLarge { .. }, Some(seq)) if seq != NO_BATCH => {
                Ended::TooLarge(error, seq)
            }
            _ => Ended::Lost(error),
        }
    }

    /// Gets what comes next from the spool. `false` where it cannot be read now, as the spool's thread reports.
    async fn fetch(&mut self, to: u64) -> Result<bool, Ended> {
        // What was passed over meanwhile is counted as lost.
        let cursor = self.task.spool.view_place(self.task.index).cursor;
        self.read_to = self.read_to.max(cursor);
        let found = match self.task.spool.view_batches(self.epoch, self.read_to).await {
            Ok(found) => found,
            Err(SpoolError::Closed) => return Err(Ended::SpoolGone),
            Err(_) => return Ok(false),
        };
        // Where nothing is left of what was there, it has made room. It never goes back: memory may already have given
        // what `to` does not name yet.
        self.read_to = self.read_to.max(found.last().map_or(to, |batch| batch.seq));
        self.fetched = found.into();
        Ok(true)
    }

    /// Begins with a batch.
    fn take(&mut self, batch: ViewBatch) {
        let (seq, count) = (batch.seq, batch.count);
        if seq <= self.task.spool.view_place(self.task.index).cursor {
            // It has been passed over, and counted, since it was read.
            return;
        }
        self.progress.begin(seq, count);
        let given_up = self.task.unsendable == Some(seq);
        let readings = if given_up { None } else { batch.readings() };
        match readings {
            Some(readings) => self.taken = Some(Taken { seq, readings, done: 0 }),
            None => {
                self.task.unsendable = None;
                self.task.gave_up(count);
                self.progress.end(true);
                self.note_progress();
            }
        }
    }

    /// Makes the messages of the next readings of the batch that was begun.
    fn make_messages(&mut self) {
        self.latest = None;
        let Some(taken) = &mut self.taken else { return };
        let from = taken.done;
        taken.done = taken.readings.len().min(from + self.task.chunk);
        let readings = taken.readings.get(from..taken.done).unwrap_or_default();
        let now = self.task.clock.now();
        let old = taken.seq <= self.old_to || readings.last().is_some_and(|r| is_old(r, now));
        for message in self.task.view.readings(readings, old, now) {
            self.progress.made();
            self.waiting.push_back((taken.seq, message));
        }
        if taken.done >= taken.readings.len() {
            self.taken = None;
            self.progress.end(false);
            self.note_progress();
        }
    }

    /// Takes an event, and those that have come with it. Returns why the connection has ended, if it has.
    fn hear(&mut self, first: ViewEvent) -> Option<Ended> {
        let (mut next, mut taken) = (Some(first), 0);
        let (mut confirmed, mut lost) = (false, None);
        while let Some(event) = next {
            match event {
                ViewEvent::Confirmed(NO_BATCH) => self.births = self.births.saturating_sub(1),
                ViewEvent::Confirmed(seq) => {
                    self.progress.confirmed(seq);
                    confirmed = true;
                }
                ViewEvent::Message(message) => self.answer(message.topic(), message.payload()),
                ViewEvent::Lost(error) => {
                    lost = Some(error);
                    break;
                }
            }
            taken += 1;
            next = if taken < TOGETHER_MAX { self.link.try_next() } else { None };
        }
        if confirmed {
            self.confirmed = true;
            self.task.note_confirmed(self.task.clock.now());
            self.note_progress();
        }
        lost.map(|error| self.lost(error, None))
    }

    /// Moves on in the spool, as far as all is confirmed or need not be sent.
    fn note_progress(&mut self) {
        let Some(done) = self.progress.done() else { return };
        let (spool, index) = (&self.task.spool, self.task.index);
        spool.view_confirmed(index, self.epoch, done.seq, done.readings, done.lost);
        self.task.note_not_carried();
        self.task.tell_losses();
    }

    /// Something came on a topic of the view's. Whoever floods the topic gets no flood back.
    fn answer(&mut self, topic: &str, payload: &[u8]) {
        if self.births >= BIRTHS_MAX {
            return;
        }
        let to = self.readable.borrow().to;
        let known = self.latest.take().filter(|(known_to, _)| *known_to == to);
        let (_, latest) =
            self.latest.insert(known.unwrap_or_else(|| (to, self.task.spool.latest())));
        let answer = self.task.view.received(topic, payload, self.task.clock.now(), latest);
        self.births += answer.len();
        self.waiting.extend(answer.into_iter().map(|message| (NO_BATCH, message)));
    }
}

/// Waits until a view that is `deaf` for so long hears again; for ever where it hears.
async fn hears_again(deaf: Option<Duration>) {
    match deaf {
        Some(left) => tokio::time::sleep(left).await,
        None => std::future::pending().await,
    }
}

/// Whether a reading is no news any more.
fn is_old(reading: &Reading, now: Timestamp) -> bool {
    now.duration_since(reading.observed_at) > NEWS_MAX
}
