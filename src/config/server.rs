//! What a hub's file says of a server that keeps the readings.

use crate::core::Problem;
use crate::store::server::{ServerKind, ServerSettings};

/// Longest that an answer is waited for: longer, and a server that hangs is found too late. Engineering judgement.
const TIMEOUT_MAX_S: u16 = 300;

/// Most that is read again in each pass: a day is looked back to each hour anyway.
const SETTLE_MAX_S: u32 = 86_400;

/// Every problem of `server`, with paths from the top of the file.
pub(super) fn check(server: &ServerSettings) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |key: &str, value: &dyn std::fmt::Display, rule: &str, hint: &str| {
        problems.push(Problem::new(format!("store.server.{key}"), value, rule, hint));
    };
    let urls = [("url", Some(&server.url)), ("read_url", server.read_url.as_ref())];
    for (key, url) in urls {
        if let Some(url) = url
            && let Err(rule) = server.check_url(url)
        {
            add(
                key,
                &super::mqtt::without_password(url),
                &rule,
                "https://influx.example.org:8086, or http://127.0.0.1:8428 on this machine",
            );
        }
    }
    if server.kind == ServerKind::Influx {
        for (key, value) in [("org", &server.org), ("bucket", &server.bucket)] {
            if value.as_ref().is_none_or(|value| value.trim().is_empty()) {
                add(
                    key,
                    &"",
                    "is required of kind influx",
                    "as the server's administrator named it",
                );
            }
        }
        if server.token_file.is_none() {
            add(
                "token_file",
                &"",
                "is required of kind influx",
                "a file that holds a token which may read and write the bucket",
            );
        }
    }
    for (key, file) in [("token_file", &server.token_file), ("ca_file", &server.ca_file)] {
        if let Some(file) = file
            && !file.is_file()
        {
            add(
                key,
                &file.display(),
                "is no file that can be seen",
                "correct the path, or let this user into the directory",
            );
        }
    }
    if !(1..=TIMEOUT_MAX_S).contains(&server.timeout_s) {
        add("timeout_s", &server.timeout_s, "must be 1 to 300 s", "leave it out for 10");
    }
    if server.settle_s > SETTLE_MAX_S {
        add("settle_s", &server.settle_s, "must be 86400 s at most", "leave it out for 120");
    }
    problems
}
