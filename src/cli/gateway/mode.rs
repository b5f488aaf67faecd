//! `hanqing mode`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::line::block_on;
use super::status::connect;
use super::{CONFIGURATION, load};
use crate::config;
use crate::edge::desk::{Answer, Ask};
use crate::modbus::Mode;

/// Switches the running gateway to the intervals of a drought, or back.
///
/// It holds until the gateway is restarted; `drought = true` in the configuration lets it start that way. Intervals are
/// those that the configuration gives as drought_interval_s and drought_intervals_s.
#[derive(Args)]
pub struct Arguments {
    /// The mode
    #[arg(value_enum)]
    mode: ModeName,
    /// The gateway's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Overrides a setting, such as socket=/run/hanqing/edge.sock
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::setting)]
    set: Vec<(String, String)>,
}

#[derive(Clone, Copy, ValueEnum)]
enum ModeName {
    /// The shorter intervals of a drought
    Drought,
    /// The usual intervals
    Normal,
}

/// Asks the gateway to switch, and prints what holds now.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some((settings, _)) = load(config::load_edge(&arguments.config, &arguments.set)) else {
        return Ok(ExitCode::from(CONFIGURATION));
    };
    let mode = match arguments.mode {
        ModeName::Drought => Mode::Drought,
        ModeName::Normal => Mode::Normal,
    };
    block_on(async {
        let mut client = connect(&settings, &arguments.config).await?;
        match client.ask(Ask::Mode(mode)).await? {
            Answer::Mode { before, now } => {
                let gateway = &client.status().gateway;
                let name = mode_zh(now);
                if before == now {
                    say!("网关 {gateway} 本来就是{name}");
                } else {
                    say!("网关 {gateway} 已切换到{name}（原为{}）", mode_zh(before));
                }
                Ok(ExitCode::SUCCESS)
            }
            other => anyhow::bail!("the running gateway's answer does not fit: {other:?}"),
        }
    })
}

/// What a mode is called.
pub fn mode_zh(mode: Mode) -> &'static str {
    match mode {
        Mode::Normal => "平时模式",
        Mode::Drought => "旱情模式",
    }
}
