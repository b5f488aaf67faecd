//! A batch of readings: the unit that is spooled, sent, committed and acknowledged.
//!
//! ```json
//! {"v":1,"gateway":"gw-1","epoch":"8c5f…","seq":17,"at":1659283200000,
//!  "series":["pond-1/level","pump-1/power"],
//!  "readings":[[0,0,98.113],[1,250,null,9,"timeout"]]}
//! ```
//! A reading is `[series, milliseconds after "at", value or null, flag, reason, raw registers]`; what follows the value is
//! left out where the flag is 1 (good).

use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FORMAT, WireError, check_format, read, write};
use crate::core::{Flag, GatewayId, Outcome, Reading, Reason, Series};

/// Names the life of a spool: a new spool counts from 1 again under a new epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Epoch(pub u64);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<Epoch> for String {
    fn from(epoch: Epoch) -> String {
        epoch.to_string()
    }
}

impl TryFrom<String> for Epoch {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text.len() != 16 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(format!("{text:?} is no epoch: 16 hexadecimal digits"));
        }
        u64::from_str_radix(&text, 16)
            .map(Epoch)
            .map_err(|_| format!("{text:?} is no epoch: 16 hexadecimal digits"))
    }
}

/// A batch of readings of one gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The gateway.
    pub gateway: GatewayId,
    /// The life of its spool.
    pub epoch: Epoch,
    /// Number in that life, from 1, without holes.
    pub seq: u64,
    /// The readings.
    pub readings: Vec<Reading>,
}

#[derive(Serialize, Deserialize)]
struct Message {
    v: u8,
    gateway: GatewayId,
    epoch: Epoch,
    seq: u64,
    at: i64,
    series: Vec<Series>,
    readings: Vec<Row>,
}

/// A reading on the wire, as an array.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Row {
    Good(u32, i64, f64),
    Flagged(u32, i64, Option<f64>, Flag, Option<Reason>),
    Raw(u32, i64, Option<f64>, Flag, Option<Reason>, Vec<u16>),
}

impl Batch {
    /// The message as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let at = self
            .readings
            .iter()
            .map(|r| r.observed_at.as_millisecond())
            .min()
            .unwrap_or(0);
        let mut index: HashMap<&Series, u32> = HashMap::new();
        let mut series = Vec::new();
        let mut rows = Vec::with_capacity(self.readings.len());
        for reading in &self.readings {
            let number = *index.entry(&reading.series).or_insert_with(|| {
                series.push(reading.series.clone());
                series.len() as u32 - 1
            });
            let after = reading.observed_at.as_millisecond() - at;
            rows.push(match (reading.value(), reading.flag) {
                (Some(value), Flag::Good) => Row::Good(number, after, value),
                (value, flag) if reading.raw.is_empty() => {
                    Row::Flagged(number, after, value, flag, reading.reason)
                }
                (value, flag) => Row::Raw(
                    number,
                    after,
                    value,
                    flag,
                    reading.reason,
                    reading.raw.clone(),
                ),
            });
        }
        write(&Message {
            v: FORMAT,
            gateway: self.gateway.clone(),
            epoch: self.epoch,
            seq: self.seq,
            at,
            series,
            readings: rows,
        })
    }

    /// Reads a message.
    ///
    /// # Errors
    /// Names the place and what is wrong there: no JSON, another format, a series that is not listed, a flag that
    /// contradicts its value, a time that cannot be.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let message: Message = read(bytes)?;
        check_format(message.v)?;
        let Message {
            gateway,
            epoch,
            seq,
            at,
            series,
            readings,
            ..
        } = message;
        if seq == 0 {
            return Err(WireError::Content(
                "seq 0: batches are counted from 1".into(),
            ));
        }
        let readings = readings
            .into_iter()
            .enumerate()
            .map(|(i, row)| {
                reading(row, at, &series)
                    .map_err(|message| WireError::Content(format!("readings[{i}]: {message}")))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            gateway,
            epoch,
            seq,
            readings,
        })
    }
}

