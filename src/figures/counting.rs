//! How rows of the ledger count beside each other: amounts added up, surveys that replace each other, the greatest, and
//! a whole beside its parts. [`Counting`] says which code counts how.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::doubts::{Doubt, DoubtedRows};
use super::draft::Draft;
use crate::account::{Counting, Entry, EntryCode};
use crate::core::{CropId, Period, VillageId};
use crate::locales::{Text, figures as words};

/// Two sums that differ by less, relative to the greater, are the same: the rounding error of sums.
const SAME: f64 = 1e-9;

/// For how many days after its last day a row of a state is taken to hold at the end of a period. Engineering
/// judgement, confidence 0.6: the state's forms are filed by ten days 旬 (`docs/domain.md` §1.1).
pub(super) const HOLDS_ON_DAYS: i64 = 10;

/// For which day a state is asked, and by which rows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked {
    /// At the end of a period: the latest row of each place by that day. What is older than [`HOLDS_ON_DAYS`] is not
    /// known to hold.
    AtEnd(Date),
    /// The latest row of each place that began by that day, however old.
    Carried(Date),
    /// The rows whose days that day is one of.
    Held(Date),
}

/// A number with the least and the most that the truth can be.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Span {
    pub value: f64,
    pub least: f64,
    pub most: f64,
}

impl Span {
    /// The number of `draft`; `None` where it is absent.
    pub fn of(draft: &Draft) -> Option<Span> {
        let [value, least, most] = draft.span()?;
        Some(Span { value, least, most })
    }

    pub fn plus(self, other: Span) -> Span {
        Span {
            value: self.value + other.value,
            least: self.least + other.least,
            most: self.most + other.most,
        }
    }

    /// This less `other`, not below 0.
    pub fn less(self, other: Span) -> Span {
        Span {
            value: (self.value - other.value).max(0.0),
            least: (self.least - other.most).max(0.0),
            most: (self.most - other.least).max(0.0),
        }
    }

    pub fn times(self, factor: f64) -> Span {
        Span { value: self.value * factor, least: self.least * factor, most: self.most * factor }
    }

    pub fn per(self, divisor: f64) -> Span {
        Span { value: self.value / divisor, least: self.least / divisor, most: self.most / divisor }
    }

    /// This as a share of `whole`, which is more than 0.
    pub fn share_of(self, whole: Span) -> Span {
        Span {
            value: self.value / whole.value,
            least: if whole.most.is_finite() { self.least / whole.most } else { 0.0 },
            most: if whole.least > 0.0 { self.most / whole.least } else { f64::INFINITY },
        }
    }

    /// By how much this lies above `base`, which is more than 0, or below it, in per cent of it.
    pub fn against(self, base: Span) -> Span {
        let percent = |of: f64, base: f64| (of - base) / base * 100.0;
        // Against a base without an upper bound nothing is certain but that something is left.
        let least = if base.most.is_finite() { percent(self.least, base.most) } else { -100.0 };
        let most = if base.least > 0.0 { percent(self.most, base.least) } else { f64::INFINITY };
        Span { value: percent(self.value, base.value), least, most }
    }

    /// Whether `part` cannot be a part of this.
    pub fn is_exceeded_by(self, part: Span) -> bool {
        part.value > self.value * (1.0 + SAME)
    }

    /// Makes it the number of `draft`.
    pub fn set_in(self, draft: &mut Draft) {
        draft.number(self.value);
        if self.least < self.most {
            draft.bounds(self.least, self.most);
        }
    }
}

/// A doubt about rows, before a township gives the village its name.
#[derive(Debug, Clone)]
pub(super) struct Doubted {
    pub doubt: fn(DoubtedRows) -> Doubt,
    /// `None` for the whole township.
    pub village: Option<VillageId>,
    /// Number and value of each row.
    pub rows: Vec<(i64, f64)>,
}

