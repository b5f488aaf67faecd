//! What water sources and pumps did over some days, worked out once from the hours and days of their series. Pure.
//!
//! The page, the drought grade, the state's forms and the report are views of these accounts: none of them works out
//! a level's status, a storage or a pump's electricity by itself.
//!
//! - [`Cells`] yields hours and days; whoever holds a store implements it.
//! - [`SourceAccount`]: levels, storage and status by day, coverage, dryness, drinking supply, without the levels that
//!   its geometry contradicts ([`DoubtedLevels`]). [`StatusRun`] states the rule of the status.
//! - [`PumpAccount`]: electricity, water and running hours, each by the best way that its data allow, with bounds.
//! - [`Rainfall`]: the rain of each day over all gauges, and the days on end without any.
//! - [`TownshipAccount`]: all of them with their sums, over the days that a [`Basis`] names.
//! - [`SourceMemory`], [`pumps_now`], [`running_now`]: the same at this moment, for a page that is made each second.
//! - [`drought()`]: the grade of each day, and the events that the days propose.
//! - [`morning()`]: the township this morning, and what has changed since yesterday.

mod basis;
mod believed;
mod cells;
mod change;
mod coverage;
mod drinking;
mod drought;
mod dry;
mod earlier;
mod ends;
mod entry;
mod gap;
mod growth;
mod history;
mod intake;
mod integral;
mod lacking;
mod lately;
mod meter;
mod method;
mod morning;
mod now;
mod outlook;
mod pump;
mod pumped;
mod quantity;
mod rain;
mod rainfall;
mod rank;
mod register;
mod replacement;
mod run;
mod run_hours;
mod running;
mod segment;
mod source;
mod status;
mod stored;
#[cfg(test)]
pub(crate) mod test_kit;
mod township;
mod unit;
mod usual;

pub use basis::Basis;
pub use believed::DoubtedLevels;
pub use cells::Cells;
pub use change::{Change, ChangeKind};
pub use coverage::Coverage;
pub use drinking::Drinking;
pub use drought::{Drought, DroughtCause, DroughtDay, LEAD_DAYS, SourceState, drought};
pub use dry::{DRY_GAP_H_MAX, DRY_HOURS_MIN, DrySpell, Dryness, dryness};
pub use entry::{Counting, Entry, EntryCode};
pub use history::{STATUS_HOURS_DAYS_MAX, areal_rain, limits_over, running_spans, status_changes};
pub use intake::{Intake, UNSEEN_H_MAX};
pub use meter::MeterEvents;
pub use method::Method;
pub use morning::{Morning, MorningBasis, morning};
pub use now::{
    AHEAD_MAX, PumpsNow, RUNNING_FRESH, SourceMemory, SourceNow, pumps_now, running_now,
};
pub use outlook::next_limit;
pub use pump::PumpAccount;
pub use pumped::Pumped;
pub use quantity::{PLATE_MARGIN, Quantity, Total};
pub use rain::{Rain, RainWindow};
pub use rainfall::{GaugeAccount, Rainfall, RainlessRun, usual_rain_mm};
pub use rank::Rank;
pub use register::OpenBy;
pub use replacement::{Misfit, UnusedReplacement};
pub use run_hours::hours_run;
pub use running::RunGround;
pub use segment::{Segment, SegmentKind};
pub use source::{SourceAccount, SourceDay, WARN_DAYS_MIN};
pub use status::StatusRun;
pub use stored::Stored;
pub use township::{TownshipAccount, TownshipDay};
pub use unit::unit_name;
pub use usual::usual_band;
