//! The values by time that the script of a chart shows, as compact JSON: each list is one text with `|` between.

use jiff::Timestamp;
use serde_json::json;

use super::draw::Curves;
use super::plot::LANES_MAX;
use super::svg::number;
use super::{Bar, Chart, Lane};
use crate::core::ChartPoint;
use crate::locales::{moment, page_station as words};
use crate::web::format::day_at;

/// Steps that have values at most: those of a year's days.
const STEPS_MAX: usize = 366;

/// A place that a reader can step to.
struct Step {
    x: f64,
    y: f64,
    point: ChartPoint,
}

/// The values of `chart`, bounded; an empty text where it has none.
pub fn points(chart: &Chart<'_>, curves: &Curves) -> String {
    let steps = steps(chart, curves);
    if steps.is_empty() {
        return String::new();
    }
    let list = |of: &dyn Fn(&Step) -> String| {
        steps.iter().map(of).map(|text| text.replace('|', "/")).collect::<Vec<_>>().join("|")
    };
    let time = |step: &Step| match chart.by_days {
        true => day_at(step.point.from, chart.now, chart.zone).to_string(),
        false => moment(step.point.from, chart.now, chart.zone).to_string(),
    };
    let value = |step: &Step| format!("{:.*}", chart.decimals, step.point.mean);
    let mut series = vec![json!({
        "n": chart.name.to_string(), "u": chart.unit.to_string(), "s": list(&value),
    })];
    if let Some(second) = &chart.second {
        let of = |step: &Step| (second.at)(step.point.mean).unwrap_or_default();
        let (name, unit) = (second.name.to_string(), second.unit.to_string());
        series.push(json!({ "n": name, "u": unit, "s": list(&of) }));
    }
    if !chart.rain.is_empty() {
        let of = |step: &Step| amount_at(&chart.rain, step).unwrap_or_default();
        series.push(json!({ "n": words::rain().to_string(), "u": "mm", "s": list(&of) }));
    }
    let ran = |step: &Step| -> String {
        let lanes = chart.lanes.iter().take(LANES_MAX).enumerate();
        let runs = lanes.filter(|(_, lane)| runs_at(lane, step.point.from));
        runs.map(|(number, _)| number.to_string()).collect()
    };
    let names: Vec<&str> = chart.lanes.iter().take(LANES_MAX).map(|lane| lane.name).collect();
    json!({
        "x": list(&|step| number(step.x)),
        "y": list(&|step| number(step.y)),
        "t": list(&time),
        "v": series,
        "r": { "n": words::running().to_string(), "p": names, "s": list(&ran) },
    })
    .to_string()
}

fn steps(chart: &Chart<'_>, curves: &Curves) -> Vec<Step> {
    let plot = &curves.plot;
    let of_line = curves.line.iter().flatten();
    let mut steps: Vec<Step> = of_line
        .map(|placed| Step { x: placed.x, y: plot.y(placed.point.mean), point: placed.point })
        .collect();
    if steps.is_empty() {
        let bars = chart.bars.iter().filter(|bar| bar.amount.is_finite() && plot.holds(bar.from));
        steps = bars.map(|bar| of_bar(bar, curves)).collect();
    }
    // Bars may be more than columns: every other one, and so on.
    let every = steps.len().div_ceil(STEPS_MAX + 1).max(1);
    steps.into_iter().step_by(every).collect()
}

/// Whether it runs at that instant; its spans are in order.
fn runs_at(lane: &Lane<'_>, at: Timestamp) -> bool {
    let after = lane.spans.partition_point(|(from, _)| *from <= at);
    let last = after.checked_sub(1).and_then(|index| lane.spans.get(index));
    last.is_some_and(|(_, to)| at < *to)
}

fn of_bar(bar: &Bar, curves: &Curves) -> Step {
    let plot = &curves.plot;
    let x = f64::midpoint(plot.x(bar.from), plot.x(bar.to));
    let (min, mean, max) = (bar.amount, bar.amount, bar.amount);
    let point = ChartPoint { from: bar.from, min, mean, max, counted: 1, suspect: 0 };
    Step { x, y: plot.y(bar.amount), point }
}

fn amount_at(bars: &[Bar], step: &Step) -> Option<String> {
    let at = step.point.from;
    let after = bars.partition_point(|bar| bar.from <= at);
    let bar = bars.get(after.checked_sub(1)?)?;
    (at < bar.to && bar.amount.is_finite()).then(|| format!("{:.1}", bar.amount))
}
