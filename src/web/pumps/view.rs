//! The pumps in words.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use super::strip::{Strip, strip};
use super::{PumpFacts, PumpsFacts};
use crate::account::{Entry, MeterEvents, OpenBy, PumpAccount, Quantity, Total};
use crate::locales::{Text, full_day, page as common, page_pumps as words};
use crate::web::format::{day, total, whole};
use crate::web::range::{Picker, query};
use crate::web::station::Range;

/// Why the electricity of most pumps is open: what lies beside the hours that were read. It is told once, and not with
/// each pump.
const USUAL: [OpenBy; 5] =
    [OpenBy::Ends, OpenBy::Boundary, OpenBy::Step, OpenBy::Gap, OpenBy::Silence];

/// What the page has around its live part.
#[derive(Serialize)]
pub(super) struct Around {
    picker: Picker,
    /// URL of the live part.
    live: String,
}

/// What is around the part of `facts`, which are those of `range`.
pub(super) fn around(facts: &PumpsFacts, range: Range) -> Around {
    Around {
        picker: Picker::new("/pumps", range, facts.period.from, facts.period.to),
        live: format!("/pumps?part=1&{}", query(range)),
    }
}

/// The live part of the page.
#[derive(Serialize)]
pub(super) struct Page {
    pub days: Text,
    /// That the period is not over; empty where it is.
    pub not_over: Text,
    /// Why there may be more electricity, of all pumps together.
    pub more: Text,
    pub energy: Sum,
    pub volume: Sum,
    pub hours: Sum,
    pub running: usize,
    pub unknown: usize,
    /// Those with doubts first, then by electricity.
    pub pumps: Vec<Pump>,
}

/// A sum over all pumps.
#[derive(Serialize)]
pub(super) struct Sum {
    pub value: Text,
    /// Its bounds, where they are open.
    pub within: Text,
    /// The pumps without data, by name.
    pub missing: Text,
}

/// A pump.
#[derive(Serialize)]
pub(super) struct Pump {
    pub id: String,
    pub name: String,
    pub place: Text,
    /// Whether it runs: the id of a style, and words.
    pub state: &'static str,
    pub state_words: Text,
    pub energy: Amount,
    pub volume: Amount,
    pub hours: Amount,
    /// What tells whether it ran.
    pub ground: Text,
    pub strip: Option<Strip>,
    pub coverage: Text,
    /// Why there may be more electricity.
    pub open: Text,
    pub meters: Vec<Text>,
    pub findings: Vec<Text>,
}

/// A quantity of a pump.
#[derive(Serialize)]
pub(super) struct Amount {
    pub value: Text,
    /// Its bounds in short, where they are open.
    pub within: Text,
    /// How it was made, between which bounds, and what there is to note.
    pub how: Text,
}

/// The live part of `facts`.
pub(super) fn page(facts: &PumpsFacts) -> Page {
    let period = facts.period;
    let today = facts.shown.zone.to_datetime(facts.shown.now).date();
    let mut order: Vec<&PumpFacts> = facts.pumps.iter().collect();
    order.sort_by(|a, b| {
        let ((a_doubted, a_kwh), (b_doubted, b_kwh)) = (key(a), key(b));
        b_doubted.cmp(&a_doubted).then(b_kwh.total_cmp(&a_kwh))
    });
    let running = |state: Option<bool>| facts.pumps.iter().filter(|p| p.running == state).count();
    Page {
        days: words::days(dated(period.from, today), dated(period.to, today), period.days()),
        not_over: if facts.is_over { Text::default() } else { words::not_over() },
        more: more(&facts.pumps),
        energy: sum(&facts.pumps, |account| &account.energy_kwh),
        volume: sum(&facts.pumps, |account| &account.volume_m3),
        hours: sum(&facts.pumps, |account| &account.run_hours),
        running: running(Some(true)),
        unknown: running(None),
        pumps: order.into_iter().map(|pump| pump_of(facts, pump)).collect(),
    }
}

/// Whether something is doubtful about a pump, and its electricity: what it is sorted by.
fn key(pump: &PumpFacts) -> (bool, f64) {
    (!findings(pump).is_empty(), pump.account.energy_kwh.value.unwrap_or(-1.0))
}

/// A day, with its year where that is not the year of `today`.
fn dated(of: Date, today: Date) -> Text {
    if of.year() == today.year() {
        return day(of);
    }
    full_day(of)
}

/// Why there may be more electricity, as far as that is [`USUAL`], and at how many pumps.
fn more(pumps: &[PumpFacts]) -> Text {
    let of = |pump: &&PumpFacts| usual(pump).next().is_some();
    let count = pumps.iter().filter(of).count();
    let why: BTreeSet<OpenBy> = pumps.iter().flat_map(usual).collect();
    let why = Text::list(why.into_iter().map(OpenBy::name));
    match count {
        0 => Text::default(),
        all if all == pumps.len() => words::open_of_all(why),
        some => words::open_of(some, why),
    }
}

