//! InfluxDB line protocol, a point a line, by InfluxData's own parser.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use influxdb_line_protocol::{FieldValue, ParsedLine, parse_lines};

use super::found::{Decoded, Value};
use super::metrics::Metrics;
use super::moment::TimeForm;
use super::names::brief;
use crate::core::shown;
use crate::locales::{Text, foreign, publisher as words};

/// The end of a line on Windows.
const WINDOWS_END: &str = "\r\n";

/// Reads a message. A line that is none is refused, and the others are taken.
pub(super) fn decode(payload: &[u8], metrics: &Metrics, form: TimeForm) -> Result<Decoded, Text> {
    let text =
        std::str::from_utf8(payload).map_err(|error| words::not_utf8(error.valid_up_to()))?;
    // Lines of Windows end so; the parser knows the other end only.
    let text: Cow<'_, str> = match text.contains(WINDOWS_END) {
        true => text.replace(WINDOWS_END, "\n").into(),
        false => text.into(),
    };
    let mut decoded = Decoded::default();
    for (number, parsed) in (1u64..).zip(parse_lines(&text)) {
        match parsed {
            Ok(parsed) => point(&parsed, metrics, form, &mut decoded),
            Err(error) => decoded.refused.add(|| words::bad_line(number, foreign::said(error))),
        }
    }
    decoded.bounded()
}

fn point(parsed: &ParsedLine<'_>, metrics: &Metrics, form: TimeForm, decoded: &mut Decoded) {
    let name = parsed.series.measurement.as_str();
    let at = match parsed.timestamp {
        None => None,
        Some(time) => match form.of_whole(time) {
            Some(at) => Some(at),
            None => {
                return decoded
                    .refused
                    .add(|| words::time_unreadable(&*shown(name), time, form.id()));
            }
        },
    };
    let fields = metrics.of(name);
    let mut tags: HashMap<&str, &str> = HashMap::new();
    // Tags of what nobody wants are not looked at.
    for (key, value) in parsed.series.tag_set.iter().flatten().filter(|_| fields.is_some()) {
        if tags.insert(key.as_str(), value.as_str()).is_some() {
            let key = key.as_str();
            return decoded.refused.add(|| words::tag_twice(&*shown(name), &*shown(key)));
        }
    }
    let (before, mut filled) = (decoded.found.len(), HashSet::new());
    for (field, value) in &parsed.field_set {
        let field = field.as_str();
        let place = fields.and_then(|fields| fields.find(field, |key| tags.get(key).copied()));
        let Some(place) = place else {
            decoded.unmapped.add(|| format!("{} {}", brief(name), brief(field)));
            continue;
        };
        if !filled.insert(place) {
            decoded.found.truncate(before);
            return decoded.refused.add(|| words::field_twice(&*shown(name), &*shown(field)));
        }
        let value = match value {
            FieldValue::F64(number) => Value::Number(*number),
            FieldValue::I64(number) => Value::Number(*number as f64),
            FieldValue::U64(number) => Value::Number(*number as f64),
            FieldValue::Boolean(truth) => Value::Truth(*truth),
            FieldValue::String(text) => Value::text(text.as_str()),
        };
        decoded.add(place, value, at);
    }
}
