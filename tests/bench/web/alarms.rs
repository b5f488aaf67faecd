//! What alarms cost the intake, and how soon one rings.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::intake::{Intake, once};
use crate::office::{Office, pause, until};
use crate::{READINGS_S, ratio, row, share};

/// Stations that are checked at each batch.
const STATIONS: usize = 10_000;

/// Readings in the store of that office: what is measured is the intake.
const READINGS: u64 = 200_000;

/// Rounds with and without alarms, by turns, so that what the machine does beside them is shared out.
const ROUNDS: usize = 3;

/// Alarms that ring one after the other, and how many of them within a minute: more letters are gathered.
const RINGS: usize = 15;
const RINGS_A_MINUTE: usize = 5;

/// A little more than the minute.
const MINUTE: Duration = Duration::from_secs(65);

/// Kinds of alarms, all of them.
fn all_off() -> String {
    let ids: Vec<String> =
        hanqing::alarm::Kind::ALL.iter().map(|kind| format!("{:?}", kind.id())).collect();
    format!("[alarm]\noff = [{}]\n", ids.join(", "))
}

/// What an intake took.
struct Taken {
    rate: f64,
    /// CPU time of a reading, µs.
    cpu_us: f64,
}

fn taken(folder: &Path, more: &str, seconds: u64) -> Taken {
    let office = Office::open(folder, STATIONS, READINGS, more);
    let intake = Intake::start(&office, READINGS_S);
    // Until its queues are as full as they will be.
    pause(Duration::from_secs(3));
    let (before, cpu, begun) = (office.stored(), office.cpu_s(), Instant::now());
    pause(Duration::from_secs(seconds));
    let (stored, used) = (office.stored() - before, office.cpu_s() - cpu);
    let rate = stored / begun.elapsed().as_secs_f64();
    drop(intake);
    Taken { rate, cpu_us: used / stored * 1e6 }
}

/// The intake of 10,000 stations with alarms and without any.
pub fn beside_intake(folder: &Path, seconds: u64) {
    let folder = folder.join("alarms");
    std::fs::create_dir_all(&folder).expect("a folder");
    let bell = Bell::hang();
    let [with, without] = [bell.config(), all_off()];
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        off.push(taken(&folder, &without, seconds));
        on.push(taken(&folder, &with, seconds));
    }
    let middle = |all: &[Taken], of: fn(&Taken) -> f64| {
        let mut values: Vec<f64> = all.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let cpu: [f64; 2] = [&off, &on].map(|all| middle(all, |taken| taken.cpu_us));
    let rate: [f64; 2] = [&off, &on].map(|all| middle(all, |taken| taken.rate));
    let said = |n: usize| format!("{:.1} µs a reading at {:.0} readings/s", cpu[n], rate[n]);
    row("intake of 10,000 stations, no kind of alarm watched", said(0), "");
    row("intake of 10,000 stations, all kinds watched", said(1), "");
    row("its CPU with alarms over that without", ratio(cpu[1], cpu[0]), "1.05 ×");
    row("its readings/s without alarms over those with", ratio(rate[0], rate[1]), "1.05 ×");
}

/// From a reading's way out at its gateway to the letter at the receiver. In a folder that has been used for it the
/// sources have rung already, and ring no more.
pub fn to_the_receiver(folder: &Path, stations: usize, readings: u64) {
    let bell = Bell::hang();
    let office = Office::open(folder, stations, readings, &bell.config());
    let mut times = Vec::new();
    for (number, source) in office.field.sources().take(RINGS).enumerate() {
        if number > 0 && number % RINGS_A_MINUTE == 0 {
            pause(MINUTE);
        }
        let station = office.field.series[source.place].series.station.to_string();
        let begun = once(&office, source.place, source.dry_m, number as u64 + 1);
        until("the letter", || bell.rang(&station).is_some());
        times.push(bell.rang(&station).expect("it rang").duration_since(begun));
    }
    let (median, most) = (share(&times, 0.5), share(&times, 1.0));
    let said = format!("median {median:.0} ms, max {most:.0} ms, {} alarms", times.len());
    row("from the reading on its way to the webhook's receiver", said, "2,000 ms");
}

/// A receiver that notes when it was told of a station.
struct Bell {
    port: u16,
    rang: Arc<Mutex<BTreeMap<String, Instant>>>,
}

impl Bell {
    /// It listens as long as this process lives.
    fn hang() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let rang = Arc::new(Mutex::new(BTreeMap::new()));
        let noted = rang.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let _ = take(stream, &noted);
            }
        });
        Self { port, rang }
    }

    /// All kinds ring it, levels at once; gateways and stations of a bench fall silent by themselves.
    fn config(&self) -> String {
        format!(
            "[alarm]\noff = [\"station-silent\", \"gateway-silent\"]\n\
             hold_minutes = {{ below-warning = 0, below-assured = 0, dry = 0 }}\n\
             [[alarm.channel]]\nname = \"bench\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{}/\"\n\
             allow = [\"127.0.0.1/32\"]\n",
            self.port
        )
    }

    fn rang(&self, station: &str) -> Option<Instant> {
        let subject = format!("station/{station}");
        self.rang.lock().unwrap_or_else(PoisonError::into_inner).get(&subject).copied()
    }
}

/// Reads a letter, notes each of its alarms, and says that it has it.
fn take(stream: TcpStream, rang: &Mutex<BTreeMap<String, Instant>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let now = Instant::now();
    let letter: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    for alarm in letter["alarms"].as_array().into_iter().flatten() {
        let subject = alarm["subject"].as_str().unwrap_or_default().to_owned();
        rang.lock().unwrap_or_else(PoisonError::into_inner).entry(subject).or_insert(now);
    }
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    reader.get_mut().write_all(answer)
}
