//! 4G terminals (DTUs) that dial in and pass on what they see on their serial line: who they are, and which bus gets them.
//!
//! Buses may share a listening address; there each terminal says who it is with its registration bytes. One that dials again
//! replaces its old connection: the old one has usually died unnoticed.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::rtu::hex;
use super::settings::BusSettings;
use crate::support::Backoff;

/// Most bytes of a registration or a heartbeat. Engineering judgement: terminals send an id, a SIM card's or telephone number,
/// or a short line of text.
pub const REGISTRATION_MAX: usize = 128;

/// How long a terminal may take to say who it is: it does so at once, and over a poor network that takes seconds. Engineering
/// judgement.
const REGISTRATION_TIME: Duration = Duration::from_secs(10);

/// Terminals that may be saying who they are at one address; more are hung up on. Strangers must not use up the descriptors.
const CALLERS_MAX: usize = 64;

/// Strangers that are remembered so that each is reported once; after that many, no further one is reported.
const STRANGERS_MAX: usize = 64;

/// The pauses before listening or accepting is tried again: the address may come with an interface that is still down.
const RETRY: Backoff = Backoff { first: Duration::from_secs(1), most: Duration::from_secs(30) };

/// The bytes that a setting gives: text as it stands, or `hex:` and pairs of digits, with spaces or without.
///
/// # Errors
/// Says what is wrong with them.
pub fn bytes_of(text: &str) -> Result<Vec<u8>, &'static str> {
    let bytes = match text.strip_prefix("hex:") {
        None => text.as_bytes().to_vec(),
        Some(digits) => {
            let digits: Vec<u32> = digits
                .chars()
                .filter(|c| !c.is_whitespace())
                .map(|c| c.to_digit(16).ok_or("has a character that is no hex digit"))
                .collect::<Result<_, _>>()?;
            let (pairs, odd) = digits.as_chunks::<2>();
            if !odd.is_empty() {
                return Err("has half a byte: two hex digits make one");
            }
            let byte = |[high, low]: &[u32; 2]| u8::try_from(high * 16 + low).unwrap_or_default();
            pairs.iter().map(byte).collect()
        }
    };
    match bytes.len() {
        0 => Err("must not be empty"),
        1..=REGISTRATION_MAX => Ok(bytes),
        _ => Err("has more than 128 bytes"),
    }
}

/// Where a bus gets the connection of its terminal.
#[derive(Debug, Clone, Default)]
pub struct DtuDesk(Arc<Slot>);

#[derive(Debug, Default)]
struct Slot {
    arrival: Mutex<Option<TcpStream>>,
    arrived: Notify,
}

impl DtuDesk {
    fn slot(&self) -> MutexGuard<'_, Option<TcpStream>> {
        self.0.arrival.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands over a connection; one that still waits there is hung up.
    fn put(&self, stream: TcpStream) {
        *self.slot() = Some(stream);
        self.0.arrived.notify_waiters();
    }

    /// The newest connection, if one has come since the last call.
    pub(super) fn take(&self) -> Option<TcpStream> {
        self.slot().take()
    }

    /// Waits until a connection is there to be taken.
    pub(super) async fn arrived(&self) {
        loop {
            let arrived = self.0.arrived.notified();
            if self.slot().is_some() {
                return;
            }
            arrived.await;
        }
    }
}

/// One listening address with the terminals that are expected there.
#[derive(Debug)]
pub struct Reception {
    listen: SocketAddr,
    seats: Arc<Vec<Seat>>,
}

#[derive(Debug)]
struct Seat {
    bus: String,
    /// Empty for the only terminal of an address, which says nothing.
    registration: Vec<u8>,
    heartbeat: Vec<u8>,
    desk: DtuDesk,
}

/// The receptions that `buses` need, one for each address, and each bus's desk by the bus's name.
pub fn receptions(buses: &[BusSettings]) -> (Vec<Reception>, BTreeMap<String, DtuDesk>) {
    let mut seats: BTreeMap<SocketAddr, Vec<Seat>> = BTreeMap::new();
    let mut desks = BTreeMap::new();
    for bus in buses {
        let Some(dtu) = &bus.dtu else { continue };
        let bytes = |text: &Option<String>| {
            text.as_deref().and_then(|text| bytes_of(text).ok()).unwrap_or_default()
        };
        let desk = DtuDesk::default();
        seats.entry(dtu.listen).or_default().push(Seat {
            bus: bus.name.clone(),
            registration: bytes(&dtu.registration),
            heartbeat: bytes(&dtu.heartbeat),
            desk: desk.clone(),
        });
        desks.insert(bus.name.clone(), desk);
    }
    let reception = |(listen, seats)| Reception { listen, seats: Arc::new(seats) };
    (seats.into_iter().map(reception).collect(), desks)
}

/// A terminal that cannot be told, and what it sent.
struct Stranger {
    peer: SocketAddr,
    sent: Vec<u8>,
}

