//! Requests of a technician's command: through the running gateway, or on a line that the command opens itself.

use std::sync::Arc;
use std::time::Duration;

use super::ports;
use super::wire::{Frame, Wire};
use crate::core::Reason;
use crate::device::Request;
use crate::edge::control::{Answer, Client, Command, Failure, ReadCommand};
use crate::locales::{
    Text, commissioning as said, foreign, gateway as words, modbus as modbus_words,
};
use crate::modbus::{BusSettings, Link, ReadError, ReadRequest, SerialMode};
use crate::support::{Clock, Stopwatch};

/// Units that are asked in the other framing before a command gives up the thought. Engineering judgement: most lines
/// have a unit among their first four, and each silent one costs a timeout.
const FRAMING_TRIES: u8 = 4;

/// An open line.
pub enum Line {
    /// Through a running gateway, on its bus of this name.
    Gateway(Box<Client>, String),
    /// Opened by the command.
    Direct(Box<DirectLine>),
}

/// A line that the command opens itself.
pub struct DirectLine {
    settings: BusSettings,
    link: Link,
    wire: Option<Arc<Wire>>,
    /// Frames that are kept for a document, not printed.
    kept: Option<Vec<Frame>>,
    framing_tries: u8,
}

/// How a request differs from the settings of its line.
#[derive(Clone, Copy, Default)]
pub struct RequestOptions {
    pub timeout: Option<Duration>,
    /// Silence that the unit needs before the request; a gateway knows it itself.
    pub gap: Duration,
    /// Another speed and frame on a serial line.
    pub mode: Option<SerialMode>,
}

/// The result of one read.
pub struct Response {
    pub outcome: Result<Vec<u16>, Failure>,
    /// How long it took, ms; through a gateway this includes the wait for the bus.
    pub ms: f64,
}

impl Line {
    /// A line of `bus` that nobody else uses.
    pub fn direct(bus: &BusSettings) -> Self {
        Self::Direct(Box::new(DirectLine {
            settings: bus.clone(),
            link: Link::new(bus, None, Clock::system()),
            wire: None,
            kept: None,
            framing_tries: FRAMING_TRIES,
        }))
    }

    /// The same, of which each frame is printed to standard error, or kept for a document.
    pub fn direct_shown(bus: &BusSettings, keep: bool) -> Self {
        let wire = Wire::start();
        Self::Direct(Box::new(DirectLine {
            settings: bus.clone(),
            link: Link::new(bus, None, Clock::system()).tapped(wire.tap()),
            wire: Some(wire),
            kept: keep.then(Vec::new),
            framing_tries: FRAMING_TRIES,
        }))
    }

    /// The frames that were kept since the last call; `None` where none are.
    pub fn frames(&mut self) -> Option<Vec<Frame>> {
        match self {
            Self::Gateway(..) => None,
            Self::Direct(line) => line.kept.as_mut().map(std::mem::take),
        }
    }

    /// Reads once. An error means that the running gateway has gone or refuses; a silent device is an outcome.
    pub async fn read(
        &mut self,
        unit: u8,
        request: Request,
        options: RequestOptions,
    ) -> anyhow::Result<Response> {
        match self {
            Self::Gateway(client, bus) => {
                let RequestOptions { timeout, gap: _, mode } = options;
                let command = Command::Read(ReadCommand {
                    bus: bus.clone(),
                    unit,
                    function: request.function,
                    address: request.address,
                    count: request.count,
                    timeout_ms: timeout.map(|t| u64::try_from(t.as_millis()).unwrap_or(u64::MAX)),
                    mode,
                });
                match client.send(command).await? {
                    Answer::Words { words, ms } => Ok(Response { outcome: Ok(words), ms }),
                    Answer::Failed { failure, ms } => Ok(Response { outcome: Err(failure), ms }),
                    other => {
                        let other = format!("{other:?}");
                        Err(anyhow::Error::msg(words::unexpected_answer(other)))
                    }
                }
            }
            Self::Direct(line) => Ok(line.read(unit, request, options).await),
        }
    }

