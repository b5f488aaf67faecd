//! Registers and the values that they decode to.

use super::*;
use crate::core::Parameter;
use crate::device::{Function, Part};
use crate::locales::Lang;
use proptest::prelude::*;

fn point(point_type: PointType, order: ByteOrder) -> Point {
    let text = "parameter = 'flow'\nfunction = 3\naddress = 0\ntype = 'u16'\nunit = 'm3/h'";
    Point { point_type, order, ..toml::from_str(text).unwrap() }
}

const ORDERS: [ByteOrder; 4] = [ByteOrder::Abcd, ByteOrder::Cdab, ByteOrder::Badc, ByteOrder::Dcba];

#[test]
fn golden_vectors_of_every_type_and_order() {
    use PointType::*;
    // Registers for ABCD, CDAB, BADC, DCBA, written out by hand.
    let golden: &[(PointType, f64, [&[u16]; 4])] = &[
        (U16, 258.0, [&[0x0102], &[0x0102], &[0x0201], &[0x0201]]),
        (I16, -2.0, [&[0xFFFE], &[0xFFFE], &[0xFEFF], &[0xFEFF]]),
        (
            U32,
            16_909_060.0,
            [&[0x0102, 0x0304], &[0x0304, 0x0102], &[0x0201, 0x0403], &[0x0403, 0x0201]],
        ),
        (I32, -2.0, [&[0xFFFF, 0xFFFE], &[0xFFFE, 0xFFFF], &[0xFFFF, 0xFEFF], &[0xFEFF, 0xFFFF]]),
        // 1.5 = 3F C0 00 00; -0.15625 = BE 20 00 00.
        (F32, 1.5, [&[0x3FC0, 0], &[0, 0x3FC0], &[0xC03F, 0], &[0, 0xC03F]]),
        (
            U64,
            283_686_952_306_183.0,
            [
                &[0x0001, 0x0203, 0x0405, 0x0607],
                &[0x0607, 0x0405, 0x0203, 0x0001],
                &[0x0100, 0x0302, 0x0504, 0x0706],
                &[0x0706, 0x0504, 0x0302, 0x0100],
            ],
        ),
        (
            I64,
            -258.0,
            [
                &[0xFFFF, 0xFFFF, 0xFFFF, 0xFEFE],
                &[0xFEFE, 0xFFFF, 0xFFFF, 0xFFFF],
                &[0xFFFF, 0xFFFF, 0xFFFF, 0xFEFE],
                &[0xFEFE, 0xFFFF, 0xFFFF, 0xFFFF],
            ],
        ),
        // 100.5 = 40 59 20 00 00 00 00 00.
        (
            F64,
            100.5,
            [
                &[0x4059, 0x2000, 0, 0],
                &[0, 0, 0x2000, 0x4059],
                &[0x5940, 0x0020, 0, 0],
                &[0, 0, 0x0020, 0x5940],
            ],
        ),
    ];
    for (point_type, value, by_order) in golden {
        for (order, words) in ORDERS.iter().zip(by_order) {
            let got = decode(&point(*point_type, *order), &[words]);
            assert_eq!(got, Ok(*value), "{point_type:?} {order:?}");
        }
    }
}

#[test]
fn the_flow_meters_bytes_are_a_flow_only_as_cdab() {
    let words = [0x806B, 0x4212];
    let near = |order| {
        decode(&point(PointType::F32, order), &[&words])
            .is_ok_and(|value| (value - 36.625_41).abs() < 1e-5)
    };
    assert_eq!(ORDERS.map(near), [false, true, false, false]);
}

#[test]
fn a_sentinel_is_looked_for_before_factor_and_offset() {
    let mut level = point(PointType::I16, ByteOrder::Abcd);
    level.parameter = Parameter::Level;
    level.unit = Unit::Millimetre;
    level.offset = 500.0;
    level.invalid = vec![32767.0];
    assert_eq!(decode(&level, &[&[2000]]), Ok(2.5));
    let sentinel = decode(&level, &[&[0x7FFF]]).unwrap_err();
    assert_eq!(sentinel, DecodeError::Sentinel(32767.0));
    assert_eq!(sentinel.reason(), Reason::Sentinel);
    let short = decode(&level, &[&[]]).unwrap_err();
    assert_eq!(short.reason(), Reason::Length);
    level.unit = Unit::Hertz;
    assert!(matches!(decode(&level, &[&[1]]), Err(DecodeError::Unit { .. })));
}

