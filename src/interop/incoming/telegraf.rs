//! Telegraf's JSON (its serializer `json`, without a transformation): a metric with `name`, `tags`, `fields` and
//! `timestamp`, or a batch of them in `metrics` (Telegraf's documentation, output data formats: JSON).

use serde_json::{Map, Value as Json};

use super::document::document;
use super::found::{Decoded, Value};
use super::metrics::Metrics;
use super::moment::{TimeForm, told};
use super::names::brief;
use crate::core::shown;
use crate::locales::{Text, publisher as words};

/// Reads a message.
pub(super) fn decode(payload: &[u8], metrics: &Metrics, form: TimeForm) -> Result<Decoded, Text> {
    let document = document(payload)?;
    let mut decoded = Decoded::default();
    match document.get("metrics").and_then(Json::as_array) {
        Some(all) => {
            for (number, one) in all.iter().enumerate() {
                if metric(one, metrics, form, &mut decoded).is_none() {
                    decoded.refused.add(|| words::not_telegraf_metric(number));
                }
            }
        }
        None => metric(&document, metrics, form, &mut decoded).ok_or_else(words::not_telegraf)?,
    }
    decoded.bounded()
}

/// Reads one metric; `None` where it is none.
fn metric(one: &Json, metrics: &Metrics, form: TimeForm, decoded: &mut Decoded) -> Option<()> {
    let name = one.get("name")?.as_str()?;
    let fields = one.get("fields")?.as_object()?;
    let none = Map::new();
    let tags = match one.get("tags") {
        Some(tags) => tags.as_object()?,
        None => &none,
    };
    let at = match one.get("timestamp") {
        None => None,
        Some(time) => match form.of_json(time) {
            Some(at) => Some(at),
            None => {
                let problem = || words::time_unreadable(&*shown(name), told(time), form.id());
                decoded.refused.add(problem);
                return Some(());
            }
        },
    };
    let wanted = metrics.of(name);
    for (field, value) in fields {
        let place = wanted.and_then(|wanted| wanted.find(field, |key| tags.get(key)?.as_str()));
        match place {
            Some(place) => decoded.add(place, Value::of_json(value), at),
            None => decoded.unmapped.add(|| format!("{} {}", brief(name), brief(field))),
        }
    }
    Some(())
}
