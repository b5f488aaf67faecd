//! A play of devices for the tests of a bus: who answers what, in how long, on a stepped clock. It writes down what was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use super::link::{Ask, ReadError};
use super::split::registers;
use crate::device::{Request, Run};
use crate::support::Clock;
use crate::support::clock::Driver;

/// What a device does.
pub(super) enum Deed {
    /// Gives as many registers as are asked for, each its own address, after so many ms.
    Gives(u64),
    /// Answers with this exception after so many ms.
    Refuses(u8, u64),
    /// Says nothing.
    Silent,
    /// The bus cannot be reached; that is known after so many ms.
    Unreachable(u64),
}

type Script = dyn FnMut(u8, Run, Duration) -> Deed + Send;

/// The line of a play.
pub(super) struct Play {
    pub(super) clock: Clock,
    pub(super) driver: Arc<Driver>,
    pub(super) script: Box<Script>,
    pub(super) asked: Arc<Mutex<Vec<Asked>>>,
    /// For how long the line had been quiet when the last request began.
    pub(super) quiet: Duration,
    /// When the last request ended.
    pub(super) ended: Option<Duration>,
}

/// What was asked, and what came of it.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) at: Timestamp,
    pub(super) unit: u8,
    pub(super) request: Request,
    pub(super) outcome: Result<(), ReadError>,
    pub(super) took: Duration,
}

impl Play {
    pub(super) fn read(&mut self, ask: &Ask) -> Result<Vec<u16>, ReadError> {
        let Ask { unit, request, timeout, gap, .. } = *ask;
        let since = |now: Duration| self.ended.map(|ended| now - ended);
        let wait =
            since(self.clock.uptime()).map_or(Duration::ZERO, |quiet| gap.saturating_sub(quiet));
        let begun = self.clock.now();
        self.driver.advance_to(begun + wait);
        self.quiet = since(self.clock.uptime()).unwrap_or(Duration::MAX);
        let at = self.clock.now();
        let deed = (self.script)(unit, Run::from(request), self.clock.uptime());
        let (ms, outcome) = match deed {
            Deed::Gives(ms) => (ms, Ok((0..request.count).map(|n| request.address + n).collect())),
            Deed::Refuses(code, ms) => {
                let text = "as it is told".to_owned();
                (ms, Err(ReadError::Exception { unit, code, text }))
            }
            Deed::Silent => {
                let timeout_ms = timeout.as_millis();
                let silent = ReadError::Timeout { unit, timeout_ms };
                (timeout_ms as u64, Err(silent))
            }
            Deed::Unreachable(ms) => (
                ms,
                Err(ReadError::Unreachable {
                    endpoint: "the stage".into(),
                    problem: "closed".into(),
                }),
            ),
        };
        let took = Duration::from_millis(ms);
        self.driver.advance_to(at + took);
        self.ended = Some(self.clock.uptime());
        self.asked.lock().unwrap().push(Asked {
            at,
            unit,
            request,
            outcome: outcome.as_ref().map(|_: &Vec<u16>| ()).map_err(Clone::clone),
            took: wait + took,
        });
        outcome
    }
}

impl Asked {
    /// A line of a transcript: time since midnight, question, answer.
    pub(super) fn line(&self) -> String {
        let second = self.at.as_millisecond() as f64 / 1000.0 % 86_400.0;
        let what = registers(&Run::from(self.request));
        let came = match &self.outcome {
            Ok(()) => "registers".into(),
            Err(ReadError::Exception { code, .. }) => format!("exception {code}"),
            Err(ReadError::Timeout { .. }) => "silence".into(),
            Err(ReadError::Unreachable { .. }) => "unreachable".into(),
            Err(error) => error.to_string(),
        };
        format!("{second:9.3} s  unit {}  {what:<28} {came}", self.unit)
    }
}
