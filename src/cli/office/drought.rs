//! `hanqing drought`

use std::process::ExitCode;

use clap::Args;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::account::{Drought, DroughtCause, DroughtDay, Rank, SourceState};
use crate::cli::config_args::ConfigArgs;
use crate::cli::table::{Table, left, right};
use crate::core::Period;
use crate::hub;
use crate::locales::{Lang, Text, for_programs, office as words};
use crate::support::Clock;
use crate::water::{Grade, Missing, ProposedEvent};

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
        let told = drought.events.iter().flat_map(|proposed| event(proposed, &drought.days));
        told.for_each(|line| say!("{line}"));
        if drought.events.is_empty() {
            say!("{}", words::no_drought());
        }
        unknown_days(&drought).iter().for_each(|unknown| say!("{unknown}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// How many days have no grade; nothing where all have one.
fn unknown_days(drought: &Drought) -> Option<Text> {
    let unknown = drought.days.iter().filter(|day| day.grade.is_none()).count();
    (unknown > 0).then(|| words::unknown_days(unknown, drought.days.len()))
}

/// The days on which the grade changes, is only held, or rules lack data that did not before.
fn changes(drought: &Drought) -> impl Iterator<Item = String> {
    let days = drought.days.iter();
    let before = std::iter::once(None).chain(days.clone().map(|day| Some(standing(day))));
    let changed = before.zip(days).filter(|(before, day)| *before != Some(standing(day)));
    changed.map(|(_, day)| grade(day))
}

/// What a new line is printed for when it changes.
fn standing(day: &DroughtDay) -> (Option<Grade>, bool, bool, &[Missing]) {
    let held = day.grade.is_some() && day.reasons.first().is_some_and(|reason| reason.held);
    (day.grade, day.at_least, held, &day.missing)
}

fn grade(day: &DroughtDay) -> String {
    let grade = match day.grade {
        None => words::no_grade(),
        Some(grade) if day.at_least => words::grade_or_worse(grade.name()),
        Some(grade) => grade.name(),
    };
    let mut why = Vec::new();
    // Of a grade that is not known, the worst rule is no reason.
    let worst = day.reasons.first().filter(|_| day.grade.is_some());
    why.extend(worst.map(|reason| {
        let value = reason.value.map(|value| Text::verbatim(format_args!("{value:.1}")));
        let value = match value {
            None => words::as_the_day_before(),
            Some(value) if reason.or_more => words::value_or_more(value),
            Some(value) => value,
        };
        words::why_this_grade(reason.index.name(), value, &reason.source, reason.confidence)
    }));
    let held = worst.filter(|reason| reason.held && reason.value.is_some());
    why.extend(held.map(|reason| words::held(reason.clear_days)));
    let took_part: Vec<Text> = day.reasons.iter().map(|reason| reason.index.name()).collect();
    let lacked: Vec<Text> = day.missing.iter().map(|missing| missing.index.name()).collect();
    if took_part.is_empty() && lacked.is_empty() {
        why.push(words::no_index());
    }
    why.extend((!took_part.is_empty()).then(|| words::took_part(Text::list(took_part))));
    why.extend((!lacked.is_empty()).then(|| words::lacked_data(Text::list(lacked))));
    format!("{}  {grade}  {}", day.day, Text::clauses(why))
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
        left(words::head_rank()),
        left(words::head_supply()),
    ]);
    for source in sources {
        let whole = |value: Option<f64>| value.map(|value| format!("{value:.0}"));
        let balance = source.balance;
        let share = balance.and_then(|b| b.share_of_normal).map(|share| share * 100.0);
        table.row([
            source.name.clone(),
            source.status.map_or("—".into(), |status| status.name(source.kind).into()),
            format!("{:.2}", source.level_m),
            whole(balance.map(|b| b.storage_m3)).unwrap_or("—".into()),
            whole(balance.and_then(|b| b.usable_m3)).unwrap_or_default(),
            whole(share).unwrap_or_default(),
            source.anomaly.map(|(percent, _)| format!("{percent:+.0}")).unwrap_or_default(),
            source.anomaly.map(|(_, years)| years.to_string()).unwrap_or_default(),
            source.rank.map(|found| rank(found).to_string()).unwrap_or_default(),
            source.supply.to_string(),
        ]);
    }
    table
}

