//! Figures from water sources: onset, dry channels and ponds, storage.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::draft::{Draft, names_year, series_input};
use super::events::{days_of_part, droughts};
use super::facts::Facts;
use super::figure::FigureInput;
use super::unwatched::Watched;
use crate::account::{Dryness, EntryCode, Method, SourceAccount, WARN_DAYS_MIN};
use crate::core::{Parameter, Period, Series};
use crate::locales::{Argument, Text, figures as words};
use crate::water::{Station, StationKind, Status};

/// Share of the watched sources from which most of them are called dry 多数. Engineering judgement, confidence 0.6: two
/// thirds, so that nobody takes half for it.
const MOST_SHARE: f64 = 2.0 / 3.0;

/// Share of the watched sources up to which single ones are called dry 个别. Engineering judgement, confidence 0.6.
const FEW_SHARE: f64 = 0.1;

/// Watched sources from which a single dry one is called 个别, whatever its share. Engineering judgement, confidence 0.5.
const MANY: usize = 4;

pub(super) fn input(
    source: &SourceAccount,
    value: Option<f64>,
    method: Method,
    note: Text,
) -> FigureInput {
    let series = Series::new(source.station.clone(), Parameter::Level);
    series_input(series, value, method, note, source.coverage)
}

/// What the sources in the open say of the onset.
#[derive(Default)]
struct Onset {
    /// First day of the first lasting warning.
    seen: Option<Date>,
    /// First day from which one may have lasted, by what was not seen.
    possible: Option<Date>,
}

impl Onset {
    fn of(facts: &Facts<'_>, draft: &mut Draft) -> Onset {
        let mut onset = Onset::default();
        let earlier = |known: Option<Date>, day: Date| Some(known.map_or(day, |k| k.min(day)));
        for source in facts.sources.iter().filter(|s| s.kind.is_open_water()) {
            draft.cover(source.coverage);
            // A source without a warning level says nothing: it may have been dry for a reason of its own.
            let station = facts.township().station(&source.station);
            if station.is_none_or(|station| station.thresholds.is_empty()) {
                continue;
            }
            if let Some(day) = source.may_warn_from {
                onset.possible = earlier(onset.possible, day);
            }
            let Some(day) = source.warn_from else {
                continue;
            };
            onset.seen = earlier(onset.seen, day);
            let note = words::warned_from(&source.name, Argument::of(day), WARN_DAYS_MIN);
            draft.input(input(source, None, Method::Status, note));
        }
        onset
    }

    /// The first day from which a warning may have lasted, where that lies within the period: one of its first day may
    /// have begun before.
    fn within(&self, period: Period) -> Option<Date> {
        self.possible.filter(|day| *day > period.from)
    }

    /// Notes how the sources stand to the `day` on which the drought of the ledger begins; in another month they leave
    /// its month open, unless they may have warned since then.
    fn against(&self, day: Date, period: Period, draft: &mut Draft) {
        let month = day.first_of_month();
        let Some(first) = self.seen else {
            draft.note(words::onset_not_seen());
            return;
        };
        if first.first_of_month() == month {
            return;
        }
        let within = self.within(period);
        let (told, seen) = (Argument::of(day), Argument::of(first));
        let differs = match within == self.seen {
            true => words::onset_differs(told, seen),
            false => words::onset_differs_or_earlier(told, seen),
        };
        let not_before = within.is_some_and(|day| day.first_of_month() > month);
        match first < day || not_before {
            true => draft.open(differs),
            false => draft.note(differs),
        }
    }
}

