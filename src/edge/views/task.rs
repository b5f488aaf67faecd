//! The task of one view: one connection after the other, with the waits between them.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::connection::{Ended, Sending};
use super::hearing::Hearing;
use super::settings::ViewSettings;
use super::status::ViewWatch;
use crate::core::GatewayId;
use crate::interop::out::View;
use crate::locales::Text;
use crate::mqtt::view::{ViewConnect, ViewLink};
use crate::mqtt::{MqttError, MqttSettings, Reconnect, Will};
use crate::spool::SpoolHandle;
use crate::support::{Backoff, Clock, Stopwatch};

/// Waits between connections, as in the main delivery.
const RECONNECT: Backoff =
    Backoff { first: Duration::from_secs(1), most: Duration::from_secs(300) };

/// Readings that are put into messages together: of 200 bytes each, as line protocol has, they stay below the 128 KiB
/// that the strictest of the large brokers takes. A broker that takes less gets fewer. Engineering judgement.
const CHUNK: usize = 500;

/// How often the log repeats why a connection that got something through has ended, as in the main delivery.
const SAID_AGAIN: Duration = Duration::from_secs(60);

/// How often it repeats that there is still no broker, and that still more is lost. A broker may be away for months,
/// and the status and the metrics have both at any time. Engineering judgement.
const STILL_SAID: Duration = Duration::from_secs(3600);

/// A view of the gateway, and what it has learnt of its broker.
pub(in crate::edge) struct ViewTask {
    /// Its number in the spool.
    pub(super) index: usize,
    pub(super) name: String,
    mqtt: MqttSettings,
    client_id: String,
    gateway: GatewayId,
    pub(super) view: View,
    pub(super) spool: SpoolHandle,
    pub(super) clock: Clock,
    watch: ViewWatch,
    /// Readings that are put into messages together.
    pub(super) chunk: usize,
    /// A batch whose readings do not fit into any message that the broker takes.
    pub(super) unsendable: Option<u64>,
    /// The number of the last connection of this run.
    session: u64,
    hearing: Hearing,
    /// Since the task was made.
    life: Stopwatch,
    /// Whether the log knows no worse than that it gets through.
    said_well: bool,
    /// Lost readings that the log has told of, and since when.
    told: u64,
    told_at: Option<Stopwatch>,
}

impl ViewTask {
    /// The view with this number in the spool; its broker is the gateway's where it names none.
    pub fn new(
        index: usize,
        settings: &ViewSettings,
        gateway: &GatewayId,
        mqtt: &MqttSettings,
        view: View,
        (spool, clock): (SpoolHandle, Clock),
    ) -> Self {
        let name = settings.name.clone();
        Self {
            index,
            mqtt: settings.mqtt.as_ref().unwrap_or(mqtt).clone(),
            client_id: settings.client_id(gateway),
            gateway: gateway.clone(),
            view,
            watch: ViewWatch::of(&name, index, spool.view_places()),
            name,
            told: spool.view_place(index).lost,
            spool,
            clock,
            chunk: CHUNK,
            unsendable: None,
            session: 0,
            hearing: Hearing::default(),
            life: Stopwatch::start(),
            said_well: false,
            told_at: None,
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn watch(&self) -> ViewWatch {
        self.watch.clone()
    }

    /// Sends until `stop`. Whatever goes wrong with a view, the gateway goes on.
    pub async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut reconnect = Reconnect::new(&self.client_id, RECONNECT);
        let mut logged: Option<(String, Stopwatch)> = None;
        loop {
            reconnect.begin();
            let mut progressed = false;
            let ended = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                connected = self.connect(&mut reconnect) => match connected {
                    Ok(link) => {
                        reconnect.connected();
                        let (ended, confirmed) = self.send_over(link, &stop).await;
                        progressed = confirmed;
                        if progressed {
                            reconnect.progressed();
                        }
                        ended
                    }
                    Err(error) => Ended::Lost(error),
                },
            };
            let error = match ended {
                Ended::Stopped => return Ok(()),
                Ended::SpoolReplaced => continue,
                Ended::SpoolGone => {
                    // The delivery ends the gateway over this.
                    stop.cancelled().await;
                    return Ok(());
                }
                Ended::Lost(error) => error,
                Ended::TooLarge(error, seq) => {
                    if self.make_smaller(seq) {
                        let (view, readings) = (&self.name, self.chunk);
                        tracing::warn!(view, readings, %error, "messages of this view have fewer readings from now on");
                        continue;
                    }
                    error
                }
            };
            self.note_oversized(&error);
            // Without what grows with each attempt.
            let cause = error.to_string();
            let (problem, wait) = match reconnect.after(error) {
                Ok(Some(next)) => next,
                Ok(None) => continue,
                // No attempt helps until the file that is wrong is put right.
                Err(error) => (error.text(), RECONNECT.most),
            };
            let pause = if progressed { SAID_AGAIN } else { STILL_SAID };
            let repeats = logged
                .as_ref()
                .is_some_and(|(known, since)| *known == cause && since.elapsed() < pause);
            if reconnect.is_to_be_logged() && !repeats {
                logged = Some((cause, Stopwatch::start()));
                self.said_well = false;
                tracing::warn!(view = self.name, error = %problem, "no broker for this view; its readings wait");
            }
            self.note_problem(problem);
            self.tell_losses();
            if !Reconnect::wait(wait, &stop).await {
                return Ok(());
            }
        }
    }

