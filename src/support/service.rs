//! What the manager that has started a service is told of it (sd_notify(3)), and how often it wants to hear that the
//! service gets on. Where none asks, nothing is said.

use std::time::Duration;

use sd_notify::NotifyState;

use crate::locales::Text;

/// The watchdog is fed this many times within its timeout.
const FEEDS_PER_TIMEOUT: u32 = 3;

/// The service is up, and does what `status` says: after its start, and after each reload, whatever that came to.
pub fn ready(status: &Text) {
    notify(&[NotifyState::Ready, NotifyState::Status(&status.to_string())]);
}

/// The service reads its configuration again; [`ready`] has to follow.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        // A unit of Type=notify-reload takes the message only with this time.
        Ok(now) => notify(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "cannot tell the service manager of a reload"),
    }
}

/// The whole process is about to end. A reload is no end: systemd kills what goes on after this.
pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// The service gets on.
pub fn feed() {
    notify(&[NotifyState::Watchdog]);
}

/// How often the service has to show that it gets on; `None` where nobody watches.
pub fn feed_period() -> Option<Duration> {
    let timeout = sd_notify::watchdog_enabled()?;
    Some((timeout / FEEDS_PER_TIMEOUT).max(Duration::from_millis(1)))
}

fn notify(states: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "cannot notify the service manager");
    }
}
