//! Persons short of drinking water: what the ledger states, and whether rows and sources bear it out.

use std::collections::BTreeSet;

use super::claim::open_by_bounds;
use super::draft::Draft;
use super::events::{days, drought_within};
use super::facts::Facts;
use super::phrase::{Hedge, PrintUnit, SIGNIFICANT, phrase, phrase_en};
use super::sources::input;
use crate::account::{Entry, EntryCode, Intake, Method, SourceAccount};
use crate::core::{Period, VillageId};
use crate::locales::{Text, figures as words};

/// Rows that say that somebody was short of water.
const SHORTAGE: [EntryCode; 8] = [
    EntryCode::PersonsShort,
    EntryCode::PersonsInNeedOfWater,
    EntryCode::PersonsCameInNeedOfWater,
    EntryCode::PersonsRelieved,
    EntryCode::WaterCarried,
    EntryCode::WaterTruckTrips,
    EntryCode::PersonsCameShort,
    EntryCode::PersonsRelievedNow,
];

/// Persons short of drinking water, as the ledger states. That there were none has to be borne out by the sources that
/// serve people, and is said of their people alone.
pub(super) fn drinking_difficulty(facts: &Facts<'_>) -> Draft {
    let entries = facts.rows.of(EntryCode::DrinkingDifficulty);
    if entries.iter().any(|entry| entry.value > 0.0) {
        let mut draft = somebody(facts, &entries);
        Supplies::of(facts, &mut draft);
        return draft;
    }
    let mut draft = Draft::default();
    for entry in &entries {
        draft.entry(entry);
    }
    let supplies = Supplies::of(facts, &mut draft);
    if entries.is_empty() {
        draft.absent(words::nothing_stated());
    } else {
        nobody(&mut draft, facts, &entries, &supplies);
    }
    draft
}

/// How many are short of water at the end of the period. Those who were relieved or came to be short after the days
/// of its rows leave it open.
pub(super) fn short_now(facts: &Facts<'_>, code: EntryCode, changes: &[EntryCode]) -> Draft {
    let mut draft = facts.rows.counted(&[code]);
    let Some(last) = facts.rows.count(code, |_| true).and_then(|counted| {
        let days = counted.rows.iter().map(|(row, _)| row.to.max(row.from));
        days.max()
    }) else {
        return draft;
    };
    for row in changes.iter().flat_map(|change| facts.rows.of(*change)) {
        if row.value > 0.0 && row.from > last {
            draft.open(words::changed_since(row.id, row.code.name(), row.value));
        }
    }
    draft
}

/// The sources that people drink from.
#[derive(Default)]
struct Supplies<'a> {
    watched: usize,
    /// The villages in which they stand.
    villages: BTreeSet<&'a VillageId>,
    /// Persons whom they serve; `None` where one of them does not say.
    persons: Option<u64>,
    /// What leaves open whether they had water, and what shows that they had not.
    doubts: Vec<Text>,
    contradictions: Vec<Text>,
}

