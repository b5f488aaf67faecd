//! Line protocol: the same lines for InfluxDB 2 and for VictoriaMetrics (docs/scale.md).
//!
//! Only numbers are written, since VictoriaMetrics stores nothing else. It keeps about 12 significant digits, and fewer where a
//! series mixes large numbers with small ones: a value that would not come back unchanged is written in two fields of 32 bits as
//! well.

use influxdb_line_protocol::LineProtocolBuilder;
use influxdb_line_protocol::builder::{AfterField, AfterMeasurement};
use jiff::Timestamp;

use crate::core::{Flag, GatewayId, Outcome, Reading, Reason, Series};
use crate::wire::{Batch, CounterSpec, LossCause, LossRecord, Status};
use crate::wire::{ClockState, GatewayState};

/// Measurement of readings.
pub const READINGS: &str = "hanqing";
/// Measurement of committed batches.
pub const BATCHES: &str = "hanqing_batch";
/// Measurement of series and counters' specifications.
pub const SERIES: &str = "hanqing_series";
/// Measurement of gateways' states.
pub const GATEWAYS: &str = "hanqing_gateway";

/// Registers of 16 bits in one field: a double is exact up to 2^53.
pub const WORDS_EACH: usize = 3;

/// The number that stands for a reason. An assigned number never changes.
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
    Reason::ALL.iter().copied().find(|reason| u64::from(reason_code(*reason)) == code)
}

/// The number that stands for the reason of a loss.
pub fn lost_code(why: LossCause) -> u8 {
    match why {
        LossCause::Thinned => 1,
        LossCause::Full => 2,
        LossCause::Unwritten => 3,
        LossCause::Damaged => 4,
    }
}

/// The reason of a loss that a number stands for.
pub fn lost_of(code: u64) -> Option<LossCause> {
    let all = [LossCause::Thinned, LossCause::Full, LossCause::Unwritten, LossCause::Damaged];
    all.into_iter().find(|why| u64::from(lost_code(*why)) == code)
}

/// Every server gives back six decimals and twelve digits before them unchanged.
const PLAIN_MAX: f64 = 1e12;

/// The value as it is written first, and whether it comes back bit for bit.
pub fn plain(value: f64) -> (Option<f64>, bool) {
    if value.abs() >= PLAIN_MAX {
        return (None, false);
    }
    let rounded = (value * 1e6).round() / 1e6;
    // Minus zero loses its sign on the way.
    let short = format!("{rounded:.10e}").parse() == Ok(rounded);
    let exact =
        short && rounded.to_bits() == value.to_bits() && value.to_bits() != (-0.0f64).to_bits();
    (Some(rounded), exact)
}

/// The value in these fields of a reading; `None` where they hold none. Halves left over from another value, which the plain one
/// has replaced, do not count.
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

/// A line whose first field has been written.
type Line<'a> = LineProtocolBuilder<&'a mut Vec<u8>, AfterField>;

/// Begins a line of `measurement` with these tags, in order of their names.
fn begin<'a>(
    out: &'a mut Vec<u8>,
    measurement: &str,
    tags: &[(&str, Option<&str>)],
) -> LineProtocolBuilder<&'a mut Vec<u8>, AfterMeasurement> {
    let mut line = LineProtocolBuilder::new_with(out).measurement(measurement);
    for (name, value) in tags {
        if let Some(value) = value {
            line = line.tag(name, value);
        }
    }
    line
}

