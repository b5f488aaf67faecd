//! What a township's stations mean: levels, curves, thresholds, pumps.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::township::Problems;
use super::words::did_you_mean;
use crate::water::{
    KWH_PER_M3_M, Pump, Station, StationKind, Threshold, ThresholdQuantity, Township,
};

/// Efficiency from the wire to the water of a small pump in the field, about. Engineering judgement.
const EFFICIENCY: f64 = 0.5;

/// How far a plate's power may lie from head × flow / efficiency, as factors: 0.3 is an efficiency above 1, 3 one of 17 %.
/// Engineering judgement, to catch a slip of the decimal point or of the unit.
const POWER_FACTOR: RangeInclusive<f64> = 0.3..=3.0;

/// Adds every problem of `station`, which stands at `path`.
pub(super) fn check_station(
    township: &Township,
    station: &Station,
    path: &str,
    found: &mut Problems,
) {
    found.text(&format!("{path}.name"), &station.name, "page and report name it");
    if township.village(&station.village).is_none() {
        let ids = || township.villages.iter().map(|v| v.id.as_str());
        let hint = did_you_mean(station.village.as_str(), ids())
            .unwrap_or_else(|| format!("known: {}", ids().collect::<Vec<_>>().join(", ")));
        found.add(
            &format!("{path}.village"),
            &station.village,
            "is no village of this township",
            hint,
        );
    }
    if station.kind.is_source() {
        check_levels(station, path, found);
        check_thresholds(station, path, found);
    } else {
        no_source(station, path, found);
    }
    if station.serves_persons.is_some() && station.kind != StationKind::Tank {
        let rule = "only a drinking-water tank serves persons";
        found.add(&format!("{path}.serves_persons"), "", rule, "remove it, or correct the kind");
    }
    match (&station.pump, station.kind) {
        (Some(pump), StationKind::Pump) => {
            check_pump(township, pump, &format!("{path}.pump"), found);
            check_meters(township, station, pump, &format!("{path}.pump"), found);
        }
        (None, StationKind::Pump) => {
            let hint =
                "add pump = { source, rated_power_kw, rated_flow_m3h, rated_head_m, irrigates_mu }";
            found.add(&format!("{path}.pump"), "", "is required of a pump", hint);
        }
        (Some(_), _) => {
            let hint = "remove it, or correct the kind";
            found.add(&format!("{path}.pump"), "", "only a pump has it", hint);
        }
        (None, _) => {}
    }
}

/// What only a water source has.
fn no_source(station: &Station, path: &str, found: &mut Problems) {
    let has = [
        ("bottom_m", station.bottom_m.is_some()),
        ("dead_m", station.dead_m.is_some()),
        ("normal_m", station.normal_m.is_some()),
        ("crest_m", station.crest_m.is_some()),
        ("curve", station.curve.is_some()),
        ("threshold", !station.thresholds.is_empty()),
    ];
    for (key, _) in has.into_iter().filter(|(_, has)| *has) {
        let hint = "remove it, or correct the kind";
        found.add(&format!("{path}.{key}"), "", "only a water source has it", hint);
    }
}

fn check_levels(station: &Station, path: &str, found: &mut Problems) {
    let levels = [
        ("bottom_m", station.bottom_m),
        ("dead_m", station.dead_m),
        ("normal_m", station.normal_m),
        ("crest_m", station.crest_m),
    ];
    for (key, level) in levels {
        match level {
            None => {
                let hint = "give the level in m above the datum";
                found.add(&format!("{path}.{key}"), "", "is required of a water source", hint);
            }
            Some(level) if !level.is_finite() => {
                found.add(&format!("{path}.{key}"), level, "must be finite", "give the level in m");
            }
            Some(_) => {}
        }
    }
    for ((low_key, low), (key, high)) in levels.into_iter().zip(levels.into_iter().skip(1)) {
        let (Some(low), Some(high)) = (low, high) else {
            continue;
        };
        let strict = low_key == "bottom_m";
        if low > high || (strict && low == high) {
            let rule = match strict {
                true => format!("must lie above {low_key}, {low}"),
                false => format!("must not lie below {low_key}, {low}"),
            };
            let hint = "bottom < dead <= normal <= crest";
            found.add(&format!("{path}.{key}"), high, rule, hint);
        }
    }
    let ends = station.curve.as_ref().map(|c| (c.points().first(), c.points().last()));
    if let Some((Some([lowest, _]), Some([highest, _]))) = ends {
        let bottom = station.bottom_m.filter(|bottom| bottom < lowest);
        let crest = station.crest_m.filter(|crest| crest > highest);
        if bottom.is_some() || crest.is_some() {
            let value = format!("{lowest} to {highest} m");
            let hint = "add points: outside the curve a storage is only a bound";
            found.add(&format!("{path}.curve"), value, "must cover bottom_m to crest_m", hint);
        }
    }
}

fn check_thresholds(station: &Station, path: &str, found: &mut Problems) {
    let mut months = BTreeMap::new();
    for (index, threshold) in station.thresholds.iter().enumerate() {
        let path = format!("{path}.threshold[{index}]");
        if threshold.months.is_empty() {
            found.add(
                &format!("{path}.months"),
                "[]",
                "must not be empty",
                "name the months, 1 to 12",
            );
        }
        for (place, month) in threshold.months.iter().enumerate() {
            let path = format!("{path}.months[{place}]");
            if !(1..=12).contains(month) {
                found.add(&path, month, "must be 1 to 12", "months are numbers");
            } else if let Some(first) = months.insert(*month, index) {
                let rule = format!("is a month of threshold[{first}] already");
                found.add(&path, month, rule, "each month has one threshold");
            }
        }
        found.text(&format!("{path}.source"), &threshold.source, "say where the values come from");
        found.confidence(&path, threshold.confidence);
        check_order(station, threshold, &path, found);
    }
}

