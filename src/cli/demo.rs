//! `hanqing demo`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::config;
use crate::demo::{self, Finished, Options};

/// Takes a simulated township through the drought of 2022: field devices, gateways, broker, hub, page and report, all on
/// this machine and all real but for the devices and the speed of the clock.
#[derive(Args)]
pub struct Arguments {
    /// End after the report; otherwise the page is served until Ctrl-C
    #[arg(long)]
    exit: bool,
    /// Directory for the report and the data
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Simulated days in a second; 0 for as fast as the machine goes
    #[arg(long, default_value_t = 1.0, value_name = "DAYS", value_parser = speed)]
    speed: f64,
    /// Seed of the weather: another seed, another year
    #[arg(long)]
    seed: Option<u64>,
    /// Port of the page on 127.0.0.1; 0 for any that is free
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Another ledger (CSV) in place of the example's
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
    let ledger = match &arguments.ledger {
        Some(path) => {
            Some(std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?)
        }
        None => None,
    };
    let example = config::example(ledger)?;
    let options = Options {
        days_per_second: arguments.speed,
        seed: arguments.seed,
        port: arguments.port,
        out: arguments.out,
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let stop = super::stop_signal()?;
        let finished = tokio::select! {
            () = stop.cancelled() => anyhow::bail!("interrupted"),
            finished = demo::run(example, &options) => finished?,
        };
        let code = show(&finished);
        if arguments.exit {
            stop.cancel();
        } else {
            say!("\n页面继续开放 / still serving: http://{}/  (Ctrl-C 结束)", finished.page);
        }
        finished.serve(&stop).await?;
        Ok(code)
    })
}

/// Prints what came of it. The code says whether every reading arrived.
fn show(finished: &Finished) -> ExitCode {
    let report = &finished.report;
    say!("\n{}", report.documents.markdown);
    for file in &report.files {
        say!("{}", file.display());
    }
    say!(
        "{}  (数据 / data; hanqing report -c {})",
        finished.data.display(),
        finished.data.join("hub.toml").display()
    );
    let gaps: Vec<String> = finished
        .gateways
        .iter()
        .flat_map(|row| {
            row.gaps()
                .into_iter()
                .map(move |(_, first, last)| format!("{} {first}-{last}", row.gateway))
        })
        .collect();
    say!(
        "\nreadings polled {} = committed {}: {}   gaps: {}   {:.1} s",
        finished.polled,
        finished.committed,
        if finished.polled == finished.committed { "none lost" } else { "LOST" },
        if gaps.is_empty() { "none".into() } else { gaps.join(", ") },
        finished.took.as_secs_f64()
    );
    if finished.polled == finished.committed && gaps.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
