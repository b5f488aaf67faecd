//! A queue with an end: so many are worked on at once, so many more wait for so long, and whoever comes then is told
//! to come again.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::web::ApiRefusal;

/// The queue.
pub(super) struct Queue {
    free: Arc<Semaphore>,
    /// Those that are worked on, and those that wait.
    inside: Arc<Semaphore>,
    wait: Duration,
    retry_s: u64,
}

/// A place in it, until it is dropped.
pub(super) struct Place {
    _free: OwnedSemaphorePermit,
    _inside: OwnedSemaphorePermit,
}

impl Queue {
    /// `at_once` are worked on, and `waiting` more wait, each no longer than `wait`.
    pub fn new(at_once: usize, waiting: usize, wait: Duration, retry_s: u64) -> Self {
        let (free, inside) = (Semaphore::new(at_once), Semaphore::new(at_once + waiting));
        Self { free: Arc::new(free), inside: Arc::new(inside), wait, retry_s }
    }

    /// A place, once it is one's turn.
    pub async fn place(&self) -> Result<Place, ApiRefusal> {
        let busy = ApiRefusal::Busy { retry_s: self.retry_s };
        let Ok(inside) = self.inside.clone().try_acquire_owned() else { return Err(busy) };
        match timeout(self.wait, self.free.clone().acquire_owned()).await {
            Ok(Ok(free)) => Ok(Place { _free: free, _inside: inside }),
            Ok(Err(_)) | Err(_) => Err(busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn some_are_inside_some_wait_and_the_others_are_told_to_come_again() {
        let queue = Arc::new(Queue::new(1, 1, Duration::from_secs(10), 7));
        let first = queue.place().await.unwrap();
        let waiting = tokio::spawn({
            let queue = queue.clone();
            async move { queue.place().await.map(drop) }
        });
        tokio::task::yield_now().await;
        let busy = Some(ApiRefusal::Busy { retry_s: 7 });
        assert_eq!(queue.place().await.err(), busy);
        drop(first);
        assert_eq!(waiting.await.unwrap(), Ok(()));
        // Whoever waits too long is told so as well.
        let _first = queue.place().await.unwrap();
        assert_eq!(queue.place().await.err(), busy);
    }
}
