//! Assembles a server's samples into readings, batches, series and gateways' states.
//!
//! Samples may come in any order, and more than once. A record that the server does not show completely yet is left out
//! and read again until it has settled.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::core::{Flag, GatewayId, Reading, Series};
use crate::store::LostRow;
use crate::store::line::{self, WORDS_EACH};
use crate::wire::{
    Birth, BirthSeries, ClockState, CounterSpec, Epoch, GatewayState, LossRecord, Status,
};

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Tags {
    pub gateway: String,
    pub epoch: String,
    pub hub: String,
    pub station: String,
    pub parameter: String,
}

/// A tag that this program writes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tag {
    Gateway,
    Epoch,
    Hub,
    Station,
    Parameter,
}

impl Tag {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
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
            Tag::Gateway => &mut self.gateway,
            Tag::Epoch => &mut self.epoch,
            Tag::Hub => &mut self.hub,
            Tag::Station => &mut self.station,
            Tag::Parameter => &mut self.parameter,
        };
        // Rows of a table, and tables of a series, have the same.
        if tag != value {
            *tag = value.into();
        }
    }

    fn gateway(&self) -> Option<GatewayId> {
        self.gateway.parse().ok()
    }

    fn series(&self) -> Option<Series> {
        format!("{}/{}", self.station, self.parameter).parse().ok()
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Sample<'a> {
    pub tags: &'a Tags,
    pub field: &'a str,
    pub at_ms: i64,
    pub number: f64,
}

/// The fields with the same tags and time, by name.
type Fields = BTreeMap<String, f64>;

/// Records of a measurement other than readings, by time and tags.
#[derive(Debug, Default)]
pub(super) struct Records(BTreeMap<(i64, Tags), Fields>);

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

