//! Modbus TCP. The only file that names tokio-modbus, of which it calls nothing but reading functions.
//!
//! After anything but registers or an exception the connection is dropped, except where a foreign number may teach how
//! the device numbers its answers (see `conversation`): a late answer must never be taken for the answer to the next
//! request, and tokio-modbus does not recover by itself (slowtec/tokio-modbus issue 324).

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio_modbus::ProtocolError;
use tokio_modbus::client::{Context, Reader, tcp};
use tokio_modbus::slave::{Slave, SlaveContext};

use super::conversation::{Conversation, Fault, Unanswered};
use super::dial::dial;
use super::error::{ReadError, ReadResult};
use super::mbap::Mbap;
use super::numbering::Numbering;
use super::request::ReadRequest;
use super::settings::BusSettings;
use super::silence::LineSilence;
use super::tap::{Tap, Tapped};
use crate::device::{Function, Request};
use crate::locales::{Text, foreign, modbus as words};
use crate::support::{Clock, Pause, Stopwatch, lock, random};

/// Unit ids that a device can have (Modbus over serial line V1.02, 2.2).
const UNITS: std::ops::RangeInclusive<u8> = 1..=247;

/// How often one call repeats its request: on a new connection where the old one had been closed, and where a foreign
/// number may show a habit. What could not be sent, as a kept connection had come to its end, does not count.
const REPEATS_MAX: u8 = 2;

/// A connection to one Modbus TCP endpoint, made when it is needed.
pub(super) struct TcpLine {
    endpoint: String,
    /// How long connecting may take.
    timeout: Duration,
    context: Option<Context>,
    /// Shared with the stream of the connection.
    conversation: Arc<Mutex<Conversation>>,
    silences: LineSilence,
    clock: Clock,
    watch: Stopwatch,
    /// The silence before the last request.
    silence: Duration,
    tap: Option<Tap>,
}

impl TcpLine {
    pub(super) fn new(endpoint: String, settings: &BusSettings, clock: Clock) -> Self {
        Self {
            endpoint,
            timeout: Duration::from_millis(settings.timeout_ms),
            context: None,
            conversation: Arc::new(Mutex::new(Conversation::new(settings.numbers, random::bits()))),
            silences: LineSilence::new(settings),
            clock,
            watch: Stopwatch::start(),
            silence: Duration::MAX,
            tap: None,
        }
    }

    /// Shows the bytes of connections that are made from now on.
    pub(super) fn tap(&mut self, tap: Tap) {
        self.tap = Some(tap);
    }

    /// Closes the connection; the next read makes another.
    pub(super) fn hang_up(&mut self) {
        self.context = None;
    }

    pub(super) fn silence(&self) -> Duration {
        self.silence
    }

    /// What the device does with transaction numbers, as set or learned.
    pub(super) fn numbering(&self) -> Numbering {
        lock(&self.conversation).numbering()
    }

    pub(super) async fn read(&mut self, read: &ReadRequest) -> ReadResult {
        let before = self.numbering();
        let mut repeats = REPEATS_MAX;
        let outcome = loop {
            let reused = self.context.is_some();
            match self.read_once(read).await {
                Ok(words) => break Ok(words),
                Err(failure) if reused && failure.unsent => {}
                Err(failure) if repeats > 0 && failure.worth_repeating(reused) => repeats -= 1,
                Err(failure) => break Err(failure.error),
            }
        };
        let numbering = self.numbering();
        if numbering != before {
            let (endpoint, answers) = (&self.endpoint, numbering.name());
            tracing::warn!(endpoint, answers, "how the device numbers its answers is known now");
        }
        outcome
    }

    async fn read_once(&mut self, read: &ReadRequest) -> Result<Vec<u16>, Failure> {
        let due = self.silences.next_request_at(read.unit, read.gap, None);
        let wait = due.saturating_sub(self.watch.elapsed());
        Pause::Coarse.wait(wait).await;
        // Taken out: it is put back only if it is still sound, whatever happens below.
        let mut context = match self.context.take() {
            Some(context) => context,
            None => {
                let stream = dial(&self.endpoint, self.timeout, &self.clock).await?;
                let stream = Tapped::new(stream, self.tap.clone());
                tcp::attach(Mbap::new(stream, Arc::clone(&self.conversation)))
            }
        };
        let now = self.watch.elapsed();
        self.silence = self.silences.lasted(now);
        self.silences.request_ends(read.unit, now);
        context.set_slave(Slave(read.unit));
        let answer = self.clock.timeout(read.timeout, call(&mut context, read.request)).await;
        self.silences.traffic_until(self.watch.elapsed());
        let unit = read.unit;
        let Ok(answer) = answer else {
            let unanswered = lock(&self.conversation).timed_out();
            if unanswered.kept {
                self.context = Some(context);
            }
            return Err(Failure::timed_out(read, unanswered));
        };
        // Kept where that is of use.
        let context = Some(context).filter(|_| !lock(&self.conversation).closes());
        match answer {
            Ok(Ok(words)) if words.len() == usize::from(read.request.count) => {
                self.context = context;
                Ok(words)
            }
            Ok(Ok(words)) => {
                Err(ReadError::Length { unit, asked: read.request.count, got: words.len() }.into())
            }
            Ok(Err(exception)) => {
                self.context = context;
                Err(ReadError::Exception { unit, code: exception.into() }.into())
            }
            Err(tokio_modbus::Error::Transport(error)) => {
                let conversation = lock(&self.conversation);
                let (fault, parting) = (conversation.fault(), conversation.parting());
                drop(conversation);
                Err(Failure::broken(unit, fault, parting, &error))
            }
            Err(tokio_modbus::Error::Protocol(error)) => {
                Err(ReadError::Foreign { unit, problem: mismatch(&error) }.into())
            }
        }
    }
}

