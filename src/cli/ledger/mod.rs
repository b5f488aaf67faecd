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

/// A row on one line: number, what, value, days, place, paper, person.
fn line(entry: &Entry) -> String {
    let number = match entry.id {
        0 => "新".to_owned(),
        id => id.to_string(),
    };
    let days = if entry.from == entry.to {
        entry.from.to_string()
    } else {
        format!("{}至{}", entry.from, entry.to)
    };
    let mut place = String::new();
    for part in [
        entry.village.as_ref().map(ToString::to_string),
        entry.crop.as_ref().map(ToString::to_string),
        entry.work.clone(),
    ]
    .into_iter()
    .flatten()
    {
        place.push_str("  ");
        place.push_str(&part);
    }
    let mut text = format!(
        "{number}  {} {} {}  {days}{place}  {}  {}",
        entry.code.name_zh(),
        entry.value,
        entry.code.unit(),
        entry.document,
        entry.entered_by
    );
    if let Some(old) = entry.supersedes {
        text.push_str(&format!("  更正第{old}条：{}", entry.reason));
    }
    if let Some(by) = &entry.reviewed_by {
        text.push_str(&format!("  {by}复核"));
    }
    text
}
