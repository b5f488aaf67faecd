//! Finds the head of a table below its title: of one level, or of several with merged cells.

use super::column::{Column, Meaning, bare_unit, column};
use super::lookup::Lookup;
use super::plain::{Grid, is_blank, line, squash};
use super::titled::{self, TitleItem};
use super::understanding::Layout;
use super::{qualifiers, words};
use crate::ledger::book::{COLUMNS_MAX, Cell, Row};
use crate::ledger::columns::id_of;

/// Rows in which the head is looked for. Engineering judgement: titles and notes above a table take a few.
const ROWS: usize = 30;

/// Most levels of a head: item over crop over unit.
const LEVELS: usize = 3;

/// Columns of the ledger that make a row its head although what it needs is not all there.
const LIKENESS: usize = 3;

/// Rows below a head by which the column of villages, or of items, is told where its head does not say it.
const SAMPLE: usize = 5;

/// The head of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Head {
    /// Its rows, as indices into those of the sheet.
    pub rows: std::ops::Range<usize>,
    pub layout: Layout,
    pub columns: Vec<Column>,
    /// Whether what a table needs is there.
    pub complete: bool,
    /// The item that the title names, where neither columns nor rows name one.
    pub item: Option<TitleItem>,
}

impl Head {
    /// The column of the ledger with this id.
    pub fn role(&self, id: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| matches!(column.meaning, Meaning::Role(role) if role == id))
    }
}

/// The head of the sheet.
pub(super) fn find(grid: &Grid<'_>, lookup: &mut Lookup<'_>) -> Option<Head> {
    let count = grid.sheet.rows.len().min(ROWS);
    let mut like: Option<(usize, Head)> = None;
    for first in 0..count {
        if grid.sheet.rows.get(first).is_none_or(|row| row.hidden) {
            continue;
        }
        let single = read(grid, first..first + 1, lookup);
        let mut last = first + 1;
        while last < count && last - first < LEVELS && is_level(grid, first..last, lookup) {
            last += 1;
        }
        let whole = |head: &Head| head.complete;
        // A line above a head that is whole by itself is a title, unless a head hangs down from it.
        if last > first + 1
            && (hangs_down(grid, first, lookup)
                || !read(grid, first + 1..first + 2, lookup).is_some_and(|h| h.complete))
        {
            let deep = read(grid, first..last, lookup).filter(whole);
            if deep.is_some() {
                return deep;
            }
        }
        match single {
            Some(head) if head.complete => return Some(head),
            Some(head) => {
                let roles = head.columns.iter().filter(|c| matches!(c.meaning, Meaning::Role(_)));
                // Heads of items with their units are those of a table, whatever else it lacks.
                let items = head.columns.iter().filter(|c| {
                    head.layout == Layout::Matrix
                        && (c.unit.is_some() && matches!(c.meaning, Meaning::Item(..))
                            || is_crop(c))
                });
                let alike = roles.count() + LIKENESS * items.count();
                if alike >= LIKENESS && like.as_ref().is_none_or(|(best, _)| alike > *best) {
                    like = Some((alike, head));
                }
            }
            None => {}
        }
    }
    like.map(|(_, head)| head)
}

/// Whether a column of the ledger stands in a row with nothing below it, as the village beside items in two levels.
fn hangs_down(grid: &Grid<'_>, at: usize, lookup: &mut Lookup<'_>) -> bool {
    let rows = &grid.sheet.rows;
    let (Some(row), Some(below)) = (rows.get(at), rows.get(at + 1)) else { return false };
    (0..row.cells.len()).any(|index| {
        let text = line(grid.own(row, index));
        !text.is_empty()
            && is_blank(grid.own(below, index))
            && matches!(
                column(index, &[text.into_owned()], false, lookup).meaning,
                Meaning::Role("code" | "village" | "crop")
            )
    })
}

/// The words above each other in a column of the head.
fn texts(grid: &Grid<'_>, rows: std::ops::Range<usize>, index: usize) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let last = rows.end - 1;
    let top = grid.sheet.rows.get(rows.start).map_or(0, |row| row.number);
    for at in rows {
        let Some(row) = grid.sheet.rows.get(at) else { continue };
        // What hangs down from above the head is not of it.
        let from_above = grid.area(row.number, index).is_some_and(|area| area.rows.0 < top);
        let cell = if from_above { grid.own(row, index) } else { grid.filled(row, index, true) };
        let mut text = line(cell).into_owned();
        // A text file has no merged cells: what stands to the left reaches over what is below.
        let below = grid.sheet.rows.get(last).filter(|_| at < last);
        let alone =
            |row: &Row, index: usize| is_blank(row.cells.get(index).unwrap_or(&Cell::Empty));
        if text.is_empty()
            && grid.sheet.merged.is_empty()
            && below.is_some_and(|below| !alone(below, index))
        {
            let left = (0..index).rev().find(|left| !alone(row, *left));
            let reaches = left.filter(|left| below.is_some_and(|below| !alone(below, *left)));
            text = reaches.map_or(text, |left| line(grid.own(row, left)).into_owned());
        }
        if !text.is_empty() && texts.last() != Some(&text) {
            texts.push(text);
        }
    }
    texts
}

