//! Terminals that dial in, and others who say their names, say nothing, or hold places.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use hanqing::core::Outcome;
use hanqing::modbus::rtu::crc;
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;

use crate::context::{Context, free_port, hanqing, outcome, wait_for};
use crate::peers::mosquitto;

fn bus(name: &str, dtu: &str) -> String {
    format!(
        "[[bus]]\nname = \"{name}\"\ndtu = {{ {dtu} }}\ninterval_s = 1\ntimeout_ms = 300\n\
         [[bus.device]]\nunit = 1\nprofile = \"one-level\"\nstation = \"{name}\"\n"
    )
}

/// Dials from 127.0.0.`last`, as soon as somebody listens.
fn dial(runtime: &Runtime, last: u8, port: u16) -> TcpStream {
    wait_for("the gateway's address for terminals", || {
        let stream = runtime.block_on(async {
            let socket = TcpSocket::new_v4()?;
            socket.bind(SocketAddr::from(([127, 0, 0, last], 0)))?;
            socket.connect(SocketAddr::from(([127, 0, 0, 1], port))).await?.into_std()
        });
        let stream = stream.map_err(|error| error.to_string())?;
        stream.set_nonblocking(false).map_err(|error| error.to_string())?;
        Ok::<_, String>(stream)
    })
}

/// Says `first`, then answers each request with registers that hold `word`. Tells whether it was hung up.
fn terminal(mut stream: TcpStream, first: &[u8], word: u16) -> Arc<AtomicBool> {
    stream.write_all(first).unwrap();
    let ended = Arc::new(AtomicBool::new(false));
    let told = ended.clone();
    std::thread::spawn(move || {
        let mut request = [0; 8];
        while stream.read_exact(&mut request).is_ok() {
            let mut answer = vec![request[0], request[1], 2 * request[5]];
            answer.extend((0..request[5]).flat_map(|_| word.to_be_bytes()));
            answer.extend(crc(&answer));
            if stream.write_all(&answer).is_err() {
                break;
            }
        }
        told.store(true, SeqCst);
    });
    ended
}

fn values(context: &Context, station: &str, count: usize) -> Vec<Outcome> {
    wait_for("readings with a value", || {
        let readings = context.readings(&format!("{station}/level"));
        let values: Vec<Outcome> = readings
            .iter()
            .map(|reading| reading.outcome)
            .filter(|outcome| matches!(outcome, Outcome::Value(_)))
            .collect();
        if values.len() >= count { Ok(values) } else { Err(readings.last().cloned()) }
    })
}

#[test]
fn nobody_takes_the_place_of_a_terminal_that_answers() {
    let context = Context::new();
    let runtime = Runtime::new().unwrap();
    let [named, open] = [free_port(), free_port()];
    context.edge_config(
        &[
            bus("a", &format!("listen = \"127.0.0.1:{named}\", registration = \"TERM-A\"")),
            bus("b", &format!("listen = \"127.0.0.1:{named}\", registration = \"TERM-B\"")),
            bus("c", &format!("listen = \"127.0.0.1:{open}\"")),
        ]
        .concat(),
    );
    context.hub_config();
    let _broker = mosquitto(&context);
    let _hub = context.hub();
    let _edge = context.edge();
    let a = terminal(dial(&runtime, 2, named), b"TERM-A", 2290);
    let c = terminal(dial(&runtime, 2, open), b"", 2292);
    values(&context, "a", 2);
    values(&context, "c", 2);

    // Somebody says its name, somebody connects to the open port, somebody holds places, silent, from two addresses.
    let other = terminal(dial(&runtime, 3, named), b"TERM-A", 666);
    let _bare: Vec<TcpStream> = [2, 3].map(|last| dial(&runtime, last, open)).into();
    let _idle: Vec<TcpStream> = (0..80).map(|n| dial(&runtime, 4 + n % 2, named)).collect();
    let b = terminal(dial(&runtime, 4, named), b"TERM-B\r\n", 2291);
    values(&context, "b", 2);
    wait_for("that the other is turned away", || if other.load(SeqCst) { Ok(()) } else { Err(()) });
    for (station, value) in [("a", 2.29), ("b", 2.291), ("c", 2.292)] {
        let seen = values(&context, station, 5);
        assert!(seen.iter().all(|outcome| *outcome == Outcome::Value(value)), "{station} {seen:?}");
    }
    assert!(![a, b, c].iter().any(|ended| ended.load(SeqCst)), "{}", context.log("edge"));
    let log = context.log("edge");
    let said = "somebody else says the registration of a terminal that answers";
    assert_eq!(log.matches(said).count(), 1, "{log}");
    let report = context.status().buses[0].report.terminal.clone().unwrap();
    assert_eq!((report.replaced, report.refused), (0, 1), "{report:?}");
    let (_, printed, _) = outcome(hanqing().args(["status", "-c"]).arg(context.path("edge.toml")));
    assert!(printed.contains("127.0.0.3"), "{printed}");
}

