//! Accepts 4G terminals (DTUs) that dial in and pass on their serial line, and assigns each to its bus.
//!
//! Buses may share a listening address; there each terminal identifies itself with its registration bytes. A terminal
//! that dials again gets the place of its old connection once that is closed or leaves a request without an answer.

mod callers;
mod registration;
mod seat;

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use self::callers::{CALLERS_MAX, Callers, Named};
use self::registration::{Identity, Match, identify};
use self::seat::{Patience, Seated};
use super::rtu::hex_dump;
use super::settings::BusSettings;
use crate::core::Network;
use crate::locales::{Text, core as core_words, modbus as words};
use crate::support::{Backoff, Stopwatch};

pub(super) use self::seat::Hold;
pub use self::seat::{DtuSlot, TerminalReport};

/// Most bytes of a registration or heartbeat: an id, SIM or telephone number, or a short text. Engineering judgement.
pub const REGISTRATION_MAX: usize = 128;

/// How long a terminal may take to identify itself: seconds, over a poor network. Engineering judgement.
const REGISTRATION_TIME: Duration = Duration::from_secs(10);

/// How long nothing may follow a registration for it to be whole. Engineering judgement: what a terminal sends at once
/// arrives in one packet, or in two that a mobile network delays alike; `dtu-7` and the rest of `dtu-77` do not lie
/// further apart.
const QUIET: Duration = Duration::from_millis(300);

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

/// One listening address with the terminals that are expected there.
#[derive(Debug)]
pub struct DtuListener {
    address: SocketAddr,
    expected: Arc<Vec<ExpectedDtu>>,
}

#[derive(Debug)]
struct ExpectedDtu {
    bus: String,
    identity: Identity,
    /// Where it may dial from; from anywhere where empty.
    peers: Vec<Network>,
    slot: DtuSlot,
}

impl ExpectedDtu {
    fn may_be(&self, peer: IpAddr) -> bool {
        self.peers.is_empty() || self.peers.iter().any(|network| network.contains(peer))
    }
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
        let identity =
            Identity { registration: bytes(&dtu.registration), heartbeat: bytes(&dtu.heartbeat) };
        let slot = DtuSlot::new(&bus.name, !identity.registration.is_empty(), patience(bus));
        expected.entry(dtu.listen).or_default().push(ExpectedDtu {
            bus: bus.name.clone(),
            identity,
            peers: dtu.peers.clone(),
            slot: slot.clone(),
        });
        slots.insert(bus.name.clone(), slot);
    }
    let listener = |(address, expected)| DtuListener { address, expected: Arc::new(expected) };
    (expected.into_iter().map(listener).collect(), slots)
}

/// When the terminal of `bus` counts as dead: all that a poll asks is left without an answer, or a whole interval is.
fn patience(bus: &BusSettings) -> Patience {
    let tries = bus.retries.saturating_add(1);
    let units = u32::try_from(bus.devices.len().max(1)).unwrap_or(u32::MAX);
    let intervals = bus.devices.iter().flat_map(|device| device.intervals_s.values());
    let interval_s = intervals.copied().fold(bus.interval_s, u32::max);
    let timeouts = bus.devices.iter().filter_map(|device| device.timeout_ms);
    let timeout_ms = timeouts.fold(bus.timeout_ms, u64::max);
    let requests = units.saturating_mul(tries);
    let silence_ms = timeout_ms.saturating_mul(requests.into());
    Patience {
        requests,
        tries,
        time: Duration::from_secs(interval_s.into()) + Duration::from_millis(silence_ms) + SLACK,
    }
}

/// What a poll takes beyond its timeouts, at most: requests that are answered. Engineering judgement.
const SLACK: Duration = Duration::from_secs(30);

/// How a connection ended that is no terminal's.
#[derive(Debug)]
enum Stranger {
    /// It sent this.
    Unknown(Vec<u8>),
    /// It sent nothing in the time that a terminal has.
    Silent,
}

/// A connection that has not said yet whose it is.
struct Caller {
    number: u64,
    peer: SocketAddr,
    /// Told when it has sent something.
    spoke: mpsc::Sender<u64>,
}

/// What a listener remembers.
#[derive(Default)]
struct Remembered {
    callers: Callers,
    handles: BTreeMap<u64, AbortHandle>,
    strangers: Named<Vec<u8>>,
    barred: Named<()>,
    claims: Named<IpAddr>,
}

/// A connection that is identified or given up.
struct Ended {
    number: u64,
    peer: SocketAddr,
    outcome: Outcome,
}

