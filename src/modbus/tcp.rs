//! Modbus TCP. The only file that names tokio-modbus, and it calls reading functions alone.
//!
//! After anything but registers or an exception the connection is dropped: a late answer must never be taken for the answer to
//! the next question, and tokio-modbus does not recover by itself (slowtec/tokio-modbus issue 324).

use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio_modbus::client::{Context, Reader, tcp};
use tokio_modbus::slave::{Slave, SlaveContext};

use super::link::{Ask, ReadError};
use super::pacing::Pacing;
use super::settings::BusSettings;
use crate::device::{Function, Request};
use crate::support::{Clock, Pause, Stopwatch};

/// A connection to one Modbus TCP endpoint, made when it is needed.
pub(super) struct TcpLine {
    endpoint: String,
    /// How long connecting may take.
    timeout: Duration,
    context: Option<Context>,
    pacing: Pacing,
    /// Of the timeouts.
    clock: Clock,
    watch: Stopwatch,
    quiet: Duration,
}

impl TcpLine {
    pub(super) fn new(endpoint: String, settings: &BusSettings, clock: Clock) -> Self {
        Self {
            endpoint,
            timeout: Duration::from_millis(settings.timeout_ms),
            context: None,
            pacing: Pacing::new(settings),
            clock,
            watch: Stopwatch::start(),
            quiet: Duration::MAX,
        }
    }

    /// The silence that was kept before the last request.
    pub(super) fn quiet(&self) -> Duration {
        self.quiet
    }

    pub(super) async fn read(&mut self, ask: &Ask) -> Result<Vec<u16>, ReadError> {
        let kept = self.context.is_some();
        match self.read_once(ask).await {
            // Many gateways close a connection that has been idle between two polls: that is no failure of the device.
            Err(ReadError::Transport { .. }) if kept => self.read_once(ask).await,
            outcome => outcome,
        }
    }

    async fn read_once(&mut self, ask: &Ask) -> Result<Vec<u16>, ReadError> {
        let due = self.pacing.due(ask.unit, ask.gap, None);
        let wait = due.saturating_sub(self.watch.elapsed());
        Pause::Coarse.wait(wait).await;
        // Taken out of its place: whatever happens below, a connection comes back only if it is sound.
        let mut context = match self.context.take() {
            Some(context) => context,
            None => tcp::attach(dial(&self.endpoint, self.timeout, &self.clock).await?),
        };
        let now = self.watch.elapsed();
        self.quiet = self.pacing.quiet(now);
        self.pacing.asked(ask.unit, now);
        context.set_slave(Slave(ask.unit));
        let answer = self.clock.timeout(ask.timeout, request(&mut context, ask.request)).await;
        self.pacing.heard(self.watch.elapsed());
        let unit = ask.unit;
        let answer =
            answer.map_err(|_| ReadError::Timeout { unit, timeout_ms: ask.timeout.as_millis() })?;
        match answer {
            Ok(Ok(words)) if words.len() == usize::from(ask.request.count) => {
                self.context = Some(context);
                Ok(words)
            }
            Ok(Ok(words)) => {
                Err(ReadError::Length { unit, asked: ask.request.count, got: words.len() })
            }
            Ok(Err(exception)) => {
                self.context = Some(context);
                Err(ReadError::exception(unit, exception.into()))
            }
            // What the library says of a closed connection misleads: it is the last error of the system.
            Err(tokio_modbus::Error::Transport(_)) => Err(ReadError::Transport {
                unit,
                problem: "the device closed the connection".into(),
            }),
            Err(tokio_modbus::Error::Protocol(error)) => {
                Err(ReadError::Foreign { unit, problem: error.to_string() })
            }
        }
    }
}

/// Connects to `endpoint`, `host:port`, within `timeout`.
pub(super) async fn dial(
    endpoint: &str,
    timeout: Duration,
    clock: &Clock,
) -> Result<TcpStream, ReadError> {
    let unreachable =
        |problem: String| ReadError::Unreachable { endpoint: endpoint.to_owned(), problem };
    let connecting = async {
        let address = lookup_host(endpoint)
            .await
            .map_err(|e| unreachable(e.to_string()))?
            .next()
            .ok_or_else(|| unreachable("the name has no address".into()))?;
        let stream = TcpStream::connect(address).await.map_err(|e| unreachable(e.to_string()))?;
        // Requests are small and wait for their answers: delaying them only costs time.
        stream.set_nodelay(true).map_err(|e| unreachable(e.to_string()))?;
        Ok(stream)
    };
    clock
        .timeout(timeout, connecting)
        .await
        .map_err(|_| unreachable(format!("no connection within {} ms", timeout.as_millis())))?
}

async fn request(context: &mut Context, request: Request) -> tokio_modbus::Result<Vec<u16>> {
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
