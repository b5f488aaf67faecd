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
    /// Least and most that the truth can be, leaving aside what happened between polls; `None` where unbounded.
    pub bounds: Option<[f64; 2]>,
    pub method: Method,
    pub coverage: Coverage,
    pub series: Series,
    /// What a reader has to know; empty where there is nothing.
    pub note: Text,
}

impl Quantity {
    pub(super) fn unknown(series: Series, period_h: u64) -> Quantity {
        let coverage = Coverage { period_h, ..Coverage::default() };
        Quantity {
            value: None,
            bounds: None,
            method: Method::NoData,
            coverage,
            series,
            note: words::no_data(),
        }
    }

    /// This quantity turned into another one by factors of the plate: for the value, the least and the most.
    pub(super) fn times(&self, method: Method, value: f64, [low, high]: [f64; 2]) -> Quantity {
        Quantity {
            value: self.value.map(|v| v * value),
            bounds: self.bounds.map(|[least, most]| [least * low, most * high]),
            method,
            ..self.clone()
        }
    }
}

/// A quantity summed over the pumps. A pump without data is no zero: it is named.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Total {
    /// `None` where no pump has data.
    pub value: Option<f64>,
    /// Least and most over the pumps with data; `None` where one of them is not bounded.
    pub bounds: Option<[f64; 2]>,
    /// Names of the pumps without data.
    pub missing: Vec<String>,
}

impl Total {
    /// The sum of `parts`, each with the name of its pump.
    pub fn of<'a>(parts: impl IntoIterator<Item = (&'a str, &'a Quantity)>) -> Total {
        let mut total = Total { value: None, bounds: Some([0.0, 0.0]), missing: Vec::new() };
        for (name, part) in parts {
            let Some(value) = part.value else {
                total.missing.push(name.to_owned());
                continue;
            };
            total.value = Some(total.value.unwrap_or(0.0) + value);
            let both = total.bounds.zip(part.bounds);
            total.bounds = both.map(|(sum, part)| [sum[0] + part[0], sum[1] + part[1]]);
        }
        total.bounds = total.bounds.filter(|_| total.value.is_some());
        total
    }
}

/// Several notes as one; empty where none of them says anything.
pub(super) fn notes(notes: impl IntoIterator<Item = Text>) -> Text {
    let said: Vec<Text> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    if said.is_empty() { Text::default() } else { Text::clauses(said) }
}
