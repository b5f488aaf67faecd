//! What the head leaves open: columns of sums, columns twice, columns that nobody knows, what is missing.

use std::collections::HashSet;

use jiff::civil::Date;

use super::column::{Column, Meaning};
use super::context::Found;
use super::head::Head;
use super::lookup::Lookup;
use super::plain::{Grid, is_blank, line, squash};
use super::title::{Gathered, is_footer};
use super::understanding::{ColumnRead, Layout};
use crate::core::nearest;
use crate::ledger::book::COLUMNS_MAX;
use crate::ledger::columns::{COLUMNS, name_of};
use crate::locales::{Text, ledger as places, understanding as says};

/// The columns below the head that hold anything in a row that is shown.
fn with_content(grid: &Grid<'_>, head: &Head) -> Vec<bool> {
    let mut content = vec![false; COLUMNS_MAX];
    let below = grid.sheet.rows.get(head.rows.end..).unwrap_or_default();
    for row in below.iter().filter(|row| !row.hidden) {
        for (slot, cell) in content.iter_mut().zip(&row.cells) {
            *slot |= !is_blank(cell);
        }
    }
    content
}

/// Takes columns for sums that are: of all villages beside villages, of an item beside its crops.
fn sums(head: &mut Head) {
    let villages = head.columns.iter().any(|c| matches!(c.meaning, Meaning::Village(Some(_))));
    let of_crops: HashSet<_> = head
        .columns
        .iter()
        .filter_map(|column| match column.meaning {
            Meaning::Item(code, Some(_)) => Some(code),
            _ => None,
        })
        .collect();
    for column in &mut head.columns {
        match column.meaning {
            Meaning::Village(None) if villages => column.meaning = Meaning::Total(None),
            Meaning::Item(code, None) if of_crops.contains(&code) => {
                column.meaning = Meaning::Total(Some(code));
            }
            _ => {}
        }
    }
}

/// Columns of other layouts than that of the table, which would be taken for nothing.
fn is_foreign(column: &Column, layout: Layout) -> bool {
    match column.meaning {
        Meaning::Item(..) => layout != Layout::Matrix,
        Meaning::Village(_) => layout != Layout::MatrixOfItems,
        Meaning::Role("value") => layout != Layout::List,
        Meaning::Role("code") => layout == Layout::Matrix,
        Meaning::Role("village") => layout == Layout::MatrixOfItems,
        Meaning::Unknown => true,
        _ => false,
    }
}

/// What tells a column from another one: meaning, days, and the words of its head that are asked about.
#[derive(PartialEq)]
struct Key {
    meaning: Meaning,
    days: Option<(Date, Date)>,
    over: Vec<String>,
}

impl Key {
    fn of(column: &Column) -> Self {
        let over = if column.days.is_some() { Vec::new() } else { column.over.clone() };
        Self { meaning: column.meaning.clone(), days: column.days, over }
    }
}

/// Settles the columns of `head`; returns them as they are shown to whoever confirms.
pub(super) fn columns(
    grid: &Grid<'_>,
    head: &mut Head,
    lookup: &Lookup<'_>,
    said: &mut Vec<Text>,
    found: &mut Found,
) -> Vec<ColumnRead> {
    sums(head);
    let number = number_of(grid, head);
    let content = with_content(grid, head);
    let filled = |index: usize| content.get(index).copied().unwrap_or(false);
    let mut seen: Vec<(Key, String)> = Vec::new();
    let mut left: Vec<String> = Vec::new();
    let mut read = Vec::new();
    for column in &mut head.columns {
        let hidden = grid.sheet.hidden_columns.contains(&column.index);
        let place = || grid.place(number, column.index, says::head());
        let needed =
            matches!(column.meaning, Meaning::Role(_) | Meaning::Item(..) | Meaning::Village(_));
        if hidden && filled(column.index) {
            if needed && !is_foreign(column, head.layout) {
                found.add(place(), &column.head, says::hidden_column(), says::show_column());
            } else {
                said.push(says::hidden_column_left(grid.column(column.index), &column.head));
            }
            column.meaning = if needed { column.meaning.clone() } else { Meaning::Aside };
        } else if column.meaning == Meaning::Leave && filled(column.index) {
            let by_letters = lookup.leaves_column(&grid.column(column.index));
            if !by_letters && left.contains(&column.head) {
                let hint = says::leave_column(grid.column(column.index));
                found.add(place(), &column.head, says::leaves_several(), hint);
            }
            left.push(column.head.clone());
        } else if is_foreign(column, head.layout) {
            if filled(column.index) {
                let (rule, hint) = column
                    .question()
                    .unwrap_or_else(|| (places::no_such_column(), way_out(column)));
                found.add(place(), &column.head, rule, hint);
            }
            column.meaning = Meaning::Unknown;
        } else if needed {
            let own = Key::of(column);
            if let Some((_, other)) = seen.iter().find(|(key, _)| *key == own) {
                let label = matches!(column.meaning, Meaning::Role("village" | "code"));
                let hint = match (label, *other == column.head) {
                    (true, _) => says::two_tables(),
                    (_, true) => says::leave_column(grid.column(column.index)),
                    _ => says::leave_one(&column.head),
                };
                found.add(place(), &column.head, places::column_twice(), hint);
            }
            seen.push((own, column.head.clone()));
        }
        if column.head.is_empty() && !filled(column.index) {
            continue;
        }
        read.push(ColumnRead {
            place: grid.column(column.index),
            head: column.head.clone(),
            meaning: column.said(lookup),
        });
    }
    for index in head.columns.len()..COLUMNS_MAX {
        if filled(index) {
            read.push(ColumnRead { place: grid.column(index), head: String::new(), meaning: None });
        }
    }
    read
}

