//! hanqing 旱情: an agricultural and drought data collector.
//!
//! ```text
//! bus ─words─▶ decode ─reading─▶ quality ▶ SPOOL ─batch─▶ MQTT ─▶ intake ─▶ STORE ─hours─▶ account ▶ figures ─▶ report
//! modbus/      device/           quality/  spool/         mqtt/   hub/      store/         account/  figures/   web
//!   └─────────────────── edge/ ───────────────┘             └────── hub/ ─────┘
//! acknowledgements only, backwards:     store commit ─▶ ack{epoch, ranges of seq} ─▶ spool.release(ranges)
//! ```
//!
//! `ARCHITECTURE.md` has the code map and who may import whom; `tests/tidy.rs` holds it.

pub mod core;
pub mod locales;
pub mod support;
pub mod wire;

#[cfg(feature = "edge")]
pub mod device;
#[cfg(feature = "edge")]
pub mod edge;
#[cfg(any(feature = "edge", feature = "hub"))]
pub mod interop;
#[cfg(feature = "edge")]
pub mod modbus;
#[cfg(any(feature = "edge", feature = "hub"))]
pub mod quality;
#[cfg(feature = "edge")]
pub mod spool;

#[cfg(feature = "hub")]
pub mod account;
#[cfg(feature = "hub")]
pub mod alarm;
#[cfg(feature = "hub")]
pub mod alarm_book;
#[cfg(feature = "hub")]
pub mod counter;
#[cfg(feature = "hub")]
pub mod figures;
#[cfg(feature = "hub")]
pub mod hub;
#[cfg(feature = "hub")]
pub mod ledger;
#[cfg(feature = "hub")]
pub mod notify;
#[cfg(feature = "hub")]
pub mod report;
#[cfg(feature = "hub")]
pub mod store;
#[cfg(feature = "hub")]
pub mod transfer;
#[cfg(feature = "hub")]
pub mod users;
#[cfg(feature = "hub")]
pub mod water;
#[cfg(feature = "hub")]
pub mod web;

#[cfg(feature = "demo")]
pub mod demo;
#[cfg(feature = "demo")]
pub mod sim;

pub mod cli;
pub mod config;
pub mod mqtt;
