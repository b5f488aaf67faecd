//! The thread that owns the spool's file, and the handle that others hold.
//!
//! What has just been appended is handed to the uplink in memory; the file is read for what is older. What has been released
//! leaves the file with the next append, or on its own where none comes.

use std::collections::VecDeque;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::{Spool, SpoolError, SpoolStats, SpooledBatch};
use crate::core::Reading;
use crate::wire::{Epoch, MESSAGE_SIZE_MAX, RangeSet};

/// How long a release may wait for an append to take it along. Shorter than most polls are apart, and a power cut within it
/// costs no more than sending a batch twice. Engineering judgement.
const RELEASE_AFTER: Duration = Duration::from_secs(1);

/// Requests that may wait for the disk. Each bus has at most one append waiting, the uplink one fetch and one release, so it
/// is full only on a gateway of more than 250 buses; who then asks stands still until the disk has caught up.
const REQUESTS_MAX: usize = 256;

/// Bytes of messages that wait in memory for the uplink: the largest message, or ten of a thousand readings. Where more wait,
/// the broker is away or slow, and the file keeps them.
const FRESH_MAX: usize = MESSAGE_SIZE_MAX;

enum Request {
    Append(Vec<Reading>, oneshot::Sender<Result<u64, SpoolError>>),
    Batches(
        u64,
        u32,
        oneshot::Sender<Result<Vec<SpooledBatch>, SpoolError>>,
    ),
    /// Something has been released, and the thread did not mean to look by itself.
    Released,
}

/// What handles and thread share.
#[derive(Default)]
struct Shared(Mutex<State>);

#[derive(Default)]
struct State {
    /// Just appended and not handed over, in order, without holes.
    fresh: VecDeque<SpooledBatch>,
    /// Bytes in it.
    fresh_bytes: usize,
    /// Released since the thread looked last.
    released: RangeSet,
    /// Whether the thread will look within [`RELEASE_AFTER`].
    looks: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps what has been appended for the uplink; the oldest only in the file where it is too much.
    fn keep(&mut self, appended: Vec<SpooledBatch>) {
        for batch in appended {
            self.fresh_bytes += batch.1.len();
            self.fresh.push_back(batch);
        }
        while self.fresh_bytes > FRESH_MAX && self.drop_first() {}
    }

    fn drop_first(&mut self) -> bool {
        let first = self.fresh.pop_front();
        self.fresh_bytes -= first.as_ref().map_or(0, |batch| batch.1.len());
        first.is_some()
    }

    /// Hands over the batches after `after`, at most `count`; nothing where only the file knows what comes next.
    fn hand_over(&mut self, after: u64, count: u32) -> Vec<SpooledBatch> {
        while self.fresh.front().is_some_and(|first| first.0 <= after) {
            self.drop_first();
        }
        let next = self.fresh.front().map(|first| first.0);
        if next != Some(after + 1) {
            return Vec::new();
        }
        let count = self.fresh.len().min(count as usize);
        let handed: Vec<_> = self.fresh.drain(..count).collect();
        self.fresh_bytes -= handed.iter().map(|batch| batch.1.len()).sum::<usize>();
        handed
    }
}

/// A handle on the spool. The thread ends when the last handle is dropped.
#[derive(Clone)]
pub struct SpoolHandle {
    requests: mpsc::SyncSender<Request>,
    shared: Arc<Shared>,
    stats: watch::Receiver<SpoolStats>,
    epoch: Epoch,
}

/// Starts the thread that owns `spool`.
///
/// # Errors
/// The operating system gives no thread.
pub fn start(spool: Spool) -> std::io::Result<SpoolHandle> {
    let (requests, receiver) = mpsc::sync_channel(REQUESTS_MAX);
    let (sender, stats) = watch::channel(spool.stats());
    let epoch = spool.epoch();
    let shared = Arc::new(Shared::default());
    let keeper = Keeper {
        spool,
        shared: shared.clone(),
        stats: sender,
    };
    std::thread::Builder::new()
        .name("spool".into())
        .stack_size(STACK)
        .spawn(move || keeper.run(&receiver))?;
    Ok(SpoolHandle {
        requests,
        shared,
        stats,
        epoch,
    })
}

/// Stack of the thread, bytes. SQLite's deepest statement here and the encoding of a message need a tenth.
const STACK: usize = 256 * 1024;

struct Keeper {
    spool: Spool,
    shared: Arc<Shared>,
    stats: watch::Sender<SpoolStats>,
}

