//! `hanqing drought`

use std::process::ExitCode;

use clap::Args;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::account::{Drought, DroughtDay};
use crate::cli::config_args::ConfigArgs;
use crate::core::Period;
use crate::hub;
use crate::support::Clock;
use crate::water::ProposedEvent;

/// Days that are looked at by default.
const DAYS: i64 = 180;

/// The drought day by day: grade and why, sources with storage and days of supply, and the event to confirm in the
/// ledger
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    /// First day; left out, half a year before the last
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// Last day; left out, today
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// Every day with everything, as JSON
    #[arg(long)]
    json: bool,
}

/// Prints the drought.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let now = Clock::system().now();
    let today = hub::calendar(&township)?.day_of(now);
    let to = arguments.to.unwrap_or(today);
    let from = arguments.from.unwrap_or_else(|| to.saturating_sub(DAYS.days()));
    if to < from {
        anyhow::bail!("--to {to} lies before --from {from}");
    }
    let drought = hub::drought(&settings, &township, Period { from, to }, now)?;
    if arguments.json {
        say!("{}", serde_json::to_string_pretty(&drought)?);
    } else {
        changes(&drought);
        let with_sources = |day: &&DroughtDay| !day.sources.is_empty();
        if let Some(last) = drought.days.iter().rfind(with_sources) {
            sources(last);
        }
        drought.lacking.iter().for_each(|lacking| say!("缺少：{lacking}"));
        drought.events.iter().for_each(event);
        if drought.events.is_empty() {
            say!("未见连续干旱，没有建议的抗旱期");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The days on which the grade changes.
fn changes(drought: &Drought) {
    let mut before = None;
    for day in &drought.days {
        if before.replace(day.grade) == Some(day.grade) {
            continue;
        }
        let why = day.reasons.first().map_or("没有可用的指标".into(), |reason| {
            let value =
                reason.value.map_or("无数据，沿用前一日".into(), |v| format!("{v:.1}"));
            format!(
                "{} {value}；{}（可信度{}）",
                reason.index.name_zh(),
                reason.source,
                reason.confidence
            )
        });
        let grade = day.grade.map_or("无法判断", |grade| grade.name_zh());
        say!("{}  {grade}  {why}", day.day);
    }
}

fn sources(day: &DroughtDay) {
    say!("");
    say!("{} 各水源", day.day);
    for source in &day.sources {
        let status = source.status.map_or("—", |status| status.name_zh(source.kind));
        let balance = source.balance;
        let storage = balance.map_or("—".into(), |b| format!("{:.0} m3", b.storage_m3));
        let usable = balance.and_then(|b| b.usable_m3);
        let usable = usable.map_or(String::new(), |m3| format!("，可用{m3:.0} m3"));
        let share = balance
            .and_then(|b| b.share)
            .map_or(String::new(), |share| format!("，蓄水率{:.0}%", share * 100.0));
        let anomaly = source
            .anomaly
            .map_or(String::new(), |(percent, years)| format!("，比{years}年同期{percent:+.0}%"));
        say!(
            "  {}  {status}  {:.2} m  {storage}{usable}{share}{anomaly}  可供水{}",
            source.name,
            source.level_m,
            source.supply
        );
    }
    say!("");
}

/// A proposed event, with the row that confirms it.
fn event(event: &ProposedEvent) {
    match event.to {
        Some(to) => {
            say!("建议的抗旱期：{}至{to}。确认请登记台账：", event.from);
            say!(
                "  hanqing ledger enter --code drought_event --value 1 --from {} --to {to} --document 会议纪要 --by 姓名",
                event.from
            );
        }
        None => say!("建议的抗旱期：自{}起，尚未结束", event.from),
    }
}
