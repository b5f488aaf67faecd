//! Charts as SVG, made on the server: data in, text out (docs/decisions/0023).
//!
//! A chart is as wide as its place: curves lie in a box of [`plot::SIZE`] units a side that the page stretches, words
//! and marks stand beside it at shares of its width and height, so that they keep their size on a phone and on a wall.
//! Colours are classes of the style sheet. Every text is escaped, and no number is printed that is not finite.

mod draw;
mod hover;
mod plot;
mod series;
mod svg;
mod time_axis;
mod value_axis;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::core::ChartPoint;
use crate::locales::Text;

pub(super) use draw::draw;

/// What is to be drawn. What is empty is left out.
pub(super) struct Chart<'a> {
    /// Unique on its page: lower-case letters, digits and `-`.
    pub id: String,
    pub title: Text,
    /// What the values are, and their unit as people read it.
    pub name: Text,
    pub unit: Text,
    /// Decimals of values in words.
    pub decimals: usize,
    /// The least difference between the ends of the value axis: less is noise.
    pub least_span: f64,
    /// From the first instant to before the end.
    pub span: (Timestamp, Timestamp),
    pub now: Timestamp,
    pub zone: &'a TimeZone,
    /// Points and bars are days: nothing is known of the hour.
    pub by_days: bool,
    pub line: &'a [ChartPoint],
    /// As the readings came, where corrections bear on them.
    pub raw: &'a [ChartPoint],
    pub last_year: &'a [ChartPoint],
    /// A band of values that are usual: its ends are `min` and `max`.
    pub usual: &'a [ChartPoint],
    /// Amounts of steps of time, from the bottom.
    pub bars: Vec<Bar>,
    /// Rain of steps of time, from the top, mm.
    pub rain: Vec<Bar>,
    pub lanes: Vec<Lane<'a>>,
    pub limits: Vec<Limit>,
    /// Spans of corrections.
    pub corrected: Vec<(Timestamp, Timestamp)>,
    pub second: Option<Second<'a>>,
}

/// An amount from the one instant to before the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bar {
    pub from: Timestamp,
    pub to: Timestamp,
    pub amount: f64,
}

/// When something ran.
pub(super) struct Lane<'a> {
    pub name: &'a str,
    pub spans: &'a [(Timestamp, Timestamp)],
}

/// A value that something begins at.
pub(super) struct Limit {
    pub value: f64,
    /// It holds from the one instant to before the other.
    pub span: (Timestamp, Timestamp),
    /// Its class in the style sheet: `s-warn`.
    pub class: &'static str,
    pub words: Text,
}

/// What else a value of the axis stands for, such as the storage at a level.
pub(super) struct Second<'a> {
    pub name: Text,
    pub unit: Text,
    /// In words; `None` where it has none.
    pub at: Box<dyn Fn(f64) -> Option<String> + 'a>,
}

/// A chart, in the language that was spoken when it was drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Drawn {
    pub id: String,
    pub title: String,
    /// What it is of, and what it shows, in short: what stands above it.
    pub heading: String,
    pub brief: String,
    /// The unit of its values, for the head of the axis.
    pub unit: String,
    /// What the axis at the right shows; empty without one.
    pub second: String,
    /// Markup of our own: everything from outside in it is escaped.
    pub svg: String,
    /// What it shows, in words.
    pub summary: String,
    pub legend: Vec<Key>,
    /// The values by time, for the script: JSON.
    pub points: String,
    /// Nothing is there to be drawn.
    pub empty: bool,
}

/// A row of the legend.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Key {
    /// Class of its sign.
    pub class: String,
    pub words: String,
}

#[cfg(test)]
mod tests;
