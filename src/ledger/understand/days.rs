//! The days of a whole table: those that its title, a label or the sheet's name give. The day on which a form was
//! filled in is another matter.

use jiff::civil::Date;

use super::context::{Context, Found};
use super::day::{self, Years};
use super::head::Head;
use super::plain::{Grid, squash};
use super::qualifiers;
use super::title::{Gathered, Line};
use super::understanding::Layout;
use super::words;
use crate::locales::{Text, ledger as places, understanding as says};

/// What is done on the day on which a form is filled in.
const FILLING: &[&str] = &["制表", "填表", "填报", "报出", "报送", "上报", "编制", "打印", "印发"];

/// How a line tells of its days; the stronger first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// 截至 or 统计时段 before it.
    Labelled,
    /// Within a title.
    Title,
    /// 截至 or 统计时段 below the table.
    LabelledBelow,
    Sheet,
    /// A day and nothing else.
    Bare,
    Filling,
}

/// Days with their place.
#[derive(Debug, Clone)]
struct Named {
    how: How,
    days: (Date, Date),
    place: Text,
    text: String,
}

/// What the lines around a table say of its days.
#[derive(Debug, Default)]
pub(super) struct Dated {
    /// The days, if lines agree.
    pub days: Option<(Date, Date)>,
    chosen: Option<Named>,
    /// What contradicts them.
    other: Option<Named>,
}

/// Whether a line gives the day on which the form was filled in: 填报日期：…, 2022年9月11日填报.
pub(super) fn is_of_filling(text: &str) -> bool {
    let squashed = squash(text);
    FILLING.iter().any(|word| {
        squashed.match_indices(word).any(|(at, _)| {
            let behind = squashed.get(at + word.len()..).unwrap_or_default();
            let before = squashed.get(..at).unwrap_or_default();
            let after_day = before.ends_with('日') && !behind.starts_with(['人', '单', '表', ':']);
            behind.starts_with("日期") || behind.starts_with("时间") || after_day
        })
    })
}

/// Whether a line is a day and nothing else.
pub(super) fn is_bare(text: &str) -> bool {
    let squashed = squash(text);
    !squashed.contains(':')
        && qualifiers::days_alone(&squashed, qualifiers::ANY_YEAR)
            .is_some_and(|(from, to)| from == to)
}

fn how(text: &str, above: bool, filling: bool) -> Option<How> {
    Some(match (filling || is_of_filling(text), words::names_day(text), above) {
        (true, ..) => How::Filling,
        (_, true, true) => How::Labelled,
        (_, true, false) => How::LabelledBelow,
        (_, false, true) if is_bare(text) => How::Bare,
        (_, false, true) => How::Title,
        _ => return None,
    })
}

/// All days that lines and the sheet's name give.
fn named(lines: &[Line<'_>], grid: &Grid<'_>, years: Years) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    let mut filled_beside = None;
    for line in lines {
        let place = places::place_row(line.number);
        let filling = filled_beside.take() == Some(line.number);
        let mut add = |text: &str, days: (Date, Date), filling: bool| {
            if let Some(how) = how(text, line.above, filling) {
                found.push(Named { how, days, place: place.clone(), text: text.to_owned() });
            }
        };
        if let Some(days) = day::days_in(&line.text, years) {
            add(&line.text, (days.from, days.to), filling);
            continue;
        }
        let labelled = words::is_label(&line.text) && words::names_day(&line.text);
        if labelled && is_of_filling(&line.text) {
            filled_beside = Some(line.number);
        }
        if labelled && let Some(days) = line.next.and_then(|cell| day::days(cell, years).ok()) {
            add(&line.text, (days.from, days.to), filling);
            continue;
        }
        // A title and the day of filling in may stand in one cell.
        for part in line.text.split(|c: char| c.is_whitespace() || "；;，,".contains(c)) {
            if let Some(days) = day::days_in(part, years) {
                add(part, (days.from, days.to), filling);
            }
        }
    }
    if let Some(days) = day::days_in(&grid.sheet.name, years) {
        let (place, text) = (places::place_sheet(), grid.sheet.name.clone());
        found.push(Named { how: How::Sheet, days: (days.from, days.to), place, text });
    }
    found
}

/// The days of the table, with what contradicts them; the clerk's own need nothing else.
pub(super) fn of_table(
    lines: &[Line<'_>],
    grid: &Grid<'_>,
    years: Years,
    asked: Option<(Date, Date)>,
) -> Dated {
    let mut found = named(lines, grid, years);
    found.sort_by_key(|named| named.how);
    let Some(chosen) = found.first().cloned() else { return Dated::default() };
    let within = |one: (Date, Date), other: (Date, Date)| other.0 <= one.0 && one.1 <= other.1;
    let other = found.iter().find(|other| match other.how {
        // A form is filled in after the days that it is of, or on them.
        How::Bare | How::Filling if chosen.how < other.how => other.days.1 < chosen.days.0,
        _ if other.how == chosen.how => other.days != chosen.days,
        _ => !within(chosen.days, other.days) && !within(other.days, chosen.days),
    });
    let other = other.filter(|_| asked.is_none()).cloned();
    let days = Some(chosen.days).filter(|_| other.is_none());
    Dated { days, chosen: Some(chosen), other }
}

/// Takes the days of the table as they are `dated`, and asks where they are not clear.
pub(super) fn take(
    dated: &Dated,
    head: &Head,
    context: &Context<'_>,
    gathered: &mut Gathered,
    found: &mut Found,
) {
    gathered.days = context.asked.days;
    let Some(chosen) = dated.chosen.as_ref().filter(|_| gathered.days.is_none()) else { return };
    let span = |(from, to): (Date, Date)| says::span(from.to_string(), to.to_string());
    if let Some(other) = &dated.other {
        let rule = says::days_contradict(span(other.days), chosen.place.clone(), span(chosen.days));
        found.add(other.place.clone(), &other.text, rule, says::days_way_out());
    }
    // Of a list, the day on which it was written says nothing of its rows.
    if chosen.how == How::Filling && head.layout == Layout::List {
        let rule = says::filled_in_only(span(chosen.days));
        found.add(chosen.place.clone(), &chosen.text, rule, says::days_way_out());
    }
    let (from, to) = chosen.days;
    gathered.days = Some((from, to));
    gathered.filed = matches!(chosen.how, How::Filling | How::Bare);
    let (from, to) = (from.to_string(), to.to_string());
    gathered.said.push(match chosen.how {
        How::Filling => says::gathered_filled(chosen.place.clone(), from),
        _ => says::gathered_days(chosen.place.clone(), from, to),
    });
}

#[cfg(test)]
#[path = "days_tests.rs"]
mod tests;
