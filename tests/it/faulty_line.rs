//! A TCP line that fails as it is told: between a daemon and its broker, in each of the ways in which networks fail.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener as Listener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Bytes that are passed on at once.
const CHUNK: usize = 16 * 1024;

/// From whom to whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way {
    /// From the daemon to its broker.
    Up,
    /// From the broker to the daemon.
    Down,
}

/// What the line does with its connections, those that are there and those that come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    /// Passes everything on.
    Pass,
    /// Passes everything on, this much later.
    Delay(Duration),
    /// Takes everything, closings too, and passes nothing on. A connection that has lost bytes so stays dead for good.
    BlackHole,
    /// The same in one direction only.
    HalfOpen(Way),
    /// Ends all with a reset.
    Reset,
    /// Passes so many more bytes of each connection on in this direction, then closes it: as a rule in the middle of a
    /// packet.
    Truncate(Way, usize),
    /// Closes all, and those that come before a byte is passed on.
    Refuse,
    /// Closes all, and answers the first request of those that come with this status of HTTP.
    Answer(u16),
}

impl Mode {
    fn swallows(self, way: Way) -> bool {
        self == Self::BlackHole || self == Self::HalfOpen(way)
    }

    fn cuts(self) -> bool {
        matches!(self, Self::Reset | Self::Refuse | Self::Answer(_))
    }
}

/// The line. Ends with its connections when it is dropped.
pub struct FaultyLine {
    /// Where to connect.
    pub port: u16,
    mode: watch::Sender<Mode>,
    carried: Arc<AtomicU64>,
    _runtime: Runtime,
}

impl FaultyLine {
    /// A line to this port of 127.0.0.1, whoever listens there.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let here = listener.local_addr().unwrap().port();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (mode, orders) = watch::channel(Mode::Pass);
        let carried = Arc::new(AtomicU64::new(0));
        runtime.spawn(serve(listener, port, orders, carried.clone()));
        Self { port: here, mode, carried, _runtime: runtime }
    }

    /// From now on, for every connection.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Connections that got through to the other side.
    pub fn carried(&self) -> u64 {
        self.carried.load(SeqCst)
    }
}

async fn serve(
    listener: TcpListener,
    port: u16,
    orders: watch::Receiver<Mode>,
    carried: Arc<AtomicU64>,
) {
    let listener = Listener::from_std(listener).unwrap();
    loop {
        let (near, _) = listener.accept().await.unwrap();
        let (orders, carried) = (orders.clone(), carried.clone());
        tokio::spawn(async move {
            let mode = *orders.borrow();
            if let Mode::Answer(status) = mode {
                // Whoever goes away while it is answered has heard enough.
                let _gone = answer(near, status).await;
                return;
            }
            let cut = orders.borrow().cuts();
            // Where the far side is away, so is the near one.
            let far = match cut {
                true => None,
                false => TcpStream::connect(("127.0.0.1", port)).await.ok(),
            };
            match far {
                Some(far) => {
                    carried.fetch_add(1, SeqCst);
                    carry(near, far, orders).await;
                }
                None if *orders.borrow() == Mode::Reset => near.set_zero_linger().unwrap(),
                None => {}
            }
        });
    }
}

/// Takes a request of HTTP and answers it with this status.
async fn answer(mut near: TcpStream, status: u16) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut bytes = [0; 4096];
        let read = near.read(&mut bytes).await?;
        if read == 0 {
            return Ok(());
        }
        request.extend_from_slice(&bytes[..read]);
    }
    let head = format!("HTTP/1.1 {status} Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    near.write_all(head.as_bytes()).await?;
    near.shutdown().await
}

/// Whether a request has come with all of its body, whose length it names.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let end = request.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    request.len() >= end + length.unwrap_or(0)
}

/// How one direction of a connection ended.
#[derive(Debug, PartialEq)]
enum End {
    /// Visibly: the other direction ends with it.
    Closed,
    /// Nobody is told.
    Unseen,
}

async fn carry(mut near: TcpStream, mut far: TcpStream, orders: watch::Receiver<Mode>) {
    // Small messages must not wait for each other longer than they are told to.
    let _gone = near.set_nodelay(true).and(far.set_nodelay(true));
    {
        let (near_read, near_write) = near.split();
        let (far_read, far_write) = far.split();
        let up = pump(Way::Up, near_read, far_write, orders.clone());
        let down = pump(Way::Down, far_read, near_write, orders.clone());
        tokio::pin!(up, down);
        let unseen = |end| end == End::Unseen;
        tokio::select! {
            end = &mut up => if unseen(end) { down.await; },
            end = &mut down => if unseen(end) { up.await; },
        }
    }
    if *orders.borrow() == Mode::Reset {
        let _gone = near.set_zero_linger().and(far.set_zero_linger());
    }
}

