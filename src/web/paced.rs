//! A connection whose other end has to take what it is sent.
//!
//! While it does not, the connection counts among those that wait.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::places::Seat;

/// How long [`PACE_BYTES`] of an answer may take to leave. A kilobyte a second is a bad line of GPRS: whoever is slower
/// would not see the page either. Engineering judgement.
const PACE: Duration = Duration::from_secs(30);
const PACE_BYTES: usize = 32 * 1024;

/// The connection.
pub(super) struct Paced {
    stream: TcpStream,
    seat: Arc<Seat>,
    /// Runs while something waits to leave.
    late: Option<Pin<Box<Sleep>>>,
    /// What has left since it began to run, bytes.
    left: usize,
}

impl Paced {
    pub fn new(stream: TcpStream, seat: Arc<Seat>) -> Self {
        Self { stream, seat, late: None, left: 0 }
    }

    /// What became of writing: too slow is an error.
    fn paced(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.seat.go_on();
                self.left = self.left.saturating_add(bytes);
                if self.left >= PACE_BYTES {
                    self.keeps_up();
                }
                written
            }
            Poll::Ready(Err(_)) => written,
            Poll::Pending => {
                self.seat.stall();
                let late = self.late.get_or_insert_with(|| Box::pin(sleep(PACE)));
                late.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }

    fn keeps_up(&mut self) {
        self.late = None;
        self.left = 0;
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Paced {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.paced(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.paced(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// It is asked for when everything has left.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            self.keeps_up();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
