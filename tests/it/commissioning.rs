//! A technician's commands, on lines of their own and through a gateway that goes on polling.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::context::{Context, GATEWAY, Process, hanqing, outcome, wait_for};
use crate::fake_device::{Deed, FakeDevice, Question};
use crate::peers::{Pymodbus, RtuUnits};

/// A level sensor at unit 2, and at unit 1 a flow meter whose registers hold 36.625 m3/h as CDAB and a total of 1234.5.
fn devices() -> Pymodbus {
    let mut meter = vec![0x806B, 0x4212, 0, 0, 0, 0, 0, 0, 1234, 0, 0x0000, 0x3F00];
    // No error, and a signal of quality 90; m3/h, m3 and a multiplier of 1.
    meter.resize(92, 0);
    meter[91] = 90;
    Pymodbus::start(&json!({
        "1": {"0": meter, "1436": [0, 0, 3]},
        "2": {"2": [16, 3, 2350]},
    }))
}

/// Both devices on one bus that is polled each second.
fn configure(context: &Context, port: u16) {
    context.edge_config(&format!(
        "[[bus]]\nname = \"pumps\"\ntcp = \"127.0.0.1:{port}\"\ninterval_s = 1\ntimeout_ms = 500\nretries = 0\n\
         [[bus.device]]\nunit = 1\nprofile = \"tuf-2000m\"\nstation = \"pump-dongmen-1\"\n\
         parameters = [\"flow\", \"volume_total\"]\n\
         [[bus.device]]\nunit = 2\nprofile = \"qdy30\"\nstation = \"pond-dongmen-1\"\nadjust.level = {{ offset = 216.9 }}\n"
    ));
}

/// The gateway, once it answers.
fn running(context: &Context) -> Process {
    let gateway = context.edge();
    wait_for("the gateway's socket", || {
        UnixStream::connect(context.path("spool.sock")).map_err(|e| e.to_string())
    });
    gateway
}

/// Waits until the gateway has spooled `more` further batches.
fn polls_on(context: &Context, more: u64) {
    let before = context.spool().last_seq;
    wait_for("further polls", || {
        let now = context.spool().last_seq;
        if now >= before + more { Ok(()) } else { Err(now) }
    });
}

/// Runs a command with these arguments, in which `edge.toml` is that of the context.
fn run(context: &Context, arguments: &[&str]) -> (Option<i32>, String, String) {
    run_in("en", context, arguments)
}

/// The same for a reader of `lang`.
fn run_in(lang: &str, context: &Context, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = hanqing();
    command.env("HANQING_LANG", lang);
    for argument in arguments {
        match *argument {
            "edge.toml" => command.arg(context.path("edge.toml")),
            other => command.arg(other),
        };
    }
    outcome(&mut command)
}

