//! A line whose other end follows a script, in paused time, and a transcript of what crosses it.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream, ReadBuf, ReadHalf, WriteHalf, duplex,
    split,
};
use tokio::sync::mpsc;

use super::error::ReadResult;
use super::request::ReadRequest;
use super::rtu::{crc, hex_dump};
use super::rtu_line::RtuLine;
use super::stream::Port;
use super::timing::REQUEST_BYTES;
use crate::device::{Function, Request};
use crate::support::{Pause, Stopwatch};

/// Connects to the other end.
#[derive(Debug, Clone)]
pub struct Peer(mpsc::Sender<DuplexStream>);

impl Peer {
    /// A connection to it; `None` once it has ended.
    pub fn dial(&self) -> Option<DuplexStream> {
        let (near, far) = duplex(4096);
        self.0.try_send(far).ok()?;
        Some(near)
    }
}

/// Discards what waits in `stream`, and appends it to `seen`.
pub fn discard(stream: &mut DuplexStream, seen: &mut Vec<u8>) -> io::Result<usize> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut discarded = 0;
    loop {
        let mut room = [0; 256];
        let mut buffer = ReadBuf::new(&mut room);
        match Pin::new(&mut *stream).poll_read(&mut context, &mut buffer) {
            Poll::Pending => return Ok(discarded),
            Poll::Ready(read) => read?,
        }
        match buffer.filled().len() {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                seen.extend(buffer.filled());
                discarded += read;
            }
        }
    }
}

/// What the other end does.
#[derive(Debug, Clone)]
pub enum Step {
    /// Waits this many milliseconds.
    After(u64),
    Send(Vec<u8>),
    Close,
}

/// A frame: these bytes and their crc.
pub fn frame(body: &[u8]) -> Vec<u8> {
    [body, &crc(body)].concat()
}

/// The answer to a request frame for registers, each of whose values is its address.
pub fn answer(request: &[u8]) -> Vec<u8> {
    let first = u16::from_be_bytes([request[2], request[3]]);
    let data: Vec<u8> = (first..).take(request[5].into()).flat_map(u16::to_be_bytes).collect();
    frame(&[&[request[0], request[1], data.len() as u8], &data[..]].concat())
}

/// The transcript, written from both ends.
#[derive(Clone)]
pub struct Log {
    text: Arc<Mutex<String>>,
    watch: Stopwatch,
}

impl Log {
    fn line(&self, line: &str) {
        let ms = self.watch.elapsed().as_secs_f64() * 1000.0;
        let mut text = self.text.lock().unwrap();
        text.push_str(&format!("{ms:8.1}  {line}\n"));
    }
}

/// A line with its other end.
pub struct Scripted {
    line: RtuLine,
    log: Log,
}

impl Scripted {
    /// A line by `settings`. After the n-th request its other end takes the steps that `script` returns. It receives
    /// whatever is sent, and answers on the newest connection. A unit takes one request after the other.
    pub fn new(
        settings: &str,
        mut script: impl FnMut(usize, &[u8]) -> Vec<Step> + Send + 'static,
    ) -> Self {
        let settings: super::BusSettings =
            toml::from_str(&format!("name = 'b'\ntimeout_ms = 100\n{settings}")).unwrap();
        let heartbeat = settings.dtu.as_ref().and_then(|dtu| dtu.heartbeat.clone());
        let heartbeat = heartbeat.map(|text| super::parse_bytes(&text).unwrap());
        let (sender, mut dialled) = mpsc::channel(16);
        let log = Log { text: Arc::default(), watch: Stopwatch::start() };
        let far = log.clone();
        tokio::spawn(async move {
            let writer: Arc<tokio::sync::Mutex<Option<WriteHalf<DuplexStream>>>> = Arc::default();
            let mut reader: Option<ReadHalf<DuplexStream>> = None;
            let mut number = 0;
            let mut turns = BTreeMap::<u8, Arc<tokio::sync::Mutex<()>>>::new();
            loop {
                let mut request = [0; REQUEST_BYTES];
                tokio::select! {
                    biased;
                    Some(stream) = dialled.recv() => {
                        far.line("-- opened");
                        let (read, write) = split(stream);
                        reader = Some(read);
                        *writer.lock().await = Some(write);
                        continue;
                    }
                    read = read_all(&mut reader, &mut request) => if !read {
                        reader = None;
                        continue;
                    }
                }
                far.line(&format!(">> {}", hex_dump(&request)));
                let steps = script(number, &request);
                number += 1;
                let (writer, log) = (writer.clone(), far.clone());
                let turn = turns.entry(request[0]).or_default().clone();
                tokio::spawn(async move {
                    let _turn = turn.lock().await;
                    for step in steps {
                        match step {
                            Step::After(ms) => Pause::Coarse.wait(Duration::from_millis(ms)).await,
                            Step::Send(bytes) => {
                                log.line(&format!("<< {}", hex_dump(&bytes)));
                                if let Some(writer) = writer.lock().await.as_mut() {
                                    // The near end may have hung up.
                                    let _ = writer.write_all(&bytes).await;
                                }
                            }
                            Step::Close => {
                                log.line("-- closed by the other end");
                                if let Some(mut writer) = writer.lock().await.take() {
                                    let _ = writer.shutdown().await;
                                }
                            }
                        }
                    }
                });
            }
        });
        let port = Port::Script(Peer(sender));
        Self { line: RtuLine::new(port, heartbeat.unwrap_or_default(), &settings), log }
    }

    pub async fn read_one(&mut self, unit: u8, address: u16) -> ReadResult {
        self.read(&read_one(unit, address)).await
    }

    pub async fn read(&mut self, read: &ReadRequest) -> ReadResult {
        let outcome = self.line.read(read).await;
        match &outcome {
            Ok(words) => self.log.line(&format!("== {words:?}")),
            Err(error) => self.log.line(&format!("== {error}")),
        }
        outcome
    }

    pub async fn idle(&self, ms: u64) {
        Pause::Coarse.wait(Duration::from_millis(ms)).await;
    }

    pub fn transcript(&self) -> String {
        self.log.text.lock().unwrap().clone()
    }

    pub fn silence(&self) -> Duration {
        self.line.silence()
    }
}

/// A request for one holding register.
pub fn read_one(unit: u8, address: u16) -> ReadRequest {
    ReadRequest {
        unit,
        request: Request { function: Function::Holding, address, count: 1 },
        timeout: Duration::from_millis(100),
        gap: Duration::ZERO,
        mode: None,
    }
}

/// Fills `buffer`; returns false where the near end has hung up. Without a connection it never ends.
async fn read_all(reader: &mut Option<ReadHalf<DuplexStream>>, buffer: &mut [u8]) -> bool {
    match reader {
        Some(reader) => reader.read_exact(buffer).await.is_ok(),
        None => poll_fn(|_| Poll::Pending).await,
    }
}
