//! Finds what a block of registers may mean: every type, byte order and base, and which fit the device's display.
//!
//! Manuals count addresses from 0 or from 1, so a block is read from one register before the named address. Only
//! numbers are judged: the manual has to say what they are.

use std::collections::BTreeSet;
use std::str::FromStr;

use crate::locales::{Text, device as words};

use super::decode::number;
use super::profile::{ByteOrder, Function, PointType};

/// The types that are tried.
const TYPES: [PointType; 11] = [
    PointType::Bit,
    PointType::U16,
    PointType::I16,
    PointType::U32,
    PointType::I32,
    PointType::F32,
    PointType::U64,
    PointType::I64,
    PointType::F64,
    PointType::Bcd16,
    PointType::Bcd32,
];

/// The orders that are tried, with their names in a profile, the most frequent first.
pub const ORDERS: [(ByteOrder, &str); 4] = [
    (ByteOrder::Abcd, "ABCD"),
    (ByteOrder::Cdab, "CDAB"),
    (ByteOrder::Badc, "BADC"),
    (ByteOrder::Dcba, "DCBA"),
];

/// Factors to try: manuals give 0.1 to 0.0001 for whole numbers, and 10 or more for counters in tens and hundreds.
const SCALES: [f64; 8] = [1.0, 0.1, 0.01, 0.001, 0.0001, 10.0, 100.0, 1000.0];

/// Steps of the relative distance from the expected value. Values within one step count as equally close, since a value
/// may change between a look at the display and the read. Engineering judgement: a steady level changes by less than
/// 0.1 % in a minute, a flow by less than 5 %; a value that is off by more than 20 % was something else.
const STEPS: [f64; 5] = [0.0, 0.001, 0.01, 0.05, 0.2];

/// How many steps behind the closest candidate others are still listed. Engineering judgement.
const STEPS_BEHIND: usize = 2;

/// The smallest number other than 0 that counts as lying in a range. No quantity of the catalogue is smaller, but whole
/// numbers that are read as f32 are. Engineering judgement.
const SMALLEST: f64 = 1e-6;

/// The decodings of one type at one address, by byte order.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Address on the wire.
    pub address: u16,
    pub point_type: PointType,
    /// The numbers in the order of [`ORDERS`]; absent where an order adds nothing (CDAB and DCBA of one register; one
    /// digit of BCD, which is the same unsigned), and where the bytes are not a finite number.
    pub values: [Option<f64>; 4],
}

/// Every decoding of `words`, whose first register has the address `first`: by address, then type.
pub fn rows(function: Function, first: u16, words: &[u16]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (index, address) in (0..words.len()).zip(first..=u16::MAX) {
        for point_type in TYPES {
            if function.bits() != (point_type == PointType::Bit) {
                continue;
            }
            let count = usize::from(point_type.registers());
            let Some(words) = words.get(index..index + count) else {
                continue;
            };
            let digits = matches!(point_type, PointType::Bcd16 | PointType::Bcd32);
            let value = |(order, _): (ByteOrder, &str)| {
                let twin = matches!(order, ByteOrder::Cdab | ByteOrder::Dcba);
                let other = order != ByteOrder::Abcd;
                let new = !(function.bits() && other || count == 1 && twin);
                let value = number(point_type, order, words).ok();
                value.filter(|value| new && value.is_finite() && !(digits && *value < 10.0))
            };
            let values = ORDERS.map(value);
            if digits && values == [None; 4] {
                continue;
            }
            rows.push(Row { address, point_type, values });
        }
    }
    rows
}

/// A value on a display, whose last digit is rounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Displayed {
    pub value: f64,
    /// Half a unit of the last digit.
    half_step: f64,
}

impl FromStr for Displayed {
    type Err = Text;
    fn from_str(text: &str) -> Result<Self, Text> {
        let wrong = || words::not_on_a_display(format_args!("{text:?}"));
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(decimals) {
            return Err(wrong());
        }
        let value: f64 = text.parse().map_err(|_| wrong())?;
        let places = i32::try_from(decimals.len()).map_err(|_| wrong())?;
        if !value.is_finite() {
            return Err(wrong());
        }
        Ok(Self { value, half_step: 0.5 * 10f64.powi(-places) })
    }
}

impl Displayed {
    /// The index in [`STEPS`] of the distance of `value`; `None` where it is too far off.
    fn step(&self, value: f64) -> Option<usize> {
        // Neither the display's rounding nor the last bits of a binary fraction count as a difference.
        let rounding = self.half_step + 1e-9 * self.value.abs();
        let beyond = ((value - self.value).abs() - rounding).max(0.0);
        let relative = beyond / self.value.abs().max(self.half_step);
        STEPS.iter().position(|step| relative <= *step)
    }
}

/// What is known of the value that is looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sought {
    pub expect: Option<Displayed>,
    /// Smallest and largest possible value.
    pub range: Option<[f64; 2]>,
}