impl<'a> Supplies<'a> {
    fn of(facts: &Facts<'a>, draft: &mut Draft) -> Supplies<'a> {
        let mut supplies = Supplies { persons: Some(0), ..Supplies::default() };
        for source in facts.sources {
            let Some(intake) = source.supply else { continue };
            draft.cover(source.coverage);
            draft.input(input(source, None, Method::Evidence, Text::verbatim(&source.name)));
            let station = facts.township().station(&source.station);
            let served = station.and_then(|station| station.serves_persons);
            if served.is_none() {
                supplies.doubts.push(words::serves_unknown(&source.name));
            }
            supplies.watched += 1;
            supplies.villages.extend(station.map(|station| &station.village));
            supplies.persons = supplies.persons.zip(served).map(|(sum, n)| sum + u64::from(n));
            supplies.judge(facts, source, &intake);
        }
        if supplies.watched == 0 {
            supplies.doubts.push(words::no_supply());
        }
        supplies
    }

    fn judge(&mut self, facts: &Facts<'_>, source: &SourceAccount, intake: &Intake) {
        let name = &source.name;
        match (intake.supplied(), intake.first_below_at) {
            (Some(true), _) => {}
            (Some(false), at) => {
                let since = at.map_or_else(String::new, |at| facts.local(at));
                self.contradictions.push(words::below_intake(name, since, intake.below_h));
            }
            (None, _) if intake.limit_m.is_none() => {
                self.doubts.push(words::intake_unknown(name));
            }
            (None, _) => self.doubts.push(words::supply_unseen(name, intake.unseen_h)),
        }
    }
}

/// What is said of a number that the ledger states, as far as it is known. A row of the same place and time that states
/// none contradicts it.
fn somebody(facts: &Facts<'_>, entries: &[&Entry]) -> Draft {
    let mut draft = facts.rows.counted(&[EntryCode::DrinkingDifficulty]);
    if let Some([stated, least, most]) = draft.span() {
        draft.words(words::somebody_short(cases(stated)));
        if least < most {
            draft.open(open_by_bounds([least, most]));
        }
        if least < most && least > 0.0 {
            draft.known(words::known_part(words::somebody_short(cases(least))));
        }
    }
    for none in entries.iter().filter(|entry| entry.value == 0.0) {
        let against = |some: &&&Entry| {
            let same_place = none.village.is_none() || none.village == some.village;
            let same_days = none.from <= some.to && some.from <= none.to;
            some.value > 0.0 && same_place && same_days
        };
        if let Some(some) = entries.iter().find(against) {
            draft.refute(words::none_and_some_stated(none.id, some.id));
        }
    }
    draft
}

/// What is said where the ledger states that nobody was short of water.
fn nobody(draft: &mut Draft, facts: &Facts<'_>, entries: &[&Entry], supplies: &Supplies<'_>) {
    let mut contradictions = supplies.contradictions.clone();
    for code in SHORTAGE {
        for row in facts.rows.of(code).into_iter().filter(|row| row.value > 0.0) {
            let unit = code.unit_name();
            contradictions.push(words::shortage_entered(row.id, code.name(), row.value, unit));
        }
    }
    if !contradictions.is_empty() {
        draft.absent(words::nobody_contradicted());
        contradictions.into_iter().for_each(|why| draft.refute(why));
        return;
    }
    let mut doubts = supplies.doubts.clone();
    if !covered(facts, entries) {
        doubts.push(words::statement_does_not_cover());
    }
    match supplies.persons {
        Some(persons) if doubts.is_empty() && persons > 0 => {
            draft.number(0.0);
            draft.words(nobody_short(facts, supplies, persons));
        }
        _ => {
            draft.absent(words::too_little_evidence());
            doubts.into_iter().for_each(|why| draft.open(why));
        }
    }
}

/// Whether the rows speak for every day that the sentence speaks of, those of the drought where it lies within the
/// period: for the whole township, or for each of its villages.
fn covered(facts: &Facts<'_>, entries: &[&Entry]) -> bool {
    let whole: Vec<&Entry> =
        entries.iter().copied().filter(|entry| entry.village.is_none()).collect();
    let spoken_of = drought_within(facts).unwrap_or(facts.basis.period);
    if covers(whole, spoken_of) {
        return true;
    }
    let villages = &facts.township().villages;
    let of_village = |id| {
        let speaks = |entry: &&Entry| entry.village.as_ref().is_none_or(|village| village == id);
        entries.iter().copied().filter(speaks).collect::<Vec<_>>()
    };
    !villages.is_empty()
        && villages.iter().all(|village| covers(of_village(&village.id), spoken_of))
}

/// Whether the days of `rows` together are all of `period`.
fn covers(mut rows: Vec<&Entry>, period: Period) -> bool {
    rows.sort_by_key(|row| row.from);
    let mut open = Some(period.from);
    for row in rows {
        let Some(day) = open.filter(|day| *day <= period.to) else { break };
        if row.from > day {
            return false;
        }
        open = row.to.tomorrow().ok().map(|next| next.max(day));
    }
    open.is_none_or(|day| day > period.to)
}

/// The sentence that nobody was short, of the people behind the watched sources and of the time that is known. It is
/// said of the whole township where each village has a watched source and the sources together serve as many people as
/// live there. Where they serve more, some people stand behind two of them, and how many there are is not known.
fn nobody_short(facts: &Facts<'_>, supplies: &Supplies<'_>, persons: u64) -> Text {
    let time = match drought_within(facts) {
        Some(_) => words::throughout(),
        None => days(facts.basis.period),
    };
    let villages = &facts.township().villages;
    let inhabitants: u64 = villages.iter().map(|village| u64::from(village.persons)).sum();
    let everywhere = villages
        .iter()
        .all(|village| village.persons > 0 && supplies.villages.contains(&village.id));
    if persons > inhabitants {
        words::nobody_short_among(time, supplies.watched)
    } else if everywhere && persons == inhabitants {
        words::nobody_short(time)
    } else {
        words::nobody_short_of(time, supplies.watched, persons)
    }
}

fn cases(n: f64) -> Text {
    let (hedge, unit) = (Hedge::Exact, PrintUnit::PersonTime);
    let (zh, en) = (phrase(n, hedge, unit, SIGNIFICANT), phrase_en(n, hedge, unit, SIGNIFICANT));
    zh.zip(en).map_or_else(|| words::cases(n), |(zh, en)| Text::both(zh, en))
}
