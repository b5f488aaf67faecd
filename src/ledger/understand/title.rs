//! What the lines above and below a table say: year, day, paper, person, unit.

use jiff::civil::Date;

use super::context::Context;
use super::day::{self, Years};
use super::head::Head;
use super::plain::{Grid, is_blank, line, squash};
use super::words;
use crate::ledger::book::{Cell, Row};
use crate::locales::{Text, ledger as places, understanding as says};

/// Rows below a table that may hold whom it is from. Engineering judgement.
const FOOTER_ROWS: usize = 10;

/// What the lines around a table say.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gathered {
    pub years: Years,
    pub days: Option<(Date, Date)>,
    pub document: Option<String>,
    pub by: Option<String>,
    pub unit: Option<String>,
    /// What was used, each with its place.
    pub said: Vec<Text>,
}

/// A cell of such a line.
struct Line<'a> {
    number: usize,
    text: String,
    /// The filled cell behind it.
    next: Option<&'a Cell>,
    above: bool,
}

fn lines<'a>(grid: &Grid<'a>, head: &Head) -> Vec<Line<'a>> {
    let rows = &grid.sheet.rows;
    let below = rows.len().saturating_sub(FOOTER_ROWS).max(head.rows.end);
    let above = rows.iter().take(head.rows.start).map(|row| (row, true));
    let footer = rows.iter().skip(below).filter(|row| is_footer(row)).map(|row| (row, false));
    let mut lines = Vec::new();
    for (row, above) in above.chain(footer).filter(|(row, _)| !row.hidden) {
        let filled: Vec<&Cell> = row.cells.iter().filter(|cell| !is_blank(cell)).collect();
        for (at, cell) in filled.iter().enumerate() {
            let text = line(cell).into_owned();
            lines.push(Line { number: row.number, text, next: filled.get(at + 1).copied(), above });
        }
    }
    lines
}

/// Whether a row is a line with a label, such as 制表人：黄某.
pub(super) fn is_footer(row: &Row) -> bool {
    let first = row.cells.iter().find(|cell| !is_blank(cell));
    first.is_some_and(|cell| words::is_label(&line(cell)))
}