#[test]
fn anything_but_a_number_gives_no_value() {
    let mut flow = point(PointType::F32, ByteOrder::Abcd);
    let nan = [0x7FC0, 0];
    assert_eq!(decode(&flow, &[&nan]), Err(DecodeError::Undecodable));
    assert_eq!(decode(&flow, &[&[0x7F80, 0]]), Err(DecodeError::Undecodable));
    flow.invalid = vec![f64::NAN, -999.9];
    assert_eq!(decode(&flow, &[&nan]).unwrap_err().reason(), Reason::Sentinel);
    let bits = (-999.9f32).to_bits();
    let words = [(bits >> 16) as u16, bits as u16];
    assert_eq!(decode(&flow, &[&words]).unwrap_err().reason(), Reason::Sentinel);
}

pub(crate) fn any_type() -> impl Strategy<Value = PointType> {
    use PointType::*;
    prop::sample::select(vec![U16, I16, U32, I32, U64, I64, F32, F64, Bcd16, Bcd32, Bcd64])
}

proptest! {
    #[test]
    fn random_registers_never_panic_and_never_give_what_is_not_finite(
        words in prop::collection::vec(any::<u16>(), 0..6),
        point_type in any_type(),
        order in prop::sample::select(ORDERS.to_vec()),
        scale in any::<f64>(),
    ) {
        let mut point = point(point_type, order);
        point.scale = scale;
        match decode(&point, &[&words]) {
            Ok(value) => prop_assert!(value.is_finite()),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}

#[cfg(feature = "demo")]
proptest! {
    #[test]
    fn what_is_encoded_decodes_to_itself_within_the_resolution(
        value in 0.0..6000.0f64,
        point_type in any_type(),
        order in prop::sample::select(ORDERS.to_vec()),
        scale in prop::sample::select(vec![1.0, 0.1, 0.5]),
    ) {
        let mut point = point(point_type, order);
        point.scale = scale;
        let value = match point_type {
            PointType::I16 => value / 2.0,
            PointType::Bcd16 => value / 7.0,
            _ => value,
        };
        let words = crate::device::encode(&point, value);
        let got = decode(&point, &[&words[0]]).unwrap();
        // Half a step of an integer; half an ulp of an f32 below 65536 is 0.002.
        prop_assert!((got - value).abs() <= scale * 0.5 + 1e-9, "{value} came back as {got}");
        if point_type == PointType::F64 {
            prop_assert!((got - value).abs() < 1e-9);
        }
    }
}

#[test]
fn a_thousandth_is_a_division() {
    let mut level = point(PointType::U16, ByteOrder::Abcd);
    level.parameter = Parameter::Level;
    level.unit = Unit::Metre;
    level.scale = 0.001;
    for word in 0..=u16::MAX {
        let digits = format!("{}.{:03}", word / 1000, word % 1000);
        assert_eq!(decode(&level, &[&[word]]), Ok(digits.parse().unwrap()));
    }
}

/// The value of the registers in `parts` at a point with these settings.
fn of(point: &str, parts: &[&[u16]]) -> Result<f64, DecodeError> {
    let point: Point = toml::from_str(point).unwrap();
    let counts: Vec<u16> = point.parts().iter().map(|part| part.count).collect();
    let given: Vec<u16> = parts.iter().map(|part| part.len() as u16).collect();
    assert_eq!(counts, given);
    decode(&point, parts)
}

#[test]
fn decimal_digits_in_half_bytes() {
    use ByteOrder::*;
    use PointType::{Bcd16, Bcd32, Bcd64};
    for (point_type, order, words, value) in [
        (Bcd16, Abcd, &[0x2350][..], Ok(2350.0)),
        (Bcd16, Badc, &[0x5023], Ok(2350.0)),
        (Bcd32, Abcd, &[0x0012, 0x3456], Ok(123_456.0)),
        (Bcd32, Cdab, &[0x3456, 0x0012], Ok(123_456.0)),
        (Bcd32, Dcba, &[0x5634, 0x1200], Ok(123_456.0)),
        (Bcd64, Abcd, &[0x9876, 0x5432, 0x1012, 0x3456], Ok(9_876_543_210_123_456.0)),
        (Bcd16, Abcd, &[0x235A], Err(DecodeError::Undecodable)),
        (Bcd32, Abcd, &[0x0F12, 0x3456], Err(DecodeError::Undecodable)),
    ] {
        assert_eq!(decode(&point(point_type, order), &[words]), value, "{words:x?}");
    }
}

#[test]
fn codes_and_bits() {
    let state =
        "parameter = 'run_state'\nfunction = 3\naddress = 0x3000\ntype = 'u16'\nunit = '1'\n";
    let codes = format!(
        "{state}codes = [{{ code = 1, value = 1 }}, {{ code = 2, value = 1 }}, {{ code = 3, value = 0 }}]"
    );
    for (word, value) in
        [(1, Ok(1.0)), (2, Ok(1.0)), (3, Ok(0.0)), (4, Err(DecodeError::Code(4.0)))]
    {
        assert_eq!(of(&codes, &[&[word]]), value);
    }
    for (bits, value) in [("[0, 0]", 0.0), ("[3, 3]", 1.0), ("[2, 5]", 10.0), ("[0, 15]", 40.0)] {
        assert_eq!(of(&format!("{state}bits = {bits}"), &[&[0b10_1000]]), Ok(value), "{bits}");
    }
    let field = format!("{}bits = [16, 31]", state.replace("u16", "u32"));
    assert_eq!(of(&field, &[&[0xABCD, 0x1234]]), Ok(f64::from(0xABCD)));
    let coil = "parameter = 'run_state'\nfunction = 1\naddress = 7\ntype = 'bit'\nunit = '1'";
    assert_eq!(of(coil, &[&[1]]), Ok(1.0));
    assert_eq!(of(coil, &[&[0]]), Ok(0.0));
}

#[test]
fn a_total_of_a_whole_number_a_fraction_and_a_multiplier() {
    // The ultrasonic meter's total: (whole + fraction) x 10^(n - 3).
    let total = "parameter = 'volume_total'\nfunction = 3\naddress = 8\ntype = 'i32'\norder = 'CDAB'\nunit = 'm3'\n\
         fraction = { type = 'f32' }\nexponent = { address = 1438, offset = -3.0, range = [-3.0, 4.0] }";
    // 12345 and 0.25 = 3E 80 00 00.
    let own: &[u16] = &[12345, 0, 0, 0x3E80];
    assert_eq!(of(total, &[own, &[3]]), Ok(12345.25));
    assert_eq!(of(total, &[own, &[2]]), Ok(1234.525));
    assert_eq!(of(total, &[own, &[5]]), Ok(1_234_525.0));
    let refused = of(total, &[own, &[9]]).unwrap_err();
    assert_eq!(refused, DecodeError::Register { address: 1438, value: 6.0 });
    assert_eq!(refused.reason(), Reason::Undecodable);
    let thousandths = "parameter = 'volume_total'\nfunction = 3\naddress = 0\ntype = 'u32'\nunit = 'm3'\n\
         fraction = { type = 'u16', scale = 0.001 }";
    assert_eq!(of(thousandths, &[&[0, 77, 500]]), Ok(77.5));
    // 1.5 is not a fraction.
    let more: &[u16] = &[12345, 0, 0, 0x3FC0];
    let above = DecodeError::Fraction { address: 10, value: 1.5 };
    assert_eq!(of(total, &[more, &[3]]), Err(above));
    let nan: &[u16] = &[12345, 0, 0, 0x7FC0];
    assert_eq!(of(total, &[nan, &[3]]), Err(DecodeError::Undecodable));
}

#[test]
fn a_level_in_the_unit_and_with_the_decimals_that_the_sensor_is_set_to() {
    let level = "parameter = 'level'\nfunction = 3\naddress = 4\ntype = 'i16'\nunit = 'm'\ninvalid = [32767.0]\n\
         exponent = { address = 3, scale = -1.0, range = [-3.0, 0.0] }\n\
         unit_code = { address = 2, units = [{ code = 10, unit = 'kPa' }, { code = 17, unit = 'mmH2O' }, { code = 16, unit = 'mH2O' }] }";
    assert_eq!(of(level, &[&[2350], &[3], &[16]]), Ok(2.35));
    assert_eq!(of(level, &[&[2350], &[0], &[17]]), Ok(2.35));
    let kpa = of(level, &[&[2350], &[2], &[10]]).unwrap();
    assert!((kpa - 2.3963).abs() < 1e-4, "{kpa}");
    let unknown = of(level, &[&[2350], &[3], &[12]]);
    assert_eq!(unknown, Err(DecodeError::Register { address: 2, value: 12.0 }));
    assert_eq!(of(level, &[&[32767], &[3], &[16]]), Err(DecodeError::Sentinel(32767.0)));
    assert_eq!(
        of(level, &[&[2350], &[4], &[16]]),
        Err(DecodeError::Register { address: 3, value: -4.0 })
    );
}

#[test]
fn ratios_of_transformers_multiply() {
    let power = "parameter = 'power'\nfunction = 3\naddress = 0x2012\ntype = 'f32'\nscale = 0.1\nunit = 'W'\n\
         factors = [{ address = 6, range = [1.0, 9999.0] }, { address = 7, scale = 0.1, range = [0.1, 999.9] }]";
    // 5500 = 45 AB E0 00.
    let own: &[u16] = &[0x45AB, 0xE000];
    assert_eq!(of(power, &[own, &[1], &[10]]), Ok(0.55));
    assert_eq!(of(power, &[own, &[40], &[10]]), Ok(22.0));
    assert_eq!(
        of(power, &[own, &[0], &[10]]),
        Err(DecodeError::Register { address: 6, value: 0.0 })
    );
}

#[test]
fn a_value_holds_only_while_the_device_says_so() {
    let flow = "parameter = 'flow'\nfunction = 3\naddress = 0\ntype = 'f32'\norder = 'CDAB'\nunit = 'm3/h'\n\
         requires = [{ address = 91, bits = [0, 7], range = [50.0, 99.0] }, { address = 71, range = [0.0, 0.0] }]";
    let own: &[u16] = &[0x806B, 0x4212];
    assert!(of(flow, &[own, &[0x0C50], &[0]]).is_ok());
    let poor = of(flow, &[own, &[0x0C31], &[0]]).unwrap_err();
    assert_eq!(poor, DecodeError::Invalid { address: 91, value: 49.0 });
    assert_eq!(poor.reason(), Reason::Invalid);
    let alarm = of(flow, &[own, &[0x0C50], &[4]]).unwrap_err();
    assert_eq!(alarm, DecodeError::Invalid { address: 71, value: 4.0 });
    // A missing part gives no value.
    let point: Point = toml::from_str(flow).unwrap();
    assert_eq!(decode(&point, &[own, &[0x0C50]]).unwrap_err().reason(), Reason::Length);
    assert_eq!(decode(&point, &[own]).unwrap_err().reason(), Reason::Length);
    assert_eq!(decode(&point, &[]).unwrap_err().reason(), Reason::Length);
}

#[test]
fn a_register_at_the_end_of_its_range_lies_within_it() {
    let point = "parameter = 'power'\nfunction = 3\naddress = 4\ntype = 'u16'\nunit = 'kW'\n\
        factors = [{ address = 7, scale = 0.1, range = [0.1, 0.3] }]";
    assert_eq!(of(point, &[&[10], &[3]]), Ok(3.0));
    let error = of(point, &[&[10], &[4]]).unwrap_err();
    assert_eq!(error.reason(), Reason::Undecodable);
}

proptest! {
    #[test]
    fn random_registers_of_every_shape_never_panic(
        own in prop::collection::vec(any::<u16>(), 0..9),
        beside in prop::collection::vec(prop::collection::vec(any::<u16>(), 0..3), 0..6),
        point_type in any_type(), fraction in prop::option::of(any_type()), bits in any::<[u8; 2]>(),
        scale in any::<f64>(), offset in any::<f64>(),
    ) {
        let mut shaped: Point = toml::from_str(
            "parameter = 'level'\nfunction = 3\naddress = 4\ntype = 'i16'\nunit = 'm'\n\
             exponent = { address = 3 }\nfactors = [{ address = 6 }]\nrequires = [{ address = 9, bits = [0, 3], range = [0.0, 9.0] }]\n\
             unit_code = { address = 2, units = [{ code = 0, unit = 'MPa' }] }",
        ).unwrap();
        shaped.point_type = point_type;
        shaped.fraction = fraction.map(|point_type| crate::device::Fraction { point_type, order: None, scale });
        shaped.bits = Some(bits);
        shaped.scale = scale;
        shaped.offset = offset;
        let mut parts: Vec<&[u16]> = vec![&own];
        parts.extend(beside.iter().map(Vec::as_slice));
        if let Ok(value) = decode(&shaped, &parts) {
            prop_assert!(value.is_finite());
        }
    }
}

#[test]
fn a_fault_is_said_in_both_languages() {
    let fault = DecodeError::Register { address: 7, value: 9.5 };
    let said = Lang::ALL.map(|lang| fault.text().within(lang));
    let zh = "寄存器 7 是 9.5，设备型号文件不允许";
    assert_eq!(said, [zh, "register 7 holds 9.5, which the profile does not allow"]);
}

fn sum(more: &str) -> Point {
    let head = "parameter = 'energy_total'\nfunction = 3\naddress = 10\nunit = 'kWh'";
    toml::from_str(&format!("{head}\n{more}")).unwrap()
}

#[test]
fn a_sum_takes_its_registers_out_of_one_span() {
    // Three parts that count to 9999, as of power meters of the ION family.
    let total =
        sum("type = 'u16'\nplus = [{ address = 11, scale = 1e4 }, { address = 12, scale = 1e8 }]");
    assert_eq!(total.parts(), [Part { function: Function::Holding, address: 10, count: 3 }]);
    assert_eq!(decode(&total, &[&[7890, 3456, 12]]), Ok(1_234_567_890.0));
    // Decimals before the whole.
    let before = sum("type = 'u32'\norder = 'CDAB'\nplus = [{ address = 9, scale = 0.001 }]");
    assert_eq!(decode(&before, &[&[125, 4464, 1]]), Ok(70_000.125));
    // Forward less reverse, each of its own type; the order is the point's.
    let net = sum(
        "type = 'u32'\norder = 'CDAB'\nscale = 0.01\nplus = [{ address = 14, type = 'u32', scale = -1 }]",
    );
    assert_eq!(decode(&net, &[&[1000, 0, 9, 9, 300, 0]]), Ok(7.0));
    let length = DecodeError::Length { expected: 6, got: 2 };
    assert_eq!(decode(&net, &[&[1000, 0]]), Err(length));
}

#[test]
fn what_means_no_value_is_looked_for_in_the_points_own_register_only() {
    let point = sum("type = 'u16'\ninvalid = [65535]\nplus = [{ address = 11, bits = [0, 3] }]");
    assert_eq!(decode(&point, &[&[65_535, 1]]), Err(DecodeError::Sentinel(65_535.0)));
    assert_eq!(decode(&point, &[&[1, 65_535]]), Ok(16.0));
    let bcd = sum("type = 'u16'\nplus = [{ address = 11, type = 'bcd16' }]");
    assert_eq!(decode(&bcd, &[&[1, 0x000A]]), Err(DecodeError::Undecodable));
}

#[test]
fn a_fraction_above_one_names_its_registers() {
    let point = sum("type = 'u32'\nfraction = { type = 'u16', scale = 0.001 }");
    let error = decode(&point, &[&[0, 5, 1001]]).unwrap_err();
    assert_eq!(error, DecodeError::Fraction { address: 12, value: 1.001 });
    assert!(error.to_string().contains("12"), "{error}");
}
