//! A figure: a number that may be printed, with where it comes from.

use jiff::civil::Date;
use serde::Serialize;

use crate::core::Period;

/// How a figure came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// From sensors.
    Measured,
    /// Worked out from other figures or readings.
    Derived,
    /// Entered by a person in the ledger.
    Entered,
    /// Stated by a person, with evidence from sensors.
    Attested,
}

/// The value of a figure. Absent is not zero.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A number in the figure's unit.
    Number(f64),
    /// A day; a month is written as its first day and printed as the month.
    Day(Date),
    /// No data.
    Absent,
}

/// One thing that a figure was made from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureInput {
    /// What: a series `pump-dongmen-1/energy_total`, a ledger row `ledger:17`, another figure `figure:area_failed`,
    /// or an item of the township `crop:seed-rice`.
    pub from: String,
    /// Its contribution, in the figure's unit, where it has one.
    pub value: Option<f64>,
    /// How it was made: `counter difference`, `entered`, ...
    pub method: &'static str,
    /// What has to be known of it: gaps, resets, who entered it when.
    pub note: String,
    /// Share of the period's hours with data, 0 to 1; `None` for what is no series.
    pub coverage: Option<f64>,
}

/// A number that may be printed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Id, as in `docs/figures.md` and in templates.
    pub id: &'static str,
    /// Name in Chinese.
    pub name_zh: &'static str,
    /// Name in English.
    pub name_en: &'static str,
    /// The value; `null` in JSON where absent.
    pub value: Value,
    /// Unit of the value.
    pub unit: &'static str,
    /// How it came to be.
    pub class: Class,
    /// Whether the section or its annex speaks of it; otherwise it stands in the state's forms only.
    pub narrative: bool,
    /// What the report says; `None` where the figure is absent.
    pub phrase: Option<String>,
    /// What the report says in English; also `None` where the words are not number and unit.
    pub phrase_en: Option<String>,
    /// The formula in words.
    pub formula: &'static str,
    /// What it covers.
    pub period: Period,
    /// Share of the hours of all series behind it that have data, 0 to 1; `None` where no series is behind it.
    pub coverage: Option<f64>,
    /// Share of the readings behind it that are suspect, 0 to 1.
    pub flagged_share: Option<f64>,
    /// Least and most that the true value can be, where readings leave that open.
    pub bounds: Option<[f64; 2]>,
    /// What it was made from.
    pub inputs: Vec<FigureInput>,
    /// Why it is absent, or what a reader has to know.
    pub notes: Vec<String>,
    /// Version of the program that made it.
    pub code_version: &'static str,
}

impl Figure {
    /// The value, where it is a number.
    pub fn number(&self) -> Option<f64> {
        match self.value {
            Value::Number(value) => Some(value),
            Value::Day(_) | Value::Absent => None,
        }
    }
}
