//! What an InfluxDB 2 is asked, judged by InfluxData's own compiler: no server here runs Flux.

use std::io::Write;
use std::process::{Command, Stdio};

use hanqing::core::GatewayId;
use hanqing::store::line::{BATCHES, GATEWAYS, READINGS, SERIES};
use hanqing::store::server::flux;

use crate::context::repository;

/// Whether each of the queries is valid.
pub fn valid(queries: &[String]) -> Vec<bool> {
    let modules = std::env::var("HANQING_TEST_NODE_MODULES")
        .expect("HANQING_TEST_NODE_MODULES: run tests/run, which installs the compiler");
    let mut node = Command::new("node")
        .arg(repository("tests/it/flux/check.mjs"))
        .arg(modules)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node: run tests/run, which installs it");
    let asked = serde_json::to_vec(queries).unwrap();
    node.stdin.take().unwrap().write_all(&asked).unwrap();
    let answer = node.wait_with_output().unwrap();
    assert!(answer.status.success());
    serde_json::from_slice(&answer.stdout).unwrap()
}

#[test]
fn every_query_is_valid_flux() {
    let span = ("2022-08-01T00:00:00Z".parse().unwrap(), "2022-08-02T00:00:00.5Z".parse().unwrap());
    let gateways: Vec<GatewayId> = ["gw-1", "gw-2"].map(|name| name.parse().unwrap()).to_vec();
    let mut queries = Vec::new();
    for bucket in
        ["hanqing", "a \"quoted\" one", "back\\slash", "${r._value}", "旱情", "two\nlines"]
    {
        for measurements in [&[READINGS][..], &[BATCHES, SERIES, GATEWAYS]] {
            for gateways in [&gateways[..], &gateways[..1], &[]] {
                queries.push(flux::samples(bucket, measurements, gateways, span));
            }
        }
    }
    let asked = queries.len();
    // What the compiler finds nothing wrong with would prove nothing.
    queries.push(queries[0].replace("range(", "rang("));
    queries.push(queries[0].replace("(r) =>", "(r)"));
    let found = valid(&queries);
    for (query, valid) in queries[..asked].iter().zip(&found) {
        assert!(valid, "{query}");
    }
    assert_eq!(found[asked..], [false, false]);
}
