//! The field bus: one task owns one endpoint and polls its devices in turn. Only `link.rs` names tokio-modbus.

mod bus;
mod caller;
mod costs;
mod device;
mod errand;
mod harvest;
mod health;
mod learned;
mod link;
mod measure;
mod plans;
#[cfg(test)]
#[path = "play_tests.rs"]
mod play;
mod points;
mod refusals;
mod schedule;
mod settings;
mod split;
mod stats;

pub use bus::{Bus, BusContext};
pub use costs::{costs, terms};
pub use errand::{ERRANDS_MAX, Errand, ErrandDesk};
pub use health::{OFFLINE_SHARE_MAX, State};
pub use learned::{Learned, Lesson, LessonKind};
pub use link::{Ask, Link, ReadError};
pub use measure::{Measured, measured};
pub use schedule::{Mode, Rhythm};
pub use settings::{
    Adjust, BusSettings, DeviceSettings, DtuSettings, HealthSettings, Hole, Parity, SerialMode,
    SerialSettings,
};
pub use stats::{BusReport, BusStats, BusWatch, UnitReport};
