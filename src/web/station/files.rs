//! What is shown as CSV and as an Excel workbook. Text never begins as a formula does (CWE-1236).

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::facts::StationFacts;
use super::lists::{self, registers};
use super::table::Row;
use super::units;
use crate::core::{ChartPoint, Correction, CorrectionKind};
use crate::locales::page_station as words;

/// By which Excel and WPS know that a text is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A cell.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Text(String),
    Number(f64),
    Time(Timestamp),
    Empty,
}

fn text(words: impl ToString) -> Cell {
    match words.to_string() {
        words if words.is_empty() => Cell::Empty,
        words => Cell::Text(words),
    }
}

fn number(of: Option<f64>) -> Cell {
    of.filter(|of| of.is_finite()).map_or(Cell::Empty, Cell::Number)
}

/// Whether a program of tables would take it for a formula or a command (OWASP, CSV Injection).
fn is_formula(words: &str) -> bool {
    words.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

/// The heads of values, in the language that is spoken.
fn heads() -> Vec<String> {
    let heads = [
        words::head_time(),
        words::head_machine_time(),
        words::head_parameter(),
        words::head_unit(),
        words::head_mean(),
        words::head_lowest(),
        words::head_highest(),
        words::head_counted(),
        words::head_suspect(),
        words::head_raw_mean(),
        words::head_raw_lowest(),
        words::head_raw_highest(),
        words::head_storage(),
        words::head_growth(),
        words::head_since(),
    ];
    heads.map(String::from).into()
}

fn cells(row: &Row) -> Vec<Cell> {
    let of = |point: Option<ChartPoint>, part: fn(ChartPoint) -> f64| number(point.map(part));
    let count = |part: fn(ChartPoint) -> u32| number(row.values.map(|p| f64::from(part(p))));
    vec![
        Cell::Time(row.at),
        text(row.at),
        text(row.name()),
        text(units::unit_words(row.parameter.spec().unit)),
        of(row.values, |p| p.mean),
        of(row.values, |p| p.min),
        of(row.values, |p| p.max),
        count(|p| p.counted),
        count(|p| p.suspect),
        of(row.raw, |p| p.mean),
        of(row.raw, |p| p.min),
        of(row.raw, |p| p.max),
        number(row.storage_m3),
        number(row.growth),
        row.since.map_or(Cell::Empty, Cell::Time),
    ]
}

/// `rows` as CSV (RFC 4180) in UTF-8 with a byte order mark, in the language that is spoken.
pub(super) fn csv(rows: &[Row], zone: &TimeZone) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    writer.write_record(heads())?;
    for row in rows {
        writer.write_record(cells(row).into_iter().map(|cell| in_csv(cell, zone)))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn in_csv(cell: Cell, zone: &TimeZone) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Number(of) => of.to_string(),
        Cell::Time(at) => zone.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Cell::Text(words) if is_formula(&words) => format!("'{words}"),
        Cell::Text(words) => words,
    }
}

/// How cells are written.
struct Formats {
    head: Format,
    time: Format,
    quoted: Format,
}

/// `rows`, the corrections and the flagged readings as a workbook, in the language that is spoken.
pub(super) fn workbook(facts: &StationFacts, rows: &[Row]) -> Result<Vec<u8>, XlsxError> {
    let formats = Formats {
        head: Format::new().set_bold(),
        time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        quoted: Format::new().set_quote_prefix(),
    };
    let zone = &facts.shown.zone;
    let mut book = Workbook::new();
    let values = rows.iter().map(cells);
    sheet(book.add_worksheet(), &words::sheet_values(), (&heads(), values), &formats, zone)?;
    let corrections = facts.corrections.iter().map(of_correction);
    let heads = correction_heads();
    sheet(
        book.add_worksheet(),
        &words::sheet_corrections(),
        (&heads, corrections),
        &formats,
        zone,
    )?;
    let (heads, flagged) = (flagged_heads(), facts.flagged.iter().map(of_flagged));
    sheet(book.add_worksheet(), &words::sheet_flagged(), (&heads, flagged), &formats, zone)?;
    book.save_to_buffer()
}

