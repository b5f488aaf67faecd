//! Number formats: what a cell shows of the number that it holds. What is visible counts.
//!
//! ECMA-376-1 §18.8.30 and §18.8.31 describe the formats. What cannot be interpreted with certainty is a
//! [`Fault::Unclear`].

use super::day::{self, Epoch};
use super::decimal::Decimal;
use super::grid::cut;
use super::section::{Kind, Part, Section, sections};
use super::shown::{Image, general, image};
use super::{Cell, Fault, Shown};

/// Longest format that Excel takes is 255 characters; a longer one is not interpreted.
pub(super) const CODE_MAX: usize = 255;

/// Most places for digits in a section: twice as many as a number has digits. Engineering judgement.
const PLACES_MAX: usize = 30;

/// What a binary sum of decimals may leave where they add up to 0. Engineering judgement.
const NOISE: f64 = 1e-9;

/// Words for powers of ten, which a format that divides writes behind the number.
const POWERS: [(&str, i32); 6] =
    [("百万", 6), ("千万", 7), ("亿", 8), ("万", 4), ("千", 3), ("百", 2)];

/// Signs and words of the yuan before a number.
const YUAN: [&str; 8] = ["¥", "￥", "CNY", "RMB", "人民币", "RMB¥", "CN¥", "元"];

/// A number format, in its sections.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NumberFormat {
    sections: Vec<Section>,
}

impl Default for NumberFormat {
    fn default() -> Self {
        Self::new("General")
    }
}

impl NumberFormat {
    pub fn new(code: &str) -> Self {
        let code = if code.trim().is_empty() { "General" } else { code };
        let mut sections = sections(code);
        let places = |part: &&Part| matches!(part, Part::Digit(_));
        for section in &mut sections {
            if section.parts.iter().filter(places).count() > PLACES_MAX {
                section.kind = Kind::Other;
            }
        }
        if code.chars().count() > CODE_MAX || sections.len() > 4 {
            for section in &mut sections {
                section.kind = Kind::Other;
            }
            sections.truncate(4);
        }
        Self { sections }
    }

    /// The format with the number `id`, which every program knows. For the Chinese edition, as the office has it.
    pub fn builtin(id: u16) -> Option<Self> {
        builtin_code(id).map(Self::new)
    }

    /// A format of which nothing is known.
    pub fn unknown() -> Self {
        let mut format = Self::default();
        for section in &mut format.sections {
            section.kind = Kind::Other;
        }
        format
    }

    /// What a cell with the number `value` shows.
    pub fn cell(&self, value: f64, epoch: Epoch) -> Cell {
        if !value.is_finite() {
            return Cell::Fault(Fault::Unclear(value.to_string()));
        }
        if self.is_general() && is_short(value) {
            return Cell::Number(value);
        }
        let unclear = || Cell::Fault(Fault::Unclear(signed(value, &general(value).text())));
        let Some((section, sign)) = self.section(value) else {
            return unclear();
        };
        match section.kind {
            Kind::Day { time } => return day::cell(value, epoch, time),
            Kind::Month => return day::month(day::cell(value, epoch, false)),
            Kind::Time => return Cell::Fault(Fault::NoDate(value.to_string())),
            Kind::Other => return unclear(),
            Kind::Number => {}
        }
        match image(section, value.abs()) {
            Some(image) => shown(value, &image, sign),
            None => unclear(),
        }
    }

    /// Whether it shows numbers and texts as without a format.
    pub fn is_general(&self) -> bool {
        let general = |all: &Section| all.kind == Kind::Number && all.parts == [Part::General];
        matches!(self.sections.as_slice(), [all] if general(all))
    }

    /// What a cell with `text` shows.
    pub fn text(&self, text: &str) -> Cell {
        let own = match self.sections.as_slice() {
            [_, _, _, own] => Some(own),
            [.., last] => Some(last).filter(|last| last.parts.contains(&Part::Content)),
            [] => None,
        };
        let Some(section) = own else {
            return Cell::Text(text.to_owned());
        };
        // What a cell shows that holds its text twice is not its text.
        let content = |part: &&Part| matches!(part, Part::Content | Part::General);
        if section.parts.iter().filter(content).count() > 1 {
            return Cell::Fault(Fault::Unclear(text.to_owned()));
        }
        let mut whole = String::new();
        for part in &section.parts {
            match part {
                Part::Literal(c) => whole.push(*c),
                Part::Content | Part::General => whole.push_str(text),
                _ => return Cell::Text(text.to_owned()),
            }
        }
        match whole.trim() {
            "" => Cell::Fault(Fault::Unclear(text.to_owned())),
            whole => Cell::Text(cut(whole).to_owned()),
        }
    }

