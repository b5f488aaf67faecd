//! Spans of days: 8月1日至15日, 2022.8.1—8.15, 8-10月.

use super::point::{Part, Point, point};
use super::{DayFault, Days, Years};

/// Words before a span.
const FROM: [&str; 2] = ["自", "从"];

/// The days from one date to another.
pub(super) fn span(text: &str, years: Years) -> Result<Days, DayFault> {
    let text = FROM.iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    let text = text.strip_suffix('止').unwrap_or(text);
    let text = text.replace("起至", "至").replace("起到", "至").replace(['至', '到', '—'], "~");
    let ends: Vec<&str> = text.split('~').filter(|end| !end.trim().is_empty()).collect();
    match ends.as_slice() {
        [first, last] => between(first, last, years),
        [_] => by_hyphen(&text, years),
        // Long dashes within a date: 2022—8—15.
        _ => point(&text.replace('~', "-"), years)?.days(years),
    }
}

/// A hyphen stands within dates too: the span is the one way of parting the text that leaves two of them.
fn by_hyphen(text: &str, years: Years) -> Result<Days, DayFault> {
    let mut found = Vec::new();
    let mut fault = DayFault::NotADay;
    for (at, hyphen) in text.match_indices('-') {
        let (first, last) = (text.get(..at), text.get(at + hyphen.len()..));
        match between(first.unwrap_or_default(), last.unwrap_or_default(), years) {
            Ok(days) => found.push(days),
            Err(DayFault::NotADay) => {}
            Err(other) => fault = other,
        }
    }
    match found.as_slice() {
        [days] => Ok(*days),
        [] => Err(fault),
        _ => Err(DayFault::Ambiguous),
    }
}

fn between(first: &str, last: &str, years: Years) -> Result<Days, DayFault> {
    let (first, last) = told_by_each_other(point(first, years)?, point(last, years)?)?;
    let written = first.year.or(last.year);
    let (year_of_first, year_of_last) =
        (written.or(years.named), last.year.or(written).or(years.named));
    let (from, _) = first.ends(year_of_first, years)?;
    let (_, to) = last.ends(year_of_last, years)?;
    if to < from {
        return Err(DayFault::Backwards);
    }
    let year_added = written.is_none() || first.year_short || last.year_short;
    Ok(Days { from, to, year_added })
}

/// Both ends, with what one of them leaves to the other: the month of 8月1日-15日, the 8 of 8-10月.
fn told_by_each_other(first: Point, last: Point) -> Result<(Point, Point), DayFault> {
    let is_day_alone = |point: Point| point.day.is_some() && point.month.is_none();
    let is_month =
        |point: Point| point.month.is_some() && point.day.is_none() && point.part == Part::Whole;
    if is_day_alone(first) {
        return Err(DayFault::NotADay);
    }
    match (first.bare, last.bare) {
        (None, None) if is_day_alone(last) && first.day.is_some() => {
            Ok((first, Point { month: first.month, year: first.year, ..last }))
        }
        (None, None) if is_day_alone(last) => Err(DayFault::NotADay),
        (None, None) => Ok((first, last)),
        (None, Some(day)) if first.day.is_some() => {
            let last =
                Point { day: Some(day), month: first.month, year: first.year, ..Point::default() };
            Ok((first, last))
        }
        (None, Some(_)) if is_month(first) => Err(DayFault::Ambiguous),
        (Some(month), None) if is_month(last) => {
            Ok((Point { month: Some(month), bare: None, ..first }, last))
        }
        _ => Err(DayFault::NotADay),
    }
}
