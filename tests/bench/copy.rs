//! How fast the local copy of a server's readings is made.
//!
//! `tests/bench/copy` runs it. `copy write URL READINGS` writes to a VictoriaMetrics; `copy stub PORT READINGS` answers
//! as an InfluxDB 2 does that holds them; `copy copy KIND URL FILE READINGS` copies them and prints seconds, seconds of
//! CPU and the most memory in MiB; `copy count KIND URL READINGS` asks for the same readings, only reads the answers
//! and counts their lines, and prints seconds and lines.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Instant;

use hanqing::core::{GatewayId, Kind, Reading, Series};
use hanqing::store::server::copy::{Copier, Reach};
use hanqing::store::server::{Server, ServerSettings, flux};
use hanqing::store::{Sqlite, Store};
use hanqing::support::Clock;
use hanqing::wire::{Batch, Epoch};
use jiff::Timestamp;

const GATEWAYS: usize = 10;
const SERIES: usize = 20;
/// Polls of a batch, one a minute: a hundred readings.
const POLLS: u64 = 5;
const MINUTE_MS: i64 = 60_000;

/// 2025-09-01T00:00:00Z, ms.
const START_MS: i64 = 1_756_684_800_000;

/// Batches of a commit.
const BATCHES_EACH: usize = 200;

/// Polls that are asked for together when lines are counted: as many readings as a copy asks for.
const COUNTED_TOGETHER: u64 = 150;

const PARAMETERS: [&str; 10] = [
    "level",
    "flow",
    "power",
    "voltage",
    "frequency",
    "soil_moisture",
    "battery_voltage",
    "rainfall_total",
    "volume_total",
    "energy_total",
];

/// Readings of ten gateways, all of which poll their twenty series each minute.
struct Field {
    polls: u64,
}

impl Field {
    fn of(readings: &str) -> Self {
        let readings: u64 = readings.parse().expect("a number");
        let each = (GATEWAYS * SERIES) as u64 * POLLS;
        Self { polls: readings / each * POLLS }
    }

    fn readings(&self) -> u64 {
        self.polls * (GATEWAYS * SERIES) as u64
    }

    fn batches(&self) -> u64 {
        self.polls / POLLS
    }
}

fn gateway(number: usize) -> GatewayId {
    format!("gw-{number}").parse().expect("an id")
}

fn series(gateway: usize, number: usize) -> Series {
    let station = number / PARAMETERS.len();
    let name = format!("st-{gateway}-{station}/{}", PARAMETERS[number % PARAMETERS.len()]);
    name.parse().expect("a series")
}

fn at_ms(poll: u64) -> i64 {
    START_MS + poll as i64 * MINUTE_MS
}

/// When a hub committed a batch.
fn committed_ms(batch: u64, gateway: usize) -> i64 {
    at_ms(batch * POLLS + POLLS - 1) + 1000 + gateway as i64
}

/// Registers grow, everything else wanders, in the steps of their devices.
fn value(series: &Series, number: usize, poll: u64) -> f64 {
    match series.parameter.spec().kind {
        Kind::Counter => (poll as f64 * 25.0).round() / 100.0,
        _ => 98.0 + ((poll + 1) * 7919 + number as u64 * 104_729) as f64 % 199.0 / 100.0,
    }
}

fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).expect("a time")
}

fn settings(kind: &str, url: &str) -> ServerSettings {
    let more = if kind == "influx" { "org = \"bench\"\nbucket = \"hanqing\"\n" } else { "" };
    toml::from_str(&format!("kind = \"{kind}\"\nurl = \"{url}\"\n{more}")).expect("settings")
}

fn write(url: &str, field: &Field) {
    let mut server = Server::open(&settings("victoria", url), "hub-1").expect("a server");
    let mut batches = Vec::new();
    for number in 0..field.batches() {
        for g in 0..GATEWAYS {
            let of_poll = |poll: u64| {
                (0..SERIES).map(move |s| {
                    let series = series(g, s);
                    let value = value(&series, s, poll);
                    Reading::good(series, instant(at_ms(poll)), value)
                })
            };
            let readings = (number * POLLS..(number + 1) * POLLS).flat_map(of_poll).collect();
            let (epoch, seq) = (Epoch(161), number + 1);
            batches.push(Batch {
                gateway: gateway(g),
                epoch,
                seq,
                clock: None,
                loss: None,
                readings,
            });
        }
        if batches.len() >= BATCHES_EACH || number + 1 == field.batches() {
            let now = instant(committed_ms(number, 0));
            let committed = server.commit(&batches, now).expect("a commit");
            assert!(committed.left.is_empty() && committed.refused.is_empty(), "{committed:?}");
            batches.clear();
        }
    }
}

