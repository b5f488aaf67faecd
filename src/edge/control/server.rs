//! The gateway's side of the control socket.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::message::{self, REQUEST_BYTES_MAX};
use super::status::StatusSource;
use super::{Answer, Command, ControlReply, ControlSocket, Failure, ReadCommand, VERSION};
use crate::locales::{Lang, Text, edge as words, within};
use crate::modbus::AdHocRequest;
use crate::support::Stopwatch;

/// Connections that are served at once. A gateway has one technician, with a window or two.
pub(super) const CONNECTIONS_MAX: usize = 4;

/// How long a connection may be idle, or take over a request or an answer: a person who types gets a minute.
const IDLE_MAX: Duration = Duration::from_secs(60);

/// How long a read may wait for its bus, besides its own timeout: a poll of a dead line with retries takes this long.
pub(super) const BUS_WAIT_MAX: Duration = Duration::from_secs(60);

/// The timeout where neither the command nor the bus gives one: more than any bus may be set to.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// The pause after a connection could not be accepted (no file descriptor left, say), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Answers commands at `socket`, until `stop`.
pub(in crate::edge) async fn serve(
    source: Arc<StatusSource>,
    socket: ControlSocket,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    // Dropped at the end, which closes every connection.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            Some(_ended) = connections.join_next() => {}
            accepted = socket.listener.accept() => match accepted {
                Ok((stream, _)) if connections.len() < CONNECTIONS_MAX => {
                    let source = source.clone();
                    connections.spawn(async move {
                        if let Err(error) = converse(&source, stream).await {
                            tracing::debug!(%error, "control connection closed");
                        }
                    });
                }
                Ok((stream, _)) => refuse(&stream),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a control connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
}

/// Serves one connection until it ends.
async fn converse(source: &StatusSource, stream: UnixStream) -> io::Result<()> {
    let idle = |_| io::Error::from(ErrorKind::TimedOut);
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    loop {
        let mut line = Vec::new();
        let mut bounded = (&mut reader).take(REQUEST_BYTES_MAX as u64);
        timeout(IDLE_MAX, bounded.read_until(b'\n', &mut line)).await.map_err(idle)??;
        let whole = line.last() == Some(&b'\n');
        if !whole && line.len() < REQUEST_BYTES_MAX {
            return Ok(());
        }
        let (lang, answer) = if whole {
            match message::parse_request(&line) {
                Ok(request) => (request.lang, source.answer(request.ask).await),
                Err((lang, problem)) => (lang, Answer::Refused(problem)),
            }
        } else {
            (Lang::English, Answer::Refused(words::line_too_long(REQUEST_BYTES_MAX)))
        };
        let bytes = encode(answer, lang)?;
        timeout(IDLE_MAX, writer.write_all(&bytes)).await.map_err(idle)??;
        if !whole {
            return Ok(());
        }
    }
}

impl StatusSource {
    async fn answer(&self, command: Command) -> Answer {
        match command {
            Command::Status => Answer::Status(Box::new(self.status())),
            Command::Read(read) => self.read(read).await.unwrap_or_else(Answer::Refused),
            Command::Mode(now) => {
                let before = self.mode.send_replace(now);
                if before != now {
                    tracing::info!(mode = ?now, "poll intervals switched");
                }
                Answer::Mode { before, now }
            }
        }
    }

    /// Hands a read to its bus and waits for the answer. The error says why the read was not made.
    async fn read(&self, read: ReadCommand) -> Result<Answer, Text> {
        let request = read.request()?;
        let bus = self.buses.iter().find(|bus| bus.name == read.bus).ok_or_else(|| {
            let names = Text::list(self.buses.iter().map(|b| b.name.as_str()));
            words::no_bus(&read.bus, names)
        })?;
        if read.mode.is_some() && !bus.serial {
            return Err(words::bus_without_port(&read.bus, &bus.line));
        }
        let (reply, answer) = oneshot::channel();
        let ad_hoc = AdHocRequest {
            unit: read.unit,
            request,
            timeout: read.timeout(),
            mode: read.mode,
            reply,
        };
        let stopping = || words::bus_stops(&read.bus);
        let took = Stopwatch::start();
        let asking = async {
            bus.requests.send(ad_hoc).await.map_err(|_| stopping())?;
            answer.await.map_err(|_| stopping())
        };
        let limit = BUS_WAIT_MAX + read.timeout().unwrap_or(ANSWER_MAX);
        let busy = |_| words::bus_busy(&read.bus, limit.as_secs());
        let outcome = timeout(limit, asking).await.map_err(busy)??;
        let ms = took.elapsed().as_secs_f64() * 1000.0;
        Ok(match outcome {
            Ok(words) => Answer::Words { words, ms },
            Err(error) => Answer::Failed { failure: Failure::from(error), ms },
        })
    }
}

/// The line of an answer. What it says to a person is in `lang`.
fn encode(answer: Answer, lang: Lang) -> serde_json::Result<Vec<u8>> {
    let reply = ControlReply { v: VERSION, answer };
    let mut bytes = within(lang, || serde_json::to_vec(&reply))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Tells a connection, if it reads at once, that there are too many, and closes it.
fn refuse(stream: &UnixStream) {
    // Nothing is read of it, so that its language is not known; the client puts these words into its own.
    let refusal = Answer::Refused(words::too_many_commands(CONNECTIONS_MAX));
    if let Ok(bytes) = encode(refusal, Lang::English) {
        let _sent = stream.try_write(&bytes);
    }
}
