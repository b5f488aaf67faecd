//! The form of a correction: what was typed, what is wrong with it, and what is asked for by it.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::facts::{CorrectionAsked, StationFacts};
use crate::core::{
    Correction, CorrectionKind, Kind, Parameter, Series, StationId, is_unseen, shown,
};
use crate::locales::{Text, page_station as words};
use crate::web::range::RangeAsked;

/// The fields as they came.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct CorrectionForm {
    pub parameter: String,
    pub from: String,
    pub to: String,
    pub kind: String,
    pub by: String,
    pub reason: String,
    /// What the page showed, to come back to it.
    pub range: String,
    pub range_from: String,
    pub range_to: String,
}

/// The fields of the end of a correction.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct WithdrawForm {
    pub reason: String,
    pub range: String,
    pub range_from: String,
    pub range_to: String,
}

/// Something wrong with a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct FieldError {
    /// The field, and its name.
    pub field: &'static str,
    pub name: Text,
    pub words: Text,
}

impl CorrectionForm {
    /// The span that the page showed.
    pub fn shown_range(&self) -> RangeAsked {
        shown_range(&self.range, &self.range_from, &self.range_to)
    }

    /// What is asked for, signed by `by`.
    ///
    /// # Errors
    /// All that is wrong with the fields.
    pub fn asked(
        &self,
        station: &StationId,
        zone: &TimeZone,
        by: String,
    ) -> Result<CorrectionAsked, Vec<FieldError>> {
        let mut errors = Vec::new();
        let parameter = keep(&mut errors, "parameter", self.parameter.parse::<Parameter>());
        let from = keep(&mut errors, "from", instant(&self.from, zone));
        let to = keep(&mut errors, "to", instant(&self.to, zone));
        if let (Some(from), Some(to)) = (from, to) {
            keep(&mut errors, "to", span(from, to));
        }
        let kind = keep(&mut errors, "kind", self.kind(parameter));
        let kind = kind.and_then(|kind| match kind {
            Some(kind) => Some(kind),
            None => keep(&mut errors, "by", self.shift()),
        });
        let reason = keep(&mut errors, "reason", reason(&self.reason));
        match (parameter, from, to, kind, reason) {
            (Some(parameter), Some(from), Some(to), Some(kind), Some(reason))
                if errors.is_empty() =>
            {
                let series = Series::new(station.clone(), parameter);
                Ok(CorrectionAsked { series, from, to, kind, reason, by })
            }
            _ => Err(errors),
        }
    }

    /// The kind; `None` of a shift, whose amount is another field's.
    fn kind(&self, parameter: Option<Parameter>) -> Result<Option<CorrectionKind>, Text> {
        match self.kind.as_str() {
            "note" => Ok(Some(CorrectionKind::Note)),
            "wrong" => Ok(Some(CorrectionKind::Wrong)),
            "shift" => match parameter.map(|parameter| parameter.spec().kind) {
                Some(Kind::Counter | Kind::State) => Err(words::no_shift_of_counter()),
                _ => Ok(None),
            },
            other => Err(words::no_such_kind(shown(other).into_owned())),
        }
    }

    fn shift(&self) -> Result<CorrectionKind, Text> {
        let text = self.by.trim().replace('−', "-");
        let by = text.parse::<f64>().ok().filter(|by| by.is_finite() && *by != 0.0);
        let by = by.ok_or_else(|| words::not_a_shift(shown(&self.by).into_owned()))?;
        Ok(CorrectionKind::Shift { by })
    }
}

impl WithdrawForm {
    pub fn shown_range(&self) -> RangeAsked {
        shown_range(&self.range, &self.range_from, &self.range_to)
    }

    /// The reason.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn reason(&self) -> Result<String, Text> {
        reason(&self.reason)
    }
}

fn shown_range(range: &str, from: &str, to: &str) -> RangeAsked {
    RangeAsked { range: range.to_owned(), from: from.to_owned(), to: to.to_owned() }
}

fn keep<T>(errors: &mut Vec<FieldError>, field: &'static str, read: Result<T, Text>) -> Option<T> {
    read.map_err(|words| errors.push(FieldError { field, name: name(field), words })).ok()
}

fn name(field: &str) -> Text {
    match field {
        "parameter" => words::head_parameter(),
        "from" => words::head_from(),
        "to" => words::head_to(),
        "kind" => words::head_kind(),
        "by" => words::head_shift(),
        _ => words::head_reason(),
    }
}

