//! Other people's servers: mosquitto and pymodbus.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::context::{Context, Process, repository, wait_for};

/// Starts mosquitto, which keeps nothing: a restart loses its sessions and queues.
pub fn mosquitto(context: &Context) -> Process {
    let port = context.broker_port();
    let config = format!(
        "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n"
    );
    let config = context.write("mosquitto.conf", &config);
    // Debian keeps daemons in /usr/sbin, which is not on every user's path.
    let path = format!(
        "{}:/usr/sbin:/sbin",
        std::env::var("PATH").unwrap_or_default()
    );
    let started = Command::new("mosquitto")
        .env("PATH", path)
        .arg("-c")
        .arg(config)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let child = match started {
        Ok(child) => child,
        Err(error) => panic!("cannot start mosquitto ({error}): run tests/run, which installs it"),
    };
    let mut broker = Process(child);
    wait_for("mosquitto", || {
        assert!(broker.runs(), "mosquitto ended at once");
        TcpStream::connect(("127.0.0.1", port)).map_err(|e| e.to_string())
    });
    broker
}

/// A pymodbus server.
pub struct Pymodbus {
    /// Where it listens.
    pub port: u16,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _process: Process,
}

impl Pymodbus {
    /// Starts one of Modbus TCP with these holding registers, by unit and address.
    pub fn start(registers: &serde_json::Value) -> Self {
        Self::start_as(registers, "tcp")
    }

    /// Starts one of `kind`: `tcp`, `rtu` for RTU frames over TCP, or the path of a serial port.
    pub fn start_as(registers: &serde_json::Value, kind: &str) -> Self {
        const ADVICE: &str = "run tests/run, which makes tests/.venv with it";
        let python = std::env::var_os("HANQING_TEST_PYTHON")
            .map_or_else(|| repository("tests/.venv/bin/python"), Into::into);
        let started = Command::new(&python)
            .arg(repository("tests/pymodbus_server.py"))
            .arg(registers.to_string())
            .arg(kind)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child: Child = match started {
            Ok(child) => child,
            Err(error) => panic!("cannot start pymodbus ({python:?}: {error}): {ADVICE}"),
        };
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let process = Process(child);
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let Ok(port) = line.trim().parse() else {
            panic!("pymodbus gave no port but {line:?}: {ADVICE}");
        };
        Self {
            port,
            input,
            output,
            _process: process,
        }
    }

    /// Changes registers.
    pub fn change(&mut self, registers: &serde_json::Value) {
        writeln!(self.input, "{registers}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "changed");
    }
}
