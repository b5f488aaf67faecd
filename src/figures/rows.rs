//! Which rows of the ledger count, what they come to, and what has to be looked at in them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};

use super::counting::{Asked, Counted, Doubted, HOLDS_ON_DAYS, Span, count, survey};
use super::doubts::{Doubt, DoubtedRows};
use super::draft::Draft;
use crate::account::{Counting, Entry, EntryCode};
use crate::core::{CropId, Period, VillageId};
use crate::locales::{Argument, Text, figures as words};
use crate::water::Township;

/// Whether the days of a row are such that it counts for `period`: they overlap it; of drinking-water works, they are
/// of its calendar years, up to its end.
pub fn is_of_period(row: &Entry, period: Period) -> bool {
    Rows::new(&[], period).counts(row)
}

/// The rows that count for a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    entries: &'a [Entry],
    period: Period,
}

impl<'a> Rows<'a> {
    pub fn new(entries: &'a [Entry], period: Period) -> Rows<'a> {
        Rows { entries, period }
    }

    /// The rows of `code` that overlap the period, without those that say that something did not happen. Rows of
    /// drinking-water works count for the calendar years of the period, up to its end.
    pub fn of(self, code: EntryCode) -> Vec<&'a Entry> {
        let happened = |e: &&Entry| e.value > 0.0 || code.counting() != Counting::Named;
        self.counting(code).filter(happened).collect()
    }

