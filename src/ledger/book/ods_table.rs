//! A sheet of an .ods workbook while it is read. Rows and cells that are alike are stored once, with their number.

use std::collections::BTreeSet;

use quick_xml::events::BytesStart;

use super::archive::attribute;
use super::grid::{Budget, Grid, SHEET_ROWS};
use super::ods_cell::{OpenCell, count};
use super::{COLUMNS_MAX, Cell, ROWS_MAX, Sheet, problems};
use crate::core::Problem;

/// A sheet while it is read.
#[derive(Debug)]
pub(super) struct Table<'a> {
    grid: Grid<'a>,
    /// The next column that is described, from 0.
    column: usize,
    /// The present row, from 1.
    row: usize,
    /// How many rows the present one stands for, and whether they are hidden.
    repeated: usize,
    hidden: bool,
    /// The next cell of the row, from 0.
    at: usize,
    cells: Vec<(usize, Cell)>,
    /// Whether a cell of the present row is struck through.
    struck: bool,
    /// Columns whose cells are struck through where they have no style of their own.
    struck_columns: BTreeSet<usize>,
}

impl<'a> Table<'a> {
    pub fn new(budget: &'a mut Budget, name: String, hidden: bool) -> Result<Self, Problem> {
        let grid = Grid::new(budget, name, hidden)?;
        Ok(Self {
            grid,
            column: 0,
            row: 1,
            repeated: 1,
            hidden: false,
            at: 0,
            cells: Vec::new(),
            struck: false,
            struck_columns: BTreeSet::new(),
        })
    }

    /// Takes the description of a column; `struck` has the names of the styles that strike through.
    pub fn column(
        &mut self,
        element: &BytesStart<'_>,
        struck: &BTreeSet<String>,
    ) -> Result<(), Problem> {
        let repeated = repeated(element, "number-columns-repeated")?;
        let next = self.column.saturating_add(repeated);
        if is_hidden(element)? && self.column < COLUMNS_MAX {
            self.grid.hide_columns(self.column, next - 1)?;
        }
        let style = attribute(element, "default-cell-style-name")?;
        if style.is_some_and(|style| struck.contains(&style)) {
            self.struck_columns.extend(self.column..next.min(COLUMNS_MAX));
        }
        self.column = next;
        Ok(())
    }

    pub fn open_row(&mut self, element: &BytesStart<'_>) -> Result<(), Problem> {
        self.repeated = repeated(element, "number-rows-repeated")?;
        self.hidden = is_hidden(element)?;
        self.at = 0;
        self.struck = false;
        self.cells.clear();
        Ok(())
    }

    /// Takes a cell of the present row.
    pub fn cell(&mut self, cell: &OpenCell) -> Result<(), Problem> {
        let first = self.at;
        self.at = first.saturating_add(cell.repeated);
        let (rows, columns) = cell.spans;
        if (rows > 1 || columns > 1) && first < COLUMNS_MAX {
            let (bottom, right) =
                (self.row.saturating_add(rows - 1), first.saturating_add(columns - 1));
            self.grid.merge((self.row, bottom), (first, right))?;
        }
        if cell.is_blank() || first >= COLUMNS_MAX {
            return Ok(());
        }
        let content = cell.content()?;
        let of_column = !cell.styled && self.struck_columns.contains(&first);
        self.struck |= content != Cell::Empty && (cell.struck || of_column);
        for column in first..self.at.min(COLUMNS_MAX) {
            self.cells.push((column, content.clone()));
        }
        Ok(())
    }

    pub fn close_row(&mut self) -> Result<(), Problem> {
        let next = self.row.saturating_add(self.repeated);
        if !self.cells.is_empty() {
            if self.repeated > ROWS_MAX || next > SHEET_ROWS + 1 {
                return Err(problems::too_many_rows(self.row.min(SHEET_ROWS)));
            }
            for number in self.row..next {
                for (column, cell) in &self.cells {
                    self.grid.set(number, *column, cell.clone())?;
                }
                if self.hidden {
                    self.grid.hide_last(number);
                }
                if self.struck {
                    self.grid.strike_last(number);
                }
            }
        }
        self.row = next;
        Ok(())
    }

    pub fn finish(self) -> Result<Sheet, Problem> {
        self.grid.finish()
    }
}

fn repeated(element: &BytesStart<'_>, name: &str) -> Result<usize, Problem> {
    attribute(element, name)?.map_or(Ok(1), |text| count(&text))
}

fn is_hidden(element: &BytesStart<'_>) -> Result<bool, Problem> {
    let visibility = attribute(element, "visibility")?;
    Ok(matches!(visibility.as_deref(), Some("collapse" | "filter")))
}
