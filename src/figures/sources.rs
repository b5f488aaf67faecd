//! Figures from water sources: onset, dry channels and ponds, storage, drinking water.

use std::collections::BTreeSet;

use super::catalogue::FigureId;
use super::draft::{Draft, Drafts, series_input};
use super::facts::Facts;
use super::figure::{Figure, FigureInput, Origin};
use super::phrase::{Hedge, PrintUnit, SIGNIFICANT, phrase, phrase_en};
use crate::account::{Entry, EntryCode, Method, SourceAccount, WARN_DAYS_MIN};
use crate::core::{Parameter, Series};
use crate::locales::{Argument, Text, figures as words};
use crate::water::{StationKind, Status};

/// Share of the hours that a source needs data for before a figure may say that it was not dry, or that nobody lacked
/// water. Engineering judgement, confidence 0.6.
pub const EVIDENCE_SHARE: f64 = 0.95;

/// A last level older than this, h, at the end of the period gets a note. Engineering judgement, confidence 0.8: a day.
const STALE_HOURS: i64 = 24;

fn input(source: &SourceAccount, value: Option<f64>, method: Method, note: Text) -> FigureInput {
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
        let note = words::warned_from(&source.name, Argument::of(day), WARN_DAYS_MIN);
        draft.input(input(source, None, Method::Status, note));
    }
    let entries = facts.rows.of(EntryCode::DroughtEvent);
    for entry in &entries {
        draft.entry(entry);
    }
    let entered = entries.iter().map(|e| e.from).min();
    match (entered, first) {
        (Some(day), Some(seen)) if day.first_of_month() != seen.first_of_month() => {
            draft.note(words::onset_differs(Argument::of(day), Argument::of(seen)));
        }
        (Some(_), None) => draft.note(words::onset_not_seen()),
        (None, Some(_)) => draft.note(words::onset_not_confirmed()),
        _ => {}
    }
    match entered.or(first) {
        Some(day) => draft.month(day, words::since_month),
        None => draft.absent(words::no_onset()),
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
        draft.note(words::no_village_hinted());
    } else {
        draft.note(words::villages_hinted(hit.len(), Text::list(hit)));
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
                words::dry_from(
                    &source.name,
                    facts.local(spell.first_hour_at),
                    spell.longest_h,
                    spell.hours,
                ),
            ),
            None if evident => (Some(0.0), Text::verbatim(&source.name)),
            None => (None, words::dry_not_known(&source.name)),
        };
        match value {
            Some(one) => dry += usize::from(one > 0.0),
            None => unknown.push(source.name.as_str()),
        }
        draft.input(input(source, value, Method::DryForADay, note));
    }
    if total == 0 {
        draft.absent(words::no_station(kind.name()));
    } else if dry == 0 && !unknown.is_empty() {
        draft.absent(words::dry_unknown(Text::list(unknown)));
    } else {
        draft.number(dry as f64);
        draft.bounds(dry as f64, (dry + unknown.len()) as f64);
        if !unknown.is_empty() {
            draft.note(words::few_data_not_counted(Text::list(unknown)));
        }
        draft.note(words::watched(kind.name(), total, Status::Dry.name(kind), dry));
    }
    (draft, dry)
}

/// Channels that ceased to flow. Stations watch only part of a township's channels: the words are 部分.
pub(super) fn channels_dry(facts: &Facts<'_>) -> Draft {
    let (mut draft, dry) = dry_count(facts, StationKind::Channel);
    draft.words(if dry == 0 { words::channels_flow() } else { words::channels_dry() });
    draft
}

pub(super) fn ponds_dry(facts: &Facts<'_>) -> Draft {
    let (mut draft, dry) = dry_count(facts, StationKind::Pond);
    draft.words(if dry == 0 { words::ponds_hold() } else { words::ponds_dry() });
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
            let note = words::no_level_or_curve(&source.name);
            draft.input(input(source, None, Method::StorageCurve, note));
            continue;
        };
        total += water.storage_m3;
        known += 1;
        let level_m = format!("{:.2}", day.level_m);
        let mut notes = vec![words::level_at(&source.name, facts.local(at), level_m)];
        if water.outside {
            notes.push(words::level_outside_curve());
        }
        if end.duration_since(at).as_hours() > STALE_HOURS {
            notes.push(words::level_stale());
        }
        let note = Text::clauses(notes);
        draft.input(input(source, Some(water.storage_m3), Method::StorageCurve, note));
    }
    if known > 0 {
        draft.number(total);
    } else {
        draft.absent(words::no_storage());
    }
    if !unknown.is_empty() {
        draft.note(words::not_counted(Text::list(unknown)));
    }
    draft
}

/// Water stored against the mean of the same day in the earlier years that have data.
pub(super) fn storage_anomaly(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let id = FigureId::StorageTotal;
    let mut draft = Draft::default();
    let Some(now) = drafts.number(id) else {
        draft.absent(words::no_storage_total());
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
        draft.absent(words::no_earlier_storage());
    } else {
        draft.number((now - mean) / mean * 100.0);
        draft.note(words::against_earlier(stored.len(), format!("{mean:.0}")));
    }
    draft
}

fn cases(n: f64) -> Text {
    let (hedge, unit) = (Hedge::Exact, PrintUnit::PersonTime);
    let (zh, en) = (phrase(n, hedge, unit, SIGNIFICANT), phrase_en(n, hedge, unit, SIGNIFICANT));
    zh.zip(en).map_or_else(|| words::cases(n), |(zh, en)| Text::both(zh, en))
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
        draft.input(input(tank, None, Method::Evidence, Text::verbatim(&tank.name)));
        let name = &tank.name;
        if share < EVIDENCE_SHARE {
            lacking.push(words::tank_data_short(name, format!("{:.1}", share * 100.0)));
        }
        if let Some(spell) = tank.dry {
            let since = facts.local(spell.first_hour_at);
            lacking.push(words::tank_ran_dry(name, since, spell.longest_h));
        }
    }
    if tanks == 0 {
        lacking.push(words::no_tank());
    }
    let stated: f64 = entries.iter().map(|e| e.value).sum();
    if entries.is_empty() {
        draft.absent(words::nothing_stated());
        lacking.into_iter().for_each(|why| draft.note(why));
    } else if stated > 0.0 {
        draft.number(stated);
        draft.words(words::somebody_short(cases(stated)));
        lacking.into_iter().for_each(|why| draft.note(why));
    } else if lacking.is_empty() {
        draft.number(0.0);
        draft.words(words::nobody_short());
    } else {
        draft.absent(words::too_little_evidence());
        lacking.into_iter().for_each(|why| draft.note(why));
    }
    let covers = |e: &&Entry| e.from <= period.from && e.to >= period.to;
    if !entries.is_empty() && !entries.iter().any(covers) {
        draft.note(words::statement_does_not_cover());
    }
    draft
}