    /// The rows of `code` that say that something did not happen: those of things that are named, with the value 0.
    pub fn denied(self, code: EntryCode) -> Vec<&'a Entry> {
        let denied = |e: &&Entry| e.value <= 0.0 && code.counting() == Counting::Named;
        self.counting(code).filter(denied).collect()
    }

    pub fn all(self) -> Vec<Entry> {
        let rows = self.entries.iter();
        rows.filter(|e| self.counts(e)).cloned().collect()
    }

    fn counting(self, code: EntryCode) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |e| e.code == code && self.counts(e))
    }

    fn counts(self, entry: &Entry) -> bool {
        let window = self.window(entry.code);
        entry.from <= self.period.to && entry.to >= window.from && entry.from <= window.to
    }

    /// The days that rows of `code` belong to.
    fn window(self, code: EntryCode) -> Period {
        if code.is_by_year() {
            let (first, last) = (self.period.from.year(), self.period.to.year());
            Period { from: date(first, 1, 1), to: date(last, 12, 31) }
        } else {
            self.period
        }
    }

    /// Whether all days of a row belong to the period.
    pub fn holds(self, entry: &Entry) -> bool {
        let window = self.window(entry.code);
        window.from <= entry.from && entry.to <= window.to
    }

    /// What the rows of `code` at `here` come to, by how the code counts; `None` without a row.
    pub fn count(self, code: EntryCode, here: impl Fn(&Entry) -> bool) -> Option<Counted<'a>> {
        self.count_on(code, here, Asked::AtEnd(self.period.to))
    }

    /// As [`count`](Rows::count), of a state what is `asked` for.
    fn count_on(
        self,
        code: EntryCode,
        here: impl Fn(&Entry) -> bool,
        asked: Asked,
    ) -> Option<Counted<'a>> {
        let rows: Vec<&Entry> = self.of(code).into_iter().filter(|e| here(e)).collect();
        count(code.counting(), &rows, self.window(code), asked)
    }

    /// The number of the rows of `code` at `here`, with its bounds.
    pub fn span(self, code: EntryCode, here: impl Fn(&Entry) -> bool) -> Option<Span> {
        self.count(code, here).map(|counted| counted.span)
    }

    /// What each crop's rows of `code` come to; `None` collects the rows without a crop.
    pub fn by_crop(self, code: EntryCode) -> BTreeMap<Option<CropId>, Span> {
        let crops: BTreeSet<_> = self.of(code).into_iter().map(|e| e.crop.clone()).collect();
        let of = |crop: Option<CropId>| {
            let span = self.span(code, |e| e.crop == crop)?;
            Some((crop, span))
        };
        crops.into_iter().filter_map(of).collect()
    }

    /// The number that the rows of `codes` come to, by how each code counts; absent without any row.
    pub fn counted(self, codes: &[EntryCode]) -> Draft {
        self.counted_on(codes, Asked::AtEnd(self.period.to))
    }

    /// The greatest that a state came to on one day, by the rows that hold on that day; of several such days, the
    /// first. Where each row is taken to hold until the next of its place, it may have been more.
    pub fn peak(self, codes: &[EntryCode]) -> Draft {
        let spans = self.spans_of_days(codes);
        let greatest = spans.iter().copied().reduce(|best, next| {
            let more = next.held.value > best.held.value;
            if more { next } else { best }
        });
        let day = greatest.map_or(self.period.to, |greatest| greatest.day);
        let mut draft = self.counted_on(codes, Asked::Held(day));
        if let Some([value, ..]) = draft.span() {
            let least = spans.iter().map(|span| span.held.least).fold(0.0, f64::max).min(value);
            let most = spans.iter().map(|span| span.held.most.max(span.carried.most));
            let most = most.fold(self.most_without(codes), f64::max);
            if most > least {
                draft.bounds(least, most);
            }
            draft.note(words::peak_on(Argument::of(day)));
            if most > value && most.is_finite() {
                draft.note(words::peak_if_carried(most));
            }
        }
        draft
    }

    /// Where nobody entered one of `codes`, nothing bounds their sum.
    fn most_without(self, codes: &[EntryCode]) -> f64 {
        let without = codes.iter().any(|code| self.of(*code).is_empty());
        if without { f64::INFINITY } else { 0.0 }
    }

    /// What the rows of `codes` come to on each day on which a sum of the rows that hold may begin to be greater.
    fn spans_of_days(self, codes: &[EntryCode]) -> Vec<OnDay> {
        let rows = codes.iter().flat_map(|code| self.of(*code));
        let changes = rows.flat_map(|row| [Some(row.from), row.to.tomorrow().ok()]);
        let days: BTreeSet<Date> = changes
            .flatten()
            .map(|day| day.max(self.period.from))
            .filter(|day| *day <= self.period.to)
            .collect();
        let span = |asked| {
            let each = codes.iter().filter_map(|code| self.count_on(*code, |_| true, asked));
            each.map(|counted| counted.span).fold(Span::default(), Span::plus)
        };
        let on =
            |day| OnDay { day, held: span(Asked::Held(day)), carried: span(Asked::Carried(day)) };
        days.into_iter().map(on).collect()
    }

    fn counted_on(self, codes: &[EntryCode], asked: Asked) -> Draft {
        let mut draft = Draft::default();
        let mut total: Option<Span> = None;
        let mut without = Vec::new();
        for code in codes {
            let Some(counted) = self.count_on(*code, |_| true, asked) else {
                // A state may have its first row after the day.
                without.extend(self.of(*code).is_empty().then_some(*code));
                continue;
            };
            for (entry, part) in counted.rows {
                draft.entry(&Entry { value: part, ..entry.clone() });
            }
            counted.notes.into_iter().for_each(|note| draft.note(note));
            old_rows(&counted.old).into_iter().for_each(|why| draft.open(why));
            total = Some(total.unwrap_or_default().plus(counted.span));
        }
        let Some(mut total) = total else {
            draft.absent(missing(without));
            return draft;
        };
        // Without a slip nothing was spent; a state that nobody entered is not known.
        if without.iter().any(|code| code.counting() != Counting::Running) {
            total.most = f64::INFINITY;
        }
        total.set_in(&mut draft);
        if !without.is_empty() {
            draft.note(words::no_rows_too(Text::list(without.iter().map(|code| code.name()))));
        }
        draft
    }

    /// The number of different villages in the rows of `code`. Rows without a village, and villages that the township
    /// does not have, leave open how many there are.
    pub fn villages(self, code: EntryCode, township: &Township) -> Draft {
        let mut draft = Draft::default();
        let entries = self.of(code);
        let (mut named, mut unsure) = (BTreeSet::new(), BTreeSet::new());
        let mut unnamed = 0.0;
        let works = (code == EntryCode::WaterWork).then(|| self.works(|_| true)).flatten();
        for entry in &entries {
            if let Some(why) = works.as_ref().and_then(|works| works.why_not_built(entry)) {
                draft.note(why);
                unnamed += 1.0;
                continue;
            }
            draft.entry(entry);
            let Some(village) = &entry.village else {
                draft.note(words::row_without_village(entry.id));
                unnamed += entry.value;
                continue;
            };
            if township.village(village).is_none() {
                draft.note(words::village_unknown(entry.id, village.as_str()));
                unsure.insert(village);
            }
            named.insert(village);
        }
        for entry in self.denied(code) {
            draft.note(words::row_of_none(entry.id));
            let same =
                |e: &&Entry| (e.from, e.to, &e.village) == (entry.from, entry.to, &entry.village);
            if code == EntryCode::VillageAffected && entries.iter().any(same) {
                draft.note(words::row_says_not_hit(entry.id));
                unsure.extend(&entry.village);
            }
        }
        if code == EntryCode::VillageAffected {
            let hurt = self.hurt(&named);
            if !hurt.is_empty() {
                let names = hurt.iter().map(|village| township.village_name(village));
                draft.note(words::villages_hurt_not_entered(Text::list(names)));
                unnamed += hurt.len() as f64;
            }
        }
        if named.is_empty() {
            if entries.is_empty() {
                draft.absent(missing([code]));
            }
            return draft;
        }
        let (value, unsure) = (named.len() as f64, unsure.len() as f64);
        let most = (value + unnamed).min(township.villages.len() as f64).max(value);
        Span { value, least: value - unsure, most }.set_in(&mut draft);
        draft
    }

    /// The villages besides `named` that have crops hurt in the period.
    fn hurt(self, named: &BTreeSet<&VillageId>) -> BTreeSet<&'a VillageId> {
        let codes = [EntryCode::AreaAffected, EntryCode::AreaDamaged, EntryCode::AreaFailed];
        let rows = codes.into_iter().flat_map(|code| self.of(code));
        let rows = rows.filter(|row| row.value > 0.0 && self.holds(row));
        rows.filter_map(|row| row.village.as_ref()).filter(|id| !named.contains(id)).collect()
    }

    /// The works built at `here`: of each work that is named the latest row, and every row without a name. A row's
    /// value is a number of works. `None` where nothing says that one was built.
    pub fn works(self, here: impl Fn(&Entry) -> bool) -> Option<Works<'a>> {
        let rows: Vec<&Entry> =
            self.counting(EntryCode::WaterWork).filter(|row| here(row)).collect();
        let mut works = Works::default();
        let mut named: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for row in rows {
            if row.value > 0.0 && row.to > self.period.to {
                works.unfinished.push(row);
                continue;
            }
            match row.work.as_deref() {
                Some(work) => named.entry(work).or_default().push(row),
                None if row.value > 0.0 => works.unnamed.push(row),
                None => works.denied = true,
            }
        }
        let window = self.window(EntryCode::WaterWork);
        for rows in named.into_values() {
            match rows.iter().any(|row| row.value > 0.0) {
                true => {
                    // Two villages may have a work of the same name each, or share one.
                    let built = rows.iter().filter(|row| row.value > 0.0);
                    let villages: BTreeSet<_> =
                        built.filter_map(|row| row.village.as_ref()).collect();
                    works.named.extend(survey(rows, window).map(|mut work| {
                        work.span.most = work.span.most.max(villages.len() as f64);
                        work
                    }));
                }
                false => works.denied = true,
            }
        }
        (!works.is_empty()).then_some(works)
    }

    /// What the rows of `code` at `here` come to of whom works serve that were built; `None` without a row of one.
    pub fn served(self, code: EntryCode, here: impl Fn(&Entry) -> bool) -> Option<Counted<'a>> {
        let works = self.works(|_| true)?;
        self.count(code, |row| here(row) && works.serve(row))
    }

    /// What a person has to look at in the rows of the period.
    pub fn doubts(self, township: &Township) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        for code in EntryCode::ALL {
            let (mut beyond, mut repeated, mut perhaps) = (Vec::new(), Vec::new(), Vec::new());
            for Doubted { doubt, village, rows } in self.doubted(*code) {
                let place = place(village, township);
                match doubt(DoubtedRows { code: *code, place, rows }) {
                    Doubt::BeyondPeriod(of) => beyond.push(of),
                    Doubt::RepeatedSurvey(of) => repeated.push(of),
                    Doubt::PerhapsWhole(of) => perhaps.push(of),
                    other => doubts.push(other),
                }
            }
            // One finding for all of a code: a report of ten days has them of every village.
            doubts.extend(DoubtedRows::in_one(beyond).map(Doubt::BeyondPeriod));
            doubts.extend(DoubtedRows::in_one(repeated).map(Doubt::RepeatedSurvey));
            doubts.extend(DoubtedRows::in_one(perhaps).map(Doubt::PerhapsWhole));
        }
        doubts.extend(self.wrong_grades());
        doubts.extend(self.other_events());
        doubts
    }

    /// The rows of the emergency response whose value is no grade.
    fn wrong_grades(self) -> Option<Doubt> {
        let code = EntryCode::ResponseLevel;
        let mut rows = self.of(code);
        rows.retain(|row| !is_grade(row.value));
        let rows: Vec<(i64, f64)> = rows.into_iter().map(|row| (row.id, row.value)).collect();
        let place = words::whole_township();
        (!rows.is_empty()).then_some(Doubt::WrongGrade(DoubtedRows { code, place, rows }))
    }

    fn doubted(self, code: EntryCode) -> Vec<Doubted> {
        if code == EntryCode::WaterWork {
            let works = self.works(|_| true).unwrap_or_default();
            works.named.into_iter().flat_map(|work| work.doubts).collect()
        } else {
            self.count(code, |_| true).unwrap_or_default().doubts
        }
    }

    /// Where the period is a drought event: the others of its years, and those that overlap it.
    fn other_events(self) -> Option<Doubt> {
        let events: BTreeSet<(Date, Date)> = self
            .entries
            .iter()
            .filter(|e| e.code == EntryCode::DroughtEvent && e.value > 0.0)
            .map(|e| (e.from, e.to))
            .collect();
        let taken = self.period;
        if !events.contains(&(taken.from, taken.to)) {
            return None;
        }
        let others: Vec<Period> = events
            .into_iter()
            .filter(|event| *event != (taken.from, taken.to))
            .filter(|(from, to)| from.year() <= taken.to.year() && to.year() >= taken.from.year())
            .map(|(from, to)| Period { from, to })
            .collect();
        (!others.is_empty()).then_some(Doubt::OtherEvents { taken, others })
    }
}