impl Keeper {
    fn run(mut self, requests: &mpsc::Receiver<Request>) {
        let mut looks = false;
        loop {
            let request = if looks {
                requests.recv_timeout(RELEASE_AFTER)
            } else {
                requests.recv().map_err(RecvTimeoutError::from)
            };
            let came = request.is_ok();
            let ended = matches!(request, Err(RecvTimeoutError::Disconnected));
            let released = std::mem::take(&mut self.shared.lock().released);
            self.spool.release(self.spool.epoch(), &released);
            // Who asked may have been cancelled meanwhile; what is stored is stored all the same.
            match request {
                Ok(Request::Append(readings, reply)) => {
                    let appended = self.append(readings);
                    let _answered = reply.send(appended);
                }
                Ok(Request::Batches(after, count, reply)) => {
                    self.flush();
                    let _answered = reply.send(self.spool.batches(after, count));
                }
                Ok(Request::Released) => {}
                Err(_) => self.flush(),
            }
            self.publish();
            if ended {
                return;
            }
            let mut state = self.shared.lock();
            // After a second in which nothing came it sleeps until it is called.
            looks = came || !state.released.is_empty();
            state.looks = looks;
        }
    }

    fn append(&mut self, readings: Vec<Reading>) -> Result<u64, SpoolError> {
        let appended = self.spool.append(readings)?;
        self.shared.lock().keep(appended);
        // Before the answer: who has it must find the batch counted.
        self.publish();
        Ok(self.spool.stats().last_seq)
    }

    /// Takes what has been released out of the file; where that fails, the next append tries again and says so.
    fn flush(&mut self) {
        if let Err(error) = self.spool.flush() {
            tracing::warn!(%error, "what has been delivered stays in the spool for now");
        }
    }

    fn publish(&self) {
        let now = self.spool.stats();
        self.stats
            .send_if_modified(|stats| std::mem::replace(stats, now) != now);
    }
}

impl SpoolHandle {
    /// The life of the spool.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// What the spool holds; changes with each append, and when what has been released has left the file.
    pub fn stats(&self) -> watch::Receiver<SpoolStats> {
        self.stats.clone()
    }

    /// Hands `readings` to the thread at once; what is returned waits until they are stored, see [`Spool::append`], and gives
    /// the last number.
    ///
    /// # Errors
    /// As [`Spool::append`], or the thread is gone.
    pub fn append(
        &self,
        readings: Vec<Reading>,
    ) -> impl Future<Output = Result<u64, SpoolError>> + use<> {
        let answer = self.ask(|reply| Request::Append(readings, reply));
        async { answer.await.map_err(|_| SpoolError::Closed)? }
    }

    /// See [`Spool::release`]. They leave the file within a second.
    pub fn release(&self, epoch: Epoch, done: &RangeSet) {
        if epoch != self.epoch || done.is_empty() {
            return;
        }
        let mut state = self.shared.lock();
        for (first, last) in done.iter() {
            state.released.insert_range(first, last);
        }
        if !state.looks {
            // Once is enough.
            state.looks = true;
            let _closed = self.requests.send(Request::Released);
        }
    }

    /// Batches after `after`, oldest first, at most `count`: from memory what has just been appended, and once only; else
    /// from the file, see [`Spool::batches`].
    ///
    /// # Errors
    /// As [`Spool::batches`], or the thread is gone.
    pub async fn batches(&self, after: u64, count: u32) -> Result<Vec<SpooledBatch>, SpoolError> {
        let fresh = self.shared.lock().hand_over(after, count);
        if !fresh.is_empty() {
            return Ok(fresh);
        }
        let answer = self.ask(|reply| Request::Batches(after, count, reply));
        answer.await.map_err(|_| SpoolError::Closed)?
    }

    fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> oneshot::Receiver<T> {
        let (reply, answer) = oneshot::channel();
        // Where the thread is gone, so is the reply, and who waits for the answer is told.
        let _closed = self.requests.send(request(reply));
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Batch;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn open(path: &std::path::Path) -> Spool {
        Spool::open(path, &"gw-1".parse().unwrap(), 8 << 20).unwrap()
    }

    fn readings(count: usize) -> Vec<Reading> {
        let at = jiff::Timestamp::from_second(1_659_283_200).unwrap();
        let reading = Reading::good("pond-1/level".parse().unwrap(), at, 1.5);
        vec![reading; count]
    }

    async fn numbers(spool: &SpoolHandle, after: u64, count: u32) -> Vec<u64> {
        let batches = spool.batches(after, count).await.unwrap();
        for (seq, payload) in &batches {
            assert_eq!(Batch::from_bytes(payload).unwrap().seq, *seq);
        }
        batches.into_iter().map(|batch| batch.0).collect()
    }

    #[tokio::test]
    async fn what_was_appended_comes_from_memory_and_from_the_file_alike() {
        let dir = tempfile::tempdir().unwrap();
        let spool = start(open(&dir.path().join("s"))).unwrap();
        for _ in 0..5 {
            spool.append(readings(2)).await.unwrap();
        }
        assert_eq!(numbers(&spool, 0, 2).await, [1, 2]);
        assert_eq!(spool.shared.lock().fresh.len(), 3);
        // Again, as after a lost connection: from the file.
        assert_eq!(numbers(&spool, 0, 3).await, [1, 2, 3]);
        assert_eq!(numbers(&spool, 3, 9).await, [4, 5]);
        assert_eq!(numbers(&spool, 5, 9).await, [0; 0]);
        assert_eq!(spool.shared.lock().fresh_bytes, 0);
    }

    #[tokio::test]
    async fn memory_is_bounded_while_nothing_is_delivered() {
        let dir = tempfile::tempdir().unwrap();
        let spool = start(open(&dir.path().join("s"))).unwrap();
        for _ in 0..10 {
            spool.append(readings(8000)).await.unwrap();
        }
        let (kept, bytes) = {
            let state = spool.shared.lock();
            (state.fresh.len(), state.fresh_bytes)
        };
        assert!(
            kept > 0 && kept < 10 && bytes <= FRESH_MAX,
            "{kept} {bytes}"
        );
        assert_eq!(numbers(&spool, 0, 99).await, (1..=10).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn what_was_released_leaves_the_file_though_nothing_more_comes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let spool = start(open(&path)).unwrap();
        let all = [(1, 9)].into_iter().collect();
        // At once after an append, and again once the thread sleeps.
        for _ in 0..2 {
            let seq = spool.append(readings(2)).await.unwrap();
            spool.release(spool.epoch(), &all);
            let mut stats = spool.stats();
            let empty = stats.wait_for(|stats| stats.batches == 0);
            let stats = *tokio::time::timeout(RELEASE_AFTER * 20, empty)
                .await
                .unwrap()
                .unwrap();
            assert_eq!((stats.readings, stats.last_seq), (0, seq));
            assert_eq!(open(&path).stats(), stats);
        }
    }

    #[derive(Debug, Clone)]
    enum Action {
        /// Of so many readings: large ones do not all stay in memory.
        Append(usize),
        /// What the uplink does: fetch on from where it is.
        Fetch(u32),
        /// What it does after a lost connection: begin again.
        Again,
        Release(u64, u64),
    }

    fn action() -> impl Strategy<Value = Action> {
        prop_oneof![
            3 => prop_oneof![4 => Just(1), 1 => Just(8000)].prop_map(Action::Append),
            3 => (1u32..5).prop_map(Action::Fetch),
            1 => Just(Action::Again),
            1 => (0u64..20, 0u64..4).prop_map(|(first, more)| Action::Release(first, first + more)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn the_uplink_passes_over_nothing(actions in prop::collection::vec(action(), 1..40)) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let dir = tempfile::tempdir().unwrap();
            let spool = start(open(&dir.path().join("s"))).unwrap();
            let (mut held, mut after) = (BTreeSet::new(), 0);
            for action in actions {
                match action {
                    Action::Append(count) => {
                        held.insert(runtime.block_on(spool.append(readings(count))).unwrap());
                    }
                    Action::Fetch(count) => {
                        let came = runtime.block_on(numbers(&spool, after, count));
                        prop_assert!(came.is_sorted() && came.len() <= count as usize);
                        let last = came.last().copied().unwrap_or(u64::MAX);
                        let passed = held.range(after + 1..=last).find(|seq| !came.contains(seq));
                        prop_assert_eq!(passed, None, "{:?} after {}", came, after);
                        after = came.last().copied().unwrap_or(after);
                    }
                    Action::Again => after = 0,
                    Action::Release(first, last) => {
                        spool.release(spool.epoch(), &[(first, last)].into_iter().collect());
                        held.retain(|seq| !(first..=last).contains(seq));
                    }
                }
            }
        }
    }

    #[tokio::test]
    async fn an_append_is_stored_though_nobody_waits_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let spool = start(open(&dir.path().join("s"))).unwrap();
        drop(spool.append(readings(1)));
        assert_eq!(spool.append(readings(1)).await.unwrap(), 2);
        assert_eq!(spool.stats().borrow().batches, 2);
    }
}
