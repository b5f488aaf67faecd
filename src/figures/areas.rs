//! Figures from areas by crop: affected, rescued, of grain, sown.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::catalogue::FigureId;
use super::counting::Span;
use super::draft::{Draft, Drafts};
use super::facts::Facts;
use super::figure::{FigureInput, Origin};
use super::recipe::total;
use super::rows::{Rows, missing};
use crate::account::{Entry, EntryCode, Method};
use crate::core::{CropId, VillageId};
use crate::locales::{Argument, Text, figures as words};
use crate::water::{Crop, CropKind, Township};

/// Areas of one crop, mu.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CropAreas {
    pub affected: Span,
    pub failed: Span,
}

impl CropAreas {
    pub fn rescued(self) -> Span {
        self.affected.less(self.failed)
    }
}

/// The areas of each crop; `None` collects the rows without a crop.
pub(super) fn by_crop(rows: Rows<'_>) -> BTreeMap<Option<CropId>, CropAreas> {
    let mut areas: BTreeMap<Option<CropId>, CropAreas> = BTreeMap::new();
    for (crop, area) in rows.by_crop(EntryCode::AreaAffected) {
        areas.entry(crop).or_default().affected = area;
    }
    for (crop, area) in rows.by_crop(EntryCode::AreaFailed) {
        areas.entry(crop).or_default().failed = area;
    }
    areas
}

/// Pairs of which the first area is a part of the second 受灾 ⊇ 成灾 ⊇ 绝收.
const WITHIN: [(EntryCode, EntryCode); 3] = [
    (EntryCode::AreaFailed, EntryCode::AreaAffected),
    (EntryCode::AreaFailed, EntryCode::AreaDamaged),
    (EntryCode::AreaDamaged, EntryCode::AreaAffected),
];

/// The area of `code`, open where the rows contradict each other or the sown area.
pub(super) fn surveyed(facts: &Facts<'_>, code: EntryCode) -> Draft {
    let mut draft = facts.rows.counted(&[code]);
    for (part, whole) in WITHIN.into_iter().filter(|pair| pair.0 == code || pair.1 == code) {
        let mut places = exceeded(facts, part, Whole::Area(whole)).narrowest();
        if code == whole && places.is_empty() {
            places = left_out(facts, part, whole);
        }
        for place in places {
            draft.open(words::exceeds(place, part.name(), whole.name()));
        }
    }
    for place in exceeded(facts, code, Whole::Sown).narrowest() {
        draft.open(words::exceeds(place, code.name(), words::sown_area()));
    }
    draft
}

/// What an area is a part of.
#[derive(Debug, Clone, Copy)]
enum Whole {
    Area(EntryCode),
    Sown,
}

/// Where an area is greater than its whole, by kind of place.
#[derive(Debug, Default)]
struct Exceeded {
    /// Crops of villages.
    fields: Vec<(VillageId, CropId, Text)>,
    villages: Vec<(VillageId, Text)>,
    crops: Vec<(CropId, Text)>,
    township: Option<Text>,
}

impl Exceeded {
    /// The names of the places, without those that are exceeded because a part of them is: each fact once.
    fn narrowest(self) -> Vec<Text> {
        let Exceeded { fields, villages, crops, township } = self;
        let in_field = |village: &VillageId| fields.iter().any(|(own, _, _)| own == village);
        let of_field = |crop: &CropId| fields.iter().any(|(_, own, _)| own == crop);
        let villages: Vec<Text> = villages
            .into_iter()
            .filter_map(|(village, name)| (!in_field(&village)).then_some(name))
            .collect();
        let crops: Vec<Text> = match villages.is_empty() {
            true => crops
                .into_iter()
                .filter_map(|(crop, name)| (!of_field(&crop)).then_some(name))
                .collect(),
            false => Vec::new(),
        };
        let mut places: Vec<Text> = fields.into_iter().map(|(_, _, name)| name).collect();
        places.extend(villages);
        places.extend(crops);
        if places.is_empty() { township.into_iter().collect() } else { places }
    }
}

