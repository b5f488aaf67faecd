//! A line whose other end is played by a script, in flying time, and the transcript of what went over it.

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

use super::link::{Ask, ReadError};
use super::rtu::{check, hex};
use super::rtu_line::RtuLine;
use super::stream::Port;
use super::timing::REQUEST_BYTES;
use crate::device::{Function, Request};
use crate::support::{Pause, Stopwatch};

/// The way to the other end.
#[derive(Debug, Clone)]
pub struct Far(mpsc::Sender<DuplexStream>);

impl Far {
    /// A connection to it; none once it has ended.
    pub fn dial(&self) -> Option<DuplexStream> {
        let (near, far) = duplex(4096);
        self.0.try_send(far).ok()?;
        Some(near)
    }
}

/// Throws away what waits in `stream`.
pub fn discard(stream: &mut DuplexStream) -> io::Result<usize> {
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
            read => discarded += read,
        }
    }
}

/// What the other end does.
#[derive(Debug, Clone)]
pub enum Step {
    /// Waits so many milliseconds.
    After(u64),
    Send(Vec<u8>),
    Close,
}

/// A frame: these bytes and their check.
pub fn frame(body: &[u8]) -> Vec<u8> {
    [body, &check(body)].concat()
}

/// The answer with one register to a request frame: the register's address is its value.
pub fn answer(asked: &[u8]) -> Vec<u8> {
    frame(&[asked[0], asked[1], 2, asked[2], asked[3]])
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
    /// A line after `settings`, whose other end does after the n-th request what `deed` says. It hears whatever is sent and
    /// answers on the newest connection.
    pub fn new(
        settings: &str,
        mut deed: impl FnMut(usize, &[u8]) -> Vec<Step> + Send + 'static,
    ) -> Self {
        let settings: super::BusSettings =
            toml::from_str(&format!("name = 'b'\ntimeout_ms = 100\n{settings}")).unwrap();
        let heartbeat = settings.dtu.as_ref().and_then(|dtu| dtu.heartbeat.clone());
        let heartbeat = heartbeat.map(|text| super::bytes_of(&text).unwrap());
        let (sender, mut dialled) = mpsc::channel(16);
        let log = Log { text: Arc::default(), watch: Stopwatch::start() };
        let far = log.clone();
        tokio::spawn(async move {
            let writer: Arc<tokio::sync::Mutex<Option<WriteHalf<DuplexStream>>>> = Arc::default();
            let mut reader: Option<ReadHalf<DuplexStream>> = None;
            let mut number = 0;
            loop {
                let mut asked = [0; REQUEST_BYTES];
                tokio::select! {
                    biased;
                    Some(stream) = dialled.recv() => {
                        far.line("-- opened");
                        let (read, write) = split(stream);
                        reader = Some(read);
                        *writer.lock().await = Some(write);
                        continue;
                    }
                    read = whole(&mut reader, &mut asked) => if !read {
                        reader = None;
                        continue;
                    }
                }
                far.line(&format!(">> {}", hex(&asked)));
                let steps = deed(number, &asked);
                number += 1;
                let (writer, log) = (writer.clone(), far.clone());
                tokio::spawn(async move {
                    for step in steps {
                        match step {
                            Step::After(ms) => Pause::Coarse.wait(Duration::from_millis(ms)).await,
                            Step::Send(bytes) => {
                                log.line(&format!("<< {}", hex(&bytes)));
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
        let port = Port::Script(Far(sender));
        Self { line: RtuLine::new(port, heartbeat.unwrap_or_default(), &settings), log }
    }

    /// Asks `unit` for the register at `address`.
    pub async fn ask(&mut self, unit: u8, address: u16) -> Result<Vec<u16>, ReadError> {
        self.read(&asking(unit, address)).await
    }

    pub async fn read(&mut self, ask: &Ask) -> Result<Vec<u16>, ReadError> {
        let outcome = self.line.read(ask).await;
        match &outcome {
            Ok(words) => self.log.line(&format!("== {words:?}")),
            Err(error) => self.log.line(&format!("== {error}")),
        }
        outcome
    }

    /// Waits so many milliseconds.
    pub async fn idle(&self, ms: u64) {
        Pause::Coarse.wait(Duration::from_millis(ms)).await;
    }

    /// What went over the line so far.
    pub fn transcript(&self) -> String {
        self.log.text.lock().unwrap().clone()
    }

    pub fn quiet(&self) -> Duration {
        self.line.quiet()
    }
}

/// A request for one holding register.
pub fn asking(unit: u8, address: u16) -> Ask {
    Ask {
        unit,
        request: Request { function: Function::Holding, address, count: 1 },
        timeout: Duration::from_millis(100),
        gap: Duration::ZERO,
        mode: None,
    }
}

/// Reads all of `asked`; not, where the near end has hung up. Where there is none, it never ends.
async fn whole(reader: &mut Option<ReadHalf<DuplexStream>>, asked: &mut [u8]) -> bool {
    match reader {
        Some(reader) => reader.read_exact(asked).await.is_ok(),
        None => poll_fn(|_| Poll::Pending).await,
    }
}
