//! The messages of the control socket, one per line.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::status::GatewayStatus;
use crate::core::Reason;
use crate::device::{Function, REGISTERS_MAX, Request};
use crate::locales::{Argument, Lang, Text, edge as words, modbus as modbus_words};
use crate::modbus::{Mode, ReadError, SerialMode};

/// The version of these messages. Others are refused: command and service of an installation are the same program.
pub const VERSION: u32 = 1;

/// The longest request, bytes. Our own take up to 200.
pub(super) const REQUEST_BYTES_MAX: usize = 1024;

/// The longest answer, bytes: the status of 247 units on each of several buses, at 200 bytes each.
pub(super) const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Most bits of one request, by the Modbus application protocol V1.1b3, 6.1 and 6.2.
const BITS_MAX: u16 = 2000;

/// The longest timeout of a read. Engineering judgement: the longest that can be set for a bus.
const TIMEOUT_MAX: Duration = Duration::from_secs(60);

/// A line to the gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlRequest {
    /// [`VERSION`].
    pub v: u32,
    /// The language of whoever asks; English where the request names none.
    #[serde(default = "english", skip_serializing_if = "is_english")]
    pub lang: Lang,
    pub ask: Command,
}

fn english() -> Lang {
    Lang::English
}

fn is_english(lang: &Lang) -> bool {
    *lang == Lang::English
}

/// What the gateway can be asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    Status,
    /// One read on one of its buses.
    Read(ReadCommand),
    /// Poll by these intervals from now on.
    Mode(Mode),
}

/// A read of one device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadCommand {
    /// As the gateway's configuration names it.
    pub bus: String,
    /// 1 to 247.
    pub unit: u8,
    pub function: Function,
    /// As it is on the wire, from 0.
    pub address: u16,
    /// Registers or bits.
    pub count: u16,
    /// How long the answer may take, ms; the bus's own timeout by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Another speed and frame for this request alone, on a serial line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<SerialMode>,
}

impl ReadCommand {
    /// The Modbus request. The error names the value that is wrong, and the rule.
    pub fn request(&self) -> Result<Request, Text> {
        if !(1..=247).contains(&self.unit) {
            return Err(words::unit_span(self.unit));
        }
        let most = if self.function.bits() { BITS_MAX } else { REGISTERS_MAX };
        if !(1..=most).contains(&self.count) {
            return Err(words::count_span(self.count, most));
        }
        if u32::from(self.address) + u32::from(self.count) > 1 << 16 {
            return Err(words::address_too_far(self.address, self.count));
        }
        if self.timeout().is_some_and(|timeout| timeout > TIMEOUT_MAX) {
            return Err(words::timeout_most(Argument::of(TIMEOUT_MAX.as_millis())));
        }
        Ok(Request { function: self.function, address: self.address, count: self.count })
    }

    pub fn timeout(&self) -> Option<Duration> {
        self.timeout_ms.map(Duration::from_millis)
    }
}

/// A line from the gateway, in the language that the request asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ControlReply {
    pub v: u32,
    pub answer: Answer,
}

/// What the gateway can answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Status(Box<GatewayStatus>),
    /// The registers that came.
    Words {
        /// Registers, or bits as 0 and 1.
        words: Vec<u16>,
        /// From handing the request to the bus to its answer, including the wait for a running poll.
        ms: f64,
    },
    Failed {
        failure: Failure,
        /// As for `words`.
        ms: f64,
    },
    Mode {
        before: Mode,
        now: Mode,
    },
    Refused(Text),
}

/// Why a read brought no registers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// The reason that a reading would carry.
    pub reason: Reason,
    /// The code, where the device answered with an exception.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<u8>,
    pub text: Text,
}

impl Failure {
    /// The parts of a value changed whenever they were read, so that they make no value.
    pub fn restless() -> Self {
        let text = modbus_words::parts_move();
        Self { reason: Reason::Undecodable, exception: None, text }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self {
            reason: error.reason(),
            exception: match &error {
                ReadError::Exception { code, .. } => Some(*code),
                _ => None,
            },
            text: error.text(),
        }
    }
}

