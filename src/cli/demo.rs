//! `hanqing demo`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::runtime::{block_on_two_threads, stop_signal};
use crate::config;
use crate::demo::{self, Finished, Options};

/// Run the whole system on this machine: a simulated township through the drought of 2022.
///
/// Gateways, broker, hub, page and report are the real ones, on loopback; only the field devices and the speed of the
/// clock are simulated.
#[derive(Args)]
pub struct Arguments {
    /// Exit after the report; otherwise the page is served until Ctrl-C
    #[arg(long)]
    exit: bool,
    /// Directory for the report and the data
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Simulated days per second; 0 for as fast as possible
    #[arg(long, default_value_t = 1.0, value_name = "DAYS", value_parser = speed)]
    speed: f64,
    /// Seed of the simulated weather
    #[arg(long)]
    seed: Option<u64>,
    /// Port of the page on 127.0.0.1; 0 for any free port
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Ledger (CSV) to use instead of the example's
    #[arg(long, value_name = "CSV")]
    ledger: Option<PathBuf>,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed == 0.0 || (0.001..=1e6).contains(&speed) => Ok(speed),
        _ => Err("a number of days from 0.001 to 1000000, or 0".into()),
    }
}

/// Runs the demo.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let read = |path: &PathBuf| {
        std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
    };
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
            () = stop.cancelled() => anyhow::bail!("interrupted"),
            finished = demo::run(example, &options) => finished?,
        };
        let code = print(&finished);
        if arguments.exit {
            stop.cancel();
        } else {
            say!("\n页面继续开放 / still serving: http://{}/  (Ctrl-C 结束)", finished.page);
        }
        finished.serve(&stop).await?;
        Ok(code)
    })
}

/// Prints the report and whether every reading has arrived, which also decides the exit code.
fn print(finished: &Finished) -> ExitCode {
    let report = &finished.report;
    say!("\n{}", report.documents.markdown);
    for file in &report.files {
        say!("{}", file.display());
    }
    let data = &finished.data;
    say!(
        "{}  (数据 / data; hanqing report -c {})",
        data.display(),
        data.join("hub.toml").display()
    );
    let mut gaps = Vec::new();
    for row in &finished.gateways {
        gaps.extend(
            row.gaps().iter().map(|(_, first, last)| format!("{} {first}-{last}", row.gateway)),
        );
    }
    let complete = finished.polled == finished.committed;
    say!(
        "\nreadings polled {} = committed {}: {}   gaps: {}   {:.1} s",
        finished.polled,
        finished.committed,
        if complete { "none lost" } else { "LOST" },
        if gaps.is_empty() { "none".into() } else { gaps.join(", ") },
        finished.took.as_secs_f64()
    );
    if complete && gaps.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
