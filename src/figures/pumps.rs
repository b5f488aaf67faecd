//! Figures from pumps, as sums over their accounts: electricity, hours, water, and what was put to work.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::FigureId;
use super::counting::Span;
use super::draft::{Draft, Drafts, series_input};
use super::facts::Facts;
use super::unwatched::{Watched, entered, short};
use crate::account::{Entry, EntryCode, Method, OpenBy, PumpAccount, Quantity, Total};
use crate::core::{Parameter, Series};
use crate::locales::{Text, figures as words};
use crate::water::{Pump, StationKind};

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
        Some(value) => {
            let [least, most] = total.bounds;
            draft.number(value);
            draft.bounds(least, most);
        }
        None => draft.absent(without),
    }
    let missing: Vec<&str> = total.missing.iter().map(String::as_str).collect();
    note_unknown(&mut draft, &missing, what);
    draft
}

/// Σ of the billed meters, plus what was declared. Neither stands for the other: silent meters are in the bounds. What
/// meters draw where no pump is proved to have run was not used against the drought.
pub(super) fn electricity_used(facts: &Facts<'_>) -> Draft {
    let (mut draft, mut total) = sum(facts.pumps, |pump| &pump.energy_kwh);
    let declared = entered(facts, &[EntryCode::ElectricityDeclared], &mut draft);
    let own = declared.unwrap_or_default();
    if declared.is_some() {
        draft.note(parts(total.value, own.value));
        total.value = Some(total.value.unwrap_or(0.0) + own.value);
        total.bounds[0] += own.least;
        total.bounds[1] += own.most;
    }
    if let Some(value) = total.value
        && total.bounds[1] > value
        && total.bounds[1].is_finite()
    {
        let mut why: Vec<Text> = why_open(facts.pumps).into_iter().map(OpenBy::name).collect();
        if own.most > own.value {
            why.push(words::open_by_declared());
        }
        let more = format!("{:.1}", total.bounds[1] - value);
        if !why.is_empty() {
            draft.note(words::energy_open(Text::list(why), more));
        }
    }
    let ran = facts.pumps.iter().any(|pump| pump.ran == Some(true));
    if total.value.is_some() && total.bounds[1] > 0.0 && !ran && own.value == 0.0 {
        draft.open(words::drawn_without_a_run());
    }
    let of_energy = |row: &Entry| {
        let named = row.work.as_deref().and_then(|work| work.parse::<Series>().ok());
        named.is_none_or(|series| series.parameter == Parameter::EnergyTotal)
    };
    if misnamed_replacements(facts).any(of_energy) {
        draft.open(words::replaced_without_meter());
    }
    let doubted = facts.pumps.iter().filter_map(|pump| pump.contradiction.clone());
    doubted.for_each(|why| draft.note(why));
    finish(draft, &total, words::no_meter_data(), words::meter_data())
}

/// A note on the part that is watched, where anything is, and the part that is entered.
fn parts(watched: Option<f64>, entered: f64) -> Text {
    match watched {
        Some(watched) => words::watched_and_entered(short(watched), short(entered)),
        None => words::entered_alone(short(entered)),
    }
}

/// Why more electricity may have been used than was counted.
fn why_open(accounts: &[PumpAccount]) -> BTreeSet<OpenBy> {
    let open = accounts.iter().filter(|account| {
        let energy = &account.energy_kwh;
        energy.bounds[1] > energy.value.unwrap_or(0.0)
    });
    open.flat_map(|account| account.energy_open_by.iter().copied()).collect()
}

/// The rows of the ledger that replace a meter and name no register of any pump.
pub(super) fn misnamed_replacements<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Entry> {
    let stations = facts.township().stations.iter().filter(|s| s.kind == StationKind::Pump);
    let known = stations.flat_map(PumpAccount::registers).map(|series| series.to_string());
    let known: BTreeSet<String> = known.collect();
    let rows = [EntryCode::MeterReplaced, EntryCode::MeterInstalled];
    let rows = rows.map(|code| facts.rows.of(code)).into_iter().flatten();
    rows.filter(move |row| row.work.as_ref().is_none_or(|work| !known.contains(work)))
}

/// The name of a pump; of one that is not proved to have run, also why.
fn with_ground(account: &PumpAccount) -> Text {
    let name = Text::verbatim(&account.name);
    match account.ran {
        Some(true) => name,
        Some(false) | None => Text::clauses([name, account.run_ground.text()]),
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
            Some(_) => words::same_set(with_ground(account), set.1),
            None => with_ground(account),
        };
        let one = account.ran.map(|ran| if ran && !counted { 1.0 } else { 0.0 });
        draft.input(series_input(series.clone(), one, Method::Ran, note, coverage));
        let now = match (before, account.ran) {
            (Some(Some(true)), _) | (_, Some(true)) => Some(true),
            (None | Some(Some(false)), Some(false)) => Some(false),
            _ => None,
        };
        sets.insert(set, now);
        if account.ran.is_none() {
            unknown.push((set, account.name.as_str()));
        }
    }
    let count = |ran: Option<bool>| sets.values().filter(|set| **set == ran).count() as f64;
    let (ran, open) = (count(Some(true)), count(None));
    let known = facts.pumps.iter().any(|account| account.ran.is_some());
    let declared = entered(facts, &[EntryCode::EquipmentDeclared], &mut draft);
    if known || declared.is_some() {
        let Span { value, least, most } = declared.unwrap_or_default();
        if declared.is_some() {
            draft.note(parts(known.then_some(ran), value));
        }
        draft.number(ran + value);
        draft.bounds(ran + least, ran + open + most);
    } else {
        draft.absent(words::no_pump_nor_declared());
    }
    // A set without a run in the data may have run where there are none.
    unknown.retain(|(set, _)| sets.get(set).copied().flatten() != Some(true));
    let names: Vec<&str> = unknown.iter().map(|(_, name)| *name).collect();
    note_unknown(&mut draft, &names, words::running_data());
    draft
}

