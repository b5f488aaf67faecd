//! The way to the devices of a bus, whatever kind of bus it is. It can ask and not write: both Modbus TCP and RTU frames know
//! the four reading functions only.

use std::time::Duration;

use super::dtu::{DtuDesk, bytes_of};
use super::rtu_line::RtuLine;
use super::settings::{BusSettings, SerialMode};
use super::stream::Port;
use super::tcp::TcpLine;
use crate::core::Reason;
use crate::device::Request;
use crate::support::Clock;

/// Why a request brought no registers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No connection to the endpoint, or no such port.
    #[error("cannot connect to {endpoint}: {problem}")]
    Unreachable {
        /// Host and port, or the serial port.
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
    /// The connection broke.
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
        /// The exception code.
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
    /// The answer's check does not fit: it was damaged on its way.
    #[error("the answer of unit {unit} is damaged, its check does not fit: {seen}")]
    Crc {
        /// The unit asked.
        unit: u8,
        /// What came, in hex.
        seen: String,
    },
    /// The answer broke off.
    #[error("the answer of unit {unit} broke off after {got} of {want} bytes")]
    Cut {
        /// The unit asked.
        unit: u8,
        /// Bytes that came.
        got: usize,
        /// Bytes that it has to have.
        want: usize,
    },
    /// What came answers another question.
    #[error("no answer of unit {unit}: {problem}")]
    Foreign {
        /// The unit asked.
        unit: u8,
        /// What came instead.
        problem: String,
    },
    /// Bytes came that are no frame.
    #[error("no answer of unit {unit}: {problem}")]
    Noise {
        /// The unit asked.
        unit: u8,
        /// What came instead.
        problem: String,
    },
}

impl ReadError {
    /// The exception `code` of `unit`, with its meaning (Modbus application protocol V1.1b3, 7).
    pub(super) fn exception(unit: u8, code: u8) -> Self {
        let text = match code {
            1 => "illegal function",
            2 => "illegal data address",
            3 => "illegal data value",
            4 => "device failure",
            5 => "acknowledged, not done yet",
            6 => "device busy",
            8 => "memory parity error",
            10 => "gateway has no path to it",
            11 => "gateway gets no answer from it",
            _ => "unknown",
        };
        Self::Exception { unit, code, text: text.into() }
    }

    /// The reason that the readings carry.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Unreachable { .. } => Reason::Unreachable,
            Self::Timeout { .. } => Reason::Timeout,
            Self::Transport { .. } => Reason::Transport,
            Self::Exception { .. } => Reason::Exception,
            Self::Length { .. } => Reason::Length,
            Self::Crc { .. } => Reason::Crc,
            Self::Cut { .. } => Reason::Cut,
            Self::Foreign { .. } => Reason::Foreign,
            Self::Noise { .. } => Reason::Noise,
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
            Self::Timeout { .. }
            | Self::Unreachable { .. }
            | Self::Foreign { .. }
            | Self::Noise { .. } => true,
            Self::Exception { code, .. } => matches!(code, 10 | 11),
            _ => false,
        }
    }

    /// Whether it is an answer of the device, if none that is of use.
    pub fn answered(&self) -> bool {
        matches!(
            self,
            Self::Exception { .. } | Self::Length { .. } | Self::Crc { .. } | Self::Cut { .. }
        ) && !self.silent()
    }

    /// Whether the device refuses to read these registers: exception 2 (illegal address) or 3 (illegal value).
    pub fn refused(&self) -> bool {
        matches!(self, Self::Exception { code: 2 | 3, .. })
    }

    /// Whether it may come of a request that followed too closely on other traffic: the unit took it for a part of that, or
    /// answered into it.
    pub fn hurried(&self) -> bool {
        matches!(
            self,
            Self::Timeout { .. } | Self::Crc { .. } | Self::Cut { .. } | Self::Noise { .. }
        )
    }
}

/// One request, and how it is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ask {
    /// The unit to ask.
    pub unit: u8,
    /// What to ask for.
    pub request: Request,
    /// How long the answer may take to begin; over Modbus TCP and a serial server, whose line's speed is not known, to end.
    pub timeout: Duration,
    /// Silence that this unit needs before the request, beyond what the line keeps.
    pub gap: Duration,
    /// Another speed and frame for this request alone, on a serial line; elsewhere without effect.
    pub mode: Option<SerialMode>,
}

/// The way to the devices of one bus: opened when it is needed, and anew after it has failed.
pub struct Link(Line);

enum Line {
    Tcp(TcpLine),
    Rtu(Box<RtuLine>),
}

impl Link {
    /// The link that `settings` describe; `dtu` where its terminal's connections arrive, if it has one. Over Modbus TCP `clock`
    /// tells when an answer is late; a line of RTU frames keeps its own time.
    pub fn new(settings: &BusSettings, dtu: Option<DtuDesk>, clock: Clock) -> Self {
        let rtu =
            |port, heartbeat| Self(Line::Rtu(Box::new(RtuLine::new(port, heartbeat, settings))));
        if let Some(serial) = &settings.serial {
            rtu(Port::Serial(serial.clone()), Vec::new())
        } else if let Some(endpoint) = &settings.rtu_tcp {
            rtu(Port::Server(endpoint.clone()), Vec::new())
        } else if let Some(settings) = &settings.dtu {
            let heartbeat = settings.heartbeat.as_deref();
            let heartbeat = heartbeat.and_then(|text| bytes_of(text).ok());
            rtu(Port::Terminal(dtu), heartbeat.unwrap_or_default())
        } else {
            let endpoint = settings.tcp.clone().unwrap_or_default();
            Self(Line::Tcp(TcpLine::new(endpoint, settings, clock)))
        }
    }

    /// Reads the registers that are asked for; bits as words 0 and 1. May be dropped before its end: what the unit then still
    /// answers is not taken for another answer.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn read(&mut self, ask: &Ask) -> Result<Vec<u16>, ReadError> {
        match &mut self.0 {
            Line::Tcp(line) => line.read(ask).await,
            Line::Rtu(line) => line.read(ask).await,
        }
    }

    /// For how long the line had been quiet when the last request began; without an end before the first.
    pub fn quiet(&self) -> Duration {
        match &self.0 {
            Line::Tcp(line) => line.quiet(),
            Line::Rtu(line) => line.quiet(),
        }
    }
}
