//! A client of MQTT 3.1.1 and 5, byte by byte: it says what is asked of it, whether it makes sense or not.

use std::io::{Error, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Publications that wait for the broker's confirmation at most: half of what mosquitto holds for a client.
const WINDOW: usize = 50;

/// Messages that may wait for the test to look at them: more than any makes.
const MESSAGES_MAX: usize = 200_000;

/// Longest wait for a broker that runs. Generous: it costs time only where the test fails.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// The version that it speaks, by its number in CONNECT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    V3 = 4,
    V5 = 5,
}

/// Who it says that it is.
#[derive(Debug, Clone, Copy)]
pub struct Login<'a> {
    pub client_id: &'a str,
    /// User and password.
    pub user: Option<(&'a str, &'a str)>,
    pub protocol: Protocol,
}

/// A message that came.
#[derive(Debug)]
pub struct Message {
    pub came: Instant,
    pub topic: String,
    pub payload: Vec<u8>,
}

#[derive(Default)]
struct State {
    /// Publications that the broker has not confirmed.
    waiting: usize,
    /// Reason codes of confirmations, 0x80 and above.
    refused: Vec<u8>,
    /// What the broker answered to SUBSCRIBE.
    subscribed: Option<Vec<u8>>,
    ended: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// A connection to a broker.
pub struct Client {
    stream: Arc<Mutex<TcpStream>>,
    shared: Arc<Shared>,
    protocol: Protocol,
    next: u16,
    /// What came for it.
    pub messages: Receiver<Message>,
}

impl Client {
    /// Connects to 127.0.0.1 with a clean session.
    pub fn connect(port: u16, login: Login) -> std::io::Result<Self> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.write_all(&connect(login))?;
        stream.set_read_timeout(Some(ANSWER_MAX))?;
        let (kind, answer) = read_packet(&mut stream)?;
        if kind >> 4 != 2 || answer.get(1) != Some(&0) {
            return Err(Error::new(ErrorKind::ConnectionRefused, format!("{kind:#x} {answer:?}")));
        }
        stream.set_read_timeout(None)?;
        let shared = Shared { state: Mutex::default(), changed: Condvar::new() };
        let shared = Arc::new(shared);
        let (sender, messages) = sync_channel(MESSAGES_MAX);
        let reading = stream.try_clone()?;
        let stream = Arc::new(Mutex::new(stream));
        let protocol = login.protocol;
        let (writing, noting) = (stream.clone(), shared.clone());
        std::thread::spawn(move || {
            // Ends with the connection.
            let _ended = listen(reading, protocol, &writing, &noting, &sender);
            noting.state.lock().unwrap().ended = true;
            noting.changed.notify_all();
        });
        Ok(Self { stream, shared, protocol: login.protocol, next: 0, messages })
    }

    fn number(&mut self) -> [u8; 2] {
        self.next = self.next.checked_add(1).unwrap_or(1);
        self.next.to_be_bytes()
    }

    /// Waits until the state is as wanted. Fails where the connection ends first, or nothing happens for too long.
    fn until(&self, wanted: impl Fn(&State) -> bool) -> std::io::Result<()> {
        let state = self.shared.state.lock().unwrap();
        let waits = |state: &mut State| !wanted(state) && !state.ended;
        let (state, late) =
            self.shared.changed.wait_timeout_while(state, ANSWER_MAX, waits).unwrap();
        match (wanted(&state), late.timed_out()) {
            (true, _) => Ok(()),
            (false, true) => Err(ErrorKind::TimedOut.into()),
            (false, false) => Err(ErrorKind::ConnectionAborted.into()),
        }
    }

    /// Subscribes with QoS 1. Gives the broker's reason codes.
    pub fn subscribe(&mut self, filters: &[&str]) -> std::io::Result<Vec<u8>> {
        let mut body = self.number().to_vec();
        properties(self.protocol, &mut body);
        for filter in filters {
            text(filter.as_bytes(), &mut body);
            body.push(1);
        }
        self.shared.state.lock().unwrap().subscribed = None;
        self.send(&packet(0x82, &body))?;
        self.until(|state| state.subscribed.is_some())?;
        Ok(self.shared.state.lock().unwrap().subscribed.take().expect("it was waited for"))
    }

    /// Publishes with QoS 1, as soon as few enough wait for the broker.
    pub fn publish(&mut self, topic: &str, payload: &[u8], retain: bool) -> std::io::Result<()> {
        self.until(|state| state.waiting < WINDOW)?;
        let mut body = Vec::with_capacity(topic.len() + payload.len() + 5);
        text(topic.as_bytes(), &mut body);
        body.extend(self.number());
        properties(self.protocol, &mut body);
        body.extend(payload);
        self.shared.state.lock().unwrap().waiting += 1;
        self.send(&packet(0x32 | u8::from(retain), &body))
    }

