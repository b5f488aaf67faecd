//! One request and its answer on a line of RTU frames.
//!
//! RTU has no transaction id. A unit that did not answer in time may still answer later, and its answer to one request
//! looks like that to another of the same function; an exception carries nothing but the function.
//!
//! On a serial port nothing keeps bytes but the unit itself. So after a failure the same function of the same unit is
//! requested again only when the line has been silent for another timeout: a unit may answer until twice its timeout
//! after the request. Whatever arrives meanwhile is discarded and restarts the wait. Other units and functions need not
//! wait: a late answer does not match their requests and is skipped. docs/decisions/0006 has the reasons.
//!
//! A stream over TCP may keep bytes for any time. There [`OpenRequests`] say what may still be answered.

use std::collections::BTreeMap;
use std::time::Duration;

use super::error::{ReadError, ReadResult};
use super::open_requests::{Next, OpenRequests};
use super::request::ReadRequest;
use super::rtu::{FRAME_MAX, Fault, Heard, Parsed, RtuRequest, hex_dump, without};
use super::settings::{BusSettings, SerialMode};
use super::silence::LineSilence;
use super::stream::Stream;
use super::timing;
use crate::device::Function;
use crate::locales::{Argument, Text, modbus as words};
use crate::support::{Pause, Stopwatch};

/// Received bytes that are searched for the answer. After a stall the answers to some requests come at once.
/// Engineering judgement: more than are made in the time that a serial server keeps them.
const RECEIVED_MAX: usize = 8 * FRAME_MAX;

/// Discarded bytes that are searched for the copy of an answer.
const DISCARDED_MAX: usize = 2 * FRAME_MAX;

