//! One request and its answer on a line of RTU frames.
//!
//! RTU has no transaction id. A unit that did not answer in time may still answer later, and its answer to one request
//! looks like that to another of the same function; an exception carries nothing but the function. So after a failure
//! the same function of the same unit is requested again only when the line has been silent for another timeout: a unit
//! may answer until twice its timeout after the request. Whatever arrives meanwhile is discarded and restarts the wait.
//! Other units and functions need not wait: a late answer does not match their requests and is skipped.
//! docs/decisions/0006 has the reasons.

use std::collections::BTreeMap;
use std::time::Duration;

use super::error::{ReadError, ReadResult};
use super::request::ReadRequest;
use super::rtu::{FRAME_MAX, Fault, Parsed, RtuRequest, hex_dump, without};
use super::settings::{BusSettings, SerialMode};
use super::silence::LineSilence;
use super::stream::Stream;
use super::timing;
use crate::device::Function;
use crate::locales::{Argument, Text, modbus as words};
use crate::support::{Pause, Stopwatch};

/// Received bytes that are searched for the answer: two frames, so that one is found whatever came before it.
const RECEIVED_MAX: usize = 2 * FRAME_MAX;

/// What a line remembers from one transaction to the next.
pub(super) struct LineState {
    silences: LineSilence,
    watch: Stopwatch,
    pub(super) pause: Pause,
    /// The line is our own serial port: bytes leave and arrive at the speed of the line.
    pub(super) serial: bool,
    /// Requests that may still be answered, and until when.
    outstanding: BTreeMap<(u8, Function), Duration>,
    pub(super) silence: Duration,
}

impl LineState {
    pub(super) fn new(settings: &BusSettings) -> Self {
        Self {
            silences: LineSilence::new(settings),
            watch: Stopwatch::start(),
            pause: Pause::Coarse,
            serial: settings.serial.is_some(),
            outstanding: BTreeMap::new(),
            silence: Duration::MAX,
        }
    }

    /// The line has just been opened: nobody knows what was on it before.
    pub(super) fn opened(&mut self) {
        self.silences.traffic_until(self.watch.elapsed());
    }

    fn now(&self) -> Duration {
        self.watch.elapsed()
    }

    /// The mode that determines the silences; only our own port sees them.
    fn silence_mode(&self, mode: Option<SerialMode>) -> Option<SerialMode> {
        mode.filter(|_| self.serial)
    }

    /// How long `bytes` take on our own port; nothing elsewhere.
    fn wire(&self, mode: Option<SerialMode>, bytes: usize) -> Duration {
        self.silence_mode(mode).map(|mode| timing::wire(mode, bytes)).unwrap_or_default()
    }
}

/// One request, from the silence before it to its answer.
pub(super) struct Transaction<'a> {
    pub(super) read: &'a ReadRequest,
    pub(super) request: RtuRequest,
    /// Speed and frame of the line, where they are known.
    pub(super) mode: Option<SerialMode>,
    /// Whether RTS has to be raised while sending.
    pub(super) rts: bool,
    /// Removed from what is received.
    pub(super) heartbeat: &'a [u8],
    /// An answer that has begun is over after this time without a byte.
    pub(super) byte_gap_max: Duration,
}

