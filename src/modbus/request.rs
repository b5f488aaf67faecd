//! Requests to units of a bus: those of its polls, and ad-hoc ones that a technician makes between them.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::error::ReadResult;
use super::settings::SerialMode;
use crate::device::Request;

/// One read, with its timing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReadRequest {
    pub unit: u8,
    pub request: Request,
    /// How long the answer may take to begin. Over Modbus TCP and a serial server, whose line speed is unknown, to end.
    pub timeout: Duration,
    /// Silence that this unit needs before the request, beyond what the line keeps anyway.
    pub gap: Duration,
    /// Another speed and frame for this request alone, on a serial line; without effect elsewhere.
    pub mode: Option<SerialMode>,
}

/// Ad-hoc requests that may wait for one bus. A technician's command sends one and waits for its answer.
pub const AD_HOC_REQUESTS_MAX: usize = 4;

/// One read on somebody's behalf, made between the requests of the polls.
#[derive(Debug)]
pub struct AdHocRequest {
    pub unit: u8,
    pub request: Request,
    /// How long the answer may take; `None` for the bus's own timeout.
    pub timeout: Option<Duration>,
    /// Another speed and frame for this request alone, on a serial line: to look for devices with other settings.
    pub mode: Option<SerialMode>,
    pub reply: oneshot::Sender<ReadResult>,
}

/// Hands ad-hoc requests to one bus.
pub type RequestSender = mpsc::Sender<AdHocRequest>;
