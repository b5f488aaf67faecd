//! A township's stations: levels, curves, thresholds, pumps.

use std::collections::BTreeMap;
use std::ops::{Bound, RangeInclusive};

use super::names::check_name;
use crate::core::{Problems, did_you_mean};
use crate::locales::{Text, config_hub as words, core};
use crate::water::{
    Bilingual, KWH_PER_M3_M, Place, Pump, Station, StationKind, Threshold, ThresholdQuantity,
    Township, dry_level_m,
};

/// Rough efficiency, from the wire to the water, of a small pump in the field. Engineering judgement.
const USUAL_EFFICIENCY: f64 = 0.5;

/// How far a plate's power may lie from head × flow / efficiency, as factors: 0.3 is an efficiency above 1, and
/// 3 one of 17 %. Engineering judgement, to catch a slip of the decimal point or of the unit.
const POWER_FACTOR: RangeInclusive<f64> = 0.3..=3.0;

/// How far above where the source is dry 旱保 has to lie at least, m: levels are written to the millimetre.
const ABOVE_DRY_M: f64 = 0.0005;

const MONTHS: RangeInclusive<i8> = 1..=12;

/// Where China lies, degrees east and degrees north: 73°33′ to 135°05′ and 3°52′ to 53°33′, rounded outwards.
/// Longitudes and latitudes have no value in common, so that swapped ones are known.
const LONGITUDES: RangeInclusive<f64> = 73.0..=136.0;
const LATITUDES: RangeInclusive<f64> = 3.0..=54.0;

/// An efficiency: more than nothing, at most all.
pub(super) const SHARE: (Bound<f64>, Bound<f64>) = (Bound::Excluded(0.0), Bound::Included(1.0));

pub(super) fn check_station(township: &Township, station: &Station, found: &mut Problems) {
    check_name(&station.name, words::page_names_it(), found);
    // Where there is no village, that is the one problem.
    if !township.villages.is_empty() {
        let villages = township.villages.iter().map(|v| v.id.as_str());
        found.one_of("village", station.village.as_str(), villages, words::unknown_village());
    }
    if station.kind.is_source() {
        check_levels(station, found);
        check_thresholds(station, found);
        check_floods(station, found);
    } else {
        for (key, given) in [
            ("bottom_m", station.bottom_m.is_some()),
            ("dead_m", station.dead_m.is_some()),
            ("normal_m", station.normal_m.is_some()),
            ("crest_m", station.crest_m.is_some()),
            ("curve", station.curve.is_some()),
            ("threshold", !station.thresholds.is_empty()),
            ("flood", !station.floods.is_empty()),
        ] {
            found.ensure(!given, key, "", words::only_sources(), words::correct_kind());
        }
    }
    let serves = station.serves_persons.is_none() || station.kind == StationKind::Tank;
    found.ensure(serves, "serves_persons", "", words::only_tanks(), words::correct_kind());
    if let Some(place) = &station.place {
        check_place(place, &mut found.at("place"));
    }
    match (&station.pump, station.kind) {
        (Some(pump), StationKind::Pump) => {
            let found = &mut found.at("pump");
            check_pump(township, pump, found);
            check_meters(township, station, pump, found);
        }
        (None, StationKind::Pump) => {
            found.add("pump", "", words::required_of_pump(), words::add_pump());
        }
        (Some(_), _) => found.add("pump", "", words::only_pumps(), words::correct_kind()),
        (None, _) => {}
    }
}

/// Values with their source and how sure it is.
pub(super) fn sourced(source: &Bilingual, confidence: f64, hint: Text, found: &mut Problems) {
    found.text("source", &source.text().to_string(), hint);
    source.check("source", found);
    found.within("confidence", confidence, 0.0..=1.0, words::confidence());
}

fn check_place(place: &Place, found: &mut Problems) {
    let Place { longitude, latitude } = *place;
    if LONGITUDES.contains(&latitude) && LATITUDES.contains(&longitude) {
        let shown = |east, north| format!("{{ longitude = {east}, latitude = {north} }}");
        let right = words::swap_place(shown(latitude, longitude));
        found.add("", shown(longitude, latitude), words::place_is_swapped(), right);
        return;
    }
    found.within("longitude", longitude, LONGITUDES, words::give_place());
    found.within("latitude", latitude, LATITUDES, words::give_place());
}

