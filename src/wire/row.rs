//! A reading as it is written in a message: an array of series, time, value and, unless it is good, flag, reason and
//! raw registers.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::core::{Flag, Reason};

/// What stands in the array. That it fits together is for [`Batch`](super::Batch) to say.
pub(super) struct Row {
    /// The place of its series in the message's list.
    pub series: u32,
    /// Milliseconds after the message's time.
    pub after: i64,
    pub value: Option<f64>,
    pub flag: Flag,
    pub reason: Option<Reason>,
    pub raw: Vec<u16>,
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowVisitor)
    }
}

/// What stands where there is no row.
pub(super) const EXPECTED: &str = "a row";

#[derive(Clone, Copy)]
struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<Row, A::Error> {
        let short = |length| move || A::Error::invalid_length(length, &self);
        let series = row.next_element()?.ok_or_else(short(0))?;
        let after = row.next_element()?.ok_or_else(short(1))?;
        let value: Option<f64> = row.next_element()?.ok_or_else(short(2))?;
        let mut read =
            Row { series, after, value, flag: Flag::Good, reason: None, raw: Vec::new() };
        let Some(flag) = row.next_element()? else {
            return if value.is_some() { Ok(read) } else { Err(short(3)()) };
        };
        read.flag = flag;
        read.reason = row.next_element()?.ok_or_else(short(4))?;
        if let Some(raw) = row.next_element()? {
            read.raw = raw;
            if row.next_element::<serde::de::IgnoredAny>()?.is_some() {
                return Err(short(7)());
            }
        }
        Ok(read)
    }
}
