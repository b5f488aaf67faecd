//! A township's file, checked as a whole.

use std::ops::RangeInclusive;

use jiff::tz::TimeZone;

use super::stations::{SHARE, check_station, sourced};
use crate::core::Problems;
use crate::water::{Climate, Crop, Irrigation, Township};

/// Yield of a normal year, kg per mu: from seed and flowers to vegetables and fungi under glass. Engineering judgement.
const YIELD_KG_PER_MU: RangeInclusive<f64> = 1.0..=50_000.0;

/// Price, yuan per kg: from straw to medicinal plants. Engineering judgement, to catch a price per 斤 or per tonne.
const PRICE_YUAN_PER_KG: RangeInclusive<f64> = 0.1..=5_000.0;

/// How far the sum of the crops' sown areas may differ from that of the villages, as a share. Engineering judgement:
/// the same survey fills both, and 5 % is rounding by village.
const SOWN_AREA_TOLERANCE: f64 = 0.05;

pub(super) fn check(township: &Township, found: &mut Problems) {
    found.text("name", &township.name, "the report names the township");
    let hint = "an IANA zone such as Asia/Shanghai, which is the default";
    let known = TimeZone::get(&township.zone).is_ok();
    found.ensure(known, "zone", &township.zone, "is not a known time zone", hint);
    let hint = "0, or 8 for the hydrological day";
    found.within("day_start_hour", township.day_start_hour, 0..=23, hint);
    let rule = "a township has at least one village";
    found.required(!township.villages.is_empty(), "village", rule, "add [[village]]");
    let once = "give each an id of its own";
    found.unique("village", "id", township.villages.iter().map(|v| &v.id), once);
    found.unique("station", "id", township.stations.iter().map(|s| &s.id), once);
    found.unique("crop", "id", township.crops.iter().map(|c| &c.id), once);
    for (index, village) in township.villages.iter().enumerate() {
        let found = &mut found.item("village", index);
        found.text("name", &village.name, "the report names it");
        let hint = "give the sown area in mu; 0 where nothing is sown";
        found.not_negative("sown_area_mu", village.sown_area_mu, hint);
    }
    for (index, station) in township.stations.iter().enumerate() {
        check_station(township, station, &mut found.item("station", index));
    }
    for (index, crop) in township.crops.iter().enumerate() {
        check_crop(crop, &mut found.item("crop", index));
    }
    check_sown_area(township, found);
    if let Some(demand) = &township.demand {
        let found = &mut found.at("demand");
        let hint = "litres a person and day, 35 to 60 in the country";
        found.positive("litres_per_person_day", demand.litres_per_person_day, hint);
        sourced(&demand.source, demand.confidence, "say where the value comes from", found);
    }
    if let Some(climate) = &township.climate {
        check_climate(climate, &mut found.at("climate"));
    }
    if let Some(irrigation) = &township.irrigation {
        check_irrigation(irrigation, &mut found.at("irrigation"));
    }
}

fn check_climate(climate: &Climate, found: &mut Problems) {
    let right = climate.rain_mm.iter().all(|mm| mm.is_finite() && *mm >= 0.0);
    let shown = format!("{:?}", climate.rain_mm);
    let hint = "twelve monthly means in mm, January first";
    found.ensure(right, "rain_mm", shown, "must be 0 or more", hint);
    let hint = "mm of areal mean below which a day is rainless, such as 3";
    found.positive("rainless_mm", climate.rainless_mm, hint);
    sourced(&climate.source, climate.confidence, "say where the values come from", found);
}

fn check_irrigation(irrigation: &Irrigation, found: &mut Problems) {
    let hint = "the share of the water that reaches the field, such as 0.7";
    found.within("canal_efficiency", irrigation.canal_efficiency, SHARE, hint);
    let hint = "m3 of one pass on a mu, 30 to 60 for paddy";
    found.positive("pass_m3_per_mu", irrigation.pass_m3_per_mu, hint);
    sourced(&irrigation.source, irrigation.confidence, "say where the values come from", found);
}

fn check_crop(crop: &Crop, found: &mut Problems) {
    found.text("name", &crop.name, "tables name it");
    sourced(&crop.source, crop.confidence, "say where yield and price come from", found);
    let hint = "in mu; remove a crop that is not grown";
    found.positive("sown_area_mu", crop.sown_area_mu, hint);
    let hint = "kg per mu: not 斤, not per hectare";
    found.within("yield_kg_per_mu", crop.yield_kg_per_mu, YIELD_KG_PER_MU, hint);
    let hint = "yuan per kg: not per 斤, not per tonne";
    found.within("price_yuan_per_kg", crop.price_yuan_per_kg, PRICE_YUAN_PER_KG, hint);
}

fn check_sown_area(township: &Township, found: &mut Problems) {
    let crops: f64 = township.crops.iter().map(|c| c.sown_area_mu).sum();
    let villages: f64 = township.villages.iter().map(|v| v.sown_area_mu).sum();
    let both = !township.crops.is_empty() && villages > 0.0;
    let differ = (crops - villages).abs() > SOWN_AREA_TOLERANCE * villages;
    let rule = format!("the crops' sown areas do not add up to the villages', {villages:.1} mu");
    let hint = "correct an area, or add the crop or village that is missing";
    found.ensure(!(both && differ), "crop", format!("{crops:.1} mu"), rule, hint);
}
