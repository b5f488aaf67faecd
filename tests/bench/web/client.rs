//! A connection that stays open and asks for one page after another.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Longest that an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// A connection to a server of this machine.
pub struct Line {
    port: u16,
    stream: BufReader<TcpStream>,
}

/// An answer, and how long it took.
pub struct Got {
    pub status: u16,
    /// From before the request until its first byte.
    pub first: Duration,
    /// Until its last.
    pub whole: Duration,
    pub body: Vec<u8>,
}

impl Line {
    pub fn open(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_MAX))?;
        Ok(Self { port, stream: BufReader::new(stream) })
    }

    pub fn get(&mut self, path: &str) -> std::io::Result<Got> {
        let begun = Instant::now();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAccept-Language: zh-CN\r\n\r\n",
            self.port
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        if self.stream.fill_buf()?.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let first = begun.elapsed();
        let broken = |what: &str| Error::new(ErrorKind::InvalidData, what.to_owned());
        let start = self.line()?;
        let status = start.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| broken(&start))?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(|_| broken(&line))?;
            }
            chunked |= line.starts_with("transfer-encoding:") && line.contains("chunked");
        }
        let body = if chunked { self.chunks()? } else { self.bytes(length)? };
        Ok(Got { status, first, whole: begun.elapsed(), body })
    }

    /// A line without its end.
    pub fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }

    fn bytes(&mut self, length: usize) -> std::io::Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    fn chunks(&mut self) -> std::io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = usize::from_str_radix(&self.line()?, 16)
                .map_err(|error| Error::new(ErrorKind::InvalidData, error))?;
            body.extend(self.bytes(size)?);
            self.line()?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    /// Asks for a stream of events; what follows is read by [`Self::line`].
    pub fn follow(&mut self, path: &str) -> std::io::Result<()> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAccept: text/event-stream\r\n\r\n",
            self.port
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.stream.get_ref().set_read_timeout(None)
    }

    /// A handle that ends the connection from elsewhere.
    pub fn end(&self) -> std::io::Result<TcpStream> {
        self.stream.get_ref().try_clone()
    }
}
