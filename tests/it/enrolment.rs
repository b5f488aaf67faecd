//! A gateway gets its certificate with a one-time code, from a hub that runs, and is let in by the broker with it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::context::{
    Context, GATEWAY, Process, free_port, hanqing, outcome, repository, wait_for,
};
use crate::daemon::signal;
use crate::peers::Pymodbus;
use crate::tls;

const LEVEL: &str = "pond-dongmen-1/level";

/// An office with certificates whose hub signs those of gateways.
struct Office {
    context: Context,
    port: u16,
}

impl Office {
    fn new(authority: &Path, key: &Path, context: Context) -> Self {
        let port = free_port();
        let config = std::fs::read_to_string(context.hub_config()).unwrap();
        let plain = format!("[mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\n", context.broker_port());
        assert!(config.contains(&plain), "{config}");
        let config = config.replace(&plain, &tls::mqtt(&context, "certs", "hanqing-hub"));
        let enroll = format!(
            "[enroll]\nlisten = \"127.0.0.1:{port}\"\nauthority_file = {authority:?}\nauthority_key_file = {key:?}\n\
             broker_url = \"mqtts://localhost:{}\"\ndays = 60\n",
            context.broker_port(),
        );
        context.write("hub.toml", &format!("{config}{enroll}"));
        Self { context, port }
    }

    fn with_certificates() -> Self {
        let context = Context::new();
        let certs = tls::office(&context, "certs");
        Self::new(&certs.join("ca.pem"), &certs.join("ca.key"), context)
    }

    fn hub(&self) -> Process {
        let taken = |log: &str| log.matches("gateways can ask for certificates").count();
        let before = taken(&self.context.log("hub"));
        let hub = self.context.hub();
        wait_for("the hub to take enrolments", || {
            let log = self.context.log("hub");
            if taken(&log) > before { Ok(()) } else { Err(log) }
        });
        hub
    }

    /// Runs a command of the office.
    fn command(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        outcome(hanqing().args(arguments).arg("-c").arg(self.context.path("hub.toml")))
    }

    /// A code for the gateway, as the command prints it.
    fn invite(&self, gateway: &str) -> String {
        let (code, said, told) = self.command(&["gateway", "invite", gateway]);
        assert_eq!(code, Some(0), "{said}{told}");
        assert!(said.contains(&format!("hanqing enroll --hub 127.0.0.1:{}", self.port)), "{said}");
        let printed = said.lines().map(str::trim).find(|line| line.matches('-').count() == 8);
        printed.unwrap_or_else(|| panic!("no code in {said}")).to_owned()
    }

    /// A gateway asks, with the code as the first line of standard input.
    fn enroll(&self, code: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
        self.enroll_at(self.port, code, arguments)
    }

    fn enroll_at(
        &self,
        port: u16,
        code: &str,
        arguments: &[&str],
    ) -> (Option<i32>, String, String) {
        let mut command = self.asks(port);
        command.args(arguments);
        typing(command, code)
    }

    /// The command of the gateway.
    fn asks(&self, port: u16) -> Command {
        let mut command = hanqing();
        command.args(["enroll", "--hub", &format!("127.0.0.1:{port}"), "-c"]);
        command.arg(self.context.path("edge.toml"));
        command
    }

    /// A gateway that polls a level each second, and has no certificate yet.
    fn gateway_config(&self, field: &Pymodbus) {
        self.context.write(
            "edge.toml",
            &format!(
                "gateway = \"{GATEWAY}\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:1\"\n[spool]\npath = {:?}\n\
                 [clock]\ntrust = \"always\"\n[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\n\
                 [[bus.device]]\nunit = 1\nprofile = \"qdy30\"\nstation = \"pond-dongmen-1\"\n",
                self.context.path("spool.db"),
                field.port
            ),
        );
    }
}

/// The file that the gateway's configuration names since it has enrolled.
fn named(context: &Context, setting: &str) -> PathBuf {
    let overlay = std::fs::read_to_string(context.path("conf.d/edge/enrolled.toml")).unwrap();
    let line = overlay.lines().find_map(|line| line.strip_prefix(&format!("{setting} = ")));
    line.unwrap_or_else(|| panic!("no {setting} in {overlay}")).trim_matches('"').into()
}