/// Where the area of `part` is greater than `whole`.
fn exceeded(facts: &Facts<'_>, part: EntryCode, whole: Whole) -> Exceeded {
    let (rows, township) = (facts.rows, facts.township());
    let exceeds = |sown: f64, here: &dyn Fn(&Entry) -> bool| {
        let all = match whole {
            Whole::Area(code) => rows.span(code, here),
            Whole::Sown => (sown > 0.0).then_some(Span { value: sown, least: sown, most: sown }),
        };
        rows.span(part, here).zip(all).is_some_and(|(part, all)| all.is_exceeded_by(part))
    };
    let mut found = Exceeded::default();
    if matches!(whole, Whole::Area(_)) {
        for (village, crop) in fields(rows, part) {
            let name = field_name(township, village, crop);
            if exceeds(0.0, &|row| is_of(row, village, crop)) {
                found.fields.push((village.clone(), crop.clone(), name));
            }
        }
    }
    for village in &township.villages {
        let here = |row: &Entry| row.village.as_ref() == Some(&village.id);
        if exceeds(village.sown_area_mu, &here) {
            found.villages.push((village.id.clone(), Text::verbatim(&village.name)));
        }
    }
    for crop in &township.crops {
        if exceeds(crop.sown_area_mu, &|row| row.crop.as_ref() == Some(&crop.id)) {
            found.crops.push((crop.id.clone(), Text::verbatim(&crop.name)));
        }
    }
    let of_crops: f64 = township.crops.iter().map(|crop| crop.sown_area_mu).sum();
    let of_villages: f64 = township.villages.iter().map(|village| village.sown_area_mu).sum();
    let all = exceeds(of_crops.max(of_villages), &|_| true);
    found.township = all.then(words::whole_township);
    found
}

/// The crops of villages that have a row of `code`.
fn fields<'a>(rows: Rows<'a>, code: EntryCode) -> BTreeSet<(&'a VillageId, &'a CropId)> {
    let own = rows.of(code).into_iter();
    own.filter_map(|row| row.village.as_ref().zip(row.crop.as_ref())).collect()
}

fn is_of(row: &Entry, village: &VillageId, crop: &CropId) -> bool {
    row.village.as_ref() == Some(village) && row.crop.as_ref() == Some(crop)
}

fn field_name(township: &Township, village: &VillageId, crop: &CropId) -> Text {
    Text::list([township.village_name(village), township.crop_name(crop)])
}

/// The crops of villages with an area of `part` and none of `whole`, where every row of the whole has a village and a
/// crop: they were left out of it.
fn left_out(facts: &Facts<'_>, part: EntryCode, whole: EntryCode) -> Vec<Text> {
    let rows = facts.rows;
    let wholes = rows.of(whole);
    let by_field = wholes.iter().all(|row| row.village.is_some() && row.crop.is_some());
    if wholes.is_empty() || !by_field {
        return Vec::new();
    }
    let mut fields = fields(rows, part);
    fields.retain(|(village, crop)| {
        let here = |row: &Entry| is_of(row, village, crop);
        rows.span(part, here).is_some_and(|area| area.value > 0.0)
            && rows.span(whole, here).is_none()
    });
    let name = |(village, crop)| field_name(facts.township(), village, crop);
    fields.into_iter().map(name).collect()
}

/// The grades of drought, and those of a form that has no moderate one.
const GRADES: [(FigureId, EntryCode); 4] = [
    (FigureId::DroughtLight, EntryCode::DroughtLight),
    (FigureId::DroughtModerate, EntryCode::DroughtModerate),
    (FigureId::DroughtSevere, EntryCode::DroughtSevere),
    (FigureId::DroughtExtreme, EntryCode::DroughtExtreme),
];

