//! Lines of syslog (RFC 5424), over UDP or into the socket of this machine's own.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::{UdpSocket, UnixDatagram, lookup_host};
use tokio::time::timeout;

use super::said::{Said, cut, one_line};
use super::send_error::SendError;
use crate::core::check_host;
use crate::locales::{Text, core as common, foreign, notify as words};
use crate::support::files;

/// Bytes that every receiver takes (RFC 5424, 6.1).
const LINE_MAX: usize = 2048;

/// The longest wait for a name. Engineering judgement.
const NAME_MAX: Duration = Duration::from_secs(5);

/// local0: what a machine's services are sorted by is the office's own (RFC 5424, table 1).
const FACILITY: u8 = 16;

/// Severities (RFC 5424, table 2): critical, warning, notice.
const URGENT: u8 = 2;
const WARNING: u8 = 4;
const NOTICE: u8 = 5;

/// Where a syslog server is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Syslog {
    /// Name and port, as they are written.
    Udp(String),
    Socket(PathBuf),
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Weight {
    Urgent,
    Warning,
    Notice,
}

impl Syslog {
    /// The server that `address` names: `host:port`, or the path of a socket.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(address: &str) -> Result<Self, Text> {
        if address.starts_with('/') {
            return Ok(Self::Socket(address.into()));
        }
        if address.parse::<SocketAddr>().is_ok_and(|found| found.port() > 0) {
            return Ok(Self::Udp(address.into()));
        }
        let (host, port) = address.rsplit_once(':').ok_or_else(words::no_syslog_address)?;
        check_host(host)?;
        match port.parse::<u16>() {
            Ok(1..) => Ok(Self::Udp(address.into())),
            _ => Err(words::no_syslog_address()),
        }
    }

    /// Sends a line. Over UDP nobody says whether it has come.
    pub async fn send(&self, said: &Said, weight: Weight, at: Timestamp) -> Result<(), SendError> {
        let line = line(said, weight, at, &host_name());
        let sent = match self {
            Self::Udp(address) => send_udp(address, line.as_bytes()).await,
            Self::Socket(path) => {
                let sent = async {
                    let socket = UnixDatagram::unbound()?;
                    socket.send_to(line.as_bytes(), path).await
                };
                sent.await.map(drop).map_err(|error| foreign::io(&error))
            }
        };
        sent.map_err(|why| {
            let place = match self {
                Self::Udp(address) => address.clone(),
                Self::Socket(path) => path.display().to_string(),
            };
            SendError { why: words::at_host(place, why), retry: true, after: None }
        })
    }
}

async fn send_udp(address: &str, line: &[u8]) -> Result<(), Text> {
    let unknown = || common::io_name_unknown(address);
    let found = timeout(NAME_MAX, lookup_host(address)).await.map_err(|_| unknown())?;
    let to = found.ok().and_then(|mut found| found.next()).ok_or_else(unknown)?;
    let sent = async {
        let own = match to {
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        UdpSocket::bind(own).await?.send_to(line, to).await
    };
    sent.await.map(drop).map_err(|error| foreign::io(&error))
}

/// The line: head, the letter's id as structured data, and the words after a byte order mark, in UTF-8 and cut at a
/// character. 32473 is the number that RFC 5612 keeps for those who have none of their own.
fn line(said: &Said, weight: Weight, at: Timestamp, host: &str) -> String {
    let severity = match weight {
        Weight::Urgent => URGENT,
        Weight::Warning => WARNING,
        Weight::Notice => NOTICE,
    };
    let priority = FACILITY * 8 + severity;
    let id: String = said.id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let head =
        format!("<{priority}>1 {at:.3} {host} hanqing - alarm [letter@32473 id=\"{id}\"] \u{feff}");
    let text = one_line(&said.plain());
    format!("{head}{}", cut(&text, LINE_MAX.saturating_sub(head.len())))
}

/// The name of this machine as a line may have it, `-` where it has none.
fn host_name() -> String {
    let read = files::read_regular("/proc/sys/kernel/hostname".as_ref(), 255).unwrap_or_default();
    let name: String =
        String::from_utf8_lossy(&read).chars().filter(char::is_ascii_graphic).collect();
    if name.is_empty() { "-".into() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Said {
        let title = "旱情报警：1 处".into();
        Said { id: "l-7".into(), title, lines: vec![line.into()], link: None }
    }

    #[test]
    fn a_line_is_one_of_the_standard() {
        let at: Timestamp = "2026-08-01T22:00:00.5Z".parse().unwrap();
        let line = line(&said("石门水库\n水位 212.30 m\u{1b}[2J"), Weight::Urgent, at, "hub");
        assert_eq!(
            line,
            "<130>1 2026-08-01T22:00:00.500Z hub hanqing - alarm [letter@32473 id=\"l-7\"] \
             \u{feff}旱情报警：1 处 石门水库 水位 212.30 m [2J"
        );
    }

    #[test]
    fn a_long_line_is_cut_at_a_character() {
        let line = line(&said(&"水".repeat(3000)), Weight::Notice, Timestamp::UNIX_EPOCH, "-");
        assert!((LINE_MAX - 3..=LINE_MAX).contains(&line.len()), "{}", line.len());
        assert!(line.starts_with("<133>1 1970-01-01T00:00:00.000Z - ") && line.ends_with('…'));
    }

    #[test]
    fn an_address_is_a_host_with_a_port_or_a_path() {
        for right in ["log.lan:514", "10.0.0.1:514", "[fd00::1]:514"] {
            assert_eq!(Syslog::parse(right), Ok(Syslog::Udp(right.into())));
        }
        assert_eq!(Syslog::parse("/dev/log"), Ok(Syslog::Socket("/dev/log".into())));
        for wrong in
            ["", "log.lan", "log.lan:0", "log.lan:x", ":514", "udp://log.lan:514", "a b:514"]
        {
            assert!(Syslog::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn it_arrives_over_udp_and_in_a_socket() {
        let at = Timestamp::UNIX_EPOCH;
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap().to_string();
        let syslog = Syslog::parse(&address).unwrap();
        syslog.send(&said("水"), Weight::Warning, at).await.unwrap();
        let mut line = vec![0; LINE_MAX];
        let length = server.recv(&mut line).await.unwrap();
        assert!(line[..length].starts_with(b"<132>1 "));

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let syslog = Syslog::parse(path.to_str().unwrap()).unwrap();
        let gone = syslog.send(&said("水"), Weight::Warning, at).await.unwrap_err();
        assert!(gone.retry && gone.why.to_string().contains("log"), "{gone:?}");
        let server = UnixDatagram::bind(&path).unwrap();
        syslog.send(&said("水"), Weight::Warning, at).await.unwrap();
        let length = server.recv(&mut line).await.unwrap();
        assert!(line[..length].ends_with("水".as_bytes()));
    }
}
