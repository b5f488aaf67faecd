//! Quality flags and the reasons behind them.

use serde::{Deserialize, Serialize};

use crate::locales::{Text, core as words};

/// A QARTOD flag (IOOS QARTOD manuals, primary-level flags).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
#[repr(u8)]
pub enum Flag {
    Good = 1,
    NotEvaluated = 2,
    /// Worth a look by an operator; counts in totals and is reported as a share.
    Suspect = 3,
    /// Failed a critical test; never counts.
    Fail = 4,
    Missing = 9,
}

impl Flag {
    /// Whether a value with this flag may count in a figure.
    pub fn counts(self) -> bool {
        matches!(self, Flag::Good | Flag::NotEvaluated | Flag::Suspect)
    }

    pub fn name(self) -> Text {
        match self {
            Flag::Good => words::flag_good(),
            Flag::NotEvaluated => words::flag_not_evaluated(),
            Flag::Suspect => words::flag_suspect(),
            Flag::Fail => words::flag_fail(),
            Flag::Missing => words::flag_missing(),
        }
    }
}

impl From<Flag> for u8 {
    fn from(flag: Flag) -> u8 {
        flag as u8
    }
}

impl TryFrom<u8> for Flag {
    type Error = Text;
    fn try_from(code: u8) -> Result<Self, Text> {
        match code {
            1 => Ok(Flag::Good),
            2 => Ok(Flag::NotEvaluated),
            3 => Ok(Flag::Suspect),
            4 => Ok(Flag::Fail),
            9 => Ok(Flag::Missing),
            _ => Err(words::not_a_flag(code)),
        }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident: $id:literal, $words:ident;)*) => {
        /// Why a reading is missing or not good. There are few on purpose: they are also the labels of a metric.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason { $($(#[$doc])* #[serde(rename = $id)] $name,)* }

        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)*];
            /// The id in messages, tables and metrics.
            pub fn id(self) -> &'static str { match self { $(Reason::$name => $id,)* } }
            /// The words of screen, page and report.
            pub fn name(self) -> Text { match self { $(Reason::$name => words::$words(),)* } }
            pub fn from_id(id: &str) -> Option<Reason> { Self::ALL.iter().copied().find(|r| r.id() == id) }
        }
    };
}

reasons! {
    /// The device did not answer in time.
    Timeout: "timeout", reason_timeout;
    /// No connection to the device's bus or endpoint.
    Unreachable: "unreachable", reason_unreachable;
    /// The connection broke.
    Transport: "transport", reason_transport;
    /// The device answered with a Modbus exception.
    Exception: "exception", reason_exception;
    /// The answer has the wrong number of registers.
    Length: "length", reason_length;
    Crc: "crc", reason_crc;
    /// The answer broke off.
    Cut: "cut", reason_cut;
    /// The answer belongs to another request.
    Foreign: "foreign", reason_foreign;
    /// The bytes that came are not a frame.
    Noise: "noise", reason_noise;
    /// The registers hold the device's sign for "no value".
    Sentinel: "sentinel", reason_sentinel;
    /// The registers do not decode: NaN, infinity, bad BCD.
    Undecodable: "undecodable", reason_undecodable;
    /// A register of the device marks the value as invalid.
    Invalid: "invalid", reason_invalid;
    /// Outside what the sensor can measure (QARTOD gross range, fail).
    OutOfRange: "out_of_range", reason_out_of_range;
    /// Inside the sensor's range but outside the expected span (QARTOD gross range, suspect).
    Unexpected: "unexpected", reason_unexpected;
    /// Far from both of the readings before it (QARTOD spike).
    Spike: "spike", reason_spike;
    /// Changed faster than the quantity can (QARTOD rate of change).
    Rate: "rate", reason_rate;
    /// The same for too long (QARTOD flat line).
    Flat: "flat", reason_flat;
    /// Varies less than the quantity does (QARTOD attenuated signal).
    Attenuated: "attenuated", reason_attenuated;
    /// The first value after too long without one (QARTOD time gap).
    Gap: "gap", reason_gap;
    /// Read while the gateway's clock was not known to be right.
    Clock: "clock", reason_clock;
    /// No flow while the pump has been running.
    NoFlow: "no_flow", reason_no_flow;
    /// The level falls while all pumps of the source stand.
    IdleFall: "idle_fall", reason_idle_fall;
    /// The gateway that sent it has been revoked: it is not known who spoke.
    Revoked: "revoked", reason_revoked;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn every_reason_has_a_name_of_its_own_in_both_languages() {
        for lang in Lang::ALL {
            let mut names: Vec<String> =
                Reason::ALL.iter().map(|reason| reason.name().within(lang)).collect();
            assert!(names.iter().all(|name| name.is_ascii() == (lang == Lang::English)));
            names.sort();
            names.dedup();
            assert_eq!(names.len(), Reason::ALL.len());
        }
        assert_eq!(Flag::Missing.name().within(Lang::Chinese), "缺测");
    }
}
