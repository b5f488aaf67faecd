//! Commands as they are typed: what they print, leave behind and exit with.

use std::path::Path;

use crate::context::{Context, hanqing, outcome, repository};

fn import(context: &Context, file: &Path) -> (Option<i32>, String, String) {
    let mut command = hanqing();
    command.args(["ledger", "import", "--yes", "-c"]).arg(context.path("hub.toml"));
    outcome(command.arg(file))
}

/// An empty store, as a hub leaves it that has heard nothing.
fn empty_store(context: &Context) {
    drop(hanqing::store::Sqlite::open(&context.path("store.db")).unwrap());
}

#[test]
fn a_broken_configuration_is_named_whole_and_starts_nothing() {
    let context = Context::new();
    let broken = context.write(
        "edge.toml",
        "gateway = \"Gateway 1\"\ncolour = 1\n[mqtt]\nurl = \"http://127.0.0.1\"\n[spool]\npath = \"spool.db\"\n\
         [[bus]]\nname = \"b\"\ntcp = \"127.0.0.1:502\"\ninterval_s = 100000\n\
         [[bus.device]]\nunit = 255\nprofile = \"no-such\"\nstation = \"pond-1\"\n",
    );
    let expected = ["gateway", "colour", "mqtt.url", "interval_s", "unit", "no-such"];
    let (code, printed, _) = outcome(hanqing().arg("check").arg(&broken));
    assert_eq!(code, Some(2), "{printed}");
    for word in expected {
        assert!(printed.contains(word), "{word} in {printed}");
    }
    let (code, _, told) = outcome(hanqing().args(["edge", "-c"]).arg(&broken));
    assert_eq!(code, Some(2), "{told}");
    for word in expected {
        assert!(told.contains(word), "{word} in {told}");
    }
    assert!(!context.path("spool.db").exists());
}

#[test]
fn whoever_reads_no_further_gets_no_panic() {
    let mut child = hanqing()
        .args(["profile", "list"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(matches!(output.status.code(), Some(0 | 1)), "{:?}", output.status);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let context = Context::new();
    let missing = context.path("missing.toml");
    for arguments in [&["check"][..], &["edge", "-c"], &["hub", "-c"]] {
        let (code, printed, told) = outcome(hanqing().args(arguments).arg(&missing));
        assert_eq!(code, Some(2), "{arguments:?}: {printed}{told}");
        assert!(format!("{printed}{told}").contains("missing.toml"), "{printed}{told}");
    }
}

#[test]
fn the_shipped_configuration_is_in_order() {
    let files = ["config/edge.toml", "config/hub.toml", "config/township.toml"].map(repository);
    let (code, printed, told) = outcome(hanqing().arg("check").args(files));
    assert_eq!(code, Some(0), "{printed}{told}");
}

#[test]
fn check_takes_files_and_settings_as_the_daemons_do() {
    let edge = repository("config/edge.toml");
    let (code, printed, told) = outcome(hanqing().arg("check").arg("-c").arg(&edge));
    assert_eq!(code, Some(0), "{printed}{told}");
    let mut both = hanqing();
    both.arg("check").arg("-c").arg(&edge).arg(repository("config/township.toml"));
    let (code, printed, told) = outcome(both.args(["--set", "bus.0.interval_s=60", "--json"]));
    assert_eq!(code, Some(0), "{printed}{told}");
    let document: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(document["files"][0]["kind"], "gateway");
    assert_eq!(document["files"][1]["kind"], "township");
    let mut wrong = hanqing();
    wrong.args(["check", "--lang", "en", "-c"]).arg(&edge);
    let (code, printed, _) = outcome(wrong.args(["--set", "bus.interval_s=1"]));
    assert_eq!(code, Some(2), "{printed}");
    assert!(printed.starts_with("--set bus.interval_s: "), "{printed}");
    assert!(printed.contains("say which element, counted from 0: bus.0.interval_s"), "{printed}");
}

#[test]
fn output_that_does_not_get_through_is_a_failure() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut check = hanqing();
    check.arg("check").arg(repository("config/edge.toml")).stdout(full);
    let output = check.stderr(std::process::Stdio::piped()).spawn().unwrap().wait_with_output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stderr.is_empty());
}

#[test]
fn a_bad_ledger_row_is_named_and_nothing_of_its_file_is_entered() {
    let context = Context::new();
    context.hub_config();
    let shipped = std::fs::read_to_string(repository("config/examples/2022/ledger.csv")).unwrap();
    let good: Vec<&str> = shipped.lines().take(5).collect();
    let bad = good[2].replace(",元,", ",斤,");
    let file = context.write("ledger.csv", &([good[0], good[1], &bad].join("\n") + "\n"));
    let (code, printed, told) = import(&context, &file);
    assert_eq!(code, Some(1), "{printed}{told}");
    assert!(told.contains("row 3") && told.contains("unit") && told.contains('斤'), "{told}");
    assert!(told.contains("problems: 1; nothing entered"), "{told}");
    assert!(!context.path("ledger.db").exists(), "not even the ledger's file is made");

    let file = context.write("ledger.csv", &(good.join("\n") + "\n"));
    // Nobody is asked in a pipe, and nothing is entered unasked.
    let (code, printed, told) = outcome(
        hanqing().args(["ledger", "import", "-c"]).arg(context.path("hub.toml")).arg(&file),
    );
    assert_eq!(code, Some(1), "{printed}{told}");
    assert!(told.contains("run: hanqing ledger import --yes -c "), "{told}");
    assert!(!context.path("ledger.db").exists());
    let (code, printed, told) = import(&context, &file);
    assert_eq!(code, Some(0), "{printed}{told}");
    assert!(printed.contains("4 rows entered, 0 already there"), "{printed}");
    let (_, printed, _) = import(&context, &file);
    assert!(printed.contains("0 rows entered, 4 already there"), "{printed}");
}

#[test]
fn a_pipe_in_the_place_of_a_ledger_is_refused_and_not_waited_for() {
    let context = Context::new();
    context.hub_config();
    let pipe = context.path("pipe.xlsx");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (code, _, told) = import(&context, &pipe);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("it is no regular file"), "{told}");
}

#[test]
fn a_report_is_written_from_the_files_of_the_hub() {
    let context = Context::new();
    context.hub_config();
    empty_store(&context);
    let (code, _, told) = import(&context, &repository("config/examples/2022/ledger.csv"));
    assert_eq!(code, Some(0), "{told}");
    let out = context.path("out");
    let (code, printed, told) = outcome(
        hanqing().args(["report", "-c"]).arg(context.path("hub.toml")).arg("--out").arg(&out),
    );
    assert_eq!(code, Some(0), "{printed}{told}");
    for name in ["drought-relief.md", "drought-relief.html", "figures.json"] {
        let text = std::fs::read_to_string(out.join(name)).unwrap();
        assert!(text.len() > 200, "{name}: {text}");
    }
    let figures: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("figures.json")).unwrap()).unwrap();
    let figure = |id: &str| figures.as_array().unwrap().iter().find(|f| f["id"] == id).cloned();
    assert_eq!(figure("water_project_funds").unwrap()["value"], 540_000.0);
    // No meter was read: absent, not zero.
    let electricity = figure("electricity_used");
    assert!(electricity.is_none_or(|f| f["value"].is_null()));
    assert!(
        printed.contains("540,000 yuan"),
        "what is printed is in the terminal's language: {printed}"
    );
    let section = std::fs::read_to_string(out.join("drought-relief.md")).unwrap();
    assert!(section.contains("54万元"), "{section}");
}
