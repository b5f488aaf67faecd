//! Parses a phrase back into the values that it may stand for.

use super::phrase::{EPSILON, HUNDREDTHS, Hedge, NEAR_SHARE, PrintUnit};

/// The values that a phrase may stand for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub low_open: bool,
    /// Infinite where the phrase has no upper end.
    pub high: f64,
    pub high_open: bool,
}

impl Interval {
    /// Whether `value` lies in the interval. A closed end allows for the error of a sum (1e-9 of the value), an open
    /// one does not.
    pub fn contains(&self, value: f64) -> bool {
        let error = EPSILON * value.abs().max(0.01);
        let above = if self.low_open { value > self.low } else { value >= self.low - error };
        let below = if self.high_open { value < self.high } else { value <= self.high + error };
        above && below
    }
}

/// A phrase, read back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parsed {
    pub hedge: Hedge,
    pub unit: PrintUnit,
    /// The number that is written, in the unit.
    pub printed: f64,
    pub interval: Interval,
}

/// Words of hedges before a number, the longer ones first where one begins with another.
const BEFORE: [(&str, Hedge); 20] = [
    ("大约", Hedge::About),
    ("约", Hedge::About),
    ("将近", Hedge::Near),
    ("接近", Hedge::Near),
    ("近", Hedge::Near),
    ("不足", Hedge::Below),
    ("不到", Hedge::Below),
    ("不满", Hedge::Below),
    ("低于", Hedge::Below),
    ("超过", Hedge::More),
    ("超出", Hedge::More),
    ("多于", Hedge::More),
    ("超", Hedge::More),
    ("逾", Hedge::More),
    ("至少", Hedge::Above),
    ("不少于", Hedge::Above),
    ("高达", Hedge::Reach),
    ("多达", Hedge::Reach),
    ("达到", Hedge::Reach),
    ("达", Hedge::Reach),
];
/// Words of hedges after it.
const AFTER: [(&str, Hedge); 3] =
    [("以上", Hedge::Above), ("左右", Hedge::About), ("上下", Hedge::About)];
/// 上百人: a hundred or more. A round number in numerals follows.
const AND_MORE: &str = "上";
const ROUND: [char; 4] = ['百', '千', '万', '亿'];
/// More than is said: 120余, 3万多.
const OVER: [&str; 2] = ["余", "多"];

/// What offices write for a unit, and how many of the unit it is.
const ALIASES: [(&str, PrintUnit, i128); 30] = [
    ("立方", PrintUnit::CubicMetre, 1),
    ("方", PrintUnit::CubicMetre, 1),
    ("m³", PrintUnit::CubicMetre, 1),
    ("m3", PrintUnit::CubicMetre, 1),
    ("公里", PrintUnit::Metre, 1000),
    ("千米", PrintUnit::Metre, 1000),
    ("km", PrintUnit::Metre, 1000),
    ("m", PrintUnit::Metre, 1),
    ("mm", PrintUnit::Millimetre, 1),
    ("台套", PrintUnit::Set, 1),
    ("台(套)", PrintUnit::Set, 1),
    ("台/套", PrintUnit::Set, 1),
    ("套", PrintUnit::Set, 1),
    ("台次", PrintUnit::Trip, 1),
    ("辆次", PrintUnit::Trip, 1),
    ("口", PrintUnit::Eye, 1),
    ("口井", PrintUnit::Eye, 1),
    ("眼井", PrintUnit::Eye, 1),
    ("口机井", PrintUnit::Eye, 1),
    ("名", PrintUnit::Person, 1),
    ("个人", PrintUnit::Person, 1),
    ("个村民小组", PrintUnit::Group, 1),
    ("kWh", PrintUnit::KilowattHour, 1),
    ("kW·h", PrintUnit::KilowattHour, 1),
    ("kW", PrintUnit::Kilowatt, 1),
    ("L", PrintUnit::Litre, 1),
    ("t", PrintUnit::Tonne, 1),
    ("ha", PrintUnit::Hectare, 1),
    ("hm2", PrintUnit::Hectare, 1),
    ("hm²", PrintUnit::Hectare, 1),
];

