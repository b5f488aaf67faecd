//! `hanqing report issue`

use std::process::ExitCode;
use std::sync::Arc;

use super::period_args::PeriodArgs;
use crate::hub::{Against, Draft, Meanwhile, Standing};
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
    let (settings, township, period) = period.load_for_issue()?;
    let by = settings.persons.signature(by)?;
    let (clock, township) = (Clock::system(), Arc::new(township));
    let draft = Draft::read(&settings, township.clone(), period, &clock)?;
    let now = clock.now();
    let standing = draft.standing();
    let against = draft.against(&settings, &township, &standing, (&by, now, lang))?;
    told(&standing);
    if let Some(why) = against.iter().find_map(|one| refusal(one, &standing, despite_findings)) {
        return Err(anyhow::Error::msg(why));
    }
    let issued = match draft.freeze(&settings, &township, (&by, now, lang))? {
        Ok(issued) => issued,
        Err(Meanwhile::Ledger) => return Err(anyhow::Error::msg(words::ledger_meanwhile())),
        Err(Meanwhile::Readings) => return Err(anyhow::Error::msg(words::readings_meanwhile())),
    };
    say!("{}", words::issued(&issued.number, &issued.digest));
    say!("{}", words::frozen_in(settings.issued.join(&issued.number).as_path()));
    Ok(ExitCode::SUCCESS)
}

/// Names open findings, and what rows that wait would change.
fn told(standing: &Standing<'_>) {
    for finding in &standing.open {
        let (severity, sentence) = (finding.severity.name(), finding.sentence());
        complain!("{}", words::open_finding(severity, sentence, &finding.look));
    }
    for Awaited { figure, now, then, rows } in &standing.awaited {
        let (name, rows) = (figure.spec().name(), Text::list(rows.iter().copied()));
        complain!("{}", words::pending_changes(name, now, then, rows));
    }
    if let Some(then) = standing.period_then {
        let [from, to] = [then.from, then.to].map(Argument::of);
        complain!("{}", words::pending_period(from, to));
    }
}

/// Why it is not issued; open findings are passed over where somebody says so, contradictions never.
fn refusal(against: &Against<'_>, standing: &Standing<'_>, despite: bool) -> Option<Text> {
    match against {
        Against::NotBegun(from) => Some(words::not_begun(Argument::of(*from))),
        Against::Silent => Some(words::no_sentence()),
        Against::Contradictions(n) => Some(words::contradictions(*n)),
        Against::Open(_) if despite => None,
        Against::Open(n) => Some(words::open_findings(*n)),
        Against::Waiting(_) | Against::Days(_) => Some(words::pending_rows(standing.pending)),
        Against::Work(why) => Some(why.text()),
    }
}