    /// Waits until the broker has confirmed all that was published.
    pub fn flush(&self) -> std::io::Result<()> {
        self.until(|state| state.waiting == 0)
    }

    /// The reasons for which the broker has refused publications, which only version 5 tells.
    pub fn refused(&self) -> Vec<u8> {
        self.shared.state.lock().unwrap().refused.clone()
    }

    /// Writes these bytes, whatever they are.
    pub fn send(&self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.lock().unwrap().write_all(bytes)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // The thread that listens has a handle of its own. It may be closed already.
        let _closed = self.stream.lock().unwrap().shutdown(std::net::Shutdown::Both);
    }
}

/// Takes what comes until the connection ends.
fn listen(
    mut stream: TcpStream,
    protocol: Protocol,
    writing: &Mutex<TcpStream>,
    shared: &Shared,
    sender: &SyncSender<Message>,
) -> std::io::Result<()> {
    loop {
        let (kind, body) = read_packet(&mut stream)?;
        let came = Instant::now();
        match kind >> 4 {
            3 => {
                let (message, number) = publication(kind, &body, protocol, came)?;
                if let Some(number) = number {
                    writing.lock().unwrap().write_all(&packet(0x40, &number))?;
                }
                // A test that does not look has no use for more.
                let _full = sender.try_send(message);
            }
            4 => {
                let mut state = shared.state.lock().unwrap();
                state.waiting = state.waiting.saturating_sub(1);
                state.refused.extend(body.get(2).filter(|reason| **reason >= 0x80));
            }
            9 => {
                let skipped = if protocol == Protocol::V5 { 3 } else { 2 };
                let codes = body.get(skipped..).unwrap_or_default().to_vec();
                shared.state.lock().unwrap().subscribed = Some(codes);
            }
            _ => {}
        }
        shared.changed.notify_all();
    }
}

/// A publication, and its number where it wants to be confirmed.
fn publication(
    kind: u8,
    body: &[u8],
    protocol: Protocol,
    came: Instant,
) -> std::io::Result<(Message, Option<[u8; 2]>)> {
    let mut rest = body;
    let mut length = [0; 2];
    rest.read_exact(&mut length)?;
    let mut topic = vec![0; usize::from(u16::from_be_bytes(length))];
    rest.read_exact(&mut topic)?;
    let mut number = None;
    if kind & 0x06 != 0 {
        let mut bytes = [0; 2];
        rest.read_exact(&mut bytes)?;
        number = Some(bytes);
    }
    if protocol == Protocol::V5 {
        let length = read_length(&mut rest)?;
        rest = rest.get(length..).unwrap_or_default();
    }
    let topic = String::from_utf8_lossy(&topic).into_owned();
    Ok((Message { came, topic, payload: rest.to_vec() }, number))
}

/// A CONNECT with a clean session, without a will.
pub fn connect(login: Login) -> Vec<u8> {
    let mut body = Vec::new();
    text(b"MQTT", &mut body);
    let flags = if login.user.is_some() { 0xc2 } else { 0x02 };
    // Ten minutes: a test says nothing for as long as it likes.
    body.extend([login.protocol as u8, flags, 2, 0x58]);
    properties(login.protocol, &mut body);
    text(login.client_id.as_bytes(), &mut body);
    if let Some((user, password)) = login.user {
        text(user.as_bytes(), &mut body);
        text(password.as_bytes(), &mut body);
    }
    packet(0x10, &body)
}

/// A packet of this first byte.
pub fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![kind];
    let mut length = body.len();
    loop {
        let more = length > 0x7f;
        packet.push((length & 0x7f) as u8 | if more { 0x80 } else { 0 });
        length >>= 7;
        if !more {
            break;
        }
    }
    packet.extend(body);
    packet
}

/// Appends a text with its length before it.
pub fn text(text: &[u8], to: &mut Vec<u8>) {
    to.extend((text.len() as u16).to_be_bytes());
    to.extend(text);
}

/// Appends no properties, where the version has them.
fn properties(protocol: Protocol, to: &mut Vec<u8>) {
    if protocol == Protocol::V5 {
        to.push(0);
    }
}

fn read_length(from: &mut impl Read) -> std::io::Result<usize> {
    let (mut length, mut shift) = (0, 0);
    loop {
        let mut byte = [0];
        from.read_exact(&mut byte)?;
        length |= usize::from(byte[0] & 0x7f) << shift;
        shift += 7;
        if byte[0] < 0x80 || shift > 21 {
            return Ok(length);
        }
    }
}

fn read_packet(from: &mut impl Read) -> std::io::Result<(u8, Vec<u8>)> {
    let mut kind = [0];
    from.read_exact(&mut kind)?;
    let mut body = vec![0; read_length(from)?];
    from.read_exact(&mut body)?;
    Ok((kind[0], body))
}
