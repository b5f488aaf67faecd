//! `hanqing hub`

use std::process::ExitCode;

use clap::Args;

use crate::cli::config_args::ConfigArgs;
use crate::cli::language::as_daemon;
use crate::cli::runtime::{block_on_two_threads, outlive_hangup, stop_signal};
use crate::config;
use crate::hub::Hub;
use crate::locales::{Text, office as words};
#[cfg(feature = "demo")]
use crate::mqtt::broker::BrokerEnd;
use crate::support::{Clock, Supervisor};

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
        let exposed = config::exposed_files_of_hub(&settings);
        return serve(&exposed, None, Hub::ingester(settings, Clock::system()));
    }
    let (settings, township) = arguments.config.load_hub()?;
    let broker = settings.broker.as_ref().map(|broker| start_broker(broker.listen)).transpose()?;
    let exposed = config::exposed_files_of_hub(&settings);
    serve(&exposed, broker, Hub::open(settings, township, Clock::system(), false))
}

/// Group of hubs that share messages, if the configuration names none.
#[cfg(feature = "influx")]
const SHARE: &str = "hanqing";

fn serve(
    exposed: &[Text],
    broker: Option<BrokerEnd>,
    opening: impl Future<Output = anyhow::Result<Hub>>,
) -> anyhow::Result<ExitCode> {
    as_daemon(|| {
        for file in exposed {
            tracing::warn!("{file}");
        }
        block_on_two_threads(async {
            let stop = stop_signal()?;
            outlive_hangup()?;
            let hub = opening.await?;
            tracing::info!(page = %hub.page_url()?, "hub running");
            // Not into the log: whoever has a link chooses the password.
            for (account, link) in hub.first_links().await? {
                say!("{}", words::first_link(account.name, link));
            }
            match broker {
                None => hub.run(stop).await?,
                Some(broker) => {
                    let mut tasks = Supervisor::new(stop.clone());
                    tasks.spawn("broker", broker.ended(stop.clone()));
                    tasks.spawn("hub", hub.run(stop));
                    tasks.run().await?;
                }
            }
            tracing::info!("hub stopped");
            Ok(ExitCode::SUCCESS)
        })
    })
}

/// What a build without a broker says instead of starting one.
#[cfg_attr(feature = "demo", allow(dead_code, reason = "a build with one"))]
const NO_BROKER: fn() -> Text = words::no_broker;

#[cfg(feature = "demo")]
fn start_broker(listen: std::net::SocketAddr) -> anyhow::Result<BrokerEnd> {
    use anyhow::Context;
    crate::mqtt::broker::start(listen)
        .with_context(|| words::cannot_start_broker(listen.to_string()))
}

#[cfg(not(feature = "demo"))]
fn start_broker(_listen: std::net::SocketAddr) -> anyhow::Result<BrokerEnd> {
    anyhow::bail!(NO_BROKER())
}

/// There is none in a build without a broker.
#[cfg(not(feature = "demo"))]
enum BrokerEnd {}

#[cfg(not(feature = "demo"))]
impl BrokerEnd {
    async fn ended(self, _stop: tokio_util::sync::CancellationToken) -> anyhow::Result<()> {
        match self {}
    }
}
