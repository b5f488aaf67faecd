//! `hanqing push list`: what the gateways say of what was pushed to them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::send::line;
use super::step;
use crate::cli::runtime::block_on_two_threads;
use crate::cli::table::{Table, left, right};
use crate::core::GatewayId;
use crate::hub::HubSettings;
use crate::locales::{Text, foreign, moment, pushed as words};
use crate::support::Clock;
use crate::wire::{Channel, ConfigState, Topic};

/// The broker sends what it retains at once; a second of silence is the end. A weak network delays a packet by two.
/// Engineering judgement.
pub const SILENCE: Duration = Duration::from_secs(2);

/// Gateways that are listed, at most: more than an office has. What a stranger retains takes no more. Engineering
/// judgement.
const GATEWAYS_MAX: usize = 4000;

/// The arguments of `hanqing push list`.
#[derive(Args)]
pub struct Arguments {
    #[arg(short, long, value_name = "FILE", default_value = "/etc/hanqing/hub.toml")]
    config: PathBuf,
    #[arg(long)]
    json: bool,
}

/// A line of `--json`.
#[derive(Serialize)]
struct Row<'a> {
    gateway: &'a GatewayId,
    #[serde(flatten)]
    state: &'a ConfigState,
}

/// Prints what the broker has retained of each gateway.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, _) = super::send::hub(&arguments.config)?;
    let states = block_on_two_threads(gather(&settings))?;
    if arguments.json {
        for (gateway, state) in &states {
            say!("{}", serde_json::to_string(&Row { gateway, state })?);
        }
    } else if states.is_empty() {
        say!("{}", words::no_states());
    } else {
        show!("{}", table(&states, Clock::system().now(), &TimeZone::system()));
        for (gateway, state) in &states {
            let unfit = state.in_force.as_ref().and_then(|used| used.unfit.as_ref());
            let why = unfit.into_iter().chain(&state.refused_why);
            why.for_each(|why| say!("{gateway}: {}", why.text()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn gather(settings: &HubSettings) -> anyhow::Result<BTreeMap<GatewayId, ConfigState>> {
    let mut line = line(settings, Channel::ConfigState.filter()).await?;
    let mut states = BTreeMap::new();
    while states.len() < GATEWAYS_MAX {
        let Ok(message) = tokio::time::timeout(SILENCE, line.next()).await else { break };
        let message = message.map_err(|error| anyhow::Error::msg(error.text()))?;
        let Ok(Topic { gateway, .. }) = message.topic().parse() else { continue };
        match ConfigState::from_bytes(message.payload()) {
            Ok(state) => {
                states.insert(gateway, state);
            }
            Err(error) => complain!("{gateway}: {}", foreign::chain(&error.into())),
        }
    }
    line.close().await;
    Ok(states)
}

fn table(states: &BTreeMap<GatewayId, ConfigState>, now: Timestamp, zone: &TimeZone) -> Table {
    let mut table = Table::new([
        left(words::head_gateway()),
        right(words::head_in_force()),
        left(words::head_keys()),
        right(words::head_last()),
        left(words::head_result()),
        left(words::head_said()),
        right(words::head_refused()),
    ]);
    for (gateway, state) in states {
        let none = || "—".to_owned();
        let in_force = state.in_force.as_ref();
        let result = state.last.as_ref().map(|last| {
            let why = last.why.iter().map(|why| why.text());
            let said = std::iter::once(step::name(last.step)).chain(why);
            Text::clauses(said).to_string()
        });
        table.row([
            gateway.to_string(),
            in_force.map_or_else(none, |now| match now.unfit {
                Some(_) => words::not_used(now.number).to_string(),
                None => now.number.to_string(),
            }),
            in_force.map_or_else(none, |now| Text::list(&now.keys).to_string()),
            state.last.as_ref().map_or_else(none, |last| last.number.to_string()),
            result.unwrap_or_else(none),
            moment(state.at, now, zone).into(),
            state.refused.to_string(),
        ]);
    }
    table
}
