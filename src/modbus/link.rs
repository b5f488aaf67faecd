//! The connection to a Modbus TCP endpoint. The only file that names tokio-modbus, and it calls reading functions alone: the
//! edge cannot write to a device.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio_modbus::client::{Context, Reader, tcp};
use tokio_modbus::slave::{Slave, SlaveContext};

use super::settings::SerialMode;
use crate::core::Reason;
use crate::device::{Function, Request};

/// Why a request brought no registers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No connection to the endpoint.
    #[error("cannot connect to {endpoint}: {problem}")]
    Unreachable {
        /// Host and port.
        endpoint: String,
        /// What happened.
        problem: String,
    },
    /// No answer in time.
    #[error("unit {unit} did not answer within {timeout_ms} ms")]
    Timeout {
        /// The unit asked.
        unit: u8,
        /// How long it was given.
        timeout_ms: u128,
    },
    /// The connection broke, or what came was no answer to the question.
    #[error("the line to unit {unit} failed: {problem}")]
    Transport {
        /// The unit asked.
        unit: u8,
        /// What happened.
        problem: String,
    },
    /// The device answered with an exception.
    #[error("unit {unit} answered with exception {code} ({text})")]
    Exception {
        /// The unit asked.
        unit: u8,
        /// The exception code, 1 to 11.
        code: u8,
        /// What it means.
        text: String,
    },
    /// The answer has another number of registers than were asked for.
    #[error("unit {unit} answered with {got} registers where {asked} were asked for")]
    Length {
        /// The unit asked.
        unit: u8,
        /// Registers asked for.
        asked: u16,
        /// Registers that came.
        got: usize,
    },
}

impl ReadError {
    /// The reason that the readings carry.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Unreachable { .. } => Reason::Unreachable,
            Self::Timeout { .. } => Reason::Timeout,
            Self::Transport { .. } => Reason::Transport,
            Self::Exception { .. } => Reason::Exception,
            Self::Length { .. } => Reason::Length,
        }
    }

    /// Whether asking once more may help: an exception is an answer and stays one, and what cannot be reached now cannot be
    /// reached at once.
    pub fn worth_retrying(&self) -> bool {
        !matches!(self, Self::Exception { .. } | Self::Unreachable { .. })
    }

    /// Whether nobody was there to answer: the device's next requests would each cost the bus another timeout. A gateway that
    /// reports it by exception (10, 11: no path to the unit, no answer from it) has waited for it too.
    pub fn silent(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Unreachable { .. } => true,
            Self::Exception { code, .. } => matches!(code, 10 | 11),
            _ => false,
        }
    }

    /// Whether it is an answer of the device, if none that is of use.
    pub fn answered(&self) -> bool {
        matches!(self, Self::Exception { .. } | Self::Length { .. }) && !self.silent()
    }

    /// Whether the device refuses to read these registers: exception 2 (illegal address) or 3 (illegal value).
    pub fn refused(&self) -> bool {
        matches!(self, Self::Exception { code: 2 | 3, .. })
    }
}

/// One request, and how it is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ask {
    /// The unit to ask.
    pub unit: u8,
    /// What to ask for.
    pub request: Request,
    /// How long the answer may take.
    pub timeout: Duration,
    /// Silence that this unit needs before the request, beyond what the line keeps.
    pub gap: Duration,
    /// Another speed and frame for this request alone, on a serial line.
    pub mode: Option<SerialMode>,
}

/// A connection to one endpoint, made when it is needed.
pub struct Link {
    endpoint: String,
    timeout: Duration,
    context: Option<Context>,
}

impl Link {
    /// A link to `endpoint` (`host:port`); connecting may take `timeout`.
    pub fn new(endpoint: String, timeout: Duration) -> Self {
        Self {
            endpoint,
            timeout,
            context: None,
        }
    }

    /// Reads the registers that are asked for.
    ///
    /// After anything but registers or an exception the connection is dropped: a late answer must never be taken for the
    /// answer to the next question, and tokio-modbus does not recover by itself (slowtec/tokio-modbus issue 324).
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn read(&mut self, ask: &Ask) -> Result<Vec<u16>, ReadError> {
        let kept = self.context.is_some();
        match self.read_once(ask).await {
            // Many gateways close a connection that has been idle between two polls: that is no failure of the device.
            Err(ReadError::Transport { .. }) if kept => self.read_once(ask).await,
            outcome => outcome,
        }
    }

