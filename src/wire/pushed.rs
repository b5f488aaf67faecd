//! A configuration that the office pushes to a gateway, with its signature.
//!
//! What is signed is a text of its own inside the message, and the signature is over exactly its bytes: nobody has to
//! write JSON twice in the same way.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FORMAT, WireError, check_format, read, write};
use crate::core::{GatewayId, is_unseen};
use crate::locales::pushed as words;

/// The largest message, bytes: [`SETTINGS_MAX`] settings of 100 bytes each fit. Engineering judgement.
pub const PUSHED_MAX: usize = 32 * 1024;

/// Settings of a pushed configuration, at most: ten for each of some twenty buses. Engineering judgement.
pub const SETTINGS_MAX: usize = 256;

/// The longest key, and the longest name of who pushes, bytes. Engineering judgement.
pub const KEY_MAX: usize = 200;

/// What comes before the text in what is signed: a signature made for something else is none of this.
const DOMAIN: &str = "hanqing/pushed-configuration/1\n";

/// Digits of a signature: 64 bytes (RFC 8032, 5.1.6).
const SIGNATURE_DIGITS: usize = 128;

/// The settings that a gateway is to have over those of its own file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushedConfig {
    v: u8,
    pub gateway: GatewayId,
    /// Grows with each that is made for the gateway.
    pub number: u64,
    pub at: Timestamp,
    /// Who has made it.
    pub by: String,
    /// Path of each setting, such as `bus.pumps.interval_s`, and its value. They take the place of all pushed before.
    pub set: BTreeMap<String, Value>,
}

impl PushedConfig {
    /// A configuration of this format.
    pub fn new(
        gateway: GatewayId,
        number: u64,
        (at, by): (Timestamp, String),
        set: BTreeMap<String, Value>,
    ) -> Self {
        Self { v: FORMAT, gateway, number, at, by, set }
    }

    /// The text that is signed.
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&write(self)).into_owned()
    }

    /// Reads the text that was signed.
    pub fn from_text(text: &str) -> Result<Self, WireError> {
        let config: Self = read(text.as_bytes())?;
        config.check()?;
        Ok(config)
    }

    /// What is wrong with the values.
    pub fn check(&self) -> Result<(), WireError> {
        check_format(self.v)?;
        super::check_count("set", self.set.len(), SETTINGS_MAX)?;
        let long = self.set.keys().chain([&self.by]).find(|text| text.len() > KEY_MAX);
        if let Some(long) = long {
            return Err(WireError::content(words::too_long(long.len(), KEY_MAX)));
        }
        let plain = |text: &str| !text.contains(is_unseen);
        if !plain(&self.by) || !self.set.keys().all(|key| plain(key)) {
            return Err(WireError::content(words::control_characters()));
        }
        let odd = self.set.iter().find(|(_, value)| !is_setting(value));
        match odd {
            Some((key, _)) => Err(WireError::content(words::not_a_setting(key))),
            None => Ok(()),
        }
    }
}

/// Whether `value` can be one setting: a truth value, a number, a text, or a list of such.
fn is_setting(value: &Value) -> bool {
    let simple = |value: &Value| value.is_boolean() || value.is_number() || value.is_string();
    match value {
        Value::Array(list) => list.iter().all(simple),
        value => simple(value),
    }
}

/// The message: the text and its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedConfig {
    v: u8,
    /// What [`PushedConfig::to_text`] has written.
    pub signed: String,
    /// Ed25519, hexadecimal.
    pub signature: String,
}

impl SignedConfig {
    /// The message of `signed`, whose signature in hexadecimal is `signature`.
    pub fn new(signed: String, signature: String) -> Self {
        Self { v: FORMAT, signed, signature }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        write(self)
    }

    /// Reads a message. Who has signed it is not looked at.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        if bytes.len() > PUSHED_MAX {
            return Err(WireError::content(words::too_large(bytes.len(), PUSHED_MAX)));
        }
        let message: Self = read(bytes)?;
        check_format(message.v)?;
        let digits = message.signature.bytes().all(|digit| digit.is_ascii_hexdigit());
        if message.signature.len() != SIGNATURE_DIGITS || !digits {
            return Err(WireError::content(words::no_signature()));
        }
        Ok(message)
    }
}

/// What is signed of the text `signed`.
pub fn signed_bytes(signed: &str) -> Vec<u8> {
    [DOMAIN.as_bytes(), signed.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn config(set: Value) -> PushedConfig {
        let set = serde_json::from_value(set).unwrap();
        let at = "2026-12-01T08:00:00Z".parse().unwrap();
        PushedConfig::new("gw-1".parse().unwrap(), 7, (at, "李明".into()), set)
    }

    fn message(signed: &str) -> SignedConfig {
        SignedConfig::new(signed.into(), "0a".repeat(64))
    }

    #[test]
    fn it_reads_back_as_written() {
        let set =
            json!({"bus.泵房.interval_s": 60, "uplink.windows": ["06:00+20"], "drought": true});
        let config = config(set);
        assert_eq!(PushedConfig::from_text(&config.to_text()).unwrap(), config);
        let message = message(&config.to_text());
        assert_eq!(SignedConfig::from_bytes(&message.to_bytes()).unwrap(), message);
        assert!(signed_bytes(&config.to_text()).starts_with(DOMAIN.as_bytes()));
    }

    #[test]
    fn what_is_no_setting_is_refused() {
        for set in [
            json!({"mqtt": {"url": "mqtt://elsewhere"}}),
            json!({"bus": [{"name": "a"}]}),
            json!({"a": null}),
            json!({"a": [[1]]}),
            json!({"a\nb": 1}),
            json!({"a".repeat(KEY_MAX + 1): 1}),
            Value::Object((0..=SETTINGS_MAX).map(|n| (format!("a{n}"), json!(1))).collect()),
        ] {
            let text = config(set).to_text();
            assert!(PushedConfig::from_text(&text).is_err(), "{text}");
        }
        let good = config(json!({})).to_text();
        for (from, to) in [
            ("\"v\":1", "\"v\":2"),
            ("gw-1", "GW 1"),
            ("\"number\":7", "\"number\":-7"),
            ("\"number\":7", "\"number\":7,\"more\":1"),
            ("李明", "\\u0007"),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good);
            assert!(PushedConfig::from_text(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_message_is_bounded_and_has_a_signature() {
        let good = message("{}");
        for bad in [
            SignedConfig { signature: "0a".repeat(63), ..good.clone() },
            SignedConfig { signature: "zz".repeat(64), ..good.clone() },
            SignedConfig { v: 2, ..good.clone() },
            SignedConfig { signed: "x".repeat(PUSHED_MAX), ..good },
        ] {
            assert!(SignedConfig::from_bytes(&bad.to_bytes()).is_err());
        }
        for bad in ["", "{}", "[]", "\u{0}"] {
            assert!(SignedConfig::from_bytes(bad.as_bytes()).is_err());
        }
        assert!(SignedConfig::from_bytes(&vec![b' '; 10 << 20]).is_err());
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_the_reader_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            proptest::prop_assert!(SignedConfig::from_bytes(&bytes).is_err());
        }
    }
}
