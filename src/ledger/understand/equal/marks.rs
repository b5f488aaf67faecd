//! Rows that say beside their value that they may be none: struck through, 作废, 小计.

use std::collections::HashMap;

use super::super::body::Entered;
use super::super::column::Meaning;
use super::super::context::Found;
use super::super::head::Head;
use super::super::plain::{Grid, line};
use super::super::words;
use crate::ledger::book::{Cell, Row};
use crate::ledger::columns::name_of;
use crate::locales::{Text, ledger as places};

/// Columns of the ledger that say nothing of the kind, or in which a total is told already.
const PASSED_OVER: [&str; 8] =
    ["row", "value", "unit", "from", "to", "village", "crop", "entered_by"];

/// Asks about each row of the file that has such a mark.
pub(super) fn ask(rows: &[Entered], grid: &Grid<'_>, head: &Head, found: &mut Found) {
    // How many rows of the file have each paper: what several have is the paper's own name.
    let mut papers: HashMap<&str, (usize, usize)> = HashMap::new();
    for row in rows {
        let paper = papers.entry(&row.read.entry.document).or_default();
        if paper.0 != row.read.number {
            *paper = (row.read.number, paper.1 + 1);
        }
    }
    let mut last = 0;
    for row in rows.iter().filter(|row| row.read.entry.id == 0) {
        let number = row.read.number;
        if std::mem::replace(&mut last, number) == number {
            continue;
        }
        let at = grid.sheet.rows.binary_search_by_key(&number, |row| row.number);
        let Some(of_file) = at.ok().and_then(|at| grid.sheet.rows.get(at)) else { continue };
        let shared =
            papers.get(row.read.entry.document.as_str()).is_some_and(|(_, rows)| *rows > 1);
        if of_file.struck {
            let place = places::place_row(number);
            found.add(place, "", places::struck_through(), places::struck_way_out());
        } else if grid.sheet.fields_of(number).is_some() && has_moved(of_file, head) {
            let place = places::place_row(number);
            found.add(place, "", places::comma_may_part(), places::quote_commas());
        } else {
            ask_words(of_file, shared, grid, head, found);
        }
    }
}

/// Whether in a text file a number may be parted by its comma, 1,200 in 1 and 200, and have pushed the last value
/// into a column of remarks.
fn has_moved(row: &Row, head: &Head) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let texts: Vec<_> = row.cells.iter().map(line).collect();
    let parted = texts.windows(2).position(|pair| {
        let [one, two] = pair else { return false };
        digits(one) && one.len() <= 3 && digits(two) && two.len() == 3
    });
    let Some(parted) = parted else { return false };
    let aside = |index: usize| {
        let column = head.columns.iter().find(|column| column.index == index);
        column.is_some_and(|column| column.meaning == Meaning::Aside)
    };
    texts.iter().enumerate().any(|(index, text)| index > parted && aside(index) && digits(text))
}

/// Asks about the first word of a row that makes it doubtful.
fn ask_words(row: &Row, shared: bool, grid: &Grid<'_>, head: &Head, found: &mut Found) {
    for (index, cell) in row.cells.iter().enumerate() {
        let Cell::Text(text) = cell else { continue };
        let column = head.columns.iter().find(|column| column.index == index);
        let role = match column.map(|column| &column.meaning) {
            Some(Meaning::Role(id)) => id,
            Some(Meaning::Item(..) | Meaning::Village(_) | Meaning::Total(_)) => continue,
            _ => "",
        };
        if PASSED_OVER.contains(&role) {
            continue;
        }
        let totals = role.is_empty() || role == "document" && !shared;
        let total = words::total_within(text).filter(|_| totals);
        let (rule, hint) = match (words::void_within(text), total) {
            (Some(word), _) => (places::says_void(word), places::void_way_out(word)),
            (None, Some(word)) => (places::says_total(word), places::total_way_out(word)),
            (None, None) => continue,
        };
        let name = match column {
            Some(_) if !role.is_empty() => name_of(role),
            Some(column) => Text::verbatim(super::super::plain::squash(&column.head)),
            None => Text::default(),
        };
        return found.add(grid.place(row.number, index, name), &line(cell), rule, hint);
    }
}
