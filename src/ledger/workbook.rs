//! Reads a table from an .xlsx workbook, as the office keeps it.
//!
//! Cells are read one by one. Reading a whole sheet at once allocates every cell between the first and the last, so
//! that a single cell in the farthest corner exhausts the memory. The library can read .xls and .ods only that way and
//! without their merged cells, so the user has to save those as .xlsx.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use jiff::civil::Date;
use zip::result::ZipError;

use super::columns::{COLUMNS, is_ledger_head};
use super::table::{Fault, Line, ROWS_MAX, Table, letters, refused, too_many_rows};
use crate::core::Problem;
use crate::locales::{Text, foreign, ledger as words};

/// Rows to search for the head: an office's sheet has a title and notes above it.
const HEAD_ROWS: u32 = 10;

/// Columns to read. The ledger has 16, and an office's sheet has some more. Engineering judgement.
const COLUMNS_MAX: u32 = 64;

/// Sheets to search for the head: an office's workbook has a dozen. Engineering judgement.
const SHEETS_MAX: usize = 64;

/// Most unpacked bytes of a workbook. Engineering judgement: a ledger of a hundred thousand rows has some 60 MB.
const UNPACKED_MAX: u64 = 128 << 20;

/// The first bytes of an archive (.xlsx, .ods) and of an OLE file (.xls, and .xlsx with a password).
const ARCHIVE: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// The cells of a sheet by row, from 0.
type Rows = BTreeMap<u32, Vec<Result<String, Fault>>>;

/// Whether the file is an archive or an OLE file.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(ARCHIVE) || bytes.starts_with(OLE)
}

/// Reads the table of `sheet`, by default of the first sheet with the ledger's columns in one of its first ten rows.
pub(super) fn read(bytes: &[u8], sheet: Option<&str>) -> Result<Table, Problem> {
    if bytes.starts_with(OLE) {
        return Err(refused("", words::old_or_locked(), words::save_without_password()));
    }
    check_unpacked_size(bytes)?;
    let mut book: Book<'_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error| damaged(said(&error)))?;
    let names = book.sheet_names();
    let asked: Vec<&String> = match sheet {
        Some(name) => names.iter().filter(|own| *own == name).take(1).collect(),
        None => names.iter().take(SHEETS_MAX).collect(),
    };
    if let (Some(name), []) = (sheet, asked.as_slice()) {
        let hint = words::sheets_are(Text::list(&names));
        return Err(Problem::new(words::place_sheet(), name, words::no_such_sheet(), hint));
    }
    for name in asked {
        match table(&mut book, name) {
            Ok(Some(table)) => return Ok(table),
            // A chart sheet has no cells.
            Ok(None) | Err(XlsxError::NotAWorksheet(_)) => {}
            Err(error) => return Err(damaged(said(&error))),
        }
    }
    let needed = COLUMNS.iter().filter(|column| !column.optional).map(|column| (column.name)());
    let hint = words::name_columns(Text::list(needed));
    let rule = match sheet {
        Some(_) => words::sheet_without_columns(),
        None => words::no_sheet_with_columns(),
    };
    Err(refused(sheet.unwrap_or(""), rule, hint))
}

fn damaged(why: Text) -> Problem {
    refused("", words::not_a_workbook(why), words::save_again())
}

/// What the reader of workbooks says, by the kind of its error.
fn said(error: &XlsxError) -> Text {
    match error {
        XlsxError::Io(error) => foreign::io(error),
        XlsxError::Password => words::has_password(),
        XlsxError::Zip(_) => words::archive_damaged(),
        XlsxError::FileNotFound(part) => words::part_missing(part),
        XlsxError::Xml(_)
        | XlsxError::XmlAttr(_)
        | XlsxError::XmlEof(_)
        | XlsxError::UnexpectedNode(_)
        | XlsxError::RelationshipNotFound
        | XlsxError::Encoding(_) => words::xml_damaged(),
        XlsxError::Parse(_)
        | XlsxError::ParseInt(_)
        | XlsxError::ParseFloat(_)
        | XlsxError::Alphanumeric(_)
        | XlsxError::NumericColumn(_)
        | XlsxError::RangeWithoutColumnComponent
        | XlsxError::RangeWithoutRowComponent
        | XlsxError::ColumnNumberOverflow
        | XlsxError::RowNumberOverflow
        | XlsxError::DimensionCount(_)
        | XlsxError::CellTAttribute(_)
        | XlsxError::CellError(_) => words::cell_damaged(foreign::said(error)),
        other => words::workbook_other(foreign::said(other)),
    }
}

/// What is wrong with an archive.
fn archive(error: ZipError) -> Problem {
    damaged(match error {
        ZipError::InvalidPassword | ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            words::has_password()
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            words::archive_unsupported()
        }
        _ => words::archive_damaged(),
    })
}

