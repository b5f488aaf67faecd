//! Devices as bad as they come: a Modbus TCP server of bytes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

/// A question as it came: transaction and unit id, and the address of the first register.
pub struct Question {
    transaction: [u8; 2],
    /// The unit that is asked.
    pub unit: u8,
    /// The function code.
    pub function: u8,
    /// On the wire, of the first register.
    pub address: u16,
    /// How many registers are asked for.
    pub count: u16,
    /// How many questions came before it on its connection.
    pub nth: u32,
    /// How many questions came before it, over all connections.
    pub number: u32,
}

impl Question {
    /// The answer of this protocol data unit to this question.
    pub fn frame(&self, pdu: &[u8]) -> Vec<u8> {
        let length = pdu.len() as u16 + 1;
        let mut frame = self.transaction.to_vec();
        frame.extend([0, 0]);
        frame.extend(length.to_be_bytes());
        frame.push(self.unit);
        frame.extend(pdu);
        frame
    }

    /// A head of length one: a unit, and nothing behind.
    pub fn head(&self) -> Vec<u8> {
        self.frame(&[])
    }

    /// The answer that gives these holding registers.
    pub fn registers(&self, words: &[u16]) -> Vec<u8> {
        let mut pdu = vec![3, words.len() as u8 * 2];
        pdu.extend(words.iter().flat_map(|word| word.to_be_bytes()));
        self.frame(&pdu)
    }
}

/// What the device does with a question.
pub enum Deed {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes after this time, and reads nothing before.
    SendLate(Duration, Vec<u8>),
    /// Sends these bytes and closes the connection.
    SendAndClose(Vec<u8>),
    /// Says nothing, and stays connected.
    Nothing,
    /// Closes the connection.
    Close,
}

/// A device that does as it is told. Its threads end with the test's process.
pub struct FakeDevice {
    /// Where it listens.
    pub port: u16,
    connections: Arc<AtomicU32>,
}

impl FakeDevice {
    /// Starts a device that answers each question by `deed`.
    pub fn start(deed: impl Fn(&Question) -> Deed + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicU32::new(0));
        let (counted, deed) = (connections.clone(), Arc::new(deed));
        let numbers = Arc::new(AtomicU32::new(0));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, SeqCst);
                let (deed, numbers) = (deed.clone(), numbers.clone());
                thread::spawn(move || {
                    // A gateway that hangs up is nothing to report.
                    let _ = serve(stream, &numbers, &*deed);
                });
            }
        });
        Self { port, connections }
    }

    /// Connections that were made to it.
    pub fn connections(&self) -> u32 {
        self.connections.load(SeqCst)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a thread of its own: being late is what this device is for"
)]
fn serve(
    mut stream: TcpStream,
    numbers: &AtomicU32,
    deed: &(impl Fn(&Question) -> Deed + ?Sized),
) -> std::io::Result<()> {
    for nth in 0.. {
        let mut asked = [0; 12];
        stream.read_exact(&mut asked)?;
        let question = Question {
            transaction: [asked[0], asked[1]],
            unit: asked[6],
            function: asked[7],
            address: u16::from_be_bytes([asked[8], asked[9]]),
            count: u16::from_be_bytes([asked[10], asked[11]]),
            nth,
            number: numbers.fetch_add(1, SeqCst),
        };
        match deed(&question) {
            Deed::Send(bytes) => stream.write_all(&bytes)?,
            Deed::SendLate(after, bytes) => {
                thread::sleep(after);
                stream.write_all(&bytes)?;
            }
            Deed::SendAndClose(bytes) => return stream.write_all(&bytes),
            Deed::Nothing => {}
            Deed::Close => return Ok(()),
        }
    }
    Ok(())
}
