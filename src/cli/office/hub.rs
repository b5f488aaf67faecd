//! `hanqing hub`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{load, stop_signal};
use crate::config;
use crate::hub::Hub;
use crate::support::Clock;

/// The office side: takes readings in, keeps them, and shows the state of every water source.
#[derive(Args)]
pub struct Arguments {
    /// Configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Only takes in, beside other hubs that share the load: no page, no report. Needs [store.server]; each hub needs a client_id
    /// of its own, and all of them the same group in `share` (hanqing where none is given)
    #[cfg(feature = "influx")]
    #[arg(long)]
    ingest_only: bool,
    /// Overrides a setting, such as web.listen=127.0.0.1:8081
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::setting)]
    set: Vec<(String, String)>,
}

/// Runs the hub until a signal ends it.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    #[cfg(feature = "influx")]
    if arguments.ingest_only {
        return ingest_only(&arguments);
    }
    let Some((settings, township)) = load(config::load_hub(&arguments.config, &arguments.set))
    else {
        return Ok(ExitCode::from(super::CONFIGURATION));
    };
    if let Some(broker) = &settings.broker {
        start_broker(broker.listen)?;
    }
    serve(Hub::open(settings, township, Clock::system(), false))
}

/// Group of hubs that share messages, where the configuration names none.
#[cfg(feature = "influx")]
const SHARE: &str = "hanqing";

#[cfg(feature = "influx")]
fn ingest_only(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some(mut settings) = load(config::load_ingester(&arguments.config, &arguments.set)) else {
        return Ok(ExitCode::from(super::CONFIGURATION));
    };
    settings.share.get_or_insert_with(|| SHARE.into());
    serve(Hub::ingester(settings, Clock::system()))
}

/// Runs a hub until a signal ends it.
fn serve(opening: impl Future<Output = anyhow::Result<Hub>>) -> anyhow::Result<ExitCode> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let stop = stop_signal()?;
        let hub = opening.await?;
        tracing::info!(page = %format!("http://{}/", hub.page_address()?), "hub runs");
        hub.run(stop).await?;
        tracing::info!("hub ends");
        Ok(ExitCode::SUCCESS)
    })
}

#[cfg(feature = "demo")]
fn start_broker(listen: std::net::SocketAddr) -> anyhow::Result<()> {
    use anyhow::Context;
    crate::mqtt::broker::start(listen)
        .with_context(|| format!("cannot start the broker on {listen}"))
}

#[cfg(not(feature = "demo"))]
fn start_broker(_listen: std::net::SocketAddr) -> anyhow::Result<()> {
    anyhow::bail!(
        "this build has no broker of its own; use an external one, or build with --features demo"
    )
}
