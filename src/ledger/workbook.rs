//! A table from a workbook, .xlsx, as the office keeps it.
//!
//! Cells are read one by one: what reads a whole sheet at once makes room for every cell between the first and the last, and one cell
//! in the farthest corner is then more than the machine has. The reader of .xls and .ods knows no other way, and does not say which
//! cells are merged, so these are asked for as .xlsx.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use jiff::civil::Date;

use super::import::names_columns;
use super::table::{BYTES_MAX, Fault, Line, ROWS_MAX, Table, letters, refused};
use crate::core::Problem;

/// Rows in which the head is looked for: an office's sheet has a title and notes above it.
const HEAD_ROWS: u32 = 10;

/// Columns that are looked at. The ledger has 16; an office's sheet has some beside. Engineering judgement.
const COLUMNS_MAX: u32 = 64;

/// Sheets in which the head is looked for: an office's book has a dozen. Engineering judgement.
const SHEETS_MAX: usize = 64;

/// Most bytes of all parts of a workbook, unpacked. Engineering judgement: a hundred thousand rows of a ledger unpack to some 60 MB.
const UNPACKED_MAX: u64 = 128 << 20;

/// The first bytes of an archive (.xlsx, .ods) and of an OLE file (.xls, and .xlsx with a password).
const ARCHIVE: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// The cells of a sheet by row, from 0.
type Rows = BTreeMap<u32, Vec<Result<String, Fault>>>;

/// Whether these bytes begin a workbook.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(ARCHIVE) || bytes.starts_with(OLE)
}

/// Reads the table of `sheet`, or of the first sheet that has the ledger's columns in one of its first ten rows.
pub(super) fn read(bytes: &[u8], sheet: Option<&str>) -> Result<Table, Problem> {
    if bytes.starts_with(OLE) {
        let hint = "save it as .xlsx, without a password";
        return Err(refused("", "is an .xls file, or has a password", hint));
    }
    bounded(bytes)?;
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes)).map_err(unsound)?;
    let names = book.sheet_names();
    let asked: Vec<&String> = match sheet {
        Some(name) => names.iter().filter(|own| *own == name).take(1).collect(),
        None => names.iter().take(SHEETS_MAX).collect(),
    };
    if let (Some(name), []) = (sheet, asked.as_slice()) {
        let rule = "the workbook has no such sheet";
        let hint = format!("the sheets are {}", names.join(", "));
        return Err(Problem::new("sheet", name, rule, hint));
    }
    for name in asked {
        match table(&mut book, name) {
            Ok(Some(table)) => return Ok(table),
            // A sheet that is one chart has no cells.
            Ok(None) | Err(XlsxError::NotAWorksheet(_)) => {}
            Err(error) => return Err(unsound(error)),
        }
    }
    let hint = "one of its first ten rows names them: 项目, 数值, 单位, 起, 止, 依据, 登记人";
    let rule = match sheet {
        Some(_) => "the sheet has not the columns of the ledger",
        None => "no sheet has the columns of the ledger",
    };
    Err(refused(sheet.unwrap_or(""), rule, hint))
}

fn unsound(error: impl std::fmt::Display) -> Problem {
    let hint = "open it in Excel or WPS and save it again as .xlsx";
    refused("", &format!("is no sound .xlsx workbook: {error}"), hint)
}

/// Refuses an archive that unpacks to more than a ledger can. What its head says of sizes is not believed.
fn bounded(bytes: &[u8]) -> Result<(), Problem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unsound)?;
    let mut left = UNPACKED_MAX;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(unsound)?;
        let read = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink());
        let read = read.map_err(unsound)?;
        if read > left {
            let rule = format!("unpacks to more than {UNPACKED_MAX} bytes");
            let hint = "check that it is the right file";
            return Err(refused(bytes.len(), &rule, hint));
        }
        left -= read;
    }
    Ok(())
}

/// The table of a sheet; `None` where it has not the ledger's columns.
fn table(book: &mut Book<'_>, name: &str) -> Result<Option<Table>, XlsxError> {
    let mut rows = Rows::new();
    let mut problems = Vec::new();
    let mut head = None;
    let mut reader = book.worksheet_cells_reader(name)?;
    while let Some((cell, style)) = reader.next_cell_with_style_id()? {
        let (row, column) = cell.get_position();
        if head.is_none() && row >= HEAD_ROWS {
            head = head_of(&rows);
            if head.is_none() {
                return Ok(None);
            }
        }
        if rows.len() > ROWS_MAX {
            let rule = format!("a ledger file has at most {ROWS_MAX} rows");
            let path = format!("row {}", row + 1);
            problems.push(Problem::new(path, "", rule, "split the file"));
            break;
        }
        let format = reader.styles().get(style);
        let code = format.and_then(|style| style.number_format.as_ref());
        let percent = code.is_some_and(|code| shows_percent(&code.format_code));
        if let Some(content) = content(cell.get_value(), percent).transpose() {
            put(&mut rows, row, column, content);
        }
    }
    drop(reader);
    let Some(head) = head.or_else(|| head_of(&rows)) else {
        return Ok(None);
    };
    not_worked_out(book, name, &mut rows)?;
    covered(book, name, head, &mut rows)?;
    let mut below = rows.split_off(&head);
    let names = below.remove(&head).unwrap_or_default();
    let lines = below.into_iter().map(|(row, cells)| Line { number: row as usize + 1, cells });
    Ok(Some(Table {
        head: texts(&names),
        head_row: head as usize + 1,
        lettered: true,
        lines: lines.collect(),
        problems,
    }))
}

