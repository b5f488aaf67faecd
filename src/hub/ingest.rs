//! From the broker into the store. An acknowledgement goes back only for what is committed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::message::{self, Content};
use super::{HubState, logged, times};
use crate::core::GatewayId;
use crate::locales::Lang;
use crate::mqtt::intake::{Intake, Message};
use crate::mqtt::{MqttError, MqttSettings, Reconnect};
use crate::store::{CommitRequest, Committed, Refused, StoreError, StoreHandle};
use crate::support::{Backoff, Clock, Stopwatch, random};
use crate::wire::{Ack, Batch, Topic};

/// Waits between connections, and between attempts at a commit that failed.
const RETRY: Backoff = Backoff { first: Duration::from_millis(500), most: Duration::from_secs(60) };

/// Messages in one commit: one write to disk for many, while no gateway waits long for its acknowledgement.
const MESSAGES_MAX: usize = 200;

/// Bytes of an unreadable message that the quarantine keeps: enough to see what it is.
const QUARANTINE_BYTES_MAX: usize = 64 * 1024;

/// Bytes of messages in one commit: decoded, they take several times as much memory.
const BYTES_MAX: usize = 4 << 20;

/// Gateways poll by the same clock, so their messages come within a second: one write to disk for all of them.
const GATHER: Duration = Duration::from_secs(1);

/// A gateway that sent something this recently is catching up: its next message is near, and nothing waits for others.
const CATCHING_UP: Duration = Duration::from_secs(10);

/// Gateways whose last message is remembered.
const REMEMBERED_MAX: usize = 10_000;

/// This program did not exist before: a machine that believes it is earlier has a wrong clock. 2026-11-01, s.
const CLOCK_FLOOR_S: i64 = 1_793_491_200;

/// How the hub subscribes at the broker.
pub struct Subscription {
    pub settings: MqttSettings,
    pub client_id: String,
    /// The group of hubs that share messages.
    pub share: Option<String>,
    /// With simulated time, the clock may show any time.
    pub simulated: bool,
}

/// Commits what gateways send, until `stop`.
///
/// # Errors
/// The settings cannot describe a broker, a file that they name cannot be used at the start, or the store's thread is
/// gone. An unreachable broker or a store that cannot write for now is no error: nothing is acknowledged meanwhile.
pub async fn ingest(
    from: Subscription,
    store: StoreHandle,
    clock: Clock,
    state: Arc<HubState>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let Subscription { settings, client_id, share, simulated } = from;
    state.note_broker(false, clock.now());
    let mut reconnect = Reconnect::new(&client_id, RETRY);
    let mut fresh = false;
    loop {
        reconnect.begin();
        let error = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            connected = Intake::connect(&settings, &client_id, share.as_deref(), fresh) => match connected {
                Ok(intake) => {
                    reconnect.connected();
                    tracing::info!("connected to the broker");
                    state.note_broker(true, clock.now());
                    let mut ingest = Ingest {
                        intake,
                        store: &store,
                        clock: &clock,
                        state: &state,
                        stop: &stop,
                        simulated,
                        last_sent: HashMap::new(),
                    };
                    match ingest.run().await? {
                        None => {
                            ingest.intake.close().await;
                            return Ok(());
                        }
                        Some(lost) => lost,
                    }
                }
                Err(error) => error,
            },
        };
        state.note_broker(false, clock.now());
        if !matches!(error, MqttError::Renewed { .. }) {
            fresh = matches!(error, MqttError::Oversized { .. });
        }
        let Some((problem, wait)) = reconnect.after(error)? else { continue };
        tracing::warn!(error = %problem, wait_s = wait.as_secs_f32(), "not connected to the broker");
        if !Reconnect::wait(wait, &stop).await {
            return Ok(());
        }
    }
}

struct Ingest<'a> {
    intake: Intake,
    store: &'a StoreHandle,
    clock: &'a Clock,
    state: &'a HubState,
    stop: &'a CancellationToken,
    simulated: bool,
    last_sent: HashMap<GatewayId, Stopwatch>,
}

