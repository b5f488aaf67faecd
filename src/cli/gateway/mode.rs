//! `hanqing mode`

use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::status::connect;
use super::words::mode_zh;
use crate::cli::config_args::ConfigArgs;
use crate::cli::runtime::block_on;
use crate::edge::control::{Answer, Command};
use crate::modbus::Mode;

/// Switch the running gateway to its drought intervals, or back.
///
/// The mode holds until the gateway restarts; `drought = true` in the configuration makes it start in drought mode. The
/// intervals are drought_interval_s and drought_intervals_s of the configuration.
#[derive(Args)]
pub struct Arguments {
    /// `drought` for the shorter intervals, `normal` for the usual ones
    #[arg(value_parser = PossibleValuesParser::new(["drought", "normal"]).map(mode))]
    mode: Mode,
    #[command(flatten)]
    config: ConfigArgs,
}

fn mode(name: String) -> Mode {
    if name == "drought" { Mode::Drought } else { Mode::Normal }
}

/// Asks the gateway to switch and prints the mode that is now in force.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    block_on(async {
        let mut client = connect(&arguments.config).await?;
        match client.send(Command::Mode(arguments.mode)).await? {
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
