//! A point of a chart.

use jiff::Timestamp;
use serde::Serialize;

/// One point of a chart: the values that count from `from` up to the next point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChartPoint {
    pub from: Timestamp,
    pub min: f64,
    pub mean: f64,
    pub max: f64,
    pub counted: u32,
    /// Of those, the suspect ones.
    pub suspect: u32,
}
