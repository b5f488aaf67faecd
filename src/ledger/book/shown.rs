//! A number as a section of a number format shows it.

use super::decimal::Decimal;
use super::section::{Part, Section};

/// Digits that a cell without a format shows at most: 11 characters with the point (ECMA-376-1 §18.8.30, General).
const GENERAL_DIGITS: usize = 10;

/// Most digits of a denominator that is looked for.
const DENOMINATOR_DIGITS: usize = 3;

/// A number in its parts, as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Image {
    /// What stands before the digits.
    pub before: String,
    /// The digits with points, separators and what else stands between them.
    pub digits: String,
    /// What stands behind them.
    pub behind: String,
    /// The digits as a number; `None` if they are none.
    pub value: Option<f64>,
    /// The power of ten by which the stored number was divided: 4 for a format of 万, -2 for percent.
    pub divided: i32,
}

impl Image {
    /// All of it without blanks around it.
    pub fn text(&self) -> String {
        format!("{}{}{}", self.before, self.digits, self.behind).trim().to_owned()
    }
}

/// The number as a cell without a format shows it, at most 11 characters.
pub(super) fn general(value: f64) -> Decimal {
    let exact = Decimal::new(value);
    let whole = usize::try_from(exact.exponent() + 1).unwrap_or(1).max(1);
    if exact.length() <= GENERAL_DIGITS + 1 && exact.exponent() >= -9 {
        return exact;
    }
    // A longer whole number is shown by its exponent, and a narrow cell shows ####: the number is what was typed.
    if whole > GENERAL_DIGITS {
        return exact;
    }
    match exact.exponent() {
        ..-4 => exact,
        _ => exact.rounded(GENERAL_DIGITS - whole),
    }
}

/// The amount of `value` by `section`; `None` where the section has parts that do not go together.
pub(super) fn image(section: &Section, value: f64) -> Option<Image> {
    let parts = &section.parts;
    if parts.iter().any(|part| matches!(part, Part::General | Part::Content)) {
        return general_image(parts, value);
    }
    let is_digit = |part: &Part| matches!(part, Part::Digit(_));
    let (Some(first), Some(last)) =
        (parts.iter().position(is_digit), parts.iter().rposition(is_digit))
    else {
        let before = literals(parts);
        let none = parts.iter().any(|part| matches!(part, Part::Point | Part::Exponent));
        let shown =
            Image { before, digits: String::new(), behind: String::new(), value: None, divided: 0 };
        return (!none).then_some(shown);
    };
    // A point may stand before the first digit or behind the last, and separators behind the last.
    let first =
        if first > 0 && parts.get(first - 1) == Some(&Part::Point) { first - 1 } else { first };
    let tail = parts.get(last + 1..).unwrap_or_default();
    let scales = tail.iter().take_while(|part| matches!(part, Part::Comma | Part::Point)).count();
    let core = parts.get(first..last + 1 + scales)?;
    let behind = parts.get(last + 1 + scales..)?;
    let before = parts.get(..first)?;
    let percents = parts.iter().filter(|part| **part == Part::Percent).count();
    let odd = |part: &Part| matches!(part, Part::Point | Part::Exponent);
    if percents > 1 || core.contains(&Part::Percent) || before.iter().chain(behind).any(odd) {
        return None;
    }
    let amount = Decimal::new(value).shifted(if percents == 1 { 2 } else { 0 });
    let mut image = if core.contains(&Part::Exponent) {
        scientific(core, &amount)?
    } else if core.contains(&Part::Literal('/')) {
        fraction(core, &amount)?
    } else {
        positional(core, amount)?
    };
    image.before = literals(before);
    image.behind = literals(behind);
    image.divided -= if percents == 1 { 2 } else { 0 };
    Some(image)
}

/// The text of parts that are no digits.
fn literals(parts: &[Part]) -> String {
    let text = parts.iter().filter_map(|part| match part {
        Part::Literal(c) => Some(*c),
        Part::Percent => Some('%'),
        Part::Comma => Some(','),
        _ => None,
    });
    text.collect()
}

