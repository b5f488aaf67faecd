//! `hanqing init hub`

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::context::{Context, hanqing, outcome};
use crate::peers::python;

/// Everything that has to be given, and a source with its levels.
const ALL: [&str; 12] = [
    "--township",
    "清源乡",
    "--village",
    "dongmen=东门村,1840,16,1186.4",
    "--admin",
    "huang=黄某",
    "--station=pond-1",
    "--station-name=大塘",
    "--kind=pond",
    "--levels=217.00,217.10,220.40,221.00",
    "--data",
    "data",
];

fn init_in(lang: &str, context: &Context, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = hanqing();
    command.current_dir(context.path(""));
    command.args(["--lang", lang, "init", "hub", "--out", "hub.toml"]);
    outcome(command.args(arguments))
}

fn init(context: &Context, arguments: &[&str]) -> (Option<i32>, String, String) {
    init_in("en", context, arguments)
}

/// The exit code and what is said of both files.
fn check(context: &Context) -> (Option<i32>, String) {
    let mut command = hanqing();
    command.current_dir(context.path("")).args(["check", "hub.toml", "township.toml"]);
    let (code, printed, told) = outcome(&mut command);
    (code, printed + &told)
}

fn read(context: &Context, name: &str) -> toml::Table {
    std::fs::read_to_string(context.path(name)).unwrap().parse().unwrap()
}

/// The names in the directory of a test.
fn names(context: &Context) -> Vec<String> {
    let there = std::fs::read_dir(context.path("")).unwrap();
    let mut names: Vec<String> =
        there.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn both_files_pass_the_check_and_what_comes_next_is_said() {
    for (lang, said) in [("en", "hub.toml is written"), ("zh", "已写入 hub.toml")] {
        let context = Context::new();
        let (code, printed, told) = init_in(lang, &context, &ALL);
        assert_eq!((code, told.as_str()), (Some(0), ""), "{printed}");
        for part in [said, "hanqing hub -c hub.toml", "黄某", "--station pond-1"] {
            assert!(printed.contains(part), "{part} in {printed}");
        }
        let (code, checked) = check(&context);
        assert_eq!(code, Some(0), "{checked}");
        assert_eq!(names(&context), ["data", "hub.toml", "township.toml"]);
        let mode = std::fs::metadata(context.path("hub.toml")).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o640);
        let (hub, township) = (read(&context, "hub.toml"), read(&context, "township.toml"));
        assert_eq!(hub["store"]["path"].as_str(), Some("data/store.db"));
        assert_eq!(hub["broker"]["listen"].as_str(), Some("127.0.0.1:1883"));
        assert_eq!(hub["person"][0]["role"].as_str(), Some("administrator"));
        let station = &township["station"][0];
        assert_eq!(station["village"].as_str(), Some("dongmen"));
        assert_eq!(station["crest_m"].as_float(), Some(221.0));
        assert_eq!(station.get("threshold"), None, "nothing is guessed");
    }
}

#[test]
fn whatever_is_missing_or_wrong_is_named_at_once_and_nothing_is_written() {
    let context = Context::new();
    let (code, _, told) = init(&context, &[]);
    assert_eq!(code, Some(2), "{told}");
    for option in ["--township", "--village", "--admin"] {
        assert!(told.contains(option), "{option} in {told}");
    }
    let wrong = [
        "--township=",
        "--village=Dong=东门村,1840,16,1186.4",
        "--village=李坊村",
        "--admin=黄某",
        "--listen=0.0.0.0:80",
        "--broker=mqtt://mqtt.example.org",
        "--station=Pond",
        "--kind=lake",
        "--station=pond-2",
        "--kind=pond",
        "--levels=221,217,220,221",
        "--station=pond-3",
        "--kind=pond",
        "--levels=1,2",
    ];
    let (code, _, told) = init(&context, &wrong);
    assert_eq!(code, Some(2), "{told}");
    for said in [
        "`--township` cannot be",
        "`--village` cannot be `李坊村`: must be the name",
        "`--admin` cannot be `黄某`: must be ID=NAME",
        "`--listen` cannot be",
        "`--broker` cannot be",
        "`--station` cannot be",
        "`--kind` cannot be `lake`",
        "`--levels` cannot be `1,2`: must be four",
        "these are missing: `--station-name`",
    ] {
        assert!(told.contains(said), "{said} in {told}");
    }
    assert_eq!(names(&context), [""; 0]);
}

