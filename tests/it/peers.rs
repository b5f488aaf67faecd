//! Other people's servers: mosquitto, pymodbus and libmodbus; and serial lines to put between.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use rumqttc::{Client, Event, MqttOptions, Outgoing, Packet, QoS};

use crate::context::{Context, Process, repository, wait_for};

/// Starts mosquitto, which keeps nothing: a restart loses its sessions and queues.
pub fn mosquitto(context: &Context) -> Process {
    let port = context.broker_port();
    let config = format!(
        "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n"
    );
    mosquitto_with(context, &config, port)
}

/// Starts mosquitto with this configuration, in which it listens on `port`.
pub fn mosquitto_with(context: &Context, config: &str, port: u16) -> Process {
    let config = context.write(&format!("mosquitto-{port}.conf"), config);
    let started = Command::new("mosquitto")
        .env("PATH", daemons_path())
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

/// Messages that may wait for a test to look at them: more than any makes.
const MESSAGES_MAX: usize = 100_000;

/// Longest wait for a broker that runs. Generous: it costs time only where the test fails.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// What a topic carries, each with when it came. It listens when this returns.
pub fn listener(port: u16, topic: String) -> Receiver<(Instant, Vec<u8>)> {
    let (sender, messages) = sync_channel(MESSAGES_MAX);
    let (ready, listens) = sync_channel(1);
    std::thread::spawn(move || {
        let mut options = MqttOptions::new(topic.replace(['/', '+'], "-"), "127.0.0.1", port);
        options.set_max_packet_size(1 << 20, 1 << 20);
        let (client, mut connection) = Client::new(options, 8);
        client.subscribe(&topic, QoS::AtLeastOnce).unwrap();
        // Ends with the broker.
        for event in connection.iter().map_while(Result::ok) {
            match event {
                Event::Incoming(Packet::SubAck(_)) => ready.send(()).unwrap(),
                Event::Incoming(Packet::Publish(message)) => {
                    let came = (Instant::now(), message.payload.to_vec());
                    if sender.send(came).is_err() {
                        return;
                    }
                }
                _ => {}
            }
        }
    });
    listens.recv_timeout(ANSWER_MAX).unwrap();
    messages
}

/// Largest packet that a stranger sends.
const PACKET_MAX: usize = 2 << 20;

/// Publishes the messages as a stranger, retained or not, and waits until the broker has taken them all.
pub fn publish(port: u16, messages: &[(&str, Vec<u8>)], retained: bool) {
    let mut options = MqttOptions::new("stranger", "127.0.0.1", port);
    options.set_max_packet_size(PACKET_MAX, PACKET_MAX);
    options.set_keep_alive(Duration::from_secs(5));
    let (client, mut connection) = Client::new(options, messages.len() + 1);
    for (topic, payload) in messages {
        client.publish(*topic, QoS::AtLeastOnce, retained, payload.clone()).unwrap();
    }
    let mut taken = 0;
    for event in connection.iter() {
        match event.unwrap() {
            Event::Incoming(Packet::PubAck(_)) => {
                taken += 1;
                if taken == messages.len() {
                    client.disconnect().unwrap();
                }
            }
            Event::Outgoing(Outgoing::Disconnect) => return,
            _ => {}
        }
    }
    panic!("the broker took {taken} of {} messages", messages.len());
}

/// Debian keeps daemons in /usr/sbin, which is not on every user's path.
pub fn daemons_path() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{path}:/usr/sbin:/sbin")
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
        Self { port: line.trim().into(), _input: input, _process: process }
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
        Self { port, input, output, _process: process }
    }

    /// Changes registers.
    pub fn change(&mut self, registers: &serde_json::Value) {
        writeln!(self.input, "{registers}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "changed");
    }
}

/// A serial line that takes its time: [`tests/rtu_line.py`].
pub struct RtuLine {
    /// The port for the master.
    pub master: String,
    /// The port for the units.
    pub units: String,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _process: Process,
}

impl RtuLine {
    /// A line of so many baud.
    pub fn start(baud: u32) -> Self {
        let mut child = python("tests/rtu_line.py", &[&baud.to_string()]);
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let process = Process(child);
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let (master, units) = line.trim().split_once(' ').expect("two ports");
        Self { master: master.into(), units: units.into(), input, output, _process: process }
    }

    /// How many requests it has passed on, and the shortest silence before one, ms.
    pub fn seen(&mut self) -> (u64, f64) {
        writeln!(self.input).unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let seen: serde_json::Value = serde_json::from_str(&line).unwrap();
        (seen["requests"].as_u64().unwrap(), seen["silence_ms"].as_f64().unwrap_or(f64::INFINITY))
    }
}

/// A libmodbus server, built of `tests/libmodbus_server.c` in `folder`, with `value` in holding register 4 of unit 1.
/// `kind` is `tcp` or the path of a serial port.
pub fn libmodbus(folder: &Path, value: u16, kind: &str) -> (u16, Process) {
    let program = folder.join("libmodbus_server");
    if !program.exists() {
        let mut compiler = Command::new("cc");
        compiler.arg(repository("tests/libmodbus_server.c")).arg("-o").arg(&program);
        let built = compiler.args(["-I/usr/include/modbus", "-lmodbus"]).status().unwrap();
        assert!(
            built.success(),
            "cannot build a libmodbus server: run tests/run, which installs libmodbus-dev"
        );
    }
    let mut child = Command::new(program)
        .args([&value.to_string(), kind])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (line.trim().parse().expect("its port"), Process(child))
}
