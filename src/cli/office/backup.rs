//! `hanqing backup` and `hanqing restore`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::progress::Progress;
use crate::cli::config_args::ConfigArgs;
use crate::hub::{HubSettings, alarm_book_path, calendar};
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

/// The hub's files; `beside` is where its users and its alarms are.
fn files<'a>(settings: &'a HubSettings, beside: &'a [PathBuf; 2]) -> backup::Files<'a> {
    let (store, ledger) = (settings.store.path.as_path(), settings.ledger.path.as_path());
    let [users, alarms] = beside;
    [
        (backup::STORE, store),
        (backup::LEDGER, ledger),
        (backup::USERS, users),
        (backup::ALARMS, alarms),
    ]
}

/// Makes a backup.
pub fn back_up(arguments: &BackupArguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let calendar = calendar(&township)?;
    let made = {
        let progress = Progress::bytes();
        let advanced = |bytes, all| progress.of(bytes, all);
        let now = Clock::system().now();
        let beside = [settings.users_file(), alarm_book_path(&settings)];
        let files = files(&settings, &beside);
        backup::back_up(&files, &arguments.out, now, calendar.zone(), &advanced)?
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
        let beside = [settings.users_file(), alarm_book_path(&settings)];
        let files = files(&settings, &beside);
        restore::restore(&arguments.from, &files, now, calendar.zone(), &advanced)?
    };
    let made_at = moment_with_seconds(restored.made_at, Clock::system().now(), calendar.zone());
    say!("{}", words::restored(made_at));
    for replaced in &restored.replaced {
        say!("{}", words::replaced(replaced));
    }
    if restored.files.iter().any(|file| file.name == backup::USERS) {
        say!("{}", words::sign_in_anew());
    } else {
        say!("{}", words::users_as_they_were());
    }
    say!("{}", words::gateways_send_again());
    Ok(ExitCode::SUCCESS)
}