impl Doubted {
    fn of(doubt: fn(DoubtedRows) -> Doubt, village: Option<&VillageId>, rows: &[&Entry]) -> Self {
        let rows = rows.iter().map(|row| (row.id, row.value)).collect();
        Doubted { doubt, village: village.cloned(), rows }
    }
}

/// What rows of one code come to.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted<'a> {
    pub span: Span,
    /// The last day of the rows.
    last: Option<Date>,
    /// Rows of a state that are too old to hold at the end of the period, with their last days.
    pub old: Vec<(i64, Date)>,
    /// The rows that count, with what of each counts.
    pub rows: Vec<(&'a Entry, f64)>,
    pub notes: Vec<Text>,
    pub doubts: Vec<Doubted>,
}

impl<'a> Counted<'a> {
    /// Both, which have nothing in common.
    fn and(mut self, other: Counted<'a>) -> Counted<'a> {
        self.span = self.span.plus(other.span);
        self.take(other);
        self
    }

    /// Whether all of its rows were corrected to 0: they repeated others, and say nothing.
    fn is_taken_back(&self) -> bool {
        let corrected = |(row, _): &(&Entry, f64)| row.value <= 0.0 && row.supersedes.is_some();
        self.span.most <= 0.0 && self.rows.iter().all(corrected)
    }

    /// This, where `other` was taken back.
    fn instead_of(mut self, other: Counted<'a>) -> Counted<'a> {
        let last = self.last;
        self.take(other);
        Counted { last, ..self }
    }

    fn take(&mut self, other: Counted<'a>) {
        self.last = self.last.max(other.last);
        self.old.extend(other.old);
        self.rows.extend(other.rows);
        self.notes.extend(other.notes);
        self.doubts.extend(other.doubts);
    }

    /// A whole beside its parts, at `village` or in the township. The greater of the two counts; the truth may be both
    /// together, or the smaller where that is the later one. Where they are equal, there is no doubt what it is.
    fn beside(self, parts: Counted<'a>, village: Option<&VillageId>) -> Counted<'a> {
        match (self.is_taken_back(), parts.is_taken_back()) {
            (true, _) => return parts.instead_of(self),
            (_, true) => return self.instead_of(parts),
            (false, false) => {}
        }
        // A whole that holds stands in place of parts that are too old to.
        if self.old.is_empty() && !parts.old.is_empty() && self.last > parts.last {
            return self;
        }
        let (whole, apart) = (self.span, parts.span);
        let value = whole.value.max(apart.value);
        let same = (whole.value - apart.value).abs() <= SAME * value;
        let span = if same {
            let (least, most) = (whole.least.max(apart.least), whole.most.max(apart.most));
            Span { value, least: least.min(value), most }
        } else {
            let (smaller, greater, later) = match whole.value < apart.value {
                true => (whole, apart, self.last > parts.last),
                false => (apart, whole, parts.last > self.last),
            };
            let least = if later { smaller.least } else { greater.least.max(smaller.least) };
            Span { value, least: least.min(value), most: whole.most + apart.most }
        };
        let numbers = |counted: &Counted<'_>| {
            let rows = counted.rows.iter().map(|(row, _)| row.id.to_string());
            Text::list(rows)
        };
        let note = words::whole_beside_parts(numbers(&self), numbers(&parts));
        let all: Vec<&Entry> = self.rows.iter().chain(&parts.rows).map(|(row, _)| *row).collect();
        let doubted = Doubted::of(Doubt::WholeAndParts, village, &all);
        let mut both = self;
        both.take(parts);
        both.span = span;
        both.notes.push(note);
        both.doubts.extend((!same).then_some(doubted));
        both
    }
}

/// The whole beside its parts; `None` where there is neither.
fn whole_and_parts<'a>(
    whole: Option<Counted<'a>>,
    parts: Option<Counted<'a>>,
    village: Option<&VillageId>,
) -> Option<Counted<'a>> {
    match (whole, parts) {
        (Some(whole), Some(parts)) => Some(whole.beside(parts, village)),
        (whole, parts) => whole.or(parts),
    }
}

