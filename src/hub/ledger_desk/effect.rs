//! What rows change in a report: its statement without them and with them, side by side.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::desk::Stated;
use crate::account::Entry;
use crate::core::Period;
use crate::figures::{Figure, Finding, Statement, is_of_period};
use crate::locales::{Lang, Text, page_rows as words};
use crate::report;
use crate::web::{Effect, FigureChange};

/// The report without the rows; why there is none.
pub(super) type Before = Result<Arc<Stated>, Text>;

/// An effect, with what tells it from another: not the numbers, which readings change too, but the words and findings.
#[derive(Debug, Default)]
pub(super) struct Effected {
    pub effect: Effect,
    pub marks: String,
}

/// What `rows` change: the report is `before` without them and `after` with them.
pub(super) fn of(before: &Before, after: &Before, rows: &[Entry]) -> Effected {
    match (before, after) {
        (Ok(before), Ok(after)) => compared(&before.statement, &after.statement, rows),
        (Err(_), Ok(after)) => noted(period(after.statement.period, words::report_begins)),
        (Ok(before), Err(why)) => {
            let ends = period(before.statement.period, words::report_ends);
            let mut effected = noted(ends);
            effected.effect.notes.push(why.clone());
            effected
        }
        (Err(_), Err(why)) => noted(why.clone()),
    }
}

fn noted(note: Text) -> Effected {
    let marks = note.within(Lang::Chinese);
    Effected { effect: Effect { notes: vec![note], ..Effect::default() }, marks }
}

fn period(period: Period, said: fn(String, String) -> Text) -> Text {
    said(period.from.to_string(), period.to.to_string())
}

fn compared(before: &Statement, after: &Statement, rows: &[Entry]) -> Effected {
    if before.period != after.period {
        // Figures of other days are no change of these.
        let [old, new] = [before.period, after.period].map(|days| period(days, words::days));
        return noted(words::period_changes(old, new));
    }
    let mut marks = String::new();
    let mut effect = Effect::default();
    for figure in &after.figures {
        let Some(old) = before.figure(figure.id).filter(|old| !is_same(old, figure)) else {
            continue;
        };
        let worded = |figure: &Figure| figure.phrase.clone().unwrap_or_default();
        marks += &format!("{} {} {};", figure.id.id(), worded(old), worded(figure));
        let moved = old.bounds != figure.bounds;
        let [before, after] = [old, figure].map(|figure| said(figure, moved));
        effect.figures.push(FigureChange { name: figure.name(), before, after });
    }
    let [had, has] = [before, after].map(open);
    let sentences = |findings: &[&Finding]| -> BTreeSet<String> {
        findings.iter().map(|finding| finding.sentence().within(Lang::Chinese)).collect()
    };
    let places = |findings: &[&Finding]| -> BTreeSet<String> {
        findings.iter().map(|finding| place(finding)).collect()
    };
    let (said, places_after, places_before) = (sentences(&had), places(&has), places(&had));
    for finding in has {
        if !said.contains(&finding.sentence().within(Lang::Chinese)) {
            effect.raised.push(finding.sentence());
            let new = if places_before.contains(&place(finding)) { "changed" } else { "raised" };
            marks += &format!("{new} {};", place(finding));
        }
    }
    for finding in had {
        if !places_after.contains(&place(finding)) {
            effect.ended.push(finding.sentence());
            marks += &format!("ended {};", place(finding));
        }
    }
    let of_period = |row: &Entry| is_of_period(row, after.period);
    if effect.is_empty() && !rows.iter().any(of_period) {
        effect.notes.push(period(after.period, words::of_other_days));
    }
    Effected { effect, marks }
}

fn is_same(one: &Figure, other: &Figure) -> bool {
    one.value == other.value && one.words == other.words && one.bounds == other.bounds
}

/// Value and wording, and the bounds where they are what changes.
fn said(figure: &Figure, with_bounds: bool) -> Text {
    let said = report::said(figure);
    match figure.bounds.filter(|_| with_bounds) {
        Some([least, most]) if most.is_finite() => {
            let [least, most] = [least, most].map(|bound| (bound * 100.0).round() / 100.0);
            words::within_bounds(said, least, most)
        }
        Some([least, _]) => words::at_least((least * 100.0).round() / 100.0, said),
        None => said,
    }
}

/// The findings that nobody has accepted.
fn open(statement: &Statement) -> Vec<&Finding> {
    statement.findings.found.iter().filter(|finding| finding.accepted.is_none()).collect()
}

/// What a finding is about, whatever its numbers.
fn place(finding: &Finding) -> String {
    format!("{} {}", finding.rule, finding.place.within(Lang::Chinese))
}