    async fn connect(&mut self, reconnect: &mut Reconnect) -> Result<ViewLink, MqttError> {
        let session = self.session.max(self.spool.view_place(self.index).sessions) + 1;
        let will = self.view.will(session);
        let subscriptions = self.subscriptions();
        let connect = ViewConnect {
            settings: &self.mqtt,
            client_id: &self.client_id,
            own_name: self.gateway.as_str(),
            will: will.map(|m| Will { topic: m.topic, payload: m.payload, retain: m.retain }),
            subscriptions,
        };
        let link = ViewLink::connect(connect, reconnect.versions()).await?;
        self.session = session;
        // Whether it is saved or not: the connection is there.
        let _later = self.spool.view_connected(self.index, session).await;
        Ok(link)
    }

    /// What to subscribe to now.
    pub(super) fn subscriptions(&mut self) -> Vec<String> {
        let hears = self.hearing.begin(self.life.elapsed());
        if hears { self.view.subscriptions() } else { Vec::new() }
    }

    /// For how long it goes on without what it would subscribe to; `None` where it has subscribed.
    pub(super) fn deaf_for(&self) -> Option<Duration> {
        self.hearing.deaf_for(self.life.elapsed())
    }

    /// Where a connection has ended over a packet that is larger than any message, the next ones are without
    /// subscriptions for a while.
    fn note_oversized(&mut self, error: &MqttError) {
        if let MqttError::Oversized { .. } = error
            && self.hearing.oversized(self.life.elapsed())
        {
            let (view, topics) = (&self.name, self.view.subscriptions());
            tracing::warn!(
                view,
                ?topics,
                "a view subscribes to nothing for an hour: a topic may hold what is too large"
            );
        }
    }

    /// Sends over a connection until it ends. Also returns whether anything was confirmed.
    async fn send_over(&mut self, link: ViewLink, stop: &CancellationToken) -> (Ended, bool) {
        let now = self.clock.now();
        tracing::debug!(view = self.name, "a view is connected to its broker");
        self.watch.note(|s| (s.connected_since, s.problem) = (Some(now), None));
        let ended = Sending::new(self, link).run(stop).await;
        self.watch.note(|s| s.connected_since = None);
        ended
    }

    fn note_problem(&self, problem: Text) {
        self.watch.note(|s| s.problem = Some(problem));
    }

    /// What was sent of batch `seq` is larger than the broker takes: the next messages have half as many readings, for
    /// good. Where one reading alone is too large, its batch is given up, and `false` is returned.
    fn make_smaller(&mut self, seq: u64) -> bool {
        if self.chunk == 1 {
            self.unsendable = Some(seq);
            return false;
        }
        self.chunk /= 2;
        true
    }

    /// Readings of a batch cannot be sent.
    pub(super) fn gave_up(&mut self, readings: u64) {
        let view = &self.name;
        tracing::error!(view, readings, "a view gives up readings that cannot be sent");
        self.told += readings;
    }

    /// Tells the log, now and then, of what the view has lost.
    pub(super) fn tell_losses(&mut self) {
        let lost = self.spool.view_place(self.index).lost;
        let more = lost.saturating_sub(self.told);
        let due = self.told_at.as_ref().is_none_or(|at| at.elapsed() >= STILL_SAID);
        if more > 0 && due {
            (self.told, self.told_at) = (lost, Some(Stopwatch::start()));
            tracing::warn!(
                view = self.name,
                readings = more,
                "a view has lost its oldest readings: too many waited for it, or the spool needed the room"
            );
        }
    }

    /// When the broker has confirmed readings.
    pub(super) fn note_confirmed(&mut self, at: Timestamp) {
        self.watch.note(|s| s.confirmed_at = Some(at));
        if !std::mem::replace(&mut self.said_well, true) {
            tracing::info!(view = self.name, "a view gets through to its broker");
        }
    }

    /// How many readings the format has not carried.
    pub(super) fn note_not_carried(&self) {
        let not_carried = self.view.passed_over();
        self.watch.note(|s| s.not_carried = not_carried);
    }
}
