//! Byte streams that carry RTU frames: a serial port, a serial server that we dial, a terminal that dials us.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_serial::{ClearBuffer, ErrorKind, SerialPort, SerialPortBuilderExt, SerialStream};

use super::dial::dial;
use super::dtu::{DtuSlot, Hold};
use super::error::{ReadError, ReadResult};
use super::settings::{Parity, SerialMode, SerialSettings};
use super::tap::{Direction, Tap};
use crate::locales::{Text, core as core_words, foreign, modbus as words};
use crate::support::Clock;

/// Bytes that one system call discards: a frame.
const DISCARD_BYTES: usize = super::rtu::FRAME_MAX;

/// Discarded bytes that are shown to the caller, at least: two frames.
const SEEN_BYTES: usize = 2 * DISCARD_BYTES;

/// Where a line is opened; looked up each time.
#[derive(Debug)]
pub(super) enum Port {
    Serial(SerialSettings),
    /// Host and port of a serial server.
    Server(String),
    /// A terminal's connections arrive in the slot; `None` where nobody listens for them.
    Dtu(Option<DtuSlot>),
    #[cfg(test)]
    Script(super::script::Peer),
}

/// An open line.
pub(super) enum Stream {
    Serial(Box<SerialStream>, SerialMode),
    Tcp {
        stream: TcpStream,
        /// Shows its end to the place of a terminal, as long as it lives.
        _hold: Option<Arc<Hold>>,
    },
    /// One whose bytes are shown.
    Tapped(Box<Stream>, Tap),
    #[cfg(test)]
    Script(tokio::io::DuplexStream),
}

impl From<TcpStream> for Stream {
    fn from(stream: TcpStream) -> Self {
        Self::Tcp { stream, _hold: None }
    }
}

impl From<(TcpStream, Option<Arc<Hold>>)> for Stream {
    fn from((stream, hold): (TcpStream, Option<Arc<Hold>>)) -> Self {
        Self::Tcp { stream, _hold: hold }
    }
}

impl Port {
    /// Opens the line within `timeout`; errors name it by `endpoint`.
    pub(super) async fn open(
        &mut self,
        endpoint: &str,
        timeout: Duration,
    ) -> Result<Stream, ReadError> {
        let unreachable =
            |problem: Text| ReadError::Unreachable { endpoint: endpoint.to_owned(), problem };
        match self {
            Self::Serial(settings) => open_serial(settings).map_err(unreachable),
            Self::Server(endpoint) => {
                dial(endpoint, timeout, &Clock::system()).await.map(Stream::from)
            }
            Self::Dtu(None) => Err(unreachable(words::dials_the_gateway_only())),
            Self::Dtu(Some(slot)) => {
                slot.vacate();
                // After a timeout the slot is empty.
                let _late = tokio::time::timeout(timeout, slot.arrived()).await;
                let stream = slot.take();
                stream.map(Stream::from).ok_or_else(|| unreachable(words::not_dialled_in()))
            }
            #[cfg(test)]
            Self::Script(peer) => {
                let nobody = || unreachable(Text::verbatim("no peer"));
                peer.dial().map(Stream::Script).ok_or_else(nobody)
            }
        }
    }

    /// A connection that replaces the open one, if a terminal has dialled again.
    pub(super) fn take_newer(&self) -> Option<Stream> {
        match self {
            Self::Dtu(Some(slot)) => slot.take().map(Stream::from),
            _ => None,
        }
    }

    /// Tells a terminal's slot whether its `unit` has answered.
    pub(super) fn record(&self, unit: u8, outcome: &ReadResult) {
        if let Self::Dtu(Some(slot)) = self {
            slot.record(unit, outcome.as_ref().map(drop));
        }
    }

    pub(super) async fn wait_newer(&self) {
        match self {
            Self::Dtu(Some(slot)) => slot.arrived().await,
            _ => std::future::pending().await,
        }
    }
}

fn open_serial(settings: &SerialSettings) -> Result<Stream, Text> {
    let mode = settings.mode();
    let path = settings.port.to_str().ok_or_else(words::port_name_not_utf8)?;
    let mut stream = tokio_serial::new(path, mode.baud)
        .parity(parity(mode))
        .stop_bits(stop_bits(mode))
        .open_native_async()
        .map_err(|e| port_problem(&e))?;
    if settings.rts {
        // Opening has raised it.
        stream.write_request_to_send(false).map_err(|e| port_problem(&e))?;
    }
    stream.clear(ClearBuffer::All).map_err(|e| port_problem(&e))?;
    Ok(Stream::Serial(Box::new(stream), mode))
}

