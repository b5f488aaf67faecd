//! The field bus: one task owns one endpoint and polls its devices in turn. Only `link.rs` names tokio-modbus.

mod bus;
mod errand;
mod link;
mod measure;
mod schedule;
mod settings;

pub use bus::{Bus, BusStats};
pub use errand::{ERRANDS_MAX, Errand, ErrandDesk};
pub use link::{Link, ReadError};
pub use measure::{Measured, measured};
pub use settings::{
    Adjust, BusSettings, DeviceSettings, DtuSettings, HealthSettings, Hole, Parity, SerialMode,
    SerialSettings,
};
