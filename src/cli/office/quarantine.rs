//! `hanqing quarantine`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;

use crate::cli::config_args::ConfigArgs;
use crate::hub::{self, Retried};
use crate::locales::{Lang, Text, moment, office as words};
use crate::store::{Lock, Quarantine, QuarantinedMessage};
use crate::support::Clock;

/// The arguments of `hanqing quarantine`.
#[derive(Args)]
#[command(mut_arg("config", |arg| arg.global(true).required(false).default_value("/etc/hanqing/hub.toml")))]
#[command(mut_arg("set", |arg| arg.global(true)))]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Subcommand)]
enum Command {
    List {
        #[arg(long)]
        json: bool,
    },
    Show {
        id: i64,
    },
    #[command(group(clap::ArgGroup::new("which").required(true).args(["ids", "all"])))]
    Retry {
        ids: Vec<i64>,
        #[arg(long)]
        all: bool,
    },
}

/// Lists, shows or retries.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let _lock = Lock::shared(&settings.store.path)?;
    let mut quarantine = Quarantine::open(&settings.store.path)?;
    let (calendar, now) = (hub::calendar(&township)?, Clock::system().now());
    let received = |at: Timestamp| moment(at, now, calendar.zone());
    match &arguments.command {
        Command::List { json: true } => quarantine.list()?.iter().for_each(print_json),
        Command::List { json: false } => list(&quarantine, &received)?,
        Command::Show { id } => {
            let found = quarantine.get(*id)?;
            let (message, payload) = found.ok_or_else(|| unknown(*id))?;
            show(&message, &payload, &received);
        }
        Command::Retry { ids, all } => {
            let ids = if *all {
                // The oldest first, in the order of arrival.
                quarantine.list()?.iter().rev().map(|message| message.id).collect()
            } else {
                ids.clone()
            };
            let mut store = hub::open_store(&settings, &township)?;
            let clock = Clock::system();
            let (mut taken, mut left) = (0, 0);
            for id in ids {
                match hub::retry(&mut quarantine, store.as_mut(), id, clock.now())? {
                    None => return Err(unknown(id)),
                    Some(Retried::Stored) => taken += 1,
                    Some(Retried::Rejected(problem)) => {
                        left += 1;
                        say!("{}", words::message(id, problem));
                    }
                }
            }
            say!("{}", words::retried(taken, left));
            if left > 0 {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn unknown(id: i64) -> anyhow::Error {
    anyhow::Error::msg(words::no_such_message(id))
}

fn print_json(message: &QuarantinedMessage) {
    let QuarantinedMessage { id, received_at, topic, problem, has_readings, size } = message;
    let object = json!({
        "id": id, "received_at": received_at, "topic": topic, "problem": problem,
        "kept": has_readings, "bytes": size,
    });
    say!("{object}");
}

fn list(quarantine: &Quarantine, received: &dyn Fn(Timestamp) -> Text) -> anyhow::Result<()> {
    let messages = quarantine.list()?;
    for message in &messages {
        let payload = match Lang::current() {
            // As it is kept: the content need not be read.
            Lang::English => None,
            Lang::Chinese => quarantine.get(message.id)?.map(|(_, payload)| payload),
        };
        print(message, payload.as_deref(), received(message.received_at));
    }
    if messages.is_empty() {
        say!("{}", words::no_messages());
    }
    Ok(())
}

/// Prints a message that was `received` then; why it is there is told in Chinese where the `payload` shows it.
fn print(message: &QuarantinedMessage, payload: Option<&[u8]>, received: Text) {
    let QuarantinedMessage { id, topic, has_readings, size, problem, .. } = message;
    let problem = match (Lang::current(), payload) {
        (Lang::Chinese, Some(payload)) => hub::quarantine_problem(message, payload),
        _ => Text::verbatim(problem),
    };
    let kept = if *has_readings { words::waits() } else { Text::default() };
    say!("{id}  {received}  {topic}  {size} B{kept}\n    {problem}");
}

fn show(message: &QuarantinedMessage, payload: &[u8], received: &dyn Fn(Timestamp) -> Text) {
    print(message, Some(payload), received(message.received_at));
    // Packed readings are shown unpacked.
    let plain = crate::wire::packed::decompress(payload).unwrap_or(payload.into());
    match std::str::from_utf8(&plain) {
        Ok(text) => say!("{}", text.escape_debug().to_string().replace("\\\"", "\"")),
        Err(_) => {
            for line in plain.chunks(32) {
                let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
                say!("{}", hex.join(" "));
            }
        }
    }
}
