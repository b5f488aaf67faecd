//! An office of many stations: its township, its store of a year that ends now, broker and hub.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hanqing::core::{Parameter, Reading, Series};
use hanqing::hub;
use hanqing::store::{Sqlite, Store};
use hanqing::water::Township;
use hanqing::wire::{Batch, Epoch};
use jiff::{SignedDuration, Timestamp};

use crate::client::Line;
use crate::intake::GATEWAYS;

/// Readings of a message, and of a commit, as gateways and hub have them at most.
const READINGS_EACH: usize = 100;
const COMMIT_EACH: usize = 20_000;

/// A pump's power and flow over those of its plate.
const LOAD: f64 = 0.9;

/// Longest that anything may take before a bench gives up: a store of ten million readings is verified and its morning
/// worked out.
const WAIT_MAX: Duration = Duration::from_secs(600);

/// Ticks of CPU time in a second: proc(5), `sysconf(_SC_CLK_TCK)` on every Linux of today.
const TICKS_S: f64 = 100.0;

/// A process that ends with the bench.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Stops this thread for so long.
#[expect(clippy::disallowed_methods, reason = "no runtime here, and a load keeps a pace")]
pub fn pause(span: Duration) {
    std::thread::sleep(span);
}

/// Waits until something is so.
pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < WAIT_MAX, "waited {WAIT_MAX:?} for {what}");
        pause(Duration::from_millis(50));
    }
}

/// A program on one core, where `taskset` is there.
pub fn on_one_core(program: &Path) -> Command {
    let bound = Command::new("taskset").args(["-c", "0", "true"]).stderr(Stdio::null()).status();
    if bound.is_ok_and(|status| status.success()) {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(program);
        return command;
    }
    Command::new(program)
}

/// What a series shows over time, within what the plate of its station allows.
#[derive(Clone)]
enum Course {
    /// Between two levels, m.
    Level(f64, f64),
    /// The power of a pump that runs a third of the time, kW.
    Power(f64),
    /// A register that grows by so much in each hour that the pump runs.
    Register(f64),
}

/// A series, and which gateway sends it.
#[derive(Clone)]
pub struct One {
    pub series: Series,
    pub gateway: usize,
    course: Course,
}

/// Everything that the stations show.
#[derive(Clone)]
pub struct Field {
    pub series: Vec<One>,
    start: Timestamp,
}

/// A source, and a level at which it is dry, m.
pub struct Source {
    pub place: usize,
    pub dry_m: f64,
}

impl Field {
    fn of(township: &Township, start: Timestamp) -> Self {
        let mut series = Vec::new();
        for (number, station) in township.stations.iter().enumerate() {
            let mut add = |parameter, course| {
                let series_id = Series::new(station.id.clone(), parameter);
                series.push(One { series: series_id, gateway: number % GATEWAYS, course });
            };
            if let Some(pump) = &station.pump {
                add(Parameter::EnergyTotal, Course::Register(pump.rated_power_kw * LOAD));
                add(Parameter::VolumeTotal, Course::Register(pump.rated_flow_m3h * LOAD));
                add(Parameter::RunHours, Course::Register(1.0));
                add(Parameter::Power, Course::Power(pump.rated_power_kw * LOAD));
            } else if let (Some(bottom), Some(crest)) = (station.bottom_m, station.crest_m)
                && station.kind.is_source()
            {
                add(Parameter::Level, Course::Level(bottom, crest));
            }
        }
        Self { series, start }
    }

    /// The ponds and tanks: where their levels stand among the series.
    pub fn sources(&self) -> impl Iterator<Item = Source> {
        self.series.iter().enumerate().filter_map(|(place, one)| match one.course {
            // As low as is dry, and no lower than its station can be.
            Course::Level(bottom, _) => Some(Source { place, dry_m: bottom + 0.01 }),
            _ => None,
        })
    }

