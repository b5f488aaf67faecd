//! Where passwords are hashed: beside the runtime, and few at a time.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::Block;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::UsersError;

/// Hashes at once: 19 MiB and a core each. The smallest machine of an office has two cores.
const AT_ONCE: usize = 2;

/// Those that may wait beside them: half a second's work. Whoever comes then is told to try again. Engineering
/// judgement.
const WAITING_MAX: usize = 8;

/// The room for hashing.
#[derive(Debug)]
pub(super) struct Hashing {
    room: Arc<Semaphore>,
    work: Arc<Semaphore>,
    memories: Arc<Mutex<Vec<Memory>>>,
}

/// What one hash is worked out in. It is kept for the next: what a thread lets go of, the system's allocator keeps for
/// that thread, and each hash may have another.
pub(super) type Memory = Vec<Block>;

/// A place in it. It is free again when what is hashed there is done, whoever still waits for it.
#[derive(Debug)]
pub(super) struct Place {
    _room: OwnedSemaphorePermit,
    _work: OwnedSemaphorePermit,
    memories: Arc<Mutex<Vec<Memory>>>,
}

impl Hashing {
    pub(super) fn new() -> Self {
        let room = Arc::new(Semaphore::new(AT_ONCE + WAITING_MAX));
        let memories = Arc::new(Mutex::new(Vec::with_capacity(AT_ONCE)));
        Self { room, work: Arc::new(Semaphore::new(AT_ONCE)), memories }
    }

    /// Waits for a place; `None` where too many wait.
    pub(super) async fn place(&self) -> Option<Place> {
        let room = Arc::clone(&self.room).try_acquire_owned().ok()?;
        let work = Arc::clone(&self.work).acquire_owned().await.ok()?;
        Some(Place { _room: room, _work: work, memories: Arc::clone(&self.memories) })
    }
}

impl Place {
    /// Does `work` there.
    pub(super) async fn run<R: Send + 'static>(
        self,
        work: impl FnOnce(&mut Memory) -> Result<R, UsersError> + Send + 'static,
    ) -> Result<R, UsersError> {
        let done = tokio::task::spawn_blocking(move || {
            let kept = self.memories.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut memory = kept.unwrap_or_default();
            let done = work(&mut memory);
            self.memories.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
            drop(self);
            done
        });
        done.await.map_err(|_| UsersError::Hash)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_work_some_wait_and_others_are_turned_away() {
        let hashing = Hashing::new();
        let first = hashing.place().await.unwrap();
        let second = hashing.place().await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..WAITING_MAX {
            let mut place = Box::pin(hashing.place());
            tokio::select! {
                biased;
                _ = &mut place => panic!("three at once"),
                () = std::future::ready(()) => {}
            }
            waiting.push(place);
        }
        assert!(hashing.place().await.is_none());
        // A place is given back also where nobody waits for what is done there.
        assert_eq!(first.run(|_| Ok(7)).await.unwrap(), 7);
        let mut waiting = waiting.into_iter();
        let third = waiting.next().unwrap().await.unwrap();
        drop((second, third, waiting));
        assert!(hashing.place().await.is_some());
    }
}
