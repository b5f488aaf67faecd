//! What the office's page answers, and how fast: alone, while readings come in, while viewers follow, and while slow
//! connections hang at it; beside a server that only sends as many bytes. Then what is done there: alarms, a clerk's
//! workbook, the report after an entry, SensorThings.
//!
//! `cargo bench --bench web -- --readings 10000000`, by hand: it asserts nothing of times. The hub is the program that
//! is shipped, with mosquitto beside it, on one core where `taskset` is there. With `--work DIR` the store stays there
//! and is used again; `--parts pages,alarms,workbook,report,things` names what is measured.

mod alarms;
mod client;
mod desk;
#[expect(dead_code, reason = "tests use more of it")]
#[path = "../../it/form.rs"]
mod form;
mod intake;
mod load;
mod office;
mod reference;
#[expect(dead_code, reason = "tests use more of it")]
#[path = "../../it/visit.rs"]
mod visit;

use std::path::PathBuf;
use std::time::Duration;

use client::Line;
use office::Office;

/// Requests one after the other.
const SINGLE: usize = 200;

/// Requests a second of the steady load, and readings a second beside it.
const REQUESTS_S: u32 = 300;
const READINGS_S: u32 = 10_000;

/// Pages that stand open, and connections that send a byte a second.
const VIEWERS: usize = 200;
const SLOW: usize = 1000;

/// What can be measured.
const PARTS: [&str; 5] = ["pages", "alarms", "workbook", "report", "things"];

struct Arguments {
    readings: u64,
    stations: usize,
    seconds: u64,
    work: Option<PathBuf>,
    parts: Vec<String>,
}

fn arguments() -> Option<Arguments> {
    let parts = PARTS.map(str::to_owned).into();
    let mut found =
        Arguments { readings: 10_000_000, stations: 500, seconds: 20, work: None, parts };
    let mut given = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(name) = given.next() {
        let value = given.next()?;
        match name.as_str() {
            "--readings" => found.readings = value.parse().ok()?,
            "--stations" => found.stations = value.parse().ok()?,
            "--seconds" => found.seconds = value.parse().ok()?,
            "--work" => found.work = Some(value.into()),
            "--parts" => {
                found.parts = value.split(',').map(str::to_owned).collect();
                if found.parts.iter().any(|part| !PARTS.contains(&part.as_str())) {
                    return None;
                }
            }
            _ => return None,
        }
    }
    Some(found)
}

fn main() {
    let given: Vec<String> = std::env::args().collect();
    if let [_, word, port, bytes] = given.as_slice()
        && word == "hello"
    {
        let (port, bytes) = (port.parse().expect("a port"), bytes.parse().expect("a number"));
        return reference::serve(port, bytes);
    }
    let Some(asked) = arguments() else {
        eprintln!("--readings N --stations N --seconds N --work DIR --parts {}", PARTS.join(","));
        return;
    };
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = asked.work.clone().unwrap_or_else(|| scratch.path().to_owned());
    std::fs::create_dir_all(&folder).expect("a folder");
    let wanted = |part: &str| asked.parts.iter().any(|one| one == part);
    println!("| what | measured | target |\n|---|---|---|");
    if wanted("alarms") {
        alarms::beside_intake(&folder, asked.seconds);
    }
    if asked.parts.iter().any(|part| part != "alarms") {
        let office = Office::open(&folder, asked.stations, asked.readings, desk::CONFIG);
        if wanted("pages") {
            let bytes = single(&office);
            steady(&office, asked.seconds, bytes);
            viewers(&office, asked.seconds);
            slow(&office);
        }
        if wanted("workbook") {
            desk::workbook(&office, &folder);
        }
        if wanted("report") {
            desk::report(&office, &folder);
        }
        if wanted("things") {
            desk::things(&office);
        }
        println!("| the hub's memory, most | {:.0} MiB | |", office.memory_mib());
    }
    if wanted("alarms") {
        alarms::to_the_receiver(&folder, asked.stations, asked.readings);
    }
}

/// Prints a line of the table.
fn row(what: &str, measured: String, target: &str) {
    println!("| {what} | {measured} | {target} |");
}

/// The time of which a share is not longer, ms.
fn share(times: &[Duration], part: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * part).round() as usize).map_or(f64::NAN, |t| t.as_secs_f64() * 1e3)
}

fn both(times: &[Duration]) -> String {
    format!("p50 {:.2} ms, p99 {:.2} ms", share(times, 0.5), share(times, 0.99))
}

