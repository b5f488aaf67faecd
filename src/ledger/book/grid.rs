//! The rows of a sheet while they are read, and what a file may cost.

use std::collections::BTreeSet;

use super::problems;
use super::{
    CELLS_MAX, CHARACTERS_KEPT, COLUMNS_MAX, Cell, Fault, Merged, ROWS_MAX, Row, Sheet, Shown,
};
use crate::core::Problem;

/// Most bytes that a file's rows, cells and texts take, with those that cells share and with what the file is decoded
/// to. Engineering judgement: 100,000 rows with a text in each of 16 columns take some 115 MB. With the program, some
/// 50 MiB, and the file itself, at most 30 MB, it stays under the 256 MiB that a file may take.
const MEMORY_MAX: usize = 120 << 20;

/// What a row takes besides its cells.
const ROW_COST: usize = size_of::<Row>() + TEXT_LEAST;

/// Least that a text takes, the step in which it grows, and the allocator's share: as malloc of glibc.
const TEXT_LEAST: usize = 32;
const TEXT_STEP: usize = 16;
const TEXT_SHARE: usize = 8;

/// Most sheets of a workbook: an office's has a dozen. Engineering judgement.
const SHEETS_MAX: usize = 256;

/// Most descriptions of hidden columns in a file: as many as four sheets have columns. Engineering judgement.
const HIDDEN_MAX: usize = 1 << 16;

/// Most merged cells of a file: one a row.
const MERGED_MAX: usize = ROWS_MAX;

/// Rows of a sheet in every spreadsheet since Excel 2007.
pub(super) const SHEET_ROWS: usize = 1 << 20;

/// What all sheets of a file may still take.
#[derive(Debug)]
pub(super) struct Budget {
    cells: usize,
    /// Bytes.
    memory: usize,
    rows: usize,
    merged: usize,
    hidden: usize,
    sheets: usize,
}

impl Default for Budget {
    fn default() -> Self {
        let (cells, rows, merged) = (CELLS_MAX, ROWS_MAX, MERGED_MAX);
        let (memory, hidden, sheets) = (MEMORY_MAX, HIDDEN_MAX, SHEETS_MAX);
        Self { cells, memory, rows, merged, hidden, sheets }
    }
}

impl Budget {
    /// Takes `count` cells that are read or passed over.
    pub fn cells(&mut self, count: usize) -> Result<(), Problem> {
        self.cells = self.cells.checked_sub(count).ok_or_else(problems::too_many_cells)?;
        Ok(())
    }

    pub fn sheet(&mut self) -> Result<(), Problem> {
        let too_many = || problems::too_many_sheets(SHEETS_MAX);
        self.sheets = self.sheets.checked_sub(1).ok_or_else(too_many)?;
        Ok(())
    }

    fn row(&mut self, number: usize) -> Result<(), Problem> {
        self.rows = self.rows.checked_sub(1).ok_or_else(|| problems::too_many_rows(number))?;
        self.memory(ROW_COST)
    }

    /// Takes `bytes` that are kept.
    pub fn memory(&mut self, bytes: usize) -> Result<(), Problem> {
        self.memory = self.memory.checked_sub(bytes).ok_or_else(problems::too_much_text)?;
        Ok(())
    }

    fn hidden(&mut self) -> Result<(), Problem> {
        let too_many = || problems::too_many_hidden(HIDDEN_MAX);
        self.hidden = self.hidden.checked_sub(1).ok_or_else(too_many)?;
        Ok(())
    }

    fn merged(&mut self) -> Result<(), Problem> {
        let too_many = || problems::too_many_merged(MERGED_MAX);
        self.merged = self.merged.checked_sub(1).ok_or_else(too_many)?;
        Ok(())
    }

    fn content(&mut self, cell: &Cell) -> Result<(), Problem> {
        let cost = match cell {
            Cell::Text(text)
            | Cell::Fault(Fault::Error(text) | Fault::NoDate(text) | Fault::Unclear(text)) => {
                allocated(text.len())
            }
            Cell::Shown(shown) => {
                allocated(size_of::<Shown>())
                    + allocated(shown.text.len())
                    + allocated(shown.unit.len())
            }
            _ => 0,
        };
        self.memory(cost)
    }
}

