//! Lines, read back by InfluxData's own reader.

use influxdb_line_protocol::{FieldValue, parse_lines};
use proptest::prelude::*;

use super::line::{Line, sayable};

#[test]
fn what_no_reader_takes_for_the_same_cannot_be_said() {
    assert!(sayable("东门塘 1, a=b \"c\" #"));
    for bad in ["", "a\nb", "a\\", "\\n", "\u{7f}", "a\tb"] {
        assert!(!sayable(bad), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn whatever_can_be_said_is_read_back(
        measurement in "[^#\\\\\\p{Cc}][^\\\\\\p{Cc}]{0,20}",
        key in "[^\\\\\\p{Cc}]{1,20}",
        tag in "[^\\\\\\p{Cc}]{1,20}",
        value in proptest::num::f64::NORMAL,
    ) {
        let mut out = Vec::new();
        Line::new(&mut out, &measurement, &[(&key, Some(&tag))]).float("value", value).end(17);
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<_> = parse_lines(&text).collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(lines.len(), 1);
        prop_assert_eq!(lines[0].series.measurement.as_str(), &measurement);
        let tags = lines[0].series.tag_set.as_ref().unwrap();
        prop_assert_eq!((tags[0].0.as_str(), tags[0].1.as_str()), (&*key, &*tag));
        prop_assert_eq!(&lines[0].field_set[0].1, &FieldValue::F64(value));
        prop_assert_eq!(lines[0].timestamp, Some(17));
    }
}
