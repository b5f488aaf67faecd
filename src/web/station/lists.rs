//! What is doubtful about the readings, what happened, and what people have said of it.

use jiff::Timestamp;
use serde::Serialize;

use super::facts::StationFacts;
use super::units;
use crate::account::STATUS_HOURS_DAYS_MAX;
use crate::core::{Correction, CorrectionKind, Reading};
use crate::locales::{Text, moment, moment_with_seconds, page_station as words};
use crate::web::format::{day_at, span, status_id, status_name};

/// Rows of a list at most: more are not read on a page, and the files have more. Engineering judgement.
pub(super) const ROWS_MAX: usize = 200;

/// A reading whose flag is not good.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Flagged {
    pub at: Text,
    pub parameter: Text,
    pub value: String,
    pub flag: Text,
    pub reason: Text,
    /// Registers as the device sent them: `0x1a2b 0x0003`.
    pub raw: String,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Event {
    #[serde(skip)]
    order: Timestamp,
    pub at: Text,
    /// Id in style sheets and name of the status that began; `None` of other events.
    pub status: Option<(String, Text)>,
    pub what: Text,
    pub detail: Text,
}

/// A correction or a note.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Corrected {
    pub id: i64,
    pub parameter: Text,
    pub kind: Text,
    pub span: Text,
    pub reason: String,
    pub by: String,
    pub at: Text,
    /// Who has withdrawn it, when and why; `None` while it holds.
    pub withdrawn: Option<Text>,
}

/// The flagged readings, and whether there are more.
pub(super) fn flagged(facts: &StationFacts) -> (Vec<Flagged>, bool) {
    let rows = facts.flagged.iter().take(ROWS_MAX).map(|reading| of_reading(facts, reading));
    (rows.collect(), facts.more_flagged || facts.flagged.len() > ROWS_MAX)
}

fn of_reading(facts: &StationFacts, reading: &Reading) -> Flagged {
    let (now, zone) = (facts.shown.now, &facts.shown.zone);
    let parameter = reading.series.parameter;
    Flagged {
        at: moment_with_seconds(reading.observed_at, now, zone),
        parameter: parameter.spec().name(),
        value: reading.value().map_or_else(String::new, |of| units::with_unit(parameter, of)),
        flag: reading.flag.name(),
        reason: reading.reason.map(|reason| reason.name()).unwrap_or_default(),
        raw: registers(&reading.raw),
    }
}

/// Registers in hexadecimal.
pub(super) fn registers(raw: &[u16]) -> String {
    raw.iter().map(|register| format!("0x{register:04x}")).collect::<Vec<_>>().join(" ")
}

/// Changes of status, corrections and rows of the ledger, the newest first, and whether there are more.
pub(super) fn events(facts: &StationFacts) -> (Vec<Event>, bool) {
    let (now, zone) = (facts.shown.now, &facts.shown.zone);
    let days = facts.to.duration_since(facts.from).as_hours() / 24;
    let began = |at| match days > STATUS_HOURS_DAYS_MAX {
        true => day_at(at, now, zone),
        false => moment(at, now, zone),
    };
    let statuses = facts.statuses.iter().map(|(at, status)| Event {
        order: *at,
        at: began(*at),
        status: Some((status_id(*status).to_owned(), status_name(*status, facts.station.kind))),
        what: words::status_began(),
        detail: Text::default(),
    });
    let corrections = facts.corrections.iter().map(|correction| Event {
        order: correction.at,
        at: moment(correction.at, now, zone),
        status: None,
        what: kind(correction),
        detail: words::said_by(&correction.reason, &correction.by),
    });
    let entries = facts.entries.iter().map(|entry| {
        let midnight = entry.from.to_zoned_datetime(zone.clone());
        let value = format!("{} {}", entry.value, entry.code.unit_name());
        let series = entry.work.as_deref().unwrap_or_default();
        Event {
            order: midnight.map_or(Timestamp::MIN, |zoned| zoned.timestamp()),
            at: Text::verbatim(entry.from),
            status: None,
            what: words::ledger_row(entry.code.name(), value, series),
            detail: words::said_by(&entry.document, &entry.entered_by),
        }
    });
    let mut events: Vec<Event> = statuses.chain(corrections).chain(entries).collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.order));
    let more = events.len() > ROWS_MAX;
    events.truncate(ROWS_MAX);
    (events, more)
}

/// What a correction does, in words.
pub(super) fn kind(correction: &Correction) -> Text {
    match correction.kind {
        CorrectionKind::Note => words::kind_note(),
        CorrectionKind::Wrong => words::kind_wrong(),
        CorrectionKind::Shift { by } => {
            let parameter = correction.series.parameter;
            let sign = if by > 0.0 { "+" } else { "" };
            words::kind_shift(format!("{sign}{by} {}", units::unit_words(parameter.spec().unit)))
        }
    }
}

/// Corrections and notes, the newest first, and whether there are more.
pub(super) fn corrections(facts: &StationFacts) -> (Vec<Corrected>, bool) {
    let rows = facts.corrections.iter().take(ROWS_MAX).map(|row| of_correction(facts, row));
    (rows.collect(), facts.corrections.len() > ROWS_MAX)
}

fn of_correction(facts: &StationFacts, correction: &Correction) -> Corrected {
    let (now, zone) = (facts.shown.now, &facts.shown.zone);
    let withdrawn = correction.withdrawn.as_ref().map(|withdrawal| {
        let at = moment(withdrawal.at, now, zone);
        words::withdrawn(at, &withdrawal.by, &withdrawal.reason)
    });
    Corrected {
        id: correction.id,
        parameter: correction.series.parameter.spec().name(),
        kind: kind(correction),
        span: span(correction.from, correction.to, now, zone),
        reason: correction.reason.clone(),
        by: correction.by.clone(),
        at: moment(correction.at, now, zone),
        withdrawn,
    }
}
