//! `hanqing ledger list` and `show`

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::print::print;
use crate::account::Entry;
use crate::cli::config_args::ConfigArgs;
use crate::cli::json::{self, FORMAT};
use crate::hub;
use crate::ledger::{Ledger, chain};
use crate::locales::{ledger, moment, office as words};
use crate::support::Clock;

/// The arguments of `hanqing ledger list`.
#[derive(Args)]
pub struct ListArguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    #[arg(long)]
    pending: bool,
    #[arg(long)]
    json: bool,
}

/// What `--json` prints: docs/schema/commands/ledger-list.schema.json.
#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    unit: &'static str,
    /// Whether it still waits for its second person.
    pending: bool,
}

impl<'a> Document<'a> {
    fn of(rows: &'a [Entry], pending: &[Entry]) -> Self {
        let waits = |id: i64| pending.iter().any(|entry| entry.id == id);
        let row =
            |entry: &'a Entry| Row { entry, unit: entry.code.unit(), pending: waits(entry.id) };
        Self { format: FORMAT, rows: rows.iter().map(row).collect() }
    }
}

/// The arguments of `hanqing ledger show`.
#[derive(Args)]
pub struct ShowArguments {
    #[command(flatten)]
    config: ConfigArgs,
    row: i64,
}

pub(super) fn list(arguments: &ListArguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let code = arguments.code.as_deref().map(super::enter::code).transpose()?;
    let ledger = Ledger::open_to_read(&settings.ledger.path)?;
    let two_person = settings.ledger.two_person || arguments.pending;
    let in_force = ledger.rows_in_force(two_person)?;
    let pending = in_force.pending.clone();
    let mut rows = if arguments.pending { pending.clone() } else { in_force.with_pending() };
    rows.retain(|entry| code.is_none_or(|code| code == entry.code));
    if arguments.json {
        json::print(&Document::of(&rows, &pending))?;
    } else if rows.is_empty() {
        complain!("{}", words::no_rows());
    } else {
        print(&rows, &pending, &township);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn show(arguments: &ShowArguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let ledger = Ledger::open_to_read(&settings.ledger.path)?;
    let all = ledger.all()?;
    let calendar = hub::calendar(&township)?;
    let now = Clock::system().now();
    let rows: Vec<Entry> = chain(&all, arguments.row).into_iter().cloned().collect();
    if rows.is_empty() {
        anyhow::bail!(ledger::no_such_row(arguments.row));
    }
    let pending = ledger.rows_in_force(settings.ledger.two_person)?.pending;
    print(&rows, &pending, &township);
    for entry in &rows {
        let at = moment(entry.entered_at, now, calendar.zone());
        say!("{}", words::entered(entry.id, at, &entry.entered_by));
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::account::EntryCode;

    #[test]
    fn the_document_is_as_its_schema_says() {
        let schema = include_str!("../../../../docs/schema/commands/ledger-list.schema.json");
        let schema = serde_json::from_str(schema).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let entered = Entry {
            id: 7,
            code: EntryCode::AreaAffected,
            value: 30.5,
            from: date(2022, 8, 1),
            to: date(2022, 8, 5),
            village: Some("dongmen".parse().unwrap()),
            crop: None,
            work: None,
            document: "调查表".into(),
            entered_by: "黄某".into(),
            entered_at: "2022-08-05T10:00:00Z".parse().unwrap(),
            reason: "看错一位".into(),
            supersedes: Some(2),
            reviewed_by: None,
            withdrawn: false,
        };
        let reviewed =
            Entry {
                id: 8, reviewed_by: Some("吴某".into()), supersedes: None, ..entered.clone()
            };
        let rows = [entered.clone(), reviewed];
        for rows in [&rows[..], &[]] {
            let document =
                serde_json::to_value(Document::of(rows, std::slice::from_ref(&entered))).unwrap();
            let found: Vec<String> = schema.iter_errors(&document).map(|e| e.to_string()).collect();
            assert_eq!(found, Vec::<String>::new());
            assert_eq!(document["rows"].as_array().unwrap().len(), rows.len());
        }
        let document = serde_json::to_value(Document::of(&rows, &[entered])).unwrap();
        assert_eq!(
            (&document["rows"][0]["pending"], &document["rows"][1]["pending"]),
            (&true.into(), &false.into())
        );
        assert_eq!(
            (&document["rows"][0]["unit"], &document["rows"][0]["code"]),
            (&"亩".into(), &"area_affected".into())
        );
    }
}
