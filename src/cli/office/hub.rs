//! `hanqing hub`

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::cli::config_args::ConfigArgs;
use crate::cli::language::as_daemon;
use crate::cli::reload;
use crate::cli::runtime::{block_on_two_threads, stop_signal};
use crate::cli::usage::ConfigurationProblems;
use crate::config::{self, LoadedHub};
use crate::hub::{Hub, HubSettings, HubState};
use crate::locales::{Text, office as words};
#[cfg(feature = "demo")]
use crate::mqtt::broker::BrokerEnd;
use crate::support::{Clock, Stopwatch, Supervisor, service};
use crate::users::Account;

/// The arguments of `hanqing hub`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
    #[cfg(feature = "influx")]
    #[arg(long)]
    ingest_only: bool,
}

/// Runs the hub until a signal stops it. SIGHUP makes it reload its configuration.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    #[cfg(feature = "influx")]
    if arguments.ingest_only {
        let settings = arguments.config.load_ingester()?;
        return serve(Source::ingester(arguments), Loaded::ingester(settings));
    }
    let loaded = arguments.config.load_hub()?;
    serve(Source::office(arguments), Loaded::Office(Box::new(loaded)))
}

fn serve(source: Source, loaded: Loaded) -> anyhow::Result<ExitCode> {
    let broker = loaded.settings().broker.as_ref();
    let broker = broker.map(|broker| start_broker(broker.listen)).transpose()?;
    as_daemon(|| {
        loaded.warn();
        block_on_two_threads(async {
            let stop = stop_signal()?;
            let hangup = signal(SignalKind::hangup())?;
            let serving = hubs(source, loaded, hangup, stop.clone());
            match broker {
                None => serving.await?,
                Some(broker) => {
                    let mut tasks = Supervisor::new(stop.clone());
                    tasks.spawn("broker", broker.ended(stop));
                    tasks.spawn("hub", serving);
                    tasks.run().await?;
                }
            }
            tracing::info!("hub stopped");
            Ok(ExitCode::SUCCESS)
        })
    })
}

/// A hub that ends so soon after a reload has been ended by its new configuration, such as a broker's certificate that
/// cannot be used. Engineering judgement.
const TRIED_FOR: Duration = Duration::from_secs(60);

/// Runs one hub after the other, each on the configuration that was read last, until `stop`. One that cannot run must
/// not stop the taking in: the one before stays in force.
async fn hubs(
    source: Source,
    mut loaded: Loaded,
    mut hangup: Signal,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut before: Option<Loaded> = None;
    let mut not_taken = None;
    let mut is_first = true;
    loop {
        let ends = stop.child_token();
        let begun = Stopwatch::start();
        let ended = match loaded.open().await {
            Err(error) => Err(error),
            Ok(hub) => {
                if let Some((at, problems)) = not_taken.take() {
                    hub.state().note_not_taken(at, problems);
                }
                tracing::info!(page = %hub.page_url()?, "hub running");
                if std::mem::take(&mut is_first) {
                    say_first_links(hub.first_links().await?);
                }
                let state = hub.state();
                let running = hub.run(ends.clone());
                tokio::pin!(running);
                tokio::select! {
                    ended = &mut running => ended,
                    next = source.reloaded(&mut hangup, &loaded, &state) => {
                        ends.cancel();
                        if let Err(error) = running.await {
                            // What it still had comes again: it was not acknowledged.
                            tracing::error!("before the reload the hub did not end in order: {error:#}");
                        }
                        tracing::info!("configuration reloaded");
                        before = Some(std::mem::replace(&mut loaded, next));
                        continue;
                    }
                }
            }
        };
        match (ended, before.take()) {
            (Err(error), Some(before)) if !stop.is_cancelled() && begun.elapsed() < TRIED_FOR => {
                not_taken = Some((Clock::system().now(), reload::failed(&error)));
                loaded = before;
            }
            (ended, _) => return ended,
        }
    }
}

