//! `hanqing backup` and `hanqing restore`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::progress::Progress;
use crate::cli::config_args::ConfigArgs;
use crate::hub::{HubSettings, calendar};
use crate::support::Clock;
use crate::transfer::{backup, restore};

/// Copy the hub's store and ledger into a directory; the hub may be running.
///
/// Creates DIR/hanqing-DATE-TIME with store.db, ledger.db and manifest.json, which holds sizes, SHA-256 sums and the
/// rows of each table. Each copy is a snapshot of one instant and is checked for damage before the directory gets its
/// name. If anything fails, nothing is left behind. `hanqing restore` brings the backup back.
#[derive(Args)]
pub struct BackupArguments {
    #[command(flatten)]
    config: ConfigArgs,
    /// Existing directory for backups, on another disk
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Replace the hub's store and ledger with a backup.
///
/// Stop the hub and everything else that uses its files first. The backup is copied and verified before anything is
/// replaced. The replaced files are kept beside the new ones as NAME.before-DATE-TIME. Afterwards the gateways send
/// again what the restored store lacks, as far as they still have it.
#[derive(Args)]
pub struct RestoreArguments {
    #[command(flatten)]
    config: ConfigArgs,
    /// The backup, such as /media/disk/hanqing-20220801-120000
    #[arg(value_name = "BACKUP")]
    from: PathBuf,
}

fn files(settings: &HubSettings) -> backup::Files<'_> {
    [("store.db", &settings.store.path), ("ledger.db", &settings.ledger.path)]
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
        say!("{}：{} 字节，{rows} 行，校验无误", file.name, file.size);
    }
    say!("备份在 {}", made.directory.display());
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
    let made_at = restored.made_at.to_zoned_datetime(calendar.zone().clone());
    say!("已恢复到 {} 的备份", made_at.strftime("%Y-%m-%d %H:%M:%S"));
    for replaced in &restored.replaced {
        say!("原文件保留为 {}", replaced.display());
    }
    say!("启动 hanqing hub 后，各网关会自动补发恢复后缺少、而网关仍存有的数据");
    Ok(ExitCode::SUCCESS)
}
