//! The places that rules are checked at: the township, its villages, crops and pumps, each with its numbers.

use std::collections::BTreeMap;

use super::super::catalogue::FigureId;
use super::super::figure::Figure;
use super::super::rows::Rows;
use super::rule::Scope;
use crate::account::{Entry, EntryCode, Method, PumpAccount};
use crate::core::Period;
use crate::locales::{Text, figures as words};
use crate::water::{Crop, Township};

/// Value of a harvest above which a crop counts as dear, yuan per mu. `docs/domain.md` §5: plain rice is worth 1200 to
/// 1500 yuan, above 3000 only other crops are; confidence 0.7.
const DEAR_YUAN_PER_MU: f64 = 3000.0;

/// One place with its numbers.
#[derive(Debug)]
pub(in super::super) struct Place {
    pub scope: Scope,
    /// Id, for fingerprints.
    pub id: String,
    pub name: Text,
    pub values: BTreeMap<&'static str, f64>,
}

const AREAS: [(&str, EntryCode); 3] = [
    ("area_affected", EntryCode::AreaAffected),
    ("area_damaged", EntryCode::AreaDamaged),
    ("area_failed", EntryCode::AreaFailed),
];

/// What rules may hold against the inhabitants of a village.
const PERSONS: [(&str, EntryCode); 5] = [
    ("persons_short", EntryCode::PersonsShort),
    ("persons_affected", EntryCode::PersonsAffected),
    ("persons_in_need", EntryCode::PersonsInNeed),
    ("persons_relieved_now", EntryCode::PersonsRelievedNow),
    ("households_affected", EntryCode::HouseholdsAffected),
];

/// Other areas that rules may hold against what is sown in a village.
const OTHER_AREAS: [(&str, EntryCode); 2] =
    [("area_standing", EntryCode::AreaStanding), ("area_replanted", EntryCode::AreaReplanted)];

/// The grades of drought, whose sum is the area in drought.
const GRADES: [EntryCode; 4] = [
    EntryCode::DroughtLight,
    EntryCode::DroughtModerate,
    EntryCode::DroughtSevere,
    EntryCode::DroughtExtreme,
];

/// Rain of a day below which it counts as rainless, mm, where the township's file does not say. Engineering judgement,
/// confidence 0.6: the limits in use are 3 to 5 mm (`docs/domain.md` §1).
const RAINLESS_MM: f64 = 5.0;

/// The coverages that rules may use: the share of the hours with data, by figure.
const COVERAGES: [(&str, FigureId); 2] = [
    ("electricity_coverage", FigureId::ElectricityUsed),
    ("storage_coverage", FigureId::StorageTotal),
];

/// All places of a report. `rain_entered` is the rain that people entered beside that of the gauges, mm.
pub(in super::super) fn places(
    figures: &[Figure],
    rows: Rows<'_>,
    pumps: &[PumpAccount],
    township: &Township,
    period: Period,
    rain_entered: Option<f64>,
) -> Vec<Place> {
    let days = period.days() as f64;
    let mut places = vec![of_township(figures, rows, township, days, rain_entered)];
    for village in &township.villages {
        let here = |e: &Entry| e.village.as_ref() == Some(&village.id);
        let mut values = of_codes(rows, AREAS.iter().chain(&PERSONS).chain(&OTHER_AREAS), here);
        let grades = GRADES.into_iter().filter_map(|code| Some(rows.span(code, here)?.value));
        values.extend(grades.reduce(|a, b| a + b).map(|sum| ("area_in_drought", sum)));
        values.insert("sown_area", village.sown_area_mu);
        if village.persons > 0 {
            values.insert("persons", f64::from(village.persons));
        }
        places.push(Place {
            scope: Scope::Village,
            id: village.id.to_string(),
            name: Text::verbatim(&village.name),
            values,
        });
    }
    for crop in &township.crops {
        let mut values = of_codes(rows, &AREAS, |e| e.crop.as_ref() == Some(&crop.id));
        values.insert("sown_area", crop.sown_area_mu);
        values.insert("crop_value", value_of(crop));
        places.push(Place {
            scope: Scope::Crop,
            id: crop.id.to_string(),
            name: Text::verbatim(&crop.name),
            values,
        });
    }
    for pump in pumps {
        let mut values = BTreeMap::from([("event_days", days)]);
        // Only what an instrument counted can be held against another.
        let metered =
            [("energy", &pump.energy_kwh), ("volume", &pump.volume_m3), ("hours", &pump.run_hours)]
                .into_iter()
                .filter(|(_, quantity)| quantity.method == Method::CounterDifference);
        values.extend(metered.filter_map(|(name, quantity)| Some((name, quantity.value?))));
        let station = township.station(&pump.station);
        if let Some(plate) = station.and_then(|s| s.pump.as_ref()) {
            values.insert("head", plate.rated_head_m);
            values.insert("power", plate.rated_power_kw);
        }
        places.push(Place {
            scope: Scope::Pump,
            id: pump.station.to_string(),
            name: Text::verbatim(&pump.name),
            values,
        });
    }
    places
}

