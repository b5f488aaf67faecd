//! The binaries that a user runs, with real parts: mosquitto, a pymodbus server, Chromium, and devices and messages as
//! bad as they come.
//!
//! `tests/run` installs what is needed; without it these tests fail and say so.

mod accounts;
mod adversary;
mod agreement;
mod bad_devices;
mod bad_peers;
mod brokers;
mod browser;
mod carry;
mod clerk;
mod clock;
mod commands;
mod commissioning;
mod confirm;
mod context;
mod contract;
mod copies;
mod crash;
mod daemon;
mod delivery;
mod disk;
mod fake_device;
mod faulty_line;
mod flux;
mod foreign;
mod form;
mod fuzz;
mod health;
mod hostile;
mod hub_clock;
mod ingesters;
mod language;
mod ledger_device;
mod lines;
mod metrics;
mod office;
mod oracle;
mod outage;
mod peers;
mod persons;
mod profiles;
mod quality;
mod schema;
mod servers;
mod threats;
mod tls;
mod tls_problems;
mod transfer;
mod truth;
mod victoria;
mod visit;
mod wide;
mod workplace;
