//! The binaries that a user runs, with real parts: mosquitto, a pymodbus server, and devices and messages as bad as they come.
//!
//! `tests/run` installs what is needed; without it these tests fail and say so.

mod bad_devices;
mod commands;
mod commissioning;
mod confirm;
mod context;
mod delivery;
mod fake_device;
mod foreign;
mod fuzz;
mod lines;
mod metrics;
mod oracle;
mod peers;
mod profiles;
mod quality;
mod schema;
mod tls;
mod tls_problems;
mod truth;
