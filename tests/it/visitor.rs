//! A technician in front of devices without a gateway: own profiles, bytes, the other framing, documents for programs.

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::context::{Context, hanqing, outcome};
use crate::fake_device::{Deed, FakeDevice, Question};
use crate::peers::Pymodbus;

/// The schema of a command's document.
fn schema(command: &str) -> Validator {
    let text = match command {
        "read" => include_str!("../../docs/schema/commands/read.schema.json"),
        "scan" => include_str!("../../docs/schema/commands/scan.schema.json"),
        "probe" => include_str!("../../docs/schema/commands/probe.schema.json"),
        _ => include_str!("../../docs/schema/commands/ports.schema.json"),
    };
    let schema: Value = serde_json::from_str(text).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

/// What a command prints as a document, once its schema has accepted it, with the exit code.
fn document(arguments: &[&str]) -> (Option<i32>, Value) {
    let (code, printed, told) = run(&[arguments, &["--json"]].concat());
    let printed: Value = match serde_json::from_str(&printed) {
        Ok(printed) => printed,
        Err(error) => panic!("{error}: {printed}{told}"),
    };
    accept(arguments[0], &printed);
    (code, printed)
}

fn accept(command: &str, printed: &Value) {
    let schema = schema(command);
    let errors: Vec<String> =
        schema.iter_errors(printed).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{printed}\n{errors:#?}");
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(hanqing().env("HANQING_LANG", "en").args(arguments))
}

/// A power of 1834.5 W at unit 1, register 12, a total of 123456.78 behind it, and one register alone at 40.
fn meter(kind: &str) -> (Pymodbus, String) {
    let registers = json!({"1": {"12": [18345], "20": [0x1234, 0x5678], "40": [7]}});
    let meter = Pymodbus::start_as(&registers, kind);
    let endpoint = format!("127.0.0.1:{}", meter.port);
    (meter, endpoint)
}

const HEAD: &str = "id = \"own\"\nname = \"A meter\"\nsource = \"its manual\"\nverified_by = \"nobody\"\n\
                    confidence = 0.5\n";

#[test]
fn what_probe_pastes_is_a_profile_that_check_takes_and_read_reads() {
    let context = Context::new();
    let (_meter, tcp) = meter("tcp");
    let line = ["--tcp", &tcp, "--unit", "1"];
    let about = ["--address", "40013", "--expect", "1834.5", "--parameter", "power"];
    let probe = [&["probe"], &line[..], &about, &["--unit-of", "W", "--range", "0..5000"]].concat();
    let (code, printed, told) = run(&probe);
    assert_eq!(code, Some(0), "{printed}{told}");
    assert!(printed.contains("40013 is holding register 12 on the wire"), "{printed}");
    let (_, rest) = printed.split_once("# Rank 1, for the profile:\n").unwrap();
    let pasted = rest.split("\n\n").next().unwrap();
    for word in ["unit = \"W\"", "valid_range = [0.0, 5000.0]", "power = 1.8345"] {
        assert!(pasted.contains(word), "{word} in {pasted}");
    }
    let file = context.write("own.toml", &format!("{HEAD}{pasted}\n"));
    let file = file.to_str().unwrap();
    let (code, printed, told) = run(&["check", file]);
    assert_eq!(code, Some(0), "{printed}{told}{pasted}");

    let by_file = [&["read"], &line[..], &["--profile", file]].concat();
    let folder = context.path("");
    let folder = folder.to_str().unwrap();
    let by_folder = [&["read"], &line[..], &["--profile", "own", "--devices-dir", folder]].concat();
    for arguments in [by_file, by_folder] {
        let (code, printed, told) = run(&arguments);
        assert_eq!(code, Some(0), "{printed}{told}");
        assert!(printed.contains("1.8345\tkW"), "{printed}");
    }
    // A broken one names its problems and nothing else.
    let broken = context.write("own.toml", &format!("{HEAD}{}\n", pasted.replace("u16", "u24")));
    let broken = broken.to_str().unwrap();
    let (code, printed, told) = run(&[&["read"], &line[..], &["--profile", broken]].concat());
    assert_eq!((code, printed.as_str()), (Some(2), ""), "{told}");
    assert!(told.contains("own.toml:") && !told.contains("known"), "{told}");
}

#[test]
fn probe_names_what_an_address_can_mean_and_reads_one_register_where_two_are_refused() {
    let (_meter, tcp) = meter("tcp");
    let line = ["probe", "--tcp", &tcp, "--unit", "1", "--address"];
    let (code, printed, _) = run(&[&line[..], &["40"]].concat());
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("refuses two registers") && printed.contains("0007"), "{printed}");
    let (code, _, told) = run(&[&line[..], &["30013", "--function", "3"]].concat());
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("function 4") && told.contains("0x753D"), "{told}");
    let (code, _, told) = run(&[&line[..], &["900"]].concat());
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("--function 4"), "{told}");
    let about = ["20", "--expect", "123456.78", "--parameter", "volume_total"];
    let (_, printed, _) = run(&[&line[..], &about].concat());
    assert!(printed.contains("bcd32\tABCD\t0.01\t123456.78"), "{printed}");
}

