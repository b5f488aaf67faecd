//! Figures from water sources: onset, dry channels and ponds, storage, drinking water.

use std::collections::BTreeSet;

use super::catalogue::FigureId;
use super::draft::{Draft, Drafts, series_input};
use super::facts::Facts;
use super::figure::{Figure, FigureInput, Origin};
use super::phrase::{Hedge, PrintUnit, SIGNIFICANT, phrase};
use crate::account::{Entry, EntryCode, Method, SourceAccount, WARN_DAYS_MIN};
use crate::core::{Parameter, Series};
use crate::water::{StationKind, Status};

/// Share of the hours that a source needs data for before a figure may say that it was not dry, or that nobody lacked
/// water. Engineering judgement, confidence 0.6.
pub const EVIDENCE_SHARE: f64 = 0.95;

/// A last level older than this, h, at the end of the period gets a note. Engineering judgement, confidence 0.8: a day.
const STALE_HOURS: i64 = 24;

fn input(source: &SourceAccount, value: Option<f64>, method: Method, note: String) -> FigureInput {
    let series = Series::new(source.station.clone(), Parameter::Level);
    series_input(series, value, method, note, source.coverage)
}

/// The month of onset: the clerk's, checked against the sources. Without the clerk's, that of the sources.
pub(super) fn onset_month(facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::default();
    let mut first = None;
    for source in facts.sources.iter().filter(|s| s.kind.is_open_water()) {
        draft.cover(source.coverage);
        let Some(day) = source.warn_from else {
            continue;
        };
        first = Some(first.map_or(day, |f: jiff::civil::Date| f.min(day)));
        let note = format!("{}自{day}起连续{WARN_DAYS_MIN}天达到旱警", source.name);
        draft.input(input(source, None, Method::Status, note));
    }
    let entries = facts.rows.of(EntryCode::DroughtEvent);
    for entry in &entries {
        draft.entry(entry);
    }
    let entered = entries.iter().map(|e| e.from).min();
    match (entered, first) {
        (Some(day), Some(seen)) if day.first_of_month() != seen.first_of_month() => {
            draft.note(format!(
                "台账的抗旱期始于{day}，传感器最早的旱警为{seen}，请核对；以台账为准"
            ));
        }
        (Some(_), None) => draft.note("传感器数据未见连续旱警，以台账为准"),
        (None, Some(_)) => draft.note("台账未确认抗旱期，月份由传感器推得，请确认"),
        _ => {}
    }
    match entered.or(first) {
        Some(day) => draft.day(day.first_of_month(), format!("{}月份以来", day.month())),
        None => draft.absent("台账中没有抗旱期，传感器数据也未见连续旱警"),
    }
    draft
}

/// The villages that the ledger calls hit; a note adds those that the sensors hint at.
pub(super) fn villages_affected(facts: &Facts<'_>) -> Draft {
    let mut draft = facts.rows.villages(EntryCode::VillageAffected, facts.township());
    let warned =
        |source: &&SourceAccount| source.kind.is_open_water() && source.warn_from.is_some();
    let hit: BTreeSet<&str> =
        facts.sources.iter().filter(warned).map(|source| source.village.as_str()).collect();
    if hit.is_empty() {
        draft.note("传感器提示：没有村的水源连续达到旱警");
    } else {
        let names: Vec<&str> = hit.iter().copied().collect();
        draft.note(format!("传感器提示：{}个村的水源达到旱警（{}）", hit.len(), names.join("、")));
    }
    draft
}

