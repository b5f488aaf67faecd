//! `hanqing report issue`

use std::process::ExitCode;

use jiff::Timestamp;

use super::period_args::PeriodArgs;
use crate::core::Period;
use crate::figures::Statement;
use crate::hub::{self, HubSettings};
use crate::ledger::{Work, apart_from};
use crate::locales::{Argument, Lang, Text, issued as words};
use crate::report::{self, Awaited};
use crate::support::Clock;
use crate::water::Township;

/// Freezes the report, unless something stands against it.
pub(super) fn issue(
    period: &PeriodArgs,
    by: &str,
    despite_findings: bool,
    lang: Lang,
) -> anyhow::Result<ExitCode> {
    let (settings, township, period) = period.load()?;
    let by = settings.persons.signature(by)?;
    let now = Clock::system().now();
    let statement = hub::statement(&settings, &township, period, now)?;
    without_findings(&statement, despite_findings)?;
    without_pending(&settings, &township, period, &statement, now)?;
    by_another(&settings, &statement, &by)?;
    let documents = report::render(settings.section_choice(), &township, &statement, now, lang)?;
    let issued = report::issue(&settings.issued, &documents, &statement, &by, now)?;
    say!("{}", words::issued(&issued.number, &issued.digest));
    say!("{}", words::frozen_in(settings.issued.join(&issued.number).as_path()));
    Ok(ExitCode::SUCCESS)
}

/// Refuses open findings; contradictions, which only a correction ends, also `despite` them.
fn without_findings(statement: &Statement, despite: bool) -> anyhow::Result<()> {
    let open: Vec<_> = statement.findings.open().collect();
    for finding in &open {
        let (severity, sentence) = (finding.severity.name(), finding.sentence());
        complain!("{}", words::open_finding(severity, sentence, &finding.look));
    }
    let contradictions = open.iter().filter(|finding| finding.arithmetic).count();
    if contradictions > 0 {
        return Err(anyhow::Error::msg(words::contradictions(contradictions)));
    }
    if !open.is_empty() && !despite {
        return Err(anyhow::Error::msg(words::open_findings(open.len())));
    }
    Ok(())
}

/// Refuses rows that wait for a review and would change what is printed.
fn without_pending(
    settings: &HubSettings,
    township: &Township,
    period: Option<Period>,
    statement: &Statement,
    now: Timestamp,
) -> anyhow::Result<()> {
    if statement.pending.is_empty() {
        return Ok(());
    }
    let mut reviewed = settings.clone();
    reviewed.ledger.two_person = false;
    let reviewed = hub::statement(&reviewed, township, period, now)?;
    let awaited = report::awaited(statement, &reviewed);
    for Awaited { figure, now, then, rows } in &awaited {
        let (name, rows) = (figure.spec().name(), Text::list(rows.iter().copied()));
        complain!("{}", words::pending_changes(name, now, then, rows));
    }
    let (printed, then) = (statement.period, reviewed.period);
    if printed != then {
        let [from, to] = [then.from, then.to].map(Argument::of);
        complain!("{}", words::pending_period(from, to));
    }
    if awaited.is_empty() && printed == then {
        return Ok(());
    }
    Err(anyhow::Error::msg(words::pending_rows(statement.pending.len())))
}

/// With the rule of two persons, whoever entered or reviewed a row that counts, or accepted a finding, does not issue.
fn by_another(settings: &HubSettings, statement: &Statement, by: &str) -> anyhow::Result<()> {
    if !settings.ledger.two_person {
        return Ok(());
    }
    let rows = statement.entries.iter().flat_map(Work::of);
    let accepted = statement.findings.found.iter().filter_map(|finding| {
        let acceptance = finding.accepted.as_ref()?;
        Some(Work::Accepted(&finding.rule, &acceptance.accepted_by))
    });
    Ok(apart_from(&settings.persons, by, rows.chain(accepted))?)
}
