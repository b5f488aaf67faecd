//! A table from a workbook: .xlsx, .xls or .ods, as the office keeps it.

use std::io::{Cursor, Read};

use calamine::{Data, Range, Reader, Sheets, open_workbook_auto_from_rs};
use jiff::civil::Date;

use super::import::names_columns;
use super::table::{BYTES_MAX, Line, ROWS_MAX, Table, refused};
use crate::core::Problem;

/// Rows in which the head is looked for: an office's sheet has a title and notes above it.
const HEAD_ROWS: usize = 10;

/// Most bytes of all parts of a workbook, unpacked. Engineering judgement: a hundred thousand rows of a ledger unpack to some 60 MB.
const UNPACKED_MAX: u64 = 128 << 20;

/// The first bytes of an archive (.xlsx, .ods) and of an OLE file (.xls).
const ARCHIVE: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];

/// Whether these bytes begin a workbook.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(ARCHIVE) || bytes.starts_with(OLE)
}

/// Reads the table of `sheet`, or of the first sheet that has the ledger's columns in one of its first ten rows.
pub(super) fn read(bytes: &[u8], sheet: Option<&str>) -> Result<Table, Problem> {
    let wrong = |error: String| {
        let hint = "open it in Excel or WPS and save it again as .xlsx";
        refused("", &format!("is no sound workbook: {error}"), hint)
    };
    if bytes.starts_with(ARCHIVE) {
        bounded(bytes)?;
    }
    let mut book: Sheets<Cursor<&[u8]>> =
        open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| wrong(error.to_string()))?;
    let names = book.sheet_names();
    let asked: Vec<String> = match sheet {
        Some(name) if names.iter().any(|own| own == name) => vec![name.to_owned()],
        Some(name) => {
            let hint = format!("the sheets are {}", names.join(", "));
            return Err(Problem::new(
                "sheet",
                name,
                "the workbook has no such sheet",
                hint,
            ));
        }
        None => names.clone(),
    };
    for name in asked {
        let cells = book.worksheet_range(&name);
        let cells = cells.map_err(|error| wrong(error.to_string()))?;
        if let Some(head) = (0..HEAD_ROWS.min(cells.height())).find(|row| is_head(&cells, *row)) {
            return Ok(table(&cells, head));
        }
    }
    let hint = "one of the first ten rows names them: 项目, 数值, 单位, 起, 止, 依据, 登记人";
    Err(refused("", "no sheet has the columns of the ledger", hint))
}

/// Refuses an archive that unpacks to more than a ledger can. What its head says of sizes is not believed.
fn bounded(bytes: &[u8]) -> Result<(), Problem> {
    let wrong = |error: String| {
        let hint = "open it in Excel or WPS and save it again as .xlsx";
        refused("", &format!("is no sound workbook: {error}"), hint)
    };
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| wrong(error.to_string()))?;
    let mut left = UNPACKED_MAX;
    for index in 0..archive.len() {
        let entry = archive
            .by_index(index)
            .map_err(|error| wrong(error.to_string()))?;
        let read = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink());
        let read = read.map_err(|error| wrong(error.to_string()))?;
        if read > left {
            let rule = format!("unpacks to more than {UNPACKED_MAX} bytes");
            return Err(refused(
                bytes.len(),
                &rule,
                "check that it is the right file",
            ));
        }
        left -= read;
    }
    Ok(())
}

fn text(cell: Option<&Data>) -> Result<String, String> {
    Ok(match cell {
        None | Some(Data::Empty) => String::new(),
        Some(Data::String(text)) => text.trim().to_owned(),
        Some(Data::Bool(value)) => value.to_string(),
        Some(Data::Int(value)) => value.to_string(),
        Some(Data::Float(value)) => value.to_string(),
        Some(Data::DateTime(at)) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            let date = i16::try_from(year)
                .ok()
                .and_then(|year| Date::new(year, month.cast_signed(), day.cast_signed()).ok());
            match date {
                Some(date) if (hour, minute, second) == (0, 0, 0) => date.to_string(),
                Some(date) => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
                None => return Err("a date that does not exist".into()),
            }
        }
        Some(Data::DateTimeIso(at)) => at.strip_suffix("T00:00:00").unwrap_or(at).to_owned(),
        Some(Data::DurationIso(text)) => text.clone(),
        Some(Data::Error(error)) => return Err(format!("the formula gives {error}")),
    })
}

fn is_head(cells: &Range<Data>, row: usize) -> bool {
    let Some(row) = cells.rows().nth(row) else {
        return false;
    };
    let names: Vec<String> = row
        .iter()
        .filter_map(|cell| text(Some(cell)).ok())
        .collect();
    names_columns(&names)
}

fn table(cells: &Range<Data>, head: usize) -> Table {
    // A range begins at its first cell that holds something.
    let first = cells.start().map_or(0, |(row, _)| row as usize) + 1;
    let mut rows = cells.rows().enumerate().skip(head);
    let names = rows.next().map_or(Vec::new(), |(_, row)| {
        row.iter()
            .map(|cell| text(Some(cell)).unwrap_or_default())
            .collect()
    });
    let mut table = Table {
        head: names,
        head_row: first + head,
        lettered: true,
        lines: Vec::new(),
        problems: Vec::new(),
    };
    for (index, row) in rows {
        let number = first + index;
        if table.lines.len() >= ROWS_MAX {
            let rule = format!("a ledger file has at most {ROWS_MAX} rows");
            let path = format!("row {number}");
            table
                .problems
                .push(Problem::new(path, "", rule, "split the file"));
            break;
        }
        if row.iter().any(|cell| !matches!(cell, Data::Empty)) {
            let cells = row.iter().map(|cell| text(Some(cell))).collect();
            table.lines.push(Line { number, cells });
        }
    }
    table
}

/// Whether a file is too large to be looked at.
pub(super) fn too_large(bytes: &[u8]) -> Option<Problem> {
    (bytes.len() > BYTES_MAX).then(|| {
        let rule = format!("a ledger file has at most {BYTES_MAX} bytes");
        refused(
            bytes.len(),
            &rule,
            "split it, or check that it is the right file",
        )
    })
}
