//! The OGC SensorThings API 1.1 (18-088), to be read: `/sta/v1.1` (docs/sensorthings.md).
//!
//! An `address` leads to a set or an entity of the `model`; `options` are read and checked against it, a filter by
//! `parse` (docs/decisions/0034), with the polygons (`area`) in it. `observed` says what has to be asked of the store,
//! `answer` makes JSON of what comes.

mod address;
mod answer;
mod area;
mod entity;
mod evaluate;
mod expression;
mod facts;
mod handlers;
mod model;
mod observed;
mod options;
mod parse;
mod terms;

#[cfg(test)]
mod test_kit;
#[cfg(test)]
mod tests;

pub use facts::{
    Extent, ObservationsAsked, Observed, Order, Part, Things, ThingsAnswer, ThingsAsked,
};
pub(super) use handlers::routes;
#[cfg(test)]
pub(super) use test_kit::canned_things;
