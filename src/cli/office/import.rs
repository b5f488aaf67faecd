//! `hanqing import`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::progress::Progress;
use super::{CONFIGURATION, load};
use crate::config;
use crate::core::GatewayId;
use crate::hub;
use crate::store::{Lock, Sqlite};
use crate::support::Clock;
use crate::transfer::{Import, is_calmed};

/// Takes in what `hanqing export` wrote: tables of an office's store, or what was carried from a gateway.
///
/// What a file holds is told from its content; CSV may be compressed by gzip. The hub may run meanwhile. What is there already, or
/// arrives later by radio, counts once: an import that was interrupted is simply repeated. Where a time has a value already and the
/// file another one, the file's holds; a missing reading never takes the place of a value.
///
/// A row that cannot be taken is named with its line, column, value and rule and left out; all others are taken, and the command ends
/// with 1.
#[derive(Args)]
pub struct Arguments {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Overrides a setting, such as store.path=/srv/hanqing/store.db
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::setting)]
    set: Vec<(String, String)>,
    /// The gateway that tables come under; messages of a gateway keep theirs
    #[arg(long = "as", value_name = "GATEWAY", default_value = "import")]
    gateway: GatewayId,
    /// What was exported
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Takes in each file.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = load(config::load_hub(&arguments.config, &arguments.set))
    else {
        return Ok(ExitCode::from(CONFIGURATION));
    };
    calm();
    let _lock = Lock::shared(&settings.store.path)?;
    let known = Sqlite::open(&settings.store.path)?.counters()?;
    let mut store = hub::open_store(&settings, &township)?;
    let progress = Progress::readings(None);
    let mut problem = |problem: String| progress.say(&format!("hanqing: {problem}"));
    let advanced = |readings| progress.at(readings);
    let mut import = Import::new(
        store.as_mut(),
        arguments.gateway.clone(),
        known,
        Clock::system(),
        &mut problem,
        &advanced,
    );
    let mut done = Ok(());
    for path in &arguments.files {
        done = import.take(path);
        if done.is_err() {
            break;
        }
    }
    let taken = import.taken();
    drop(progress);
    // Also where it ends early: what is told here is in the store.
    say!(
        "{} 批 {} 个读数：新增 {} 个，已有 {} 个",
        taken.batches,
        taken.readings,
        taken.new,
        taken.readings.saturating_sub(taken.new)
    );
    done?;
    Ok(if taken.refused == 0 {
        ExitCode::SUCCESS
    } else {
        eprintln!("hanqing: {} rows are left out", taken.refused);
        ExitCode::FAILURE
    })
}

/// Keeps quiet about panics that are caught: the error that they come to is said.
fn calm() {
    let others = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.location().is_some_and(|at| is_calmed(at.file())) {
            others(panic);
        }
    }));
}
