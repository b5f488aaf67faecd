//! Figures from pumps, as sums over their accounts: electricity, equipment that ran, hours, water.

use std::collections::BTreeMap;

use super::accounts::PumpAccount;
use super::catalogue::FigureId;
use super::draft::{Draft, series_input};
use super::ledger_rows::Rows;
use super::quantity::Quantity;
use super::segments::SegmentKind;
use super::{EntryCode, Method};

/// Notes the pumps that nothing is known of.
fn note_unknown(draft: &mut Draft, unknown: &[&str], what: &str) {
    if !unknown.is_empty() {
        draft.note(format!("{}个泵站没有{what}，未计入：{}", unknown.len(), unknown.join("、")));
    }
}

/// A sum over accounts in the making.
struct Sum<'a> {
    draft: Draft,
    value: f64,
    least: f64,
    most: f64,
    /// Whether the bounds of each part are known.
    bounded: bool,
    known: usize,
    unknown: Vec<&'a str>,
}

/// Sums over accounts what `quantity` says of each.
fn over<'a>(
    id: FigureId,
    accounts: &'a [PumpAccount],
    quantity: impl Fn(&'a PumpAccount) -> &'a Quantity,
) -> Sum<'a> {
    let mut sum = Sum {
        draft: Draft::new(id),
        value: 0.0,
        least: 0.0,
        most: 0.0,
        bounded: true,
        known: 0,
        unknown: Vec::new(),
    };
    for account in accounts {
        let part = quantity(account);
        sum.draft.cover(part.coverage);
        sum.draft.input(series_input(
            part.series.clone(),
            part.value,
            part.method,
            part.note.clone(),
            part.coverage,
        ));
        let Some(value) = part.value else {
            sum.unknown.push(&account.name);
            continue;
        };
        sum.known += 1;
        sum.value += value;
        match part.bounds {
            Some([least, most]) => {
                sum.least += least;
                sum.most += most;
            }
            None => sum.bounded = false,
        }
    }
    sum
}

impl Sum<'_> {
    /// The finished sum: absent, for the reason `without`, where nothing is known; `what` is what some pumps lack.
    fn finish(mut self, known: bool, without: &str, what: &str) -> Draft {
        if known {
            self.draft.number(self.value);
            if self.bounded {
                self.draft.bounds(self.least, self.most);
            }
        } else {
            self.draft.absent(without);
        }
        note_unknown(&mut self.draft, &self.unknown, what);
        self.draft
    }
}

/// Σ of the billed meters, plus what was declared.
pub(super) fn electricity_used(accounts: &[PumpAccount], rows: Rows<'_>) -> Draft {
    let mut sum = over(FigureId::ElectricityUsed, accounts, |a| &a.energy_kwh);
    let declared = rows.of(EntryCode::ElectricityDeclared);
    for entry in &declared {
        sum.draft.entry(entry);
        sum.value += entry.value;
        sum.least += entry.value;
        sum.most += entry.value;
    }
    let known = sum.known > 0 || (accounts.is_empty() && !declared.is_empty());
    if known && sum.bounded && sum.most > sum.value {
        let why = why_open(accounts);
        let more = sum.most - sum.value;
        sum.draft.note(format!("因{why}，真实值可能高出至多{more:.1} kWh"));
    }
    sum.finish(known, "没有任何电表数据", "电表数据")
}

/// Why electricity may be more than was counted.
fn why_open(accounts: &[PumpAccount]) -> &'static str {
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
        (true, true) => "清零或换表、期首期末缺数",
        (true, false) => "清零或换表",
        (false, _) => "期首期末缺数",
    }
}

/// Sets that ran, plus sets declared without a meter. A set that moved is one, wherever it ran.
pub(super) fn equipment_deployed(accounts: &[PumpAccount], rows: Rows<'_>) -> Draft {
    let mut draft = Draft::new(FigureId::EquipmentDeployed);
    // Of each set whether it ran anywhere; a pump without an asset is a set of its own.
    let mut sets: BTreeMap<(bool, &str), Option<bool>> = BTreeMap::new();
    let mut unknown = Vec::new();
    for account in accounts {
        let (series, coverage) = account.ran_by();
        draft.cover(coverage);
        let set = match &account.asset {
            Some(asset) => (true, asset.as_str()),
            None => (false, account.station.as_str()),
        };
        let before = sets.get(&set).copied();
        let counted = before.flatten() == Some(true);
        let mut note = account.name.clone();
        if before.is_some() {
            note = format!("{note}；同一设备{}，只计一次", set.1);
        }
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
    let declared = rows.of(EntryCode::EquipmentDeclared);
    for entry in &declared {
        draft.entry(entry);
        ran += entry.value;
    }
    // A set that did not run where there are data may have run where there are none.
    unknown.retain(|(set, _)| sets.get(set).copied().flatten() != Some(true));
    let mut open: Vec<_> = unknown.iter().map(|(set, _)| *set).collect();
    open.sort_unstable();
    open.dedup();
    if known || !declared.is_empty() {
        draft.number(ran);
        draft.bounds(ran, ran + open.len() as f64);
    } else {
        draft.absent("没有任何泵站数据，台账中也没有“未装表抗旱设备”");
    }
    let names: Vec<&str> = unknown.iter().map(|(_, name)| *name).collect();
    note_unknown(&mut draft, &names, "运行数据");
    draft
}

/// Running hours of all pumps.
pub(super) fn pump_hours(accounts: &[PumpAccount]) -> Draft {
    let sum = over(FigureId::PumpHours, accounts, |a| &a.run_hours);
    let known = sum.known > 0;
    sum.finish(known, "没有任何泵站数据", "数据")
}

/// Water pumped.
pub(super) fn water_pumped(accounts: &[PumpAccount]) -> Draft {
    let sum = over(FigureId::WaterPumped, accounts, |a| &a.volume_m3);
    let known = sum.known > 0;
    sum.finish(known, "没有任何泵站数据", "数据")
}
