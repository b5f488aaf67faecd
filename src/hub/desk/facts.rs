//! What the page shows of a statement.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Stated;
use crate::account::Entry;
use crate::core::Period;
use crate::figures::{Acceptance, Figure, FigureId, Finding, Severity, Statement, Value};
use crate::hub::HubSettings;
use crate::hub::issuing::{self, Against, NotAccepted, Shown, Standing};
use crate::ledger::{Others, Person, WorkError};
use crate::locales::{Argument, Lang, Text, foreign, full_day, full_moment, page_report as words};
use crate::report::{
    self, Archive, Awaited, Change, ChangedInput, Explanation, Issue, Lead, figure_value,
};
use crate::water::Township;
use crate::web::{
    Branch, Days, Evidence, FigureShown, FindingShown, IssuedChange, IssuedRow, Link, PendingShown,
    Piece, ReportFacts, Uploader,
};

/// Most rows that wait for a review and are shown; all are on the ledger's page. Engineering judgement.
const PENDING_MAX: usize = 100;

/// Most findings that are shown, the gravest first. Engineering judgement: a report with more has to be corrected
/// first.
const FINDINGS_MAX: usize = 200;

/// Rows that a finding leads to.
const ROWS_MAX: usize = 5;

/// Issued reports whose files are looked at for one page: each has some hundred kB. Engineering judgement.
const ISSUED_MAX: usize = 20;

/// Most statements of a page with evidence, the first of each branch. Engineering judgement: more than a person reads;
/// the workbook has all.
const BRANCHES_MAX: usize = 5_000;

/// An office, and whoever asks.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub settings: &'a HubSettings,
    pub township: &'a Township,
    pub by: &'a Uploader,
    pub zone: &'a TimeZone,
    pub now: Timestamp,
}

impl Asking<'_> {
    /// The report as it stands, beside the statement in which all that waits is `reviewed`, and what was issued.
    pub fn report(
        &self,
        stated: &Stated,
        reviewed: Option<&Stated>,
        archive: &Archive,
    ) -> ReportFacts {
        let statement = &stated.statement;
        let standing = Standing::of(statement, reviewed.map(|reviewed| &reviewed.statement));
        let found = statement.findings.found.iter().take(FINDINGS_MAX);
        let section = self.section(statement);
        let is_silent = section.as_ref().is_ok_and(Vec::is_empty);
        let (paragraphs, no_section) = match section {
            Ok(paragraphs) => (paragraphs, Text::default()),
            Err(why) => (Vec::new(), why),
        };
        let intact = |issue: &Issue| report::is_intact(&self.settings.issued, issue);
        let issued = &archive.issues;
        let shown = issued.iter().rev().take(ISSUED_MAX);
        ReportFacts {
            days: days(statement.period),
            events: stated.events.iter().copied().map(days).collect(),
            read_at: full_moment(stated.read_at, self.zone),
            paragraphs,
            no_section,
            findings: found.map(|finding| self.finding(statement, finding)).collect(),
            open: standing.open.len(),
            checked: statement.findings.checked,
            pending: statement.pending.iter().take(PENDING_MAX).map(pending).collect(),
            pending_in_all: statement.pending.len(),
            figures: self.figures(statement),
            against: self.against(statement, &standing, is_silent),
            two_person: self.settings.ledger.two_person,
            reviewers: issuing::reviewers(self.settings).map(Person::full_name).collect(),
            issuers: issuing::issuers(self.settings, statement),
            digest: Shown::of(stated, issued).digest(),
            issued: shown.map(|issue| row(issue, intact(issue), self.zone)).collect(),
            issued_in_all: issued.len(),
            unreadable: archive.unreadable.clone(),
        }
    }

    fn section(&self, statement: &Statement) -> Result<Vec<Vec<Piece>>, Text> {
        let choice = self.settings.section_choice();
        let lang = Lang::current();
        let linked = report::linked(choice, self.township, statement, self.now, lang);
        let linked = linked.map_err(|error| foreign::chain(&error.into()))?;
        let piece = |run: report::Run| Piece {
            text: run.text,
            figure: run.figure.map(|figure| figure.id().to_owned()),
        };
        Ok(linked.into_iter().map(|runs| runs.into_iter().map(piece).collect()).collect())
    }

    fn finding(&self, statement: &Statement, finding: &Finding) -> FindingShown {
        let mut stations = self.township.stations.iter();
        let station = stations.find(|station| finding.is_at(&station.name));
        let refused = match self.by.name.is_empty() || finding.accepted.is_some() {
            true => None,
            false => issuing::accept_refusal(self.settings, statement, finding, &self.by.name),
        };
        let accepted = finding.accepted.as_ref().map(|accepted| {
            let Acceptance { accepted_by, accepted_at, reason, .. } = accepted;
            words::accepted(accepted_by, full_moment(*accepted_at, self.zone), reason)
        });
        FindingShown {
            key: finding.fingerprint.clone(),
            severity: match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Hint => "hint",
            },
            severity_name: finding.severity.name(),
            sentence: finding.sentence(),
            look: finding.look.clone(),
            contradiction: finding.arithmetic,
            accepted: accepted.unwrap_or_default(),
            rows: statement.rows_behind(finding).into_iter().take(ROWS_MAX).collect(),
            station: station.map(|station| (station.id.clone(), station.name.clone())),
            refused: refused.map(|why| not_accepted(&why)).unwrap_or_default(),
        }
    }

    /// What stands against issuing, whoever does it, and against her who asks.
    fn against(
        &self,
        statement: &Statement,
        standing: &Standing<'_>,
        is_silent: bool,
    ) -> Vec<Text> {
        let today = self.zone.to_datetime(self.now).date();
        let asked = (self.by.name.as_str(), today, is_silent);
        let against = issuing::against(self.settings, statement, standing, asked);
        let said = |against: &Against<'_>| match against {
            // The page names those who may issue it beside all that stands against it.
            Against::Work(WorkError::Own { first, more, .. }) => own(first, *more),
            against => said_against(against),
        };
        against.iter().map(said).collect()
    }

    /// The figures of the section with their words, and those that it lacks.
    fn figures(&self, statement: &Statement) -> Vec<FigureShown> {
        let mut own: BTreeMap<&str, Text> = BTreeMap::new();
        for wording in &self.settings.wording {
            for id in &wording.figures {
                own.insert(id, words::office_wording(&wording.reason, &wording.by));
            }
        }
        let missed = |figure: &&Figure| figure.value != Value::Absent || figure.narrative;
        let shown = |figure: &Figure| FigureShown {
            id: figure.id.id().to_owned(),
            name: figure.name(),
            said: figure.words.clone().unwrap_or_default(),
            value: figure_value(figure),
            class: figure.class.name(),
            verdict: figure.claim.verdict.name(),
            wording: own.get(figure.id.id()).cloned().unwrap_or_default(),
        };
        statement.figures.iter().filter(missed).map(shown).collect()
    }
}

