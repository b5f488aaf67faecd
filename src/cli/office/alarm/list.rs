//! `hanqing alarm list`

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::Office;
use crate::alarm::Alarm;
use crate::cli::json::{self, FORMAT};
use crate::cli::table::{Table, left, right};
use crate::locales::{Lang, Text, for_programs, moment, office_alarm as words};

/// Alarms that are listed with `--all`, the newest. Engineering judgement: the page shows all of them.
const LISTED_MAX: usize = 1000;

/// The arguments of `hanqing alarm list`.
#[derive(Args)]
pub(super) struct ListArguments {
    #[arg(long, conflicts_with = "all")]
    open: bool,
    #[arg(long)]
    all: bool,
    #[arg(long)]
    json: bool,
}

/// What `--json` prints: docs/schema/commands/alarm-list.schema.json.
#[derive(Serialize)]
struct Document {
    format: u32,
    alarms: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: i64,
    kind: &'static str,
    subject: String,
    name: Text,
    said: Text,
    value: Option<f64>,
    limit: Option<f64>,
    urgent: bool,
    raised_at: Timestamp,
    cleared_at: Option<Timestamp>,
    escalated_at: Option<Timestamp>,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<Timestamp>,
    note: Option<String>,
}

impl Document {
    fn of(alarms: &[Alarm]) -> Self {
        Self { format: FORMAT, alarms: alarms.iter().map(Row::of).collect() }
    }
}

impl Row {
    fn of(alarm: &Alarm) -> Self {
        let acknowledged = alarm.acknowledged.as_ref();
        Self {
            id: alarm.id,
            kind: alarm.key.kind.id(),
            subject: alarm.key.subject.to_string(),
            name: alarm.name.clone(),
            said: alarm.said.clone(),
            value: alarm.value,
            limit: alarm.limit,
            urgent: alarm.key.kind.is_urgent(),
            raised_at: alarm.raised_at,
            cleared_at: alarm.cleared_at(),
            escalated_at: alarm.escalated_at,
            acknowledged_by: acknowledged.map(|by| by.by.clone()),
            acknowledged_at: acknowledged.map(|by| by.at),
            note: acknowledged.map(|by| by.note.clone()),
        }
    }
}

pub(super) fn list(office: &Office, arguments: &ListArguments) -> anyhow::Result<()> {
    let book = office.book()?;
    let alarms = match arguments.all {
        true => book.history(None, LISTED_MAX)?,
        false => {
            let mut open = book.open_alarms()?;
            open.sort_by_key(|alarm| std::cmp::Reverse((alarm.key.kind.gravity(), alarm.id)));
            open
        }
    };
    if book.unread() > 0 {
        complain!("{}", words::rows_unread(book.unread()));
    }
    if arguments.json {
        return for_programs(Lang::English, || json::print(&Document::of(&alarms)));
    }
    if alarms.is_empty() {
        say!("{}", if arguments.all { words::none_yet() } else { words::none_open() });
        return Ok(());
    }
    show!("{}", table(&alarms, office.now, office.calendar.zone()));
    Ok(())
}

fn table(alarms: &[Alarm], now: Timestamp, zone: &TimeZone) -> Table {
    let mut table = Table::new([
        right(words::head_id()),
        left(words::head_where()),
        left(words::head_what()),
        left(words::head_reading()),
        left(words::head_since()),
        left(words::head_until()),
        left(words::head_acknowledged()),
    ]);
    let time = |at: Timestamp| String::from(moment(at, now, zone));
    for alarm in alarms {
        table.row([
            alarm.id.to_string(),
            alarm.name.to_string(),
            alarm.key.kind.name().into(),
            alarm.said.to_string(),
            time(alarm.raised_at),
            alarm.cleared_at().map(time).unwrap_or_default(),
            alarm.acknowledged.as_ref().map(|by| by.by.clone()).unwrap_or_default(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::{Acknowledged, Cleared, Key, Kind, Subject};

    fn alarm() -> Alarm {
        Alarm {
            id: 1_800_000_000,
            key: Key { kind: Kind::Dry, subject: Subject::Station("pond-1".parse().unwrap()) },
            name: Text::verbatim("大塘"),
            said: Text::both("水位 100.02 m", "level 100.02 m"),
            value: Some(100.02),
            limit: Some(100.05),
            raised_at: "2026-08-01T00:00:00Z".parse().unwrap(),
            told: None,
            acknowledged: None,
            escalated_at: None,
            cleared: None,
            clear_told: None,
        }
    }

    #[test]
    fn the_document_is_as_its_schema_says() {
        let schema = include_str!("../../../../docs/schema/commands/alarm-list.schema.json");
        let schema = serde_json::from_str(schema).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let at: Timestamp = "2026-08-02T00:00:00Z".parse().unwrap();
        let ended = Alarm {
            acknowledged: Some(Acknowledged { by: "吴某".into(), at, note: "去看了".into() }),
            cleared: Some(Cleared { at, said: Text::default(), removed: false }),
            escalated_at: Some(at),
            ..alarm()
        };
        for alarms in [vec![alarm(), ended], Vec::new()] {
            let document = for_programs(Lang::English, || {
                serde_json::to_value(Document::of(&alarms)).unwrap()
            });
            let found: Vec<String> = schema.iter_errors(&document).map(|e| e.to_string()).collect();
            assert_eq!(found, Vec::<String>::new());
            assert_eq!(document["alarms"].as_array().unwrap().len(), alarms.len());
        }
    }

    #[test]
    fn a_line_says_where_what_and_since_when() {
        let now = "2026-08-01T01:00:00Z".parse().unwrap();
        let said = table(&[alarm()], now, &TimeZone::UTC).to_string();
        for part in ["1800000000", "大塘", "100.02", "1 Aug 00:00"] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}
