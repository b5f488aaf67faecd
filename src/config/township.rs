//! What a township's file means, checked as a whole.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;

use jiff::tz::TimeZone;

use super::stations::check_station;
use crate::core::Problem;
use crate::water::{Crop, Township};

/// Yield of a normal year, kg per mu: from seed and flowers to vegetables and fungi under glass. Engineering judgement.
const YIELD_KG_PER_MU: RangeInclusive<f64> = 1.0..=50_000.0;

/// Price, yuan per kg: from straw to medicinal plants. Engineering judgement, to catch a price per 斤 or per tonne.
const PRICE_YUAN_PER_KG: RangeInclusive<f64> = 0.1..=5_000.0;

/// How far the crops' sown areas may add up to something else than the villages', as a share. Engineering judgement: the same
/// survey fills both, and 5 % is rounding by village.
const SOWN_AREA_TOLERANCE: f64 = 0.05;

/// Every problem of `township`.
pub fn check(township: &Township) -> Vec<Problem> {
    let mut found = Problems(Vec::new());
    found.text("name", &township.name, "the report names the township");
    if TimeZone::get(&township.zone).is_err() {
        let hint = "an IANA zone such as Asia/Shanghai, which is the default";
        found.add("zone", &township.zone, "is no time zone that is known", hint);
    }
    if !(0..=23).contains(&township.day_start_hour) {
        let hint = "0, or 8 for the hydrological day";
        found.add("day_start_hour", township.day_start_hour, "must be 0 to 23", hint);
    }
    if township.villages.is_empty() {
        found.add("village", "", "a township has at least one village", "add [[village]]");
    }
    unique("village", township.villages.iter().map(|v| v.id.as_str()), &mut found);
    unique("station", township.stations.iter().map(|s| s.id.as_str()), &mut found);
    unique("crop", township.crops.iter().map(|c| c.id.as_str()), &mut found);
    for (index, village) in township.villages.iter().enumerate() {
        let path = format!("village[{index}]");
        found.text(&format!("{path}.name"), &village.name, "the report names it");
        if !(village.sown_area_mu.is_finite() && village.sown_area_mu >= 0.0) {
            let hint = "give the sown area in mu; 0 where nothing is sown";
            found.add(
                &format!("{path}.sown_area_mu"),
                village.sown_area_mu,
                "must be 0 or more",
                hint,
            );
        }
    }
    for (index, station) in township.stations.iter().enumerate() {
        check_station(township, station, &format!("station[{index}]"), &mut found);
    }
    for (index, crop) in township.crops.iter().enumerate() {
        check_crop(crop, &format!("crop[{index}]"), &mut found);
    }
    check_sown_area(township, &mut found);
    if let Some(demand) = &township.demand {
        let hint = "litres a person and day, 35 to 60 in the country";
        found.positive("demand.litres_per_person_day", demand.litres_per_person_day, hint);
        found.text("demand.source", &demand.source, "say where the value comes from");
        found.confidence("demand", demand.confidence);
    }
    if let Some(climate) = &township.climate {
        if !climate.rain_mm.iter().all(|mm| mm.is_finite() && *mm >= 0.0) {
            let shown = format!("{:?}", climate.rain_mm);
            let hint = "twelve monthly means in mm, January first";
            found.add("climate.rain_mm", shown, "must be 0 or more", hint);
        }
        let hint = "mm of areal mean below which a day is rainless, such as 3";
        found.positive("climate.rainless_mm", climate.rainless_mm, hint);
        found.text("climate.source", &climate.source, "say where the values come from");
        found.confidence("climate", climate.confidence);
    }
    if let Some(irrigation) = &township.irrigation {
        let share = irrigation.canal_efficiency;
        if !(share > 0.0 && share <= 1.0) {
            let hint = "the share of the water that reaches the field, such as 0.7";
            let path = "irrigation.canal_efficiency";
            found.add(path, share, "must be above 0 and at most 1", hint);
        }
        let hint = "m3 of one pass on a mu, 30 to 60 for paddy";
        found.positive("irrigation.pass_m3_per_mu", irrigation.pass_m3_per_mu, hint);
        let why = "say where the values come from";
        found.text("irrigation.source", &irrigation.source, why);
        found.confidence("irrigation", irrigation.confidence);
    }
    found.0
}

/// What has been found so far.
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(
        &mut self,
        path: &str,
        value: impl Display,
        rule: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.0.push(Problem::new(path, value, rule, hint));
    }

    /// A text that must not be empty.
    pub(super) fn text(&mut self, path: &str, text: &str, why: &str) {
        if text.trim().is_empty() {
            self.add(path, "\"\"", "must not be empty", why);
        }
    }

    /// A share or a confidence.
    pub(super) fn confidence(&mut self, path: &str, value: f64) {
        if !(0.0..=1.0).contains(&value) {
            let hint = "0.9 is an official paper, 0.5 a guess";
            self.add(&format!("{path}.confidence"), value, "must be 0 to 1", hint);
        }
    }

    /// A number that is above 0.
    pub(super) fn positive(&mut self, path: &str, value: f64, hint: &str) -> bool {
        let positive = value.is_finite() && value > 0.0;
        if !positive {
            self.add(path, value, "must be above 0", hint);
        }
        positive
    }
}

fn unique<'a>(list: &str, ids: impl Iterator<Item = &'a str>, found: &mut Problems) {
    let mut seen = BTreeMap::new();
    for (index, id) in ids.enumerate() {
        if let Some(first) = seen.get(id) {
            let rule = format!("is the id of {list}[{first}] already");
            found.add(&format!("{list}[{index}].id"), id, rule, "give each an id of its own");
        } else {
            seen.insert(id, index);
        }
    }
}

fn check_crop(crop: &Crop, path: &str, found: &mut Problems) {
    found.text(&format!("{path}.name"), &crop.name, "tables name it");
    found.text(&format!("{path}.source"), &crop.source, "say where yield and price come from");
    found.confidence(path, crop.confidence);
    found.positive(
        &format!("{path}.sown_area_mu"),
        crop.sown_area_mu,
        "in mu; remove a crop that is not grown",
    );
    if !YIELD_KG_PER_MU.contains(&crop.yield_kg_per_mu) {
        let hint = "kg per mu: not 斤, not per hectare";
        found.add(
            &format!("{path}.yield_kg_per_mu"),
            crop.yield_kg_per_mu,
            "must be 1 to 50000 kg",
            hint,
        );
    }
    if !PRICE_YUAN_PER_KG.contains(&crop.price_yuan_per_kg) {
        let hint = "yuan per kg: not per 斤, not per tonne";
        found.add(
            &format!("{path}.price_yuan_per_kg"),
            crop.price_yuan_per_kg,
            "must be 0.1 to 5000 yuan",
            hint,
        );
    }
}

fn check_sown_area(township: &Township, found: &mut Problems) {
    let crops: f64 = township.crops.iter().map(|c| c.sown_area_mu).sum();
    let villages: f64 = township.villages.iter().map(|v| v.sown_area_mu).sum();
    let both = !township.crops.is_empty() && villages > 0.0;
    if both && (crops - villages).abs() > SOWN_AREA_TOLERANCE * villages {
        let rule =
            format!("the crops' sown areas do not add up to the villages', {villages:.1} mu");
        let hint = "correct an area, or add the crop or village that is left out";
        found.add("crop", format!("{crops:.1} mu"), rule, hint);
    }
}
