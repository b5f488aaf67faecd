//! `hanqing mode`

use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::status::connect;
use super::words::mode as name;
use crate::cli::config_args::ConfigArgs;
use crate::cli::runtime::block_on;
use crate::edge::control::{Answer, Command};
use crate::locales::gateway as words;
use crate::modbus::Mode;

/// The arguments of `hanqing mode`.
#[derive(Args)]
pub struct Arguments {
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
                let gateway = client.status().gateway.as_str();
                if before == now {
                    say!("{}", words::mode_stays(gateway, name(now)));
                } else {
                    say!("{}", words::mode_switched(gateway, name(now), name(before)));
                }
                Ok(ExitCode::SUCCESS)
            }
            other => Err(anyhow::Error::msg(words::unexpected_answer(format!("{other:?}")))),
        }
    })
}
