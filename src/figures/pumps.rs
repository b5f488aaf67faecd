//! Figures from pumps, as sums over their accounts: electricity, hours, water, and what was put to work.

use std::collections::BTreeMap;

use super::catalogue::FigureId;
use super::draft::{Draft, Drafts, series_input};
use super::facts::Facts;
use crate::account::{EntryCode, Method, PumpAccount, Quantity, SegmentKind, Total};
use crate::locales::{Text, figures as words};
use crate::water::Pump;

fn note_unknown(draft: &mut Draft, unknown: &[&str], what: Text) {
    if !unknown.is_empty() {
        draft.note(words::pumps_without(unknown.len(), what, Text::list(unknown)));
    }
}

fn sum<'a>(
    pumps: &'a [PumpAccount],
    quantity: impl Fn(&'a PumpAccount) -> &'a Quantity,
) -> (Draft, Total) {
    let mut draft = Draft::default();
    for account in pumps {
        let Quantity { series, value, method, note, coverage, .. } = quantity(account);
        draft.cover(*coverage);
        draft.input(series_input(series.clone(), *value, *method, note.clone(), *coverage));
    }
    (draft, Total::of(pumps.iter().map(|account| (account.name.as_str(), quantity(account)))))
}

/// The finished sum; absent for the reason `without` if no pump has data. `what` names the data that a pump lacks.
fn finish(mut draft: Draft, total: &Total, without: Text, what: Text) -> Draft {
    match total.value {
        Some(value) => draft.number(value),
        None => draft.absent(without),
    }
    if let (Some(_), Some([least, most])) = (total.value, total.bounds) {
        draft.bounds(least, most);
    }
    let missing: Vec<&str> = total.missing.iter().map(String::as_str).collect();
    note_unknown(&mut draft, &missing, what);
    draft
}

/// Σ of the billed meters, plus what was declared.
pub(super) fn electricity_used(facts: &Facts<'_>) -> Draft {
    let (mut draft, mut total) = sum(facts.pumps, |pump| &pump.energy_kwh);
    let declared = facts.rows.of(EntryCode::ElectricityDeclared);
    if facts.pumps.is_empty() && !declared.is_empty() {
        total = Total { value: Some(0.0), bounds: Some([0.0, 0.0]), missing: Vec::new() };
    }
    for entry in &declared {
        draft.entry(entry);
        total.value = total.value.map(|value| value + entry.value);
        total.bounds = total.bounds.map(|bounds| bounds.map(|bound| bound + entry.value));
    }
    if let (Some(value), Some([_, most])) = (total.value, total.bounds)
        && most > value
    {
        let (why, more) = (why_open(facts.pumps), most - value);
        draft.note(words::energy_open(why, format!("{more:.1}")));
    }
    finish(draft, &total, words::no_meter_data(), words::meter_data())
}

/// Why more electricity may have been used than was counted.
fn why_open(accounts: &[PumpAccount]) -> Text {
    let own = |account: &PumpAccount, kind| {
        let segments = account.segments.iter();
        let mut own = segments.filter(|s| s.series == account.energy_kwh.series);
        own.any(|segment| segment.kind == kind)
    };
    let any = |kind| accounts.iter().any(|account| own(account, kind));
    let ends = accounts.iter().any(|account| {
        let q = &account.energy_kwh;
        !own(account, SegmentKind::Reset) && q.value.zip(q.bounds).is_some_and(|(v, b)| b[1] > v)
    });
    match (any(SegmentKind::Reset), ends) {
        (true, true) => words::open_by_both(),
        (true, false) => words::open_by_resets(),
        (false, _) => words::open_by_ends(),
    }
}

