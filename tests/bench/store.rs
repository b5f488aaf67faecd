//! What a store of many readings answers, how fast, and in what memory.
//!
//! `tests/bench/store` runs it. `store make FILE READINGS` makes a store of a township's 204 series; `store kill FILE`
//! commits to it until it is killed; `store trickle FILE GATEWAYS` commits a poll a minute; `store pipeline` is what
//! tests/bench/ingest compares with; each `store status|chart|figures|open FILE` answers one question in a process of
//! its own, and prints milliseconds and the most memory that it took.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use hanqing::core::{Parameter, Period, Reading, Series};
use hanqing::figures::FigureId;
use hanqing::hub::{
    self, HubSettings, HubState, LedgerSettings, OverviewSource, Overviews, ReportSettings,
    StoreSettings, WebSettings,
};
use hanqing::ledger::{Ledger, Persons};
use hanqing::locales::Lang;
use hanqing::mqtt::MqttSettings;
use hanqing::store::{Sqlite, Store};
use hanqing::support::Clock;
use hanqing::water::Township;
use hanqing::wire::{Batch, Epoch};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

/// Readings of a message, and messages of a commit, as gateways and hub have them at most.
const READINGS_EACH: usize = 100;
const BATCHES_EACH: usize = 200;

/// The year that is asked for.
const YEAR: Period = Period { from: date(2022, 1, 1), to: date(2022, 12, 31) };

/// A pump's power and flow over those of its plate.
const LOAD: f64 = 0.9;

/// Up to ten million readings are a year's; more are more years of the same interval.
const YEAR_MAX: u64 = 10_000_000;

/// The township of 2022; with `STATIONS` in the environment, its stations over again until there are as many.
fn township() -> Township {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/township.toml");
    let text = std::fs::read_to_string(path).expect("the township's file");
    let mut township: Township = toml::from_str(&text).expect("a township");
    let asked = std::env::var("STATIONS").ok();
    let asked: usize = asked.map_or(0, |n| n.parse().expect("a number"));
    let own = township.stations.clone();
    for round in 2.. {
        if township.stations.len() >= asked {
            break;
        }
        for station in own.iter().take(asked - township.stations.len()) {
            let mut copy = station.clone();
            copy.id = format!("{}-r{round}", station.id).parse().expect("an id");
            copy.name = format!("{}{round}", station.name);
            township.stations.push(copy);
        }
    }
    township
}

/// What a series shows over time, within what the plate of its station allows.
enum Course {
    /// Between two levels, m.
    Level(f64, f64),
    /// The reading of a pump that runs a third of the time, at this power, kW.
    Power(f64),
    /// A register that grows by so much in each hour that the pump runs.
    Register(f64),
}

fn all_series(township: &Township) -> Vec<(Series, Course)> {
    let mut all = Vec::new();
    for station in &township.stations {
        let mut add = |parameter, course| {
            all.push((Series::new(station.id.clone(), parameter), course));
        };
        if let Some(pump) = &station.pump {
            add(Parameter::EnergyTotal, Course::Register(pump.rated_power_kw * LOAD));
            add(Parameter::VolumeTotal, Course::Register(pump.rated_flow_m3h * LOAD));
            add(Parameter::RunHours, Course::Register(1.0));
            add(Parameter::Power, Course::Power(pump.rated_power_kw * LOAD));
        } else if station.kind.is_source() {
            let bottom = station.bottom_m.expect("a bottom");
            let crest = station.crest_m.expect("a crest");
            add(Parameter::Level, Course::Level(bottom, crest));
        }
    }
    all
}

/// What a series shows at a step: registers grow, levels and power wander, in the steps of their devices.
fn value(course: &Course, number: usize, step: u64, hours: f64) -> f64 {
    let noise = ((step + 1) * 7919 + number as u64 * 104_729) % 199;
    let noise = noise as f64 / 199.0;
    let shown = match *course {
        Course::Level(bottom, top) => bottom + (top - bottom) * (0.4 + noise / 5.0),
        Course::Power(power) => power * (0.95 + noise / 20.0) * f64::from(step.is_multiple_of(3)),
        // Up to 20 s of running more or less: a tenth of what a step of ten minutes adds.
        Course::Register(each_hour) => (hours / 3.0 + noise / 180.0) * each_hour,
    };
    (shown * 100.0).round() / 100.0
}

/// Readings in order of time, from the start.
struct Field {
    series: Vec<(Series, Course)>,
    start: Timestamp,
    interval: SignedDuration,
    steps: u64,
}

impl Field {
    fn of(readings: u64) -> Self {
        let series = all_series(&township());
        let steps = readings / series.len() as u64;
        let calendar = hub::calendar(&township()).expect("a calendar");
        let (from, to) = calendar.bounds(YEAR);
        let in_year = steps.min(YEAR_MAX / series.len() as u64);
        let seconds = to.duration_since(from).as_secs() / in_year as i64;
        let interval = SignedDuration::from_secs(seconds);
        let start = to - SignedDuration::from_secs(seconds * steps as i64);
        Self { series, start, interval, steps }
    }