    /// The section for `value`, and how its sign is shown.
    fn section(&self, value: f64) -> Option<(&Section, Sign)> {
        let negative = value < 0.0;
        let numeric = match self.sections.as_slice() {
            [numbers @ .., _text] if numbers.len() == 3 => numbers,
            // A last section with @ is for text.
            [numbers @ .., last] if !numbers.is_empty() && last.parts.contains(&Part::Content) => {
                numbers
            }
            all => all,
        };
        if numeric.iter().any(|section| section.condition.is_some()) {
            // How a negative number is signed there depends on the program.
            let found = numeric.iter().enumerate().find(|(index, section)| {
                match (section.condition, index) {
                    (Some(condition), _) => condition.holds(value),
                    (None, 1) if numeric.len() == 3 => negative,
                    (None, _) => true,
                }
            });
            return found.filter(|_| !negative).map(|(_, section)| (section, Sign::Own));
        }
        match numeric {
            [all] => Some((all, Sign::Own)),
            [_, below, ..] if negative => Some((below, Sign::InFormat)),
            [_, _, zero] if value == 0.0 => Some((zero, Sign::Own)),
            [first, ..] => Some((first, Sign::Own)),
            [] => None,
        }
    }
}

/// How a negative number is shown to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// By a minus before all.
    Own,
    /// By what the section has: a minus, or parentheses.
    InFormat,
}

/// Whether a cell without a format shows all digits of `value` for certain: most numbers of an office are such.
fn is_short(value: f64) -> bool {
    let whole = value.fract() == 0.0 && value.abs() < 1e10;
    whole || value.abs() < 1e4 && (value * 1e6).round() / 1e6 == value
}

fn signed(value: f64, text: &str) -> String {
    if value < 0.0 && text != "0" { format!("-{text}") } else { text.to_owned() }
}

/// The cell that shows `image` of `value`.
fn shown(value: f64, image: &Image, sign: Sign) -> Cell {
    let unsigned = image.text();
    let text = match sign {
        Sign::Own if value < 0.0 && image.value.is_some_and(|value| value != 0.0) => {
            format!("-{unsigned}")
        }
        _ => unsigned,
    };
    let Some(amount) = image.value else {
        return without_digits(value, text);
    };
    interpreted(value, amount, image, sign, &text).unwrap_or(Cell::Fault(Fault::Unclear(text)))
}

/// A cell of which no digit is shown.
fn without_digits(value: f64, text: String) -> Cell {
    match (value == 0.0, text.as_str()) {
        // Offices let zeros go unseen; nothing is there then for the one who reads it.
        (true, "") => Cell::Empty,
        // The form that accounting formats give to zero.
        (true, "-" | "—" | "–" | "－") => {
            Cell::Shown(Box::new(Shown { value: 0.0, stored: value, unit: String::new(), text }))
        }
        (_, "") => Cell::Fault(Fault::Unclear(signed(value, &Decimal::new(value).text()))),
        _ => Cell::Fault(Fault::Unclear(text)),
    }
}

/// A cell with the number `value` that is shown as `text`, where the format itself is not at hand.
pub(super) fn shown_as(value: f64, text: &str) -> Cell {
    if text.parse::<f64>() == Ok(value) {
        return Cell::Number(value);
    }
    let unclear = || Cell::Fault(Fault::Unclear(text.to_owned()));
    let Some(first) = text.find(|c: char| c.is_ascii_digit()) else {
        return without_digits(value, text.to_owned());
    };
    let (before, rest) = text.split_at(first);
    let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ',' | '.'));
    let mut end = end.unwrap_or(rest.len());
    let exponent = rest.get(end..).and_then(|rest| rest.strip_prefix(['E', 'e']));
    if let Some(exponent) = exponent.filter(|exponent| exponent.starts_with(['+', '-'])) {
        let signed = exponent.get(1..).unwrap_or_default();
        let digits = signed.find(|c: char| !c.is_ascii_digit()).unwrap_or(signed.len());
        end += 2 + digits;
    }
    let (digits, behind) = rest.split_at(end);
    let plain: String = digits.chars().filter(|c| *c != ',').collect();
    let Ok(amount) = plain.parse::<f64>() else {
        return unclear();
    };
    // Half of the last digit that is shown, in an exponent of the digits before it.
    let mantissa = plain.split(['E', 'e']).next().unwrap_or_default();
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
    let power = if mantissa.len() == plain.len() { 0 } else { Decimal::new(amount).exponent() };
    let half = 0.5 * 10_f64.powi(power - decimals) * (1.0 + 1e-9);
    let powers = [0, -2].into_iter().chain(POWERS.map(|(_, power)| power));
    let fits = |power: &i32| (value.abs() / 10_f64.powi(*power) - amount).abs() <= half;
    let Some(divided) = powers.into_iter().find(fits) else {
        return unclear();
    };
    let (before, behind) = (before.to_owned(), behind.to_owned());
    let image = Image { before, digits: digits.to_owned(), behind, value: Some(amount), divided };
    shown(value, &image, if value < 0.0 { Sign::InFormat } else { Sign::Own })
}

