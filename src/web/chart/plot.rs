//! The plot: where instants and values lie.

use jiff::Timestamp;

use super::value_axis::ValueAxis;

/// Width and height of the box of curves, in its own units; the page stretches it.
pub const SIZE: f64 = 1000.0;

/// Height of the strip of rain at the top.
const RAIN: f64 = 160.0;

/// Height of the lane of a pump at the bottom.
const LANE: f64 = 55.0;

/// Space above and below the curves, so that neither touches an edge.
const MARGIN: f64 = 25.0;

/// Lanes at most: below them too little is left for the curve.
pub const LANES_MAX: usize = 5;

/// Where instants and values lie in the box.
#[derive(Debug, Clone, Copy)]
pub struct Plot {
    span: (Timestamp, Timestamp),
    pub values: ValueAxis,
    /// The end of the strip of rain; 0 without one.
    pub rain: f64,
    top: f64,
    pub bottom: f64,
}

impl Plot {
    pub fn new(span: (Timestamp, Timestamp), values: ValueAxis, rain: bool, lanes: usize) -> Self {
        let rain = if rain { RAIN } else { 0.0 };
        let lanes = lanes.min(LANES_MAX) as f64;
        let below = if lanes > 0.0 { lanes * LANE + MARGIN } else { 0.0 };
        Self { span, values, rain, top: rain + MARGIN, bottom: SIZE - below }
    }

    /// How far right an instant lies; one outside of the span at its edge.
    pub fn x(&self, at: Timestamp) -> f64 {
        let length = self.span.1.duration_since(self.span.0).as_secs_f64();
        let from = at.duration_since(self.span.0).as_secs_f64();
        if length > 0.0 { (from / length * SIZE).clamp(0.0, SIZE) } else { 0.0 }
    }

    /// How far down a value lies.
    pub fn y(&self, value: f64) -> f64 {
        self.bottom - self.values.share(value) * (self.bottom - self.top)
    }

    /// The middle of the lane with that number, from 0.
    pub fn lane(&self, number: usize) -> f64 {
        self.bottom + MARGIN + (number as f64 + 0.5) * LANE
    }

    pub fn holds(&self, at: Timestamp) -> bool {
        self.span.0 <= at && at < self.span.1
    }
}
