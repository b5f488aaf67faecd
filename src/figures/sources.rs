//! Figures from water sources: onset, dry channels and ponds, storage, drinking water.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::catalogue::FigureId;
use super::draft::{Draft, series_input};
use super::facts::{SourceFacts, WARN_DAYS_MIN};
use super::ledger_rows::{Rows, month_of};
use super::phrase::{Hedge, PrintUnit, SIGNIFICANT, phrase};
use super::{EntryCode, FigureInput, Method};
use crate::core::{Parameter, Period, Series};
use crate::water::{StationKind, Status, Township};

/// Share of the hours that a source needs data for before "it was not dry" or "nobody lacked water" may be said of it.
///
/// `design.md` §8 and the report's own check (>= 95 % of the event). Engineering judgement, confidence 0.6.
pub const EVIDENCE_SHARE: f64 = 0.95;

/// A last level older than this at the end of the period is noted, h. Engineering judgement, confidence 0.8: one day.
const STALE_HOURS: i64 = 24;

fn input(
    source: &SourceFacts<'_>,
    value: Option<f64>,
    method: Method,
    note: String,
) -> FigureInput {
    let series = Series::new(source.station.id.clone(), Parameter::Level);
    series_input(series, value, method, note, source.coverage)
}

/// Whether the source tells of a drought in the open: drinking-water tanks and wells are refilled, and do not.
fn tells_drought(kind: StationKind) -> bool {
    matches!(kind, StationKind::Pond | StationKind::Reservoir | StationKind::Channel)
}

