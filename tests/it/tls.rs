//! Certificates on both sides, made by the script and used with the configuration that are shipped for mosquitto.

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::context::{
    Context, GATEWAY, Process, free_port, get, hanqing, outcome, repository, wait_for,
};
use crate::peers::{Pymodbus, mosquitto_with};
use crate::tls_problems::{settings_of, told};

const LEVEL: &str = "pond-dongmen-1/level";

/// Runs make-certificates in a folder of the test.
fn make(context: &Context, folder: &str, arguments: &[&str]) -> String {
    make_for("", context, folder, arguments)
}

/// The same, for certificates that are valid for so many days.
pub fn make_for(days: &str, context: &Context, folder: &str, arguments: &[&str]) -> String {
    let mut command = Command::new("sh");
    command.arg(repository("deploy/mosquitto/make-certificates"));
    if !days.is_empty() {
        command.env("DAYS", days);
    }
    let (code, printed, told) = outcome(command.arg(context.path(folder)).args(arguments));
    assert_eq!(code, Some(0), "{printed}{told}");
    printed
}

/// All certificates of an office whose broker is `localhost` and an address that is nowhere, with two gateways.
pub fn office(context: &Context, folder: &str) -> PathBuf {
    make(context, folder, &["authority"]);
    make(context, folder, &["broker", "localhost", "192.0.2.7"]);
    make(context, folder, &["client", "hanqing-hub", GATEWAY, "gw-other"]);
    context.path(folder)
}

/// The shipped configuration of mosquitto, with the certificates in `folder`.
pub fn shipped(context: &Context, folder: &str, port: u16) -> String {
    let shipped = std::fs::read_to_string(repository("deploy/mosquitto/mosquitto.conf")).unwrap();
    let mut config = format!(
        // As root, mosquitto becomes a user who cannot look into the folder of a test.
        "user root\npersistence_location {}/\n{shipped}",
        context.path("").display()
    );
    for (from, to) in [
        ("listener 8883\n", format!("listener {port} 127.0.0.1\n")),
        ("/etc/mosquitto/certs/", format!("{}/", context.path(folder).display())),
        (
            "acl_file /etc/mosquitto/hanqing.acl",
            format!("acl_file {}", repository("deploy/mosquitto/hanqing.acl").display()),
        ),
    ] {
        assert!(config.contains(from), "{from:?} is not in {config}");
        config = config.replace(from, &to);
    }
    config
}

/// The broker of these certificates.
pub fn broker(context: &Context, folder: &str) -> Process {
    let port = context.broker_port();
    mosquitto_with(context, &shipped(context, folder, port), port)
}

/// The table `mqtt` of whoever is `name` by the certificates in `folder`, at the broker of `office`.
pub fn mqtt(office: &Context, folder: &str, name: &str) -> String {
    let file = |file: &str| office.path(folder).join(file);
    format!(
        "[mqtt]\nurl = \"mqtts://localhost:{}\"\nca_file = {:?}\ncert_file = {:?}\nkey_file = {:?}\n",
        office.broker_port(),
        file("ca.pem"),
        file(&format!("{name}.pem")),
        file(&format!("{name}.key")),
    )
}

/// Starts a gateway in `context` that polls a level each second.
fn gateway(context: &Context, name: &str, confirm: &str, mqtt: &str, field: &Pymodbus) -> Process {
    context.write(
        "edge.toml",
        &format!(
            "gateway = \"{name}\"\nconfirm = \"{confirm}\"\n{mqtt}[spool]\npath = {:?}\n[clock]\ntrust = \"always\"\n\
             [[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\n\
             [[bus.device]]\nunit = 1\nprofile = \"qdy30\"\nstation = \"pond-dongmen-1\"\n",
            context.path("spool.db"),
            field.port
        ),
    );
    context.edge()
}

/// Starts the hub in `context`, by its certificate.
fn hub(context: &Context, folder: &str) -> Process {
    let config = std::fs::read_to_string(context.hub_config()).unwrap();
    let plain = format!("[mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\n", context.broker_port());
    assert!(config.contains(&plain), "{config}");
    let config = config.replace(&plain, &mqtt(context, folder, "hanqing-hub"));
    context.write("hub.toml", &config);
    context.hub()
}

fn field() -> Pymodbus {
    Pymodbus::start(&json!({"1": {"2": [16, 3, 2350]}}))
}

/// Waits until a daemon has logged this so many times.
fn logged(context: &Context, daemon: &str, text: &str, times: usize) {
    wait_for(text, || {
        let log = context.log(daemon);
        if log.matches(text).count() >= times { Ok(()) } else { Err(log) }
    });
}

