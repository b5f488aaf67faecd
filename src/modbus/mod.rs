//! The field bus: one task owns one endpoint and polls its devices in turn. Only `tcp.rs` names tokio-modbus, and only
//! `stream.rs` tokio-serial.

mod bus;
mod caller;
mod costs;
mod device;
mod dtu;
mod errand;
mod exchange;
mod forecast;
mod harvest;
mod health;
mod learned;
mod link;
mod measure;
mod pacing;
mod plans;
#[cfg(test)]
#[path = "play_tests.rs"]
mod play;
mod points;
mod refusals;
pub mod rtu;
mod rtu_line;
mod schedule;
#[cfg(test)]
#[path = "script_tests.rs"]
mod script;
mod settings;
mod settling;
mod split;
mod stats;
mod stream;
mod tcp;
pub mod timing;

#[cfg(test)]
mod port_tests;

pub use bus::{Bus, BusContext};
pub use costs::{costs, terms};
pub use dtu::{DtuDesk, REGISTRATION_MAX, Reception, bytes_of, receptions};
pub use errand::{ERRANDS_MAX, Errand, ErrandDesk};
pub use forecast::{Forecast, ForecastRow, Load, OfflineLoad, forecast};
pub use health::{OFFLINE_SHARE_MAX, State};
pub use learned::{Learned, Lesson, LessonKind};
pub use link::{Ask, Link, ReadError};
pub use measure::{Measured, measured};
pub use schedule::{Mode, Rhythm};
pub use settings::{
    Adjust, BusSettings, DeviceSettings, DtuSettings, HealthSettings, Hole, Parity, SerialMode,
    SerialSettings,
};
pub use settling::Settling;
pub use stats::{BusReport, BusStats, BusWatch, UnitReport};
