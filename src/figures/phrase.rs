//! The words of a figure: number, unit and hedge 约, 余, 近, 达, 以上.
//!
//! A hedge never lies: [`super::parse()`] reads every phrase made here back into an interval that contains the value. A
//! hedge that cannot express a value is refused; the caller takes another. Rules: `docs/domain.md` §4.1 (hedges) and
//! §4.2 (numbers, GB/T 15835-2011). All arithmetic is on hundredths of the unit, whose powers of ten are exact.

/// Hundredths in one unit.
pub(super) const HUNDREDTHS: i128 = 100;
const WAN: i128 = 10_000 * HUNDREDTHS;
const YI: i128 = 100_000_000 * HUNDREDTHS;
/// From here on a number that is not short in 万 is rounded to two decimals of it, as offices write: 54.57万元.
const LONG: i128 = 10 * WAN;
/// Largest value that is printed. Engineering judgement: above any figure of a township, and exact in hundredths.
const VALUE_MAX: f64 = 1e12;
/// Relative rounding error of sums of many entries: numbers that differ by less are equal.
pub(super) const EPSILON: f64 = 1e-9;
/// Default number of significant digits of a rounded number, as the report writes: 约3.5万, 120余.
pub const SIGNIFICANT: u8 = 2;
/// 近 is used only where the printed number lies at most this share above the value (`docs/domain.md` §4.1).
pub(super) const NEAR_SHARE: f64 = 0.05;

/// The relation of a printed number v to the true value x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hedge {
    /// `v`: x is v.
    Exact,
    /// `约v`: x rounds to v, half up.
    About,
    /// `v余`: x lies above v and below the next step.
    Over,
    /// `达v`: x is v, and v is considered high.
    Reach,
    /// `v以上`: x is v or more (Civil Code, art. 1259: 以上 includes the number).
    Above,
    /// `近v`: x is less than v, by 5 % at most.
    Near,
    /// `不足v`: x is less than v.
    Below,
    /// `超v`: x is more than v.
    More,
}

impl Hedge {
    /// All hedges.
    pub const ALL: &'static [Hedge] = &[
        Hedge::Exact,
        Hedge::About,
        Hedge::Over,
        Hedge::Reach,
        Hedge::Above,
        Hedge::Near,
        Hedge::Below,
        Hedge::More,
    ];

    /// The words before the number in English.
    pub(super) fn english(self) -> &'static str {
        match self {
            Hedge::Exact => "",
            Hedge::About => "about ",
            Hedge::Over => "just over ",
            Hedge::Reach => "as much as ",
            Hedge::Above => "at least ",
            Hedge::Near => "nearly ",
            Hedge::Below => "less than ",
            Hedge::More => "more than ",
        }
    }

    pub(super) fn prefix(self) -> &'static str {
        match self {
            Hedge::About => "约",
            Hedge::Reach => "达",
            Hedge::Near => "近",
            Hedge::Below => "不足",
            Hedge::More => "超",
            Hedge::Exact | Hedge::Over | Hedge::Above => "",
        }
    }
}