fn value_of(crop: &Crop) -> f64 {
    crop.yield_kg_per_mu * crop.price_yuan_per_kg
}

fn of_township(
    figures: &[Figure],
    rows: Rows<'_>,
    township: &Township,
    days: f64,
    rain_entered: Option<f64>,
) -> Place {
    let mut values: BTreeMap<&'static str, f64> =
        figures.iter().filter_map(|figure| Some((figure.id.id(), figure.number()?))).collect();
    values.insert("event_days", days);
    values.extend(rain_entered.map(|mm| ("rain_entered", mm)));
    let climate = township.climate.as_ref();
    values.insert("rainless_mm", climate.map_or(RAINLESS_MM, |climate| climate.rainless_mm));
    let in_drought = figures.iter().find(|figure| figure.id == FigureId::AreaInDrought);
    let most = in_drought.and_then(|figure| Some(figure.bounds.map_or(figure.number()?, |b| b[1])));
    values.extend(most.filter(|most| most.is_finite()).map(|most| ("area_in_drought_most", most)));
    for (name, id) in COVERAGES {
        let figure = figures.iter().find(|figure| figure.id == id);
        values.extend(figure.and_then(|f| f.coverage).map(|share| (name, share)));
    }
    let sown: f64 = township.crops.iter().map(|c| c.sown_area_mu).sum();
    let of_villages: f64 = township.villages.iter().map(|v| v.sown_area_mu).sum();
    if sown.max(of_villages) > 0.0 {
        values.insert("sown_area", sown.max(of_villages));
    }
    if !township.villages.is_empty() {
        let persons: f64 = township.villages.iter().map(|v| f64::from(v.persons)).sum();
        if persons > 0.0 {
            values.insert("persons", persons);
        }
    }
    let groups: f64 = township.villages.iter().map(|v| f64::from(v.groups)).sum();
    if groups > 0.0 {
        values.insert("groups", groups);
    }
    let (mut all, mut dear, mut dearest) = (0.0, 0.0, 0.0f64);
    for (crop, area) in rows.by_crop(EntryCode::AreaAffected) {
        let crop = crop.and_then(|id| township.crops.iter().find(|c| c.id == id));
        let worth = crop.map_or(0.0, value_of);
        all += area.value;
        dear += if worth > DEAR_YUAN_PER_MU { area.value } else { 0.0 };
        dearest = dearest.max(worth);
    }
    if all > 0.0 {
        values.insert("high_value_share", dear / all);
    }
    if dearest > 0.0 {
        values.insert("crop_value_max", dearest);
    }
    Place { scope: Scope::Township, id: "township".into(), name: words::whole_township(), values }
}

/// What the rows of `codes` at `here` come to, by name.
fn of_codes<'a>(
    rows: Rows<'_>,
    codes: impl IntoIterator<Item = &'a (&'static str, EntryCode)>,
    here: impl Fn(&Entry) -> bool,
) -> BTreeMap<&'static str, f64> {
    let number =
        |(name, code): &(&'static str, EntryCode)| Some((*name, rows.span(*code, &here)?.value));
    codes.into_iter().filter_map(number).collect()
}
