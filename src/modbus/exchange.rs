//! One question and its answer on a line of RTU frames, in their turn.
//!
//! RTU has no transaction id. What was asked of a unit that did not answer in time may be answered later, and its answer to one
//! question looks like that to another of the same function; an exception says no more than the function. So after a failure
//! the same function of the same unit is asked again only when the line has been quiet for another timeout: a unit may answer
//! until twice its timeout after the request. What comes meanwhile is discarded and makes the wait begin anew. Other units and
//! functions need not wait: a late answer is no answer to them, and is passed over. docs/decisions/0006 has the reasons.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use super::link::{Ask, ReadError};
use super::pacing::Pacing;
use super::rtu::{FRAME_MAX, Fault, Question, Verdict, hex, without};
use super::settings::{BusSettings, SerialMode};
use super::stream::Stream;
use super::timing;
use crate::device::Function;
use crate::support::{Pause, Stopwatch};

/// Bytes since a request that are looked at: two frames, so that one is found whatever came before it.
const SEEN_MAX: usize = 2 * FRAME_MAX;

/// Whose turn it is on the line, and when.
pub(super) struct Turn {
    pacing: Pacing,
    watch: Stopwatch,
    pub(super) pause: Pause,
    /// The line is our own serial port: its bytes go out and come in at the line's speed.
    pub(super) serial: bool,
    /// Questions that may still be answered, and until when.
    owed: BTreeMap<(u8, Function), Duration>,
    /// The silence that was kept before the last request.
    pub(super) quiet: Duration,
}

impl Turn {
    pub(super) fn new(settings: &BusSettings) -> Self {
        Self {
            pacing: Pacing::new(settings),
            watch: Stopwatch::start(),
            pause: Pause::Coarse,
            serial: settings.serial.is_some(),
            owed: BTreeMap::new(),
            quiet: Duration::MAX,
        }
    }

    /// The line has just been opened: what was on it before is unknown.
    pub(super) fn opened(&mut self) {
        self.pacing.heard(self.watch.elapsed());
    }

    fn now(&self) -> Duration {
        self.watch.elapsed()
    }

    /// The mode that its silences go by.
    fn pacing_mode(&self, mode: Option<SerialMode>) -> Option<SerialMode> {
        mode.filter(|_| self.serial)
    }

    /// How long `bytes` take on their way out and in, where that is known to be ours.
    fn wire(&self, mode: Option<SerialMode>, bytes: usize) -> Duration {
        self.pacing_mode(mode).map(|mode| timing::wire(mode, bytes)).unwrap_or_default()
    }
}

/// One question on its way.
pub(super) struct Exchange<'a> {
    pub(super) ask: &'a Ask,
    pub(super) question: Question,
    /// Speed and frame of the line, where they are known.
    pub(super) mode: Option<SerialMode>,
    /// RTS has to be raised while sending.
    pub(super) rts: bool,
    /// What is taken out of what comes.
    pub(super) heartbeat: &'a [u8],
    /// After this time without a byte an answer that has begun is over.
    pub(super) quiet_max: Duration,
}

