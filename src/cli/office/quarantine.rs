//! `hanqing quarantine`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{CONFIGURATION, load};
use crate::config;
use crate::hub::{self, Retried};
use crate::store::{Lock, Quarantine, QuarantinedMessage};
use crate::support::Clock;

/// Looks at what the hub could not take in, and has it try again
///
/// Messages that are none of ours are kept for a look, the newest 10,000. Readings that cannot be stored are kept until they are taken
/// in. The hub may run meanwhile.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The hub's configuration
    #[arg(
        short,
        long,
        value_name = "FILE",
        global = true,
        default_value = "/etc/hanqing/hub.toml"
    )]
    config: PathBuf,
    /// Overrides a setting, such as store.path=/srv/hanqing/store.db
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::setting, global = true)]
    set: Vec<(String, String)>,
}

#[derive(Subcommand)]
enum Command {
    /// All that is set aside, the newest first
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// One message whole
    Show {
        /// Its number in the list
        id: i64,
    },
    /// Takes in again what can be taken in by now; ends with 1 where something stays
    Retry {
        /// Numbers in the list
        #[arg(required_unless_present = "all")]
        ids: Vec<i64>,
        /// All of it
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
}

/// Lists, shows or retries.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = load(config::load_hub(&arguments.config, &arguments.set))
    else {
        return Ok(ExitCode::from(CONFIGURATION));
    };
    let _lock = Lock::shared(&settings.store.path)?;
    let mut quarantine = Quarantine::open(&settings.store.path)?;
    match &arguments.command {
        Command::List { json } => list(&quarantine.list()?, *json),
        Command::Show { id } => {
            let found = quarantine.get(*id)?;
            let (message, payload) = found.ok_or_else(|| nothing(*id))?;
            show(&message, &payload);
        }
        Command::Retry { ids, all } => {
            let ids = if *all {
                // The oldest first, as they came.
                quarantine.list()?.iter().rev().map(|message| message.id).collect()
            } else {
                ids.clone()
            };
            let mut store = hub::open_store(&settings, &township)?;
            let clock = Clock::system();
            let (mut taken, mut left) = (0, 0);
            for id in ids {
                match hub::retry(&mut quarantine, store.as_mut(), id, clock.now())? {
                    None => return Err(nothing(id)),
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

fn nothing(id: i64) -> anyhow::Error {
    anyhow::anyhow!("there is no message {id}; hanqing quarantine list names those that there are")
}

fn list(messages: &[QuarantinedMessage], as_json: bool) {
    for message in messages {
        let QuarantinedMessage { id, received_at, topic, problem, has_readings, size } = message;
        if as_json {
            say!(
                "{}",
                json!({ "id": id, "received_at": received_at, "topic": topic, "problem": problem, "kept": has_readings, "bytes": size })
            );
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
    // Packed readings are shown as what they are read from.
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
