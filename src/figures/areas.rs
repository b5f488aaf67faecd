//! Figures from areas by crop: rescued, saved, of grain, sown.

use std::collections::BTreeMap;

use super::catalogue::FigureId;
use super::draft::{Draft, Drafts};
use super::facts::Facts;
use super::figure::{FigureInput, Origin};
use super::rows::{Rows, missing};
use crate::account::{EntryCode, Method};
use crate::core::CropId;
use crate::locales::{Text, figures as words};
use crate::water::{Crop, CropKind, Township};

/// Areas of one crop, mu.
#[derive(Debug, Clone, Copy, Default)]
struct CropAreas {
    affected: f64,
    failed: f64,
}

impl CropAreas {
    fn rescued(self) -> f64 {
        self.affected - self.failed
    }
}

/// The areas of each crop; `None` collects the rows without a crop.
fn by_crop(rows: Rows<'_>) -> BTreeMap<Option<CropId>, CropAreas> {
    let mut areas: BTreeMap<Option<CropId>, CropAreas> = BTreeMap::new();
    for entry in rows.of(EntryCode::AreaAffected) {
        areas.entry(entry.crop.clone()).or_default().affected += entry.value;
    }
    for entry in rows.of(EntryCode::AreaFailed) {
        areas.entry(entry.crop.clone()).or_default().failed += entry.value;
    }
    areas
}

fn crop<'a>(id: &CropId, township: &'a Township) -> Option<&'a Crop> {
    township.crops.iter().find(|c| &c.id == id)
}

fn crop_name(id: Option<&CropId>, township: &Township) -> Text {
    match id {
        Some(id) => Text::verbatim(township.crop_name(id)),
        None => words::no_crop_named(),
    }
}

/// Area affected and area failed; where one is absent, `draft` says so.
fn damage(draft: &mut Draft, drafts: &Drafts) -> Option<(f64, f64)> {
    let areas = [
        (FigureId::AreaAffected, EntryCode::AreaAffected),
        (FigureId::AreaFailed, EntryCode::AreaFailed),
    ];
    let [affected, failed] = areas.map(|(id, code)| {
        let area = drafts.number(id);
        if area.is_none() {
            draft.absent(words::lacks(code.name()));
        }
        area
    });
    affected.zip(failed)
}

fn input(from: Origin, value: f64, method: Method, note: Text) -> FigureInput {
    FigureInput { from, value: Some(value), method, note, coverage: None }
}

/// 挽救 = 受灾 − 绝收, whole and by crop.
pub(super) fn rescued(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let mut draft = Draft::default();
    let Some((whole, lost)) = damage(&mut draft, drafts) else {
        return draft;
    };
    draft.figure(FigureId::AreaAffected, whole);
    draft.figure(FigureId::AreaFailed, -lost);
    for (id, areas) in by_crop(facts.rows) {
        let name = crop_name(id.as_ref(), facts.township());
        let note = words::rescued_of_crop(name, areas.affected, areas.failed);
        let from = Origin::Crop(id);
        draft.input(input(from, areas.rescued(), Method::RescuedByCrop, note));
    }
    if lost > whole {
        draft.absent(words::more_failed_than_affected());
    } else {
        draft.number(whole - lost);
    }
    draft
}

/// The rate of `code` that the ledger gives for `crop`, %; all its rows have to agree.
fn rate(rows: Rows<'_>, code: EntryCode, crop: &CropId) -> Result<f64, Text> {
    let mut values = rows.of(code).into_iter().filter(|e| e.crop.as_ref() == Some(crop));
    let first = values.next().ok_or_else(|| words::rate_missing(code.name()))?;
    if values.any(|e| e.value != first.value) {
        return Err(words::rates_contradict(code.name()));
    }
    if !(0.0..=100.0).contains(&first.value) {
        return Err(words::rate_out_of_range(code.name()));
    }
    Ok(first.value)
}

/// Σ over crops of rescued area × yield × price × loss rate averted. One crop without its rates makes the sum absent:
/// a total must not leave a crop out or guess.
pub(super) fn loss_averted(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let mut draft = Draft::default();
    if damage(&mut draft, drafts).is_none() {
        return draft;
    }
    let mut total = 0.0;
    let mut why = Vec::new();
    for (id, areas) in by_crop(facts.rows) {
        let name = crop_name(id.as_ref(), facts.township());
        match worth_of_rescue(id.as_ref(), areas, facts) {
            Ok((yuan, note)) => {
                total += yuan;
                let note = words::of_crop(name, note);
                draft.input(input(Origin::Crop(id), yuan, Method::WorthOfRescue, note));
            }
            Err(reason) => why.push(words::not_estimated(name, reason)),
        }
    }
    if why.is_empty() {
        draft.number(total);
    } else {
        why.into_iter().for_each(|reason| draft.absent(reason));
    }
    draft
}

