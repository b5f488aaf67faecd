//! The interface for programs over real HTTP: tokens made beside a running hub, pages while readings come in, files
//! read back, and schemathesis against the description.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;

use crate::context::{Context, hanqing, outcome, repository, wait_for};
use crate::visit::{Answer, Visit};
use crate::workplace::kit::{Office, STATION};

/// Runs a command beside the running hub. Returns what it printed.
fn beside(context: &Context, arguments: &[&str]) -> String {
    let mut program = hanqing();
    program.args(arguments).arg("-c").arg(context.path("hub.toml"));
    let (code, said, told) = outcome(program.stderr(Stdio::piped()));
    assert_eq!(code, Some(0), "{arguments:?}: {said}{told}");
    said
}

/// The secret of a new token.
fn token(office: &Office, name: &str, scope: &str) -> String {
    let said = beside(&office.context, &["token", "make", name, "--scope", scope]);
    let line = said.lines().map(str::trim).find(|line| line.starts_with("hq_"));
    line.unwrap_or_else(|| panic!("no token in {said}")).to_owned()
}

fn program(office: &Office, token: &str) -> Visit {
    office.stranger().with(&format!("Authorization: Bearer {token}"))
}

/// Asks until the hub has seen what a command has done.
fn once(visit: &mut Visit, path: &str, status: u16) -> Answer {
    wait_for(path, || {
        let answer = visit.get(path);
        if answer.status == status { Ok(answer) } else { Err(answer) }
    })
}

fn json(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn a_token_made_beside_the_hub_reads_what_its_scope_covers_until_it_is_revoked() {
    let office = Office::open();
    office.levels(1, &[219.0, 219.1]);
    let [read, report, operate] =
        ["read", "report", "operate"].map(|scope| token(&office, scope, scope));
    let mut county = program(&office, &read);
    once(&mut county, "/api/v1/stations", 200);
    for (token, path, status) in [
        (&read, "/api/v1/figures", 403),
        (&read, "/metrics", 403),
        (&report, "/api/v1/stations", 200),
        (&report, "/api/v1/ledger", 200),
        (&operate, "/metrics", 200),
        (&operate, "/api/v1/stations", 403),
        (&read, "/", 303),
    ] {
        let answer = program(&office, token).get(path);
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
    let post = program(&office, &report).post("/api/v1/stations", &[]);
    assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD")));
    let station = json(&county.get(&format!("/api/v1/stations/{STATION}")));
    assert_eq!(station["id"], STATION);
    beside(&office.context, &["token", "revoke", "read"]);
    let answer = once(&mut county, "/api/v1/stations", 401);
    assert!(answer.header("www-authenticate").unwrap().contains("invalid_token"));
    let listed = beside(&office.context, &["token", "list", "--json"]);
    assert!(!listed.contains("hq_") && listed.lines().count() == 3, "{listed}");
    let record = beside(&office.context, &["user", "audit"]);
    assert!(record.contains("made a token") && record.contains("revoked a token"), "{record}");
    assert!(!office.context.log("hub").contains("hq_"));
}

#[test]
fn pages_hold_each_reading_once_while_others_come_in_and_are_asked_again_at_no_cost() {
    let office = Office::open();
    let rising = |count: u32| (0..count).map(|n| 218.0 + f64::from(n) / 100.0).collect::<Vec<_>>();
    office.levels_before(1, 10, &rising(40));
    let mut county = program(&office, &token(&office, "county", "read"));
    let first = format!("/api/v1/readings?series={STATION}/level&limit=7");
    let answer = once(&mut county, &first, 200);
    let tag = format!("If-None-Match: {}", answer.header("etag").unwrap());
    let again = county.ask("GET", &first, std::slice::from_ref(&tag), b"");
    assert_eq!((again.status, again.body.len()), (304, 0));
    let (mut path, mut times, mut pages) = (Some(first.clone()), Vec::new(), 0);
    while let Some(asked) = path {
        let page = json(&county.get(&asked));
        let items = page["items"].as_array().unwrap();
        times.extend(items.iter().map(|item| item["at"].as_str().unwrap().to_owned()));
        pages += 1;
        if pages == 2 {
            office.levels_before(2, 0, &rising(10));
        }
        path = page["next"].as_str().map(str::to_owned);
    }
    let expected = office.context.readings(&format!("{STATION}/level"));
    let expected: Vec<String> =
        expected.iter().map(|reading| reading.observed_at.to_string()).collect();
    assert_eq!(times, expected);
    assert_eq!(times.iter().collect::<BTreeSet<_>>().len(), 50);
    // The store has changed: it is read anew, and is the same page.
    let after = county.ask("GET", &first, &[tag], b"");
    assert_eq!((after.status, after.body == answer.body), (200, true));
    for path in
        ["/api/v1/readings?series=pond-nowhere/level", "/api/v1/readings?format=csv&series=x/level"]
    {
        assert_eq!(county.get(path).status, 404, "{path}");
    }
    let head = county.ask("HEAD", &first, &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn files_hold_all_readings_and_read_back() {
    let office = Office::open();
    office.levels(1, &[219.0, 219.1, 219.25]);
    let mut county = program(&office, &token(&office, "county", "read"));
    let csv = once(&mut county, "/api/v1/files/readings.csv", 200);
    let lines: Vec<String> = csv.text().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    let parquet = county.get(&format!("/api/v1/files/readings.parquet?station={STATION}"));
    assert_eq!(parquet.header("content-type"), Some("application/vnd.apache.parquet"));
    let path = office.context.path("readings.parquet");
    std::fs::write(&path, &parquet.body).unwrap();
    let reader = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
    let mut values = Vec::new();
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        let value =
            row.get_column_iter().find(|(name, _)| *name == "value").map(|(_, at)| at.clone());
        match value {
            Some(Field::Double(value)) => values.push(value),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(values, [219.0, 219.1, 219.25]);
    // What it wrote can be taken in again: the same three, and none new.
    let said = beside(&office.context, &["import", path.to_str().unwrap()]);
    assert!(said.contains('3'), "{said}");
    assert_eq!(county.get("/api/v1/files/readings.csv?station=nowhere").status, 404);
}

#[test]
fn the_interface_is_as_its_description_says() {
    let office = Office::open();
    office.levels(1, &[219.0, 219.1, 219.2]);
    let event = ["--code", "抗旱期", "--value", "1", "--from", "2022-08-01", "--to", "2022-11-15"];
    let rest = ["--document", "文件 1 号", "--by", "zhao"];
    beside(&office.context, &[&["ledger", "enter"][..], &event, &rest].concat());
    let token = token(&office, "county", "report");
    once(&mut program(&office, &token), "/api/v1/openapi.json", 200);
    let python = std::env::var_os("HANQING_TEST_PYTHON")
        .map_or_else(|| repository("tests/.venv/bin/python"), Into::into);
    let tried = Command::new(python.with_file_name("schemathesis"))
        .arg("--config-file")
        .arg(repository("tests/api/schemathesis.toml"))
        .arg("run")
        .arg(format!("http://127.0.0.1:{}/api/v1/openapi.json", office.context.page_port()))
        .env("HANQING_TOKEN", &token)
        .current_dir(office.context.path("."))
        .output();
    let tried = tried.unwrap_or_else(|error| panic!("schemathesis: {error}: run tests/run"));
    let [said, told] = [&tried.stdout, &tried.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(tried.status.success(), "{said}{told}\n{}", office.context.log("hub"));
    assert!(said.contains("15 selected") || said.contains("passed"), "{said}");
}
