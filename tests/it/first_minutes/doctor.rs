//! `hanqing doctor`

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::context::{Context, Process, free_port, hanqing, outcome, wait_for};
use crate::fake_device::{Deed, FakeDevice, Question};
use crate::peers::{Pymodbus, mosquitto, mosquitto_with};
use crate::tls::{make_for, office, shipped};

/// A level sensor at unit 2.
fn devices() -> Pymodbus {
    Pymodbus::start(&json!({"2": {"2": [16, 3, 2350]}}))
}

/// One bus with that sensor behind a line.
fn bus(line: &str) -> String {
    format!(
        "[[bus]]\nname = \"levels\"\n{line}\ninterval_s = 1\ntimeout_ms = 300\nretries = 0\n\
         [[bus.device]]\nunit = 2\nprofile = \"qdy30\"\nstation = \"pond-dongmen-1\"\nadjust.level = {{ offset = 216.9 }}\n"
    )
}

fn tcp(port: u16) -> String {
    bus(&format!("tcp = \"127.0.0.1:{port}\""))
}

fn doctor(context: &Context) -> (Option<i32>, String) {
    doctor_in("en", context)
}

fn doctor_in(lang: &str, context: &Context) -> (Option<i32>, String) {
    let mut command = hanqing();
    command.args(["--lang", lang, "doctor", "-c"]).arg(context.path("edge.toml"));
    let (code, printed, told) = outcome(&mut command);
    (code, printed + &told)
}

/// The same as a user who owns nothing. `None` where this user cannot become another.
fn doctor_as_stranger(context: &Context) -> Option<(Option<i32>, String)> {
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    if !root {
        return None;
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    // Others may not enter the directory that the program was built in.
    let program = context.path("hanqing");
    std::fs::copy(env!("CARGO_BIN_EXE_hanqing"), &program).unwrap();
    std::fs::set_permissions(context.path(""), PermissionsExt::from_mode(0o777)).unwrap();
    // Nor the one with the profiles of the tests.
    let text = std::fs::read_to_string(context.path("edge.toml")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("devices_dir"));
    context.write("edge.toml", &lines.collect::<Vec<_>>().join("\n"));
    command.arg(program).args(["--lang", "en", "doctor", "-c"]).arg(context.path("edge.toml"));
    let (code, printed, told) = outcome(&mut command);
    Some((code, printed + &told))
}

/// The mark of the line about `subject`, and the line.
fn line<'a>(printed: &'a str, subject: &str) -> (&'a str, &'a str) {
    let of_subject = |line: &&str| {
        line.split_once("  ").is_some_and(|(_, rest)| rest.trim_start().starts_with(subject))
    };
    let line = printed.lines().find(of_subject);
    let line = line.unwrap_or_else(|| panic!("no line about {subject} in {printed}"));
    (line.split_whitespace().next().unwrap(), line)
}

/// Holds the line about `subject` against its mark and words.
pub fn says(printed: &str, subject: &str, mark: &str, words: &[&str]) {
    let (found, line) = line(printed, subject);
    assert_eq!(found, mark, "{line}\nin {printed}");
    for word in words {
        assert!(line.contains(word), "{word} in {line}");
    }
}

fn replace(context: &Context, from: &str, to: &str) {
    let text = std::fs::read_to_string(context.path("edge.toml")).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    context.write("edge.toml", &text.replacen(from, to, 1));
}

#[test]
fn a_gateway_that_works_has_nothing_wrong_before_and_while_it_runs() {
    let context = Context::new();
    let field = devices();
    let _broker = mosquitto(&context);
    context.edge_config(&tcp(field.port));
    let (code, printed) = doctor(&context);
    assert_eq!(code, Some(0), "{printed}");
    says(&printed, "configuration", "ok", &["in order"]);
    says(&printed, "service", "doubtful", &["hanqing edge -c"]);
    says(&printed, "clock", "ok", &[]);
    says(&printed, "disk", "ok", &["free"]);
    says(&printed, "certificate", "ok", &[]);
    says(&printed, "broker", "ok", &["MQTT 5"]);
    says(&printed, "bus levels, unit 2", "ok", &["219.25 m"]);
    says(&printed, "hub's answer", "doubtful", &["while the gateway runs"]);

    context.hub_config();
    let _hub = context.hub();
    let _edge = context.edge();
    let printed = wait_for("a hub that answers", || match doctor(&context) {
        (Some(0), printed) if printed.contains("Nothing is wrong.") => Ok(printed),
        other => Err(other),
    });
    says(&printed, "service", "ok", &["gw-test"]);
    says(&printed, "bus levels, unit 2", "ok", &["219.25 m"]);
    says(&printed, "hub's answer", "ok", &["last confirmed"]);
    let (code, printed) = doctor_in("zh", &context);
    assert_eq!(code, Some(0), "{printed}");
    for said in ["正常  配置：", "正常  时钟：", "正常  总线 levels 站号 2", "没有发现问题"]
    {
        assert!(printed.contains(said), "{said} in {printed}");
    }
    if let Some((code, printed)) = doctor_as_stranger(&context) {
        assert_eq!(code, Some(0), "{printed}");
        says(&printed, "service", "doubtful", &["may not ask", "root"]);
        says(&printed, "bus levels", "doubtful", &["root"]);
        says(&printed, "hub's answer", "doubtful", &["root"]);
    }
}