impl Reception {
    /// Where it listens.
    pub fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// Receives terminals until `stop`. An address that cannot be had is a state, tried again.
    ///
    /// # Errors
    /// None; a task's result.
    pub async fn serve(self, stop: CancellationToken) -> anyhow::Result<()> {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.listen_on() => {}
        }
        Ok(())
    }

    async fn listen_on(&self) {
        let mut failures = 0;
        loop {
            match TcpListener::bind(self.listen).await {
                Ok(listener) => return self.receive(listener).await,
                Err(error) if failures > 0 => {
                    tracing::debug!(listen = %self.listen, %error, "still cannot listen");
                }
                Err(error) => {
                    tracing::warn!(listen = %self.listen, %error, "cannot listen for terminals; tried again");
                }
            }
            failures += 1;
            tokio::time::sleep(RETRY.ceiling(failures)).await;
        }
    }

    /// Receives terminals at `listener`, for ever.
    async fn receive(&self, listener: TcpListener) {
        tracing::info!(listen = %self.listen, terminals = self.seats.len(), "waiting for terminals");
        let mut callers: JoinSet<Option<Stranger>> = JoinSet::new();
        let mut strangers: BTreeSet<Vec<u8>> = BTreeSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) if callers.len() < CALLERS_MAX => {
                        callers.spawn(seat(stream, peer, self.seats.clone()));
                    }
                    Ok((_, peer)) => {
                        tracing::debug!(%peer, "too many terminals at once; hung up");
                    }
                    // The process has no descriptor left, or the caller has gone again.
                    Err(error) => {
                        tracing::warn!(listen = %self.listen, %error, "cannot accept a terminal");
                        tokio::time::sleep(RETRY.first).await;
                    }
                },
                Some(seated) = callers.join_next() => {
                    if let Ok(Some(stranger)) = seated
                        && strangers.len() < STRANGERS_MAX
                        && strangers.insert(stranger.sent.clone())
                    {
                        tracing::warn!(
                            listen = %self.listen,
                            peer = %stranger.peer,
                            sent = hex(&stranger.sent),
                            text = %stranger.sent.escape_ascii(),
                            "no bus expects this terminal; hung up. Give what it sent as the `registration` of one",
                        );
                    }
                }
            }
        }
    }
}

/// Finds out who has dialled in and hands the connection to the bus it belongs to.
async fn seat(mut stream: TcpStream, peer: SocketAddr, seats: Arc<Vec<Seat>>) -> Option<Stranger> {
    let mut sent = Vec::new();
    let told = tokio::time::timeout(REGISTRATION_TIME, tell(&mut stream, &seats, &mut sent)).await;
    let Ok(Ok(Some(seat))) = told else {
        return Some(Stranger { peer, sent });
    };
    // Requests are small and wait for their answers: delaying them only costs time.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "a terminal has gone again");
        return None;
    }
    tracing::info!(bus = seat.bus, %peer, "terminal has dialled in");
    seat.desk.put(stream);
    None
}

/// The seat of whoever is at the other end; none where nobody expects what it sends. What it `sent` is left there. Nothing of a
/// frame is lost with it: terminals answer only when asked.
async fn tell<'a>(
    stream: &mut TcpStream,
    seats: &'a [Seat],
    sent: &mut Vec<u8>,
) -> io::Result<Option<&'a Seat>> {
    loop {
        match known(seats, sent) {
            Known::Seat(seat) => return Ok(Some(seat)),
            Known::Nobody => return Ok(None),
            Known::Open => {}
        }
        // A heartbeat may come before the registration.
        let mut room = [0; REGISTRATION_MAX];
        let read = stream.read(&mut room).await?;
        if read == 0 {
            return Ok(None);
        }
        sent.extend(room.iter().take(read));
        if sent.len() > 3 * REGISTRATION_MAX {
            return Ok(None);
        }
    }
}

enum Known<'a> {
    Seat(&'a Seat),
    Nobody,
    /// What was sent is the beginning of something expected.
    Open,
}

fn known<'a>(seats: &'a [Seat], sent: &[u8]) -> Known<'a> {
    let mut open = false;
    let mut left = sent;
    loop {
        if let Some(seat) = seats.iter().find(|s| left.starts_with(&s.registration)) {
            return Known::Seat(seat);
        }
        let begun = |word: &[u8]| word.starts_with(left);
        open |= seats.iter().any(|s| begun(&s.registration) || begun(&s.heartbeat));
        let beat = seats
            .iter()
            .filter(|s| !s.heartbeat.is_empty())
            .find_map(|s| left.strip_prefix(s.heartbeat.as_slice()));
        match beat {
            Some(after) => left = after,
            None if open => return Known::Open,
            None => return Known::Nobody,
        }
    }
}

#[cfg(test)]
#[path = "dtu_tests.rs"]
mod tests;