/// How many sources of `kind` were dry. A source that was not seen dry counts as not dry only with enough data.
fn dry_count(facts: &Facts<'_>, kind: StationKind) -> (Draft, usize) {
    let mut draft = Draft::default();
    let (mut dry, mut total) = (0usize, 0usize);
    let mut unknown = Vec::new();
    for source in facts.sources_of(kind) {
        total += 1;
        draft.cover(source.coverage);
        let station = facts.township().station(&source.station);
        let evident = source.coverage.share() >= EVIDENCE_SHARE
            && station.is_some_and(|station| station.bottom_m.is_some());
        let (value, note) = match source.dry {
            Some(spell) => (
                Some(1.0),
                format!(
                    "{}：自{}起，最长连续{}小时，共{}小时",
                    source.name,
                    facts.local(spell.first_hour_at),
                    spell.longest_h,
                    spell.hours
                ),
            ),
            None if evident => (Some(0.0), source.name.clone()),
            None => (None, format!("{}：数据不足，不能断定", source.name)),
        };
        match value {
            Some(one) => dry += usize::from(one > 0.0),
            None => unknown.push(source.name.as_str()),
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

/// Channels that ceased to flow. Stations watch only part of a township's channels: the words are 部分.
pub(super) fn channels_dry(facts: &Facts<'_>) -> Draft {
    let (mut draft, dry) = dry_count(facts, StationKind::Channel);
    draft.words(if dry == 0 { "河沟未出现断流" } else { "部分河沟断水" });
    draft
}

pub(super) fn ponds_dry(facts: &Facts<'_>) -> Draft {
    let (mut draft, dry) = dry_count(facts, StationKind::Pond);
    draft.words(if dry == 0 { "塘堰未出现干涸" } else { "塘堰干涸" });
    draft
}

pub(super) fn reservoirs_dry(facts: &Facts<'_>) -> Draft {
    dry_count(facts, StationKind::Reservoir).0
}

/// Storage of ponds and reservoirs at the end of the period.
pub(super) fn storage_total(facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::default();
    let (_, end) = facts.basis.calendar.bounds(facts.basis.period);
    let (mut total, mut known) = (0.0, 0usize);
    let mut unknown = Vec::new();
    for source in facts.sources.iter().filter(|s| s.kind.stores()) {
        draft.cover(source.coverage);
        let last = source.days.last().and_then(|day| Some((day, day.balance?)));
        let (Some((day, water)), Some(at)) = (last, source.last_at) else {
            unknown.push(source.name.as_str());
            let note = format!("{}：没有水位或库容曲线", source.name);
            draft.input(input(source, None, Method::StorageCurve, note));
            continue;
        };
        total += water.storage_m3;
        known += 1;
        let mut note = format!("{}：{} 水位{:.2} m", source.name, facts.local(at), day.level_m);
        if water.outside {
            note.push_str("；水位超出库容曲线，存疑");
        }
        if end.duration_since(at).as_hours() > STALE_HOURS {
            note.push_str("；距统计期末超过一天");
        }
        draft.input(input(source, Some(water.storage_m3), Method::StorageCurve, note));
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

/// Water stored against the mean of the same day in the earlier years that have data.
pub(super) fn storage_anomaly(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let id = FigureId::StorageTotal;
    let mut draft = Draft::default();
    let Some(now) = drafts.number(id) else {
        draft.absent("没有蓄水总量");
        return draft;
    };
    let mut stored = Vec::new();
    for then in facts.earlier.iter().filter(|e| e.same_days) {
        let figure = then.figures.iter().find(|figure| figure.id == id);
        let Some(value) = figure.and_then(Figure::number) else {
            continue;
        };
        draft.input(FigureInput {
            from: Origin::Figure(id, Some(then.period.to)),
            value: Some(value),
            method: Method::Figure,
            note: then.label.clone(),
            coverage: None,
        });
        stored.push(value);
    }
    let mean = stored.iter().sum::<f64>() / stored.len() as f64;
    if stored.is_empty() || mean <= 0.0 {
        draft.absent("没有往年同日的蓄水量");
    } else {
        draft.number((now - mean) / mean * 100.0);
        draft.note(format!("与{}年同日的均值{mean:.0} m3比较", stored.len()));
    }
    draft
}

/// Persons short of drinking water. A zero needs a row of the ledger and the evidence of the tanks.
pub(super) fn drinking_difficulty(facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::default();
    let period = facts.basis.period;
    let entries = facts.rows.of(EntryCode::DrinkingDifficulty);
    for entry in &entries {
        draft.entry(entry);
    }
    let mut lacking = Vec::new();
    let mut tanks = 0usize;
    for tank in facts.sources_of(StationKind::Tank) {
        tanks += 1;
        draft.cover(tank.coverage);
        let share = tank.coverage.share();
        draft.input(input(tank, None, Method::Evidence, tank.name.clone()));
        let name = &tank.name;
        if share < EVIDENCE_SHARE {
            lacking.push(format!("{name}的数据只覆盖{:.1}%的时段，不足95%", share * 100.0));
        }
        if let Some(spell) = tank.dry {
            lacking.push(format!(
                "{name}自{}起干涸{}小时，与“无人缺水”不符",
                facts.local(spell.first_hour_at),
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
    let covers = |e: &&Entry| e.from <= period.from && e.to >= period.to;
    if !entries.is_empty() && !entries.iter().any(covers) {
        draft.note("台账的陈述未覆盖整个统计期，请核对");
    }
    draft
}
