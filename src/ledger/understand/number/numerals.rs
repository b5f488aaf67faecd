//! Digits with 万 and 亿 behind them, and Chinese numerals, read without loss: 1.2万 is 12000 and nothing beside it.

use std::str::Chars;

/// Most digits of a number: all of them fit into 128 bits.
const DIGITS_MAX: usize = 30;

/// A number as it is written: `digits` × 10^`exponent`.
#[derive(Clone, Copy)]
struct Decimal {
    digits: u128,
    exponent: i32,
    /// How many digits are written.
    written: u32,
}

#[derive(Clone, Copy)]
enum Token {
    /// In digits such as 1,200.5.
    Arabic(Decimal),
    /// One of 一 to 九.
    Chinese(u128),
    Zero,
    /// 十, 百, 千, 万, 亿 by their power of ten.
    Times(u32),
}

/// Whether `c` belongs to a Chinese number.
pub(super) fn is_numeral(c: char) -> bool {
    token_of(c).is_some()
}

/// The number at the beginning of `text`, and what follows it.
pub(super) fn amount(text: &str) -> Option<(f64, &str)> {
    let (tokens, rest) = tokens(text)?;
    let decimal = match tokens.as_slice() {
        [Token::Arabic(number), times @ ..]
            if times.iter().all(|token| matches!(token, Token::Times(_))) =>
        {
            let exponent = number.exponent.checked_add(power_of(times)?)?;
            Decimal { exponent, ..*number }
        }
        _ => Decimal { digits: whole(&tokens)?, exponent: 0, written: 0 },
    };
    // The standard library reads a decimal number to the nearest of all floating-point numbers.
    let value = format!("{}e{}", decimal.digits, decimal.exponent).parse().ok()?;
    Some((value, rest))
}

fn tokens(text: &str) -> Option<(Vec<Token>, &str)> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        // 1.2 万元: a blank may stand before 万.
        let next = if tokens.is_empty() { rest } else { rest.trim_start() };
        let Some(first) = next.chars().next() else { break };
        if first.is_ascii_digit() || first == '.' {
            if next.len() < rest.len() {
                break;
            }
            let (number, after) = arabic(next)?;
            tokens.push(Token::Arabic(number));
            rest = after;
            continue;
        }
        let Some(token) = token_of(first) else { break };
        let after = next.get(first.len_utf8()..).unwrap_or_default();
        if is_of_a_unit(first, after) || tokens.len() > DIGITS_MAX {
            break;
        }
        tokens.push(token);
        rest = after;
    }
    (!tokens.is_empty()).then_some((tokens, rest))
}

fn token_of(c: char) -> Option<Token> {
    let digit = |digit| Some(Token::Chinese(digit));
    match c {
        '零' | '〇' => Some(Token::Zero),
        '一' | '壹' => digit(1),
        '二' | '两' | '贰' | '貳' => digit(2),
        '三' | '叁' | '參' => digit(3),
        '四' | '肆' => digit(4),
        '五' | '伍' => digit(5),
        '六' | '陆' => digit(6),
        '七' | '柒' => digit(7),
        '八' | '捌' => digit(8),
        '九' | '玖' => digit(9),
        '十' | '拾' => Some(Token::Times(1)),
        '百' | '佰' => Some(Token::Times(2)),
        '千' | '仟' => Some(Token::Times(3)),
        '万' | '萬' => Some(Token::Times(4)),
        '亿' | '億' => Some(Token::Times(8)),
        _ => None,
    }
}

/// Whether 千 belongs to the unit: 千瓦时, 千克, 千米.
fn is_of_a_unit(first: char, after: &str) -> bool {
    first == '千' && after.starts_with(['瓦', '克', '米'])
}

