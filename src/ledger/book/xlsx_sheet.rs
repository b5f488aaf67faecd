//! A sheet of an .xlsx workbook.

use quick_xml::events::{BytesStart, Event};

use super::archive::{Xml, attribute, is_true, push_text, xml_damaged};
use super::grid::{Budget, Grid, SHEET_ROWS, text_cell};
use super::xlsx::{Common, TEXT_BYTES, unescaped};
use super::{COLUMNS_MAX, Cell, Fault, Sheet, day, problems};
use crate::core::Problem;
use crate::locales::book as words;

/// Columns of a sheet in every spreadsheet since Excel 2007.
const SHEET_COLUMNS: usize = 1 << 14;

/// A cell while it is read.
#[derive(Debug, Default)]
struct Open {
    /// Row from 1, column from 0.
    at: (usize, usize),
    kind: String,
    style: usize,
    text: String,
    /// Whether a part of its text is struck through.
    struck: bool,
    /// Whether it has a value, even an empty one.
    valued: bool,
    formula: bool,
}

/// Which element of a cell the next text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Value,
    Spoken,
}

/// A sheet while it is read.
struct Reading<'a> {
    grid: Grid<'a>,
    common: &'a Common,
    cell: Open,
    within: Within,
    /// The row, from 1, and the column, from 0, of the next cell if it does not say where it is.
    next: (usize, usize),
    row_hidden: bool,
    zeros_hidden: bool,
}

/// Reads the sheet `name` from its part.
pub(super) fn read<'a>(
    mut xml: Xml<'_>,
    name: String,
    hidden: bool,
    common: &'a Common,
    budget: &'a mut Budget,
) -> Result<Sheet, Problem> {
    let mut reading = Reading {
        grid: Grid::new(budget, name, hidden)?,
        common,
        cell: Open::default(),
        within: Within::Nothing,
        next: (1, 0),
        row_hidden: false,
        zeros_hidden: false,
    };
    while let Some(event) = xml.next()? {
        match &event {
            Event::Start(element) => reading.start(element)?,
            Event::End(element) => reading.end(element.local_name().as_ref())?,
            event if reading.within == Within::Value && reading.cell.text.len() < TEXT_BYTES => {
                push_text(event, &mut reading.cell.text)?;
            }
            _ => {}
        }
    }
    reading.grid.finish()
}

