//! Which version of MQTT is spoken with a broker: 5 where it can, since only 5 says why something is refused.

use std::fmt;
use std::time::Duration;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::support::Stopwatch;

/// The setting `mqtt.protocol`: "auto", 5 or 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// MQTT 5, and 3.1.1 with a broker that does not speak 5.
    #[default]
    Auto,
    V5,
    V3,
}

/// A version of MQTT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// MQTT 3.1.1 (ISO/IEC 20922).
    V3,
    /// MQTT 5 (OASIS, 2019).
    V5,
}

impl Version {
    /// The number that the standard bears.
    pub fn number(self) -> &'static str {
        match self {
            Self::V3 => "3.1.1",
            Self::V5 => "5",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::V3 => Self::V5,
            Self::V5 => Self::V3,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}

/// The values of the setting, as error texts name them.
const VALUES: &[&str] = &["auto", "5", "3"];

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::V5 => serializer.serialize_u8(5),
            Self::V3 => serializer.serialize_u8(3),
        }
    }
}

impl<'de> Deserialize<'de> for Protocol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOfThree)
    }
}

struct OneOfThree;

impl OneOfThree {
    /// From a file comes 5, from the environment perhaps "5".
    fn named<E: Error>(name: &str) -> Result<Protocol, E> {
        match name {
            "auto" => Ok(Protocol::Auto),
            "5" => Ok(Protocol::V5),
            "3" => Ok(Protocol::V3),
            other => Err(E::unknown_variant(other, VALUES)),
        }
    }
}

impl Visitor<'_> for OneOfThree {
    type Value = Protocol;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one of `auto`, `5`, `3`")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Protocol, E> {
        Self::named(name)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Protocol, E> {
        Self::named(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Protocol, E> {
        Self::named(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Protocol, E> {
        Self::named(&format!("{number:?}"))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Protocol, E> {
        Self::named(&Unexpected::Bool(value).to_string())
    }
}

/// Attempts that fail one after the other until the broker is asked anew what it speaks: it may have been upgraded.
/// Engineering judgement.
const FAILURES_MAX: u32 = 3;

/// How long what a broker spoke is taken for what it speaks. Engineering judgement: an upgrade is noticed at the first
/// connection a day later, and asking costs one more connection.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);

/// What a broker was found to speak, so that one without MQTT 5 is not asked for it at every connection.
#[derive(Debug, Default)]
pub struct VersionMemory {
    known: Option<(Version, Stopwatch)>,
    failures: u32,
    /// Whether it has ever accepted a connection.
    accepted: bool,
}

impl VersionMemory {
    /// The version to try first, and the one to try if the broker does not speak that.
    pub(super) fn order(&self, protocol: Protocol) -> (Version, Option<Version>) {
        let first = match protocol {
            Protocol::V5 => return (Version::V5, None),
            Protocol::V3 => return (Version::V3, None),
            Protocol::Auto => match &self.known {
                Some((version, since)) if since.elapsed() < REMEMBERED => *version,
                _ => Version::V5,
            },
        };
        (first, Some(first.other()))
    }

    /// The broker has accepted a connection.
    pub(super) fn accepted(&mut self, version: Version) {
        (self.failures, self.accepted) = (0, true);
        if self.known.as_ref().is_none_or(|(known, _)| *known != version) {
            self.known = Some((version, Stopwatch::start()));
        }
    }

    /// Whether the broker has ever accepted a connection: then what the settings say of it is right.
    pub(super) fn has_accepted(&self) -> bool {
        self.accepted
    }

    /// No connection was made.
    pub(super) fn failed(&mut self) {
        self.failures += 1;
        if self.failures >= FAILURES_MAX {
            (self.failures, self.known) = (0, None);
        }
    }

    /// The broker did not answer to `version` in time. There are some that say nothing instead of refusing a version,
    /// so the next attempt begins with the other one.
    pub(super) fn silent(&mut self, version: Version) {
        self.known = Some((version.other(), Stopwatch::start()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Sample {
        protocol: Protocol,
    }

    fn read(text: &str) -> Result<Protocol, String> {
        let sample: Result<Sample, _> = toml::from_str(text);
        sample.map(|sample| sample.protocol).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn three_values_and_no_other() {
        for (text, protocol) in [
            ("protocol = 'auto'", Protocol::Auto),
            ("protocol = 5", Protocol::V5),
            ("protocol = 3", Protocol::V3),
            ("protocol = '5'", Protocol::V5),
        ] {
            assert_eq!(read(text), Ok(protocol));
            let written = toml::to_string(&Sample { protocol }).unwrap();
            assert_eq!(read(&written), Ok(protocol), "{written}");
        }
        for wrong in ["4", "'Auto'", "'3.1.1'", "5.0", "true", "-5"] {
            let error = read(&format!("protocol = {wrong}")).unwrap_err();
            assert!(error.ends_with("expected one of `auto`, `5`, `3`"), "{error}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_broker_speaks_is_remembered_and_forgotten() {
        let (v3, v5) = (Version::V3, Version::V5);
        let mut memory = VersionMemory::default();
        assert_eq!(memory.order(Protocol::Auto), (v5, Some(v3)));
        memory.accepted(v3);
        assert_eq!(memory.order(Protocol::Auto), (v3, Some(v5)));
        assert_eq!(memory.order(Protocol::V5), (v5, None));
        assert_eq!(memory.order(Protocol::V3), (v3, None));
        for _ in 1..FAILURES_MAX {
            memory.failed();
            assert_eq!(memory.order(Protocol::Auto).0, v3);
        }
        memory.failed();
        assert_eq!(memory.order(Protocol::Auto).0, v5);
        assert!(memory.has_accepted() && !VersionMemory::default().has_accepted());
        memory.accepted(v3);
        tokio::time::advance(REMEMBERED).await;
        assert_eq!(memory.order(Protocol::Auto).0, v5);
        memory.silent(v5);
        assert_eq!(memory.order(Protocol::Auto).0, v3);
    }
}
