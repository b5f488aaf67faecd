//! The field bus: one task owns one endpoint and polls its devices in turn. Only `tcp.rs` names tokio-modbus, and only
//! `stream.rs` tokio-serial.

mod bus;
mod dtu;
mod errand;
mod link;
mod measure;
mod pacing;
pub mod rtu;
mod rtu_line;
mod schedule;
#[cfg(test)]
mod script;
mod settings;
mod settling;
mod stream;
mod tcp;
pub mod timing;

pub use bus::{Bus, BusStats};
pub use dtu::{DtuDesk, REGISTRATION_MAX, Reception, bytes_of, receptions};
pub use errand::{ERRANDS_MAX, Errand, ErrandDesk};
pub use link::{Ask, Link, ReadError};
pub use measure::{Measured, measured};
pub use settings::{
    Adjust, BusSettings, DeviceSettings, DtuSettings, HealthSettings, Hole, Parity, SerialMode,
    SerialSettings,
};
pub use settling::Settling;
