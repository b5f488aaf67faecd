//! The page as its template has it.

use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::charts::charts;
use super::facts::{Range, StationFacts};
use super::form::{CorrectionForm, FieldError, FormView};
use super::head::Head;
use super::lists::{self, Corrected, Event, Flagged};
use super::particulars::{Particular, particulars};
use super::table::{self, Table};
use crate::core::Role;
use crate::locales::{Text, page_station as words};
use crate::web::chart::Drawn;
use crate::web::format::span;
use crate::web::range::{Picker, query};
use crate::web::{Overview, Visitor};

/// Everything that the page shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct View {
    pub head: Head,
    pub picker: Picker,
    /// The span in words.
    pub span: Text,
    pub charts: Vec<Drawn>,
    /// Charts of the device's own supply.
    pub supply: Vec<Drawn>,
    pub particulars: Vec<Particular>,
    pub flagged: Vec<Flagged>,
    pub more_flagged: bool,
    pub events: Vec<Event>,
    pub more_events: bool,
    pub corrections: Vec<Corrected>,
    pub more_corrections: bool,
    pub form: Option<FormView>,
    pub table: Table,
    /// The query of the span that is shown, and its parts for forms.
    pub query: String,
    pub range: RangeFields,
    /// What somebody has just done.
    pub notice: Option<Text>,
    /// That hours are still to be made anew.
    pub folding: Option<Text>,
    /// What was refused.
    pub refused: Vec<Text>,
}

/// The parts of the query of a span, as hidden fields have them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct RangeFields {
    pub range: String,
    pub from: String,
    pub to: String,
}

/// What a form has come to.
#[derive(Debug, Default)]
pub(super) struct Outcome<'a> {
    pub notice: Option<Text>,
    pub refused: Vec<Text>,
    /// The fields as they came, and what is wrong with them.
    pub typed: Option<&'a CorrectionForm>,
    pub errors: Vec<FieldError>,
}

impl View {
    /// The page of `facts`, in the language that is spoken.
    pub fn new(
        facts: &StationFacts,
        range: Range,
        overview: &Overview,
        visitor: &Visitor,
        outcome: Outcome<'_>,
    ) -> Self {
        let path = format!("/station/{}", facts.station.id);
        let zone = &facts.shown.zone;
        let day = |at: Timestamp| zone.to_datetime(at).date();
        let last = match range {
            Range::Day | Range::Week | Range::Month => day(facts.to),
            // Whole days end where the next one begins, which need not be midnight.
            Range::Event | Range::Year | Range::Own(..) => day(facts.to).saturating_sub(1.day()),
        };
        let [charts, supply] = charts(facts);
        let (flagged, more_flagged) = lists::flagged(facts);
        let (events, more_events) = lists::events(facts);
        let (corrections, more_corrections) = lists::corrections(facts);
        let form = visitor.may(Role::Recorder) && !super::form::observed(facts).is_empty();
        let may_correct = visitor.may(Role::Reviewer);
        Self {
            head: Head::of(facts, overview),
            picker: Picker::new(&path, range, day(facts.from), last),
            span: span(facts.from, facts.to, facts.shown.now, zone),
            charts,
            supply,
            particulars: particulars(facts),
            flagged,
            more_flagged,
            events,
            more_events,
            corrections,
            more_corrections,
            form: form.then(|| FormView::new(facts, may_correct, outcome.typed, outcome.errors)),
            table: table::table(facts, &table::rows(facts)),
            query: query(range),
            range: fields(range),
            notice: outcome.notice,
            folding: (facts.pending > 0).then(|| words::still_folded(facts.pending)),
            refused: outcome.refused,
        }
    }
}

fn fields(range: Range) -> RangeFields {
    let (from, to) = match range {
        Range::Own(from, to) => (from.to_string(), to.to_string()),
        _ => (String::new(), String::new()),
    };
    let query = query(range);
    let name = query.split('&').next().unwrap_or_default().trim_start_matches("range=");
    RangeFields { range: name.to_owned(), from, to }
}