/// Chinese numerals: the digits with their values, zeros, and tens.
const NUMERALS: &str = "一二两三四五六七八九零〇十百千万亿";
const DIGITS: [u64; 10] = [1, 2, 2, 3, 4, 5, 6, 7, 8, 9];
/// Where 十 stands among them.
const TEN: usize = 12;

/// Longest text that is read, characters. Engineering judgement: the longest phrase has a third of it.
const TEXT_MAX: usize = 64;

/// Parses a phrase of [`super::phrase()`], or one that an office writes by hand: 左右 stands for 约, 多 for 余, 超过 for
/// 超; digits may be full-width, in groups of three (12,345) or Chinese numerals (三千余亩); a number in 万, 亿 or 公里 may
/// have up to four decimals, of which the last is rounded; 台套, 口 and 方 stand for 台, 眼 and 立方米.
///
/// Takes the narrow meaning: `2000余亩` stands for 2000 to 2100, since at least two digits are printed. `None` for any
/// other text, and for two hedges on one number (约1200余万元), a fault of style: `docs/domain.md` §4.1.
pub fn parse(text: &str) -> Option<Parsed> {
    let plain = plain(text)?;
    let (before, rest) = before(&plain);
    let (digits, numerals, rest) = number(rest)?;
    let (over_inside, rest) = over(rest);
    // A unit comes first: 3千公顷 are in thousands of hectares.
    let read = |(scale, rest)| {
        let (over_after, rest) = over(rest);
        let (after, word) = after(rest);
        let (unit, factor) = unit(word)?;
        Some((scale, over_after, after, unit, factor))
    };
    let (scale, over_after, after, unit, factor) =
        scales(rest, numerals).into_iter().find_map(read)?;
    let overs = [over_inside, over_after].into_iter().filter(|over| *over).map(|_| Hedge::Over);
    let mut hedges = before.into_iter().chain(after).chain(overs);
    let hedge = hedges.next().unwrap_or(Hedge::Exact);
    if hedges.next().is_some() {
        return None;
    }
    let scale = scale * factor;
    let printed = scaled(&digits, scale)?;
    let read = |interval| Parsed { hedge, unit, printed: in_units(printed), interval };
    if hedge == Hedge::Exact && scale > 1 && digits.contains('.') {
        return Some(read(rounded(&digits, scale, printed)));
    }
    let round = !digits.contains('.') && digits.ends_with('0');
    (!over_inside || round).then(|| read(interval(hedge, printed)))
}

/// `text` with half-width digits, letters and brackets; `None` where it is too long.
fn plain(text: &str) -> Option<String> {
    if text.chars().nth(TEXT_MAX).is_some() {
        return None;
    }
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xfee0).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        c if c.is_whitespace() => ' ',
        c => c,
    };
    Some(text.trim().chars().map(half).collect())
}

/// The hedge before the number, and the rest.
fn before(text: &str) -> (Option<Hedge>, &str) {
    let known = BEFORE.iter().find_map(|(word, hedge)| Some((*hedge, text.strip_prefix(word)?)));
    let round = |rest: &&str| rest.starts_with(ROUND);
    let more = || Some((Hedge::Above, text.strip_prefix(AND_MORE).filter(round)?));
    match known.or_else(more) {
        Some((hedge, rest)) => (Some(hedge), rest.trim_start()),
        None => (None, text),
    }
}

/// Digits, whether they were numerals, and the rest.
fn number(text: &str) -> Option<(String, bool, &str)> {
    let is_numeral = |c: char| NUMERALS.contains(c);
    if text.starts_with(is_numeral) {
        let end = text.find(|c| !is_numeral(c)).unwrap_or(text.len());
        let (run, rest) = text.split_at_checked(end)?;
        return Some((of_numerals(run)?.to_string(), true, rest.trim_start()));
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && !", .".contains(c));
    let (digits, rest) = text.split_at_checked(end.unwrap_or(text.len()))?;
    Some((ungrouped(digits.trim_end())?, false, rest.trim_start()))
}

