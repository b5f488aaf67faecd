//! The time-series store.
