//! Figures in the making: they collect value, inputs and notes; words and coverage follow at the end.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::catalogue::FigureId;
use super::claim::{Claim, Verdict, open_by_bounds};
use super::figure::{Class, Figure, FigureInput, Origin, Value};
use super::phrase::PrintUnit;
use super::plausibility::short;
use super::together;
use super::wording::{self, Worded, Wording};
use crate::account::{Coverage, Entry, Method};
use crate::core::{Period, Series};
use crate::locales::{Text, figures as words};

/// Units of things that there are whole ones of only.
const WHOLE: [PrintUnit; 16] = [
    PrintUnit::Person,
    PrintUnit::PersonTime,
    PrintUnit::Head,
    PrintUnit::SmallHead,
    PrintUnit::Set,
    PrintUnit::Piece,
    PrintUnit::Seat,
    PrintUnit::Eye,
    PrintUnit::Place,
    PrintUnit::Vehicle,
    PrintUnit::Trip,
    PrintUnit::Household,
    PrintUnit::Day,
    PrintUnit::AdministrativeVillage,
    PrintUnit::Village,
    PrintUnit::Group,
];

/// A figure in the making; absent until it gets a value.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    value: Value,
    words: Option<Text>,
    /// Why the evidence leaves open whether the words are true, and why it contradicts them.
    doubts: Vec<Text>,
    contradictions: Vec<Text>,
    /// What may be said where the words may not.
    known: Option<Text>,
    bounds: Option<[f64; 2]>,
    coverage: Option<Coverage>,
    inputs: Vec<FigureInput>,
    notes: Vec<Text>,
}

impl Draft {
    /// Sets the value. One that is not finite stays absent, with a note.
    pub fn number(&mut self, value: f64) {
        if value.is_finite() {
            self.value = Value::Number(value);
        } else {
            self.absent(words::not_a_number());
        }
    }

    /// Sets a month by a day of it, worded by `worded` from the month: `8`, with `named_year` `2022年8`; `August 2022`.
    pub fn month(&mut self, day: Date, worded: fn(Text) -> Text, named_year: bool) {
        let day = day.first_of_month();
        self.value = Value::Day(day);
        let english = |form| day.strftime(form).to_string();
        let month = |form| Text::both(day.month().to_string(), english(form));
        self.words = Some(worded(match named_year {
            true => words::month_of_year(day.year(), month("%B")),
            false => month("%B %Y"),
        }));
    }

    /// Sets the words, where they are not number and unit.
    pub fn words(&mut self, words: Text) {
        self.words = Some(words);
    }

    /// Leaves open whether the words are true: they are withheld.
    pub fn open(&mut self, why: Text) {
        if !self.doubts.contains(&why) {
            self.doubts.push(why);
        }
    }

    /// Says that the evidence contradicts the words: they are withheld.
    pub fn refute(&mut self, why: Text) {
        self.contradictions.push(why);
    }

    /// Sets what may be said where the words are withheld.
    pub fn known(&mut self, words: Text) {
        self.known = Some(words);
    }

    /// Takes the value back and notes why there is none.
    pub fn absent(&mut self, why: Text) {
        self.value = Value::Absent;
        self.words = None;
        self.bounds = None;
        self.note(why);
    }

    /// Sets between which values the truth lies; `most` is infinite where nothing bounds it.
    pub fn bounds(&mut self, least: f64, most: f64) {
        self.bounds = Some([least, most]);
    }

    /// The value with its bounds; a value without bounds is certain.
    pub fn span(&self) -> Option<[f64; 3]> {
        let value = self.value()?;
        let [least, most] = self.bounds.unwrap_or([value; 2]);
        Some([value, least.min(value), most.max(value)])
    }

    /// Takes over why the words of `other`, which this figure is made of, may not be true. Its bounds are the recipe's
    /// to work out.
    pub fn inherits(&mut self, other: &Draft) {
        for why in other.doubts.iter().chain(&other.contradictions) {
            self.open(why.clone());
        }
    }

