//! A serial server that stalls: it holds answers back and delivers them later, together with another's, before or after
//! the next request, or to another connection. Each value is that of its own register, or there is none.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use hanqing::core::{Flag, Reading};
use hanqing::modbus::rtu::crc;

use crate::context::{Context, wait_for};
use crate::peers::mosquitto;

/// The value that each register pair holds, by its address.
const LEVEL: (u16, u16) = (0, 1111);
const FLOW: (u16, u16) = (500, 2222);

/// Requests between two stalls.
const SOUND: u32 = 6;

const PROFILE: &str = r#"
id = "far-apart"
name = "two values far apart"
source = "made up for a test"
verified_by = "nobody"
confidence = 0.5
[[point]]
parameter = "level"
function = 3
address = 0
type = "u32"
scale = 0.01
unit = "m"
[[point]]
parameter = "flow"
function = 3
address = 500
type = "u32"
unit = "m3/h"
[example]
source = "made up for a test"
[[example.block]]
function = 3
address = 0
words = [0, 1111]
[[example.block]]
function = 3
address = 500
words = [0, 2222]
[example.expect]
level = 11.11
flow = 2222.0
"#;

/// When answers that were held back are delivered.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Delivery {
    /// In one segment with the answer to the next request that is not held back.
    Merged,
    /// Right after the next request, in a segment of their own before its answer.
    AheadOfNext,
    /// As soon as the next connection is open.
    OnReconnection,
    /// In the midst of silence, after the time-out.
    Alone,
}

/// What the server remembers over its connections.
#[derive(Default)]
struct Server {
    held: Vec<u8>,
    since_stall: u32,
    /// Requests of the present stall that are still to be held back.
    left: u32,
    stalls: u32,
}

/// What unit 1 answers; function 3 alone is known.
fn answer(asked: [u8; 8]) -> Vec<u8> {
    let [unit, function, a1, a0, n1, n0, ..] = asked;
    let (address, count) = (u16::from_be_bytes([a1, a0]), u16::from_be_bytes([n1, n0]));
    let mut body = vec![unit, function];
    if function == 3 {
        body.push(count as u8 * 2);
        for register in address..address + count {
            let known = [LEVEL, FLOW].into_iter().find(|(first, _)| first + 1 == register);
            body.extend(known.map_or(0, |(_, value)| value).to_be_bytes());
        }
    } else {
        body = vec![unit, function | 0x80, 1];
    }
    body.extend(crc(&body));
    body
}

#[expect(clippy::disallowed_methods, reason = "a thread of its own: being late is what it is for")]
fn serve(
    mut stream: TcpStream,
    server: &Mutex<Server>,
    hold: u32,
    delivery: Delivery,
) -> std::io::Result<()> {
    let short = Duration::from_millis(5);
    stream.set_nodelay(true)?;
    if delivery == Delivery::OnReconnection {
        let held = std::mem::take(&mut server.lock().unwrap().held);
        stream.write_all(&held)?;
    }
    loop {
        let mut asked = [0; 8];
        stream.read_exact(&mut asked)?;
        let mine = answer(asked);
        let late = {
            let mut server = server.lock().unwrap();
            server.since_stall += 1;
            let level = asked[2..4] == LEVEL.0.to_be_bytes();
            if level && server.since_stall > SOUND && server.left == 0 {
                server.since_stall = 0;
                server.left = hold;
                server.stalls += 1;
            }
            if server.left > 0 {
                server.left -= 1;
                server.held.extend(mine);
                continue;
            }
            std::mem::take(&mut server.held)
        };
        match delivery {
            Delivery::Merged => stream.write_all(&[late, mine].concat())?,
            _ => {
                stream.write_all(&late)?;
                thread::sleep(short);
                stream.write_all(&mine)?;
            }
        }
    }
}

/// Starts a server that holds `hold` requests back at each stall; returns its port and its memory.
fn start(hold: u32, delivery: Delivery) -> (u16, Arc<Mutex<Server>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = Arc::<Mutex<Server>>::default();
    let kept = server.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if delivery == Delivery::Alone {
                deliver_alone(stream.try_clone().unwrap(), kept.clone());
            }
            let kept = kept.clone();
            thread::spawn(move || {
                // A gateway that hangs up is nothing to report.
                let _ = serve(stream, &kept, hold, delivery);
            });
        }
    });
    (port, server)
}

/// Delivers what is held back in the midst of the silence that follows, on each connection.
#[expect(clippy::disallowed_methods, reason = "a thread of its own: being late is what it is for")]
fn deliver_alone(mut stream: TcpStream, server: Arc<Mutex<Server>>) {
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(150));
            let held = {
                let mut server = server.lock().unwrap();
                if server.left == 0 { std::mem::take(&mut server.held) } else { Vec::new() }
            };
            if stream.write_all(&held).is_err() {
                return;
            }
        }
    });
}

#[test]
fn late_answers_are_never_stored_under_another_register() {
    let context = Context::new();
    std::fs::create_dir(context.path("devices")).unwrap();
    context.write("devices/far-apart.toml", PROFILE);
    let variants: Vec<(String, u32, u32, Delivery)> =
        [Delivery::Merged, Delivery::AheadOfNext, Delivery::OnReconnection, Delivery::Alone]
            .into_iter()
            .flat_map(|delivery| [(1, 0), (2, 1)].map(|(hold, retries)| (hold, retries, delivery)))
            .map(|(hold, retries, delivery)| {
                (format!("{delivery:?}-{hold}").to_lowercase(), hold, retries, delivery)
            })
            .collect();
    let mut buses = String::new();
    let mut servers = Vec::new();
    for (name, hold, retries, delivery) in &variants {
        let (port, server) = start(*hold, *delivery);
        buses += &format!(
            "[[bus]]\nname = \"{name}\"\nrtu_tcp = \"127.0.0.1:{port}\"\ninterval_s = 1\ntimeout_ms = 200\n\
             retries = {retries}\n[[bus.device]]\nunit = 1\nprofile = \"far-apart\"\nstation = \"{name}\"\n"
        );
        servers.push(server);
    }
    let config = context.edge_config(&buses);
    let text = std::fs::read_to_string(&config).unwrap();
    let own = format!("devices_dir = {:?}", context.path("devices"));
    let lines = text.lines().map(|line| if line.starts_with("devices_dir") { &own } else { line });
    std::fs::write(&config, lines.collect::<Vec<_>>().join("\n")).unwrap();
    context.hub_config();
    let _broker = mosquitto(&context);
    let _hub = context.hub();
    let _edge = context.edge();
    for ((name, ..), server) in variants.iter().zip(&servers) {
        wait_for("three stalls", || {
            let stalls = server.lock().unwrap().stalls;
            if stalls >= 3 { Ok(()) } else { Err((name, stalls, context.log("edge"))) }
        });
        for (parameter, right) in [("level", 11.11), ("flow", 2222.0)] {
            let series = format!("{name}/{parameter}");
            let good = wait_for("readings behind the stalls", || {
                let readings = context.readings(&series);
                let good: Vec<Reading> =
                    readings.into_iter().filter(|reading| reading.flag == Flag::Good).collect();
                if good.len() >= 6 { Ok(good) } else { Err((series.clone(), good.len())) }
            });
            let values: Vec<Option<f64>> = good.iter().map(Reading::value).collect();
            assert!(values.iter().all(|value| *value == Some(right)), "{series}: {values:?}");
        }
    }
}