/// What may be meant by a head that is no column, and how to say it.
fn way_out(column: &Column) -> Text {
    let way = says::column_way_out(&column.head);
    let heads = COLUMNS.iter().flat_map(|column| std::iter::once(&column.id).chain(column.names));
    // Of one character, any other is near.
    let heads = heads.copied().filter(|head| head.chars().nth(1).is_some());
    match nearest(&column.head, heads) {
        Some(near) => Text::clauses([places::did_you_mean(near), way]),
        None => way,
    }
}

fn number_of(grid: &Grid<'_>, head: &Head) -> usize {
    grid.sheet.rows.get(head.rows.start).map_or(1, |row| row.number)
}

/// Asks about a table without a column of villages whose title or sheet names one: its rows would be of the township.
pub(super) fn village_of_title(
    grid: &Grid<'_>,
    head: &Head,
    lookup: &Lookup<'_>,
    found: &mut Found,
) {
    if head.layout == Layout::MatrixOfItems || head.role("village").is_some() {
        return;
    }
    let above = grid.sheet.rows.iter().take(head.rows.start).filter(|row| !row.hidden);
    let below = grid.sheet.rows.iter().skip(head.rows.end).filter(|row| !row.hidden);
    let cells = above.chain(below.filter(|row| is_footer(row))).flat_map(|row| {
        row.cells.iter().map(|cell| (places::place_row(row.number), squash(&line(cell))))
    });
    let sheet = std::iter::once((places::place_sheet(), squash(&grid.sheet.name)));
    let villages = &lookup.township.villages;
    let named = cells.chain(sheet).find_map(|(place, text)| {
        let village = villages.iter().find(|village| text.contains(&squash(&village.name)))?;
        Some((place, text, village.name.as_str()))
    });
    if let Some((place, text, village)) = named {
        let hint = places::add_column(name_of("village"));
        found.add(place, &text, says::village_in_title(village, name_of("village")), hint);
    }
}

/// Names what an entry needs and neither the table nor anything else gives.
pub(super) fn missing(grid: &Grid<'_>, head: &Head, gathered: &Gathered, found: &mut Found) {
    let number = number_of(grid, head);
    let mut add = |id: &str, hint: Text| {
        let rule = places::column_missing(name_of(id));
        found.add(places::place_row(number), "", rule, hint);
    };
    let lacks = |id: &str| head.role(id).is_none();
    if head.layout == Layout::List {
        for id in ["code", "value"] {
            if lacks(id) {
                add(id, places::add_column(name_of(id)));
            }
        }
    }
    if head.layout == Layout::Matrix && lacks("village") && lacks("crop") {
        add("village", places::add_column(name_of("village")));
    }
    let no_item = !head.columns.iter().any(|c| matches!(c.meaning, Meaning::Item(..)));
    if head.layout == Layout::Matrix && !head.complete && no_item {
        add("code", says::name_the_item());
    }
    let mut values = head.columns.iter().filter(|c| matches!(c.meaning, Meaning::Item(..)));
    let by_columns = head.layout == Layout::Matrix && values.all(|column| column.days.is_some());
    if lacks("from") && lacks("to") && gathered.days.is_none() && !by_columns {
        add("from", says::give_days(name_of("from")));
    }
    if lacks("document") && gathered.document.is_none() {
        add("document", says::give_document(name_of("document")));
    }
    if lacks("entered_by") && gathered.by.is_none() {
        add("entered_by", says::give_person(name_of("entered_by")));
    }
}