fn width(grid: &Grid<'_>, rows: std::ops::Range<usize>) -> usize {
    let cells = rows.filter_map(|at| grid.sheet.rows.get(at)).map(|row| row.cells.len());
    let merged = grid.sheet.merged.iter().map(|area| (area.rows.0, area.columns.1 + 1));
    let number = grid.sheet.rows.first().map_or(0, |row| row.number);
    let merged = merged.filter(|(row, _)| *row < number + ROWS).map(|(_, width)| width);
    cells.chain(merged).max().unwrap_or(0).min(COLUMNS_MAX)
}

/// Whether the row behind `rows` is a further level of their head: words of heads below words of heads.
fn is_level(grid: &Grid<'_>, rows: std::ops::Range<usize>, lookup: &mut Lookup<'_>) -> bool {
    let (Some(next), Some(above)) =
        (grid.sheet.rows.get(rows.end), grid.sheet.rows.get(rows.end - 1))
    else {
        return false;
    };
    let mut any = false;
    let mut tops: Vec<String> = Vec::new();
    for index in 0..next.cells.len() {
        let own = grid.own(next, index);
        if is_blank(own) {
            continue;
        }
        let text = line(own);
        // The label of a row of units.
        if id_of(&squash(&text)) == Some("unit") {
            continue;
        }
        if !matches!(own, Cell::Text(_)) || words::is_label(&text) {
            return false;
        }
        let level = column(index, &[text.to_string()], false, lookup);
        let known = !matches!(level.meaning, Meaning::Unknown | Meaning::Nameless | Meaning::Leave)
            || bare_unit(&squash(&text)).is_some()
            || level.crop_written.is_some();
        let over = texts(grid, rows.start..rows.end + 1, index);
        let top = over.first().cloned().unwrap_or_default();
        let label = column(index, &[line(grid.own(above, index)).into_owned()], false, lookup);
        // Below the heads of villages, items and papers there is data, unless they reach over several columns.
        let area = grid.area(above.number, index);
        let reaches = area.is_some_and(|area| area.columns.0 < area.columns.1);
        let data = !reaches
            && matches!(label.meaning, Meaning::Role(id) if !matches!(id, "value" | "from" | "to"));
        if !known || data || over.len() < 2 {
            return false;
        }
        any = true;
        tops.push(top);
    }
    // A title over all columns is no level.
    let one = tops.windows(2).all(|pair| matches!(pair, [one, other] if one == other));
    let filled = above.cells.iter().filter(|cell| !is_blank(cell)).count();
    any && !(one && filled < 2)
}

/// `rows` as a head.
fn read(grid: &Grid<'_>, rows: std::ops::Range<usize>, lookup: &mut Lookup<'_>) -> Option<Head> {
    let width = width(grid, rows.clone());
    let all: Vec<Vec<String>> = (0..width).map(|index| texts(grid, rows.clone(), index)).collect();
    let filled = all.iter().filter(|texts| !texts.is_empty()).count();
    if filled < 2 {
        return None;
    }
    let exported = all.iter().flatten().any(|text| words::is_of_export(&squash(text)));
    let mut columns: Vec<Column> =
        (0..).zip(&all).map(|(index, texts)| column(index, texts, exported, lookup)).collect();
    for column in &mut columns {
        if lookup.leaves_column(&grid.column(column.index)) {
            column.meaning = Meaning::Leave;
        }
    }
    let has = |columns: &[Column], id: &str| {
        columns.iter().any(|c| matches!(c.meaning, Meaning::Role(role) if role == id))
    };
    let count =
        |wanted: fn(&Meaning) -> bool| columns.iter().filter(|c| wanted(&c.meaning)).count();
    let items = count(|meaning| matches!(meaning, Meaning::Item(..)));
    let villages = count(|meaning| matches!(meaning, Meaning::Village(Some(_))));
    let head = |layout, columns, complete| {
        Some(Head { rows: rows.clone(), layout, columns, complete, item: None })
    };
    if has(&columns, "code") && has(&columns, "value") {
        return head(Layout::List, columns, true);
    }
    if items > 0 && !has(&columns, "value") {
        let found = has(&columns, "village")
            || label(grid, rows.end, &mut columns, "village", is_village, lookup);
        // Loss rates are of a crop, and of no village.
        if found || has(&columns, "crop") {
            return head(Layout::Matrix, columns, true);
        }
    }
    if villages > 0 && !has(&columns, "value") {
        let found =
            has(&columns, "code") || label(grid, rows.end, &mut columns, "code", is_item, lookup);
        if found {
            return head(Layout::MatrixOfItems, columns, true);
        }
    }
    if !has(&columns, "code")
        && !has(&columns, "value")
        && items == 0
        && let Some(found) = by_title(grid, rows.clone(), &columns, lookup)
    {
        return Some(found);
    }
    // Of a table whose items are all to be asked, each is.
    let asked = columns.iter().any(|column| column.question().is_some());
    if has(&columns, "village") && asked && !has(&columns, "code") && !has(&columns, "value") {
        return head(Layout::Matrix, columns, true);
    }
    let some = has(&columns, "code") || has(&columns, "value");
    match (some, items) {
        (true, _) => head(Layout::List, columns, false),
        // Villages by crops, and nobody says of which item.
        (false, 0) if has(&columns, "village") && columns.iter().any(is_crop) => {
            head(Layout::Matrix, columns, false)
        }
        (false, 0) => None,
        (false, _) => head(Layout::Matrix, columns, false),
    }
}