    async fn read_once(&mut self, asked: &Ask) -> Result<Vec<u16>, ReadError> {
        let Ask {
            unit,
            request,
            timeout,
            ..
        } = *asked;
        // Taken out of its place: whatever happens below, a connection comes back only if it is sound.
        let mut context = match self.context.take() {
            Some(context) => context,
            None => self.connect().await?,
        };
        context.set_slave(Slave(unit));
        let answer = tokio::time::timeout(timeout, ask(&mut context, request)).await;
        let answer = answer.map_err(|_| ReadError::Timeout {
            unit,
            timeout_ms: timeout.as_millis(),
        })?;
        match answer {
            Ok(Ok(words)) if words.len() == usize::from(request.count) => {
                self.context = Some(context);
                Ok(words)
            }
            Ok(Ok(words)) => Err(ReadError::Length {
                unit,
                asked: request.count,
                got: words.len(),
            }),
            Ok(Err(exception)) => {
                self.context = Some(context);
                Err(ReadError::Exception {
                    unit,
                    code: exception.into(),
                    text: exception.to_string(),
                })
            }
            Err(error) => Err(ReadError::Transport {
                unit,
                problem: describe(&error),
            }),
        }
    }

    async fn connect(&mut self) -> Result<Context, ReadError> {
        let unreachable = |problem: String| ReadError::Unreachable {
            endpoint: self.endpoint.clone(),
            problem,
        };
        let connecting = async {
            let address: SocketAddr = lookup_host(&self.endpoint)
                .await
                .map_err(|e| unreachable(e.to_string()))?
                .next()
                .ok_or_else(|| unreachable("the name has no address".into()))?;
            let stream = TcpStream::connect(address)
                .await
                .map_err(|e| unreachable(e.to_string()))?;
            // Requests are small and wait for their answers: delaying them only costs time.
            stream
                .set_nodelay(true)
                .map_err(|e| unreachable(e.to_string()))?;
            Ok(tcp::attach(stream))
        };
        tokio::time::timeout(self.timeout, connecting)
            .await
            .map_err(|_| {
                unreachable(format!(
                    "no connection within {} ms",
                    self.timeout.as_millis()
                ))
            })?
    }
}

async fn ask(context: &mut Context, request: Request) -> tokio_modbus::Result<Vec<u16>> {
    match request.function {
        Function::Coils => {
            let bits = context.read_coils(request.address, request.count).await?;
            Ok(bits.map(|bits| bits.into_iter().map(u16::from).collect()))
        }
        Function::DiscreteInputs => {
            let bits = context
                .read_discrete_inputs(request.address, request.count)
                .await?;
            Ok(bits.map(|bits| bits.into_iter().map(u16::from).collect()))
        }
        Function::Holding => {
            context
                .read_holding_registers(request.address, request.count)
                .await
        }
        Function::Input => {
            context
                .read_input_registers(request.address, request.count)
                .await
        }
    }
}

/// What happened, in our words where the library's mislead: it reports a closed connection as the last error of the system.
fn describe(error: &tokio_modbus::Error) -> String {
    match error {
        tokio_modbus::Error::Transport(_) => "the device closed the connection".into(),
        tokio_modbus::Error::Protocol(error) => {
            format!("the answer does not fit the question: {error}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// A gateway that closes each connection after one answer, as others do after a minute without a question.
    #[tokio::test]
    async fn a_connection_closed_between_polls_costs_no_reading() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let device = tokio::spawn(async move {
            for value in 1..=3 {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut asked = [0; 12];
                stream.read_exact(&mut asked).await.unwrap();
                let answer = [asked[0], asked[1], 0, 0, 0, 5, 1, 3, 2, 0, value];
                stream.write_all(&answer).await.unwrap();
            }
        });
        let mut link = Link::new(address.to_string(), Duration::from_secs(5));
        let ask = Ask {
            unit: 1,
            request: Request {
                function: Function::Holding,
                address: 0,
                count: 1,
            },
            timeout: Duration::from_secs(5),
            gap: Duration::ZERO,
            mode: None,
        };
        for value in 1..=3 {
            assert_eq!(link.read(&ask).await, Ok(vec![value]));
        }
        device.await.unwrap();
        assert!(matches!(
            link.read(&ask).await,
            Err(ReadError::Unreachable { .. })
        ));
    }
}