/// What the rows of a state come to on a day.
#[derive(Debug, Clone, Copy)]
struct OnDay {
    day: Date,
    /// By the rows that hold on that day.
    held: Span,
    /// By the latest row of each place, however old.
    carried: Span,
}

/// Why a state is not known at the end of the period, where rows of it are too `old`.
pub(super) fn old_rows(old: &[(i64, Date)]) -> Option<Text> {
    let last = old.iter().map(|(_, day)| *day).max()?;
    let rows = Text::list(old.iter().map(|(row, _)| *row));
    Some(words::state_is_old(Argument::of(last), rows, HOLDS_ON_DAYS))
}

/// Drinking-water works of the ledger.
#[derive(Debug, Default)]
pub(super) struct Works<'a> {
    /// What the rows of each name come to.
    pub named: Vec<Counted<'a>>,
    pub unnamed: Vec<&'a Entry>,
    /// Rows that end after the period.
    pub unfinished: Vec<&'a Entry>,
    /// Whether there are works that rows of 0 alone speak of.
    denied: bool,
}

impl Works<'_> {
    /// The names of the works that were built.
    fn built(&self) -> impl Iterator<Item = &str> {
        let built = self.named.iter().filter(|work| work.span.value > 0.0);
        built.filter_map(|work| work.rows.first()?.0.work.as_deref())
    }

    /// Why the work of `row`, which enters it as built, was not, as far as the rows tell.
    fn why_not_built(&self, row: &Entry) -> Option<Text> {
        let work = row.work.as_deref();
        if self.unfinished.iter().any(|unfinished| unfinished.id == row.id) {
            Some(words::work_unfinished(row.id))
        } else if work.is_some_and(|work| !self.built().any(|built| built == work)) {
            Some(words::work_denied(row.id))
        } else {
            None
        }
    }

    /// Whether a row of whom works serve is about such as were built: one that names no work is, where all were.
    pub fn serve(&self, row: &Entry) -> bool {
        match row.work.as_deref() {
            Some(work) => self.built().any(|built| built == work),
            None => {
                let all = self.built().count() == self.named.len();
                let none = self.named.is_empty() && self.unnamed.is_empty();
                all && !none && !self.denied && self.unfinished.is_empty()
            }
        }
    }

    /// The names of works that may have been built and of whom none of `served` says whom they serve.
    pub fn without(&self, served: &[&Entry]) -> Vec<Text> {
        if served.iter().any(|row| row.work.is_none()) {
            return Vec::new();
        }
        let served: BTreeSet<&str> = served.iter().filter_map(|row| row.work.as_deref()).collect();
        let named = self.named.iter().filter_map(|work| work.rows.first()?.0.work.as_deref());
        let without = named.filter(|work| !served.contains(work)).map(Text::verbatim);
        let unnamed = self.unnamed.iter().map(|row| words::unnamed_work(row.id));
        without.chain(unnamed).collect()
    }

    fn is_empty(&self) -> bool {
        self.named.is_empty() && self.unnamed.is_empty() && self.unfinished.is_empty()
    }

    /// How many works were built; rows without a name may be of works that others name.
    pub fn span(&self) -> Span {
        let sum = |rows: &[&Entry]| rows.iter().map(|row| row.value).sum::<f64>();
        let named = self.named.iter().map(|work| work.span).fold(Span::default(), Span::plus);
        let (unnamed, unfinished) = (sum(&self.unnamed), sum(&self.unfinished));
        Span {
            value: named.value + unnamed,
            least: named.least + if self.named.is_empty() { unnamed } else { 0.0 },
            most: named.most + unnamed + unfinished,
        }
    }
}

fn place(village: Option<VillageId>, township: &Township) -> Text {
    let Some(id) = village else { return words::whole_township() };
    let village = township.village(&id);
    village.map_or_else(|| Text::verbatim(&id), |village| Text::verbatim(&village.name))
}

/// A note that the ledger has no row of these codes.
pub(super) fn missing(codes: impl IntoIterator<Item = EntryCode>) -> Text {
    let mut names = codes.into_iter().map(EntryCode::name);
    let first = names.next().map_or_else(Text::default, words::quoted);
    words::no_rows(names.fold(first, words::quoted_too))
}

/// Whether a row may say it of the emergency response: a grade, or 0 where it ended.
pub(super) fn is_grade(value: f64) -> bool {
    (0.0..=4.0).contains(&value) && value.fract() == 0.0
}