fn sum<'a>(parts: impl IntoIterator<Item = Option<Counted<'a>>>) -> Option<Counted<'a>> {
    parts.into_iter().flatten().reduce(Counted::and)
}

/// Where a row counts: rows that agree in it replace each other.
type Place<'a> = (Option<&'a VillageId>, Option<&'a CropId>);

/// What each place of one work comes to.
type Places<'a> = BTreeMap<Place<'a>, Counted<'a>>;

/// What `rows`, all of one code, come to in `window`; `None` without a row. Of a state, the rows count that
/// `asked` says.
pub(super) fn count<'a>(
    counting: Counting,
    rows: &[&'a Entry],
    window: Period,
    asked: Asked,
) -> Option<Counted<'a>> {
    match counting {
        Counting::Running => running(rows, window),
        Counting::Survey => by_place(rows, |rows| survey(rows, window)),
        Counting::Greatest => by_place(rows, |rows| greatest(rows, window)),
        Counting::State => by_place(rows, |rows| state(rows, window, asked)),
        Counting::Named | Counting::Given => None,
    }
}

/// Counts each village, crop and work by `settle`, and puts them together.
fn by_place<'a>(
    rows: &[&'a Entry],
    settle: impl Fn(Vec<&'a Entry>) -> Option<Counted<'a>>,
) -> Option<Counted<'a>> {
    let mut works: BTreeMap<Option<&str>, BTreeMap<Place<'a>, Vec<&'a Entry>>> = BTreeMap::new();
    for row in rows {
        let place = (row.village.as_ref(), row.crop.as_ref());
        works.entry(row.work.as_deref()).or_default().entry(place).or_default().push(row);
    }
    let mut counted: BTreeMap<Option<&str>, Option<Counted<'a>>> = BTreeMap::new();
    for (work, places) in works {
        let settled = places.into_iter().filter_map(|(place, rows)| Some((place, settle(rows)?)));
        counted.insert(work, together(settled.collect()));
    }
    let whole = counted.remove(&None).flatten();
    whole_and_parts(whole, sum(counted.into_values()), None)
}

