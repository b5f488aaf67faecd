//! `hanqing import`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::progress::Progress;
use crate::cli::config_args::ConfigArgs;
use crate::core::GatewayId;
use crate::hub;
use crate::locales::{Text, office as words};
use crate::store::{Lock, Sqlite};
use crate::support::Clock;
use crate::transfer::{Import, Imported, is_caught_panic};

/// The arguments of `hanqing import`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(long = "as", value_name = "GATEWAY", default_value = "import")]
    gateway: GatewayId,
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Imports each file.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    silence_caught_panics();
    let _lock = Lock::shared(&settings.store.path)?;
    let known = Sqlite::open(&settings.store.path)?.counters()?;
    let mut store = hub::open_store(&settings, &township)?;
    let progress = Progress::readings(None);
    let mut problem = |problem: Text| progress.say(&format!("hanqing: {problem}"));
    let advanced = |readings| progress.at(readings);
    let mut import = Import::new(
        store.as_mut(),
        arguments.gateway.clone(),
        known,
        Clock::system(),
        &mut problem,
        &advanced,
    )
    .with_limits(hub::PlateLimits::of(&township).into_limits());
    let done = arguments.files.iter().try_for_each(|path| import.import(path));
    let done = done.and_then(|()| import.wait_until_durable());
    let taken = import.imported();
    drop(progress);
    // Printed after an error too: these readings are in the store.
    let Imported { batches, readings, new, replaced, .. } = taken;
    say!("{}", words::imported(batches, readings, new, replaced, taken.old()));
    done?;
    if taken.refused > 0 {
        complain!("hanqing: {}", words::left_out(taken.refused));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints nothing about panics that the import catches and reports as an error.
fn silence_caught_panics() {
    let others = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.location().is_some_and(|at| is_caught_panic(at.file())) {
            others(panic);
        }
    }));
}
