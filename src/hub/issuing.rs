//! Issuing a report: what stands against it, and what was confirmed. Page and command line have the same rules.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use ring::digest::{SHA256, digest};

use super::HubSettings;
use super::desk::Stated;
use crate::core::{Period, Role, is_unseen};
use crate::figures::{Finding, Severity, Statement, Verdict};
use crate::ledger::{Person, Separation, Work, WorkError, apart_from};
use crate::locales::{Argument, Lang, Text, office as office_words, page_report as words};
use crate::report::{self, Awaited, Issue};
use crate::support::hex;
use crate::water::Township;

/// Fewest letters and digits of a reason. Engineering judgement, confidence 0.7: the shortest that says something, such
/// as 当年未装表, has five, and a mark or a yes says nothing.
const REASON_MIN: usize = 4;

/// Most letters of a reason: some sentences. Engineering judgement.
const REASON_MAX: usize = 1_000;

/// Most rows of a ledger of which is remembered what was shown. Engineering judgement: ten times a bad year's.
const ROWS_KEPT_MAX: usize = 10_000;

/// What stands against issuing a statement.
pub struct Standing<'a> {
    /// Findings that nobody has accepted.
    pub open: Vec<&'a Finding>,
    /// Those of them that contradict themselves: they are corrected, and never accepted.
    pub contradictions: usize,
    /// Figures that rows which wait for a review would change.
    pub awaited: Vec<Awaited>,
    /// The days that the report would be of once they are reviewed, where they differ.
    pub period_then: Option<Period>,
    /// Rows that wait.
    pub pending: usize,
}

impl<'a> Standing<'a> {
    /// Of `statement`, beside the same in which all that waits is `reviewed`; `None` where nothing waits.
    pub fn of(statement: &'a Statement, reviewed: Option<&Statement>) -> Self {
        let open: Vec<&Finding> = statement.findings.open().collect();
        let contradictions = open.iter().filter(|finding| finding.arithmetic).count();
        let awaited = reviewed.map(|reviewed| report::awaited(statement, reviewed));
        let then = reviewed.map(|reviewed| reviewed.period);
        Self {
            contradictions,
            open,
            awaited: awaited.unwrap_or_default(),
            period_then: then.filter(|then| *then != statement.period),
            pending: statement.pending.len(),
        }
    }

    /// Whether rows that wait would change what is printed.
    pub fn waits(&self) -> bool {
        !self.awaited.is_empty() || self.period_then.is_some()
    }
}

/// With the rule of two persons, whoever entered or reviewed a row that counts, or accepted a finding, does not issue.
///
/// # Errors
/// She did one of these things, or nobody can say who did it.
fn issues_apart(settings: &HubSettings, statement: &Statement, by: &str) -> Result<(), WorkError> {
    if !settings.ledger.two_person || is_apart(settings, &took_part(statement), by) {
        return Ok(());
    }
    let rows = statement.entries.iter().flat_map(Work::of);
    let accepted = statement.findings.found.iter().filter_map(|finding| {
        let acceptance = finding.accepted.as_ref()?;
        Some(Work::Accepted(&finding.rule, &acceptance.accepted_by))
    });
    apart_from(&settings.persons, by, rows.chain(accepted))
}

/// Who entered, reviewed and accepted what is in a statement, each as she is written there.
fn took_part(statement: &Statement) -> BTreeSet<&str> {
    let rows = statement.entries.iter();
    let rows = rows.flat_map(|row| [Some(row.entered_by.as_str()), row.reviewed_by.as_deref()]);
    let findings = statement.findings.found.iter();
    let accepted =
        findings.map(|finding| finding.accepted.as_ref().map(|a| a.accepted_by.as_str()));
    rows.chain(accepted).flatten().collect()
}

/// Whether `by` is none of those.
fn is_apart(settings: &HubSettings, took_part: &BTreeSet<&str>, by: &str) -> bool {
    let apart = |text: &&str| settings.persons.separation(text, by) == Separation::Apart;
    took_part.iter().all(apart)
}

/// Who may issue a statement, by office and name: those of the list whose role allows it and who took no part in it.
pub(super) fn issuers(settings: &HubSettings, statement: &Statement) -> Vec<String> {
    let took_part = match settings.ledger.two_person {
        true => took_part(statement),
        false => BTreeSet::new(),
    };
    let may = reviewers(settings).map(Person::full_name);
    may.filter(|name| is_apart(settings, &took_part, name)).collect()
}

