//! A figure: a number that may be printed, with its provenance.

use std::fmt;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::catalogue::FigureId;
use super::claim::Claim;
use crate::account::Method;
use crate::core::{CropId, Period, Series};
use crate::locales::{Lang, Text, figures as words, for_programs};

/// How a figure is obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// From sensors.
    Measured,
    /// From sensors and from rows of the ledger.
    Mixed,
    /// Worked out from other figures or readings.
    Derived,
    /// Entered by a person in the ledger.
    Entered,
    /// Stated by a person, with evidence from sensors.
    Attested,
}

impl Class {
    pub fn name(self) -> Text {
        match self {
            Self::Measured => words::measured(),
            Self::Mixed => words::mixed(),
            Self::Derived => words::derived(),
            Self::Entered => words::entered(),
            Self::Attested => words::attested(),
        }
    }
}

/// The value of a figure. Absent is not zero.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    Number(f64),
    /// A day; a month is stored as its first day and printed as the month.
    Day(Date),
    #[default]
    Absent,
}

/// Where an input of a figure comes from; in JSON the text that [`Display`](fmt::Display) writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A station's series: `pump-dongmen-1/energy_total`.
    Series(Series),
    /// A row of the ledger: `ledger:17`.
    Ledger(i64),
    /// Another figure: `figure:area_failed`. One of an earlier period has the last day of that period:
    /// `figure:storage_total@2021-11-15`.
    Figure(FigureId, Option<Date>),
    /// A crop of the township's table: `crop:seed-rice`; `crop:none` for rows of the ledger that name none.
    Crop(Option<CropId>),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Series(series) => series.fmt(f),
            Self::Ledger(row) => write!(f, "ledger:{row}"),
            Self::Figure(id, None) => write!(f, "figure:{id}"),
            Self::Figure(id, Some(end)) => write!(f, "figure:{id}@{end}"),
            Self::Crop(Some(id)) => write!(f, "crop:{id}"),
            Self::Crop(None) => f.write_str("crop:none"),
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One input of a figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureInput {
    pub from: Origin,
    /// Its contribution, in the figure's unit, where it has one.
    pub value: Option<f64>,
    pub method: Method,
    /// What a reader has to know: gaps, resets, who entered it when.
    pub note: Text,
    /// Share of the period's hours with data, 0 to 1; only series have it.
    pub coverage: Option<f64>,
}

/// A number that may be printed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    pub id: FigureId,
    pub name_zh: &'static str,
    pub name_en: &'static str,
    /// `null` in JSON where absent.
    pub value: Value,
    pub unit: &'static str,
    pub class: Class,
    /// Whether it belongs to the section or its annex, and is missed there where it has no value.
    pub narrative: bool,
    /// Whether the section speaks of it only where an office enters it, so that the annex does not list it as absent.
    pub optional: bool,
    /// Whether the evidence carries the words.
    pub claim: Claim,
    /// The words of the report; `None` where nothing can be said.
    pub phrase: Option<String>,
    /// The words in English; also `None` where they are not number and unit.
    pub phrase_en: Option<String>,
    /// The words of the report in both languages, also where they are not number and unit.
    #[serde(skip)]
    pub words: Option<Text>,
    /// In JSON in English.
    #[serde(serialize_with = "english")]
    pub formula: Text,
    pub period: Period,
    /// Share of the hours with data, over all series behind it, 0 to 1; `None` without a series.
    pub coverage: Option<f64>,
    /// Share of the readings behind it that are suspect, 0 to 1.
    pub flagged_share: Option<f64>,
    /// Least and most that the true value can be, where the evidence leaves that open; the most may be infinite.
    pub bounds: Option<[f64; 2]>,
    pub inputs: Vec<FigureInput>,
    /// Why it is absent, or what a reader has to know.
    pub notes: Vec<Text>,
    pub code_version: &'static str,
}

fn english<S: Serializer>(text: &Text, serializer: S) -> Result<S::Ok, S::Error> {
    for_programs(Lang::English, || text.serialize(serializer))
}

impl Figure {
    /// The figure `id` without data: its row of the catalogue and nothing else.
    pub fn absent(id: FigureId, period: Period, code_version: &'static str) -> Figure {
        let spec = id.spec();
        Figure {
            id,
            name_zh: spec.name_zh,
            name_en: spec.name_en,
            value: Value::Absent,
            unit: spec.unit,
            class: spec.class,
            narrative: !spec.passage.is_empty() && !id.is_optional(),
            optional: id.is_optional(),
            claim: Claim::default(),
            phrase: None,
            phrase_en: None,
            words: None,
            formula: spec.formula(),
            period,
            coverage: None,
            flagged_share: None,
            bounds: None,
            inputs: Vec::new(),
            notes: Vec::new(),
            code_version,
        }
    }

    /// Sets what may be printed.
    pub(super) fn say(&mut self, words: Option<Text>) {
        let said = |lang| words.as_ref().map(|words| words.within(lang));
        (self.phrase, self.phrase_en) = (said(Lang::Chinese), said(Lang::English));
        self.words = words;
    }

    pub fn number(&self) -> Option<f64> {
        match self.value {
            Value::Number(value) => Some(value),
            Value::Day(_) | Value::Absent => None,
        }
    }

    pub fn name(&self) -> Text {
        self.id.spec().name()
    }

    /// The unit as people read it.
    pub fn unit_name(&self) -> Text {
        self.id.spec().unit_name()
    }
}