/// Digits without the marks between groups of three: 12,345.
fn ungrouped(digits: &str) -> Option<String> {
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(w, p)| (w, Some(p)));
    let mark = [',', ' '].into_iter().find(|mark| whole.contains(*mark));
    if let Some(mark) = mark {
        let groups: Vec<&str> = whole.split(mark).collect();
        let (first, others) = groups.split_first()?;
        let right = (1..=3).contains(&first.len()) && others.iter().all(|group| group.len() == 3);
        if !right {
            return None;
        }
    }
    let whole: String = whole.chars().filter(|c| Some(*c) != mark).collect();
    Some(part.map_or_else(|| whole.clone(), |part| format!("{whole}.{part}")))
}

/// The number that numerals say: 三千二百, 两万, 百. `None` for digits in a row (二〇二二, 三五) and for 一百二, which may be
/// 120 or 102.
fn of_numerals(run: &str) -> Option<u64> {
    let (mut total, mut section, mut last) = (0u64, 0u64, u64::MAX);
    let (mut digit, mut zero, mut left) = (None, false, u64::MAX);
    // A digit at the end of a section follows a ten or a zero, or stands alone.
    let ends = |last: u64, zero: bool| last == 10 || last == u64::MAX || zero;
    for c in run.chars() {
        let at = NUMERALS.chars().position(|numeral| numeral == c)?;
        match c {
            '零' | '〇' if digit.is_none() => zero = true,
            '十' | '百' | '千' => {
                let unit = [10, 100, 1000].get(at.checked_sub(TEN)?)?;
                let alone = section == 0 && total == 0 && !zero;
                let count = digit.take().or(alone.then_some(1))?;
                if *unit >= last {
                    return None;
                }
                (section, last, zero) = (section + count * unit, *unit, false);
            }
            '万' | '亿' => {
                let unit = if c == '万' { 10_000 } else { 100_000_000 };
                let closed = digit.is_none() || ends(last, zero);
                let count = section + digit.take().unwrap_or(0);
                let count = if count == 0 && total == 0 && !zero { 1 } else { count };
                if unit >= left || !closed || count == 0 {
                    return None;
                }
                (total, section, last, zero, left) =
                    (total + count * unit, 0, u64::MAX, false, unit);
            }
            _ if digit.is_none() => digit = Some(DIGITS.get(at).copied()?),
            _ => return None,
        }
    }
    let whole = digit.is_none() || (ends(last, zero) && (total == 0 || zero || section > 0));
    whole.then(|| total + section + digit.unwrap_or(0)).filter(|value| *value > 0)
}

/// What may multiply the number, with the rest after each; no multiplier first.
fn scales(rest: &str, numerals: bool) -> Vec<(i128, &str)> {
    let mut all = vec![(1, rest)];
    let known = [("百", 100), ("千", 1000), ("万", 10_000), ("亿", 100_000_000)];
    for (word, scale) in known {
        // 百 and 千 are a part of the number where it is written in numerals.
        let taken = rest.strip_prefix(word).filter(|_| scale >= 10_000 || !numerals);
        all.extend(taken.map(|rest| (scale, rest.trim_start())));
    }
    all
}

fn over(text: &str) -> (bool, &str) {
    match OVER.iter().find_map(|word| text.strip_prefix(word)) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    }
}

/// The hedge after the unit, and the unit.
fn after(text: &str) -> (Option<Hedge>, &str) {
    let known = AFTER.iter().find_map(|(word, hedge)| Some((*hedge, text.strip_suffix(word)?)));
    known.map_or((None, text), |(hedge, unit)| (Some(hedge), unit.trim_end()))
}

