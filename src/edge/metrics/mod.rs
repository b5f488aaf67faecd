//! The page of metrics and health, for Prometheus and whoever watches over the machine.
//!
//! `GET /metrics` is what the desk's status says, as text of OpenMetrics; `GET /health` is `ok`, or 503 and what is wrong. *Invariant:*
//! both are functions of that status: the page never says anything else than `hanqing status`.

mod health;
mod server;
mod text;

pub(super) use server::page;

#[cfg(test)]
mod tests;