    pub fn cover(&mut self, coverage: Coverage) {
        self.coverage = Some(self.coverage.unwrap_or_default().and(coverage));
    }

    /// Says what a reader has to know, once.
    pub fn note(&mut self, note: Text) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    pub fn input(&mut self, input: FigureInput) {
        self.inputs.push(input);
    }

    /// Adds another figure as input.
    pub fn figure(&mut self, id: FigureId, value: f64) {
        self.inputs.push(FigureInput {
            from: Origin::Figure(id, None),
            value: Some(value),
            method: Method::Figure,
            note: Text::default(),
            coverage: None,
        });
    }

    /// Adds a ledger row as input.
    pub fn entry(&mut self, entry: &Entry) {
        let mut notes = vec![words::entered_by(&entry.document, &entry.entered_by)];
        notes.extend(entry.supersedes.map(|row| words::corrects(row, &entry.reason)));
        notes.extend(entry.reviewed_by.as_ref().map(words::reviewed_by));
        self.inputs.push(FigureInput {
            from: Origin::Ledger(entry.id),
            value: Some(entry.value),
            method: Method::Entered,
            note: Text::clauses(notes),
            coverage: None,
        });
    }

    pub fn value(&self) -> Option<f64> {
        match self.value {
            Value::Number(value) => Some(value),
            Value::Day(_) | Value::Absent => None,
        }
    }

    /// The finished figure. Without words of its own, a number is worded by `wordings`, or else by the catalogue.
    fn finish(
        mut self,
        id: FigureId,
        period: Period,
        wordings: &[Wording],
        code_version: &'static str,
    ) -> Figure {
        let class = self.class(id);
        self.bounds = self.bounds.and(self.span().map(|[_, least, most]| [least, most]));
        let claim = self.claim(id, wordings);
        let mut figure = Figure {
            class,
            claim,
            value: self.value,
            coverage: self.coverage.map(|c| c.share()),
            flagged_share: self
                .coverage
                .filter(|c| c.counted > 0)
                .map(|c| c.suspect as f64 / c.counted as f64),
            bounds: self.bounds,
            inputs: self.inputs,
            notes: self.notes,
            ..Figure::absent(id, period, code_version)
        };
        figure.say(self.words);
        figure
    }

    /// The verdict on the words, which are chosen here; those that the evidence does not carry are taken back.
    fn claim(&mut self, id: FigureId, wordings: &[Wording]) -> Claim {
        let Some(value) = self.value_in_words(id, wordings) else {
            self.words = None;
            let verdict = match self.contradictions.is_empty() {
                true => Verdict::Open,
                false => Verdict::Refuted,
            };
            let mut why = std::mem::take(&mut self.contradictions);
            why.append(&mut self.doubts);
            why.into_iter().for_each(|why| self.note(why));
            return Claim { verdict, grounds: self.notes.clone() };
        };
        let (verdict, grounds) = if !self.contradictions.is_empty() {
            (Verdict::Refuted, std::mem::take(&mut self.contradictions))
        } else if !self.doubts.is_empty() {
            (Verdict::Open, std::mem::take(&mut self.doubts))
        } else {
            self.words = value;
            return Claim { verdict: Verdict::Proved, grounds: Vec::new() };
        };
        self.words = self.known.take();
        self.notes.extend(grounds.iter().cloned());
        Claim { verdict, grounds }
    }

