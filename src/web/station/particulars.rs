//! What the township's file says of a station: levels, thresholds with their source, curve, plate, gateway.

use serde::Serialize;

use super::facts::StationFacts;
use crate::locales::{Text, page_station as words};
use crate::water::{Pump, Station, Status, Threshold, ThresholdQuantity};
use crate::web::format::{metres, whole};

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Particular {
    pub name: Text,
    pub value: Text,
    /// Where it comes from, and how sure it is.
    pub note: Text,
}

fn line(name: Text, value: Text) -> Particular {
    Particular { name, value, note: Text::default() }
}

/// What is known of the station, without what its file leaves out.
pub(super) fn particulars(facts: &StationFacts) -> Vec<Particular> {
    let station = &facts.station;
    let mut lines = Vec::new();
    let levels = [
        (words::bottom(), station.bottom_m),
        (words::dead_level(), station.dead_m),
        (words::normal_level(), station.normal_m),
        (words::crest(), station.crest_m),
    ];
    let level = |(name, level): (Text, Option<f64>)| Some(line(name, in_metres(level?)));
    lines.extend(levels.into_iter().filter_map(level));
    for threshold in &station.thresholds {
        lines.push(of_threshold(station, threshold));
    }
    lines.extend(curve(station));
    if let Some(persons) = station.serves_persons {
        lines.push(line(words::serves(), words::persons(persons)));
    }
    if let Some(percent) = station.field_capacity_percent {
        lines.push(line(words::field_capacity(), words::percent(percent)));
    }
    if let Some(pump) = &station.pump {
        lines.extend(plate(pump, station));
    }
    if let Some(gateway) = &station.gateway {
        lines.push(line(words::gateway(), Text::verbatim(gateway)));
    }
    if let Some(place) = station.place {
        let words =
            words::degrees(format!("{:.5}", place.longitude), format!("{:.5}", place.latitude));
        lines.push(line(words::place(), words));
    }
    lines
}

fn in_metres(level: f64) -> Text {
    words::metres(metres(level))
}

fn of_threshold(station: &Station, threshold: &Threshold) -> Particular {
    let one = |status: Status, limit: f64| {
        let value = match threshold.quantity {
            ThresholdQuantity::Level => in_metres(limit),
            ThresholdQuantity::Storage => words::cubic_metres(whole(limit)),
        };
        words::limit(status.name(station.kind), value)
    };
    let low = threshold.low.map(|low| one(Status::Low, low));
    let warn = one(Status::Warn, threshold.warn);
    let guard = one(Status::Guard, threshold.guard);
    let months = Text::list(threshold.months.iter().map(ToString::to_string));
    let confidence = format!("{:.0}", threshold.confidence * 100.0);
    Particular {
        name: words::thresholds_of(months),
        value: Text::clauses(low.into_iter().chain([warn, guard])),
        note: words::source_and_confidence(threshold.source.text(), confidence),
    }
}

fn curve(station: &Station) -> Option<Particular> {
    let points = station.curve.as_ref()?.points();
    let (start, end) = (points.first()?, points.last()?);
    let end_of = |[level, volume]: [f64; 2]| words::storage_at(metres(level), whole(volume));
    Some(line(words::storage_curve(), Text::clauses([end_of(*start), end_of(*end)])))
}

fn plate(pump: &Pump, station: &Station) -> Vec<Particular> {
    let percent = format!("{:.0}", pump.wire_to_water() * 100.0);
    let efficiency = Particular {
        name: words::efficiency(),
        value: words::percent(percent),
        note: if pump.efficiency.is_none() { words::by_plate() } else { Text::default() },
    };
    let mut lines = vec![
        line(words::draws_on(), Text::verbatim(&pump.source)),
        line(words::rated_power(), Text::verbatim(format_args!("{} kW", pump.rated_power_kw))),
        line(words::rated_flow(), Text::verbatim(format_args!("{} m³/h", pump.rated_flow_m3h))),
        line(words::rated_head(), Text::verbatim(format_args!("{} m", pump.rated_head_m))),
        efficiency,
    ];
    let billed = pump.billed(&station.id);
    if *billed != station.id {
        lines.push(line(words::billed_meter(), Text::verbatim(billed)));
    }
    lines
}