enum Outcome {
    Stranger(Stranger),
    /// The terminal of this index, as it was received.
    Terminal(usize, Seated),
    /// Hung up before it said anything that matters.
    Gone,
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
        let watch = Stopwatch::start();
        let mut unidentified: JoinSet<Ended> = JoinSet::new();
        let (spoke, mut spoken) = mpsc::channel(CALLERS_MAX);
        let mut known = Remembered::default();
        loop {
            tokio::select! {
                // What has been sent counts before the next caller, who might otherwise take the place.
                biased;
                Some(number) = spoken.recv() => known.callers.spoke(number),
                Some(ended) = unidentified.join_next() => {
                    if let Ok(ended) = ended {
                        known.callers.left(ended.number);
                        known.handles.remove(&ended.number);
                        self.log(&ended, &mut known, watch.elapsed());
                    }
                }
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        let ip = peer.ip().to_canonical();
                        if !self.expected.iter().any(|dtu| dtu.may_be(ip)) {
                            self.log_barred(peer, &mut known, watch.elapsed());
                            continue;
                        }
                        let (number, leaves) = known.callers.admit(ip);
                        if let Some(handle) = leaves.and_then(|number| known.handles.remove(&number)) {
                            tracing::debug!(%peer, "too many that have not identified themselves; one is disconnected");
                            handle.abort();
                        }
                        let caller = Caller { number, peer, spoke: spoke.clone() };
                        let handle = unidentified.spawn(assign(stream, caller, self.expected.clone()));
                        known.handles.insert(number, handle);
                    }
                    // The process has no file descriptor left, or the peer is gone already.
                    Err(error) => {
                        tracing::warn!(listen = %self.address, %error, "cannot accept a terminal");
                        tokio::time::sleep(RETRY.first).await;
                    }
                },
            }
        }
    }

    fn log_barred(&self, peer: SocketAddr, known: &mut Remembered, now: Duration) {
        if known.barred.is_new(peer.ip().to_canonical(), (), now) {
            tracing::warn!(
                listen = %self.address,
                %peer,
                "no terminal may dial in from this address; disconnected. `peers` names those that may",
            );
        }
    }

    /// The bus whose terminal `sent` its registration from an address that its `peers` do not have.
    fn barred_from(&self, ip: IpAddr, sent: &[u8]) -> Option<&str> {
        let all: Vec<&Identity> = self.expected.iter().map(|dtu| &dtu.identity).collect();
        let (Match::Known(index) | Match::IfQuiet(index)) = identify(&all, sent) else {
            return None;
        };
        let dtu = self.expected.get(index).filter(|dtu| !dtu.may_be(ip))?;
        Some(&dtu.bus)
    }

    /// Logs what became of a connection; what a peer can cause at will once an hour.
    fn log(&self, ended: &Ended, known: &mut Remembered, now: Duration) {
        let Ended { peer, outcome, .. } = ended;
        let ip = peer.ip().to_canonical();
        match outcome {
            Outcome::Gone => tracing::debug!(listen = %self.address, %peer, "hung up"),
            Outcome::Stranger(Stranger::Silent) => {
                if known.strangers.is_new(ip, Vec::new(), now) {
                    let seconds = REGISTRATION_TIME.as_secs();
                    if self.expected.len() == 1 {
                        tracing::warn!(
                            listen = %self.address,
                            %peer,
                            "this terminal sent nothing in {seconds} s: set a registration packet in it, or leave `registration` \
                             out; disconnected",
                        );
                    } else {
                        tracing::warn!(
                            listen = %self.address,
                            %peer,
                            "this terminal sent nothing in {seconds} s: set a registration packet in it; disconnected",
                        );
                    }
                }
            }
            Outcome::Stranger(Stranger::Unknown(sent)) => {
                if !known.strangers.is_new(ip, sent.clone(), now) {
                    return;
                }
                if let Some(bus) = self.barred_from(ip, sent) {
                    tracing::warn!(
                        bus,
                        %peer,
                        "the terminal of this bus may not dial in from this address; disconnected. `peers` of the bus \
                         names those that may",
                    );
                } else {
                    tracing::warn!(
                        listen = %self.address,
                        %peer,
                        sent = hex_dump(sent),
                        text = %sent.escape_ascii(),
                        "no bus expects this terminal; disconnected. Set what it sent as the `registration` of its bus",
                    );
                }
            }
            Outcome::Terminal(index, seated) => {
                let bus = self.expected.get(*index).map_or("", |dtu| dtu.bus.as_str());
                if matches!(seated, Seated::Taken | Seated::Replaced(_)) {
                    known.callers.seated(ip);
                }
                match seated {
                    Seated::Taken => tracing::info!(bus, %peer, "terminal has dialled in"),
                    Seated::Replaced(old) if known.claims.is_new(ip, *old, now) => tracing::warn!(
                        bus,
                        %peer,
                        %old,
                        "terminal has dialled in from another address than before, where it no longer answered",
                    ),
                    Seated::Refused(old) if known.claims.is_new(ip, *old, now) => tracing::warn!(
                        bus,
                        %peer,
                        terminal = %old,
                        "somebody else says the registration of a terminal that answers; disconnected",
                    ),
                    Seated::StandsBy(old) if ip == *old && known.claims.is_new(ip, *old, now) => {
                        tracing::warn!(
                            bus,
                            %peer,
                            "a second connection from the address of a terminal that answers: it waits until that \
                             one no longer does; if this comes again and again, two terminals have one registration",
                        );
                    }
                    Seated::StandsBy(old) if known.claims.is_new(ip, *old, now) => tracing::warn!(
                        bus,
                        %peer,
                        terminal = %old,
                        "another connection while the terminal answers; it waits until the terminal no longer does",
                    ),
                    _ => tracing::debug!(bus, %peer, ?seated, "terminal has dialled in again"),
                }
            }
        }
    }
}

