//! Assembles a server's samples into readings.
//!
//! Samples may come in any order, and more than once. A reading that the server does not show completely yet is left
//! out and read again until it has settled.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::core::{Flag, GatewayId, Reading, Series};
use crate::store::line::{self, WORDS_EACH};

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Tags {
    /// Empty where a query asks for one measurement.
    pub measurement: String,
    pub gateway: String,
    pub epoch: String,
    pub hub: String,
    pub station: String,
    pub parameter: String,
}

/// A tag that this program writes, or the measurement.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tag {
    Measurement,
    Gateway,
    Epoch,
    Hub,
    Station,
    Parameter,
}

impl Tag {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "_measurement" => Self::Measurement,
            "gateway" => Self::Gateway,
            "epoch" => Self::Epoch,
            "hub" => Self::Hub,
            "station" => Self::Station,
            "parameter" => Self::Parameter,
            _ => return None,
        })
    }
}

impl Tags {
    pub fn set(&mut self, tag: Tag, value: &str) {
        let tag = match tag {
            Tag::Measurement => &mut self.measurement,
            Tag::Gateway => &mut self.gateway,
            Tag::Epoch => &mut self.epoch,
            Tag::Hub => &mut self.hub,
            Tag::Station => &mut self.station,
            Tag::Parameter => &mut self.parameter,
        };
        tag.clear();
        tag.push_str(value);
    }

    pub fn gateway(&self) -> Option<GatewayId> {
        self.gateway.parse().ok()
    }

    pub fn series(&self) -> Option<Series> {
        format!("{}/{}", self.station, self.parameter).parse().ok()
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub at_ms: i64,
    pub number: f64,
}

/// Samples of one field with the same tags.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    pub tags: &'a Tags,
    pub field: &'a str,
    pub points: &'a [Point],
}

/// Sets of tags, each with a number in order of its first block.
#[derive(Debug, Default)]
pub(super) struct TagSets(HashMap<Tags, u32>);

impl TagSets {
    /// The number of `tags`, and whether it is new.
    pub fn number(&mut self, tags: &Tags) -> (u32, bool) {
        if let Some(number) = self.0.get(tags) {
            return (*number, false);
        }
        let number = self.0.len() as u32;
        self.0.insert(tags.clone(), number);
        (number, true)
    }

    /// The sets by their numbers.
    pub fn into_sets(self) -> Vec<Tags> {
        let mut sets: Vec<(u32, Tags)> = self.0.into_iter().map(|(tags, n)| (n, tags)).collect();
        sets.sort_unstable_by_key(|(number, _)| *number);
        sets.into_iter().map(|(_, tags)| tags).collect()
    }
}

/// A sample with the numbers of its tags and field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub tags: u32,
    pub field: u32,
    pub at_ms: i64,
    pub number: f64,
}

/// Fields of a reading, by number. Registers follow.
const FIELDS: [&str; 7] = ["v", "f", "r", "m", "hi", "lo", "n"];
const VALUE: u32 = 0;
const FLAG: u32 = 1;
const REASON: u32 = 2;
const MISSING: u32 = 3;
const HIGH: u32 = 4;
const LOW: u32 = 5;
const REGISTERS: u32 = 6;
const WORDS: u32 = 7;

/// The number of a field; `None` where a reading has no such field.
fn field_number(name: &str) -> Option<u32> {
    if let Some(number) = FIELDS.iter().position(|field| *field == name) {
        return Some(number as u32);
    }
    let word: u16 = name.strip_prefix('w')?.parse().ok()?;
    Some(WORDS + u32::from(word))
}

/// Readings, assembled from their fields.
#[derive(Debug, Default)]
pub(super) struct Readings {
    tag_sets: TagSets,
    /// Of each set of tags, the gateway that they name and the series.
    series: Vec<(Option<GatewayId>, Option<Series>)>,
    samples: Vec<Held>,
}

/// Readings of one gateway, if it is known; each of its series in order of time.
pub(super) type OfGateway = (Option<GatewayId>, Vec<Reading>);

impl Readings {
    pub fn add(&mut self, block: Block<'_>) {
        let Some(field) = field_number(block.field) else { return };
        let (tags, is_new) = self.tag_sets.number(block.tags);
        if is_new {
            self.series.push((block.tags.gateway(), block.tags.series()));
        }
        let held = |point: &Point| Held { tags, field, at_ms: point.at_ms, number: point.number };
        self.samples.extend(block.points.iter().map(held));
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// The complete ones of each gateway.
    pub fn complete(mut self) -> Vec<OfGateway> {
        // Stable, and quick where most samples are in order: each field of a series comes in order of time.
        self.samples.sort_by_key(|held| (held.tags, held.at_ms, held.field));
        let mut complete: BTreeMap<&Option<GatewayId>, Vec<Reading>> = BTreeMap::new();
        for samples in self.samples.chunk_by(|a, b| a.tags == b.tags) {
            let number = samples.first().map_or(0, |held| held.tags as usize);
            let Some((gateway, Some(series))) = self.series.get(number) else { continue };
            let readings = complete.entry(gateway).or_default();
            for parts in samples.chunk_by(|a, b| a.at_ms == b.at_ms) {
                readings.extend(reading(parts, series));
            }
        }
        complete.into_iter().map(|(gateway, readings)| (gateway.clone(), readings)).collect()
    }
}

/// A field of a reading. A server may show two samples for one instant, in any order: the greater counts, as in its own
/// deduplication.
fn greatest(parts: &[Held], field: u32) -> Option<f64> {
    let numbers = parts.iter().filter(|held| held.field == field).map(|held| held.number);
    numbers.reduce(f64::max)
}

/// The reading of `series` that has these fields, in order of their numbers, if it is complete.
fn reading(parts: &[Held], series: &Series) -> Option<Reading> {
    let at = Timestamp::from_millisecond(parts.first()?.at_ms).ok()?;
    let of = |field| greatest(parts, field);
    let half = |field| of(field).map(|number| number as u32);
    let value = line::exact(of(VALUE), half(HIGH).zip(half(LOW)));
    let reason = |code: f64| line::reason_of(code as u64);
    let mut reading = match value {
        Some(value) => Reading {
            flag: Flag::try_from(of(FLAG)? as u8).ok()?,
            ..Reading::good(series.clone(), at, value)
        },
        None => Reading::missing(series.clone(), at, reason(of(MISSING)?)?, Vec::new()),
    };
    // Fields left over from an earlier version say nothing of a good reading.
    if reading.flag == Flag::Good {
        return Some(reading);
    }
    if value.is_some() {
        reading.reason = reason(of(REASON)?);
    }
    let count = of(REGISTERS)? as usize;
    let first = parts.iter().position(|held| held.field >= WORDS).unwrap_or(parts.len());
    let words = parts.get(first..).unwrap_or_default().chunk_by(|a, b| a.field == b.field);
    let mut raw = Vec::new();
    for (i, packed) in (0..count.div_ceil(WORDS_EACH)).zip(words) {
        let held = (count - i * WORDS_EACH).min(WORDS_EACH);
        let packed = packed.last()?.number as u64;
        raw.extend((0..held).rev().map(|n| (packed >> (16 * n)) as u16));
    }
    // Otherwise the server does not show all words yet.
    (raw.len() == count).then(|| Reading { raw: raw.into(), ..reading })
}
