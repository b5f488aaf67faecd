//! Annotated CSV, InfluxDB's answer to a Flux query. influxdb2's own reader panics at an unexpected cell.

use std::io::Read;

use jiff::Timestamp;

use super::samples::{Block, Point, Tag, Tags};
use crate::locales::{Text, foreign, store as words};

/// Samples passed on together: a few hundred kilobytes. Engineering judgement.
const POINTS_EACH: usize = 10_000;

/// Longest row whose cells hold line ends. Only a server's errors have such cells. Engineering judgement.
const ROW_MAX: usize = 1 << 20;

/// An answer while it is read.
#[derive(Default)]
pub(super) struct Annotated {
    /// The current table's columns and their names; empty before its header.
    columns: Vec<(Column, String)>,
    /// How many columns there are up to time and value, where those after them say whose the row is.
    head: Option<usize>,
    /// What followed these columns in the last row: mostly, the next row has the same.
    tail: Vec<u8>,
    /// Of the samples that wait.
    tags: Tags,
    field: String,
    points: Vec<Point>,
    times: Times,
    /// A row that goes on in the next line, since a cell holds the end of a line.
    open: Vec<u8>,
    quoted: Option<Quoted>,
}

#[derive(Clone, Copy)]
enum Column {
    Error,
    Time,
    Value,
    Field,
    Tag(Tag),
    /// What is of no use here.
    Other,
}