/// Those of the list who may review, accept and issue by their role.
pub(super) fn reviewers(settings: &HubSettings) -> impl Iterator<Item = &Person> {
    settings.persons.iter().filter(|person| person.role >= Some(Role::Reviewer))
}

/// Something that stands against issuing a report.
pub enum Against<'a> {
    /// Its days begin only then.
    NotBegun(Date),
    /// Its section has no sentence.
    Silent,
    /// So many findings contradict themselves.
    Contradictions(usize),
    /// So many others are open.
    Open(usize),
    /// Rows that wait would change a figure.
    Waiting(&'a Awaited),
    /// They would change the days.
    Days(Period),
    /// Whoever wants to issue it took part in it.
    Work(WorkError),
}

/// Whether the section of a statement has no sentence. Why there is no section is said where it is made.
pub(super) fn is_silent(
    settings: &HubSettings,
    township: &Township,
    statement: &Statement,
    (now, lang): (Timestamp, Lang),
) -> bool {
    let section = report::linked(settings.section_choice(), township, statement, now, lang);
    section.is_ok_and(|paragraphs| paragraphs.is_empty())
}

/// What stands against issuing a statement on the day `today`, whoever does it, and against `by`, where somebody is
/// named.
pub(super) fn against<'a>(
    settings: &HubSettings,
    statement: &Statement,
    standing: &'a Standing<'_>,
    (by, today, is_silent): (&str, Date, bool),
) -> Vec<Against<'a>> {
    let mut against = Vec::new();
    let from = statement.period.from;
    if from > today {
        against.push(Against::NotBegun(from));
    } else if is_silent {
        against.push(Against::Silent);
    }
    if standing.contradictions > 0 {
        against.push(Against::Contradictions(standing.contradictions));
    }
    let open = standing.open.len().saturating_sub(standing.contradictions);
    if open > 0 {
        against.push(Against::Open(open));
    }
    against.extend(standing.awaited.iter().map(Against::Waiting));
    against.extend(standing.period_then.map(Against::Days));
    if !by.is_empty()
        && let Err(why) = issues_apart(settings, statement, by)
    {
        against.push(Against::Work(why));
    }
    against
}

/// Why a reason is none: it is too short, too long, one letter over and over, or has what cannot be seen. The ends of
/// its lines may be there.
pub fn reason_refusal(reason: &str) -> Option<Text> {
    let letters: Vec<char> = reason.chars().filter(|c| c.is_alphanumeric()).collect();
    if letters.len() < REASON_MIN {
        return Some(office_words::reason_too_short(REASON_MIN));
    }
    if reason.trim().chars().count() > REASON_MAX {
        return Some(words::reason_too_long(REASON_MAX));
    }
    if reason.chars().any(|c| is_unseen(c) && !matches!(c, '\r' | '\n')) {
        return Some(office_words::reason_unseen());
    }
    let repeats = letters.iter().all(|letter| Some(letter) == letters.first());
    repeats.then(office_words::reason_repeats)
}

/// Why `by` may not accept a finding.
pub enum NotAccepted {
    /// It contradicts itself: only a correction ends it.
    Contradiction,
    /// She entered or reviewed what is behind it, or nobody can say who did.
    Work(WorkError),
}

/// Why `by` may not accept `finding`; `None` where she may.
pub fn accept_refusal(
    settings: &HubSettings,
    statement: &Statement,
    finding: &Finding,
    by: &str,
) -> Option<NotAccepted> {
    if finding.arithmetic {
        return Some(NotAccepted::Contradiction);
    }
    if !settings.ledger.two_person {
        return None;
    }
    let behind = statement.rows_behind(finding);
    let rows = statement.entries.iter().filter(|entry| behind.contains(&entry.id));
    apart_from(&settings.persons, by, rows.flat_map(Work::of)).err().map(NotAccepted::Work)
}

/// What somebody confirms when she issues: what the report says, what it rests on, and what is open.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    period: Period,
    /// Of each figure its name and what is said of it.
    figures: Vec<(Text, String)>,
    /// The rows that count with who has reviewed them, and those that wait.
    rows: BTreeSet<(i64, Option<String>)>,
    pending: BTreeSet<i64>,
    /// Of each finding its sentence, and what it is known by.
    findings: Vec<(Text, String)>,
    /// What people had done to readings.
    deeds: String,
    /// The newest report that was issued.
    issued: Option<String>,
}

