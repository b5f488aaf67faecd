//! Figures in the making: they collect value, inputs and notes; words and coverage follow at the end.

use std::collections::BTreeMap;

use super::catalogue::FigureId;
use super::figure::{Figure, FigureInput, Origin, Value};
use super::wording::{self, Wording};
use crate::account::{Coverage, Entry, Method};
use crate::core::{Period, Series};
use crate::locales::{Lang, Text, figures as words};

/// A figure in the making; absent until it gets a value.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    value: Value,
    words: Option<Text>,
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

    /// Sets a month by a day of it, worded by `words` from the month: `8`, `August 2022`.
    pub fn month(&mut self, day: jiff::civil::Date, words: fn(Text) -> Text) {
        let day = day.first_of_month();
        self.value = Value::Day(day);
        let english = day.strftime("%B %Y").to_string();
        self.words = Some(words(Text::both(day.month().to_string(), english)));
    }

    /// Sets the words, where they are not number and unit.
    pub fn words(&mut self, words: Text) {
        self.words = Some(words);
    }

    /// Takes the value back and notes why there is none.
    pub fn absent(&mut self, why: Text) {
        self.value = Value::Absent;
        self.words = None;
        self.bounds = None;
        self.note(why);
    }

    pub fn bounds(&mut self, least: f64, most: f64) {
        self.bounds = Some([least, most]);
    }

    pub fn cover(&mut self, coverage: Coverage) {
        self.coverage = Some(self.coverage.unwrap_or_default().and(coverage));
    }

    pub fn note(&mut self, note: Text) {
        self.notes.push(note);
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
        let mut phrase_en = None;
        match self.value {
            Value::Number(value) => {
                let worded = wording::worded(id, value, wordings);
                phrase_en.clone_from(&worded.en);
                if self.words.is_none() {
                    self.words = worded.zh.map(|zh| {
                        let en = worded.en.unwrap_or_else(|| zh.clone());
                        Text::both(zh, en)
                    });
                    self.notes.extend(worded.note);
                }
            }
            Value::Day(day) => phrase_en = Some(day.strftime("%B %Y").to_string()),
            Value::Absent => self.words = None,
        }
        Figure {
            phrase: self.words.as_ref().map(|words| words.within(Lang::Chinese)),
            phrase_en,
            words: self.words,
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
        }
    }
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

    pub fn number(&self, id: FigureId) -> Option<f64> {
        self.get(id).value()
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
        self.0.into_iter().map(finish).collect()
    }
}