fn usual(pump: &PumpFacts) -> impl Iterator<Item = OpenBy> {
    let energy = &pump.account.energy_kwh;
    let is_open = energy.bounds[1] > energy.value.unwrap_or(0.0);
    let by = pump.account.energy_open_by.iter().copied();
    by.filter(move |by| is_open && USUAL.contains(by))
}

fn sum(pumps: &[PumpFacts], quantity: fn(&PumpAccount) -> &Quantity) -> Sum {
    let parts = pumps.iter().map(|pump| (pump.account.name.as_str(), quantity(&pump.account)));
    let sum = Total::of(parts);
    let (value, within) = said(sum.value, sum.bounds);
    let missing = if sum.missing.is_empty() { Text::default() } else { Text::list(sum.missing) };
    Sum { value, within, missing }
}

/// A quantity as one number, and its bounds as far as they say more than that.
pub(super) fn said(value: Option<f64>, [least, most]: [f64; 2]) -> (Text, Text) {
    let Some(value) = value.filter(|value| value.is_finite()) else {
        let within = if most.is_finite() { common::at_most(whole(most)) } else { Text::default() };
        return (common::not_known(), within);
    };
    if most.is_infinite() {
        return (common::at_least(whole(least)), Text::default());
    }
    let [value, least, most] = [value, least, most].map(whole);
    let within = match (least == value, most == value) {
        (true, true) => Text::default(),
        (true, false) => common::at_most(most),
        (false, true) => common::at_least(least),
        (false, false) => words::range(least, most),
    };
    (Text::verbatim(value), within)
}

fn pump_of(facts: &PumpsFacts, pump: &PumpFacts) -> Pump {
    let account = &pump.account;
    let (state, state_words) = match pump.running {
        Some(true) => ("info", words::running()),
        Some(false) => ("none", words::stopped()),
        None => ("none", common::not_known()),
    };
    let place = match &pump.source {
        Some(source) => words::at(&pump.village, source),
        None => Text::verbatim(&pump.village),
    };
    let covered = account.ran_by().1.share() * 100.0;
    let strip = strip(facts.period, &pump.hours_by_day);
    Pump {
        id: account.station.to_string(),
        name: account.name.clone(),
        place,
        state,
        state_words,
        energy: amount(&account.energy_kwh),
        volume: amount(&account.volume_m3),
        hours: amount(&account.run_hours),
        ground: account.run_ground.text(),
        strip,
        coverage: words::covered(format!("{covered:.0}")),
        open: names(account.energy_open_by.iter().copied()).unwrap_or_default(),
        meters: meters(pump),
        findings: findings(pump),
    }
}

fn amount(quantity: &Quantity) -> Amount {
    let (value, within) = said(quantity.value, quantity.bounds);
    let one = Total { value: quantity.value, bounds: quantity.bounds, missing: Vec::new() };
    let bounds = quantity.value.map(|_| total(&one).1).filter(|bounds| !bounds.is_empty());
    let method = quantity.value.map(|_| quantity.method.name());
    let note = Some(quantity.note.clone()).filter(|note| !note.is_empty());
    let how: Vec<Text> = method.into_iter().chain(bounds).chain(note).collect();
    let how = if how.is_empty() { Text::default() } else { Text::clauses(how) };
    Amount { value, within, how }
}

/// What happened to its meters.
fn meters(pump: &PumpFacts) -> Vec<Text> {
    let events = pump.account.meters.iter().filter_map(events);
    let unused = pump.account.unused.iter().map(|row| row.text());
    let corrections = pump.account.corrections.len();
    let corrected = (corrections > 0).then(|| words::corrected(corrections));
    events.chain(pump.replacements.iter().map(replaced)).chain(unused).chain(corrected).collect()
}

fn events(events: &MeterEvents) -> Option<Text> {
    let counts = [
        (events.resets > 0).then(|| words::resets(events.resets)),
        (events.rollovers > 0).then(|| words::rollovers(events.rollovers)),
        (events.glitches > 0).then(|| words::glitches(events.glitches)),
    ];
    let said: Vec<Text> = counts.into_iter().flatten().collect();
    (!said.is_empty()).then(|| words::of_series(events.series.to_string(), Text::list(said)))
}

fn replaced(entry: &Entry) -> Text {
    let series = entry.work.clone().unwrap_or_default();
    words::replaced(day(entry.from), entry.code.name(), whole(entry.value), series)
}

/// What is doubtful about it: what the check of figures objects to; where that is nothing, why it may be more.
fn findings(pump: &PumpFacts) -> Vec<Text> {
    let account = &pump.account;
    let mut found = pump.findings.clone();
    found.extend(account.contradiction.clone());
    if found.is_empty() {
        let open = account.energy_open_by.iter().copied().filter(|by| !USUAL.contains(by));
        found.extend(names(open).map(words::open_by));
    }
    found
}

/// The reasons `open` in words; `None` where there are none.
fn names(open: impl Iterator<Item = OpenBy>) -> Option<Text> {
    let names: Vec<Text> = open.map(OpenBy::name).collect();
    (!names.is_empty()).then(|| Text::list(names))
}
