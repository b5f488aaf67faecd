//! The charts of a report: what stands in them, from a statement's days.

use jiff::civil::Date;
use serde::Serialize;

use crate::figures::{SourceRecord, Statement};

/// Most sources whose levels are drawn. Engineering judgement: three fill a page.
const SOURCES_MAX: usize = 3;

/// Labels on the axis of days. Engineering judgement: more overlap on 15 cm of paper.
const LABELS: usize = 10;

/// Colours as RRGGBB: water, 旱警, 旱保, electricity. Apart from each other in print without colour by their dashes.
const WATER: &str = "1F4E79";
const WARN: &str = "C55A11";
const GUARD: &str = "C00000";
const ENERGY: &str = "7F6000";

/// A line of a chart, or its bars.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Line {
    pub name: String,
    pub color: &'static str,
    pub dashed: bool,
    /// One for each day; `None` where there is no data.
    pub values: Vec<Option<f64>>,
}

/// A chart over the days of the period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Chart {
    pub title: String,
    /// Quantity and unit of the upright axis.
    pub axis: String,
    /// Bars instead of lines.
    pub bars: bool,
    /// The days as month/day.
    pub days: Vec<String>,
    /// Each how many days a label stands.
    pub skip: usize,
    pub series: Vec<Line>,
}

/// The charts of a statement: levels of the greatest sources with thresholds, electricity by day, water stored.
pub(super) fn charts(statement: &Statement) -> Vec<Chart> {
    let days: Vec<Date> = statement.days.iter().map(|d| d.day).collect();
    let mut charts: Vec<Chart> =
        key_sources(statement).into_iter().map(|source| levels(source, &days)).collect();
    let line = |name: &str, color, values| Line { name: name.into(), color, dashed: false, values };
    let energy: Vec<_> = statement.days.iter().map(|d| d.energy_kwh).collect();
    if energy.iter().any(Option::is_some) {
        let mut energy =
            chart("逐日抗旱用电", "用电（kWh）", &days, vec![line("用电", ENERGY, energy)]);
        energy.bars = true;
        charts.push(energy);
    }
    let storage: Vec<_> = statement.days.iter().map(|d| d.storage_m3).collect();
    if storage.iter().any(Option::is_some) {
        let lines = vec![line("蓄水量", WATER, storage)];
        charts.push(chart("塘库蓄水总量", "蓄水量（m³）", &days, lines));
    }
    charts
}

fn chart(title: &str, axis: &str, days: &[Date], series: Vec<Line>) -> Chart {
    Chart {
        title: title.into(),
        axis: axis.into(),
        bars: false,
        days: days.iter().map(|d| format!("{}/{}", d.month(), d.day())).collect(),
        skip: days.len().div_ceil(LABELS).max(1),
        series,
    }
}

/// Of the sources with thresholds and levels, those that came to 旱警, and among them those that hold most.
fn key_sources(statement: &Statement) -> Vec<&SourceRecord> {
    let most = |source: &SourceRecord| {
        let stored = source.days.iter().filter_map(|d| d.storage_m3);
        stored.fold(0.0, f64::max)
    };
    let with_limits = statement.sources.iter().filter(|s| s.warn_m.is_some() && !s.days.is_empty());
    let mut sources: Vec<&SourceRecord> = with_limits.collect();
    sources.sort_by(|a, b| {
        let warned = b.warn_from.is_some().cmp(&a.warn_from.is_some());
        let larger = most(b).total_cmp(&most(a));
        warned.then(larger).then_with(|| a.id.cmp(&b.id))
    });
    sources.truncate(SOURCES_MAX);
    sources
}

fn levels(source: &SourceRecord, days: &[Date]) -> Chart {
    let level = |day: &Date| {
        let found = source.days.binary_search_by_key(day, |d| d.day).ok()?;
        Some(source.days.get(found)?.level_m)
    };
    let mut series = vec![Line {
        name: "水位".into(),
        color: WATER,
        dashed: false,
        values: days.iter().map(level).collect(),
    }];
    for (name, color, limit) in [("旱警", WARN, source.warn_m), ("旱保", GUARD, source.guard_m)]
    {
        if let Some(limit) = limit {
            series.push(Line {
                name: name.into(),
                color,
                dashed: true,
                values: vec![Some(limit); days.len()],
            });
        }
    }
    let title = format!("{}（{}）水位", source.name, source.village);
    chart(&title, "水位（m）", days, series)
}