impl Reading<'_> {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Problem> {
        match element.local_name().as_ref() {
            "c" => self.open_cell(element)?,
            "v" => {
                (self.within, self.cell.valued) = (Within::Value, true);
            }
            "t" if self.within == Within::Nothing => {
                (self.within, self.cell.valued) = (Within::Value, true);
            }
            "rPh" => self.within = Within::Spoken,
            "f" => self.cell.formula = true,
            "strike" => self.cell.struck |= is_on(element)?,
            "row" => self.open_row(element)?,
            "col" => self.column(element)?,
            "sheetView" => {
                let zeros = attribute(element, "showZeros")?;
                self.zeros_hidden |= matches!(zeros.as_deref(), Some("0" | "false"));
            }
            "mergeCell" => {
                let text = attribute(element, "ref")?.unwrap_or_default();
                let (first, last) = text.split_once(':').unwrap_or((&text, &text));
                let ((top, left), (bottom, right)) = (address(first)?, address(last)?);
                self.grid.merge((top, bottom), (left, right))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Problem> {
        match name {
            "v" | "rPh" => self.within = Within::Nothing,
            "t" if self.within == Within::Value => self.within = Within::Nothing,
            "c" => {
                let (row, column) = self.cell.at;
                self.next = (row, column + 1);
                if self.grid.passes(column)? {
                    return Ok(());
                }
                let cell = self.content()?;
                let struck = cell != Cell::Empty && self.is_struck();
                self.grid.set(row, column, cell)?;
                if struck {
                    self.grid.strike_last(row);
                }
                if self.row_hidden {
                    self.grid.hide_last(row);
                }
            }
            "row" => self.next = (self.next.0 + 1, 0),
            _ => {}
        }
        Ok(())
    }

    fn open_row(&mut self, element: &BytesStart<'_>) -> Result<(), Problem> {
        let number = attribute(element, "r")?;
        if let Some(number) = number {
            let row = number.trim().parse().ok().filter(|row| (1..=SHEET_ROWS).contains(row));
            self.next = (row.ok_or_else(|| cell_damaged(&number))?, 0);
        }
        let height = attribute(element, "ht")?.and_then(|height| height.trim().parse::<f64>().ok());
        let hidden = is_true(attribute(element, "hidden")?.as_deref());
        self.row_hidden = hidden || height.is_some_and(|height| height <= 0.0);
        Ok(())
    }

    fn column(&mut self, element: &BytesStart<'_>) -> Result<(), Problem> {
        let number = |name| {
            let number = attribute(element, name)?.unwrap_or_default();
            number.trim().parse::<usize>().map_err(|_| xml_damaged())
        };
        let width = attribute(element, "width")?.and_then(|width| width.trim().parse::<f64>().ok());
        let hidden = is_true(attribute(element, "hidden")?.as_deref());
        if hidden || width.is_some_and(|width| width <= 0.0) {
            let (first, last) = (number("min")?, number("max")?);
            if (1..=COLUMNS_MAX).contains(&first) && first <= last {
                self.grid.hide_columns(first - 1, last - 1)?;
            }
        }
        Ok(())
    }

    fn open_cell(&mut self, element: &BytesStart<'_>) -> Result<(), Problem> {
        let cell = &mut self.cell;
        cell.text.clear();
        cell.kind.clear();
        cell.struck = false;
        (cell.at, cell.style, cell.valued, cell.formula) = (self.next, 0, false, false);
        self.within = Within::Nothing;
        for attribute in element.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| xml_damaged())?;
            let value = attribute.value.as_ref();
            match attribute.key.as_ref() {
                "r" => cell.at = address(value)?,
                "s" => cell.style = value.parse().map_err(|_| cell_damaged(value))?,
                "t" => cell.kind.push_str(value),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether the cell that ends is struck through, all of it or a part of its text.
    fn is_struck(&self) -> bool {
        let Open { kind, text, style, struck, .. } = &self.cell;
        let shared = || text.trim().parse().is_ok_and(|index| self.common.strings.is_struck(index));
        *struck || self.common.styles.is_struck(*style) || kind == "s" && shared()
    }

    /// What the cell that ends shows.
    fn content(&self) -> Result<Cell, Problem> {
        let Open { kind, text, valued, formula, style, at, .. } = &self.cell;
        let damaged = || cell_damaged(&format!("{}{}", problems::letters(at.1), at.0));
        let format = self.common.styles.format(*style);
        // Formulas that give no text leave an empty value of the type `str`.
        if *formula && (!valued || text.is_empty() && kind != "str") {
            return Ok(Cell::Fault(Fault::NotComputed));
        }
        let shown = |text: &str| match text_cell(text) {
            Cell::Text(text) if !format.is_general() => format.text(&text),
            cell => cell,
        };
        if text.trim().is_empty() {
            return Ok(Cell::Empty);
        }
        Ok(match kind.as_str() {
            "s" => {
                let index = text.trim().parse::<usize>().map_err(|_| damaged())?;
                shown(self.common.strings.get(index).ok_or_else(damaged)?)
            }
            "str" | "inlineStr" => shown(&unescaped(text)),
            "b" => text_cell(if is_true(Some(text.trim())) { "TRUE" } else { "FALSE" }),
            "e" => match text_cell(text) {
                Cell::Text(text) => Cell::Fault(Fault::Error(text)),
                cell => cell,
            },
            "d" => day::iso(text, true),
            "" | "n" => {
                let value = text.trim().parse::<f64>().map_err(|_| damaged())?;
                if value == 0.0 && self.zeros_hidden {
                    return Ok(Cell::Empty);
                }
                format.cell(value, self.common.epoch)
            }
            _ => return Err(damaged()),
        })
    }
}

/// Whether an element switches something on, which it does unless it says otherwise.
pub(super) fn is_on(element: &BytesStart<'_>) -> Result<bool, Problem> {
    let value = attribute(element, "val")?;
    Ok(value.is_none_or(|value| is_true(Some(&value))))
}

fn cell_damaged(address: &str) -> Problem {
    problems::damaged(words::cell_damaged(super::grid::cut(address)))
}

/// The row, from 1, and the column, from 0, of an address such as B5.
fn address(text: &str) -> Result<(usize, usize), Problem> {
    let text = text.trim();
    let digits = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let (letters, digits) = text.split_at(digits);
    let column = letters.bytes().try_fold(0_usize, |column, letter| {
        let place = usize::from(letter.to_ascii_uppercase().wrapping_sub(b'A'));
        Some(column * 26 + place + 1).filter(|all| place < 26 && *all <= SHEET_COLUMNS)
    });
    let row = digits.parse().ok().filter(|row| (1..=SHEET_ROWS).contains(row));
    match (row, column) {
        (Some(row), Some(column)) if column > 0 => Ok((row, column - 1)),
        _ => Err(cell_damaged(text)),
    }
}
