//! RTU frames: builds read requests and finds their answers. Pure; docs/decisions/0006 says why it is our own.
//!
//! *Invariant:* only the functions of [`Function`](crate::device::Function) can be requested, and they all read.

use super::timing::{ANSWER_BYTES, EXCEPTION_BYTES, REQUEST_BYTES, answer_bytes, data_bytes};
use crate::device::Request;

/// Bytes of the longest frame (Modbus over serial line V1.02, 2.5.1).
pub const FRAME_MAX: usize = 256;

/// Function code of an exception: that of the request with its top bit set (application protocol V1.1b3, 7).
const EXCEPTION: u8 = 0x80;

/// Received bytes that an error text shows: enough to recognise what they are.
const SHOWN_MAX: usize = 24;

/// A read request to one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtuRequest {
    pub unit: u8,
    pub request: Request,
}

/// What the bytes received so far contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// The answer: registers, or bits as words 0 and 1.
    Words(Vec<u16>),
    /// The unit refuses, with this exception code.
    Exception(u8),
    /// No answer yet: at least this many bytes are missing.
    Incomplete(usize),
    /// Two answers that differ: nobody can tell which one belongs to the request.
    Ambiguous,
}

/// What was heard since a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub parsed: Parsed,
    /// The answer came more than once.
    pub copies: bool,
}

/// Why the bytes received before the line fell silent are not an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There are none, or only an echo of the request.
    Silence,
    /// The unit answered the function with `got` bytes of data, another number than was asked for.
    Length { got: usize },
    /// An answer with a wrong CRC.
    Crc,
    /// An answer that stops after `got` of its `want` bytes.
    Cut { got: usize, want: usize },
    /// A whole frame, of this other unit or function.
    Foreign { unit: u8, function: u8 },
    /// Bytes that are not a frame.
    Noise,
    /// Two answers that differ.
    Ambiguous,
}

impl Fault {
    /// Whether the unit has answered, so that there is no use in waiting for more.
    pub fn answered(&self) -> bool {
        matches!(self, Self::Length { .. } | Self::Crc | Self::Cut { .. })
    }
}

/// The CRC of a frame as it is sent: low byte first (V1.02, 6.2.2).
pub fn crc(bytes: &[u8]) -> [u8; 2] {
    let crc = bytes.iter().fold(0xffff_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 }
        })
    });
    crc.to_le_bytes()
}

fn crc_matches(frame: &[u8]) -> bool {
    frame.split_last_chunk::<2>().is_some_and(|(body, sent)| crc(body) == *sent)
}

impl RtuRequest {
    pub fn frame(&self) -> [u8; REQUEST_BYTES] {
        let function = u8::from(self.request.function);
        let [a1, a0] = self.request.address.to_be_bytes();
        let [n1, n0] = self.request.count.to_be_bytes();
        let [c0, c1] = crc(&[self.unit, function, a1, a0, n1, n0]);
        [self.unit, function, a1, a0, n1, n0, c0, c1]
    }

    /// Looks for the answer in `bytes`, everything received since the request, as [`hear`](Self::hear) does.
    pub fn parse(&self, bytes: &[u8]) -> Parsed {
        self.hear(bytes, true).parsed
    }

