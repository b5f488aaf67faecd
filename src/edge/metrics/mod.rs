//! The page of metrics and health, for Prometheus and for monitoring of the machine.
//!
//! `GET /metrics` returns the gateway's status as OpenMetrics text; `GET /health` returns `ok`, or 503 and what is
//! wrong. *Invariant:* both are functions of that status, so the page always agrees with `hanqing status`.

mod health;
mod server;
mod text;

pub(super) use server::serve_at;

#[cfg(test)]
mod tests;
