//! What the demo's alarms ring: a receiver on loopback, as an office has a webhook, which prints each letter as a line.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::progress::Lines;
use crate::hub::AlarmSettings;
use crate::locales::{Lang, demo as words};

/// Most bytes of a request: of its head, which the hub writes in some 300, and of a letter, which has ten alarms at
/// most.
const HEAD_MAX: u64 = 16 << 10;
const BODY_MAX: u64 = 64 << 10;

/// Longest that a request on loopback may take before its connection is closed. Engineering judgement.
const REQUEST_MAX: Duration = Duration::from_secs(10);

/// Connections at once: the hub sends one letter after the other by a channel.
const CONNECTIONS_MAX: usize = 4;

/// Of a letter, what its line says.
#[derive(Deserialize)]
struct Letter {
    title: String,
    /// One for each alarm, and last the time.
    lines: Vec<String>,
    #[serde(default)]
    alarms: Vec<Alarm>,
}

#[derive(Deserialize)]
struct Alarm {
    said: String,
}

/// A receiver that listens.
pub(super) struct Bell {
    listener: TcpListener,
    address: SocketAddr,
}

impl Bell {
    /// Hangs it up on a free port of loopback.
    ///
    /// # Errors
    /// No port can be opened.
    pub async fn hang() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Alarms that ring it. A webhook reaches this machine only where its settings allow that.
    ///
    /// # Errors
    /// What is written here does not follow the settings of alarms.
    pub fn settings(&self) -> anyhow::Result<AlarmSettings> {
        let channel = format!(
            "[[channel]]\nname = \"demo\"\nkind = \"webhook\"\nurl = \"http://{}/\"\nallow = [\"{}/32\"]\n",
            self.address,
            self.address.ip()
        );
        let settings: AlarmSettings = toml::from_str(&channel)?;
        // Nobody is there to take note of them: that would be told of each.
        let escalate_minutes = Some(0);
        Ok(AlarmSettings { lang: Some(Lang::current()), escalate_minutes, ..settings })
    }

    /// Prints what comes until `stop` is cancelled.
    ///
    /// # Errors
    /// It cannot listen any longer.
    pub async fn run(self, lines: Arc<Lines>, stop: CancellationToken) -> anyhow::Result<()> {
        let mut answering = JoinSet::new();
        loop {
            let full = answering.len() >= CONNECTIONS_MAX;
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(_) = answering.join_next() => {}
                taken = self.listener.accept(), if !full => {
                    let (stream, lines) = (taken?.0, lines.clone());
                    let answer = async move { answer(stream, &lines).await };
                    answering.spawn(tokio::time::timeout(REQUEST_MAX, answer));
                }
            }
        }
    }
}

/// Reads one request and answers it. Whoever sends something else than a letter is told so.
async fn answer(stream: TcpStream, lines: &Lines) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let letter = body(&mut stream).await?.and_then(|body| serde_json::from_slice(&body).ok());
    let status = match &letter {
        Some(_) => "200 OK",
        None => "400 Bad Request",
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    if let Some(letter) = letter {
        lines.ring(&line(&letter));
    }
    stream.shutdown().await
}

/// The body of a request of HTTP/1.1; `None` where it has no length, or one that is too large.
async fn body(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Vec<u8>>> {
    let mut head = (&mut *stream).take(HEAD_MAX);
    let mut length = None;
    loop {
        let mut line = String::new();
        if head.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok().filter(|length| *length <= BODY_MAX);
        }
    }
    let Some(length) = length else { return Ok(None) };
    let mut body = Vec::new();
    let read = stream.take(length).read_to_end(&mut body).await?;
    Ok((read as u64 == length).then_some(body))
}

/// When, what, and the reading of the first alarm.
fn line(letter: &Letter) -> String {
    let time = letter.lines.last().map(String::as_str).unwrap_or_default();
    let said = letter.alarms.first().map(|alarm| alarm.said.as_str()).unwrap_or_default();
    match said {
        "" => words::rings(time, letter.title.as_str()),
        said => words::rings_with(time, letter.title.as_str(), said),
    }
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sent(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_letter_is_a_line_and_nothing_else_is() {
        let bell = Bell::hang().await.unwrap();
        let (address, lines, stop) =
            (bell.address, Arc::new(Lines::kept()), CancellationToken::new());
        let rings = tokio::spawn(bell.run(lines.clone(), stop.clone()));
        let letter = r#"{"v":1,"title":"【报警】大塘：低于旱保","lines":["大塘：低于旱保","8月19日 02:20"],"alarms":[{"said":"水位 217.70 m"}]}"#;
        let post = |body: &str, length: usize| {
            format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}")
        };
        let answer = sent(address, &post(letter, letter.len())).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        for wrong in [post("{}", 2), post("", 1 << 20), "GET / HTTP/1.1\r\n\r\n".to_owned()] {
            let answer = sent(address, &wrong).await;
            assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        }
        let kept = lines.taken();
        assert_eq!(kept.len(), 1, "{kept:?}");
        for part in ["8月19日 02:20", "【报警】大塘：低于旱保", "水位 217.70 m"] {
            assert!(kept[0].contains(part), "{part}: {kept:?}");
        }
        stop.cancel();
        rings.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn alarms_ring_this_bell_and_no_other_machine() {
        let bell = Bell::hang().await.unwrap();
        let settings = bell.settings().unwrap();
        let [channel] = settings.channels.as_slice() else { panic!("{settings:?}") };
        assert_eq!(channel.url.as_deref(), Some(format!("http://{}/", bell.address).as_str()));
        assert!(channel.allow[0].contains(Ipv4Addr::LOCALHOST.into()));
        assert!(!channel.allow[0].contains(Ipv4Addr::new(127, 0, 0, 2).into()));
    }
}
