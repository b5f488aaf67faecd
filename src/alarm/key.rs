//! What an alarm is of, and what tells two of them apart.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use crate::core::{GatewayId, StationId};
use crate::locales::alarm as words;

/// What an alarm is of. Written `station/pond-1`, `gateway/gw-1`, `bus/gw-1/rs485`, `device/gw-1/7/rs485`,
/// `hub/broker`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    Station(StationId),
    Bus {
        gateway: GatewayId,
        bus: String,
    },
    Device {
        gateway: GatewayId,
        bus: String,
        unit: u8,
    },
    Gateway(GatewayId),
    /// Of the hub itself: the name of a fault, or of a certificate.
    Hub(String),
}

impl Subject {
    /// What this one is read through, the nearest first: of a device its bus and gateway.
    pub(super) fn carriers(&self) -> Vec<Self> {
        match self {
            Self::Device { gateway, bus, .. } => vec![
                Self::Bus { gateway: gateway.clone(), bus: bus.clone() },
                Self::Gateway(gateway.clone()),
            ],
            Self::Bus { gateway, .. } => vec![Self::Gateway(gateway.clone())],
            Self::Station(_) | Self::Gateway(_) | Self::Hub(_) => Vec::new(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Station(station) => write!(f, "station/{station}"),
            Self::Bus { gateway, bus } => write!(f, "bus/{gateway}/{bus}"),
            // The name of a bus may be anything: it stands last.
            Self::Device { gateway, bus, unit } => write!(f, "device/{gateway}/{unit}/{bus}"),
            Self::Gateway(gateway) => write!(f, "gateway/{gateway}"),
            Self::Hub(what) => write!(f, "hub/{what}"),
        }
    }
}

/// The text names no subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSubject;

impl fmt::Display for NoSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words::no_subject().fmt(f)
    }
}

impl FromStr for Subject {
    type Err = NoSubject;

    fn from_str(text: &str) -> Result<Self, NoSubject> {
        let gateway = |id: &str| id.parse::<GatewayId>().map_err(|_| NoSubject);
        let (what, rest) = text.split_once('/').ok_or(NoSubject)?;
        match what {
            "station" => rest.parse().map(Self::Station).map_err(|_| NoSubject),
            "gateway" => gateway(rest).map(Self::Gateway),
            "hub" => Ok(Self::Hub(rest.into())),
            "bus" => {
                let (id, bus) = rest.split_once('/').ok_or(NoSubject)?;
                Ok(Self::Bus { gateway: gateway(id)?, bus: bus.into() })
            }
            "device" => {
                let (id, rest) = rest.split_once('/').ok_or(NoSubject)?;
                let (unit, bus) = rest.split_once('/').ok_or(NoSubject)?;
                let unit = unit.parse().map_err(|_| NoSubject)?;
                Ok(Self::Device { gateway: gateway(id)?, bus: bus.into(), unit })
            }
            _ => Err(NoSubject),
        }
    }
}

impl TryFrom<String> for Subject {
    type Error = NoSubject;
    fn try_from(text: String) -> Result<Self, NoSubject> {
        text.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

/// What tells two alarms apart: at any time, at most one of a key is open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub kind: Kind,
    pub subject: Subject,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.id(), self.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_reads_back_as_it_is_written() {
        for text in [
            "station/pond-1",
            "gateway/gw-1",
            "bus/gw-1/tcp 10.0.0.1/502",
            "device/gw-1/7/rs485/2",
            "hub/broker",
            "hub/",
        ] {
            assert_eq!(text.parse::<Subject>().unwrap().to_string(), text);
        }
        for text in ["", "pond-1", "station/Pond", "bus/gw-1", "device/gw-1/256/x", "well/a"] {
            assert_eq!(text.parse::<Subject>(), Err(NoSubject), "{text}");
        }
    }
}