/// The month of onset: the clerk's, checked against the sources; the sources' without the clerk's.
pub(super) fn onset_month(sources: &[SourceFacts<'_>], rows: Rows<'_>) -> Draft {
    let mut draft = Draft::new(FigureId::OnsetMonth);
    let mut first = None;
    for source in sources.iter().filter(|s| tells_drought(s.station.kind)) {
        draft.cover(source.coverage);
        let Some(day) = source.warn_from else {
            continue;
        };
        first = Some(first.map_or(day, |f: jiff::civil::Date| f.min(day)));
        let note = format!("{}自{day}起连续{WARN_DAYS_MIN}天达到旱警", source.station.name);
        draft.input(input(source, None, Method::Status, note));
    }
    let entries = rows.of(EntryCode::DroughtEvent);
    for entry in &entries {
        draft.entry(entry);
    }
    let entered = entries.iter().map(|e| e.from).min();
    match (entered, first) {
        (Some(day), Some(seen)) if month_of(day) != month_of(seen) => {
            draft.note(format!(
                "台账的抗旱期始于{day}，传感器最早的旱警为{seen}，请核对；以台账为准"
            ));
        }
        (Some(_), None) => draft.note("传感器数据未见连续旱警，以台账为准"),
        (None, Some(_)) => draft.note("台账未确认抗旱期，月份由传感器推得，请确认"),
        _ => {}
    }
    match entered.or(first) {
        Some(day) => draft.day(month_of(day), format!("{}月份以来", day.month())),
        None => draft.absent("台账中没有抗旱期，传感器数据也未见连续旱警"),
    }
    draft
}

/// Adds to the villages entered as hit what the sensors hint at.
pub(super) fn hint_villages(draft: &mut Draft, sources: &[SourceFacts<'_>], township: &Township) {
    let hit: BTreeSet<&str> = sources
        .iter()
        .filter(|s| tells_drought(s.station.kind) && s.warn_from.is_some())
        .filter_map(|s| township.village(&s.station.village))
        .map(|village| village.name.as_str())
        .collect();
    if hit.is_empty() {
        draft.note("传感器提示：没有村的水源连续达到旱警");
    } else {
        let names: Vec<&str> = hit.iter().copied().collect();
        draft.note(format!("传感器提示：{}个村的水源达到旱警（{}）", hit.len(), names.join("、")));
    }
}

/// How many sources of `kind` were dry. A source that was not seen dry counts as not dry only with enough data.
fn dry_count(id: FigureId, sources: &[SourceFacts<'_>], kind: StationKind) -> (Draft, usize) {
    let mut draft = Draft::new(id);
    let (mut dry, mut total) = (0usize, 0usize);
    let mut unknown = Vec::new();
    for source in sources.iter().filter(|s| s.station.kind == kind) {
        total += 1;
        draft.cover(source.coverage);
        let evident =
            source.coverage.share() >= EVIDENCE_SHARE && source.station.bottom_m.is_some();
        let (value, note) = match source.dry {
            Some(spell) => (
                Some(1.0),
                format!(
                    "{}：自{}起，最长连续{}小时，共{}小时",
                    source.station.name,
                    source.local(spell.first_hour_at),
                    spell.longest_h,
                    spell.hours
                ),
            ),
            None if evident => (Some(0.0), source.station.name.clone()),
            None => (None, format!("{}：数据不足，不能断定", source.station.name)),
        };
        match value {
            Some(one) => dry += usize::from(one > 0.0),
            None => unknown.push(source.station.name.as_str()),
        }
        draft.input(input(source, value, Method::DryForADay, note));
    }
    if total == 0 {
        draft.absent(format!("没有{}测站", kind.name_zh()));
    } else if dry == 0 && !unknown.is_empty() {
        draft.absent(format!("数据不足，不能断定是否干涸：{}", unknown.join("、")));
    } else {
        draft.number(dry as f64);
        draft.bounds(dry as f64, (dry + unknown.len()) as f64);
        if !unknown.is_empty() {
            draft.note(format!("数据不足，未计入：{}", unknown.join("、")));
        }
        draft.note(format!(
            "监测{}{total}处，其中{}{dry}处",
            kind.name_zh(),
            Status::Dry.name_zh(kind)
        ));
    }
    (draft, dry)
}

/// Channels that ceased to flow. Stations watch a part of a township's channels, so 部分 is all that can be said.
pub(super) fn channels_dry(sources: &[SourceFacts<'_>]) -> Draft {
    let (mut draft, dry) = dry_count(FigureId::ChannelsDry, sources, StationKind::Channel);
    draft.words(if dry == 0 { "河沟未出现断流" } else { "部分河沟断水" });
    draft
}

/// Ponds that ran dry.
pub(super) fn ponds_dry(sources: &[SourceFacts<'_>]) -> Draft {
    let (mut draft, dry) = dry_count(FigureId::PondsDry, sources, StationKind::Pond);
    draft.words(if dry == 0 { "塘堰未出现干涸" } else { "塘堰干涸" });
    draft
}

/// Reservoirs that ran dry.
pub(super) fn reservoirs_dry(sources: &[SourceFacts<'_>]) -> Draft {
    dry_count(FigureId::ReservoirsDry, sources, StationKind::Reservoir).0
}

/// Storage of ponds and reservoirs at the end of the period.
pub(super) fn storage_total(sources: &[SourceFacts<'_>], end: Timestamp) -> Draft {
    let mut draft = Draft::new(FigureId::StorageTotal);
    let (mut total, mut known) = (0.0, 0usize);
    let mut unknown = Vec::new();
    let stores = |kind| matches!(kind, StationKind::Pond | StationKind::Reservoir);
    for source in sources.iter().filter(|s| stores(s.station.kind)) {
        draft.cover(source.coverage);
        let (Some((at, level_m)), Some(curve)) = (source.last, &source.station.curve) else {
            unknown.push(source.station.name.as_str());
            let note = format!("{}：没有水位或库容曲线", source.station.name);
            draft.input(input(source, None, Method::StorageCurve, note));
            continue;
        };
        let storage = curve.storage(level_m);
        total += storage.volume_m3;
        known += 1;
        let mut note = format!("{}：{} 水位{level_m:.2} m", source.station.name, source.local(at));
        if storage.outside {
            note.push_str("；水位超出库容曲线，存疑");
        }
        if end.duration_since(at).as_hours() > STALE_HOURS {
            note.push_str("；距统计期末超过一天");
        }
        draft.input(input(source, Some(storage.volume_m3), Method::StorageCurve, note));
    }
    if known > 0 {
        draft.number(total);
    } else {
        draft.absent("没有塘堰或水库的水位与库容曲线");
    }
    if !unknown.is_empty() {
        draft.note(format!("未计入：{}", unknown.join("、")));
    }
    draft
}

/// Persons short of drinking water. A zero needs the ledger's word and the tanks' evidence.
pub(super) fn drinking_difficulty(
    sources: &[SourceFacts<'_>],
    rows: Rows<'_>,
    period: Period,
) -> Draft {
    let mut draft = Draft::new(FigureId::DrinkingDifficulty);
    let entries = rows.of(EntryCode::DrinkingDifficulty);
    for entry in &entries {
        draft.entry(entry);
    }
    let mut lacking = Vec::new();
    let mut tanks = 0usize;
    for tank in sources.iter().filter(|s| s.station.kind == StationKind::Tank) {
        tanks += 1;
        draft.cover(tank.coverage);
        let share = tank.coverage.share();
        draft.input(input(tank, None, Method::Evidence, tank.station.name.clone()));
        let name = &tank.station.name;
        if share < EVIDENCE_SHARE {
            lacking.push(format!("{name}的数据只覆盖{:.1}%的时段，不足95%", share * 100.0));
        }
        if let Some(spell) = tank.dry {
            lacking.push(format!(
                "{name}自{}起干涸{}小时，与“无人缺水”不符",
                tank.local(spell.first_hour_at),
                spell.longest_h
            ));
        }
    }
    if tanks == 0 {
        lacking.push("没有饮水池测站".into());
    }
    let stated: f64 = entries.iter().map(|e| e.value).sum();
    if entries.is_empty() {
        draft.absent("台账中没有“因旱饮水困难”的陈述");
        lacking.into_iter().for_each(|why| draft.note(why));
    } else if stated > 0.0 {
        draft.number(stated);
        let number = phrase(stated, Hedge::Exact, PrintUnit::PersonTime, SIGNIFICANT);
        let number = number.unwrap_or_else(|| format!("{stated}人次"));
        draft.words(format!("有{number}出现饮水困难情况"));
        lacking.into_iter().for_each(|why| draft.note(why));
    } else if lacking.is_empty() {
        draft.number(0.0);
        draft.words("未有一人次出现饮水困难情况");
    } else {
        draft.absent("台账陈述无人饮水困难，但证据不足");
        lacking.into_iter().for_each(|why| draft.note(why));
    }
    let covers = |e: &&super::Entry| e.from <= period.from && e.to >= period.to;
    if !entries.is_empty() && !entries.iter().any(covers) {
        draft.note("台账的陈述未覆盖整个统计期，请核对");
    }
    draft
}