/// The month of onset: the clerk's, checked against the sources. Without the clerk's, that of the sources, where no
/// warning may have lasted before in another month.
pub(super) fn onset_month(facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::default();
    let period = facts.basis.period;
    let onset = Onset::of(facts, &mut draft);
    for row in facts.rows.of(EntryCode::DroughtEvent) {
        draft.entry(row);
    }
    let droughts = droughts(facts);
    let Some(day) = droughts.first().map(|drought| drought.from).or(onset.seen) else {
        draft.absent(words::no_onset());
        return draft;
    };
    draft.month(day, words::since_month, names_year(day, period));
    match droughts.as_slice() {
        [] => {
            draft.note(words::onset_not_confirmed());
            let month = day.first_of_month();
            if onset.within(period).is_none_or(|day| day.first_of_month() != month) {
                let earliest = onset.possible.unwrap_or(day);
                draft.open(words::onset_may_be_earlier(Argument::of(earliest)));
            }
        }
        // One that goes on throughout the period is its drought; the end of another one is not.
        [drought] if drought.from < period.from && drought.to < period.to => {
            draft.open(words::onset_before_period(Argument::of(drought.from)));
            onset.against(day, period, &mut draft);
        }
        [first, others @ ..] => {
            let same_month = |drought: &Period| {
                first.from >= period.from
                    && drought.from.first_of_month() == first.from.first_of_month()
            };
            if !others.iter().all(same_month) {
                draft.open(words::onset_of_several(droughts.len()));
            }
            onset.against(day, period, &mut draft);
        }
    }
    draft
}

/// The villages that the ledger calls hit; a note adds those that the sensors hint at.
pub(super) fn villages_affected(facts: &Facts<'_>) -> Draft {
    let mut draft = facts.rows.villages(EntryCode::VillageAffected, facts.township());
    let warned =
        |source: &&SourceAccount| source.kind.is_open_water() && source.warn_from.is_some();
    let hit: BTreeSet<&str> =
        facts.sources.iter().filter(warned).map(|source| source.village.as_str()).collect();
    if hit.is_empty() {
        draft.note(words::no_village_hinted());
    } else {
        draft.note(words::villages_hinted(hit.len(), Text::list(hit)));
    }
    draft
}

/// What is known of how many sources of a kind were dry.
struct DryCount {
    part: Watched,
    /// Sources that the township's file has of the kind.
    watched: usize,
    /// Least and most of them that were dry; `None` where nothing can be said.
    dry: Option<[usize; 2]>,
}

/// How many sources of `kind` were dry. One that is neither seen dry nor known not to have been is open.
fn dry_count(facts: &Facts<'_>, kind: StationKind) -> DryCount {
    let mut draft = Draft::default();
    let (mut dry, mut watched) = (0usize, 0usize);
    let (mut unknown, mut reasons) = (Vec::new(), Vec::new());
    for source in facts.sources_of(kind) {
        watched += 1;
        draft.cover(source.coverage);
        let (value, note) = match source.dry {
            Dryness::Dry(spell) => {
                dry += 1;
                let first = facts.local(spell.first_hour_at);
                let note = words::dry_from(&source.name, first, spell.longest_h, spell.hours);
                (Some(1.0), note)
            }
            Dryness::NotDry => (Some(0.0), Text::verbatim(&source.name)),
            Dryness::Unknown => {
                unknown.push(source.name.as_str());
                let why = why_unknown(source, facts.township().station(&source.station));
                let note = words::dry_not_known(&source.name, why);
                reasons.push(note.clone());
                (None, note)
            }
        };
        draft.input(input(source, value, Method::DryForADay, note));
    }
    let most = dry + unknown.len();
    let bounds = Some([dry as f64, most as f64]);
    let without = match watched {
        0 => words::no_station(kind.name()),
        _ => words::dry_unknown(Text::clauses(reasons)),
    };
    if watched == 0 || dry == 0 && !unknown.is_empty() {
        let part = Watched { draft, value: None, bounds, without };
        return DryCount { part, watched, dry: None };
    }
    if !unknown.is_empty() {
        draft.note(words::few_data_not_counted(Text::list(unknown)));
    }
    draft.note(words::watched(kind.name(), watched, Status::Dry.name(kind), dry));
    let part = Watched { draft, value: Some(dry as f64), bounds, without };
    DryCount { part, watched, dry: Some([dry, most]) }
}

/// Why it is not known whether a source was dry.
fn why_unknown(source: &SourceAccount, station: Option<&Station>) -> Text {
    if station.is_none_or(|station| station.bottom_m.is_none()) {
        return words::no_bottom();
    }
    match source.doubted {
        Some(doubted) => words::levels_doubted(doubted.hours, doubted.doubt.name()),
        None => words::too_few_data(),
    }
}

