//! Byte streams that carry RTU frames: a serial port, a serial server that we dial, a terminal that dials us.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_serial::{ClearBuffer, SerialPort, SerialPortBuilderExt, SerialStream};

use super::dial::dial;
use super::dtu::DtuSlot;
use super::error::ReadError;
use super::settings::{Parity, SerialMode, SerialSettings};
use crate::support::Clock;

/// Bytes that one system call discards: a frame.
const DISCARD_BYTES: usize = super::rtu::FRAME_MAX;

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
    Tcp(TcpStream),
    #[cfg(test)]
    Script(tokio::io::DuplexStream),
}

impl Port {
    /// Opens the line within `timeout`; errors name it by `endpoint`.
    pub(super) async fn open(
        &mut self,
        endpoint: &str,
        timeout: Duration,
    ) -> Result<Stream, ReadError> {
        let unreachable =
            |problem: String| ReadError::Unreachable { endpoint: endpoint.to_owned(), problem };
        match self {
            Self::Serial(settings) => {
                open_serial(settings).map_err(|error| unreachable(error.to_string()))
            }
            Self::Server(endpoint) => {
                dial(endpoint, timeout, &Clock::system()).await.map(Stream::Tcp)
            }
            Self::Dtu(None) => {
                Err(unreachable("a terminal can only dial in to the running gateway".into()))
            }
            Self::Dtu(Some(slot)) => {
                // After a timeout the slot is empty.
                let _late = tokio::time::timeout(timeout, slot.arrived()).await;
                let stream = slot.take();
                stream
                    .map(Stream::Tcp)
                    .ok_or_else(|| unreachable("its terminal has not dialled in".into()))
            }
            #[cfg(test)]
            Self::Script(peer) => {
                peer.dial().map(Stream::Script).ok_or_else(|| unreachable("nobody is there".into()))
            }
        }
    }

    /// A connection that replaces the open one, if a terminal has dialled again.
    pub(super) fn take_newer(&self) -> Option<Stream> {
        match self {
            Self::Dtu(Some(slot)) => slot.take().map(Stream::Tcp),
            _ => None,
        }
    }

    pub(super) async fn wait_newer(&self) {
        match self {
            Self::Dtu(Some(slot)) => slot.arrived().await,
            _ => std::future::pending().await,
        }
    }
}

fn open_serial(settings: &SerialSettings) -> io::Result<Stream> {
    let mode = settings.mode();
    let path = settings.port.to_str().ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "the port's name is not valid UTF-8")
    })?;
    let mut stream = tokio_serial::new(path, mode.baud)
        .parity(parity(mode))
        .stop_bits(stop_bits(mode))
        .open_native_async()?;
    if settings.rts {
        // Opening has raised it.
        stream.write_request_to_send(false)?;
    }
    stream.clear(ClearBuffer::All)?;
    Ok(Stream::Serial(Box::new(stream), mode))
}

impl Stream {
    /// Reads what has arrived, at least one byte.
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self {
            Self::Serial(stream, _) => stream.read(buffer).await,
            Self::Tcp(stream) => stream.read(buffer).await,
            #[cfg(test)]
            Self::Script(stream) => stream.read(buffer).await,
        };
        match read {
            Ok(0) => Err(closed()),
            read => read,
        }
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Serial(stream, _) => stream.write_all(bytes).await,
            Self::Tcp(stream) => stream.write_all(bytes).await,
            #[cfg(test)]
            Self::Script(stream) => stream.write_all(bytes).await,
        }
    }

    /// Discards what has arrived and returns its length. Asks the system: tokio learns of bytes only in its event loop.
    pub(super) fn discard(&mut self) -> io::Result<usize> {
        match self {
            Self::Serial(stream, _) => {
                let waiting = stream.bytes_to_read()?;
                if waiting > 0 {
                    stream.clear(ClearBuffer::Input)?;
                }
                Ok(usize::try_from(waiting).unwrap_or(usize::MAX))
            }
            Self::Tcp(stream) => {
                let mut buffer = [0; DISCARD_BYTES];
                let mut discarded = 0;
                // Bounded: the caller recognises an endless stream as a line that is never silent.
                while discarded < DISCARD_BYTES * DISCARD_BYTES {
                    match rustix::io::read(stream.as_fd(), &mut buffer) {
                        Ok(0) => return Err(closed()),
                        Ok(read) => discarded += read,
                        Err(rustix::io::Errno::AGAIN) => break,
                        Err(error) => return Err(error.into()),
                    }
                }
                Ok(discarded)
            }
            #[cfg(test)]
            Self::Script(stream) => super::script::discard(stream),
        }
    }

    pub(super) fn set_mode(&mut self, mode: SerialMode) -> io::Result<()> {
        if let Self::Serial(stream, set) = self
            && *set != mode
        {
            stream.set_baud_rate(mode.baud)?;
            stream.set_parity(parity(mode))?;
            stream.set_stop_bits(stop_bits(mode))?;
            *set = mode;
        }
        Ok(())
    }

    pub(super) fn set_rts(&mut self, level: bool) -> io::Result<()> {
        match self {
            Self::Serial(stream, _) => Ok(stream.write_request_to_send(level)?),
            _ => Ok(()),
        }
    }
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the other end has closed it")
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