    /// What the value comes to in words; `None` where there is no value, the inner `None` where none are needed. Words
    /// that the bounds do not allow are a doubt, and the part of them that is certain is what is known.
    fn value_in_words(&mut self, id: FigureId, wordings: &[Wording]) -> Option<Option<Text>> {
        let value = match self.value {
            Value::Absent => return None,
            Value::Day(_) => return Some(self.words.take()),
            Value::Number(value) => value,
        };
        let unit = id.spec().print.map(|(_, unit)| unit);
        let [least, most] = self.bounds.unwrap_or([value; 2]);
        if unit.is_some_and(|unit| WHOLE.contains(&unit)) && least.fract() != 0.0 {
            self.doubts.push(words::not_whole(short(least)));
        }
        if let Some(own) = self.words.take() {
            return Some(Some(own));
        }
        // Nothing is said of what did not happen.
        let narrative = !id.spec().passage.is_empty() && !id.is_optional();
        let nothing = self.bounds.is_none_or(|[_, most]| most == 0.0);
        if value == 0.0 && nothing && narrative {
            return Some(None);
        }
        let Worded { text, note, certain } = wording::worded(id, value, self.bounds, wordings);
        if certain {
            self.notes.extend(note);
            return Some(text);
        }
        self.doubts.push(open_by_bounds([least, most]));
        if self.contradictions.is_empty() && self.known.is_none() && self.doubts.len() == 1 {
            self.known = text.map(|said| match self.is_measured() {
                true => words::known_part(said),
                false => words::entered_part(said),
            });
        }
        Some(None)
    }

    /// Whether readings of sensors are behind it, and not rows of the ledger alone.
    fn is_measured(&self) -> bool {
        self.inputs.iter().any(|input| match &input.from {
            Origin::Series(_) => true,
            Origin::Figure(id, _) => id.spec().class == Class::Measured || id.is_by_sensors(),
            Origin::Ledger(_) | Origin::Crop(_) => false,
        })
    }

    /// Whether it is made from anything but rows of the ledger.
    fn is_worked_out(&self) -> bool {
        let entered = |input: &FigureInput| matches!(input.from, Origin::Ledger(_));
        self.inputs.iter().any(|input| input.value.is_some() && !entered(input))
    }

    /// The class of the evidence that is there, where the figure may come from sensors or people.
    fn class(&self, id: FigureId) -> Class {
        let class = id.spec().class;
        let measured = self
            .inputs
            .iter()
            .any(|input| matches!(input.from, Origin::Series(_)) && input.value.is_some());
        let entered = self.inputs.iter().any(|input| matches!(input.from, Origin::Ledger(_)));
        match (class, measured, entered) {
            (Class::Measured, true, true) => Class::Mixed,
            (Class::Derived, true, true) if id.is_by_sensors_in_part() => Class::Mixed,
            // Sensors bear out that nobody was short of water, and never how many were.
            (Class::Attested, _, true) if self.value() != Some(0.0) => Class::Entered,
            (Class::Measured, false, true) => Class::Entered,
            (Class::Derived, false, true) if id.is_by_sensors() => Class::Entered,
            (Class::Derived, false, true) if id.has_entered_part() && !self.is_worked_out() => {
                Class::Entered
            }
            (class, _, _) => class,
        }
    }
}

/// Whether the month of `day` needs its year beside it in a report on `period`.
pub(super) fn names_year(day: Date, period: Period) -> bool {
    period.from.year() != period.to.year() || day.year() != period.to.year()
}

pub(super) fn series_input(
    series: Series,
    value: Option<f64>,
    method: Method,
    note: Text,
    coverage: Coverage,
) -> FigureInput {
    FigureInput {
        from: Origin::Series(series),
        value,
        method,
        note,
        coverage: Some(coverage.share()),
    }
}

/// The figures made so far.
#[derive(Debug, Default)]
pub(super) struct Drafts(BTreeMap<FigureId, Draft>);

impl Drafts {
    pub fn insert(&mut self, id: FigureId, draft: Draft) {
        self.0.insert(id, draft);
    }

    /// The figure `id`, which has to stand before the one that asks for it in the catalogue.
    pub fn get(&self, id: FigureId) -> &Draft {
        self.0.get(&id).expect("a figure stands in the catalogue after those that it is made of")
    }

    /// The finished figures, in the order of the catalogue.
    pub fn finish(
        self,
        period: Period,
        wordings: &[Wording],
        code_version: &'static str,
    ) -> Vec<Figure> {
        let finish =
            |(id, draft): (FigureId, Draft)| draft.finish(id, period, wordings, code_version);
        let mut figures: Vec<Figure> = self.0.into_iter().map(finish).collect();
        together::agree(&mut figures, wordings);
        figures
    }
}