/// What places come to together. Rows without a crop are a whole of those with one, and rows without a village a whole
/// of those with one.
fn together(mut places: Places<'_>) -> Option<Counted<'_>> {
    let township = places.remove(&(None, None));
    let crops_of_township = places.keys().any(|(village, _)| village.is_none());
    if !crops_of_township {
        return whole_and_parts(township, of_villages(places), None);
    }
    // By crop; what villages have without a crop is a whole beside all of it.
    let mut crops: BTreeMap<Option<&CropId>, [Option<Counted<'_>>; 2]> = BTreeMap::new();
    for ((village, crop), counted) in places {
        let side = &mut crops.entry(crop).or_default()[usize::from(village.is_some())];
        *side = sum([side.take(), Some(counted)]);
    }
    let without_crop = crops.remove(&None).and_then(|[_, villages]| villages);
    let by_crop = crops.into_values().map(|[whole, parts]| whole_and_parts(whole, parts, None));
    let parts = whole_and_parts(without_crop, sum(by_crop), None);
    whole_and_parts(township, parts, None)
}

/// What villages come to: in each, the row without a crop beside those with one.
fn of_villages(places: Places<'_>) -> Option<Counted<'_>> {
    let mut villages: BTreeMap<Option<&VillageId>, [Option<Counted<'_>>; 2]> = BTreeMap::new();
    for ((village, crop), counted) in places {
        let side = &mut villages.entry(village).or_default()[usize::from(crop.is_some())];
        *side = sum([side.take(), Some(counted)]);
    }
    let each = villages
        .into_iter()
        .map(|(village, [whole, parts])| whole_and_parts(whole, parts, village));
    sum(each)
}

fn within(row: &Entry, window: Period) -> bool {
    window.from <= row.from && row.to <= window.to
}

/// The rows of one place by their last day; a survey of the same days that was entered later is the later one.
fn in_order(mut rows: Vec<&Entry>) -> Vec<&Entry> {
    rows.sort_by_key(|row| (row.to, row.from, row.id));
    rows
}

/// What there is to be said of the rows of one place, of which `taken` counts and the others do not.
fn settled<'a>(
    rows: &[&'a Entry],
    taken: &'a Entry,
    span: Span,
    window: Period,
    repeated: Option<fn(DoubtedRows) -> Doubt>,
) -> Counted<'a> {
    let village = taken.village.as_ref();
    let reaches = |row: &&Entry| !within(row, window) && row.value > 0.0;
    let beyond: Vec<&Entry> = rows.iter().copied().filter(reaches).collect();
    let others = rows.iter().filter(|row| row.id != taken.id);
    let mut notes: Vec<Text> = others.map(|row| words::row_replaced(row.id, taken.id)).collect();
    notes.extend(beyond.iter().map(|row| words::row_beyond(row.id)));
    let mut doubts = Vec::new();
    if !beyond.is_empty() {
        doubts.push(Doubted::of(Doubt::BeyondPeriod, village, &beyond));
    }
    doubts.extend(repeated.map(|doubt| Doubted::of(doubt, village, rows)));
    let last = rows.iter().map(|row| row.to).max();
    let rows = vec![(taken, span.value)];
    Counted { span, last, rows, notes, doubts, ..Counted::default() }
}

/// The greatest sum of rows of exactly the same days whose values differ, since they may be sheets of one survey; 0
/// without such rows.
fn same_days(rows: &[&Entry]) -> f64 {
    let mut days: BTreeMap<(Date, Date), Vec<f64>> = BTreeMap::new();
    for row in rows {
        days.entry((row.from, row.to)).or_default().push(row.value);
    }
    let differ = |values: &&Vec<f64>| values.iter().any(|value| Some(value) != values.first());
    days.values().filter(differ).map(|values| values.iter().sum()).fold(0.0, f64::max)
}

fn most_of(rows: &[&Entry]) -> f64 {
    rows.iter().map(|row| row.value).fold(0.0, f64::max)
}

/// The least of what papers say of the days of `taken`: of those that contradict each other any may be right, and the
/// one that was entered last is no later survey. A row that was corrected to 0 says nothing.
fn least_of_same_days(rows: &[&Entry], taken: &Entry) -> f64 {
    let same = rows.iter().filter(|row| (row.from, row.to) == (taken.from, taken.to));
    let says = same.filter(|row| row.value > 0.0 || row.supersedes.is_none());
    says.map(|row| row.value).fold(taken.value, f64::min)
}

/// The doubt about the rows of one place that repeat each other.
fn repeated(rows: usize, same_days: bool, smaller: bool) -> Option<fn(DoubtedRows) -> Doubt> {
    match (rows, same_days, smaller) {
        (0 | 1, _, _) => None,
        (_, true, _) => Some(Doubt::SameDays),
        (_, false, true) => Some(Doubt::SmallerSurvey),
        (_, false, false) => Some(Doubt::RepeatedSurvey),
    }
}

/// A survey of one place, or the rows of one work: the latest within the window. An earlier one that is greater, others
/// of the same days, and what reaches beyond the window, bound it.
pub(super) fn survey<'a>(rows: Vec<&'a Entry>, window: Period) -> Option<Counted<'a>> {
    let rows = in_order(rows);
    let inside: Vec<&Entry> = rows.iter().copied().filter(|row| within(row, window)).collect();
    let taken = inside.last().or(rows.last()).copied()?;
    let together = same_days(&rows);
    let least = if inside.is_empty() { 0.0 } else { least_of_same_days(&inside, taken) };
    let span = Span { value: taken.value, least, most: most_of(&rows).max(together) };
    let smaller = most_of(&inside) > taken.value;
    let doubt = repeated(rows.len(), together > 0.0, smaller);
    Some(settled(&rows, taken, span, window, doubt))
}

/// How many there were at one place: the greatest. Where a later row is smaller, others may have taken over, and the
/// truth lies up to the sum.
fn greatest<'a>(rows: Vec<&'a Entry>, window: Period) -> Option<Counted<'a>> {
    let rows = in_order(rows);
    let inside: Vec<&Entry> = rows.iter().copied().filter(|row| within(row, window)).collect();
    let among = if inside.is_empty() { &rows } else { &inside };
    let taken = among.iter().copied().reduce(|a, b| if b.value > a.value { b } else { a })?;
    let together = same_days(&rows) > 0.0;
    let falls = rows.windows(2).any(|pair| matches!(pair, [a, b] if b.value < a.value));
    let most = match falls || together {
        true => rows.iter().map(|row| row.value).sum(),
        false => most_of(&rows),
    };
    let least = inside.iter().map(|row| least_of_same_days(&inside, row)).fold(0.0, f64::max);
    let span = Span { value: taken.value, least, most };
    let doubt = repeated(rows.len(), together, falls);
    Some(settled(&rows, taken, span, window, doubt))
}