    /// The reading of a series then: registers grow, levels and power wander, in the steps of their devices.
    pub fn reading(&self, number: usize, at: Timestamp) -> Reading {
        let One { series, course, .. } = &self.series[number];
        let hours = at.duration_since(self.start).as_secs_f64() / 3600.0;
        let quarter = (hours * 4.0) as u64;
        let noise = ((quarter + 1) * 7919 + number as u64 * 104_729) % 199;
        let noise = noise as f64 / 199.0;
        let shown = match *course {
            Course::Level(bottom, top) => {
                let year = (hours / 8766.0 * std::f64::consts::TAU).cos();
                bottom + (top - bottom) * (0.5 + 0.3 * year + noise / 50.0)
            }
            Course::Power(power) => {
                power * (0.95 + noise / 20.0) * f64::from(quarter.is_multiple_of(3))
            }
            Course::Register(each_hour) => hours / 3.0 * each_hour,
        };
        Reading::good(series.clone(), at, (shown * 100.0).round() / 100.0)
    }
}

/// A hub with its page, and the broker that it listens to.
pub struct Office {
    pub port: u16,
    pub broker_port: u16,
    pub field: Field,
    /// Stations that have a level.
    pub levels: Vec<String>,
    hub: Running,
    _broker: Running,
}

impl Office {
    /// Makes what is not there in `folder`, and starts broker and hub, with `more` in its configuration.
    pub fn open(folder: &Path, stations: usize, readings: u64, more: &str) -> Self {
        let text = township(stations);
        std::fs::write(folder.join("township.toml"), &text).expect("a file");
        let township: Township = toml::from_str(&text).expect("a township");
        let now = Timestamp::now();
        let field = Field::of(&township, now - SignedDuration::from_hours(24 * 366));
        let store = folder.join("store.db");
        if !store.exists() {
            make(&store, &township, &field, readings, now);
        }
        let (port, broker_port) = (free_port(), free_port());
        let broker = broker(folder, broker_port);
        let config = format!(
            "township = \"township.toml\"\nlang = \"zh\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:{broker_port}\"\n\
             [store]\npath = \"store.db\"\n[ledger]\npath = \"ledger.db\"\n\
             [web]\nlisten = \"127.0.0.1:{port}\"\nopen_to = [\"127.0.0.0/8\"]\n{more}"
        );
        let file = folder.join("hub.toml");
        std::fs::write(&file, config).expect("a file");
        let log = File::create(folder.join("hub.log")).expect("a file");
        let mut command = on_one_core(Path::new(env!("CARGO_BIN_EXE_hanqing")));
        command.args(["hub", "-c"]).arg(&file).stdout(Stdio::null()).stderr(log);
        let mut hub = Running(command.spawn().expect("the hub"));
        until("the overview with its morning", || {
            let ended = hub.0.try_wait().expect("its state");
            assert!(ended.is_none(), "{}", told(folder));
            let got = Line::open(port).and_then(|mut line| line.get("/api/overview"));
            got.is_ok_and(|got| {
                let said: Option<serde_json::Value> = serde_json::from_slice(&got.body).ok();
                said.is_some_and(|said| !said["morning"].is_null())
            })
        });
        let sources = field.series.iter().filter(|one| one.series.parameter == Parameter::Level);
        let levels = sources.map(|one| one.series.station.to_string()).collect();
        Self { port, broker_port, field, levels, hub, _broker: broker }
    }

    /// What readers ask for, as often as they do: mostly what is live, then the overview and stations.
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for (number, station) in self.levels.iter().take(20).enumerate() {
            paths.extend(["/?part=1".to_owned(), "/".to_owned()]);
            paths.push(format!("/station/{station}?range=7d"));
            paths.push(match number % 4 {
                0 => format!("/station/{station}?range=year"),
                1 => "/pumps".to_owned(),
                2 => "/gateways".to_owned(),
                _ => "/api/overview".to_owned(),
            });
        }
        paths
    }

    /// Readings that the hub has stored since it started.
    pub fn stored(&self) -> f64 {
        let got = Line::open(self.port).and_then(|mut line| line.get("/metrics")).expect("metrics");
        let text = String::from_utf8_lossy(&got.body).into_owned();
        let mut values = text.lines().filter_map(|l| l.strip_prefix("hanqing_hub_readings_total "));
        values.next().and_then(|value| value.parse().ok()).unwrap_or(0.0)
    }

    /// CPU time that the hub has taken, s.
    pub fn cpu_s(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.hub.0.id()));
        let stat = stat.expect("proc(5)");
        // Behind the name, which may have blanks: utime and stime are the 12th and 13th from there.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
        let ticks: f64 = [11, 12].iter().filter_map(|n| fields[*n].parse::<f64>().ok()).sum();
        ticks / TICKS_S
    }

    /// What the hub takes of a core over a span, %.
    pub fn cpu_during(&self, span: Duration) -> f64 {
        let (before, begun) = (self.cpu_s(), Instant::now());
        pause(span);
        (self.cpu_s() - before) / begun.elapsed().as_secs_f64() * 100.0
    }

    /// The most memory that it has had, MiB.
    pub fn memory_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.hub.0.id()));
        let status = status.expect("proc(5)");
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM");
        let kib = line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok());
        kib.expect("a number") / 1024.0
    }
}