/// The instant at which the clock of `zone` shows what was typed: `2022-08-01T08:00`, as browsers send it, or with a
/// blank. Of a time that the clock shows twice it is the first, of one that it leaves out the one after.
fn instant(text: &str, zone: &TimeZone) -> Result<Timestamp, Text> {
    let text = text.trim();
    if text.is_empty() {
        return Err(words::no_time());
    }
    let plain =
        text.len() <= 19 && text.bytes().all(|b| b.is_ascii_digit() || b"-:T ".contains(&b));
    let local: Option<DateTime> = if plain { text.parse().ok() } else { None };
    let at = local.filter(|local| (1970..=2199).contains(&local.year()));
    let at = at.and_then(|local| zone.to_ambiguous_zoned_datetime(local).compatible().ok());
    at.map(|zoned| zoned.timestamp()).ok_or_else(|| words::not_a_time(shown(text).into_owned()))
}

fn span(from: Timestamp, to: Timestamp) -> Result<(), Text> {
    if to <= from {
        return Err(words::times_reversed());
    }
    let most = Correction::SPAN_DAYS_MAX;
    match to.duration_since(from) > SignedDuration::from_hours(most * 24) {
        true => Err(words::span_too_long(most)),
        false => Ok(()),
    }
}

fn reason(text: &str) -> Result<String, Text> {
    let text = text.trim();
    // It may have several lines.
    let is_hidden = |c: char| is_unseen(c) && !matches!(c, '\n' | '\r');
    match text.chars().count() {
        0 => Err(words::no_reason()),
        long if long > Correction::REASON_MAX => {
            Err(words::reason_too_long(long, Correction::REASON_MAX))
        }
        _ if text.chars().any(is_hidden) => Err(words::reason_with_control()),
        _ => Ok(text.replace("\r\n", "\n")),
    }
}

/// The form as the page shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct FormView {
    pub parameters: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub from: String,
    pub to: String,
    pub by: String,
    pub reason: String,
    pub reason_max: usize,
    /// Whether a register may be chosen that goes on counting over a span that is marked as wrong.
    pub counts: bool,
    pub errors: Vec<FieldError>,
    /// Whether somebody has typed into it: it is open then.
    pub open: bool,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Choice {
    pub id: &'static str,
    pub words: Text,
    pub chosen: bool,
}

impl FormView {
    /// The form for whoever may write notes, and where she `may_correct`, also correct. `typed` is what it held.
    pub fn new(
        facts: &StationFacts,
        may_correct: bool,
        typed: Option<&CorrectionForm>,
        errors: Vec<FieldError>,
    ) -> Self {
        let fresh = CorrectionForm::default();
        let typed_or = typed.unwrap_or(&fresh);
        let parameter = |parameter: &Parameter| Choice {
            id: parameter.id(),
            words: parameter.spec().name(),
            chosen: typed_or.parameter == parameter.id(),
        };
        let kinds = [
            ("note", words::choose_note(), true),
            ("wrong", words::choose_wrong(), may_correct),
            ("shift", words::choose_shift(), may_correct),
        ];
        let kind = |(id, words, may): (&'static str, Text, bool)| {
            let first = typed_or.kind.is_empty() && id == "note";
            may.then_some(Choice { id, words, chosen: first || typed_or.kind == id })
        };
        let observed = observed(facts);
        let is_counter = |parameter: &Parameter| parameter.spec().kind == Kind::Counter;
        Self {
            counts: may_correct && observed.iter().any(is_counter),
            parameters: observed.iter().map(parameter).collect(),
            kinds: kinds.into_iter().filter_map(kind).collect(),
            from: typed_or.from.clone(),
            to: typed_or.to.clone(),
            by: typed_or.by.clone(),
            reason: typed_or.reason.clone(),
            reason_max: Correction::REASON_MAX,
            errors,
            open: typed.is_some(),
        }
    }
}

/// What the station observes, as far as the span shows it.
pub(super) fn observed(facts: &StationFacts) -> Vec<Parameter> {
    let curves = facts.curves.iter().map(|curve| curve.parameter);
    let growth = facts.growth.iter().map(|growth| growth.parameter);
    let flagged = facts.flagged.iter().map(|reading| reading.series.parameter);
    let mut all: Vec<Parameter> = curves.chain(growth).chain(flagged).collect();
    all.sort();
    all.dedup();
    all
}
