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
    let _a = dial(address, b"PINGdtu-1\r\nPING", b"PING").await;
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
async fn a_second_terminal_of_one_address_waits_until_the_first_has_hung_up() {
    let (address, mut link, slot) = accept_one(&bus("a", "registration = 'dtu-1'")).await;
    let first = dial(address, b"dtu-1", b"").await;
    assert_eq!(link.read(&patient(1, 1)).await, Ok(vec![1]));
    let second = dial(address, b"dtu-1", b"").await;
    while slot.report().refused == 0 {
        assert_eq!(link.read(&patient(1, 2)).await, Ok(vec![2]));
    }
    assert_eq!(link.read(&patient(1, 3)).await, Ok(vec![3]));
    assert!(!first.is_finished());
    first.abort();
    assert_eq!(link.read(&patient(1, 4)).await, Ok(vec![4]));
    assert_eq!((slot.report().refused, slot.report().replaced), (1, 0));
    assert!(!second.is_finished());
}

#[tokio::test]
async fn the_place_of_a_terminal_that_has_closed_its_connection_is_free() {
    let (address, mut link, slot) = accept_one(&bus("a", "registration = 'dtu-1'")).await;
    let mut old = connect_from(1, address).await;
    old.write_all(b"dtu-1").await.unwrap();
    let mut request = [0; REQUEST_BYTES];
    let far = async {
        old.read_exact(&mut request).await.unwrap();
        // A heartbeat behind the answer hides its end from no one.
        old.write_all(&[&answer(&request)[..], b"PING"].concat()).await.unwrap();
    };
    let read = patient(1, 1);
    assert_eq!(tokio::join!(far, link.read(&read)).1, Ok(vec![1]));
    drop(old);
    // The gateway's event loop learns of the end before that of a connection which is made after it.
    let mut new = connect_from(2, address).await;
    new.write_all(b"dtu-1\n").await.unwrap();
    let _served = serve(new);
    while slot.report().peer != Some([127, 0, 0, 2].into()) {
        assert_eq!(slot.report().refused, 0);
        tokio::task::yield_now().await;
    }
    assert_eq!(link.read(&patient(1, 3)).await, Ok(vec![3]));
    assert_eq!((slot.report().replaced, slot.report().refused), (1, 0));
}

/// The old connection has died unnoticed: after a request and its repetition the new one is asked.
#[tokio::test]
async fn a_terminal_that_dials_again_is_asked_when_its_old_connection_does_not_answer() {
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
        // With its end, so that nothing is waited for.
        [dial(address, b"dtu-1\r\n", b"").await]
    };
    let near = async {
        assert_eq!(link.read(&read).await, Ok(vec![7]));
        let short = ReadRequest { timeout: Duration::from_millis(50), ..read };
        for _ in 0..2 {
            assert!(link.read(&short).await.is_err());
        }
        link.read(&patient(1, 8)).await
    };
    let (_new, read) = tokio::join!(far, near);
    assert_eq!(read, Ok(vec![8]));
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
    for sent in [&b"dtu-9"[..], b"dtu-11", b"GET / HTTP/1.1\r\n\r\n", b"PINGdtu-3", &[0; 4096]] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        let mut rest = Vec::new();
        // Closed, or reset where it had sent more than was read.
        let ended = stream.read_to_end(&mut rest).await;
        assert!(ended.is_err() || rest.is_empty());
    }
}

/// Connects from another address of this machine.
async fn connect_from(last: u8, address: SocketAddr) -> TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, last], 0))).unwrap();
    socket.connect(address).await.unwrap()
}

/// Whether the gateway hangs up.
async fn hangs_up(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.is_err() || rest.is_empty()
}

/// Answers every request on `stream` with the registers' own addresses.
fn serve(mut stream: TcpStream) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let mut request = [0; REQUEST_BYTES];
        while stream.read_exact(&mut request).await.is_ok() {
            stream.write_all(&answer(&request)).await.unwrap();
        }
    })
}

fn slots_of(buses: &[BusSettings]) -> (DtuListener, BTreeMap<String, DtuSlot>) {
    let (mut listeners, slots) = dtu_listeners(buses);
    (listeners.remove(0), slots)
}

/// Accepts the terminal of the one `bus`: where, its link, and its slot.
async fn accept_one(bus: &BusSettings) -> (SocketAddr, Link, DtuSlot) {
    let (dtus, slots) = slots_of(std::slice::from_ref(bus));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { dtus.accept(listener).await });
    let slot = slots[&bus.name].clone();
    (address, Link::new(bus, Some(slot.clone()), Clock::system()), slot)
}

#[tokio::test]
async fn nobody_from_another_address_takes_the_place_of_a_terminal_that_answers() {
    let (address, mut link, slot) = accept_one(&bus("a", "registration = 'dtu-1'")).await;
    let mut honest = connect_from(1, address).await;
    honest.write_all(b"dtu-1").await.unwrap();
    let _served = serve(honest);
    assert_eq!(link.read(&patient(1, 1)).await, Ok(vec![1]));
    for _ in 0..2 {
        let mut other = connect_from(2, address).await;
        other.write_all(b"dtu-1").await.unwrap();
        assert!(hangs_up(&mut other).await);
        assert_eq!(link.read(&patient(1, 2)).await, Ok(vec![2]));
    }
    let report = slot.report();
    assert_eq!((report.replaced, report.refused), (0, 2));
    assert_eq!(report.peer, Some([127, 0, 0, 1].into()));
    assert_eq!(report.other, Some([127, 0, 0, 2].into()));
}

