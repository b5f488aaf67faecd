//! Water sources: the township's model, storage curves, dry spells and status. Pure.

mod curve;
mod dry;
mod status;
mod township;

pub use curve::{CurveError, Storage, StorageCurve};
pub use dry::{DRY_HOURS_MIN, DRY_MARGIN_M, DrySpell, dry_level_m, dry_spell};
pub use status::{CLEAR_MARGIN_M, Status, status};
pub use township::{
    Crop, EFFICIENCY_MAX, KWH_PER_M3_M, Meter, Pump, Station, StationKind, Threshold,
    ThresholdQuantity, Township, Village,
};