/// What samples are passed to.
pub(super) type Each<'a> = &'a mut dyn FnMut(Block<'_>) -> Result<(), Text>;

impl Annotated {
    /// Reads a line, and passes its samples to `each` together with others.
    ///
    /// # Errors
    /// The server reports that the query failed, the line is not valid, or `each` fails.
    pub fn line(&mut self, line: &[u8], each: Each<'_>) -> Result<(), Text> {
        let is_quoted = line.contains(&b'"');
        if is_quoted || !self.open.is_empty() {
            return self.quoted_line(line, each);
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return self.end_table(each);
        }
        if line.starts_with(b"#") || self.like_the_last(line, each)? {
            return Ok(());
        }
        match std::str::from_utf8(line) {
            Ok(text) => self.row(text.split(','), each),
            Err(_) => self.quoted_row(line, each),
        }
    }

    /// Passes on what is left at the end of the answer.
    ///
    /// # Errors
    /// The answer ends within a row, or `each` fails.
    pub fn end(&mut self, each: Each<'_>) -> Result<(), Text> {
        if self.open.is_empty() { self.end_table(each) } else { Err(words::torn_row()) }
    }

    fn end_table(&mut self, each: Each<'_>) -> Result<(), Text> {
        self.flush(each)?;
        self.columns.clear();
        self.head = None;
        Ok(())
    }

    fn flush(&mut self, each: Each<'_>) -> Result<(), Text> {
        if self.points.is_empty() {
            return Ok(());
        }
        let passed = each(Block { tags: &self.tags, field: &self.field, points: &self.points });
        self.points.clear();
        passed
    }

    /// Reads a row that differs from the last one in time and value only; false where it is another.
    fn like_the_last(&mut self, line: &[u8], each: Each<'_>) -> Result<bool, Text> {
        let Some(head) = self.head.filter(|_| !self.points.is_empty()) else { return Ok(false) };
        let mut cells = line.splitn(head + 1, |byte| *byte == b',');
        let (mut at_ms, mut number) = (None, None);
        for (column, _) in self.columns.iter().take(head) {
            let cell = cells.next().and_then(|cell| std::str::from_utf8(cell).ok());
            match (column, cell) {
                (_, None) => return Ok(false),
                (Column::Time, Some(cell)) => at_ms = self.times.read(cell),
                (Column::Value, Some(cell)) => number = cell.parse().ok(),
                _ => {}
            }
        }
        // What cannot be read is told by whoever reads the whole row.
        let (Some(at_ms), Some(number)) = (at_ms, number) else { return Ok(false) };
        if cells.next() != Some(self.tail.as_slice()) {
            return Ok(false);
        }
        self.points.push(Point { at_ms, number });
        if self.points.len() >= POINTS_EACH {
            // The tail is compared only while there are points: the next row is read whole.
            self.flush(each)?;
        }
        Ok(true)
    }

    fn header<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        self.columns = cells.map(|name| (Column::new(name), name.to_owned())).collect();
        let last = |wanted: fn(&Column) -> bool| self.columns.iter().rposition(|(c, _)| wanted(c));
        let first = |wanted: fn(&Column) -> bool| self.columns.iter().position(|(c, _)| wanted(c));
        let measured =
            last(|c| matches!(c, Column::Time)).zip(last(|c| matches!(c, Column::Value)));
        let of_table = first(|c| matches!(c, Column::Field | Column::Tag(_)));
        let error = first(|c| matches!(c, Column::Error));
        self.head = measured
            .map(|(time, value)| time.max(value) + 1)
            .filter(|head| of_table.is_some_and(|of_table| of_table >= *head) && error.is_none());
        self.tags = Tags::default();
    }

    fn row<'a>(
        &mut self,
        cells: impl Iterator<Item = &'a str> + Clone,
        each: Each<'_>,
    ) -> Result<(), Text> {
        if self.columns.is_empty() {
            self.header(cells);
            return Ok(());
        }
        self.flush(each)?;
        let count = cells.clone().count();
        if count != self.columns.len() {
            return Err(words::cells_under_columns(count, self.columns.len()));
        }
        let (mut at, mut number) = (None, None);
        self.field.clear();
        self.tail.clear();
        for (place, ((column, _), cell)) in self.columns.iter().zip(cells).enumerate() {
            if let Some(head) = self.head.filter(|head| *head <= place) {
                self.tail.extend_from_slice(if place > head { b"," } else { b"" });
                self.tail.extend_from_slice(cell.as_bytes());
            }
            match column {
                Column::Error => return Err(foreign::said(cell)),
                Column::Time => {
                    let time = self.times.read(cell);
                    at = Some(time.ok_or_else(|| words::no_time(format!("{cell:?}")))?);
                }
                Column::Value => {
                    let value: Result<f64, _> = cell.parse();
                    number = Some(value.map_err(|_| words::no_number(format!("{cell:?}")))?);
                }
                Column::Field => self.field.push_str(cell),
                Column::Tag(tag) => self.tags.set(*tag, cell),
                Column::Other => {}
            }
        }
        let (Some(at_ms), Some(number)) = (at, number) else {
            let names: Vec<&str> = self.columns.iter().map(|(_, name)| name.as_str()).collect();
            return Err(words::row_without(format!("{names:?}")));
        };
        self.points.push(Point { at_ms, number });
        Ok(())
    }

    /// Reads a line with quotes, or one within a cell that began before.
    fn quoted_line(&mut self, line: &[u8], each: Each<'_>) -> Result<(), Text> {
        let goes_on = !self.open.is_empty();
        if !goes_on && line.starts_with(b"#") {
            return Ok(());
        }
        let mut row = std::mem::take(&mut self.open);
        if goes_on {
            row.push(b'\n');
        }
        row.extend_from_slice(line);
        if row.len() > ROW_MAX {
            return Err(words::line_too_long(ROW_MAX));
        }
        // A quote within a cell is doubled: an odd one begins or ends a cell.
        let is_odd = line.iter().filter(|byte| **byte == b'"').count() % 2 == 1;
        if goes_on != is_odd {
            self.open = row;
            return Ok(());
        }
        self.quoted_row(row.strip_suffix(b"\r").unwrap_or(&row), each)
    }

    fn quoted_row(&mut self, row: &[u8], each: Each<'_>) -> Result<(), Text> {
        let mut quoted = self.quoted.take().unwrap_or_else(Quoted::new);
        let read = quoted.read(row).and_then(|record| self.row(record.iter(), each));
        self.quoted = Some(quoted);
        read?;
        // Its text is not that of its cells: the next row is read whole.
        self.flush(each)
    }
}

