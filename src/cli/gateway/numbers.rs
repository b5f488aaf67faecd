//! Numbers, registers and addresses as a technician reads them.

use crate::device::{self, Function, Point, PointType};

/// Significant digits of a decimal fraction that a sum or a product of f64 leaves right: an f64 has 15.95.
const DIGITS: i32 = 15;

/// Digits up to which an exact f32 is written out. Engineering judgement: a decimal fraction that a device means has
/// fewer, the binary neighbour of one has 20 and more.
const EXACT_DIGITS: usize = 12;

/// Below and from these powers of ten a number is written with an exponent.
const POWERS: std::ops::Range<f64> = -4.0..16.0;

/// A number with all its digits, but without the dust of binary fractions and without trailing zeros; with an exponent
/// only where needed.
pub fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let magnitude = value.abs().log10().floor();
    if !POWERS.contains(&magnitude) {
        return format!("{value:.3e}");
    }
    // The magnitude is between -4 and 16 here.
    let decimals = (DIGITS - 1 - magnitude as i32).max(0);
    trimmed(format!("{value:.*}", usize::try_from(decimals).unwrap_or(0)))
}

/// The same for a number that came as an f32, which has seven to nine digits: as few as tell it from its neighbours,
/// or all where it has few.
pub fn single(value: f64) -> String {
    let all = number(value);
    // The f32 nearest to the number, whose digits are asked for.
    let short = value as f32;
    let digits = all.bytes().filter(u8::is_ascii_digit).count();
    let exact = f64::from(short) == value && digits <= EXACT_DIGITS;
    if exact || value.fract() == 0.0 || all.contains('e') || !short.is_finite() {
        return all;
    }
    let shortest = short.to_string();
    match shortest.parse() {
        Ok(shorter) => number(shorter),
        Err(_) => all,
    }
}

/// The digits that registers of this type carry.
pub fn of_type(point_type: PointType, value: f64) -> String {
    if point_type == PointType::F32 { single(value) } else { number(value) }
}

/// The digits that the registers of `point` carry, which hold `parts`, those of [`Point::parts`].
pub fn of_point(point: &Point, parts: &[&[u16]], value: f64) -> String {
    match &point.fraction {
        // An f32 below 1 has seven decimals.
        Some(fraction) if fraction.point_type == PointType::F32 => {
            number((value * 1e7).round() / 1e7)
        }
        _ => {
            let all = of_type(point.point_type, value);
            let long = digits(&all) > EXACT_DIGITS && !all.contains('e');
            match step(point, parts).and_then(places).filter(|_| long) {
                // Up to 2^53 an f64 has all digits of a whole number.
                Some(decimals) => trimmed(format!("{value:.decimals$}")),
                None => all,
            }
        }
    }
}

fn trimmed(text: String) -> String {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').into(),
        false => text,
    }
}

/// The decimals with which a step is seen.
fn places(step: f64) -> Option<usize> {
    let places = -step.abs().log10();
    // A power of ten may be a little off; no number has more decimals than an f64 carries.
    (0.0..=15.0).contains(&places).then(|| (places - 1e-9).ceil().max(0.0) as usize)
}

/// The smallest step of a whole number that is converted to the unit of its parameter; `None` for what is made of
/// several numbers, or has decimals of its own.
fn step(point: &Point, parts: &[&[u16]]) -> Option<f64> {
    let whole = !matches!(point.point_type, PointType::F32 | PointType::F64);
    let alone = point.fraction.is_none() && point.plus.is_empty() && point.factors.is_empty();
    if !whole || !alone {
        return None;
    }
    if point.exponent.is_none() && point.unit_code.is_none() {
        return Some(point.scale * point.unit.factor_to(point.parameter.spec().unit)?);
    }
    // Other registers say what a step is: that to the neighbour of a single register's number.
    let (own, others) = parts.split_first()?;
    let [held] = **own else { return None };
    let neighbour = [held ^ 1];
    let neighbours: Vec<&[u16]> =
        std::iter::once(neighbour.as_slice()).chain(others.iter().copied()).collect();
    let of = |parts: &[&[u16]]| device::decode(point, parts).ok();
    Some(of(parts)? - of(&neighbours)?)
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// The number that [`of_type`] writes.
pub fn clean(point_type: PointType, value: f64) -> f64 {
    let text = of_type(point_type, value);
    if text.contains('e') { value } else { text.parse().unwrap_or(value) }
}

/// Registers in hexadecimal, separated by blanks.
pub fn hex(words: &[u16]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("{word:04X}")).collect();
    words.join(" ")
}

/// The number of a register in manuals that write its table before it: 40013 for holding register 12; six digits from
/// the ten-thousandth on.
pub fn reference(function: Function, address: u16) -> String {
    let table = match function {
        Function::Coils => 0,
        Function::DiscreteInputs => 1,
        Function::Holding => 4,
        Function::Input => 3,
    };
    let place = u32::from(address) + 1;
    if place <= 9999 { format!("{table}{place:04}") } else { format!("{table}{place:05}") }
}

