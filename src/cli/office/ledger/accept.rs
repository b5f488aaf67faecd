//! `hanqing ledger accept`

use std::process::ExitCode;

use clap::Args;

use crate::cli::office::period_args::PeriodArgs;
use crate::core::nearest;
use crate::figures::{Acceptance, Finding};
use crate::hub;
use crate::ledger::{Ledger, Work, apart_from};
use crate::locales::office as words;
use crate::support::Clock;

/// Fewest letters and digits of a reason. Engineering judgement, confidence 0.7: the shortest that says something, such
/// as 当年未装表, has five, and a mark or a yes says nothing.
const REASON_MIN: usize = 4;

/// The arguments of `hanqing ledger accept`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    period: PeriodArgs,
    #[arg(long, value_name = "RULE", requires = "reason", requires = "by")]
    rule: Option<String>,
    #[arg(long, value_name = "NAME", requires = "rule")]
    place: Option<String>,
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Refuses a reason that is too short, or one letter over and over.
fn says_something(reason: &str) -> anyhow::Result<()> {
    let letters: Vec<char> = reason.chars().filter(|c| c.is_alphanumeric()).collect();
    if letters.len() < REASON_MIN {
        anyhow::bail!(words::reason_too_short(REASON_MIN));
    }
    if letters.iter().all(|letter| Some(letter) == letters.first()) {
        anyhow::bail!(words::reason_repeats());
    }
    Ok(())
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township, period) = arguments.period.load()?;
    let now = Clock::system().now();
    let statement = hub::statement(&settings, &township, period, now)?;
    let open = statement.findings.found.iter().filter(|f| f.accepted.is_none());
    let (Some(rule), Some(reason), Some(by)) = (&arguments.rule, &arguments.reason, &arguments.by)
    else {
        let open: Vec<_> = open.collect();
        if open.is_empty() {
            complain!("{}", words::nothing_to_accept());
        }
        for finding in open {
            say!("{}  {}  {}", finding.rule, finding.severity.name(), finding.sentence());
            say!("    {}", finding.look);
        }
        return Ok(ExitCode::SUCCESS);
    };
    let by = settings.persons.signature(by)?;
    says_something(reason)?;
    let here = |f: &&Finding| arguments.place.as_ref().is_none_or(|place| f.is_at(place));
    let open: Vec<&Finding> = open.collect();
    let chosen: Vec<_> = open.iter().copied().filter(|f| &f.rule == rule).filter(here).collect();
    if chosen.is_empty() {
        let near = nearest(rule, open.iter().map(|finding| finding.rule.as_str()));
        let near = near.filter(|near| near != rule);
        anyhow::bail!(match near {
            Some(near) => words::no_open_finding_near(rule, near),
            None => words::no_open_finding(rule),
        });
    }
    for finding in &chosen {
        if finding.arithmetic {
            anyhow::bail!(words::cannot_be_accepted(finding.sentence(), &finding.look));
        }
        if settings.ledger.two_person {
            let behind = statement.rows_behind(finding);
            let rows = statement.entries.iter().filter(|entry| behind.contains(&entry.id));
            apart_from(&settings.persons, &by, rows.flat_map(Work::of))?;
        }
    }
    let mut ledger = Ledger::open(&settings.ledger.path)?;
    for finding in chosen {
        ledger.accept(&Acceptance {
            rule: finding.rule.clone(),
            fingerprint: finding.fingerprint.clone(),
            from: statement.period.from,
            to: statement.period.to,
            reason: reason.trim().into(),
            accepted_by: by.clone(),
            accepted_at: now,
        })?;
        say!("{}", finding.sentence());
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_marks_or_of_one_letter_says_nothing() {
        for nothing in ["。。。。。", "是的", "啊啊啊啊啊", "1111", "a a a a"] {
            assert!(says_something(nothing).is_err(), "{nothing}");
        }
        assert!(says_something("当年未装表").is_ok());
    }
}