impl Transaction<'_> {
    pub(super) fn broken(&self, problem: Text) -> ReadError {
        ReadError::Transport { unit: self.read.unit, problem }
    }

    fn key(&self) -> (u8, Function) {
        (self.read.unit, self.read.request.function)
    }

    /// Sends the request and receives the answer.
    pub(super) async fn run(&self, stream: &mut Stream, line: &mut LineState) -> ReadResult {
        if let Some(mode) = self.mode {
            stream.set_mode(mode).map_err(|e| self.broken(e))?;
        }
        if self.rts {
            // It is still raised if the caller stopped waiting in the middle of a request.
            stream.set_rts(false).map_err(|e| self.broken(e))?;
        }
        self.await_silence(stream, line).await?;
        let end = self.send(stream, line).await?;
        let mut received = Vec::with_capacity(FRAME_MAX);
        let outcome = self.receive(stream, line, end, &mut received).await;
        let now = line.now();
        match outcome? {
            Outcome::Answer(answer) => {
                line.outstanding.remove(&self.key());
                let bytes = match &answer {
                    Ok(_) => timing::answer_bytes(&self.read.request),
                    Err(_) => timing::EXCEPTION_BYTES,
                };
                let mode = line.silence_mode(self.mode);
                line.silences.answer_ends(end, now, bytes, mode);
                answer
            }
            Outcome::Fault(fault) => {
                if fault == Fault::Crc {
                    // All of the answer has come, though damaged.
                    line.outstanding.remove(&self.key());
                } else {
                    line.outstanding.insert(self.key(), now + self.read.timeout);
                }
                Err(self.error(fault, &received))
            }
        }
    }

    /// Waits for the silence that is due, and discards what arrives meanwhile.
    async fn await_silence(
        &self,
        stream: &mut Stream,
        line: &mut LineState,
    ) -> Result<(), ReadError> {
        let (key, mode) = (self.key(), line.silence_mode(self.mode));
        let mut discarded = 0;
        let mut give_up_at = None;
        loop {
            let now = line.now();
            line.outstanding.retain(|_, until| *until > now);
            let due = line.silences.next_request_at(self.read.unit, self.read.gap, mode);
            let due = due.max(line.outstanding.get(&key).copied().unwrap_or_default());
            // After twice the timeout beyond the first due time, the line is never silent.
            let give_up_at = *give_up_at.get_or_insert(due.max(now) + 2 * self.read.timeout);
            let mut buffer = [0; FRAME_MAX];
            let arrived = if now >= due {
                match stream.discard().map_err(|e| self.broken(e))? {
                    0 => {
                        line.silence = line.silences.lasted(now);
                        return Ok(());
                    }
                    arrived => arrived,
                }
            } else {
                tokio::select! {
                    biased;
                    read = stream.read(&mut buffer) => read.map_err(|e| self.broken(e))?,
                    () = line.pause.wait(due - now) => continue,
                }
            };
            discarded += arrived;
            let now = line.now();
            line.silences.traffic_until(now);
            if let Some(until) = line.outstanding.get_mut(&key) {
                *until = now + self.read.timeout;
            }
            if now > give_up_at {
                return Err(ReadError::Noise {
                    unit: self.read.unit,
                    problem: words::never_quiet(discarded),
                });
            }
        }
    }

    /// Sends the request; returns when by its length the last bit is out: ports and adapters report that too early.
    async fn send(&self, stream: &mut Stream, line: &mut LineState) -> Result<Duration, ReadError> {
        let frame = self.request.frame();
        if self.rts {
            stream.set_rts(true).map_err(|e| self.broken(e))?;
        }
        // Recorded before sending, so that it holds if the caller stops waiting.
        let end = line.now() + line.wire(self.mode, frame.len());
        line.outstanding.insert(self.key(), end + 2 * self.read.timeout);
        line.silences.request_ends(self.read.unit, end);
        tokio::time::timeout(self.read.timeout, stream.write(&frame))
            .await
            .map_err(|_| self.broken(words::accepts_no_bytes()))?
            .map_err(|e| self.broken(e))?;
        let end = line.now() + line.wire(self.mode, frame.len());
        line.silences.request_ends(self.read.unit, end);
        if self.rts {
            line.pause.wait(end.saturating_sub(line.now())).await;
            stream.set_rts(false).map_err(|e| self.broken(e))?;
        }
        Ok(end)
    }

    /// Receives until there is an answer, or none will come. The answer may begin until the timeout after `end`, the
    /// end of the request, and then takes its time on the line.
    async fn receive(
        &self,
        stream: &mut Stream,
        line: &mut LineState,
        end: Duration,
        received: &mut Vec<u8>,
    ) -> Result<Outcome, ReadError> {
        let longest = timing::answer_bytes(&self.read.request);
        // Behind a terminal the line is as slow, and the terminal passes the bytes on when it has all of them.
        let wire = self.mode.map(|mode| timing::wire(mode, longest)).unwrap_or_default();
        let deadline = end + self.read.timeout + wire;
        // With fewer bytes there cannot be an answer.
        let mut bytes_min = timing::EXCEPTION_BYTES;
        // Bytes have arrived since we last concluded that there is more to wait for.
        let mut begun = false;
        loop {
            let left = deadline.saturating_sub(line.now());
            let until_gap = begun && self.byte_gap_max < left;
            let left = if until_gap { self.byte_gap_max } else { left };
            let mut buffer = [0; FRAME_MAX];
            let read = match tokio::time::timeout(left, stream.read(&mut buffer)).await {
                Ok(read) => read.map_err(|e| self.broken(e))?,
                Err(_) => {
                    let fault = self.fault(received);
                    if until_gap && !fault.answered() {
                        begun = false;
                        continue;
                    }
                    return Ok(Outcome::Fault(fault));
                }
            };
            line.silences.traffic_until(line.now());
            begun = true;
            received.extend(buffer.iter().take(read));
            if let Some(excess) = received.len().checked_sub(RECEIVED_MAX) {
                received.drain(..excess);
            }
            if received.len() >= bytes_min {
                match self.parse(received) {
                    Parsed::Words(words) => return Ok(Outcome::Answer(Ok(words))),
                    Parsed::Exception(code) => {
                        let unit = self.read.unit;
                        return Ok(Outcome::Answer(Err(ReadError::Exception { unit, code })));
                    }
                    Parsed::Incomplete(more) => {
                        bytes_min = (received.len() + more).min(RECEIVED_MAX);
                    }
                }
            }
            if line.now() >= deadline {
                return Ok(Outcome::Fault(self.fault(received)));
            }
        }
    }

    /// Looks for the answer in what was received as it is, then without heartbeats. The CRC decides.
    fn parse(&self, received: &[u8]) -> Parsed {
        match self.request.parse(received) {
            Parsed::Incomplete(least) if !self.heartbeat.is_empty() => {
                match self.request.parse(&without(received, self.heartbeat)) {
                    Parsed::Incomplete(more) => Parsed::Incomplete(more.min(least)),
                    parsed => parsed,
                }
            }
            parsed => parsed,
        }
    }

    fn fault(&self, received: &[u8]) -> Fault {
        self.request.fault(&without(received, self.heartbeat))
    }

    fn error(&self, fault: Fault, received: &[u8]) -> ReadError {
        let ReadRequest { unit, request, .. } = *self.read;
        let timeout_ms = self.read.timeout.as_millis();
        match fault {
            Fault::Silence => ReadError::Timeout { unit, timeout_ms },
            Fault::Length { got } => {
                let got = if request.function.bits() { got * 8 } else { got / 2 };
                ReadError::Length { unit, asked: request.count, got }
            }
            Fault::Crc => ReadError::Crc { unit, seen: hex_dump(received) },
            Fault::Cut { got, want } => ReadError::Cut { unit, got, want },
            Fault::Foreign { unit: other, function } => ReadError::Foreign {
                unit,
                problem: words::foreign_frame(
                    Argument::of(timeout_ms),
                    other,
                    function,
                    hex_dump(received),
                ),
            },
            Fault::Noise => ReadError::Noise {
                unit,
                problem: words::only_noise(Argument::of(timeout_ms), hex_dump(received)),
            },
        }
    }
}

enum Outcome {
    Answer(ReadResult),
    Fault(Fault),
}
