//! Serial lines over pseudo terminals, with tokio-modbus's RTU server at the other end, in real time.

use std::future::{Ready, ready};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_modbus::server::{Service, rtu};
use tokio_modbus::{ExceptionCode, Request as Asked, Response, SlaveRequest};
use tokio_serial::{SerialPort, SerialStream};

use super::script::{answer, read_one};
use super::timing::{self, REQUEST_BYTES};
use super::{Link, Parity, ReadError, ReadRequest, SerialMode};
use crate::device::{Function, Request};
use crate::support::{Clock, Stopwatch};

/// A unit whose registers hold their address XOR the function code, and whose bits are 1 at odd addresses.
struct Unit;

impl Service for Unit {
    type Request = SlaveRequest<'static>;
    type Response = Response;
    type Exception = ExceptionCode;
    type Future = Ready<Result<Response, ExceptionCode>>;

    fn call(&self, asked: Self::Request) -> Self::Future {
        let bits = |address: u16, count: u16| (address..address + count).map(|a| a % 2 == 1);
        let words =
            |address: u16, count: u16, code: u16| (address..address + count).map(move |a| a ^ code);
        ready(match asked.request {
            Asked::ReadCoils(address, count) => {
                Ok(Response::ReadCoils(bits(address, count).collect()))
            }
            Asked::ReadDiscreteInputs(address, count) => {
                Ok(Response::ReadDiscreteInputs(bits(address, count).map(|bit| !bit).collect()))
            }
            Asked::ReadHoldingRegisters(0x900, _) => Err(ExceptionCode::IllegalDataAddress),
            Asked::ReadHoldingRegisters(address, count) => {
                Ok(Response::ReadHoldingRegisters(words(address, count, 3).collect()))
            }
            Asked::ReadInputRegisters(address, count) => {
                Ok(Response::ReadInputRegisters(words(address, count, 4).collect()))
            }
            _ => Err(ExceptionCode::IllegalFunction),
        })
    }
}

/// A serial line: the far end, the near one kept open, and the near one's name.
fn line() -> (SerialStream, SerialStream, PathBuf) {
    let (far, near) = SerialStream::pair().unwrap();
    let path = near.name().unwrap().into();
    (far, near, path)
}

fn link(path: &Path) -> Link {
    let path = path.display();
    let text = format!("name = 'b'\nserial = {{ port = '{path}', baud = 19200 }}");
    Link::new(&toml::from_str(&text).unwrap(), None, Clock::system())
}

/// A timeout that is long enough for a loaded machine.
fn patient(unit: u8, address: u16) -> ReadRequest {
    ReadRequest { timeout: Duration::from_secs(5), ..read_one(unit, address) }
}

#[tokio::test]
async fn all_four_functions_read_over_a_serial_line() {
    let (far, _near, path) = line();
    tokio::spawn(rtu::Server::new(far).serve_forever(Unit));
    let mut link = link(&path);
    for count in [1, 2, 7, 8, 9, 60, 125] {
        for function in
            [Function::Coils, Function::DiscreteInputs, Function::Holding, Function::Input]
        {
            let address = 0x300 - count;
            let read =
                ReadRequest { request: Request { function, address, count }, ..patient(1, 0) };
            let expected: Vec<u16> = (address..address + count)
                .map(|a| match function {
                    Function::Coils => a % 2,
                    Function::DiscreteInputs => 1 - a % 2,
                    Function::Holding => a ^ 3,
                    Function::Input => a ^ 4,
                })
                .collect();
            assert_eq!(link.read(&read).await, Ok(expected), "{function:?} × {count}");
        }
    }
    let refused = link.read(&patient(1, 0x900)).await;
    assert!(matches!(refused, Err(ReadError::Exception { code: 2, .. })), "{refused:?}");
}

/// Answers every request on `far`, at once.
async fn serve(mut far: SerialStream) {
    let mut asked = [0; REQUEST_BYTES];
    while far.read_exact(&mut asked).await.is_ok() {
        if far.write_all(&answer(&asked)).await.is_err() {
            break;
        }
    }
}