/// A number in digits, and what follows it. Thousands may be separated by a comma, a blank or an apostrophe, if all
/// groups behind the first have three digits.
fn arabic(text: &str) -> Option<(Decimal, &str)> {
    let (mut digits, mut rest) = split_digits(text);
    let mut all = digits.to_owned();
    if let Some(separator) = rest.chars().next().filter(|c| [',', ' ', '\''].contains(c))
        && (1..=3).contains(&digits.len())
        && !digits.starts_with('0')
    {
        while let Some(after) = rest.strip_prefix(separator) {
            let (group, behind) = split_digits(after);
            if group.len() != 3 {
                break;
            }
            all.push_str(group);
            rest = behind;
        }
    }
    let mut exponent = 0;
    if let Some(after) = rest.strip_prefix('.') {
        (digits, rest) = split_digits(after);
        all.push_str(digits);
        exponent = -i32::try_from(digits.len()).ok()?;
    }
    if all.is_empty() || all.len() > DIGITS_MAX {
        return None;
    }
    let (power, rest) = power_behind(rest)?;
    let written = u32::try_from(all.len()).ok()?;
    Some((Decimal { digits: all.parse().ok()?, exponent: exponent + power, written }, rest))
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// The power of ten behind a number, as spreadsheets write large ones: 1E+03. `None` for one that no number has.
fn power_behind(text: &str) -> Option<(i32, &str)> {
    let Some(after) = text.strip_prefix(['e', 'E']) else { return Some((0, text)) };
    let unsigned = after.trim_start_matches(['+', '-']);
    let (digits, rest) = split_digits(unsigned);
    if digits.is_empty() || after.len() - unsigned.len() > 1 {
        return Some((0, text));
    }
    let power: i32 = digits.parse().ok().filter(|power| *power < 1000)?;
    Some((if after.starts_with('-') { -power } else { power }, rest))
}

/// The power of 百万 or 万亿 behind a number in digits. Of 十, 百 and 千 one, then 万, then 亿.
fn power_of(times: &[Token]) -> Option<i32> {
    let mut powers = times.iter().filter_map(|token| match token {
        Token::Times(power) => Some(*power),
        _ => None,
    });
    let mut sum = 0;
    let mut least = 0;
    powers.try_for_each(|power| {
        // After 千 neither 百 nor another 千.
        let place = if power < 4 { 1 } else { power };
        (place > least).then(|| (sum, least) = (sum + power, place))
    })?;
    i32::try_from(sum).ok()
}

/// A whole number in Chinese numerals, or in parts such as 1万2千. Nothing colloquial: 一百二 may be 102 or 120.
fn whole(tokens: &[Token]) -> Option<u128> {
    if matches!(tokens, [Token::Zero]) {
        return Some(0);
    }
    let mut number = Whole::default();
    for token in tokens {
        match *token {
            Token::Arabic(Decimal { digits, exponent: 0, written }) => {
                number.digits(digits, written)?;
            }
            Token::Arabic(_) => return None,
            Token::Chinese(digit) => number.digits(digit, 1)?,
            Token::Zero => number.zero()?,
            Token::Times(power @ ..4) => number.times(power)?,
            Token::Times(power) => number.close(power)?,
        }
    }
    number.end()
}

/// A number in the making, read from its highest place.
#[derive(Default)]
struct Whole {
    /// What stands before 亿 and before 万.
    hundred_millions: u128,
    ten_thousands: u128,
    /// What has been read of the four places at hand.
    section: u128,
    /// The power of the last of them that was read.
    place: Option<u32>,
    /// Digits whose place is not known yet, and how many.
    digits: Option<(u128, u32)>,
    /// Whether 零 stands before them.
    after_zero: bool,
}

impl Whole {
    fn digits(&mut self, digits: u128, written: u32) -> Option<()> {
        self.digits.is_none().then(|| self.digits = Some((digits, written)))
    }

    fn zero(&mut self) -> Option<()> {
        let right = self.digits.is_none() && !self.after_zero && !self.is_at_start();
        right.then(|| self.after_zero = true)
    }

    fn is_at_start(&self) -> bool {
        self.hundred_millions == 0 && self.ten_thousands == 0 && self.is_at_start_of_section()
    }

    fn is_at_start_of_section(&self) -> bool {
        self.section == 0 && self.place.is_none()
    }

    /// 十, 百 or 千. At the start of a section 十二 is 12.
    fn times(&mut self, power: u32) -> Option<()> {
        let (digits, _) = match self.digits.take() {
            None if power == 1 && self.is_at_start() && !self.after_zero => (1, 1),
            digits => digits?,
        };
        let worth = digits.checked_mul(10_u128.pow(power))?;
        if worth >= 10_u128.pow(self.place.unwrap_or(4)) {
            return None;
        }
        self.section += worth;
        (self.place, self.after_zero) = (Some(power), false);
        Some(())
    }

    /// The section with the digits that have no power behind them. `rest` is the power that the section before it had,
    /// where nothing follows this one.
    fn section(&mut self, rest: Option<u32>) -> Option<u128> {
        let Some((digits, written)) = self.digits.take() else {
            return (!self.after_zero).then_some(self.section);
        };
        // 一百二 and 1万2 leave open what they mean; 一百零二, 一百二十 and 1万2000 do not.
        let free = self.place.or(rest).unwrap_or(1);
        let clear = free == 1 || self.after_zero || written > 1 && written == free;
        let fits = digits < 10_u128.pow(self.place.unwrap_or(4).max(written));
        let alone = self.place.is_none() && rest.is_none();
        (alone || clear && fits).then_some(self.section + digits)
    }

    /// 万 or 亿.
    fn close(&mut self, power: u32) -> Option<()> {
        // 1万2000亿 is said; 5万2亿 is not.
        let section = self.section((self.ten_thousands > 0).then_some(4))?;
        let (ten_thousands, hundred_millions) = match power {
            4 if self.ten_thousands == 0
                && section > 0
                && (self.hundred_millions == 0 || section < 10_000) =>
            {
                (section.checked_mul(10_000)?, self.hundred_millions)
            }
            8 if self.hundred_millions == 0 => (
                0,
                (self.ten_thousands + section).checked_mul(100_000_000).filter(|all| *all > 0)?,
            ),
            _ => return None,
        };
        *self = Self { ten_thousands, hundred_millions, ..Self::default() };
        Some(())
    }

    fn end(mut self) -> Option<u128> {
        let before = match (self.ten_thousands, self.hundred_millions) {
            (0, 0) => None,
            (0, _) => Some(8),
            _ => Some(4),
        };
        let section = self.section(before)?;
        self.hundred_millions.checked_add(self.ten_thousands)?.checked_add(section)
    }
}

/// The digits of a Chinese numeral of a date, such as 二〇二二 or 十五, in Arabic ones; `None` where it is no such one.
pub(in crate::ledger::understand) fn date_numeral(run: &str) -> Option<String> {
    let mut digits = String::new();
    for c in run.chars() {
        match token_of(c)? {
            Token::Zero => digits.push('0'),
            Token::Chinese(digit) => digits.push_str(&digit.to_string()),
            _ => return tens(run.chars()).map(|number| number.to_string()),
        }
    }
    (!digits.is_empty()).then_some(digits)
}

/// A number from 十 to 九十九.
fn tens(mut run: Chars<'_>) -> Option<u128> {
    let mut number = 0;
    let mut seen = false;
    while let Some(c) = run.next() {
        match token_of(c)? {
            Token::Times(1) if !seen => {
                number = if number == 0 { 10 } else { number * 10 };
                seen = true;
            }
            Token::Chinese(digit) if seen && run.as_str().is_empty() => number += digit,
            Token::Chinese(digit) if !seen && number == 0 => number = digit,
            _ => return None,
        }
    }
    Some(number)
}
