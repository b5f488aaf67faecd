//! What the lines above and below a table say: year, day, paper, person, unit.

use jiff::civil::Date;

use super::context::{Context, Found};
use super::day::{self, Years};
use super::head::Head;
use super::lookup::Lookup;
use super::plain::{Grid, is_blank, line, squash};
use super::titled::{self, TitleCrop};
use super::understanding::Layout;
use super::{days, notes, qualifiers, words};
use crate::ledger::book::{Cell, Row};
use crate::locales::{Text, ledger as places, understanding as says};

/// Rows below a table that may hold whom it is from. Engineering judgement.
const FOOTER_ROWS: usize = 10;

/// What the lines around a table say.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gathered {
    pub years: Years,
    /// Whether title, sheet or clerk name the year.
    pub year_said: bool,
    pub days: Option<(Date, Date)>,
    /// Whether these are only the day on which the form was filled in.
    pub filed: bool,
    /// The crop of rows that name none.
    pub crop: Option<TitleCrop>,
    pub document: Option<String>,
    pub by: Option<String>,
    pub unit: Option<String>,
    /// What was used, each with its place.
    pub said: Vec<Text>,
}

/// A cell of such a line.
pub(super) struct Line<'a> {
    pub number: usize,
    pub text: String,
    /// The filled cell behind it.
    pub next: Option<&'a Cell>,
    pub above: bool,
}

/// The lines around the table, but for those that the clerk calls remarks.
fn lines<'a>(grid: &Grid<'a>, head: &Head, lookup: &Lookup<'_>) -> Vec<Line<'a>> {
    let rows = &grid.sheet.rows;
    let below = rows.len().saturating_sub(FOOTER_ROWS).max(head.rows.end);
    let above = rows.iter().take(head.rows.start).map(|row| (row, true));
    let footer = rows.iter().skip(below).filter(|row| is_footer(row)).map(|row| (row, false));
    let mut lines = Vec::new();
    for (row, above) in above.chain(footer).filter(|(row, _)| !row.hidden) {
        let filled: Vec<&Cell> = row.cells.iter().filter(|cell| !is_blank(cell)).collect();
        for (at, cell) in filled.iter().enumerate() {
            let text = line(cell).into_owned();
            if lookup.is_remark(&text) || lookup.leaves(&text) {
                continue;
            }
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
fn years(
    lines: &[Line<'_>],
    grid: &Grid<'_>,
    context: &Context<'_>,
) -> (Years, bool, Option<Text>) {
    let range = context.years();
    if let Some(year) = context.asked.year {
        return (Years { named: Some(year), range }, true, None);
    }
    let in_lines = |of_filling: bool| {
        let chosen = lines.iter().filter(move |line| {
            line.above
                && of_filling == (days::is_of_filling(&line.text) || days::is_bare(&line.text))
        });
        let found =
            chosen.filter_map(move |line| Some((day::year_in(&line.text, range)?, line.number)));
        found.map(|(year, number)| (year, places::place_row(number))).collect::<Vec<_>>()
    };
    let mut found = in_lines(false);
    if let Some(year) = day::year_in(&grid.sheet.name, range) {
        found.push((year, places::place_sheet()));
    }
    let said = !found.is_empty();
    if found.is_empty() {
        found = in_lines(true);
    }
    match found.first() {
        Some((year, place)) if found.iter().all(|(other, _)| other == year) => {
            let text = says::gathered_year(place, *year);
            (Years { named: Some(*year), range }, said, Some(text))
        }
        _ => (Years { named: None, range }, false, None),
    }
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

/// The name at the beginning of `rest`, which may go on with a date or a further label: 黄某审核:吴某.
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
    // A date that stands behind the name: no name has a digit.
    name.truncate(name.find(char::is_numeric).unwrap_or(name.len()));
    Some(name).filter(|name| !name.is_empty())
}

/// What the lines around the table of `head` say. What they leave open is asked.
pub(super) fn gather(
    grid: &Grid<'_>,
    head: &Head,
    context: &Context<'_>,
    lookup: &mut Lookup<'_>,
    found: &mut Found,
) -> Gathered {
    let lines = lines(grid, head, lookup);
    let (years, year_said, said) = years(&lines, grid, context);
    let mut gathered = Gathered {
        years,
        year_said,
        days: None,
        filed: false,
        crop: None,
        document: None,
        by: None,
        unit: None,
        said: said.into_iter().collect(),
    };
    for line in lines.iter().filter(|line| line.above) {
        if let Some(word) = qualifiers::doubtful_in(&line.text) {
            let place = places::place_row(line.number);
            found.add(
                place,
                &line.text,
                says::doubtful_line(word),
                says::remark_way_out(&line.text),
            );
        }
    }
    let with_days = head.role("from").is_some() || head.role("to").is_some();
    let dated = days::of_table(&lines, grid, years, context.asked.days);
    if !with_days {
        days::take(&dated, head, context, &mut gathered, found);
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
        paper(&lines, head, context, dated.days, &mut gathered);
    }
    let named: Vec<(Text, String)> = lines
        .iter()
        .filter(|line| line.above)
        .map(|line| (places::place_row(line.number), squash(&line.text)))
        .collect();
    gathered.crop = titled::crop(grid, head, &named, lookup);
    if let Some(item) = &head.item {
        let place = places::place_row(item.row);
        gathered.said.push(says::gathered_item(place, item.code.name()));
    }
    let unit = lines
        .iter()
        .filter(|line| line.above)
        .find_map(|line| notes::unit_in(&line.text).map(|unit| (unit, line.number)));
    if let Some((unit, number)) = unit {
        gathered.said.push(says::gathered_unit(places::place_row(number), &unit));
        gathered.unit = Some(unit);
    }
    gathered
}

/// The paper that rows come from: what the clerk says, else the title of a matrix with its days.
fn paper(
    lines: &[Line<'_>],
    head: &Head,
    context: &Context<'_>,
    found: Option<(Date, Date)>,
    gathered: &mut Gathered,
) {
    gathered.document.clone_from(&context.asked.document);
    let title = lines.iter().find(|line| line.above && !words::is_label(&line.text));
    let Some(title) = title.filter(|_| gathered.document.is_none() && head.layout != Layout::List)
    else {
        return;
    };
    let undated = day::days_in(&title.text, gathered.years).is_none();
    let paper = match found.or(gathered.days).filter(|_| undated) {
        Some((from, to)) => words::titled(&title.text, from, to),
        None => title.text.clone(),
    };
    gathered.said.push(says::gathered_document(places::place_row(title.number), &paper));
    gathered.document = Some(paper);
}
