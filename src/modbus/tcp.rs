//! Modbus TCP. The only file that names tokio-modbus, of which it calls nothing but reading functions.
//!
//! After anything but registers or an exception the connection is dropped: a late answer must never be taken for the
//! answer to the next request, and tokio-modbus does not recover by itself (slowtec/tokio-modbus issue 324).

use std::time::Duration;

use tokio_modbus::ProtocolError;
use tokio_modbus::client::{Context, Reader, tcp};
use tokio_modbus::slave::{Slave, SlaveContext};

use super::dial::dial;
use super::error::{ReadError, ReadResult};
use super::request::ReadRequest;
use super::settings::BusSettings;
use super::silence::LineSilence;
use crate::device::{Function, Request};
use crate::locales::{Text, modbus as words};
use crate::support::{Clock, Pause, Stopwatch};

/// A connection to one Modbus TCP endpoint, made when it is needed.
pub(super) struct TcpLine {
    endpoint: String,
    /// How long connecting may take.
    timeout: Duration,
    context: Option<Context>,
    silences: LineSilence,
    clock: Clock,
    watch: Stopwatch,
    /// The silence before the last request.
    silence: Duration,
}

impl TcpLine {
    pub(super) fn new(endpoint: String, settings: &BusSettings, clock: Clock) -> Self {
        Self {
            endpoint,
            timeout: Duration::from_millis(settings.timeout_ms),
            context: None,
            silences: LineSilence::new(settings),
            clock,
            watch: Stopwatch::start(),
            silence: Duration::MAX,
        }
    }

    pub(super) fn silence(&self) -> Duration {
        self.silence
    }

    pub(super) async fn read(&mut self, read: &ReadRequest) -> ReadResult {
        let reused = self.context.is_some();
        match self.read_once(read).await {
            // Many gateways close a connection that has been idle between two polls: the device has not failed.
            Err(ReadError::Transport { .. }) if reused => self.read_once(read).await,
            outcome => outcome,
        }
    }

    async fn read_once(&mut self, read: &ReadRequest) -> ReadResult {
        let due = self.silences.next_request_at(read.unit, read.gap, None);
        let wait = due.saturating_sub(self.watch.elapsed());
        Pause::Coarse.wait(wait).await;
        // Taken out: it is put back only if it is still sound, whatever happens below.
        let mut context = match self.context.take() {
            Some(context) => context,
            None => tcp::attach(dial(&self.endpoint, self.timeout, &self.clock).await?),
        };
        let now = self.watch.elapsed();
        self.silence = self.silences.lasted(now);
        self.silences.request_ends(read.unit, now);
        context.set_slave(Slave(read.unit));
        let answer = self.clock.timeout(read.timeout, call(&mut context, read.request)).await;
        self.silences.traffic_until(self.watch.elapsed());
        let unit = read.unit;
        let answer = answer
            .map_err(|_| ReadError::Timeout { unit, timeout_ms: read.timeout.as_millis() })?;
        match answer {
            Ok(Ok(words)) if words.len() == usize::from(read.request.count) => {
                self.context = Some(context);
                Ok(words)
            }
            Ok(Ok(words)) => {
                Err(ReadError::Length { unit, asked: read.request.count, got: words.len() })
            }
            Ok(Err(exception)) => {
                self.context = Some(context);
                Err(ReadError::Exception { unit, code: exception.into() })
            }
            // The library's text for a closed connection misleads: it is the last error of the system.
            Err(tokio_modbus::Error::Transport(_)) => {
                Err(ReadError::Transport { unit, problem: words::device_closed() })
            }
            Err(tokio_modbus::Error::Protocol(error)) => {
                Err(ReadError::Foreign { unit, problem: mismatch(&error) })
            }
        }
    }
}

fn mismatch(error: &ProtocolError) -> Text {
    match error {
        ProtocolError::HeaderMismatch { .. } => words::other_transaction(),
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
