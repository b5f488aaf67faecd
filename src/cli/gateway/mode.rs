//! `hanqing mode`

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::status::connect;
use super::words::mode_zh;
use crate::cli::config_args::ConfigArgs;
use crate::cli::runtime::block_on;
use crate::edge::desk::{Answer, Ask};
use crate::modbus::Mode;

/// Switch the running gateway to its drought intervals, or back.
///
/// The mode holds until the gateway restarts; `drought = true` in the configuration makes it start in drought mode. The intervals are
/// drought_interval_s and drought_intervals_s of the configuration.
#[derive(Args)]
pub struct Arguments {
    /// The new mode
    #[arg(value_enum)]
    mode: ModeName,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum ModeName {
    /// The shorter intervals for a drought
    Drought,
    /// The usual intervals
    Normal,
}

/// Asks the gateway to switch and prints the mode that is now in force.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mode = match arguments.mode {
        ModeName::Drought => Mode::Drought,
        ModeName::Normal => Mode::Normal,
    };
    block_on(async {
        let mut client = connect(&arguments.config).await?;
        match client.ask(Ask::Mode(mode)).await? {
            Answer::Mode { before, now } => {
                let (gateway, name) = (&client.status().gateway, mode_zh(now));
                if before == now {
                    say!("网关 {gateway} 本来就是{name}");
                } else {
                    say!("网关 {gateway} 已切换到{name}（原为{}）", mode_zh(before));
                }
                Ok(ExitCode::SUCCESS)
            }
            other => anyhow::bail!("the running gateway gave an unexpected answer: {other:?}"),
        }
    })
}