impl Ingest<'_> {
    /// Runs until `stop` (`None`) or the connection is lost (its error).
    async fn run(&mut self) -> anyhow::Result<Option<MqttError>> {
        loop {
            let first = tokio::select! {
                () = self.stop.cancelled() => return Ok(None),
                message = self.intake.next() => match message {
                    Ok(message) => message,
                    Err(lost) => return Ok(Some(lost)),
                },
            };
            let messages = match self.gather(first).await {
                Ok(messages) => messages,
                Err(lost) => return Ok(Some(lost)),
            };
            let Some(committed) = self.store_messages(&messages).await? else {
                return Ok(None);
            };
            if let Err(lost) = self.acknowledge(messages, committed).await {
                return Ok(Some(lost));
            }
        }
    }

    /// The first message, all others that have arrived and, unless a gateway is catching up, those of the next second.
    async fn gather(&mut self, first: Message) -> Result<Vec<Message>, MqttError> {
        let since = Stopwatch::start();
        let mut bytes = first.payload().len();
        let mut wait = !self.is_catching_up(&first);
        let mut messages = vec![first];
        while messages.len() < MESSAGES_MAX && bytes < BYTES_MAX {
            let next = match self.intake.try_next() {
                Some(next) => next,
                None if wait => {
                    let left = GATHER.saturating_sub(since.elapsed());
                    tokio::select! {
                        () = self.stop.cancelled() => break,
                        () = tokio::time::sleep(left) => break,
                        next = self.intake.next() => next?,
                    }
                }
                None => break,
            };
            bytes += next.payload().len();
            wait &= !self.is_catching_up(&next);
            messages.push(next);
        }
        Ok(messages)
    }

    /// Whether the gateway of this message sent another shortly before.
    fn is_catching_up(&mut self, message: &Message) -> bool {
        let topic: Result<Topic, _> = message.topic().parse();
        let Ok(Topic { gateway, .. }) = topic else {
            return true;
        };
        if self.last_sent.len() >= REMEMBERED_MAX {
            self.last_sent.clear();
        }
        let before = self.last_sent.insert(gateway, Stopwatch::start());
        before.is_some_and(|before| before.elapsed() < CATCHING_UP)
    }

    /// Stores what the messages hold; `None` where `stop` came first.
    async fn store_messages(&self, messages: &[Message]) -> anyhow::Result<Option<Committed>> {
        let mut batches = Vec::new();
        for message in messages {
            let (topic, payload) = (message.topic(), message.payload());
            let stored = match message::read(topic, payload) {
                Ok(Content::Batches(more)) => {
                    batches.extend(more);
                    Some(())
                }
                Ok(Content::Birth(gateway, birth)) => {
                    self.until_stored(|now| self.store.birth(gateway.clone(), birth.clone(), now))
                        .await?
                }
                Ok(Content::Status(gateway, status)) => {
                    self.until_stored(|now| self.store.status(gateway.clone(), status.clone(), now))
                        .await?
                }
                Err(problem) => {
                    tracing::warn!(topic, %problem, "unreadable message put into quarantine");
                    self.state.note_quarantined();
                    let start = payload.get(..QUARANTINE_BYTES_MAX).unwrap_or(payload);
                    self.until_stored(|now| {
                        let (topic, problem) = (topic.into(), problem.within(Lang::English));
                        self.store.quarantine(now, topic, problem, start.to_vec())
                    })
                    .await?
                }
            };
            if stored.is_none() {
                return Ok(None);
            }
        }
        self.commit(batches).await
    }

    /// Commits batches; `None` where `stop` came first.
    async fn commit(&self, batches: Vec<Batch>) -> anyhow::Result<Option<Committed>> {
        let count = batches.len() as u64;
        let begun = Stopwatch::start();
        let mut request = CommitRequest { batches, refused: Vec::new() };
        let mut failures = 0;
        let committed = loop {
            let now = self.clock.now();
            let error = match self.check_clock(now) {
                Ok(()) => {
                    request.refused.extend(times::refuse(&mut request.batches, now));
                    match self.store.commit(request, now).await {
                        Ok(committed) => break committed,
                        Err(failed) => {
                            request = failed.request;
                            failed.error
                        }
                    }
                }
                Err(error) => error,
            };
            failures += 1;
            if !self.wait_out(error, failures, now).await? {
                return Ok(None);
            }
        };
        self.state.note_commit(count, &committed, begun.elapsed(), self.clock.now());
        for Refused { batch, problem } in &committed.refused {
            let (gateway, readings) = (&batch.gateway, batch.readings.len());
            tracing::warn!(%gateway, readings, %problem, "readings put into quarantine");
        }
        Ok(Some(committed))
    }

    /// Repeats `attempt` until it succeeds; `None` where `stop` came first.
    async fn until_stored<T, F>(
        &self,
        attempt: impl Fn(Timestamp) -> F,
    ) -> anyhow::Result<Option<T>>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut failures = 0;
        loop {
            let now = self.clock.now();
            let stored = match self.check_clock(now) {
                Ok(()) => attempt(now).await,
                Err(error) => Err(error),
            };
            let error = match stored {
                Ok(stored) => return Ok(Some(stored)),
                Err(error) => error,
            };
            failures += 1;
            if !self.wait_out(error, failures, now).await? {
                return Ok(None);
            }
        }
    }

    fn check_clock(&self, now: Timestamp) -> Result<(), StoreError> {
        let right = self.simulated || now.as_second() >= CLOCK_FLOOR_S;
        if right { Ok(()) } else { Err(StoreError::Clock(now)) }
    }

    /// Waits after a write that failed: a full disk is waited out while the broker keeps what comes. Whether to try
    /// again; `false` where `stop` came first.
    async fn wait_out(
        &self,
        error: StoreError,
        failures: u32,
        now: Timestamp,
    ) -> anyhow::Result<bool> {
        if matches!(error, StoreError::Closed) {
            return Err(error.into());
        }
        self.state.note_write_failure(now);
        // A server may say when to come again; otherwise by chance, so that several hubs do not come together.
        let wait = error
            .retry_after()
            .unwrap_or_else(|| RETRY.ceiling(failures).mul_f64(0.5 + 0.5 * random::unit()));
        let error = logged(&error.into());
        let wait_s = wait.as_secs_f32();
        tracing::error!(error, wait_s, "write to the store failed; nothing is acknowledged");
        tokio::select! {
            () = self.stop.cancelled() => Ok(false),
            () = tokio::time::sleep(wait) => Ok(true),
        }
    }

    async fn acknowledge(
        &mut self,
        messages: Vec<Message>,
        committed: Committed,
    ) -> Result<(), MqttError> {
        self.intake.accept(messages).await?;
        for ((gateway, epoch), set) in committed.delivered {
            self.intake.acknowledge(&gateway, &Ack { epoch, committed: set }).await?;
        }
        Ok(())
    }
}
