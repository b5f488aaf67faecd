//! Figures from areas: affected, failed, rescued, and what the rescue was worth.

use std::collections::BTreeMap;

use super::catalogue::FigureId;
use super::draft::Draft;
use super::ledger_rows::Rows;
use super::{EntryCode, FigureInput, Method, Origin};
use crate::core::CropId;
use crate::water::{Crop, CropKind, Township};

/// The three areas of damage, and what is worked out from them.
pub(super) struct Areas {
    pub affected: Draft,
    pub damaged: Draft,
    pub failed: Draft,
    pub rescued: Draft,
    pub averted: Draft,
    pub grain_saved: Draft,
    pub grain_saved_value: Draft,
    pub cash_crops_saved: Draft,
}

/// Areas of one crop, mu. `None` as crop: rows that name none.
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

/// All figures from areas.
pub(super) fn areas(rows: Rows<'_>, township: &Township) -> Areas {
    let affected = rows.sum(FigureId::AreaAffected, &[EntryCode::AreaAffected]);
    let damaged = rows.sum(FigureId::AreaDamaged, &[EntryCode::AreaDamaged]);
    let failed = rows.sum(FigureId::AreaFailed, &[EntryCode::AreaFailed]);
    let by_crop = by_crop(rows);
    let saved = |id, kind, worth| saved(id, kind, worth, &by_crop, rows, township);
    Areas {
        grain_saved: saved(FigureId::GrainSaved, CropKind::Grain, Worth::Tonnes),
        grain_saved_value: saved(FigureId::GrainSavedValue, CropKind::Grain, Worth::Yuan),
        cash_crops_saved: saved(FigureId::CashCropsSaved, CropKind::Cash, Worth::Yuan),
        rescued: rescued(&affected, &failed, &by_crop, township),
        averted: averted(&affected, &failed, &by_crop, rows, township),
        affected,
        damaged,
        failed,
    }
}

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

fn crop_name(id: Option<&CropId>, township: &Township) -> String {
    match id {
        Some(id) => crop(id, township).map_or_else(|| id.to_string(), |c| c.name.clone()),
        None => "未写明作物".into(),
    }
}

/// Says which of the two areas is absent; whether one was.
fn lacks(draft: &mut Draft, affected: &Draft, failed: &Draft) -> bool {
    let mut lacking = false;
    for (area, name) in [(affected, "受灾面积"), (failed, "绝收面积")] {
        if area.value().is_none() {
            draft.absent(format!("缺少{name}"));
            lacking = true;
        }
    }
    lacking
}

fn input(from: Origin, value: f64, method: Method, note: String) -> FigureInput {
    FigureInput { from, value: Some(value), method, note, coverage: None }
}

/// 挽救 = 受灾 − 绝收, whole and by crop.
fn rescued(
    affected: &Draft,
    failed: &Draft,
    by_crop: &BTreeMap<Option<CropId>, CropAreas>,
    township: &Township,
) -> Draft {
    let mut draft = Draft::new(FigureId::AreaRescued);
    let (Some(whole), Some(lost)) = (affected.value(), failed.value()) else {
        lacks(&mut draft, affected, failed);
        return draft;
    };
    draft.figure(FigureId::AreaAffected, whole);
    draft.figure(FigureId::AreaFailed, -lost);
    for (id, areas) in by_crop {
        let name = crop_name(id.as_ref(), township);
        let note =
            format!("{name}：受灾{}亩，绝收{}亩；已含在上两项中", areas.affected, areas.failed);
        let from = Origin::Crop(id.clone());
        draft.input(input(from, areas.rescued(), Method::RescuedByCrop, note));
    }
    if lost > whole {
        draft.absent("绝收面积大于受灾面积，无法计算");
    } else {
        draft.number(whole - lost);
    }
    draft
}

/// The one rate of `code` that the ledger gives for `crop`, %.
fn rate(rows: Rows<'_>, code: EntryCode, crop: &CropId) -> Result<f64, String> {
    let mut values = rows.of(code).into_iter().filter(|e| e.crop.as_ref() == Some(crop));
    let name = code.name_zh();
    let first = values.next().ok_or_else(|| format!("缺少{name}"))?;
    if values.any(|e| e.value != first.value) {
        return Err(format!("{name}有互相矛盾的记录"));
    }
    if !(0.0..=100.0).contains(&first.value) {
        return Err(format!("{name}不在0到100之间"));
    }
    Ok(first.value)
}

/// Σ over crops of rescued area × yield × price × loss rate averted. One crop without its rates makes the sum absent: a
/// total that leaves a crop out, or guesses, would be no total.
fn averted(
    affected: &Draft,
    failed: &Draft,
    by_crop: &BTreeMap<Option<CropId>, CropAreas>,
    rows: Rows<'_>,
    township: &Township,
) -> Draft {
    let mut draft = Draft::new(FigureId::LossAverted);
    if lacks(&mut draft, affected, failed) {
        return draft;
    }
    let mut total = 0.0;
    let mut why = Vec::new();
    for (id, areas) in by_crop {
        let name = crop_name(id.as_ref(), township);
        match of_crop(id.as_ref(), *areas, rows, township) {
            Ok((yuan, note)) => {
                total += yuan;
                let note = format!("{name}：{note}");
                draft.input(input(Origin::Crop(id.clone()), yuan, Method::WorthOfRescue, note));
            }
            Err(reason) => why.push(format!("{name}{reason}，无法估算")),
        }
    }
    if why.is_empty() {
        draft.number(total);
    } else {
        why.into_iter().for_each(|reason| draft.absent(reason));
    }
    draft
}