impl Exchange<'_> {
    pub(super) fn broken(&self, problem: String) -> ReadError {
        ReadError::Transport { unit: self.ask.unit, problem }
    }

    fn failed(&self, error: io::Error) -> ReadError {
        self.broken(error.to_string())
    }

    /// Asks and hears the answer.
    pub(super) async fn make(
        &self,
        stream: &mut Stream,
        turn: &mut Turn,
    ) -> Result<Vec<u16>, ReadError> {
        if let Some(mode) = self.mode {
            stream.set_mode(mode).map_err(|e| self.failed(e))?;
        }
        if self.rts {
            // Left raised where somebody stopped waiting in the middle of a request.
            stream.set_rts(false).map_err(|e| self.failed(e))?;
        }
        self.await_turn(stream, turn).await?;
        let end = self.send(stream, turn).await?;
        let mut seen = Vec::with_capacity(FRAME_MAX);
        let heard = self.hear(stream, turn, end, &mut seen).await;
        let key = (self.ask.unit, self.ask.request.function);
        let now = turn.now();
        match heard? {
            Heard::Answer(answer) => {
                turn.owed.remove(&key);
                let bytes = match &answer {
                    Ok(_) => timing::answer_bytes(&self.ask.request),
                    Err(_) => timing::EXCEPTION_BYTES,
                };
                let mode = turn.pacing_mode(self.mode);
                turn.pacing.answered(end, now, bytes, mode);
                answer
            }
            Heard::Fault(fault) => {
                if fault == Fault::Check {
                    // All of it has come, if damaged.
                    turn.owed.remove(&key);
                } else {
                    turn.owed.insert(key, now + self.ask.timeout);
                }
                Err(self.error(fault, &seen))
            }
        }
    }

    /// Waits for the silence that is due, and throws away what comes meanwhile.
    async fn await_turn(&self, stream: &mut Stream, turn: &mut Turn) -> Result<(), ReadError> {
        let key = (self.ask.unit, self.ask.request.function);
        let mode = turn.pacing_mode(self.mode);
        let mut heard = 0;
        let mut patience = None;
        loop {
            let now = turn.now();
            turn.owed.retain(|_, until| *until > now);
            let silence = turn.pacing.due(self.ask.unit, self.ask.gap, mode);
            let due = silence.max(turn.owed.get(&key).copied().unwrap_or_default());
            // Twice the timeout beyond what was due at first: then the line is never quiet.
            let patience = *patience.get_or_insert(due.max(now) + 2 * self.ask.timeout);
            let mut buffer = [0; FRAME_MAX];
            let came = if now >= due {
                match stream.discard().map_err(|e| self.failed(e))? {
                    0 => {
                        turn.quiet = turn.pacing.quiet(now);
                        return Ok(());
                    }
                    came => came,
                }
            } else {
                tokio::select! {
                    biased;
                    read = stream.read(&mut buffer) => read.map_err(|e| self.failed(e))?,
                    () = turn.pause.wait(due - now) => continue,
                }
            };
            heard += came;
            let now = turn.now();
            turn.pacing.heard(now);
            if let Some(until) = turn.owed.get_mut(&key) {
                *until = now + self.ask.timeout;
            }
            if now > patience {
                return Err(ReadError::Noise {
                    unit: self.ask.unit,
                    problem: format!(
                        "the line is never quiet: {heard} bytes that nobody asked for"
                    ),
                });
            }
        }
    }

    /// Sends the request and returns when its last bit is out: worked out from its length, since ports and adapters say so too
    /// early.
    async fn send(&self, stream: &mut Stream, turn: &mut Turn) -> Result<Duration, ReadError> {
        let frame = self.question.frame();
        if self.rts {
            stream.set_rts(true).map_err(|e| self.failed(e))?;
        }
        // Noted before, so that it holds if whoever asks stops waiting.
        let end = turn.now() + turn.wire(self.mode, frame.len());
        let key = (self.ask.unit, self.ask.request.function);
        turn.owed.insert(key, end + 2 * self.ask.timeout);
        turn.pacing.asked(self.ask.unit, end);
        tokio::time::timeout(self.ask.timeout, stream.write(&frame))
            .await
            .map_err(|_| self.broken("it takes no bytes".into()))?
            .map_err(|e| self.failed(e))?;
        let end = turn.now() + turn.wire(self.mode, frame.len());
        turn.pacing.asked(self.ask.unit, end);
        if self.rts {
            turn.pause.wait(end.saturating_sub(turn.now())).await;
            stream.set_rts(false).map_err(|e| self.failed(e))?;
        }
        Ok(end)
    }

    /// Hears until there is an answer, or none will come. The answer may begin until the timeout after `end`, that of the
    /// request, and take its time on the line.
    async fn hear(
        &self,
        stream: &mut Stream,
        turn: &mut Turn,
        end: Duration,
        seen: &mut Vec<u8>,
    ) -> Result<Heard, ReadError> {
        let longest = timing::answer_bytes(&self.ask.request);
        // Behind a terminal the line is as slow, and its bytes come after it has heard them all.
        let wire = self.mode.map(|mode| timing::wire(mode, longest)).unwrap_or_default();
        let deadline = end + self.ask.timeout + wire;
        // Until so many bytes are there, there is no answer.
        let mut least = timing::EXCEPTION_BYTES;
        // Something has come, and since then it has not been found out whether more is to be waited for.
        let mut begun = false;
        loop {
            let left = deadline.saturating_sub(turn.now());
            let quiet = begun && self.quiet_max < left;
            let left = if quiet { self.quiet_max } else { left };
            let mut buffer = [0; FRAME_MAX];
            let read = tokio::time::timeout(left, stream.read(&mut buffer)).await;
            let read = match read {
                Ok(read) => read.map_err(|e| self.failed(e))?,
                Err(_) => {
                    let fault = self.fault(seen);
                    if quiet && !fault.answered() {
                        begun = false;
                        continue;
                    }
                    return Ok(Heard::Fault(fault));
                }
            };
            turn.pacing.heard(turn.now());
            begun = true;
            seen.extend(buffer.iter().take(read));
            if let Some(excess) = seen.len().checked_sub(SEEN_MAX) {
                seen.drain(..excess);
            }
            if seen.len() >= least {
                match self.judge(seen) {
                    Verdict::Words(words) => return Ok(Heard::Answer(Ok(words))),
                    Verdict::Exception(code) => {
                        let refused = ReadError::exception(self.ask.unit, code);
                        return Ok(Heard::Answer(Err(refused)));
                    }
                    Verdict::More(more) => least = (seen.len() + more).min(SEEN_MAX),
                }
            }
            if turn.now() >= deadline {
                return Ok(Heard::Fault(self.fault(seen)));
            }
        }
    }

    /// What was seen, with heartbeats in it or without: the check decides.
    fn judge(&self, seen: &[u8]) -> Verdict {
        match self.question.judge(seen) {
            Verdict::More(least) if !self.heartbeat.is_empty() => {
                match self.question.judge(&without(seen, self.heartbeat)) {
                    Verdict::More(more) => Verdict::More(more.min(least)),
                    verdict => verdict,
                }
            }
            verdict => verdict,
        }
    }

    fn fault(&self, seen: &[u8]) -> Fault {
        self.question.fault(&without(seen, self.heartbeat))
    }

    fn error(&self, fault: Fault, seen: &[u8]) -> ReadError {
        let unit = self.ask.unit;
        let timeout_ms = self.ask.timeout.as_millis();
        match fault {
            Fault::Silence => ReadError::Timeout { unit, timeout_ms },
            Fault::Length { got } if self.ask.request.function.bits() => {
                ReadError::Length { unit, asked: self.ask.request.count, got: got * 8 }
            }
            Fault::Length { got } => {
                ReadError::Length { unit, asked: self.ask.request.count, got: got / 2 }
            }
            Fault::Check => ReadError::Crc { unit, seen: hex(seen) },
            Fault::Cut { got, want } => ReadError::Cut { unit, got, want },
            Fault::Foreign { unit: other, function } => ReadError::Foreign {
                unit,
                problem: format!(
                    "within {timeout_ms} ms came a frame of unit {other} and function {function} only: {}",
                    hex(seen)
                ),
            },
            Fault::Noise => ReadError::Noise {
                unit,
                problem: format!("within {timeout_ms} ms came no frame but {}", hex(seen)),
            },
        }
    }
}

/// What came of a question.
enum Heard {
    Answer(Result<Vec<u16>, ReadError>),
    Fault(Fault),
}
