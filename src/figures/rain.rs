//! Figures of rain: what the gauges of the township counted, and without them what the ledger says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;

use super::catalogue::FigureId;
use super::counting::Span;
use super::draft::{Draft, Drafts, series_input};
use super::earlier::mean_of_same_days;
use super::facts::Facts;
use super::rows::missing;
use super::unwatched::short;
use crate::account::{Entry, EntryCode, Method, usual_rain_mm};
use crate::core::{Period, VillageId};
use crate::locales::{Argument, Text, evidence as said, figures as words};

/// The longest run of days of the period without rain. Without data of the gauges, the greatest that is entered.
pub(super) fn rainless_days(facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::default();
    gauges(facts, &mut draft);
    let entered = entered_run(facts);
    let limit_mm = facts.township().climate.as_ref().map(|climate| climate.rainless_mm);
    let run = limit_mm.and_then(|mm| Some((mm, facts.rain.longest_rainless(mm)?)));
    match (run, entered) {
        (Some((limit_mm, run)), entered) => {
            draft.number(f64::from(run.days));
            draft.bounds(f64::from(run.days), f64::from(run.most));
            if run.days > 0 {
                draft.note(said::rainless_until(Argument::of(run.last), limit_mm));
            }
            note_days_without(facts, &mut draft);
            if let Some((row, _)) = entered {
                draft.note(said::entered_and_not_taken(row.id, short(row.value)));
            }
        }
        (None, Some((row, span))) => {
            draft.entry(row);
            span.set_in(&mut draft);
            draft.note(said::rain_not_measured());
            if span.value < row.value {
                let (value, days) = (short(row.value), short(span.value));
                draft.note(said::run_within_period(row.id, value, days));
            }
            if !facts.rows.holds(row) {
                draft.note(words::row_beyond(row.id));
            }
        }
        (None, None) => {
            draft.absent(said::rain_not_measured());
            if limit_mm.is_none() {
                draft.note(said::no_rainless_limit());
            }
            draft.note(missing([EntryCode::RainlessDays]));
        }
    }
    draft
}

/// The row with the longest run of rainless days within the period, of several the latest, and what the rows bound. A
/// run lasted up to the last day of its row: what of it lies before the period does not count. Of a row whose days
/// reach beyond the period it is not known when its run was.
fn entered_run<'a>(facts: &Facts<'a>) -> Option<(&'a Entry, Span)> {
    let period = facts.basis.period;
    let run = |row: &'a Entry| {
        let last = row.to.min(period.to);
        let inside = row.value.min(Period { from: period.from, to: last }.days() as f64);
        let least = if facts.rows.holds(row) { inside } else { 0.0 };
        (row, Span { value: inside, least, most: inside })
    };
    let runs: Vec<_> = facts.rows.of(EntryCode::RainlessDays).into_iter().map(run).collect();
    let (row, span) = *runs.iter().max_by(|a, b| {
        let (one, other) = (a.1.value, b.1.value);
        one.total_cmp(&other).then(a.1.least.total_cmp(&b.1.least)).then(a.0.id.cmp(&b.0.id))
    })?;
    let least = runs.iter().map(|(_, run)| run.least).fold(0.0, f64::max);
    Some((row, Span { least, ..span }))
}

/// The rain that the ledger has of all days of a period of which the gauges have data, mm.
pub(super) fn entered_beside_gauges(facts: &Facts<'_>) -> Option<f64> {
    facts.rain.total_mm()?;
    let entered = reported(facts, EntryCode::RainReported, &mut Draft::default())?;
    entered.whole.then_some(entered.span.value)
}

/// Each gauge as input of `draft`.
fn gauges(facts: &Facts<'_>, draft: &mut Draft) {
    for gauge in &facts.rain.gauges {
        draft.cover(gauge.coverage);
        let method = match gauge.fell_mm {
            Some(_) => Method::CounterDifference,
            None => Method::NoData,
        };
        let note = Text::verbatim(&gauge.name);
        let series = gauge.series.clone();
        draft.input(series_input(series, gauge.fell_mm, method, note, gauge.coverage));
    }
}

fn note_days_without(facts: &Facts<'_>, draft: &mut Draft) {
    let without = facts.rain.days_without();
    if without > 0 {
        draft.note(said::rain_days_without(without));
    }
}

/// The rain of the period. What fell on days without data comes in addition to it.
pub(super) fn rain_total(facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::default();
    gauges(facts, &mut draft);
    let code = EntryCode::RainReported;
    if let Some(mm) = facts.rain.total_mm() {
        draft.number(mm);
        let open = facts.rain.days_without() > 0;
        if open || facts.rain.carried_mm > 0.0 {
            let least = (mm - facts.rain.carried_mm).max(0.0);
            draft.bounds(least, if open { f64::INFINITY } else { mm });
        }
        note_days_without(facts, &mut draft);
        if let Some(entered) = reported(facts, code, &mut Draft::default()) {
            draft.note(said::rain_entered_too(short(entered.span.value)));
        }
        return draft;
    }
    match reported(facts, code, &mut draft) {
        Some(entered) => {
            draft.note(said::rain_not_measured());
            entered.span.set_in(&mut draft);
        }
        None => {
            draft.absent(said::rain_not_measured());
            draft.note(missing([code]));
        }
    }
    draft
}

