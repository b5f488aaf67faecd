//! What is different from yesterday, in words.

use serde::Serialize;

use crate::account::{Change, ChangeKind, Morning};
use crate::core::StationId;
use crate::locales::{Text, page_morning as words};
use crate::water::{Grade, StationKind, Status};
use crate::web::format::{status_id, status_name};
use crate::web::model::Overview;

/// Changes that are seen at a glance; those after them are one touch away. Engineering judgement.
const FIRST: usize = 10;

/// Changes that are listed: where a gateway is silent, all of its sources are, and the list below says so of each.
const LISTED_MAX: usize = 40;

/// The changes, the worst first.
#[derive(Serialize)]
pub(super) struct Changes {
    first: Vec<ChangeView>,
    more: Vec<ChangeView>,
    more_words: Text,
    unlisted: Option<Text>,
    /// What is said where there is none.
    none: Text,
}

/// A change: whose it is, and what has changed.
#[derive(Serialize)]
struct ChangeView {
    /// Station that it is about, with its name; the township where there is none.
    station: Option<String>,
    name: String,
    /// Class of the style.
    id: &'static str,
    /// In one word, and in full.
    word: Text,
    what: Text,
}

impl Changes {
    pub(super) fn of(morning: &Morning, overview: &Overview) -> Self {
        let changes = &morning.changes;
        let all = u32::try_from(overview.sources.len()).unwrap_or(u32::MAX);
        let mut first: Vec<ChangeView> = changes
            .iter()
            .take(LISTED_MAX)
            .map(|change| ChangeView::of(change, overview))
            .collect();
        let more = first.split_off(first.len().min(FIRST));
        let unlisted = changes.len().saturating_sub(LISTED_MAX);
        Self {
            first,
            more_words: words::more_changes(changes.len().saturating_sub(FIRST)),
            more,
            unlisted: (unlisted > 0).then(|| words::unlisted_changes(unlisted)),
            none: match morning.compared {
                0 => words::nothing_compared(),
                some if some < all => words::unchanged_of(some, all - some),
                _ => words::unchanged(),
            },
        }
    }
}

impl ChangeView {
    fn of(change: &Change, overview: &Overview) -> Self {
        let row = |id: &StationId| overview.sources.iter().find(|row| row.id == *id);
        let row = change.station.as_ref().and_then(row);
        let kind = row.map_or(StationKind::Pond, |row| row.kind);
        let name = match (row, &change.name) {
            (Some(row), _) => row.name.clone(),
            (None, Some(name)) => name.clone(),
            (None, None) => overview.township.clone(),
        };
        let (id, word, what) = said(&change.kind, kind);
        Self { station: change.station.as_ref().map(ToString::to_string), name, id, word, what }
    }
}

/// Class, word and sentence of a change at a source of that kind.
fn said(change: &ChangeKind, kind: StationKind) -> (&'static str, Text, Text) {
    let name = |status: Option<Status>| status_name(status, kind);
    match change {
        ChangeKind::Grade { before, now } => {
            (grade_id(*now), words::word_grade(), words::from_to(before.name(), now.name()))
        }
        ChangeKind::Worse { before, now } => (
            status_id(Some(*now)),
            words::word_worse(),
            words::from_to(name(Some(*before)), name(Some(*now))),
        ),
        ChangeKind::Better { before, now } => (
            status_id(Some(*now)),
            words::word_better(),
            words::from_to(name(Some(*before)), name(Some(*now))),
        ),
        ChangeKind::NewLimits { before, now } => (
            status_id(Some(*now)),
            words::word_limits(),
            words::new_limits(name(Some(*before)), name(Some(*now))),
        ),
        ChangeKind::Silent { before } => {
            ("none", words::word_silent(), words::silent_today(name(*before)))
        }
        ChangeKind::Back { now } => {
            (status_id(*now), words::word_back(), words::data_again(name(*now)))
        }
        ChangeKind::FallsFaster { m_per_day } => (
            "warn",
            words::word_falls(),
            words::falls_by(format!("{:.0}", m_per_day.abs() * 100.0)),
        ),
        ChangeKind::FewDays { days } => {
            let days = if *days == 1 { words::one_day_left() } else { words::days_left(*days) };
            ("guard", words::word_few_days(), days)
        }
        ChangeKind::PumpStarted => ("info", words::word_pump(), words::pump_started()),
        ChangeKind::Rained { mm, after_days } => {
            ("info", words::word_rain(), words::rained(format!("{mm:.1}"), after_days))
        }
    }
}

/// A grade's class: the colours of 蓝 黄 橙 红 in which the state shows the grades.
pub(super) fn grade_id(grade: Grade) -> &'static str {
    match grade {
        Grade::None => "normal",
        Grade::Light => "info",
        Grade::Moderate => "low",
        Grade::Severe => "warn",
        Grade::Extreme => "dry",
    }
}