#[tokio::test]
async fn a_terminal_that_no_longer_answers_may_come_back_from_another_address() {
    let (address, mut link, slot) = accept_one(&bus("a", "registration = 'dtu-1'")).await;
    let mut old = connect_from(1, address).await;
    old.write_all(b"dtu-1").await.unwrap();
    let mut request = [0; REQUEST_BYTES];
    let far = async {
        old.read_exact(&mut request).await.unwrap();
        old.write_all(&answer(&request)).await.unwrap();
    };
    let read = patient(1, 1);
    assert_eq!(tokio::join!(far, link.read(&read)).1, Ok(vec![1]));
    // As many requests as a poll makes stay without an answer: one unit, one repetition.
    let short = ReadRequest { timeout: Duration::from_millis(20), ..read };
    for _ in 0..2 {
        assert!(link.read(&short).await.is_err());
    }
    let mut new = connect_from(2, address).await;
    new.write_all(b"dtu-1\n").await.unwrap();
    let _served = serve(new);
    assert_eq!(link.read(&patient(1, 3)).await, Ok(vec![3]));
    assert_eq!((slot.report().replaced, slot.report().refused), (1, 0));
    assert_eq!(slot.report().other, Some([127, 0, 0, 1].into()));
    assert_eq!(slot.report().peer, Some([127, 0, 0, 2].into()));
}

#[tokio::test]
async fn a_bare_connect_throws_out_no_terminal_that_answers() {
    let (address, mut link, slot) = accept_one(&bus("a", "")).await;
    let served = serve(connect_from(1, address).await);
    assert_eq!(link.read(&patient(1, 1)).await, Ok(vec![1]));
    // From its own address too, as behind an operator's network.
    let _scans = (connect_from(1, address).await, connect_from(2, address).await);
    while slot.report().refused < 2 {
        assert_eq!(link.read(&patient(1, 2)).await, Ok(vec![2]));
    }
    assert_eq!(link.read(&patient(1, 3)).await, Ok(vec![3]));
    assert!(!served.is_finished());
    // A terminal that has hung up leaves its place to whoever waits, and takes it back: that one never answers.
    served.abort();
    let short = ReadRequest { timeout: Duration::from_millis(50), ..read_one(1, 4) };
    while link.read(&short).await.is_ok() {}
    let _back = serve(connect_from(1, address).await);
    assert_eq!(link.read(&patient(1, 5)).await, Ok(vec![5]));
}

#[tokio::test]
async fn silent_connections_lock_no_terminal_out() {
    let (address, mut link, _slot) = accept_one(&bus("a", "registration = 'dtu-1'")).await;
    for last in [2, 1] {
        let mut silent = Vec::new();
        for _ in 0..80 {
            silent.push(connect_from(last, address).await);
        }
        let mut honest = connect_from(1, address).await;
        honest.write_all(b"dtu-1").await.unwrap();
        let _served = serve(honest);
        assert_eq!(link.read(&patient(1, 1)).await, Ok(vec![1]));
    }
}

#[tokio::test]
async fn only_the_peers_of_a_bus_may_dial_in() {
    let buses = [
        bus("a", "registration = 'dtu-1', peers = ['127.0.0.2', '10.8.0.0/16']"),
        bus("b", "registration = 'dtu-2', peers = ['127.0.0.4/30']"),
    ];
    let (address, mut links) = accept(&buses).await;
    assert!(hangs_up(&mut connect_from(1, address).await).await);
    let mut other = connect_from(5, address).await;
    other.write_all(b"dtu-1").await.unwrap();
    assert!(hangs_up(&mut other).await, "the name of a bus that it may not be");
    for (link, (last, name)) in links.iter_mut().zip([(2, b"dtu-1"), (6, b"dtu-2")]) {
        let mut stream = connect_from(last, address).await;
        stream.write_all(name).await.unwrap();
        let _served = serve(stream);
        assert_eq!(link.read(&patient(1, 9)).await, Ok(vec![9]));
    }
    let wrong = "name = 'a'\ndtu = { listen = '127.0.0.1:9', peers = ['10.8.0.1/16'] }";
    assert!(toml::from_str::<BusSettings>(wrong).is_err());
}

#[tokio::test]
async fn a_registration_in_two_packets_is_whole_and_a_longer_one_is_another() {
    let (address, mut link, _slot) = accept_one(&bus("a", "registration = 'dtu-7'")).await;
    let mut longer = connect_from(1, address).await;
    for packet in [b"dtu-7", &b"7"[..]] {
        longer.write_all(packet).await.unwrap();
        longer.flush().await.unwrap();
        tokio::task::yield_now().await;
    }
    assert!(hangs_up(&mut longer).await);
    let mut right = connect_from(1, address).await;
    for packet in [b"dt", &b"u-7"[..]] {
        right.write_all(packet).await.unwrap();
        right.flush().await.unwrap();
        tokio::task::yield_now().await;
    }
    let _served = serve(right);
    assert_eq!(link.read(&patient(1, 9)).await, Ok(vec![9]));
}
