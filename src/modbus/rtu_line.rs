//! The line of a bus that speaks RTU frames: opened when it is needed, and anew after it has failed.

use std::time::Duration;

use super::exchange::{Exchange, Turn};
use super::link::{Ask, ReadError};
use super::rtu::Question;
use super::settings::{BusSettings, SerialMode};
use super::stream::{Port, Stream};
use crate::support::Pause;

/// After this time without a byte an answer that has begun is over, on a serial port: adapters on USB hand on what they have
/// every 16 ms (FTDI AN232B-04), a loaded machine takes its time. Engineering judgement.
const QUIET_SERIAL: Duration = Duration::from_millis(50);

/// The same over a network, which may deliver a frame in parts: a lost packet comes again after 200 ms or more (RFC 6298 and
/// Linux's least). Engineering judgement.
const QUIET_NETWORK: Duration = Duration::from_millis(500);

/// A line of RTU frames, opened when it is needed.
pub(super) struct RtuLine {
    endpoint: String,
    port: Port,
    stream: Option<Stream>,
    /// How long opening may take.
    timeout: Duration,
    /// It is we who dial.
    dials: bool,
    heartbeat: Vec<u8>,
    /// Speed and frame of the line, where they are known.
    mode: Option<SerialMode>,
    quiet_max: Duration,
    turn: Turn,
}

impl RtuLine {
    pub(super) fn new(port: Port, heartbeat: Vec<u8>, settings: &BusSettings) -> Self {
        let serial = settings.serial.is_some();
        let mode = settings
            .serial
            .as_ref()
            .map(|serial| serial.mode())
            .or_else(|| settings.dtu.as_ref().map(|dtu| dtu.mode()));
        Self {
            endpoint: settings.line(),
            port,
            stream: None,
            timeout: Duration::from_millis(settings.timeout_ms),
            dials: settings.rtu_tcp.is_some(),
            heartbeat,
            mode,
            quiet_max: if serial { QUIET_SERIAL } else { QUIET_NETWORK },
            turn: Turn::new(settings),
        }
    }

    /// The silence that was kept before the last request.
    pub(super) fn quiet(&self) -> Duration {
        self.turn.quiet
    }

    pub(super) async fn read(&mut self, ask: &Ask) -> Result<Vec<u16>, ReadError> {
        if let Some(newer) = self.port.newer() {
            self.stream = Some(newer);
        }
        let kept = self.stream.is_some();
        match self.read_once(ask).await {
            // A serial server that closes idle connections, an adapter that was put into another socket, a terminal that dialled
            // anew: no failure of the device.
            Err(ReadError::Transport { .. }) if kept => self.read_once(ask).await,
            outcome => outcome,
        }
    }

    async fn read_once(&mut self, ask: &Ask) -> Result<Vec<u16>, ReadError> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            None => {
                let stream = self.port.open(&self.endpoint, self.timeout).await?;
                if self.turn.serial && matches!(self.turn.pause, Pause::Coarse) {
                    self.turn.pause = fine(&stream);
                }
                self.turn.opened();
                self.stream.insert(stream)
            }
        };
        let exchange = Exchange {
            ask,
            question: Question { unit: ask.unit, request: ask.request },
            mode: if self.turn.serial { ask.mode.or(self.mode) } else { self.mode },
            rts: matches!(&self.port, Port::Serial(serial) if serial.rts),
            heartbeat: &self.heartbeat,
            quiet_max: self.quiet_max,
        };
        let outcome = tokio::select! {
            biased;
            outcome = exchange.make(stream, &mut self.turn) => outcome,
            () = self.port.renewed() => {
                self.stream = self.port.newer();
                return Err(exchange.broken("the terminal has dialled in anew".into()));
            }
        };
        let hang_up = match &outcome {
            Err(ReadError::Transport { .. }) => true,
            // A connection over which nothing comes may have died unnoticed. A terminal's is kept: it dials again only when it
            // notices by itself, and that takes minutes.
            Err(ReadError::Timeout { .. }) => self.dials,
            _ => false,
        };
        if hang_up {
            // At once: while it is held, an adapter that comes back gets another name.
            self.stream = None;
        }
        outcome
    }
}

/// A fine timer for a serial port; in tests that play one, tokio's, whose time can be made to fly.
fn fine(stream: &Stream) -> Pause {
    match stream {
        Stream::Serial(..) => Pause::fine().unwrap_or(Pause::Coarse),
        _ => Pause::Coarse,
    }
}

#[cfg(test)]
#[path = "rtu_line_tests.rs"]
mod tests;
