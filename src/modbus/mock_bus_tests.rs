//! A mock of a line with devices, on a stepped clock: a function decides who answers what, and how fast.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use super::error::{ReadError, ReadResult};
use super::request::ReadRequest;
use super::split::registers;
use crate::device::{Request, Run};
use crate::locales::Text;
use crate::support::Clock;
use crate::support::clock::Driver;

/// What a device does with a request.
pub(super) enum Behaviour {
    /// Returns the registers, each holding its own address, after this many ms.
    Returns(u64),
    /// Returns these registers after this many ms.
    Words(Vec<u16>, u64),
    /// Answers with this exception after this many ms.
    Refuses(u8, u64),
    Silent,
    /// The connection ends after this many ms.
    Breaks(u64),
    /// The bus is unreachable, which is known after this many ms.
    Unreachable(u64),
}

type Behave = dyn FnMut(u8, Run, Duration) -> Behaviour + Send;

/// The line of a mocked bus.
pub(super) struct MockBus {
    pub(super) clock: Clock,
    pub(super) driver: Arc<Driver>,
    pub(super) behave: Box<Behave>,
    pub(super) recorded: Arc<Mutex<Vec<Recorded>>>,
    pub(super) silence: Duration,
    pub(super) ended: Option<Duration>,
}

/// A request and its outcome.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) at: Timestamp,
    pub(super) unit: u8,
    pub(super) request: Request,
    pub(super) outcome: Result<(), ReadError>,
    pub(super) took: Duration,
}

impl MockBus {
    pub(super) fn read(&mut self, read: &ReadRequest) -> ReadResult {
        let ReadRequest { unit, request, timeout, gap, .. } = *read;
        let since = |now: Duration| self.ended.map(|ended| now - ended);
        let wait = since(self.clock.uptime())
            .map_or(Duration::ZERO, |silence| gap.saturating_sub(silence));
        let begun = self.clock.now();
        self.driver.advance_to(begun + wait);
        self.silence = since(self.clock.uptime()).unwrap_or(Duration::MAX);
        let at = self.clock.now();
        let behaviour = (self.behave)(unit, Run::from(request), self.clock.uptime());
        let (ms, outcome) = match behaviour {
            Behaviour::Returns(ms) => {
                (ms, Ok((0..request.count).map(|n| request.address + n).collect()))
            }
            Behaviour::Words(words, ms) => (ms, Ok(words)),
            Behaviour::Refuses(code, ms) => (ms, Err(ReadError::Exception { unit, code })),
            Behaviour::Silent => {
                let timeout_ms = timeout.as_millis();
                let silent = ReadError::Timeout { unit, timeout_ms };
                (timeout_ms as u64, Err(silent))
            }
            Behaviour::Breaks(ms) => {
                (ms, Err(ReadError::Transport { unit, problem: Text::verbatim("closed") }))
            }
            Behaviour::Unreachable(ms) => {
                let problem = Text::verbatim("closed");
                (ms, Err(ReadError::Unreachable { endpoint: "mock".into(), problem }))
            }
        };
        let took = Duration::from_millis(ms);
        self.driver.advance_to(at + took);
        self.ended = Some(self.clock.uptime());
        self.recorded.lock().unwrap().push(Recorded {
            at,
            unit,
            request,
            outcome: outcome.as_ref().map(|_: &Vec<u16>| ()).map_err(Clone::clone),
            took: wait + took,
        });
        outcome
    }
}

impl Recorded {
    /// A line of a transcript: time since midnight, request, outcome.
    pub(super) fn line(&self) -> String {
        let second = self.at.as_millisecond() as f64 / 1000.0 % 86_400.0;
        let request = registers(&Run::from(self.request));
        let outcome = match &self.outcome {
            Ok(()) => "registers".into(),
            Err(ReadError::Exception { code, .. }) => format!("exception {code}"),
            Err(ReadError::Timeout { .. }) => "silence".into(),
            Err(ReadError::Unreachable { .. }) => "unreachable".into(),
            Err(error) => error.to_string(),
        };
        format!("{second:9.3} s  unit {}  {request:<28} {outcome}", self.unit)
    }
}
