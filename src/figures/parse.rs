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
    pub interval: Interval,
}

/// Parses a phrase of [`super::phrase()`].
///
/// Takes the narrow meaning: `2000余亩` stands for 2000 to 2100, since at least two digits are printed. `None` for any
/// other text, and for two hedges on one number (约1200余万元), a fault of style: `docs/domain.md` §4.1.
pub fn parse(text: &str) -> Option<Parsed> {
    let (prefix, rest) = strip_prefix(text);
    let digits_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (digits, rest) = rest.split_at_checked(digits_end)?;
    let (rest, over_inside) = strip(rest, "余");
    let (rest, hundred_million) = strip(rest, "亿");
    let (rest, ten_thousand) = strip(rest, "万");
    let scale = match (hundred_million, ten_thousand) {
        (false, false) => 1,
        (false, true) => 10_000,
        (true, false) => 100_000_000,
        (true, true) => return None,
    };
    let (rest, over_after) = strip(rest, "余");
    let (word, above) = match rest.strip_suffix("以上") {
        Some(word) => (word, true),
        None => (rest, false),
    };
    let unit = PrintUnit::ALL.iter().copied().find(|u| u.text() == word)?;
    let over = over_inside || over_after;
    let hedge = match (prefix, over, above) {
        (Some(hedge), false, false) => hedge,
        (None, true, false) if over_inside != over_after => Hedge::Over,
        (None, false, true) => Hedge::Above,
        (None, false, false) => Hedge::Exact,
        _ => return None,
    };
    let printed = hundredths(digits)?.checked_mul(scale)?;
    if over_inside && (digits.contains('.') || !digits.ends_with('0')) {
        return None;
    }
    Some(Parsed { hedge, unit, interval: interval(hedge, printed) })
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
    Some(Parsed { hedge, unit, interval: interval(hedge, printed) })
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
    let at = |hundredths: i128| hundredths as f64 / HUNDREDTHS as f64;
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
            "1.234万元",
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
        fn about_and_exact_say_every_whole_number(value in 1u32..2_000_000_000, unit in proptest::sample::select(PrintUnit::ALL)) {
            prop_assert!(phrase(f64::from(value), Hedge::About, unit, SIGNIFICANT).is_some());
            prop_assert!(phrase(f64::from(value), Hedge::Exact, unit, SIGNIFICANT).is_some());
        }
    }
}
