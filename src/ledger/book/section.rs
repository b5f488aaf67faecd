//! A section of a number format, in the parts of which it consists. ECMA-376-1 §18.8.31 describes them.

use std::iter::Peekable;
use std::str::Chars;

/// A part of a section.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// Shown as it is.
    Literal(char),
    /// `0`, `#` or `?`.
    Digit(char),
    Point,
    Comma,
    Percent,
    /// `E+` or `E-`.
    Exponent,
    /// The number as without a format.
    General,
    /// `@`: the text of the cell.
    Content,
}

/// Which numbers a section is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Condition {
    Less(f64),
    AtMost(f64),
    More(f64),
    AtLeast(f64),
    Equal(f64),
    Unequal(f64),
}

impl Condition {
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::Less(limit) => value < limit,
            Self::AtMost(limit) => value <= limit,
            Self::More(limit) => value > limit,
            Self::AtLeast(limit) => value >= limit,
            Self::Equal(limit) => value == limit,
            Self::Unequal(limit) => value != limit,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        type Make = fn(f64) -> Condition;
        let signs: [(&str, Make); 6] = [
            ("<=", Self::AtMost),
            (">=", Self::AtLeast),
            ("<>", Self::Unequal),
            ("<", Self::Less),
            (">", Self::More),
            ("=", Self::Equal),
        ];
        signs.iter().find_map(|(sign, make)| {
            let limit = text.strip_prefix(sign)?.trim().parse::<f64>().ok()?;
            Some(make(limit))
        })
    }
}

/// What a section shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    /// A day, with the time or without.
    Day {
        time: bool,
    },
    /// A month without its day.
    Month,
    /// A time or a duration.
    Time,
    /// Something that is not interpreted.
    Other,
}

/// A section of a number format.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Section {
    pub condition: Option<Condition>,
    pub parts: Vec<Part>,
    pub kind: Kind,
}

/// The letters of dates and times that a section has.
#[derive(Debug, Default)]
struct Letters {
    day: bool,
    year: bool,
    time: bool,
    /// `m`, which is the month or the minute.
    month: bool,
    other: bool,
}

impl Letters {
    fn kind(&self) -> Kind {
        if self.other {
            Kind::Other
        } else if self.month && !self.day && !self.time {
            Kind::Month
        } else if self.year && !self.day && !self.time {
            // The year alone says no day.
            Kind::Time
        } else if self.day || self.year {
            Kind::Day { time: self.time }
        } else if self.time {
            Kind::Time
        } else {
            Kind::Number
        }
    }

    /// Whether `c` is such a letter.
    fn take(&mut self, c: char) -> bool {
        match c.to_ascii_lowercase() {
            // Year, year of an era, era.
            'y' | 'e' | 'g' | 'b' => self.year = true,
            // Day or weekday, weekday in Chinese.
            'd' | 'a' => self.day = true,
            'h' | 's' => self.time = true,
            'm' => self.month = true,
            _ => return false,
        }
        true
    }
}

/// Words that stand for the number without a format, the longer ones first. WPS and the Chinese Excel write the second.
const GENERAL: [&str; 3] = ["G/通用格式", "General", "通用格式"];

/// Words that make a time a time of twelve hours.
const HALVES: [&str; 4] = ["AM/PM", "A/P", "上午/下午", "上午／下午"];

/// The sections of a format, which `;` separates.
pub(super) fn sections(code: &str) -> Vec<Section> {
    let mut rest = code;
    let mut found = Vec::new();
    loop {
        let (section, after) = section(rest);
        found.push(section);
        match after {
            Some(after) => rest = after,
            None => return found,
        }
    }
}

/// The first section of `code`, and what is behind its `;`.
fn section(code: &str) -> (Section, Option<&str>) {
    let mut letters = Letters::default();
    let mut parts = Vec::new();
    let mut condition = None;
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = strip_any(rest, &GENERAL) {
            parts.push(Part::General);
            rest = after;
            continue;
        }
        if let Some(after) = strip_any(rest, &HALVES) {
            letters.time = true;
            rest = after;
            continue;
        }
        let mut chars = rest.chars().peekable();
        chars.next();
        match c {
            ';' => {
                let section = Section { condition, parts, kind: letters.kind() };
                return (section, rest.get(1..));
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                bracket(&inside, &mut parts, &mut letters, &mut condition);
            }
            '"' => {
                let quoted = chars.by_ref().take_while(|c| *c != '"');
                parts.extend(quoted.map(Part::Literal));
            }
            'E' | 'e' if matches!(chars.peek(), Some('+' | '-')) => {
                chars.next();
                parts.push(Part::Exponent);
            }
            _ => plain(c, &mut chars, &mut parts, &mut letters),
        }
        let left: usize = chars.map(char::len_utf8).sum();
        rest = rest.get(rest.len() - left..).unwrap_or_default();
    }
    (Section { condition, parts, kind: letters.kind() }, None)
}

/// A character outside of quotes and brackets.
fn plain(c: char, rest: &mut Peekable<Chars<'_>>, parts: &mut Vec<Part>, letters: &mut Letters) {
    match c {
        '0' | '#' | '?' => parts.push(Part::Digit(c)),
        '.' => parts.push(Part::Point),
        ',' => parts.push(Part::Comma),
        '%' => parts.push(Part::Percent),
        '@' => parts.push(Part::Content),
        '\\' | '!' => parts.extend(rest.next().map(Part::Literal)),
        // A blank as wide as the next character.
        '_' => {
            rest.next();
            parts.push(Part::Literal(' '));
        }
        // Fills the cell with the next character.
        '*' => {
            rest.next();
        }
        _ if letters.take(c) => {}
        _ if c.is_ascii_alphabetic() => letters.other = true,
        _ => parts.push(Part::Literal(c)),
    }
}

/// What stands in brackets: a currency, a condition, a duration, numerals or a colour.
fn bracket(
    inside: &str,
    parts: &mut Vec<Part>,
    letters: &mut Letters,
    condition: &mut Option<Condition>,
) {
    let lower = inside.to_ascii_lowercase();
    if let Some(currency) = inside.strip_prefix('$') {
        let sign = currency.split('-').next().unwrap_or_default();
        parts.extend(sign.chars().map(Part::Literal));
    } else if inside.starts_with(['<', '>', '=']) {
        *condition = Condition::parse(inside);
        letters.other |= condition.is_none();
    } else if lower.starts_with("dbnum") || lower.starts_with("natnum") {
        letters.other = true;
    } else if !lower.is_empty() && lower.chars().all(|c| matches!(c, 'h' | 'm' | 's')) {
        letters.time = true;
    }
}

fn strip_any<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| {
        let begin = text.get(..word.len())?;
        if begin.eq_ignore_ascii_case(word) { text.get(word.len()..) } else { None }
    })
}
