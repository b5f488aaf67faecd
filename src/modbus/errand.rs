//! What a technician asks a bus for while the gateway polls it: single requests, made between those of the polls.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::link::ReadError;
use super::settings::SerialMode;
use crate::device::Request;

/// Errands that may wait for one bus. A technician's tool sends one and waits for its answer.
pub const ERRANDS_MAX: usize = 4;

/// One request on somebody's behalf.
#[derive(Debug)]
pub struct Errand {
    /// The unit to ask.
    pub unit: u8,
    /// What to ask for.
    pub request: Request,
    /// How long the answer may take; the bus's own time where absent.
    pub timeout: Option<Duration>,
    /// Another speed and frame for this request alone, on a serial line: to look for devices that are set otherwise.
    pub mode: Option<SerialMode>,
    /// Who waits for the answer.
    pub reply: oneshot::Sender<Result<Vec<u16>, ReadError>>,
}

/// Where errands for one bus are handed in.
pub type ErrandDesk = mpsc::Sender<Errand>;
