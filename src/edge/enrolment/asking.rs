//! One question to the hub, over TLS.

use std::fmt;
use std::io;
use std::net::Ipv6Addr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{CertificateError, Error};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{EnrolError, trust};
use crate::locales::{Text, enrolment as words, foreign};
use crate::support::Clock;
use crate::wire::{
    Code, ENROLMENT_MAX, ENROLMENT_NAME, ENROLMENT_PATH, ENROLMENT_PORT, EnrolAnswer, EnrolRefusal,
    EnrolRequest, WireError,
};

/// How long a connection may take, and then the question with its answer: some 3 KiB, on the slowest mobile line.
const CONNECT_MAX: Duration = Duration::from_secs(30);
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// The longest head of an answer, bytes: a hub's has some 100.
const HEAD_MAX: usize = 8 * 1024;

/// Where a hub is asked: a name or an address, and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubAddress {
    host: String,
    port: u16,
}

impl fmt::Display for HubAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl FromStr for HubAddress {
    type Err = Text;

    /// `host`, `host:port`, an IPv6 address, or one in brackets with a port.
    fn from_str(text: &str) -> Result<Self, Text> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or_else(words::no_address)?;
                host.parse::<Ipv6Addr>().map_err(|_| words::no_address())?;
                (host, port)
            }
            None if text.parse::<Ipv6Addr>().is_ok() => (text, ""),
            None => text.split_at(text.find(':').unwrap_or(text.len())),
        };
        let port = match port.strip_prefix(':') {
            Some(port) => port.parse().map_err(|_| words::no_address())?,
            None if port.is_empty() => ENROLMENT_PORT,
            None => return Err(words::no_address()),
        };
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if host.is_empty() || port == 0 || !host.chars().all(allowed) {
            return Err(words::no_address());
        }
        Ok(Self { host: host.into(), port })
    }
}

/// Asks the hub at `hub`, if it is that of `code`: the secret is sent to no other.
pub(super) async fn ask(
    hub: &HubAddress,
    code: &Code,
    request: &EnrolRequest,
    clock: &Clock,
) -> Result<EnrolAnswer, EnrolError> {
    let broken = |why| EnrolError::Unanswered(hub.clone(), why);
    let too_slow = |most: Duration| words::too_slow(most.as_secs());
    let stream = timeout(CONNECT_MAX, connect(hub, code, clock)).await;
    let stream =
        stream.map_err(|_| EnrolError::Connection(hub.clone(), too_slow(CONNECT_MAX)))??;
    let answered = timeout(ANSWER_MAX, converse(hub, stream, request)).await;
    let (status, body) = answered.map_err(|_| broken(too_slow(ANSWER_MAX)))?.map_err(broken)?;
    let no_answer = |error: WireError| EnrolError::Answer(hub.clone(), error);
    if status == 200 {
        return EnrolAnswer::from_bytes(&body).map_err(no_answer);
    }
    match EnrolRefusal::from_bytes(&body) {
        Ok(refusal) => Err(EnrolError::Refused(refusal)),
        Err(_) => Err(broken(words::unexpected_status(status))),
    }
}

async fn connect(
    hub: &HubAddress,
    code: &Code,
    clock: &Clock,
) -> Result<TlsStream<TcpStream>, EnrolError> {
    let failed = |error: io::Error| EnrolError::Connection(hub.clone(), foreign::io(&error));
    let said = |error: Error| EnrolError::Connection(hub.clone(), foreign::said(error));
    let config = trust::config(code).map_err(said)?;
    let name = ServerName::try_from(ENROLMENT_NAME)
        .map_err(|error| EnrolError::Connection(hub.clone(), foreign::said(error)))?;
    let stream = TcpStream::connect((hub.host.as_str(), hub.port)).await.map_err(failed)?;
    let shaken = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    shaken.map_err(|error| match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(Error::InvalidCertificate(wrong)) => not_taken(hub, wrong, clock),
        Some(other) => said(other.clone()),
        None => failed(error),
    })
}

/// Why the certificate that was shown is not taken for the hub's.
fn not_taken(hub: &HubAddress, wrong: &CertificateError, clock: &Clock) -> EnrolError {
    let bound = match wrong {
        CertificateError::NotValidYetContext { not_before, .. } => not_before.as_secs(),
        CertificateError::ExpiredContext { not_after, .. } => not_after.as_secs(),
        _ => return EnrolError::Stranger(hub.clone()),
    };
    let bound = i64::try_from(bound).ok().and_then(|s| jiff::Timestamp::from_second(s).ok());
    EnrolError::Clock { now: clock.now(), bound: bound.unwrap_or_default() }
}

/// Sends the question and takes the answer: its status and body. One question over HTTP/1.1 to one server, which says
/// how long its answer is, needs no more than this; a client for all that HTTP can be is a tenth of a megabyte.
async fn converse(
    hub: &HubAddress,
    mut stream: TlsStream<TcpStream>,
    request: &EnrolRequest,
) -> Result<(u16, Vec<u8>), Text> {
    let body = request.to_bytes();
    let head = format!(
        "POST {ENROLMENT_PATH} HTTP/1.1\r\nHost: {hub}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let failed = |error: io::Error| foreign::io(&error);
    stream.write_all(&[head.as_bytes(), &body].concat()).await.map_err(failed)?;
    stream.flush().await.map_err(failed)?;
    let mut bytes = Vec::new();
    loop {
        if let Some(answer) = complete(&bytes)? {
            return Ok(answer);
        }
        match stream.read_buf(&mut bytes).await {
            Ok(0) => return Err(words::ended_early()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(words::ended_early());
            }
            read => _ = read.map_err(failed)?,
        }
    }
}

/// The answer, once all of it has arrived. An error where it is none, or longer than any of a hub.
pub(super) fn complete(bytes: &[u8]) -> Result<Option<(u16, Vec<u8>)>, Text> {
    const END: &[u8] = b"\r\n\r\n";
    let Some(end) = bytes.windows(END.len()).position(|window| window == END) else {
        return if bytes.len() > HEAD_MAX { Err(words::no_hub()) } else { Ok(None) };
    };
    let head = bytes.get(..end).and_then(|head| str::from_utf8(head).ok());
    let mut lines = head.ok_or_else(words::no_hub)?.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 "));
    let status = status.and_then(|line| line.get(..3)?.parse().ok()).ok_or_else(words::no_hub)?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value.trim())
    });
    let length: Option<usize> = length.and_then(|length| length.parse().ok());
    let length = length.filter(|length| *length <= ENROLMENT_MAX).ok_or_else(words::no_hub)?;
    let body = bytes.get(end + END.len()..).unwrap_or_default();
    Ok(body.get(..length).map(|body| (status, body.to_vec())))
}
