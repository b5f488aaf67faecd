//! The options that name a configuration and the days of a report.

use clap::Args;
use jiff::civil::Date;

use crate::cli::config_args::ConfigArgs;
use crate::core::Period;
use crate::hub::HubSettings;
use crate::locales::{cells, issued, office as words};
use crate::water::Township;

// `Option<PeriodArgs>` is `None` unless one argument of the group is given.
/// The office's configuration and the days of a report.
#[derive(Args)]
#[group(args = ["config"])]
pub struct PeriodArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<Date>,
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<Date>,
}

impl PeriodArgs {
    /// As [`load`](Self::load), for a report that is issued: of no more days than the page issues one of.
    pub fn load_for_issue(&self) -> anyhow::Result<(HubSettings, Township, Option<Period>)> {
        let loaded = self.load()?;
        if let Some(period) = loaded.2 {
            for (option, day) in [("from", period.from), ("to", period.to)] {
                if !Period::YEARS.contains(&day.year()) {
                    let (least, most) = (Period::YEARS.start(), Period::YEARS.end());
                    let rule = cells::year_cannot_be(day.year(), *least, *most);
                    anyhow::bail!(words::option_wrong(option, day.to_string(), rule));
                }
            }
            if period.days() > Period::DAYS_MAX {
                anyhow::bail!(issued::too_many_days(period.days(), Period::DAYS_MAX));
            }
        }
        Ok(loaded)
    }

    /// Loads the configuration; the period is `None` where the ledger decides.
    pub fn load(&self) -> anyhow::Result<(HubSettings, Township, Option<Period>)> {
        let (settings, township) = self.config.load_hub()?;
        let period = self.from.zip(self.to).map(|(from, to)| Period { from, to });
        if let Some(Period { from, to }) = period.filter(|p| p.to < p.from) {
            anyhow::bail!(words::ends_before_it_begins(from.to_string(), to.to_string()));
        }
        Ok((settings, township, period))
    }
}
