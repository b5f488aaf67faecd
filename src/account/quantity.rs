//! One quantity of a pump over the period: its value, how it was made, and between which bounds the truth lies.

use serde::Serialize;

use super::{Coverage, Method};
use crate::core::Series;
use crate::locales::{Text, account as words};

/// How far a pump's plate may be off, as a factor: a pump that lifts less than its head delivers more than its flow,
/// and a motor may draw more than its power. Engineering judgement, confidence 0.7; as in the counter engine.
pub const PLATE_MARGIN: f64 = 1.2;

/// One quantity of a pump over the period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quantity {
    /// What was counted; `None` without data. Hours without data add nothing.
    pub value: Option<f64>,
    /// Least and most that the truth can be, leaving aside what happened between polls, also where there are no data.
    /// The most is infinite, in JSON `null`, where nothing bounds it. The value lies between them.
    pub bounds: [f64; 2],
    pub method: Method,
    pub coverage: Coverage,
    pub series: Series,
    /// What a reader has to know; empty where there is nothing.
    pub note: Text,
}

impl Quantity {
    /// A quantity without data, which came to `most` at most.
    pub(super) fn unknown(series: Series, period_h: u64, most: f64) -> Quantity {
        let coverage = Coverage { period_h, ..Coverage::default() };
        Quantity {
            value: None,
            bounds: [0.0, most],
            method: Method::NoData,
            coverage,
            series,
            note: words::no_data(),
        }
    }

    /// This quantity turned into another one by factors of the plate: for the value, the least and the most.
    pub(super) fn times(&self, method: Method, value: f64, [low, high]: [f64; 2]) -> Quantity {
        let [least, most] = self.bounds;
        Quantity {
            value: self.value.map(|v| v * value),
            bounds: [least * low, most * high],
            method,
            ..self.clone()
        }
    }

    /// Leaves the truth open up to `most`.
    pub(super) fn widen(&mut self, most: f64) {
        self.bounds[1] = self.bounds[1].max(most);
    }

    /// Takes back the least to `least`.
    pub(super) fn lower(&mut self, least: f64) {
        self.bounds[0] = self.bounds[0].min(least);
    }

    /// Sets the bounds; the value stays between them.
    pub(super) fn set_bounds(&mut self, [least, most]: [f64; 2]) {
        let value = self.value.unwrap_or(least);
        self.bounds = [least.min(value), most.max(value)];
    }

    /// Whether the value lies between the bounds.
    pub(super) fn is_ordered(&self) -> bool {
        let [least, most] = self.bounds;
        let within = |value| least <= value && value <= most;
        0.0 <= least && least <= most && self.value.is_none_or(within)
    }
}

/// A quantity summed over the pumps. A pump without data is no zero: it is named.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Total {
    /// `None` where no pump has data.
    pub value: Option<f64>,
    /// Least and most over all pumps, also those without data. The most is infinite, in JSON `null`, where nothing
    /// bounds one of them.
    pub bounds: [f64; 2],
    /// Names of the pumps without data.
    pub missing: Vec<String>,
}

impl Total {
    /// The sum of `parts`, each with the name of its pump.
    pub fn of<'a>(parts: impl IntoIterator<Item = (&'a str, &'a Quantity)>) -> Total {
        let mut total = Total { value: None, bounds: [0.0, 0.0], missing: Vec::new() };
        for (name, part) in parts {
            debug_assert!(part.is_ordered(), "{part:?}");
            match part.value {
                Some(value) => total.value = Some(total.value.unwrap_or(0.0) + value),
                None => total.missing.push(name.to_owned()),
            }
            total.bounds[0] += part.bounds[0];
            total.bounds[1] += part.bounds[1];
        }
        total
    }
}

/// Several notes as one; empty where none of them says anything.
pub(super) fn notes(notes: impl IntoIterator<Item = Text>) -> Text {
    let said: Vec<Text> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    if said.is_empty() { Text::default() } else { Text::clauses(said) }
}
