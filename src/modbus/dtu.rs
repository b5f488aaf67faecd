//! Accepts 4G terminals (DTUs) that dial in and pass on their serial line, and assigns each to its bus.
//!
//! Buses may share a listening address; there each terminal identifies itself with its registration bytes. A terminal
//! that dials again replaces its old connection, which has usually died unnoticed.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::rtu::hex_dump;
use super::settings::BusSettings;
use crate::locales::{Text, core as core_words, modbus as words};
use crate::support::{Backoff, lock};

/// Most bytes of a registration or heartbeat: an id, SIM or telephone number, or a short text. Engineering judgement.
pub const REGISTRATION_MAX: usize = 128;

/// How long a terminal may take to identify itself: seconds, over a poor network. Engineering judgement.
const REGISTRATION_TIME: Duration = Duration::from_secs(10);

/// Unidentified terminals at one address. More are disconnected, so that peers cannot use up the file descriptors.
const UNIDENTIFIED_MAX: usize = 64;

/// Unknown peers that are remembered so that each is reported once; after that many, no further one is reported.
const UNKNOWN_PEERS_MAX: usize = 64;

/// The pauses before listening or accepting is tried again: the interface that has the address may still be down.
const RETRY: Backoff = Backoff { first: Duration::from_secs(1), most: Duration::from_secs(30) };

/// The bytes of a setting: text, or hex digits in pairs after `hex:`, spaces allowed. The error is the broken rule.
pub fn parse_bytes(text: &str) -> Result<Vec<u8>, Text> {
    let bytes = match text.strip_prefix("hex:") {
        None => text.as_bytes().to_vec(),
        Some(digits) => {
            let digits: Vec<u32> = digits
                .chars()
                .filter(|c| !c.is_whitespace())
                .map(|c| c.to_digit(16).ok_or_else(words::not_hex))
                .collect::<Result<_, _>>()?;
            let (pairs, odd) = digits.as_chunks::<2>();
            if !odd.is_empty() {
                return Err(words::half_a_byte());
            }
            let byte = |[high, low]: &[u32; 2]| u8::try_from(high * 16 + low).unwrap_or_default();
            pairs.iter().map(byte).collect()
        }
    };
    match bytes.len() {
        0 => Err(core_words::is_empty()),
        1..=REGISTRATION_MAX => Ok(bytes),
        _ => Err(words::bytes_above(REGISTRATION_MAX)),
    }
}

/// Passes the newest connection of a terminal to its bus.
#[derive(Debug, Clone, Default)]
pub struct DtuSlot(Arc<Slot>);

#[derive(Debug, Default)]
struct Slot {
    connection: Mutex<Option<TcpStream>>,
    arrived: Notify,
}

impl DtuSlot {
    /// Stores a connection; one that has not been taken yet is closed.
    fn put(&self, stream: TcpStream) {
        *lock(&self.0.connection) = Some(stream);
        self.0.arrived.notify_waiters();
    }

    /// The newest connection, if one has arrived since the last call.
    pub(super) fn take(&self) -> Option<TcpStream> {
        lock(&self.0.connection).take()
    }

    pub(super) async fn arrived(&self) {
        loop {
            let arrived = self.0.arrived.notified();
            if lock(&self.0.connection).is_some() {
                return;
            }
            arrived.await;
        }
    }
}

/// One listening address with the terminals that are expected there.
#[derive(Debug)]
pub struct DtuListener {
    address: SocketAddr,
    expected: Arc<Vec<ExpectedDtu>>,
}

#[derive(Debug)]
struct ExpectedDtu {
    bus: String,
    /// Empty for the only terminal of an address, which need not identify itself.
    registration: Vec<u8>,
    heartbeat: Vec<u8>,
    slot: DtuSlot,
}

/// The listeners that `buses` need, one for each address, and each bus's slot by the bus's name.
pub fn dtu_listeners(buses: &[BusSettings]) -> (Vec<DtuListener>, BTreeMap<String, DtuSlot>) {
    let mut expected: BTreeMap<SocketAddr, Vec<ExpectedDtu>> = BTreeMap::new();
    let mut slots = BTreeMap::new();
    for bus in buses {
        let Some(dtu) = &bus.dtu else { continue };
        let bytes = |text: &Option<String>| {
            text.as_deref().and_then(|text| parse_bytes(text).ok()).unwrap_or_default()
        };
        let slot = DtuSlot::default();
        expected.entry(dtu.listen).or_default().push(ExpectedDtu {
            bus: bus.name.clone(),
            registration: bytes(&dtu.registration),
            heartbeat: bytes(&dtu.heartbeat),
            slot: slot.clone(),
        });
        slots.insert(bus.name.clone(), slot);
    }
    let listener = |(address, expected)| DtuListener { address, expected: Arc::new(expected) };
    (expected.into_iter().map(listener).collect(), slots)
}

/// A peer that no bus expects, and what it sent.
struct UnknownPeer {
    address: SocketAddr,
    sent: Vec<u8>,
}