fn sheet(
    sheet: &mut Worksheet,
    name: &crate::locales::Text,
    (heads, rows): (&[String], impl Iterator<Item = Vec<Cell>>),
    formats: &Formats,
    zone: &TimeZone,
) -> Result<(), XlsxError> {
    sheet.set_name(name.to_string())?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, head) in (0..).zip(heads) {
        sheet.write_string_with_format(0, column, head, &formats.head)?;
        sheet.set_column_width(column, if column < 2 { 22 } else { 14 })?;
    }
    for (number, row) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            match cell {
                Cell::Empty => {}
                Cell::Number(of) => {
                    sheet.write_number(number, column, of)?;
                }
                Cell::Time(at) => match excel_date(at, zone) {
                    Some(date) => {
                        sheet.write_with_format(number, column, &date, &formats.time)?;
                    }
                    None => {
                        sheet.write_string(number, column, at.to_string())?;
                    }
                },
                Cell::Text(words) if is_formula(&words) => {
                    sheet.write_string_with_format(number, column, words, &formats.quoted)?;
                }
                Cell::Text(words) => {
                    sheet.write_string(number, column, words)?;
                }
            }
        }
    }
    Ok(())
}

/// The time of the zone's clock as a date of Excel; `None` before 1900, which Excel does not have.
fn excel_date(at: Timestamp, zone: &TimeZone) -> Option<ExcelDateTime> {
    let at = zone.to_datetime(at);
    let part = |number: i8| number.unsigned_abs();
    let year = u16::try_from(at.year()).ok().filter(|year| *year >= 1900)?;
    let day = ExcelDateTime::from_ymd(year, part(at.month()), part(at.day())).ok()?;
    let milli = at.millisecond().unsigned_abs();
    day.and_hms_milli(part(at.hour()).into(), part(at.minute()), part(at.second()), milli).ok()
}

fn correction_heads() -> Vec<String> {
    let heads = [
        words::head_from(),
        words::head_to(),
        words::head_parameter(),
        words::head_kind(),
        words::head_shift(),
        words::head_reason(),
        words::head_by(),
        words::head_entered(),
        words::head_withdrawn(),
        words::head_withdrawn_by(),
        words::head_withdrawn_why(),
    ];
    heads.map(String::from).into()
}

fn of_correction(correction: &Correction) -> Vec<Cell> {
    let shift = match correction.kind {
        CorrectionKind::Shift { by } => Some(by),
        _ => None,
    };
    let withdrawn = correction.withdrawn.as_ref();
    vec![
        Cell::Time(correction.from),
        Cell::Time(correction.to),
        text(correction.series.parameter.spec().name()),
        text(lists::kind(correction)),
        number(shift),
        text(&correction.reason),
        text(&correction.by),
        Cell::Time(correction.at),
        withdrawn.map_or(Cell::Empty, |end| Cell::Time(end.at)),
        withdrawn.map_or(Cell::Empty, |end| text(&end.by)),
        withdrawn.map_or(Cell::Empty, |end| text(&end.reason)),
    ]
}

fn flagged_heads() -> Vec<String> {
    let heads = [
        words::head_time(),
        words::head_machine_time(),
        words::head_parameter(),
        words::head_value(),
        words::head_unit(),
        words::head_flag(),
        words::head_reason(),
        words::head_registers(),
    ];
    heads.map(String::from).into()
}

fn of_flagged(reading: &crate::core::Reading) -> Vec<Cell> {
    let spec = reading.series.parameter.spec();
    vec![
        Cell::Time(reading.observed_at),
        text(reading.observed_at),
        text(spec.name()),
        number(reading.value()),
        text(units::unit_words(spec.unit)),
        text(reading.flag.name()),
        text(reading.reason.map(|reason| reason.name()).unwrap_or_default()),
        text(registers(&reading.raw)),
    ]
}
