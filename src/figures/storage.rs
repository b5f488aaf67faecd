//! Figures of the water in ponds and reservoirs: of each size, in all, against earlier years and against the plan.

use jiff::Timestamp;

use super::catalogue::FigureId;
use super::counting::Span;
use super::draft::{Draft, Drafts};
use super::earlier::mean_of_same_days;
use super::facts::Facts;
use super::figure::{Figure, Origin};
use super::rows::missing;
use super::sources::input;
use super::unwatched::{Watched, entered, short};
use crate::account::{EntryCode, Method, SourceAccount, SourceDay};
use crate::locales::{Text, figures as words, storage as own};
use crate::water::{Station, StationKind};

/// A last level older than this, h, at the end of the period says nothing of what is stored then. Engineering
/// judgement, confidence 0.8: a day.
const STALE_HOURS: i64 = 24;

/// Least capacity 总库容 of a large, a medium and a small reservoir, m3: SL 252 (of small ones, both kinds, 小（1）型 from
/// 10^6 on and 小（2）型 from 10^5 on); confidence 0.95. What holds less is a pond 塘坝.
const LARGE_M3: f64 = 1e8;
const MEDIUM_M3: f64 = 1e7;
const SMALL_M3: f64 = 1e5;

/// What is entered of water that no station watches.
const UNMONITORED: [EntryCode; 5] = [
    EntryCode::StorageUnmonitored,
    EntryCode::StorageLargeUnmonitored,
    EntryCode::StorageMediumUnmonitored,
    EntryCode::StorageSmallUnmonitored,
    EntryCode::StoragePondsUnmonitored,
];

/// The size of a pond or reservoir.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SizeClass {
    Large,
    Medium,
    Small,
    Pond,
}

impl SizeClass {
    /// The size of `station`; `None` of a reservoir whose capacity is not known.
    fn of(station: &Station) -> Option<SizeClass> {
        if station.kind == StationKind::Pond {
            return Some(SizeClass::Pond);
        }
        Some(match capacity_m3(station)? {
            m3 if m3 >= LARGE_M3 => SizeClass::Large,
            m3 if m3 >= MEDIUM_M3 => SizeClass::Medium,
            m3 if m3 >= SMALL_M3 => SizeClass::Small,
            _ => SizeClass::Pond,
        })
    }

    fn name(self) -> Text {
        match self {
            Self::Large => own::large_reservoirs(),
            Self::Medium => own::medium_reservoirs(),
            Self::Small => own::small_reservoirs(),
            Self::Pond => own::ponds(),
        }
    }

    /// What is entered of those that no station watches.
    fn unmonitored(self) -> EntryCode {
        match self {
            Self::Large => EntryCode::StorageLargeUnmonitored,
            Self::Medium => EntryCode::StorageMediumUnmonitored,
            Self::Small => EntryCode::StorageSmallUnmonitored,
            Self::Pond => EntryCode::StoragePondsUnmonitored,
        }
    }
}

/// The capacity by the storage curve, m3: at the crest where the curve reaches it, else at its end.
fn capacity_m3(station: &Station) -> Option<f64> {
    let curve = station.curve.as_ref()?;
    let at_crest = station.crest_m.map(|crest_m| curve.storage(crest_m));
    let at_crest = at_crest.filter(|storage| !storage.outside).map(|storage| storage.volume_m3);
    at_crest.or_else(|| curve.points().last().map(|[_, m3]| *m3))
}

/// Storage of ponds and reservoirs at the end of the period.
pub(super) fn total(facts: &Facts<'_>) -> Draft {
    let found = watched(facts, |_| Some(true));
    found.with(facts, &UNMONITORED)
}

/// Storage of those of one size at the end of the period. A reservoir whose size is not known may be one of them.
pub(super) fn of_class(facts: &Facts<'_>, class: SizeClass) -> Draft {
    let mut found = watched(facts, |station| Some(SizeClass::of(station)? == class));
    if found.value.is_none() && found.bounds.is_none() {
        found.without = own::none_watched(class.name());
    }
    found.with(facts, &[class.unmonitored()])
}

/// What the ponds and reservoirs for which `belongs` holds store at the end of the period. What one stores whose level
/// then is not known lies between nothing and the end of its curve; of one that may belong to them, nothing is known.
fn watched(facts: &Facts<'_>, belongs: impl Fn(&Station) -> Option<bool>) -> Watched {
    let mut draft = Draft::default();
    let (_, end) = facts.basis.calendar.bounds(facts.basis.period);
    let (mut total, mut known, mut open_m3) = (0.0, 0usize, 0.0);
    let (mut unknown, mut unclassed) = (Vec::new(), Vec::new());
    for source in facts.sources.iter().filter(|s| s.kind.stores()) {
        let Some(station) = facts.township().station(&source.station) else { continue };
        match belongs(station) {
            Some(true) => {}
            Some(false) => continue,
            None => {
                unclassed.push(source.name.as_str());
                open_m3 = f64::INFINITY;
                continue;
            }
        }
        draft.cover(source.coverage);
        let last = source.days.last().zip(source.last_at);
        let (value, note) = stored(facts, source, last, end);
        match value {
            Some(m3) => {
                total += m3;
                known += 1;
            }
            None => {
                unknown.push(source.name.as_str());
                open_m3 += most_stored(station);
            }
        }
        draft.input(input(source, value, Method::StorageCurve, note));
    }
    let lacks = !unknown.is_empty() || !unclassed.is_empty();
    if !unknown.is_empty() {
        draft.note(own::not_counted(Text::list(unknown)));
    }
    if !unclassed.is_empty() {
        draft.note(own::in_no_class(Text::list(unclassed)));
    }
    let value = (known > 0).then_some(total);
    let bounds = lacks.then_some([total, total + open_m3]);
    Watched { draft, value, bounds, without: own::no_storage() }
}

