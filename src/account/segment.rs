//! What happened to a series within a period: a gap, a reset, a roll-over, glitches, another meter.

use jiff::civil::Date;
use serde::Serialize;

use crate::core::Series;
use crate::locales::Text;

/// What happened to a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// Hours without data.
    Gap,
    /// A register restarted, or a meter was replaced without a row in the ledger.
    Reset,
    /// A register rolled over to zero; the engine carried on across it.
    Rollover,
    /// Readings that fit neither their predecessors nor their successors were dropped.
    Glitch,
    /// A meter was replaced, and the ledger has the readings of both.
    MeterReplaced,
}

/// Days on which something happened to a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    pub series: Series,
    pub from: Date,
    pub to: Date,
    pub kind: SegmentKind,
    /// What was lost or bridged.
    pub note: Text,
    /// Least that the quantity can have come to, in its unit, in the hours of a gap or on the days of the segment.
    pub least: f64,
    /// Most that it can have come to; `None` where nothing bounds it.
    pub most: Option<f64>,
}
