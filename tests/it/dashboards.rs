//! Grafana's dashboards (deploy/grafana): their queries are asked of a VictoriaMetrics that a hub has filled, those in
//! Flux are given to InfluxData's compiler, and Grafana's own types are held against the files. No Grafana runs.

mod boards;
mod filled;
mod growth;
mod rules;
mod scene;
mod server;

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use boards::{Board, Query, Store, all};
use filled::filled;
use hanqing::store::line::{BATCHES, GATEWAYS, READINGS, SERIES};
use scene::Scene;

use crate::context::{repository, wait_for};
use crate::flux::valid;

/// Metrics that are told only of what is the case, with what it is. All others have to be there.
const SELDOM: [(&str, &str); 6] = [
    ("hanqing_certificate_expires_seconds", "a gateway with TLS"),
    ("hanqing_hub_certificate_expires_seconds", "a hub with TLS"),
    ("hanqing_delivery_hub_silent_seconds", "a hub that acknowledges nothing"),
    ("hanqing_hub_alarms_open", "an open alarm, since the query leaves out what is 0"),
    ("hanqing_hub_source_supply_days", "days of readings"),
    (
        "hanqing_spool_unwritten_readings",
        "a disk that does not take them, since the query leaves out 0",
    ),
];

/// The metrics that are named in a text.
fn metrics(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("hanqing_")).collect()
}

fn seldom(name: &str) -> bool {
    SELDOM.iter().any(|(seldom, _)| *seldom == name)
}

#[test]
fn the_dashboards_keep_to_the_rules() {
    let boards = all();
    assert_eq!(boards.len(), 7);
    let problems = rules::problems(&boards);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    // What finds nothing in anything would prove nothing.
    let mut spoilt = boards;
    let panels = spoilt[0].json["panels"].as_array_mut().unwrap();
    panels[1]["id"] = panels[0]["id"].clone();
    panels[1]["gridPos"] = panels[0]["gridPos"].clone();
    panels[1]["targets"][0]["datasource"]["uid"] = "another".into();
    assert_eq!(rules::problems(&spoilt).len(), 3, "{:#?}", rules::problems(&spoilt));
}

#[test]
fn grafanas_own_types_take_the_dashboards() {
    let modules = std::env::var("HANQING_TEST_NODE_MODULES")
        .expect("HANQING_TEST_NODE_MODULES: run tests/run, which installs them");
    let complaints = |paths: &[std::path::PathBuf]| {
        let mut node = Command::new("node");
        node.arg(repository("tests/it/dashboards/types.mjs")).arg(&modules).args(paths);
        let answer = node.stderr(Stdio::inherit()).output().expect("node: run tests/run");
        serde_json::from_slice::<Vec<String>>(&answer.stdout).unwrap()
    };
    let paths: Vec<_> = all().into_iter().map(|board| board.path).collect();
    assert_eq!(complaints(&paths), Vec::<String>::new());
    let folder = tempfile::tempdir().unwrap();
    let spoilt = folder.path().join("spoilt.json");
    let text = std::fs::read_to_string(&paths[0]).unwrap();
    std::fs::write(
        &spoilt,
        text.replacen("\"placement\": \"bottom\"", "\"placement\": \"below\"", 1),
    )
    .unwrap();
    assert!(!complaints(&[spoilt]).is_empty());
}

/// What a query in Flux may ask of the hub's own measurements: each with its fields (docs/scale.md).
const FIELDS: [(&str, &[&str]); 4] = [
    (READINGS, &["v", "f", "m"]),
    (BATCHES, &["n", "lost"]),
    (GATEWAYS, &["online"]),
    (SERIES, &["k"]),
];

/// The quoted words that follow `before` in a query.
fn quoted<'a>(query: &'a str, before: &str) -> Vec<&'a str> {
    query.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_flux_query_is_valid_and_asks_for_what_is_written() {
    let described = std::fs::read_to_string(repository("docs/monitoring.md")).unwrap();
    let described = metrics(&described);
    let mut queries = Vec::new();
    for board in all().iter().filter(|board| board.store == Store::Influx) {
        for query in board.queries() {
            for measurement in quoted(&query.text, "r._measurement == \"") {
                let fields = quoted(&query.text, "r._field == \"");
                if measurement == "prometheus" {
                    let all = fields.iter().all(|field| described.contains(field));
                    assert!(all, "{query:?}: not in docs/monitoring.md");
                } else {
                    let (_, known) = FIELDS.iter().find(|(name, _)| *name == measurement).unwrap();
                    assert!(fields.iter().all(|field| known.contains(field)), "{query:?}");
                }
            }
            queries.push(filled(&query.text, Store::Influx));
        }
    }
    let asked = queries.len();
    assert!(asked > 20, "{asked}");
    queries.push(queries[0].replacen("|> ", "|> no_", 1));
    let found = valid(&queries);
    for (query, valid) in queries[..asked].iter().zip(&found) {
        assert!(valid, "{query}");
    }
    assert_eq!(found[asked..], [false]);
}

#[test]
fn every_query_of_victoria_metrics_gives_data() {
    let boards = all();
    let boards = boards.iter().filter(|board| board.store == Store::Victoria);
    let queries: Vec<Query> = boards.flat_map(Board::queries).collect();
    assert!(queries.len() > 60, "{}", queries.len());
    let named: BTreeSet<&str> = queries.iter().flat_map(|query| metrics(&query.text)).collect();
    let described = std::fs::read_to_string(repository("docs/monitoring.md")).unwrap();
    for name in named.iter().filter(|name| seldom(name)) {
        // The table has `_hub_silent_seconds` behind a name that begins as it does.
        let told = name.rsplit_once("_hub").map_or(*name, |(_, end)| end);
        assert!(described.contains(told), "{name} is not described");
    }
    let scene = Scene::filled();
    // The server shows a series that is new some seconds after it has taken it.
    wait_for("each metric", || {
        let there = scene.names();
        let missing = named.iter().filter(|name| !there.contains(**name) && !seldom(name));
        let missing: Vec<_> = missing.collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("{missing:?} of {there:#?}")) }
    });
    let mut unanswered: Vec<&Query> = queries.iter().collect();
    wait_for("data for each query", || {
        unanswered.retain(|query| {
            let may_be_empty = metrics(&query.text).into_iter().any(seldom);
            scene.ask(query).is_empty() && !may_be_empty
        });
        if unanswered.is_empty() { Ok(()) } else { Err(format!("nothing for {unanswered:#?}")) }
    });
    // A query that is not one is refused: what was asked was read.
    assert!(scene.answer("sum by (", false).is_err());
    assert_eq!(scene.answer("hanqing_no_such_metric", true), Ok(Vec::new()));
}