    /// Looks for the answer in `bytes`, everything received since the request. It is found wherever it stands: noise,
    /// the echo of the request and whole frames of others around it are skipped, and the CRC alone decides. If more
    /// frames than one could be the answer and they differ, there is none. `exceptions` tells whether an exception can
    /// be the answer, or may be that to an earlier request.
    ///
    /// Bytes equal to the request are its echo and never an answer, though the answer to a request for 17 to 24 bits at
    /// an address of 0x03xx could look the same: a lost reading is better than a wrong one.
    pub fn hear(&self, bytes: &[u8], exceptions: bool) -> Heard {
        let echo = self.frame();
        let mut missing = EXCEPTION_BYTES;
        let mut found: Option<&[u8]> = None;
        let mut copies = false;
        let mut rest = bytes;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix(&echo) {
                rest = after;
                continue;
            }
            let passed = match self.fitting(rest, exceptions) {
                Some(Ok(frame)) => {
                    match found {
                        None => found = Some(frame),
                        Some(first) if first == frame => copies = true,
                        Some(_) => return Heard { parsed: Parsed::Ambiguous, copies: false },
                    }
                    frame.len()
                }
                Some(Err(more)) => {
                    missing = missing.min(more);
                    valid_frame(rest).map_or(1, <[u8]>::len)
                }
                None => valid_frame(rest).map_or(1, <[u8]>::len),
            };
            rest = rest.get(passed..).unwrap_or_default();
        }
        let parsed = found.map_or(Parsed::Incomplete(missing), |frame| self.meaning(frame));
        Heard { parsed, copies }
    }

    /// The answer's frame that `bytes` begin with, or how many bytes it still needs; `None` where they begin with no
    /// answer.
    fn fitting<'a>(&self, bytes: &'a [u8], exceptions: bool) -> Option<Result<&'a [u8], usize>> {
        let function = u8::from(self.request.function);
        if bytes.first() != Some(&self.unit) {
            return None;
        }
        let Some(second) = bytes.get(1) else {
            return Some(Err(EXCEPTION_BYTES - 1));
        };
        let expected = data_bytes(&self.request);
        let length = if *second == function {
            match bytes.get(2) {
                Some(count) if usize::from(*count) != expected => return None,
                _ => answer_bytes(&self.request),
            }
        } else if *second == function | EXCEPTION && exceptions {
            EXCEPTION_BYTES
        } else {
            return None;
        };
        let Some(frame) = bytes.get(..length) else {
            return Some(Err(length - bytes.len()));
        };
        crc_matches(frame).then_some(Ok(frame))
    }

    /// What a frame says that [`fitting`](Self::fitting) has found.
    fn meaning(&self, frame: &[u8]) -> Parsed {
        match frame {
            [_, function, code, ..] if function & EXCEPTION != 0 => Parsed::Exception(*code),
            [_, _, _, data @ .., _, _] => Parsed::Words(self.words(data)),
            _ => Parsed::Incomplete(EXCEPTION_BYTES),
        }
    }

    /// Whether `bytes` are all of an answer that was damaged on its way: as many as it has, of whose first three (unit,
    /// function, number of bytes) at least two are right. Noise of the same length is no answer, and what could be an
    /// exception could also be the end of another frame.
    pub fn damaged_in(&self, bytes: &[u8]) -> bool {
        let Ok(data) = u8::try_from(data_bytes(&self.request)) else {
            return false;
        };
        let head = [self.unit, self.request.function.into(), data];
        let bytes = self.outside_frames(bytes);
        let right = bytes.iter().zip(head).filter(|(got, right)| *got == right).count();
        bytes.len() == answer_bytes(&self.request) && right >= 2
    }

    /// What stands in `bytes` besides echoes and whole frames.
    fn outside_frames(&self, bytes: &[u8]) -> Vec<u8> {
        let echo = self.frame();
        let mut outside = Vec::new();
        let mut left = bytes;
        while let Some((first, after)) = left.split_first() {
            let frame = left.strip_prefix(&echo).or_else(|| {
                let frame = valid_frame(left)?;
                left.get(frame.len()..)
            });
            left = frame.unwrap_or_else(|| {
                outside.push(*first);
                after
            });
        }
        outside
    }

    fn words(&self, data: &[u8]) -> Vec<u16> {
        if self.request.function.bits() {
            let bits =
                data.iter().flat_map(|byte| (0..8).map(move |bit| u16::from(byte >> bit & 1)));
            bits.take(self.request.count.into()).collect()
        } else {
            let words = data.as_chunks::<2>().0;
            words.iter().map(|word| u16::from_be_bytes(*word)).collect()
        }
    }

    /// Why `bytes`, everything received since the request, are not an answer.
    pub fn fault(&self, bytes: &[u8]) -> Fault {
        let function = u8::from(self.request.function);
        let expected = answer_bytes(&self.request);
        let echo = self.frame();
        let mut foreign = None;
        // Bytes outside of any valid frame.
        let mut rest = Vec::new();
        let mut left = bytes;
        while let Some((first, after)) = left.split_first() {
            if let Some(after) = left.strip_prefix(&echo) {
                left = after;
                continue;
            }
            match valid_frame(left) {
                Some(frame) => {
                    let [unit, code] = [frame.first(), frame.get(1)].map(|b| *b.unwrap_or(&0));
                    if unit == self.unit && code == function && frame.len() != REQUEST_BYTES {
                        let got = frame.len() - ANSWER_BYTES;
                        return Fault::Length { got };
                    }
                    foreign = Some(Fault::Foreign { unit, function: code });
                    left = left.get(frame.len()..).unwrap_or_default();
                }
                None => {
                    rest.push(*first);
                    left = after;
                }
            }
        }
        for at in 0..rest.len() {
            let piece = rest.get(at..).unwrap_or_default();
            if piece.first() != Some(&self.unit) {
                continue;
            }
            let want = match piece.get(1) {
                Some(code) if *code == function => match piece.get(2) {
                    Some(count) if piece.len() >= ANSWER_BYTES + usize::from(*count) => {
                        return Fault::Crc;
                    }
                    _ => expected,
                },
                Some(code) if *code == function | EXCEPTION => EXCEPTION_BYTES,
                _ => continue,
            };
            return if piece.len() >= want {
                Fault::Crc
            } else {
                let got = piece.len();
                Fault::Cut { got, want }
            };
        }
        if rest.len() == expected {
            // As many bytes as the answer has, with its first two damaged as well.
            return Fault::Crc;
        }
        match foreign {
            Some(foreign) => foreign,
            None if rest.is_empty() => Fault::Silence,
            None => Fault::Noise,
        }
    }
}

