//! Every word that a person reads, in Chinese and in English: one file a module, both languages side by side.
//!
//! A message is declared once and becomes a function; a placeholder that one of the languages lacks, a message without
//! a language and a message that nobody uses do not compile. What the function returns is a [`Text`]: it is put into
//! words where it is shown, in the language of whoever reads it there, so what a statement or a device's state says can
//! be shown in both.
//!
//! Which language that is: [`within`] says it for a page, a document, a line of the log; else it is the process's own
//! ([`speak`]). `choice` finds the process's own in arguments and environment, `edited` takes in an office's own
//! wording, `foreign` words the errors of libraries.

#![cfg_attr(
    not(all(
        feature = "edge",
        feature = "hub",
        feature = "influx",
        feature = "demo",
        feature = "manual"
    )),
    allow(dead_code, reason = "a message may belong to what this build leaves out")
)]

#[macro_use]
mod catalogue;
mod argument;
pub mod choice;
#[cfg(feature = "hub")]
pub mod edited;
pub mod foreign;
pub mod foreign_serde;
pub mod foreign_toml;
mod lang;
mod message;
mod moment;
#[cfg(test)]
mod tests;
mod text;
mod wording;

#[cfg(feature = "hub")]
pub(crate) mod account;
#[cfg(feature = "hub")]
pub(crate) mod alarm;
#[cfg(feature = "hub")]
pub(crate) mod api;
#[cfg(feature = "hub")]
pub(crate) mod book;
#[cfg(feature = "hub")]
pub(crate) mod cells;
pub(crate) mod check;
pub(crate) mod cli;
#[cfg(feature = "edge")]
pub(crate) mod commissioning;
pub(crate) mod config;
#[cfg(feature = "hub")]
pub(crate) mod config_alarm;
#[cfg(feature = "hub")]
pub(crate) mod config_hub;
pub(crate) mod core;
#[cfg(feature = "edge")]
pub(crate) mod curve;
#[cfg(feature = "demo")]
pub(crate) mod demo;
#[cfg(feature = "edge")]
pub(crate) mod device;
#[cfg(feature = "edge")]
pub(crate) mod edge;
pub(crate) mod enrolment;
#[cfg(feature = "hub")]
pub(crate) mod evidence;
#[cfg(feature = "hub")]
pub(crate) mod figures;
#[cfg(feature = "hub")]
pub(crate) mod fill;
#[cfg(feature = "hub")]
pub(crate) mod forms;
#[cfg(feature = "edge")]
pub(crate) mod gateway;
pub(crate) mod help;
#[cfg(feature = "hub")]
pub(crate) mod help_alarm;
#[cfg(feature = "demo")]
pub(crate) mod help_demo;
#[cfg(feature = "edge")]
pub(crate) mod help_gateway;
#[cfg(feature = "hub")]
pub(crate) mod help_office;
#[cfg(any(feature = "edge", feature = "hub"))]
pub(crate) mod help_push;
#[cfg(feature = "hub")]
pub(crate) mod help_token;
#[cfg(feature = "hub")]
pub(crate) mod hub;
#[cfg(feature = "edge")]
pub(crate) mod interop_out;
#[cfg(feature = "hub")]
pub(crate) mod issued;
#[cfg(feature = "hub")]
pub(crate) mod ledger;
#[cfg(feature = "manual")]
pub(crate) mod manual;
#[cfg(feature = "edge")]
pub(crate) mod modbus;
pub(crate) mod mqtt;
#[cfg(feature = "hub")]
pub(crate) mod notify;
#[cfg(feature = "hub")]
pub(crate) mod office;
#[cfg(feature = "hub")]
pub(crate) mod office_alarm;
#[cfg(feature = "hub")]
pub(crate) mod page;
#[cfg(feature = "hub")]
pub(crate) mod page_alarms;
#[cfg(feature = "hub")]
pub(crate) mod page_alarms_labels;
#[cfg(feature = "hub")]
pub(crate) mod page_gateways;
#[cfg(feature = "hub")]
pub(crate) mod page_gateways_labels;
#[cfg(feature = "hub")]
pub(crate) mod page_labels;
#[cfg(feature = "hub")]
pub(crate) mod page_ledger;
#[cfg(feature = "hub")]
pub(crate) mod page_ledger_labels;
#[cfg(feature = "hub")]
pub(crate) mod page_morning;
#[cfg(feature = "hub")]
pub(crate) mod page_morning_labels;
#[cfg(feature = "hub")]
pub(crate) mod page_people;
#[cfg(feature = "hub")]
pub(crate) mod page_people_labels;
#[cfg(feature = "hub")]
pub(crate) mod page_pumps;
#[cfg(feature = "hub")]
pub(crate) mod page_pumps_labels;
#[cfg(feature = "hub")]
pub(crate) mod page_report;
#[cfg(feature = "hub")]
pub(crate) mod page_report_labels;
#[cfg(feature = "hub")]
pub(crate) mod page_rows;
#[cfg(feature = "hub")]
pub(crate) mod page_rows_labels;
#[cfg(feature = "hub")]
pub(crate) mod page_station;
#[cfg(feature = "hub")]
pub(crate) mod page_station_labels;
#[cfg(feature = "hub")]
pub(crate) mod publisher;
pub(crate) mod pushed;
#[cfg(any(feature = "edge", feature = "hub"))]
pub(crate) mod quality;
#[cfg(feature = "edge")]
pub(crate) mod register_table;
#[cfg(feature = "hub")]
pub(crate) mod report;
#[cfg(any(feature = "edge", feature = "hub"))]
pub(crate) mod setup;
#[cfg(feature = "hub")]
pub(crate) mod setup_hub;
#[cfg(feature = "edge")]
pub(crate) mod spool;
#[cfg(feature = "hub")]
pub(crate) mod storage;
#[cfg(feature = "hub")]
pub(crate) mod store;
pub(crate) mod support;
#[cfg(feature = "hub")]
pub(crate) mod things;
#[cfg(feature = "hub")]
pub(crate) mod tokens;
#[cfg(feature = "hub")]
pub(crate) mod transfer;
#[cfg(feature = "hub")]
pub(crate) mod understanding;
#[cfg(feature = "hub")]
pub(crate) mod users;
#[cfg(feature = "edge")]
pub(crate) mod views;
#[cfg(feature = "hub")]
pub(crate) mod water;
pub(crate) mod wire;

pub use argument::Argument;
pub use catalogue::{find, label, messages};
pub use lang::{Lang, for_programs, speak, within};
pub use message::Message;
pub use moment::{day, full_day, full_moment, moment, moment_with_offset, moment_with_seconds};
pub use text::Text;
