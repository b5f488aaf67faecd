//! What hubs recorded beside the readings: batches, what gateways observe, their states.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::export::Asked;
use super::super::samples::{Block, Held, TagSets, Tags};
use crate::core::GatewayId;
use crate::store::LostRow;
use crate::store::line::{self, BATCHES, GATEWAYS, SERIES};
use crate::wire::{
    Birth, BirthSeries, ClockState, CounterSpec, Epoch, GatewayState, LossRecord, Status,
};

/// The measurements and their fields.
pub(super) static MARKS: [Asked; 3] = [
    (BATCHES, "first|last|n|from_ms|to_ms|remains_first|lost|lost_from_ms|lost_to_ms|why"),
    (SERIES, "k|modulus_hi|modulus_lo|rate_hi|rate_lo"),
    (GATEWAYS, "online|since_ms|provisional"),
];

/// Records in the order in which they were made, while they are collected.
#[derive(Debug, Default)]
pub(super) struct Collected {
    tag_sets: TagSets,
    samples: Vec<Held>,
}

/// Records by time and tags.
#[derive(Debug)]
pub(super) struct Marks {
    /// In order.
    tag_sets: Vec<Tags>,
    /// In order of time, tags and field; the tags by their place.
    samples: Vec<Held>,
}

/// A committed batch, as its record says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BatchRecord {
    pub gateway: GatewayId,
    pub epoch: Epoch,
    pub first: u64,
    pub last: u64,
    pub readings: u64,
    /// Times of its first and last reading, ms.
    pub span: Option<(i64, i64)>,
    /// When a hub committed it.
    pub at: Timestamp,
    pub lost: Option<LostRow>,
}

/// What a gateway observes, as a hub recorded it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BirthRecord {
    pub at: Timestamp,
    pub gateway: Option<GatewayId>,
    pub birth: Birth,
}

/// The names of all fields, in order of their numbers.
fn fields() -> impl Iterator<Item = &'static str> {
    MARKS.iter().flat_map(|(_, fields)| fields.split('|'))
}

impl Collected {
    pub fn add(&mut self, block: Block<'_>) {
        let Some(field) = fields().position(|name| name == block.field) else { return };
        let (tags, _) = self.tag_sets.number(block.tags);
        self.samples.extend(block.points.iter().map(|point| Held {
            tags,
            field: field as u32,
            at_ms: point.at_ms,
            number: point.number,
        }));
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    pub fn marks(mut self) -> Marks {
        let mut sets: Vec<(Tags, usize)> = self.tag_sets.into_sets().into_iter().zip(0..).collect();
        sets.sort();
        let mut places = vec![0; sets.len()];
        for (place, (_, number)) in sets.iter().enumerate() {
            if let Some(to) = places.get_mut(*number) {
                *to = place as u32;
            }
        }
        for held in &mut self.samples {
            held.tags = places.get(held.tags as usize).copied().unwrap_or_default();
        }
        // Stable: of two samples of a field at an instant, the later one stays the later one.
        self.samples.sort_by_key(|held| (held.at_ms, held.tags, held.field));
        Marks { tag_sets: sets.into_iter().map(|(tags, _)| tags).collect(), samples: self.samples }
    }
}

/// A record: its fields with the same tags and time.
struct Record<'a> {
    at_ms: i64,
    tags: &'a Tags,
    fields: &'a [Held],
}

