//! What the words of a head say beside the item: a day, a village, nothing that changes the numbers, or something that
//! has to be asked.

use jiff::civil::Date;

use super::column::{Column, Meaning, bare_unit};
use super::context::Found;
use super::day;
use super::head::Head;
use super::lookup::Lookup;
use super::plain::{Grid, is_blank, line, squash};
use super::title::Gathered;
use super::{days, qualifiers, words};
use crate::ledger::columns::name_of;
use crate::locales::{Text, understanding as says};

/// Whether a head has 其中 in it.
pub(super) fn is_among(head: &str) -> bool {
    head.contains("其中")
}

/// Whether a line is the label of a day: 日期, 截至.
pub(super) fn names_a_day(text: &str) -> bool {
    words::names_day(text) && !days::is_of_filling(text)
}

/// The year that `text` is, and nothing else: 2022年, 2022年度.
pub(super) fn year_alone(text: &str) -> Option<i16> {
    let squashed = squash(text);
    let plain = squashed.trim_matches(['(', ')', ':']);
    let number = qualifiers::OF_A_DAY
        .iter()
        .fold(plain, |text, word| text.strip_suffix(word).unwrap_or(text));
    let number = number.strip_suffix("年度").or_else(|| number.strip_suffix('年'))?;
    day::year_in(&format!("{number}年"), qualifiers::ANY_YEAR.range)
        .filter(|_| number.chars().count() == 4)
}

/// Settles what the upper levels of the columns' heads say: their days and villages; the rest is asked.
pub(super) fn settle(grid: &Grid<'_>, head: &mut Head, gathered: &Gathered, found: &mut Found) {
    let number = grid.sheet.rows.get(head.rows.start).map_or(1, |row| row.number);
    let with_days = head.role("from").is_some() || head.role("to").is_some();
    let mut asked: Vec<String> = Vec::new();
    for column in &mut head.columns {
        let measured = matches!(
            column.meaning,
            Meaning::Item(..) | Meaning::Village(_) | Meaning::Role("value")
        );
        if !measured || grid.sheet.hidden_columns.contains(&column.index) {
            continue;
        }
        let mut ask = |word: &str, rule: Text, hint: Text| {
            if !asked.iter().any(|known| known == word) {
                asked.push(word.to_owned());
                found.add(grid.place(number, column.index, says::head()), word, rule, hint);
            }
        };
        for word in column.over.clone() {
            match days_of(&word, gathered, with_days) {
                Ok(days) => column.days = days.or(column.days),
                Err((rule, hint)) => ask(&word, rule, hint),
            }
        }
        if let Some(word) = column.village_over.as_deref().filter(|_| !is_village(column)) {
            let rule = says::village_over(word, name_of("village"));
            ask(&column.head, rule, says::village_over_way_out(&column.head));
        }
    }
}

/// Asks about the line right above the head that begins over another column than the first: it may be a level of the
/// head, and no title.
pub(super) fn ask_line_above(grid: &Grid<'_>, head: &Head, lookup: &Lookup<'_>, found: &mut Found) {
    let Some(at) = head.rows.start.checked_sub(1).filter(|at| *at > 0) else { return };
    let Some(row) = grid.sheet.rows.get(at).filter(|row| !row.hidden) else { return };
    if row.cells.first().is_none_or(|cell| !is_blank(cell)) {
        return;
    }
    for (index, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !is_blank(cell)) {
        let text = line(cell);
        let squashed = squash(&text);
        let plain = squashed.contains(':')
            || words::is_label(&text)
            || qualifiers::days_alone(&text, qualifiers::ANY_YEAR).is_some()
            || bare_unit(&squashed).is_some()
            || qualifiers::is_harmless(&text)
            || lookup.is_remark(&text);
        let measured = |c: &Column| c.index == index && matches!(c.meaning, Meaning::Item(..));
        if !plain && head.columns.iter().any(measured) {
            let place = grid.place(row.number, index, says::head());
            found.add(place, &text, says::level_unclear(), says::remark_way_out(text.as_ref()));
        }
    }
}

fn is_village(column: &Column) -> bool {
    matches!(column.meaning, Meaning::Village(_))
}

/// The days that a word of a head gives its columns; `None` where they are those of the table.
fn days_of(
    word: &str,
    gathered: &Gathered,
    with_days: bool,
) -> Result<Option<(Date, Date)>, (Text, Text)> {
    let unclear = || Err((says::level_unclear(), says::level_way_out(word)));
    if qualifiers::doubtful_in(word).is_some() {
        return unclear();
    }
    if let Some(year) = year_alone(word) {
        let of_table = gathered.days.map(|(from, to)| (from.year(), to.year()));
        let of_table = of_table.or(gathered.years.named.map(|year| (year, year)));
        return match of_table {
            Some((from, to)) if (from, to) != (year, year) => {
                let other = if from == year { to } else { from };
                Err((says::year_over(year, other), says::day_over_way_out(word)))
            }
            Some(_) if !with_days => Ok(None),
            _ => Err((says::level_unclear(), says::day_over_way_out(word))),
        };
    }
    let Some(days) = qualifiers::days_alone(word, gathered.years) else { return unclear() };
    let holds = |(from, to)| from <= days.0 && days.1 <= to;
    // The day on which a form was filled in says nothing of the numbers.
    let inside = gathered.filed || gathered.days.is_none_or(holds);
    if inside && !with_days {
        return Ok(Some(days));
    }
    let own = says::span(days.0.to_string(), days.1.to_string());
    Err((says::days_over(own), says::day_over_way_out(word)))
}

#[cfg(test)]
#[path = "levels_tests.rs"]
mod tests;
