//! What is said at the desk, line by line.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::{GatewayId, Reason, StationId};
use crate::device::{Function, REGISTERS_MAX, Request};
use crate::edge::DeliveryStatus;
use crate::modbus::{BusReport, Mode, ReadError, SerialMode};
use crate::spool::Trouble;
use crate::wire::Epoch;

/// The version of these messages. A gateway answers no other: tool and service of one installation are the same program.
pub const VERSION: u32 = 1;

/// The longest question, bytes. The longest that is asked takes 200.
pub(super) const QUESTION_BYTES_MAX: usize = 1024;

/// The longest answer, bytes: the state of 247 units on each of some buses, at 200 bytes each.
pub(super) const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Most bits of one request, by the Modbus application protocol V1.1b3, 6.1 and 6.2.
const BITS_MAX: u16 = 2000;

/// Longest time for one answer that may be asked for. Engineering judgement: as long as a bus's own may be set.
const TIMEOUT_MAX: Duration = Duration::from_secs(60);

/// One line to the gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// [`VERSION`].
    pub v: u32,
    /// What is asked.
    pub ask: Ask,
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// How the gateway does.
    Status,
    /// One read on one of its buses.
    Read(ReadAsk),
    /// To poll by other intervals from now on.
    Mode(Mode),
}

/// One read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadAsk {
    /// Name of the bus in the gateway's configuration.
    pub bus: String,
    /// Unit id, 1 to 247.
    pub unit: u8,
    /// Function code.
    pub function: Function,
    /// First address on the wire.
    pub address: u16,
    /// How many registers, or bits.
    pub count: u16,
    /// How long the answer may take, ms; the bus's own time where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Another speed and frame for this request alone, on a serial line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<SerialMode>,
}

impl ReadAsk {
    /// The request, where it is one that a device can be asked.
    ///
    /// # Errors
    /// What is wrong with it, with the rule.
    pub fn request(&self) -> Result<Request, String> {
        if !(1..=247).contains(&self.unit) {
            return Err(format!("unit {}: must be 1 to 247", self.unit));
        }
        let most = if self.function.bits() { BITS_MAX } else { REGISTERS_MAX };
        if !(1..=most).contains(&self.count) {
            return Err(format!("count {}: must be 1 to {most}", self.count));
        }
        if u32::from(self.address) + u32::from(self.count) > 1 << 16 {
            return Err(format!(
                "address {} and count {}: pass the last address, 65535",
                self.address, self.count
            ));
        }
        if self.timeout().is_some_and(|timeout| timeout > TIMEOUT_MAX) {
            return Err(format!("timeout_ms: must be at most {}", TIMEOUT_MAX.as_millis()));
        }
        Ok(Request { function: self.function, address: self.address, count: self.count })
    }

    /// How long the answer may take.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout_ms.map(Duration::from_millis)
    }
}

/// One line from the gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// [`VERSION`].
    pub v: u32,
    /// What it says.
    pub answer: Answer,
}

/// What the gateway can say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// How it does.
    Status(Box<GatewayStatus>),
    /// The registers that came.
    Words {
        /// Registers; of bits, 0 or 1 each.
        words: Vec<u16>,
        /// From handing the request to the bus to the answer, ms: the wait for a running poll included.
        ms: f64,
    },
    /// The device gave no registers.
    Failed {
        /// Why.
        failure: Failure,
        /// As for `words`.
        ms: f64,
    },
    /// By which intervals it polls.
    Mode {
        /// Until it was asked.
        before: Mode,
        /// From now on.
        now: Mode,
    },
    /// The gateway does not do what was asked, and says why.
    Refused(String),
}

/// Why a read brought no registers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// The reason that a reading would carry.
    pub reason: Reason,
    /// The exception code, where the device answered with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<u8>,
    /// What happened, in words.
    pub text: String,
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self {
            reason: error.reason(),
            exception: match &error {
                ReadError::Exception { code, .. } => Some(*code),
                _ => None,
            },
            text: error.to_string(),
        }
    }
}

/// How a gateway does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GatewayStatus {
    /// Its name.
    pub gateway: GatewayId,
    /// Its program's version.
    pub version: String,
    /// When it began to run.
    pub since: Timestamp,
    /// Now, by its clock.
    pub now: Timestamp,
    /// By which intervals it polls.
    pub mode: Mode,
    /// Readings since then, missing ones included.
    pub readings: u64,
    /// Of those, without a value.
    pub missing: u64,
    /// Its buses, in the order of the configuration.
    pub buses: Vec<BusStatus>,
    /// What waits to be sent.
    pub spool: SpoolStatus,
    /// How sending does.
    pub delivery: DeliveryStatus,
    /// Its clock.
    pub clock: ClockStatus,
    /// What it writes to the disk, where the system tells.
    pub disk: Option<DiskUse>,
    /// Bytes of memory that it occupies, where the system tells.
    pub resident: Option<u64>,
}

impl GatewayStatus {
    /// How long it has run, s.
    pub fn up_s(&self) -> f64 {
        self.now.duration_since(self.since).as_secs_f64()
    }
}

/// What a running gateway makes of its machine's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockStatus {
    /// Whether it is not yet known to be right.
    pub provisional: bool,
    /// Why what the machine says is not believed.
    pub refusal: Option<String>,
}

