//! A sheet of an .xls workbook.

use std::collections::BTreeSet;

use super::grid::{Grid, text_cell};
use super::record::{
    self, Pieces, Record, Records, byte_at, f64_at, records_damaged, short_number, u16_at, u32_at,
};
use super::xlsx::Common;
use super::{Cell, Fault, Sheet};
use crate::core::Problem;

/// Bits of records.
const ROW_HIDDEN: u8 = 0x20;
const COLUMN_HIDDEN: u16 = 1;
const ZEROS_SHOWN: u16 = 0x10;

/// Errors of formulas (2.5.10).
const ERRORS: [(u8, &str); 8] = [
    (0x00, "#NULL!"),
    (0x07, "#DIV/0!"),
    (0x0F, "#VALUE!"),
    (0x17, "#REF!"),
    (0x1D, "#NAME?"),
    (0x24, "#NUM!"),
    (0x2A, "#N/A"),
    (0x2B, "#GETTING_DATA"),
];

/// Where a sheet is read from.
pub(super) struct Source<'a> {
    pub records: Records<'a>,
    pub common: &'a Common,
    /// Whether the workbook holds the results of formulas.
    pub computed: bool,
}

/// What the records tell besides the cells.
#[derive(Default)]
struct View {
    hidden_rows: BTreeSet<usize>,
    zeros_hidden: bool,
}

/// Whether the result of a formula is an empty text (2.5.133).
pub(super) fn is_empty_result(data: &[u8]) -> bool {
    data.get(12..14) == Some(&[0xFF, 0xFF]) && data.get(6) == Some(&3)
}

/// Reads a sheet into `grid`. `passed` is how many bytes of records may still be gone through.
pub(super) fn read(
    from: &Source<'_>,
    mut grid: Grid<'_>,
    passed: &mut usize,
) -> Result<Sheet, Problem> {
    let view = view(from, &mut grid, passed)?;
    // A text that a formula gives is in a record behind it.
    let mut awaited = None;
    let mut records = from.records.clone();
    while let Some(Record { kind, data, .. }) = records.next(passed)? {
        match kind {
            record::FORMULA_TEXT => {
                if let Some((row, column, style)) = awaited.take() {
                    let text = Pieces::new(vec![data]).text()?;
                    set(from, &mut grid, (row, column), style, shown(from, style, &text))?;
                }
            }
            record::SHORT_NUMBERS => short_numbers(from, &view, data, &mut grid)?,
            record::NUMBER
            | record::SHORT_NUMBER
            | record::SHARED_TEXT
            | record::TEXT
            | record::RICH_TEXT
            | record::TRUTH_OR_ERROR
            | record::FORMULA => {
                let row = usize::from(u16_at(data, 0)?) + 1;
                let column = usize::from(u16_at(data, 2)?);
                if grid.passes(column)? {
                    awaited = None;
                    continue;
                }
                match cell(from, &view, kind, data)? {
                    Some(cell) => set(from, &mut grid, (row, column), u16_at(data, 4)?, cell)?,
                    None => awaited = Some((row, column, u16_at(data, 4)?)),
                }
            }
            _ => {}
        }
    }
    grid.hide_rows(&view.hidden_rows);
    grid.finish()
}

/// Reads what is hidden, and merged cells.
fn view(from: &Source<'_>, grid: &mut Grid<'_>, passed: &mut usize) -> Result<View, Problem> {
    let mut view = View::default();
    let mut records = from.records.clone();
    while let Some(Record { kind, data, .. }) = records.next(passed)? {
        match kind {
            record::ROW if byte_at(data, 12)? & ROW_HIDDEN != 0 => {
                view.hidden_rows.insert(usize::from(u16_at(data, 0)?) + 1);
            }
            record::COLUMNS => {
                let (first, last) = (u16_at(data, 0)?, u16_at(data, 2)?);
                let hidden = u16_at(data, 8)? & COLUMN_HIDDEN != 0 || u16_at(data, 4)? == 0;
                if hidden && first <= last {
                    grid.hide_columns(usize::from(first), usize::from(last))?;
                }
            }
            record::VIEW => view.zeros_hidden |= u16_at(data, 0)? & ZEROS_SHOWN == 0,
            record::MERGED => {
                let regions = data.get(2..).unwrap_or_default().chunks_exact(8);
                for region in regions.take(usize::from(u16_at(data, 0)?)) {
                    let number = |at| u16_at(region, at).map(usize::from);
                    let rows = (number(0)? + 1, number(2)? + 1);
                    grid.merge(rows, (number(4)?, number(6)?))?;
                }
            }
            _ => {}
        }
    }
    Ok(view)
}