/// What a line remembers from one transaction to the next.
pub(super) struct LineState {
    silences: LineSilence,
    watch: Stopwatch,
    pub(super) pause: Pause,
    /// The line is our own serial port: bytes leave and arrive at the speed of the line.
    pub(super) serial: bool,
    /// On a serial port: requests that may still be answered, and until when.
    outstanding: BTreeMap<(u8, Function), Duration>,
    /// On a stream over TCP: the same, until something proves that they will not be.
    pub(super) open: OpenRequests,
    last_answered: Option<RtuRequest>,
    /// Something came behind the last answer, such as the begin of a copy: the rest of it may still come.
    trailing: bool,
    bus: String,
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
            open: OpenRequests::default(),
            last_answered: None,
            trailing: false,
            bus: settings.name.clone(),
            silence: Duration::MAX,
        }
    }

    /// The line has just been opened: nobody knows what was on it before.
    pub(super) fn opened(&mut self) {
        self.silences.traffic_until(self.watch.elapsed());
    }

    pub(super) fn now(&self) -> Duration {
        self.watch.elapsed()
    }

    /// What has to happen for a request. A serial port waits for silence instead.
    pub(super) fn next(&self, read: &ReadRequest) -> Next {
        if self.serial { Next::Ask } else { self.open.next(read.unit, &read.request, self.now()) }
    }

    /// Looks whether the last answer came once more in `came`, which arrived before the next request, or with the
    /// answer to one of another shape.
    fn note_copies(&mut self, came: &[u8]) {
        let Some(request) = self.last_answered.filter(|_| !came.is_empty()) else {
            return;
        };
        let RtuRequest { unit, request: read } = request;
        if self.open.is_copy(unit, &read, &request.parse(came)) {
            self.repeats(unit);
        }
    }

    /// The unit has answered a request more than once.
    fn repeats(&mut self, unit: u8) {
        // On a serial port the copy ends before the silence that precedes the next request.
        if !self.serial && self.open.repeats(unit) {
            self.warn_of_copies(unit);
        }
    }

    /// What has come, with the answer to a request or without.
    fn came(&mut self, bytes: &[u8], answered: Option<&RtuRequest>) {
        if self.serial || bytes.is_empty() {
            return;
        }
        for unit in self.open.came(bytes, answered, self.now()) {
            self.warn_of_copies(unit);
        }
    }

    /// What has come instead of the answer to a request.
    fn failed(&mut self, unit: u8, bytes: &[u8]) {
        if self.serial || bytes.is_empty() {
            return;
        }
        for unit in self.open.failed(unit, bytes, self.now()) {
            self.warn_of_copies(unit);
        }
    }

    fn warn_of_copies(&self, unit: u8) {
        tracing::warn!(
            bus = self.bus,
            unit,
            "the answers of this unit arrive more than once; copies are told by their bytes and left out"
        );
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
    /// It is a marker: an answer to an earlier request of its shape, or an exception to one of its function, is
    /// welcome.
    pub(super) marker: bool,
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
        let unit = self.read.unit;
        let context = self.context(line);
        let end = self.send(stream, line).await?;
        let mut received = Vec::with_capacity(FRAME_MAX);
        let outcome = self.receive(stream, line, (end, context), &mut received).await;
        let now = line.now();
        match outcome? {
            Outcome::Answer { answer, copies } => {
                line.outstanding.remove(&self.key());
                line.trailing = self.trailing_in(&received, context);
                // A gateway that gives up on a unit (exceptions 10 and 11) does not speak for it.
                if !answer.as_ref().is_err_and(ReadError::silent) {
                    line.note_copies(&received);
                    if copies && context.fresh {
                        line.repeats(unit);
                    }
                    line.open.answered(unit, &self.read.request, answer.is_err());
                    line.last_answered = Some(self.request);
                }
                line.came(&received, Some(&self.request));
                let bytes = match &answer {
                    Ok(_) => timing::answer_bytes(&self.read.request),
                    Err(_) => timing::EXCEPTION_BYTES,
                };
                let mode = line.silence_mode(self.mode);
                line.silences.answer_ends(end, now, bytes, mode);
                answer
            }
            Outcome::Fault(fault) => {
                line.failed(unit, &received);
                let others = line.outstanding.keys().any(|key| *key != self.key());
                let only = !others && !line.trailing;
                if fault == Fault::Crc && only && self.request.damaged_in(&self.bare(&received)) {
                    // All of the answer has come, though damaged.
                    line.outstanding.remove(&self.key());
                } else if line.serial && !matches!(fault, Fault::Crc | Fault::Cut { .. }) {
                    // These may be pieces of another's answer: the request keeps its time from when it was sent.
                    line.outstanding.insert(self.key(), now + self.read.timeout);
                }
                Err(self.error(fault, &received))
            }
        }
    }

    /// What may come besides the answer, before the request is sent.
    fn context(&self, line: &LineState) -> Context {
        let ReadRequest { unit, request, .. } = self.read;
        Context {
            exceptions: self.marker || line.open.believes_exception(*unit, request.function),
            alone: !line.open.any(*unit),
            fresh: !line.open.is_open(*unit, request),
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
        let mut seen = Vec::new();
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
                match stream.discard(&mut seen).map_err(|e| self.broken(e))? {
                    0 => {
                        line.silence = line.silences.lasted(now);
                        line.note_copies(&seen);
                        line.came(&seen, None);
                        return Ok(());
                    }
                    arrived => arrived,
                }
            } else {
                let arrived = tokio::select! {
                    biased;
                    read = stream.read(&mut buffer) => read.map_err(|e| self.broken(e))?,
                    () = line.pause.wait(due - now) => continue,
                };
                seen.extend(buffer.iter().take(arrived));
                arrived
            };
            seen.truncate(DISCARDED_MAX);
            discarded += arrived;
            let now = line.now();
            line.silences.traffic_until(now);
            if let Some(until) = line.outstanding.get_mut(&key) {
                *until = (*until).max(now + self.read.timeout);
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
        if line.serial {
            line.outstanding.insert(self.key(), end + 2 * self.read.timeout);
        } else {
            line.open.sent(self.read.unit, &self.read.request, line.now());
        }
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
        (end, context): (Duration, Context),
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
                    let fault = self.fault(&self.new_in(received, line), context);
                    if until_gap && !(fault.answered() && context.alone) {
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
                let Heard { parsed, copies } = self.hear(&self.new_in(received, line), context);
                let answer = match parsed {
                    Parsed::Words(words) => Some(Ok(words)),
                    Parsed::Exception(code) => {
                        Some(Err(ReadError::Exception { unit: self.read.unit, code }))
                    }
                    // Either is a proof; an exception is the weaker one.
                    Parsed::Ambiguous if self.marker => {
                        Some(Err(ReadError::Exception { unit: self.read.unit, code: 0 }))
                    }
                    Parsed::Ambiguous => return Ok(Outcome::Fault(Fault::Ambiguous)),
                    Parsed::Incomplete(more) => {
                        bytes_min = (received.len() + more).min(RECEIVED_MAX);
                        None
                    }
                };
                if let Some(answer) = answer {
                    return Ok(Outcome::Answer { answer, copies });
                }
            }
            if line.now() >= deadline {
                let new = self.new_in(received, line);
                return Ok(Outcome::Fault(self.fault(&new, context)));
            }
        }
    }

    /// Looks for the answer in what was received as it is, and without heartbeats. The CRC decides.
    fn hear(&self, received: &[u8], context: Context) -> Heard {
        let heard = self.request.hear(received, context.exceptions);
        if self.heartbeat.is_empty() || heard.parsed == Parsed::Ambiguous {
            return heard;
        }
        let bare = self.request.hear(&self.bare(received), context.exceptions);
        match (&heard.parsed, &bare.parsed) {
            (Parsed::Incomplete(least), Parsed::Incomplete(more)) => {
                Heard { parsed: Parsed::Incomplete(*more.min(least)), copies: false }
            }
            (Parsed::Incomplete(_), _) | (_, Parsed::Ambiguous) => bare,
            _ => heard,
        }
    }

    /// Whether something came behind the answer.
    fn trailing_in(&self, received: &[u8], context: Context) -> bool {
        received.split_last().is_some_and(|(_, before)| {
            !matches!(self.hear(before, context).parsed, Parsed::Incomplete(_))
        })
    }

    /// What was received, without copies of earlier answers.
    fn new_in(&self, received: &[u8], line: &LineState) -> Vec<u8> {
        line.open.without_copies(self.read.unit, received, line.now())
    }

    /// What was received, without heartbeats.
    fn bare(&self, received: &[u8]) -> Vec<u8> {
        without(received, self.heartbeat)
    }

    fn fault(&self, received: &[u8], context: Context) -> Fault {
        match self.request.fault(&self.bare(received)) {
            // It may be the answer to an earlier request.
            Fault::Length { .. } if !context.alone => {
                Fault::Foreign { unit: self.read.unit, function: self.read.request.function.into() }
            }
            fault => fault,
        }
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
            Fault::Ambiguous => {
                ReadError::Foreign { unit, problem: words::two_answers(hex_dump(received)) }
            }
            Fault::Noise => ReadError::Noise {
                unit,
                problem: words::only_noise(Argument::of(timeout_ms), hex_dump(received)),
            },
        }
    }
}

/// What may come besides the answer.
#[derive(Clone, Copy)]
struct Context {
    /// An exception can only be the answer.
    exceptions: bool,
    /// No earlier request to the unit may still be answered.
    alone: bool,
    /// No earlier request of the same shape may.
    fresh: bool,
}

enum Outcome {
    /// `copies`: it came more than once.
    Answer {
        answer: ReadResult,
        copies: bool,
    },
    Fault(Fault),
}
