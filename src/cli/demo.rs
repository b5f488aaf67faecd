//! `hanqing demo`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::runtime::{block_on_two_threads, stop_signal};
use super::usage::UsageError;
use super::values::within;
use crate::config;
use crate::demo::{self, Finished, Options};
use crate::locales::{Lang, Text, cli as words};

/// The arguments of `hanqing demo`.
#[derive(Args)]
pub struct Arguments {
    #[arg(long)]
    exit: bool,
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    #[arg(long, default_value_t = 1.0, value_name = "DAYS", value_parser = speed)]
    speed: f64,
    #[arg(long)]
    seed: Option<u64>,
    #[arg(long, default_value_t = 8080, value_parser = within::<u16>(0..=u16::MAX))]
    port: u16,
    #[arg(long, value_name = "CSV")]
    ledger: Option<PathBuf>,
}

fn speed(text: &str) -> Result<f64, UsageError> {
    match text.parse::<f64>() {
        Ok(speed) if speed == 0.0 || (0.001..=1e6).contains(&speed) => Ok(speed),
        _ => Err(UsageError(words::speed())),
    }
}

/// Runs the demo.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let read = |path: &PathBuf| std::fs::read(path).with_context(|| words::ledger_unreadable(path));
    let example = config::example(arguments.ledger.as_ref().map(read).transpose()?)?;
    let options = Options {
        days_per_second: arguments.speed,
        seed: arguments.seed,
        port: arguments.port,
        out: arguments.out,
    };
    block_on_two_threads(async {
        let stop = stop_signal()?;
        let finished = tokio::select! {
            () = stop.cancelled() => return Err(anyhow::Error::msg(words::interrupted())),
            finished = demo::run(example, &options) => finished?,
        };
        let code = print(&finished);
        if arguments.exit {
            stop.cancel();
        } else {
            let address = format!("http://{}/", finished.page);
            say!("\n{}", words::still_serving(address));
        }
        finished.serve(&stop).await?;
        Ok(code)
    })
}

/// Prints the report and whether every reading has arrived, which also decides the exit code.
fn print(finished: &Finished) -> ExitCode {
    let report = &finished.report;
    let text = match Lang::current() {
        Lang::Chinese => &report.documents.markdown,
        Lang::English => &report.documents.english,
    };
    say!("\n{text}");
    for file in &report.files {
        say!("{}", file.display());
    }
    let data = &finished.data;
    say!("{}", words::demo_data(data, &data.join("hub.toml")));
    let mut gaps = Vec::new();
    for row in &finished.gateways {
        gaps.extend(
            row.gaps().iter().map(|(_, first, last)| format!("{} {first}-{last}", row.gateway)),
        );
    }
    let complete = finished.polled == finished.committed;
    let whole = complete && gaps.is_empty();
    let verdict = if complete { words::none_lost() } else { words::lost() };
    let gaps = if gaps.is_empty() { words::no_gaps() } else { Text::list(gaps) };
    let seconds = format!("{:.1}", finished.took.as_secs_f64());
    say!("\n{}", words::demo_result(finished.polled, finished.committed, verdict, gaps, seconds));
    if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