#[test]
fn a_configuration_that_cannot_be_used_ends_the_examination_with_2() {
    let context = Context::new();
    let (code, printed) = doctor(&context);
    assert_eq!(code, Some(2), "{printed}");
    says(&printed, "configuration", "wrong", &["no such file"]);
    assert!(printed.contains("hanqing init edge --out"), "{printed}");
    context.edge_config(&tcp(1));
    replace(&context, "unit = 2", "unit = 300");
    let (code, printed) = doctor(&context);
    assert_eq!(code, Some(2), "{printed}");
    says(&printed, "configuration", "wrong", &["bus[0].device[0].unit"]);
    replace(&context, "unit = 300", "unit = 2");
    std::fs::set_permissions(context.path("edge.toml"), PermissionsExt::from_mode(0o600)).unwrap();
    if let Some((code, printed)) = doctor_as_stranger(&context) {
        assert_eq!(code, Some(2), "{printed}");
        assert!(printed.contains("run this as root"), "{printed}");
    }
}

#[test]
fn what_is_wrong_with_a_device_is_said_with_the_way_out() {
    let context = Context::new();
    let field = FakeDevice::start(|q: &Question| match q.unit {
        3 => Deed::Send(q.frame(&[0x83, 2])),
        // The sign of this profile for a sensor that is not there.
        4 => Deed::Send(q.registers(&[0x8000; 3][..usize::from(q.count)])),
        _ => Deed::Nothing,
    });
    let device = |unit: u8| {
        format!(
            "[[bus.device]]\nunit = {unit}\nprofile = \"one-level\"\nstation = \"pond-{unit}\"\n"
        )
    };
    let nobody = free_port();
    context.edge_config(&format!(
        "{}{}{}[[bus]]\nname = \"far\"\ntcp = \"127.0.0.1:{nobody}\"\ntimeout_ms = 300\n{}{}{}",
        tcp(field.port),
        device(3),
        device(4),
        device(7),
        device(8),
        device(9),
    ));
    let (code, printed) = doctor(&context);
    assert_eq!(code, Some(1), "{printed}");
    says(&printed, "bus levels, unit 2", "wrong", &["300 ms", "hanqing scan -c"]);
    says(&printed, "bus levels, unit 3", "wrong", &["exception 2", "hanqing read -c"]);
    says(&printed, "bus levels, unit 4", "doubtful", &["has no value", "profile"]);
    says(&printed, "bus far, unit 7", "wrong", &["cannot connect", "power"]);
    says(&printed, "bus far:", "doubtful", &["not read: 2"]);
    assert!(!printed.contains("unit 8"), "{printed}");
}

#[test]
fn a_serial_port_that_is_not_there_or_closed_is_named() {
    let context = Context::new();
    let port = context.path("ttyUSB7");
    context.edge_config(&bus(&format!("serial = {{ port = {port:?} }}")));
    let (code, printed) = doctor(&context);
    assert_eq!(code, Some(1), "{printed}");
    says(&printed, "bus levels, unit 2", "wrong", &["ttyUSB7", "this machine has"]);
    context.write("ttyUSB7", "no port");
    let (_, printed) = doctor(&context);
    says(&printed, "bus levels, unit 2", "wrong", &["no serial port"]);
    std::fs::set_permissions(&port, PermissionsExt::from_mode(0o600)).unwrap();
    if let Some((_, printed)) = doctor_as_stranger(&context) {
        says(&printed, "bus levels, unit 2", "wrong", &["usermod -aG root"]);
    }
}

