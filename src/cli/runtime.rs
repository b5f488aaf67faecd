//! Runtimes for the commands, and the signal that stops them.

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Runs `work` on one thread. That is enough for a gateway and costs the least memory.
#[cfg(feature = "edge")]
pub fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Runs `work` on two threads, so that the page answers while the store is busy.
#[cfg(feature = "hub")]
pub fn block_on_two_threads<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(work)
}

/// Returns a token that is cancelled when the process receives SIGTERM or Ctrl-C, of which the service manager is told.
pub fn stop_signal() -> std::io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let cancelled = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        #[cfg(any(feature = "edge", feature = "hub"))]
        crate::support::service::stopping();
        cancelled.cancel();
    });
    Ok(stop)
}