/// Whether a head is a crop and nothing else.
fn is_crop(column: &Column) -> bool {
    column.meaning == Meaning::Unknown && column.crop.is_some()
}

fn is_village(text: &str, lookup: &mut Lookup<'_>) -> bool {
    words::is_total(text) || lookup.village(text).found().is_some()
}

fn is_item(text: &str, lookup: &mut Lookup<'_>) -> bool {
    words::is_total(text) || lookup.item(text).found().is_some()
}

/// A table whose item is named in its title alone: villages by crops or by months, or months by villages.
fn by_title(
    grid: &Grid<'_>,
    rows: std::ops::Range<usize>,
    columns: &[Column],
    lookup: &mut Lookup<'_>,
) -> Option<Head> {
    let mut columns = columns.to_vec();
    let is_day = |column: &Column| {
        column.meaning == Meaning::Unknown
            && qualifiers::days_alone(&column.head, qualifiers::ANY_YEAR).is_some()
    };
    let is_part = |column: &Column| is_crop(column) || is_day(column);
    let with_days = columns.iter().any(|c| matches!(c.meaning, Meaning::Role("from")));
    let villages = columns.iter().any(|c| matches!(c.meaning, Meaning::Village(Some(_))));
    let parts = columns.iter().any(is_part);
    if !(parts || villages && with_days) {
        return None;
    }
    let item = titled::item(grid, rows.start, lookup)?;
    let complete = true;
    if !parts {
        let layout = Layout::MatrixOfItems;
        return Some(Head { rows, layout, columns, complete, item: Some(item) });
    }
    let is_village = |text: &str, lookup: &mut Lookup<'_>| lookup.village(text).found().is_some();
    let labelled = columns.iter().any(|c| matches!(c.meaning, Meaning::Role("village")))
        || label(grid, rows.end, &mut columns, "village", is_village, lookup);
    if !labelled {
        return None;
    }
    for column in columns.iter_mut().filter(|column| is_part(column)) {
        if is_day(column) && column.over.is_empty() {
            column.over.push(column.head.clone());
        }
        column.meaning = Meaning::Item(item.code, column.crop.clone());
        column.unit = column.unit.take().or_else(|| item.unit.clone());
    }
    Some(Head { rows, layout: Layout::Matrix, columns, complete, item: Some(item) })
}

/// Takes the first column whose head does not say what it is, and whose first cells are all of a kind, for `role`.
fn label(
    grid: &Grid<'_>,
    below: usize,
    columns: &mut [Column],
    role: &'static str,
    is: impl Fn(&str, &mut Lookup<'_>) -> bool,
    lookup: &mut Lookup<'_>,
) -> bool {
    for column in columns.iter_mut() {
        let open = matches!(
            column.meaning,
            Meaning::Nameless | Meaning::Unknown | Meaning::Role("code" | "village" | "unit")
        );
        if !open && !words::is_corner(&squash(&column.head)) {
            continue;
        }
        let rows = grid.sheet.rows.iter().skip(below).filter(|row| !row.hidden);
        let cells = rows.map(|row| line(grid.own(row, column.index)).into_owned());
        let sample: Vec<String> = cells.filter(|text| !text.is_empty()).take(SAMPLE).collect();
        let sample: Vec<&String> =
            sample.iter().filter(|text| !words::is_label(text) && !words::is_total(text)).collect();
        if !sample.is_empty() && sample.iter().all(|text| is(text, lookup)) {
            column.meaning = Meaning::Role(role);
            return true;
        }
    }
    false
}
