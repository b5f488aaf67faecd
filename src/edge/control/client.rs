//! The command's side of the control socket.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::message::{ANSWER_BYTES_MAX, REQUEST_BYTES_MAX};
use super::server::{BUS_WAIT_MAX, CONNECTIONS_MAX};
use super::{Answer, Command, ControlReply, ControlRequest, GatewayStatus, VERSION};
use crate::locales::{Argument, Lang, Text, edge as words, foreign};

/// How long a gateway may take for its status: it need not wait for a bus.
const STATUS_MAX: Duration = Duration::from_secs(5);

/// How long a read may take: the wait for its bus, the longest timeout, and a little for the gateway to refuse it.
const READ_MAX: Duration = Duration::from_secs(BUS_WAIT_MAX.as_secs() + 65);

/// Why a command could not be sent to a running gateway.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// There is a socket that this user may not use.
    #[error("{}", words::forbidden(.0))]
    Forbidden(PathBuf),
    #[error("{}", words::broken(path, problem))]
    Broken { path: PathBuf, problem: Text },
    /// In the words of the gateway, which speaks the language of this command.
    #[error("{}", words::refused(.0))]
    Refused(Text),
}

/// A connection to a running gateway.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<UnixStream>,
    path: PathBuf,
    status: GatewayStatus,
}

impl Client {
    /// Connects to the gateway that listens at `path`; `None` where none runs. After an error nobody should open the
    /// gateway's lines: it runs, but cannot be asked.
    pub async fn connect(path: &Path) -> Result<Option<Self>, ClientError> {
        let stream = match UnixStream::connect(path).await {
            Ok(stream) => stream,
            Err(error) => {
                return match error.kind() {
                    io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(None),
                    io::ErrorKind::PermissionDenied => Err(ClientError::Forbidden(path.into())),
                    _ => Err(broken(path, foreign::io(&error))),
                };
            }
        };
        let mut stream = BufReader::new(stream);
        match converse(&mut stream, path, Command::Status, STATUS_MAX).await? {
            Answer::Status(status) => Ok(Some(Self { stream, path: path.into(), status: *status })),
            other => Err(broken(path, words::unexpected_answer(format!("{other:?}")))),
        }
    }

    /// The status of the gateway when the connection was made.
    pub fn status(&self) -> &GatewayStatus {
        &self.status
    }

    /// Sends a command and waits for the answer. If that fails or is dropped half-way, the connection is unusable.
    pub async fn send(&mut self, command: Command) -> Result<Answer, ClientError> {
        converse(&mut self.stream, &self.path, command, READ_MAX).await
    }
}

async fn converse(
    stream: &mut BufReader<UnixStream>,
    path: &Path,
    command: Command,
    limit: Duration,
) -> Result<Answer, ClientError> {
    let request = ControlRequest { v: VERSION, lang: Lang::current(), ask: command };
    match timeout(limit, exchange(stream, &request)).await {
        Ok(Ok(Answer::Refused(why))) => Err(ClientError::Refused(in_own_language(why))),
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(problem)) => Err(broken(path, problem)),
        Err(_) => Err(broken(path, words::no_answer_within(limit.as_secs()))),
    }
}

/// A gateway that refuses before it has read the request does not know its language and speaks English.
fn in_own_language(why: Text) -> Text {
    let known =
        [words::too_many_commands(CONNECTIONS_MAX), words::line_too_long(REQUEST_BYTES_MAX)];
    let said = why.to_string();
    known.into_iter().find(|known| known.within(Lang::English) == said).unwrap_or(why)
}

/// Sends a request and reads the answer. The error says why the connection is of no use any more.
async fn exchange(
    stream: &mut BufReader<UnixStream>,
    request: &ControlRequest,
) -> Result<Answer, Text> {
    let unreadable = |error: serde_json::Error| words::unreadable_answer(Argument::of(error));
    let mut line = serde_json::to_vec(request).map_err(unreadable)?;
    line.push(b'\n');
    stream.write_all(&line).await.map_err(|error| foreign::io(&error))?;
    line.clear();
    let mut bounded = stream.take(ANSWER_BYTES_MAX as u64);
    bounded.read_until(b'\n', &mut line).await.map_err(|error| foreign::io(&error))?;
    if line.last() != Some(&b'\n') {
        return Err(words::closed_by_gateway());
    }
    let reply: ControlReply = serde_json::from_slice(&line).map_err(unreadable)?;
    Ok(reply.answer)
}

fn broken(path: &Path, problem: Text) -> ClientError {
    ClientError::Broken { path: path.into(), problem }
}