/// Numbers of one row, one after the other.
fn short_numbers(
    from: &Source<'_>,
    view: &View,
    data: &[u8],
    grid: &mut Grid<'_>,
) -> Result<(), Problem> {
    let row = usize::from(u16_at(data, 0)?) + 1;
    let first = usize::from(u16_at(data, 2)?);
    let cells = data.len().checked_sub(2).and_then(|end| data.get(4..end));
    let cells = cells.ok_or_else(records_damaged)?.chunks_exact(6);
    for (offset, cell) in cells.enumerate() {
        if grid.passes(first + offset)? {
            continue;
        }
        let value = short_number(u32_at(cell, 2)?);
        let style = u16_at(cell, 0)?;
        set(from, grid, (row, first + offset), style, number(from, view, style, value))?;
    }
    Ok(())
}

/// Puts `cell` with its style at its row, from 1, and its column, from 0.
fn set(
    from: &Source<'_>,
    grid: &mut Grid<'_>,
    (row, column): (usize, usize),
    style: u16,
    cell: Cell,
) -> Result<(), Problem> {
    let struck = cell != Cell::Empty && from.common.styles.is_struck(usize::from(style));
    grid.set(row, column, cell)?;
    if struck {
        grid.strike_last(row);
    }
    Ok(())
}

/// The cell of a record; `None` if its text follows.
fn cell(from: &Source<'_>, view: &View, kind: u16, data: &[u8]) -> Result<Option<Cell>, Problem> {
    let style = u16_at(data, 4)?;
    Ok(Some(match kind {
        record::NUMBER => number(from, view, style, f64_at(data, 6)?),
        record::SHORT_NUMBER => number(from, view, style, short_number(u32_at(data, 6)?)),
        record::SHARED_TEXT => {
            let text = from.common.strings.get(u32_at(data, 6)? as usize);
            shown(from, style, text.ok_or_else(records_damaged)?)
        }
        record::TEXT | record::RICH_TEXT => {
            let text = Pieces::new(vec![data.get(6..).unwrap_or_default()]).text()?;
            shown(from, style, &text)
        }
        record::TRUTH_OR_ERROR if byte_at(data, 7)? == 0 => truth(byte_at(data, 6)?),
        record::TRUTH_OR_ERROR => error(byte_at(data, 6)?),
        // A result that is no number says so in its last two bytes (2.5.133).
        _ if u16_at(data, 12)? != 0xFFFF => number(from, view, style, f64_at(data, 6)?),
        _ => match byte_at(data, 6)? {
            0 => return Ok(None),
            1 => truth(byte_at(data, 8)?),
            2 => error(byte_at(data, 8)?),
            _ if from.computed => Cell::Empty,
            _ => Cell::Fault(Fault::NotComputed),
        },
    }))
}

fn number(from: &Source<'_>, view: &View, style: u16, value: f64) -> Cell {
    if value == 0.0 && view.zeros_hidden {
        return Cell::Empty;
    }
    from.common.styles.format(usize::from(style)).cell(value, from.common.epoch)
}

fn shown(from: &Source<'_>, style: u16, text: &str) -> Cell {
    let format = from.common.styles.format(usize::from(style));
    match text_cell(text) {
        Cell::Text(text) if !format.is_general() => format.text(&text),
        cell => cell,
    }
}

fn truth(value: u8) -> Cell {
    text_cell(if value == 0 { "FALSE" } else { "TRUE" })
}

fn error(code: u8) -> Cell {
    let found = ERRORS.iter().find(|(own, _)| *own == code);
    Cell::Fault(Fault::Error(
        found.map_or_else(|| format!("#{code}"), |(_, text)| (*text).to_owned()),
    ))
}
