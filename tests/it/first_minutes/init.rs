//! `hanqing init edge`

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::context::{Context, hanqing, outcome};
use crate::peers::python;

/// Everything that has to be given.
const ALL: [&str; 10] = [
    "--gateway",
    "gw-dongmen",
    "--tcp",
    "192.168.1.10:502",
    "--unit",
    "7",
    "--profile",
    "qdy30",
    "--station",
    "pond-dongmen-1",
];

fn init(context: &Context, arguments: &[&str]) -> (Option<i32>, String, String) {
    init_in("en", context, arguments)
}

fn init_in(lang: &str, context: &Context, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = hanqing();
    command.args(["--lang", lang, "init", "edge", "--out"]).arg(context.path("edge.toml"));
    outcome(command.args(arguments))
}

fn check(file: &Path) -> (Option<i32>, String) {
    let (code, printed, told) = outcome(hanqing().arg("check").arg(file));
    (code, printed + &told)
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
fn a_file_of_options_passes_the_check_and_says_what_comes_next() {
    let context = Context::new();
    let file = context.path("edge.toml");
    for (lang, said) in [("en", "edge.toml is written"), ("zh", "已写入 ")] {
        let (code, printed, told) = init_in(lang, &context, &[&ALL[..], &["--force"]].concat());
        assert_eq!((code, told.as_str()), (Some(0), ""), "{printed}");
        assert!(printed.contains(said), "{printed}");
        for command in ["hanqing enroll", "hanqing doctor", "hanqing edge -c"] {
            assert!(printed.contains(command), "{command} in {printed}");
        }
        // What the check says is shown, and the same as by itself.
        let (code, checked) = check(&file);
        assert_eq!(code, Some(0), "{checked}");
        if lang == "en" {
            assert!(printed.contains(checked.lines().next().unwrap()), "{checked} in {printed}");
        }
    }
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
    assert_eq!(names(&context), ["edge.toml", "edge.toml.old"]);
}

#[test]
fn an_existing_file_is_left_alone_or_kept() {
    let context = Context::new();
    context.write("edge.toml", "mine");
    let (code, _, told) = init(&context, &ALL);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("--force") && told.contains("edge.toml"), "{told}");
    assert_eq!(std::fs::read_to_string(context.path("edge.toml")).unwrap(), "mine");
    let (code, printed, told) = init(&context, &[&ALL[..], &["--force"]].concat());
    assert_eq!(code, Some(0), "{printed}{told}");
    assert!(printed.contains("edge.toml.old"), "{printed}");
    assert_eq!(std::fs::read_to_string(context.path("edge.toml.old")).unwrap(), "mine");
    assert_eq!(check(&context.path("edge.toml")).0, Some(0));
}

#[test]
fn whatever_is_missing_or_wrong_is_named_at_once_and_nothing_is_written() {
    let context = Context::new();
    let (code, _, told) = init(&context, &[]);
    assert_eq!(code, Some(2), "{told}");
    for option in
        ["--gateway", "--serial", "--tcp", "--rtu-tcp", "--unit", "--profile", "--station"]
    {
        assert!(told.contains(option), "{option} in {told}");
    }
    let wrong = [
        "--gateway",
        "GW 1",
        "--broker",
        "mqtt://mqtt.example.org",
        "--serial",
        "ttyUSB0",
        "--baud=-5",
        "--unit",
        "300",
        "--profile",
        "sdm63",
    ];
    let (code, _, told) = init(&context, &wrong);
    assert_eq!(code, Some(2), "{told}");
    for said in [
        "`--gateway` cannot be",
        "`--broker` cannot be",
        "mqtts",
        "`--serial` cannot be",
        "hanqing ports",
        "`--baud` cannot be `-5`: is no standard speed",
        "`--unit` cannot be `300`: must be 1 to 247",
        "`--profile` cannot be `sdm63`",
        "did you mean `sdm630`?",
        "these are missing: `--station`",
    ] {
        assert!(told.contains(said), "{said} in {told}");
    }
    let (_, _, told) = init_in("zh", &context, &wrong);
    assert!(told.contains("`--gateway` 不能是") && told.contains("缺少：`--station`"), "{told}");
    // With --yes nothing is asked either, and what cannot be suggested is missing.
    let (code, _, told) = init(&context, &["--yes", "--tcp", "10.0.0.3:502"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("--profile") && !told.contains("--tcp"), "{told}");
    assert_eq!(names(&context), [""; 0]);
}

#[test]
fn a_broker_without_encryption_is_accepted_where_it_is_said() {
    let context = Context::new();
    let plain = [&ALL[..], &["--broker", "mqtt://mqtt.example.org", "--allow-plaintext"]].concat();
    let (code, printed, told) = init(&context, &plain);
    assert_eq!(code, Some(0), "{printed}{told}");
    assert!(!printed.contains("hanqing enroll"), "{printed}");
    let text = std::fs::read_to_string(context.path("edge.toml")).unwrap();
    assert!(text.contains("\nallow_plaintext = true\n"), "{text}");
}

#[test]
fn several_devices_have_their_own_options_and_a_distance_is_reversed() {
    let context = Context::new();
    let more = ["--unit=8", "--profile=hlk-ld8001h", "--station=channel-1", "--offset=212.20"];
    let own = ["--offset=216.90", "--spool=kept/spool.db", "--trust-clock"];
    let (code, printed, told) = init(&context, &[&ALL[..], &own, &more].concat());
    assert_eq!(code, Some(0), "{printed}{told}");
    assert!(!printed.contains("clock.trust"), "{printed}");
    assert!(context.path("kept").is_dir(), "{printed}");
    let text = std::fs::read_to_string(context.path("edge.toml")).unwrap();
    for line in [
        "\nadjust.level = { offset = 216.90 }\n",
        "\nadjust.level = { scale = -1.0, offset = 212.20 }\n",
        "\nunit = 8\n",
        "\nstation = \"channel-1\"\n",
        "\ntrust = \"always\"\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    // What any of them lacks or has wrong is named.
    let lacking = ["--force", "--unit=9", "--unit=10", "--profile=qdy30", "--offset=high"];
    let (code, _, told) = init(&context, &[&ALL[..], &lacking].concat());
    assert_eq!(code, Some(2), "{told}");
    for said in ["missing: `--profile`, `--station`", "`--offset` cannot be `high`"] {
        assert!(told.contains(said), "{said} in {told}");
    }
}

#[test]
fn a_file_that_cannot_be_written_or_would_not_pass_in_its_place_is_not_written() {
    let context = Context::new();
    std::fs::create_dir_all(context.path("conf.d/edge")).unwrap();
    context.write("conf.d/edge/old.toml", "colour = 1\n");
    let (code, _, told) = init(&context, &ALL);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("colour") && told.contains("old.toml"), "{told}");
    assert_eq!(names(&context), ["conf.d"]);
    context.write("file", "");
    let mut command = hanqing();
    command.args(["init", "edge", "--out"]).arg(context.path("file/edge.toml"));
    let (code, _, told) = outcome(command.args(ALL));
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("cannot write") && told.contains("--out"), "{told}");
}

