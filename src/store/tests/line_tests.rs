//! Lines as InfluxData's own parser reads them.

use std::collections::BTreeMap;

use influxdb_line_protocol::{FieldValue, parse_lines};
use proptest::prelude::*;

use super::*;
use crate::store::line;
use crate::wire::{LossCause, LossRecord};

/// Measurement, tags, fields as numbers and time of each line.
type Line = (String, BTreeMap<String, String>, BTreeMap<String, f64>, i64);

fn parsed(text: &str) -> Vec<Line> {
    parse_lines(text)
        .map(|line| {
            let line = line.unwrap();
            let tags = line.series.tag_set.unwrap_or_default();
            let number = |value: &FieldValue<'_>| match value {
                FieldValue::F64(value) => *value,
                FieldValue::I64(value) => *value as f64,
                other => panic!("{other:?}"),
            };
            (
                line.series.measurement.to_string(),
                tags.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect(),
                line.field_set.iter().map(|(k, v)| (k.to_string(), number(v))).collect(),
                line.timestamp.unwrap(),
            )
        })
        .collect()
}

fn text(reading: &Reading) -> String {
    let mut out = Vec::new();
    line::reading(&mut out, Some(&gateway("gw-1")), reading).unwrap();
    String::from_utf8(out).unwrap()
}

/// The value that a reader gets from the fields of a line.
fn value_of(fields: &BTreeMap<String, f64>) -> Option<f64> {
    let half = |name: &str| fields.get(name).map(|n| *n as u32);
    line::exact(fields.get("v").copied(), half("hi").zip(half("lo")))
}

#[test]
fn a_reading_is_a_line() {
    assert_eq!(
        text(&good("pond-1/level", 1, 98.113)),
        "hanqing,gateway=gw-1,parameter=level,station=pond-1 v=98.113,f=1i 1659312060000\n"
    );
    assert_eq!(
        text(&missing("pond-1/level", 1, Reason::Timeout)),
        "hanqing,gateway=gw-1,parameter=level,station=pond-1 m=1i,n=0i 1659312060000\n"
    );
    let failed = text(&flagged("pond-1/level", 1, f64::from(0.1f32), Flag::Fail));
    assert_eq!(
        failed,
        "hanqing,gateway=gw-1,parameter=level,station=pond-1 \
         v=0.1,f=4i,r=14i,hi=1069128089i,lo=2684354560i,n=2i,w0=305398015i 1659312060000\n"
    );
    let [(_, _, fields, _)] = parsed(&failed).try_into().unwrap();
    assert_eq!(value_of(&fields), Some(f64::from(0.1f32)));
    let mut none = Vec::new();
    let refused = line::reading(&mut none, None, &good("pond-1/level", 1, f64::NAN));
    assert!(refused.unwrap_err().to_string().contains("NaN of pond-1/level"));
    assert!(none.is_empty());
}

#[test]
fn batches_series_and_states_are_lines_too() {
    let mut out = Vec::new();
    let mut gone = batch(9, vec![good("pond-1/level", 5, 1.0), good("pond-1/level", 2, 1.0)]);
    gone.loss =
        Some(LossRecord { first: 4, lost: None, from: at(0), to: at(3), why: LossCause::Full });
    line::batch(&mut out, "hub-1", &gone, at(7));
    let counter = CounterSpec { modulus: Some(10_000.0), max_rate_per_hour: None };
    line::series(
        &mut out,
        "hub-1",
        Some(&gateway("gw-1")),
        &series("pump-1/energy_total"),
        Some(counter),
        at(7),
    );
    let status = Status::new(GatewayState::Online, at(6));
    line::status(&mut out, "hub-1", &gateway("gw-1"), &status, at(7));
    let lines = parsed(std::str::from_utf8(&out).unwrap());
    let names: Vec<_> = lines.iter().map(|line| line.0.as_str()).collect();
    assert_eq!(names, ["hanqing_batch", "hanqing_series", "hanqing_gateway"]);
    assert_eq!(lines[0].1["epoch"], "0000000000000007");
    assert_eq!((lines[0].2["first"], lines[0].2["last"]), (4.0, 9.0));
    assert_eq!(lines[0].2["from_ms"], at(2).as_millisecond() as f64);
    assert_eq!(lines[0].2["to_ms"], at(5).as_millisecond() as f64);
    assert_eq!((lines[0].2.get("lost"), lines[0].2["why"]), (None, 2.0));
    assert_eq!(lines[2].2["online"], 1.0);
    assert!(lines.iter().all(|line| line.3 == at(7).as_millisecond()));
}

#[test]
fn numbers_of_reasons_are_never_changed() {
    let codes: Vec<u8> = Reason::ALL.iter().map(|r| line::reason_code(*r)).collect();
    assert_eq!(codes, (1..=23).collect::<Vec<u8>>());
    for reason in Reason::ALL {
        assert_eq!(line::reason_of(u64::from(line::reason_code(*reason))), Some(*reason));
    }
    assert_eq!(line::reason_of(0), None);
    for why in [LossCause::Thinned, LossCause::Full, LossCause::Unwritten, LossCause::Damaged] {
        assert_eq!(line::lost_of(u64::from(line::lost_code(why))), Some(why));
    }
}

proptest! {
    /// Every value comes back bit for bit, even where the plain one comes back with only twelve digits.
    #[test]
    fn a_value_comes_back_bit_for_bit(
        value in prop_oneof![
            prop::num::f64::NORMAL | prop::num::f64::ZERO | prop::num::f64::SUBNORMAL,
            (-1e9f64..1e9).prop_map(|v| (v * 1e3).round() / 1e3),
            any::<f32>().prop_filter("finite", |v| v.is_finite()).prop_map(f64::from),
        ],
    ) {
        let [(_, _, mut fields, _)] = parsed(&text(&good("pond-1/level", 0, value))).try_into().unwrap();
        prop_assert_eq!(value_of(&fields).map(f64::to_bits), Some(value.to_bits()));
        if let Some(plain) = fields.get_mut("v") {
            *plain = format!("{plain:.11e}").parse().unwrap();
        }
        prop_assert_eq!(value_of(&fields).map(f64::to_bits), Some(value.to_bits()));
    }

    /// Halves left over from another value do not count.
    #[test]
    fn halves_of_another_value_do_not_count(value in -1e6f64..1e6, other in -1e6f64..1e6) {
        let value = value.round();
        prop_assume!((value - other).abs() > 1.0);
        let bits = other.to_bits();
        let halves = ((bits >> 32) as u32, bits as u32);
        prop_assert_eq!(line::exact(Some(value), Some(halves)), Some(value));
    }
}