impl Column {
    fn new(name: &str) -> Self {
        match name {
            "error" => Self::Error,
            "_time" => Self::Time,
            "_value" => Self::Value,
            "_field" => Self::Field,
            name => Tag::named(name).map_or(Self::Other, Self::Tag),
        }
    }
}

/// Reads times. Of rows one after the other, the day is mostly the same.
#[derive(Default)]
struct Times {
    /// `2022-08-01T`.
    day: Vec<u8>,
    day_ms: i64,
}

impl Times {
    /// The time in a cell, ms; `None` where it is none.
    fn read(&mut self, cell: &str) -> Option<i64> {
        if let Some((day, rest)) = cell.as_bytes().split_at_checked(DAY_LENGTH)
            && let Some(ms) = clock_ms(rest)
        {
            if day == self.day {
                return Some(self.day_ms + ms);
            }
            let start: Timestamp = format!("{}00:00:00Z", cell.get(..DAY_LENGTH)?).parse().ok()?;
            self.day = day.to_vec();
            self.day_ms = start.as_millisecond();
            return Some(self.day_ms + ms);
        }
        let time: Timestamp = cell.parse().ok()?;
        Some(time.as_millisecond())
    }
}

const DAY_LENGTH: usize = "2022-08-01T".len();

/// Milliseconds of a time of day in UTC, such as `00:00:01.25Z`; `None` where it has another form.
fn clock_ms(text: &[u8]) -> Option<i64> {
    let two = |tens: u8, ones: u8, most: i64| {
        let is_number = tens.is_ascii_digit() && ones.is_ascii_digit();
        let number = i64::from(tens.wrapping_sub(b'0')) * 10 + i64::from(ones.wrapping_sub(b'0'));
        (is_number && number <= most).then_some(number)
    };
    let [h, hh, b':', m, mm, b':', s, ss, fraction @ .., b'Z'] = text else { return None };
    let (hours, minutes, seconds) = (two(*h, *hh, 23)?, two(*m, *mm, 59)?, two(*s, *ss, 59)?);
    let whole = ((hours * 60 + minutes) * 60 + seconds) * 1000;
    let Some((point, digits)) = fraction.split_first() else { return Some(whole) };
    let is_fraction = *point == b'.' && (1..=3).contains(&digits.len());
    if !is_fraction || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = digits.iter().fold(0, |all, digit| all * 10 + i64::from(digit - b'0'));
    Some(whole + number * [100, 10, 1].get(digits.len() - 1)?)
}

/// One reader of CSV for all rows that hold quotes: to make one takes many times as long as to read a row.
struct Quoted {
    reader: csv::Reader<Given>,
    record: csv::StringRecord,
    /// Bytes of all rows so far.
    given: u64,
}

/// Bytes that are given to a reader from outside.
#[derive(Default)]
struct Given {
    bytes: Vec<u8>,
    read: usize,
}

impl Read for Given {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let mut rest = self.bytes.get(self.read..).unwrap_or_default();
        let count = rest.read(into)?;
        self.read += count;
        Ok(count)
    }
}

impl Quoted {
    fn new() -> Self {
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).terminator(csv::Terminator::Any(b'\n'));
        let reader = builder.from_reader(Given::default());
        Self { reader, record: csv::StringRecord::new(), given: 0 }
    }

    /// The cells of a row.
    fn read(&mut self, row: &[u8]) -> Result<&csv::StringRecord, Text> {
        let given = self.reader.get_mut();
        given.bytes.clear();
        given.bytes.extend_from_slice(row);
        given.bytes.push(b'\n');
        given.read = 0;
        self.given += given.bytes.len() as u64;
        let problem = match self.reader.read_record(&mut self.record) {
            Ok(_) if self.reader.position().byte() == self.given => return Ok(&self.record),
            Ok(_) => words::torn_row(),
            Err(error) => foreign::csv(&error),
        };
        // It may hold the rest of the row.
        *self = Self::new();
        Err(problem)
    }
}
