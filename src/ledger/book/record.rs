//! The records of an .xls workbook (BIFF8). [MS-XLS] describes them; the numbers of its sections are beside the kinds.

use super::problems;
use crate::core::Problem;
use crate::locales::book as words;

// Kinds of records that are read.
pub(super) const BEGIN: u16 = 0x0809; // 2.4.21
pub(super) const END: u16 = 0x000A; // 2.4.103
pub(super) const CONTINUE: u16 = 0x003C; // 2.4.58
pub(super) const PASSWORD: u16 = 0x002F; // 2.4.117
pub(super) const DATE_MODE: u16 = 0x0022; // 2.4.77
pub(super) const FORMAT: u16 = 0x041E; // 2.4.126
pub(super) const FONT: u16 = 0x0031; // 2.4.122
pub(super) const STYLE: u16 = 0x00E0; // 2.4.353
pub(super) const SHEET: u16 = 0x0085; // 2.4.28
pub(super) const STRINGS: u16 = 0x00FC; // 2.4.265
pub(super) const NUMBER: u16 = 0x0203; // 2.4.180
pub(super) const SHORT_NUMBER: u16 = 0x027E; // 2.4.220
pub(super) const SHORT_NUMBERS: u16 = 0x00BD; // 2.4.175
pub(super) const SHARED_TEXT: u16 = 0x00FD; // 2.4.149
pub(super) const TEXT: u16 = 0x0204; // 2.4.148
pub(super) const RICH_TEXT: u16 = 0x00D6;
pub(super) const TRUTH_OR_ERROR: u16 = 0x0205; // 2.4.24
pub(super) const FORMULA: u16 = 0x0006; // 2.4.127
pub(super) const FORMULA_TEXT: u16 = 0x0207; // 2.4.268
pub(super) const MERGED: u16 = 0x00E5; // 2.4.168
pub(super) const ROW: u16 = 0x0208; // 2.4.221
pub(super) const COLUMNS: u16 = 0x007D; // 2.4.53
pub(super) const VIEW: u16 = 0x023E; // 2.4.346

/// Units of UTF-16 that are kept of a text: more than the characters that are kept.
const UNITS_MAX: usize = 2_048;

/// A record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub kind: u16,
    pub data: &'a [u8],
    /// Where the next one begins in the stream.
    pub next: usize,
}

/// The record at `at`.
pub(super) fn record(stream: &[u8], at: usize) -> Result<Record<'_>, Problem> {
    let head = stream.get(at..).unwrap_or_default();
    let kind = u16_at(head, 0)?;
    let begin = at + 4;
    let next = begin + usize::from(u16_at(head, 2)?);
    let data = stream.get(begin..next).ok_or_else(records_damaged)?;
    Ok(Record { kind, data, next })
}

/// The records of a sheet, without those of charts in it.
#[derive(Debug, Clone)]
pub(super) struct Records<'a> {
    stream: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Records<'a> {
    /// Those of the sheet that begins at `begin`.
    pub fn new(stream: &'a [u8], begin: usize) -> Result<Self, Problem> {
        let first = record(stream, begin)?;
        if first.kind != BEGIN {
            return Err(records_damaged());
        }
        Ok(Self { stream, at: first.next, depth: 1 })
    }

    /// The next one; `None` at the end of the sheet. `passed` is how many bytes may still be gone through.
    pub fn next(&mut self, passed: &mut usize) -> Result<Option<Record<'a>>, Problem> {
        while self.depth > 0 {
            let record = record(self.stream, self.at)?;
            *passed = passed.checked_sub(record.next - self.at).ok_or_else(records_damaged)?;
            self.at = record.next;
            match record.kind {
                BEGIN => self.depth += 1,
                END => self.depth -= 1,
                _ if self.depth == 1 => return Ok(Some(record)),
                _ => {}
            }
        }
        Ok(None)
    }
}

pub(super) fn records_damaged() -> Problem {
    problems::damaged(words::records_damaged())
}

pub(super) fn byte_at(data: &[u8], at: usize) -> Result<u8, Problem> {
    data.get(at).copied().ok_or_else(records_damaged)
}

