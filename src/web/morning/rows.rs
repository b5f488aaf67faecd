//! The sources, the worst first, each as a row.

use std::collections::BTreeSet;

use serde::Serialize;

use super::asked::{Asked, By, kind_id};
use super::spark::{Spark, spark};
use crate::locales::{Text, moment, page_morning as words};
use crate::water::Status;
use crate::web::format::{is_stale, metres, rank, rough_age, status_id, status_name, trend};
use crate::web::model::{Overview, SourceRow};

/// Sources under one heading; one group without a name where they are arranged by status.
#[derive(Serialize)]
pub(super) struct Group {
    name: Text,
    count: Text,
    rows: Vec<Row>,
}

/// A source.
#[derive(Serialize)]
pub(super) struct Row {
    id: String,
    name: String,
    /// Village and kind, as far as no heading says them.
    what: String,
    status_id: &'static str,
    status: Text,
    level: Option<String>,
    /// How far it is above the next threshold, and which one that is.
    next: Option<Text>,
    days: Text,
    /// Change of the level over a day and over a week, cm a day.
    day: String,
    week: String,
    rank: Text,
    spark: Option<Spark>,
    age: Text,
    stale: bool,
    note: Text,
}

/// All statuses, the worst first. One that is not known stands before those that are well.
pub(super) const STATUSES: [Option<Status>; 6] = [
    Some(Status::Dry),
    Some(Status::Guard),
    Some(Status::Warn),
    None,
    Some(Status::Low),
    Some(Status::Normal),
];

/// Its place among [`STATUSES`].
fn order(status: Option<Status>) -> Option<usize> {
    STATUSES.iter().position(|one| *one == status)
}

/// The sources that are asked for, the worst first: by status, days of supply and distance to the next threshold.
pub(super) fn worst_first<'a>(overview: &'a Overview, asked: &Asked) -> Vec<&'a SourceRow> {
    let mut rows: Vec<&SourceRow> = overview.sources.iter().filter(|row| asked.fits(row)).collect();
    let distance = |row: &SourceRow| row.next_limit.map_or(f64::INFINITY, |(_, m)| m);
    rows.sort_by(|a, b| {
        let of = |row: &SourceRow| (order(row.status), row.supply_days.unwrap_or(u32::MAX));
        of(a).cmp(&of(b)).then(distance(a).total_cmp(&distance(b)))
    });
    rows
}

/// `rows` under their headings, in the order of the township's file.
pub(super) fn groups(overview: &Overview, asked: &Asked, rows: &[&SourceRow]) -> Vec<Group> {
    let heading = |row: &SourceRow| match asked.by {
        By::Status => Text::default(),
        By::Village => Text::verbatim(&row.village),
        By::Kind => row.kind.name(),
    };
    let mut headings: Vec<Text> = Vec::new();
    for row in &overview.sources {
        let name = heading(row);
        if !headings.contains(&name) {
            headings.push(name);
        }
    }
    let of = |name: Text| {
        let rows = rows.iter().filter(|row| heading(row) == name);
        let rows: Vec<Row> = rows.map(|row| Row::of(row, overview, asked.by)).collect();
        Group { name, count: count(rows.len()), rows }
    };
    headings.into_iter().map(of).filter(|group| !group.rows.is_empty()).collect()
}

/// So many sources.
pub(super) fn count(sources: usize) -> Text {
    match sources {
        1 => words::one_source(),
        n => words::sources(n),
    }
}

impl Row {
    fn of(row: &SourceRow, overview: &Overview, by: By) -> Self {
        let stale = is_stale(row.age_s, overview.simulated);
        let kind = row.kind.name();
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            what: match by {
                By::Status => format!("{} {kind}", row.village),
                By::Village => kind.to_string(),
                By::Kind => row.village.clone(),
            },
            status_id: status_id(row.status),
            status: status_name(row.status, row.kind),
            level: row.level_m.filter(|level| level.is_finite()).map(metres),
            next: row.next_limit.map(|(status, above)| next(status, above)),
            days: row.supply_days.map(days).unwrap_or_default(),
            day: trend(row.trend_m_per_day).1,
            week: trend(row.trend_week_m_per_day).1,
            rank: row.rank.as_ref().map(rank).unwrap_or_default(),
            spark: (!row.spark.is_empty()).then(|| spark(&row.spark)),
            age: match row.observed_at {
                None => words::no_data_yet(),
                Some(at) if stale => words::no_data_since(moment(at, overview.now, &overview.zone)),
                Some(_) => rough_age(row.age_s.unwrap_or(0)),
            },
            stale,
            note: row.note.clone(),
        }
    }
}

fn days(days: u32) -> Text {
    match days {
        1 => words::one_day(),
        n => words::days(n),
    }
}

/// The columns of the table that none of `rows` fills, counted from 1: they are left out.
pub(super) fn unfilled(rows: &[&SourceRow]) -> Vec<usize> {
    let filled = |row: &SourceRow| {
        [
            (4, row.next_limit.is_some()),
            (5, row.supply_days.is_some()),
            (6, row.trend_m_per_day.is_some()),
            (7, row.trend_week_m_per_day.is_some()),
            (8, row.rank.is_some()),
            (9, !row.spark.is_empty()),
        ]
    };
    let filled: BTreeSet<usize> = rows
        .iter()
        .flat_map(|row| filled(row).into_iter().filter(|(_, fills)| *fills))
        .map(|(column, _)| column)
        .collect();
    (4..=9).filter(|column| !filled.contains(column)).collect()
}

/// How far a level is above the threshold of `status`, which the words name shorter than the status itself.
fn next(status: Status, above_m: f64) -> Text {
    let above = metres(above_m);
    match status {
        Status::Normal | Status::Low => words::to_low(above),
        Status::Warn => words::to_warn(above),
        Status::Guard => words::to_guard(above),
        Status::Dry => words::to_dry(above),
    }
}

/// A choice of a filter: what it is called, and whether it is chosen.
#[derive(Serialize)]
pub(super) struct Choice {
    pub id: String,
    pub name: Text,
    pub chosen: bool,
}

/// The villages and the kinds that the township's sources have, in the order of its file.
pub(super) fn choices(overview: &Overview, asked: &Asked) -> [Vec<Choice>; 2] {
    let mut villages: Vec<Choice> = Vec::new();
    let mut kinds: Vec<Choice> = Vec::new();
    let add = |list: &mut Vec<Choice>, id: &str, name: Text, asked: &str| {
        if list.iter().all(|known| known.id != id) {
            list.push(Choice { id: id.to_owned(), name, chosen: id == asked });
        }
    };
    for row in &overview.sources {
        add(&mut villages, &row.village, Text::verbatim(&row.village), &asked.village);
        let kind = kind_id(row.kind);
        add(&mut kinds, kind, row.kind.name(), &asked.kind);
    }
    [villages, kinds]
}
