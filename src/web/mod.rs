//! The page of water sources, which the water officer opens in the morning of a drought, on a phone or an old PC.
//!
//! It shows an [`Overview`] that the hub keeps fresh, and only puts it into words. It works without script; with it,
//! the numbers follow every second. Nothing is loaded from elsewhere. Each reader has it in her own language.

mod language;
mod model;
mod server;
mod view;

pub use model::{GatewayRow, Health, LostRow, Overview, SourceRow, Totals};
pub use server::{DRAIN_MAX, charts, documents, operation, pages, secured, serve};

pub use axum::Router;