/// The unit of a saved harvest.
#[derive(Clone, Copy)]
enum Worth {
    Tonnes,
    Yuan,
}

/// Harvest of grain that was saved, t.
pub(super) fn grain_saved(facts: &Facts<'_>) -> Draft {
    saved(facts, CropKind::Grain, Worth::Tonnes)
}

pub(super) fn grain_saved_value(facts: &Facts<'_>) -> Draft {
    saved(facts, CropKind::Grain, Worth::Yuan)
}

pub(super) fn cash_crops_saved(facts: &Facts<'_>) -> Draft {
    saved(facts, CropKind::Cash, Worth::Yuan)
}

/// The harvest of `kind` that was saved. A crop without a kind or rates makes the sum absent, as for the loss averted.
fn saved(facts: &Facts<'_>, kind: CropKind, worth: Worth) -> Draft {
    let township = facts.township();
    let mut draft = Draft::default();
    let (mut total, mut counted) = (0.0, 0usize);
    let mut why = Vec::new();
    for (id, areas) in by_crop(facts.rows) {
        let name = crop_name(id.as_ref(), township);
        let Some(crop) = id.as_ref().and_then(|id| crop(id, township)) else {
            why.push(words::crop_not_in_table(name));
            continue;
        };
        match crop.kind {
            None => why.push(words::crop_without_kind(name)),
            Some(own) if own != kind => {}
            Some(_) => match worth_of_rescue(id.as_ref(), areas, facts) {
                Ok((yuan, note)) => {
                    let value = match worth {
                        Worth::Tonnes => yuan / crop.price_yuan_per_kg / 1000.0,
                        Worth::Yuan => yuan,
                    };
                    total += value;
                    counted += 1;
                    let from = Origin::Crop(id);
                    draft.input(input(from, value, Method::WorthOfRescue, note));
                }
                Err(reason) => why.push(words::not_estimated(name, reason)),
            },
        }
    }
    if !why.is_empty() {
        why.into_iter().for_each(|reason| draft.absent(reason));
    } else if counted > 0 {
        draft.number(total);
    } else {
        draft.absent(words::no_such_crop_affected());
    }
    draft
}

/// The part of the areas of `code` that is grain. A row without a crop, or a crop without a kind, makes it absent.
pub(super) fn of_grain(facts: &Facts<'_>, code: EntryCode) -> Draft {
    let mut draft = Draft::default();
    let (mut total, mut any) = (0.0, false);
    let mut why = Vec::new();
    for entry in facts.rows.of(code) {
        any = true;
        let found = entry.crop.as_ref().and_then(|id| crop(id, facts.township()));
        match found.and_then(|crop| crop.kind) {
            Some(CropKind::Grain) => {
                draft.entry(entry);
                total += entry.value;
            }
            Some(CropKind::Cash) => {}
            None => why.push(entry.id.to_string()),
        }
    }
    if !any {
        draft.absent(missing([code]));
    } else if why.is_empty() {
        draft.number(total);
    } else {
        draft.absent(words::rows_without_kind(Text::list(why)));
    }
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
                draft.input(input(
                    from,
                    crop.sown_area_mu,
                    Method::Entered,
                    Text::verbatim(&crop.name),
                ));
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

/// What the rescue of a crop was worth, yuan, and how that is worked out.
fn worth_of_rescue(
    id: Option<&CropId>,
    areas: CropAreas,
    facts: &Facts<'_>,
) -> Result<(f64, Text), Text> {
    let rows = facts.rows;
    let id = id.ok_or_else(words::area_without_crop)?;
    let crop = crop(id, facts.township()).ok_or_else(words::not_in_crop_table)?;
    if areas.rescued() < 0.0 {
        return Err(words::crop_failed_more());
    }
    let without = rate(rows, EntryCode::LossRateWithout, id)?;
    let with = rate(rows, EntryCode::LossRateWith, id)?;
    if with > without {
        return Err(words::rate_grew());
    }
    let share = (without - with) / 100.0;
    let yuan = areas.rescued() * crop.yield_kg_per_mu * crop.price_yuan_per_kg * share;
    let note = words::worth_of_rescue(
        areas.rescued(),
        crop.yield_kg_per_mu,
        crop.price_yuan_per_kg,
        format!("({without}% − {with}%)"),
        crop.source.text(),
    );
    Ok((yuan, note))
}
