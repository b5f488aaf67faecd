//! Figures in the making: they collect value, inputs and notes; words and coverage follow at the end.

use std::collections::BTreeMap;

use super::catalogue::FigureId;
use super::figure::{Figure, FigureInput, Origin, Value};
use super::wording::{self, Wording};
use crate::account::{Coverage, Entry, Method};
use crate::core::{Period, Series};

/// A figure in the making; absent until it gets a value.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    value: Value,
    words: Option<String>,
    bounds: Option<[f64; 2]>,
    coverage: Option<Coverage>,
    inputs: Vec<FigureInput>,
    notes: Vec<String>,
}

impl Draft {
    /// Sets the value. One that is not finite stays absent, with a note.
    pub fn number(&mut self, value: f64) {
        if value.is_finite() {
            self.value = Value::Number(value);
        } else {
            self.absent("计算结果不是有效数字，请核对台账与参数");
        }
    }

    pub fn day(&mut self, day: jiff::civil::Date, words: String) {
        self.value = Value::Day(day);
        self.words = Some(words);
    }

    /// Sets the words, where they are not number and unit.
    pub fn words(&mut self, words: impl Into<String>) {
        self.words = Some(words.into());
    }

    /// Takes the value back and notes why there is none.
    pub fn absent(&mut self, why: impl Into<String>) {
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

    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
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
            note: String::new(),
            coverage: None,
        });
    }

    /// Adds a ledger row as input.
    pub fn entry(&mut self, entry: &Entry) {
        let mut note = format!("{}；{}录入", entry.document, entry.entered_by);
        if let Some(row) = entry.supersedes {
            note = format!("{note}；更正第{row}条：{}", entry.reason);
        }
        if let Some(by) = &entry.reviewed_by {
            note.push_str(&format!("；{by}复核"));
        }
        self.inputs.push(FigureInput {
            from: Origin::Ledger(entry.id),
            value: Some(entry.value),
            method: Method::Entered,
            note,
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
                let words = wording::words(id, value, wordings);
                phrase_en = words.en;
                if self.words.is_none() {
                    self.words = words.zh;
                    self.notes.extend(words.note);
                }
            }
            Value::Day(day) => phrase_en = Some(day.strftime("%B %Y").to_string()),
            Value::Absent => self.words = None,
        }
        Figure {
            phrase: self.words,
            phrase_en,
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
    note: String,
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