/// What the digits and the words around them mean; `None` if that is not certain.
fn interpreted(value: f64, amount: f64, image: &Image, sign: Sign, text: &str) -> Option<Cell> {
    let (mut before, mut behind) = (image.before.trim(), image.behind.trim());
    let mut negative = value < 0.0;
    if sign == Sign::InFormat {
        let minus = before.strip_prefix(['-', '－', '−']);
        let parentheses = before.strip_prefix('(').zip(behind.strip_suffix(')'));
        (before, behind) = match (minus, parentheses) {
            (Some(rest), _) => (rest.trim(), behind),
            (None, Some((rest, end))) => (rest.trim(), end.trim()),
            // The currency may stand before the minus.
            (None, None) => (before.strip_suffix(['-', '－', '−'])?.trim(), behind),
        };
    } else if let Some(rest) = before.strip_prefix('+') {
        before = rest.trim();
    } else if let Some(rest) = before.strip_prefix('-').filter(|_| amount != 0.0) {
        (before, negative) = (rest.trim(), !negative);
    }
    let yuan = YUAN.contains(&before);
    if !before.is_empty() && !yuan
        || behind.starts_with(|c: char| c.is_ascii_digit() || ".,".contains(c))
    {
        return None;
    }
    // What is rounded away is there, and is not seen. A sum of decimals may leave less than that of nothing.
    if amount == 0.0 && value.abs() > NOISE {
        return None;
    }
    let (amount, mut unit) = undivided(amount, image.divided, behind)?;
    if yuan {
        let bare = |unit: &str| unit.is_empty() || POWERS.iter().any(|(word, _)| *word == unit);
        unit = if bare(&unit) { format!("{unit}元") } else { unit };
    }
    let amount = if negative { -amount } else { amount };
    if unit.is_empty() && image.divided == 0 && same(amount, value) {
        return Some(Cell::Number(amount));
    }
    let text = text.to_owned();
    Some(Cell::Shown(Box::new(Shown { value: amount, stored: value, unit, text })))
}

/// The number before its division by 万 and the like, and the unit without that word. In percent the number stays.
fn undivided(amount: f64, divided: i32, behind: &str) -> Option<(f64, String)> {
    match divided {
        0 => Some((amount, behind.to_owned())),
        -2 => Some((amount, behind.to_owned())).filter(|(_, unit)| unit.starts_with('%')),
        _ => POWERS.iter().filter(|(_, power)| *power == divided).find_map(|(word, power)| {
            let unit = behind.strip_prefix(word)?;
            let amount = Decimal::new(amount).shifted(*power).text().parse().ok()?;
            Some((amount, unit.trim().to_owned()))
        }),
    }
}

/// Whether the numbers are the same to the digits that a spreadsheet keeps.
fn same(one: f64, other: f64) -> bool {
    one == other || Decimal::new(one) == Decimal::new(other) && (one < 0.0) == (other < 0.0)
}

/// The codes of ECMA-376-1 §18.8.30, and those of its table for zh-cn.
fn builtin_code(id: u16) -> Option<&'static str> {
    Some(match id {
        0 => "General",
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5..=8 => {
            if id < 7 {
                "\"¥\"#,##0;\"¥\"-#,##0"
            } else {
                "\"¥\"#,##0.00;\"¥\"-#,##0.00"
            }
        }
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 => "yyyy/m/d",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        37 | 38 => "#,##0 ;(#,##0)",
        39 | 40 => "#,##0.00 ;(#,##0.00)",
        41 => "_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"_ ;_ @_ ",
        42 => "_ ¥* #,##0_ ;_ ¥* -#,##0_ ;_ ¥* \"-\"_ ;_ @_ ",
        43 => "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ",
        44 => "_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* \"-\"??_ ;_ @_ ",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        48 => "##0.0E+0",
        49 => "@",
        27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
        28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
        30 => "m-d-yy",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 => "h\"时\"mm\"分\"",
        33 => "h\"时\"mm\"分\"ss\"秒\"",
        34 | 55 => "上午/下午h\"时\"mm\"分\"",
        35 | 56 => "上午/下午h\"时\"mm\"分\"ss\"秒\"",
        59 => "0",
        60 => "0.00",
        61 => "#,##0",
        62 => "#,##0.00",
        67 => "0%",
        68 => "0.00%",
        69 => "# ?/?",
        70 => "# ??/??",
        _ => return None,
    })
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