/// The valid frame that `bytes` begin with, of any unit: an answer to a read, an exception, or the eight bytes of a
/// request or of an answer to a write.
fn valid_frame(bytes: &[u8]) -> Option<&[u8]> {
    let [unit, function, third, ..] = *bytes else {
        return None;
    };
    if !(1..=247).contains(&unit) {
        return None;
    }
    let with_length = |length: usize| bytes.get(..length).filter(|frame| crc_matches(frame));
    match function {
        1..=4 => {
            with_length(ANSWER_BYTES + usize::from(third)).or_else(|| with_length(REQUEST_BYTES))
        }
        5 | 6 | 15 | 16 => with_length(REQUEST_BYTES),
        0x81..=0x90 => with_length(EXCEPTION_BYTES),
        _ => None,
    }
}

/// The whole answers in `bytes`, of any unit.
pub fn answers(bytes: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut left = bytes;
    while !left.is_empty() {
        let frame = valid_frame(left);
        found.extend(frame.filter(|frame| frame.len() != REQUEST_BYTES));
        left = left.get(frame.map_or(1, <[u8]>::len)..).unwrap_or_default();
    }
    found
}

/// `bytes` with every `word` removed, unless `word` is empty.
pub fn without(bytes: &[u8], word: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut left = bytes;
    while let Some((first, after)) = left.split_first() {
        match left.strip_prefix(word) {
            Some(after) if !word.is_empty() => left = after,
            _ => {
                kept.push(*first);
                left = after;
            }
        }
    }
    kept
}

/// Bytes as people read them, `01 03 02`, shortened.
pub fn hex_dump(bytes: &[u8]) -> String {
    let shown: Vec<String> =
        bytes.iter().take(SHOWN_MAX).map(|byte| format!("{byte:02x}")).collect();
    let more = if bytes.len() > SHOWN_MAX { " …" } else { "" };
    shown.join(" ") + more
}

#[cfg(test)]
#[path = "rtu_tests.rs"]
mod tests;