pub(super) fn u16_at(data: &[u8], at: usize) -> Result<u16, Problem> {
    Ok(u16::from_le_bytes(array(data, at)?))
}

pub(super) fn u32_at(data: &[u8], at: usize) -> Result<u32, Problem> {
    Ok(u32::from_le_bytes(array(data, at)?))
}

pub(super) fn f64_at(data: &[u8], at: usize) -> Result<f64, Problem> {
    Ok(f64::from_le_bytes(array(data, at)?))
}

fn array<const N: usize>(data: &[u8], at: usize) -> Result<[u8; N], Problem> {
    let bytes = data.get(at..at + N).and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(records_damaged)
}

/// A number in four bytes (2.5.217): a whole number or the first half of a long one, perhaps in hundredths.
pub(super) fn short_number(bits: u32) -> f64 {
    let value = match bits & 2 {
        0 => f64::from_bits(u64::from(bits & !3) << 32),
        _ => f64::from((bits as i32) >> 2),
    };
    if bits & 1 == 1 { value / 100.0 } else { value }
}

/// Data that goes on over several records.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    pieces: Vec<&'a [u8]>,
    piece: usize,
    at: usize,
}

impl<'a> Pieces<'a> {
    pub fn new(pieces: Vec<&'a [u8]>) -> Self {
        Self { pieces, piece: 0, at: 0 }
    }

    /// What is left of the present piece.
    fn rest(&self) -> &'a [u8] {
        self.pieces.get(self.piece).and_then(|piece| piece.get(self.at..)).unwrap_or_default()
    }

    /// Goes to the next piece at the end of one. `true` if it did.
    fn turn(&mut self) -> Result<bool, Problem> {
        let mut turned = false;
        while self.rest().is_empty() {
            self.piece += 1;
            self.at = 0;
            turned = true;
            if self.piece >= self.pieces.len() {
                return Err(records_damaged());
            }
        }
        Ok(turned)
    }

    fn byte(&mut self) -> Result<u8, Problem> {
        self.turn()?;
        let byte = byte_at(self.rest(), 0)?;
        self.at += 1;
        Ok(byte)
    }

    pub fn u16(&mut self) -> Result<u16, Problem> {
        Ok(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    pub fn u32(&mut self) -> Result<u32, Problem> {
        let (low, high) = (self.u16()?, self.u16()?);
        Ok(u32::from(high) << 16 | u32::from(low))
    }

    fn skip(&mut self, mut count: usize) -> Result<(), Problem> {
        while count > 0 {
            self.turn()?;
            let step = self.rest().len().min(count);
            self.at += step;
            count -= step;
        }
        Ok(())
    }

    /// A text with the number of its characters in two bytes (2.5.293 and 2.5.294).
    pub fn text(&mut self) -> Result<String, Problem> {
        let length = usize::from(self.u16()?);
        self.text_of(length)
    }

    /// A text with the number of its characters in one byte (2.5.240).
    pub fn short_text(&mut self) -> Result<String, Problem> {
        let length = usize::from(self.byte()?);
        self.text_of(length)
    }

    fn text_of(&mut self, mut length: usize) -> Result<String, Problem> {
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { usize::from(self.u16()?) } else { 0 };
        let spoken = if flags & 4 != 0 { self.u32()? as usize } else { 0 };
        let mut wide = flags & 1 != 0;
        let mut units = Vec::with_capacity(length.min(UNITS_MAX));
        while length > 0 {
            // Where the characters go on in another record, it tells anew how wide they are.
            if self.turn()? {
                wide = self.byte()? & 1 != 0;
                continue;
            }
            let rest = self.rest();
            let width = if wide { 2 } else { 1 };
            let count = (rest.len() / width).min(length);
            if count == 0 {
                return Err(records_damaged());
            }
            let kept = rest.chunks_exact(width).take(count.min(UNITS_MAX - units.len()));
            units.extend(kept.map(|unit| match unit {
                [low, high] => u16::from_le_bytes([*low, *high]),
                [low, ..] => u16::from(*low),
                [] => 0,
            }));
            self.at += count * width;
            length -= count;
        }
        self.skip(runs * 4)?;
        self.skip(spoken)?;
        Ok(String::from_utf16_lossy(&units))
    }
}