/// The sum over the pumps that are watched.
fn watched((mut draft, total): (Draft, Total)) -> Watched {
    let missing: Vec<&str> = total.missing.iter().map(String::as_str).collect();
    note_unknown(&mut draft, &missing, words::data());
    let (value, bounds) = (total.value, Some(total.bounds));
    Watched { draft, value, bounds, without: words::no_pump_data() }
}

pub(super) fn pump_hours(facts: &Facts<'_>) -> Draft {
    let hours = watched(sum(facts.pumps, |pump| &pump.run_hours));
    hours.with(facts, &[EntryCode::PumpHoursUnmonitored])
}

pub(super) fn water_pumped(facts: &Facts<'_>) -> Draft {
    let water = watched(sum(facts.pumps, |pump| &pump.volume_m3));
    water.with(facts, &[EntryCode::WaterPumpedUnmonitored])
}

/// Σ of `of_plate` over the pumps that ran. Pumps that may have run add to the upper bound.
fn over_running(facts: &Facts<'_>, of_plate: impl Fn(Option<&Pump>) -> Option<f64>) -> Watched {
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
        let note = with_ground(account);
        draft.input(series_input(series.clone(), value, Method::Ran, note, coverage));
    }
    if !lacking.is_empty() {
        draft.note(words::no_plate_not_counted(Text::list(lacking)));
    }
    let (value, bounds) = ((known > 0).then_some(sum), Some([sum, sum + open]));
    Watched { draft, value, bounds, without: words::no_running_data() }
}

/// Pump stations that ran.
pub(super) fn stations_engaged(facts: &Facts<'_>) -> Draft {
    over_running(facts, |_| Some(1.0)).with(facts, &[EntryCode::PumpStationsUnmonitored])
}

/// Rated power of the pumps that ran.
pub(super) fn installed_power(facts: &Facts<'_>) -> Draft {
    let power = over_running(facts, |plate| Some(plate?.rated_power_kw));
    power.with(facts, &[EntryCode::InstalledPowerUnmonitored])
}

/// Land that the pumps that ran can irrigate.
pub(super) fn area_irrigated(facts: &Facts<'_>) -> Draft {
    let mut area = over_running(facts, |plate| Some(plate?.irrigates_mu));
    if area.value.is_some() {
        area.draft.note(words::by_area_of_pumps());
    }
    area.with(facts, &[EntryCode::AreaIrrigatedUnmonitored])
}

/// Passes of irrigation that the pumped water is enough for. Where passes are entered of what is not monitored, they
/// stand for its water, and only that of the pumps that are watched is turned into passes.
pub(super) fn area_irrigated_times(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let code = EntryCode::AreaIrrigatedTimesUnmonitored;
    let mut draft = Draft::default();
    let water = drafts.get(FigureId::WaterPumped);
    let span = match facts.rows.of(code).is_empty() {
        true => water.span(),
        false => {
            let Watched { value, bounds, .. } = watched(sum(facts.pumps, |pump| &pump.volume_m3));
            value.map(|m3| bounds.map_or([m3; 3], |[least, most]| [m3, least, most]))
        }
    };
    let irrigation = &facts.township().irrigation;
    let mut value = None;
    let bounds;
    let mut without = words::no_water_pumped();
    match (span, irrigation) {
        (Some([m3, least, most]), Some(irrigation)) => {
            let per_m3 = irrigation.canal_efficiency / irrigation.pass_m3_per_mu;
            draft.figure(FigureId::WaterPumped, m3 * per_m3);
            draft.inherits(water);
            draft.note(words::passes(
                format!("{m3:.0}"),
                irrigation.canal_efficiency,
                irrigation.pass_m3_per_mu,
                irrigation.source.text(),
            ));
            value = Some(m3 * per_m3);
            bounds = Some([least * per_m3, most * per_m3]);
        }
        (None, _) => bounds = passes_unseen(facts),
        (_, None) => {
            without = words::no_irrigation();
            bounds = Some([0.0, f64::INFINITY]);
        }
    }
    Watched { draft, value, bounds, without }.with(facts, &[code])
}

/// Between which passes those of pumps without any data lie: nothing where there are no pumps.
fn passes_unseen(facts: &Facts<'_>) -> Option<[f64; 2]> {
    let irrigation = facts.township().irrigation.as_ref();
    let per_m3 = irrigation.map_or(f64::INFINITY, |i| i.canal_efficiency / i.pass_m3_per_mu);
    let [_, most] = sum(facts.pumps, |pump| &pump.volume_m3).1.bounds;
    Some([0.0, if most > 0.0 { most * per_m3 } else { 0.0 }])
}
