//! What is written to a server, as line protocol: the same lines for InfluxDB 2 and for VictoriaMetrics (docs/scale.md).
//!
//! Only numbers are written, since VictoriaMetrics keeps nothing else. It keeps some 12 significant digits of them, and fewer
//! where a series mixes large with small: a value that would not come back as it is stands in two fields of 32 bits besides.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::core::{Flag, GatewayId, Outcome, Reading, Reason, Series};
use crate::wire::{Batch, CounterSpec, LostTo, Remains, Status};
use crate::wire::{ClockState, GatewayState};

/// Measurement of readings.
pub const READINGS: &str = "hanqing";
/// Measurement of batches that came.
pub const BATCHES: &str = "hanqing_batch";
/// Measurement of series, and of how the registers of counters behave.
pub const SERIES: &str = "hanqing_series";
/// Measurement of what gateways say of themselves.
pub const GATEWAYS: &str = "hanqing_gateway";

/// Registers of 16 bits that one field holds: a double counts exactly to 2^53.
pub const WORDS_EACH: usize = 3;

/// The number that stands for a reason. Numbers once given are never changed.
pub fn reason_code(reason: Reason) -> u8 {
    match reason {
        Reason::Timeout => 1,
        Reason::Unreachable => 2,
        Reason::Transport => 3,
        Reason::Exception => 4,
        Reason::Length => 5,
        Reason::Crc => 6,
        Reason::Cut => 7,
        Reason::Foreign => 8,
        Reason::Noise => 9,
        Reason::Sentinel => 10,
        Reason::Undecodable => 11,
        Reason::Invalid => 12,
        Reason::OutOfRange => 13,
        Reason::Unexpected => 14,
        Reason::Spike => 15,
        Reason::Rate => 16,
        Reason::Flat => 17,
        Reason::Attenuated => 18,
        Reason::Gap => 19,
        Reason::Clock => 20,
        Reason::NoFlow => 21,
        Reason::IdleFall => 22,
    }
}

/// The reason that a number stands for.
pub fn reason_of(code: u64) -> Option<Reason> {
    let stands = |reason: &Reason| u64::from(reason_code(*reason)) == code;
    Reason::ALL.iter().copied().find(stands)
}

/// The number that stands for why readings are lost.
pub fn lost_code(why: LostTo) -> u8 {
    match why {
        LostTo::Thinned => 1,
        LostTo::Full => 2,
        LostTo::Unwritten => 3,
        LostTo::Spoilt => 4,
    }
}

/// Why readings are lost, by its number.
pub fn lost_of(code: u64) -> Option<LostTo> {
    match code {
        1 => Some(LostTo::Thinned),
        2 => Some(LostTo::Full),
        3 => Some(LostTo::Unwritten),
        4 => Some(LostTo::Spoilt),
        _ => None,
    }
}

/// Six decimals and twelve digits before them are what every server gives back as it was.
const PLAIN_MAX: f64 = 1e12;

/// The value as it is written first, and whether it comes back from there bit for bit.
pub fn plain(value: f64) -> (Option<f64>, bool) {
    if value.abs() >= PLAIN_MAX {
        return (None, false);
    }
    let rounded = (value * 1e6).round() / 1e6;
    // Of minus zero nothing remains on the way.
    let short = format!("{rounded:.10e}").parse() == Ok(rounded);
    let exact =
        short && rounded.to_bits() == value.to_bits() && value.to_bits() != (-0.0f64).to_bits();
    (Some(rounded), exact)
}

/// The value that these fields of a reading hold; `None` where they hold none. Halves that belong to another value than the plain
/// one, because it was overwritten, do not count.
pub fn exact(plain_value: Option<f64>, halves: Option<(u32, u32)>) -> Option<f64> {
    let whole = halves.map(|(high, low)| f64::from_bits(u64::from(high) << 32 | u64::from(low)));
    match (plain_value, whole) {
        (Some(value), Some(whole)) => {
            let fits = whole.is_finite() && (whole - value).abs() <= 1e-6 + value.abs() * 1e-10;
            Some(if fits { whole } else { value })
        }
        (plain_value, whole) => plain_value.or(whole.filter(|whole| whole.is_finite())),
    }
}

