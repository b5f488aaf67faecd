//! What a person has to look at before a report is signed, and no rule of plausibility sees.

use serde::Serialize;

use super::plausibility::{Finding, Severity};
use crate::account::{Counting, EntryCode};
use crate::core::Period;
use crate::locales::{Argument, Text, figures as words};

/// Most rows that a finding lists in its sentence. Engineering judgement: what a reader takes in.
const ROWS_SHOWN: usize = 6;

/// A reason to doubt what the figures of a period are made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Doubt {
    /// A later survey has taken the place of an earlier one of the same village, crop and work.
    RepeatedSurvey(DoubtedRows),
    /// As [`RepeatedSurvey`](Doubt::RepeatedSurvey), and a later one is smaller than an earlier one.
    SmallerSurvey(DoubtedRows),
    /// Rows of the same village, crop, work and days whose values differ: they may repeat each other or be parts.
    SameDays(DoubtedRows),
    /// A row of the whole stands beside rows of its parts; the greater of the two counts.
    WholeAndParts(DoubtedRows),
    /// Amounts without a village beside amounts of villages, of the same days: they are added up, and may be their sum.
    PerhapsWhole(DoubtedRows),
    /// Rows whose days reach beyond the period: which part of them belongs to it is not known.
    BeyondPeriod(DoubtedRows),
    /// Rows that agree in all but who entered them and when: one slip, entered twice.
    SameSlip(DoubtedRows),
    /// Rows of the emergency response whose value is no grade.
    WrongGrade(DoubtedRows),
    /// The ledger has other droughts in the years of the period, or such as overlap it.
    OtherEvents { taken: Period, others: Vec<Period> },
}

/// The rows of the ledger that a doubt is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DoubtedRows {
    pub code: EntryCode,
    /// 全乡, or the name of a village.
    pub place: Text,
    /// Number and value of each row, in the code's unit.
    pub rows: Vec<(i64, f64)>,
}

impl DoubtedRows {
    /// All rows in one doubt: that of the township where there are several. `None` without any.
    pub(super) fn in_one(all: Vec<DoubtedRows>) -> Option<DoubtedRows> {
        let several = all.len() > 1;
        let mut one = all.into_iter().reduce(|mut one, other| {
            one.rows.extend(other.rows);
            one
        })?;
        if several {
            one.place = words::whole_township();
            one.rows.sort_by_key(|(row, _)| *row);
        }
        Some(one)
    }

    /// The rows with their values, as many as a sentence has room for.
    fn list(&self) -> Text {
        let shown = self.rows.iter().take(ROWS_SHOWN);
        let list = Text::list(shown.map(|(row, value)| words::row_value(*row, *value)));
        match self.rows.len() > ROWS_SHOWN {
            true => words::rows_in_all(list, self.rows.len()),
            false => list,
        }
    }

    /// Whether of rows that repeat each other the greatest counts, and not the latest.
    fn counts_greatest(&self) -> bool {
        self.code.counting() == Counting::Greatest
    }

    fn fingerprint(&self) -> String {
        let rows: Vec<String> =
            self.rows.iter().map(|(row, value)| format!("{row}={value}")).collect();
        format!("{}:{}", self.code.id(), rows.join(","))
    }
}

impl Doubt {
    /// The finding that a report has because of it. An acceptance holds for exactly these rows and values.
    pub(super) fn finding(&self) -> Finding {
        let from = self.rows().into_iter().flat_map(|of| &of.rows);
        let from = from.map(|(row, value)| (format!("ledger:{row}"), *value)).collect();
        Finding {
            severity: self.severity(),
            arithmetic: matches!(self, Self::WrongGrade(_)),
            place: self.rows().map_or_else(words::whole_township, |of| of.place.clone()),
            text: self.text(),
            look: self.look(),
            source: words::source_ledger(),
            ..Finding::told(self.rule(), &self.fingerprint(), from)
        }
    }

