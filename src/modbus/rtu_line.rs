//! A bus that speaks RTU frames: its line is opened when it is needed, and again after it has failed. What may still be
//! answered is remembered from one connection to the next.

use std::time::Duration;

use super::error::{ReadError, ReadResult};
use super::open_requests::{MARKERS_MAX, Marker, Next};
use super::request::ReadRequest;
use super::rtu::RtuRequest;
use super::settings::{BusSettings, SerialMode};
use super::stream::{Port, Stream};
use super::tap::Tap;
use super::transaction::{LineState, Transaction};
use crate::locales::modbus as words;
use crate::support::Pause;

/// An answer that has begun is over after this time without a byte, on a serial port: USB adapters pass on what they
/// have every 16 ms (FTDI AN232B-04), and a loaded machine takes its time. Engineering judgement.
const BYTE_GAP_SERIAL: Duration = Duration::from_millis(50);

/// The same over a network, which may deliver a frame in parts: a lost packet is repeated after 200 ms or more (RFC
/// 6298 and Linux's minimum). Engineering judgement.
const BYTE_GAP_NETWORK: Duration = Duration::from_millis(500);

/// A line of RTU frames.
pub(super) struct RtuLine {
    endpoint: String,
    port: Port,
    stream: Option<Stream>,
    /// How long opening may take.
    timeout: Duration,
    /// We open the connection, not the other end.
    dials: bool,
    heartbeat: Vec<u8>,
    /// Speed and frame of the line, where they are known.
    mode: Option<SerialMode>,
    byte_gap_max: Duration,
    state: LineState,
    tap: Option<Tap>,
}

impl RtuLine {
    pub(super) fn new(port: Port, heartbeat: Vec<u8>, settings: &BusSettings) -> Self {
        let serial = settings.serial.as_ref().map(|serial| serial.mode());
        Self {
            endpoint: settings.line(),
            port,
            stream: None,
            timeout: Duration::from_millis(settings.timeout_ms),
            dials: settings.rtu_tcp.is_some(),
            heartbeat,
            mode: serial.or_else(|| settings.dtu.as_ref().map(|dtu| dtu.mode())),
            byte_gap_max: if serial.is_some() { BYTE_GAP_SERIAL } else { BYTE_GAP_NETWORK },
            state: LineState::new(settings),
            tap: None,
        }
    }

    /// Shows the bytes of lines that are opened from now on.
    pub(super) fn tap(&mut self, tap: Tap) {
        self.tap = Some(tap);
    }

    /// Closes the line; the next read opens it again.
    pub(super) fn hang_up(&mut self) {
        self.stream = None;
    }

    pub(super) fn silence(&self) -> Duration {
        self.state.silence
    }

    pub(super) async fn read(&mut self, read: &ReadRequest) -> ReadResult {
        if let Some(newer) = self.port.take_newer() {
            self.stream = Some(newer);
        }
        let reused = self.stream.is_some();
        let outcome = match self.read_marked(read).await {
            // A server closed an idle connection, an adapter was moved, a terminal dialled again: not a device failure.
            Err(ReadError::Transport { .. }) if reused => self.read_marked(read).await,
            outcome => outcome,
        };
        self.port.record(read.unit, &outcome);
        outcome
    }

    /// Reads, behind a marker where an answer to an earlier request could be taken for that to this one.
    async fn read_marked(&mut self, read: &ReadRequest) -> ReadResult {
        match self.state.next(read) {
            Next::Ask => {}
            Next::Marker(marker) => self.mark(read, marker).await?,
            Next::Again => return self.again(read).await,
            Next::Wait => {
                self.state.pause.wait(read.timeout).await;
                return Err(no_answer(read));
            }
        }
        self.read_once(read, false).await
    }