/// The grades that the rows are told by. A form of three has light, severe and withered areas in each survey and none
/// in moderate drought.
fn grades(rows: Rows<'_>) -> Vec<(FigureId, EntryCode)> {
    let days = |code| {
        let rows = rows.of(code).into_iter();
        rows.map(|row| (row.from, row.to)).collect::<BTreeSet<_>>()
    };
    let (light, extreme) = (days(EntryCode::DroughtLight), days(EntryCode::DroughtExtreme));
    let three = !light.is_empty()
        && light == days(EntryCode::DroughtSevere)
        && light == extreme
        && rows.of(EntryCode::DroughtModerate).is_empty();
    let mut grades = GRADES.to_vec();
    grades.retain(|(_, code)| !three || *code != EntryCode::DroughtModerate);
    grades
}

/// The area in drought: the sum of the grades, which is that of one day where those of each place are.
pub(super) fn in_drought(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let grades = grades(facts.rows);
    let parts: Vec<FigureId> = grades.iter().map(|(id, _)| *id).collect();
    let mut draft = total(&parts, drafts);
    if parts.len() < GRADES.len() {
        draft.note(words::three_grades());
    }
    let mut places: BTreeMap<_, BTreeSet<Date>> = BTreeMap::new();
    for (_, code) in &grades {
        let rows = facts.rows.count(*code, |_| true).unwrap_or_default().rows;
        for (row, _) in rows {
            places.entry((&row.village, &row.crop)).or_default().insert(row.to);
        }
    }
    if let Some(days) = places.into_values().find(|days| days.len() > 1) {
        draft.open(words::grades_of_several_days(Text::list(days.iter().map(Argument::of))));
    }
    draft
}

/// The greatest area in drought on one day.
pub(super) fn in_drought_peak(facts: &Facts<'_>) -> Draft {
    let codes: Vec<EntryCode> = grades(facts.rows).into_iter().map(|(_, code)| code).collect();
    let mut draft = facts.rows.peak(&codes);
    if codes.len() < GRADES.len() {
        draft.note(words::three_grades());
    }
    draft
}

/// What a row of the ledger shows that relief was given, where it is not 0.
const RELIEF: [EntryCode; 29] = [
    EntryCode::EquipmentDeclared,
    EntryCode::ElectricityDeclared,
    EntryCode::Gasoline,
    EntryCode::Diesel,
    EntryCode::EngineHours,
    EntryCode::FundsCentral,
    EntryCode::FundsProvince,
    EntryCode::FundsCounty,
    EntryCode::FundsCollective,
    EntryCode::FundsRaised,
    EntryCode::PersonsEngaged,
    EntryCode::WellsEngaged,
    EntryCode::WaterTrucks,
    EntryCode::WaterCarried,
    EntryCode::PumpStationsUnmonitored,
    EntryCode::InstalledPowerUnmonitored,
    EntryCode::WaterPumpedUnmonitored,
    EntryCode::PumpHoursUnmonitored,
    EntryCode::AreaIrrigatedUnmonitored,
    EntryCode::AreaIrrigatedTimesUnmonitored,
    EntryCode::OilByMass,
    EntryCode::PersonTimesEngaged,
    EntryCode::WaterTruckTrips,
    EntryCode::WellsDrilled,
    EntryCode::WellsRepaired,
    EntryCode::CanalsCleared,
    EntryCode::PipesLaid,
    EntryCode::WorksRepaired,
    EntryCode::AreaReplanted,
];

/// Whether a pump that ran, or a row of days of the period, shows that relief was given in it.
pub(super) fn relieved(facts: &Facts<'_>) -> bool {
    let rows = facts.rows;
    let given = |code: &EntryCode| rows.of(*code).iter().any(|e| e.value > 0.0 && rows.holds(e));
    facts.pumps.iter().any(|pump| pump.ran == Some(true)) || RELIEF.iter().any(given)
}

pub(super) fn crop<'a>(id: &CropId, township: &'a Township) -> Option<&'a Crop> {
    township.crops.iter().find(|c| &c.id == id)
}

pub(super) fn crop_name(id: Option<&CropId>, township: &Township) -> Text {
    match id {
        Some(id) => Text::verbatim(township.crop_name(id)),
        None => words::no_crop_named(),
    }
}