macro_rules! units {
    ($($(#[$doc:meta])* $name:ident: $text:literal, $english:literal, $scales:literal;)*) => {
        /// A unit as the report prints it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum PrintUnit { $($(#[$doc])* $name,)* }

        impl PrintUnit {
            /// All units.
            pub const ALL: &'static [PrintUnit] = &[$(PrintUnit::$name,)*];
            /// The word after the number.
            pub fn text(self) -> &'static str { match self { $(PrintUnit::$name => $text,)* } }
            pub fn english(self) -> &'static str { match self { $(PrintUnit::$name => $english,)* } }
            /// Whether 万 and 亿 may precede it; small counts are always written out.
            pub fn scales(self) -> bool { match self { $(PrintUnit::$name => $scales,)* } }
        }
    };
}

units! {
    /// Area: 1/15 hectare.
    Mu: "亩", "mu", true;
    Hectare: "公顷", "ha", true;
    /// Area, in the forms of county and province.
    ThousandHectares: "千公顷", "thousand ha", false;
    /// Area, each pass counted.
    MuTimes: "亩次", "mu-passes", true;
    /// Energy, kWh: the folk unit that the report uses.
    Du: "度", "kWh", true;
    /// Energy, by the standard of units.
    KilowattHour: "千瓦时", "kilowatt-hours", true;
    Kilowatt: "千瓦", "kW", true;
    Litre: "升", "litres", true;
    Tonne: "吨", "tonnes", true;
    Yuan: "元", "yuan", true;
    CubicMetre: "立方米", "m³", true;
    Hour: "小时", "hours", true;
    /// Days on end.
    Day: "天", "days", false;
    /// Rain.
    Millimetre: "毫米", "mm", false;
    /// Length of canals and pipes.
    Metre: "米", "m", true;
    Person: "人", "persons", true;
    /// Persons, each time counted.
    PersonTime: "人次", "person-times", true;
    Household: "户", "households", false;
    /// Cattle, horses and the like.
    Head: "头", "head", true;
    /// Sheep, pigs and the like.
    SmallHead: "只", "small animals", true;
    Set: "台", "sets", false;
    Piece: "个", "works", false;
    Strip: "条", "channels", false;
    Seat: "座", "reservoirs", false;
    Eye: "眼", "wells", false;
    Place: "处", "sites", false;
    Vehicle: "辆", "trucks", false;
    /// Journeys of trucks.
    Trip: "车次", "trips", false;
    AdministrativeVillage: "个行政村", "administrative villages", false;
    Village: "个村", "villages", false;
    Group: "个组", "villagers' groups", false;
}

/// The words for `value` (in the unit, not in 万) under `hedge`, with `significant` digits where the hedge rounds (2
/// to 4).
///
/// Without a hedge, a number from 100,000 on is rounded to two decimals of 万, and its last digit says so:
/// `54.57万元` stands for 545,650 to 545,750.
///
/// `None` where the hedge cannot express the value: it is negative or infinite; it is exact and has more than two
/// decimals, or zeros in their place after rounding; 余 of a number that is exact, below 10 or fractional; 近 of a
/// number more than 5 % away; any hedge of a number that rounds to zero.
///
/// ```
/// use hanqing::figures::{Hedge, PrintUnit, SIGNIFICANT, parse, phrase};
///
/// let words = phrase(2078.0, Hedge::Over, PrintUnit::Mu, SIGNIFICANT).unwrap();
/// assert_eq!(words, "2000余亩");
/// let meant = parse(&words).unwrap().interval;
/// assert!(meant.low < 2078.0 && 2078.0 < meant.high);
/// assert_eq!(phrase(2000.0, Hedge::Over, PrintUnit::Mu, SIGNIFICANT), None, "余 would be untrue");
/// ```
pub fn phrase(value: f64, hedge: Hedge, unit: PrintUnit, significant: u8) -> Option<String> {
    let printed = printed(value, hedge, significant)?;
    match hedge {
        Hedge::Over => Some(print_over(printed, unit)),
        Hedge::Exact if unit.scales() && printed >= LONG => {
            rounded_to_decimals(printed).map(|printed| print(printed, unit, hedge))
        }
        _ => Some(print(printed, unit, hedge)),
    }
}

/// A long number at two decimals of 万; `None` where these would be zero although the number is not whole, since 55万元
/// says exactly that.
fn rounded_to_decimals(hundredths: i128) -> Option<i128> {
    let step = WAN / HUNDREDTHS;
    let rounded = (hundredths + step / 2) / step * step;
    (rounded == hundredths || rounded % WAN != 0).then_some(rounded)
}

/// [`phrase`] in English: `about 35,000 kWh`, with the same relation to the value.
pub fn phrase_en(value: f64, hedge: Hedge, unit: PrintUnit, significant: u8) -> Option<String> {
    let printed = printed(value, hedge, significant)?;
    let number = grouped(&decimal(printed));
    Some(format!("{}{number} {}", hedge.english(), unit.english()))
}

/// The number that is printed for `value`, in hundredths; `None` where the hedge cannot express it.
fn printed(value: f64, hedge: Hedge, significant: u8) -> Option<i128> {
    if !(0.0..=VALUE_MAX).contains(&value) {
        return None;
    }
    let hundredths = value * HUNDREDTHS as f64;
    let step = step(hundredths, significant.clamp(2, 4));
    match hedge {
        Hedge::Exact => exact(hundredths),
        Hedge::Reach => positive(exact(hundredths)?),
        Hedge::About => positive(floor(hundredths + step as f64 / 2.0, step)),
        Hedge::Above => positive(floor(hundredths, step)),
        Hedge::More => {
            positive(floor(hundredths, step)).filter(|printed| above(hundredths, *printed))
        }
        Hedge::Near | Hedge::Below => {
            let printed = positive(floor(hundredths, step))? + step;
            let near = printed as f64 - hundredths <= NEAR_SHARE * printed as f64;
            (hedge == Hedge::Below || near).then_some(printed)
        }
        Hedge::Over => {
            // 余 follows round numbers only: tens at least.
            let step = step.max(10 * HUNDREDTHS);
            positive(floor(hundredths, step)).filter(|printed| above(hundredths, *printed))
        }
    }
}

/// The value with at most so many `decimals`.
pub(super) fn rounded(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').into()
}

/// Digits in groups of three: 35,000.5.
fn grouped(decimal: &str) -> String {
    let (whole, part) = decimal.split_once('.').unwrap_or((decimal, ""));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !part.is_empty() {
        text.push('.');
        text.push_str(part);
    }
    text
}

/// The place value of the last of `significant` digits, in hundredths; never below one hundredth.
fn step(hundredths: f64, significant: u8) -> i128 {
    let mut step: i128 = 1;
    let most = 10f64.powi(i32::from(significant));
    while hundredths / step as f64 >= most {
        step *= 10;
    }
    step
}

/// The largest multiple of `step` that is not above the value, which may fall short of it by a rounding error.
fn floor(hundredths: f64, step: i128) -> i128 {
    let below = (hundredths / step as f64).floor() as i128 * step;
    let next = below + step;
    if next as f64 - hundredths <= EPSILON * next as f64 { next } else { below }
}

/// Whether the value lies above `printed` by more than the error of a sum.
fn above(hundredths: f64, printed: i128) -> bool {
    hundredths - printed as f64 > EPSILON * hundredths
}

/// The value in whole hundredths, if it is whole within the error of a sum.
fn exact(hundredths: f64) -> Option<i128> {
    let rounded = hundredths.round();
    ((hundredths - rounded).abs() <= EPSILON * rounded.max(1.0)).then_some(rounded as i128)
}

/// Refuses zero: "about nothing" and "more than nothing" have no meaning.
fn positive(hundredths: i128) -> Option<i128> {
    (hundredths > 0).then_some(hundredths)
}

fn print(hundredths: i128, unit: PrintUnit, hedge: Hedge) -> String {
    let suffix = if hedge == Hedge::Above { "以上" } else { "" };
    format!("{}{}{}{suffix}", hedge.prefix(), number(hundredths, unit), unit.text())
}

/// The number with 亿 or 万 where it then has at most two decimals (GB/T 15835), otherwise written out.
fn number(hundredths: i128, unit: PrintUnit) -> String {
    for (scale, name) in [(YI, "亿"), (WAN, "万")] {
        if unit.scales() && hundredths >= scale && hundredths % (scale / HUNDREDTHS) == 0 {
            return decimal(hundredths / (scale / HUNDREDTHS)) + name;
        }
    }
    decimal(hundredths)
}

/// A number of hundredths as a decimal without trailing zeros.
fn decimal(hundredths: i128) -> String {
    let (whole, part) = (hundredths / HUNDREDTHS, hundredths % HUNDREDTHS);
    match part {
        0 => format!("{whole}"),
        tenths if tenths % 10 == 0 => format!("{whole}.{}", tenths / 10),
        _ => format!("{whole}.{part:02}"),
    }
}

/// A whole number of tens with 余: before 万 where the number of 万 is a multiple of ten, after it otherwise
/// (`docs/domain.md` §4.1).
fn print_over(hundredths: i128, unit: PrintUnit) -> String {
    let text = unit.text();
    if unit.scales() && hundredths >= WAN && hundredths % WAN == 0 {
        let wan = hundredths / WAN;
        if wan % 10 == 0 { format!("{wan}余万{text}") } else { format!("{wan}万余{text}") }
    } else {
        format!("{}余{text}", hundredths / HUNDREDTHS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: f64, hedge: Hedge, unit: PrintUnit) -> Option<String> {
        phrase(value, hedge, unit, SIGNIFICANT)
    }

    #[test]
    fn prints_the_words_of_the_report_of_2022() {
        use Hedge::{About, Exact, Over, Reach};
        for (value, hedge, unit, expected) in [
            (2200.0, About, PrintUnit::Mu, "约2200亩"),
            (123.0, Over, PrintUnit::Mu, "120余亩"),
            (65.0, Exact, PrintUnit::Set, "65台"),
            (34_500.0, About, PrintUnit::Du, "约3.5万度"),
            (35_499.9, About, PrintUnit::Du, "约3.5万度"),
            (15_000.0, About, PrintUnit::Litre, "约1.5万升"),
            (550_000.0, Exact, PrintUnit::Yuan, "55万元"),
            (550_000.0, Reach, PrintUnit::Yuan, "达55万元"),
            (2077.0, Over, PrintUnit::Mu, "2000余亩"),
            (12_462_000.0, Over, PrintUnit::Yuan, "1200余万元"),
            (12_000_001.0, Over, PrintUnit::Yuan, "1200余万元"),
            (1900.0, Exact, PrintUnit::Person, "1900人"),
            (7.0, Exact, PrintUnit::AdministrativeVillage, "7个行政村"),
            (2200.0, Exact, PrintUnit::Mu, "2200亩"),
        ] {
            assert_eq!(of(value, hedge, unit).as_deref(), Some(expected));
        }
    }

    #[test]
    fn rounds_half_up_where_binary_numbers_lie_a_little_below() {
        let printed = phrase(615.55, Hedge::About, PrintUnit::Mu, 4);
        assert_eq!(printed.as_deref(), Some("约615.6亩"));
    }

    #[test]
    fn says_the_same_in_english() {
        for (value, hedge, unit, expected) in [
            (2200.0, Hedge::About, PrintUnit::Mu, "about 2,200 mu"),
            (123.0, Hedge::Over, PrintUnit::Mu, "just over 120 mu"),
            (35_012.3, Hedge::About, PrintUnit::Du, "about 35,000 kWh"),
            (550_000.0, Hedge::Exact, PrintUnit::Yuan, "550,000 yuan"),
            (12_462_000.0, Hedge::Over, PrintUnit::Yuan, "just over 12,000,000 yuan"),
            (7.5, Hedge::Exact, PrintUnit::Hectare, "7.5 ha"),
        ] {
            let said = phrase_en(value, hedge, unit, SIGNIFICANT);
            assert_eq!(said.as_deref(), Some(expected));
        }
    }

    #[test]
    fn scales_only_to_a_short_number() {
        assert_eq!(of(35_123.0, Hedge::Exact, PrintUnit::Du).unwrap(), "35123度");
        assert_eq!(of(97_900.0, Hedge::Exact, PrintUnit::Yuan).unwrap(), "9.79万元");
        assert_eq!(of(35_100.0, Hedge::Exact, PrintUnit::Du).unwrap(), "3.51万度");
        assert_eq!(of(2e8, Hedge::Exact, PrintUnit::Yuan).unwrap(), "2亿元");
        assert_eq!(of(20_000.0, Hedge::Exact, PrintUnit::Set).unwrap(), "20000台");
        assert_eq!(of(12.5, Hedge::Exact, PrintUnit::Mu).unwrap(), "12.5亩");
        assert_eq!(of(12.05, Hedge::Exact, PrintUnit::Mu).unwrap(), "12.05亩");
    }

    #[test]
    fn a_long_number_has_two_decimals_of_ten_thousand() {
        for (value, expected) in [
            (545_678.0, Some("54.57万元")),
            (12_345_678.9, Some("1234.57万元")),
            (1_528_100.0, Some("152.81万元")),
            (99_999_999.0, None),
            (550_000.4, None),
            (1_549_999.0, None),
            (550_000.0, Some("55万元")),
        ] {
            assert_eq!(of(value, Hedge::Exact, PrintUnit::Yuan).as_deref(), expected);
        }
    }

    #[test]
    fn puts_the_rest_where_it_belongs() {
        assert_eq!(of(551_200.0, Hedge::Over, PrintUnit::Yuan).unwrap(), "55万余元");
        assert_eq!(of(15_700.0, Hedge::Over, PrintUnit::Litre).unwrap(), "15000余升");
        assert_eq!(of(57.0, Hedge::Over, PrintUnit::Person).unwrap(), "50余人");
        assert_eq!(of(2077.0, Hedge::More, PrintUnit::Mu).unwrap(), "超2000亩");
        assert_eq!(of(2077.0, Hedge::Near, PrintUnit::Mu).unwrap(), "近2100亩");
        assert_eq!(of(2077.0, Hedge::Below, PrintUnit::Mu).unwrap(), "不足2100亩");
        assert_eq!(of(2077.0, Hedge::Above, PrintUnit::Mu).unwrap(), "2000亩以上");
    }

    #[test]
    fn refuses_what_a_hedge_cannot_say() {
        for (value, hedge) in [
            (120.0, Hedge::Over),
            (9.5, Hedge::Over),
            (2000.0, Hedge::More),
            (11.1, Hedge::Near),
            (0.0, Hedge::About),
            (0.0, Hedge::Reach),
            (0.0, Hedge::Above),
            (0.001, Hedge::Exact),
            (-1.0, Hedge::Exact),
            (f64::NAN, Hedge::About),
            (f64::INFINITY, Hedge::Above),
        ] {
            assert_eq!(of(value, hedge, PrintUnit::Mu), None, "{value} {hedge:?}");
        }
        assert_eq!(of(0.0, Hedge::Exact, PrintUnit::Du).unwrap(), "0度");
    }
}