/// First byte and size of the overview and of a station's year, over one connection. Returns the overview's bytes.
fn single(office: &Office) -> usize {
    let mut line = Line::open(office.port).expect("the hub");
    let mut size = 0;
    let mut first = Vec::new();
    let mut charts = 0;
    for _ in 0..SINGLE {
        let got = line.get("/").expect("the overview");
        assert_eq!(got.status, 200);
        charts = drawn(&got.body).len();
        size = got.body.len();
        first.push(got.first);
    }
    row("overview, first byte", both(&first), "30 ms");
    let without = size - charts;
    row(
        "overview, bytes (without charts)",
        format!("{size} ({without})"),
        "122,880 without charts",
    );

    let (mut times, mut largest, mut pages) = (Vec::new(), 0, 0);
    for station in office.levels.iter().take(SINGLE) {
        let got = line.get(&format!("/station/{station}?range=year")).expect("a station");
        assert_eq!(got.status, 200);
        times.push(got.whole);
        largest = largest.max(drawn(&got.body).len());
        pages = pages.max(got.body.len());
    }
    row("a station's year, whole page, each asked once", both(&times), "40 ms");
    row(
        "a station's year, bytes of its charts (of the page)",
        format!("{largest} ({pages})"),
        "61,440",
    );
    let again: Vec<Duration> = (0..SINGLE)
        .map(|_| line.get(&format!("/station/{}?range=year", office.levels[0])).expect("a station"))
        .map(|got| got.whole)
        .collect();
    row("the same station's year again", both(&again), "");

    let hello = reference::Hello::start(size);
    let mut line = Line::open(hello.port).expect("the reference");
    let times: Vec<Duration> =
        (0..SINGLE).map(|_| line.get("/").expect("an answer").first).collect();
    row("reference: a server that only sends the overview's bytes", both(&times), "");
    row("overview over reference, p50", ratio(share(&first, 0.5), share(&times, 0.5)), "");
    size
}

fn ratio(ours: f64, theirs: f64) -> String {
    format!("{:.1} ×", ours / theirs)
}

/// The markup of all pictures of data on a page, without icons.
fn drawn(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut drawn = String::new();
    let mut rest = &*text;
    while let Some(start) = rest.find("<svg") {
        let end = end_of(&rest[start..]);
        let picture = &rest[start..start + end];
        let head = picture.split('>').next().unwrap_or_default();
        if head.contains("chart") || head.contains("spark") || head.contains("map") {
            drawn.push_str(picture);
        }
        rest = &rest[start + end..];
    }
    drawn
}

/// Where the first picture ends, with those inside of it.
fn end_of(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(next) = text[at..].find("svg").map(|found| at + found) {
        at = next + 3;
        if text[..next].ends_with('<') {
            depth += 1;
        } else if text[..next].ends_with("</") {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    text.len()
}

/// Requests at a steady rate, alone and while readings come in: of the overview, as most are, and of all pages.
fn steady(office: &Office, seconds: u64, bytes: usize) {
    let span = Duration::from_secs(seconds);
    let hello = reference::Hello::start(bytes);
    let plain = load::steady(hello.port, &["/".to_owned()], REQUESTS_S, span);
    row("reference: 300 requests/s", plain.to_string(), "");
    drop(hello);
    let overview = vec!["/?part=1".to_owned(), "/".to_owned()];
    for (what, paths) in [("the overview", overview), ("all pages", office.paths())] {
        let alone = load::steady(office.port, &paths, REQUESTS_S, span);
        row(&format!("300 requests/s of {what}, alone"), alone.to_string(), "");
        let intake = intake::Intake::start(office, READINGS_S);
        let (before, cpu) = (office.stored(), office.cpu_s());
        let beside = load::steady(office.port, &paths, REQUESTS_S, span);
        let (after, used) = (office.stored(), office.cpu_s() - cpu);
        drop(intake);
        let beside_readings = format!("300 requests/s of {what} while 10,000 readings/s come in");
        row(&beside_readings, beside.to_string(), "p99 80 ms");
        row("over reference, p99", ratio(beside.part_ms(0.99), plain.part_ms(0.99)), "");
        let rate = (after - before) / beside.took.as_secs_f64();
        row("readings/s that were stored meanwhile", format!("{rate:.0}"), "10,000");
        let busy = used / beside.took.as_secs_f64() * 100.0;
        row("the hub's CPU meanwhile", format!("{busy:.0} % of a core"), "100 %");
    }
}

/// What viewers take of the hub while nothing changes, and while readings come in.
fn viewers(office: &Office, seconds: u64) {
    let span = Duration::from_secs(seconds);
    let none = office.cpu_during(span);
    row("the hub's CPU with no viewer, at rest", format!("{none:.2} % of a core"), "");
    let viewers = load::Viewers::open(office.port, VIEWERS);
    let rest = office.cpu_during(span);
    let told = format!("{:.2} % of a core, {} events", rest - none, viewers.events());
    row("200 live viewers more, at rest", told, "5 %");
    // Each of 1,400 series once a minute.
    let polls = intake::Intake::start(office, 24);
    let beside = office.cpu_during(span);
    let told = format!("{beside:.2} % of a core, {} events", viewers.events());
    row("200 live viewers and a poll a minute, all of the hub", told, "");
    drop(viewers);
    let without = office.cpu_during(span);
    drop(polls);
    row("a poll a minute alone, all of the hub", format!("{without:.2} % of a core"), "");
}

/// Page and intake while connections send a byte a second.
fn slow(office: &Office) {
    let asked = |count: usize| -> Vec<Duration> {
        (0..count)
            .map(|_| Line::open(office.port).and_then(|mut line| line.get("/")).expect("the page"))
            .map(|got| got.whole)
            .collect()
    };
    let (page, intake) = (asked(50), intake::acknowledged(office, 20));
    row("page over a new connection", both(&page), "");
    row("a batch to its acknowledgement", both(&intake), "");
    let slow = load::Slow::open(office.port, SLOW);
    let (page, intake) = (asked(50), intake::acknowledged(office, 20));
    row("page, beside 1,000 slow connections", both(&page), "undisturbed");
    row("a batch to its acknowledgement, beside them", both(&intake), "undisturbed");
    let left = slow.left();
    row("slow connections that are still there", left.to_string(), "");
}