/// An error of a serial port, which the library tells by its English words where it has no kind for it.
fn port_problem(error: &tokio_serial::Error) -> Text {
    match (error.kind, error.description.as_str()) {
        (ErrorKind::NoDevice, _) => words::port_in_use(),
        (ErrorKind::Io(kind), _) => foreign::io(&kind.into()),
        (_, "Not a typewriter") => words::port_is_no_serial_port(),
        (_, "I/O error") => core_words::io_device_error(),
        (_, said) if said.starts_with("No such device") => core_words::io_device_gone(),
        (_, said) if said.starts_with("Settings did") => words::port_refuses_settings(),
        (_, "Is a directory") => core_words::io_directory(),
        (_, "Not a directory") => core_words::io_no_directory(),
        (_, description) => foreign::said(description),
    }
}

impl Stream {
    /// Reads what has arrived, at least one byte.
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Text> {
        let read = match self {
            Self::Serial(stream, _) => stream.read(buffer).await,
            Self::Tcp { stream, .. } => stream.read(buffer).await,
            Self::Tapped(stream, tap) => {
                let read = Box::pin(stream.read(buffer)).await?;
                tap(Direction::Received, buffer.get(..read).unwrap_or_default());
                return Ok(read);
            }
            #[cfg(test)]
            Self::Script(stream) => stream.read(buffer).await,
        };
        match read {
            Ok(0) => Err(words::closed_by_other_end()),
            Ok(read) => Ok(read),
            Err(error) => Err(foreign::io(&error)),
        }
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Text> {
        let written = match self {
            Self::Serial(stream, _) => stream.write_all(bytes).await,
            Self::Tcp { stream, .. } => stream.write_all(bytes).await,
            Self::Tapped(stream, tap) => {
                tap(Direction::Sent, bytes);
                return Box::pin(stream.write(bytes)).await;
            }
            #[cfg(test)]
            Self::Script(stream) => stream.write_all(bytes).await,
        };
        written.map_err(|e| foreign::io(&e))
    }

    /// Discards what has arrived and returns its length; over a network the first of it is appended to `seen`. Asks the
    /// system: tokio learns of bytes only in its event loop.
    pub(super) fn discard(&mut self, seen: &mut Vec<u8>) -> Result<usize, Text> {
        match self {
            Self::Serial(stream, _) => {
                let waiting = stream.bytes_to_read().map_err(|e| port_problem(&e))?;
                if waiting > 0 {
                    stream.clear(ClearBuffer::Input).map_err(|e| port_problem(&e))?;
                }
                Ok(usize::try_from(waiting).unwrap_or(usize::MAX))
            }
            Self::Tcp { stream, .. } => {
                let mut buffer = [0; DISCARD_BYTES];
                let mut discarded = 0;
                // Bounded: the caller recognises an endless stream as a line that is never silent.
                while discarded < DISCARD_BYTES * DISCARD_BYTES {
                    match rustix::io::read(stream.as_fd(), &mut buffer) {
                        Ok(0) => return Err(words::closed_by_other_end()),
                        Ok(read) => {
                            if seen.len() < SEEN_BYTES {
                                seen.extend(buffer.iter().take(read));
                            }
                            discarded += read;
                        }
                        Err(rustix::io::Errno::AGAIN) => break,
                        Err(error) => return Err(foreign::io(&error.into())),
                    }
                }
                Ok(discarded)
            }
            Self::Tapped(stream, tap) => {
                let before = seen.len();
                let discarded = stream.discard(seen)?;
                let new = seen.get(before..).unwrap_or_default();
                if !new.is_empty() {
                    tap(Direction::Received, new);
                }
                Ok(discarded)
            }
            #[cfg(test)]
            Self::Script(stream) => {
                super::script::discard(stream, seen).map_err(|e| foreign::io(&e))
            }
        }
    }

    pub(super) fn set_mode(&mut self, mode: SerialMode) -> Result<(), Text> {
        if let Self::Tapped(stream, _) = self {
            return stream.set_mode(mode);
        }
        if let Self::Serial(stream, set) = self
            && *set != mode
        {
            stream
                .set_baud_rate(mode.baud)
                .and_then(|()| stream.set_parity(parity(mode)))
                .and_then(|()| stream.set_stop_bits(stop_bits(mode)))
                .map_err(|e| port_problem(&e))?;
            *set = mode;
        }
        Ok(())
    }

    pub(super) fn set_rts(&mut self, level: bool) -> Result<(), Text> {
        match self {
            Self::Serial(stream, _) => {
                stream.write_request_to_send(level).map_err(|e| port_problem(&e))
            }
            Self::Tapped(stream, _) => stream.set_rts(level),
            _ => Ok(()),
        }
    }
}

fn parity(mode: SerialMode) -> tokio_serial::Parity {
    match mode.parity {
        Parity::None => tokio_serial::Parity::None,
        Parity::Even => tokio_serial::Parity::Even,
        Parity::Odd => tokio_serial::Parity::Odd,
    }
}

fn stop_bits(mode: SerialMode) -> tokio_serial::StopBits {
    if mode.stop_bits == 2 { tokio_serial::StopBits::Two } else { tokio_serial::StopBits::One }
}
