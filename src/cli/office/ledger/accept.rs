//! `hanqing ledger accept`

use std::process::ExitCode;

use clap::Args;

use crate::cli::office::period_args::PeriodArgs;
use crate::core::nearest;
use crate::figures::{Acceptance, Finding};
use crate::hub::{self, NotAccepted};
use crate::ledger::Ledger;
use crate::locales::office as words;
use crate::support::Clock;

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
    if let Some(why) = hub::reason_refusal(reason) {
        anyhow::bail!(why);
    }
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
        match hub::accept_refusal(&settings, &statement, finding, &by) {
            None => {}
            Some(NotAccepted::Contradiction) => {
                anyhow::bail!(words::cannot_be_accepted(finding.sentence(), &finding.look));
            }
            Some(NotAccepted::Work(why)) => return Err(why.into()),
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