    /// The rows that it is about; none where it is about droughts.
    fn rows(&self) -> Option<&DoubtedRows> {
        match self {
            Self::RepeatedSurvey(rows)
            | Self::SmallerSurvey(rows)
            | Self::SameDays(rows)
            | Self::WholeAndParts(rows)
            | Self::PerhapsWhole(rows)
            | Self::BeyondPeriod(rows)
            | Self::SameSlip(rows)
            | Self::WrongGrade(rows) => Some(rows),
            Self::OtherEvents { .. } => None,
        }
    }

    /// Id of its kind, in findings and acceptances.
    fn rule(&self) -> &'static str {
        match self {
            Self::RepeatedSurvey(_) => "repeated-survey",
            Self::SmallerSurvey(_) => "smaller-survey",
            Self::SameDays(_) => "same-days",
            Self::WholeAndParts(_) => "whole-and-parts",
            Self::PerhapsWhole(_) => "perhaps-whole",
            Self::BeyondPeriod(_) => "beyond-period",
            Self::SameSlip(_) => "same-slip",
            Self::WrongGrade(_) => "response-grade",
            Self::OtherEvents { .. } => "other-events",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::RepeatedSurvey(_) | Self::PerhapsWhole(_) => Severity::Hint,
            Self::WrongGrade(_) => Severity::Error,
            Self::SmallerSurvey(_)
            | Self::SameDays(_)
            | Self::WholeAndParts(_)
            | Self::BeyondPeriod(_)
            | Self::SameSlip(_)
            | Self::OtherEvents { .. } => Severity::Warning,
        }
    }

    /// What it says, without the place.
    fn text(&self) -> Text {
        match self {
            Self::RepeatedSurvey(rows) if rows.counts_greatest() => {
                words::repeated_count(rows.code.name(), rows.list())
            }
            Self::SmallerSurvey(rows) if rows.counts_greatest() => {
                words::smaller_count(rows.code.name(), rows.list())
            }
            Self::RepeatedSurvey(rows) => words::repeated_survey(rows.code.name(), rows.list()),
            Self::SmallerSurvey(rows) => words::smaller_survey(rows.code.name(), rows.list()),
            Self::SameDays(rows) => words::same_days(rows.code.name(), rows.list()),
            Self::WholeAndParts(rows) => words::whole_and_parts(rows.code.name(), rows.list()),
            Self::PerhapsWhole(rows) => words::perhaps_whole(rows.code.name(), rows.list()),
            Self::BeyondPeriod(rows) => words::beyond_period(rows.code.name(), rows.list()),
            Self::SameSlip(rows) => words::same_slip(rows.code.name(), rows.list()),
            Self::WrongGrade(rows) => words::wrong_grade(rows.code.name(), rows.list()),
            Self::OtherEvents { taken, others } => {
                words::other_events(days(*taken), Text::list(others.iter().copied().map(days)))
            }
        }
    }

    /// Rule apart, what an acceptance holds for.
    fn fingerprint(&self) -> String {
        match self {
            Self::OtherEvents { taken, others } => {
                let others = others.iter().map(|event| format!("{}..{}", event.from, event.to));
                let others: Vec<String> = others.collect();
                format!("{}..{}:{}", taken.from, taken.to, others.join(","))
            }
            _ => self.rows().map_or_else(String::new, DoubtedRows::fingerprint),
        }
    }

    /// Where to look.
    fn look(&self) -> Text {
        match self {
            Self::RepeatedSurvey(_) | Self::SmallerSurvey(_) | Self::SameDays(_) => {
                words::look_at_surveys()
            }
            Self::WholeAndParts(_) | Self::PerhapsWhole(_) => words::look_at_parts(),
            Self::BeyondPeriod(_) => words::look_at_days(),
            Self::SameSlip(_) => words::look_at_slips(),
            Self::WrongGrade(_) => words::look_at_grade(),
            Self::OtherEvents { .. } => words::look_at_events(),
        }
    }
}

/// The first and last day of a drought.
fn days(event: Period) -> Text {
    words::days_of_event(Argument::of(event.from), Argument::of(event.to))
}
