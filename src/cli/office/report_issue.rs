//! `hanqing report issue`

use std::process::ExitCode;

use super::period_args::PeriodArgs;
use crate::hub::{self, Standing};
use crate::locales::{Argument, Lang, Text, issued as words};
use crate::report::Awaited;
use crate::support::Clock;

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
    let mut as_reviewed = settings.clone();
    as_reviewed.ledger.two_person = false;
    let reviewed = match statement.pending.is_empty() {
        true => None,
        false => Some(hub::statement(&as_reviewed, &township, period, now)?),
    };
    let standing = Standing::of(&statement, reviewed.as_ref());
    without_findings(&standing, despite_findings)?;
    without_pending(&standing)?;
    hub::issues_apart(&settings, &statement, &by)?;
    let issued = hub::freeze(&settings, &township, &statement, (&by, now, lang))?;
    say!("{}", words::issued(&issued.number, &issued.digest));
    say!("{}", words::frozen_in(settings.issued.join(&issued.number).as_path()));
    Ok(ExitCode::SUCCESS)
}

/// Refuses open findings; contradictions, which only a correction ends, also `despite` them.
fn without_findings(standing: &Standing<'_>, despite: bool) -> anyhow::Result<()> {
    let open = &standing.open;
    for finding in open {
        let (severity, sentence) = (finding.severity.name(), finding.sentence());
        complain!("{}", words::open_finding(severity, sentence, &finding.look));
    }
    if standing.contradictions > 0 {
        return Err(anyhow::Error::msg(words::contradictions(standing.contradictions)));
    }
    if !open.is_empty() && !despite {
        return Err(anyhow::Error::msg(words::open_findings(open.len())));
    }
    Ok(())
}

/// Refuses rows that wait for a review and would change what is printed.
fn without_pending(standing: &Standing<'_>) -> anyhow::Result<()> {
    for Awaited { figure, now, then, rows } in &standing.awaited {
        let (name, rows) = (figure.spec().name(), Text::list(rows.iter().copied()));
        complain!("{}", words::pending_changes(name, now, then, rows));
    }
    if let Some(then) = standing.period_then {
        let [from, to] = [then.from, then.to].map(Argument::of);
        complain!("{}", words::pending_period(from, to));
    }
    match standing.waits() {
        true => Err(anyhow::Error::msg(words::pending_rows(standing.pending))),
        false => Ok(()),
    }
}
