//! Requests at a steady rate, pages that stand open, and connections that send a byte a second.

use std::fmt::{Display, Formatter};
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::client::Line;
use crate::office::pause;

/// Connections of the steady load: enough that none waits for another at 100 ms a request.
const CONNECTIONS: usize = 32;

/// A page fetches its part at most so often: src/web/assets/live.js, PACE.
const FETCH_EVERY: Duration = Duration::from_secs(5);

/// What a load came to.
pub struct Served {
    /// From when a request was due until its last byte, so that a queue before the server counts.
    pub times: Vec<Duration>,
    pub failed: usize,
    pub took: Duration,
}

impl Served {
    pub fn part_ms(&self, part: f64) -> f64 {
        crate::share(&self.times, part)
    }
}

impl Display for Served {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let rate = self.times.len() as f64 / self.took.as_secs_f64();
        write!(f, "{}, {rate:.0}/s, {} failed", crate::both(&self.times), self.failed)
    }
}

/// Asks for the paths in turn, each request when it is due, whether or not those before it are answered.
pub fn steady(port: u16, paths: &[String], rate: u32, span: Duration) -> Served {
    let all = u64::from(rate) * span.as_secs();
    let (next, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let begun = Instant::now();
    let times: Vec<Vec<Duration>> = std::thread::scope(|scope| {
        let ask = || {
            let mut line = Line::open(port).ok();
            let mut times = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= all {
                    return times;
                }
                let due = begun + Duration::from_secs_f64(number as f64 / f64::from(rate));
                pause(due.saturating_duration_since(Instant::now()));
                let path = &paths[number as usize % paths.len()];
                if line.is_none() {
                    line = Line::open(port).ok();
                }
                match line.as_mut().map(|line| line.get(path)) {
                    Some(Ok(got)) if got.status == 200 => times.push(due.elapsed()),
                    _ => {
                        failed.fetch_add(1, Ordering::Relaxed);
                        line = None;
                    }
                }
            }
        };
        let workers: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(ask)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker")).collect()
    });
    let failed = failed.into_inner() as usize;
    Served { times: times.concat(), failed, took: begun.elapsed() }
}

/// Pages that stand open: each follows the stream of events, and fetches its part when what it shows has changed.
pub struct Viewers {
    events: Arc<AtomicU64>,
    streams: Vec<TcpStream>,
    threads: Vec<JoinHandle<()>>,
}

impl Viewers {
    pub fn open(port: u16, count: usize) -> Self {
        let events = Arc::new(AtomicU64::new(0));
        let (mut streams, mut threads) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let mut line = Line::open(port).expect("the hub");
            line.follow("/live").expect("the hub");
            streams.push(line.end().expect("a handle"));
            let events = events.clone();
            threads.push(std::thread::spawn(move || {
                let (mut page, mut version, mut due) = (None, None, Instant::now());
                while let Ok(said) = line.line() {
                    if !said.starts_with("data:") || version.as_ref() == Some(&said) {
                        continue;
                    }
                    events.fetch_add(1, Ordering::Relaxed);
                    // The first event only says where the page stands.
                    if version.replace(said).is_none() {
                        continue;
                    }
                    pause(due.saturating_duration_since(Instant::now()));
                    due = Instant::now() + FETCH_EVERY;
                    let mut asking = page.take().or_else(|| Line::open(port).ok());
                    if asking.as_mut().is_some_and(|line: &mut Line| line.get("/?part=1").is_ok()) {
                        page = asking;
                    }
                }
            }));
        }
        Self { events, streams, threads }
    }

    /// Events that have come to all of them.
    pub fn events(&self) -> u64 {
        self.events.load(Ordering::Relaxed)
    }
}

impl Drop for Viewers {
    fn drop(&mut self) {
        for stream in &self.streams {
            let _ = stream.shutdown(Shutdown::Both);
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Connections whose heads never end.
pub struct Slow {
    streams: Arc<Mutex<Vec<TcpStream>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Slow {
    pub fn open(port: u16, count: usize) -> Self {
        let streams = (0..count).filter_map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
            let head = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Slow: ");
            stream.write_all(head.as_bytes()).ok()?;
            Some(stream)
        });
        let streams = Arc::new(Mutex::new(streams.collect::<Vec<_>>()));
        let over = Arc::new(AtomicBool::new(false));
        let (held, done) = (streams.clone(), over.clone());
        let thread = std::thread::spawn(move || {
            while !done.load(Ordering::Relaxed) {
                held.lock().expect("no panic").retain_mut(|stream| stream.write_all(b"x").is_ok());
                pause(Duration::from_secs(1));
            }
        });
        Self { streams, over, thread: Some(thread) }
    }

    /// How many the server has not closed.
    pub fn left(&self) -> usize {
        self.streams.lock().expect("no panic").len()
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