    fn poll(&self, step: u64) -> impl Iterator<Item = Reading> + '_ {
        let since = SignedDuration::from_secs(self.interval.as_secs() * step as i64);
        let at = self.start + since;
        let hours = since.as_secs_f64() / 3600.0;
        self.series.iter().enumerate().map(move |(n, (series, course))| {
            Reading::good(series.clone(), at, value(course, n, step, hours))
        })
    }
}

fn make(path: &Path, readings: u64) {
    let field = Field::of(readings);
    let mut store = Sqlite::open(path).expect("a store");
    let began = Instant::now();
    let mut rest: Vec<Reading> = Vec::new();
    let (mut seq, mut made) = (0, 0u64);
    for step in 0..field.steps {
        rest.extend(field.poll(step));
        if rest.len() < READINGS_EACH * BATCHES_EACH && step + 1 < field.steps {
            continue;
        }
        let now = rest.last().expect("readings").observed_at;
        let batches: Vec<Batch> = rest
            .chunks(READINGS_EACH)
            .map(|readings| {
                seq += 1;
                batch(seq, readings.to_vec())
            })
            .collect();
        made += store.commit(&batches, now).expect("a commit").new_readings;
        rest.clear();
    }
    store.settle().expect("all hours folded");
    assert_eq!(made, field.steps * field.series.len() as u64);
    println!("{made} {:.1}", began.elapsed().as_secs_f64());
}

fn batch(seq: u64, readings: Vec<Reading>) -> Batch {
    Batch {
        gateway: "gw-bench".parse().expect("a gateway"),
        epoch: Epoch(1),
        seq,
        clock: None,
        loss: None,
        readings,
    }
}

/// Commits polls that follow the year until it is killed.
fn kill(path: &Path) {
    let field = Field::of(YEAR_MAX);
    let mut store = Sqlite::open(path).expect("a store");
    for step in field.steps.. {
        let readings: Vec<Reading> = field.poll(step).collect();
        let now = readings[0].observed_at;
        store.commit(&[batch(1_000_000_000 + step, readings)], now).expect("a commit");
        println!("{step}");
    }
}

/// Three days of a poll a minute, each committed as it comes, by so many gateways one after the other: bytes written to
/// the disk for each reading (proc(5), write_bytes).
fn trickle(path: &Path, gateways: usize) {
    let field = Field::of(YEAR_MAX);
    let mut store = Sqlite::open(path).expect("a store");
    let (mut seq, mut count) = (0, 0u64);
    let before = written();
    for minute in 0..3 * 1440 {
        let at = field.start + SignedDuration::from_mins(minute);
        let poll: Vec<Reading> = field.poll(minute as u64).collect();
        for readings in poll.chunks(poll.len().div_ceil(gateways)) {
            seq += 1;
            let readings: Vec<Reading> = readings
                .iter()
                .map(|reading| Reading { observed_at: at, ..reading.clone() })
                .collect();
            count += store.commit(&[batch(seq, readings)], at).expect("a commit").new_readings;
        }
    }
    drop(store);
    println!("{count} {:.0}", (written() - before) as f64 / count as f64);
}

/// What a pipeline does that takes each message by itself: read it, insert its values, commit, acknowledge. `style`
/// says how the messages are made: `telegraf` of one value each, `thingsboard` of all values of a device's poll.
fn pipeline(style: &str, port: u16, file: &Path, values: u64) {
    let connection = rusqlite::Connection::open(file).expect("a file");
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE reading (series TEXT NOT NULL, at_ms INTEGER NOT NULL, value REAL, PRIMARY KEY (series, at_ms)) WITHOUT ROWID;",
        )
        .expect("a table");
    let mut options = rumqttc::MqttOptions::new("pipeline", "127.0.0.1", port);
    options.set_clean_session(false);
    options.set_manual_acks(true);
    options.set_inflight(500);
    // Acknowledgements wait for this very thread: there must be room for all of them.
    let room = usize::try_from(values).expect("a number that fits") + 1;
    let (client, mut broker) = rumqttc::Client::new(options, room);
    client.subscribe("bench/+", rumqttc::QoS::AtLeastOnce).expect("a subscription");
    let mut taken = 0;
    let mut begun = None;
    for event in broker.iter() {
        let rumqttc::Event::Incoming(packet) = event.expect("the broker") else {
            continue;
        };
        let rumqttc::Packet::Publish(message) = packet else {
            if let rumqttc::Packet::SubAck(_) = packet {
                println!("ready");
            }
            continue;
        };
        let begun = begun.get_or_insert_with(Instant::now);
        let read: serde_json::Value = serde_json::from_slice(&message.payload).expect("JSON");
        connection.execute_batch("BEGIN").expect("a transaction");
        let insert = "INSERT OR REPLACE INTO reading VALUES (?1, ?2, ?3)";
        let mut insert = connection.prepare_cached(insert).expect("an insert");
        if style == "telegraf" {
            let name = format!("{}/{}", read["tags"]["station"], read["tags"]["parameter"]);
            let at = read["timestamp"].as_i64().expect("a time") * 1000;
            insert.execute((name, at, read["fields"]["value"].as_f64())).expect("a row");
            taken += 1;
        } else {
            for (device, rows) in read.as_object().expect("devices") {
                for row in rows.as_array().expect("rows") {
                    for (key, value) in row["values"].as_object().expect("values") {
                        let name = format!("{device}/{key}");
                        insert.execute((name, row["ts"].as_i64(), value.as_f64())).expect("a row");
                        taken += 1;
                    }
                }
            }
        }
        drop(insert);
        connection.execute_batch("COMMIT").expect("a commit");
        client.ack(&message).expect("the broker");
        if taken >= values {
            println!("{:.3}", begun.elapsed().as_secs_f64());
            return;
        }
    }
}

