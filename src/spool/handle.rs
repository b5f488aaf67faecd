//! The handle through which the gateway's tasks use the spool.

use std::sync::Arc;
use std::thread;

use jiff::Timestamp;
use tokio::sync::watch;

use super::queue::{Spool, SpooledBatch};
use super::schema::SpoolError;
use super::shared::Shared;
use super::view_board::{Board, Readable, ViewBatch, ViewPlaces};
use super::view_places::ViewPlace;
use super::writer::{SpoolStatus, Writer};
use crate::core::Reading;
use crate::support::{Clock, Owner};
use crate::wire::{Epoch, RangeSet, Timebase};

/// Stack of the thread, bytes. SQLite's deepest statement here and the encoding of a message need a tenth of it.
const STACK: usize = 256 * 1024;

/// A handle on the spool. Its thread ends when the last handle is dropped.
#[derive(Clone)]
pub struct SpoolHandle {
    thread: Owner<Writer>,
    pub(super) shared: Arc<Shared>,
    board: Arc<Board>,
    status: watch::Receiver<SpoolStatus>,
}

impl SpoolHandle {
    pub fn start(spool: Spool, clock: Clock) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let board = Arc::new(Board::default());
        let (writer, status) = Writer::new(spool, shared.clone(), board.clone(), clock);
        let thread = thread::Builder::new().name("spool".into()).stack_size(STACK);
        let thread = Owner::start(thread, writer, Writer::between)?;
        Ok(Self { thread, shared, board, status })
    }

    /// What the spool holds. Changes with each append, and when the hub acknowledges something.
    pub fn status(&self) -> watch::Receiver<SpoolStatus> {
        self.status.clone()
    }

    /// Hands `readings`, whose times are by `clock`, to the thread at once. The future waits until they are stored, see
    /// [`Spool::append`], or kept in memory because the file cannot be written now.
    pub fn append(
        &self,
        readings: Vec<Reading>,
        clock: Timebase,
    ) -> impl Future<Output = Result<(), SpoolError>> + use<> {
        self.ask(move |writer| writer.append(readings, clock))
    }

    /// See [`Spool::begin_sending`]. A file that cannot be written keeps nothing from being sent: the thread reports
    /// it.
    pub async fn begin_sending(&self, epoch: Epoch) -> Result<(), SpoolError> {
        self.ask(move |writer| writer.attempt(|spool, _| spool.begin_sending(epoch))).await
    }

    /// See [`Spool::end_sending`].
    pub async fn end_sending(&self) -> Result<(), SpoolError> {
        self.ask(Writer::end_sending).await
    }

    /// See [`Spool::may_leave`].
    pub async fn may_leave(&self, epoch: Epoch, seq: u64) -> Result<(), SpoolError> {
        self.ask(move |writer| writer.may_leave(epoch, seq)).await?
    }

    /// See [`Spool::hand_over`]. The thread notes it before it releases anything that is acknowledged later.
    pub fn hand_over(&self, epoch: Epoch, seqs: &[u64]) {
        let mut state = self.shared.lock();
        let news = state.news(epoch);
        seqs.iter().for_each(|seq| news.handed.insert(*seq));
    }

    /// See [`Spool::release`]; `whole` says that the hub has no others. The thread processes it within a second.
    pub fn release(&self, epoch: Epoch, committed: &RangeSet, whole: bool, heal: bool) {
        if epoch != self.status.borrow().spool.epoch {
            return;
        }
        let mut state = self.shared.lock();
        let news = state.news(epoch);
        news.heard = true;
        for (first, last) in committed.iter() {
            news.committed.insert_range(first, last);
            if heal {
                news.heal.insert_range(first, last);
            }
        }
        if whole {
            news.whole = Some(committed.clone());
        }
        let awake = std::mem::replace(&mut state.awake, true);
        // Not under the lock: the queue may be full, and the thread needs the lock to go on.
        drop(state);
        if !awake {
            self.tell(|_| {});
        }
    }

    /// Batches of `epoch` after `after` up to `to`, oldest first, at most `count`; none where the spool has begun
    /// another. Those just appended come from memory, and only once; all others from the file, see [`Spool::batches`].
    pub async fn batches(
        &self,
        epoch: Epoch,
        after: u64,
        to: u64,
        count: u32,
    ) -> Result<Vec<SpooledBatch>, SpoolError> {
        let recent = self.shared.lock().take_after(epoch, after, count);
        if recent.is_empty() { self.stored(epoch, after, to, count).await } else { Ok(recent) }
    }

    /// The same from the file alone.
    pub async fn stored(
        &self,
        epoch: Epoch,
        after: u64,
        to: u64,
        count: u32,
    ) -> Result<Vec<SpooledBatch>, SpoolError> {
        self.ask(move |writer| writer.batches(epoch, after, to, count)).await?
    }

    /// Up to which batch views may read. Changes with each append.
    pub fn readable(&self) -> watch::Receiver<Readable> {
        self.board.readable()
    }

    /// How far a view has come, by its place in [`Spool::set_views`].
    pub fn view_place(&self, view: usize) -> ViewPlace {
        self.board.place(view)
    }

    /// The same for whoever must not keep the thread from ending.
    pub fn view_places(&self) -> ViewPlaces {
        ViewPlaces(self.board.clone())
    }

    /// Some batches of `epoch` after `after`, oldest first, whether the hub has them or not; see
    /// [`Spool::view_batches`]. Those just appended come from memory, the same for all views.
    pub async fn view_batches(
        &self,
        epoch: Epoch,
        after: u64,
    ) -> Result<Vec<ViewBatch>, SpoolError> {
        let fresh = self.board.fresh_after(epoch, after);
        if !fresh.is_empty() {
            return Ok(fresh);
        }
        let stored = self.ask(move |writer| writer.view_batches(epoch, after)).await??;
        Ok(stored.into_iter().map(ViewBatch::from).collect())
    }

    /// A view has all batches of `epoch` up to `seq`, which have `readings` more than before, but for `lost` that it
    /// could not take. The thread notes it with what it is asked next.
    pub fn view_confirmed(&self, view: usize, epoch: Epoch, seq: u64, readings: u64, lost: u64) {
        self.board.confirm(view, epoch, seq, readings, lost);
    }

    /// The newest reading of each series that was appended in this run and whose time is known.
    pub fn latest(&self) -> Vec<Reading> {
        self.board.latest()
    }

    /// The connection `session` of a view has been made: the file knows it when this returns, if it can be written.
    pub async fn view_connected(&self, view: usize, session: u64) -> Result<(), SpoolError> {
        self.ask(move |writer| writer.attempt(|spool, _| spool.view_connected(view, session))).await
    }

    /// Has the thread do something at the given time. A failure does no harm for a while, and the thread reports it.
    pub fn tell_spool(
        &self,
        work: impl FnOnce(&mut Spool, Timestamp) -> Result<(), SpoolError> + Send + 'static,
    ) {
        self.tell(move |writer| writer.attempt(work));
    }

    /// Writes whatever can still be written before the end.
    pub async fn close(&self) {
        // If the thread has ended already there is nothing left to write.
        let _ended = self.ask(Writer::close).await.is_err();
    }

    /// Whatever is asked, acknowledgements come first: they make room.
    fn tell(&self, work: impl FnOnce(&mut Writer) + Send + 'static) {
        self.thread.tell(|writer| {
            writer.release();
            work(writer);
        });
    }

    fn ask<T, W>(&self, work: W) -> impl Future<Output = Result<T, SpoolError>> + use<T, W>
    where
        T: Send + 'static,
        W: FnOnce(&mut Writer) -> T + Send + 'static,
    {
        let answer = self.thread.ask(|writer| {
            writer.release();
            work(writer)
        });
        async { answer.await.map_err(|_| SpoolError::Closed) }
    }
}
