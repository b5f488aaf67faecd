//! Terminals that are identified, replaced and refused, over sockets.

use tokio::io::AsyncWriteExt;

use super::*;
use crate::locales::Lang;
use crate::modbus::script::{answer, read_one};
use crate::modbus::timing::REQUEST_BYTES;
use crate::modbus::{Link, ReadError, ReadRequest};
use crate::support::Clock;

#[test]
fn settings_give_bytes() {
    assert_eq!(parse_bytes("dtu-7"), Ok(b"dtu-7".to_vec()));
    assert_eq!(parse_bytes("hex:01 02fF"), Ok(vec![1, 2, 255]));
    for wrong in ["", "hex:", "hex:012", "hex:0g", &"x".repeat(129)] {
        assert!(parse_bytes(wrong).is_err(), "{wrong}");
    }
    let rule = parse_bytes("hex:012").unwrap_err();
    let said = Lang::ALL.map(|lang| rule.within(lang));
    let zh = "多出半个字节：两个十六进制数字为一个字节";
    assert_eq!(said, [zh, "has half a byte: two hex digits make one"]);
}

fn bus(name: &str, rest: &str) -> BusSettings {
    let text =
        format!("name = '{name}'\ntimeout_ms = 1000\ndtu = {{ listen = '127.0.0.1:9', {rest} }}");
    toml::from_str(&text).unwrap()
}

/// Accepts terminals of `buses` at a free port. Returns the links to them, in their order.
async fn accept(buses: &[BusSettings]) -> (SocketAddr, Vec<Link>) {
    let (mut listeners, mut slots) = dtu_listeners(buses);
    let dtus = listeners.remove(0);
    assert!(listeners.is_empty());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { dtus.accept(listener).await });
    let links = buses.iter().map(|bus| Link::new(bus, slots.remove(&bus.name), Clock::system()));
    (address, links.collect())
}

/// A terminal that sends `first` and whose units then answer every request, with `extra` before each answer.
async fn dial(
    address: SocketAddr,
    first: &[u8],
    extra: &'static [u8],
) -> tokio::task::JoinHandle<u32> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(first).await.unwrap();
    tokio::spawn(async move {
        let mut answered = 0;
        let mut request = [0; REQUEST_BYTES];
        while stream.read_exact(&mut request).await.is_ok() {
            let bytes = [extra, &answer(&request)].concat();
            if stream.write_all(&bytes).await.is_err() {
                break;
            }
            answered += 1;
        }
        answered
    })
}

fn patient(unit: u8, address: u16) -> ReadRequest {
    ReadRequest { timeout: Duration::from_secs(3), ..read_one(unit, address) }
}

#[tokio::test]
async fn terminals_of_one_address_are_identified() {
    let buses = [
        bus("a", "registration = 'dtu-1', heartbeat = 'PING'"),
        bus("b", "registration = 'hex:01 03 02', heartbeat = 'hex:00'"),
        bus("c", "registration = 'dtu-3'"),
    ];
    let (address, mut links) = accept(&buses).await;
    // Heartbeats before the registration, after it, and before every answer.
    let _a = dial(address, b"PINGdtu-1PING", b"PING").await;
    let _b = dial(address, &[0, 1, 3, 2, 0], &[0]).await;
    for round in 0..3 {
        for (at, link) in links.iter_mut().take(2).enumerate() {
            let register = 0x100 * at as u16 + round;
            assert_eq!(link.read(&patient(1, register)).await, Ok(vec![register]));
        }
    }
    let read = patient(1, 0);
    let third = links[2].read(&read).await;
    assert!(matches!(third, Err(ReadError::Unreachable { .. })), "{third:?}");
    let _c = dial(address, b"dtu-3", b"").await;
    assert_eq!(links[2].read(&read).await, Ok(vec![0]));
}

#[tokio::test]
async fn a_terminal_that_dials_again_replaces_its_old_connection() {
    let buses = [bus("a", "registration = 'dtu-1'")];
    let (address, mut links) = accept(&buses).await;
    let link = &mut links[0];
    let old = dial(address, b"dtu-1", b"").await;
    assert_eq!(link.read(&patient(1, 1)).await, Ok(vec![1]));
    let new = dial(address, b"dtu-1", b"").await;
    // It replaces the old one at the latest with the next request.
    for register in 2.. {
        assert_eq!(link.read(&patient(1, register)).await, Ok(vec![register]));
        if old.is_finished() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(link.read(&patient(1, 1)).await, Ok(vec![1]));
    assert!(!new.is_finished());
}

/// The old connection has died unnoticed: the request that waits on it is repeated on the new one.
#[tokio::test]
async fn a_request_is_repeated_when_its_terminal_dials_again() {
    let buses = [bus("a", "registration = 'dtu-1'")];
    let (address, mut links) = accept(&buses).await;
    let link = &mut links[0];
    let mut old = TcpStream::connect(address).await.unwrap();
    old.write_all(b"dtu-1").await.unwrap();
    let mut request = [0; REQUEST_BYTES];
    let read = ReadRequest { timeout: Duration::from_millis(500), ..read_one(1, 7) };
    let far = async {
        old.read_exact(&mut request).await.unwrap();
        old.write_all(&answer(&request)).await.unwrap();
        old.read_exact(&mut request).await.unwrap();
        [dial(address, b"dtu-1", b"").await]
    };
    let near = async {
        let first = link.read(&read).await;
        (first, link.read(&read).await)
    };
    let (_new, read) = tokio::join!(far, near);
    assert_eq!(read, (Ok(vec![7]), Ok(vec![7])));
}

#[tokio::test]
async fn the_only_terminal_of_an_address_need_not_identify_itself() {
    let (address, mut links) = accept(&[bus("a", "")]).await;
    let _a = dial(address, b"whatever", b"").await;
    assert_eq!(links[0].read(&patient(1, 5)).await, Ok(vec![5]));
}

#[tokio::test]
async fn unknown_peers_are_disconnected() {
    let buses = [
        bus("a", "registration = 'dtu-1', heartbeat = 'PING'"),
        bus("b", "registration = 'dtu-2'"),
    ];
    let (address, _links) = accept(&buses).await;
    for sent in [&b"dtu-9"[..], b"GET / HTTP/1.1\r\n\r\n", b"PINGdtu-3", &[0; 4096]] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        let mut rest = Vec::new();
        // Closed, or reset where it had sent more than was read.
        let ended = stream.read_to_end(&mut rest).await;
        assert!(ended.is_err() || rest.is_empty());
    }
}
