//! `hanqing backup` and `hanqing restore`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::progress::Progress;
use crate::cli::config_args::ConfigArgs;
use crate::hub::{HubSettings, calendar};
use crate::locales::{moment_with_seconds, office as words};
use crate::support::Clock;
use crate::transfer::{backup, restore};

/// The arguments of `hanqing backup`.
#[derive(Args)]
pub struct BackupArguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// The arguments of `hanqing restore`.
#[derive(Args)]
pub struct RestoreArguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(value_name = "BACKUP")]
    from: PathBuf,
}

fn files(settings: &HubSettings) -> backup::Files<'_> {
    [(backup::STORE, &settings.store.path), (backup::LEDGER, &settings.ledger.path)]
}

/// Makes a backup.
pub fn back_up(arguments: &BackupArguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let calendar = calendar(&township)?;
    let made = {
        let progress = Progress::bytes();
        let advanced = |bytes, all| progress.of(bytes, all);
        let now = Clock::system().now();
        backup::back_up(&files(&settings), &arguments.out, now, calendar.zone(), &advanced)?
    };
    for file in &made.files {
        let rows: u64 = file.rows.values().sum();
        say!("{}", words::copied(&file.name, file.size, rows));
    }
    say!("{}", words::backup_is(&made.directory));
    Ok(ExitCode::SUCCESS)
}

/// Restores a backup.
pub fn restore(arguments: &RestoreArguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let calendar = calendar(&township)?;
    let restored = {
        let progress = Progress::bytes();
        let advanced = |bytes, all| progress.of(bytes, all);
        let now = Clock::system().now();
        restore::restore(&arguments.from, &files(&settings), now, calendar.zone(), &advanced)?
    };
    let made_at = moment_with_seconds(restored.made_at, Clock::system().now(), calendar.zone());
    say!("{}", words::restored(made_at));
    for replaced in &restored.replaced {
        say!("{}", words::replaced(replaced));
    }
    say!("{}", words::gateways_send_again());
    Ok(ExitCode::SUCCESS)
}
