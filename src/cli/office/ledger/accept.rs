//! `hanqing ledger accept`

use std::process::ExitCode;

use clap::Args;

use crate::cli::report::Of;
use crate::figures::Acceptance;
use crate::hub;
use crate::ledger::Ledger;
use crate::support::Clock;

/// Accept what a rule of plausibility finds, with a reason that the annex prints; without --rule, list what is open
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    of: Of,
    /// Id of the rule, as the report names it
    #[arg(long, value_name = "RULE", requires = "reason", requires = "by")]
    rule: Option<String>,
    /// Only where the finding is of this village, crop or pump
    #[arg(long, value_name = "NAME", requires = "rule")]
    place: Option<String>,
    /// Why the figures are right all the same
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township, period)) = arguments.of.load()? else {
        return Ok(ExitCode::from(super::super::CONFIGURATION));
    };
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
        anyhow::bail!(
            "nothing that rule {rule} finds is open: hanqing ledger accept lists what is"
        );
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
