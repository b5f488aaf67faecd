//! `hanqing drought`

use std::process::ExitCode;

use clap::Args;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::account::{Drought, DroughtDay, SourceState};
use crate::cli::config_args::ConfigArgs;
use crate::cli::table::{Table, left, right};
use crate::core::Period;
use crate::hub;
use crate::locales::{Lang, Text, for_programs, office as words};
use crate::support::Clock;
use crate::water::ProposedEvent;

/// Days that are looked at by default.
const DAYS: i64 = 180;

/// The arguments of `hanqing drought`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
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
        anyhow::bail!(words::ends_before_it_begins(from.to_string(), to.to_string()));
    }
    let drought = hub::drought(&settings, &township, Period { from, to }, now)?;
    if arguments.json {
        say!("{}", for_programs(Lang::English, || serde_json::to_string_pretty(&drought))?);
    } else {
        changes(&drought).for_each(|line| say!("{line}"));
        let with_sources = |day: &&DroughtDay| !day.sources.is_empty();
        if let Some(last) = drought.days.iter().rfind(with_sources) {
            sources(last);
        }
        drought.lacking.iter().for_each(|lacking| say!("{}", words::lacking(lacking)));
        drought.events.iter().flat_map(event).for_each(|line| say!("{line}"));
        if drought.events.is_empty() {
            say!("{}", words::no_drought());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The days on which the grade changes.
fn changes(drought: &Drought) -> impl Iterator<Item = String> {
    let mut before = None;
    let changed = move |day: &&DroughtDay| before.replace(day.grade) != Some(day.grade);
    drought.days.iter().filter(changed).map(grade)
}

fn grade(day: &DroughtDay) -> String {
    let why = day.reasons.first().map_or_else(words::no_index, |reason| {
        let value = reason.value.map(|value| Text::verbatim(format_args!("{value:.1}")));
        let value = value.unwrap_or_else(words::as_the_day_before);
        words::why_this_grade(reason.index.name(), value, &reason.source, reason.confidence)
    });
    let grade = day.grade.map_or_else(words::no_grade, |grade| grade.name());
    format!("{}  {grade}  {why}", day.day)
}

fn sources(day: &DroughtDay) {
    say!("");
    say!("{}", words::sources_on(day.day.to_string()));
    show!("{}", table(&day.sources));
    say!("");
}

fn table(sources: &[SourceState]) -> Table {
    let mut table = Table::new([
        left(words::head_source()),
        left(words::head_status()),
        right(words::head_level()),
        right(words::head_storage()),
        right(words::head_usable()),
        right(words::head_full()),
        right(words::head_anomaly()),
        right(words::head_years()),
        left(words::head_supply()),
    ]);
    for source in sources {
        let whole = |value: Option<f64>| value.map(|value| format!("{value:.0}"));
        let balance = source.balance;
        let share = balance.and_then(|b| b.share).map(|share| share * 100.0);
        table.row([
            source.name.clone(),
            source.status.map_or("—".into(), |status| status.name(source.kind).into()),
            format!("{:.2}", source.level_m),
            whole(balance.map(|b| b.storage_m3)).unwrap_or("—".into()),
            whole(balance.and_then(|b| b.usable_m3)).unwrap_or_default(),
            whole(share).unwrap_or_default(),
            source.anomaly.map(|(percent, _)| format!("{percent:+.0}")).unwrap_or_default(),
            source.anomaly.map(|(_, years)| years.to_string()).unwrap_or_default(),
            source.supply.to_string(),
        ]);
    }
    table
}

/// A proposed event, with the row that confirms it.
fn event(event: &ProposedEvent) -> Vec<Text> {
    let from = event.from.to_string();
    match event.to.map(|to| to.to_string()) {
        Some(to) => vec![words::event(&from, &to), words::enter_event(&from, &to)],
        None => vec![words::event_goes_on(from)],
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::cli::table::Layout;
    use crate::locales::within;
    use crate::water::{Balance, Grade, StationKind, Status};

    fn pond() -> SourceState {
        let balance = Balance {
            storage_m3: 12_000.0,
            outside: false,
            usable_m3: Some(9_000.0),
            full_m3: Some(30_000.0),
            share: Some(0.3),
            share_of_normal: None,
        };
        SourceState {
            id: "pond-1".parse().unwrap(),
            name: "大塘".into(),
            kind: StationKind::Pond,
            status: Some(Status::Warn),
            level_m: 98.1,
            balance: Some(balance),
            supply_days: None,
            supply: Text::both("未知：没有读数", "unknown: no readings"),
            anomaly: Some((-12.4, 3)),
        }
    }

    #[test]
    fn a_source_is_shown_in_both_languages() {
        let status = |lang| Status::Warn.name(StationKind::Pond).within(lang);
        let shown = |lang, layout| within(lang, || table(&[pond()]).laid_out(layout));
        assert_eq!(
            shown(Lang::Chinese, Layout::Plain),
            format!(
                "水源\t状态\t水位 m\t蓄水 m3\t可用 m3\t蓄水率 %\t比往年同期 %\t往年年数\t可供水\n\
                 大塘\t{}\t98.10\t12000\t9000\t30\t-12\t3\t未知：没有读数\n",
                status(Lang::Chinese)
            )
        );
        assert_eq!(
            shown(Lang::English, Layout::Plain),
            format!(
                "source\tstatus\tlevel m\tstorage m3\tusable m3\tfull %\t\
                 against earlier years %\tnumber of years\tsupply\n\
                 大塘\t{}\t98.10\t12000\t9000\t30\t-12\t3\tunknown: no readings\n",
                status(Lang::English)
            )
        );
        assert_eq!(
            shown(Lang::Chinese, Layout::Terminal(80)),
            format!(
                "水源：大塘  状态：{}  水位 m：98.10  蓄水 m3：12000  可用 m3：9000\n\
                 蓄水率 %：30  比往年同期 %：-12  往年年数：3  可供水：未知：没有读数\n",
                status(Lang::Chinese)
            )
        );
    }

    #[test]
    fn a_change_of_grade_and_an_event_are_shown_in_both_languages() {
        let day = |day, grade| DroughtDay {
            day: date(2022, 8, day),
            grade,
            reasons: Vec::new(),
            rain_mm: None,
            rainless: None,
            sources: Vec::new(),
        };
        let drought = Drought {
            days: vec![day(1, None), day(2, None), day(3, Some(Grade::None))],
            events: Vec::new(),
            lacking: Vec::new(),
        };
        let said = |lang| within(lang, || changes(&drought).collect::<Vec<_>>());
        assert_eq!(
            said(Lang::Chinese),
            ["2022-08-01  无法判断  没有可用的旱情指标", "2022-08-03  正常  没有可用的旱情指标"]
        );
        assert_eq!(said(Lang::English)[0], "2022-08-01  cannot be told  no index is available");
        let over = ProposedEvent { from: date(2022, 8, 1), to: Some(date(2022, 11, 15)) };
        let [told, row] = event(&over).try_into().unwrap();
        assert_eq!(
            told.within(Lang::Chinese),
            "建议的抗旱期：2022-08-01 至 2022-11-15。确认请登记台账："
        );
        assert!(row.within(Lang::Chinese).ends_with("--document 会议纪要 --by 姓名"));
        assert!(row.to_string().ends_with("--document MINUTES --by NAME"));
    }
}