/// Runs a command with the code as the first line of its standard input.
fn typing(mut command: Command, code: &str) -> (Option<i32>, String, String) {
    let running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = running.spawn().unwrap();
    let typed = format!("{code}\n");
    running.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let ended = running.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (ended.status.code(), text(ended.stdout), text(ended.stderr))
}

fn openssl(arguments: &[&str], file: &Path) -> String {
    let (code, said, told) = outcome(Command::new("openssl").args(arguments).arg(file));
    assert_eq!(code, Some(0), "{said}{told}");
    said
}

/// What openssl says of a gateway's certificate, signed by the authority in `ca`.
fn assert_certificate(certificate: &Path, ca: &Path) {
    let verified = openssl(
        &["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", ca.to_str().unwrap()],
        certificate,
    );
    assert!(verified.ends_with(": OK\n"), "{verified}");
    let text = openssl(&["x509", "-noout", "-text", "-in"], certificate);
    for says in [
        &format!("Subject: CN = {GATEWAY}\n"),
        "id-ecPublicKey",
        "X509v3 Basic Constraints: critical\n                CA:FALSE",
        "X509v3 Key Usage: critical\n                Digital Signature\n",
        "X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n",
        "X509v3 Authority Key Identifier",
        "X509v3 Subject Key Identifier",
    ] {
        assert!(text.contains(says), "{says} is not in {text}");
    }
    assert!(!text.contains("Alternative Name"), "{text}");
}

#[test]
fn a_gateway_gets_its_certificate_by_a_code_and_its_readings_arrive() {
    let office = Office::with_certificates();
    let context = &office.context;
    let field = Pymodbus::start(&json!({"1": {"2": [16, 3, 2350]}}));
    let _broker = tls::broker(context, "certs");
    let _hub = office.hub();
    office.gateway_config(&field);
    let code = office.invite(GATEWAY);
    // As people type, and first with a mistake.
    let mut mistyped = code.clone();
    let last = mistyped.pop().unwrap();
    mistyped.push(if last == '7' { '8' } else { '7' });
    let (ended, said, told) = office.enroll(&mistyped, &[]);
    assert_eq!((ended, said.as_str()), (Some(2), ""), "{told}");
    assert!(told.contains("mistyped"), "{told}");
    let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
    let (ended, said, told) = office.enroll(&typed, &[]);
    assert_eq!(ended, Some(0), "{said}{told}");
    let own = |file: &str| context.path(file);
    assert_certificate(&named(context, "cert_file"), &own("ca.pem"));
    let _edge = context.edge();
    wait_for("a reading in the store", || match context.readings(LEVEL).first() {
        Some(first) if first.value() == Some(2.35) => Ok(()),
        first => Err(format!("{first:?}, {}", context.log("edge"))),
    });
    // Once: another machine gets nothing for it, and nothing is told but that.
    let elsewhere = own("elsewhere");
    let (ended, said, told) =
        office.enroll(&code, &["--dir", elsewhere.to_str().unwrap(), "--renew"]);
    assert_eq!((ended, said.as_str()), (Some(1), ""), "{told}");
    assert!(told.contains("another key has used the code"), "{told}");
    let (_, audit, _) = office.command(&["user", "audit"]);
    for deed in ["made an enrolment code", "signed a gateway's certificate"] {
        assert!(audit.contains(deed) && audit.contains(GATEWAY), "{audit}");
    }
    let (_, listed, _) = office.command(&["gateway", "list"]);
    assert!(listed.contains(GATEWAY) && listed.contains("used "), "{listed}");
    let letters = code.replace('-', "");
    for log in [context.log("hub"), context.log("edge")] {
        assert!(!log.contains(&code) && !log.contains(&letters[..16]), "{log}");
    }
}