/// Where a level ranks among those of earlier years.
fn rank(rank: Rank) -> Text {
    let Rank { percentile, years, days, higher } = rank;
    words::rank(format!("{percentile:.0}"), years, days, higher)
}

/// A proposed event, with the row that confirms it, why it is one, and where its ends are not certain.
fn event(event: &ProposedEvent, days: &[DroughtDay]) -> Vec<Text> {
    let [from, last] = [event.from, event.last].map(|day| day.to_string());
    let mut told = match event.to.map(|to| to.to_string()) {
        Some(to) => vec![words::event(&from, &to), words::enter_event(&from, &to)],
        None => vec![words::event_goes_on(&from, &last)],
    };
    told.extend(causes(event, days));
    told.extend(event.or_earlier.then(|| words::or_earlier(from)));
    told.extend(event.or_later.then(|| words::or_later(last)));
    told
}

/// What makes days of `event` ones of drought, each cause once: on how many days, and on which first and last.
fn causes(event: &ProposedEvent, days: &[DroughtDay]) -> Vec<Text> {
    let mut found: Vec<(&DroughtCause, Vec<Date>)> = Vec::new();
    for day in days.iter().filter(|day| (event.from..=event.last).contains(&day.day)) {
        for cause in &day.causes {
            match found.iter_mut().find(|(known, _)| *known == cause) {
                Some((_, on)) => on.push(day.day),
                None => found.push((cause, vec![day.day])),
            }
        }
    }
    let told = |(cause, on): &(&DroughtCause, Vec<Date>)| {
        let (first, last) = (on.first()?.to_string(), on.last()?.to_string());
        let what = match cause {
            DroughtCause::Source { name, .. } => words::source_in_drought(name),
            DroughtCause::Rule { rule, index } => words::rule_in_drought(index.name(), rule),
        };
        Some(words::why_drought(what, on.len(), first, last))
    };
    found.iter().filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::cli::table::Layout;
    use crate::locales::within;
    use crate::water::{Balance, Index, Reason, StationKind, Status};

    /// What a rule of rainless days says of thirty-one or more.
    fn rainless() -> Reason {
        Reason {
            rule: "rainless".into(),
            index: Index::RainlessDays,
            value: Some(31.0),
            or_more: true,
            grade: Grade::Light,
            held: false,
            clear_days: 3,
            source: Text::both("某规则", "a rule"),
            confidence: 0.9,
        }
    }

    fn pond() -> SourceState {
        let balance = Balance {
            storage_m3: 12_000.0,
            outside: false,
            usable_m3: Some(9_000.0),
            full_m3: Some(30_000.0),
            share: Some(0.3),
            share_of_normal: Some(0.36),
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
            anomaly: Some((-12.4, 6)),
            rank: Some(Rank { percentile: 8.15, years: 6, days: 90, higher: 83 }),
        }
    }

    #[test]
    fn a_source_is_shown_in_both_languages() {
        let status = |lang| Status::Warn.name(StationKind::Pond).within(lang);
        let shown = |lang, layout| within(lang, || table(&[pond()]).laid_out(layout));
        assert_eq!(
            shown(Lang::Chinese, Layout::Plain),
            format!(
                "水源\t状态\t水位 m\t蓄水 m3\t可用 m3\t占正常蓄水位库容 %\t比往年同期 %\t往年年数\t\
                 往年同期位次\t可供水\n\
                 大塘\t{}\t98.10\t12000\t9000\t36\t-12\t6\t\
                 第8百分位（往年6年同期共90天，83天的水位更高）\t未知：没有读数\n",
                status(Lang::Chinese)
            )
        );
        assert_eq!(
            shown(Lang::English, Layout::Plain),
            format!(
                "source\tstatus\tlevel m\tstorage m3\tusable m3\tof storage at normal level %\t\
                 against earlier years %\tnumber of years\trank in earlier years\tsupply\n\
                 大塘\t{}\t98.10\t12000\t9000\t36\t-12\t6\t\
                 percentile 8 (days of the season in 6 earlier years: 90, with a higher level: 83)\t\
                 unknown: no readings\n",
                status(Lang::English)
            )
        );
        assert_eq!(
            shown(Lang::Chinese, Layout::Terminal(80)),
            format!(
                "水源：大塘  状态：{}  水位 m：98.10  蓄水 m3：12000  可用 m3：9000\n\
                 占正常蓄水位库容 %：36  比往年同期 %：-12  往年年数：6\n\
                 往年同期位次：第8百分位（往年6年同期共90天，83天的水位更高）\n\
                 可供水：未知：没有读数\n",
                status(Lang::Chinese)
            )
        );
    }

    #[test]
    fn a_change_of_grade_or_of_missing_data_is_shown_in_both_languages() {
        let missing = |index| Missing { rule: "own".into(), index };
        let day = |day, grade| DroughtDay {
            day: date(2022, 8, day),
            grade,
            at_least: false,
            reasons: Vec::new(),
            missing: Vec::new(),
            rain_mm: None,
            rainless: None,
            sources: Vec::new(),
            causes: Vec::new(),
        };
        let drought = Drought {
            days: vec![
                day(1, None),
                day(2, None),
                DroughtDay { missing: vec![missing(Index::RainAnomaly30)], ..day(3, None) },
                DroughtDay {
                    at_least: true,
                    reasons: vec![rainless()],
                    missing: vec![missing(Index::RainAnomaly30)],
                    ..day(4, Some(Grade::Light))
                },
                DroughtDay { reasons: vec![rainless()], ..day(5, Some(Grade::Light)) },
            ],
            events: Vec::new(),
            lacking: Vec::new(),
        };
        let said = |lang| within(lang, || changes(&drought).collect::<Vec<_>>());
        assert_eq!(
            said(Lang::Chinese),
            [
                "2022-08-01  无法判断  没有可用的旱情指标",
                "2022-08-03  无法判断  缺数据：近30日降水距平（%）",
                "2022-08-04  轻度干旱或更重  连续无雨日数（天）：31.0 或更多；某规则（可信度 0.9）；\
                 参加评定：连续无雨日数（天）；缺数据：近30日降水距平（%）",
                "2022-08-05  轻度干旱  连续无雨日数（天）：31.0 或更多；某规则（可信度 0.9）；\
                 参加评定：连续无雨日数（天）",
            ]
        );
        let unknown = unknown_days(&drought).unwrap();
        assert_eq!(unknown.within(Lang::Chinese), "5 天中有 3 天的旱情等级无法判断");
        let english = said(Lang::English);
        assert_eq!(english[0], "2022-08-01  cannot be told  no index is available");
        assert_eq!(
            english[2],
            "2022-08-04  light drought or worse  days without rain on end 31.0 or more; a rule \
             (confidence 0.9); took part: days without rain on end; lacked data: rain of 30 days \
             against the usual (%)"
        );
    }

    #[test]
    fn the_document_is_as_its_schema_says() {
        let schema = include_str!("../../../docs/schema/commands/drought.schema.json");
        let schema = serde_json::from_str(schema).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let source = DroughtCause::Source { id: "pond-1".parse().unwrap(), name: "大塘".into() };
        let rule = DroughtCause::Rule { rule: "own".into(), index: Index::RainAnomaly30 };
        let day = DroughtDay {
            day: date(2022, 8, 1),
            grade: Some(Grade::Light),
            at_least: true,
            reasons: vec![rainless()],
            missing: vec![Missing { rule: "own".into(), index: Index::SoilMoisture }],
            rain_mm: Some(0.5),
            rainless: Some((31, true)),
            sources: vec![
                pond(),
                SourceState { status: None, balance: None, anomaly: None, rank: None, ..pond() },
            ],
            causes: vec![source, rule],
        };
        let unknown = DroughtDay {
            day: date(2022, 8, 2),
            grade: None,
            rain_mm: None,
            rainless: None,
            sources: Vec::new(),
            causes: Vec::new(),
            ..day.clone()
        };
        let event = ProposedEvent {
            from: date(2022, 8, 1),
            or_earlier: false,
            last: date(2022, 11, 15),
            to: None,
            or_later: true,
        };
        let drought = Drought {
            days: vec![day, unknown],
            events: vec![event],
            lacking: vec![Text::both("没有雨量站", "no gauge")],
        };
        let document = serde_json::to_value(&drought).unwrap();
        let found: Vec<String> = schema.iter_errors(&document).map(|e| e.to_string()).collect();
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(document["days"][0]["grade"], 1);
        assert_eq!(document["lacking"][0], "没有雨量站");
    }

    #[test]
    fn an_event_is_told_with_its_row_and_what_is_not_certain_of_it() {
        let over = ProposedEvent {
            from: date(2022, 8, 1),
            or_earlier: false,
            last: date(2022, 11, 15),
            to: Some(date(2022, 11, 15)),
            or_later: false,
        };
        let [told, row] = event(&over, &[]).try_into().unwrap();
        assert_eq!(
            told.within(Lang::Chinese),
            "建议的抗旱期：2022-08-01 至 2022-11-15。确认请登记台账："
        );
        assert!(row.within(Lang::Chinese).ends_with("--document 会议纪要 --by 姓名"));
        assert!(row.to_string().ends_with("--document MINUTES --by NAME"));
        let unsure = event(&ProposedEvent { or_earlier: true, or_later: true, ..over }, &[]);
        let [_, _, earlier, later] = unsure.try_into().unwrap();
        let earlier = earlier.within(Lang::Chinese);
        assert_eq!(earlier, "  可能早于 2022-08-01 开始：前一天的旱情不明，或者没有查");
        assert!(later.to_string().contains("ended after 2022-11-15"));
        let open = event(&ProposedEvent { to: None, or_later: true, ..over }, &[]);
        let open: Vec<String> = open.iter().map(|line| line.within(Lang::Chinese)).collect();
        assert!(open[0].contains("2022-11-15"), "{open:?}");
        assert!(open[1].contains("可能晚于 2022-11-15 结束"), "{open:?}");
    }

    #[test]
    fn an_event_says_which_sources_and_rules_made_its_days_dry() {
        let day = |day, causes| DroughtDay {
            day: date(2022, 8, day),
            grade: Some(Grade::Light),
            at_least: false,
            reasons: Vec::new(),
            missing: Vec::new(),
            rain_mm: None,
            rainless: None,
            sources: Vec::new(),
            causes,
        };
        let pond = DroughtCause::Source { id: "pond-1".parse().unwrap(), name: "大塘".into() };
        let rule = DroughtCause::Rule { rule: "own".into(), index: Index::RainAnomaly30 };
        let days = [
            day(1, vec![pond.clone()]),
            day(2, vec![pond.clone(), rule.clone()]),
            day(3, vec![rule]),
            day(9, vec![pond]),
        ];
        let (last, to) = (date(2022, 8, 3), Some(date(2022, 8, 3)));
        let from = date(2022, 8, 1);
        let over = ProposedEvent { from, or_earlier: false, last, to, or_later: false };
        let told: Vec<String> =
            causes(&over, &days).iter().map(|line| line.within(Lang::Chinese)).collect();
        assert_eq!(
            told,
            [
                "  大塘在旱警或更低：2 天，首日 2022-08-01，末日 2022-08-02",
                "  近30日降水距平（%）达到旱情等级（规则 `own`）：2 天，首日 2022-08-02，末日 2022-08-03",
            ]
        );
    }

    #[test]
    fn a_grade_that_is_only_held_says_for_how_long() {
        let held = Reason { held: true, or_more: false, value: Some(2.0), ..rainless() };
        let day = DroughtDay {
            day: date(2022, 8, 1),
            grade: Some(Grade::Light),
            at_least: false,
            reasons: vec![held],
            missing: Vec::new(),
            rain_mm: None,
            rainless: None,
            sources: Vec::new(),
            causes: Vec::new(),
        };
        let told = within(Lang::Chinese, || grade(&day));
        assert!(told.contains("沿用：尚未连续3天解除"), "{told}");
        assert!(grade(&day).contains("held: not yet clear for 3 days"), "{}", grade(&day));
    }
}
