//! `hanqing manual`: pages for man(1) and completions for shells, which packages bring along. They are made of the help
//! of the commands that this build has, so that the package of a gateway has a gateway's pages.
//!
//! The command is for whoever makes packages and in no list of commands, nor has it a page.

mod page;
mod shells;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, CommandFactory};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::usage::UsageError;
use super::{Cli, help};
use crate::locales::{Lang, core, for_programs, manual as words};

/// The arguments of `hanqing manual`.
#[derive(Args)]
pub struct Arguments {
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// A file to be written, below the directory that was given.
struct Made {
    path: String,
    contents: String,
}

/// Writes all pages and completions.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let day = day(std::env::var_os("SOURCE_DATE_EPOCH").as_deref())?;
    let (pages, shells) = (pages(&day), shells::all());
    for made in pages.iter().chain(&shells) {
        let path = arguments.out.join(&made.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| core::cannot_write(folder))?;
        }
        fs::write(&path, &made.contents).with_context(|| core::cannot_write(&path))?;
    }
    say!("{}", words::written(pages.len(), shells.len(), &arguments.out));
    Ok(ExitCode::SUCCESS)
}

/// The pages of every command in both languages, in the words that the program was built with.
fn pages(day: &str) -> Vec<Made> {
    let of = |lang: Lang| {
        let folder = lang.pick("man/zh_CN/man1", "man/man1");
        let pages = for_programs(lang, || page::all(&help::localised(Cli::command()), day));
        pages.into_iter().map(move |(name, contents)| {
            let path = format!("{folder}/{name}.1");
            Made { path, contents }
        })
    };
    Lang::ALL.into_iter().flat_map(of).collect()
}

/// The day that pages have at their foot, by the variable that reproducible builds set; without it, none.
fn day(epoch: Option<&OsStr>) -> Result<String, UsageError> {
    let Some(epoch) = epoch else { return Ok(String::new()) };
    let seconds = epoch.to_str().and_then(|text| text.parse().ok());
    let moment = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let day = moment.map(|moment| TimeZone::UTC.to_datetime(moment).date().to_string());
    day.ok_or_else(|| {
        UsageError(words::epoch_wrong(epoch.display().to_string(), words::epoch_rule()))
    })
}
