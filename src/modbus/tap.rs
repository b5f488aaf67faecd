//! Shows the bytes of a line to whoever asks, as they are sent and received: a technician's `--bytes`.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Which way bytes went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the devices.
    Sent,
    /// From them.
    Received,
}

/// Is called with each run of bytes, in the order of the line. A frame may come in several runs.
pub type Tap = Arc<dyn Fn(Direction, &[u8]) + Send + Sync>;

/// A byte stream whose traffic is shown to a tap, if there is one.
pub(super) struct Tapped<S> {
    stream: S,
    tap: Option<Tap>,
}

impl<S> Tapped<S> {
    pub(super) fn new(stream: S, tap: Option<Tap>) -> Self {
        Self { stream, tap }
    }
}

impl<S> fmt::Debug for Tapped<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tapped").field("tap", &self.tap.is_some()).finish_non_exhaustive()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tapped<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let new = buffer.filled().get(before..).unwrap_or_default();
        if let Some(tap) = self.tap.as_ref().filter(|_| !new.is_empty()) {
            tap(Direction::Received, new);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tapped<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if let (Some(tap), Poll::Ready(Ok(written))) = (&self.tap, &written) {
            tap(Direction::Sent, bytes.get(..*written).unwrap_or_default());
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn both_directions_are_shown_in_their_order() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&seen);
        let tap: Tap = Arc::new(move |way, bytes: &[u8]| {
            into.lock().unwrap().push((way, bytes.to_vec()));
        });
        let (ours, mut theirs) = tokio::io::duplex(64);
        let mut tapped = Tapped::new(ours, Some(tap));
        tapped.write_all(&[1, 3]).await.unwrap();
        theirs.write_all(&[1, 0x83, 2]).await.unwrap();
        let mut buffer = [0; 8];
        assert_eq!(tapped.read(&mut buffer).await.unwrap(), 3);
        drop(theirs);
        assert_eq!(tapped.read(&mut buffer).await.unwrap(), 0);
        let seen = seen.lock().unwrap().clone();
        assert_eq!(seen, [(Direction::Sent, vec![1, 3]), (Direction::Received, vec![1, 0x83, 2])]);
    }
}
