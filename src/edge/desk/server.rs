//! The gateway's side of the desk.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::message::{self, QUESTION_BYTES_MAX};
use super::{
    Answer, Ask, BusStatus, ClockStatus, DeviceStatus, Failure, GatewayStatus, Place, ReadAsk,
    Reply, SpoolStatus, VERSION,
};
use crate::core::GatewayId;
use crate::edge::EdgeWatch;
use crate::modbus::{BusWatch, Errand, ErrandDesk, Mode};
use crate::support::{Clock, Stopwatch};

/// Commands that are served at once. A gateway has one technician, with a window or two.
const CONNECTIONS_MAX: usize = 4;

/// How long a connection may be idle, or take for a question, and how long it may take to take an answer. A command asks at
/// once; who types by hand gets a minute.
const IDLE_MAX: Duration = Duration::from_secs(60);

/// How long a read may wait for its turn beyond the time for its answer: a poll of a dead line with retries takes this long.
pub(super) const TURN_MAX: Duration = Duration::from_secs(60);

/// Time for an answer where neither the question nor the bus says one: more than any bus may be set to.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// Pause after a connection could not be taken (no file handle left, say), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A bus that can be asked.
pub(in crate::edge) struct DeskBus {
    pub name: String,
    /// Its endpoint or port.
    pub line: String,
    pub devices: Vec<DeviceStatus>,
    pub watch: BusWatch,
    /// How long it may go without a poll.
    pub silent_max: Duration,
    /// Whether its line has a speed that a request may change.
    pub serial: bool,
    /// Where requests are handed in.
    pub desk: ErrandDesk,
}

impl DeskBus {
    fn status(&self) -> BusStatus {
        BusStatus {
            line: self.line.clone(),
            devices: self.devices.clone(),
            silent_max_s: self.silent_max.as_secs(),
            report: self.watch.report(),
        }
    }
}

/// What the desk knows.
pub(in crate::edge) struct Desk {
    pub gateway: GatewayId,
    /// Most bytes of payload that the spool keeps.
    pub spool_size_max: u64,
    pub clock: Clock,
    pub watch: EdgeWatch,
    pub mode: watch::Sender<Mode>,
    pub buses: Vec<DeskBus>,
}