fn reading(row: Row, at: i64, series: &[Series]) -> Result<Reading, String> {
    let (number, after, value, flag, reason, raw) = match row {
        Row::Good(number, after, value) => {
            (number, after, Some(value), Flag::Good, None, Vec::new())
        }
        Row::Flagged(number, after, value, flag, reason) => {
            (number, after, value, flag, reason, Vec::new())
        }
        Row::Raw(number, after, value, flag, reason, raw) => {
            (number, after, value, flag, reason, raw)
        }
    };
    let series = series
        .get(number as usize)
        .ok_or_else(|| format!("series {number} is not in the list of {}", series.len()))?;
    let observed_at = at
        .checked_add(after)
        .and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .ok_or_else(|| format!("{at} + {after} ms is no time"))?;
    let outcome = match (value, flag, reason) {
        (Some(value), Flag::Missing, _) => return Err(format!("value {value} flagged missing")),
        (Some(value), _, _) => Outcome::Value(value),
        (None, Flag::Missing, Some(reason)) => Outcome::Missing(reason),
        (None, Flag::Missing, None) => return Err("missing without a reason".into()),
        (None, flag, _) => return Err(format!("no value, yet flagged {}", u8::from(flag))),
    };
    Ok(Reading {
        series: series.clone(),
        observed_at,
        outcome,
        flag,
        reason,
        raw,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn batch() -> Batch {
        let at = Timestamp::from_millisecond(1_659_283_200_000).unwrap();
        let level: Series = "pond-1/level".parse().unwrap();
        let power: Series = "pump-1/power".parse().unwrap();
        let mut suspect = Reading::good(level.clone(), at, 98.5);
        suspect.flag = Flag::Suspect;
        suspect.reason = Some(Reason::Unexpected);
        suspect.raw = vec![985];
        Batch {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(0x8c5f),
            seq: 17,
            readings: vec![
                Reading::good(level, at, 98.113),
                Reading::missing(power, at, Reason::Timeout, vec![]),
                suspect,
            ],
        }
    }

    #[test]
    fn reads_back_as_written() {
        assert_eq!(Batch::from_bytes(&batch().to_bytes()).unwrap(), batch());
    }

    #[test]
    fn the_message_is_what_the_documentation_shows() {
        let text = String::from_utf8(batch().to_bytes()).unwrap();
        assert_eq!(
            text,
            r#"{"v":1,"gateway":"gw-1","epoch":"0000000000008c5f","seq":17,"at":1659283200000,"series":["pond-1/level","pump-1/power"],"readings":[[0,0,98.113],[1,0,null,9,"timeout"],[0,0,98.5,3,"unexpected",[985]]]}"#
        );
    }

    #[test]
    fn what_is_no_batch_is_refused_with_its_place() {
        let good = String::from_utf8(batch().to_bytes()).unwrap();
        for (from, to, says) in [
            ("\"v\":1", "\"v\":2", "format 2"),
            ("\"seq\":17", "\"seq\":0", "counted from 1"),
            (
                "[1,0,null,9,\"timeout\"]",
                "[7,0,null,9,\"timeout\"]",
                "readings[1]: series 7",
            ),
            (
                "null,9,\"timeout\"",
                "null,9,null",
                "missing without a reason",
            ),
            ("null,9,\"timeout\"", "null,1,null", "no value"),
            ("98.5,3", "98.5,9", "flagged missing"),
            ("pond-1/level", "pond-1/depth", "series[0]"),
            ("1659283200000", "9223372036854775807", "no time"),
        ] {
            let bad = good.replacen(from, to, 1);
            let error = Batch::from_bytes(bad.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{bad}: {error}");
        }
        assert!(Batch::from_bytes(&vec![b' '; super::super::MESSAGE_SIZE_MAX + 1]).is_err());
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Batch::from_bytes(&bytes).is_err());
        }

        #[test]
        fn finite_values_survive(value in prop::num::f64::NORMAL | prop::num::f64::ZERO) {
            let mut batch = batch();
            batch.readings[0].outcome = Outcome::Value(value);
            prop_assert_eq!(Batch::from_bytes(&batch.to_bytes()).unwrap(), batch);
        }
    }
}
