//! `hanqing ledger template`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::out;
use crate::cli::config_args::ConfigArgs;
use crate::ledger;
use crate::locales::office as words;
use crate::support::files;

/// The arguments of `hanqing ledger template`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[arg(long)]
    force: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.load_hub()?;
    let out = &arguments.out;
    if out::ending(out) != Some("xlsx") {
        anyhow::bail!(words::not_xlsx(out));
    }
    out::must_be_free(out, arguments.force)?;
    let bytes = ledger::template(&township, &settings.persons)?;
    files::replace(out, &bytes).with_context(|| words::cannot_write(out))?;
    say!("{}", words::template_written(out));
    Ok(ExitCode::SUCCESS)
}