/// Types these lines, each when its text is shown: what the terminal showed, and the exit code.
fn typed(lang: &str, context: &Context, steps: &[(&str, Value)]) -> (Option<i32>, String) {
    let program = env!("CARGO_BIN_EXE_hanqing");
    let out = context.path("edge.toml").display().to_string();
    let steps: Vec<Value> = steps.iter().map(|(shown, line)| json!([shown, line])).collect();
    let arguments =
        [program, "--lang", lang, "init", "edge", "--out", &out, "--tcp", "10.0.0.3:502"];
    let steps = Value::from(steps).to_string();
    let child = python("tests/terminal.py", &[&[steps.as_str()], &arguments[..]].concat());
    let done = child.wait_with_output().unwrap();
    (done.status.code(), String::from_utf8(done.stdout).unwrap())
}

#[test]
fn questions_at_a_terminal_make_a_file_that_passes() {
    for (lang, questions, refusal) in [
        (
            "en",
            [
                "Name of this",
                "Broker",
                "Unit",
                "Profile",
                "Station",
                "Surveyed",
                "Another device",
                "Write",
            ],
            "must be",
        ),
        (
            "zh",
            [
                "网关的名称",
                "消息服务器",
                "站号",
                "型号",
                "观测的测站",
                "测量高程",
                "还有设备",
                "写入",
            ],
            "应",
        ),
    ] {
        let context = Context::new();
        let [gateway, broker, unit, profile, station, offset, another, write] = questions;
        let steps = [
            (gateway, json!("GW 1")),
            (gateway, json!("gw-1")),
            (broker, json!("")),
            (unit, json!("0")),
            (unit, json!("1")),
            (profile, json!("qdy")),
            (profile, json!("qdy30")),
            (station, json!("pond-1")),
            (offset, json!("216,9")),
            (offset, json!("216.90")),
            (another, json!("")),
            (write, json!("y")),
        ];
        let (code, shown) = typed(lang, &context, &steps);
        assert_eq!(code, Some(0), "{shown}");
        assert!(shown.contains(refusal) && shown.contains("hanqing doctor"), "{shown}");
        let (code, checked) = check(&context.path("edge.toml"));
        assert_eq!(code, Some(0), "{checked}");
        let text = std::fs::read_to_string(context.path("edge.toml")).unwrap();
        assert!(text.contains(&format!("\nlang = \"{lang}\"\n")), "{text}");
        assert!(text.contains("\nstation = \"pond-1\"\n"), "{text}");
        assert!(text.contains("\nadjust.level = { offset = 216.90 }\n"), "{text}");
    }
}

#[test]
fn whoever_gives_up_at_a_terminal_leaves_nothing_behind() {
    let begin = [("Name of this", json!("gw-1")), ("Broker", json!(""))];
    let rest = [
        ("Unit", json!("1")),
        ("Profile", json!("qdy30")),
        ("Station", json!("pond-1")),
        ("Surveyed", json!("")),
        ("Another", json!("")),
        ("Write", json!("n")),
    ];
    let refused = [&begin[..], &rest].concat();
    // The input ends.
    let ended = [&begin[..], &[("Unit", Value::Null)]].concat();
    for (steps, said) in [(refused, "nothing is written"), (ended, "nothing is written")] {
        let context = Context::new();
        let (code, shown) = typed("en", &context, &steps);
        assert_eq!(code, Some(1), "{shown}");
        assert!(shown.contains(said), "{shown}");
        assert_eq!(names(&context), [""; 0]);
    }
}

#[test]
fn a_pipe_is_asked_nothing() {
    let context = Context::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hanqing"));
    command.args(["--lang", "en", "init", "edge", "--out"]).arg(context.path("edge.toml"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may have ended before it reads anything.
    let _closed = std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"gw-1\n");
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert_eq!(String::from_utf8(done.stdout).unwrap(), "");
    assert_eq!(names(&context), [""; 0]);
}
