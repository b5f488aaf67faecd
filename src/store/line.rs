//! Line protocol: the same lines for InfluxDB 2 and for VictoriaMetrics (docs/scale.md).
//!
//! Only numbers are written, since VictoriaMetrics stores nothing else. It keeps about 12 significant digits, and fewer
//! where a series mixes large numbers with small ones: a value that would not come back unchanged is written in two
//! fields of 32 bits as well.

use jiff::Timestamp;

use crate::core::{Flag, GatewayId, Outcome, Reading, Reason, Series};
use crate::interop::line::Line;
use crate::locales::{Text, store as words};
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
        Reason::Revoked => 23,
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

/// The value in these fields of a reading; `None` where they hold none. Halves of a value since replaced do not count.
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

/// Whether a line can hold a reading at all; the error says why not.
pub fn storable(reading: &Reading) -> Result<(), Text> {
    match reading.outcome {
        Outcome::Value(value) if !value.is_finite() => {
            Err(words::not_finite(value, reading.series.to_string()))
        }
        _ => Ok(()),
    }
}

/// Appends the line of a reading that came from `gateway`.
///
/// # Errors
/// The reading holds what no server can store; nothing is appended then.
pub fn reading(
    out: &mut Vec<u8>,
    gateway: Option<&GatewayId>,
    reading: &Reading,
) -> Result<(), Text> {
    storable(reading)?;
    let tags = [
        ("gateway", gateway.map(GatewayId::as_str)),
        ("parameter", Some(reading.series.parameter.id())),
        ("station", Some(reading.series.station.as_str())),
    ];
    let line = Line::new(out, READINGS, &tags);
    let mut line = match reading.outcome {
        Outcome::Missing(reason) => line.integer("m", reason_code(reason)),
        Outcome::Value(value) => {
            let flag = u8::from(reading.flag);
            let (rounded, exact) = plain(value);
            let mut line = match rounded {
                Some(rounded) => line.float("v", rounded).integer("f", flag),
                None => line.integer("f", flag),
            };
            if reading.flag != Flag::Good {
                line = line.integer("r", reading.reason.map_or(0, reason_code));
            }
            if exact { line } else { line.halves(["hi", "lo"], value) }
        }
    };
    if reading.flag != Flag::Good {
        line = line.integer("n", reading.raw.len() as u64);
        for (i, words) in reading.raw.chunks(WORDS_EACH).enumerate() {
            let packed = words.iter().fold(0u64, |all, word| all << 16 | u64::from(*word));
            line = line.integer(&format!("w{i}"), packed);
        }
    }
    line.end(reading.observed_at.as_millisecond());
    Ok(())
}

/// Appends the line of a batch that came at `at` by the clock of the hub named `hub`.
pub fn batch(out: &mut Vec<u8>, hub: &str, batch: &Batch, at: Timestamp) {
    let epoch = batch.epoch.to_string();
    let tags =
        [("epoch", Some(&*epoch)), ("gateway", Some(batch.gateway.as_str())), ("hub", Some(hub))];
    let (first, last) = batch.stands_for();
    let mut line = Line::new(out, BATCHES, &tags)
        .integer("first", first)
        .integer("last", last)
        .integer("n", batch.readings.len() as u64);
    let times = batch.readings.iter().map(|reading| reading.observed_at.as_millisecond());
    if let Some((from, to)) = times.clone().min().zip(times.max()) {
        line = line.integer("from_ms", from).integer("to_ms", to);
    }
    if let Some(LossRecord { first, lost, from, to, why }) = batch.loss {
        line = line.integer("remains_first", first);
        if let Some(lost) = lost {
            line = line.integer("lost", lost);
        }
        line = line
            .integer("lost_from_ms", from.as_millisecond())
            .integer("lost_to_ms", to.as_millisecond())
            .integer("why", lost_code(why));
    }
    line.end(at.as_millisecond());
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
    Line::new(out, SERIES, &tags)
        .integer("k", 1)
        .halves(["modulus_hi", "modulus_lo"], modulus.unwrap_or(0.0))
        .halves(["rate_hi", "rate_lo"], rate.unwrap_or(0.0))
        .end(at.as_millisecond());
}

/// Appends the line of a gateway's status.
pub fn status(out: &mut Vec<u8>, hub: &str, gateway: &GatewayId, status: &Status, at: Timestamp) {
    let tags = [("gateway", Some(gateway.as_str())), ("hub", Some(hub))];
    let mut line = Line::new(out, GATEWAYS, &tags)
        .integer("online", u8::from(status.state == GatewayState::Online))
        .integer("since_ms", status.since.as_millisecond());
    if let Some(clock) = status.clock {
        line = line.integer("provisional", u8::from(clock == ClockState::Provisional));
    }
    line.end(at.as_millisecond());
}
