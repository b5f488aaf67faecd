//! Which settings may be pushed. Pure.
//!
//! A key names the elements of lists by what they are called and not by their place, which a technician may change:
//! `bus.pumps.device.3.gap_ms` is unit 3 on the bus `pumps`.

use crate::locales::{Text, pushed as words};

/// What stands for any one part of a key in a pattern.
const ANY: &str = "*";

/// What no pattern allows: who the gateway is, which secrets and files it uses, where and from where it can be reached,
/// whom it believes, and what time it is. Addresses that it goes to ([`ADDRESSES`]) can be allowed by name. A pattern
/// of this list covers whatever lies inside it. `bus.*.name` and `unit` are how the proof and the keys themselves find
/// a bus and a device.
const NEVER: [&str; 21] = [
    "gateway",
    "lang",
    "confirm",
    "remote",
    "spool",
    "socket",
    "devices_dir",
    "metrics",
    "view",
    "clock",
    "mqtt.user",
    "mqtt.password_file",
    "mqtt.ca_file",
    "mqtt.cert_file",
    "mqtt.key_file",
    "mqtt.allow_plaintext",
    "bus.*.name",
    "bus.*.serial.port",
    "bus.*.dtu.listen",
    "bus.*.dtu.peers",
    "bus.*.device.*.unit",
];

/// Addresses that a gateway goes to: a pattern that ends in `*` does not allow them.
const ADDRESSES: [&str; 3] = ["mqtt.url", "bus.*.tcp", "bus.*.rtu_tcp"];

/// The parts of a key; `None` where it is none.
pub fn key_parts(key: &str) -> Option<Vec<&str>> {
    let good = |part: &str| {
        !part.is_empty() && !part.contains(|c: char| c.is_control() || "[]\"'*".contains(c))
    };
    let parts: Vec<&str> = key.split('.').collect();
    parts.iter().all(|part| good(part)).then_some(parts)
}

/// Whether one of `patterns` allows the setting at `key`, and nothing forbids it.
pub fn is_allowed(key: &[&str], patterns: &[String]) -> bool {
    let one = |pattern: &String| {
        let pattern: Vec<&str> = pattern.split('.').collect();
        let named = pattern.last() != Some(&ANY) || !is_address(key);
        pattern.len() == key.len() && covers(&pattern, key) && named
    };
    !is_never_pushed(key) && patterns.iter().any(one)
}

/// Whether the setting at `key` can be allowed to nobody.
pub fn is_never_pushed(key: &[&str]) -> bool {
    NEVER.iter().any(|never| {
        let never: Vec<&str> = never.split('.').collect();
        never.len() <= key.len() && covers(&never, key)
    })
}

/// Whether the setting at `key` is an address that the gateway goes to.
fn is_address(key: &[&str]) -> bool {
    ADDRESSES.iter().any(|address| {
        let address: Vec<&str> = address.split('.').collect();
        address.len() == key.len() && covers(&address, key)
    })
}

/// Whether each part of `pattern` is that of `key`. A `*` in `key`, of a pattern of the user's, is no name.
fn covers(pattern: &[&str], key: &[&str]) -> bool {
    pattern.iter().zip(key).all(|(pattern, part)| *pattern == ANY || pattern == part)
}

/// What is wrong with a pattern of the configuration.
pub fn pattern_problem(pattern: &str) -> Option<Text> {
    let named = pattern.split('.').map(|part| if part == ANY { "x" } else { part });
    let named: Vec<&str> = named.collect();
    if key_parts(&named.join(".")).is_none() {
        return Some(words::no_pattern());
    }
    if named.first() != pattern.split('.').next().as_ref() {
        return Some(words::pattern_too_wide());
    }
    let given: Vec<&str> = pattern.split('.').collect();
    is_never_pushed(&given).then(words::never_pushed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(key: &str, patterns: &[&str]) -> bool {
        let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
        key_parts(key).is_some_and(|parts| is_allowed(&parts, &patterns))
    }

    #[test]
    fn a_star_stands_for_one_part() {
        for (key, pattern, is) in [
            ("bus.pumps.interval_s", "bus.*.interval_s", true),
            ("bus.泵房.interval_s", "bus.*.interval_s", true),
            ("bus.pumps.device.3.gap_ms", "bus.*.device.*.gap_ms", true),
            ("bus.pumps.device.3.gap_ms", "bus.*.*", false),
            ("bus.pumps", "bus.*.interval_s", false),
            ("bus.pumps.interval_s.x", "bus.*.interval_s", false),
            ("uplink.windows", "uplink.*", true),
            ("uplink", "uplink.*", false),
            ("mqtt.url", "mqtt.url", true),
            ("mqtt.url", "mqtt.*", false),
            ("mqtt.window", "mqtt.*", true),
            ("bus.pumps.tcp", "bus.*.tcp", true),
            ("bus.pumps.tcp", "bus.pumps.*", false),
            ("bus.pumps.rtu_tcp", "bus.*.*", false),
            ("bus.pumps.interval_s", "bus.*.*", true),
            ("mqtt.url", "bus.*", false),
        ] {
            assert_eq!(allowed(key, &[pattern]), is, "{key} by {pattern}");
        }
        assert!(!allowed("drought", &[]));
        assert!(allowed("drought", &["uplink.*", "drought"]));
    }

    #[test]
    fn no_pattern_allows_what_is_never_pushed() {
        for key in [
            "gateway",
            "remote.allow",
            "remote.public_key_file",
            "spool.path",
            "mqtt.key_file",
            "mqtt.allow_plaintext",
            "metrics.listen",
            "clock.trust",
            "bus.pumps.name",
            "bus.pumps.dtu.listen",
            "bus.pumps.dtu.peers",
            "bus.pumps.device.1.unit",
        ] {
            let wide = "*.".repeat(key.matches('.').count()) + "*";
            assert!(!allowed(key, &[key, &wide]), "{key}");
            assert!(pattern_problem(key).is_some(), "{key}");
        }
        assert!(pattern_problem("remote.*").is_some() && pattern_problem("spool.*").is_some());
    }

    #[test]
    fn what_is_no_key_is_no_key_and_no_pattern() {
        for bad in ["", ".", "a.", "a..b", "bus[0].name", "a\n", "\"a\""] {
            assert!(key_parts(bad).is_none(), "{bad:?}");
            assert!(pattern_problem(bad).is_some(), "{bad:?}");
        }
        assert!(key_parts("bus.*.name").is_none());
        assert!(pattern_problem("*.url").is_some(), "a pattern names its first part");
        for good in ["drought", "bus.*.interval_s", "mqtt.*", "bus.*.device.*.gap_ms"] {
            assert!(pattern_problem(good).is_none(), "{good}");
        }
    }
}