/// Identifies who has dialled in and passes the connection to its bus.
async fn assign(mut stream: TcpStream, caller: Caller, expected: Arc<Vec<ExpectedDtu>>) -> Ended {
    let Caller { number, peer, spoke } = caller;
    let ip = peer.ip().to_canonical();
    let mut sent = Vec::new();
    let told = || {
        // The listener may be gone with the gateway.
        // Where the queue is full, as many others speak at this moment: it is told with the next bytes.
        let _full = spoke.try_send(number).is_err();
    };
    let of_peer: Vec<(usize, &ExpectedDtu)> =
        expected.iter().enumerate().filter(|(_, dtu)| dtu.may_be(ip)).collect();
    let identities: Vec<&Identity> = of_peer.iter().map(|(_, dtu)| &dtu.identity).collect();
    let identifying = receive(&mut stream, &identities, &mut sent, told);
    let outcome = match tokio::time::timeout(REGISTRATION_TIME, identifying).await {
        Ok(Ok(Received::Known(index))) => match of_peer.get(index) {
            Some((index, dtu)) => seat(stream, ip, *index, dtu),
            None => Outcome::Gone,
        },
        Ok(Ok(Received::Unknown)) => Outcome::Stranger(Stranger::Unknown(sent)),
        Ok(Ok(Received::HungUp) | Err(_)) => Outcome::Gone,
        Err(_) if sent.is_empty() => Outcome::Stranger(Stranger::Silent),
        Err(_) => Outcome::Stranger(Stranger::Unknown(sent)),
    };
    Ended { number, peer, outcome }
}

fn seat(stream: TcpStream, ip: IpAddr, index: usize, dtu: &ExpectedDtu) -> Outcome {
    // Requests are small and wait for their answers: delaying them only costs time.
    match stream.set_nodelay(true) {
        Ok(()) => Outcome::Terminal(index, dtu.slot.put(stream, ip)),
        Err(_) => Outcome::Gone,
    }
}

enum Received {
    /// The registration of the terminal of this index.
    Known(usize),
    Unknown,
    HungUp,
}

/// Receives until it is known whose registration it is. All that was sent is in `sent`; `spoke` is called when anything
/// is. No answer is lost by that, since terminals answer only when asked.
async fn receive(
    stream: &mut TcpStream,
    expected: &[&Identity],
    sent: &mut Vec<u8>,
    spoke: impl Fn(),
) -> io::Result<Received> {
    loop {
        let if_quiet = match identify(expected, sent) {
            Match::Known(index) => return Ok(Received::Known(index)),
            Match::Unknown => return Ok(Received::Unknown),
            Match::IfQuiet(index) => Some(index),
            Match::Incomplete => None,
        };
        let mut buffer = [0; REGISTRATION_MAX];
        let reading = stream.read(&mut buffer);
        let read = match if_quiet {
            None => reading.await?,
            Some(index) => match tokio::time::timeout(QUIET, reading).await {
                Ok(read) => read?,
                Err(_) => return Ok(Received::Known(index)),
            },
        };
        if read == 0 {
            return Ok(if sent.is_empty() || if_quiet.is_some() {
                Received::HungUp
            } else {
                Received::Unknown
            });
        }
        spoke();
        sent.extend(buffer.iter().take(read));
        // A heartbeat may come before the registration.
        if sent.len() > 3 * REGISTRATION_MAX {
            return Ok(Received::Unknown);
        }
    }
}

#[cfg(test)]
#[path = "dtu_tests.rs"]
mod tests;
