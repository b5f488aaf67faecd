//! `hanqing edge`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{load, stop_signal};
use crate::config;
use crate::device::Profile;
use crate::edge::desk::{Place, PlaceError};
use crate::edge::{Edge, EdgeSettings, EdgeWatch};
use crate::spool::Spool;
use crate::support::Clock;

/// The gateway daemon: reads sensors over Modbus, keeps every reading in the spool, and sends it until the hub has it.
///
/// It starts when its configuration is valid and its spool can be written; broker and devices may come later.
#[derive(Args)]
pub struct Arguments {
    /// Configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Overrides a setting, such as mqtt.url=mqtt://127.0.0.1:1883
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::setting)]
    set: Vec<(String, String)>,
}

type Loaded = (EdgeSettings, BTreeMap<String, Profile>);

/// Runs the daemon until a signal ends it. At SIGHUP it reads its configuration anew.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Some(mut loaded) = load(config::load_edge(&arguments.config, &arguments.set)) else {
        return Ok(ExitCode::from(super::CONFIGURATION));
    };
    // One thread is enough for a gateway, and costs the least memory; the disk has a thread of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = stop_signal()?;
        let mut hangup = signal(SignalKind::hangup())?;
        let mut before: Option<Loaded> = None;
        loop {
            let ends = stop.child_token();
            let (opened, watched) = watch::channel(None);
            let running = gateway(loaded.clone(), opened, ends.clone());
            tokio::pin!(running);
            let next = tokio::select! {
                ended = &mut running => Err(ended),
                next = reloaded(&mut hangup, &arguments, &watched) => Ok(next),
            };
            match (next, before.take()) {
                (Ok(next), _) => {
                    ends.cancel();
                    running.await?;
                    tracing::info!("the configuration has been read anew");
                    before = Some(std::mem::replace(&mut loaded, next));
                }
                // Whole or not at all: what cannot run is no reason to stop measuring.
                (Err(Err(error)), Some(before)) if !stop.is_cancelled() => {
                    tracing::error!(
                        "the new configuration cannot be used, the old one stays: {error:#}"
                    );
                    loaded = before;
                }
                (Err(ended), _) => return ended.map(|()| ExitCode::SUCCESS),
            }
        }
    })
}

/// The configuration, after SIGHUP has come and it was read without a problem. Problems are logged, and change nothing. While
/// readings wait in memory for the disk it has to wait too: they would not outlive the gateway that holds them.
async fn reloaded(
    hangup: &mut Signal,
    arguments: &Arguments,
    watched: &watch::Receiver<Option<EdgeWatch>>,
) -> Loaded {
    loop {
        if hangup.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
        match config::load_edge(&arguments.config, &arguments.set) {
            Ok(loaded) => {
                let running = watched.borrow().clone();
                if let Some(EdgeWatch { mut spool, .. }) = running {
                    if spool.borrow().unwritten > 0 {
                        tracing::warn!(
                            "readings wait for the disk; the new configuration is taken after them"
                        );
                    }
                    // Where the spool's thread is gone, nothing waits.
                    let _gone = spool.wait_for(|keeper| keeper.unwritten == 0).await.is_err();
                }
                return loaded;
            }
            Err(problems) => {
                for problem in problems {
                    tracing::error!("the configuration stays as it was: {problem}");
                }
            }
        }
    }
}

/// A gateway, until `stop`. What can be watched of it goes to `opened`.
async fn gateway(
    (settings, profiles): Loaded,
    opened: watch::Sender<Option<EdgeWatch>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let name = settings.gateway.clone();
    // Before the spool is opened: of two gateways on one configuration the second touches nothing.
    let place = place(&settings.socket_path())?;
    let Some(spool) = open_spool(&settings, &stop).await? else {
        return Ok(());
    };
    let clock = Clock::kept(settings.clock.trust, spool.known_time()?);
    let mut edge = Edge::open(settings, &profiles, spool, clock)?;
    if let Some(place) = place {
        edge.answer_at(place);
    }
    opened.send_replace(Some(edge.watch()));
    tracing::info!(gateway = %name, buses = edge.bus_count(), "gateway runs");
    edge.run(stop).await?;
    tracing::info!(gateway = %name, "gateway ends");
    Ok(())
}

/// Time between two attempts to open a spool that may be there later.
const OPEN_AGAIN: Duration = Duration::from_secs(10);

/// The spool; `None` where `stop` came first. A disk that is full or can only be read may pass: it is waited for, since to end and
/// be started again would change nothing.
async fn open_spool(
    settings: &EdgeSettings,
    stop: &CancellationToken,
) -> anyhow::Result<Option<Spool>> {
    let mut told = false;
    loop {
        let error = match Edge::spool(settings, Clock::system().now()) {
            Ok(spool) => return Ok(Some(spool)),
            Err(error)
                if error.may_pass() && settings.spool.path.parent().is_some_and(Path::is_dir) =>
            {
                error
            }
            Err(error) => return Err(error.into()),
        };
        if !told {
            told = true;
            let error = format!("{:#}", anyhow::Error::from(error));
            tracing::error!(
                error,
                again_s = OPEN_AGAIN.as_secs(),
                "no spool yet; nothing is read until it can be opened"
            );
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(None),
            () = tokio::time::sleep(OPEN_AGAIN) => {}
        }
    }
}

/// The place of the socket for a technician's commands. A gateway for which the system has none measures all the same.
fn place(path: &Path) -> anyhow::Result<Option<Place>> {
    match Place::take(path) {
        Ok(place) => Ok(Some(place)),
        Err(error @ PlaceError::Io { .. }) => {
            tracing::warn!(%error, "no commands can be answered while it runs");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
