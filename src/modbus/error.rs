//! Why a read failed, and what follows for the device and the line.

use std::fmt;

use crate::core::Reason;
use crate::locales::{Argument, Text, modbus as words};

/// Why a request to `unit` brought no registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// There is no connection to the endpoint, or the port does not exist.
    Unreachable {
        endpoint: String,
        problem: Text,
    },
    Timeout {
        unit: u8,
        timeout_ms: u128,
    },
    Transport {
        unit: u8,
        problem: Text,
    },
    Exception {
        unit: u8,
        code: u8,
    },
    Length {
        unit: u8,
        asked: u16,
        got: usize,
    },
    /// The answer was damaged on its way. `seen` is what came, in hex.
    Crc {
        unit: u8,
        seen: String,
    },
    Cut {
        unit: u8,
        got: usize,
        want: usize,
    },
    /// A valid frame came that does not answer this request.
    Foreign {
        unit: u8,
        problem: Text,
    },
    /// Bytes came that are not a frame.
    Noise {
        unit: u8,
        problem: Text,
    },
}

/// The outcome of a read: registers, or bits as words 0 and 1.
pub type ReadResult = Result<Vec<u16>, ReadError>;

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for ReadError {}

/// What an exception means (Modbus application protocol V1.1b3, 7).
fn exception_meaning(code: u8) -> Text {
    match code {
        1 => words::exception_1(),
        2 => words::exception_2(),
        3 => words::exception_3(),
        4 => words::exception_4(),
        5 => words::exception_5(),
        6 => words::exception_6(),
        8 => words::exception_8(),
        10 => words::exception_10(),
        11 => words::exception_11(),
        _ => words::exception_other(),
    }
}

impl ReadError {
    /// What the exception with this code means.
    pub fn meaning_of(code: u8) -> Text {
        exception_meaning(code)
    }

    /// What happened, in words.
    pub fn text(&self) -> Text {
        match self {
            Self::Unreachable { endpoint, problem } => words::cannot_connect(endpoint, problem),
            Self::Timeout { unit, timeout_ms } => words::no_answer(unit, Argument::of(timeout_ms)),
            Self::Transport { unit, problem } => words::line_failed(unit, problem),
            Self::Exception { unit, code } => {
                words::exception(unit, code, exception_meaning(*code))
            }
            Self::Length { unit, asked, got } => words::wrong_length(unit, got, asked),
            Self::Crc { unit, seen } => words::damaged(unit, seen),
            Self::Cut { unit, got, want } => words::cut(unit, got, want),
            Self::Foreign { unit, problem } | Self::Noise { unit, problem } => {
                words::nothing_for_us(unit, problem)
            }
        }
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

    /// Whether a retry may help. An exception would be the same again, unless the device was busy (6); an unreachable
    /// endpoint would still be unreachable.
    pub fn worth_retrying(&self) -> bool {
        match self {
            Self::Exception { code, .. } => *code == 6,
            Self::Unreachable { .. } => false,
            _ => true,
        }
    }

    /// Whether this exception is also what some gateways say to a request that follows the last too soon: busy (6), no
    /// path (10), no answer (11). One is known that answers 11 within 150 ms (modbus_exporter pull request 66).
    pub fn may_mean_hurry(&self) -> bool {
        matches!(self, Self::Exception { code: 6 | 10 | 11, .. })
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

    /// Whether a longer gap may help: the unit took the request for part of other traffic, or answered into that, or
    /// its gateway asks for patience.
    pub fn may_need_gap(&self) -> bool {
        let disturbed = matches!(
            self,
            Self::Timeout { .. } | Self::Crc { .. } | Self::Cut { .. } | Self::Noise { .. }
        );
        disturbed || self.may_mean_hurry()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn a_failure_is_said_in_both_languages() {
        let (unit, problem) = (7, words::closed_by_other_end());
        for (error, zh, en) in [
            (
                ReadError::Unreachable {
                    endpoint: "h:502".into(),
                    problem: words::not_connected_within(1000),
                },
                "连不上 h:502：1000 毫秒内没有连上",
                "cannot connect to h:502: no connection within 1000 ms",
            ),
            (
                ReadError::Timeout { unit, timeout_ms: 300 },
                "站号 7 在 300 毫秒内没有应答",
                "unit 7 did not answer within 300 ms",
            ),
            (
                ReadError::Transport { unit, problem },
                "与站号 7 的通信中断：对方已关闭连接",
                "the line to unit 7 failed: the other end has closed it",
            ),
            (
                ReadError::Exception { unit, code: 2 },
                "站号 7 应答异常码 2（寄存器地址无效）",
                "unit 7 answered with exception 2 (illegal data address)",
            ),
            (
                ReadError::Cut { unit, got: 5, want: 7 },
                "站号 7 的应答不完整：应有 7 字节，只收到 5 字节",
                "the answer of unit 7 stopped after 5 of 7 bytes",
            ),
        ] {
            let said = Lang::ALL.map(|lang| error.text().within(lang));
            assert_eq!(said, [zh, en]);
            assert_eq!(error.to_string(), en);
        }
    }
}
