//! What is handed out with the program: the licences of all that is linked into it.

use std::collections::BTreeSet;
use std::process::Command;

use crate::context::{outcome, repository};

/// The list of crates and the texts, as `deploy/release/inventory` writes them for a gateway.
fn licences() -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("licences");
    let mut inventory = Command::new(repository("deploy/release/inventory"));
    let (code, _, told) = outcome(inventory.args(["licences", "edge"]).arg(&file));
    assert_eq!((code, told.as_str()), (Some(0), ""));
    let text = std::fs::read_to_string(file).unwrap();
    let line = format!("\n{}\n", "=".repeat(100));
    let mut parts = text.split(&line).map(str::to_owned);
    let list = parts.next().unwrap().lines().skip(5).map(str::to_owned).collect();
    (list, parts.collect())
}

#[test]
fn every_crate_of_a_gateway_is_listed_with_its_licence_and_its_text() {
    let (list, texts) = licences();
    let named: BTreeSet<&str> = list.iter().filter_map(|line| line.split(' ').next()).collect();
    // Linked, linked through others, and writing code; of the office, of tests, of build scripts.
    for linked in ["tokio-modbus", "rusqlite", "ring", "rustls", "serde_derive"] {
        assert!(named.contains(linked), "{linked} in {named:?}");
    }
    for other in ["axum", "parquet", "proptest", "insta", "cc", "hanqing", "clap_mangen"] {
        assert!(!named.contains(other), "{other} in {named:?}");
    }
    let mut owners = BTreeSet::new();
    for text in &texts {
        let (crates, words) = text.split_once(&format!("\n{}\n", "-".repeat(100))).unwrap();
        assert!(words.len() > 100, "{text}");
        owners.extend(crates.lines().filter_map(|line| line.split(',').next()));
    }
    for line in &list {
        let (owner, licence) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
        assert!(owners.contains(owner), "no text of {owner}");
        assert!(!licence.is_empty() && !licence.contains('/'), "{line}");
    }
    assert_eq!(owners.len(), list.len());
}
