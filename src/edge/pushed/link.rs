//! What passes between whoever runs the gateway and the gateway, of pushed configurations.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::proof::Proof;

/// Messages that may wait to be judged: a broker retains one, and more come only from somebody who floods. What does
/// not fit is dropped and counted in the log; the retained one comes again with the next connection. Engineering
/// judgement.
pub const RECEIVED_MAX: usize = 4;

/// A message to the office; `None` until there is something to say.
pub type Saying = Option<Arc<Vec<u8>>>;

/// The gateway's side.
#[derive(Clone)]
pub struct RemoteLink {
    /// Takes the messages.
    pub received: mpsc::Sender<Vec<u8>>,
    /// What the office is told, which is sent with each connection and whenever it changes.
    pub says: watch::Receiver<Saying>,
    /// On trial, what has been shown.
    pub proof: Option<watch::Sender<Proof>>,
}

/// The gateway's side, without a trial, and the two ends of the other side.
pub fn remote_link() -> (RemoteLink, mpsc::Receiver<Vec<u8>>, watch::Sender<Saying>) {
    let (received, messages) = mpsc::channel(RECEIVED_MAX);
    let (say, says) = watch::channel(None);
    (RemoteLink { received, says, proof: None }, messages, say)
}