/// Says where administrators choose their first password. Not into the log: whoever has a link chooses it.
fn say_first_links(links: Vec<(Account, String)>) {
    for (account, link) in links {
        say!("{}", words::first_link(account.name, link));
    }
}

/// The whole configuration of a hub.
enum Loaded {
    Office(Box<LoadedHub>),
    #[cfg(feature = "influx")]
    Ingester(Box<HubSettings>),
}

impl Loaded {
    #[cfg(feature = "influx")]
    fn ingester(mut settings: HubSettings) -> Self {
        settings.share.get_or_insert_with(|| SHARE.into());
        Self::Ingester(Box::new(settings))
    }

    fn settings(&self) -> &HubSettings {
        match self {
            Self::Office(loaded) => &loaded.0,
            #[cfg(feature = "influx")]
            Self::Ingester(settings) => settings,
        }
    }

    /// Logs what is not wrong but should be changed.
    fn warn(&self) {
        let settings = self.settings();
        let exposed = config::exposed_files_of_hub(settings).into_iter();
        for warning in exposed.chain(config::hub_files_in_memory(settings)) {
            tracing::warn!("{warning}");
        }
    }

    async fn open(&self) -> anyhow::Result<Hub> {
        let clock = Clock::system();
        match self {
            Self::Office(loaded) => {
                let (settings, township) = loaded.as_ref().clone();
                Hub::open(settings, township, clock, false).await
            }
            #[cfg(feature = "influx")]
            Self::Ingester(settings) => Hub::ingester(settings.as_ref().clone(), clock).await,
        }
    }
}

/// Group of hubs that share messages, if the configuration names none.
#[cfg(feature = "influx")]
const SHARE: &str = "hanqing";

/// Where the configuration is read from.
struct Source {
    config: ConfigArgs,
    #[cfg(feature = "influx")]
    ingests_only: bool,
}

impl Source {
    fn office(arguments: &Arguments) -> Self {
        Self {
            config: arguments.config.clone(),
            #[cfg(feature = "influx")]
            ingests_only: false,
        }
    }

    #[cfg(feature = "influx")]
    fn ingester(arguments: &Arguments) -> Self {
        Self { config: arguments.config.clone(), ingests_only: true }
    }

    fn read(&self) -> Result<Loaded, ConfigurationProblems> {
        #[cfg(feature = "influx")]
        if self.ingests_only {
            return self.config.load_ingester().map(Loaded::ingester);
        }
        Ok(Loaded::Office(Box::new(self.config.reload_hub()?)))
    }

    /// Waits for SIGHUP and returns the new configuration. One that cannot take the place of `running` is logged,
    /// noted in `state`, and ignored.
    async fn reloaded(&self, hangup: &mut Signal, running: &Loaded, state: &HubState) -> Loaded {
        loop {
            if hangup.recv().await.is_none() {
                std::future::pending::<()>().await;
            }
            service::reloading();
            let problems = match self.read() {
                Ok(next) => match needs_restart(running.settings(), next.settings()) {
                    None => {
                        next.warn();
                        return next;
                    }
                    Some(why) => reload::not_taken(vec![why]),
                },
                Err(problems) => reload::not_taken(reload::said(&problems)),
            };
            state.note_not_taken(Clock::system().now(), problems);
        }
    }
}

/// What of a new configuration a running process cannot take: its own broker runs until the process ends.
fn needs_restart(running: &HubSettings, next: &HubSettings) -> Option<Text> {
    let listens = |settings: &HubSettings| match &settings.broker {
        Some(broker) => Text::verbatim(broker.listen),
        None => words::broker_listens_nowhere(),
    };
    let (old, new) = (listens(running), listens(next));
    (old != new).then(|| words::broker_stays(old, new))
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
    async fn ended(self, _stop: CancellationToken) -> anyhow::Result<()> {
        match self {}
    }
}