#[test]
fn rounds_are_read_until_their_number_is_reached() {
    let (_meter, tcp) = meter("tcp");
    let profile = crate::context::repository("config/devices/pzem-016.toml");
    let profile = profile.to_str().unwrap();
    let arguments = ["read", "--tcp", &tcp, "--unit", "1", "--profile", profile];
    let rounds = ["--every", "1", "--times", "2"];
    let (code, printed, _) = run(&[&arguments[..], &rounds].concat());
    assert_eq!(code, Some(1), "{printed}");
    assert_eq!(printed.matches("with a value: 0").count(), 2, "{printed}");
    let (_, printed, _) = run(&[&arguments[..], &rounds, &["--json"]].concat());
    let lines: Vec<Value> =
        printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{printed}");
    lines.iter().for_each(|line| accept("read", line));
    let (code, _, told) = run(&[&arguments[..], &["--times", "2"]].concat());
    assert_eq!(code, Some(2), "{told}");
}

#[test]
fn every_frame_is_shown_in_both_framings() {
    for (kind, option, sent) in [
        ("rtu", "--rtu-tcp", "-> 01 03 00 0c 00 01 44 09"),
        ("tcp", "--tcp", " 00 00 00 06 01 03 00 0c 00 01"),
    ] {
        let (_meter, endpoint) = meter(kind);
        let about = ["--unit", "1", "--address", "12", "--count", "1", "--bytes"];
        let (code, _, told) = run(&[&["probe", option, &endpoint], &about[..]].concat());
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains(sent), "{told}");
        assert!(told.lines().any(|line| line.contains("<-") && line.contains("47 a9")), "{told}");
        let arguments = [&["probe", option, &endpoint], &about[..]].concat();
        let (_, printed) = document(&arguments);
        assert_eq!(printed["frames"][0]["direction"], "sent", "{printed}");
    }
}

#[test]
fn a_peer_of_the_other_framing_is_named() {
    for (kind, wrong, right) in [("rtu", "--tcp", "--rtu-tcp"), ("tcp", "--rtu-tcp", "--tcp")] {
        let (_meter, endpoint) = meter(kind);
        let line = [wrong, &endpoint, "--timeout-ms", "300"];
        let scan = [&["scan"], &line[..], &["--units", "1-3"]].concat();
        let (code, printed, _) = run(&scan);
        assert_eq!(code, Some(1), "{printed}");
        assert!(printed.contains(&format!("use {right} instead")), "{printed}");
        let (_, printed) = document(&scan);
        assert_eq!(printed["ended"], "other_framing", "{printed}");
        let probe = [&["probe"], &line[..], &["--unit", "1", "--address", "12"]].concat();
        let (code, _, told) = run(&probe);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains(&format!("use {right} instead")), "{told}");
        let (_, printed, _) = run(&[&probe[..], &["--json"]].concat());
        let printed: Value = serde_json::from_str(&printed).unwrap();
        assert!(printed["error"].is_string(), "{printed}");
        assert!(printed["hints"][0].as_str().unwrap().contains(right), "{printed}");
        // What is told beside a table is in the document.
        let read = [&["read"], &line[..], &["--unit", "1", "--profile", "sdm120"]].concat();
        let (code, _, told) = run(&read);
        assert_eq!(code, Some(1), "{told}");
        let (_, printed) = document(&read);
        let hints: Vec<&str> =
            printed["hints"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(hints, told.lines().collect::<Vec<_>>(), "{printed}");
        assert!(hints.len() == 2 && hints[1].contains(&format!("use {right} instead")), "{told}");
    }
}

/// What a device sends that is there and answers nonsense is said, and not that another program may hold it.
#[test]
fn what_a_device_sends_instead_of_an_answer_is_said() {
    let other_unit = |q: &Question| {
        let mut frame = q.registers(&[7]);
        frame[6] = 9;
        Deed::Send(frame)
    };
    let no_form = |q: &Question| Deed::Send(q.frame(&[q.function, 4, 0, 7]));
    let nothing = |_: &Question| Deed::Nothing;
    let refused = |q: &Question| Deed::Send(q.frame(&[q.function | 0x80, 4]));
    type Answer = fn(&Question) -> Deed;
    let cases: [(Answer, &str, bool); 4] = [
        (other_unit, "its unit is 9", false),
        (no_form, "does not have the form", false),
        (nothing, "did not answer", true),
        (refused, "device exception 4 (device failure)", false),
    ];
    for (answer, said, perhaps_held) in cases {
        let device = FakeDevice::start(answer);
        let tcp = format!("127.0.0.1:{}", device.port);
        let line = ["read", "--tcp", &tcp, "--timeout-ms", "200", "--unit", "1"];
        let (code, printed, told) = run(&[&line[..], &["--profile", "vaisala-hmp110"]].concat());
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains(said) || printed.contains(said), "{printed}{told}");
        assert_eq!(told.contains("one connection only"), perhaps_held, "{told}");
        assert!(!told.starts_with("unit 1: "), "{told}");
    }
}

