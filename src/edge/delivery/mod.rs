//! Delivery: from the spool to the broker, until the hub, or the broker where so configured, has each batch.
//!
//! Two lanes share a connection. New batches go at once, one by one. The backlog follows, oldest first and several
//! batches to a message, as fast as the link has room for it. What has failed goes between the two, ever more seldom,
//! and where its size may be the reason alone.

mod clock_said;
mod connection;
mod pace;
mod pushed;
mod reports;
mod retries;
mod sizes;
mod unconfirmed;
mod windows;

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::clock_said::ClockSaid;
use self::connection::{ConnectionEnd, Delivery};
use self::pace::Budget;
use self::pushed::Pushed;
use self::reports::Reports;
use self::retries::Retries;
use self::sizes::Sizes;
use self::windows::Schedule;
pub use self::windows::Window;
use super::pushed::RemoteLink;
use super::settings::{Confirm, EdgeSettings};
use crate::locales::Text;
use crate::mqtt::uplink::{self, Listens, Uplink};
use crate::mqtt::{CertificateEnd, MqttError, Reconnect};
use crate::spool::SpoolHandle;
use crate::support::{Backoff, Clock, Seldom, Stopwatch};
use crate::wire::{Birth, Epoch, GatewayReport};

/// How often the log repeats why there is no broker. Engineering judgement: as often as other lines that go on and on.
const SAID_AGAIN: Duration = Duration::from_secs(60);

/// Waits between connections: short after a hiccup, up to five minutes while the broker stays unreachable.
const RECONNECT: Backoff =
    Backoff { first: Duration::from_secs(1), most: Duration::from_secs(300) };

/// The `message_size_limit` that a broker needs for every message of ours: the largest has 262,144 bytes and a topic.
pub const BROKER_MESSAGE_MAX: u32 = 270_000;

/// The state of delivery, for `hanqing status` and the metrics.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DeliveryStatus {
    /// When the current connection to the broker was made.
    pub connected_since: Option<Timestamp>,
    /// The version of MQTT spoken over the last connection: "5" or "3.1.1".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// Why there is no connection.
    pub problem: Option<Text>,
    /// When the last attempt or connection failed, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<(Timestamp, Text)>,
    /// What is doubtful about the certificates of the connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Text>,
    /// When the certificates of the last connection end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<CertificateEnd>,
    /// When the next connection will be made, if a window of connection decides that.
    pub next_at: Option<Timestamp>,
    /// When the hub last acknowledged something.
    pub acknowledged_at: Option<Timestamp>,
    /// Since when the hub has acknowledged nothing, although the broker takes what is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_since: Option<Timestamp>,
    /// That the broker refuses what is sent, as MQTT 5 says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<BrokerRefusal>,
    /// Batches that are too large for the broker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub too_large: Option<SetAside>,
    /// Batches that the hub does not acknowledge, although it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered: Option<SetAside>,
    /// Connections made since the start.
    pub connections: u64,
    /// Messages sent since the start.
    pub messages: u64,
    /// Bytes sent and received since the start, including an estimate of the network's overhead.
    pub bytes: u64,
    /// The month, and the bytes of its budget that are used.
    pub month: Option<(String, u64)>,
    /// Why something waits although there is a connection.
    pub waits_for: Option<WaitsFor>,
    /// Whether the time was waited for long enough: readings are sent as suspect until it is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sends_suspect: bool,
    /// By how many seconds this clock is ahead of the hub's, below zero behind, where they are too far apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead_of_hub_s: Option<i64>,
}

/// Messages of readings that the broker has refused one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BrokerRefusal {
    pub since: Timestamp,
    pub count: u64,
    /// Of the last one.
    pub reason: Text,
}

/// Batches that wait in the spool and are tried ever more seldom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    pub batches: u64,
    /// The number of the first of them.
    pub seq: u64,
    /// Its size as sent.
    pub bytes: u64,
}

/// What sending waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// The month's budget is used up.
    Budget,
    /// The share of the days up to today is used up; only the backlog waits.
    DaysShare,
}

/// Delivers what is in the spool, over one connection after the other.
pub(super) struct Deliverer {
    settings: EdgeSettings,
    birth: Birth,
    spool: SpoolHandle,
    clock: Clock,
    status: watch::Sender<DeliveryStatus>,
    budget: Budget,
    life: Stopwatch,
    /// The epoch of `retries`.
    epoch: Epoch,
    retries: Retries,
    sizes: Sizes,
    /// Whether a batch has arrived over the present connection.
    progressed: bool,
    warned: Warned,
    /// How long the connections before the present one lasted together.
    connected: Duration,
    reports: Reports,
    pushed: Pushed,
}

/// When a fault that lasts was last written to the log.
#[derive(Default)]
struct Warned {
    silent: Option<Duration>,
    too_large: Option<Duration>,
    refused: Option<Duration>,
    certificates: Option<Duration>,
    clocks: Option<Duration>,
    malformed: Seldom,
    flood: Seldom,
    unacknowledged: Seldom,
}