/// Parses a request. The version is checked first, whatever else the line holds. Where the line is refused, the error
/// has the language to say it in, as far as that can be told.
pub(super) fn parse_request(line: &[u8]) -> Result<ControlRequest, (Lang, Text)> {
    #[derive(Deserialize)]
    struct Head {
        v: u32,
        #[serde(default)]
        lang: Option<String>,
    }
    let head: Head = serde_json::from_slice(line).map_err(|error| {
        let example = format!("{{\"v\":{VERSION},\"ask\":\"status\"}}");
        (Lang::English, words::invalid_line(Argument::of(error), example))
    })?;
    let lang = head.lang.as_deref().and_then(Lang::of).unwrap_or(Lang::English);
    if head.v != VERSION {
        return Err((lang, words::other_version(head.v, VERSION)));
    }
    let invalid = |error| (lang, words::invalid_request(Argument::of(error)));
    serde_json::from_slice::<ControlRequest>(line).map_err(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read() -> ReadCommand {
        ReadCommand {
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
    fn a_request_can_be_read_back() {
        for command in [Command::Status, Command::Read(read()), Command::Mode(Mode::Drought)] {
            for lang in Lang::ALL {
                let request = ControlRequest { v: VERSION, lang, ask: command.clone() };
                let line = serde_json::to_vec(&request).unwrap();
                assert!(line.len() < REQUEST_BYTES_MAX);
                assert_eq!(parse_request(&line), Ok(request));
            }
        }
        let text =
            |lang, ask| serde_json::to_string(&ControlRequest { v: VERSION, lang, ask }).unwrap();
        assert_eq!(
            text(Lang::English, Command::Read(read())),
            r#"{"v":1,"ask":{"read":{"bus":"pumps","unit":1,"function":3,"address":0,"count":2}}}"#
        );
        assert_eq!(text(Lang::Chinese, Command::Status), r#"{"v":1,"lang":"zh","ask":"status"}"#);
    }

    #[test]
    fn an_invalid_line_is_refused_with_the_reason() {
        for (line, word) in [
            ("", "not a valid request"),
            ("read", "not a valid request"),
            (r#"{"v":2,"ask":"fly","x":1}"#, "version 2"),
            (r#"{"v":1,"ask":"fly"}"#, "fly"),
            (r#"{"v":1,"ask":"status","x":1}"#, "unknown field"),
            (
                r#"{"v":1,"ask":{"read":{"bus":"b","unit":1,"function":6,"address":0,"count":1}}}"#,
                "does not read",
            ),
        ] {
            let (lang, refusal) = parse_request(line.as_bytes()).unwrap_err();
            assert_eq!(lang, Lang::English);
            assert!(refusal.to_string().contains(word), "{line}: {refusal}");
        }
        let (lang, refusal) = parse_request(br#"{"v":2,"lang":"zh"}"#).unwrap_err();
        assert!(refusal.within(lang).starts_with("不支持版本 2"), "{refusal}");
    }

    #[test]
    fn a_read_that_breaks_the_protocol_is_refused() {
        assert!(read().request().is_ok());
        let bad = [
            (ReadCommand { unit: 0, ..read() }, "1 to 247"),
            (ReadCommand { unit: 248, ..read() }, "1 to 247"),
            (ReadCommand { count: 0, ..read() }, "1 to 125"),
            (ReadCommand { count: 126, ..read() }, "1 to 125"),
            (ReadCommand { function: Function::Coils, count: 2001, ..read() }, "1 to 2000"),
            (ReadCommand { address: 65_535, ..read() }, "65535"),
            (ReadCommand { timeout_ms: Some(60_001), ..read() }, "60000"),
        ];
        for (read, word) in bad {
            let refusal = read.request().unwrap_err().to_string();
            assert!(refusal.contains(word), "{read:?}: {refusal}");
        }
    }

    proptest! {
        #[test]
        fn random_lines_never_panic(line in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(parse_request(&line).is_err());
        }
    }
}