fn copy(kind: &str, url: &str, path: &Path, field: &Field) {
    let mut copier = Copier::new(&settings(kind, url), BTreeMap::new()).expect("a copier");
    let mut copy = Sqlite::open(path).expect("a file");
    let began = Instant::now();
    let copied = copier.pass(&mut copy, Clock::system().now(), Reach::New).expect("a pass");
    let took = began.elapsed().as_secs_f64();
    assert_eq!(copied.new_readings, field.readings());
    let (cpu, memory) = used();
    println!("{took:.3} {cpu:.2} {memory:.1}");
}

/// CPU time of this process, s, and the most memory that it has had, MiB.
fn used() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("proc(5)");
    let fields = stat.rsplit(") ").next().expect("fields").split(' ').skip(11).take(2);
    let ticks: f64 = fields.map(|n| n.parse::<f64>().expect("ticks")).sum();
    let status = std::fs::read_to_string("/proc/self/status").expect("proc(5)");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM");
    let kib = line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok());
    (ticks / 100.0, kib.expect("a number") / 1024.0)
}

/// Asks for all readings as a copy does, and counts the lines of the answers.
fn count(kind: &str, url: &str, field: &Field) {
    let address = url.strip_prefix("http://").expect("http");
    let began = Instant::now();
    let mut lines = 0;
    for first in (0..field.polls).step_by(COUNTED_TOGETHER as usize) {
        let (from, to) = (at_ms(first), at_ms((first + COUNTED_TOGETHER).min(field.polls)));
        let request = if kind == "influx" {
            let span = (instant(from), instant(to));
            let body = flux::body(&flux::samples("hanqing", &["hanqing"], &[], span));
            let length = body.len();
            format!(
                "POST /api/v2/query?org=bench HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            )
        } else {
            let names = "%7B__name__%3D~%22hanqing_%28v%7Cf%29%22%7D";
            let (from, to) = (from as f64 / 1e3, (to - 1) as f64 / 1e3);
            format!(
                "GET /api/v1/export?match%5B%5D={names}&start={from:.3}&end={to:.3}&max_rows_per_line=10000 HTTP/1.0\r\n\r\n"
            )
        };
        let mut stream = TcpStream::connect(address).expect("a server");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut buffer = [0; 1 << 16];
        loop {
            let length = stream.read(&mut buffer).expect("an answer");
            if length == 0 {
                break;
            }
            lines += buffer[..length].iter().filter(|byte| **byte == b'\n').count();
        }
    }
    println!("{:.3} {lines}", began.elapsed().as_secs_f64());
}

/// An answer to a query, in chunks where the client takes them.
struct Answer<'a> {
    stream: &'a TcpStream,
    held: Vec<u8>,
    in_chunks: bool,
}

impl<'a> Answer<'a> {
    fn begin(stream: &'a TcpStream, in_chunks: bool) -> std::io::Result<Self> {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/csv; charset=utf-8\r\n";
        let how = if in_chunks { "transfer-encoding: chunked" } else { "connection: close" };
        let mut answer = Self { stream, held: Vec::new(), in_chunks };
        answer.stream.write_all(format!("{head}{how}\r\n\r\n").as_bytes())?;
        Ok(answer)
    }

