//! `hanqing hub`

use std::process::ExitCode;

use clap::Args;

use crate::cli::config_args::ConfigArgs;
use crate::cli::language::as_daemon;
use crate::cli::runtime::{block_on_two_threads, stop_signal};
use crate::hub::Hub;
use crate::locales::{Text, office as words};
use crate::support::Clock;

/// The arguments of `hanqing hub`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[cfg(feature = "influx")]
    #[arg(long)]
    ingest_only: bool,
}

/// Runs the hub until a signal stops it.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    #[cfg(feature = "influx")]
    if arguments.ingest_only {
        let mut settings = arguments.config.load_ingester()?;
        settings.share.get_or_insert_with(|| SHARE.into());
        return serve(Hub::ingester(settings, Clock::system()));
    }
    let (settings, township) = arguments.config.load_hub()?;
    if let Some(broker) = &settings.broker {
        start_broker(broker.listen)?;
    }
    serve(Hub::open(settings, township, Clock::system(), false))
}

/// Group of hubs that share messages, if the configuration names none.
#[cfg(feature = "influx")]
const SHARE: &str = "hanqing";

fn serve(opening: impl Future<Output = anyhow::Result<Hub>>) -> anyhow::Result<ExitCode> {
    as_daemon(|| {
        block_on_two_threads(async {
            let stop = stop_signal()?;
            let hub = opening.await?;
            tracing::info!(page = %format!("http://{}/", hub.page_address()?), "hub running");
            hub.run(stop).await?;
            tracing::info!("hub stopped");
            Ok(ExitCode::SUCCESS)
        })
    })
}

/// What a build without a broker says instead of starting one.
#[cfg_attr(feature = "demo", allow(dead_code, reason = "a build with one"))]
const NO_BROKER: fn() -> Text = words::no_broker;

#[cfg(feature = "demo")]
fn start_broker(listen: std::net::SocketAddr) -> anyhow::Result<()> {
    use anyhow::Context;
    crate::mqtt::broker::start(listen)
        .with_context(|| words::cannot_start_broker(listen.to_string()))
}

#[cfg(not(feature = "demo"))]
fn start_broker(_listen: std::net::SocketAddr) -> anyhow::Result<()> {
    anyhow::bail!(NO_BROKER())
}
