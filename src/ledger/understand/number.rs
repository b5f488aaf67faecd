//! Numbers as offices write them.

pub(super) mod numerals;

use numerals::amount;

use super::unit::is_unit;
use crate::locales::{Text, cells as words, ledger};

/// A number with the unit that stands behind it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantity {
    /// With 万 and 亿 multiplied out: 12000 for 1.2万元.
    pub value: f64,
    /// What stands behind the number, without 万 and 亿: 元, %, 亩. Empty where nothing does.
    pub unit: String,
}

/// Why a text is no number that can be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NumberFault {
    /// Empty, or struck out with a line.
    Missing,
    /// With 约, 余, 近, 左右, 多 … `.0` is the hedge.
    Hedged(String),
    Negative,
    /// 10-20, 10～20.
    Several,
    NotFinite,
    NotANumber,
}

impl NumberFault {
    /// The rule that it breaks, and the way out.
    pub fn rule_and_hint(&self) -> (Text, Text) {
        match self {
            Self::Missing => (ledger::value_missing(), ledger::zero_only_if_found()),
            Self::Hedged(hedge) => (words::hedged(hedge), words::write_what_the_paper_has()),
            Self::Negative => (ledger::finite_not_negative(), ledger::decrease_is_correction()),
            Self::Several => (words::several_numbers(), words::write_one_number()),
            Self::NotFinite => (ledger::finite_not_negative(), words::numbers_for_example()),
            Self::NotANumber => (ledger::not_a_number(), words::numbers_for_example()),
        }
    }
}

/// Most characters of a number with its unit. Engineering judgement: 12,345,678.90 元 has 17.
const CHARACTERS_MAX: usize = 60;

/// Most characters of a unit behind a number; the longest that is known has 7.
const UNIT_CHARACTERS_MAX: usize = 12;

/// Words that make a number uncertain; of those that contain each other the longer first.
const HEDGES: &[&str] = &[
    "不少于",
    "不低于",
    "不超过",
    "不到",
    "不足",
    "大约",
    "大概",
    "大致",
    "约",
    "将近",
    "接近",
    "近",
    "超过",
    "超",
    "高达",
    "多达",
    "达到",
    "达",
    "至少",
    "最少",
    "最多",
    "至多",
    "左右",
    "上下",
    "以上",
    "以下",
    "以内",
    "有余",
    "余",
    "多",
    "来",
    "若干",
    "几",
    "数十",
    "数百",
    "数千",
    "数万",
    "数亿",
    "上十",
    "上百",
    "上千",
    "上万",
    "上亿",
    "估计",
    "预计",
    "估",
    "?",
    "≈",
    "≥",
    "≤",
    ">",
    "<",
];

/// Lines with which offices strike out a cell that has nothing to say. A word such as 无 may also mean 0: it is asked.
const STROKES: [char; 5] = ['-', '—', '/', '\\', '~'];

/// What may stand between two numbers of one cell.
const BETWEEN_TWO: [char; 5] = ['-', '—', '~', '至', '到'];

/// What may stand between any number of them.
const BETWEEN_MORE: [char; 5] = ['、', '+', '或', '和', ';'];

const CURRENCIES: [&str; 4] = ["¥", "人民币", "RMB", "CNY"];

/// The number in `text`, which may have lines: two numbers below one another are not one with a blank for each
/// thousand.
pub(super) fn quantity_in_lines(text: &str) -> Result<Quantity, NumberFault> {
    let lines = text.split(['\n', '\r']).map(half_width);
    match lines.filter(|line| read(line.trim()).is_some()).count() {
        2.. => Err(NumberFault::Several),
        _ => quantity(text),
    }
}

/// The number in `text`.
pub(super) fn quantity(text: &str) -> Result<Quantity, NumberFault> {
    let plain = half_width(text);
    let plain = plain.trim();
    if plain.chars().all(|c| STROKES.contains(&c) || c == ' ') {
        return Err(NumberFault::Missing);
    }
    if plain.chars().count() > CHARACTERS_MAX {
        return Err(NumberFault::NotANumber);
    }
    if is_not_finite(plain) {
        return Err(NumberFault::NotFinite);
    }
    if let Some(hedge) = hedge_of(plain) {
        return Err(NumberFault::Hedged(hedge));
    }
    if is_negative(plain) {
        return Err(NumberFault::Negative);
    }
    match read(plain) {
        Some(found) if found.value.is_finite() => Ok(found),
        Some(_) => Err(NumberFault::NotFinite),
        None if is_several(plain) => Err(NumberFault::Several),
        None => Err(NumberFault::NotANumber),
    }
}