fn put(rows: &mut Rows, row: u32, column: u32, content: Result<String, Fault>) {
    if column >= COLUMNS_MAX {
        return;
    }
    let cells = rows.entry(row).or_default();
    let column = column as usize;
    if cells.len() <= column {
        cells.resize(column + 1, Ok(String::new()));
    }
    if let Some(cell) = cells.get_mut(column) {
        *cell = content;
    }
}

fn texts(cells: &[Result<String, Fault>]) -> Vec<String> {
    let text = |cell: &Result<String, Fault>| cell.clone().unwrap_or_default();
    cells.iter().map(text).collect()
}

/// The first of the first ten rows that names the ledger's columns.
fn head_of(rows: &Rows) -> Option<u32> {
    let mut first = rows.range(..HEAD_ROWS);
    let found = first.find(|(_, cells)| names_columns(&texts(cells)));
    found.map(|(row, _)| *row)
}

/// What a cell holds, as text; `None` where nothing.
fn content(value: &DataRef<'_>, percent: bool) -> Result<Option<String>, Fault> {
    let text = match value {
        DataRef::Empty => return Ok(None),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::Int(value) => value.to_string(),
        // 0.86 that is shown as 86% is read as it is shown. The product of a short number is off in its last digits.
        DataRef::Float(value) if percent => format!("{}%", (value * 1e8).round() / 1e6),
        DataRef::Float(value) => value.to_string(),
        DataRef::DateTime(at) => moment(at).ok_or(Fault::NoDate)?,
        DataRef::DateTimeIso(at) => at.strip_suffix("T00:00:00").unwrap_or(at).to_owned(),
        DataRef::DurationIso(_) => return Err(Fault::NoDate),
        DataRef::Error(error) => return Err(Fault::Error(error.to_string())),
    };
    Ok(Some(text))
}

/// A day, or a day and a time without an offset.
fn moment(at: &ExcelDateTime) -> Option<String> {
    // Below 1 it is a time of no day.
    if !at.is_datetime() || at.as_f64() < 1.0 {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let day =
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let day = day.ok()?;
    Some(match (hour, minute, second, milli) {
        (0, 0, 0, 0) => day.to_string(),
        _ => format!("{day}T{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    })
}

/// Whether a number format shows a hundred times the number: it has a % that is neither quoted nor escaped.
fn shows_percent(format: &str) -> bool {
    let (mut quoted, mut escaped) = (false, false);
    for c in format.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '%' if !quoted => return true,
            _ => {}
        }
    }
    false
}

/// Marks the cells whose formula has no result in the file.
fn not_worked_out(book: &mut Book<'_>, name: &str, rows: &mut Rows) -> Result<(), XlsxError> {
    let last = rows.last_key_value().map_or(0, |(row, _)| *row);
    let mut reader = book.worksheet_cells_reader(name)?;
    while let Some(cell) = reader.next_cell_with_formula_metadata()? {
        let (row, column) = cell.pos;
        if row <= last && cell.formula.is_some() && cell.value == DataRef::Empty {
            put(rows, row, column, Err(Fault::NotWorkedOut));
        }
    }
    Ok(())
}

/// Marks the cells below the head that are covered by a merged one: they look filled, and hold nothing.
fn covered(book: &mut Book<'_>, name: &str, head: u32, rows: &mut Rows) -> Result<(), XlsxError> {
    let below = head + 1;
    // Merged cells do not overlap, so that all of them together cover no more than there is.
    let mut left = rows.len() * COLUMNS_MAX as usize;
    for region in book.merge_cells_by_sheet_name(name)? {
        let ((top, first), (bottom, last)) = (region.start, region.end);
        if bottom < below || first >= COLUMNS_MAX || bottom < top || last < first {
            continue;
        }
        let last = last.min(COLUMNS_MAX - 1);
        let corner = |row: u32, column: u32| format!("{}{}", letters(column as usize), row + 1);
        let cells = format!("{}:{}", corner(top, first), corner(bottom, last));
        for (row, line) in rows.range_mut(top.max(below)..=bottom) {
            for column in first..=last {
                let Some(still) = left.checked_sub(1) else {
                    return Err(XlsxError::Unexpected("merged cells lie over one another"));
                };
                left = still;
                if (*row, column) == (top, first) {
                    continue;
                }
                let column = column as usize;
                if line.len() <= column {
                    line.resize(column + 1, Ok(String::new()));
                }
                if let Some(cell) = line.get_mut(column) {
                    *cell = Err(Fault::Covered(cells.clone()));
                }
            }
        }
    }
    Ok(())
}

/// Whether a file is too large to be looked at.
pub(super) fn too_large(bytes: &[u8]) -> Option<Problem> {
    (bytes.len() > BYTES_MAX).then(|| {
        let rule = format!("a ledger file has at most {BYTES_MAX} bytes");
        let hint = "split it, or check that it is the right file";
        refused(bytes.len(), &rule, hint)
    })
}

#[cfg(test)]
#[path = "workbook_tests.rs"]
mod tests;
