//! Annotated CSV, InfluxDB's answer to a Flux query. influxdb2's own reader panics at an unexpected cell.

use jiff::Timestamp;

use super::samples::{Sample, Tag, Tags};
use crate::locales::{Text, foreign, store as words};

#[derive(Default)]
pub(super) struct Annotated {
    /// The current table's columns and their names; empty before its header.
    columns: Vec<(Column, String)>,
    /// Tags of the last row: rows of a table have the same.
    tags: Tags,
}

enum Column {
    Error,
    Time,
    Value,
    Field,
    Tag(Tag),
    /// What is of no use here.
    Other,
}

impl Annotated {
    /// Reads a line, and passes its sample to `each`.
    ///
    /// # Errors
    /// The server reports that the query failed, the line is not valid, or `each` fails.
    pub fn line(
        &mut self,
        line: &[u8],
        each: &mut dyn FnMut(Sample<'_>) -> Result<(), Text>,
    ) -> Result<(), Text> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            // A table ends.
            self.columns.clear();
            return Ok(());
        }
        if line.starts_with(b"#") {
            return Ok(());
        }
        // To make a reader takes many times as long as to read a row, and nothing that this program writes is quoted.
        match std::str::from_utf8(line) {
            Ok(text) if !text.contains('"') => self.row(text.split(','), each),
            _ => self.row(cells(line)?.iter(), each),
        }
    }

    fn row<'a>(
        &mut self,
        cells: impl Iterator<Item = &'a str> + Clone,
        each: &mut dyn FnMut(Sample<'_>) -> Result<(), Text>,
    ) -> Result<(), Text> {
        if self.columns.is_empty() {
            self.columns = cells.map(|name| (Column::new(name), name.to_owned())).collect();
            self.tags = Tags::default();
            return Ok(());
        }
        let count = cells.clone().count();
        if count != self.columns.len() {
            return Err(words::cells_under_columns(count, self.columns.len()));
        }
        let (mut field, mut at, mut number) = ("", None, None);
        for ((column, _), cell) in self.columns.iter().zip(cells) {
            match column {
                Column::Error => return Err(foreign::said(cell)),
                Column::Time => {
                    let time: Result<Timestamp, _> = cell.parse();
                    at = Some(time.map_err(|_| words::no_time(format!("{cell:?}")))?);
                }
                Column::Value => {
                    let value: Result<f64, _> = cell.parse();
                    number = Some(value.map_err(|_| words::no_number(format!("{cell:?}")))?);
                }
                Column::Field => field = cell,
                Column::Tag(tag) => self.tags.set(*tag, cell),
                Column::Other => {}
            }
        }
        let (Some(at), Some(number)) = (at, number) else {
            let names: Vec<&str> = self.columns.iter().map(|(_, name)| name.as_str()).collect();
            return Err(words::row_without(format!("{names:?}")));
        };
        each(Sample { tags: &self.tags, field, at_ms: at.as_millisecond(), number })
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

fn cells(line: &[u8]) -> Result<csv::StringRecord, Text> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(_) => Ok(record),
        Err(error) => Err(foreign::csv(&error)),
    }
}