fn told(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("hub.log")).unwrap_or_default()
}

/// The shipped township's file, its stations over again until there are as many, each open to any gateway.
fn township(stations: usize) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config/township.toml");
    let text = std::fs::read_to_string(path).expect("the township's file");
    let mut table: toml::Table = toml::from_str(&text).expect("a township");
    let all = table["station"].as_array_mut().expect("stations");
    for station in all.iter_mut() {
        station.as_table_mut().expect("a station").remove("gateway");
    }
    let own = all.clone();
    for number in own.len()..stations {
        let mut copy = own[number % own.len()].clone();
        let round = number / own.len() + 1;
        for (key, between) in [("id", "-r"), ("name", " ")] {
            let said = copy[key].as_str().expect("a text").to_owned();
            copy[key] = format!("{said}{between}{round}").into();
        }
        all.push(copy);
    }
    toml::to_string(&table).expect("a table")
}

/// A year of all series up to now, at even steps.
fn make(path: &Path, township: &Township, field: &Field, readings: u64, now: Timestamp) {
    let mut store = Sqlite::open(path).expect("a store");
    store.set_calendar(&hub::calendar(township).expect("a calendar")).expect("a store");
    let steps = (readings / field.series.len() as u64).max(1);
    let span = now.duration_since(field.start).as_secs();
    let begun = Instant::now();
    let mut rest: Vec<Vec<Reading>> = vec![Vec::new(); GATEWAYS];
    let (mut seq, mut waiting, mut made) = (0, 0, 0);
    for step in 0..steps {
        let seconds = span as u64 * (step + 1) / steps;
        let at = field.start + SignedDuration::from_secs(seconds as i64);
        for (number, one) in field.series.iter().enumerate() {
            rest[one.gateway].push(field.reading(number, at));
        }
        waiting += field.series.len();
        if waiting < COMMIT_EACH && step + 1 < steps {
            continue;
        }
        let mut batches = Vec::new();
        for (gateway, readings) in rest.iter_mut().enumerate() {
            for some in std::mem::take(readings).chunks(READINGS_EACH) {
                seq += 1;
                batches.push(batch(gateway, seq, some.to_vec()));
            }
        }
        made += store.commit(&batches, at).expect("a commit").new_readings;
        waiting = 0;
    }
    store.settle().expect("all hours folded");
    eprintln!("{made} readings made in {:.0} s", begun.elapsed().as_secs_f64());
}

fn batch(gateway: usize, seq: u64, readings: Vec<Reading>) -> Batch {
    let gateway = format!("gw-{gateway}").parse().expect("a gateway");
    Batch { gateway, epoch: Epoch(1), seq, clock: None, loss: None, readings }
}

fn broker(folder: &Path, port: u16) -> Running {
    let config = folder.join("mosquitto.conf");
    let text = format!(
        "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n"
    );
    std::fs::write(&config, text).expect("a file");
    let path = std::env::var("PATH").unwrap_or_default();
    let started = Command::new("mosquitto")
        .env("PATH", format!("{path}:/usr/sbin:/sbin"))
        .arg("-c")
        .arg(config)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let broker = Running(started.expect("mosquitto, which tests/run installs"));
    until("mosquitto", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
    broker
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