/// Bytes that this process has caused to be written to the disk.
fn written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").expect("proc(5)");
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.and_then(|n| n.parse().ok()).expect("write_bytes")
}

fn settings(path: &Path) -> HubSettings {
    HubSettings {
        lang: None,
        mqtt: toml::from_str::<MqttSettings>("url = \"mqtt://127.0.0.1:1883\"").expect("a broker"),
        client_id: "bench".into(),
        store: StoreSettings::at(path.into()),
        ledger: LedgerSettings::at(path.with_extension("ledger")),
        persons: Persons::default(),
        web: WebSettings::default(),
        township: "township.toml".into(),
        report_templates: None,
        issued: "issued".into(),
        plausibility: None,
        drought_grades: None,
        wording: Vec::new(),
        report: ReportSettings::default(),
        share: None,
        broker: None,
        enroll: None,
        push: None,
        publishers: Vec::new(),
        alarm: hanqing::hub::AlarmSettings::default(),
    }
}

/// The state of all stations, as the page shows it each second: the first time, and the median of the next twenty.
fn status(path: &Path) -> f64 {
    let township = Arc::new(township());
    let calendar = hub::calendar(&township).expect("a calendar");
    let (_, end) = calendar.bounds(YEAR);
    let store = Sqlite::open_reader(path).expect("a store");
    let ledger = Ledger::open(&path.with_extension("ledger")).expect("a ledger");
    let (clock, _driver) = Clock::stepped(end);
    let taken = Arc::new(HubState::default());
    let mut overviews = Overviews::new(OverviewSource {
        township,
        calendar,
        store,
        ledger,
        two_person: false,
        clock,
        simulated: false,
        taken,
    })
    .expect("overviews");
    let mut each: Vec<f64> = (0..21)
        .map(|_| {
            let began = Instant::now();
            let made = overviews.make().expect("an overview");
            assert!(made.sources.iter().all(|source| source.level_m.is_some()));
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    eprintln!("first {:.1} ms", each[0]);
    each.sort_by(f64::total_cmp);
    each[10]
}

fn chart(path: &Path) -> f64 {
    let store = Sqlite::open_reader(path).expect("a store");
    let series = "pond-dongmen-1/level".parse().expect("a series");
    let (from, to) = store.calendar().bounds(YEAR);
    let began = Instant::now();
    let points = store.chart(&series, from, to, 1000).expect("a chart");
    let took = began.elapsed().as_secs_f64() * 1e3;
    assert!(points.len() > 900, "{}", points.len());
    took
}

fn figures(path: &Path) -> f64 {
    let out = path.with_extension("out");
    let began = Instant::now();
    let (now, lang) = (Timestamp::UNIX_EPOCH, Lang::Chinese);
    let report = hub::report(&settings(path), &township(), Some(YEAR), now, lang, &out);
    let report = report.expect("a report");
    let took = began.elapsed().as_secs_f64() * 1e3;
    let electricity = report.statement.figure(FigureId::ElectricityUsed).expect("a figure");
    assert!(electricity.phrase.is_some());
    took
}

fn open(path: &Path) -> f64 {
    let began = Instant::now();
    let store = Sqlite::open(path).expect("a store");
    let took = began.elapsed().as_secs_f64() * 1e3;
    assert!(store.count().expect("a count") > 0);
    took
}

/// The most memory that this process has had, MiB (proc(5), VmHWM).
fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("proc(5)");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM");
    let kib: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number");
    kib / 1024.0
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let question: fn(&Path) -> f64 = match arguments.as_slice() {
        ["make", file, readings] => {
            return make(Path::new(file), readings.parse().expect("a number"));
        }
        ["kill", file] => return kill(Path::new(file)),
        ["pipeline", style, port, file, values] => {
            let port = port.parse().expect("a port");
            return pipeline(style, port, Path::new(file), values.parse().expect("a number"));
        }
        ["trickle", file, gateways] => {
            return trickle(Path::new(file), gateways.parse().expect("a number"));
        }
        ["status", _] => status,
        ["chart", _] => chart,
        ["figures", _] => figures,
        ["open", _] => open,
        _ => {
            eprintln!("tests/bench/store runs this");
            return;
        }
    };
    let took = question(Path::new(arguments[1]));
    println!("{took:.2} {:.1}", memory());
}
