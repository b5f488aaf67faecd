//! Reads devices over Modbus, one task for each bus. Only `tcp.rs` names tokio-modbus, only `stream.rs` tokio-serial.

mod block_check;
mod bus;
mod context;
mod conversation;
mod costs;
mod device;
mod dial;
mod dtu;
mod error;
mod failure_log;
mod forecast;
mod gap_tuner;
mod health;
mod link;
mod master;
mod mbap;
#[cfg(test)]
#[path = "mock_bus_tests.rs"]
mod mock_bus;
mod numbering;
mod open_requests;
mod plans;
mod points;
mod poll_results;
mod quirks;
mod refusals;
mod request;
pub mod rtu;
mod rtu_line;
mod schedule;
#[cfg(test)]
#[path = "script_tests.rs"]
mod script;
mod settings;
mod silence;
mod split;
mod stats;
mod stream;
mod tap;
mod tcp;
pub mod timing;
mod transaction;

#[cfg(test)]
mod port_tests;
#[cfg(test)]
mod stream_model_tests;
#[cfg(test)]
mod wrong_block_tests;

pub use bus::Bus;
pub use context::BusContext;
pub use costs::{costs, terms};
pub use dtu::{DtuListener, DtuSlot, REGISTRATION_MAX, TerminalReport, dtu_listeners, parse_bytes};
pub use error::{ReadError, ReadResult};
pub use forecast::{Forecast, ForecastRow, Load, OfflineLoad, forecast};
pub use health::{HealthState, OFFLINE_SHARE_MAX};
pub use link::Link;
pub use numbering::Numbering;
pub use points::{Given, measure, value_range};
pub use quirks::{Quirk, QuirkKind, QuirkStore};
pub use request::{AD_HOC_REQUESTS_MAX, AdHocRequest, ReadRequest, RequestSender};
pub use schedule::{Mode, PollInterval};
pub use settings::{
    Adjust, BusSettings, DeviceSettings, DtuSettings, HealthSettings, Hole, Parity, SerialMode,
    SerialSettings,
};
pub use stats::{BusCounts, BusReport, BusStats, BusWatch, UnitReport};
pub use tap::{Direction, Tap};
