//! A stream between the Modbus TCP library and a connection, on which requests and answers keep their identity.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::conversation::Conversation;
use crate::support::lock;

/// Bytes that are read at once: the longest frame, and a second one.
const CHUNK: usize = 520;

/// How often a connection is read before a request, to find what came since the last answer. Engineering judgement: a
/// device that has more to say without being asked is skipped later.
const CHUNKS_BEFORE: usize = 16;

/// The stream that the library reads and writes. Requests leave it with numbers of the conversation; what it gives back
/// is the answer to the open request and nothing else. It ends where the conversation has a fault.
pub(super) struct Mbap<S> {
    stream: S,
    conversation: Arc<Mutex<Conversation>>,
    /// The request that is being sent, as far as it has not been.
    outgoing: Vec<u8>,
}

impl<S> fmt::Debug for Mbap<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Mbap");
        shown.field("outgoing", &self.outgoing).finish_non_exhaustive()
    }
}

impl<S> Mbap<S> {
    /// Over `stream`, a new connection.
    pub(super) fn new(stream: S, conversation: Arc<Mutex<Conversation>>) -> Self {
        lock(&conversation).opened();
        Self { stream, conversation, outgoing: Vec::new() }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Mbap<S> {
    /// Lets the conversation hear what can be read now.
    fn poll_hear(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut room = [0; CHUNK];
        let mut chunk = ReadBuf::new(&mut room);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut chunk))?;
        let mut conversation = lock(&self.conversation);
        match chunk.filled() {
            [] => conversation.closed(),
            bytes => conversation.hear(bytes),
        }
        Poll::Ready(Ok(()))
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.outgoing))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.outgoing.drain(..written.min(self.outgoing.len()));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Mbap<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            {
                let mut conversation = lock(&self.conversation);
                if conversation.answered() {
                    buffer.put_slice(&conversation.take(buffer.remaining()));
                    return Poll::Ready(Ok(()));
                }
                if conversation.fault().is_some() {
                    return Poll::Ready(Ok(()));
                }
            }
            if self.poll_hear(cx)?.is_pending() {
                let mut conversation = lock(&self.conversation);
                conversation.hush();
                if !conversation.answered() && conversation.fault().is_none() {
                    return Poll::Pending;
                }
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Mbap<S> {
    /// Takes one whole request: the library writes it in one piece.
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        request: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.outgoing.is_empty() {
            for _ in 0..CHUNKS_BEFORE {
                let heard = self.poll_hear(cx)?;
                if heard.is_pending() || lock(&self.conversation).fault().is_some() {
                    break;
                }
            }
            let sent = lock(&self.conversation).ask(request);
            self.outgoing = sent.map_err(|_| io::Error::from(io::ErrorKind::NotConnected))?;
        }
        ready!(self.poll_send(cx))?;
        Poll::Ready(Ok(request.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    const REQUEST: [u8; 12] = [0, 9, 0, 0, 0, 6, 1, 3, 0, 4, 0, 1];

    fn pair() -> (Mbap<tokio::io::DuplexStream>, tokio::io::DuplexStream) {
        let (near, far) = duplex(5);
        let conversation = Arc::new(Mutex::new(Conversation::new(None, 1)));
        (Mbap::new(near, conversation), far)
    }

    /// Through a pipe of five bytes: what was sent before, a late answer, and the answer.
    #[tokio::test]
    async fn only_the_answer_to_the_open_request_comes_through_with_its_number_put_back() {
        let (mut near, mut far) = pair();
        let far = async {
            let mut last = [0, 0];
            for value in [1, 2] {
                let mut request = [0; 12];
                far.read_exact(&mut request).await.unwrap();
                assert_eq!(request[2..], REQUEST[2..]);
                let number = [request[0], request[1]];
                for number in [last, number] {
                    far.write_all(&number).await.unwrap();
                    far.write_all(&[0, 0, 0, 5, 1, 3, 2, 0, value]).await.unwrap();
                }
                last = number;
            }
            far
        };
        let near = async {
            for value in [1, 2] {
                near.write_all(&REQUEST).await.unwrap();
                near.flush().await.unwrap();
                let mut answer = [0; 11];
                near.read_exact(&mut answer).await.unwrap();
                assert_eq!(answer, [0, 9, 0, 0, 0, 5, 1, 3, 2, 0, value]);
            }
            near
        };
        let (mut near, far) = tokio::join!(near, far);
        drop(far);
        assert!(near.write_all(&REQUEST).await.is_err(), "closed while idle: nothing is sent");
        let fault = lock(&near.conversation).fault();
        assert_eq!(fault, Some(super::super::conversation::Fault::Renew));
    }
}
