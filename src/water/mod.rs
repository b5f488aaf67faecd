//! Rules of water: the township's model, storage curves, status from thresholds, balance, rain, drought grade. Pure.
//!
//! None of them knows of a time series: what happened over some days is in `account`.

mod balance;
mod bilingual;
mod curve;
mod dry;
mod event;
mod geometry;
mod grade;
mod rain;
mod status;
mod township;

pub use balance::{
    Anomaly, Balance, FALL_DAYS, Supply, anomaly, balance, lasts, soil_relative_moisture, supply,
};
pub use bilingual::Bilingual;
pub use curve::{CurveError, Storage, StorageCurve};
pub use dry::{DRY_MARGIN_M, dry_level_m};
pub use event::{BEGIN_DAYS, END_DAYS, ProposedEvent, propose};
pub use geometry::{LevelDoubt, doubt, step_m_per_h};
pub use grade::{
    Band, Grade, GradeRule, GradeRules, Graded, Grader, Index, Measure, Missing, Reason,
};
pub use rain::{Rainless, anomaly as rain_anomaly, areal_mean, rainless};
pub use status::{CLEAR_MARGIN_M, Status, status};
pub use township::{
    Climate, Crop, CropKind, Demand, EFFICIENCY_MAX, FloodLimit, Irrigation, KWH_PER_M3_M, Meter,
    Place, Pump, Station, StationKind, Threshold, ThresholdQuantity, Township, Village,
};
