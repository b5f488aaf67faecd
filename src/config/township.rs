//! A township's file, checked as a whole.

use std::ops::RangeInclusive;

use jiff::tz::TimeZone;

use super::names::check_name;
use super::stations::{SHARE, check_station, sourced};
use crate::core::Problems;
use crate::locales::{config_hub as words, core};
use crate::water::{Climate, Crop, Irrigation, Township};

/// Yield of a normal year, kg per mu: from seed and flowers to vegetables and fungi under glass. Engineering judgement.
const YIELD_KG_PER_MU: RangeInclusive<f64> = 1.0..=50_000.0;

/// Price, yuan per kg: from straw to medicinal plants. Engineering judgement, to catch a price per 斤 or per tonne.
const PRICE_YUAN_PER_KG: RangeInclusive<f64> = 0.1..=5_000.0;

/// How far the sum of the crops' sown areas may differ from that of the villages, as a share. Engineering judgement:
/// the same survey fills both, and 5 % is rounding by village.
const SOWN_AREA_TOLERANCE: f64 = 0.05;

pub(super) fn check(township: &Township, found: &mut Problems) {
    check_name(&township.name, words::name_of_township(), found);
    let known = TimeZone::get(&township.zone).is_ok();
    found.ensure(known, "zone", &township.zone, words::unknown_zone(), words::give_zone());
    found.within("day_start_hour", township.day_start_hour, 0..=23, words::hydrological_day());
    let given = !township.villages.is_empty();
    found.required(given, "village", words::needs_village(), words::add_village());
    let once = words::id_of_its_own;
    found.unique("village", "id", township.villages.iter().map(|v| &v.id), once());
    found.unique("station", "id", township.stations.iter().map(|s| &s.id), once());
    found.unique("crop", "id", township.crops.iter().map(|c| &c.id), once());
    for (index, village) in township.villages.iter().enumerate() {
        let found = &mut found.item("village", index);
        check_name(&village.name, words::report_names_it(), found);
        found.not_negative("sown_area_mu", village.sown_area_mu, words::sown_area());
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
        let hint = words::litres_per_person();
        found.positive("litres_per_person_day", demand.litres_per_person_day, hint);
        sourced(&demand.source, demand.confidence, words::source_of_value(), found);
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
    found.ensure(right, "rain_mm", shown, core::at_least(0), words::monthly_means());
    found.positive("rainless_mm", climate.rainless_mm, words::rainless_day());
    sourced(&climate.source, climate.confidence, words::source_of_values(), found);
}

fn check_irrigation(irrigation: &Irrigation, found: &mut Problems) {
    let share = irrigation.canal_efficiency;
    found.within("canal_efficiency", share, SHARE, words::canal_efficiency());
    found.positive("pass_m3_per_mu", irrigation.pass_m3_per_mu, words::water_of_pass());
    sourced(&irrigation.source, irrigation.confidence, words::source_of_values(), found);
}

fn check_crop(crop: &Crop, found: &mut Problems) {
    check_name(&crop.name, words::tables_name_it(), found);
    sourced(&crop.source, crop.confidence, words::source_of_crop(), found);
    found.positive("sown_area_mu", crop.sown_area_mu, words::area_of_crop());
    let (quantity, price) = (crop.yield_kg_per_mu, crop.price_yuan_per_kg);
    found.within("yield_kg_per_mu", quantity, YIELD_KG_PER_MU, words::yield_of_crop());
    found.within("price_yuan_per_kg", price, PRICE_YUAN_PER_KG, words::price_of_crop());
}

fn check_sown_area(township: &Township, found: &mut Problems) {
    let crops: f64 = township.crops.iter().map(|c| c.sown_area_mu).sum();
    let villages: f64 = township.villages.iter().map(|v| v.sown_area_mu).sum();
    let both = !township.crops.is_empty() && villages > 0.0;
    let differ = (crops - villages).abs() > SOWN_AREA_TOLERANCE * villages;
    let rule = words::areas_differ(format_args!("{villages:.1}"));
    let sown = words::area(format_args!("{crops:.1}"));
    found.ensure(!(both && differ), "crop", sown, rule, words::correct_area());
}
