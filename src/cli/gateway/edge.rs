//! `hanqing edge`

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use rustix::fs::{Access, access};
use rustix::io::Errno;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::remote::{Next, Remote};
use crate::cli::config_args::ConfigArgs;
use crate::cli::language::as_daemon;
use crate::cli::reload;
use crate::cli::runtime::{block_on, stop_signal};
use crate::cli::usage::bail_usage;
use crate::config::{self, LoadedEdge};
use crate::edge::control::{ControlSocket, SocketError};
use crate::edge::pushed::RemoteLink;
use crate::edge::{Edge, EdgeSettings, EdgeWatch, RefusedReload};
use crate::locales::{Text, spool as words};
use crate::spool::{Spool, SpoolError};
use crate::support::files::{folder_of, with_suffix};
use crate::support::{Clock, service};

/// The arguments of `hanqing edge`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigArgs,
}

/// Runs the daemon until a signal stops it. SIGHUP makes it reload its configuration.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let own = arguments.config.load_edge()?;
    // The disk has a thread of its own.
    as_daemon(|| {
        warn(&own);
        let (mut remote, Next { mut loaded, mut before }) = Remote::open(&arguments.config, own);
        let mut starts = true;
        block_on(async {
            let stop = stop_signal()?;
            let mut hangup = signal(SignalKind::hangup())?;
            let mut refused = None;
            loop {
                let ends = stop.child_token();
                let (opened, mut watched) = watch::channel(None);
                let link = remote.link();
                let running = gateway(loaded.clone(), link, opened, refused.take(), ends.clone());
                tokio::pin!(running);
                let next = tokio::select! {
                    ended = &mut running => Err(ended),
                    next = reloaded(&mut hangup, &mut remote, &loaded, &mut watched) => Ok(next),
                };
                remote.ends();
                let starts = std::mem::replace(&mut starts, false);
                match (next, before.take()) {
                    (Ok(next), _) => {
                        ends.cancel();
                        running.await?;
                        tracing::info!("configuration reloaded");
                        Next { loaded, before } = next;
                    }
                    // A configuration that cannot run must not stop the measuring.
                    (Err(Err(error)), Some(before)) if !stop.is_cancelled() => {
                        let problems = reload::failed(&error);
                        remote.failed(&problems, starts);
                        refused = Some(refusal(problems));
                        loaded = before;
                    }
                    (Err(ended), _) => return ended.map(|()| ExitCode::SUCCESS),
                }
            }
        })
    })
}

/// Waits for SIGHUP, or for what the office pushes, and returns the new configuration. One with problems is logged and
/// ignored. While readings wait in memory for the disk the reload waits too, because those readings would be lost with
/// the gateway that holds them.
async fn reloaded(
    hangup: &mut Signal,
    remote: &mut Remote,
    running: &LoadedEdge,
    watched: &mut watch::Receiver<Option<EdgeWatch>>,
) -> Next {
    loop {
        tokio::select! {
            hung_up = hangup.recv() => if hung_up.is_none() {
                std::future::pending::<()>().await;
            },
            next = remote.next(running, watched) => return next,
        }
        service::reloading();
        match remote.reload(running) {
            Ok(next) => {
                warn(&next.loaded);
                let running = watched.borrow().clone();
                if let Some(EdgeWatch { mut spool, .. }) = running {
                    if spool.borrow().unwritten > 0 {
                        tracing::warn!("readings wait for the disk; the reload waits for them");
                    }
                    // An error means that the spool's thread is gone; then nothing waits.
                    let _gone = spool.wait_for(|keeper| keeper.unwritten == 0).await.is_err();
                }
                return next;
            }
            Err(problems) => {
                let problems = reload::not_taken(reload::said(&problems));
                if let Some(running) = &*watched.borrow() {
                    running.refused.send_replace(Some(refusal(problems)));
                }
            }
        }
    }
}

/// Logs what is not wrong but should be changed: secrets that every user of this machine can read, and a spool that a
/// power cut empties.
fn warn((settings, _): &LoadedEdge) {
    let exposed = config::exposed_files_of_gateway(settings).into_iter();
    for warning in exposed.chain(config::gateway_files_in_memory(settings)) {
        tracing::warn!("{warning}");
    }
    for problem in config::unused_profiles(settings) {
        tracing::warn!(%problem, "a device profile that no device uses is wrong");
    }
}