/// Refuses an archive that unpacks to more than a ledger can. The sizes in its directory are not trusted.
fn check_unpacked_size(bytes: &[u8]) -> Result<(), Problem> {
    let mut packed = zip::ZipArchive::new(Cursor::new(bytes)).map_err(archive)?;
    let mut left = UNPACKED_MAX;
    for index in 0..packed.len() {
        let entry = packed.by_index(index).map_err(archive)?;
        let read = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink());
        let read = read.map_err(|_| damaged(words::archive_damaged()))?;
        if read > left {
            let rule = words::unpacks_to_more(UNPACKED_MAX);
            return Err(refused(bytes.len(), rule, words::check_file()));
        }
        left -= read;
    }
    Ok(())
}

/// The table of a sheet; `None` if it does not have the ledger's columns.
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
            problems.push(too_many_rows(row as usize + 1));
            break;
        }
        let format = reader.styles().get(style);
        let code = format.and_then(|style| style.number_format.as_ref());
        let percent = code.is_some_and(|code| shows_percent(&code.format_code));
        if let Some(content) = content(cell.get_value(), percent).transpose() {
            set_cell(&mut rows, row, column, content);
        }
    }
    drop(reader);
    let Some(head) = head.or_else(|| head_of(&rows)) else {
        return Ok(None);
    };
    mark_not_computed(book, name, &mut rows)?;
    mark_covered(book, name, head, &mut rows)?;
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

fn set_cell(rows: &mut Rows, row: u32, column: u32, content: Result<String, Fault>) {
    if column < COLUMNS_MAX {
        set(rows.entry(row).or_default(), column, content);
    }
}

fn set(cells: &mut Vec<Result<String, Fault>>, column: u32, content: Result<String, Fault>) {
    let column = column as usize;
    if cells.len() <= column {
        cells.resize(column + 1, Ok(String::new()));
    }
    cells[column] = content;
}

fn texts(cells: &[Result<String, Fault>]) -> Vec<String> {
    let text = |cell: &Result<String, Fault>| cell.clone().unwrap_or_default();
    cells.iter().map(text).collect()
}

/// The first row, among the first ten, that names the ledger's columns.
fn head_of(rows: &Rows) -> Option<u32> {
    let mut first = rows.range(..HEAD_ROWS);
    let found = first.find(|(_, cells)| is_ledger_head(&texts(cells)));
    found.map(|(row, _)| *row)
}

/// The content of a cell as text; `None` if it is empty.
fn content(value: &DataRef<'_>, percent: bool) -> Result<Option<String>, Fault> {
    let text = match value {
        DataRef::Empty => return Ok(None),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::Int(value) => value.to_string(),
        // 0.86 shown as 86% is read as shown. Rounding removes the error of the multiplication.
        DataRef::Float(value) if percent => format!("{}%", (value * 1e8).round() / 1e6),
        DataRef::Float(value) => value.to_string(),
        DataRef::DateTime(at) => moment(at).ok_or(Fault::NoDate)?,
        DataRef::DateTimeIso(at) => at.strip_suffix("T00:00:00").unwrap_or(at).to_owned(),
        DataRef::DurationIso(_) => return Err(Fault::NoDate),
        DataRef::Error(error) => return Err(Fault::Error(error.to_string())),
    };
    Ok(Some(text))
}

/// A day, or a day with a time but without an offset.
fn moment(at: &ExcelDateTime) -> Option<String> {
    // A number below 1 is a time without a day.
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

/// Whether a number format shows percent: it has a % that is neither quoted nor escaped.
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

/// Marks the cells whose formula has no stored result.
fn mark_not_computed(book: &mut Book<'_>, name: &str, rows: &mut Rows) -> Result<(), XlsxError> {
    let last = rows.last_key_value().map_or(0, |(row, _)| *row);
    let mut reader = book.worksheet_cells_reader(name)?;
    while let Some(cell) = reader.next_cell_with_formula_metadata()? {
        let (row, column) = cell.pos;
        if row <= last && cell.formula.is_some() && cell.value == DataRef::Empty {
            set_cell(rows, row, column, Err(Fault::NotComputed));
        }
    }
    Ok(())
}

/// Marks the cells below the head that a merged cell covers: they look filled but are empty.
fn mark_covered(
    book: &mut Book<'_>,
    name: &str,
    head: u32,
    rows: &mut Rows,
) -> Result<(), XlsxError> {
    let below = head + 1;
    // Merged cells do not overlap, so together they cover no more cells than there are.
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
                let overlap = XlsxError::Unexpected("merged cells overlap");
                left = left.checked_sub(1).ok_or(overlap)?;
                if (*row, column) != (top, first) {
                    set(line, column, Err(Fault::Covered(cells.clone())));
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "workbook_tests.rs"]
mod tests;