/// Waits until the office has what the gateway has polled up to now.
fn drained(context: &Context) {
    let polled = context.spool().last_seq;
    wait_for("an empty spool", || match context.spool() {
        seen if seen.last_seq > polled && seen.waiting <= 1 => Ok(()),
        seen => Err((seen, context.log("edge"))),
    });
}

#[test]
fn readings_arrive_with_certificates_on_both_sides() {
    let context = Context::new();
    let field = field();
    office(&context, "certs");
    let _broker = broker(&context, "certs");
    let _hub = hub(&context, "certs");
    let mqtt = mqtt(&context, "certs", GATEWAY);
    let _edge = gateway(&context, GATEWAY, "hub", &mqtt, &field);
    wait_for("a reading in the store", || {
        let readings = context.readings(LEVEL);
        match readings.first() {
            Some(first) if first.value() == Some(2.35) => Ok(()),
            first => Err(format!("{first:?}, {}", context.log("edge"))),
        }
    });
    // The acknowledgements come back, too.
    drained(&context);
    assert!(!context.log("edge").contains("WARN"), "{}", context.log("edge"));
}

#[test]
fn anothers_certificate_writes_nothing_and_is_told_so() {
    let context = Context::new();
    let field = field();
    office(&context, "certs");
    let _broker = broker(&context, "certs");
    let _hub = hub(&context, "certs");
    logged(&context, "hub", "connected to the broker", 1);
    let impostor = Context::new();
    let others = mqtt(&context, "certs", "gw-other");
    let mut running = gateway(&impostor, GATEWAY, "broker", &others, &field);
    logged(&impostor, "edge", "the broker does not let gw-test write hanqing/v1/gw-test/", 1);
    logged(
        &impostor,
        "edge",
        "mqtt.cert_file is the certificate of gw-other, but this is gw-test: a broker that identifies clients by certificate",
        1,
    );
    running.kill();
    // Nor does it get at what is for the hub by giving the hub's client id.
    let url = format!("mqtts://localhost:{}", context.broker_port());
    let as_hub = settings_of("gw-other", url, &context.path("certs"));
    assert_eq!(told(&as_hub), "connected");
    // Under its own name it may. What comes to the hub comes in order, so that nothing of before is still on its way.
    let itself = Context::new();
    let _running = gateway(&itself, "gw-other", "hub", &others, &field);
    wait_for("its own readings", || match context.readings(LEVEL).len() {
        0 => Err(itself.log("edge")),
        _ => Ok(()),
    });
    let gateways = context.store().gateways().unwrap();
    let known: Vec<&str> = gateways.iter().map(|g| g.gateway.as_str()).collect();
    assert_eq!(known, ["gw-other"]);
    assert_eq!(context.quarantine(), []);
    let log = context.log("hub");
    assert_eq!(log.matches("connected to the broker").count(), 1, "{log}");
}

#[test]
fn certificates_are_renewed_while_the_gateway_runs() {
    let context = Context::new();
    let field = field();
    office(&context, "certs");
    let mut running = broker(&context, "certs");
    let _hub = hub(&context, "certs");
    let table = mqtt(&context, "certs", GATEWAY);
    let mut edge = gateway(&context, GATEWAY, "hub", &table, &field);
    drained(&context);
    let copy = |folder: &str, file: &str| {
        let new = context.path(folder).join(file);
        std::fs::copy(new, context.path("certs").join(file)).unwrap();
    };
    // Of the same authority. Between the two files they do not belong together.
    std::fs::create_dir(context.path("renewed")).unwrap();
    for file in ["ca.pem", "ca.key"] {
        let there = context.path("renewed").join(file);
        std::fs::copy(context.path("certs").join(file), there).unwrap();
    }
    make(&context, "renewed", &["client", GATEWAY]);
    let (certificate, key) = (format!("{GATEWAY}.pem"), format!("{GATEWAY}.key"));
    copy("renewed", &certificate);
    logged(&context, "edge", "new certificates cannot be used; the connection stays as it is", 1);
    assert!(context.log("edge").contains("does not belong to mqtt.cert_file"));
    drained(&context);
    copy("renewed", &key);
    logged(&context, "edge", "to use the new certificates", 1);
    logged(&context, "edge", "connected to the broker", 2);
    drained(&context);
    assert_eq!(context.log("edge").matches("cannot be used").count(), 1);
    // Of another authority, while the broker is unreachable: the gateway waits through a file that is cut off.
    office(&context, "other");
    running.kill();
    let whole = std::fs::read(context.path("other").join("ca.pem")).unwrap();
    std::fs::write(context.path("certs/ca.pem"), &whole[..whole.len() / 2]).unwrap();
    logged(&context, "edge", "is cut off", 1);
    let _running = broker(&context, "other");
    assert!(edge.runs());
    for file in ["ca.pem", &certificate, &key, "hanqing-hub.pem", "hanqing-hub.key"] {
        copy("other", file);
    }
    logged(&context, "edge", "connected to the broker", 3);
    logged(&context, "hub", "connected to the broker", 2);
    drained(&context);
}

