//! A simulated township: weather, water, pumps, and the devices that answer for them.
//!
//! ```text
//! scenario + township + seed ─▶ World (hourly physics) ─▶ Truth (what really happened)
//!                                 └─ shown(station, parameter) ─▶ Simulator (Modbus TCP, the poller's own profiles)
//! ```

mod devices;
mod error;
mod field;
mod rng;
mod scenario;
mod server;
mod source;
mod truth;
mod weather;
mod world;

pub use devices::Simulator;
pub use error::SimError;
pub use scenario::Scenario;
pub use truth::Truth;
pub use world::World;

#[cfg(test)]
mod devices_tests;
#[cfg(test)]
mod world_tests;