/// Sets that ran, plus sets declared without a meter. A set that moved counts once.
pub(super) fn equipment_deployed(facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::default();
    // Whether each set ran anywhere; a pump without an asset is a set of its own.
    let mut sets: BTreeMap<(bool, &str), Option<bool>> = BTreeMap::new();
    let mut unknown = Vec::new();
    for account in facts.pumps {
        let (series, coverage) = account.ran_by();
        draft.cover(coverage);
        let set = match &account.asset {
            Some(asset) => (true, asset.as_str()),
            None => (false, account.station.as_str()),
        };
        let before = sets.get(&set).copied();
        let counted = before.flatten() == Some(true);
        let note = match before {
            Some(_) => words::same_set(&account.name, set.1),
            None => Text::verbatim(&account.name),
        };
        let one = account.ran.map(|ran| if ran && !counted { 1.0 } else { 0.0 });
        draft.input(series_input(series.clone(), one, Method::Ran, note, coverage));
        let now = match (before.flatten(), account.ran) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), None) | (None, Some(false)) | (Some(false), Some(false)) => Some(false),
            (None, None) => None,
        };
        sets.insert(set, now);
        if account.ran.is_none() {
            unknown.push((set, account.name.as_str()));
        }
    }
    let mut ran = sets.values().filter(|ran| **ran == Some(true)).count() as f64;
    let known = sets.values().any(Option::is_some);
    let declared = facts.rows.of(EntryCode::EquipmentDeclared);
    for entry in &declared {
        draft.entry(entry);
        ran += entry.value;
    }
    // A set without a run in the data may have run where there are none.
    unknown.retain(|(set, _)| sets.get(set).copied().flatten() != Some(true));
    let mut open: Vec<_> = unknown.iter().map(|(set, _)| *set).collect();
    open.sort_unstable();
    open.dedup();
    if known || !declared.is_empty() {
        draft.number(ran);
        draft.bounds(ran, ran + open.len() as f64);
    } else {
        draft.absent(words::no_pump_nor_declared());
    }
    let names: Vec<&str> = unknown.iter().map(|(_, name)| *name).collect();
    note_unknown(&mut draft, &names, words::running_data());
    draft
}

pub(super) fn pump_hours(facts: &Facts<'_>) -> Draft {
    let (draft, total) = sum(facts.pumps, |pump| &pump.run_hours);
    finish(draft, &total, words::no_pump_data(), words::data())
}

pub(super) fn water_pumped(facts: &Facts<'_>) -> Draft {
    let (draft, total) = sum(facts.pumps, |pump| &pump.volume_m3);
    finish(draft, &total, words::no_pump_data(), words::data())
}

/// Σ of `of_plate` over the pumps that ran. Pumps without data add to the upper bound.
fn over_running(facts: &Facts<'_>, of_plate: impl Fn(Option<&Pump>) -> Option<f64>) -> Draft {
    let mut draft = Draft::default();
    let (mut sum, mut open, mut known) = (0.0, 0.0, 0usize);
    let mut lacking = Vec::new();
    for account in facts.pumps {
        let (series, coverage) = account.ran_by();
        draft.cover(coverage);
        let station = facts.township().station(&account.station);
        let Some(worth) = of_plate(station.and_then(|s| s.pump.as_ref())) else {
            lacking.push(account.name.as_str());
            continue;
        };
        let value = account.ran.map(|ran| if ran { worth } else { 0.0 });
        known += usize::from(value.is_some());
        sum += value.unwrap_or(0.0);
        open += if account.ran.is_none() { worth } else { 0.0 };
        let note = Text::verbatim(&account.name);
        draft.input(series_input(series.clone(), value, Method::Ran, note, coverage));
    }
    if known > 0 {
        draft.number(sum);
        draft.bounds(sum, sum + open);
    } else {
        draft.absent(words::no_running_data());
    }
    if !lacking.is_empty() {
        draft.note(words::no_plate_not_counted(Text::list(lacking)));
    }
    draft
}

/// Pump stations that ran.
pub(super) fn stations_engaged(facts: &Facts<'_>) -> Draft {
    over_running(facts, |_| Some(1.0))
}

/// Rated power of the pumps that ran.
pub(super) fn installed_power(facts: &Facts<'_>) -> Draft {
    over_running(facts, |plate| Some(plate?.rated_power_kw))
}

/// Land that the pumps that ran can irrigate.
pub(super) fn area_irrigated(facts: &Facts<'_>) -> Draft {
    let mut draft = over_running(facts, |plate| Some(plate?.irrigates_mu));
    draft.note(words::by_area_of_pumps());
    draft
}

/// Passes of irrigation that the pumped water is enough for.
pub(super) fn area_irrigated_times(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let mut draft = Draft::default();
    match (drafts.number(FigureId::WaterPumped), &facts.township().irrigation) {
        (Some(water), Some(irrigation)) => {
            let times = water * irrigation.canal_efficiency / irrigation.pass_m3_per_mu;
            draft.figure(FigureId::WaterPumped, times);
            draft.number(times);
            draft.note(words::passes(
                format!("{water:.0}"),
                irrigation.canal_efficiency,
                irrigation.pass_m3_per_mu,
                irrigation.source.text(),
            ));
        }
        (None, _) => draft.absent(words::no_water_pumped()),
        (_, None) => draft.absent(words::no_irrigation()),
    }
    draft
}