#[test]
fn certificates_that_end_soon_are_told_everywhere() {
    let context = Context::new();
    let (field, port) = (field(), free_port());
    make(&context, "certs", &["authority"]);
    make_for("20", &context, "certs", &["broker", "localhost"]);
    make_for("10", &context, "certs", &["client", "hanqing-hub", GATEWAY]);
    let _broker = broker(&context, "certs");
    let _hub = hub(&context, "certs");
    let table = mqtt(&context, "certs", GATEWAY);
    let metrics = format!("{table}[metrics]\nlisten = \"127.0.0.1:{port}\"\n");
    let _edge = gateway(&context, GATEWAY, "hub", &metrics, &field);
    drained(&context);
    let own = "our own certificate (mqtt.cert_file) ends in 9 days";
    let brokers = "the broker's certificate (as of the last connection) ends in 19 days";
    let authority = "the authority's certificate";

    let edge_toml = context.path("edge.toml");
    let (code, said, _) = outcome(hanqing().args(["status", "-c"]).arg(&edge_toml));
    assert_eq!(code, Some(0));
    assert!(said.contains(own) && said.contains(brokers), "{said}");
    for file in ["edge.toml", "hub.toml"] {
        let (code, said, _) = outcome(hanqing().arg("check").arg(context.path(file)));
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(own) && !said.contains(authority), "{said}");
    }
    let health = wait_for("the hub's warnings", || {
        let answer = get(context.page_port(), "/health").map_err(|e| e.to_string())?;
        if answer.contains(brokers) { Ok(answer) } else { Err(answer) }
    });
    assert!(health.contains(own) && !health.contains(authority), "{health}");
    for (page, name) in
        [(context.page_port(), "hanqing_hub_certificate"), (port, "hanqing_certificate")]
    {
        let answer = get(page, "/metrics").unwrap();
        for (whose, from, to) in
            [("own", 9.0, 10.0), ("broker", 19.0, 20.0), ("authority", 3649.0, 3650.0)]
        {
            let name = format!("{name}_expires_seconds{{certificate=\"{whose}\"}} ");
            let line = answer.lines().find_map(|line| line.strip_prefix(&name));
            let days = line.unwrap().parse::<f64>().unwrap() / 86_400.0;
            assert!((from..=to).contains(&days), "{name}{days}");
        }
    }
    logged(&context, "edge", own, 1);
    logged(&context, "hub", own, 1);
    logged(&context, "hub", brokers, 1);
    assert!(!context.log("edge").contains(authority), "{}", context.log("edge"));
}

#[test]
fn a_hub_outlives_a_hangup() {
    let context = Context::new();
    context.hub_config();
    let mut hub = context.hub();
    logged(&context, "hub", "hub running", 1);
    let mut hangup = Command::new("kill");
    assert!(hangup.args(["-HUP", &hub.0.id().to_string()]).status().unwrap().success());
    // It reads its configuration again, and runs on.
    logged(&context, "hub", "configuration reloaded", 1);
    logged(&context, "hub", "hub running", 2);
    assert!(hub.runs());
}

#[test]
fn make_certificates_overwrites_nothing_and_keeps_keys_to_itself() {
    use std::os::unix::fs::PermissionsExt;
    let context = Context::new();
    let folder = office(&context, "certs");
    let contents = || {
        let mut files: Vec<(PathBuf, Vec<u8>)> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), std::fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    };
    let before = contents();
    assert_eq!(before.len(), 10, "something is left over");
    for (path, _) in &before {
        let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let expected = if path.extension().unwrap() == "key" { 0o600 } else { 0o644 };
        assert_eq!(mode, expected, "{}", path.display());
    }
    for (arguments, told) in [
        (&["authority"][..], "ca.pem is there already"),
        (&["broker", "localhost"], "broker.pem is there already"),
        (&["client", "gw-new", GATEWAY], "gw-test.pem is there already"),
        (&["client", "gw+"], "gw+ is no name of a gateway"),
        (&["broker", "a b"], "a b is neither a host name nor an address"),
        (&["client"], "hanqing-hub, hanqing-push, and each gateway"),
    ] {
        let (code, printed, error) = outcome(
            Command::new("sh")
                .arg(repository("deploy/mosquitto/make-certificates"))
                .arg(&folder)
                .args(arguments),
        );
        assert_ne!(code, Some(0), "{arguments:?}: {printed}");
        assert!(error.contains(told), "{arguments:?}: {error}");
        assert_eq!(contents(), before, "{arguments:?}");
    }
}