#[test]
fn what_is_not_known_of_a_station_is_left_out_and_said() {
    let context = Context::new();
    let pond = ["--station=pond-2", "--station-name=门口塘", "--kind=pond"];
    let pump = ["--station=pump-1", "--station-name=泵", "--kind=pump", "--plate=7.5,98,14,75"];
    let of = ["--pump-source=pond-1"];
    let rain = ["--station=rain-1", "--station-name=雨量", "--kind=rain"];
    let (code, printed, told) = init(&context, &[&ALL[..], &pond, &pump, &of, &rain].concat());
    assert_eq!(code, Some(0), "{printed}{told}");
    assert!(printed.contains("Not everything is known of pond-2"), "{printed}");
    let township = read(&context, "township.toml");
    let ids: Vec<_> = township["station"].as_array().unwrap().iter().map(|s| &s["id"]).collect();
    let ids: Vec<_> = ids.into_iter().map(|id| id.as_str().unwrap()).collect();
    assert_eq!(ids, ["pond-1", "pump-1", "rain-1"]);
    assert_eq!(township["station"][1]["pump"]["irrigates_mu"].as_float(), Some(75.0));
    // Filled in, the comment is a section like the others.
    let text = std::fs::read_to_string(context.path("township.toml")).unwrap();
    let mut filled = text;
    for (blank, value) in [
        ("# [[station]]\n# id = \"pond-2\"", "[[station]]\nid = \"pond-2\""),
        ("# name = \"门口塘\"", "name = \"门口塘\""),
        ("# kind = \"pond\"", "kind = \"pond\""),
        ("# village = ", "village = "),
        ("# bottom_m =", "bottom_m = 217.0"),
        ("# dead_m =", "dead_m = 217.1"),
        ("# normal_m =", "normal_m = 220.4"),
        ("# crest_m =", "crest_m = 221.0"),
    ] {
        assert!(filled.contains(blank), "{blank} in {filled}");
        filled = filled.replace(blank, value);
    }
    context.write("township.toml", &filled);
    let (code, checked) = check(&context);
    assert_eq!(code, Some(0), "{checked}");
}

#[test]
fn an_existing_file_is_left_alone_or_kept() {
    for name in ["hub.toml", "township.toml"] {
        let context = Context::new();
        context.write(name, "mine");
        let (code, _, told) = init(&context, &ALL);
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains("--force") && told.contains(name), "{told}");
        assert_eq!(names(&context), [name]);
        let (code, printed, told) = init(&context, &[&ALL[..], &["--force"]].concat());
        assert_eq!(code, Some(0), "{printed}{told}");
        let kept = context.path(&format!("{name}.old"));
        assert_eq!(std::fs::read_to_string(kept).unwrap(), "mine");
    }
}

#[test]
fn questions_at_a_terminal_make_files_that_pass() {
    let words = [
        (
            "en",
            ["Name of the township", "A village:", "Another village", "Id of a station"],
            ["Name of the station", "Kind", "Elevations", "Another station", "Whoever", "Write"],
            "must be",
        ),
        (
            "zh",
            ["乡镇的名称", "村的名称", "还有村吗", "测站的编号"],
            ["测站的名称", "种类", "的高程", "还有测站吗", "管理页面的人", "写入"],
            "应",
        ),
    ];
    for (lang, [township, village, more_villages, station], rest, refusal) in words {
        let context = Context::new();
        let [name, kind, levels, more, admin, write] = rest;
        let steps = [
            (township, json!("清源乡")),
            (village, json!("东门村")),
            (village, json!("东门村,1840,16,1186.4")),
            (more_villages, json!("")),
            (station, json!("Pond")),
            (station, json!("pond-1")),
            (name, json!("大塘")),
            (kind, json!("lake")),
            (kind, json!("pond")),
            (levels, json!("217,216")),
            (levels, json!("217.00,217.10,220.40,221.00")),
            (more, json!("")),
            (admin, json!("huang=黄某")),
            (write, json!("")),
            (write, json!("y")),
        ];
        let program = env!("CARGO_BIN_EXE_hanqing");
        let out = context.path("hub.toml").display().to_string();
        let steps: Vec<Value> = steps.iter().map(|(shown, line)| json!([shown, line])).collect();
        let arguments = [program, "--lang", lang, "init", "hub", "--out", &out];
        let steps = Value::from(steps).to_string();
        let child = python("tests/terminal.py", &[&[steps.as_str()], &arguments[..]].concat());
        let done = child.wait_with_output().unwrap();
        let shown = String::from_utf8(done.stdout).unwrap();
        assert_eq!(done.status.code(), Some(0), "{shown}");
        assert!(shown.contains(refusal), "{shown}");
        let (code, checked) = check(&context);
        assert_eq!(code, Some(0), "{checked}");
    }
}
