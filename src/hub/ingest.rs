//! From the broker into the store; back goes only what has been committed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::core::GatewayId;
use crate::mqtt::intake::{Intake, Message};
use crate::mqtt::{MqttError, MqttSettings};
use crate::store::{Committed, Sqlite, StoreError, StoreHandle};
use crate::support::{Backoff, Clock, Stopwatch, chance};
use crate::wire::{Ack, Batch, Birth, Channel, Status, Topic, packed};

/// Waits between connections, and between attempts at a commit that failed.
const RETRY: Backoff = Backoff {
    first: Duration::from_millis(500),
    most: Duration::from_secs(60),
};

/// A connection that has lived this long was a good one.
const GOOD_LIFE: Duration = Duration::from_secs(60);

/// Messages that are committed together: one write to disk for many, yet no gateway waits long for its acknowledgement.
const MESSAGES_MAX: usize = 200;

/// What is kept of a message that is none of ours: enough to see what it is.
const QUARANTINE_BYTES_MAX: usize = 64 * 1024;

/// What a hub has taken in since its start.
#[derive(Debug, Default)]
pub struct IngestStats {
    /// Readings that were not in the store before.
    pub readings: AtomicU64,
    /// Batches, repeated ones included.
    pub batches: AtomicU64,
    /// Messages that were none of ours.
    pub quarantined: AtomicU64,
}

/// Takes in what gateways send, until `stop`.
///
/// # Errors
/// The settings cannot describe a broker, a file that they name cannot be used at the start, or the store's thread is gone. A
/// broker that is away, or a store that cannot write for now, is no error: nothing is acknowledged meanwhile.
pub async fn ingest(
    settings: MqttSettings,
    client_id: String,
    store: StoreHandle,
    clock: Clock,
    stats: Arc<IngestStats>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut failures = 0;
    let mut fresh = false;
    let mut begun = false;
    loop {
        let life = Stopwatch::start();
        let error = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            connected = Intake::connect(&settings, &client_id, fresh) => match connected {
                Ok(intake) => {
                    tracing::info!("connected to the broker");
                    let mut ingest = Ingest { intake, store: &store, clock: &clock, stats: &stats, stop: &stop };
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
        if let MqttError::Renewed { .. } = error {
            tracing::info!("{error}");
            failures = 0;
            continue;
        }
        fresh = matches!(error, MqttError::Oversized { .. });
        failures = if life.elapsed() >= GOOD_LIFE {
            1
        } else {
            failures + 1
        };
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
    stats: &'a IngestStats,
    stop: &'a CancellationToken,
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
            let mut messages = vec![first];
            while messages.len() < MESSAGES_MAX {
                match self.intake.try_next() {
                    Some(message) => messages.push(message),
                    None => break,
                }
            }
            let Some(committed) = self.take(&messages).await? else {
                return Ok(None);
            };
            if let Err(lost) = self.answer(messages, committed).await {
                return Ok(Some(lost));
            }
        }
    }

    /// Commits what the messages hold; `None` where `stop` came before it could be committed.
    async fn take(&self, messages: &[Message]) -> anyhow::Result<Option<Committed>> {
        let mut batches = Vec::new();
        for message in messages {
            let content = match read(message) {
                Ok(content) => content,
                Err(problem) => {
                    tracing::warn!(topic = message.topic(), problem, "message set aside");
                    self.stats.quarantined.fetch_add(1, Relaxed);
                    Content::Foreign(problem)
                }
            };
            let written = match content {
                Content::Batches(came) => {
                    batches.extend(came);
                    Some(())
                }
                Content::Birth(gateway, birth) => {
                    self.until_stored(|| {
                        self.store
                            .birth(gateway.clone(), birth.clone(), self.clock.now())
                    })
                    .await?
                }
                Content::Status(gateway, status) => {
                    self.until_stored(|| {
                        self.store
                            .status(gateway.clone(), status.clone(), self.clock.now())
                    })
                    .await?
                }
                Content::Foreign(problem) => {
                    let (topic, payload) = (message.topic(), message.payload());
                    self.until_stored(|| {
                        self.store.quarantine(
                            self.clock.now(),
                            topic.into(),
                            problem.clone(),
                            payload
                                .get(..QUARANTINE_BYTES_MAX)
                                .unwrap_or(payload)
                                .to_vec(),
                        )
                    })
                    .await?
                }
            };
            if written.is_none() {
                return Ok(None);
            }
        }
        let committed = self
            .until_stored(|| self.store.commit(batches.clone(), self.clock.now()))
            .await?;
        if let Some(committed) = &committed {
            self.stats.batches.fetch_add(batches.len() as u64, Relaxed);
            self.stats
                .readings
                .fetch_add(committed.new_readings, Relaxed);
        }
        Ok(committed)
    }

    /// Tries until the store has done it: a full disk is waited out, and the broker keeps what comes meanwhile.
    async fn until_stored<T, F>(&self, attempt: impl Fn() -> F) -> anyhow::Result<Option<T>>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut failures = 0;
        loop {
            match attempt().await {
                Ok(done) => return Ok(Some(done)),
                Err(error @ StoreError::Closed) => return Err(error.into()),
                Err(error) => {
                    failures += 1;
                    let wait = RETRY.ceiling(failures);
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
            self.intake
                .acknowledge(
                    &gateway,
                    &Ack {
                        epoch,
                        committed: set,
                    },
                )
                .await?;
        }
        Ok(())
    }
}

enum Content {
    Batches(Vec<Batch>),
    Birth(GatewayId, Birth),
    Status(GatewayId, Status),
    Foreign(String),
}

fn read(message: &Message) -> Result<Content, String> {
    let topic: Topic = message.topic().parse()?;
    let payload = message.payload();
    match topic.channel {
        Channel::Readings => {
            let batches = packed::unpack(payload).map_err(|e| e.to_string())?;
            for batch in &batches {
                if batch.gateway != topic.gateway {
                    return Err(format!(
                        "a batch of {} on the topic of {}",
                        batch.gateway, topic.gateway
                    ));
                }
                Sqlite::holds(batch)?;
            }
            Ok(Content::Batches(batches))
        }
        Channel::Birth => Ok(Content::Birth(
            topic.gateway,
            Birth::from_bytes(payload).map_err(|e| e.to_string())?,
        )),
        Channel::Status => Ok(Content::Status(
            topic.gateway,
            Status::from_bytes(payload).map_err(|e| e.to_string())?,
        )),
        Channel::Ack => Err("an acknowledgement among what gateways send".into()),
    }
}
