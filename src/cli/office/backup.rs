//! `hanqing backup` and `hanqing restore`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::progress::Progress;
use super::{CONFIGURATION, load};
use crate::config::{self, LoadedHub};
use crate::hub::{HubSettings, calendar};
use crate::support::Clock;
use crate::transfer::{backup, restore};

/// Copies the hub's store and ledger into a directory, while the hub runs.
///
/// Makes DIR/hanqing-DATE-TIME with store.db, ledger.db and manifest.json: sizes, SHA-256, rows of each table. Each copy is of one
/// instant, and is read through for damage before the directory gets its name; where anything fails, nothing stays.
/// `hanqing restore` brings it back.
#[derive(Args)]
pub struct BackupArguments {
    #[command(flatten)]
    hub: Hub,
    /// The directory that backups are kept in, on another disk; it must be there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Puts a backup in the place of the hub's store and ledger.
///
/// The hub must not run, nor anything else that works on its files. The backup is copied and verified first. What is replaced is kept
/// beside it as NAME.before-DATE-TIME; nothing is deleted. Gateways then send again what the restored store lacks and they still
/// have; nothing needs to be done for that.
#[derive(Args)]
pub struct RestoreArguments {
    #[command(flatten)]
    hub: Hub,
    /// The backup, such as /media/disk/hanqing-20220801-120000
    #[arg(value_name = "BACKUP")]
    from: PathBuf,
}

#[derive(Args)]
struct Hub {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Overrides a setting, such as store.path=/srv/hanqing/store.db
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::setting)]
    set: Vec<(String, String)>,
}

impl Hub {
    fn load(&self) -> Option<LoadedHub> {
        load(config::load_hub(&self.config, &self.set))
    }
}

fn files(settings: &HubSettings) -> backup::Files<'_> {
    [("store.db", &settings.store.path), ("ledger.db", &settings.ledger.path)]
}

/// Makes a backup.
pub fn back_up(arguments: &BackupArguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = arguments.hub.load() else {
        return Ok(ExitCode::from(CONFIGURATION));
    };
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

/// Brings one back.
pub fn restore(arguments: &RestoreArguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = arguments.hub.load() else {
        return Ok(ExitCode::from(CONFIGURATION));
    };
    let calendar = calendar(&township)?;
    let restored = {
        let progress = Progress::bytes();
        let advanced = |bytes, all| progress.of(bytes, all);
        let now = Clock::system().now();
        restore::restore(&arguments.from, &files(&settings), now, calendar.zone(), &advanced)?
    };
    let made_at = restored.made_at.to_zoned_datetime(calendar.zone().clone());
    say!("已恢复到 {} 的备份", made_at.strftime("%Y-%m-%d %H:%M:%S"));
    for aside in &restored.aside {
        say!("原文件保留为 {}", aside.display());
    }
    say!("启动 hanqing hub 后，各网关会自动补发恢复后缺少、而网关仍存有的数据");
    Ok(ExitCode::SUCCESS)
}
