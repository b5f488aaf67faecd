//! The server that stores a hub's readings, `[store.server]`.

use std::ops::{RangeInclusive, RangeToInclusive};

use super::mqtt::{existing_file, without_password};
use crate::core::Problems;
use crate::store::server::{ServerKind, ServerSettings};

/// Wait for an answer. Beyond five minutes a server that hangs is found too late. Engineering judgement.
const TIMEOUT_S: RangeInclusive<u16> = 1..=300;

/// What each pass reads again: a day, since every hour of the last day is looked at anyway.
const SETTLE_S: RangeToInclusive<u32> = ..=86_400;

pub(super) fn check(server: &ServerSettings, found: &mut Problems) {
    for (key, url) in [("url", Some(&server.url)), ("read_url", server.read_url.as_ref())] {
        if let Some(url) = url
            && let Err(rule) = server.check_url(url)
        {
            let hint = "https://influx.example.org:8086, or http://127.0.0.1:8428 on this machine";
            found.add(key, without_password(url), rule, hint);
        }
    }
    if server.kind == ServerKind::Influx {
        let rule = "is required of kind influx";
        for (key, value) in [("org", &server.org), ("bucket", &server.bucket)] {
            let given = value.as_ref().is_some_and(|value| !value.trim().is_empty());
            found.required(given, key, rule, "as the server's administrator named it");
        }
        let hint = "a file with a token that may read and write the bucket";
        found.required(server.token_file.is_some(), "token_file", rule, hint);
    }
    existing_file("token_file", server.token_file.as_ref(), found);
    existing_file("ca_file", server.ca_file.as_ref(), found);
    found.within("timeout_s", server.timeout_s, TIMEOUT_S, "leave it out for 10");
    found.within("settle_s", server.settle_s, SETTLE_S, "leave it out for 120");
}
