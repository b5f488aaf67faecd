//! The server that stores a hub's readings, `[store.server]`.

use std::ops::{RangeInclusive, RangeToInclusive};

use super::mqtt::{existing_file, without_password};
use crate::core::Problems;
use crate::locales::{config as words, config_hub as own};
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
            found.add(key, without_password(url), rule, own::server_examples());
        }
    }
    if server.kind == ServerKind::Influx {
        for (key, value) in [("org", &server.org), ("bucket", &server.bucket)] {
            let given = value.as_ref().is_some_and(|value| !value.trim().is_empty());
            found.required(given, key, own::required_of_influx(), own::as_administrator_named());
        }
        let given = server.token_file.is_some();
        found.required(given, "token_file", own::required_of_influx(), own::token_file());
    }
    existing_file("token_file", server.token_file.as_ref(), found);
    existing_file("ca_file", server.ca_file.as_ref(), found);
    found.within("timeout_s", server.timeout_s, TIMEOUT_S, words::leave_it_out_for(10));
    found.within("settle_s", server.settle_s, SETTLE_S, words::leave_it_out_for(120));
}
