//! What is said of each way in which a real broker cannot be reached, or does not take us.

use std::path::Path;
use std::process::Command;

use hanqing::mqtt::intake::Intake;
use hanqing::mqtt::{MqttSettings, VersionMemory};

use crate::context::{Context, GATEWAY, free_port, outcome, repository};
use crate::peers::{mosquitto, mosquitto_with};
use crate::tls::{office, shipped};

/// The hub's settings for `url`, with the certificates in `folder`.
fn settings(url: String, folder: &Path) -> MqttSettings {
    settings_of("hanqing-hub", url, folder)
}

/// Settings for `url`, with the certificate of `name` in `folder`.
pub fn settings_of(name: &str, url: String, folder: &Path) -> MqttSettings {
    MqttSettings {
        ca_file: Some(folder.join("ca.pem")),
        cert_file: Some(folder.join(format!("{name}.pem"))),
        key_file: Some(folder.join(format!("{name}.key"))),
        ..MqttSettings::at(url)
    }
}

fn without_certificate(settings: &MqttSettings) -> MqttSettings {
    MqttSettings { cert_file: None, key_file: None, ..settings.clone() }
}

/// What is said of a connection with these settings, as the hub.
pub fn told(settings: &MqttSettings) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let versions = &mut VersionMemory::default();
    let connecting = Intake::connect(settings, "hanqing-hub", None, false, versions);
    match runtime.block_on(connecting) {
        Ok(_) => "connected".into(),
        Err(error) => error.to_string(),
    }
}

/// Holds what is said against the words that it must have.
fn says(settings: &MqttSettings, words: &[&str]) {
    let told = told(settings);
    for word in words {
        assert!(told.contains(word), "{word:?} in {told:?}");
    }
}