/// Appends the line of a reading that came from `gateway`.
///
/// # Errors
/// The reading holds what no server can store; nothing is appended then.
pub fn reading(
    out: &mut Vec<u8>,
    gateway: Option<&GatewayId>,
    reading: &Reading,
) -> Result<(), String> {
    if let Outcome::Value(value) = reading.outcome
        && !value.is_finite()
    {
        return Err(format!(
            "{value} of {} is not a finite number and cannot be stored",
            reading.series
        ));
    }
    let tags = [
        ("gateway", gateway.map(GatewayId::as_str)),
        ("parameter", Some(reading.series.parameter.id())),
        ("station", Some(reading.series.station.as_str())),
    ];
    let line = begin(out, READINGS, &tags);
    let mut line = match reading.outcome {
        Outcome::Missing(reason) => line.field("m", i64::from(reason_code(reason))),
        Outcome::Value(value) => {
            let flag = i64::from(u8::from(reading.flag));
            let (rounded, exact) = plain(value);
            let mut line = match rounded {
                Some(rounded) => line.field("v", rounded).field("f", flag),
                None => line.field("f", flag),
            };
            if reading.flag != Flag::Good {
                line = line.field("r", i64::from(reading.reason.map_or(0, reason_code)));
            }
            if exact { line } else { halves(line, ["hi", "lo"], value) }
        }
    };
    if reading.flag != Flag::Good {
        line = line.field("n", reading.raw.len() as i64);
        for (i, words) in reading.raw.chunks(WORDS_EACH).enumerate() {
            let packed = words.iter().fold(0i64, |all, word| all << 16 | i64::from(*word));
            line = line.field(&format!("w{i}"), packed);
        }
    }
    end(line, reading.observed_at);
    Ok(())
}

/// Appends the line of a batch that came at `at` by the clock of the hub named `hub`.
pub fn batch(out: &mut Vec<u8>, hub: &str, batch: &Batch, at: Timestamp) {
    let epoch = batch.epoch.to_string();
    let tags =
        [("epoch", Some(&*epoch)), ("gateway", Some(batch.gateway.as_str())), ("hub", Some(hub))];
    let (first, last) = batch.stands_for();
    let mut line = begin(out, BATCHES, &tags)
        .field("first", first as i64)
        .field("last", last as i64)
        .field("n", batch.readings.len() as i64);
    let times = batch.readings.iter().map(|reading| reading.observed_at.as_millisecond());
    if let Some((from, to)) = times.clone().min().zip(times.max()) {
        line = line.field("from_ms", from).field("to_ms", to);
    }
    if let Some(LossRecord { first, lost, from, to, why }) = batch.loss {
        line = line.field("remains_first", first as i64);
        if let Some(lost) = lost {
            line = line.field("lost", lost as i64);
        }
        line = line
            .field("lost_from_ms", from.as_millisecond())
            .field("lost_to_ms", to.as_millisecond())
            .field("why", i64::from(lost_code(why)));
    }
    end(line, at);
}

/// Appends the line of a series that a gateway observes, and of how a counter's register behaves.
pub fn series(
    out: &mut Vec<u8>,
    hub: &str,
    gateway: Option<&GatewayId>,
    series: &Series,
    counter: Option<CounterSpec>,
    at: Timestamp,
) {
    let tags = [
        ("gateway", gateway.map(GatewayId::as_str)),
        ("hub", Some(hub)),
        ("parameter", Some(series.parameter.id())),
        ("station", Some(series.station.as_str())),
    ];
    let (modulus, rate) = counter.map(|c| (c.modulus, c.max_rate_per_hour)).unwrap_or_default();
    // What is not known is written as 0: it may have been known before.
    let line = begin(out, SERIES, &tags).field("k", 1i64);
    let line = halves(line, ["modulus_hi", "modulus_lo"], modulus.unwrap_or(0.0));
    end(halves(line, ["rate_hi", "rate_lo"], rate.unwrap_or(0.0)), at);
}

/// Appends the line of a gateway's status.
pub fn status(out: &mut Vec<u8>, hub: &str, gateway: &GatewayId, status: &Status, at: Timestamp) {
    let tags = [("gateway", Some(gateway.as_str())), ("hub", Some(hub))];
    let mut line = begin(out, GATEWAYS, &tags)
        .field("online", i64::from(status.state == GatewayState::Online))
        .field("since_ms", status.since.as_millisecond());
    if let Some(clock) = status.clock {
        line = line.field("provisional", i64::from(clock == ClockState::Provisional));
    }
    end(line, at);
}

/// The bits of a value in two fields of 32 bits.
fn halves<'a>(line: Line<'a>, [high, low]: [&str; 2], value: f64) -> Line<'a> {
    let bits = value.to_bits();
    line.field(high, (bits >> 32) as i64).field(low, (bits & 0xffff_ffff) as i64)
}

fn end(line: Line<'_>, at: Timestamp) {
    line.timestamp(at.as_millisecond()).close_line();
}