#[test]
fn a_terminal_that_says_nothing_or_another_name_is_told_so() {
    let context = Context::new();
    let runtime = Runtime::new().unwrap();
    let [named, guarded, shared] = [free_port(), free_port(), free_port()];
    context.edge_config(
        &[
            bus("a", &format!("listen = \"127.0.0.1:{named}\", registration = \"dtu-7\"")),
            bus("b", &format!("listen = \"127.0.0.1:{guarded}\", peers = [\"127.0.0.9\"]")),
            bus("c", &format!("listen = \"127.0.0.1:{shared}\", registration = \"dtu-8\"")),
            bus(
                "d",
                &format!(
                    "listen = \"127.0.0.1:{shared}\", registration = \"dtu-9\", peers = [\"127.0.0.9\"]"
                ),
            ),
        ]
        .concat(),
    );
    let _edge = context.edge();
    let _silent = dial(&runtime, 2, named);
    let longer = terminal(dial(&runtime, 3, named), b"dtu-77", 666);
    let elsewhere = terminal(dial(&runtime, 5, shared), b"dtu-9", 666);
    for _ in 0..3 {
        let barred = terminal(dial(&runtime, 4, guarded), b"x", 666);
        wait_for(
            "the end of one that may not",
            || if barred.load(SeqCst) { Ok(()) } else { Err(()) },
        );
    }
    wait_for("the end of the longer name", || if longer.load(SeqCst) { Ok(()) } else { Err(()) });
    let ended = || if elsewhere.load(SeqCst) { Ok(()) } else { Err(()) };
    wait_for("the end of one that dials from elsewhere", ended);
    let log = wait_for("a word on the silent one", || {
        let log = context.log("edge");
        if log.contains("sent nothing in 10 s") { Ok(log) } else { Err(log) }
    });
    assert!(log.contains("set a registration packet in it, or leave `registration` out"), "{log}");
    assert!(log.contains("text=dtu-77"), "{log}");
    assert!(!log.contains("text=dtu-9"), "{log}");
    assert_eq!(log.matches("the terminal of this bus may not dial in").count(), 1, "{log}");
    assert_eq!(log.matches("no terminal may dial in from this address").count(), 1, "{log}");
}

#[test]
fn networks_of_terminals_are_checked() {
    let context = Context::new();
    for (peers, wrong) in [
        ("\"10.8.0.0/16\", \"192.0.2.7\"", None),
        ("\"10.8.0.0/16\", \"0.0.0.0/0\"", Some("bus[0].dtu.peers[1]")),
        ("\"10.8.0.1/16\"", Some("10.8.0.0/16")),
        ("\"hub.lan\"", Some("peers")),
    ] {
        let dtu = format!("listen = \"127.0.0.1:6000\", peers = [{peers}]");
        context.edge_config(&bus("a", &dtu));
        let (code, printed, told) = outcome(hanqing().arg("check").arg(context.path("edge.toml")));
        assert_eq!(code == Some(0), wrong.is_none(), "{peers}: {printed}{told}");
        assert!(
            wrong.is_none_or(|wrong| (printed.clone() + &told).contains(wrong)),
            "{printed}{told}"
        );
    }
}
