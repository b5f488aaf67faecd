//! `hanqing quarantine`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::config_args::ConfigArgs;
use crate::hub::{self, Retried};
use crate::store::{Lock, Quarantine, QuarantinedMessage};
use crate::support::Clock;

/// Show the messages that the hub could not store, and retry them.
///
/// Foreign messages are kept for inspection, the newest 10,000 of them. Readings that cannot be stored are kept until a
/// retry stores them. The hub may be running.
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
    /// List all quarantined messages, the newest first
    List {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Show one whole message
    Show {
        /// Number in the list
        id: i64,
    },
    /// Try to store messages again; exits with 1 if any of them stays
    Retry {
        /// Numbers in the list
        #[arg(required_unless_present = "all")]
        ids: Vec<i64>,
        /// Retry all messages
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
}

/// Lists, shows or retries.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let _lock = Lock::shared(&settings.store.path)?;
    let mut quarantine = Quarantine::open(&settings.store.path)?;
    match &arguments.command {
        Command::List { json } => list(&quarantine.list()?, *json),
        Command::Show { id } => {
            let found = quarantine.get(*id)?;
            let (message, payload) = found.ok_or_else(|| unknown(*id))?;
            show(&message, &payload);
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
                        say!("{id}: {problem}");
                    }
                }
            }
            say!("收入 {taken} 条，仍留 {left} 条");
            if left > 0 {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn unknown(id: i64) -> anyhow::Error {
    anyhow::anyhow!("there is no message {id}; hanqing quarantine list shows the existing ones")
}

fn list(messages: &[QuarantinedMessage], as_json: bool) {
    for message in messages {
        let QuarantinedMessage { id, received_at, topic, problem, has_readings, size } = message;
        if as_json {
            let object = json!({
                "id": id, "received_at": received_at, "topic": topic, "problem": problem,
                "kept": has_readings, "bytes": size,
            });
            say!("{object}");
        } else {
            let kept = if *has_readings { " 待收" } else { "" };
            say!("{id}  {received_at:.0}  {topic}  {size} B{kept}\n    {problem}");
        }
    }
    if messages.is_empty() && !as_json {
        say!("无隔离消息");
    }
}

fn show(message: &QuarantinedMessage, payload: &[u8]) {
    list(std::slice::from_ref(message), false);
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