impl Records {
    pub fn add(&mut self, sample: Sample<'_>) {
        let fields = self.0.entry((sample.at_ms, sample.tags.clone())).or_default();
        fields.insert(sample.field.into(), sample.number);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The batches, in order of commit.
    pub fn batches(&self) -> impl Iterator<Item = BatchRecord> {
        self.0.iter().filter_map(|((at_ms, tags), fields)| {
            let (first, last) = (count(fields, "first")?, count(fields, "last")?);
            if first == 0 || first > last {
                return None;
            }
            let readings = count(fields, "n")?;
            let span = whole(fields, "from_ms").zip(whole(fields, "to_ms"));
            if readings > 0 && span.is_none() {
                return None;
            }
            let gateway = tags.gateway()?;
            let epoch = Epoch::try_from(tags.epoch.clone()).ok()?;
            let lost = loss_record(fields).map(|loss| LostRow {
                gateway: gateway.clone(),
                epoch,
                seq: last,
                loss,
            });
            Some(BatchRecord {
                gateway,
                epoch,
                first,
                last,
                readings,
                span,
                at: Timestamp::from_millisecond(*at_ms).ok()?,
                lost,
            })
        })
    }

    /// What gateways observe, in the order in which it was recorded.
    pub fn births(&self) -> Vec<BirthRecord> {
        let mut births: Vec<BirthRecord> = Vec::new();
        for ((at_ms, tags), fields) in &self.0 {
            let spec = number(fields, "modulus").zip(number(fields, "rate"));
            let at = Timestamp::from_millisecond(*at_ms).ok();
            let Some((at, (series, (modulus, rate)))) = at.zip(tags.series().zip(spec)) else {
                continue;
            };
            let known = |value: f64| (value > 0.0).then_some(value);
            let counter = CounterSpec { modulus: known(modulus), max_rate_per_hour: known(rate) };
            let unit = series.parameter.spec().unit;
            // How often it is read is not on the server, and of no use to the copy.
            let series = BirthSeries { series, unit, interval_s: 0, counter: Some(counter) };
            let gateway = tags.gateway();
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
    pub fn statuses(&self) -> Vec<(GatewayId, Status)> {
        let mut last: BTreeMap<GatewayId, Status> = BTreeMap::new();
        for ((_, tags), fields) in &self.0 {
            let since =
                whole(fields, "since_ms").and_then(|ms| Timestamp::from_millisecond(ms).ok());
            let (Some(gateway), Some(online), Some(since)) =
                (tags.gateway(), fields.get("online"), since)
            else {
                continue;
            };
            let state = if *online > 0.0 { GatewayState::Online } else { GatewayState::Offline };
            let mut status = Status::new(state, since);
            status.clock = fields.get("provisional").map(|provisional| {
                if *provisional > 0.0 { ClockState::Provisional } else { ClockState::Good }
            });
            last.insert(gateway, status);
        }
        last.into_iter().collect()
    }
}

fn loss_record(fields: &Fields) -> Option<LossRecord> {
    let at = |name| Timestamp::from_millisecond(whole(fields, name)?).ok();
    Some(LossRecord {
        first: count(fields, "remains_first")?,
        lost: count(fields, "lost"),
        from: at("lost_from_ms")?,
        to: at("lost_to_ms")?,
        why: line::lost_of(count(fields, "why")?)?,
    })
}

/// An integer that a double holds exactly.
fn whole(fields: &Fields, name: &str) -> Option<i64> {
    let number = *fields.get(name)?;
    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
}

fn count(fields: &Fields, name: &str) -> Option<u64> {
    u64::try_from(whole(fields, name)?).ok()
}

/// A number in two fields of 32 bits.
fn number(fields: &Fields, name: &str) -> Option<f64> {
    let half = |end: &str| u32::try_from(whole(fields, &format!("{name}_{end}"))?).ok();
    line::exact(None, half("hi").zip(half("lo")))
}

/// Readings, assembled from their fields.
#[derive(Debug, Default)]
pub(super) struct Readings {
    tags: HashMap<Tags, u32>,
    /// Of each set of tags, the gateway that they name and the series.
    series: Vec<(Option<GatewayId>, Option<Series>)>,
    /// The tags of the last sample: those of the next one are mostly the same.
    last: Option<(Tags, u32)>,
    parts: BTreeMap<(u32, i64), Parts>,
}

#[derive(Debug, Default)]
struct Parts {
    value: Option<f64>,
    flag: Option<f64>,
    reason: Option<f64>,
    missing: Option<f64>,
    high: Option<f64>,
    low: Option<f64>,
    registers: Option<f64>,
    words: BTreeMap<u16, f64>,
}

impl Readings {
    pub fn add(&mut self, sample: Sample<'_>) {
        let series = self.number_of(sample.tags);
        let parts = self.parts.entry((series, sample.at_ms)).or_default();
        let field = match sample.field {
            "v" => &mut parts.value,
            "f" => &mut parts.flag,
            "r" => &mut parts.reason,
            "m" => &mut parts.missing,
            "hi" => &mut parts.high,
            "lo" => &mut parts.low,
            "n" => &mut parts.registers,
            other => {
                let number = other.strip_prefix('w').and_then(|n| n.parse().ok());
                if let Some(number) = number {
                    parts.words.insert(number, sample.number);
                }
                return;
            }
        };
        // A server may show two samples for one instant, in any order: the greater counts, as in its own deduplication.
        *field = Some(field.map_or(sample.number, |before| before.max(sample.number)));
    }

    fn number_of(&mut self, tags: &Tags) -> u32 {
        if let Some((last, number)) = &self.last
            && last == tags
        {
            return *number;
        }
        let next = self.series.len() as u32;
        let number = *self.tags.entry(tags.clone()).or_insert(next);
        if number == next {
            self.series.push((tags.gateway(), tags.series()));
        }
        self.last = Some((tags.clone(), number));
        number
    }

    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// The complete ones with the gateway that each came from, if it is known; each series of a gateway in order of
    /// time.
    pub fn complete(self) -> Vec<(Option<GatewayId>, Reading)> {
        let mut complete = Vec::with_capacity(self.parts.len());
        for ((number, at_ms), parts) in self.parts {
            let Some((gateway, Some(series))) = self.series.get(number as usize) else { continue };
            let at = Timestamp::from_millisecond(at_ms).ok();
            let reading = at.and_then(|at| parts.reading(series.clone(), at));
            complete.extend(reading.map(|reading| (gateway.clone(), reading)));
        }
        complete
    }
}

impl Parts {
    fn reading(self, series: Series, at: Timestamp) -> Option<Reading> {
        let half = |number: Option<f64>| number.map(|number| number as u32);
        let value = line::exact(self.value, half(self.high).zip(half(self.low)));
        let reason = |code: f64| line::reason_of(code as u64);
        let mut reading = match value {
            Some(value) => Reading {
                flag: Flag::try_from(self.flag? as u8).ok()?,
                ..Reading::good(series, at, value)
            },
            None => Reading::missing(series, at, reason(self.missing?)?, Vec::new()),
        };
        // Fields left over from an earlier version say nothing of a good reading.
        if reading.flag == Flag::Good {
            return Some(reading);
        }
        if value.is_some() {
            reading.reason = reason(self.reason?);
        }
        let count = self.registers? as usize;
        for (i, packed) in (0..count.div_ceil(WORDS_EACH)).zip(self.words) {
            let held = (count - i * WORDS_EACH).min(WORDS_EACH);
            let packed = packed.1 as u64;
            let words = (0..held).rev().map(|n| (packed >> (16 * n)) as u16);
            reading.raw.extend(words);
        }
        // Otherwise the server does not show all words yet.
        (reading.raw.len() == count).then_some(reading)
    }
}