#[tokio::test]
async fn a_port_that_vanishes_and_comes_back_under_another_name_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let by_id = folder.path().join("usb-adapter");
    let mut link = link(&by_id);
    let missing = link.read(&patient(1, 1)).await;
    let named = |error: &ReadError| error.to_string().contains("usb-adapter");
    assert!(
        matches!(&missing, Err(error @ ReadError::Unreachable { .. }) if named(error)),
        "{missing:?}"
    );
    for round in 0..3 {
        let (far, near, path) = line();
        std::os::unix::fs::symlink(&path, &by_id).unwrap();
        let unit = tokio::spawn(serve(far));
        assert_eq!(link.read(&patient(1, round)).await, Ok(vec![round]));
        assert_eq!(link.read(&patient(1, 7)).await, Ok(vec![7]));
        // Unplugged: the far end closes, and the name disappears.
        unit.abort();
        assert!(unit.await.unwrap_err().is_cancelled());
        drop(near);
        std::fs::remove_file(&by_id).unwrap();
        if round == 1 {
            let gone = link.read(&patient(1, 1)).await;
            assert!(matches!(gone, Err(ReadError::Unreachable { .. })), "{gone:?}");
        }
    }
}

#[tokio::test]
async fn a_port_that_vanishes_while_an_answer_is_awaited_is_closed_at_once() {
    let (mut far, near, path) = line();
    let mut link = link(&path);
    let read = patient(1, 1);
    let pulled = async {
        let mut asked = [0; REQUEST_BYTES];
        far.read_exact(&mut asked).await.unwrap();
        drop(far);
        drop(near);
    };
    let begun = Stopwatch::start();
    let (outcome, ()) = tokio::join!(link.read(&read), pulled);
    assert!(matches!(outcome, Err(ReadError::Transport { .. })), "{outcome:?}");
    assert!(begun.elapsed() < read.timeout);
}

#[tokio::test]
async fn another_mode_is_set_for_one_request_alone() {
    let (mut far, near, path) = line();
    let mut link = link(&path);
    let slow = SerialMode { baud: 4800, parity: Parity::None, stop_bits: 2 };
    for (mode, baud, stop_bits) in [
        (None, 19_200, tokio_serial::StopBits::One),
        (Some(slow), 4800, tokio_serial::StopBits::Two),
        (None, 19_200, tokio_serial::StopBits::One),
    ] {
        let read = ReadRequest { mode, ..patient(1, 1) };
        let seen = async {
            let mut asked = [0; REQUEST_BYTES];
            far.read_exact(&mut asked).await.unwrap();
            let seen = (near.baud_rate().unwrap(), near.stop_bits().unwrap());
            far.write_all(&answer(&asked)).await.unwrap();
            seen
        };
        let (outcome, seen) = tokio::join!(link.read(&read), seen);
        assert_eq!(outcome, Ok(vec![1]));
        assert_eq!(seen, (baud, stop_bits));
    }
}

/// A unit that answers in no time: the next request still waits for both frames and their silences on a real line.
#[tokio::test]
async fn the_next_request_is_never_too_soon() {
    let (mut far, _near, path) = line();
    let mut link = link(&path);
    let mode = SerialMode { baud: 19_200, parity: Parity::None, stop_bits: 1 };
    let least = timing::wire(mode, REQUEST_BYTES + 7) + 2 * timing::silence(mode);
    let unit = tokio::spawn(async move {
        let watch = Stopwatch::start();
        let mut asked = [0; REQUEST_BYTES];
        let mut received = Vec::new();
        for _ in 0..20 {
            far.read_exact(&mut asked).await.unwrap();
            received.push(watch.elapsed());
            far.write_all(&answer(&asked)).await.unwrap();
        }
        // Returned, so that it is closed only after its last answer has been read.
        (far, received)
    });
    for address in 0..20 {
        assert_eq!(link.read(&patient(1, address)).await, Ok(vec![address]));
    }
    let (_far, received) = unit.await.unwrap();
    let whole = *received.last().unwrap() - received[0];
    assert!(whole >= 19 * least, "{whole:?} for 19 of {least:?}");
}