/// A gateway that is busy when it is asked for the second block, and gives it when it is asked again.
#[test]
fn an_exception_that_means_hurry_is_not_the_last_word() {
    let context = Context::new();
    let point = |parameter: &str, address: u16| {
        format!(
            "[[point]]\nparameter = \"{parameter}\"\nfunction = 3\naddress = {address}\n\
             type = \"u16\"\nunit = \"1\"\n"
        )
        .replace("\"1\"", if parameter == "level" { "\"m\"" } else { "\"m3/h\"" })
    };
    let example = "[example]\nsource = \"by hand\"\nexpect = { level = 7, flow = 7 }\n\
                   block = [{ function = 3, address = 0, words = [7] }, \
                   { function = 3, address = 500, words = [7] }]\n";
    let text = format!("{HEAD}{}{}{example}", point("level", 0), point("flow", 500));
    let file = context.write("own.toml", &text);
    for code in [6, 10, 11] {
        let device = FakeDevice::start(move |q: &Question| match q.number {
            1 => Deed::Send(q.frame(&[q.function | 0x80, code])),
            _ => Deed::Send(q.registers(&[7])),
        });
        let tcp = format!("127.0.0.1:{}", device.port);
        let profile = file.to_str().unwrap();
        let (code, printed, told) =
            run(&["read", "--tcp", &tcp, "--unit", "1", "--profile", profile]);
        assert_eq!(code, Some(0), "{printed}{told}");
    }
}

#[test]
fn a_reading_that_brings_nothing_at_all_is_a_document_too() {
    let arguments = ["read", "--tcp", "127.0.0.1:1", "--unit", "1", "--profile", "sdm12", "--json"];
    let (code, printed, told) = run(&arguments);
    assert_eq!(code, Some(2), "{told}");
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert!(printed["error"].as_str().unwrap().contains("sdm120"), "{printed}");
}

#[test]
fn documents_are_as_their_schemas_say() {
    let (_meter, tcp) = meter("tcp");
    let line = ["--tcp", &tcp, "--timeout-ms", "500"];
    let (code, scanned) = document(&[&["scan"], &line[..], &["--units", "1,3,5-6"]].concat());
    assert_eq!(code, Some(0));
    assert_eq!(scanned["found"][0]["unit"], 1, "{scanned}");
    assert_eq!(scanned["found"][0]["answer"], "exception", "{scanned}");
    let about = ["--unit", "1", "--address", "40021", "--expect", "123456.78"];
    let (_, probed) = document(&[&["probe"], &line[..], &about].concat());
    assert_eq!(probed["candidates"][0]["value"], 123_456.78, "{probed}");
    assert_eq!(probed["candidates"][0]["reference"], "40021", "{probed}");
    let (code, read) =
        document(&[&["read"], &line[..], &["--unit", "1", "--profile", "sdm120"]].concat());
    assert_eq!((code, &read["complete"]), (Some(1), &json!(false)), "{read}");
    assert_eq!(read["readings"][0]["value"], Value::Null, "{read}");
    assert_eq!(read["readings"][0]["reason"], "exception", "{read}");
    document(&["ports"]);
}

#[test]
fn a_device_that_answers_blocks_with_zeros_is_named() {
    // The first register of a block is right, and zeros stand for the others.
    let registers = [321_u16, 45, 6789, 5];
    let device = FakeDevice::start(move |q: &Question| {
        let first = usize::from(q.address);
        let count = usize::from(q.count);
        match registers.get(first..first + count) {
            Some(asked) => {
                let word = |(n, word): (usize, &u16)| if n == 0 { *word } else { 0 };
                Deed::Send(q.registers(&asked.iter().enumerate().map(word).collect::<Vec<_>>()))
            }
            None => Deed::Send(q.frame(&[q.function | 0x80, 2])),
        }
    });
    let tcp = format!("127.0.0.1:{}", device.port);
    let (_, scanned) = document(&["scan", "--tcp", &tcp, "--units", "1"]);
    assert_eq!(scanned["found"][0]["blocks_agree"], false, "{scanned}");
    assert!(scanned["hints"][0].as_str().unwrap().contains("registers_max = 1"), "{scanned}");
    let arguments = ["probe", "--tcp", &tcp, "--unit", "1", "--address", "1", "--count", "3"];
    let (_, printed, _) = run(&arguments);
    assert!(printed.contains("registers_max = 1"), "{printed}");
}

#[test]
fn a_profile_is_shown() {
    let (code, printed, _) = run(&["profile", "show", "sdm120"]);
    assert_eq!(code, Some(0));
    assert_eq!(printed, include_str!("../../config/devices/sdm120.toml"));
    let (code, _, told) = run(&["profile", "show", "sdm121"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("profile list"), "{told}");
}