/// The unit of this word, and how many of it the word is.
fn unit(word: &str) -> Option<(PrintUnit, i128)> {
    let own = PrintUnit::ALL.iter().find(|unit| unit.text() == word).map(|unit| (*unit, 1));
    let alias = || ALIASES.iter().find(|(alias, ..)| *alias == word);
    own.or_else(|| alias().map(|(_, unit, factor)| (*unit, *factor)))
}

fn in_units(hundredths: i128) -> f64 {
    hundredths as f64 / HUNDREDTHS as f64
}

/// Parses a phrase of [`super::phrase_en()`]; `None` for any other text.
pub fn parse_en(text: &str) -> Option<Parsed> {
    let hedges = Hedge::ALL.iter().filter(|h| !h.english().is_empty());
    let (hedge, rest) = hedges
        .filter_map(|h| Some((*h, text.strip_prefix(h.english())?)))
        .next()
        .unwrap_or((Hedge::Exact, text));
    let (number, word) = rest.split_once(' ')?;
    let unit = PrintUnit::ALL.iter().copied().find(|u| u.english() == word)?;
    let printed = hundredths(&number.replace(',', ""))?;
    Some(Parsed { hedge, unit, printed: in_units(printed), interval: interval(hedge, printed) })
}

/// The digits times `scale`, in hundredths; at most two decimals, with a scale at most four.
fn scaled(digits: &str, scale: i128) -> Option<i128> {
    if scale == 1 {
        return hundredths(digits);
    }
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if part.len() > 4 || digits.ends_with('.') || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part: i128 = format!("{part:0<4}").parse().ok()?;
    let whole = hundredths(whole)?.checked_mul(scale)?;
    whole.checked_add(part * HUNDREDTHS * scale / 10_000)
}

/// What a number in 万 or 亿 with decimals and no hedge may stand for: its last digit is rounded.
fn rounded(digits: &str, scale: i128, printed: i128) -> Interval {
    let decimals = digits.split_once('.').map_or(0, |(_, part)| part.len());
    let half = scale as f64 / 10f64.powi(i32::try_from(decimals).unwrap_or(0)) / 2.0;
    let v = in_units(printed);
    Interval { low: v - half, low_open: false, high: v + half, high_open: false }
}

/// The digits as hundredths; at most two decimals.
fn hundredths(digits: &str) -> Option<i128> {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || whole.len() > 15 || part.len() > 2 || digits.ends_with('.') {
        return None;
    }
    let part: i128 = format!("{part:0<2}").parse().ok()?;
    Some(whole.parse::<i128>().ok()? * HUNDREDTHS + part)
}

/// The values that `hedge` with this number (in hundredths) may stand for.
fn interval(hedge: Hedge, printed: i128) -> Interval {
    let at = in_units;
    let v = at(printed);
    let between = |low, low_open, high, high_open| Interval { low, low_open, high, high_open };
    match hedge {
        Hedge::Exact => between(v, false, v, false),
        Hedge::About => {
            let half = at(narrow_step(printed)) / 2.0;
            between(v - half, false, v + half, true)
        }
        Hedge::Over => {
            let step = narrow_step(printed).max(10 * HUNDREDTHS);
            between(v, true, at(printed + step), true)
        }
        // It stresses that the number is high, and is used with the number itself (`docs/domain.md` §4.1).
        Hedge::Reach => between(v, false, at(printed + narrow_step(printed)), true),
        Hedge::Above => between(v, false, f64::INFINITY, true),
        Hedge::More => between(v, true, f64::INFINITY, true),
        Hedge::Near => between(v * (1.0 - NEAR_SHARE), false, v, true),
        Hedge::Below => between(0.0, false, v, true),
    }
}

/// The place value of the last significant digit: the last one that is not zero, or the second one where that is
/// smaller, since no number is rounded to fewer than two digits.
fn narrow_step(printed: i128) -> i128 {
    let mut last: i128 = 1;
    while printed > 0 && printed % (last * 10) == 0 {
        last *= 10;
    }
    let mut second: i128 = 1;
    while printed / second >= 100 {
        second *= 10;
    }
    last.min(second)
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