#[test]
fn a_certificate_is_renewed_while_the_gateway_runs() {
    let office = Office::with_certificates();
    let context = &office.context;
    let field = Pymodbus::start(&json!({"1": {"2": [16, 3, 2350]}}));
    let _broker = tls::broker(context, "certs");
    let _hub = office.hub();
    office.gateway_config(&field);
    assert_eq!(office.enroll(&office.invite(GATEWAY), &[]).0, Some(0));
    let edge = context.edge();
    let connected = |times: usize| {
        wait_for("a connection", || {
            let log = context.log("edge");
            if log.matches("connected to the broker").count() >= times { Ok(()) } else { Err(log) }
        });
    };
    connected(1);
    let code = office.invite(GATEWAY);
    let pair = || ["key_file", "cert_file"].map(|setting| named(context, setting));
    let before = pair();
    let (ended, _, told) = office.enroll(&code, &[]);
    assert_eq!(ended, Some(2), "{told}");
    assert!(told.contains("is there already") && told.contains("--renew"), "{told}");
    let (ended, said, told) = office.enroll(&code, &["--renew"]);
    assert_eq!(ended, Some(0), "{said}{told}");
    assert!(said.contains("reload-or-restart"), "{said}");
    for old in &before {
        assert!(said.contains(&format!("removed the old {}", old.display())), "{said}");
        assert!(!old.exists(), "{said}");
    }
    assert_ne!(pair(), before);
    // What systemctl reload does.
    signal(&edge, "HUP");
    connected(2);
    let left: Vec<PathBuf> = std::fs::read_dir(context.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "old" || end == "new"))
        .collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}

#[test]
fn a_hub_with_an_old_authority_and_names_of_the_office_are_told_when_inviting() {
    let office = Office::with_certificates();
    let context = &office.context;
    let _hub = office.hub();
    let invited = |name: &str| office.command(&["gateway", "invite", name]);
    for name in ["hanqing-hub", "ca", "broker"] {
        let (ended, said, told) = invited(name);
        assert_eq!((ended, said.as_str()), (Some(2), ""), "{told}");
        assert!(told.contains("is a name of the office itself"), "{told}");
    }
    let (ended, _, told) = invited(GATEWAY);
    assert_eq!((ended, told.as_str()), (Some(0), ""));
    // The office has a new authority, and the hub was not told to read it.
    let other = tls::office(context, "other");
    for file in ["ca.pem", "ca.key"] {
        std::fs::copy(other.join(file), context.path("certs").join(file)).unwrap();
    }
    let (ended, _, told) = invited(GATEWAY);
    assert_eq!(ended, Some(0), "{told}");
    assert!(told.contains("has another authority"), "{told}");
}

#[test]
fn a_man_in_the_middle_is_told_nothing() {
    let office = Office::with_certificates();
    let context = &office.context;
    let _hub = office.hub();
    let code = office.invite(GATEWAY);
    // He has an authority of his own, and whatever the office's shows in public.
    let other = tls::office(context, "other");
    let his = std::fs::read(other.join("broker.pem")).unwrap();
    let theirs = std::fs::read(context.path("certs/ca.pem")).unwrap();
    std::fs::write(other.join("chain.pem"), [his, theirs].concat()).unwrap();
    let file = |name: &str| other.join(name);
    for chain in ["broker.pem", "chain.pem"] {
        let port = free_port();
        let heard = std::fs::File::create(context.path("heard")).unwrap();
        let server = Command::new("openssl")
            .args(["s_server", "-accept", &port.to_string(), "-cert"])
            .arg(file("broker.pem"))
            .arg("-cert_chain")
            .arg(file(chain))
            .arg("-key")
            .arg(file("broker.key"))
            .stdin(Stdio::piped())
            .stdout(heard.try_clone().unwrap())
            .stderr(heard)
            .spawn()
            .unwrap();
        let mut server = Process(server);
        wait_for("the man in the middle", || {
            assert!(server.runs());
            let heard = std::fs::read_to_string(context.path("heard")).unwrap();
            if heard.contains("ACCEPT") { Ok(()) } else { Err(heard) }
        });
        let (ended, said, told) = office.enroll_at(port, &code, &["--gateway", GATEWAY]);
        assert_eq!((ended, said.as_str()), (Some(1), ""), "{told}");
        assert!(told.contains("is not the hub that the code is from"), "{told}");
        server.kill();
        let heard =
            String::from_utf8_lossy(&std::fs::read(context.path("heard")).unwrap()).into_owned();
        assert!(!heard.contains("secret") && !heard.contains("enroll HTTP"), "{heard}");
    }
    // The code is still good at the right one.
    let (ended, said, told) = office.enroll(&code, &[]);
    assert_eq!(ended, Some(0), "{said}{told}");
    assert!(said.contains(&format!("hanqing init edge --gateway {GATEWAY} --out")), "{said}");
}

