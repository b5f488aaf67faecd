//! Pushed configurations on their way through delivery: messages to whoever judges them, and what is said of them back.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;

use crate::edge::pushed::RemoteLink;
use crate::wire::Ack;

/// For how long none is listened to after a packet that is larger than any message: over MQTT 3.1.1 the broker may
/// retain it, and would end each connection by it. Engineering judgement: until somebody has cleared the topic.
const DEAF: Duration = Duration::from_secs(3600);

/// The link to whoever judges them, if anybody does.
#[derive(Default)]
pub(super) struct Pushed {
    link: Option<RemoteLink>,
    /// Until when none is listened to, by the time of this run.
    deaf_until: Duration,
}

impl Pushed {
    pub fn of(link: RemoteLink) -> Self {
        Self { link: Some(link), deaf_until: Duration::ZERO }
    }

    /// Whether the gateway listens for any at `now`.
    pub fn is_wanted(&self, now: Duration) -> bool {
        self.link.is_some() && now >= self.deaf_until
    }

    /// A connection has ended at `now` over a packet that is larger than any message.
    pub fn oversized(&mut self, now: Duration) {
        if self.is_wanted(now) {
            tracing::warn!(
                "without pushed configurations for an hour: their topic may hold what is too large"
            );
            self.deaf_until = now + DEAF;
        }
    }

    /// What is said is said again over each connection: what the broker retains may be lost.
    pub fn connected(&mut self) {
        if let Some(link) = &mut self.link {
            link.says.mark_changed();
        }
    }

    /// What is to be said next; it never comes where nobody says anything. Cancel safe.
    pub async fn next(&mut self) -> Arc<Vec<u8>> {
        while let Some(link) = &mut self.link {
            if link.says.changed().await.is_err() {
                break;
            }
            if let Some(said) = link.says.borrow_and_update().clone() {
                return said;
            }
        }
        std::future::pending().await
    }

    /// What is to be said and was not yet.
    pub fn unsaid(&mut self) -> Option<Arc<Vec<u8>>> {
        let link = self.link.as_mut()?;
        if !link.says.has_changed().is_ok_and(|changed| changed) {
            return None;
        }
        link.says.borrow_and_update().clone()
    }

    /// Hands a message on. `false` where there is no room for it.
    pub fn hand_on(&self, message: Vec<u8>) -> bool {
        let Some(link) = &self.link else { return true };
        // Whoever judges them ends after the gateway.
        !matches!(link.received.try_send(message), Err(TrySendError::Full(_)))
    }

    /// The hub has committed batches: on trial, that shows something.
    pub fn committed(&self, ack: &Ack) {
        if let Some(proof) = self.link.as_ref().and_then(|link| link.proof.as_ref()) {
            proof.send_modify(|proof| proof.committed(ack.epoch, &ack.committed));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::pushed::remote_link;

    #[tokio::test]
    async fn what_was_not_said_is_said_at_the_end_and_once() {
        let (link, _messages, say) = remote_link();
        let mut pushed = Pushed::of(link);
        assert_eq!(pushed.unsaid(), None);
        say.send_replace(Some(Arc::new(vec![1])));
        assert_eq!(*pushed.next().await, [1]);
        assert_eq!(pushed.unsaid(), None);
        say.send_replace(Some(Arc::new(vec![2])));
        assert_eq!(pushed.unsaid().as_deref(), Some(&vec![2]));
        assert_eq!(pushed.unsaid(), None);
        // Said anew over each connection.
        pushed.connected();
        assert_eq!(pushed.unsaid().as_deref(), Some(&vec![2]));
    }

    #[test]
    fn what_is_too_large_makes_it_deaf_for_an_hour() {
        let at = Duration::from_secs;
        let (link, mut messages, _say) = remote_link();
        let mut pushed = Pushed::of(link);
        assert!(pushed.is_wanted(at(0)) && !Pushed::default().is_wanted(at(0)));
        pushed.oversized(at(10));
        assert!(!pushed.is_wanted(at(11)) && pushed.is_wanted(at(10) + DEAF));
        // One more than there is room for.
        let fits = (0..=crate::edge::pushed::RECEIVED_MAX).map(|_| pushed.hand_on(vec![1]));
        assert_eq!(fits.filter(|fits| !fits).count(), 1);
        assert_eq!(messages.try_recv().unwrap(), [1]);
        assert!(pushed.hand_on(vec![2]));
    }
}