/// The year that is meant where none is written: what the clerk says, else the one that title and sheet name.
fn years(lines: &[Line<'_>], grid: &Grid<'_>, context: &Context<'_>) -> (Years, Option<Text>) {
    let range = context.years();
    if let Some(year) = context.asked.year {
        return (Years { named: Some(year), range }, None);
    }
    let mut found: Vec<(i16, Text)> = Vec::new();
    for line in lines.iter().filter(|line| line.above) {
        if let Some(year) = day::year_in(&line.text, range) {
            found.push((year, places::place_row(line.number)));
        }
    }
    if let Some(year) = day::year_in(&grid.sheet.name, range) {
        found.push((year, places::place_sheet()));
    }
    match found.first() {
        Some((year, place)) if found.iter().all(|(other, _)| other == year) => {
            let said = says::gathered_year(place, *year);
            (Years { named: Some(*year), range }, Some(said))
        }
        _ => (Years { named: None, range }, None),
    }
}

/// The days of the table: those of lines that name a day, else those of any line, if all agree.
fn days(lines: &[Line<'_>], years: Years) -> Option<(Date, Date, usize)> {
    let of = |line: &Line<'_>| {
        let own = day::days_in(&line.text, years);
        let next = || {
            let named = words::names_day(&line.text) && words::is_label(&line.text);
            let cell = line.next.filter(|_| named)?;
            day::days(cell, years).ok()
        };
        own.or_else(next).map(|days| (days.from, days.to, line.number))
    };
    for (named, above) in [(true, true), (false, true), (true, false)] {
        let chosen = lines.iter().filter(|line| line.above == above);
        let chosen = chosen.filter(|line| !named || words::names_day(&line.text));
        let found: Vec<_> = chosen.filter_map(of).collect();
        if let Some(first) = found.first() {
            let agree = found.iter().all(|other| (other.0, other.1) == (first.0, first.1));
            return agree.then_some(*first);
        }
    }
    None
}

/// Whoever answers for the table: the first label that names one person.
fn person(lines: &[Line<'_>]) -> Option<(String, usize)> {
    for label in words::PERSONS {
        let mut found: Vec<(String, usize)> = Vec::new();
        for line in lines {
            let squashed = squash(&line.text);
            let behind = squashed.split_once(&format!("{label}:")).map(|(_, rest)| rest);
            let Some(rest) = behind.or_else(|| (squashed == *label).then_some("")) else {
                continue;
            };
            let name = name_in(rest).or_else(|| {
                let next = line.next.map(super::plain::line)?;
                (rest.is_empty() && !words::is_label(&next)).then(|| next.into_owned())
            });
            found.extend(name.map(|name| (name, line.number)));
        }
        if let Some(first) = found.first() {
            let agree = found.iter().all(|other| other.0 == first.0);
            return agree.then(|| first.clone());
        }
    }
    None
}

/// The name at the beginning of `rest`, which may go on with a further label: 黄某审核:吴某.
fn name_in(rest: &str) -> Option<String> {
    let end = rest.find([':', '，', ',', '；', ';', '。', '(']);
    let mut name = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default().to_owned();
    if end.and_then(|end| rest.get(end..)).is_some_and(|after| after.starts_with(':')) {
        let labels = name
            .char_indices()
            .map(|(at, _)| at)
            .find(|at| name.get(*at..).is_some_and(words::is_label));
        name.truncate(labels?);
    }
    Some(name).filter(|name| !name.is_empty())
}

/// What the lines around the table of `head` say.
pub(super) fn gather(grid: &Grid<'_>, head: &Head, context: &Context<'_>) -> Gathered {
    let lines = lines(grid, head);
    let (years, mut said) = years(&lines, grid, context);
    let mut gathered =
        Gathered { years, days: None, document: None, by: None, unit: None, said: Vec::new() };
    let with_days = head.role("from").is_some() || head.role("to").is_some();
    gathered.said.extend(said.take());
    let found = days(&lines, years);
    if !with_days {
        gathered.days = context.asked.days;
        if gathered.days.is_none()
            && let Some((from, to, number)) = found
        {
            gathered.days = Some((from, to));
            gathered.said.push(says::gathered_days(
                places::place_row(number),
                from.to_string(),
                to.to_string(),
            ));
        }
    }
    if head.role("entered_by").is_none() {
        gathered.by.clone_from(&context.asked.by);
        if gathered.by.is_none()
            && let Some((name, number)) = person(&lines)
        {
            gathered.said.push(says::gathered_by(places::place_row(number), &name));
            gathered.by = Some(name);
        }
    }
    if head.role("document").is_none() {
        gathered.document.clone_from(&context.asked.document);
        let is_list = head.layout == super::understanding::Layout::List;
        let title = lines.iter().find(|line| line.above && !words::is_label(&line.text));
        if gathered.document.is_none()
            && let Some(title) = title.filter(|_| !is_list)
        {
            let dated = found.filter(|_| day::days_in(&title.text, years).is_none());
            let paper = match dated.map(|(from, to, _)| (from, to)).or(gathered.days) {
                Some((from, to)) if day::days_in(&title.text, years).is_none() => {
                    words::titled(&title.text, from, to)
                }
                _ => title.text.clone(),
            };
            gathered.said.push(says::gathered_document(places::place_row(title.number), &paper));
            gathered.document = Some(paper);
        }
    }
    let unit = lines
        .iter()
        .filter(|line| line.above)
        .find_map(|line| words::unit_in(&line.text).map(|unit| (unit, line.number)));
    if let Some((unit, number)) = unit {
        gathered.said.push(says::gathered_unit(places::place_row(number), &unit));
        gathered.unit = Some(unit);
    }
    gathered
}
