//! A figure in the making: value, inputs and notes gather here, words and coverage are set at the end.

use super::catalogue::FigureId;
use super::facts::Coverage;
use super::phrase::{Hedge, SIGNIFICANT, phrase};
use super::{Entry, Figure, FigureInput, Value};
use crate::core::Period;

/// A figure in the making; absent until it gets a value.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    id: FigureId,
    value: Value,
    words: Option<String>,
    bounds: Option<[f64; 2]>,
    coverage: Option<Coverage>,
    inputs: Vec<FigureInput>,
    notes: Vec<String>,
}

impl Draft {
    /// A figure without data.
    pub fn new(id: FigureId) -> Draft {
        Draft {
            id,
            value: Value::Absent,
            words: None,
            bounds: None,
            coverage: None,
            inputs: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Sets the value; what is not a number stays absent and is noted.
    pub fn number(&mut self, value: f64) {
        if value.is_finite() {
            self.value = Value::Number(value);
        } else {
            self.absent("计算结果不是有效数字，请核对台账与参数");
        }
    }

    /// Sets a day with its words.
    pub fn day(&mut self, day: jiff::civil::Date, words: String) {
        self.value = Value::Day(day);
        self.words = Some(words);
    }

    /// Sets the words, where they are not number and unit.
    pub fn words(&mut self, words: impl Into<String>) {
        self.words = Some(words.into());
    }

    /// Takes the value back and says why there is none.
    pub fn absent(&mut self, why: impl Into<String>) {
        self.value = Value::Absent;
        self.words = None;
        self.bounds = None;
        self.note(why);
    }

    /// Least and most that the value can be.
    pub fn bounds(&mut self, least: f64, most: f64) {
        self.bounds = Some([least, most]);
    }

    /// Adds the coverage of one more series.
    pub fn cover(&mut self, coverage: Coverage) {
        self.coverage = Some(self.coverage.unwrap_or_default().and(coverage));
    }

    /// Adds what a reader has to know.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Adds an input.
    pub fn input(&mut self, input: FigureInput) {
        self.inputs.push(input);
    }

    /// Adds a ledger row as input.
    pub fn entry(&mut self, entry: &Entry) {
        let mut note = format!("{}；{}录入", entry.document, entry.entered_by);
        if let Some(row) = entry.supersedes {
            note = format!("{note}；更正第{row}条：{}", entry.reason);
        }
        self.inputs.push(FigureInput {
            from: format!("ledger:{}", entry.id),
            value: Some(entry.value),
            method: "entered",
            note,
            coverage: None,
        });
    }

    /// The value so far.
    pub fn value(&self) -> Option<f64> {
        match self.value {
            Value::Number(value) => Some(value),
            Value::Day(_) | Value::Absent => None,
        }
    }

    /// The finished figure. Without words of its own, a number is printed as the catalogue says; where its hedge cannot say the
    /// number (余 of an exact one), it is printed exactly, and where it has too many decimals, rounded with 约.
    pub fn finish(self, period: Period, code_version: &'static str) -> Figure {
        let spec = self.id.spec();
        let printed = match (&self.value, spec.print) {
            (Value::Number(value), Some((hedge, unit))) => [hedge, Hedge::Exact, Hedge::About]
                .into_iter()
                .find_map(|hedge| phrase(*value, hedge, unit, SIGNIFICANT)),
            _ => None,
        };
        Figure {
            id: spec.id,
            name_zh: spec.name_zh,
            name_en: spec.name_en,
            unit: spec.unit,
            class: spec.class,
            phrase: self
                .words
                .or(printed)
                .filter(|_| self.value != Value::Absent),
            value: self.value,
            formula: spec.formula,
            period,
            coverage: self.coverage.map(|c| c.share()),
            flagged_share: self
                .coverage
                .filter(|c| c.counted > 0)
                .map(|c| c.suspect as f64 / c.counted as f64),
            bounds: self.bounds,
            inputs: self.inputs,
            notes: self.notes,
            code_version,
        }
    }
}

/// An input from a station's series.
pub(super) fn series_input(
    from: String,
    value: Option<f64>,
    method: &'static str,
    note: String,
    coverage: Coverage,
) -> FigureInput {
    FigureInput {
        from,
        value,
        method,
        note,
        coverage: Some(coverage.share()),
    }
}