/// The rain that the rows of a code come to.
struct Reported {
    span: Span,
    /// Whether they speak of all days of the period.
    whole: bool,
}

/// What the rows of `code` that lie within the period come to: those of the whole township, or else the mean of the
/// villages. Rain of days of which no row speaks comes in addition.
fn reported(facts: &Facts<'_>, code: EntryCode, draft: &mut Draft) -> Option<Reported> {
    let mut places: BTreeMap<Option<&VillageId>, Vec<&Entry>> = BTreeMap::new();
    for row in facts.rows.of(code) {
        if facts.rows.holds(row) {
            places.entry(row.village.as_ref()).or_default().push(row);
        } else {
            draft.note(said::row_beyond_not_counted(row.id));
        }
    }
    if let Some(whole) = places.remove(&None) {
        places = BTreeMap::from([(None, whole)]);
    }
    let mut sum = Span::default();
    let mut whole = true;
    for rows in places.values() {
        let (mm, all) = apart(facts, rows, draft);
        whole &= all;
        let most = if all { mm } else { f64::INFINITY };
        sum = sum.plus(Span { value: mm, least: mm, most });
    }
    let span = sum.per(places.len() as f64);
    if !whole {
        draft.note(said::rain_rows_lack_days());
    }
    (!places.is_empty()).then_some(Reported { span, whole })
}

fn days_of(row: &Entry) -> impl Iterator<Item = Date> + use<> {
    let to = row.to;
    row.from.series(1.day()).take_while(move |day| *day <= to)
}

/// What `rows` of one place come to, mm, and whether they speak of all days of the period. Of rows that share days, the
/// one with the most days counts, and of as many days the one entered last.
fn apart(facts: &Facts<'_>, rows: &[&Entry], draft: &mut Draft) -> (f64, bool) {
    let period = facts.basis.period;
    let mut in_order = rows.to_vec();
    in_order
        .sort_by_key(|row| (std::cmp::Reverse(days_of(row).count()), std::cmp::Reverse(row.id)));
    let mut taken: BTreeMap<Date, i64> = BTreeMap::new();
    let mut mm = 0.0;
    for row in in_order {
        if let Some(other) = days_of(row).find_map(|day| taken.get(&day).copied()) {
            draft.note(words::row_replaced(row.id, other));
            continue;
        }
        draft.entry(row);
        mm += row.value;
        taken.extend(days_of(row).map(|day| (day, row.id)));
    }
    let days: BTreeSet<Date> =
        period.from.series(1.day()).take_while(|day| *day <= period.to).collect();
    (mm, days.iter().all(|day| taken.contains_key(day)))
}

/// The rain against the usual: that of the ledger, else of the township's file, else of the same days of earlier years.
pub(super) fn rain_anomaly(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let mut draft = Draft::default();
    let total = drafts.get(FigureId::RainTotal);
    let Some(now) = Span::of(total) else {
        draft.absent(said::no_rain_total());
        return draft;
    };
    draft.figure(FigureId::RainTotal, now.value);
    draft.inherits(total);
    let usual = usual(facts, &mut draft).filter(|mm| mm.value > 0.0);
    match usual {
        Some(usual) => now.against(usual).set_in(&mut draft),
        None => draft.absent(said::no_usual_rain()),
    }
    draft
}

/// The usual rain of the period, with where it comes from as inputs and notes of `draft`.
fn usual(facts: &Facts<'_>, draft: &mut Draft) -> Option<Span> {
    let mut of_ledger = Draft::default();
    if let Some(entered) = reported(facts, EntryCode::RainUsual, &mut of_ledger)
        && entered.whole
    {
        reported(facts, EntryCode::RainUsual, draft);
        draft.note(said::against_usual_rain(short(entered.span.value)));
        return Some(entered.span);
    }
    if let Some(climate) = &facts.township().climate {
        let mm = usual_rain_mm(climate, facts.basis.period);
        draft.note(said::against_climate(short(mm), climate.source.text()));
        return Some(Span { value: mm, least: mm, most: mm });
    }
    earlier_years(facts, draft)
}

/// The mean of the same days of earlier years; each is an input of `draft`.
fn earlier_years(facts: &Facts<'_>, draft: &mut Draft) -> Option<Span> {
    let (years, mean) = mean_of_same_days(facts.earlier, FigureId::RainTotal, draft, |_, _| None)?;
    draft.note(said::rain_of_earlier(years, short(mean.value)));
    Some(mean)
}