/// A decoding that fits what is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    pub address: u16,
    pub point_type: PointType,
    pub order: ByteOrder,
    /// Name of the order in a profile.
    pub order_name: &'static str,
    pub scale: f64,
    /// The decoded number times the factor.
    pub value: f64,
    /// The same bytes as a signed number give the same value: they do not show which of the two it is.
    pub signed_too: bool,
    /// Index of its distance in [`STEPS`]; 0 means the same digits as the display.
    step: usize,
    cost: u32,
}

impl Candidate {
    /// Whether its value has the digits of the display, or lies in the range where only that is known.
    pub fn agrees(&self) -> bool {
        self.step == 0
    }
}

/// The candidates among `rows` for a point that the manual puts at `named`, the best first: by their distance from the
/// expected value, in steps, and within a step by how usual such a point is.
pub fn rank(named: u16, rows: &[Row], sought: &Sought) -> Vec<Candidate> {
    if sought.expect.is_none() && sought.range.is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for row in rows {
        for (raw, (order, order_name)) in row.values.iter().zip(ORDERS) {
            let Some(raw) = *raw else { continue };
            for scale in SCALES {
                let value = raw * scale;
                let Some(step) = fit(value, sought) else {
                    continue;
                };
                found.push(Candidate {
                    address: row.address,
                    point_type: row.point_type,
                    order,
                    order_name,
                    scale,
                    value,
                    signed_too: false,
                    step,
                    cost: cost(named, row, order, scale),
                });
            }
        }
    }
    let off = |candidate: &Candidate| {
        let expected = sought.expect.map_or(candidate.value, |e| e.value);
        (candidate.value - expected).abs()
    };
    found.sort_by(|a, b| {
        let by_kind = (a.step, a.cost).cmp(&(b.step, b.cost));
        by_kind.then(off(a).total_cmp(&off(b)))
    });
    // Where one fits to the last digit, a value that is 5 % off is chance.
    let best = found.first().map_or(0, |candidate| candidate.step);
    found.retain(|candidate| candidate.step <= best + STEPS_BEHIND);
    without_duplicates(found)
}

/// The index in [`STEPS`] of the distance of `value`; `None` where it does not fit.
fn fit(value: f64, sought: &Sought) -> Option<usize> {
    if !value.is_finite() {
        return None;
    }
    if let Some([low, high]) = sought.range {
        let inside = low <= value && value <= high;
        if !inside || (value != 0.0 && value.abs() < SMALLEST) {
            return None;
        }
    }
    sought.expect.map_or(Some(0), |expect| expect.step(value))
}

/// How unusual a point is: the sum of what field devices seldom do. Engineering judgement, from the shipped profiles.
fn cost(named: u16, row: &Row, order: ByteOrder, scale: f64) -> u32 {
    let place = match i32::from(row.address) - i32::from(named) {
        0 => 0,
        -1 => 1,
        _ => 2,
    };
    let float = matches!(row.point_type, PointType::F32 | PointType::F64);
    let factor = match (scale == 1.0, float) {
        (true, _) => 0,
        (false, true) => 3,
        (false, false) if (0.001..1.0).contains(&scale) => 1,
        (false, false) => 2,
    };
    let width = match (row.point_type, row.point_type.registers()) {
        (PointType::Bcd16 | PointType::Bcd32, _) => 2,
        (_, 1 | 2) => 0,
        _ => 2,
    };
    let turned = match order {
        ByteOrder::Abcd => 0,
        ByteOrder::Cdab => 1,
        ByteOrder::Badc | ByteOrder::Dcba => 2,
    };
    place + factor + width + turned
}

