//! What docs/security.md says of secrets, files and revoked gateways; and that each test which it and
//! docs/reliability.md name is there.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use hanqing::core::{Flag, Reason};
use hanqing::store::{Sqlite, Store};
use hanqing::wire::Batch;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::context::{Context, Process, hanqing, outcome, repository, wait_for};
use crate::hostile::client::{Client, Login, Protocol};
use crate::hostile::scene::{PASSWORD, logged, passwords, tail};
use crate::office::office;
use crate::peers::{mosquitto_with, publish};
use crate::tls;
use crate::tls_problems::{settings_of, told};

/// Names of tests in a document: in backticks, module and name with `::` between.
fn named_tests(text: &str) -> Vec<&str> {
    let code = text.split('`').skip(1).step_by(2);
    code.filter(|word| word.contains("::") && !word.contains(' ')).collect()
}

fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

#[test]
fn each_test_that_the_document_names_is_there() {
    let mut all = Vec::new();
    for folder in ["src", "tests"] {
        sources(&repository(folder), &mut all);
    }
    for document in ["docs/security.md", "docs/reliability.md", "docs/comparison.md"] {
        let text = std::fs::read_to_string(repository(document)).unwrap();
        let tests = named_tests(&text);
        assert!(tests.len() >= 30, "{document}: {tests:?}");
        let absent = |test: &&&str| {
            let (module, name) = test.rsplit_once("::").unwrap();
            let file = module.rsplit("::").next().unwrap();
            let function = format!("fn {name}(");
            !all.iter().any(|(path, text)| {
                let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
                let here = parts.iter().any(|part| part.trim_end_matches(".rs") == file);
                here && text.contains(&function)
                    && (text.contains("#[test]") || text.contains("#[tokio::test"))
            })
        };
        let absent: Vec<&&str> = tests.iter().filter(absent).collect();
        assert!(absent.is_empty(), "{document}: {absent:?}");
    }
}

#[test]
fn what_a_hub_writes_is_not_for_everybody() {
    let context = Context::new();
    context.hub_config();
    let (_broker, _hub) = office(&context);
    publish(
        context.broker_port(),
        &[("hanqing/v1/gw-x/readings", reading("gw-x", 1, now_ms()))],
        false,
    );
    wait_for("the reading", || match context.readings(LEVEL).len() {
        0 => Err(tail(&context.log("hub"))),
        _ => Ok(()),
    });
    for file in ["store.db", "store.db-wal", "ledger.db", "users.db"] {
        let mode = std::fs::metadata(context.path(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o007, 0, "{file} has mode {mode:o}");
    }
    let copy = context.path("copy");
    std::fs::create_dir(&copy).unwrap();
    let backup = outcome(
        hanqing().arg("backup").arg("-c").arg(context.path("hub.toml")).arg("--out").arg(&copy),
    );
    assert_eq!(backup.0, Some(0), "{backup:?}");
    let made = std::fs::read_dir(&copy).unwrap().next().unwrap().unwrap();
    let files: Vec<_> = std::fs::read_dir(made.path()).unwrap().map(Result::unwrap).collect();
    assert!(files.len() >= 2, "{files:?}");
    for file in files.iter().filter(|file| file.path().extension().is_some_and(|end| end == "db")) {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o007, 0, "{file:?} has mode {mode:o}");
    }
}