    /// After a read of `unit` that failed with `failure`: whether the peer answers the same read in the other framing,
    /// and which option says so. Asked of few units only, and never through a gateway.
    pub async fn other_framing(
        &mut self,
        unit: u8,
        request: Request,
        failure: &Failure,
    ) -> Option<Text> {
        match self {
            Self::Gateway(..) => None,
            Self::Direct(line) => line.other_framing(unit, request, failure).await,
        }
    }

    /// After a read of `unit` that failed with `failure`: that another program may hold the only connection which the
    /// device or serial server takes. It accepts more and stays silent on them, or hangs up.
    pub fn perhaps_held(&self, unit: u8, failure: &Failure) -> Option<Text> {
        let Self::Direct(line) = self else { return None };
        let over_tcp = line.settings.tcp.is_some() || line.settings.rtu_tcp.is_some();
        let mute = failure.reason == Reason::Timeout || hung_up(unit, failure);
        (over_tcp && mute).then(said::connection_perhaps_held)
    }
}

/// Whether `failure` is that the other end has hung up, and not that it sent what cannot be followed.
fn hung_up(unit: u8, failure: &Failure) -> bool {
    let reset = foreign::io(&std::io::ErrorKind::ConnectionReset.into());
    let problems = [modbus_words::device_closed(), modbus_words::closed_by_other_end(), reset];
    problems
        .into_iter()
        .any(|problem| failure.text == ReadError::Transport { unit, problem }.text())
}

impl DirectLine {
    async fn read(&mut self, unit: u8, request: Request, options: RequestOptions) -> Response {
        let RequestOptions { timeout, gap, mode } = options;
        let own = Duration::from_millis(self.settings.timeout_ms);
        let took = Stopwatch::start();
        let read = ReadRequest { unit, request, timeout: timeout.unwrap_or(own), gap, mode };
        let outcome = self.link.read(&read).await.map_err(Failure::from);
        let ms = took.elapsed().as_secs_f64() * 1000.0;
        let frames = self.wire.iter().flat_map(|wire| wire.take());
        match &mut self.kept {
            Some(kept) => kept.extend(frames),
            None => frames.for_each(|frame| complain!("{}", frame.line())),
        }
        let outcome = outcome.map_err(|failure| self.with_holder(failure));
        Response { outcome, ms }
    }

    /// The failure, and who has the port that cannot be opened, or how to find one that is there.
    fn with_holder(&self, failure: Failure) -> Failure {
        let serial = self.settings.serial.as_ref();
        let Some(serial) = serial.filter(|_| failure.reason == Reason::Unreachable) else {
            return failure;
        };
        let missing = || (!serial.port.exists()).then(said::ports_lists_them);
        match ports::holders(&serial.port).or_else(missing) {
            Some(why) => Failure { text: Text::clauses([failure.text, why]), ..failure },
            None => failure,
        }
    }

    async fn other_framing(
        &mut self,
        unit: u8,
        request: Request,
        failure: &Failure,
    ) -> Option<Text> {
        let connected = failure.exception.is_none() && failure.reason != Reason::Unreachable;
        if !connected || self.framing_tries == 0 {
            return None;
        }
        self.framing_tries -= 1;
        let mut other = self.settings.clone();
        let hint = match (self.settings.tcp.clone(), self.settings.rtu_tcp.clone()) {
            (Some(endpoint), None) => {
                (other.tcp, other.rtu_tcp) = (None, Some(endpoint.clone()));
                said::answers_rtu_tcp(endpoint)
            }
            (None, Some(endpoint)) => {
                (other.tcp, other.rtu_tcp) = (Some(endpoint.clone()), None);
                said::answers_tcp(endpoint)
            }
            _ => return None,
        };
        // Hung up first: many serial servers take one connection only.
        self.link.hang_up();
        let read = ReadRequest {
            unit,
            request,
            timeout: Duration::from_millis(self.settings.timeout_ms),
            gap: Duration::ZERO,
            mode: None,
        };
        let outcome = Link::new(&other, None, Clock::system()).read(&read).await;
        let answered = match outcome.map_err(Failure::from) {
            Ok(_) => true,
            Err(failure) => failure.exception.is_some(),
        };
        answered.then_some(hint)
    }
}
