//! A day, a month or a year as one date: 2022-8-15, 8月上旬, 20220815.

use jiff::civil::Date;

use super::{DayFault, Days, Years};

/// A day, or a month or year of which only that is written.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Point {
    pub year: Option<i16>,
    /// Whether the year has two digits only.
    pub year_short: bool,
    pub month: Option<i8>,
    pub day: Option<i8>,
    pub part: Part,
    /// A number that has to be told by the other end of a span: 15 of 8月1日-15.
    pub bare: Option<i8>,
}

/// The part of a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) enum Part {
    #[default]
    Whole,
    /// From a day of the month to another; the last may be after its end.
    OfMonth(i8, i8),
    /// From a month to another.
    OfYear(i8, i8),
}

/// Words for a part, behind the month or the year.
const PARTS: [(&str, Part); 10] = [
    ("上旬", Part::OfMonth(1, 10)),
    ("中旬", Part::OfMonth(11, 20)),
    ("下旬", Part::OfMonth(21, 31)),
    ("上半月", Part::OfMonth(1, 15)),
    ("下半月", Part::OfMonth(16, 31)),
    ("全月", Part::Whole),
    ("整月", Part::Whole),
    ("上半年", Part::OfYear(1, 6)),
    ("下半年", Part::OfYear(7, 12)),
    ("全年", Part::Whole),
];

/// Words for a part whose days nobody has fixed.
const VAGUE_PARTS: [&str; 4] = ["初", "底", "末", "中"];

/// Excel's day 0, so that 44788 is 15 August 2022.
const DAY_ZERO: Date = jiff::civil::date(1899, 12, 30);

impl Point {
    /// Its days, with the year that is named where it has none.
    pub fn days(self, years: Years) -> Result<Days, DayFault> {
        let year = self.year.or(years.named);
        let (from, to) = self.ends(year, years)?;
        Ok(Days { from, to, year_added: self.year.is_none() || self.year_short })
    }

    /// Its first and its last day in `year`.
    pub fn ends(self, year: Option<i16>, years: Years) -> Result<(Date, Date), DayFault> {
        if self.bare.is_some() {
            return Err(DayFault::NotADay);
        }
        let year = year.ok_or(DayFault::NoYear)?;
        let (least, most) = years.range;
        if !years.hold(year) {
            return Err(DayFault::Year { year, least, most });
        }
        let date = |month, day| Date::new(year, month, day).map_err(|_| DayFault::NoSuchDay);
        match (self.month, self.day, self.part) {
            (Some(month), Some(day), Part::Whole) => date(month, day).map(|day| (day, day)),
            (Some(month), None, part) => {
                let first = date(month, 1)?;
                let (from, to) = match part {
                    Part::OfMonth(from, to) => (from, to),
                    _ => (1, 31),
                };
                Ok((date(month, from)?, date(month, to.min(first.days_in_month()))?))
            }
            (None, None, part) => {
                let (from, to) = match part {
                    Part::OfYear(from, to) => (from, to),
                    _ => (1, 12),
                };
                Ok((date(from, 1)?, date(to, date(to, 1)?.days_in_month())?))
            }
            _ => Err(DayFault::NotADay),
        }
    }
}

/// The date that `text` is, all of it, in half-width digits.
pub(super) fn point(text: &str, years: Years) -> Result<Point, DayFault> {
    let text: String = without_time(text.trim()).chars().filter(|c| *c != ' ').collect();
    let mut numbers = numbers(&text).ok_or(DayFault::NotADay)?;
    let part = numbers.last_mut().map_or(Ok(Part::Whole), |(_, after)| part_behind(after))?;
    let point = match numbers.as_slice() {
        [(one, after)] => of_one(one, after, years),
        [(one, between), (two, after)] => of_two(one, between, two, after),
        [(one, between), (two, then), (three, after)] => {
            of_three([one, two, three], [between, then, after])
        }
        _ => Err(DayFault::NotADay),
    }?;
    let fits = match part {
        Part::Whole => true,
        Part::OfMonth(..) => point.month.is_some() && point.day.is_none(),
        Part::OfYear(..) => point.year.is_some() && point.month.is_none(),
    };
    if fits { Ok(Point { part, ..point }) } else { Err(DayFault::NotADay) }
}

/// `text` without the time of day behind it.
fn without_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else { return text };
    let (before, behind) = text.split_at(colon);
    let day = before.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_time = before.len() - day.len() <= 2
        && behind.chars().all(|c| c.is_ascii_digit() || ":.+-Z ".contains(c));
    let ends = [' ', 'T', '日', '号'].iter().any(|end| day.ends_with(*end));
    if is_time && ends { day.trim_end_matches([' ', 'T']) } else { text }
}

/// The numbers of a date, each with what stands behind it; `None` where it does not begin with one.
fn numbers(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut numbers = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) =
            rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
        let (between, next) =
            after.split_at(after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len()));
        if number.is_empty() || numbers.len() == 3 {
            return None;
        }
        numbers.push((number, between));
        rest = next;
    }
    Some(numbers)
}