impl DtuListener {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts terminals until `stop`. An address that is not available is tried again.
    pub async fn serve(self, stop: CancellationToken) -> anyhow::Result<()> {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.listen() => {}
        }
        Ok(())
    }

    async fn listen(&self) {
        let mut failures = 0;
        loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => return self.accept(listener).await,
                Err(error) if failures > 0 => {
                    tracing::debug!(listen = %self.address, %error, "still cannot listen for terminals");
                }
                Err(error) => {
                    tracing::warn!(listen = %self.address, %error, "cannot listen for terminals; trying again");
                }
            }
            failures += 1;
            tokio::time::sleep(RETRY.ceiling(failures)).await;
        }
    }

    async fn accept(&self, listener: TcpListener) {
        tracing::info!(listen = %self.address, terminals = self.expected.len(), "waiting for terminals");
        let mut unidentified: JoinSet<Option<UnknownPeer>> = JoinSet::new();
        let mut reported: BTreeSet<Vec<u8>> = BTreeSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) if unidentified.len() < UNIDENTIFIED_MAX => {
                        unidentified.spawn(assign(stream, peer, self.expected.clone()));
                    }
                    Ok((_, peer)) => {
                        tracing::debug!(%peer, "too many terminals at once; disconnected");
                    }
                    // The process has no file descriptor left, or the peer is gone already.
                    Err(error) => {
                        tracing::warn!(listen = %self.address, %error, "cannot accept a terminal");
                        tokio::time::sleep(RETRY.first).await;
                    }
                },
                Some(ended) = unidentified.join_next() => {
                    if let Ok(Some(unknown)) = ended
                        && reported.len() < UNKNOWN_PEERS_MAX
                        && reported.insert(unknown.sent.clone())
                    {
                        tracing::warn!(
                            listen = %self.address,
                            peer = %unknown.address,
                            sent = hex_dump(&unknown.sent),
                            text = %unknown.sent.escape_ascii(),
                            "no bus expects this terminal; disconnected. Set what it sent as the `registration` of its bus",
                        );
                    }
                }
            }
        }
    }
}

/// Identifies who has dialled in and passes the connection to its bus. Returns an unknown peer.
async fn assign(
    mut stream: TcpStream,
    address: SocketAddr,
    expected: Arc<Vec<ExpectedDtu>>,
) -> Option<UnknownPeer> {
    let mut sent = Vec::new();
    let identifying = identify(&mut stream, &expected, &mut sent);
    let Ok(Ok(Some(dtu))) = tokio::time::timeout(REGISTRATION_TIME, identifying).await else {
        return Some(UnknownPeer { address, sent });
    };
    // Requests are small and wait for their answers: delaying them only costs time.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(peer = %address, %error, "a terminal is gone already");
        return None;
    }
    tracing::info!(bus = dtu.bus, peer = %address, "terminal has dialled in");
    dtu.slot.put(stream);
    None
}

/// The terminal at the other end; `None` where no bus expects it. All that it sends goes into `sent`. No answer is lost
/// by that, since terminals answer only when asked.
async fn identify<'a>(
    stream: &mut TcpStream,
    expected: &'a [ExpectedDtu],
    sent: &mut Vec<u8>,
) -> io::Result<Option<&'a ExpectedDtu>> {
    loop {
        match match_registration(expected, sent) {
            Match::Known(dtu) => return Ok(Some(dtu)),
            Match::Unknown => return Ok(None),
            Match::Incomplete => {}
        }
        let mut buffer = [0; REGISTRATION_MAX];
        let read = stream.read(&mut buffer).await?;
        sent.extend(buffer.iter().take(read));
        // A heartbeat may come before the registration.
        if read == 0 || sent.len() > 3 * REGISTRATION_MAX {
            return Ok(None);
        }
    }
}

enum Match<'a> {
    Known(&'a ExpectedDtu),
    Unknown,
    /// What was sent is the beginning of something expected.
    Incomplete,
}

fn match_registration<'a>(expected: &'a [ExpectedDtu], sent: &[u8]) -> Match<'a> {
    let mut incomplete = false;
    let mut left = sent;
    loop {
        if let Some(dtu) = expected.iter().find(|dtu| left.starts_with(&dtu.registration)) {
            return Match::Known(dtu);
        }
        let begun = |word: &[u8]| word.starts_with(left);
        incomplete |= expected.iter().any(|dtu| begun(&dtu.registration) || begun(&dtu.heartbeat));
        let mut heartbeats =
            expected.iter().map(|dtu| &dtu.heartbeat).filter(|beat| !beat.is_empty());
        match heartbeats.find_map(|beat| left.strip_prefix(beat.as_slice())) {
            Some(after) => left = after,
            None if incomplete => return Match::Incomplete,
            None => return Match::Unknown,
        }
    }
}

#[cfg(test)]
#[path = "dtu_tests.rs"]
mod tests;