/// The function and the address on the wire of such a number; `None` for another number.
pub fn of_reference(text: &str) -> Option<(Function, u16)> {
    if !matches!(text.len(), 5 | 6) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (table, place) = text.split_at_checked(1)?;
    let function = match table {
        "0" => Function::Coils,
        "1" => Function::DiscreteInputs,
        "3" => Function::Input,
        "4" => Function::Holding,
        _ => return None,
    };
    let place: u32 = place.parse().ok()?;
    Some((function, u16::try_from(place.checked_sub(1)?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_have_their_digits_and_no_dust() {
        for (value, text) in [
            (0.0, "0"),
            (2350.0, "2350"),
            (-0.5, "-0.5"),
            (2_154_512_914.0, "2154512914"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (12_345_678.0 * 0.01, "123456.78"),
            (1_975_258.0 + 0.389, "1975258.389"),
            (1_234_567.875, "1234567.875"),
            (0.1 + 0.2, "0.3"),
            (23.0 * 0.1, "2.3"),
            (1e-30, "1.000e-30"),
            (1.8e19, "1.800e19"),
            (999_999.96, "999999.96"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_single_has_as_many_digits_as_it_carries() {
        for (value, text) in [
            (f64::from(36.625_41_f32), "36.62541"),
            (f64::from(230.1_f32), "230.1"),
            (f64::from(230.1_f32) * 0.001, "0.2301"),
            (f64::from(2.345_f32) + 216.9, "219.245"),
            (36.625, "36.625"),
            (1_234_567.875, "1234567.875"),
            (f64::from(2_154_512_896.0_f32), "2154512896"),
            (f64::from(f32::MIN_POSITIVE), "1.175e-38"),
        ] {
            assert_eq!(single(value), text);
        }
        assert_eq!(of_type(PointType::U32, 0.07), "0.07");
        assert_eq!(clean(PointType::F32, f64::from(230.1_f32)).to_bits(), 230.1f64.to_bits());
    }

    #[test]
    fn a_converted_number_has_the_digits_of_its_registers() {
        let profile = |unit: &str, scale: &str| {
            let head = "id = 'a'\nname = 'A'\nsource = 's'\nverified_by = 'v'\nconfidence = 1\n";
            let point = "[[point]]\nparameter = 'level'\nfunction = 3\naddress = 4\ntype = 'u16'\n";
            crate::device::parse(&format!("{head}{point}unit = '{unit}'\nscale = {scale}\n"))
                .unwrap()
        };
        let kpa = profile("kPa", "0.001");
        let factor = kpa.points[0].unit.factor_to(kpa.points[0].parameter.spec().unit).unwrap();
        let shown = of_point(&kpa.points[0], &[], 23.05 * factor);
        assert!(shown.starts_with("2.350") && shown.len() <= 6, "{shown}");
        assert_eq!(of_point(&profile("cm", "0.1").points[0], &[], 2.345), "2.345");
        // What a point's own offset adds is not cut off.
        assert_eq!(of_point(&profile("cm", "1.0").points[0], &[], 216.904), "216.904");
    }

    #[test]
    fn registers_that_say_the_unit_and_the_decimals_say_the_digits() {
        let level = |id: &str| {
            let (_, text) =
                crate::device::shipped().iter().find(|(known, _)| *known == id).unwrap();
            crate::device::parse(text).unwrap().points.remove(0)
        };
        // 23.05 kPa over 216.9 m.
        let parts: [&[u16]; 3] = [&[2305], &[2], &[1]];
        assert_eq!(of_point(&level("level-rs485-0"), &parts, 219.250_445_870_914), "219.25");
        assert_eq!(of_point(&level("level-rs485-0"), &parts, 219.251_465_587_3), "219.251");
        let parts: [&[u16]; 3] = [&[26], &[1], &[17]];
        assert_eq!(of_point(&level("qdy30"), &parts, 216.926_000_000_000_02), "216.926");
    }

    #[test]
    fn sixteen_decimal_digits_are_shown_all() {
        let head = "id = 'a'\nname = 'A'\nsource = 's'\nverified_by = 'v'\nconfidence = 1\n";
        let point =
            "[[point]]\nparameter = 'volume_total'\nfunction = 3\naddress = 4\ntype = 'bcd64'\n";
        let profile = crate::device::parse(&format!("{head}{point}unit = 'm3'\nscale = 0.001\n"));
        let point = profile.unwrap().points.remove(0);
        let parts: [&[u16]; 1] = [&[0x1234, 0x5678, 0x9012, 0x3456]];
        let value = crate::device::decode(&point, &parts).unwrap();
        assert_eq!(of_point(&point, &parts, value), "1234567890123.456");
    }

    #[test]
    fn a_register_has_a_number_in_manuals() {
        for (function, address, number) in [
            (Function::Holding, 12, "40013"),
            (Function::Input, 12, "30013"),
            (Function::Holding, 9998, "49999"),
            (Function::Holding, 9999, "410000"),
            (Function::Holding, 65_535, "465536"),
            (Function::DiscreteInputs, 0, "10001"),
            (Function::Coils, 0, "00001"),
        ] {
            assert_eq!(reference(function, address), number);
            assert_eq!(of_reference(number), Some((function, address)));
        }
        assert_eq!(of_reference("400013"), Some((Function::Holding, 12)));
        for other in ["8192", "0x9C41", "40000", "465537", "50001", "4001", "4000001", "4000a"] {
            assert_eq!(of_reference(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_a_single_shows_is_that_single(value in -1e15f32..1e15, small in -1e3f32..1e3) {
            let value = if value.to_bits() & 1 == 0 { value } else { small };
            prop_assume!(value.abs() > 0.001);
            let read: f32 = single(f64::from(value)).parse().unwrap();
            prop_assert_eq!(read, value);
        }

        #[test]
        fn whole_numbers_are_exact(value in 0u64..1 << 53, places in 0i32..4) {
            prop_assert_eq!(number(value as f64), value.to_string());
            let scaled = (value % 100_000_000) as f64 * 10f64.powi(-places);
            let text = format!("{scaled:.*}", usize::try_from(places).unwrap());
            let text = match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => text,
            };
            prop_assert_eq!(number(scaled), text);
        }
    }
}
