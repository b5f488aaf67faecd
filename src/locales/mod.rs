//! Every word that a person reads, in Chinese and in English: one file a module, both languages side by side.
//!
//! A message is declared once and becomes a function; a placeholder that one of the languages lacks, a message without a
//! language and a message that nobody uses do not compile. What the function returns is a [`Text`]: it is put into words
//! where it is shown, in the language of whoever reads it there, so what a statement or a device's state says can be shown
//! in both.
//!
//! Which language that is: [`within`] says it for a page, a document, a line of the log; else it is the process's own
//! ([`speak`]). `choice` finds the process's own in arguments and environment, `edited` takes in an office's own
//! wording.

#![cfg_attr(
    not(all(feature = "edge", feature = "hub", feature = "influx", feature = "demo")),
    allow(dead_code, reason = "a message may belong to what this build leaves out")
)]

#[macro_use]
mod catalogue;
mod argument;
pub mod choice;
pub mod edited;
pub mod foreign;
mod lang;
mod text;

pub(crate) mod core;
pub(crate) mod cli;
pub(crate) mod config;
pub(crate) mod help;
pub(crate) mod mqtt;
pub(crate) mod support;
pub(crate) mod wire;
#[cfg(feature = "demo")]
pub(crate) mod demo;
#[cfg(feature = "edge")]
pub(crate) mod device;
#[cfg(feature = "edge")]
pub(crate) mod edge;
#[cfg(feature = "edge")]
pub(crate) mod gateway;
#[cfg(feature = "edge")]
pub(crate) mod help_gateway;
#[cfg(feature = "edge")]
pub(crate) mod modbus;
#[cfg(feature = "edge")]
pub(crate) mod quality;
#[cfg(feature = "edge")]
pub(crate) mod spool;
#[cfg(feature = "hub")]
pub(crate) mod account;
#[cfg(feature = "hub")]
pub(crate) mod config_hub;
#[cfg(feature = "hub")]
pub(crate) mod counter;
#[cfg(feature = "hub")]
pub(crate) mod figures;
#[cfg(feature = "hub")]
pub(crate) mod help_office;
#[cfg(feature = "hub")]
pub(crate) mod hub;
#[cfg(feature = "hub")]
pub(crate) mod ledger;
#[cfg(feature = "hub")]
pub(crate) mod office;
#[cfg(feature = "hub")]
pub(crate) mod page;
#[cfg(feature = "hub")]
pub(crate) mod page_labels;
#[cfg(feature = "hub")]
pub(crate) mod report;
#[cfg(feature = "hub")]
pub(crate) mod store;
#[cfg(feature = "hub")]
pub(crate) mod transfer;
#[cfg(feature = "hub")]
pub(crate) mod water;

pub use argument::Argument;
pub use catalogue::{Message, find, label, messages};
pub use lang::{Lang, speak, within};
pub use text::Text;