impl Desk {
    /// Answers whoever asks at `place`, until `stop`.
    pub async fn serve(
        self: Arc<Self>,
        place: Place,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        // Dropped at the end, and with it every connection.
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(_ended) = connections.join_next() => {}
                accepted = place.listener.accept() => match accepted {
                    Ok((stream, _)) if connections.len() < CONNECTIONS_MAX => {
                        let desk = self.clone();
                        connections.spawn(async move {
                            if let Err(problem) = desk.converse(stream).await {
                                tracing::debug!(problem, "a technician's connection ends");
                            }
                        });
                    }
                    Ok((stream, _)) => refuse(&stream),
                    Err(error) => {
                        tracing::warn!(%error, "cannot take a technician's connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
    }

    /// Answers one connection until it ends. The error is for the log.
    async fn converse(&self, stream: UnixStream) -> Result<(), String> {
        let (reader, mut writer) = stream.into_split();
        let mut reader = BufReader::new(reader);
        loop {
            let mut line = Vec::new();
            let mut bounded = (&mut reader).take(QUESTION_BYTES_MAX as u64);
            timeout(IDLE_MAX, bounded.read_until(b'\n', &mut line))
                .await
                .map_err(|_| "nothing asked for a minute")?
                .map_err(|e| e.to_string())?;
            let whole = line.last() == Some(&b'\n');
            if !whole && line.len() < QUESTION_BYTES_MAX {
                return Ok(());
            }
            let answer = if whole {
                match message::question(&line) {
                    Ok(ask) => self.answer(ask).await,
                    Err(problem) => Answer::Refused(problem),
                }
            } else {
                Answer::Refused(format!(
                    "a question has at most {QUESTION_BYTES_MAX} bytes and ends with a new line"
                ))
            };
            let bytes = encoded(answer)?;
            timeout(IDLE_MAX, writer.write_all(&bytes))
                .await
                .map_err(|_| "an answer not taken for a minute")?
                .map_err(|e| e.to_string())?;
            if !whole {
                return Ok(());
            }
        }
    }

    async fn answer(&self, ask: Ask) -> Answer {
        match ask {
            Ask::Status => Answer::Status(Box::new(self.status())),
            Ask::Read(read) => self.read(read).await.unwrap_or_else(Answer::Refused),
            Ask::Mode(now) => {
                let before = self.mode.send_replace(now);
                if before != now {
                    tracing::info!(mode = ?now, "intervals are switched");
                }
                Answer::Mode { before, now }
            }
        }
    }

    /// How the gateway does.
    pub fn status(&self) -> GatewayStatus {
        use std::sync::atomic::Ordering::Relaxed;
        let stats = &self.watch.buses;
        let keeper = self.watch.spooled();
        let spool = keeper.spool;
        let base = self.clock.base();
        let (now, uptime) = (self.clock.now(), self.clock.uptime());
        GatewayStatus {
            gateway: self.gateway.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            // By the clock as it is now: it may have been set since.
            since: now.checked_sub(uptime).unwrap_or(now),
            now,
            mode: *self.mode.borrow(),
            readings: stats.readings.load(Relaxed),
            missing: stats.missing.load(Relaxed),
            buses: self.buses.iter().map(DeskBus::status).collect(),
            spool: SpoolStatus {
                epoch: spool.epoch,
                batches: spool.batches,
                readings: spool.readings,
                held: spool.held,
                last_seq: spool.last_seq,
                bytes: spool.bytes,
                dropped_readings: spool.dropped_readings,
                thinned_readings: spool.thinned_readings,
                unwritten: keeper.unwritten,
                trouble: keeper.trouble,
                lost_readings: keeper.lost,
                size_max: self.spool_size_max,
            },
            delivery: self.watch.delivery.borrow().clone(),
            clock: ClockStatus {
                provisional: base.provisional,
                refusal: self.clock.refusal().map(|refusal| refusal.to_string()),
            },
            disk: super::disk::look(uptime),
            resident: super::memory::resident(),
        }
    }

    /// Hands a read to its bus and waits. The error says why it was not made.
    async fn read(&self, ask: ReadAsk) -> Result<Answer, String> {
        let request = ask.request()?;
        let bus = self.buses.iter().find(|bus| bus.name == ask.bus);
        let bus = bus.ok_or_else(|| {
            let names: Vec<&str> = self.buses.iter().map(|b| b.name.as_str()).collect();
            format!(
                "the running gateway has no bus {:?} but {}: where it was added since, restart the gateway",
                ask.bus,
                names.join(", ")
            )
        })?;
        if ask.mode.is_some() && !bus.serial {
            return Err(format!(
                "bus {} ({}) has no speed that could be changed from here",
                ask.bus, bus.line
            ));
        }
        let (reply, answer) = oneshot::channel();
        let errand =
            Errand { unit: ask.unit, request, timeout: ask.timeout(), mode: ask.mode, reply };
        let ends = || format!("bus {} ends: the gateway is being stopped", ask.bus);
        let took = Stopwatch::start();
        let asking = async {
            bus.desk.send(errand).await.map_err(|_| ends())?;
            answer.await.map_err(|_| ends())
        };
        let limit = TURN_MAX + ask.timeout().unwrap_or(ANSWER_MAX);
        let outcome = timeout(limit, asking).await.map_err(|_| {
            format!(
                "bus {} was busy with its own polls for {} s: try again, or stop the gateway",
                ask.bus,
                limit.as_secs()
            )
        })??;
        let ms = took.elapsed().as_secs_f64() * 1000.0;
        Ok(match outcome {
            Ok(words) => Answer::Words { words, ms },
            Err(error) => Answer::Failed { failure: Failure::from(error), ms },
        })
    }
}

/// A line with this answer.
fn encoded(answer: Answer) -> Result<Vec<u8>, String> {
    #[derive(Serialize)]
    struct Line(Reply);
    let mut bytes = serde_json::to_vec(&Line(Reply { v: VERSION, answer }))
        .map_err(|e| format!("an answer that cannot be written: {e}"))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Says that there is no place, if the connection takes it at once, and closes it.
fn refuse(stream: &UnixStream) {
    let told = encoded(Answer::Refused(format!(
        "{CONNECTIONS_MAX} commands are being served already: wait for one to end"
    )));
    if let Ok(bytes) = told {
        let _told = stream.try_write(&bytes);
    }
}