/// `General` or `@` with text around it.
fn general_image(parts: &[Part], value: f64) -> Option<Image> {
    let at = parts.iter().position(|part| matches!(part, Part::General | Part::Content))?;
    let (before, behind) = (parts.get(..at)?, parts.get(at + 1..)?);
    let plain = |part: &Part| matches!(part, Part::Literal(_));
    if !before.iter().chain(behind).all(plain) {
        return None;
    }
    let digits = general(value).text();
    let value = digits.parse().ok();
    Some(Image { before: literals(before), digits, behind: literals(behind), value, divided: 0 })
}

/// Digits before and behind a point, with separators and other characters between them.
fn positional(core: &[Part], amount: Decimal) -> Option<Image> {
    let points = core.iter().filter(|part| **part == Part::Point).count();
    let point = core.iter().position(|part| *part == Part::Point).unwrap_or(core.len());
    let (whole, rest) = core.split_at(point);
    let digits =
        |parts: &[Part]| parts.iter().filter(|part| matches!(part, Part::Digit(_))).count();
    let decimals = digits(rest);
    // Separators right behind the last digit before the point, or behind all digits, divide by 1000 each.
    let trailing =
        |parts: &[Part]| parts.iter().rev().take_while(|part| **part == Part::Comma).count();
    let thousands = trailing(whole) + if decimals > 0 { trailing(rest) } else { 0 };
    let whole = whole.get(..whole.len() - trailing(whole))?;
    let rest = rest.get(..rest.len() - trailing(rest))?;
    let grouped = whole.contains(&Part::Comma);
    if points > 1 || rest.contains(&Part::Comma) {
        return None;
    }
    let scale = 3 * i32::try_from(thousands).ok()?;
    let amount = amount.shifted(-scale).rounded(decimals);
    let (before, behind) = amount.parts();
    let (text, own_point) = whole_text(whole, &before, grouped)?;
    let mut text = text;
    let fraction = fraction_text(rest, &behind)?;
    if points > 0 {
        text.push('.');
        text.push_str(&fraction);
    }
    let own = own_point.unwrap_or(0);
    if own > 0 && points > 0 {
        return None;
    }
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | ' ')).collect();
    // Nothing is shown of a zero without a place for it.
    let value = match plain.trim_end_matches('.') {
        "" => None,
        digits => Some(digits.parse().ok()?),
    };
    let divided = scale + i32::try_from(own).ok()?;
    Some(Image { before: String::new(), digits: text, behind: String::new(), value, divided })
}

/// The digits before the point, and how many places stand behind a point that is a character of the format.
fn whole_text(parts: &[Part], digits: &str, grouped: bool) -> Option<(String, Option<usize>)> {
    let mut left: Vec<char> = digits.chars().collect();
    let places = parts.iter().filter(|part| matches!(part, Part::Digit(_))).count();
    let (mut seen, mut shown, mut reversed, mut point) = (0, 0, Vec::new(), None);
    if places == 0 {
        return parts.is_empty().then(|| (digits.to_owned(), None));
    }
    // From the place of the leftmost 0 on, missing digits are zeros. Places count from the right.
    let all = parts.iter().rev().filter(|part| matches!(part, Part::Digit(_)));
    let zeros = all.enumerate().filter(|(_, part)| **part == Part::Digit('0')).last();
    let zeros = zeros.map_or(0, |(place, _)| place + 1);
    for part in parts.iter().rev() {
        match part {
            Part::Digit(place) => {
                seen += 1;
                let rest = if seen == places { left.len().max(1) } else { 1 };
                for nth in 0..rest {
                    let digit = left.pop().or(match place {
                        '0' => Some('0'),
                        '?' => Some(' '),
                        _ => (seen + nth < zeros).then_some('0'),
                    });
                    if let Some(digit) = digit {
                        if grouped && shown > 0 && shown % 3 == 0 && digit != ' ' {
                            reversed.push(',');
                        }
                        shown += usize::from(digit != ' ');
                        reversed.push(digit);
                    }
                }
            }
            Part::Comma => {}
            Part::Literal('.') if point.is_none() && !grouped => {
                point = Some(seen);
                reversed.push('.');
            }
            _ => return None,
        }
    }
    reversed.reverse();
    Some((reversed.into_iter().collect(), point))
}

/// The digits behind the point, for the places of `parts`.
fn fraction_text(parts: &[Part], digits: &str) -> Option<String> {
    let mut digits = digits.chars();
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Point => {}
            Part::Digit(place) => match (digits.next(), place) {
                (Some(digit), _) => text.push(digit),
                (None, '0') => {
                    text.push('0');
                }
                (None, '?') => text.push(' '),
                (None, _) => {}
            },
            _ => return None,
        }
    }
    Some(text)
}

