//! Tells systemd that the hub has started, and feeds its watchdog only while the hub gets on.
//!
//! What shows that it gets on is the thread that owns the store: everything that comes passes it, one job after the
//! other. A job is bounded (a portion of messages, a portion of hours to fold), and one that fails, be it since the
//! disk is full or another program has locked the file, ends all the same. A thread that waits for a server gets on as
//! well: each wait has a limit. Only one that hangs does neither, and that a start anew may cure. Work without a bound
//! is done elsewhere: retention, corrections and revocations on connections of their own, a portion at a time, pages
//! and documents on threads of their own, a backup in a process of its own. The question itself is asked by the
//! runtime, which has to turn for it.

use tokio_util::sync::CancellationToken;

use crate::locales::cli::configuration_not_taken;
use crate::locales::hub as words;
use crate::store::StoreHandle;
use crate::support::service;

/// Feeds the watchdog, if there is one, until `stop`. Whether the hub goes on with an old configuration, since the new
/// one was not taken, is said as well.
pub(super) async fn feed(
    store: StoreHandle,
    keeps_old: bool,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    service::ready(&match keeps_old {
        true => configuration_not_taken(),
        false => words::service_runs(),
    });
    let Some(period) = service::feed_period() else {
        stop.cancelled().await;
        return Ok(());
    };
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut waits_seen = 0;
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = ticks.tick() => {}
        }
        let mut turn = std::pin::pin!(store.turn());
        let mut said = false;
        // One question at a time: those that nobody answers must not fill the thread's queue.
        let ended = loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                ended = &mut turn => break ended,
                () = tokio::time::sleep(period) => {
                    if store.waits().go_on(&mut waits_seen) {
                        service::feed();
                    } else if !std::mem::replace(&mut said, true) {
                        tracing::error!("the store's thread does not answer; the watchdog is not fed");
                    }
                }
            }
        };
        match ended {
            Ok(()) => service::feed(),
            // Intake ends of it, and the hub with it.
            Err(error) => tracing::error!(%error, "the watchdog is not fed"),
        }
    }
}
