//! `hanqing push drop`, at the gateway: what was pushed is no longer used.

use std::process::ExitCode;

use clap::Args;

use crate::cli::config_args::ConfigArgs;
use crate::cli::usage::bail_usage;
use crate::edge::pushed::{Asked, Book, BookError, State};
use crate::locales::{Text, pushed as words};
use crate::support::Clock;

/// The arguments of `hanqing push drop`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(long, value_name = "ID")]
    to: Option<u64>,
}

/// Leaves word for the gateway, which alone writes its state.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, _) = arguments.config.load_edge()?;
    let book = Book::beside(&settings.spool.path);
    if !book.exists() {
        say!("{}", words::nothing_pushed(settings.spool.path.with_extension("pushed").as_path()));
        return Ok(ExitCode::SUCCESS);
    }
    let state = match book.read() {
        Ok(state) => state,
        Err(error @ BookError::Damaged { .. }) => {
            say!("{error}");
            State::default()
        }
        Err(error) => return Err(error.into()),
    };
    let numbers: Vec<u64> = state.kept.iter().map(|kept| kept.config.number).collect();
    if let Some(to) = arguments.to
        && !numbers.contains(&to)
    {
        bail_usage!(words::not_kept(to, Text::list(numbers)));
    }
    let sound = state != State::default();
    if sound && state.in_force.is_none() && arguments.to.is_none() {
        say!("{}", words::nothing_in_force());
        return Ok(ExitCode::SUCCESS);
    }
    // Numbers are times: whatever was made before now is old where the state is lost.
    let anew = u64::try_from(Clock::system().now().as_millisecond()).unwrap_or_default();
    book.ask(Asked { number: state.in_force, to: arguments.to, anew })?;
    say!("{}", words::drop_asked());
    Ok(ExitCode::SUCCESS)
}
