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

/// Parses a phrase of [`super::phrase()`], or one that an office writes by hand: 左右 stands for 约, 多 for 余, and a
/// number in 万 or 亿 may have up to four decimals, of which the last is rounded.
///
/// Takes the narrow meaning: `2000余亩` stands for 2000 to 2100, since at least two digits are printed. `None` for any
/// other text, and for two hedges on one number (约1200余万元), a fault of style: `docs/domain.md` §4.1.
pub fn parse(text: &str) -> Option<Parsed> {
    let (prefix, rest) = strip_prefix(text);
    let digits_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (digits, rest) = rest.split_at_checked(digits_end)?;
    let (rest, over_inside) = strip_either(rest, ["余", "多"]);
    let (rest, hundred_million) = strip(rest, "亿");
    let (rest, ten_thousand) = strip(rest, "万");
    let scale = match (hundred_million, ten_thousand) {
        (false, false) => 1,
        (false, true) => 10_000,
        (true, false) => 100_000_000,
        (true, true) => return None,
    };
    let (rest, over_after) = strip_either(rest, ["余", "多"]);
    let (word, above, about) = match (rest.strip_suffix("以上"), rest.strip_suffix("左右")) {
        (Some(word), _) => (word, true, false),
        (None, Some(word)) => (word, false, true),
        (None, None) => (rest, false, false),
    };
    let unit = PrintUnit::ALL.iter().copied().find(|u| u.text() == word)?;
    let over = over_inside || over_after;
    let hedge = match (prefix, over, above, about) {
        (Some(hedge), false, false, false) => hedge,
        (None, true, false, false) if over_inside != over_after => Hedge::Over,
        (None, false, true, false) => Hedge::Above,
        (None, false, false, true) => Hedge::About,
        (None, false, false, false) => Hedge::Exact,
        _ => return None,
    };
    let printed = scaled(digits, scale)?;
    if hedge == Hedge::Exact && scale > 1 && digits.contains('.') {
        let interval = rounded(digits, scale, printed);
        return Some(Parsed { hedge, unit, printed: in_units(printed), interval });
    }
    if over_inside && (digits.contains('.') || !digits.ends_with('0')) {
        return None;
    }
    Some(Parsed { hedge, unit, printed: in_units(printed), interval: interval(hedge, printed) })
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

fn strip_prefix(text: &str) -> (Option<Hedge>, &str) {
    Hedge::ALL
        .iter()
        .filter(|hedge| !hedge.prefix().is_empty())
        .find_map(|hedge| Some((Some(*hedge), text.strip_prefix(hedge.prefix())?)))
        .unwrap_or((None, text))
}

fn strip<'a>(text: &'a str, word: &str) -> (&'a str, bool) {
    match text.strip_prefix(word) {
        Some(rest) => (rest, true),
        None => (text, false),
    }
}

fn strip_either<'a>(text: &'a str, words: [&str; 2]) -> (&'a str, bool) {
    let stripped = words.iter().find_map(|word| text.strip_prefix(word));
    (stripped.unwrap_or(text), stripped.is_some())
}

