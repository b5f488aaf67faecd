//! The reports of the gateway on their way: where a broker ends connections over them, they are done without.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::wire::GatewayReport;

/// Connections in a row that end while a report is on its way, before none is sent for a while: a broker that does not
/// know the topic may end the connection over it (MQTT 3.1.1, 3.3.5). Engineering judgement.
const ENDED_MAX: u32 = 3;

/// When reports are tried again: somebody may have set up the broker for them. Engineering judgement.
const AGAIN: Duration = Duration::from_secs(24 * 3600);

/// The newest report, and whether any is sent.
#[derive(Default)]
pub(super) struct Reports {
    made: Option<watch::Receiver<Option<Arc<GatewayReport>>>>,
    /// Connections in a row that have ended with a report on its way.
    ended: u32,
    /// When that became too many, by the time of this run.
    since: Duration,
}

impl Reports {
    pub fn of(made: watch::Receiver<Option<Arc<GatewayReport>>>) -> Self {
        Self { made: Some(made), ..Self::default() }
    }

    /// What was made for the connection before counts for nothing over a new one: another follows.
    pub fn connected(&mut self) {
        if let Some(made) = &mut self.made {
            made.mark_unchanged();
        }
    }

    /// The next report; it never comes where nobody makes any. Cancel safe.
    pub async fn next(&mut self) -> Arc<GatewayReport> {
        while let Some(made) = &mut self.made {
            if made.changed().await.is_err() {
                self.made = None;
                break;
            }
            if let Some(report) = made.borrow_and_update().clone() {
                return report;
            }
        }
        std::future::pending().await
    }

    /// Whether one may be sent at `now`.
    pub fn may_send(&self, now: Duration) -> bool {
        self.ended < ENDED_MAX || now.saturating_sub(self.since) >= AGAIN
    }

    /// Notes the end of a connection at `now`: whether it was lost with a report on its way. Returns whether reports
    /// are left out from now on.
    pub fn disconnected(&mut self, lost_with_one: bool, now: Duration) -> bool {
        if !lost_with_one {
            // Over a connection without any nothing was found out.
            if self.ended < ENDED_MAX {
                self.ended = 0;
            }
            return false;
        }
        self.ended = self.ended.saturating_add(1);
        self.since = now;
        self.ended == ENDED_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_that_ends_connections_over_reports_gets_none_for_a_day() {
        let mut reports = Reports::default();
        let at = Duration::from_secs;
        assert!(!reports.disconnected(true, at(1)) && !reports.disconnected(true, at(2)));
        assert!(!reports.disconnected(false, at(3)) && reports.may_send(at(3)));
        assert!(!reports.disconnected(true, at(4)) && !reports.disconnected(true, at(5)));
        assert!(reports.disconnected(true, at(6)) && !reports.may_send(at(6)));
        assert!(!reports.disconnected(false, at(3600)) && !reports.may_send(at(3600)));
        assert!(reports.may_send(at(6) + AGAIN));
        assert!(!reports.disconnected(true, at(7) + AGAIN) && !reports.may_send(at(8) + AGAIN));
    }
}