    fn push(&mut self, parts: &[&str]) -> std::io::Result<()> {
        for part in parts {
            self.held.extend_from_slice(part.as_bytes());
        }
        if self.held.len() >= 1 << 15 { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.in_chunks && !self.held.is_empty() {
            self.held.splice(..0, format!("{:x}\r\n", self.held.len()).into_bytes());
            self.held.extend_from_slice(b"\r\n");
        }
        self.stream.write_all(&self.held)?;
        self.held.clear();
        Ok(())
    }

    fn end(mut self) -> std::io::Result<()> {
        self.flush()?;
        if self.in_chunks { self.stream.write_all(b"0\r\n\r\n") } else { Ok(()) }
    }
}

/// Tables of one field and type, whose columns are these.
fn header(answer: &mut Answer<'_>, of: &str, tags: &[&str]) -> std::io::Result<()> {
    let strings = ",string".repeat(tags.len());
    let head = tags.join(",");
    answer.push(&[
        &format!("#datatype,string,long,dateTime:RFC3339,{of},string{strings}\r\n"),
        &format!(",result,table,_time,_value,_field,{head}\r\n"),
    ])
}

/// What the server holds of batches that were committed in these times, ms.
fn answer_batches(
    answer: &mut Answer<'_>,
    field: &Field,
    (from, to): (i64, i64),
) -> std::io::Result<()> {
    if to <= committed_ms(0, 0) || from > committed_ms(field.batches(), 0) {
        return answer.push(&["\r\n"]);
    }
    header(answer, "long", &["_measurement", "epoch", "gateway", "hub"])?;
    let mut table = 0;
    for g in 0..GATEWAYS {
        for name in ["first", "from_ms", "last", "n", "to_ms"] {
            for batch in 0..field.batches() {
                let at = committed_ms(batch, g);
                if !(from..to).contains(&at) {
                    continue;
                }
                let (first, last) = (batch * POLLS, batch * POLLS + POLLS - 1);
                let value = match name {
                    "n" => (POLLS as usize * SERIES) as i64,
                    "from_ms" => at_ms(first),
                    "to_ms" => at_ms(last),
                    _ => batch as i64 + 1,
                };
                let at = instant(at);
                let tags = format!("hanqing_batch,00000000000000a1,gw-{g},hub-1");
                answer.push(&[&format!(",,{table},{at},{value},{name},{tags}\r\n")])?;
            }
            table += 1;
        }
    }
    answer.push(&["\r\n"])
}

/// What the server holds of readings of these times, ms, and gateways.
fn answer_readings(
    answer: &mut Answer<'_>,
    field: &Field,
    (from, to): (i64, i64),
    gateways: &[usize],
) -> std::io::Result<()> {
    let polls = 0..field.polls;
    let polls: Vec<u64> = polls.filter(|poll| (from..to).contains(&at_ms(*poll))).collect();
    let times: Vec<String> = polls.iter().map(|poll| instant(at_ms(*poll)).to_string()).collect();
    let mut table = 0;
    for (name, of) in [("f", "long"), ("v", "double")] {
        header(answer, of, &["gateway", "parameter", "station"])?;
        for g in gateways {
            for s in 0..SERIES {
                let series = series(*g, s);
                let (parameter, station) = (series.parameter.id(), series.station.as_str());
                let begin = format!(",,{table},");
                let end = format!(",{name},gw-{g},{parameter},{station}\r\n");
                for (poll, time) in polls.iter().zip(&times) {
                    if name == "f" {
                        answer.push(&[&begin, time, ",1", &end])?;
                    } else {
                        let hundredths = (value(&series, s, *poll) * 100.0).round() as u64;
                        let value = format!("{}.{:02}", hundredths / 100, hundredths % 100);
                        answer.push(&[&begin, time, ",", &value, &end])?;
                    }
                }
                table += 1;
            }
        }
        answer.push(&["\r\n"])?;
    }
    Ok(())
}

/// Answers the requests of a connection until it ends.
fn serve(stream: &TcpStream, field: &Field) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut length, mut in_chunks) = (String::new(), 0, true);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            in_chunks &= !line.ends_with("HTTP/1.0\r\n");
            if line == "\r\n" {
                break;
            }
            let line = line.to_ascii_lowercase();
            if let Some(number) = line.strip_prefix("content-length:") {
                length = number.trim().parse().unwrap_or(0);
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        if !head.starts_with("post /api/v2/query") {
            let text =
                r#"{"buckets":[{"id":"1","name":"hanqing","orgID":"2","retentionRules":[]}]}"#;
            let length = text.len();
            let mut stream = stream;
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{text}"
            )?;
            continue;
        }
        let asked: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        let query = asked["query"].as_str().expect("a query");
        let time = |name: &str| {
            let rest = query.split(&format!("{name}: ")).nth(1).expect("a time");
            let text = rest.split([',', ')']).next().expect("a time");
            text.parse::<Timestamp>().expect("a time").as_millisecond()
        };
        let span = (time("start"), time("stop"));
        let mut answer = Answer::begin(stream, in_chunks)?;
        if query.contains("\"hanqing_batch\"") {
            answer_batches(&mut answer, field, span)?;
        } else {
            let named = |g: &usize| query.contains(&format!("\"gw-{g}\""));
            let all = !query.contains("r.gateway");
            let gateways: Vec<usize> = (0..GATEWAYS).filter(|g| all || named(g)).collect();
            answer_readings(&mut answer, field, span, &gateways)?;
        }
        answer.end()?;
        if !in_chunks {
            return Ok(());
        }
    }
}

fn stub(port: &str, field: &Field) {
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).expect("a port");
    println!("ready");
    std::thread::scope(|scope| {
        for stream in listener.incoming() {
            scope.spawn(move || {
                // A client that has enough closes its connection.
                let _closed = serve(&stream.expect("a connection"), field);
            });
        }
    });
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["write", url, readings] => write(url, &Field::of(readings)),
        ["stub", port, readings] => stub(port, &Field::of(readings)),
        ["copy", kind, url, file, readings] => {
            copy(kind, url, Path::new(file), &Field::of(readings));
        }
        ["count", kind, url, readings] => count(kind, url, &Field::of(readings)),
        _ => eprintln!("tests/bench/copy runs this"),
    }
}