#[test]
fn what_a_gateway_writes_is_not_for_everybody() {
    let context = Context::new();
    context.edge_config(
        "[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:9\"\ninterval_s = 1\n\
         [[bus.device]]\nunit = 1\nprofile = \"qdy30\"\nstation = \"pond-dongmen-1\"\n",
    );
    let _edge = context.edge();
    context.spool();
    let mode = std::fs::metadata(context.path("spool.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o007, 0, "{mode:o}");
}

#[test]
fn a_password_is_never_repeated() {
    let context = Context::new();
    let config = std::fs::read_to_string(context.hub_config()).unwrap();
    let wrong = config.replace("[mqtt]\n", "[mqtt]\npassword = \"SECRETPW\"\n");
    let file = context.write("hub.toml", &wrong);
    let (code, said, told) = outcome(hanqing().arg("check").arg(&file));
    assert_ne!(code, Some(0));
    assert!(!said.contains("SECRETPW") && !told.contains("SECRETPW"), "{said}{told}");
    let (code, said, told) =
        outcome(hanqing().env("HANQING__MQTT__PASSWORD", "SECRETPW").args(["hub", "-c"]).arg(file));
    assert_ne!(code, Some(0));
    assert!(!said.contains("SECRETPW") && !told.contains("SECRETPW"), "{said}{told}");
}

#[test]
fn a_store_has_one_hub_at_a_time() {
    let context = Context::new();
    context.hub_config();
    let (_broker, _hub) = office(&context);
    let mut second = hanqing();
    second.args(["hub", "-c"]).arg(context.path("hub.toml")).args([
        "--set",
        "client_id=second",
        "--set",
        &format!("web.listen=127.0.0.1:{}", crate::context::free_port()),
    ]);
    let (code, said, told) = outcome(&mut second);
    assert_eq!(code, Some(1), "{said}{told}");
    assert!(told.contains("another hanqing hub"), "{told}");
}

const LEVEL: &str = "pond-dongmen-1/level";

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

fn reading(gateway: &str, seq: u64, at_ms: i64) -> Vec<u8> {
    let batch = json!({
        "v": 1, "gateway": gateway, "epoch": "00000000000000aa", "seq": seq, "at": at_ms,
        "series": [LEVEL], "readings": [[0, 0, 218.0]],
    });
    batch.to_string().into_bytes()
}

/// Runs a command on the hub's files while it runs.
fn command(context: &Context, arguments: &[&str]) -> String {
    let (code, said, told) =
        outcome(hanqing().args(arguments).arg("-c").arg(context.path("hub.toml")));
    assert_eq!(code, Some(0), "{arguments:?}: {said}{told}");
    said
}

#[test]
fn a_revoked_gateway_counts_no_more_and_nothing_is_deleted() {
    let context = Context::new();
    context.hub_config();
    // What came before it was stolen, and what came after: that may have any time.
    let before = Timestamp::now() - SignedDuration::from_hours(72);
    let mut store = Sqlite::open(&context.path("store.db")).unwrap();
    let old = Batch::from_bytes(&reading("gw-x", 1, before.as_millisecond())).unwrap();
    store.commit(&[old], before).unwrap();
    drop(store);
    let (_broker, _hub) = office(&context);
    let topic = "hanqing/v1/gw-x/readings";
    let port = context.broker_port();
    publish(port, &[(topic, reading("gw-x", 2, before.as_millisecond() + 1))], false);
    let readings = |count: usize| {
        wait_for("readings", || match context.readings(LEVEL) {
            readings if readings.len() == count => Ok(readings),
            other => Err((other, tail(&context.log("hub")))),
        })
    };
    readings(2);
    let since = Timestamp::from_millisecond(now_ms() - 86_400_000).unwrap().strftime("%Y-%m-%d");
    command(&context, &["gateway", "revoke", "gw-x", "--since", &since.to_string()]);
    let value = wait_for("a rejected reading", || {
        let found = readings(2);
        let rejected = |nth: usize| {
            found[nth].flag == Flag::Fail && found[nth].reason == Some(Reason::Revoked)
        };
        match (rejected(0), rejected(1)) {
            (false, true) => Ok(found[1].value()),
            other => Err((other, found)),
        }
    });
    assert_eq!(value, Some(218.0));
    // What it sends now is set aside.
    publish(port, &[(topic, reading("gw-x", 3, now_ms()))], false);
    wait_for("a reason", || match context.quarantine() {
        rows if rows.iter().any(|(from, why)| from == topic && why.contains("revoked")) => Ok(()),
        rows => Err((rows, tail(&context.log("hub")))),
    });
    readings(2);
    let listed = command(&context, &["gateway", "list"]);
    assert!(listed.contains("gw-x") && listed.contains("revoked"), "{listed}");
    // The station goes to the gateway that takes its place.
    command(&context, &["gateway", "pin", "pond-dongmen-1", "gw-y"]);
    publish(port, &[("hanqing/v1/gw-y/readings", reading("gw-y", 1, now_ms()))], false);
    readings(3);
}

#[test]
fn a_gateway_is_shut_out_at_the_broker() {
    let context = Context::new();
    let port = context.broker_port();
    let rights = std::fs::read_to_string(repository("deploy/mosquitto/hanqing.acl")).unwrap();
    let file = context.write("rights", &rights);
    let broker = mosquitto_with(
        &context,
        &format!(
            "user root\nlistener {port} 127.0.0.1\nallow_anonymous false\npersistence false\n\
             password_file {}\nacl_file {}\n",
            passwords(&context, &["gw-x", "gw-y"]).display(),
            file.display()
        ),
        port,
    );
    let login = |name: &'static str| {
        let user = Some((name, PASSWORD));
        Client::connect(port, Login { client_id: name, user, protocol: Protocol::V5 })
    };
    let refused = |name: &'static str| {
        let mut client = login(name).unwrap();
        client.publish(&format!("hanqing/v1/{name}/readings"), b"x", false).unwrap();
        client.flush().unwrap();
        client.refused()
    };
    assert_eq!(refused("gw-x"), [0u8; 0]);
    // A line in the list of rights, and its password taken away.
    context.write("rights", &format!("{rights}\nuser gw-x\ntopic deny hanqing/v1/gw-x/#\n"));
    reread(&broker);
    wait_for("a refusal", || match refused("gw-x") {
        reasons if reasons == [0x87] => Ok(()),
        reasons => Err(reasons),
    });
    assert_eq!(refused("gw-y"), [0u8; 0]);
    let mut remove = Command::new("mosquitto_passwd");
    let (code, said, told) = outcome(remove.arg("-D").arg(context.path("passwords")).arg("gw-x"));
    assert_eq!(code, Some(0), "{said}{told}");
    reread(&broker);
    wait_for("a login that is refused", || match login("gw-x") {
        Ok(_) => Err(()),
        Err(_) => Ok(()),
    });
    login("gw-y").unwrap();
}