/// The table without its last column, which is time that was taken. Nobody sits at a terminal here, so that tabs stand
/// between its cells.
fn timeless(printed: &str) -> String {
    let line = |line: &str| line.rsplit_once('\t').map_or(line, |(rest, _)| rest).to_owned();
    printed.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The lines without the day on which the registers of an example were read.
fn undated(printed: &str) -> String {
    let line = |line: &str| match line.starts_with("source = ") {
        true => "source = …".to_owned(),
        false => line.to_owned(),
    };
    printed.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// What the gateway says of itself.
fn status(context: &Context) -> serde_json::Value {
    let mut stream = UnixStream::connect(context.path("spool.sock")).unwrap();
    stream.write_all(b"{\"v\":1,\"ask\":\"status\"}\n").unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    let reply: serde_json::Value = serde_json::from_str(&line).unwrap();
    reply["answer"]["status"].clone()
}

#[test]
fn read_shows_every_point_alone_and_through_the_gateway() {
    let context = Context::new();
    let devices = devices();
    configure(&context, devices.port);
    let (code, alone, told) = run(&context, &["read", "-c", "edge.toml"]);
    assert_eq!((code, told.as_str()), (Some(0), ""), "{alone}");
    insta::assert_snapshot!("read", timeless(&alone));
    let (code, alone_zh, told) = run_in("zh", &context, &["read", "-c", "edge.toml"]);
    assert_eq!((code, told.as_str()), (Some(0), ""), "{alone_zh}");
    insta::assert_snapshot!("read_zh", timeless(&alone_zh));

    let _gateway = running(&context);
    let (code, through, told) = run(&context, &["read", "-c", "edge.toml"]);
    assert_eq!(code, Some(0), "{through}{told}");
    assert!(told.contains(GATEWAY) && told.contains("spool.sock"), "{told}");
    assert_eq!(timeless(&through), timeless(&alone));
    let (_, through, told) = run_in("zh", &context, &["read", "-c", "edge.toml"]);
    assert!(told.contains(&format!("pumps：经由运行中的网关 {GATEWAY}")), "{told}");
    assert_eq!(timeless(&through), timeless(&alone_zh));
    polls_on(&context, 2);

    let arguments = ["read", "-c", "edge.toml", "--bus", "pumps", "--unit", "2"];
    let (_, one, _) = run(&context, &arguments);
    assert_eq!(one.lines().count(), 2, "{one}");
    let (code, printed, _) = run(&context, &["status", "-c", "edge.toml"]);
    assert_eq!(code, Some(0));
    for word in [GATEWAY, "pumps", "qdy30", "pump-dongmen-1", "100.0 %"] {
        assert!(printed.contains(word), "{word} in {printed}");
    }
}

#[test]
fn read_without_a_configuration_names_what_a_unit_refuses() {
    let context = Context::new();
    let devices = devices();
    let tcp = format!("127.0.0.1:{}", devices.port);
    // The meter has other registers than this profile: each point says so for itself.
    let arguments = ["read", "--tcp", &tcp, "--unit", "1", "--profile", "sun2000"];
    for (lang, refusal) in [("en", "device exception 2"), ("zh", "设备报异常 2")] {
        let (code, printed, told) = run_in(lang, &context, &arguments);
        assert_eq!((code, told.as_str()), (Some(1), ""), "{printed}");
        assert!(printed.contains(refusal), "{printed}");
    }
    let arguments = ["read", "--tcp", &tcp, "--unit", "1", "--profile", "sdm63"];
    let (code, _, told) = run(&context, &arguments);
    assert_eq!(code, Some(2));
    assert!(told.contains("sdm630"), "{told}");
}

#[test]
fn what_cannot_be_meant_ends_with_2_and_says_what_can() {
    let context = Context::new();
    configure(&context, 1);
    let cases: [(&[&str], &str); 10] = [
        (&["read"], "--tcp"),
        (&["read", "--tcp", "nowhere"], "host:port"),
        (&["read", "-c", "edge.toml", "--bus", "wells"], "pumps"),
        (&["read", "-c", "edge.toml", "--unit", "9"], "unit 9"),
        (&["scan", "--tcp", "127.0.0.1:1", "--baud", "9600"], "not a serial port"),
        (&["scan", "--tcp", "127.0.0.1:1", "--units", "0..3"], "1 to 247"),
        (&["read", "--tcp", "127.0.0.1:1", "--baud", "4800"], "not a serial port"),
        (&["read", "-c", "edge.toml", "--parity", "even"], "as the configuration says"),
        (&["init", "edge", "--tcp", "10.0.0.1:502", "--baud", "4800"], "--baud"),
        (
            &["probe", "--tcp", "127.0.0.1:1", "--unit", "1", "--address", "1", "--expect", "1,5"],
            "3.21",
        ),
    ];
    for (arguments, word) in cases {
        let (code, printed, told) = run(&context, arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {printed}{told}");
        assert!(told.contains(word), "{arguments:?}: {told}");
    }
    let (code, _, told) = run(&context, &["status", "-c", "edge.toml"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("no gateway runs"), "{told}");
    for (arguments, said) in [
        (&["read", "-c", "edge.toml", "--bus", "wells"][..], "里没有总线 `wells`；可用的有：pumps"),
        (&["read", "-c", "edge.toml", "--unit", "9"], "选中的总线上没有站号 9"),
        (&["scan", "--tcp", "127.0.0.1:1", "--baud", "9600"], "不是串口"),
        (&["status", "-c", "edge.toml"], "的网关没有在运行"),
    ] {
        let (_, _, told) = run_in("zh", &context, arguments);
        assert!(told.contains(said), "{arguments:?}: {told}");
    }
}

#[test]
fn probe_ranks_what_the_display_shows() {
    let context = Context::new();
    let devices = devices();
    configure(&context, devices.port);
    let tcp = format!("127.0.0.1:{}", devices.port);
    let about = ["--unit", "1", "--address", "0", "--expect", "36.625", "--parameter", "flow"];
    let (code, alone, told) = run(&context, &[&["probe", "--tcp", &tcp], &about[..]].concat());
    assert_eq!((code, told.as_str()), (Some(0), ""), "{alone}");
    let (_, shown) = alone.split_once('\n').unwrap();
    insta::assert_snapshot!("probe", undated(shown));

    let _gateway = running(&context);
    let (code, through, told) =
        run(&context, &[&["probe", "-c", "edge.toml"], &about[..]].concat());
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains(GATEWAY), "{told}");
    assert_eq!(through.split_once('\n').unwrap().1, shown);
    // The register before the first is none: what the manual counts from 0 is shown.
    let arguments = ["probe", "-c", "edge.toml", "--unit", "2", "--address", "4", "--count", "1"];
    let (code, printed, told) = run(&context, &arguments);
    assert_eq!(code, Some(0), "{told}");
    assert!(printed.contains("092E") && printed.contains("2350"), "{printed}");
    let arguments = ["probe", "-c", "edge.toml", "--unit", "2", "--address", "900"];
    let (code, _, told) = run(&context, &arguments);
    assert_eq!(code, Some(1));
    assert!(told.contains("exception 2"), "{told}");
}

/// Units 2 and 5 of a line: the first has holding registers, the second input registers only. All others are silent.
fn line() -> FakeDevice {
    FakeDevice::start(|q: &Question| match (q.unit, q.function) {
        (2, 3) => Deed::Send(q.registers(&[2350])),
        (5, 3) => Deed::Send(q.frame(&[0x83, 1])),
        (5, 4) => Deed::Send(q.frame(&[4, 2, 0, 7])),
        // As a serial server says it of a unit behind it.
        (6, function) => Deed::Send(q.frame(&[function | 0x80, 11])),
        _ => Deed::Nothing,
    })
}

#[test]
fn scan_finds_the_units() {
    let context = Context::new();
    let tcp = format!("127.0.0.1:{}", line().port);
    let arguments = ["scan", "--tcp", &tcp, "--units", "1..7", "--timeout-ms", "200"];
    let (code, printed, told) = run(&context, &arguments);
    assert_eq!((code, told.as_str()), (Some(0), ""), "{printed}");
    insta::assert_snapshot!("scan", timeless(&printed));
    let (_, printed, _) = run_in("zh", &context, &arguments);
    insta::assert_snapshot!("scan_zh", timeless(&printed));
    let arguments = ["scan", "--tcp", &tcp, "--timeout-ms", "200", "--most-s", "1"];
    let (code, printed, _) = run(&context, &arguments);
    assert_eq!(code, Some(1));
    assert!(printed.contains("out of time"), "{printed}");
}

/// Unit 3 at 4800 baud, and unit 7 at 9600.
fn serial_units() -> RtuUnits {
    RtuUnits::start(&json!({
        "3": {"baud": 4800, "registers": {"0": 7}},
        "7": {"baud": 9600, "registers": {"4": 2350}},
    }))
}

#[test]
fn scan_finds_serial_units_each_at_its_speed() {
    let context = Context::new();
    let units = serial_units();
    let arguments = [
        "scan",
        "--serial",
        &units.port,
        "--units",
        "2..8",
        "--baud",
        "9600,4800",
        "--parity",
        "none",
    ];
    let (code, printed, told) = run(&context, &arguments);
    assert_eq!((code, told.as_str()), (Some(0), ""), "{printed}");
    insta::assert_snapshot!("scan_serial", timeless(&printed));
    let arguments = [
        "probe",
        "--serial",
        &units.port,
        "--unit",
        "7",
        "--address",
        "4",
        "--count",
        "1",
        "--expect",
        "2.35",
    ];
    let (code, printed, told) = run(&context, &arguments);
    assert_eq!(code, Some(0), "{told}");
    assert!(printed.contains("scale = 0.001"), "{printed}");
}

#[test]
fn a_gateway_scans_other_speeds_between_its_polls() {
    let context = Context::new();
    let units = serial_units();
    context.edge_config(&format!(
        "[[bus]]\nname = \"levels\"\nserial = {{ port = {:?} }}\ninterval_s = 1\nretries = 0\n\
         [[bus.device]]\nunit = 7\nprofile = \"one-level\"\nstation = \"pond-dongmen-1\"\n",
        units.port
    ));
    let _gateway = running(&context);
    polls_on(&context, 1);
    let arguments =
        ["scan", "-c", "edge.toml", "--units", "1..7", "--baud", "4800,9600", "--parity", "none"];
    let (code, printed, told) = run(&context, &arguments);
    assert_eq!(code, Some(0), "{printed}{told}");
    assert!(told.contains(GATEWAY), "{told}");
    for word in ["4800 8N1", "9600 8N1"] {
        assert_eq!(printed.matches(word).count(), 1, "{printed}");
    }
    polls_on(&context, 2);
    let status = status(&context);
    // Each poll had its own speed; how late one may be shows below.
    assert_eq!(status["missing"], 0, "{status}");
}

/// A scan of 247 units, most of them silent, that is interrupted once the device has been asked by unit 10.
fn interrupted_scan(context: &Context, device: &FakeDevice, arguments: &[&str]) -> String {
    let before = device.connections();
    let mut command = hanqing();
    for argument in arguments {
        match *argument {
            "edge.toml" => command.arg(context.path("edge.toml")),
            other => command.arg(other),
        };
    }
    let mut scan = Process(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    // Each silence costs a connection.
    wait_for("the scan", || {
        let made = device.connections() - before;
        if made > 20 { Ok(()) } else { Err(made) }
    });
    let told = Command::new("kill").args(["-INT", &scan.0.id().to_string()]).status();
    assert!(told.unwrap().success());
    let mut printed = String::new();
    let mut stdout = scan.0.stdout.take().unwrap();
    stdout.read_to_string(&mut printed).unwrap();
    assert_eq!(scan.0.wait().unwrap().code(), Some(1), "{printed}");
    printed
}

#[test]
fn an_interrupted_scan_prints_what_it_found() {
    let context = Context::new();
    let device = line();
    let tcp = format!("127.0.0.1:{}", device.port);
    let arguments = ["scan", "--tcp", &tcp, "--timeout-ms", "50"];
    let printed = interrupted_scan(&context, &device, &arguments);
    let units: Vec<&str> =
        printed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(units.contains(&"2") && units.contains(&"5"), "{printed}");
    assert!(printed.contains("interrupted"), "{printed}");
}

#[test]
fn a_gateway_loses_no_poll_to_a_scan_through_it() {
    let context = Context::new();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = asked.clone();
    let device = FakeDevice::start(move |q: &Question| {
        noted.lock().unwrap().push(q.unit);
        match q.unit {
            2 => Deed::Send(q.registers(&[2350])),
            _ => Deed::Nothing,
        }
    });
    context.edge_config(&format!(
        "[[bus]]\nname = \"levels\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\ntimeout_ms = 5000\nretries = 0\n\
         [[bus.device]]\nunit = 2\nprofile = \"one-level\"\nstation = \"pond-dongmen-1\"\n",
        device.port
    ));
    let _gateway = running(&context);
    polls_on(&context, 1);
    let arguments = ["scan", "-c", "edge.toml", "--timeout-ms", "250"];
    let before = context.spool().last_seq;
    let printed = interrupted_scan(&context, &device, &arguments);
    assert!(printed.contains("answers"), "{printed}");
    let during = context.spool().last_seq - before;
    assert!(during >= 2, "{during} batches during the scan");
    polls_on(&context, 2);
    // A poll that is due comes before the scan's next question: in a second, which is four silences of 250 ms, and one
    // that was begun. A busy machine makes the silences longer, not more of them.
    let asked = asked.lock().unwrap();
    let between = asked.split(|unit| *unit == 2).map(<[u8]>::len).max();
    assert!(between.is_some_and(|silences| silences <= 5), "{asked:?}");
    let status = status(&context);
    assert_eq!(status["missing"], 0, "{status}");
}

#[test]
fn a_drought_is_polled_faster_from_when_it_is_said() {
    let context = Context::new();
    let devices = devices();
    context.edge_config(&format!(
        "[[bus]]\nname = \"levels\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 86400\ndrought_interval_s = 1\n\
         [[bus.device]]\nunit = 2\nprofile = \"one-level\"\nstation = \"pond-dongmen-1\"\n",
        devices.port
    ));
    let (code, _, told) = run(&context, &["mode", "drought", "-c", "edge.toml"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("no gateway runs"), "{told}");
    let _gateway = running(&context);
    let (code, printed, told) = run_in("zh", &context, &["mode", "drought", "-c", "edge.toml"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(printed.contains("已切换到旱情模式"), "{printed}");
    polls_on(&context, 3);
    let (_, printed, _) = run_in("zh", &context, &["status", "-c", "edge.toml"]);
    assert!(printed.contains("旱情模式"), "{printed}");
    let (_, printed, _) = run(&context, &["status", "-c", "edge.toml"]);
    assert!(printed.contains("drought mode"), "{printed}");
    let (_, printed, _) = run_in("zh", &context, &["mode", "normal", "-c", "edge.toml"]);
    assert!(printed.contains("平时模式（原为旱情模式）"), "{printed}");
    let (_, printed, _) = run_in("zh", &context, &["mode", "normal", "-c", "edge.toml"]);
    assert!(printed.contains("本来就是平时模式"), "{printed}");
    let (_, printed, _) = run(&context, &["mode", "drought", "-c", "edge.toml"]);
    assert!(printed.contains("has switched to drought mode (before: normal mode)"), "{printed}");
    let (_, printed, _) = run(&context, &["mode", "drought", "-c", "edge.toml"]);
    assert!(printed.contains("is in drought mode already"), "{printed}");
}

#[test]
fn status_names_a_device_that_is_silent_and_what_another_refuses() {
    let context = Context::new();
    let device = FakeDevice::start(|q: &Question| match q.unit {
        2 => Deed::Send(q.frame(&[0x83, 2])),
        _ => Deed::Nothing,
    });
    context.edge_config(&format!(
        "[[bus]]\nname = \"levels\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\ntimeout_ms = 100\nretries = 0\n\
         [[bus.device]]\nunit = 2\nprofile = \"one-level\"\nstation = \"pond-dongmen-1\"\n\
         [[bus.device]]\nunit = 3\nprofile = \"one-level\"\nstation = \"pond-dongmen-2\"\n",
        device.port
    ));
    let _gateway = running(&context);
    polls_on(&context, 2);
    for (lang, words) in [
        ("en", ["device exception ", "no answer ", "unit 3 did not answer within 100 ms"]),
        ("zh", ["设备报异常 ", "设备无应答 ", "站号 3 在 100 毫秒内没有应答"]),
    ] {
        let (code, printed, told) = run_in(lang, &context, &["status", "-c", "edge.toml"]);
        assert_eq!(code, Some(0), "{told}");
        for word in words {
            assert!(printed.contains(word), "{word} in {printed}");
        }
    }
    // The gateway itself speaks English, whoever asks.
    let log = context.log("edge");
    assert!(log.contains("did not answer within 100 ms") && !log.contains("没有应答"), "{log}");
}

#[test]
fn a_second_gateway_on_a_configuration_is_refused_and_a_killed_one_leaves_no_trace() {
    let context = Context::new();
    let devices = devices();
    configure(&context, devices.port);
    let mut first = running(&context);
    let (code, _, told) = run(&context, &["edge", "-c", "edge.toml"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("another hanqing edge"), "{told}");
    let (_, _, told) = run_in("zh", &context, &["edge", "-c", "edge.toml"]);
    assert!(told.contains("另一个 `hanqing edge` 正按这份配置运行"), "{told}");
    polls_on(&context, 1);
    first.kill();
    assert!(context.path("spool.sock").exists());
    let (code, _, told) = run(&context, &["read", "-c", "edge.toml"]);
    assert_eq!((code, told.as_str()), (Some(0), ""));
    let _second = running(&context);
    polls_on(&context, 1);
}

#[test]
fn garbage_at_the_socket_disturbs_nobody() {
    let context = Context::new();
    let devices = devices();
    configure(&context, devices.port);
    let _gateway = running(&context);
    let socket = context.path("spool.sock");
    let mut held = Vec::new();
    for garbage in [
        &b"\xff\xfe\x00\n"[..],
        &[b'x'; 100_000],
        b"{\"v\":1,\"ask\":{\"read\":{\"bus\":\"pumps\",\"unit\":1,\"function\":6,\"address\":0,\"count\":1}}}\n",
        b"",
        b"{\"v\":1",
        b"\n\n\n\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        let mut stream = UnixStream::connect(&socket).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        // A gateway that has had enough hangs up.
        let _ = stream.write_all(garbage);
        if garbage.contains(&b'\n') {
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            assert!(line.contains("refused"), "{line}");
        }
        held.push(stream);
        if held.len() == 3 {
            held.clear();
        }
    }
    polls_on(&context, 2);
    held.clear();
    let (code, printed, told) = run(&context, &["read", "-c", "edge.toml", "--unit", "2"]);
    assert_eq!(code, Some(0), "{printed}{told}");
    assert!(printed.contains("219.25"), "{printed}");
}