#[test]
fn a_serial_port_that_another_program_holds_is_named_with_it() {
    let context = Context::new();
    let units = crate::peers::RtuUnits::start(
        &json!({"2": {"baud": 9600, "registers": {"2": 16, "3": 3, "4": 2350}}}),
    );
    context.edge_config(&bus(&format!("serial = {{ port = {:?} }}", units.port)));
    let (_, printed) = doctor(&context);
    says(&printed, "bus levels, unit 2", "ok", &["219.25 m"]);
    // Root opens what others hold; so the two are another user's.
    let Ok(found) = chown(&units.port, Some(65534), Some(65534))
        .and_then(|()| Path::new(&units.port).metadata())
    else {
        return;
    };
    assert_eq!(found.uid(), 65534);
    std::fs::set_permissions(context.path(""), PermissionsExt::from_mode(0o777)).unwrap();
    let program = context.path("hanqing-edge");
    std::fs::copy(env!("CARGO_BIN_EXE_hanqing"), &program).unwrap();
    let other = std::fs::read_to_string(context.path("edge.toml")).unwrap();
    let lines = other.lines().filter(|line| !line.starts_with("devices_dir"));
    let other = lines.collect::<Vec<_>>().join("\n").replace("spool.db", "other.db");
    context.write("other.toml", &other);
    let mut holder = Command::new("setpriv");
    holder.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
    holder.args(["edge", "-c"]).arg(context.path("other.toml"));
    let _holder = Process(holder.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let printed = wait_for("a port that is held", || match doctor_as_stranger(&context) {
        Some((_, printed)) if printed.contains("another program uses the port") => Ok(printed),
        other => Err(other),
    });
    says(&printed, "bus levels, unit 2", "wrong", &["stop the program", "hanqing-edge"]);
}

#[test]
fn what_is_wrong_with_the_disk_is_said_with_the_way_out() {
    let context = Context::new();
    context.edge_config(&tcp(1));
    let spool = format!("path = {:?}", context.path("spool.db"));
    replace(&context, &spool, &format!("{spool}\nfree_min_mb = 4000000000"));
    let (code, printed) = doctor(&context);
    assert_eq!(code, Some(1), "{printed}");
    says(&printed, "disk", "wrong", &["less than spool.free_min_mb = 4000000000"]);
    replace(&context, "free_min_mb = 4000000000", "free_min_mb = 1");
    let elsewhere = |path: &str| {
        context.edge_config(&tcp(1));
        replace(&context, &spool, &format!("path = {:?}", context.path(path)));
        doctor(&context).1
    };
    says(&elsewhere("no/such/spool.db"), "disk", "wrong", &["no such file", "install -d"]);
    context.write("file", "");
    says(&elsewhere("file/spool.db"), "disk", "wrong", &["no directory"]);
    let memory = tempfile::tempdir_in("/dev/shm").unwrap();
    context.edge_config(&tcp(1));
    replace(&context, &spool, &format!("path = {:?}", memory.path().join("spool.db")));
    let (_, printed) = doctor(&context);
    let in_memory = printed.lines().find(|line| line.contains("main memory"));
    assert!(in_memory.is_some_and(|line| line.starts_with("doubtful  disk")), "{printed}");
    assert_eq!(printed.matches("main memory").count(), 1, "{printed}");
    if let Some((_, printed)) = doctor_as_stranger(&context) {
        says(&printed, "disk", "doubtful", &["root"]);
    }
}

#[test]
fn what_is_wrong_with_the_broker_is_said_with_the_way_out() {
    let context = Context::new();
    let field = devices();
    context.edge_config(&tcp(field.port));
    let (code, printed) = doctor(&context);
    assert_eq!(code, Some(1), "{printed}");
    says(&printed, "broker", "wrong", &["nothing listens"]);
    // One that is silent is not waited for longer than ten seconds.
    let silent = TcpListener::bind(("127.0.0.1", context.broker_port())).unwrap();
    let (_, printed) = doctor(&context);
    says(&printed, "broker", "wrong", &["within 10 s"]);
    drop(silent);
    let url = format!("mqtt://127.0.0.1:{}", context.broker_port());
    replace(&context, &url, "mqtt://127.0.0.1:1883");
    if std::net::TcpStream::connect("127.0.0.1:1883").is_err() {
        let (_, printed) = doctor(&context);
        says(&printed, "broker", "wrong", &["hanqing enroll"]);
    }
}

/// Has the gateway use the certificates of its office.
fn encrypt(context: &Context, port: u16) {
    let file = |name: &str| context.path("certs").join(name);
    let table = format!(
        "url = \"mqtts://localhost:{port}\"\nca_file = {:?}\ncert_file = {:?}\nkey_file = {:?}",
        file("ca.pem"),
        file("gw-test.pem"),
        file("gw-test.key")
    );
    replace(context, &format!("url = \"mqtt://127.0.0.1:{port}\""), &table);
}

#[test]
fn a_gateway_keeps_its_connection_where_the_broker_takes_the_certificates_name_for_the_clients() {
    let context = Context::new();
    office(&context, "certs");
    let port = context.broker_port();
    let config = shipped(&context, "certs", port);
    assert!(config.contains("\nuse_username_as_clientid true\n"), "{config}");
    let _broker = mosquitto_with(&context, &config, port);
    context.edge_config(&tcp(1));
    encrypt(&context, port);
    let _edge = context.edge();
    let status = || {
        let mut status = hanqing();
        status.args(["--lang", "en", "status", "-c"]).arg(context.path("edge.toml"));
        outcome(&mut status).1
    };
    wait_for("a gateway that is connected", || match status() {
        printed if printed.contains("Connected (since") => Ok(printed),
        other => Err(other),
    });
    let (_, first) = doctor(&context);
    says(&first, "broker", "ok", &["Connected (since", "MQTT 5"]);
    assert_eq!(line(&first, "broker"), line(&doctor(&context).1, "broker"));
    let printed = status();
    assert!(!printed.contains("Last failure of the connection"), "{printed}");
}

#[test]
fn a_spool_of_a_newer_version_is_named_and_left_as_it_is() {
    let context = Context::new();
    context.edge_config(&tcp(1));
    let mut file = [&b"SQLite format 3\0"[..], &[0; 48]].concat();
    file[63] = 3;
    std::fs::write(context.path("spool.db"), &file).unwrap();
    says(&doctor(&context).1, "disk", "ok", &["free"]);
    file[63] = 9;
    std::fs::write(context.path("spool.db"), &file).unwrap();
    let said = ["layout 9", "install the version again that made it"];
    says(&doctor(&context).1, "disk", "wrong", &said);
    assert_eq!(std::fs::read(context.path("spool.db")).unwrap(), file);
    assert!(!context.path("spool.db-shm").exists());
}

#[test]
fn certificates_that_end_or_are_closed_are_named() {
    let context = Context::new();
    let field = devices();
    office(&context, "certs");
    let port = context.broker_port();
    let _broker = mosquitto_with(&context, &shipped(&context, "certs", port), port);
    let file = |name: &str| context.path("certs").join(name);
    context.edge_config(&tcp(field.port));
    encrypt(&context, port);
    let (code, printed) = doctor(&context);
    assert_eq!(code, Some(0), "{printed}");
    says(&printed, "certificate", "ok", &["authority", "days"]);
    says(&printed, "broker", "ok", &["accepts connection"]);
    if let Some((code, printed)) = doctor_as_stranger(&context) {
        assert_eq!(code, Some(0), "{printed}");
        says(&printed, "certificate", "doubtful", &["root"]);
        says(&printed, "broker", "doubtful", &["root"]);
        says(&printed, "bus levels, unit 2", "ok", &["219.25 m"]);
    }
    for name in ["gw-test.pem", "gw-test.key"] {
        std::fs::remove_file(file(name)).unwrap();
    }
    make_for("10", &context, "certs", &["client", "gw-test"]);
    let (code, printed) = doctor(&context);
    assert_eq!(code, Some(0), "{printed}");
    let own = printed.lines().find(|line| line.contains("our own certificate"));
    assert!(own.is_some_and(|own| own.starts_with("doubtful  certificate")), "{printed}");
    assert!(own.is_some_and(|own| own.contains("9 days") && own.contains("hanqing enroll")));
    // A key of somebody else.
    std::fs::copy(file("gw-other.key"), file("gw-test.key")).unwrap();
    let (code, printed) = doctor(&context);
    assert_eq!(code, Some(2), "{printed}");
    says(&printed, "configuration", "wrong", &["mqtt.key_file", "does not belong"]);
    // Those of another office.
    let other = Context::new();
    office(&other, "certs");
    for name in ["ca.pem", "gw-test.pem", "gw-test.key"] {
        std::fs::copy(other.path("certs").join(name), file(name)).unwrap();
    }
    let (code, printed) = doctor(&context);
    assert_eq!(code, Some(1), "{printed}");
    says(&printed, "broker", "wrong", &["mqtt.ca_file"]);
}

#[test]
fn a_clock_that_nobody_has_set_is_doubtful() {
    let context = Context::new();
    context.edge_config(&tcp(1));
    replace(&context, "trust = \"always\"", "trust = \"kernel\"");
    let (_, printed) = doctor(&context);
    let (mark, said) = line(&printed, "clock");
    let known = hanqing::support::kernel_clock::read();
    let expected = match (known.forbidden, known.synchronised) {
        (true, _) => "wrong",
        (false, true) => "ok",
        (false, false) => "doubtful",
    };
    assert_eq!(mark, expected, "{said}");
}
