//! The command's side of the control socket.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::message::ANSWER_BYTES_MAX;
use super::server::BUS_WAIT_MAX;
use super::{Answer, Command, ControlReply, ControlRequest, GatewayStatus, VERSION};

/// How long a gateway may take for its status: it need not wait for a bus.
const STATUS_MAX: Duration = Duration::from_secs(5);

/// How long a read may take: the wait for its bus, the longest timeout, and a little for the gateway to refuse it.
const READ_MAX: Duration = Duration::from_secs(BUS_WAIT_MAX.as_secs() + 65);

/// Why a command could not be sent to a running gateway.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// There is a socket that this user may not use.
    #[error(
        "{0} belongs to a running gateway that this user may not use: run the command as root or as the service's user"
    )]
    Forbidden(PathBuf),
    #[error("the connection to the running gateway at {path} failed: {problem}")]
    Broken { path: PathBuf, problem: String },
    #[error("the running gateway refuses: {0}")]
    Refused(String),
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
                    _ => Err(broken(path, error)),
                };
            }
        };
        let mut stream = BufReader::new(stream);
        match converse(&mut stream, path, Command::Status, STATUS_MAX).await? {
            Answer::Status(status) => Ok(Some(Self { stream, path: path.into(), status: *status })),
            other => Err(broken(path, format!("unexpected answer {other:?}"))),
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
    let exchange = async {
        let mut line = serde_json::to_vec(&ControlRequest { v: VERSION, ask: command })?;
        line.push(b'\n');
        stream.write_all(&line).await?;
        line.clear();
        let mut bounded = stream.take(ANSWER_BYTES_MAX as u64);
        bounded.read_until(b'\n', &mut line).await?;
        if line.last() != Some(&b'\n') {
            let kind = io::ErrorKind::UnexpectedEof;
            return Err(io::Error::new(kind, "closed by the gateway"));
        }
        let reply: ControlReply = serde_json::from_slice(&line)?;
        Ok(reply.answer)
    };
    match timeout(limit, exchange).await {
        Ok(Ok(Answer::Refused(why))) => Err(ClientError::Refused(why)),
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(broken(path, error)),
        Err(_) => Err(broken(path, format!("no answer within {} s", limit.as_secs()))),
    }
}

fn broken(path: &Path, problem: impl std::fmt::Display) -> ClientError {
    ClientError::Broken { path: path.into(), problem: problem.to_string() }
}