/// What `bytes` take of memory.
fn allocated(bytes: usize) -> usize {
    match bytes {
        0 => 0,
        _ => (bytes + TEXT_SHARE).next_multiple_of(TEXT_STEP).max(TEXT_LEAST),
    }
}

/// A sheet that is being read.
#[derive(Debug)]
pub(super) struct Grid<'a> {
    budget: &'a mut Budget,
    sheet: Sheet,
    /// Whether the rows came in order, each once.
    ordered: bool,
    /// Row and column of the first cell that holds something beyond the columns that are read.
    beyond: Option<(usize, usize)>,
    hidden_columns: [bool; COLUMNS_MAX],
}

impl<'a> Grid<'a> {
    pub fn new(budget: &'a mut Budget, name: String, hidden: bool) -> Result<Self, Problem> {
        budget.sheet()?;
        let sheet = Sheet { name, hidden, ..Sheet::default() };
        Ok(Self {
            budget,
            sheet,
            ordered: true,
            beyond: None,
            hidden_columns: [false; COLUMNS_MAX],
        })
    }

    /// Whether a cell in this column, from 0, is passed over, whatever it holds: another cell beyond the columns that
    /// are read is known to hold something. It counts as a cell.
    pub fn passes(&mut self, column: usize) -> Result<bool, Problem> {
        let passes = column >= COLUMNS_MAX && self.beyond.is_some();
        if passes {
            self.budget.cells(1)?;
        }
        Ok(passes)
    }

    /// Puts `cell` into the row with `number`, from 1, and the column, from 0. What is empty takes no room.
    pub fn set(&mut self, number: usize, column: usize, cell: Cell) -> Result<(), Problem> {
        self.budget.cells(1)?;
        if cell == Cell::Empty {
            return Ok(());
        }
        if column >= COLUMNS_MAX {
            self.beyond = self.beyond.or(Some((number, column)));
            return Ok(());
        }
        self.budget.content(&cell)?;
        let rows = &mut self.sheet.rows;
        if rows.last().is_none_or(|row| row.number != number) {
            self.budget.row(number)?;
            self.ordered &= rows.last().is_none_or(|row| row.number < number);
            // Rows are about as long as the one before.
            let length = rows.last().map_or(0, |last| last.cells.len()).max(column + 1);
            let cells = Vec::with_capacity(length);
            self.budget.memory(cells.capacity() * size_of::<Cell>())?;
            rows.push(Row { number, cells, ..Row::default() });
        }
        let Some(row) = rows.last_mut() else {
            return Ok(());
        };
        let cells = &mut row.cells;
        if cells.len() <= column {
            self.budget.cells(column - cells.len())?;
            let before = cells.capacity();
            cells.resize(column + 1, Cell::Empty);
            self.budget.memory((cells.capacity() - before) * size_of::<Cell>())?;
        }
        if let Some(place) = cells.get_mut(column) {
            *place = cell;
        }
        Ok(())
    }

    /// Notes how many fields the record of a text file has.
    pub fn fields(&mut self, number: usize, count: usize) -> Result<(), Problem> {
        self.sheet.fields.push((number, count));
        self.budget.memory(size_of::<(usize, usize)>())
    }

    /// Marks the last row as hidden if it has this number.
    pub fn hide_last(&mut self, number: usize) {
        if let Some(row) = self.sheet.rows.last_mut().filter(|row| row.number == number) {
            row.hidden = true;
        }
    }

    /// Notes that a cell of the last row is struck through if the row has this number.
    pub fn strike_last(&mut self, number: usize) {
        if let Some(row) = self.sheet.rows.last_mut().filter(|row| row.number == number) {
            row.struck = true;
        }
    }

    /// Marks the rows with these numbers as hidden.
    pub fn hide_rows(&mut self, numbers: &BTreeSet<usize>) {
        for row in &mut self.sheet.rows {
            row.hidden |= numbers.contains(&row.number);
        }
    }

    /// Marks columns, from 0, as hidden.
    pub fn hide_columns(&mut self, first: usize, last: usize) -> Result<(), Problem> {
        self.budget.hidden()?;
        let last = last.min(COLUMNS_MAX - 1);
        if let Some(columns) = self.hidden_columns.get_mut(first..=last) {
            columns.fill(true);
        }
        Ok(())
    }