fn check_levels(station: &Station, found: &mut Problems) {
    let levels = [
        ("bottom_m", station.bottom_m),
        ("dead_m", station.dead_m),
        ("normal_m", station.normal_m),
        ("crest_m", station.crest_m),
    ];
    for (key, level) in levels {
        let (rule, hint) = (words::required_of_source(), words::give_level());
        found.required(level.is_some(), key, rule, hint.clone());
        found.finite(key, level.unwrap_or_default(), hint);
    }
    for ((low_key, low), (key, high)) in levels.into_iter().zip(levels.into_iter().skip(1)) {
        let (Some(low), Some(high)) = (low, high) else { continue };
        let strict = low_key == "bottom_m";
        if low > high || (strict && low == high) {
            let rule = match strict {
                true => words::must_lie_above(low_key, low),
                false => words::must_not_lie_below(low_key, low),
            };
            found.add(key, high, rule, words::order_of_levels());
        }
    }
    let ends = station.curve.as_ref().map(|c| (c.points().first(), c.points().last()));
    if let Some((Some([lowest, _]), Some([highest, _]))) = ends {
        let covers = station.bottom_m.is_none_or(|bottom| bottom >= *lowest)
            && station.crest_m.is_none_or(|crest| crest <= *highest);
        let value = words::span_of_levels(lowest, highest);
        found.ensure(covers, "curve", value, words::curve_covers(), words::add_points());
    }
}

fn check_thresholds(station: &Station, found: &mut Problems) {
    let mut months = BTreeMap::new();
    for (index, threshold) in station.thresholds.iter().enumerate() {
        let found = &mut found.item("threshold", index);
        check_months(
            &threshold.months,
            &mut months,
            ("threshold", index, words::one_threshold_a_month()),
            found,
        );
        sourced(&threshold.source, threshold.confidence, words::source_of_values(), found);
        check_order(station, threshold, found);
        check_dry(station, threshold, found);
    }
}

/// Months are named, are months, and belong to one table only; `taken` are those of the tables before.
fn check_months(
    own: &[i8],
    taken: &mut BTreeMap<i8, usize>,
    (table, index, once): (&str, usize, Text),
    found: &mut Problems,
) {
    found.ensure(!own.is_empty(), "months", "[]", core::is_empty(), words::name_months());
    for (place, month) in own.iter().enumerate() {
        let key = format_args!("months[{place}]");
        if found.within(key, *month, MONTHS, words::months_are_numbers())
            && let Some(first) = taken.insert(*month, index)
        {
            found.add(key, month, words::month_taken(table, first), once.clone());
        }
    }
}

/// A flood-limit level lies above 旱警 of the same months and not above the crest.
fn check_floods(station: &Station, found: &mut Problems) {
    let mut months = BTreeMap::new();
    for (index, limit) in station.floods.iter().enumerate() {
        let found = &mut found.item("flood", index);
        check_months(
            &limit.months,
            &mut months,
            ("flood", index, words::one_flood_limit_a_month()),
            found,
        );
        sourced(&limit.source, limit.confidence, words::source_of_values(), found);
        let level = limit.level_m;
        if !found.finite("level_m", level, words::order_of_flood_limits()) {
            continue;
        }
        if let Some(crest) = station.crest_m.filter(|crest| level > *crest) {
            found.add("level_m", level, words::above_crest(crest), words::order_of_flood_limits());
        }
        let highest = limit.months.iter().filter_map(|month| Some(station.limits(*month)?.0));
        let highest = highest.reduce(f64::max);
        if let Some(warn) = highest.filter(|warn| level <= *warn) {
            let rule = words::must_lie_above("warn", warn);
            found.add("level_m", level, rule, words::order_of_flood_limits());
        }
    }
}

/// guard < warn < low <= normal.
fn check_order(station: &Station, threshold: &Threshold, found: &mut Problems) {
    let normal = match threshold.quantity {
        ThresholdQuantity::Level => station.normal_m,
        ThresholdQuantity::Storage => {
            if station.curve.is_none() {
                let rule = words::storage_needs_curve();
                found.add("quantity", "storage", rule, words::add_curve());
            }
            let curve = station.curve.as_ref();
            curve.zip(station.normal_m).map(|(c, level)| c.storage(level).volume_m3)
        }
    };
    let steps =
        [("guard", Some(threshold.guard)), ("warn", Some(threshold.warn)), ("low", threshold.low)];
    for (key, value) in steps {
        if let Some(value) = value {
            found.finite(key, value, words::unit_of_threshold());
        }
    }
    let given: Vec<(&str, f64)> = steps.into_iter().filter_map(|(k, v)| Some((k, v?))).collect();
    for ((low_key, low), (key, high)) in given.iter().zip(given.iter().skip(1)) {
        if low >= high {
            let rule = words::must_lie_above(*low_key, low);
            found.add(key, high, rule, words::order_of_thresholds());
        }
    }
    if let (Some((key, top)), Some(normal)) = (given.last(), normal)
        && *top > normal
    {
        found.add(key, top, words::above_normal(normal), words::order_of_thresholds());
    }
}