/// guard < warn < low <= normal.
fn check_order(station: &Station, threshold: &Threshold, path: &str, found: &mut Problems) {
    let normal = match threshold.quantity {
        ThresholdQuantity::Level => station.normal_m,
        ThresholdQuantity::Storage => {
            if station.curve.is_none() {
                let hint = "add the curve, or give the threshold as a level";
                let rule = "a threshold in storage needs the station's curve";
                found.add(&format!("{path}.quantity"), "storage", rule, hint);
            }
            let curve = station.curve.as_ref();
            curve.zip(station.normal_m).map(|(c, level)| c.storage(level).volume_m3)
        }
    };
    let steps =
        [("guard", Some(threshold.guard)), ("warn", Some(threshold.warn)), ("low", threshold.low)];
    for (key, value) in steps {
        if let Some(value) = value.filter(|value| !value.is_finite()) {
            found.add(
                &format!("{path}.{key}"),
                value,
                "must be finite",
                "in m, or m3 of a storage",
            );
        }
    }
    let hint = "guard 旱保 < warn 旱警 < low 偏低 <= normal";
    let given: Vec<(&str, f64)> = steps.into_iter().filter_map(|(k, v)| Some((k, v?))).collect();
    for ((low_key, low), (key, high)) in given.iter().zip(given.iter().skip(1)) {
        if low >= high {
            let rule = format!("must lie above {low_key}, {low}");
            found.add(&format!("{path}.{key}"), high, rule, hint);
        }
    }
    if let (Some((key, top)), Some(normal)) = (given.last(), normal)
        && *top > normal
    {
        let rule = format!("must not lie above the normal value, {normal}");
        found.add(&format!("{path}.{key}"), top, rule, hint);
    }
}

fn check_pump(township: &Township, pump: &Pump, path: &str, found: &mut Problems) {
    let key = format!("{path}.source");
    match township.station(&pump.source) {
        None => {
            let sources = township.stations.iter().filter(|s| s.kind.is_source());
            let hint = did_you_mean(pump.source.as_str(), sources.map(|s| s.id.as_str()))
                .unwrap_or_else(|| "declare the water source as a station".into());
            found.add(&key, &pump.source, "is no station of this township", hint);
        }
        Some(source) if !source.kind.is_source() => {
            let rule = format!("is a {}, not a water source", source.kind.name_zh());
            found.add(&key, &pump.source, rule, "name the pond, reservoir, channel, well or tank");
        }
        Some(_) => {}
    }
    let plate = "see the pump's plate";
    let power = found.positive(&format!("{path}.rated_power_kw"), pump.rated_power_kw, plate);
    let flow = found.positive(&format!("{path}.rated_flow_m3h"), pump.rated_flow_m3h, plate);
    let head = found.positive(&format!("{path}.rated_head_m"), pump.rated_head_m, plate);
    if !(pump.irrigates_mu.is_finite() && pump.irrigates_mu >= 0.0) {
        let hint = "in mu; 0 where it does not irrigate";
        found.add(&format!("{path}.irrigates_mu"), pump.irrigates_mu, "must be 0 or more", hint);
    }
    if let Some(share) = pump.efficiency.filter(|share| !(*share > 0.0 && *share <= 1.0)) {
        let hint = "wire to water as a share, such as 0.5; without it the plate's values say it";
        let rule = "must be above 0 and at most 1";
        found.add(&format!("{path}.efficiency"), share, rule, hint);
    }
    if power && flow && head {
        let usual = KWH_PER_M3_M * pump.rated_head_m * pump.rated_flow_m3h / EFFICIENCY;
        if !POWER_FACTOR.contains(&(pump.rated_power_kw / usual)) {
            let rule = format!(
                "does not fit {} m3/h lifted by {} m, which take about {usual:.1} kW",
                pump.rated_flow_m3h, pump.rated_head_m
            );
            let hint = "compare power, flow (m3/h, not L/s) and head with the plate";
            found.add(&format!("{path}.rated_power_kw"), pump.rated_power_kw, rule, hint);
        }
    }
}

/// A pump's electricity counts once: by one meter, which is no other pump's.
fn check_meters(
    township: &Township,
    station: &Station,
    pump: &Pump,
    path: &str,
    found: &mut Problems,
) {
    let billed = pump.meters.iter().filter(|meter| meter.billing).count();
    if !pump.meters.is_empty() && billed != 1 {
        let value = format!("{billed} of {} with billing = true", pump.meters.len());
        let rule = "exactly one meter of a pump is billed: its electricity counts once";
        let hint = "set billing = true at the utility's meter and false at the others";
        found.add(&format!("{path}.meter"), value, rule, hint);
    }
    for (index, meter) in pump.meters.iter().enumerate() {
        let path = format!("{path}.meter[{index}].station");
        let before = pump.meters.iter().take(index);
        if let Some(first) = before.into_iter().position(|other| other.station == meter.station) {
            let rule = format!("is the station of meter[{first}] already");
            found.add(&path, &meter.station, rule, "name each meter once");
        }
        let others = township.stations.iter().filter(|s| s.id != station.id);
        let counted_by = |other: &&Station| {
            let pumps = other.kind == StationKind::Pump && other.id == meter.station;
            let meters = other.pump.iter().flat_map(|pump| &pump.meters);
            pumps || meters.into_iter().any(|m| m.station == meter.station)
        };
        if let Some(other) = others.into_iter().find(counted_by) {
            let rule = format!("is read for {} too: its electricity would count twice", other.id);
            let hint =
                "give each meter to one pump; a meter of its own is no [[station]] of kind pump";
            found.add(&path, &meter.station, rule, hint);
        }
    }
}
