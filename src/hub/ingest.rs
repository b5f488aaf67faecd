//! From the broker into the store; back goes only what has been committed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::message::{self, Content};
use super::{HubState, times};
use crate::core::GatewayId;
use crate::mqtt::intake::{Intake, Message};
use crate::mqtt::{MqttError, MqttSettings};
use crate::store::{Committed, StoreError, StoreHandle};
use crate::support::{Backoff, Clock, Stopwatch, chance};
use crate::wire::{Ack, Topic};

/// Waits between connections, and between attempts at a commit that failed.
const RETRY: Backoff = Backoff { first: Duration::from_millis(500), most: Duration::from_secs(60) };

/// A connection that has lived this long was a good one.
const GOOD_LIFE: Duration = Duration::from_secs(60);

/// Messages that are committed together: one write to disk for many, yet no gateway waits long for its acknowledgement.
const MESSAGES_MAX: usize = 200;

/// What is kept of a message that is none of ours: enough to see what it is.
const QUARANTINE_BYTES_MAX: usize = 64 * 1024;

/// Bytes of messages that are committed together: what they are read into takes several times as much.
const BYTES_MAX: usize = 4 << 20;

/// Gateways poll by the same clock, and their messages come within a second: one write to disk for all of them.
const TOGETHER: Duration = Duration::from_secs(1);

/// A gateway that has sent something within this time is in the middle of sending: nothing waits for others then.
const SENDING: Duration = Duration::from_secs(10);

/// Gateways of which it is remembered when they sent last.
const REMEMBERED_MAX: usize = 10_000;

/// Before it this program was not there: a machine that believes to be earlier has a wrong clock. 2026-11-01, s.
const CLOCK_FLOOR_S: i64 = 1_793_491_200;

/// Where messages come from.
pub struct Source {
    /// The broker.
    pub settings: MqttSettings,
    /// This hub's name there.
    pub client_id: String,
    /// The group that it shares messages with.
    pub share: Option<String>,
    /// Whether time is simulated: the clock may then show any.
    pub simulated: bool,
}

