//! Water sources: the township's model, storage curves, dry spells and status. Pure.

mod curve;
mod township;

pub use curve::{CurveError, Storage, StorageCurve};
pub use township::{
    Crop, Pump, Station, StationKind, Threshold, ThresholdQuantity, Township, Village,
};
