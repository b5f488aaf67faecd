//! Chooses the sheets of a file, and reads each of them.

use jiff::Timestamp;

use super::body::Body;
use super::context::{Context, Found, PROBLEMS_MAX};
use super::head::{self, Head};
use super::lookup::Lookup;
use super::plain::Grid;
use super::understanding::{Asked, SheetRead, Understanding};
use super::{equal, levels, notes, settle, title};
use crate::core::Problem;
use crate::ledger::book::{Book, Sheet};
use crate::ledger::columns::COLUMNS;
use crate::ledger::value::refused_day;
use crate::locales::{Text, cells, ledger as places, understanding as says};
use crate::water::Township;

/// What is understood of `book`.
pub(super) fn of_book(
    book: &Book,
    asked: &Asked,
    township: &Township,
    now: Timestamp,
) -> Understanding {
    let context = Context::new(asked, township, now);
    let mut lookup = Lookup::new(township, &asked.meanings);
    let mut whole = Understanding::default();
    let refused = |day| Some((day, refused_day(day, context.year())?));
    if let Some((from, to)) = asked.days
        && let Some((day, rule)) = refused(from).or_else(|| refused(to))
    {
        whole.problems.push(Problem::new("--days", day, rule, cells::check_the_year()));
    }
    let chosen = choose(book, asked, &mut lookup, &mut whole);
    let mut room = PROBLEMS_MAX;
    for (sheet, head) in chosen {
        let mut found = Found::new(room);
        let mut read = read(sheet, head, book.lettered, &context, &mut lookup, &mut found);
        read.problems.extend(found.list);
        room = room.saturating_sub(read.problems.len());
        whole.sheets.push(read);
    }
    equal::settle(&mut whole.sheets, asked.equal_rows, room);
    if whole.sheets.len() > 1 {
        for sheet in &mut whole.sheets {
            let name = sheet.name.clone().unwrap_or_default();
            for problem in &mut sheet.problems {
                problem.path = String::from(says::in_sheet(&name, &problem.path));
            }
        }
    }
    whole
}

/// The sheets to read, with their heads. What is not read is named.
fn choose<'a>(
    book: &'a Book,
    asked: &Asked,
    lookup: &mut Lookup<'_>,
    whole: &mut Understanding,
) -> Vec<(&'a Sheet, Head)> {
    let mut refuse = |value: &str, rule: Text, hint: Text| {
        whole.problems.push(Problem::new(places::place_sheet(), value, rule, hint));
    };
    for name in &asked.sheets {
        if !book.sheets.iter().any(|sheet| sheet.name == name.trim()) {
            let names = Text::list(book.sheets.iter().map(|sheet| sheet.name.as_str()));
            refuse(name, places::no_such_sheet(), places::sheets_are(names));
        }
    }
    let named = |sheet: &Sheet| asked.sheets.iter().any(|name| name.trim() == sheet.name);
    let mut readable = Vec::new();
    let mut alike = Vec::new();
    for sheet in &book.sheets {
        let wanted = asked.sheets.is_empty() || named(sheet);
        let why = if sheet.hidden && !named(sheet) {
            says::hidden_sheet()
        } else if !wanted {
            says::sheet_not_named()
        } else if sheet.rows.is_empty() && sheet.problems.is_empty() {
            says::empty_sheet()
        } else {
            match head::find(&Grid::new(sheet, book.lettered), lookup) {
                Some(head) if head.complete => {
                    readable.push((sheet, head));
                    continue;
                }
                Some(head) => alike.push((sheet, head)),
                None if named(sheet) => {
                    refuse(&sheet.name, places::sheet_without_columns(), columns_needed());
                }
                None => {}
            }
            places::sheet_without_columns()
        };
        whole.not_read.push((sheet.name.clone(), why));
    }
    // A table that lacks a column tells more than that there is none.
    if readable.is_empty() || !asked.sheets.is_empty() {
        for (sheet, head) in alike {
            whole.not_read.retain(|(name, _)| *name != sheet.name);
            readable.push((sheet, head));
        }
    }
    if asked.sheets.is_empty() && readable.len() > 1 {
        let unread: Vec<&str> = readable.drain(..).map(|(sheet, _)| sheet.name.as_str()).collect();
        ask_which(&unread, whole);
    }
    if readable.is_empty() && whole.problems.is_empty() {
        let damaged = book.sheets.iter().flat_map(|sheet| sheet.problems.iter().cloned());
        whole.problems.extend(damaged.take(PROBLEMS_MAX));
        let rule = places::no_sheet_with_columns();
        whole.problems.push(Problem::new(places::place_file(), "", rule, columns_needed()));
    }
    readable
}

/// Asks which of several sheets is meant.
fn ask_which(sheets: &[&str], whole: &mut Understanding) {
    let first = sheets.first().copied().unwrap_or_default().to_owned();
    let rule = says::several_sheets(Text::list(sheets.iter().copied()));
    whole.problems.push(Problem::new(places::place_file(), "", rule, says::name_the_sheet(first)));
    whole.not_read.extend(sheets.iter().map(|name| ((*name).to_owned(), says::sheet_not_named())));
}

fn columns_needed() -> Text {
    let needed = COLUMNS.iter().filter(|column| !column.optional).map(|column| (column.name)());
    says::needs_columns(Text::list(needed))
}

/// Reads one sheet.
fn read<'a>(
    sheet: &'a Sheet,
    mut head: Head,
    lettered: bool,
    context: &Context<'a>,
    lookup: &mut Lookup<'a>,
    found: &mut Found,
) -> SheetRead {
    let grid = Grid::new(sheet, lettered);
    for problem in &sheet.problems {
        found.push(problem.clone());
    }
    let mut gathered = title::gather(&grid, &head, context, lookup, found);
    notes::settle_units(&grid, &mut head, &mut gathered, found);
    levels::settle(&grid, &mut head, &gathered, found);
    levels::ask_line_above(&grid, &head, lookup, found);
    let columns = settle::columns(&grid, &mut head, lookup, &mut gathered.said, found);
    settle::village_of_title(&grid, &head, lookup, found);
    settle::missing(&grid, &head, &gathered, found);
    let mut body = Body::new(&grid, &head, gathered, context, lookup, found);
    body.read();
    let (rows, left_out, gathered, last) = (body.rows, body.left_out, body.gathered, body.last);
    notes::ask(&grid, &head, &gathered, last, lookup, found);
    equal::ask_rows(&rows, &grid, &head, found);
    equal::ask_crops(&rows, &grid, &head, found);
    let heads = sheet.rows.get(head.rows.clone()).unwrap_or_default();
    SheetRead {
        name: Some(sheet.name.clone()).filter(|name| !name.is_empty()),
        layout: head.layout,
        head: heads.iter().map(|row| row.number).collect(),
        columns,
        gathered: gathered.said,
        rows: rows.into_iter().map(|row| row.read).collect(),
        left_out,
        problems: Vec::new(),
    }
}

#[cfg(test)]
#[path = "sheets_tests.rs"]
mod tests;