/// Takes in what gateways send, until `stop`.
///
/// # Errors
/// The settings cannot describe a broker, a file that they name cannot be used at the start, or the store's thread is gone. A
/// broker that is away, or a store that cannot write for now, is no error: nothing is acknowledged meanwhile.
pub async fn ingest(
    from: Source,
    store: StoreHandle,
    clock: Clock,
    state: Arc<HubState>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let Source { settings, client_id, share, simulated } = from;
    state.broker(false, clock.now());
    let mut failures = 0;
    let mut fresh = false;
    let mut begun = false;
    loop {
        let life = Stopwatch::start();
        let error = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            connected = Intake::connect(&settings, &client_id, share.as_deref(), fresh) => match connected {
                Ok(intake) => {
                    tracing::info!("connected to the broker");
                    state.broker(true, clock.now());
                    let mut ingest = Ingest {
                        intake,
                        store: &store,
                        clock: &clock,
                        state: &state,
                        stop: &stop,
                        simulated,
                        sent: HashMap::new(),
                    };
                    match ingest.run().await? {
                        None => {
                            ingest.intake.close().await;
                            return Ok(());
                        }
                        Some(lost) => lost,
                    }
                }
                Err(error) if error.is_final(begun) => return Err(error.into()),
                Err(error) => error,
            },
        };
        begun = true;
        state.broker(false, clock.now());
        if let MqttError::Renewed { .. } = error {
            tracing::info!("{error}");
            failures = 0;
            continue;
        }
        fresh = matches!(error, MqttError::Oversized { .. });
        failures = if life.elapsed() >= GOOD_LIFE { 1 } else { failures + 1 };
        let wait = RETRY.wait(failures, chance::unit());
        tracing::warn!(%error, wait_s = wait.as_secs_f32(), "no broker");
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(wait) => {}
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
    /// When each gateway sent last.
    sent: HashMap<GatewayId, Stopwatch>,
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
            let messages = match self.together(first).await {
                Ok(messages) => messages,
                Err(lost) => return Ok(Some(lost)),
            };
            let Some(committed) = self.take(&messages).await? else {
                return Ok(None);
            };
            if let Err(lost) = self.answer(messages, committed).await {
                return Ok(Some(lost));
            }
        }
    }

    /// The first message and those that are to be committed with it: what is there, and where gateways send once in a while, what
    /// comes within a second.
    async fn together(&mut self, first: Message) -> Result<Vec<Message>, MqttError> {
        let since = Stopwatch::start();
        let mut bytes = first.payload().len();
        let mut wait = !self.is_sending(&first);
        let mut messages = vec![first];
        while messages.len() < MESSAGES_MAX && bytes < BYTES_MAX {
            let next = match self.intake.try_next() {
                Some(next) => next,
                None if wait => {
                    let left = TOGETHER.saturating_sub(since.elapsed());
                    tokio::select! {
                        () = self.stop.cancelled() => break,
                        () = tokio::time::sleep(left) => break,
                        next = self.intake.next() => next?,
                    }
                }
                None => break,
            };
            bytes += next.payload().len();
            wait &= !self.is_sending(&next);
            messages.push(next);
        }
        Ok(messages)
    }

    /// Whether the gateway of this message has sent another shortly before.
    fn is_sending(&mut self, message: &Message) -> bool {
        let topic: Result<Topic, _> = message.topic().parse();
        let Ok(Topic { gateway, .. }) = topic else {
            return true;
        };
        if self.sent.len() >= REMEMBERED_MAX {
            self.sent.clear();
        }
        let before = self.sent.insert(gateway, Stopwatch::start());
        before.is_some_and(|before| before.elapsed() < SENDING)
    }

    /// Commits what the messages hold; `None` where `stop` came before it could be committed.
    async fn take(&self, messages: &[Message]) -> anyhow::Result<Option<Committed>> {
        let mut batches = Vec::new();
        for message in messages {
            let (topic, payload) = (message.topic(), message.payload());
            let written = match message::read(topic, payload) {
                Ok(Content::Batches(came)) => {
                    batches.extend(came);
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
                    tracing::warn!(topic, problem, "message set aside");
                    self.state.quarantined.fetch_add(1, Relaxed);
                    let kept = payload.get(..QUARANTINE_BYTES_MAX).unwrap_or(payload);
                    self.until_stored(|now| {
                        let (topic, problem) = (topic.into(), problem.clone());
                        self.store.quarantine(now, topic, problem, kept.to_vec())
                    })
                    .await?
                }
            };
            if written.is_none() {
                return Ok(None);
            }
        }
        let came = batches.len() as u64;
        let begun = Stopwatch::start();
        let committed = self
            .until_stored(|now| {
                let mut batches = batches.clone();
                let refused = times::sift(&mut batches, now);
                self.store.commit(batches, refused, now)
            })
            .await?;
        if let Some(committed) = &committed {
            self.state.committed(begun.elapsed(), self.clock.now());
            self.state.batches.fetch_add(came, Relaxed);
            self.state.readings.fetch_add(committed.new_readings, Relaxed);
            for refused in &committed.refused {
                let readings = refused.batch.readings.len();
                self.state.refused.fetch_add(readings as u64, Relaxed);
                tracing::warn!(
                    gateway = %refused.batch.gateway,
                    readings,
                    problem = refused.problem,
                    "readings set aside"
                );
            }
        }
        Ok(committed)
    }

    /// Tries until the store has done it: a full disk is waited out, and the broker keeps what comes meanwhile.
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
            let done = if self.simulated || now.as_second() >= CLOCK_FLOOR_S {
                attempt(now).await
            } else {
                Err(StoreError::Clock(now))
            };
            match done {
                Ok(done) => return Ok(Some(done)),
                Err(error @ StoreError::Closed) => return Err(error.into()),
                Err(error) => {
                    failures += 1;
                    self.state.unwritten(now);
                    // A server may say when to come again; otherwise by chance, so that several hubs do not come together.
                    let wait = error.wait().unwrap_or_else(|| {
                        RETRY.ceiling(failures).mul_f64(0.5 + 0.5 * chance::unit())
                    });
                    let error = format!("{:#}", anyhow::Error::from(error));
                    tracing::error!(
                        error,
                        wait_s = wait.as_secs_f32(),
                        "cannot store; nothing is acknowledged"
                    );
                    tokio::select! {
                        () = self.stop.cancelled() => return Ok(None),
                        () = tokio::time::sleep(wait) => {}
                    }
                }
            }
        }
    }

    async fn answer(
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
