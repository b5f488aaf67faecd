//! The broker's settings, as gateways and hubs share them.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use crate::core::{Problem, Problems};
use crate::locales::{config as words, mqtt as own};
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
        Err(rule) => {
            found.add("url", without_password(&mqtt.url), rule, words::broker_examples());
        }
        Ok(endpoint) => {
            found.ensure(
                endpoint.tls || endpoint.is_loopback() || mqtt.allow_plaintext,
                "url",
                &mqtt.url,
                words::not_encrypted(),
                words::encrypt_or_accept(),
            );
            found.ensure(
                endpoint.tls || mqtt.cert_file.is_none() && mqtt.key_file.is_none(),
                "url",
                &mqtt.url,
                words::shows_no_certificate(),
                words::encrypt_or_no_certificate(),
            );
            found.required(
                !endpoint.tls || mqtt.ca_file.is_some(),
                "ca_file",
                own::required_by_mqtts(),
                own::give_authority(),
            );
        }
    }
    let (cert, key) = (mqtt.cert_file.is_some(), mqtt.key_file.is_some());
    for (given, own, other) in
        [(key || !cert, "key_file", "cert_file"), (cert || !key, "cert_file", "key_file")]
    {
        found.required(given, own, own::required_with(other), own::both_or_neither());
    }
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
            found.text("user", user, words::leave_it_out());
        }
        None => {
            found.required(
                mqtt.password_file.is_none(),
                "user",
                own::required_with("password_file"),
                words::password_needs_user(),
            );
        }
    }
    found.within("window", mqtt.window, WINDOW, words::leave_it_out_for(16));
    let hint = words::leave_it_out_for(30);
    found.within("keep_alive_s", mqtt.keep_alive_s, KEEP_ALIVE_S, hint);
    // The contents are checked only where every file is there: one mistake, one line.
    let files_are_there = !found.list().iter().skip(before).any(|p| p.path.ends_with("_file"));
    if files_are_there && let Err(problem) = crate::mqtt::check_files(mqtt) {
        let key = problem.path.strip_prefix("mqtt.").unwrap_or(&problem.path);
        let path = found.path(key);
        found.push(Problem { path, ..problem });
    }
}

/// A file that has to be there.
pub(super) fn existing_file(key: impl Display, path: Option<&PathBuf>, found: &mut Problems) {
    if let Some(path) = path {
        let (rule, hint) = (words::no_file(), words::correct_path());
        found.ensure(path.is_file(), key, path.display(), rule, hint);
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