/// Makes a certificate of the authority in `folder` that is valid between these times only.
fn dated(folder: &Path, name: &str, extensions: &str, from: &str, to: &str) {
    let run = |arguments: &[&str]| {
        let mut command = Command::new("openssl");
        let (code, printed, told) = outcome(command.args(arguments).current_dir(folder));
        assert_eq!(code, Some(0), "{arguments:?}: {printed}{told}");
    };
    let config = format!(
        "[ca]\ndefault_ca = office\n[office]\ndatabase = dated.index\nnew_certs_dir = .\nrand_serial = yes\n\
         default_md = sha256\npolicy = names\nunique_subject = no\n[names]\ncommonName = supplied\n\
         [extensions]\n{extensions}\n[req]\ndistinguished_name = none\n[none]\n"
    );
    std::fs::write(folder.join("dated.cnf"), config).unwrap();
    std::fs::write(folder.join("dated.index"), "").unwrap();
    let (key, request, certificate) =
        (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
    let subject = format!("/CN={name}");
    run(&[
        "req",
        "-new",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-config",
        "dated.cnf",
        "-subj",
        &subject,
        "-keyout",
        &key,
        "-out",
        &request,
    ]);
    run(&[
        "ca",
        "-batch",
        "-notext",
        "-config",
        "dated.cnf",
        "-extensions",
        "extensions",
        "-cert",
        "ca.pem",
        "-keyfile",
        "ca.key",
        "-startdate",
        from,
        "-enddate",
        to,
        "-in",
        &request,
        "-out",
        &certificate,
    ]);
}

#[test]
fn each_fault_of_certificates_says_what_it_is() {
    let context = Context::new();
    let port = context.broker_port();
    let ours = office(&context, "certs");
    let foreign = office(&context, "foreign");
    dated(&ours, "old", "extendedKeyUsage = clientAuth", "20200101000000Z", "20200201000000Z");
    let _broker = mosquitto_with(&context, &shipped(&context, "certs", port), port);
    let url = format!("mqtts://localhost:{port}");
    let good = settings(url.clone(), &ours);
    says(&good, &["connected"]);
    let place = format!("no connection to localhost:{port}: ");

    let bare = without_certificate(&good);
    says(
        &bare,
        &[&place, "wants a certificate of its clients", "; give mqtt.cert_file and mqtt.key_file"],
    );

    let authority = MqttSettings { ca_file: Some(foreign.join("ca.pem")), ..good.clone() };
    let file = format!("mqtt.ca_file {}", foreign.join("ca.pem").display());
    says(
        &authority,
        &[&place, "was not signed by an authority in", &file, "; copy the authority's certificate"],
    );

    let name = MqttSettings { url: format!("mqtts://127.0.0.1:{port}"), ..good.clone() };
    says(
        &name,
        &[
            "127.0.0.1",
            "is for localhost, 192.0.2.7, and mqtt.url asks for 127.0.0.1",
            "; write one of its names in mqtt.url",
        ],
    );

    let certificate = MqttSettings { ca_file: good.ca_file.clone(), ..settings(url, &foreign) };
    let file = format!("mqtt.cert_file {}", foreign.join("hanqing-hub.pem").display());
    says(&certificate, &[&place, "does not know the authority", &file, "; take a certificate"]);

    let expired = MqttSettings {
        cert_file: Some(ours.join("old.pem")),
        key_file: Some(ours.join("old.key")),
        ..good.clone()
    };
    says(&expired, &[&place, "old.pem has expired", "; have it renewed"]);

    let plain = MqttSettings::at(format!("mqtt://localhost:{port}"));
    says(&plain, &[&place, &format!("TLS on port {port}"), "write mqtts in mqtt.url"]);

    let key = MqttSettings { key_file: Some(ours.join(format!("{GATEWAY}.key"))), ..good };
    says(&key, &["mqtt.key_file = ", "gw-test.key: does not belong to mqtt.cert_file ", "; copy"]);
}

#[test]
fn a_brokers_certificate_out_of_time_is_told_with_both_clocks() {
    let context = Context::new();
    let folder = office(&context, "certs");
    let names = "subjectAltName = DNS:localhost";
    for (from, to, words) in [
        (
            "20200101000000Z",
            "20200201000000Z",
            ["expired at 2020-02-01T00:00:00Z", "this machine's clock says 2", "; renew"],
        ),
        (
            "20950101000000Z",
            "20960101000000Z",
            ["valid from 2095-01-01T00:00:00Z", "this machine's clock says 2", "; set the clock"],
        ),
    ] {
        for file in ["broker.pem", "broker.key"] {
            std::fs::remove_file(folder.join(file)).unwrap();
        }
        dated(&folder, "broker", names, from, to);
        let port = free_port();
        let _broker = mosquitto_with(&context, &shipped(&context, "certs", port), port);
        says(&settings(format!("mqtts://localhost:{port}"), &folder), &words);
    }
}

#[test]
fn a_port_without_tls_or_without_anybody_is_told() {
    let context = Context::new();
    let folder = office(&context, "certs");
    let _broker = mosquitto(&context);
    let port = context.broker_port();
    let good = settings(format!("mqtts://localhost:{port}"), &folder);
    says(&good, &["speaks none on port", &port.to_string(), "; correct the port in mqtt.url"]);

    let nobody = free_port();
    let good = settings(format!("mqtts://localhost:{nobody}"), &folder);
    says(&good, &[&format!("nothing listens on port {nobody}"), "; start the broker"]);

    // The C library refuses a name that begins so, without asking a name server.
    let good = settings(format!("mqtts://-pond.invalid:{nobody}"), &folder);
    says(&good, &["the name -pond.invalid cannot be looked up", "; correct mqtt.url"]);
}

#[test]
fn a_wrong_password_is_told() {
    let context = Context::new();
    let port = context.broker_port();
    let file = context.path("passwd");
    let (code, printed, error) = outcome(
        Command::new("mosquitto_passwd")
            .args(["-b", "-c"])
            .arg(&file)
            .args(["hanqing-hub", "right"]),
    );
    assert_eq!(code, Some(0), "{printed}{error}");
    let config = format!(
        "user root\nlistener {port} 127.0.0.1\nallow_anonymous false\npassword_file {}\nacl_file {}\npersistence false\n",
        file.display(),
        repository("deploy/mosquitto/hanqing.acl").display(),
    );
    let _broker = mosquitto_with(&context, &config, port);
    let with = |password: &str| MqttSettings {
        user: Some("hanqing-hub".into()),
        password_file: Some(context.write("password", password)),
        ..MqttSettings::at(format!("mqtt://127.0.0.1:{port}"))
    };
    says(&with("right\n"), &["connected"]);
    says(
        &with("wrong"),
        &[
            "it refuses mqtt.user \"hanqing-hub\"",
            "not authorised",
            "; mosquitto says so of a wrong password",
        ],
    );
    let nobody = MqttSettings::at(format!("mqtt://127.0.0.1:{port}"));
    says(&nobody, &["it refuses a client without mqtt.user"]);
}
