//! The head of the page: what a source is like now, as the overview has it.

use serde::Serialize;

use super::facts::StationFacts;
use super::units;
use crate::locales::{Text, moment, page_station as words};
use crate::web::format::{
    age, day_at, is_stale, metres, rank, status_id, status_name, trend, whole,
};
use crate::web::{Overview, SourceRow};

/// What stands at the head.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Head {
    pub id: String,
    pub name: String,
    pub kind: Text,
    pub village: String,
    /// The status of a source, and its id in style sheets; `None` of other stations.
    pub status: Option<(String, Text)>,
    pub tiles: Vec<Tile>,
    /// What is doubtful, or why there is no value.
    pub note: Text,
}

/// A number with what it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Tile {
    pub value: String,
    pub unit: Text,
    pub name: Text,
}

fn tile(value: impl Into<String>, unit: Text, name: Text) -> Tile {
    Tile { value: value.into(), unit, name }
}

impl Head {
    pub fn of(facts: &StationFacts, overview: &Overview) -> Self {
        let station = &facts.station;
        let row = overview.sources.iter().find(|row| row.id == station.id);
        Self {
            id: station.id.to_string(),
            name: station.name.clone(),
            kind: station.kind.name(),
            village: facts.village.clone(),
            status: row
                .map(|row| (status_id(row.status).to_owned(), status_name(row.status, row.kind))),
            tiles: match row {
                Some(row) => of_source(row, facts, overview),
                None => of_curves(facts),
            },
            note: row.map(|row| row.note.clone()).unwrap_or_default(),
        }
    }
}

fn of_source(row: &SourceRow, facts: &StationFacts, overview: &Overview) -> Vec<Tile> {
    let mut tiles = Vec::new();
    if let Some(level) = row.level_m {
        tiles.push(tile(metres(level), Text::verbatim("m"), words::level()));
    }
    if let Some((status, above)) = row.next_limit {
        let name = words::above_limit(status.name(row.kind));
        tiles.push(tile(metres(above), Text::verbatim("m"), name));
    }
    if let Some(volume) = row.storage_m3 {
        let share = row.share_of_normal.filter(|share| share.is_finite());
        let name = match share {
            Some(share) => words::storage_of_normal(format!("{:.0}", share * 100.0)),
            None => words::storage(),
        };
        tiles.push(tile(whole(volume), Text::verbatim("m³"), name));
    }
    if let Some(days) = row.supply_days {
        tiles.push(tile(days.to_string(), words::days(), words::supply()));
    }
    let trends = [
        (row.trend_m_per_day, words::trend_day()),
        (row.trend_week_m_per_day, words::trend_week()),
    ];
    for (rate, name) in trends {
        if rate.is_some() {
            let (id, change) = trend(rate);
            let unit = if id == "steady" { Text::default() } else { words::cm_per_day() };
            tiles.push(tile(change, unit, name));
        }
    }
    if let Some(of) = &row.rank {
        tiles.push(tile(rank(of), Text::default(), words::rank_of_years(of.years)));
    }
    let (now, zone) = (overview.now, &facts.shown.zone);
    let stale = is_stale(row.age_s, overview.simulated);
    tiles.push(match row.observed_at {
        None => tile("—", Text::default(), words::no_reading_yet()),
        Some(at) if stale => tile(moment(at, now, zone), Text::default(), words::silent_since()),
        Some(_) => tile(age(row.age_s.unwrap_or(0)), Text::default(), words::last_reading()),
    });
    tiles
}

/// Of a station that is no source: the last value of each curve of the span, or the mean of its last day.
fn of_curves(facts: &StationFacts) -> Vec<Tile> {
    let (now, zone) = (facts.shown.now, &facts.shown.zone);
    let last = |curve: &super::Curve| {
        let last = curve.points.iter().rev().find(|point| point.mean.is_finite())?;
        let spec = curve.parameter.spec();
        let name = match facts.by_hours {
            true => words::named_at(spec.name(), moment(last.from, now, zone)),
            false => words::mean_of_day(spec.name(), day_at(last.from, now, zone)),
        };
        let value = units::value(curve.parameter, last.mean);
        Some(tile(value, units::unit_words(spec.unit), name))
    };
    facts.curves.iter().filter_map(last).collect()
}