/// Takes the word for a part off what stands behind the last number: 上旬 of 月上旬.
fn part_behind(after: &mut &str) -> Result<Part, DayFault> {
    let found = PARTS.iter().find_map(|(word, part)| Some((after.strip_suffix(word)?, *part)));
    if let Some((rest, part)) = found.filter(|(rest, _)| !rest.is_empty()) {
        *after = rest;
        return Ok(part);
    }
    let is_vague = VAGUE_PARTS
        .iter()
        .any(|word| matches!(after.strip_suffix(word), Some("月" | "月份" | "年")));
    if is_vague { Err(DayFault::Ambiguous) } else { Ok(Part::Whole) }
}

fn of_one(number: &str, after: &str, years: Years) -> Result<Point, DayFault> {
    match (after, number.len()) {
        ("年" | "年度", _) => year(number),
        ("月" | "月份", 1..=2) => Ok(Point { month: small(number), ..Point::default() }),
        ("日" | "号", 1..=2) => Ok(Point { day: small(number), ..Point::default() }),
        ("", 1..=2) => Ok(Point { bare: small(number), ..Point::default() }),
        ("", 5) => of_serial(number, years),
        ("", 6) => of_six(number, years),
        ("" | "日", 8) => {
            let (head, day) = number.split_at(6);
            let (year, month) = head.split_at(4);
            Ok(Point { month: small(month), day: small(day), ..self::year(year)? })
        }
        _ => Err(DayFault::NotADay),
    }
}

/// A day as Excel counts them.
fn of_serial(number: &str, years: Years) -> Result<Point, DayFault> {
    let days: i32 = number.parse().map_err(|_| DayFault::NotADay)?;
    let day = DAY_ZERO.checked_add(jiff::Span::new().days(days)).map_err(|_| DayFault::NotADay)?;
    if !years.hold(day.year()) {
        return Err(DayFault::NotADay);
    }
    let (year, month, day) = (Some(day.year()), Some(day.month()), Some(day.day()));
    Ok(Point { year, month, day, ..Point::default() })
}

/// 202208; 220815 has a year of two digits and can be more than one thing.
fn of_six(number: &str, years: Years) -> Result<Point, DayFault> {
    let (year, month) = number.split_at(4);
    let month = Point { month: small(month), ..self::year(year)? };
    let (short, day) = number.split_at(2);
    let (middle, day) = day.split_at(2);
    let day = Point { month: small(middle), day: small(day), ..self::year(short)? };
    match (month.days(years), day.days(years)) {
        (Ok(_), Err(_)) => Ok(month),
        (_, Ok(_)) => Err(DayFault::Ambiguous),
        _ => Err(DayFault::NotADay),
    }
}

fn of_two(one: &str, between: &str, two: &str, after: &str) -> Result<Point, DayFault> {
    let no_longer = two.len() <= 2;
    let month_and_day = || Point { month: small(one), day: small(two), ..Point::default() };
    match (between, after) {
        ("年", "月" | "月份") if no_longer => Ok(Point { month: small(two), ..year(one)? }),
        ("-" | "/" | ".", "" | "月" | "月份") if one.len() == 4 && no_longer => {
            Ok(Point { month: small(two), ..year(one)? })
        }
        ("月", "" | "日" | "号") if one.len() <= 2 && no_longer => Ok(month_and_day()),
        ("/" | ".", "" | "日" | "号") | ("-", "") if one.len() <= 2 && no_longer => {
            Ok(month_and_day())
        }
        // 8 August, or from the 8th to the 15th.
        ("-", "日" | "号") if one.len() <= 2 && no_longer => Err(DayFault::Ambiguous),
        _ => Err(DayFault::NotADay),
    }
}

fn of_three(numbers: [&str; 3], between: [&str; 3]) -> Result<Point, DayFault> {
    let [one, two, three] = numbers;
    let [after_one, after_two, after_three] = between;
    let is_sign = |text| matches!(text, "-" | "/" | "." | "、");
    // 8/9/2022 begins with a month or a day.
    if three.len() == 4 && one.len() <= 2 && is_sign(after_one) && after_one == after_two {
        return Err(DayFault::Ambiguous);
    }
    if two.len() > 2 || three.len() > 2 || !matches!(after_three, "" | "日" | "号") {
        return Err(DayFault::NotADay);
    }
    match (after_one, after_two) {
        ("年", "月" | "-" | "/" | ".") => {}
        (sign, "月") if is_sign(sign) && one.len() == 4 => {}
        // 2022.8-10 is a span of months or nothing.
        (sign, then) if is_sign(sign) && sign == then && one.len() == 4 => {}
        // 22.8.15 and 8/9/10 begin with a year, a month or a day.
        (sign, then) if is_sign(sign) && sign == then && one.len() <= 2 => {
            return Err(DayFault::Ambiguous);
        }
        _ => return Err(DayFault::NotADay),
    }
    Ok(Point { month: small(two), day: small(three), ..year(one)? })
}

/// A year of four digits, or of two, as in 22年.
fn year(digits: &str) -> Result<Point, DayFault> {
    let number: i16 = digits.parse().map_err(|_| DayFault::NotADay)?;
    let (year, year_short) = match digits.len() {
        4 => (number, false),
        2 => (2000 + number, true),
        _ => return Err(DayFault::NotADay),
    };
    Ok(Point { year: Some(year), year_short, ..Point::default() })
}

/// A month or a day. What no calendar has is found when the day is made.
fn small(digits: &str) -> Option<i8> {
    digits.parse().ok()
}
