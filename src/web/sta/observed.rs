//! What is asked of the store where observations are asked for: of which series, over which span, and what of a filter
//! has to be looked at reading by reading.

use std::sync::Arc;

use jiff::Timestamp;

use super::entity::{Entity, reading_value};
use super::expression::{Comparison, Expression, Value};
use super::facts::{Extent, ObservationsAsked, Order, Part, Things, Wanted};
use super::options::Options;
use crate::core::Reading;

/// Observations that are put in an order which the store does not have. Engineering judgement: a month of a series at
/// two minutes.
pub(super) const SORTED_MAX: usize = 20_000;

/// Values that a filter asks of a reading, at the cost of the reading itself. Engineering judgement.
const PATHS_FOR_ONE: u64 = 5;

/// How a page of observations is made.
pub(super) enum Plan {
    /// The store has them in this order.
    Paged(ObservationsAsked),
    /// They are put in order here, all of them.
    Sorted(ObservationsAsked),
}

/// What is asked of the store for a page of the observations of these `parts`, each of another series.
pub(super) fn plan(parts: Vec<Part>, options: &Options, budget: u64) -> Plan {
    let one_series = parts.len() <= 1;
    let mut asked = ObservationsAsked {
        parts,
        order: Order::BySeries,
        after: options.after.clone(),
        skip: options.skip,
        most: options.top,
        count: options.count,
        budget,
        each: 1 + options.filter.as_ref().map_or(0, |filter| filter.paths().len()) as u64
            / PATHS_FOR_ONE,
    };
    let order: Vec<(&str, bool)> = options
        .order
        .iter()
        .map(|(path, descending)| {
            (if path.len() == 1 { path[0].as_str() } else { "" }, *descending)
        })
        .collect();
    match order[..] {
        [] | [("id" | "@iot.id", false)] => {}
        // Of one series no two readings are of one time: what else is named decides nothing.
        [("phenomenonTime" | "resultTime", descending), ref rest @ ..]
            if rest.is_empty() || one_series =>
        {
            asked.order = if descending { Order::NewestFirst } else { Order::OldestFirst };
        }
        _ => {
            (asked.after, asked.skip, asked.most) = (None, 0, SORTED_MAX);
            return Plan::Sorted(asked);
        }
    }
    Plan::Paged(asked)
}

/// What of a series is asked for; `None` where the filter wants nothing of it.
pub(super) fn part(things: &Things, number: usize, filter: Option<&Expression>) -> Option<Part> {
    let series = things.series[number].clone();
    let mut part = Part { series, from: Timestamp::MIN, to: Timestamp::MAX, wanted: None };
    let Some(filter) = filter else { return Some(part) };
    // What is the same for all readings of the series is known beforehand.
    let known = |path: &[String]| {
        let (first, rest) = path.split_first()?;
        let related = match first.as_str() {
            "Datastream" => Entity::Datastream(number),
            "FeatureOfInterest" => Entity::FeatureOfInterest(things.station_of(number)),
            _ => return None,
        };
        Some(related.value(things, Extent::default(), rest))
    };
    let mut rest = Vec::new();
    let conditions = match filter.with(&known) {
        Expression::Literal(Value::Bool(true)) => Vec::new(),
        Expression::Literal(_) => return None,
        Expression::All(parts) => parts,
        other => vec![other],
    };
    for condition in conditions {
        match in_time(&condition) {
            Some((from, to)) => (part.from, part.to) = (part.from.max(from), part.to.min(to)),
            None => rest.push(condition),
        }
    }
    if !rest.is_empty() {
        let rest = Expression::All(rest);
        let wanted: Wanted = Arc::new(move |reading: &Reading, counted: Option<f64>| {
            rest.holds(&|path: &[String]| reading_value(reading, counted, path))
        });
        part.wanted = Some(wanted);
    }
    (part.from < part.to).then_some(part)
}

/// The span that a condition is about, from the first instant to before the second, where it is about the time alone.
fn in_time(condition: &Expression) -> Option<(Timestamp, Timestamp)> {
    let Expression::Compare(by, sides) = condition else { return None };
    let (path, by, at) = match &**sides {
        [Expression::Path(path), Expression::Literal(Value::Time(at))] => (path, *by, *at),
        [Expression::Literal(Value::Time(at)), Expression::Path(path)] => (path, by.flipped(), *at),
        _ => return None,
    };
    if !matches!(path.as_slice(), [name] if name == "phenomenonTime" || name == "resultTime") {
        return None;
    }
    // Readings are made at whole milliseconds: the first at or after the instant, and the first after it.
    let floor = at.as_nanosecond().div_euclid(1_000_000);
    let ceiling = -(-at.as_nanosecond()).div_euclid(1_000_000);
    let instant = |ms: i128| {
        let ms = i64::try_from(ms).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
    };
    let (first_at, first_after) = (instant(ceiling), instant(floor + 1));
    match by {
        Comparison::Equal => Some((first_at, first_after)),
        Comparison::AtLeast => Some((first_at, Timestamp::MAX)),
        Comparison::Greater => Some((first_after, Timestamp::MAX)),
        Comparison::Less => Some((Timestamp::MIN, first_at)),
        Comparison::AtMost => Some((Timestamp::MIN, first_after)),
        Comparison::Unequal => None,
    }
}
