//! The page of a station: its curves with thresholds, rain and pumps, what is doubtful about its readings, and what
//! people have said of them.

mod charts;
mod facts;
mod files;
mod form;
mod handlers;
mod head;
mod lists;
mod particulars;
mod table;
mod units;
mod view;

pub use facts::{
    CorrectionAsked, Curve, Done, Growth, LevelLimit, Range, RunningBands, StationAsked,
    StationFacts,
};
pub(super) use handlers::routes;

#[cfg(test)]
mod tests;
