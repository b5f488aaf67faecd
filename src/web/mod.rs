//! The page of water sources: what the water officer looks at in the morning of a drought, on a phone or an old PC.
//!
//! It shows an [`Overview`] that somebody else keeps fresh, and computes nothing but words. It works without script;
//! with it, the numbers follow each second. Nothing is loaded from elsewhere.

mod model;
mod server;
mod view;

pub use model::{GatewayRow, LostRow, Overview, SourceRow, Totals};
pub use server::{DRAIN_MAX, charts, documents, operation, pages, sealed, serve};

pub use axum::Router;
