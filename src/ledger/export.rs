//! Writes the ledger as a table: the office works on it in Excel, and the importer reads it again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};

use super::columns::{COLUMNS, Column, EXPORT_ONLY};
use super::visible::visible;
use crate::account::Entry;
use crate::locales::Lang;
use crate::water::Township;

/// The sheet of the rows.
pub(super) const SHEET: &str = "台账";

/// What stands in the column of withdrawals of a workbook.
const WITHDRAWN: &str = "是";

/// What lets Excel know that a CSV file is in UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What makes a spreadsheet run the text of a cell of CSV, in full width, too; see OWASP, CSV Injection.
const RUN: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// What stands before such a text, so that it is not run.
const MARK: char = '\'';

/// Whether a text, without the marks before it, is one that a spreadsheet runs: such a text gets a mark in CSV, and one
/// mark before such a text is taken off when it is read.
fn is_run(text: &str) -> bool {
    text.trim_start_matches(MARK).starts_with(RUN)
}

/// A text of a CSV file without the mark that [`is_run`] puts before it.
pub(super) fn unmarked(text: &str) -> &str {
    text.strip_prefix(MARK).filter(|rest| is_run(rest)).unwrap_or(text)
}

enum Cell {
    Text(String),
    Number(f64),
    Row(Option<i64>),
    Day(Date),
    Time(Timestamp),
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(value) => value.to_string(),
            Self::Row(row) => row.map_or(String::new(), |row| row.to_string()),
            Self::Day(day) => day.to_string(),
            Self::Time(at) => at.to_string(),
        }
    }

    /// As CSV has it: a text that a spreadsheet would run stands behind a mark, which the importer takes off again.
    fn in_csv(&self) -> String {
        match self {
            Self::Text(text) if is_run(text) => format!("{MARK}{text}"),
            _ => self.text(),
        }
    }
}

fn columns() -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().chain(&EXPORT_ONLY)
}

/// The row that supersedes each superseded row.
fn superseded(all: &[Entry]) -> BTreeMap<i64, i64> {
    all.iter().filter_map(|e| Some((e.supersedes?, e.id))).collect()
}

/// The cells of [`columns`], with Chinese names if `names` is given, otherwise with ids.
fn cells(entry: &Entry, superseded: &BTreeMap<i64, i64>, names: Option<&Township>) -> [Cell; 17] {
    let code = match names {
        Some(_) => entry.code.name().within(Lang::Chinese),
        None => entry.code.id().to_owned(),
    };
    let village =
        entry.village.as_ref().map(|id| names.map_or(id.as_str(), |t| t.village_name(id)));
    let crop = entry.crop.as_ref().map(|id| names.map_or(id.as_str(), |t| t.crop_name(id)));
    let text = |text: Option<&str>| Cell::Text(visible(text.unwrap_or_default()).into_owned());
    [
        Cell::Text(code),
        Cell::Number(entry.value),
        text(Some(entry.code.unit())),
        Cell::Day(entry.from),
        Cell::Day(entry.to),
        text(village),
        text(crop),
        text(entry.work.as_deref()),
        text(Some(&entry.document)),
        text(Some(&entry.entered_by)),
        Cell::Time(entry.entered_at),
        text(Some(&entry.reason)),
        Cell::Row(entry.supersedes),
        Cell::Row(Some(entry.id)),
        text(entry.reviewed_by.as_deref()),
        Cell::Row(superseded.get(&entry.id).copied()),
        text(entry.withdrawn.then_some(if names.is_some() { WITHDRAWN } else { "yes" })),
    ]
}

/// `entries` as CSV with ids, for programs, and with the mark by which spreadsheets know it. A row of `all` may
/// supersede another; `entries` need not contain both.
pub fn to_csv(entries: &[Entry], all: &[Entry]) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    writer.write_record(columns().map(|column| column.id))?;
    let superseded = superseded(all);
    for entry in entries {
        writer.write_record(cells(entry, &superseded, None).map(|cell| cell.in_csv()))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `entries` as an Excel workbook with Chinese heads and names, real numbers and real dates. `all` as in [`to_csv`].
pub fn to_workbook(
    entries: &[Entry],
    all: &[Entry],
    township: &Township,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(SHEET)?;
    let head = Format::new().set_bold();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let zone = TimeZone::get(&township.zone).unwrap_or(TimeZone::UTC);
    let superseded = superseded(all);
    for (number, column) in (0..).zip(columns()) {
        sheet.write_with_format(0, number, column.names[0], &head)?;
        sheet.set_column_width(number, column.width)?;
    }
    for (row, entry) in (1..).zip(entries) {
        for (column, cell) in (0..).zip(cells(entry, &superseded, Some(township))) {
            let date = match cell {
                Cell::Day(at) => excel_date(at.into()).map(|at| (at, &day)),
                Cell::Time(at) => local(at, &zone).and_then(excel_date).map(|at| (at, &time)),
                _ => None,
            };
            match (&cell, date) {
                (_, Some((at, format))) => sheet.write_with_format(row, column, &at, format)?,
                (Cell::Number(value), _) => sheet.write(row, column, *value)?,
                (Cell::Row(Some(id)), _) => sheet.write(row, column, *id as f64)?,
                _ if cell.text().is_empty() => sheet,
                _ => sheet.write(row, column, cell.text())?,
            };
        }
    }
    let last = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, last, 16)?;
    sheet.set_freeze_panes(1, 1)?;
    book.save_to_buffer()
}

/// The local time of `at`; `None` if the clock shows that time twice, because it could not be read back.
fn local(at: Timestamp, zone: &TimeZone) -> Option<DateTime> {
    let shown = at.to_zoned_datetime(zone.clone()).datetime();
    let back = zone.to_ambiguous_zoned_datetime(shown).unambiguous();
    back.is_ok().then_some(shown)
}

/// A date of Excel; `None` before 1900, which Excel does not support, so that the cell becomes text.
fn excel_date(at: DateTime) -> Option<ExcelDateTime> {
    let part = |number: i8| number.unsigned_abs();
    let year = u16::try_from(at.year()).ok().filter(|year| *year >= 1900)?;
    let day = ExcelDateTime::from_ymd(year, part(at.month()), part(at.day())).ok()?;
    let milli = at.millisecond().unsigned_abs();
    day.and_hms_milli(part(at.hour()).into(), part(at.minute()), part(at.second()), milli).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_a_spreadsheet_runs_gets_one_mark_more_than_it_has() {
        let in_csv = |text: &str| Cell::Text(text.into()).in_csv();
        for run in ["=1+1", "'=1+1", "''-3", "@a", "\ta", "＝1+1", "'＋1", "－", "＠a"] {
            assert_eq!(in_csv(run), format!("'{run}"));
        }
        for plain in ["", "'", "''", "'a", "a=1", " =1", "1-2", "票据－3"] {
            assert_eq!(in_csv(plain), plain);
        }
        assert_eq!(Cell::Number(-1.0).in_csv(), "-1");
    }
}
