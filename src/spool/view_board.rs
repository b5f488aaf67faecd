//! What the spool's thread shares with the tasks of views: what may be read, what was just appended, what is confirmed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use super::latest::Latest;
use super::message::decode;
use super::queue::SpooledBatch;
use super::view_places::ViewPlace;
use crate::core::Reading;
use crate::support::lock;
use crate::wire::Epoch;

/// Readings just appended that are kept in memory for all views together: two polls of a large gateway, in 200 kB. The
/// file has them all; a view that is further behind reads them there.
const FRESH_MAX: usize = 2048;

/// Up to which batch views may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Readable {
    pub epoch: Epoch,
    pub to: u64,
}

/// A batch as a view gets it.
#[derive(Debug, Clone)]
pub struct ViewBatch {
    pub seq: u64,
    /// How many readings it has, by the spool's count.
    pub count: u64,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Fresh(Arc<Vec<Reading>>),
    /// As the file has it.
    Stored(Vec<u8>),
}

impl ViewBatch {
    /// Its readings; `None` where the file's message cannot be read.
    pub fn readings(self) -> Option<Arc<Vec<Reading>>> {
        match self.content {
            Content::Fresh(readings) => Some(readings),
            Content::Stored(message) => decode(&message).ok().map(|batch| Arc::new(batch.readings)),
        }
    }
}

impl From<SpooledBatch> for ViewBatch {
    fn from(batch: SpooledBatch) -> Self {
        let (seq, count, content) = (batch.seq, batch.readings, Content::Stored(batch.message));
        Self { seq, count, content }
    }
}

/// What a view has confirmed since the thread last looked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Confirmed {
    pub epoch: Epoch,
    pub seq: u64,
    /// Readings that it could not take.
    pub lost: u64,
    /// Readings in the batches, for whoever looks before the thread does.
    readings: u64,
}

#[derive(Default)]
pub(super) struct Board {
    state: Mutex<State>,
    readable: watch::Sender<Readable>,
}

#[derive(Default)]
struct State {
    places: Vec<ViewPlace>,
    confirmed: Vec<Confirmed>,
    /// Consecutive numbers of one epoch, in order.
    fresh: VecDeque<(u64, Arc<Vec<Reading>>)>,
    fresh_epoch: Epoch,
    fresh_readings: usize,
    latest: Latest,
}

/// Shows how far views have come, also after the spool's thread has ended.
#[derive(Clone)]
pub struct ViewPlaces(pub(super) Arc<Board>);

impl ViewPlaces {
    /// How far a view has come, by its place in [`Spool::set_views`].
    ///
    /// [`Spool::set_views`]: super::Spool::set_views
    pub fn of(&self, view: usize) -> ViewPlace {
        self.0.place(view)
    }
}

impl Board {
    pub fn readable(&self) -> watch::Receiver<Readable> {
        self.readable.subscribe()
    }

    /// Whether there are views.
    pub fn is_read(&self) -> bool {
        !lock(&self.state).places.is_empty()
    }

    /// How far each view has come, and what may be read.
    pub fn publish(&self, readable: Readable, places: &[ViewPlace]) {
        if places.is_empty() {
            return;
        }
        let mut state = lock(&self.state);
        state.places.clear();
        state.places.extend_from_slice(places);
        state.confirmed.resize(places.len(), Confirmed::default());
        drop(state);
        self.readable.send_if_modified(|known| std::mem::replace(known, readable) != readable);
    }

    /// How far a view has come, with what the thread has not looked at yet.
    pub fn place(&self, view: usize) -> ViewPlace {
        let state = lock(&self.state);
        let place = state.places.get(view).copied().unwrap_or_default();
        let news = state.confirmed.get(view).copied().unwrap_or_default();
        if news.seq <= place.cursor || news.epoch != self.readable.borrow().epoch {
            return place;
        }
        let backlog = place.backlog.saturating_sub(news.readings);
        ViewPlace { cursor: news.seq, backlog, lost: place.lost + news.lost, ..place }
    }

    /// A view has all up to `seq`, `readings` more than before, but for `lost` that it could not take.
    pub fn confirm(&self, view: usize, epoch: Epoch, seq: u64, readings: u64, lost: u64) {
        let mut state = lock(&self.state);
        let Some(news) = state.confirmed.get_mut(view) else { return };
        if news.epoch != epoch {
            *news = Confirmed { epoch, ..Confirmed::default() };
        }
        news.seq = news.seq.max(seq);
        news.readings += readings;
        news.lost += lost;
    }

    /// What has been confirmed since the last time, by view.
    pub fn take_confirmed(&self) -> Vec<(usize, Confirmed)> {
        let mut state = lock(&self.state);
        let news = state.confirmed.iter_mut().map(std::mem::take).enumerate();
        news.filter(|(_, news)| news.seq > 0).collect()
    }

    /// Adds what was appended to `epoch` as these `batches`: their numbers, and how many of the `readings` each has.
    pub fn add(&self, epoch: Epoch, batches: &[(u64, u64)], mut readings: Vec<Reading>) {
        let mut state = lock(&self.state);
        if state.fresh_epoch != epoch {
            state.clear();
            state.fresh_epoch = epoch;
        }
        for (index, (seq, count)) in batches.iter().enumerate() {
            if state.fresh.back().is_some_and(|(last, _)| last + 1 != *seq) {
                state.clear();
            }
            let rest = match index + 1 == batches.len() {
                true => Vec::new(),
                false => readings.split_off((*count as usize).min(readings.len())),
            };
            let own = std::mem::replace(&mut readings, rest);
            let own = Arc::new(own);
            state.latest.add(&own);
            state.fresh_readings += own.len();
            state.fresh.push_back((*seq, own));
        }
        while state.fresh_readings > FRESH_MAX
            && let Some((_, oldest)) = state.fresh.pop_front()
        {
            state.fresh_readings -= oldest.len();
        }
    }

    /// The batches of `epoch` after `after` that are in memory; none if only the file knows what comes next.
    pub fn fresh_after(&self, epoch: Epoch, after: u64) -> Vec<ViewBatch> {
        let state = lock(&self.state);
        let Some((first, _)) = state.fresh.front() else { return Vec::new() };
        if state.fresh_epoch != epoch || *first > after + 1 {
            return Vec::new();
        }
        let news = state.fresh.iter().filter(|(seq, _)| *seq > after);
        let batch = |(seq, readings): &(u64, Arc<Vec<Reading>>)| ViewBatch {
            seq: *seq,
            count: readings.len() as u64,
            content: Content::Fresh(readings.clone()),
        };
        news.map(batch).collect()
    }

    /// The newest reading of each series that was appended in this run and whose time is known.
    pub fn latest(&self) -> Vec<Reading> {
        lock(&self.state).latest.readings()
    }

    /// Leaves everything to the file.
    pub fn clear(&self) {
        lock(&self.state).clear();
    }
}

impl State {
    fn clear(&mut self) {
        self.fresh.clear();
        self.fresh_readings = 0;
    }
}