/// What a gateway has written to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DiskUse {
    /// Bytes written since it began to run (write_bytes of proc(5), io).
    pub written: u64,
    /// What that comes to in a day, once it has run for some minutes: the start writes more than what follows.
    pub written_a_day: Option<u64>,
}

/// One bus of a running gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BusStatus {
    /// Its endpoint or port.
    pub line: String,
    /// The devices that it polls.
    pub devices: Vec<DeviceStatus>,
    /// How long it may go without a poll, s; beyond it something is wrong.
    pub silent_max_s: u64,
    /// How it does.
    pub report: BusReport,
}

/// One device on a bus of a running gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceStatus {
    /// Unit id.
    pub unit: u8,
    /// The profile that it follows.
    pub profile: String,
    /// The station that it observes.
    pub station: StationId,
}

/// What a running gateway's spool holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpoolStatus {
    /// The life of the spool.
    pub epoch: Epoch,
    /// Batches that the hub has not acknowledged.
    pub batches: u64,
    /// Readings in them.
    pub readings: u64,
    /// Of the batches, how many wait for the time to be known.
    pub held: u64,
    /// The last number given to a batch.
    pub last_seq: u64,
    /// Bytes of payload in the file, with what the hub has and which goes first where room is needed.
    pub bytes: u64,
    /// Most bytes of payload.
    pub size_max: u64,
    /// Readings dropped since the spool was made, because it was full.
    pub dropped_readings: u64,
    /// Readings given up where the oldest were thinned to one an hour.
    pub thinned_readings: u64,
    /// Readings that wait in memory, since the file cannot be written.
    pub unwritten: u64,
    /// Why it cannot.
    pub trouble: Option<Trouble>,
    /// Readings lost since the start, because there was no room left in memory either.
    pub lost_readings: u64,
}

/// Reads a question. One of another version is told so, whatever else it says.
pub(super) fn question(line: &[u8]) -> Result<Ask, String> {
    #[derive(Deserialize)]
    struct Head {
        v: u32,
    }
    let head: Head = serde_json::from_slice(line).map_err(|e| {
        format!(
            "no question: {e}; a question is a line such as {{\"v\":{VERSION},\"ask\":\"status\"}}"
        )
    })?;
    if head.v != VERSION {
        return Err(format!(
            "version {} is not spoken here, but {VERSION}: use the command of the program that runs as the service",
            head.v
        ));
    }
    let question: Question =
        serde_json::from_slice(line).map_err(|e| format!("no question: {e}"))?;
    Ok(question.ask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read() -> ReadAsk {
        ReadAsk {
            bus: "pumps".into(),
            unit: 1,
            function: Function::Holding,
            address: 0,
            count: 2,
            timeout_ms: None,
            mode: None,
        }
    }

    #[test]
    fn a_question_reads_back() {
        for ask in [Ask::Status, Ask::Read(read()), Ask::Mode(Mode::Drought)] {
            let line = serde_json::to_vec(&Question { v: VERSION, ask: ask.clone() }).unwrap();
            assert!(line.len() < QUESTION_BYTES_MAX);
            assert_eq!(question(&line), Ok(ask));
        }
        let text = serde_json::to_string(&Question { v: VERSION, ask: Ask::Read(read()) });
        assert_eq!(
            text.unwrap(),
            r#"{"v":1,"ask":{"read":{"bus":"pumps","unit":1,"function":3,"address":0,"count":2}}}"#
        );
    }

    #[test]
    fn what_is_no_question_is_told_what_one_is() {
        for (line, word) in [
            ("", "no question"),
            ("read", "no question"),
            (r#"{"v":2,"ask":"fly","x":1}"#, "version 2"),
            (r#"{"v":1,"ask":"fly"}"#, "fly"),
            (r#"{"v":1,"ask":"status","x":1}"#, "unknown field"),
            (
                r#"{"v":1,"ask":{"read":{"bus":"b","unit":1,"function":6,"address":0,"count":1}}}"#,
                "does not read",
            ),
        ] {
            let told = question(line.as_bytes()).unwrap_err();
            assert!(told.contains(word), "{line}: {told}");
        }
    }

    #[test]
    fn a_request_that_no_device_can_be_asked_is_refused() {
        assert!(read().request().is_ok());
        let bad = [
            (ReadAsk { unit: 0, ..read() }, "1 to 247"),
            (ReadAsk { unit: 248, ..read() }, "1 to 247"),
            (ReadAsk { count: 0, ..read() }, "1 to 125"),
            (ReadAsk { count: 126, ..read() }, "1 to 125"),
            (ReadAsk { function: Function::Coils, count: 2001, ..read() }, "1 to 2000"),
            (ReadAsk { address: 65_535, ..read() }, "65535"),
            (ReadAsk { timeout_ms: Some(60_001), ..read() }, "60000"),
        ];
        for (ask, word) in bad {
            let told = ask.request().unwrap_err();
            assert!(told.contains(word), "{ask:?}: {told}");
        }
    }

    proptest! {
        #[test]
        fn random_lines_never_panic(line in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(question(&line).is_err());
        }
    }
}