/// Has mosquitto read its files again.
fn reread(broker: &Process) {
    let sent = Command::new("kill").args(["-HUP", &broker.0.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn a_revoked_certificate_is_turned_away() {
    let context = Context::new();
    let folder = tls::office(&context, "certs");
    let port = context.broker_port();
    let config = tls::shipped(&context, "certs", port);
    let url = format!("mqtts://localhost:{port}");
    let broker = mosquitto_with(&context, &config, port);
    assert_eq!(told(&settings_of("gw-other", url.clone(), &folder)), "connected");
    drop(broker);
    // As docs/security.md says.
    let authority =
        "[ca]\ndefault_ca = office\n[office]\ndatabase = revoked.txt\ndefault_md = sha256\n";
    std::fs::write(folder.join("revoke.cnf"), authority).unwrap();
    std::fs::write(folder.join("revoked.txt"), "").unwrap();
    for arguments in
        [&["-revoke", "gw-other.pem"][..], &["-gencrl", "-crldays", "3650", "-out", "revoked.pem"]]
    {
        let mut openssl = Command::new("openssl");
        openssl.args(["ca", "-config", "revoke.cnf", "-cert", "ca.pem", "-keyfile", "ca.key"]);
        let (code, said, told) = outcome(openssl.args(arguments).current_dir(&folder));
        assert_eq!(code, Some(0), "{said}{told}");
    }
    let crl = format!("crlfile {}\n", folder.join("revoked.pem").display());
    let with_list = config.replace("tls_version ", &format!("{crl}tls_version "));
    assert_ne!(with_list, config);
    let _broker = mosquitto_with(&context, &with_list, port);
    let said = told(&settings_of("gw-other", url.clone(), &folder));
    assert!(said != "connected", "{said}");
    assert_eq!(told(&settings_of("hanqing-hub", url, &folder)), "connected");
}

#[test]
fn a_quarantine_can_be_emptied() {
    let context = Context::new();
    context.hub_config();
    let (_broker, _hub) = office(&context);
    publish(context.broker_port(), &[("hanqing/v1/gw-x/readings", b"hello".to_vec())], false);
    wait_for("a message in the quarantine", || match context.quarantine() {
        rows if rows.is_empty() => Err(tail(&context.log("hub"))),
        _ => Ok(()),
    });
    let help = outcome(hanqing().args(["quarantine", "drop", "--help"]));
    assert_eq!(help.0, Some(0), "{help:?}");
    command(&context, &["quarantine", "drop", "--all"]);
    assert_eq!(context.quarantine(), []);
    logged(&context, "hub", "connected to the broker");
}