#[test]
fn a_gateway_whose_clock_is_in_1970_is_told_so_and_the_code_stays_good() {
    let office = Office::with_certificates();
    let context = &office.context;
    let _hub = office.hub();
    let code = office.invite(GATEWAY);
    let library = context.path("shifted_clock.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library);
    let compiled = compiler.arg(repository("tests/shifted_clock.c")).status().unwrap();
    assert!(compiled.success(), "cannot build tests/shifted_clock.c");
    let shift = 86_400 - jiff::Timestamp::now().as_second();
    let mut command = office.asks(office.port);
    command
        .env("LD_PRELOAD", &library)
        .env("SHIFT_CLOCK", context.write("shift", &shift.to_string()));
    let (ended, said, told) = typing(command, &code);
    assert_eq!((ended, said.as_str()), (Some(1), ""), "{told}");
    assert!(told.contains("clock says 1970-01-02") && told.contains("timedatectl"), "{told}");
    assert!(!context.log("hub").contains("gets no certificate"), "{}", context.log("hub"));
    let (ended, said, told) = office.enroll(&code, &[]);
    assert_eq!(ended, Some(0), "{said}{told}");
}

#[test]
fn an_authority_with_an_rsa_key_signs_too_and_codes_are_made_while_the_hub_is_away() {
    let context = Context::new();
    tls::office(&context, "certs");
    let [ca, key] = ["rsa.pem", "rsa.key"].map(|name| context.path(name));
    let made = outcome(
        Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "900",
                "-subj",
                "/CN=old authority",
            ])
            .args(["-addext", "keyUsage=critical,keyCertSign,cRLSign", "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&ca),
    );
    assert_eq!(made.0, Some(0), "{made:?}");
    let office = Office::new(&ca, &key, context);
    let checked = outcome(hanqing().arg("check").arg(office.context.path("hub.toml")));
    assert_eq!(checked.0, Some(0), "{checked:?}");
    let mut hub = office.hub();
    hub.kill();
    let (ended, said, told) = office.command(&["gateway", "invite", GATEWAY]);
    assert_eq!(ended, Some(0), "{said}{told}");
    assert!(told.contains("start it"), "{told}");
    let code = said.lines().map(str::trim).find(|line| line.matches('-').count() == 8).unwrap();
    let (ended, _, told) = office.enroll(code, &[]);
    assert_eq!(ended, Some(1), "{told}");
    assert!(told.contains("the code is still good"), "{told}");
    let _hub = office.hub();
    // The name is that of the code: there is no configuration that says another.
    let (ended, said, told) = office.enroll(code, &[]);
    assert_eq!(ended, Some(0), "{said}{told}");
    let context = &office.context;
    assert_certificate(&named(context, "cert_file"), &context.path("ca.pem"));
}

#[test]
fn a_hub_without_an_authority_and_a_wrong_one_say_what_to_do() {
    let office = Office::with_certificates();
    let context = &office.context;
    let config = std::fs::read_to_string(context.path("hub.toml")).unwrap();
    let check = |text: &str| {
        context.write("hub.toml", text);
        let (code, said, told) = outcome(hanqing().arg("check").arg(context.path("hub.toml")));
        assert_eq!(told, "");
        (code, said)
    };
    assert_eq!(check(&config).0, Some(0), "{config}");
    for (from, to, says) in [
        ("certs/ca.key", "certs/broker.key", "enroll.authority_key_file"),
        ("certs/ca.pem\"\nauthority_key", "certs/broker.pem\"\nauthority_key", "enroll.authority"),
        ("broker_url = \"mqtts", "broker_url = \"mqtt", "enroll.broker_url"),
        ("days = 60", "days = 1", "enroll.days"),
        ("listen = \"127.0.0.1:", "listen = \"0.0.0.0:", "enroll.host"),
    ] {
        // Of the table at the end of the file.
        let (head, enroll) = config.split_once("[enroll]").unwrap();
        assert!(enroll.contains(from), "{enroll}");
        let (code, said) = check(&format!("{head}[enroll]{}", enroll.replace(from, to)));
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(says), "{says}: {said}");
    }
    let (without, _) = config.split_once("[enroll]").unwrap();
    context.write("hub.toml", without);
    let mut hub = context.hub();
    wait_for("the store", || {
        if context.path("users.db").exists() { Ok(()) } else { Err(context.log("hub")) }
    });
    let (code, _, told) = office.command(&["gateway", "invite", GATEWAY]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("[enroll]"), "{told}");
    hub.kill();
}