/// `text` with half-width digits, letters and signs, one kind of blank, of dash and of tilde, and without characters
/// that cannot be seen.
pub(super) fn half_width(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{3000}' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\t' | '\n' | '\r' => ' ',
        '￥' => '¥',
        '‘' | '’' | '´' | '`' => '\'',
        '～' | '〜' | '∼' | '﹏' => '~',
        '‐' | '‑' | '‒' | '–' | '−' | '﹣' | '⁻' => '-',
        '―' | '─' | '━' | '﹘' => '—',
        '〔' | '【' | '﹙' | '[' | '［' => '(',
        '〕' | '】' | '﹚' | ']' | '］' => ')',
        '\u{ff01}'..='\u{ff5d}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let seen = |c: &char| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}');
    text.chars().filter(seen).map(plain).collect()
}

fn is_not_finite(plain: &str) -> bool {
    let word = plain.trim_start_matches(['+', '-']).to_ascii_lowercase();
    matches!(word.as_str(), "inf" | "infinity" | "nan" | "∞")
}

/// The hedge of a text that has a number, or is as vague as 若干.
fn hedge_of(plain: &str) -> Option<String> {
    let is_vague = plain.starts_with("几") || plain.starts_with("若干");
    if !is_vague && !plain.contains(|c: char| c.is_ascii_digit() || numerals::is_numeral(c)) {
        return None;
    }
    // Before a number about, behind it more than.
    if plain.starts_with('~') {
        return Some("~".into());
    }
    if plain.ends_with('+') {
        return Some("+".into());
    }
    HEDGES.iter().find(|hedge| plain.contains(**hedge)).map(|hedge| (*hedge).to_owned())
}

/// Whether it is a number below 0, also as in books: in brackets, or called red 红字.
fn is_negative(plain: &str) -> bool {
    let is_number = |text: &str| read(text.trim()).is_some();
    let signed = ["-", "—", "负", "红字"].iter().find_map(|sign| plain.strip_prefix(sign));
    let behind = ["红字", "(红字)"].iter().find_map(|sign| plain.strip_suffix(sign));
    let in_brackets = plain.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let after_currency =
        CURRENCIES.iter().find_map(|sign| plain.strip_prefix(sign)?.trim().strip_prefix('-'));
    [signed, behind, in_brackets, after_currency].into_iter().flatten().any(is_number)
}

fn is_several(plain: &str) -> bool {
    let all_numbers = |parts: &[&str]| parts.iter().all(|part| read(part.trim()).is_some());
    let two: Vec<&str> = plain.split(BETWEEN_TWO).filter(|part| !part.is_empty()).collect();
    let more: Vec<&str> = plain.split(BETWEEN_MORE).collect();
    two.len() == 2 && all_numbers(&two) || more.len() > 1 && all_numbers(&more)
}

/// The number that is not negative, not hedged and alone.
fn read(plain: &str) -> Option<Quantity> {
    if let Some(rest) = plain.strip_prefix("百分之") {
        let (value, rest) = amount(rest)?;
        return rest.is_empty().then(|| Quantity { value, unit: "%".into() });
    }
    let currency = CURRENCIES.iter().find_map(|sign| plain.strip_prefix(sign));
    let number = currency.unwrap_or(plain).trim_start();
    let unsigned = number.strip_prefix('+').unwrap_or(number);
    let (value, rest) = amount(unsigned)?;
    let unit = unit_behind(rest.trim())?;
    let unit = match (currency, unit) {
        (Some(_), "" | "元" | "圆" | "块") => "元",
        (Some(_), _) => return None,
        (None, unit) => unit,
    };
    Some(Quantity { value, unit: unit.to_owned() })
}

/// What stands behind a number, if it may be a unit: 亩 of （亩）, 元 of 元整.
fn unit_behind(rest: &str) -> Option<&str> {
    let inner =
        rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(rest).trim();
    let unit = match inner {
        "元整" | "元正" | "圆整" | "圆正" => "元",
        unit => unit,
    };
    if unit.is_empty() || is_unit(unit) {
        return Some(unit);
    }
    let is_odd = |c: char| {
        // Of a date, of a second number, or of a sentence.
        c.is_ascii_digit()
            || c.is_control()
            || numerals::is_numeral(c)
            || ",.;:!\"'=+*、，。；：年月号".contains(c)
    };
    let short = unit.chars().count() <= UNIT_CHARACTERS_MAX;
    (short && !unit.contains(is_odd) && !unit.starts_with(['-', '—', '~', '/', '(', ')']))
        .then_some(unit)
}

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