/// Below 旱保 is not yet dry: else the alarm of it never rings, and the status is never reached.
fn check_dry(station: &Station, threshold: &Threshold, found: &mut Problems) {
    let guard = threshold.guard;
    let level = Some(guard).filter(|guard| guard.is_finite());
    let level = level.and_then(|guard| threshold.level_m(guard, station));
    let Some((level, dry)) = level.zip(dry_level_m(station)) else { return };
    if level - dry < ABOVE_DRY_M {
        let dry = match (threshold.quantity, &station.curve) {
            (ThresholdQuantity::Storage, Some(curve)) => {
                format!("{:.0} m3", curve.storage(dry).volume_m3)
            }
            _ => format!("{dry:.2} m"),
        };
        found.add("guard", guard, words::is_dry_already(dry), words::raise_guard());
    }
}

fn check_pump(township: &Township, pump: &Pump, found: &mut Problems) {
    match township.station(&pump.source) {
        None => {
            let sources = township.stations.iter().filter(|s| s.kind.is_source());
            let hint = did_you_mean(pump.source.as_str(), sources.map(|s| s.id.as_str()))
                .unwrap_or_else(words::declare_source);
            found.add("source", &pump.source, words::unknown_station(), hint);
        }
        Some(source) => {
            let rule = words::not_a_source(source.kind.name());
            let right = source.kind.is_source();
            found.ensure(right, "source", &pump.source, rule, words::name_source());
        }
    }
    let Pump { rated_power_kw: power, rated_flow_m3h: flow, rated_head_m: head, .. } = *pump;
    let plate = [("rated_power_kw", power), ("rated_flow_m3h", flow), ("rated_head_m", head)];
    let wrong =
        plate.into_iter().filter(|(key, value)| !found.positive(key, *value, words::see_plate()));
    let plate_is_sound = wrong.count() == 0;
    found.not_negative("irrigates_mu", pump.irrigates_mu, words::irrigated_area());
    if let Some(share) = pump.efficiency {
        found.within("efficiency", share, SHARE, words::efficiency_of_pump());
    }
    let usual = KWH_PER_M3_M * head * flow / USUAL_EFFICIENCY;
    if plate_is_sound {
        found.ensure(
            POWER_FACTOR.contains(&(power / usual)),
            "rated_power_kw",
            power,
            words::power_does_not_fit(flow, head, format_args!("{usual:.1}")),
            words::compare_with_plate(),
        );
    }
}

/// A pump's electricity counts once: by one meter, which belongs to no other pump.
fn check_meters(township: &Township, station: &Station, pump: &Pump, found: &mut Problems) {
    let billed = pump.meters.iter().filter(|meter| meter.billing).count();
    found.ensure(
        pump.meters.is_empty() || billed == 1,
        "meter",
        words::billed(billed, pump.meters.len()),
        words::one_meter_is_billed(),
        words::set_billing(),
    );
    let meters = pump.meters.iter().map(|meter| &meter.station);
    found.unique("meter", "station", meters, words::name_meter_once());
    for (index, meter) in pump.meters.iter().enumerate() {
        let counted_by = |other: &&Station| {
            let is_it = other.kind == StationKind::Pump && other.id == meter.station;
            let mut meters = other.pump.iter().flat_map(|pump| &pump.meters);
            other.id != station.id && (is_it || meters.any(|m| m.station == meter.station))
        };
        if let Some(other) = township.stations.iter().find(counted_by) {
            let rule = words::read_for_another(other.id.as_str());
            let hint = words::one_pump_a_meter();
            found.item("meter", index).add("station", &meter.station, rule, hint);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(longitude: f64, latitude: f64) -> Vec<String> {
        let mut found = Problems::default();
        check_place(&Place { longitude, latitude }, &mut found.at("place"));
        found.list().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_place_lies_in_china_and_swapped_values_are_named() {
        assert_eq!(problems(116.4, 27.1), Vec::<String>::new());
        let swapped = problems(27.1, 116.4);
        assert_eq!(swapped.len(), 1);
        for part in ["place", "swapped", "longitude = 116.4", "latitude = 27.1"] {
            assert!(swapped[0].contains(part), "{part}: {swapped:?}");
        }
        let wrong = problems(1164.0, f64::NAN);
        assert_eq!(wrong.len(), 2);
        assert!(wrong[0].contains("place.longitude") && wrong[1].contains("place.latitude"));
    }
}
