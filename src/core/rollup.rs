//! The readings of an hour or a day as counts, extremes and growth.

/// Counts, extremes and a counter's growth over one hour or one day of a series. Only readings whose flag counts enter
/// `min`, `max`, `mean`, `last` and the increments. What a counter grew by belongs to the hour in which the counter
/// engine settled it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rollup {
    /// Readings that count (good, not evaluated, suspect).
    pub counted: u32,
    /// Of those, the suspect ones.
    pub suspect: u32,
    pub failed: u32,
    /// Polls without a value.
    pub missing: u32,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub mean: Option<f64>,
    pub last: Option<f64>,
    /// What a counter's register grew by. `None` for gauges and states.
    pub increment: Option<f64>,
    /// The most a counter can have grown by: above `increment` where a reset hid something.
    pub increment_max: Option<f64>,
    pub rollovers: u32,
    /// Resets and meter replacements.
    pub resets: u32,
    /// Readings dropped as glitches.
    pub glitches: u32,
}
