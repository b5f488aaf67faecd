//! A thread that owns a value: others hand it closures that work on the value, one after the other.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::locales::support as words;

/// Closures that may wait for the thread. Whoever asks waits for the answer before asking again, so the queue fills
/// only if more than this many ask at once; a sender then blocks until the thread has caught up.
const QUEUE_MAX: usize = 256;

type Job<T> = Box<dyn FnOnce(&mut T) + Send>;

/// A handle on the thread. The thread ends when the last handle is dropped.
pub struct Owner<T>(SyncSender<Job<T>>);

impl<T> Clone for Owner<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The thread has ended.
#[derive(Debug, thiserror::Error)]
#[error("{}", words::thread_gone())]
pub struct OwnerGone;

/// Why the thread runs its closure for the time between jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// A job has just been done.
    Asked,
    /// Nothing was asked for as long as the closure said last time.
    Idle,
    /// The last handle is gone: the thread ends now.
    Ended,
}

impl<T: Send + 'static> Owner<T> {
    /// Starts `thread` with `value`. `between` runs after each job, after each idle wait and once at the end; it
    /// returns how long the thread may wait for the next job.
    pub fn start(
        thread: thread::Builder,
        mut value: T,
        mut between: impl FnMut(&mut T, Wake) -> Duration + Send + 'static,
    ) -> io::Result<Self> {
        let (jobs, receiver) = mpsc::sync_channel::<Job<T>>(QUEUE_MAX);
        thread.spawn(move || {
            let mut wait = Duration::MAX;
            loop {
                let wake = match receiver.recv_timeout(wait) {
                    Ok(job) => {
                        job(&mut value);
                        Wake::Asked
                    }
                    Err(RecvTimeoutError::Timeout) => Wake::Idle,
                    Err(RecvTimeoutError::Disconnected) => Wake::Ended,
                };
                wait = between(&mut value, wake);
                if wake == Wake::Ended {
                    return;
                }
            }
        })?;
        Ok(Self(jobs))
    }

    /// Hands `work` to the thread at once; the future waits for its result. The work is done even if that is dropped.
    pub fn ask<R, W>(
        &self,
        work: W,
    ) -> impl Future<Output = Result<R, OwnerGone>> + Send + use<T, R, W>
    where
        R: Send + 'static,
        W: FnOnce(&mut T) -> R + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.tell(move |value| {
            let result = work(value);
            // The caller may be gone; the work stands regardless.
            let _caller_gone = reply.send(result).is_err();
        });
        async { answer.await.map_err(|_| OwnerGone) }
    }

    /// Hands `work` to the thread without waiting for it. If the thread has ended, the next [`Self::ask`] says so.
    pub fn tell(&self, work: impl FnOnce(&mut T) + Send + 'static) {
        let _ended = self.0.send(Box::new(work)).is_err();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn jobs_run_in_order_and_also_when_nobody_waits() {
        let owner = Owner::start(thread::Builder::new(), Vec::new(), |_, _| Duration::MAX).unwrap();
        owner.tell(|list| list.push(1));
        drop(owner.ask(|list| list.push(2)));
        assert_eq!(owner.ask(|list| list.clone()).await.unwrap(), [1, 2]);
    }

    #[tokio::test]
    async fn it_wakes_after_a_job_after_a_wait_and_at_the_end() {
        let (sender, wakes) = mpsc::sync_channel(8);
        let between = move |_: &mut (), wake| {
            sender.send(wake).unwrap();
            if wake == Wake::Asked { Duration::ZERO } else { Duration::MAX }
        };
        let owner = Owner::start(thread::Builder::new(), (), between).unwrap();
        owner.ask(|()| ()).await.unwrap();
        assert_eq!(wakes.recv().unwrap(), Wake::Asked);
        assert_eq!(wakes.recv().unwrap(), Wake::Idle);
        drop(owner);
        assert_eq!(wakes.recv().unwrap(), Wake::Ended);
        assert!(wakes.recv().is_err(), "the thread has ended");
    }

    #[tokio::test]
    async fn a_thread_that_panicked_is_reported() {
        let owner = Owner::start(thread::Builder::new(), (), |_, _| Duration::MAX).unwrap();
        owner.ask(|()| panic!("in the test's own job")).await.unwrap_err();
        owner.ask(|()| ()).await.unwrap_err();
    }
}
