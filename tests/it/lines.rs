//! Every kind of line with servers that are not ours: pymodbus and libmodbus, over TCP, as RTU frames over TCP, from a
//! terminal that dials in, and on serial lines that take the time of real ones.

use std::io::{Read, Write};
use std::net::TcpStream;

use hanqing::core::Flag;
use serde_json::json;

use crate::context::{Context, free_port, wait_for};
use crate::peers::{Pymodbus, RtuLine, libmodbus, mosquitto};

/// Three and a half characters of eleven bits at 9600 baud, ms (Modbus over serial line V1.02, 2.5.1.1).
const SILENCE_MS: f64 = 3.5 * 11.0 / 9.6;

fn bus(name: &str, line: &str) -> String {
    format!(
        "[[bus]]\nname = \"{name}\"\n{line}\ninterval_s = 1\n\
         [[bus.device]]\nunit = 1\nprofile = \"one-level\"\nstation = \"{name}\"\n"
    )
}

/// A terminal: dials, says who it is, and passes bytes on between the gateway and `server`, with heartbeats among its
/// own.
fn terminal(gateway: u16, server: u16) {
    std::thread::spawn(move || {
        let mut near = wait_for("the gateway's address for terminals", || {
            TcpStream::connect(("127.0.0.1", gateway)).map_err(|e| e.to_string())
        });
        let mut far = TcpStream::connect(("127.0.0.1", server)).unwrap();
        near.write_all(b"dtu-7").unwrap();
        let mut buffer = [0; 256];
        // Each request has one answer, so the two directions take turns.
        while let Ok(read @ 1..) = near.read(&mut buffer) {
            far.write_all(&buffer[..read]).unwrap();
            let read = far.read(&mut buffer).unwrap();
            near.write_all(b"PING").unwrap();
            near.write_all(&buffer[..read]).unwrap();
        }
    });
}

#[test]
fn each_kind_of_line_brings_its_readings_home() {
    let context = Context::new();
    let registers = |value: u16| json!({"1": {"4": [value]}});
    let over_tcp = Pymodbus::start_as(&registers(1001), "rtu");
    let behind_terminal = Pymodbus::start_as(&registers(1002), "rtu");
    let (mut slow, mut other) = (RtuLine::start(9600), RtuLine::start(9600));
    let _on_line = Pymodbus::start_as(&registers(1003), &slow.units);
    let (_, _on_other) = libmodbus(&context.path(""), 1004, &other.units);
    let (port, _libmodbus) = libmodbus(&context.path(""), 1005, "tcp");
    let listen = free_port();
    context.hub_config();
    context.edge_config(
        &[
            bus("a", &format!("rtu_tcp = \"127.0.0.1:{}\"", over_tcp.port)),
            bus(
                "b",
                &format!("dtu = {{ listen = \"127.0.0.1:{listen}\", registration = \"dtu-7\", heartbeat = \"PING\" }}"),
            ),
            bus("c", &format!("serial = {{ port = {:?}, baud = 9600 }}", slow.master)),
            bus("d", &format!("serial = {{ port = {:?}, baud = 9600 }}", other.master)),
            bus("e", &format!("tcp = \"127.0.0.1:{port}\"")),
        ]
        .concat(),
    );
    let _broker = mosquitto(&context);
    let _hub = context.hub();
    let _edge = context.edge();
    terminal(listen, behind_terminal.port);
    for (station, expected) in ["a", "b", "c", "d", "e"].into_iter().zip(1001_u16..) {
        let series = format!("{station}/level");
        wait_for("three good readings", || {
            let readings = context.readings(&series);
            let good = readings.iter().filter(|r| r.flag == Flag::Good);
            let values: Vec<Option<f64>> = good.map(|reading| reading.value()).collect();
            if values.len() >= 3 {
                assert!(
                    values.iter().all(|v| *v == Some(f64::from(expected) / 1000.0)),
                    "{station}: {values:?}"
                );
                Ok(())
            } else {
                let last = readings.last().map(|r| format!("{r:?}"));
                Err(format!("{station}: {last:?}\n{}", context.log("edge")))
            }
        });
    }
    for line in [&mut slow, &mut other] {
        let (requests, silence_ms) = line.seen();
        assert!(requests >= 3, "{requests}");
        assert!(silence_ms >= SILENCE_MS, "{silence_ms} ms");
    }
}
