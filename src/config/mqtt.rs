//! What a gateway's and a hub's file say of the broker.

use std::path::Path;

use crate::core::Problem;
use crate::mqtt::MqttSettings;

/// Most batches on their way at once. Beyond it the broker's own window, 200 in most, makes the client wait anyway.
const WINDOW_MAX: u16 = 100;

/// Least seconds of silence after which the connection is tested, as `MqttSettings::keep_alive_s` states.
const KEEP_ALIVE_MIN_S: u16 = 5;

/// Most: an hour. Longer, and a dead connection is found hours late. Engineering judgement.
const KEEP_ALIVE_MAX_S: u16 = 3600;

/// Every problem of `mqtt`, with paths from the top of the file.
pub(super) fn check(mqtt: &MqttSettings) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |path: &str, value: &dyn std::fmt::Display, rule: &str, hint: &str| {
        problems.push(Problem::new(path, value, rule, hint));
    };
    match mqtt.endpoint() {
        Err(fault) => add(
            "mqtt.url",
            &without_password(&mqtt.url),
            &fault,
            "mqtts://broker.example.org:8883, or mqtt://127.0.0.1:1883 on this machine",
        ),
        Ok(endpoint) => {
            if !endpoint.tls && !endpoint.is_loopback() && !mqtt.allow_plaintext {
                add(
                    "mqtt.url",
                    &mqtt.url,
                    "is not encrypted and leaves this machine",
                    "use mqtts, or set mqtt.allow_plaintext = true and accept that readings can be read and forged",
                );
            }
            if !endpoint.tls && (mqtt.cert_file.is_some() || mqtt.key_file.is_some()) {
                add(
                    "mqtt.url",
                    &mqtt.url,
                    "is not encrypted, and so no certificate is shown",
                    "use mqtts, or leave out cert_file and key_file",
                );
            }
            if endpoint.tls && mqtt.ca_file.is_none() {
                add(
                    "mqtt.ca_file",
                    &"",
                    "is required by mqtts",
                    "give the certificate of the authority that signed the broker's, PEM",
                );
            }
        }
    }
    for (path, missing, with) in [
        ("mqtt.key_file", mqtt.key_file.is_none() && mqtt.cert_file.is_some(), "cert_file"),
        ("mqtt.cert_file", mqtt.cert_file.is_none() && mqtt.key_file.is_some(), "key_file"),
    ] {
        if missing {
            add(
                path,
                &"",
                &format!("is required with {with}"),
                "a client has a certificate and its private key, or neither",
            );
        }
    }
    for (path, file) in [
        ("mqtt.password_file", &mqtt.password_file),
        ("mqtt.ca_file", &mqtt.ca_file),
        ("mqtt.cert_file", &mqtt.cert_file),
        ("mqtt.key_file", &mqtt.key_file),
    ] {
        if let Some(file) = file
            && !Path::new(file).is_file()
        {
            add(
                path,
                &file.display(),
                "is no file that can be seen",
                "correct the path, or let this user into the directory",
            );
        }
    }
    if mqtt.user.as_ref().is_some_and(|user| user.trim().is_empty()) {
        add("mqtt.user", &"\"\"", "must not be empty", "leave it out");
    }
    if mqtt.password_file.is_some() && mqtt.user.is_none() {
        add(
            "mqtt.user",
            &"",
            "is required with password_file",
            "MQTT sends no password without a user",
        );
    }
    if !(1..=WINDOW_MAX).contains(&mqtt.window) {
        add("mqtt.window", &mqtt.window, "must be 1 to 100", "leave it out for 16");
    }
    if !(KEEP_ALIVE_MIN_S..=KEEP_ALIVE_MAX_S).contains(&mqtt.keep_alive_s) {
        add("mqtt.keep_alive_s", &mqtt.keep_alive_s, "must be 5 to 3600 s", "leave it out for 30");
    }
    // What is in the files is looked at where nothing else is wrong with them: one problem, one line.
    if !problems.iter().any(|p| p.path.ends_with("_file"))
        && let Err(problem) = crate::mqtt::check_files(mqtt)
    {
        problems.push(problem);
    }
    problems
}

/// `url`, fit to be printed: a password in it is a mistake, and not to be spread.
pub(super) fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        (None, Some((_, host))) => format!("***@{host}"),
        _ => url.into(),
    }
}
