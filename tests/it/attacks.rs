//! Files that are made to cost memory or time: each is taken or refused within bounds, and none ends the program.

use std::process::Command;

use serde::Deserialize;

use crate::clerk::office;
use crate::context::repository;

/// Most memory that a file may cost, MiB, with the program itself.
const MEMORY_MAX: f64 = 256.0;

/// What one file cost, as `tests/attacks/run.py` tells it. What its time is, `docs/ledger-files.md` has, of a release
/// build.
#[derive(Debug, Deserialize)]
struct Cost {
    file: String,
    code: i32,
    mib: f64,
    said: String,
}

#[test]
fn no_file_costs_more_memory_than_is_there_for_it() {
    let context = office();
    let folder = context.path("attacks");
    std::fs::create_dir(&folder).unwrap();
    let python = std::env::var("HANQING_TEST_PYTHON").expect("HANQING_TEST_PYTHON: run tests/run");
    let mut run = Command::new(python);
    run.arg(repository("tests/attacks/run.py")).arg(env!("CARGO_BIN_EXE_hanqing"));
    let done = run.arg(context.path("hub.toml")).arg(&folder).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said = String::from_utf8(done.stdout).unwrap();
    let costs = said.lines().map(|line| serde_json::from_str(line).unwrap());
    let costs: Vec<Cost> = costs.collect();
    assert!(costs.len() > 50, "{}", costs.len());
    let wrong = costs.iter().filter(|cost| {
        // A word of the machine's own file would have been read through an entity.
        let ends = !(0..=2).contains(&cost.code) || cost.said.contains("panicked");
        ends || cost.mib > MEMORY_MAX || cost.said.contains("root:") || cost.said.is_empty()
    });
    let wrong =
        wrong.map(|cost| format!("{}: {} MiB, {}: {}", cost.file, cost.mib, cost.code, cost.said));
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let refused = costs.iter().filter(|cost| cost.code != 0).count();
    assert!(refused > 40, "{refused} of {} are refused", costs.len());
    assert!(!std::path::Path::new("/tmp/outside").exists());
}
