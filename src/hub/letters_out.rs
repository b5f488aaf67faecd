//! Letters of alarms that go out over the hub's own connection to the broker: a second connection by the hub's name
//! would end the first, since brokers let a name in once.

use std::collections::VecDeque;
use std::sync::Mutex;

use tokio::sync::{Notify, oneshot};

use crate::locales::{Text, hub as words};
use crate::mqtt::intake::Published;
use crate::support::lock;

/// Letters that may wait for the connection. Whoever sends them waits for each, so that there are as many as channels.
/// Engineering judgement.
const WAITING_MAX: usize = 100;

/// A message that is to be published.
pub(super) struct LetterOut {
    pub topic: String,
    pub payload: Vec<u8>,
    /// Told what the broker answers; dropped where the connection ends before.
    pub done: oneshot::Sender<Published>,
}

/// What waits for the connection.
#[derive(Debug, Default)]
pub(super) struct LettersOut {
    waiting: Mutex<VecDeque<LetterOut>>,
    come: Notify,
}

impl std::fmt::Debug for LetterOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LetterOut").field("topic", &self.topic).finish_non_exhaustive()
    }
}

impl LettersOut {
    /// Publishes `payload` on `topic`, and waits until the broker has it.
    ///
    /// # Errors
    /// Why it has not arrived, or why nobody knows.
    pub async fn publish(&self, topic: &str, payload: Vec<u8>) -> Result<(), Text> {
        let (done, answer) = oneshot::channel();
        {
            let mut waiting = lock(&self.waiting);
            // Whoever has given up waiting needs no answer.
            waiting.retain(|letter| !letter.done.is_closed());
            if waiting.len() >= WAITING_MAX {
                return Err(words::letters_waiting());
            }
            waiting.push_back(LetterOut { topic: topic.into(), payload, done });
        }
        self.come.notify_one();
        answer.await.unwrap_or_else(|_| Err(words::connection_ended()))
    }

    /// The next letter that somebody waits for. Cancel safe.
    pub async fn next(&self) -> LetterOut {
        loop {
            if let Some(letter) = self.take() {
                return letter;
            }
            self.come.notified().await;
        }
    }

    fn take(&self) -> Option<LetterOut> {
        let mut waiting = lock(&self.waiting);
        while let Some(letter) = waiting.pop_front() {
            if !letter.done.is_closed() {
                return Some(letter);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn a_letter_waits_for_the_connection_and_for_its_answer() {
        let letters = Arc::new(LettersOut::default());
        let sending = letters.clone();
        let sent = tokio::spawn(async move { sending.publish("t/1", b"a".to_vec()).await });
        let letter = letters.next().await;
        assert_eq!((letter.topic.as_str(), letter.payload.as_slice()), ("t/1", &b"a"[..]));
        letter.done.send(Ok(())).unwrap();
        assert_eq!(sent.await.unwrap(), Ok(()));
        // The connection ends before the broker has answered.
        let sending = letters.clone();
        let sent = tokio::spawn(async move { sending.publish("t/2", Vec::new()).await });
        drop(letters.next().await);
        assert_eq!(sent.await.unwrap(), Err(words::connection_ended()));
        // Nobody waits any longer: it is not sent.
        let sending = letters.clone();
        let given_up = tokio::spawn(async move { sending.publish("t/3", Vec::new()).await });
        while lock(&letters.waiting).is_empty() {
            tokio::task::yield_now().await;
        }
        given_up.abort();
        assert!(given_up.await.unwrap_err().is_cancelled());
        assert!(letters.take().is_none());
    }
}