/// Passes one direction on, as it is told.
async fn pump(
    way: Way,
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    mut orders: watch::Receiver<Mode>,
) -> End {
    let mut bytes = vec![0; CHUNK];
    // Once something is missing from a stream nothing that follows can be passed on.
    let mut dead = false;
    let mut left = None;
    loop {
        let mode = *orders.borrow_and_update();
        if mode.cuts() {
            return End::Closed;
        }
        left = match mode {
            Mode::Truncate(cut, bytes) if cut == way => left.or(Some(bytes)),
            _ => None,
        };
        let read = tokio::select! {
            biased;
            changed = orders.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return End::Closed,
            },
            read = from.read(&mut bytes) => read.unwrap_or(0),
        };
        if let Mode::Delay(time) = mode {
            // A new order ends it: what it has held back then goes on, or is lost.
            let _late = tokio::time::timeout(time, orders.changed()).await;
        }
        let mode = *orders.borrow();
        if mode.cuts() {
            return End::Closed;
        }
        let swallowed = dead || mode.swallows(way);
        match read {
            0 if swallowed => return End::Unseen,
            0 => return End::Closed,
            _ if swallowed => dead = true,
            _ => {
                let passed = left.map_or(read, |left| read.min(left));
                let written = tokio::select! {
                    written = to.write_all(&bytes[..passed]) => written.is_ok(),
                    _ = orders.wait_for(|mode| mode.cuts()) => false,
                };
                left = left.map(|left| left - passed);
                if !written || left == Some(0) {
                    return End::Closed;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{ErrorKind, Read, Write};
    use std::net::TcpStream;

    /// Longest wait for what must not come.
    const SILENCE: Duration = Duration::from_millis(100);

    /// Longest wait for what must come. Generous: it costs time only where the test fails.
    const COMES: Duration = Duration::from_secs(30);

    /// A line and a connection over it, both ends.
    fn joined() -> (FaultyLine, TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let line = FaultyLine::to(listener.local_addr().unwrap().port());
        let near = TcpStream::connect(("127.0.0.1", line.port)).unwrap();
        let (far, _) = listener.accept().unwrap();
        for end in [&near, &far] {
            end.set_read_timeout(Some(COMES)).unwrap();
        }
        assert_eq!(pass(&near, &far), b"hello");
        (line, near, far)
    }

    /// What arrives of a word, until it is whole, late, or the line ends.
    fn pass(mut from: &TcpStream, mut to: &TcpStream) -> Vec<u8> {
        from.write_all(b"hello").unwrap();
        let mut came = Vec::new();
        let mut byte = [0];
        while came.len() < 5 && to.read(&mut byte).is_ok_and(|read| read == 1) {
            came.push(byte[0]);
        }
        came
    }

    fn silent(mut end: &TcpStream) {
        end.set_read_timeout(Some(SILENCE)).unwrap();
        let error = end.read(&mut [0]).unwrap_err().kind();
        assert_eq!(error, ErrorKind::WouldBlock);
        end.set_read_timeout(Some(COMES)).unwrap();
    }

    #[test]
    fn passes_and_delays() {
        let (line, near, far) = joined();
        line.set(Mode::Delay(SILENCE));
        let begun = std::time::Instant::now();
        assert_eq!(pass(&near, &far), b"hello");
        assert!(begun.elapsed() >= SILENCE);
        line.set(Mode::Pass);
        assert_eq!(pass(&far, &near), b"hello");
        drop(near);
        assert_eq!((&far).read(&mut [0]).unwrap(), 0);
    }

    #[test]
    fn a_connection_that_lost_bytes_stays_dead() {
        let (line, near, far) = joined();
        line.set(Mode::HalfOpen(Way::Up));
        (&near).write_all(b"lost").unwrap();
        silent(&far);
        assert_eq!(pass(&far, &near), b"hello");
        line.set(Mode::Pass);
        (&near).write_all(b"late").unwrap();
        silent(&far);
        assert_eq!(pass(&far, &near), b"hello");
        // Nobody is told, until the other side gives up.
        near.shutdown(std::net::Shutdown::Write).unwrap();
        silent(&far);
        drop(far);
        assert_eq!((&near).read(&mut [0]).unwrap(), 0);
    }

    #[test]
    fn a_black_hole_is_silent_both_ways() {
        let (line, near, far) = joined();
        line.set(Mode::BlackHole);
        (&near).write_all(b"lost").unwrap();
        (&far).write_all(b"lost").unwrap();
        silent(&far);
        silent(&near);
    }

    #[test]
    fn resets_truncates_and_refuses() {
        let (line, near, far) = joined();
        line.set(Mode::Reset);
        for mut end in [&near, &far] {
            let error = end.read(&mut [0]).unwrap_err().kind();
            assert_eq!(error, ErrorKind::ConnectionReset);
        }
        let (line, near, far) = joined();
        line.set(Mode::Truncate(Way::Up, 3));
        assert_eq!(pass(&far, &near), b"hello");
        assert_eq!(pass(&near, &far), b"hel");
        assert_eq!((&near).read(&mut [0]).unwrap_or(0), 0);
        let (line, near, far) = joined();
        line.set(Mode::Refuse);
        for mut end in [&near, &far] {
            assert_eq!(end.read(&mut [0]).unwrap(), 0);
        }
        let mut more = TcpStream::connect(("127.0.0.1", line.port)).unwrap();
        assert_eq!(more.read(&mut [0]).unwrap_or(0), 0);
        assert_eq!(line.carried(), 1);
    }

    #[test]
    fn answers_as_a_server_with_a_fault_does() {
        let (line, near, far) = joined();
        line.set(Mode::Answer(503));
        for mut end in [&near, &far] {
            assert_eq!(end.read(&mut [0]).unwrap(), 0);
        }
        let mut more = TcpStream::connect(("127.0.0.1", line.port)).unwrap();
        more.set_read_timeout(Some(COMES)).unwrap();
        more.write_all(b"POST /write HTTP/1.1\r\nContent-Length: 3\r\n\r\na").unwrap();
        more.write_all(b"bc").unwrap();
        let mut said = String::new();
        more.read_to_string(&mut said).unwrap();
        assert!(said.starts_with("HTTP/1.1 503 "), "{said}");
        assert_eq!(line.carried(), 1);
    }
}
