//! Quality flags and the reasons behind them.

use serde::{Deserialize, Serialize};

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
}

impl From<Flag> for u8 {
    fn from(flag: Flag) -> u8 {
        flag as u8
    }
}

impl TryFrom<u8> for Flag {
    type Error = String;
    fn try_from(code: u8) -> Result<Self, String> {
        match code {
            1 => Ok(Flag::Good),
            2 => Ok(Flag::NotEvaluated),
            3 => Ok(Flag::Suspect),
            4 => Ok(Flag::Fail),
            9 => Ok(Flag::Missing),
            _ => Err(format!("{code} is not a QARTOD flag: 1, 2, 3, 4 or 9")),
        }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident: $id:literal, $zh:literal;)*) => {
        /// Why a reading is missing or not good. There are few on purpose: they are also the labels of a metric.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason { $($(#[$doc])* #[serde(rename = $id)] $name,)* }

        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)*];
            /// The id in messages, tables and metrics.
            pub fn id(self) -> &'static str { match self { $(Reason::$name => $id,)* } }
            /// The words of page and report.
            pub fn name_zh(self) -> &'static str { match self { $(Reason::$name => $zh,)* } }
            pub fn from_id(id: &str) -> Option<Reason> { Self::ALL.iter().copied().find(|r| r.id() == id) }
        }
    };
}

reasons! {
    /// The device did not answer in time.
    Timeout: "timeout", "设备无应答";
    /// No connection to the device's bus or endpoint.
    Unreachable: "unreachable", "线路不通";
    /// The connection broke.
    Transport: "transport", "通信错误";
    /// The device answered with a Modbus exception.
    Exception: "exception", "设备报异常";
    /// The answer has the wrong number of registers.
    Length: "length", "应答长度不符";
    Crc: "crc", "应答校验错误";
    /// The answer broke off.
    Cut: "cut", "应答不完整";
    /// The answer belongs to another request.
    Foreign: "foreign", "应答不对应";
    /// The bytes that came are not a frame.
    Noise: "noise", "线路有杂波";
    /// The registers hold the device's sign for "no value".
    Sentinel: "sentinel", "传感器无效值";
    /// The registers do not decode: NaN, infinity, bad BCD.
    Undecodable: "undecodable", "数据无法解析";
    /// A register of the device marks the value as invalid.
    Invalid: "invalid", "设备判为无效";
    /// Outside what the sensor can measure (QARTOD gross range, fail).
    OutOfRange: "out_of_range", "超出量程";
    /// Inside the sensor's range but outside the expected span (QARTOD gross range, suspect).
    Unexpected: "unexpected", "超出常见范围";
    /// Far from both of the readings before it (QARTOD spike).
    Spike: "spike", "数值突跳";
    /// Changed faster than the quantity can (QARTOD rate of change).
    Rate: "rate", "变化过快";
    /// The same for too long (QARTOD flat line).
    Flat: "flat", "长时间不变";
    /// Varies less than the quantity does (QARTOD attenuated signal).
    Attenuated: "attenuated", "波动过小";
    /// The first value after too long without one (QARTOD time gap).
    Gap: "gap", "中断后首值";
    /// Read while the gateway's clock was not known to be right.
    Clock: "clock", "时钟未校准";
    /// No flow while the pump has been running.
    NoFlow: "no_flow", "开泵无流量";
    /// The level falls while all pumps of the source stand.
    IdleFall: "idle_fall", "停泵水位下降";
}
