//! A township's stations: levels, curves, thresholds, pumps.

use std::collections::BTreeMap;
use std::ops::{Bound, RangeInclusive};

use crate::core::{Problems, did_you_mean};
use crate::water::{
    KWH_PER_M3_M, Pump, Station, StationKind, Threshold, ThresholdQuantity, Township,
};

/// Rough efficiency, from the wire to the water, of a small pump in the field. Engineering judgement.
const USUAL_EFFICIENCY: f64 = 0.5;

/// How far a plate's power may lie from head × flow / efficiency, as factors: 0.3 is an efficiency above 1, and
/// 3 one of 17 %. Engineering judgement, to catch a slip of the decimal point or of the unit.
const POWER_FACTOR: RangeInclusive<f64> = 0.3..=3.0;

const MONTHS: RangeInclusive<i8> = 1..=12;

/// An efficiency: more than nothing, at most all.
pub(super) const SHARE: (Bound<f64>, Bound<f64>) = (Bound::Excluded(0.0), Bound::Included(1.0));

pub(super) fn check_station(township: &Township, station: &Station, found: &mut Problems) {
    found.text("name", &station.name, "page and report name it");
    let villages = township.villages.iter().map(|v| v.id.as_str());
    let rule = "is not a village of this township";
    found.one_of("village", station.village.as_str(), villages, rule);
    let wrong_kind = "remove it, or correct the kind";
    if station.kind.is_source() {
        check_levels(station, found);
        check_thresholds(station, found);
    } else {
        for (key, given) in [
            ("bottom_m", station.bottom_m.is_some()),
            ("dead_m", station.dead_m.is_some()),
            ("normal_m", station.normal_m.is_some()),
            ("crest_m", station.crest_m.is_some()),
            ("curve", station.curve.is_some()),
            ("threshold", !station.thresholds.is_empty()),
        ] {
            found.ensure(!given, key, "", "only a water source has it", wrong_kind);
        }
    }
    let serves = station.serves_persons.is_none() || station.kind == StationKind::Tank;
    let rule = "only a drinking-water tank serves persons";
    found.ensure(serves, "serves_persons", "", rule, wrong_kind);
    match (&station.pump, station.kind) {
        (Some(pump), StationKind::Pump) => {
            let found = &mut found.at("pump");
            check_pump(township, pump, found);
            check_meters(township, station, pump, found);
        }
        (None, StationKind::Pump) => {
            let hint =
                "add pump = { source, rated_power_kw, rated_flow_m3h, rated_head_m, irrigates_mu }";
            found.add("pump", "", "is required of a pump", hint);
        }
        (Some(_), _) => found.add("pump", "", "only a pump has it", wrong_kind),
        (None, _) => {}
    }
}

/// Values with their source and how sure it is.
pub(super) fn sourced(source: &str, confidence: f64, hint: &str, found: &mut Problems) {
    found.text("source", source, hint);
    found.within("confidence", confidence, 0.0..=1.0, "0.9 is an official paper, 0.5 a guess");
}

fn check_levels(station: &Station, found: &mut Problems) {
    let levels = [
        ("bottom_m", station.bottom_m),
        ("dead_m", station.dead_m),
        ("normal_m", station.normal_m),
        ("crest_m", station.crest_m),
    ];
    for (key, level) in levels {
        let hint = "give the level in m above the datum";
        found.required(level.is_some(), key, "is required of a water source", hint);
        found.finite(key, level.unwrap_or_default(), hint);
    }
    for ((low_key, low), (key, high)) in levels.into_iter().zip(levels.into_iter().skip(1)) {
        let (Some(low), Some(high)) = (low, high) else { continue };
        let strict = low_key == "bottom_m";
        if low > high || (strict && low == high) {
            let rule = match strict {
                true => format!("must lie above {low_key}, {low}"),
                false => format!("must not lie below {low_key}, {low}"),
            };
            found.add(key, high, rule, "bottom < dead <= normal <= crest");
        }
    }
    let ends = station.curve.as_ref().map(|c| (c.points().first(), c.points().last()));
    if let Some((Some([lowest, _]), Some([highest, _]))) = ends {
        let covers = station.bottom_m.is_none_or(|bottom| bottom >= *lowest)
            && station.crest_m.is_none_or(|crest| crest <= *highest);
        let value = format!("{lowest} to {highest} m");
        let hint = "add points: outside the curve a storage is only a bound";
        found.ensure(covers, "curve", value, "must cover bottom_m to crest_m", hint);
    }
}

fn check_thresholds(station: &Station, found: &mut Problems) {
    let mut months = BTreeMap::new();
    for (index, threshold) in station.thresholds.iter().enumerate() {
        let found = &mut found.item("threshold", index);
        let named = !threshold.months.is_empty();
        found.ensure(named, "months", "[]", "must not be empty", "name the months, 1 to 12");
        for (place, month) in threshold.months.iter().enumerate() {
            let key = format_args!("months[{place}]");
            if found.within(key, *month, MONTHS, "months are numbers")
                && let Some(first) = months.insert(*month, index)
            {
                let rule = format!("is a month of threshold[{first}] already");
                found.add(key, month, rule, "each month has one threshold");
            }
        }
        let hint = "say where the values come from";
        sourced(&threshold.source, threshold.confidence, hint, found);
        check_order(station, threshold, found);
    }
}

