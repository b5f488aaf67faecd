//! Annotated CSV, InfluxDB's answer to a Flux query. influxdb2's own reader panics at an unexpected cell.

use jiff::Timestamp;

use super::samples::{Sample, Tags};
use crate::locales::{Text, foreign, store as words};

#[derive(Default)]
pub(super) struct Annotated {
    /// Names of the current table's columns; empty before its header.
    columns: Vec<String>,
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
        let cells = cells(line)?;
        if self.columns.is_empty() {
            self.columns = cells.iter().map(str::to_owned).collect();
            return Ok(());
        }
        if cells.len() != self.columns.len() {
            return Err(words::cells_under_columns(cells.len(), self.columns.len()));
        }
        let (mut tags, mut field, mut at, mut number) = (Tags::default(), "", None, None);
        for (name, cell) in self.columns.iter().zip(&cells) {
            match name.as_str() {
                "error" => return Err(foreign::said(cell)),
                "_time" => {
                    let time: Result<Timestamp, _> = cell.parse();
                    at = Some(time.map_err(|_| words::no_time(format!("{cell:?}")))?);
                }
                "_value" => {
                    let value: Result<f64, _> = cell.parse();
                    number = Some(value.map_err(|_| words::no_number(format!("{cell:?}")))?);
                }
                "_field" => field = cell,
                name => tags.set(name, cell),
            }
        }
        let (Some(at), Some(number)) = (at, number) else {
            return Err(words::row_without(format!("{:?}", self.columns)));
        };
        each(Sample { tags: &tags, field, at_ms: at.as_millisecond(), number })
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
