//! From the spool to the broker, until the hub has committed it, or where it is told so, the broker taken it.
//!
//! Two lanes share a connection: what is new goes at once, batch by batch; the backlog follows, oldest first and several batches to
//! a message, as far as the link has room for it.

mod connection;
mod pace;
mod unconfirmed;
mod windows;

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::connection::{Delivery, Ended, clock_state};
use self::pace::Budget;
use self::windows::Hour;
pub use self::windows::Window;
use super::settings::{Confirm, EdgeSettings, UplinkSettings};
use crate::core::GatewayId;
use crate::mqtt::uplink::Uplink;
use crate::mqtt::{MqttError, MqttSettings};
use crate::spool::SpoolHandle;
use crate::support::{Backoff, Clock, Stopwatch, chance};
use crate::wire::{Birth, ClockState};

/// Waits between connections: at once after a hiccup, five minutes where the broker stays away.
const RECONNECT: Backoff =
    Backoff { first: Duration::from_secs(1), most: Duration::from_secs(300) };

/// A connection that has lived this long was a good one: the next failure is the first again. Shorter ones are a broker
/// that kicks us out, and must not be stormed.
const GOOD_LIFE: Duration = Duration::from_secs(60);

/// Connections that end sooner than this, twice in a row, are ended by the broker: another client has come by our name, or the
/// broker has banned it.
const KICKED_WITHIN: Duration = Duration::from_secs(5);

/// How delivery does, for whoever asks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DeliveryStatus {
    /// Since when there is a connection to the broker.
    pub connected_since: Option<Timestamp>,
    /// Why there is none.
    pub problem: Option<String>,
    /// When the next connection is made, where it is not made at once.
    pub next_at: Option<Timestamp>,
    /// When the hub last acknowledged something.
    pub acknowledged_at: Option<Timestamp>,
    /// Connections made since the start.
    pub connections: u64,
    /// Messages sent since the start.
    pub messages: u64,
    /// Bytes sent and received since the start, with an estimate of what the network adds.
    pub bytes: u64,
    /// The month and what has been used of its budget.
    pub month: Option<(String, u64)>,
    /// Why something waits though there is a connection.
    pub waits_for: Option<WaitsFor>,
}

/// What sending waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// The month's budget is used up.
    Budget,
    /// What the month's days up to now may use is used up: the backlog waits.
    DaysShare,
}

/// What delivery has to know and to hand in.
pub(super) struct Deliverer {
    mqtt: MqttSettings,
    uplink: UplinkSettings,
    confirm: Confirm,
    hold: Duration,
    gateway: GatewayId,
    birth: Birth,
    spool: SpoolHandle,
    clock: Clock,
    status: watch::Sender<DeliveryStatus>,
    budget: Budget,
}

impl Deliverer {
    /// Delivers by `settings` what is in `spool`, where `traffic` is what has been noted of a month's.
    pub fn new(
        settings: &EdgeSettings,
        birth: Birth,
        spool: SpoolHandle,
        traffic: (String, u64),
        clock: Clock,
    ) -> Self {
        let most = settings.uplink.monthly_mb.map(|mb| u64::from(mb) << 20);
        Self {
            mqtt: settings.mqtt.clone(),
            uplink: settings.uplink.clone(),
            confirm: settings.confirm,
            hold: Duration::from_secs(60 * u64::from(settings.clock.hold_min)),
            gateway: settings.gateway.clone(),
            birth,
            spool,
            clock,
            status: watch::Sender::default(),
            budget: Budget::new(most, traffic),
        }
    }

    /// How it does.
    pub fn status(&self) -> watch::Receiver<DeliveryStatus> {
        self.status.subscribe()
    }

    fn local(&self) -> ZonedDateTime {
        self.clock.now().to_zoned_datetime(TimeZone::system())
    }

    /// Delivers what is in the spool, and what comes, until `stop`.
    ///
    /// # Errors
    /// The spool's thread is gone, the settings cannot describe a broker, or a file that they name cannot be used at the start. A
    /// broker that is away is no error.
    pub async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let (mut failures, mut kicked) = (0, 0);
        let mut begun = false;
        let mut rests_until = None;
        loop {
            if let Some(next) = self.closed_until(rests_until.take()) {
                self.status.send_modify(|s| (s.next_at, s.problem) = (Some(next), None));
                tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    () = self.clock.sleep_until(next) => continue,
                }
            }
            let life = Stopwatch::start();
            let mut was_connected = false;
            let acknowledged = self.confirm == Confirm::Hub;
            let clock = clock_state(self.clock.base());
            let connecting = Uplink::connect(
                &self.mqtt,
                &self.gateway,
                &self.birth,
                acknowledged,
                (self.clock.now(), clock),
            );
            let ended = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                connected = connecting => match connected {
                    Ok(uplink) => {
                        was_connected = true;
                        tracing::info!(gateway = %self.gateway, "connected to the broker");
                        self.deliver(uplink, clock, &stop).await?
                    }
                    Err(error) if error.is_final(begun) => return Err(error.into()),
                    Err(error) => Ended::Lost(error),
                },
            };
            begun = true;
            self.status.send_modify(|s| s.connected_since = None);
            let error = match ended {
                Ended::Stopped => return Ok(()),
                Ended::Rests => {
                    let hour = windows::hour(&self.uplink.windows, &self.local());
                    if let Hour::Open(until) = hour {
                        rests_until = Some(until);
                    }
                    continue;
                }
                Ended::Renewed => continue,
                Ended::Lost(error) => error,
            };
            if let MqttError::Renewed { .. } = error {
                tracing::info!(gateway = %self.gateway, "{error}");
                failures = 0;
                continue;
            }
            let lived = life.elapsed();
            failures = if lived >= GOOD_LIFE { 1 } else { failures + 1 };
            kicked = if was_connected && lived < KICKED_WITHIN { kicked + 1 } else { 0 };
            let mut problem = error.to_string();
            if kicked >= 2 {
                problem = format!(
                    "{problem}; ended {kicked} times within {} s of its beginning: another client uses the id hanqing-{}, or the broker bans it",
                    KICKED_WITHIN.as_secs(),
                    self.gateway
                );
            }
            let wait = RECONNECT.wait(failures, chance::unit());
            tracing::warn!(gateway = %self.gateway, error = problem, wait_s = wait.as_secs_f32(), "no broker; readings stay in the spool");
            self.status.send_modify(|s| s.problem = Some(problem));
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Until when no connection is to be made.
    fn closed_until(&self, rests_until: Option<Timestamp>) -> Option<Timestamp> {
        match windows::hour(&self.uplink.windows, &self.local()) {
            Hour::Closed(next) => Some(next),
            Hour::Open(_) => rests_until,
        }
    }

    async fn deliver(
        &mut self,
        uplink: Uplink,
        clock: ClockState,
        stop: &CancellationToken,
    ) -> anyhow::Result<Ended> {
        Delivery::new(self, uplink, clock).run(stop).await
    }
}