/// Area affected and area failed; where one is absent, `draft` says so.
pub(super) fn damage(draft: &mut Draft, drafts: &Drafts) -> Option<(Span, Span)> {
    let areas = [
        (FigureId::AreaAffected, EntryCode::AreaAffected),
        (FigureId::AreaFailed, EntryCode::AreaFailed),
    ];
    let [affected, failed] = areas.map(|(id, code)| {
        let area = Span::of(drafts.get(id));
        if area.is_none() {
            draft.absent(words::lacks(code.name()));
        }
        area
    });
    affected.zip(failed)
}

pub(super) fn input(from: Origin, value: f64, method: Method, note: Text) -> FigureInput {
    FigureInput { from, value: Some(value), method, note, coverage: None }
}

/// 挽救 = 受灾 − 绝收, whole and by crop. The difference is a rescue only where relief was given.
pub(super) fn rescued(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let mut draft = Draft::default();
    let Some((whole, lost)) = damage(&mut draft, drafts) else {
        return draft;
    };
    for (id, area) in [(FigureId::AreaAffected, whole.value), (FigureId::AreaFailed, -lost.value)] {
        draft.inherits(drafts.get(id));
        draft.figure(id, area);
    }
    for (id, areas) in by_crop(facts.rows) {
        let name = crop_name(id.as_ref(), facts.township());
        let (affected, failed) = (areas.affected.value, areas.failed.value);
        let note = words::rescued_of_crop(name, affected, failed);
        let from = Origin::Crop(id);
        draft.input(input(from, affected - failed, Method::RescuedByCrop, note));
    }
    if whole.is_exceeded_by(lost) {
        draft.absent(words::more_failed_than_affected());
        return draft;
    }
    whole.less(lost).set_in(&mut draft);
    if !relieved(facts) {
        draft.open(words::no_relief());
    }
    draft
}

/// The part of the areas of `code`, whose figure is `whole`, that is grain. A row without a crop, or a crop without a
/// kind, makes it absent.
pub(super) fn of_grain(
    facts: &Facts<'_>,
    drafts: &Drafts,
    whole: FigureId,
    code: EntryCode,
) -> Draft {
    let mut draft = Draft::default();
    draft.inherits(drafts.get(whole));
    let rows = facts.rows.of(code);
    let kind = |entry: &Entry| crop(entry.crop.as_ref()?, facts.township())?.kind;
    let unknown: Vec<String> =
        rows.iter().filter(|row| kind(row).is_none()).map(|row| row.id.to_string()).collect();
    if rows.is_empty() {
        draft.absent(missing([code]));
        return draft;
    } else if !unknown.is_empty() {
        draft.absent(words::rows_without_kind(Text::list(unknown)));
        return draft;
    }
    let counted = facts.rows.count(code, |row| kind(row) == Some(CropKind::Grain));
    let counted = counted.unwrap_or_default();
    for (row, part) in counted.rows {
        draft.entry(&Entry { value: part, ..row.clone() });
    }
    counted.notes.into_iter().for_each(|note| draft.note(note));
    counted.span.set_in(&mut draft);
    draft
}

pub(super) fn sown(facts: &Facts<'_>, kind: CropKind) -> Draft {
    let mut draft = Draft::default();
    let mut total = None;
    let mut unknown = Vec::new();
    for crop in &facts.township().crops {
        match crop.kind {
            Some(own) if own == kind => {
                total = Some(total.unwrap_or(0.0) + crop.sown_area_mu);
                let from = Origin::Crop(Some(crop.id.clone()));
                let name = Text::verbatim(&crop.name);
                draft.input(input(from, crop.sown_area_mu, Method::TownshipFile, name));
            }
            Some(_) => {}
            None => unknown.push(crop.name.as_str()),
        }
    }
    match total {
        Some(total) if unknown.is_empty() => draft.number(total),
        _ => draft.absent(words::crops_without_kind(Text::list(unknown))),
    }
    draft
}