    /// Takes cells that are one. What lies beyond the columns that are read is left out.
    pub fn merge(&mut self, rows: (usize, usize), columns: (usize, usize)) -> Result<(), Problem> {
        self.budget.merged()?;
        let columns = (columns.0, columns.1.min(COLUMNS_MAX - 1));
        let right = rows.0 >= 1 && rows.0 <= rows.1 && columns.0 <= columns.1;
        if right && (rows.0 < rows.1 || columns.0 < columns.1) {
            let rows = (rows.0, rows.1.min(SHEET_ROWS));
            self.sheet.merged.push(Merged { rows, columns });
        }
        Ok(())
    }

    /// Takes a row that could not be read.
    pub fn problem(&mut self, problem: Problem) {
        self.sheet.problems.push(problem);
    }

    /// The sheet, with its rows in order, and without what merged cells cover.
    pub fn finish(mut self) -> Result<Sheet, Problem> {
        if !self.ordered {
            self.order();
        }
        self.check_merged()?;
        let hidden = self.hidden_columns.iter().enumerate().filter(|(_, hidden)| **hidden);
        self.sheet.hidden_columns = hidden.map(|(column, _)| column).collect();
        if let Some((number, column)) = self.beyond {
            self.problem(problems::too_many_columns(number, column));
        }
        for row in &mut self.sheet.rows {
            row.cells.shrink_to_fit();
        }
        Ok(self.sheet)
    }

    /// Brings the rows into their order and puts parts of the same row together; what came later counts.
    fn order(&mut self) {
        let mut rows = std::mem::take(&mut self.sheet.rows);
        rows.sort_by_key(|row| row.number);
        for row in rows {
            match self.sheet.rows.last_mut().filter(|last| last.number == row.number) {
                None => self.sheet.rows.push(row),
                Some(last) => {
                    last.hidden |= row.hidden;
                    last.struck |= row.struck;
                    last.cells.resize(last.cells.len().max(row.cells.len()), Cell::Empty);
                    for (place, cell) in last.cells.iter_mut().zip(row.cells) {
                        if cell != Cell::Empty {
                            *place = cell;
                        }
                    }
                }
            }
        }
    }

    /// Refuses merged cells that overlap, and empties the cells that others cover.
    fn check_merged(&mut self) -> Result<(), Problem> {
        self.sheet.merged.sort_by_key(|merged| (merged.rows.0, merged.columns.0));
        let mut covered = [0; COLUMNS_MAX];
        let rows = &mut self.sheet.rows;
        for merged in &self.sheet.merged {
            let (top, bottom) = merged.rows;
            for bottom_of_column in
                covered.iter_mut().take(merged.columns.1 + 1).skip(merged.columns.0)
            {
                if *bottom_of_column >= top {
                    return Err(problems::merged_overlap(top, merged.columns.0));
                }
                *bottom_of_column = bottom;
            }
            let first = rows.partition_point(|row| row.number < top);
            for row in rows.iter_mut().skip(first).take_while(|row| row.number <= bottom) {
                for column in merged.columns.0..=merged.columns.1 {
                    if (row.number, column) != (top, merged.columns.0)
                        && let Some(cell) = row.cells.get_mut(column)
                    {
                        *cell = Cell::Empty;
                    }
                }
            }
        }
        for row in rows.iter_mut() {
            let filled = row.cells.iter().rposition(|cell| *cell != Cell::Empty);
            row.cells.truncate(filled.map_or(0, |last| last + 1));
        }
        rows.retain(|row| !row.cells.is_empty());
        Ok(())
    }
}

/// `text` as a cell: without the blanks around it, and not longer than a cell is kept.
pub(super) fn text_cell(text: &str) -> Cell {
    match cut(text.trim()) {
        "" => Cell::Empty,
        text => Cell::Text(text.to_owned()),
    }
}

/// The first [`CHARACTERS_KEPT`] characters.
pub(super) fn cut(text: &str) -> &str {
    match text.char_indices().nth(CHARACTERS_KEPT) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

#[cfg(test)]
#[path = "grid_tests.rs"]
mod tests;