fn refusal(problems: Vec<Text>) -> RefusedReload {
    RefusedReload { at: Clock::system().now(), problems }
}

/// Runs one gateway until `stop` and sends a handle to watch it by to `opened`. `refused` is the configuration that was
/// to replace its own.
async fn gateway(
    (settings, profiles): LoadedEdge,
    link: Option<RemoteLink>,
    opened: watch::Sender<Option<EdgeWatch>>,
    refused: Option<RefusedReload>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let name = settings.gateway.clone();
    // The socket comes before the spool: a second gateway on the same configuration must touch nothing.
    let socket = control_socket(&settings.socket_path())?;
    let Some(spool) = open_spool(&settings, &stop).await? else {
        return Ok(());
    };
    let clock = Clock::validated(settings.clock.trust, spool.known_time()?);
    let mut edge = Edge::open(settings, &profiles, spool, clock)?;
    if let Some(socket) = socket {
        edge.answer_at(socket);
    }
    if let Some(link) = link {
        edge.hears(link);
    }
    let watch = edge.watch();
    watch.refused.send_replace(refused);
    opened.send_replace(Some(watch));
    tracing::info!(gateway = %name, buses = edge.bus_count(), "gateway running");
    edge.run(stop).await?;
    tracing::info!(gateway = %name, "gateway stopped");
    Ok(())
}

const OPEN_AGAIN: Duration = Duration::from_secs(10);

/// Opens the spool, or returns `None` once `stop` is cancelled. A full or read-only disk may recover, so it is retried;
/// exiting and being restarted would gain nothing.
async fn open_spool(
    settings: &EdgeSettings,
    stop: &CancellationToken,
) -> anyhow::Result<Option<Spool>> {
    let mut logged = false;
    loop {
        let error = match Edge::spool(settings, Clock::system().now()) {
            Ok(spool) => return Ok(Some(spool)),
            Err(error)
                if error.may_pass() && settings.spool.path.parent().is_some_and(Path::is_dir) =>
            {
                error
            }
            // Started again, it would meet the same file.
            Err(SpoolError::Foreign { path }) => bail_usage!(words::no_spool(&path)),
            Err(error) => return Err(error.into()),
        };
        if let Some((path, owner)) = closed_to_us(&settings.spool.path) {
            let folder = folder_of(&settings.spool.path);
            return Err(anyhow::Error::msg(words::not_ours(&path, owner, folder)));
        }
        if !logged {
            logged = true;
            let error = format!("{:#}", anyhow::Error::from(error));
            tracing::error!(
                error,
                again_s = OPEN_AGAIN.as_secs(),
                "cannot open the spool; nothing is read until it opens"
            );
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(None),
            () = tokio::time::sleep(OPEN_AGAIN) => {}
        }
    }
}

/// What of the spool this user may not write, its folder or a file, and the user that it belongs to: as a rule root has
/// made it with a command. That does not pass by itself.
fn closed_to_us(spool: &Path) -> Option<(PathBuf, String)> {
    let files = ["", "-wal", "-shm"].map(|suffix| with_suffix(spool, suffix));
    let files = files.into_iter().map(|file| (file, Access::READ_OK));
    let folder = (folder_of(spool).to_owned(), Access::EXEC_OK);
    std::iter::once(folder).chain(files).find_map(|(path, right)| {
        // Asked of the system: opening and closing the file would drop the locks of this process on it.
        let asked = access(&path, right | Access::WRITE_OK);
        let owner = asked.is_err_and(|why| why == Errno::ACCESS).then(|| path.metadata().ok());
        let owner = owner.flatten()?.uid();
        Some((path, if owner == 0 { "root".into() } else { owner.to_string() }))
    })
}

/// Takes the socket for a technician's commands. A gateway measures even if the system cannot provide one.
fn control_socket(path: &Path) -> anyhow::Result<Option<ControlSocket>> {
    match ControlSocket::open(path) {
        Ok(socket) => Ok(Some(socket)),
        Err(error @ SocketError::Io { .. }) => {
            tracing::warn!(%error, "this gateway will not answer commands");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