/// A number with an exponent, one digit before the point.
fn scientific(core: &[Part], amount: &Decimal) -> Option<Image> {
    let at = core.iter().position(|part| *part == Part::Exponent)?;
    let (mantissa, exponent) = (core.get(..at)?, core.get(at + 1..)?);
    let point = mantissa.iter().position(|part| *part == Part::Point).unwrap_or(mantissa.len());
    if point != 1
        || exponent.is_empty()
        || !exponent.iter().all(|part| matches!(part, Part::Digit(_)))
    {
        return None;
    }
    let decimals = mantissa.len().saturating_sub(point + 1);
    let mut power = if amount.is_zero() { 0 } else { amount.exponent() };
    let mut rounded = amount.clone().shifted(-power).rounded(decimals);
    if rounded.exponent() > 0 {
        power += 1;
        rounded = amount.clone().shifted(-power).rounded(decimals);
    }
    let shown = positional(mantissa, rounded)?;
    let sign = if power < 0 { '-' } else { '+' };
    let width = exponent.len();
    let digits = format!("{}E{sign}{:0width$}", shown.digits, power.unsigned_abs());
    let value = digits.parse().ok();
    Some(Image { digits, value, ..shown })
}

/// A whole number and a fraction, such as 1 1/2.
fn fraction(core: &[Part], amount: &Decimal) -> Option<Image> {
    let at = core.iter().position(|part| *part == Part::Literal('/'))?;
    let (above, below) = (core.get(..at)?, core.get(at + 1..)?);
    let value: f64 = amount.text().parse().ok()?;
    let text: String = below
        .iter()
        .filter_map(|part| match part {
            Part::Digit(place) => Some(*place),
            Part::Literal(c) if c.is_ascii_digit() => Some(*c),
            _ => None,
        })
        .collect();
    // A denominator of digits is fixed; one of places is looked for.
    let fixed = text.contains(|c: char| matches!(c, '1'..='9')).then(|| text.parse::<u32>().ok());
    let with_whole = above.contains(&Part::Literal(' '));
    let whole = if with_whole { value.floor() } else { 0.0 };
    let part = value - whole;
    let (numerator, denominator) = match fixed {
        Some(denominator) => {
            let denominator = f64::from(denominator?);
            ((part * denominator).round(), denominator)
        }
        None if (1..=DENOMINATOR_DIGITS).contains(&text.len()) => {
            nearest(part, 10_f64.powi(i32::try_from(text.len()).ok()?) - 1.0)
        }
        None => return None,
    };
    let shown = whole + numerator / denominator;
    let digits = match (with_whole, numerator == 0.0) {
        (true, true) => format!("{whole}"),
        (true, false) if whole > 0.0 => format!("{whole} {numerator}/{denominator}"),
        _ => format!("{numerator}/{denominator}"),
    };
    Some(Image {
        before: String::new(),
        digits,
        behind: String::new(),
        value: Some(shown),
        divided: 0,
    })
}

/// Fractions whose errors differ by less are equally near.
const EQUALLY_NEAR: f64 = 1e-12;

/// Numerator and denominator of the fraction nearest to `value` whose denominator is at most `most`, the smallest
/// denominator of equal ones: by its continued fraction, of which the last step may be a part of one (Knuth, The Art of
/// Computer Programming, vol. 2, §4.5.3).
fn nearest(value: f64, most: f64) -> (f64, f64) {
    let error = |(above, below): (f64, f64)| (value - above / below).abs();
    let (mut before, mut last) = ((1.0, 0.0), (value.floor(), 1.0));
    let mut rest = value - value.floor();
    while error(last) >= EQUALLY_NEAR {
        let step = (1.0 / rest).floor();
        let steps = step.min(((most - before.1) / last.1).floor());
        let next = (steps * last.0 + before.0, steps * last.1 + before.1);
        if steps < step {
            return if error(next) < error(last) - EQUALLY_NEAR { next } else { last };
        }
        (before, last) = (last, next);
        rest = 1.0 / rest - step;
    }
    last
}

#[cfg(test)]
#[path = "shown_tests.rs"]
mod tests;