/// Days, as an address and as people have them.
fn days(period: Period) -> Days {
    let Period { from, to } = period;
    let words = words::days(full_day(from), full_day(to));
    Days { from: from.to_string(), to: to.to_string(), words }
}

fn pending(entry: &Entry) -> PendingShown {
    let Entry { id, code, value, from, to, .. } = entry;
    PendingShown {
        row: *id,
        item: code.name(),
        value: words::value_unit(value.to_string(), code.unit_name()),
        days: if from == to {
            full_day(*from)
        } else {
            words::days(full_day(*from), full_day(*to))
        },
        by: entry.entered_by.clone(),
    }
}

/// What stands against issuing, as the page says it.
pub(super) fn said_against(against: &Against<'_>) -> Text {
    match against {
        Against::NotBegun(from) => words::against_not_begun(Argument::of(*from)),
        Against::Silent => words::against_no_sentence(),
        Against::Contradictions(n) => words::against_contradictions(*n),
        Against::Open(n) => words::against_findings(*n),
        Against::Waiting(Awaited { figure, now, then, rows }) => {
            let name = figure.spec().name();
            if let [row] = rows[..] {
                return words::against_waits(row, name, now, then);
            }
            let rows = Text::list(rows.iter().take(ROWS_MAX).copied());
            words::against_waiting(rows, name, now, then)
        }
        Against::Days(then) => {
            let [from, to] = [then.from, then.to].map(Argument::of);
            words::against_days(from, to)
        }
        Against::Work(why) => work(why),
    }
}

pub(super) fn not_accepted(why: &NotAccepted) -> Text {
    match why {
        NotAccepted::Contradiction => words::contradiction(),
        NotAccepted::Work(why) => work(why),
    }
}

/// What a person did herself: `first`, and `more`.
fn own(first: &Text, more: usize) -> Text {
    match more {
        0 => words::own_work(first),
        more => words::own_works(first, more),
    }
}

/// Why a person may not take a step, and who may.
fn work(why: &WorkError) -> Text {
    match why {
        WorkError::Own { first, more, others, .. } => {
            let own = own(first, *more);
            match others {
                Others::NoList => own,
                Others::Listed(names) if names.is_empty() => {
                    Text::clauses([own, words::nobody_may()])
                }
                Others::Listed(names) => Text::clauses([own, words::others_may(Text::list(names))]),
            }
        }
        WorkError::Unlisted { first, .. } => words::unlisted_work(first),
    }
}

/// An issued report, and whether its files are those that were issued.
pub(super) fn row(issue: &Issue, intact: bool, zone: &TimeZone) -> IssuedRow {
    IssuedRow {
        number: issue.number.clone(),
        days: days(issue.period),
        at: full_moment(issue.issued_at, zone),
        by: issue.issued_by.clone(),
        digest: issue.digest.clone(),
        intact,
    }
}

/// A figure that differs from the issued one.
pub(super) fn changed(change: Change) -> IssuedChange {
    let Change { figure, name, issued, now, inputs } = change;
    let input = |input: ChangedInput| (input.from, input.issued, input.now);
    let inputs = inputs.into_iter().map(input).collect();
    IssuedChange { figure, name, then: issued, now, inputs }
}

/// The evidence behind a figure; `None` where there is no such figure.
pub(super) fn evidence(
    stated: &Stated,
    (township, zone): (&Township, &TimeZone),
    figure: &str,
) -> Option<Evidence> {
    let id = FigureId::from_id(figure)?;
    let tree = report::explain_by_names(&stated.statement, township, id)?;
    let (mut room, mut left_out) = (BRANCHES_MAX, 0);
    let tree = branch(tree, &mut room, &mut left_out);
    let (days, read_at) = (days(stated.statement.period), full_moment(stated.read_at, zone));
    Some(Evidence { name: id.spec().name(), days, read_at, tree, left_out })
}

/// A branch of the tree, as long as there is room.
fn branch(explained: Explanation, room: &mut usize, left_out: &mut usize) -> Branch {
    let Explanation { text, from, lead, .. } = explained;
    let link = lead.map(|lead| match lead {
        Lead::Station(station) => Link::Station(station),
        Lead::Row(row) => Link::Row(row),
        Lead::Figure(id) => Link::Figure(id.id().to_owned()),
    });
    let mut branches = Vec::new();
    for explained in from {
        if *room == 0 {
            *left_out += 1;
            continue;
        }
        *room -= 1;
        branches.push(branch(explained, room, left_out));
    }
    Branch { text, link, from: branches }
}
