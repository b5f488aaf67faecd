//! The field bus: one task owns one endpoint and polls its devices in turn. Only `link.rs` names tokio-modbus.

mod settings;

pub use settings::{Adjust, BusSettings, DeviceSettings};
