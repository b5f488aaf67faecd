//! One quantity of a pump over the period: its value, how it was made, and between which bounds the truth lies.

use serde::Serialize;

use super::Method;
use super::facts::Coverage;
use crate::core::Series;

/// What a pump's plate may be off by, as a factor: a pump that lifts less than its head delivers more than its flow, and a motor
/// may draw more than its power. Engineering judgement, confidence 0.7; the counter engine gives meters the same.
pub const PLATE_MARGIN: f64 = 1.2;

/// One quantity of a pump over the period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quantity {
    /// What was counted; `None` where there are no data. Hours without data add nothing.
    pub value: Option<f64>,
    /// Least and most that the truth can be, to what happened between two polls; `None` where nothing bounds it.
    pub bounds: Option<[f64; 2]>,
    pub method: Method,
    pub coverage: Coverage,
    /// The series that it was made from.
    pub series: Series,
    /// What a reader has to know of it, in Chinese; empty where nothing.
    pub note: String,
}

impl Quantity {
    /// A quantity of which nothing is known.
    pub(super) fn unknown(series: Series, period_h: u64) -> Quantity {
        let coverage = Coverage { period_h, ..Coverage::default() };
        Quantity {
            value: None,
            bounds: None,
            method: Method::NoData,
            coverage,
            series,
            note: "没有数据".into(),
        }
    }

    /// This quantity made to another by what the plate says: value, least and most by their factors.
    pub(super) fn times(&self, method: Method, value: f64, [low, high]: [f64; 2]) -> Quantity {
        Quantity {
            value: self.value.map(|v| v * value),
            bounds: self.bounds.map(|[least, most]| [least * low, most * high]),
            method,
            ..self.clone()
        }
    }
}
