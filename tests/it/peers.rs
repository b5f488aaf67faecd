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

const ADVICE: &str = "run tests/run, which makes tests/.venv";

/// Starts a script of the repository with these arguments.
pub fn python(script: &str, arguments: &[&str]) -> Child {
    let python = std::env::var_os("HANQING_TEST_PYTHON")
        .map_or_else(|| repository("tests/.venv/bin/python"), Into::into);
    let started = Command::new(&python)
        .arg(repository(script))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    match started {
        Ok(child) => child,
        Err(error) => panic!("cannot start {script} ({python:?}: {error}): {ADVICE}"),
    }
}

/// RTU units on a serial port, each with a speed of its own.
pub struct RtuUnits {
    /// The port.
    pub port: String,
    _input: ChildStdin,
    _process: Process,
}

impl RtuUnits {
    /// Starts them: speed and holding registers by unit.
    pub fn start(units: &serde_json::Value) -> Self {
        let mut child = python("tests/rtu_units.py", &[&units.to_string()]);
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let process = Process(child);
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        Self {
            port: line.trim().into(),
            _input: input,
            _process: process,
        }
    }
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
        let mut child = python("tests/pymodbus_server.py", &[&registers.to_string(), kind]);
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