impl Shown {
    /// Of a statement, beside the reports that were issued. Numbers that change with each reading are left out as long
    /// as their words stay: the report of a drought that goes on can be issued, too.
    pub fn of(stated: &Stated, issued: &[Issue]) -> Self {
        let statement = &stated.statement;
        let figures = statement.figures.iter().map(|figure| {
            let said = match (&figure.words, figure.claim.verdict) {
                (Some(said), _) => said.within(Lang::Chinese),
                (None, Verdict::Proved) => format!("{:?}", figure.value),
                (None, _) => String::new(),
            };
            (figure.name(), said)
        });
        let findings = statement.findings.found.iter().filter(|f| f.severity > Severity::Hint);
        let findings = findings.map(|finding| {
            let (rule, place) = (&finding.rule, finding.place.within(Lang::Chinese));
            let accepted = finding.accepted.as_ref().map(|accepted| &accepted.fingerprint);
            (finding.sentence(), format!("{rule} {place} {accepted:?}"))
        });
        Self {
            period: statement.period,
            figures: figures.collect(),
            rows: statement.entries.iter().map(|row| (row.id, row.reviewed_by.clone())).collect(),
            pending: statement.pending.iter().map(|row| row.id).collect(),
            findings: findings.collect(),
            deeds: format!("{:?}", stated.deeds),
            issued: issued.last().map(|issue| issue.number.clone()),
        }
    }

    /// Whether it can be remembered: a ledger of more rows would take up megabytes.
    pub fn is_short(&self) -> bool {
        self.rows.len() + self.pending.len() <= ROWS_KEPT_MAX
    }

    /// SHA-256 of all of it.
    pub fn digest(&self) -> String {
        let Self { period, figures, rows, pending, findings, deeds, issued } = self;
        let figures: Vec<&String> = figures.iter().map(|(_, said)| said).collect();
        let findings: Vec<&String> = findings.iter().map(|(_, known_by)| known_by).collect();
        let text = format!("{:?}", (period, figures, rows, pending, findings, deeds, issued));
        hex(digest(&SHA256, text.as_bytes()).as_ref())
    }

    /// What of it is otherwise in `now`, in sentences.
    pub fn differences(&self, now: &Self) -> Vec<Text> {
        let mut said = Vec::new();
        if self.period != now.period {
            let [from, to] = [now.period.from, now.period.to].map(Argument::of);
            said.push(words::now_of_days(from, to));
        }
        for ((name, then), (_, today)) in self.figures.iter().zip(&now.figures) {
            if then != today {
                let shown = |said: &String| match said.is_empty() {
                    true => words::not_said(),
                    false => Text::verbatim(said),
                };
                said.push(words::now_says(name, shown(then), shown(today)));
            }
        }
        let rows = now.rows.symmetric_difference(&self.rows).map(|(row, _)| *row);
        let rows: BTreeSet<i64> = rows.collect();
        if !rows.is_empty() {
            said.push(words::rows_changed(Text::list(rows)));
        }
        let waiting: Vec<i64> = now.pending.difference(&self.pending).copied().collect();
        if !waiting.is_empty() {
            said.push(words::rows_came(Text::list(waiting)));
        }
        let known = |findings: &[(Text, String)], other: &(Text, String)| {
            findings.iter().any(|(_, known_by)| *known_by == other.1)
        };
        let new = now.findings.iter().filter(|finding| !known(&self.findings, finding));
        said.extend(new.map(|(sentence, _)| words::finding_came(sentence)));
        if self.deeds != now.deeds {
            said.push(words::readings_corrected());
        }
        if let Some(number) = now.issued.as_ref().filter(|_| self.issued != now.issued) {
            said.push(words::issued_meanwhile(number));
        }
        if said.is_empty() { vec![words::something_changed()] } else { said }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something_and_all_of_it_can_be_seen() {
        for right in ["当年未装表", "当年未装表，\r\n按油票折算", "no meter then"] {
            assert_eq!(reason_refusal(right), None, "{right}");
        }
        let long = format!("当年未装表{}", "，".repeat(REASON_MAX));
        for wrong in
            ["", "。", "好的", "啊啊啊啊啊", &long, "当年未装表\u{1}", "当年\u{202e}未装表\u{200b}"]
        {
            assert!(reason_refusal(wrong).is_some(), "{wrong:?}");
        }
    }
}