/// How many of the watched sources of a kind were dry, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    None,
    Few,
    Some,
    Most,
    All,
}

impl Extent {
    fn of(dry: usize, watched: usize) -> Extent {
        let share = dry as f64 / watched.max(1) as f64;
        if dry == 0 {
            Extent::None
        } else if dry >= watched {
            Extent::All
        } else if share >= MOST_SHARE {
            Extent::Most
        } else if share <= FEW_SHARE || (dry == 1 && watched >= MANY) {
            Extent::Few
        } else {
            Extent::Some
        }
    }
}

impl DryCount {
    /// The extent in a word that holds for the least and the most that were dry. As soon as one was, some were.
    fn extent(&self) -> Option<Extent> {
        let [least, most] = self.dry?.map(|dry| Extent::of(dry, self.watched));
        Some(if least == most { least } else { Extent::Some })
    }
}

/// `said` of the days of the period, where the drought began before them. That some or most were dry holds of the whole
/// drought; that none or few were does not follow from a part of it.
fn of_these_days(facts: &Facts<'_>, said: Text) -> Text {
    match days_of_part(facts) {
        Some(days) => words::in_these_days(days, said),
        None => said,
    }
}

/// The count with the rows of `code`, of those that no station watches, in the words of `say` for an extent among the
/// watched. Where one that is not watched was dry, some of all were; that most or all of the watched were stays true.
fn dry_in_words(
    facts: &Facts<'_>,
    count: DryCount,
    code: EntryCode,
    say: impl Fn(Extent) -> Text,
) -> Draft {
    let extent = count.extent();
    let mut draft = count.part.with(facts, &[code]);
    let rest = facts.rows.span(code, |_| true).unwrap_or_default();
    let extent = match extent {
        Some(Extent::Most | Extent::All) => extent,
        _ if rest.least > 0.0 => Some(Extent::Some),
        None | Some(Extent::None) if rest.most > 0.0 => {
            draft.open(words::dry_elsewhere_uncertain());
            None
        }
        extent => extent,
    };
    if let Some(extent) = extent {
        draft.words(say(extent));
    }
    draft
}

/// Channels that ceased to flow. Stations watch only part of a township's channels: 部分 is true of all of them as soon
/// as one is dry; anything else is said of those that are watched.
pub(super) fn channels_dry(facts: &Facts<'_>) -> Draft {
    let count = dry_count(facts, StationKind::Channel);
    let n = count.watched;
    dry_in_words(facts, count, EntryCode::ChannelsDryUnmonitored, |extent| match extent {
        Extent::None => of_these_days(facts, words::no_channel_dry(n)),
        Extent::Few => of_these_days(facts, words::few_channels_dry(n)),
        Extent::Some => words::some_channels_dry(),
        Extent::Most => words::most_channels_dry(n),
        Extent::All if n == 1 => words::one_channel_dry(),
        Extent::All => words::all_channels_dry(n),
    })
}

/// Ponds that ran dry, in the same words.
pub(super) fn ponds_dry(facts: &Facts<'_>) -> Draft {
    let count = dry_count(facts, StationKind::Pond);
    let n = count.watched;
    dry_in_words(facts, count, EntryCode::PondsDryUnmonitored, |extent| match extent {
        Extent::None => of_these_days(facts, words::no_pond_dry(n)),
        Extent::Few => of_these_days(facts, words::few_ponds_dry(n)),
        Extent::Some => words::some_ponds_dry(),
        Extent::Most => words::most_ponds_dry(n),
        Extent::All if n == 1 => words::one_pond_dry(),
        Extent::All => words::all_ponds_dry(n),
    })
}

pub(super) fn reservoirs_dry(facts: &Facts<'_>) -> Draft {
    let count = dry_count(facts, StationKind::Reservoir);
    count.part.with(facts, &[EntryCode::ReservoirsDryUnmonitored])
}
