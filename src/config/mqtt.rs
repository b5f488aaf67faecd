//! The broker's settings, as gateways and hubs share them.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use crate::core::Problems;
use crate::mqtt::MqttSettings;

/// Batches under way at once. Beyond 100 the broker's own window, mostly 200, makes the client wait anyway.
const WINDOW: RangeInclusive<u16> = 1..=100;

/// Silence after which the connection is tested, s: at least what `MqttSettings::keep_alive_s` states, at most an hour,
/// after which a dead connection is found too late. Engineering judgement.
const KEEP_ALIVE_S: RangeInclusive<u16> = 5..=3600;

pub(super) fn check(mqtt: &MqttSettings, found: &mut Problems) {
    let before = found.list().len();
    let found = &mut found.at("mqtt");
    match mqtt.endpoint() {
        Err(rule) => found.add(
            "url",
            without_password(&mqtt.url),
            rule,
            "mqtts://broker.example.org:8883, or mqtt://127.0.0.1:1883 on this machine",
        ),
        Ok(endpoint) => {
            found.ensure(
                endpoint.tls || endpoint.is_loopback() || mqtt.allow_plaintext,
                "url",
                &mqtt.url,
                "is not encrypted and leaves this machine",
                "use mqtts, or set mqtt.allow_plaintext = true and accept that readings can be read and forged",
            );
            found.ensure(
                endpoint.tls || mqtt.cert_file.is_none() && mqtt.key_file.is_none(),
                "url",
                &mqtt.url,
                "is not encrypted, so no certificate is shown",
                "use mqtts, or leave out cert_file and key_file",
            );
            found.required(
                !endpoint.tls || mqtt.ca_file.is_some(),
                "ca_file",
                "is required by mqtts",
                "give the certificate of the authority that signed the broker's, PEM",
            );
        }
    }
    let pair = "a client has a certificate and its private key, or neither";
    let (cert, key) = (mqtt.cert_file.is_some(), mqtt.key_file.is_some());
    found.required(key || !cert, "key_file", "is required with cert_file", pair);
    found.required(cert || !key, "cert_file", "is required with key_file", pair);
    for (key, path) in [
        ("password_file", &mqtt.password_file),
        ("ca_file", &mqtt.ca_file),
        ("cert_file", &mqtt.cert_file),
        ("key_file", &mqtt.key_file),
    ] {
        existing_file(key, path.as_ref(), found);
    }
    match &mqtt.user {
        Some(user) => {
            found.text("user", user, "leave it out");
        }
        None => {
            found.required(
                mqtt.password_file.is_none(),
                "user",
                "is required with password_file",
                "MQTT sends no password without a user",
            );
        }
    }
    found.within("window", mqtt.window, WINDOW, "leave it out for 16");
    found.within("keep_alive_s", mqtt.keep_alive_s, KEEP_ALIVE_S, "leave it out for 30");
    // The contents are checked only where every file is there: one mistake, one line.
    let files_are_there = !found.list().iter().skip(before).any(|p| p.path.ends_with("_file"));
    if files_are_there && let Err(problem) = crate::mqtt::check_files(mqtt) {
        found.push(problem);
    }
}

/// A file that has to be there.
pub(super) fn existing_file(key: impl Display, path: Option<&PathBuf>, found: &mut Problems) {
    if let Some(path) = path {
        let hint = "correct the path, or let this user into the directory";
        found.ensure(path.is_file(), key, path.display(), "file not found or not readable", hint);
    }
}

/// `url`, fit to be printed: a password in it is a mistake that must not spread.
pub(super) fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        (None, Some((_, host))) => format!("***@{host}"),
        _ => url.into(),
    }
}