impl Deliverer {
    /// `traffic` is the month and its bytes as the spool has them saved.
    pub fn new(
        settings: &EdgeSettings,
        birth: Birth,
        spool: SpoolHandle,
        traffic: (String, u64),
        clock: Clock,
    ) -> Self {
        let most = settings.uplink.monthly_mb.map(|mb| u64::from(mb) << 20);
        let (status, budget) = (watch::Sender::default(), Budget::new(most, traffic));
        Self {
            settings: settings.clone(),
            birth,
            spool,
            clock,
            status,
            budget,
            life: Stopwatch::start(),
            epoch: Epoch::default(),
            retries: Retries::default(),
            sizes: Sizes::default(),
            progressed: false,
            warned: Warned::default(),
            connected: Duration::ZERO,
            reports: Reports::default(),
            pushed: Pushed::default(),
        }
    }

    /// Hands on what the office pushes, and tells it what becomes of that.
    pub fn hears(&mut self, link: RemoteLink) {
        self.pushed = Pushed::of(link);
    }

    /// Sends these reports of the gateway, the newest of them, as they are made.
    pub fn report(&mut self, reports: watch::Receiver<Option<Arc<GatewayReport>>>) {
        self.reports = Reports::of(reports);
    }

    /// Digest of the configuration, as the birth has it.
    pub fn config(&self) -> String {
        self.birth.config.clone()
    }

    pub fn status(&self) -> watch::Receiver<DeliveryStatus> {
        self.status.subscribe()
    }

    fn local_time(&self) -> ZonedDateTime {
        self.clock.now().to_zoned_datetime(TimeZone::system())
    }

    fn schedule(&self) -> Schedule {
        windows::schedule(&self.settings.uplink.windows, &self.local_time())
    }

    /// Delivers until `stop`. An unreachable broker is not an error.
    ///
    /// # Errors
    /// The spool's thread has ended, the settings cannot describe a broker, or a file that they name cannot be used at
    /// the start.
    pub async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let gateway = self.settings.gateway.clone();
        let mut reconnect = Reconnect::new(&uplink::client_id(&gateway), RECONNECT);
        let mut done_until: Option<Timestamp> = None;
        let mut logged: Option<(String, Stopwatch)> = None;
        loop {
            let next = match self.schedule() {
                Schedule::Closed(next) => Some(next),
                Schedule::Open(_) => done_until,
            };
            done_until = None;
            if let Some(next) = next {
                self.status.send_modify(|s| (s.next_at, s.problem) = (Some(next), None));
                tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    () = self.clock.sleep_until(next) => continue,
                }
            }
            reconnect.begin();
            self.birth.epoch = Some(self.spool.status().borrow().spool.epoch);
            let base = self.clock.base();
            let online = clock_said::online(base, self.clock.now());
            let said = ClockSaid::new(base, self.life.elapsed());
            let acknowledged = self.settings.confirm == Confirm::Hub;
            let mqtt = &self.settings.mqtt;
            let versions = reconnect.versions();
            let listens =
                Listens { acknowledged, pushed: self.pushed.is_wanted(self.life.elapsed()) };
            let connecting =
                Uplink::connect(mqtt, &gateway, &self.birth, listens, &online, versions);
            let ended = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                connected = connecting => match connected {
                    Ok(uplink) => {
                        reconnect.connected();
                        tracing::info!(%gateway, "connected to the broker");
                        self.progressed = false;
                        let ended = Delivery::new(&mut self, uplink, said).run(&stop).await?;
                        if self.progressed {
                            reconnect.progressed();
                        }
                        ended
                    }
                    Err(error) => ConnectionEnd::Lost(error),
                },
            };
            self.status.send_modify(|s| (s.connected_since, s.silent_since) = (None, None));
            let error = match ended {
                ConnectionEnd::Stopped => return Ok(()),
                ConnectionEnd::SpoolReplaced => continue,
                ConnectionEnd::Done => {
                    if let Schedule::Open(until) = self.schedule() {
                        done_until = Some(until);
                    }
                    continue;
                }
                ConnectionEnd::Lost(error) => error,
            };
            if let MqttError::Oversized { .. } = &error {
                self.pushed.oversized(self.life.elapsed());
            }
            let Some((problem, wait)) = reconnect.after(error)? else { continue };
            let text = problem.to_string();
            let repeats = logged.as_ref().is_some_and(|(known, since): &(String, Stopwatch)| {
                *known == text && since.elapsed() < SAID_AGAIN
            });
            if reconnect.is_to_be_logged() && !repeats {
                logged = Some((text, Stopwatch::start()));
                // An f32 would be logged with all digits of an f64.
                let wait_s = (wait.as_secs_f64() * 10.0).round() / 10.0;
                tracing::warn!(%gateway, error = %problem, wait_s, "no broker; readings stay in the spool");
            }
            let now = self.clock.now();
            self.status.send_modify(|s| {
                (s.failed, s.problem) = (Some((now, problem.clone())), Some(problem));
            });
            if !Reconnect::wait(wait, &stop).await {
                return Ok(());
            }
        }
    }
}