/// Leaves out candidates with the value and bytes of a better one: a positive number as signed, equal words swapped.
fn without_duplicates(sorted: Vec<Candidate>) -> Vec<Candidate> {
    let unsigned = |candidate: &Candidate| match candidate.point_type {
        PointType::I16 => PointType::U16,
        PointType::I32 => PointType::U32,
        PointType::I64 => PointType::U64,
        other => other,
    };
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in sorted {
        let value = candidate.value.to_bits();
        let point_type = unsigned(&candidate);
        let key = (candidate.address, point_type.name(), candidate.scale.to_bits(), value);
        if seen.insert(key) {
            kept.push(candidate);
        } else if point_type != candidate.point_type
            && let Some(better) = kept.iter_mut().find(|k| {
                (k.address, k.order, k.point_type)
                    == (candidate.address, candidate.order, point_type)
                    && k.scale == candidate.scale
            })
        {
            better.signed_too = true;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::decode::reorder;
    use proptest::prelude::*;

    fn sought(expect: &str) -> Sought {
        Sought { expect: Some(expect.parse().unwrap()), range: None }
    }

    fn best(named: u16, first: u16, words: &[u16], expect: &str) -> Candidate {
        let rows = rows(Function::Holding, first, words);
        rank(named, &rows, &sought(expect))[0]
    }

    #[test]
    fn the_flow_meters_bytes_are_a_flow_as_cdab() {
        let found = best(0, 0, &[0x806B, 0x4212], "36.625");
        assert_eq!((found.point_type.name(), found.order_name), ("f32", "CDAB"));
        assert_eq!((found.address, found.scale, found.step), (0, 1.0, 0));
        // The same between other registers, where the manual counts from 1.
        let words = [0x806B, 0x4212, 0x0000, 0x1234];
        let found = best(101, 100, &words, "36.625");
        assert_eq!((found.address, found.point_type.name()), (100, "f32"));
    }

    #[test]
    fn whole_numbers_are_found_over_decimal_scales() {
        let found = best(4, 4, &[2350], "2.35");
        assert_eq!((found.point_type.name(), found.scale), ("u16", 0.001));
        assert!(found.signed_too);
        let found = best(4, 4, &[0xFFF6], "-1.0");
        assert_eq!((found.point_type.name(), found.scale, found.signed_too), ("i16", 0.1, false));
        let found = best(0, 0, &[0x0001, 0xE240], "1234.56");
        assert_eq!((found.point_type.name(), found.order_name, found.scale), ("u32", "ABCD", 0.01));
    }

    #[test]
    fn a_value_that_has_moved_since_is_still_the_closest() {
        let words = [0x4212, 0x806B];
        let found = best(0, 0, &words, "36.9");
        assert_eq!((found.point_type.name(), found.step), ("f32", 2));
        let rows = rows(Function::Holding, 0, &words);
        assert!(
            rank(0, &rows, &sought("36.9")).iter().all(|c| (c.value - 36.9).abs() < 36.9 * 0.21)
        );
    }

    #[test]
    fn a_range_marks_what_lies_inside_and_nothing_is_marked_unasked() {
        let rows = rows(Function::Input, 0, &[0x806B, 0x4212]);
        let range = Sought { expect: None, range: Some([0.0, 100.0]) };
        let found = rank(0, &rows, &range);
        assert!(found.iter().all(|c| (0.0..=100.0).contains(&c.value)));
        assert!(found.iter().any(|c| c.order_name == "CDAB"));
        assert!(rank(0, &rows, &Sought::default()).is_empty());
    }

    #[test]
    fn every_type_and_order_has_its_cell() {
        let words = [0x4059, 0x2000, 0, 0];
        let rows = rows(Function::Holding, 65_532, &words);
        let of = |address, name| {
            let found = rows.iter().find(|r| r.address == address && r.point_type.name() == name);
            found.map(|row| row.values)
        };
        assert_eq!(of(65_532, "f64").unwrap()[0], Some(100.5));
        assert_eq!(of(65_535, "u16").unwrap(), [Some(0.0), None, Some(0.0), None]);
        assert_eq!(of(65_535, "u32"), None);
        assert_eq!(rows.iter().filter(|r| r.address == 65_532).count(), 10);
        assert_eq!(of(65_532, "bcd16").unwrap()[0], Some(4059.0));
        assert_eq!(of(65_532, "bcd32").unwrap()[0], Some(40_592_000.0));
        assert_eq!(of(65_535, "bcd16"), None);
        let bits = super::rows(Function::Coils, 0, &[1, 0]);
        assert_eq!(bits.len(), 2);
        assert_eq!(bits[0].values, [Some(1.0), None, None, None]);
    }

    #[test]
    fn a_displayed_value_has_a_last_digit() {
        for bad in ["", "-", "3,2", "1e3", "nan", ".5", "3.2.1", "0x10", "--1"] {
            assert!(bad.parse::<Displayed>().is_err(), "{bad}");
        }
        let expect: Displayed = "3.2".parse().unwrap();
        assert_eq!(expect.step(3.249), Some(0));
        assert_eq!(expect.step(3.26), Some(2));
        assert_eq!(expect.step(-3.2), None);
        let zero: Displayed = "0".parse().unwrap();
        assert_eq!((zero.step(0.4), zero.step(2.0)), (Some(0), None));
    }

    proptest! {
        #[test]
        fn what_a_device_displays_is_among_the_closest(
            value in 0.001f32..99_999.0,
            order in prop::sample::select(ORDERS.map(|(order, _)| order).to_vec()),
            before in any::<u16>(),
        ) {
            let bits = value.to_bits();
            let mut words = [(bits >> 16) as u16, bits as u16];
            reorder(&mut words, order);
            let rows = rows(Function::Holding, 9, &[before, words[0], words[1]]);
            let found = rank(10, &rows, &sought(&format!("{value:.3}")));
            let truth = found.iter().position(|c| {
                (c.address, c.point_type.name()) == (10, "f32") && c.value == f64::from(value)
            });
            prop_assert!(truth.is_some_and(|place| place < 10), "{truth:?} in {found:?}");
        }

        #[test]
        fn random_registers_never_panic(
            words in prop::collection::vec(any::<u16>(), 0..20),
            first in any::<u16>(),
            low in any::<f64>(),
            high in any::<f64>(),
        ) {
            let rows = rows(Function::Holding, first, &words);
            let range = Some([low, high]);
            for candidate in rank(first, &rows, &Sought { expect: None, range }) {
                prop_assert!(candidate.value.is_finite());
            }
        }
    }
}
