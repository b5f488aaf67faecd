//! `hanqing ledger`

mod accept;
mod enter;
mod export;
mod import;
mod list;
mod review;

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::load;
use crate::config;
use crate::figures::Entry;
use crate::hub::HubSettings;
use crate::water::Township;

/// The ledger 台账: what people enter.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Import(import::Arguments),
    Export(export::Arguments),
    List(list::ListArguments),
    Show(list::ShowArguments),
    Enter(enter::EnterArguments),
    Correct(enter::CorrectArguments),
    Review(review::Arguments),
    Accept(accept::Arguments),
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Import(arguments) => import::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::List(arguments) => list::list(&arguments),
        Command::Show(arguments) => list::show(&arguments),
        Command::Enter(arguments) => enter::enter(&arguments),
        Command::Correct(arguments) => enter::correct(&arguments),
        Command::Review(arguments) => review::run(&arguments),
        Command::Accept(arguments) => accept::run(&arguments),
    }
}

/// The office's settings and its township; `None` where they have problems, which have been named then.
fn office(config: &Path) -> Option<(HubSettings, Township)> {
    load(config::load_hub(config, &[]))
}

/// The days that a row speaks of.
fn days(entry: &Entry) -> String {
    match entry.from == entry.to {
        true => entry.from.to_string(),
        false => format!("{}至{}", entry.from, entry.to),
    }
}

/// Village, crop and work that a row speaks of, by their names.
fn place(entry: &Entry, township: &Township) -> String {
    let village = entry.village.as_ref().map(|id| {
        let known = township.village(id);
        known.map_or_else(|| id.to_string(), |village| village.name.clone())
    });
    let crop = entry.crop.as_ref().map(|id| {
        let known = township.crops.iter().find(|crop| &crop.id == id);
        known.map_or_else(|| id.to_string(), |crop| crop.name.clone())
    });
    let parts = [village, crop, entry.work.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A row on one line: `head`, what, value, days, place, paper, persons, and what it corrects.
fn line(head: &str, entry: &Entry, township: &Township) -> String {
    let mut parts = vec![
        head.to_owned(),
        format!("{} {} {}", entry.code.name_zh(), entry.value, entry.code.unit()),
        days(entry),
        place(entry, township),
        entry.document.clone(),
        entry.entered_by.clone(),
    ];
    if let Some(old) = entry.supersedes {
        parts.push(format!("更正第{old}条：{}", entry.reason));
    }
    if let Some(by) = &entry.reviewed_by {
        parts.push(format!("{by}复核"));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("  ")
}

/// Prints rows, one a line; of `pending` that they wait.
fn print(rows: &[Entry], pending: &[Entry], township: &Township) {
    for entry in rows {
        let waits = pending.iter().any(|waiting| waiting.id == entry.id);
        let wait = if waits { "  待复核" } else { "" };
        say!("{}{wait}", line(&entry.id.to_string(), entry, township));
    }
}
