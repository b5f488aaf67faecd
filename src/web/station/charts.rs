//! The charts of a station: of each parameter one, the level with everything that bears on it.

use jiff::{Timestamp, ToSpan};

use super::facts::{Curve, Growth, LevelLimit, StationFacts};
use super::units;
use crate::core::{ChartPoint, CorrectionKind, Kind, Parameter};
use crate::locales::{Text, page_station as words};
use crate::water::{Station, Status};
use crate::web::chart::{Bar, Chart, Drawn, Lane, Limit, Second, draw};
use crate::web::format::{metres, whole};

/// Draws the charts, in the language that is spoken: those of the station's own matter, and those of its supply.
pub(super) fn charts(facts: &StationFacts) -> [Vec<Drawn>; 2] {
    let mut charts = [Vec::new(), Vec::new()];
    let usual = usual(facts);
    let lines = facts.curves.iter().filter(|curve| curve.parameter.spec().kind == Kind::Gauge);
    for curve in lines {
        let chart = match curve.parameter {
            Parameter::Level => level(facts, curve, &usual),
            _ => line(facts, curve),
        };
        let drawn = draw(&chart);
        if !drawn.empty {
            charts[usize::from(is_supply(curve.parameter))].push(drawn);
        }
    }
    for growth in &facts.growth {
        let drawn = draw(&amounts(facts, growth));
        if !drawn.empty {
            charts[0].push(drawn);
        }
    }
    charts
}

/// Whether a parameter tells of the device's own supply.
fn is_supply(parameter: Parameter) -> bool {
    matches!(
        parameter,
        Parameter::Voltage
            | Parameter::BatteryVoltage
            | Parameter::Frequency
            | Parameter::Current
            | Parameter::PowerFactor
            | Parameter::SignalStrength
    )
}

fn base<'a>(facts: &'a StationFacts, parameter: Parameter, id: &str) -> Chart<'a> {
    let spec = parameter.spec();
    Chart {
        id: id.replace('_', "-"),
        title: words::chart_of(&facts.station.name, spec.name()),
        name: spec.name(),
        unit: units::unit_words(spec.unit),
        decimals: units::decimals(parameter),
        least_span: units::least_span(parameter),
        span: (facts.from, facts.to),
        now: facts.shown.now,
        zone: &facts.shown.zone,
        by_days: !facts.by_hours,
        line: &[],
        raw: &[],
        last_year: &[],
        usual: &[],
        bars: Vec::new(),
        rain: Vec::new(),
        lanes: Vec::new(),
        limits: Vec::new(),
        corrected: corrected(facts, parameter),
        second: None,
    }
}

/// The spans whose readings corrections take out or shift.
fn corrected(facts: &StationFacts, parameter: Parameter) -> Vec<(Timestamp, Timestamp)> {
    let holds = facts.corrections.iter().filter(|correction| {
        correction.series.parameter == parameter
            && correction.withdrawn.is_none()
            && correction.kind != CorrectionKind::Note
    });
    let mut spans: Vec<_> = holds.map(|correction| (correction.from, correction.to)).collect();
    spans.sort();
    spans
}

fn lanes(facts: &StationFacts) -> Vec<Lane<'_>> {
    let ran = |bands: &&super::RunningBands| !bands.spans.is_empty();
    let bands = facts.running.iter().filter(ran);
    bands.map(|bands| Lane { name: &bands.name, spans: &bands.spans }).collect()
}

fn level<'a>(facts: &'a StationFacts, curve: &'a Curve, usual: &'a [ChartPoint]) -> Chart<'a> {
    let mut chart = line(facts, curve);
    chart.last_year = &facts.last_year;
    chart.usual = usual;
    chart.rain = bars(facts, &facts.rain);
    chart.lanes = lanes(facts);
    chart.limits = limits(facts);
    if let Some(curve) = &facts.station.curve {
        chart.title = words::chart_of_level(&facts.station.name);
        chart.second = Some(Second {
            name: words::storage(),
            unit: Text::verbatim("m³"),
            at: Box::new(move |level| {
                let storage = curve.storage(level);
                (!storage.outside).then(|| whole(storage.volume_m3))
            }),
        });
    }
    chart
}

fn line<'a>(facts: &'a StationFacts, curve: &'a Curve) -> Chart<'a> {
    let mut chart = base(facts, curve.parameter, curve.parameter.id());
    chart.line = &curve.points;
    chart.raw = &curve.raw;
    if matches!(curve.parameter, Parameter::Power | Parameter::Flow) {
        chart.lanes = lanes(facts);
    }
    chart
}

fn amounts<'a>(facts: &'a StationFacts, growth: &Growth) -> Chart<'a> {
    let parameter = growth.parameter;
    let mut chart = base(facts, parameter, &format!("{}-amounts", parameter.id()));
    let name = amount_of(parameter);
    chart.name = if facts.by_hours { words::by_hours(name) } else { words::by_days(name) };
    chart.title = words::chart_of(&facts.station.name, &chart.name);
    chart.bars = bars(facts, &growth.steps);
    // What grew in a gap is in the step after it: nobody knows when.
    for (begins, since) in &growth.since {
        if let Some(bar) = chart.bars.iter_mut().find(|bar| bar.from == *begins) {
            bar.from = (*since).max(facts.from);
        }
    }
    chart
}

/// What a counter counts.
pub(super) fn amount_of(parameter: Parameter) -> Text {
    match parameter {
        Parameter::EnergyTotal => words::electricity(),
        Parameter::VolumeTotal => words::water_volume(),
        Parameter::RunHours => words::run_hours(),
        Parameter::RainfallTotal => words::rain(),
        other => other.spec().name(),
    }
}

fn bars(facts: &StationFacts, steps: &[(Timestamp, f64)]) -> Vec<Bar> {
    let zone = &facts.shown.zone;
    let end = |from: Timestamp| match facts.by_hours {
        true => from.checked_add(1.hour()).ok(),
        // A day may have 23 hours, or 25.
        false => {
            let next = zone.to_datetime(from).checked_add(1.day()).ok()?;
            next.to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp())
        }
    };
    let bar = |(from, amount): &(Timestamp, f64)| {
        Some(Bar { from: *from, to: end(*from)?, amount: *amount })
    };
    steps.iter().filter_map(bar).collect()
}

/// The usual band as points of a chart, at the middle of each day.
fn usual(facts: &StationFacts) -> Vec<ChartPoint> {
    let point = |(day, [min, max]): &(jiff::civil::Date, [f64; 2])| {
        let noon = day.at(12, 0, 0, 0).to_zoned_datetime(facts.shown.zone.clone()).ok()?;
        let mean = f64::midpoint(*min, *max);
        let from = noon.timestamp();
        Some(ChartPoint { from, min: *min, mean, max: *max, counted: 1, suspect: 0 })
    };
    facts.usual.iter().filter_map(point).collect()
}

fn limits(facts: &StationFacts) -> Vec<Limit> {
    let limit = |limit: &LevelLimit| Limit {
        value: limit.level_m,
        span: (limit.from, limit.to),
        class: class(limit.status),
        words: limit_words(&facts.station, limit.status, limit.level_m),
    };
    facts.limits.iter().map(limit).collect()
}

fn limit_words(station: &Station, status: Status, level: f64) -> Text {
    words::limit(status.name(station.kind), words::metres(metres(level)))
}

/// The class of a status in style sheets.
fn class(status: Status) -> &'static str {
    match status {
        Status::Normal => "s-normal",
        Status::Low => "s-low",
        Status::Warn => "s-warn",
        Status::Guard => "s-guard",
        Status::Dry => "s-dry",
    }
}