/// guard < warn < low <= normal.
fn check_order(station: &Station, threshold: &Threshold, found: &mut Problems) {
    let normal = match threshold.quantity {
        ThresholdQuantity::Level => station.normal_m,
        ThresholdQuantity::Storage => {
            if station.curve.is_none() {
                let hint = "add the curve, or give the threshold as a level";
                let rule = "a threshold in storage needs the station's curve";
                found.add("quantity", "storage", rule, hint);
            }
            let curve = station.curve.as_ref();
            curve.zip(station.normal_m).map(|(c, level)| c.storage(level).volume_m3)
        }
    };
    let steps =
        [("guard", Some(threshold.guard)), ("warn", Some(threshold.warn)), ("low", threshold.low)];
    for (key, value) in steps {
        if let Some(value) = value {
            found.finite(key, value, "in m, or m3 of a storage");
        }
    }
    let hint = "guard 旱保 < warn 旱警 < low 偏低 <= normal";
    let given: Vec<(&str, f64)> = steps.into_iter().filter_map(|(k, v)| Some((k, v?))).collect();
    for ((low_key, low), (key, high)) in given.iter().zip(given.iter().skip(1)) {
        if low >= high {
            let rule = format!("must lie above {low_key}, {low}");
            found.add(key, high, rule, hint);
        }
    }
    if let (Some((key, top)), Some(normal)) = (given.last(), normal)
        && *top > normal
    {
        let rule = format!("must not lie above the normal value, {normal}");
        found.add(key, top, rule, hint);
    }
}

fn check_pump(township: &Township, pump: &Pump, found: &mut Problems) {
    match township.station(&pump.source) {
        None => {
            let sources = township.stations.iter().filter(|s| s.kind.is_source());
            let hint = did_you_mean(pump.source.as_str(), sources.map(|s| s.id.as_str()))
                .unwrap_or_else(|| "declare the water source as a station".into());
            found.add("source", &pump.source, "is not a station of this township", hint);
        }
        Some(source) => {
            let rule = format!("is a {}, not a water source", source.kind.name_zh());
            let hint = "name the pond, reservoir, channel, well or tank";
            found.ensure(source.kind.is_source(), "source", &pump.source, rule, hint);
        }
    }
    let Pump { rated_power_kw: power, rated_flow_m3h: flow, rated_head_m: head, .. } = *pump;
    let plate = [("rated_power_kw", power), ("rated_flow_m3h", flow), ("rated_head_m", head)];
    let wrong = plate
        .into_iter()
        .filter(|(key, value)| !found.positive(key, *value, "see the pump's plate"));
    let plate_is_sound = wrong.count() == 0;
    found.not_negative("irrigates_mu", pump.irrigates_mu, "in mu; 0 where it does not irrigate");
    if let Some(share) = pump.efficiency {
        let hint = "wire to water as a share, such as 0.5; without it the plate's values are used";
        found.within("efficiency", share, SHARE, hint);
    }
    let usual = KWH_PER_M3_M * head * flow / USUAL_EFFICIENCY;
    if plate_is_sound {
        found.ensure(
            POWER_FACTOR.contains(&(power / usual)),
            "rated_power_kw",
            power,
            format!("does not fit {flow} m3/h lifted by {head} m, which take about {usual:.1} kW"),
            "compare power, flow (m3/h, not L/s) and head with the plate",
        );
    }
}

/// A pump's electricity counts once: by one meter, which belongs to no other pump.
fn check_meters(township: &Township, station: &Station, pump: &Pump, found: &mut Problems) {
    let billed = pump.meters.iter().filter(|meter| meter.billing).count();
    found.ensure(
        pump.meters.is_empty() || billed == 1,
        "meter",
        format!("{billed} of {} with billing = true", pump.meters.len()),
        "exactly one meter of a pump is billed: its electricity counts once",
        "set billing = true at the utility's meter and false at the others",
    );
    let meters = pump.meters.iter().map(|meter| &meter.station);
    found.unique("meter", "station", meters, "name each meter once");
    for (index, meter) in pump.meters.iter().enumerate() {
        let counted_by = |other: &&Station| {
            let is_it = other.kind == StationKind::Pump && other.id == meter.station;
            let mut meters = other.pump.iter().flat_map(|pump| &pump.meters);
            other.id != station.id && (is_it || meters.any(|m| m.station == meter.station))
        };
        if let Some(other) = township.stations.iter().find(counted_by) {
            let rule = format!("is read for {} too: its electricity would count twice", other.id);
            let hint =
                "give each meter to one pump; a meter of its own is not a [[station]] of kind pump";
            found.item("meter", index).add("station", &meter.station, rule, hint);
        }
    }
}
