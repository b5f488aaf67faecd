//! Readings as CSV, in UTF-8 with a byte order mark so that spreadsheets recognise Chinese text.

use std::io::{BufRead, Read, Write};

use ::csv::{ByteRecord, ReaderBuilder, Terminator, WriterBuilder};
use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::format::{Item, Sink};
use super::row::{COLUMNS, CellError, RawRow, Row, locate, registers_text, wrong};
use crate::core::Reading;
use crate::locales::{foreign, transfer as words};
use crate::wire::CounterSpec;

/// UTF-8's byte order mark.
pub const MARK: &[u8] = b"\xef\xbb\xbf";

/// Largest row that is read, bytes: a hundred times what one needs.
const ROW_MAX: usize = 64 * 1024;

/// The line before the rows.
pub fn header() -> Vec<u8> {
    let mut header = MARK.to_vec();
    header.extend_from_slice(COLUMNS.join(",").as_bytes());
    header.extend_from_slice(b"\r\n");
    header
}

/// Writes `readings`, with local times of `zone`.
pub fn write(
    out: impl Write,
    readings: &[Reading],
    counter: &dyn Fn(&Reading) -> Option<CounterSpec>,
    zone: &TimeZone,
) -> anyhow::Result<()> {
    // As spreadsheets write it.
    let mut rows = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    for reading in readings {
        let parameter = reading.series.parameter;
        let counter = counter(reading);
        let number = |value: Option<f64>| value.map(number).unwrap_or_default();
        rows.write_record([
            reading.series.station.as_str(),
            parameter.id(),
            parameter.spec().unit.symbol(),
            &local(reading.observed_at, zone),
            &number(reading.value()),
            &u8::from(reading.flag).to_string(),
            reading.reason.map_or("", |reason| reason.id()),
            &registers_text(&reading.raw),
            &number(counter.and_then(|counter| counter.modulus)),
            &number(counter.and_then(|counter| counter.max_rate_per_hour)),
        ])
        .map_err(said)?;
    }
    Ok(rows.flush()?)
}

/// The system's errors as they are, the rest in words.
fn said(error: ::csv::Error) -> anyhow::Error {
    let words = foreign::csv(&error);
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => anyhow::Error::new(error),
        _ => anyhow::Error::msg(words),
    }
}

/// RFC 3339 with the offset of `zone`, to the millisecond.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    let offset = zone.to_offset(at);
    format!("{:.3}", at.display_with_offset(offset))
}

/// The shortest text that reads back as the same number, to the last bit.
fn number(value: f64) -> String {
    /// Outside this range a number is easier to read with an exponent.
    const PLAIN: std::ops::Range<f64> = 1e-5..1e15;
    if value == 0.0 || PLAIN.contains(&value.abs()) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

/// Hands each row to `sink`, with the number of its line.
pub fn read(mut file: impl BufRead, sink: &mut Sink<'_>) -> anyhow::Result<()> {
    // Csv counts the lines right where an LF ends them; CR alone comes from a Macintosh of old.
    let lines = file.fill_buf()?.contains(&b'\n');
    let terminator = if lines { Terminator::Any(b'\n') } else { Terminator::CRLF };
    // With an end for the last line, each record ends one line above the reader's position.
    let file = Bounded::new(file.chain(&b"\n"[..]));
    let mut rows = ReaderBuilder::new().flexible(true).terminator(terminator).from_reader(file);
    let header = rows.byte_headers().map_err(said)?.clone();
    let named = |cell: &[u8], name: &str| cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
    let places = locate(|name| header.iter().position(|cell| named(cell, name)));
    let places = places.with_context(|| words::line(1))?;
    let mut record = ByteRecord::new();
    loop {
        let line = rows.position().line();
        match rows.read_byte_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) => return Err(said(error).context(words::line_unreadable(line))),
        }
        if record.len() == 1 && record[0].trim_ascii().is_empty() {
            continue;
        }
        let within = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        // A quoted cell that nothing ends takes that last end.
        let line = line.max(rows.position().line().saturating_sub(1 + within));
        sink(line, row(&record, header.len(), places).map(Item::Row))?;
    }
}

/// The row of a record that should have this many `cells`, with the columns in these `places`.
fn row(
    record: &ByteRecord,
    cells: usize,
    places: [Option<usize>; COLUMNS.len()],
) -> Result<Row, Box<CellError>> {
    if record.len() != cells {
        let found = words::cells_found(record.len());
        return Err(wrong("row", found, words::cells_of_head(cells)));
    }
    let mut texts = [""; COLUMNS.len()];
    for ((text, place), column) in texts.iter_mut().zip(places).zip(COLUMNS) {
        let cell = place.and_then(|place| record.get(place)).unwrap_or(b"");
        *text = std::str::from_utf8(cell)
            .map_err(|_| wrong(column, String::from_utf8_lossy(cell), words::utf8_table()))?
            .trim();
    }
    let [station, parameter, unit, at, value, flag, reason, raw, modulus, rate] = texts;
    let optional = |column, text: &str| match text.parse() {
        _ if text.is_empty() => Ok(None),
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(wrong(column, text, words::number_or_empty())),
    };
    let time: Timestamp =
        at.parse().map_err(|_| wrong("observed_at", at, words::time_with_offset()))?;
    if time.subsec_nanosecond() % 1_000_000 != 0 {
        return Err(wrong("observed_at", at, words::time_to_the_millisecond()));
    }
    RawRow {
        station,
        parameter,
        unit,
        at_ms: time.as_millisecond(),
        value: optional("value", value)?,
        flag: flag.parse().map_err(|_| wrong("flag", flag, words::flag_codes()))?,
        reason,
        raw,
        modulus: optional("modulus", modulus)?,
        max_rate_per_hour: optional("max_rate_per_hour", rate)?,
    }
    .check()
}

/// A file that may not have lines longer than [`ROW_MAX`]: something that is not CSV must not fill the memory.
struct Bounded<R> {
    file: R,
    since_line: usize,
}

impl<R> Bounded<R> {
    fn new(file: R) -> Self {
        Self { file, since_line: 0 }
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(into)?;
        let piece = &into[..read];
        self.since_line = match piece.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => read - end - 1,
            None => self.since_line + read,
        };
        if self.since_line > ROW_MAX {
            return Err(std::io::Error::other(String::from(words::not_a_table(ROW_MAX))));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_number_reads_back_to_the_last_bit(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let text = number(value);
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), bits, "{}", text);
        }
    }

    #[test]
    fn numbers_are_written_for_people() {
        for (value, text) in [
            (98.0, "98"),
            (-0.0, "-0"),
            (0.00001, "0.00001"),
            (1e-7, "1e-7"),
            (-123456.789, "-123456.789"),
            (1e15, "1e15"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