/// What a saved harvest is counted in.
#[derive(Clone, Copy)]
enum Worth {
    Tonnes,
    Yuan,
}

/// What was saved of the crops of `kind`. A crop without a kind or rates makes the sum absent, as for the loss averted.
fn saved(
    id: FigureId,
    kind: CropKind,
    worth: Worth,
    by_crop: &BTreeMap<Option<CropId>, CropAreas>,
    rows: Rows<'_>,
    township: &Township,
) -> Draft {
    let mut draft = Draft::new(id);
    let (mut total, mut counted) = (0.0, 0usize);
    let mut why = Vec::new();
    for (id, areas) in by_crop {
        let name = crop_name(id.as_ref(), township);
        let Some(crop) = id.as_ref().and_then(|id| crop(id, township)) else {
            why.push(format!("{name}不在乡镇作物表中"));
            continue;
        };
        match crop.kind {
            None => why.push(format!("{name}未写明是粮食还是经济作物（kind）")),
            Some(own) if own != kind => {}
            Some(_) => match of_crop(id.as_ref(), *areas, rows, township) {
                Ok((yuan, note)) => {
                    let value = match worth {
                        Worth::Tonnes => yuan / crop.price_yuan_per_kg / 1000.0,
                        Worth::Yuan => yuan,
                    };
                    total += value;
                    counted += 1;
                    let from = Origin::Crop(id.clone());
                    draft.input(input(from, value, Method::WorthOfRescue, note));
                }
                Err(reason) => why.push(format!("{name}{reason}，无法估算")),
            },
        }
    }
    if !why.is_empty() {
        why.into_iter().for_each(|reason| draft.absent(reason));
    } else if counted > 0 {
        draft.number(total);
    } else {
        draft.absent("台账中没有这类作物的受灾面积");
    }
    draft
}

/// Of the areas of `code`, those of grain. A row without a crop, or a crop without a kind, makes the figure absent.
pub(super) fn of_grain(
    id: FigureId,
    code: EntryCode,
    rows: Rows<'_>,
    township: &Township,
) -> Draft {
    let mut draft = Draft::new(id);
    let (mut total, mut any) = (0.0, false);
    let mut why = Vec::new();
    for entry in rows.of(code) {
        any = true;
        let found = entry.crop.as_ref().and_then(|id| crop(id, township));
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
        draft.absent(format!("台账中没有“{}”的记录", code.name_zh()));
    } else if why.is_empty() {
        draft.number(total);
    } else {
        draft.absent(format!("台账第{}条没有写明作物，或作物没有类别（kind）", why.join("、")));
    }
    draft
}

/// Sown area of the crops of `kind`, by the township's table.
pub(super) fn sown(id: FigureId, kind: CropKind, township: &Township) -> Draft {
    let mut draft = Draft::new(id);
    let mut total = None;
    let mut unknown = Vec::new();
    for crop in &township.crops {
        match crop.kind {
            Some(own) if own == kind => {
                total = Some(total.unwrap_or(0.0) + crop.sown_area_mu);
                let from = Origin::Crop(Some(crop.id.clone()));
                draft.input(input(from, crop.sown_area_mu, Method::Entered, crop.name.clone()));
            }
            Some(_) => {}
            None => unknown.push(crop.name.as_str()),
        }
    }
    match total {
        Some(total) if unknown.is_empty() => draft.number(total),
        _ => draft.absent(format!("作物表没有写明类别（kind）：{}", unknown.join("、"))),
    }
    draft
}

/// What the rescue of a crop was worth, yuan, and how that comes about.
fn of_crop(
    id: Option<&CropId>,
    areas: CropAreas,
    rows: Rows<'_>,
    township: &Township,
) -> Result<(f64, String), String> {
    let id = id.ok_or("的面积没有作物名")?;
    let crop = crop(id, township).ok_or("不在乡镇作物表中")?;
    if areas.rescued() < 0.0 {
        return Err("的绝收面积大于受灾面积".into());
    }
    let without = rate(rows, EntryCode::LossRateWithout, id)?;
    let with = rate(rows, EntryCode::LossRateWith, id)?;
    if with > without {
        return Err("的抗旱后损失率高于不抗旱损失率".into());
    }
    let share = (without - with) / 100.0;
    let yuan = areas.rescued() * crop.yield_kg_per_mu * crop.price_yuan_per_kg * share;
    let note = format!(
        "{}亩 × {} kg/亩 × {}元/kg × ({without}% − {with}%)；产量与价格：{}",
        areas.rescued(),
        crop.yield_kg_per_mu,
        crop.price_yuan_per_kg,
        crop.source
    );
    Ok((yuan, note))
}