    /// Makes the request time and again until as many answers have come as could be late, and one more.
    async fn again(&mut self, read: &ReadRequest) -> ReadResult {
        let ReadRequest { unit, request, .. } = read;
        let start = self.state.open.last();
        for answers in 1..=MARKERS_MAX {
            match self.read_once(read, false).await {
                Ok(words) => {
                    if self.state.open.answers_since(*unit, request, (start, answers)) {
                        return Ok(words);
                    }
                }
                Err(
                    error @ (ReadError::Unreachable { .. }
                    | ReadError::Transport { .. }
                    | ReadError::Exception { .. }),
                ) => return Err(error),
                Err(error) => {
                    self.state.open.unanswered(*unit, request);
                    return Err(error);
                }
            }
        }
        Err(no_answer(read))
    }

    /// Makes the request of a marker, again where its answer may be that to an earlier one and proves less. Fails where
    /// it is not answered.
    async fn mark(&mut self, read: &ReadRequest, marker: Marker) -> Result<(), ReadError> {
        let ReadRequest { unit, request, .. } = read;
        let marking = ReadRequest { request: marker.request, ..*read };
        for _ in 0..MARKERS_MAX {
            match self.read_once(&marking, true).await {
                Err(error @ (ReadError::Unreachable { .. } | ReadError::Transport { .. })) => {
                    return Err(error);
                }
                Err(error @ ReadError::Exception { .. }) if error.silent() => return Err(error),
                Ok(_) | Err(ReadError::Exception { .. }) => {}
                Err(error) => {
                    self.state.open.unanswered(*unit, request);
                    // What came in the place of its answer says more than that none came.
                    return Err(match error {
                        ReadError::Timeout { .. } => no_answer(read),
                        error => error,
                    });
                }
            }
            if self.state.open.proves(*unit, marker, request) {
                return Ok(());
            }
        }
        Err(no_answer(read))
    }

    async fn read_once(&mut self, read: &ReadRequest, marker: bool) -> ReadResult {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            None => {
                let stream = self.port.open(&self.endpoint, self.timeout).await?;
                if self.state.serial && matches!(self.state.pause, Pause::Coarse) {
                    self.state.pause = pause_for(&stream);
                }
                self.state.opened();
                self.stream.insert(match &self.tap {
                    Some(tap) => Stream::Tapped(Box::new(stream), tap.clone()),
                    None => stream,
                })
            }
        };
        let transaction = Transaction {
            read,
            request: RtuRequest { unit: read.unit, request: read.request },
            marker,
            mode: if self.state.serial { read.mode.or(self.mode) } else { self.mode },
            rts: matches!(&self.port, Port::Serial(serial) if serial.rts),
            heartbeat: &self.heartbeat,
            byte_gap_max: self.byte_gap_max,
        };
        let outcome = tokio::select! {
            biased;
            outcome = transaction.run(stream, &mut self.state) => outcome,
            () = self.port.wait_newer() => {
                self.stream = self.port.take_newer();
                return Err(transaction.broken(words::dialled_in_again()));
            }
        };
        let hang_up = match &outcome {
            Err(ReadError::Transport { .. }) => true,
            // A silent connection may have died. A terminal's is kept: it takes minutes to notice and dial again.
            Err(ReadError::Timeout { .. }) => self.dials,
            _ => false,
        };
        if hang_up {
            // At once: as long as it is held, an adapter that comes back gets another name.
            self.stream = None;
        }
        outcome
    }
}

fn no_answer(read: &ReadRequest) -> ReadError {
    ReadError::Timeout { unit: read.unit, timeout_ms: read.timeout.as_millis() }
}

/// A fine timer for a real serial port; tokio's for one that a test simulates, whose time can be advanced.
fn pause_for(stream: &Stream) -> Pause {
    match stream {
        Stream::Serial(..) => Pause::fine().unwrap_or(Pause::Coarse),
        _ => Pause::Coarse,
    }
}

#[cfg(test)]
#[path = "rtu_line_tests.rs"]
mod tests;