/// Writes the line of a reading, of the gateway that it came from.
///
/// # Errors
/// Says what of it no server can hold; nothing is written then.
pub fn reading(
    out: &mut String,
    gateway: Option<&GatewayId>,
    reading: &Reading,
) -> Result<(), String> {
    let value = match reading.outcome {
        Outcome::Value(value) if !value.is_finite() => {
            return Err(format!("{value} of {} is no number that can be stored", reading.series));
        }
        Outcome::Value(value) => Some(value),
        Outcome::Missing(_) => None,
    };
    out.push_str(READINGS);
    if let Some(gateway) = gateway {
        tag(out, "gateway", gateway.as_str());
    }
    series_tags(out, &reading.series);
    let mut fields = Fields::new(out);
    match (value, reading.outcome) {
        (Some(value), _) => {
            let (rounded, exact) = plain(value);
            if let Some(rounded) = rounded {
                fields.put("v", format_args!("{rounded:?}"));
            }
            fields.put("f", format_args!("{}i", u8::from(reading.flag)));
            if reading.flag != Flag::Good {
                fields.put("r", format_args!("{}i", reading.reason.map_or(0, reason_code)));
            }
            if !exact {
                let bits = value.to_bits();
                fields.put("hi", format_args!("{}i", bits >> 32));
                fields.put("lo", format_args!("{}i", bits & 0xffff_ffff));
            }
        }
        (None, Outcome::Missing(reason)) => {
            fields.put("m", format_args!("{}i", reason_code(reason)))
        }
        (None, Outcome::Value(_)) => {}
    }
    if reading.flag != Flag::Good {
        fields.put("n", format_args!("{}i", reading.raw.len()));
        for (i, words) in reading.raw.chunks(WORDS_EACH).enumerate() {
            let packed = words.iter().fold(0u64, |all, word| all << 16 | u64::from(*word));
            fields.put(&format!("w{i}"), format_args!("{packed}i"));
        }
    }
    time(out, reading.observed_at);
    Ok(())
}

/// Writes the line of a batch that came, at `at` by the clock of the hub named `hub`.
pub fn batch(out: &mut String, hub: &str, batch: &Batch, at: Timestamp) {
    out.push_str(BATCHES);
    tag(out, "epoch", &batch.epoch.to_string());
    tag(out, "gateway", batch.gateway.as_str());
    tag(out, "hub", hub);
    let (first, last) = batch.stands_for();
    let mut fields = Fields::new(out);
    fields.put("first", format_args!("{first}i"));
    fields.put("last", format_args!("{last}i"));
    fields.put("n", format_args!("{}i", batch.readings.len()));
    let times = batch.readings.iter().map(|reading| reading.observed_at.as_millisecond());
    if let Some((from, to)) = times.clone().min().zip(times.max()) {
        fields.put("from_ms", format_args!("{from}i"));
        fields.put("to_ms", format_args!("{to}i"));
    }
    if let Some(Remains { first, lost, from, to, why }) = &batch.remains {
        fields.put("remains_first", format_args!("{first}i"));
        if let Some(lost) = lost {
            fields.put("lost", format_args!("{lost}i"));
        }
        fields.put("lost_from_ms", format_args!("{}i", from.as_millisecond()));
        fields.put("lost_to_ms", format_args!("{}i", to.as_millisecond()));
        fields.put("why", format_args!("{}i", lost_code(*why)));
    }
    time(out, at);
}

/// Writes the line of a series that a gateway observes, and of a counter how its register behaves.
pub fn series(
    out: &mut String,
    hub: &str,
    gateway: Option<&GatewayId>,
    series: &Series,
    counter: Option<CounterSpec>,
    at: Timestamp,
) {
    out.push_str(SERIES);
    if let Some(gateway) = gateway {
        tag(out, "gateway", gateway.as_str());
    }
    tag(out, "hub", hub);
    series_tags(out, series);
    let mut fields = Fields::new(out);
    fields.put("k", format_args!("1i"));
    let spec = counter.map(|c| (c.modulus, c.max_rate_per_hour)).unwrap_or_default();
    // What is not known is said as well: it may have been known before.
    for (name, value) in [("modulus", spec.0), ("rate", spec.1)] {
        let bits = value.unwrap_or(0.0).to_bits();
        fields.put(&format!("{name}_hi"), format_args!("{}i", bits >> 32));
        fields.put(&format!("{name}_lo"), format_args!("{}i", bits & 0xffff_ffff));
    }
    time(out, at);
}

/// Writes the line of what a gateway says of itself.
pub fn status(out: &mut String, hub: &str, gateway: &GatewayId, status: &Status, at: Timestamp) {
    out.push_str(GATEWAYS);
    tag(out, "gateway", gateway.as_str());
    tag(out, "hub", hub);
    let mut fields = Fields::new(out);
    let online = u8::from(status.state == GatewayState::Online);
    fields.put("online", format_args!("{online}i"));
    fields.put("since_ms", format_args!("{}i", status.since.as_millisecond()));
    if let Some(clock) = status.clock {
        let provisional = u8::from(clock == ClockState::Provisional);
        fields.put("provisional", format_args!("{provisional}i"));
    }
    time(out, at);
}

fn series_tags(out: &mut String, series: &Series) {
    tag(out, "parameter", series.parameter.id());
    tag(out, "station", series.station.as_str());
}

/// Nothing needs escaping: ids, epochs and names of hubs are of letters, digits, `-` and `_`.
fn tag(out: &mut String, name: &str, value: &str) {
    for part in [",", name, "=", value] {
        out.push_str(part);
    }
}

struct Fields<'a> {
    out: &'a mut String,
    separator: char,
}

impl<'a> Fields<'a> {
    fn new(out: &'a mut String) -> Self {
        Self { out, separator: ' ' }
    }

    fn put(&mut self, name: &str, value: std::fmt::Arguments<'_>) {
        // A String takes whatever is written.
        let _written = write!(self.out, "{}{name}={value}", self.separator);
        self.separator = ',';
    }
}

fn time(out: &mut String, at: Timestamp) {
    let _written = writeln!(out, " {}", at.as_millisecond());
}