/// What `source` stores at the `end` of the period by its `last` level, where that says so, and a note.
fn stored(
    facts: &Facts<'_>,
    source: &SourceAccount,
    last: Option<(&SourceDay, Timestamp)>,
    end: Timestamp,
) -> (Option<f64>, Text) {
    let mut doubts: Vec<Text> = source
        .doubted
        .iter()
        .map(|doubted| words::levels_doubted(doubted.hours, doubted.doubt.name()))
        .collect();
    let water = last.and_then(|(day, at)| Some((day.level_m, at, day.balance?)));
    let Some((level_m, at, water)) = water else {
        doubts.insert(0, own::no_level_or_curve(&source.name));
        return (None, Text::clauses(doubts));
    };
    let level = own::level_at(&source.name, facts.local(at), format!("{level_m:.2}"));
    let mut notes = vec![level];
    let stale = end.duration_since(at).as_hours() > STALE_HOURS;
    if water.outside {
        notes.push(own::level_outside_curve());
    }
    if stale {
        notes.push(own::level_stale());
    }
    notes.append(&mut doubts);
    let value = (!water.outside && !stale).then_some(water.storage_m3);
    (value, Text::clauses(notes))
}

/// The most that a source can store, m3: without a curve nothing says how much.
fn most_stored(station: &Station) -> f64 {
    let end = station.curve.as_ref().and_then(|curve| curve.points().last());
    end.map_or(f64::INFINITY, |[_, m3]| *m3)
}

/// Water stored against the mean of the same day in the earlier years that have data; without such a year, against
/// what the ledger calls usual.
pub(super) fn anomaly(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let mut draft = Draft::default();
    let Some(now) = Span::of(drafts.get(FigureId::StorageTotal)) else {
        draft.absent(own::no_storage_total());
        return draft;
    };
    if let Some((years, mean)) = earlier_years(facts, &mut draft) {
        draft.inherits(drafts.get(FigureId::StorageTotal));
        now.against(mean).set_in(&mut draft);
        draft.note(own::against_earlier(years, format!("{:.0}", mean.value)));
        return draft;
    }
    match entered(facts, &[EntryCode::StorageUsual], &mut draft) {
        Some(usual) if usual.value > 0.0 => {
            draft.figure(FigureId::StorageTotal, now.value);
            draft.inherits(drafts.get(FigureId::StorageTotal));
            now.against(usual).set_in(&mut draft);
            draft.note(own::against_usual(short(usual.value)));
            compare_whole(facts, EntryCode::StorageUsual, &mut draft);
        }
        _ => draft.absent(own::no_earlier_storage()),
    }
    draft
}

/// The number of earlier years with data, and the mean of what was stored then on the same day; each year is an input
/// of `draft`. One that counts what is not monitored, where this year does not, or the other way round, is left out.
fn earlier_years(facts: &Facts<'_>, draft: &mut Draft) -> Option<(usize, Span)> {
    let with_entered = UNMONITORED.iter().any(|code| facts.rows.span(*code, |_| true).is_some());
    let other_parts = |figure: &Figure, label: &Text| {
        (has_entered(figure) != with_entered).then(|| own::other_parts_then(label.clone()))
    };
    let mean = mean_of_same_days(facts.earlier, FigureId::StorageTotal, draft, other_parts);
    mean.filter(|(_, mean)| mean.value > 0.0)
}

fn has_entered(figure: &Figure) -> bool {
    figure.inputs.iter().any(|input| matches!(input.from, Origin::Ledger(_)))
}

/// Leaves `draft` open unless both what is stored and what it is compared with are those of the whole township. That
/// no pond or reservoir is left out of the former, rows of those that are not monitored have to say.
fn compare_whole(facts: &Facts<'_>, with: EntryCode, draft: &mut Draft) {
    let of_classes = UNMONITORED.iter().filter(|code| **code != EntryCode::StorageUnmonitored);
    let all = is_of_township(facts, EntryCode::StorageUnmonitored)
        || of_classes.into_iter().all(|code| is_of_township(facts, *code));
    if !all {
        draft.open(own::plan_of_other_water());
    }
    if !is_of_township(facts, with) {
        let rows = facts.rows.of(with).into_iter().map(|row| row.id);
        draft.open(own::compared_of_villages(Text::list(rows)));
    }
}

/// Whether the rows of `code` speak of the township, or of each of its villages.
fn is_of_township(facts: &Facts<'_>, code: EntryCode) -> bool {
    let rows = facts.rows.of(code);
    let villages = &facts.township().villages;
    let of_village = |id| rows.iter().any(|row| row.village.as_ref() == Some(id));
    rows.iter().any(|row| row.village.is_none())
        || (!villages.is_empty() && villages.iter().all(|village| of_village(&village.id)))
}

/// Water stored of what was planned to be, %.
pub(super) fn of_plan(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let mut draft = Draft::default();
    let total = drafts.get(FigureId::StorageTotal);
    let Some(now) = Span::of(total) else {
        draft.absent(own::no_storage_total());
        return draft;
    };
    match entered(facts, &[EntryCode::StoragePlanned], &mut draft) {
        Some(plan) if plan.value > 0.0 => {
            draft.figure(FigureId::StorageTotal, now.value);
            draft.inherits(total);
            now.share_of(plan).times(100.0).set_in(&mut draft);
            draft.note(own::of_planned(short(now.value), short(plan.value)));
            compare_whole(facts, EntryCode::StoragePlanned, &mut draft);
        }
        Some(_) => draft.absent(own::nothing_planned()),
        None => draft.absent(missing([EntryCode::StoragePlanned])),
    }
    draft
}
