//! The data of a report's charts.

use jiff::civil::Date;
use serde::Serialize;

use crate::account::SourceAccount;
use crate::figures::Statement;
use crate::locales::{Text, forms, report as words};

/// Most sources with a chart of their levels. Engineering judgement: three fill a page.
const SOURCES_MAX: usize = 3;

/// Labels on the axis of days. Engineering judgement: more of them overlap on 15 cm of paper.
const LABELS: usize = 10;

/// Cubic metres of 1 万m³, in which the axis counts where the most is at least ten of them. Engineering judgement:
/// below that the cubic metres have at most five digits.
const TEN_THOUSAND: f64 = 10_000.0;

/// Formats of the numbers on the vertical axis: from a thousand on whole, with commas.
const GENERAL: &str = "General";
const GROUPED: &str = "#,##0";

/// Colours as RRGGBB: water, 旱警, 旱保, electricity. The limits are dashed, which a black-and-white print shows too.
const WATER: &str = "1F4E79";
const WARN: &str = "C55A11";
const GUARD: &str = "C00000";
const ENERGY: &str = "7F6000";

/// The values of one line, or of the bars.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct ChartSeries {
    pub name: String,
    pub color: &'static str,
    pub dashed: bool,
    /// One per day; `None` without data.
    pub values: Vec<Option<f64>>,
}

/// A chart over the days of the period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Chart {
    pub title: String,
    /// Quantity and unit of the vertical axis.
    pub axis: String,
    /// How the numbers on it are written.
    pub format: &'static str,
    /// Bars instead of lines.
    pub bars: bool,
    /// The days as month/day.
    pub days: Vec<String>,
    /// Distance of the labels, days.
    pub skip: usize,
    pub series: Vec<ChartSeries>,
}

/// The charts of a statement, in the language that is spoken here: levels of the largest sources with thresholds,
/// electricity by day, water stored.
pub(super) fn charts(statement: &Statement) -> Vec<Chart> {
    let days: Vec<Date> = statement.days.iter().map(|d| d.day).collect();
    let mut charts: Vec<Chart> =
        key_sources(statement).into_iter().map(|source| levels(source, &days)).collect();
    let energy: Vec<_> = statement.days.iter().map(|d| d.energy_kwh).collect();
    if energy.iter().any(Option::is_some) {
        let bars = vec![solid(words::electricity(), ENERGY, energy)];
        let chart = chart(words::chart_electricity(), words::axis_electricity(), &days, bars);
        charts.push(Chart { bars: true, ..chart });
    }
    let storage: Vec<_> = statement.days.iter().map(|d| d.storage_m3).collect();
    if storage.iter().any(Option::is_some) {
        let (axis, storage) = readable(storage);
        let lines = vec![solid(words::line_storage(), WATER, storage)];
        charts.push(chart(words::chart_storage(), axis, &days, lines));
    }
    charts
}

fn chart(title: Text, axis: Text, days: &[Date], series: Vec<ChartSeries>) -> Chart {
    let skip = days.len().div_ceil(LABELS).max(1);
    let most = most(series.iter().flat_map(|series| &series.values));
    let format = if most >= 1000.0 { GROUPED } else { GENERAL };
    let days = days.iter().map(|d| format!("{}/{}", d.month(), d.day())).collect();
    Chart { title: title.into(), axis: axis.into(), format, bars: false, days, skip, series }
}

fn most<'a>(values: impl IntoIterator<Item = &'a Option<f64>>) -> f64 {
    values.into_iter().flatten().copied().fold(0.0, f64::max)
}

/// Storage in a unit that is read at a glance, with the name of the axis.
fn readable(storage: Vec<Option<f64>>) -> (Text, Vec<Option<f64>>) {
    if most(&storage) < 10.0 * TEN_THOUSAND {
        return (words::axis_storage(), storage);
    }
    let scaled = |m3: Option<f64>| m3.map(|m3| m3 / TEN_THOUSAND);
    (forms::axis_storage_10k(), storage.into_iter().map(scaled).collect())
}

fn solid(name: Text, color: &'static str, values: Vec<Option<f64>>) -> ChartSeries {
    ChartSeries { name: name.into(), color, dashed: false, values }
}

/// The sources with thresholds and levels: first those that reached 旱警, then by the most water stored.
fn key_sources(statement: &Statement) -> Vec<&SourceAccount> {
    let most = |source: &SourceAccount| {
        let stored = source.days.iter().filter_map(|d| d.storage_m3());
        stored.fold(0.0, f64::max)
    };
    let with_limits = statement.sources.iter().filter(|s| s.warn_m.is_some() && !s.days.is_empty());
    let mut sources: Vec<&SourceAccount> = with_limits.collect();
    sources.sort_by(|a, b| {
        let warned = b.warn_from.is_some().cmp(&a.warn_from.is_some());
        let larger = most(b).total_cmp(&most(a));
        warned.then(larger).then_with(|| a.station.cmp(&b.station))
    });
    sources.truncate(SOURCES_MAX);
    sources
}

fn levels(source: &SourceAccount, days: &[Date]) -> Chart {
    let level = |day: &Date| source.on(*day).map(|day| day.level_m);
    let mut series = vec![solid(words::line_level(), WATER, days.iter().map(level).collect())];
    for (name, color, limit) in
        [(words::line_warn(), WARN, source.warn_m), (words::line_guard(), GUARD, source.guard_m)]
    {
        let values = limit.map(|limit| vec![Some(limit); days.len()]);
        series.extend(
            values.map(|values| ChartSeries { dashed: true, ..solid(name, color, values) }),
        );
    }
    let title = words::chart_level(&source.name, &source.village);
    chart(title, words::axis_level(), days, series)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_water_is_drawn_in_units_of_ten_thousand_and_little_as_it_is() {
        let (axis, values) = readable(vec![Some(1_200_000.0), None, Some(637_142.0)]);
        assert_eq!(axis.to_string(), "storage (10,000 m³)");
        assert_eq!(values, [Some(120.0), None, Some(63.7142)]);
        let (axis, values) = readable(vec![Some(99_999.0)]);
        assert_eq!((axis.to_string(), values), ("storage (m³)".into(), vec![Some(99_999.0)]));
    }

    #[test]
    fn numbers_of_a_thousand_and_more_have_commas_on_the_axis() {
        let drawn = |value| {
            chart(
                Text::default(),
                Text::default(),
                &[],
                vec![solid(Text::default(), WATER, vec![Some(value)])],
            )
        };
        assert_eq!(drawn(1499.5).format, "#,##0");
        assert_eq!(drawn(257.25).format, "General");
    }
}
