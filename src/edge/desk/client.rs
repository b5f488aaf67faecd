//! The command's side of the desk.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::message::ANSWER_BYTES_MAX;
use super::server::TURN_MAX;
use super::{Answer, Ask, GatewayStatus, Question, Reply, VERSION};

/// How long a gateway may take to say how it does: it need not wait for a bus.
const STATUS_MAX: Duration = Duration::from_secs(5);

/// How long a read may take: its turn, the longest time for an answer, and a little more than the gateway gives it, so that
/// the gateway's own word on it comes.
const READ_MAX: Duration = Duration::from_secs(TURN_MAX.as_secs() + 65);

/// Why a running gateway could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A socket is there that this user may not use.
    #[error(
        "{0} belongs to a running gateway, but this user may not use it: run the command as root, or as the user of the service"
    )]
    Forbidden(PathBuf),
    /// The connection failed.
    #[error("the running gateway at {path} cannot be asked: {problem}")]
    Broken {
        /// The socket.
        path: PathBuf,
        /// What happened.
        problem: String,
    },
    /// The gateway does not do what was asked.
    #[error("the running gateway says: {0}")]
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
    /// Connects to the gateway that listens at `path`; `None` where none runs.
    ///
    /// # Errors
    /// One runs, but cannot be asked: then nobody else should open its lines either.
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
        match converse(&mut stream, path, Ask::Status, STATUS_MAX).await? {
            Answer::Status(status) => Ok(Some(Self { stream, path: path.into(), status: *status })),
            other => Err(unfitting(path, &other)),
        }
    }

    /// How the gateway did when the connection was made.
    pub fn status(&self) -> &GatewayStatus {
        &self.status
    }

    /// Asks and waits for the answer. After an error, or where it is dropped before its end, the connection is of no more use.
    ///
    /// # Errors
    /// The connection fails, or the gateway refuses.
    pub async fn ask(&mut self, ask: Ask) -> Result<Answer, ClientError> {
        converse(&mut self.stream, &self.path, ask, READ_MAX).await
    }
}

async fn converse(
    stream: &mut BufReader<UnixStream>,
    path: &Path,
    ask: Ask,
    limit: Duration,
) -> Result<Answer, ClientError> {
    let exchange = async {
        let mut line = serde_json::to_vec(&Question { v: VERSION, ask })?;
        line.push(b'\n');
        stream.write_all(&line).await?;
        line.clear();
        let mut bounded = stream.take(ANSWER_BYTES_MAX as u64);
        bounded.read_until(b'\n', &mut line).await?;
        if line.last() != Some(&b'\n') {
            let kind = io::ErrorKind::UnexpectedEof;
            return Err(io::Error::new(kind, "it closed the connection"));
        }
        let reply: Reply = serde_json::from_slice(&line)?;
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

fn unfitting(path: &Path, answer: &Answer) -> ClientError {
    broken(path, format!("its answer does not fit: {answer:?}"))
}