impl Marks {
    fn records(&self, measurement: &str) -> impl Iterator<Item = Record<'_>> {
        let same = |a: &Held, b: &Held| (a.at_ms, a.tags) == (b.at_ms, b.tags);
        let records = self.samples.chunk_by(same).filter_map(|fields| {
            let first = fields.first()?;
            let tags = self.tag_sets.get(first.tags as usize)?;
            Some(Record { at_ms: first.at_ms, tags, fields })
        });
        records.filter(move |record| record.tags.measurement == measurement)
    }

    /// The batches, in order of commit.
    pub fn batches(&self) -> impl Iterator<Item = BatchRecord> {
        self.records(BATCHES).filter_map(|record| {
            let (first, last) = (record.count("first")?, record.count("last")?);
            if first == 0 || first > last {
                return None;
            }
            let readings = record.count("n")?;
            let span = record.whole("from_ms").zip(record.whole("to_ms"));
            if readings > 0 && span.is_none() {
                return None;
            }
            let gateway = record.tags.gateway()?;
            let epoch = Epoch::try_from(record.tags.epoch.clone()).ok()?;
            let loss = record.loss();
            let lost =
                loss.map(|loss| LostRow { gateway: gateway.clone(), epoch, seq: last, loss });
            let at = Timestamp::from_millisecond(record.at_ms).ok()?;
            Some(BatchRecord { gateway, epoch, first, last, readings, span, at, lost })
        })
    }

    /// What gateways observe, in the order in which it was recorded.
    pub fn births(&self) -> Vec<BirthRecord> {
        let mut births: Vec<BirthRecord> = Vec::new();
        for record in self.records(SERIES) {
            let spec = record.double("modulus").zip(record.double("rate"));
            let at = Timestamp::from_millisecond(record.at_ms).ok();
            let Some((at, (series, (modulus, rate)))) = at.zip(record.tags.series().zip(spec))
            else {
                continue;
            };
            let known = |value: f64| (value > 0.0).then_some(value);
            let counter = CounterSpec { modulus: known(modulus), max_rate_per_hour: known(rate) };
            let unit = series.parameter.spec().unit;
            // How often it is read is not on the server, and of no use to the copy.
            let series = BirthSeries { series, unit, interval_s: 0, counter: Some(counter) };
            let gateway = record.tags.gateway();
            match births.last_mut() {
                Some(last) if last.at == at && last.gateway == gateway => {
                    last.birth.series.push(series);
                }
                _ => {
                    let birth = Birth::new("", String::new(), vec![series]);
                    births.push(BirthRecord { at, gateway, birth });
                }
            }
        }
        births
    }

    /// The gateways' states, each by its last record.
    pub fn statuses(&self) -> BTreeMap<GatewayId, Status> {
        let mut last: BTreeMap<GatewayId, Status> = BTreeMap::new();
        for record in self.records(GATEWAYS) {
            let since = record.whole("since_ms");
            let since = since.and_then(|ms| Timestamp::from_millisecond(ms).ok());
            let (Some(gateway), Some(online), Some(since)) =
                (record.tags.gateway(), record.number("online"), since)
            else {
                continue;
            };
            let state = if online > 0.0 { GatewayState::Online } else { GatewayState::Offline };
            let mut status = Status::new(state, since);
            status.clock = record.number("provisional").map(|provisional| {
                if provisional > 0.0 { ClockState::Provisional } else { ClockState::Good }
            });
            last.insert(gateway, status);
        }
        last
    }
}

impl Record<'_> {
    fn number(&self, name: &str) -> Option<f64> {
        let field = fields().position(|field| field == name)? as u32;
        let found = self.fields.iter().rev().find(|held| held.field == field);
        found.map(|held| held.number)
    }

    /// An integer that a double holds exactly.
    fn whole(&self, name: &str) -> Option<i64> {
        let number = self.number(name)?;
        (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
    }

    fn count(&self, name: &str) -> Option<u64> {
        u64::try_from(self.whole(name)?).ok()
    }

    /// A number in two fields of 32 bits.
    fn double(&self, name: &str) -> Option<f64> {
        let half = |end: &str| u32::try_from(self.whole(&format!("{name}_{end}"))?).ok();
        line::exact(None, half("hi").zip(half("lo")))
    }

    fn loss(&self) -> Option<LossRecord> {
        let at = |name| Timestamp::from_millisecond(self.whole(name)?).ok();
        Some(LossRecord {
            first: self.count("remains_first")?,
            lost: self.count("lost"),
            from: at("lost_from_ms")?,
            to: at("lost_to_ms")?,
            why: line::lost_of(self.count("why")?)?,
        })
    }
}
