//! Ids: short lower-case names that are safe in an MQTT topic, a file name and a URL. They share their text, since each
//! reading carries one.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Parameter, shown};
use crate::locales::{Text, core as words};

/// The longest id: it has to fit a topic level, a table column and a legend.
pub const ID_LENGTH_MAX: usize = 40;

/// The text is not a valid id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.rule())]
pub struct IdError {
    text: String,
}

impl IdError {
    /// What an id has to be.
    pub fn rule(&self) -> Text {
        words::not_an_id(format_args!("{:?}", self.text), ID_LENGTH_MAX)
    }
}

fn parse(text: &str) -> Result<Arc<str>, IdError> {
    let mut chars = text.chars();
    let begins = chars.next().is_some_and(|c| c.is_ascii_lowercase());
    let goes_on = chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if begins && goes_on && text.len() <= ID_LENGTH_MAX {
        Ok(text.into())
    } else {
        Err(IdError { text: shown(text).into_owned() })
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(clippy::derived_hash_with_manual_eq, reason = "equal is what has the same text")]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl PartialEq for $name {
            /// Ids that share their text are equal at a glance: a poll compares thousands.
            fn eq(&self, other: &Self) -> bool {
                Arc::ptr_eq(&self.0, &other.0) || *self.0 == *other.0
            }
        }

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                parse(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.as_str().into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

id! {
    /// A station 测站: one monitored asset at one place.
    StationId
}
id! {
    /// A gateway: one edge daemon with one spool.
    GatewayId
}
id! {
    /// An administrative village 行政村.
    VillageId
}
id! {
    /// A piece of equipment 设备, wherever it stands.
    AssetId
}
id! {
    /// A crop of the township's crop table.
    CropId
}

/// A parameter observed at a station. It outlives gateways and meters. Written `station/parameter`, for example
/// A parameter observed at a station.
///
/// ```
/// use hanqing::core::Series;
///
/// let series: Series = "pond-dongmen-1/level".parse()?;
/// assert_eq!(series.station.as_str(), "pond-dongmen-1");
/// assert!("pond-dongmen-1".parse::<Series>().is_err());
/// # Ok::<(), hanqing::locales::Text>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Series {
    pub station: StationId,
    pub parameter: Parameter,
}

impl Series {
    pub fn new(station: StationId, parameter: Parameter) -> Self {
        Self { station, parameter }
    }

    /// Keeps the text of `same`, the same series, in place of its own: two that share it are compared at a glance.
    pub fn share(&mut self, same: &Self) {
        if !Arc::ptr_eq(&self.station.0, &same.station.0) && self == same {
            self.station = same.station.clone();
        }
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.station, self.parameter)
    }
}

impl FromStr for Series {
    type Err = Text;
    fn from_str(text: &str) -> Result<Self, Text> {
        let (station, parameter) = text
            .split_once('/')
            .ok_or_else(|| words::not_a_series(format_args!("{:?}", shown(text))))?;
        Ok(Self {
            station: station.parse().map_err(|e: IdError| e.rule())?,
            parameter: parameter.parse()?,
        })
    }
}

impl TryFrom<String> for Series {
    type Error = Text;
    fn try_from(text: String) -> Result<Self, Text> {
        text.parse()
    }
}

impl From<Series> for String {
    fn from(series: Series) -> String {
        series.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_safe_in_a_topic() {
        assert!("pond-1".parse::<StationId>().is_ok());
        for bad in ["", "1pond", "Pond", "a/b", "a+b", "塘", "a b", &"a".repeat(41)] {
            assert!(bad.parse::<StationId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_series_reads_back_as_it_is_written() {
        let series: Series = "pond-1/level".parse().unwrap();
        assert_eq!(series.to_string(), "pond-1/level");
        assert!("pond-1".parse::<Series>().is_err());
        assert!("pond-1/depth".parse::<Series>().is_err());
    }
}