/// What holds at one place on the day that is asked for: the latest row that began on or before it.
fn state<'a>(rows: Vec<&'a Entry>, window: Period, asked: Asked) -> Option<Counted<'a>> {
    let counts = |row: &&Entry| match asked {
        Asked::AtEnd(day) | Asked::Carried(day) => row.from <= day,
        Asked::Held(day) => row.from <= day && day <= row.to.max(row.from),
    };
    let begun: Vec<&Entry> = rows.into_iter().filter(counts).collect();
    let taken = begun.iter().copied().max_by_key(|row| (row.from, row.id))?;
    let same = |row: &&Entry| (row.from, row.to) == (taken.from, taken.to);
    let beside: Vec<&Entry> = begun.into_iter().filter(same).collect();
    let together = same_days(&beside);
    let beyond = taken.to > window.to && taken.value > 0.0;
    let least = if beyond { 0.0 } else { least_of_same_days(&beside, taken) };
    let span = Span { value: taken.value, least, most: taken.value.max(together) };
    let mut counted = Counted { span, last: Some(taken.from), ..Counted::default() };
    counted.rows.push((taken, taken.value));
    if let Asked::AtEnd(day) = asked
        && is_old(taken, day)
    {
        counted.old.push((taken.id, taken.to));
        (counted.span.least, counted.span.most) = (0.0, f64::INFINITY);
    }
    let village = taken.village.as_ref();
    if beyond {
        counted.notes.push(words::row_beyond(taken.id));
        counted.doubts.push(Doubted::of(Doubt::BeyondPeriod, village, &[taken]));
    }
    if together > 0.0 {
        counted.doubts.push(Doubted::of(Doubt::SameDays, village, &beside));
    }
    Some(counted)
}

/// Whether a row of a state is too old to hold on `day`. What is sown of a season stays so.
fn is_old(row: &Entry, day: Date) -> bool {
    let days = Period { from: row.to.max(row.from), to: day }.days() - 1;
    let taken_back = row.value <= 0.0 && row.supersedes.is_some();
    row.code != EntryCode::AreaSown && !taken_back && days > HOLDS_ON_DAYS
}

/// What makes two rows the same slip.
type Slip<'a> =
    (Date, Date, Option<&'a VillageId>, Option<&'a CropId>, Option<&'a str>, u64, &'a str);

