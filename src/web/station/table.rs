//! What the charts show as rows: raw and corrected side by side.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::charts::amount_of;
use super::facts::{Curve, Growth, StationFacts};
use super::units;
use crate::core::{ChartPoint, Parameter};
use crate::locales::{Text, moment, page_station as words};
use crate::web::format::{day_at, whole};

/// Rows of the page's table at most: the files have all. Engineering judgement.
const SHOWN_MAX: usize = 400;

/// A row of the files.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub at: Timestamp,
    pub parameter: Parameter,
    /// As they count; `None` where what came does not.
    pub values: Option<ChartPoint>,
    /// As they came, where corrections bear on the curve.
    pub raw: Option<ChartPoint>,
    /// Storage at the mean level, m3.
    pub storage_m3: Option<f64>,
    /// Of a counter: its growth in the hour or day that begins then.
    pub growth: Option<f64>,
    /// Since when it grew by that, where a gap lies before.
    pub since: Option<Timestamp>,
}

impl Row {
    /// What it is of.
    pub fn name(&self) -> Text {
        match self.growth {
            Some(_) => amount_of(self.parameter),
            None => self.parameter.spec().name(),
        }
    }
}

/// All rows: parameter by parameter, in the order of time.
pub(super) fn rows(facts: &StationFacts) -> Vec<Row> {
    let mut rows: Vec<Row> = facts.curves.iter().flat_map(|curve| of_curve(facts, curve)).collect();
    rows.extend(facts.growth.iter().flat_map(of_growth));
    rows
}

fn of_curve(facts: &StationFacts, curve: &Curve) -> Vec<Row> {
    let mut by_time: BTreeMap<Timestamp, [Option<ChartPoint>; 2]> = BTreeMap::new();
    for point in curve.points.iter().filter(finite) {
        by_time.entry(point.from).or_default()[0] = Some(*point);
    }
    for point in curve.raw.iter().filter(finite) {
        by_time.entry(point.from).or_default()[1] = Some(*point);
    }
    let of_level = curve.parameter == Parameter::Level;
    let storage_curve = facts.station.curve.as_ref().filter(|_| of_level);
    let storage = |point: ChartPoint| {
        let storage = storage_curve?.storage(point.mean);
        (!storage.outside).then_some(storage.volume_m3)
    };
    let row = |(at, [values, raw]): (Timestamp, [Option<ChartPoint>; 2])| Row {
        at,
        parameter: curve.parameter,
        values,
        raw,
        storage_m3: values.and_then(storage),
        growth: None,
        since: None,
    };
    by_time.into_iter().map(row).collect()
}

fn finite(point: &&ChartPoint) -> bool {
    [point.min, point.mean, point.max].iter().all(|value| value.is_finite())
}

fn of_growth(growth: &Growth) -> Vec<Row> {
    let steps = growth.steps.iter().filter(|(_, amount)| amount.is_finite());
    let row = |(at, amount): &(Timestamp, f64)| Row {
        at: *at,
        parameter: growth.parameter,
        values: None,
        raw: None,
        storage_m3: None,
        growth: Some(*amount),
        since: growth.since.iter().find(|(begins, _)| begins == at).map(|(_, since)| *since),
    };
    steps.map(row).collect()
}

/// The table of the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Table {
    pub rows: Vec<Shown>,
    /// Whether there are corrected values beside raw ones, and whether there is a storage.
    pub raw: bool,
    pub storage: bool,
    /// Rows that only the files have.
    pub more: usize,
}

/// A row of the page's table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Shown {
    pub at: Text,
    pub name: Text,
    pub value: String,
    /// Lowest and highest, where they differ.
    pub between: String,
    pub raw: String,
    pub storage: String,
    pub suspect: u32,
}

/// The newest rows of each parameter, as many as a page takes.
pub(super) fn table(facts: &StationFacts, rows: &[Row]) -> Table {
    let parts: Vec<&[Row]> = rows.chunk_by(|a, b| a.parameter == b.parameter).collect();
    // What one part does not need, the next ones may use.
    let mut left = SHOWN_MAX;
    let mut shown = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let share = left / (parts.len() - index);
        let taken = part.iter().rev().take(share);
        shown.extend(taken.map(|row| of_row(facts, row)));
        left -= share.min(part.len());
    }
    Table {
        raw: rows.iter().any(|row| row.raw.is_some()),
        storage: rows.iter().any(|row| row.storage_m3.is_some()),
        more: rows.len() - shown.len(),
        rows: shown,
    }
}

fn of_row(facts: &StationFacts, row: &Row) -> Shown {
    let parameter = row.parameter;
    let mean = row.values.map(|point| point.mean);
    let apart = row.values.filter(|point| point.max > point.min);
    let between = |point: ChartPoint| {
        let [low, high] = [point.min, point.max].map(|of| units::value(parameter, of));
        format!("{low}–{high}")
    };
    Shown {
        at: match facts.by_hours {
            true => moment(row.at, facts.shown.now, &facts.shown.zone),
            false => day_at(row.at, facts.shown.now, &facts.shown.zone),
        },
        name: row.name(),
        value: mean.or(row.growth).map_or("—".into(), |of| units::with_unit(parameter, of)),
        between: match row.since {
            Some(since) => words::since(moment(since, facts.shown.now, &facts.shown.zone)).into(),
            None => apart.map(between).unwrap_or_default(),
        },
        raw: row.raw.map(|raw| units::with_unit(parameter, raw.mean)).unwrap_or_default(),
        storage: row.storage_m3.map(whole).unwrap_or_default(),
        suspect: row.values.map_or(0, |point| point.suspect),
    }
}