/// A request that brought nothing.
struct Failure {
    error: ReadError,
    /// The connection had come to its end.
    ended: bool,
    /// The request was not sent, as the connection had come to its end before.
    unsent: bool,
    /// The same request, made again now, may show a habit of the device.
    teaches: bool,
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self { error, ended: false, unsent: false, teaches: false }
    }
}

impl Failure {
    /// Many gateways close a connection that has been idle between two polls: the device has not failed.
    fn worth_repeating(&self, reused: bool) -> bool {
        self.teaches || (self.ended && reused)
    }

    fn timed_out(read: &ReadRequest, unanswered: Unanswered) -> Self {
        let (unit, timeout_ms) = (read.unit, read.timeout.as_millis());
        let error = match Self::came_instead(unanswered) {
            Some(problem) => ReadError::Foreign { unit, problem },
            None => ReadError::Timeout { unit, timeout_ms },
        };
        Self { teaches: unanswered.kept, ..error.into() }
    }

    /// What came instead of an answer, if anything did.
    fn came_instead(unanswered: Unanswered) -> Option<Text> {
        match (unanswered.number, unanswered.unit) {
            (Some((asked, got)), _) if unanswered.unruly => Some(words::unruly_number(asked, got)),
            (Some((asked, got)), _) => Some(words::other_number(asked, got)),
            (None, Some(got)) if UNITS.contains(&got) => Some(words::unit_to_ask(got)),
            (None, other) => other.map(words::other_unit),
        }
    }

    /// The library's text for a closed connection misleads: it is the last error of the system.
    fn broken(unit: u8, fault: Option<Fault>, parting: Unanswered, error: &io::Error) -> Self {
        if let (Some(Fault::Closed), Some(problem)) = (fault, Self::came_instead(parting)) {
            let error = ReadError::Foreign { unit, problem };
            return Self { ended: true, teaches: parting.closes, ..error.into() };
        }
        let (problem, ended) = match fault {
            Some(Fault::Closed | Fault::Renew) => (words::device_closed(), true),
            Some(Fault::Protocol(protocol)) => (words::other_protocol(protocol), false),
            Some(Fault::Short(length)) => (words::frame_too_short(length), false),
            Some(Fault::Long(length)) => (words::frame_too_long(length), false),
            Some(Fault::Ambiguous) => {
                return ReadError::Foreign { unit, problem: words::several_answers() }.into();
            }
            // Its number of bytes is not that of its registers.
            None if matches!(
                error.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
            ) =>
            {
                (words::answer_not_understood(), false)
            }
            None => (foreign::io(error), true),
        };
        let unsent = fault == Some(Fault::Renew);
        Self { ended, unsent, ..ReadError::Transport { unit, problem }.into() }
    }
}

fn mismatch(error: &ProtocolError) -> Text {
    match error {
        // Does not happen: the conversation has compared numbers and units.
        ProtocolError::HeaderMismatch { .. } => words::several_answers(),
        ProtocolError::FunctionCodeMismatch { request, result } => {
            let got = match result {
                Ok(response) => response.function_code(),
                Err(exception) => exception.function,
            };
            words::other_function(request.value(), got.value())
        }
    }
}

async fn call(context: &mut Context, request: Request) -> tokio_modbus::Result<Vec<u16>> {
    let Request { function, address, count } = request;
    let words = |bits: Vec<bool>| bits.into_iter().map(u16::from).collect();
    match function {
        Function::Coils => Ok(context.read_coils(address, count).await?.map(words)),
        Function::DiscreteInputs => {
            Ok(context.read_discrete_inputs(address, count).await?.map(words))
        }
        Function::Holding => context.read_holding_registers(address, count).await,
        Function::Input => context.read_input_registers(address, count).await,
    }
}

#[cfg(test)]
#[path = "tcp_tests.rs"]
mod tests;