/// Amounts added up. Of a row that reaches beyond the window, the share of its days counts.
fn running<'a>(rows: &[&'a Entry], window: Period) -> Option<Counted<'a>> {
    let mut slips: BTreeMap<Slip<'a>, Vec<&'a Entry>> = BTreeMap::new();
    let mut counted = Counted::default();
    let mut beyond = Vec::new();
    for row in rows.iter().copied() {
        let part = share(row, window);
        let value = row.value * part;
        let certain = part >= 1.0;
        let least = if certain { value } else { 0.0 };
        counted.span = counted.span.plus(Span { value, least, most: row.value });
        counted.rows.push((row, value));
        if certain {
            let place = (row.village.as_ref(), row.crop.as_ref(), row.work.as_deref());
            let what = (row.value.to_bits(), row.document.as_str());
            let slip = (row.from, row.to, place.0, place.1, place.2, what.0, what.1);
            slips.entry(slip).or_default().push(row);
        } else if row.value > 0.0 {
            counted.notes.push(words::row_beyond_shared(row.id, format!("{value:.2}")));
            beyond.push(row);
        }
    }
    if !beyond.is_empty() {
        counted.doubts.push(Doubted::of(Doubt::BeyondPeriod, None, &beyond));
    }
    for same in slips.into_values().filter(|same| same.len() > 1) {
        let Some(row) = same.first().filter(|row| row.value > 0.0) else { continue };
        counted.span.least -= row.value * (same.len() - 1) as f64;
        counted.notes.push(words::rows_same_slip(Text::list(same.iter().map(|row| row.id))));
        counted.doubts.push(Doubted::of(Doubt::SameSlip, row.village.as_ref(), &same));
    }
    if let Some(total) = total_of_others(rows) {
        // Perhaps: amounts may also agree by chance.
        let part = share(total, window);
        counted.span.value -= total.value * part;
        counted.span.least -= if part >= 1.0 { total.value } else { 0.0 };
        counted.rows.retain(|(row, _)| row.id != total.id);
        let others = counted.rows.iter().map(|(row, _)| row.id);
        counted.notes.push(words::whole_beside_parts(total.id, Text::list(others)));
        counted.doubts.push(Doubted::of(Doubt::WholeAndParts, None, rows));
    } else {
        let perhaps = without_village(rows).into_iter();
        counted.doubts.extend(perhaps.map(|rows| Doubted::of(Doubt::PerhapsWhole, None, &rows)));
    }
    (!counted.rows.is_empty()).then_some(counted)
}

/// The row without a village whose amount is exactly that of all others, which have villages: the sheet's last line.
fn total_of_others<'a>(rows: &[&'a Entry]) -> Option<&'a Entry> {
    let (of_villages, without): (Vec<&Entry>, Vec<&Entry>) =
        rows.iter().copied().partition(|row| row.village.is_some());
    let &[total] = without.as_slice() else { return None };
    let sum: f64 = of_villages.iter().map(|row| row.value).sum();
    let same = total.value > 0.0 && (total.value - sum).abs() <= SAME * sum;
    (of_villages.len() > 1 && same).then_some(total)
}

/// Rows without a village beside rows with one, of the same days: the former may be the sum of the latter.
fn without_village<'a>(rows: &[&'a Entry]) -> Vec<Vec<&'a Entry>> {
    let mut days: BTreeMap<(Date, Date), Vec<&'a Entry>> = BTreeMap::new();
    for row in rows.iter().copied().filter(|row| row.value > 0.0) {
        days.entry((row.from, row.to)).or_default().push(row);
    }
    let mixed = |rows: &Vec<&Entry>| {
        let of_villages = rows.iter().filter(|row| row.village.is_some()).count();
        0 < of_villages && of_villages < rows.len()
    };
    days.into_values().filter(mixed).collect()
}

/// The share of a row's days that lie in the window; of a row whose last day is before its first, all or nothing.
fn share(row: &Entry, window: Period) -> f64 {
    let days = Period { from: row.from, to: row.to }.days();
    let (from, to) = (row.from.max(window.from), row.to.min(window.to));
    let inside = Period { from, to }.days();
    if days > 0 { inside as f64 / days as f64 } else { f64::from(u8::from(inside > 0)) }
}
