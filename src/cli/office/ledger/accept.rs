//! `hanqing ledger accept`

use std::process::ExitCode;

use clap::Args;

use crate::cli::office::period_args::PeriodArgs;
use crate::figures::Acceptance;
use crate::hub;
use crate::ledger::Ledger;
use crate::support::Clock;

/// Accept a finding with a reason, which the annex prints; without --rule, list the open findings
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    period: PeriodArgs,
    /// Id of the rule, as printed in the report
    #[arg(long, value_name = "RULE", requires = "reason", requires = "by")]
    rule: Option<String>,
    /// Only the finding about this village, crop or pump
    #[arg(long, value_name = "NAME", requires = "rule")]
    place: Option<String>,
    /// Why the figures are right nevertheless
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Person who accepts it
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
        for finding in open {
            say!("{}  {}  {}", finding.rule, finding.severity.name_zh(), finding.sentence());
            say!("    {}", finding.look);
        }
        return Ok(ExitCode::SUCCESS);
    };
    if reason.trim().is_empty() || by.trim().is_empty() {
        anyhow::bail!("--reason and --by must not be empty: the annex prints them");
    }
    let here = |place: &str| arguments.place.as_ref().is_none_or(|asked| asked == place);
    let chosen: Vec<_> = open.filter(|f| &f.rule == rule && here(&f.place)).collect();
    if chosen.is_empty() {
        anyhow::bail!("rule {rule} has no open finding: hanqing ledger accept lists the open ones");
    }
    let mut ledger = Ledger::open(&settings.ledger.path)?;
    for finding in chosen {
        ledger.accept(&Acceptance {
            rule: finding.rule.clone(),
            fingerprint: finding.fingerprint.clone(),
            from: statement.period.from,
            to: statement.period.to,
            reason: reason.trim().into(),
            accepted_by: by.trim().into(),
            accepted_at: now,
        })?;
        say!("{}", finding.sentence());
    }
    Ok(ExitCode::SUCCESS)
}