/// The digits times `scale`, in hundredths; at most two decimals, with a scale at most four.
fn scaled(digits: &str, scale: i128) -> Option<i128> {
    if scale == 1 {
        return hundredths(digits);
    }
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if part.len() > 4 || digits.ends_with('.') {
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
        Hedge::Reach | Hedge::Above => between(v, false, f64::INFINITY, true),
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
mod tests {
    use super::super::phrase::{SIGNIFICANT, phrase, phrase_en};
    use super::*;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn ends(text: &str) -> (f64, f64) {
        let interval = parse(text).unwrap().interval;
        (interval.low, interval.high)
    }

    #[test]
    fn reads_the_report_of_2022() {
        assert_eq!(ends("约2200亩"), (2150.0, 2250.0));
        assert_eq!(ends("120余亩"), (120.0, 130.0));
        assert_eq!(ends("约3.5万度"), (34_500.0, 35_500.0));
        assert_eq!(ends("约1.5万升"), (14_500.0, 15_500.0));
        assert_eq!(ends("2000余亩"), (2000.0, 2100.0));
        assert_eq!(ends("1200余万元"), (12e6, 13e6));
        assert_eq!(ends("达55万元"), (55e4, f64::INFINITY));
        assert_eq!(ends("65台"), (65.0, 65.0));
        assert!(!parse("120余亩").unwrap().interval.contains(120.0));
    }

    #[test]
    fn reads_what_offices_write_by_hand() {
        assert_eq!(ends("54.57万元"), (545_650.0, 545_750.0));
        assert_eq!(ends("37.781万元"), (377_805.0, 377_815.0));
        assert_eq!(ends("1.0349亿立方米"), (103_485_000.0, 103_495_000.0));
        assert_eq!(ends("2.5万多亩"), ends("2.5万余亩"));
        assert_eq!(ends("5000亩左右"), ends("约5000亩"));
    }

    #[test]
    fn refuses_two_hedges_and_what_is_no_phrase() {
        for bad in [
            "约1200余万元",
            "近2000亩以上",
            "达55万余元",
            "约达55万元",
            "1200余万余元",
            "1234余万元",
            "110.50余万元",
            "",
            "亩",
            "约亩",
            "12",
            "1.23456万元",
            "约2000亩左右",
            "1..2亩",
            "2200顷",
            "约-5亩",
            "2万亿元",
            "2亿亿元",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    const VALUES: usize = 1_000_000;

    /// Numbers of every size, and those likely to be printed wrongly: whole, with few decimals, just beside a step.
    fn value(rng: &mut ChaCha8Rng) -> f64 {
        let raw = rng.random_range(0.0..10.0) * 10f64.powi(rng.random_range(-2..11));
        let grid = 10f64.powi(rng.random_range(-2..3));
        match rng.random_range(0..5) {
            0 => raw,
            1 => raw.round(),
            2 => (raw * grid).round() / grid,
            3 => (raw * grid).round() / grid + raw * 1e-9 * rng.random_range(-3.0..3.0),
            _ => f64::from(rng.random_range(1..100u32)) * 10f64.powi(rng.random_range(0..9)),
        }
    }

    #[test]
    fn no_phrase_lies_in_a_million_values() {
        let mut rng = ChaCha8Rng::seed_from_u64(424);
        let mut said = 0usize;
        for _ in 0..VALUES {
            let value = value(&mut rng);
            let hedge = Hedge::ALL[rng.random_range(0..Hedge::ALL.len())];
            let unit = PrintUnit::ALL[rng.random_range(0..PrintUnit::ALL.len())];
            let significant = rng.random_range(1..6);
            let words = [
                (phrase(value, hedge, unit, significant), parse as fn(&str) -> _),
                (phrase_en(value, hedge, unit, significant), parse_en),
            ];
            for (text, parse) in words {
                let Some(text) = text else { continue };
                said += 1;
                let parsed = parse(&text);
                let Some(parsed) = parsed else {
                    panic!("{value} is printed as {text}, which does not read back");
                };
                assert_eq!((parsed.hedge, parsed.unit), (hedge, unit), "{text}");
                let interval = parsed.interval;
                assert!(interval.contains(value), "{value}: {text}, {interval:?}");
            }
        }
        assert!(said > VALUES, "most values can be said, not {said}");
    }

    proptest! {
        #[test]
        fn about_says_every_whole_number_and_exact_those_that_are_not_long(
            value in 1u32..2_000_000_000, unit in proptest::sample::select(PrintUnit::ALL),
        ) {
            prop_assert!(phrase(f64::from(value), Hedge::About, unit, SIGNIFICANT).is_some());
            let short = f64::from(value % 100_000);
            prop_assert!(phrase(short, Hedge::Exact, unit, SIGNIFICANT).is_some());
        }
    }
}
