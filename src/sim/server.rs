//! A Modbus TCP server on loopback for one bus of simulated devices.
//!
//! Its own code instead of tokio-modbus: a silent unit must leave its connection open and read on, as real ones do.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::devices::SimulatedBus;

/// Connections that one bus serves at once: serial servers and field devices take 4 to 16.
const CONNECTIONS_MAX: usize = 16;
/// Pause after a connection could not be accepted (no file handle left, for example), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// The longest frame after the length field: unit id and a PDU of at most 253 bytes (Modbus over serial line, 2.5.1).
const FRAME_BYTES_MAX: usize = 254;
/// The most registers in one request (Modbus application protocol 6.3).
const REGISTERS_MAX: u16 = 125;

/// Exception codes (Modbus application protocol 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Exception {
    Function = 1,
    Address = 2,
    /// The number of registers is not allowed.
    Value = 3,
    /// No device has this unit id.
    NoTarget = 0x0B,
}

/// The reaction of a unit to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Words(Vec<u16>),
    Exception(Exception),
    Silence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Request {
    pub unit: u8,
    /// 3 or 4.
    pub function: u8,
    pub address: u16,
    /// Number of registers, not yet checked.
    pub count: u16,
}

pub(super) async fn serve(listener: TcpListener, bus: Arc<SimulatedBus>, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => {
                    let (bus, stop) = (bus.clone(), stop.clone());
                    connections.spawn(async move {
                        tokio::select! {
                            () = stop.cancelled() => {}
                            ended = converse(stream, &bus) => {
                                if let Err(error) = ended {
                                    tracing::debug!(%error, "a connection to a simulated bus ended");
                                }
                            }
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a simulated bus could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    while connections.join_next().await.is_some() {}
}

/// Answers the requests of one connection until the peer closes it or sends something other than Modbus TCP.
async fn converse(mut stream: TcpStream, bus: &SimulatedBus) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut header = [0_u8; 6];
    let mut frame = [0_u8; FRAME_BYTES_MAX];
    loop {
        if stream.read_exact(&mut header).await.is_err() {
            return Ok(());
        }
        let [t0, t1, p0, p1, l0, l1] = header;
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        if (p0, p1) != (0, 0) || length < 2 {
            return Ok(());
        }
        let Some(body) = frame.get_mut(..length) else {
            return Ok(());
        };
        stream.read_exact(body).await?;
        let Some(reply) = reply(body, bus) else {
            continue;
        };
        let length = u16::try_from(reply.len()).unwrap_or(u16::MAX).to_be_bytes();
        let mut out = vec![t0, t1, 0, 0, length[0], length[1]];
        out.extend(reply);
        stream.write_all(&out).await?;
    }
}

/// The reply to `body`; both are unit id and PDU. `None` for silence.
fn reply(body: &[u8], bus: &SimulatedBus) -> Option<Vec<u8>> {
    let (unit, function) = (*body.first()?, *body.get(1)?);
    let answer = match (function, body.get(2..)?) {
        (3 | 4, &[a0, a1, c0, c1]) => {
            let count = u16::from_be_bytes([c0, c1]);
            let address = u16::from_be_bytes([a0, a1]);
            bus.answer(Request { unit, function, address, count }, REGISTERS_MAX)
        }
        (3 | 4, _) => Answer::Exception(Exception::Value),
        _ => Answer::Exception(Exception::Function),
    };
    match answer {
        Answer::Silence => None,
        Answer::Exception(code) => Some(vec![unit, function | 0x80, code as u8]),
        Answer::Words(words) => {
            let bytes = u8::try_from(words.len() * 2).ok()?;
            let mut out = vec![unit, function, bytes];
            out.extend(words.iter().flat_map(|word| word.to_be_bytes()));
            Some(out)
        }
    }
}
