//! Days as offices write them.

mod line;
mod point;
mod span;

use jiff::civil::Date;

use self::point::point;
use super::super::book::Cell;
use super::number::{half_width, numerals::date_numeral};
use crate::locales::{Text, cells as words};

/// Which years are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Years {
    /// Of days that are written without a year.
    pub named: Option<i16>,
    /// The earliest and the latest that can be.
    pub range: (i16, i16),
}

/// The days that a text names: one, or a span such as a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub from: Date,
    pub to: Date,
    /// Whether the year is not written there.
    pub year_added: bool,
}

/// Why a cell names no day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DayFault {
    /// Empty, or struck out with a line.
    Missing,
    /// It has no year, and none is known.
    NoYear,
    /// The year cannot be.
    Year {
        year: i16,
        least: i16,
        most: i16,
    },
    /// There is no such day: 30 February.
    NoSuchDay,
    /// It can be read in more than one way, such as 8/9/10 or 8.1 as a number.
    Ambiguous,
    /// The last day is before the first.
    Backwards,
    NotADay,
}

impl DayFault {
    /// The rule that it breaks, and the way out.
    pub fn rule_and_hint(&self) -> (Text, Text) {
        match self {
            Self::Missing => (words::day_missing(), words::days_for_example()),
            Self::NoYear => (words::day_without_year(), words::name_the_year()),
            Self::Year { year, least, most } => {
                (words::year_cannot_be(*year, *least, *most), words::check_the_year())
            }
            Self::NoSuchDay => (words::no_such_day(), words::check_the_day()),
            Self::Ambiguous => (words::day_ambiguous(), words::write_day_in_full()),
            Self::Backwards => (words::span_backwards(), words::swap_days()),
            Self::NotADay => (words::not_a_day(), words::days_for_example()),
        }
    }
}

impl Years {
    /// Whether the year can be meant.
    fn hold(self, year: i16) -> bool {
        (self.range.0..=self.range.1).contains(&year)
    }
}

/// Most characters of a date. Engineering judgement: a span of two days in Chinese numerals has some thirty.
const CHARACTERS_MAX: usize = 60;

/// Words before a day that is meant itself.
const UP_TO: [&str; 4] = ["截至到", "截止到", "截至", "截止"];

/// The days in `cell`.
pub(super) fn days(cell: &Cell, years: Years) -> Result<Days, DayFault> {
    match cell {
        Cell::Empty => Err(DayFault::Missing),
        Cell::Text(text) => in_text(text, years),
        Cell::Shown(shown) => in_text(&shown.text, years),
        Cell::Number(number) => in_number(*number, years),
        Cell::Day(day) => one(*day, years),
        Cell::Moment(moment) => one(moment.date(), years),
        Cell::Month(first) => {
            one(*first, years).map(|days| Days { to: first.last_of_month(), ..days })
        }
        Cell::Fault(_) => Err(DayFault::NotADay),
    }
}

/// The year that a line of text names, such as a title: 清源乡2022年抗旱台账. `None` without one, or with several.
pub(super) fn year_in(text: &str, range: (i16, i16)) -> Option<i16> {
    line::year_in(&in_digits(&half_width(text)), range)
}

/// The day or span that a line of text names, such as 填报日期：2022年11月16日 or 2022年8月抗旱情况. A year alone is none:
/// it says which year is meant, not that rows are of all of it.
pub(super) fn days_in(text: &str, years: Years) -> Option<Days> {
    line::days_in(&in_digits(&half_width(text)), years)
}

fn one(day: Date, years: Years) -> Result<Days, DayFault> {
    let (least, most) = years.range;
    if years.hold(day.year()) {
        Ok(Days { from: day, to: day, year_added: false })
    } else {
        Err(DayFault::Year { year: day.year(), least, most })
    }
}

/// The day of a number without a date format: 44788 as Excel counts days, 20220815. 8.1 may be 1 or 10 August.
fn in_number(number: f64, years: Years) -> Result<Days, DayFault> {
    if !number.is_finite() || number < 0.0 {
        return Err(DayFault::NotADay);
    }
    if number.fract() != 0.0 && number < 10_000.0 {
        return Err(DayFault::Ambiguous);
    }
    // A time of day is behind the point.
    in_text(&number.trunc().to_string(), years)
}

fn in_text(text: &str, years: Years) -> Result<Days, DayFault> {
    let half = half_width(text);
    if half.chars().all(|c| " -—/~".contains(c)) {
        return Err(DayFault::Missing);
    }
    if half.chars().count() > CHARACTERS_MAX || is_lunar(&half) {
        return Err(DayFault::NotADay);
    }
    let plain = in_digits(&without_weekdays(&half));
    let plain = plain.trim();
    let meant = UP_TO.iter().find_map(|words| plain.strip_prefix(words)).unwrap_or(plain);
    // A number of months and days that was saved as text has lost its last 0: 8.10 is 8.1 then.
    if is_month_and_tenth(meant) {
        return Err(DayFault::Ambiguous);
    }
    match point(meant, years) {
        Err(DayFault::NotADay) => span::span(meant, years),
        point => point?.days(years),
    }
}

fn is_month_and_tenth(text: &str) -> bool {
    let Some((month, day)) = text.split_once('.') else { return false };
    let is_month =
        !month.is_empty() && month.len() <= 2 && month.bytes().all(|b| b.is_ascii_digit());
    is_month && matches!(day, "1" | "2" | "3")
}

/// Whether it is a day of the lunar calendar 农历, which has months of its own.
fn is_lunar(text: &str) -> bool {
    let named = ["农历", "阴历", "旧历", "正月", "腊月", "冬月", "闰", "廿"]
        .iter()
        .any(|word| text.contains(word));
    let first_ten = text
        .split('初')
        .skip(1)
        .any(|rest| rest.starts_with(|c| "一二三四五六七八九十".contains(c)));
    named || first_ten
}

/// `text` without days of the week, in brackets or not: 8月15日（周一）.
fn without_weekdays(text: &str) -> String {
    let mut plain = text.to_owned();
    for week in ["星期", "礼拜", "周"] {
        if !plain.contains(week) {
            continue;
        }
        for day in "一二三四五六日天".chars() {
            let day = format!("{week}{day}");
            plain = plain.replace(&format!("({day})"), "").replace(&day, "");
        }
    }
    plain
}

/// `text` with Chinese numerals in digits: 二〇二二年八月十五日 as 2022年8月15日.
fn in_digits(text: &str) -> String {
    let is_numeral = |c: char| "〇○零一二三四五六七八九十".contains(c);
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_numeral) {
        let (before, from) = rest.split_at(at);
        let (run, after) = from.split_at(from.find(|c| !is_numeral(c)).unwrap_or(from.len()));
        plain.push_str(before);
        match date_numeral(&run.replace('○', "〇")) {
            Some(digits) => plain.push_str(&digits),
            None => plain.push_str(run),
        }
        rest = after;
    }
    plain + rest
}

#[cfg(test)]
#[path = "day_tests.rs"]
mod tests;
