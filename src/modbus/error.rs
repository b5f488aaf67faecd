//! Why a read failed, and what follows for the device and the line.

use crate::core::Reason;

/// Why a request to `unit` brought no registers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no connection to the endpoint, or the port does not exist.
    #[error("cannot connect to {endpoint}: {problem}")]
    Unreachable { endpoint: String, problem: String },
    #[error("unit {unit} did not answer within {timeout_ms} ms")]
    Timeout { unit: u8, timeout_ms: u128 },
    #[error("the line to unit {unit} failed: {problem}")]
    Transport { unit: u8, problem: String },
    #[error("unit {unit} answered with exception {code} ({text})")]
    Exception { unit: u8, code: u8, text: String },
    #[error("unit {unit} answered with {got} registers instead of {asked}")]
    Length { unit: u8, asked: u16, got: usize },
    /// The answer was damaged on its way. `seen` is what came, in hex.
    #[error("the answer of unit {unit} is damaged (CRC mismatch): {seen}")]
    Crc { unit: u8, seen: String },
    #[error("the answer of unit {unit} stopped after {got} of {want} bytes")]
    Cut { unit: u8, got: usize, want: usize },
    /// A valid frame came that does not answer this request.
    #[error("no answer from unit {unit}: {problem}")]
    Foreign { unit: u8, problem: String },
    /// Bytes came that are not a frame.
    #[error("no answer from unit {unit}: {problem}")]
    Noise { unit: u8, problem: String },
}

/// The outcome of a read: registers, or bits as words 0 and 1.
pub type ReadResult = Result<Vec<u16>, ReadError>;

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

    /// Whether a retry may help. An exception would be the same again, an unreachable endpoint still unreachable.
    pub fn worth_retrying(&self) -> bool {
        !matches!(self, Self::Exception { .. } | Self::Unreachable { .. })
    }

    /// Whether the device was silent: each further request would cost the bus another timeout. Exceptions 10 and 11 (no
    /// path to the unit, no answer from it) count too: the gateway that sent them has waited.
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

    /// Whether the device answered at all, even if the answer is of no use.
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

    /// Whether a longer gap may help: the unit took the request for part of other traffic, or answered into that.
    pub fn may_need_gap(&self) -> bool {
        matches!(
            self,
            Self::Timeout { .. } | Self::Crc { .. } | Self::Cut { .. } | Self::Noise { .. }
        )
    }
}
