//! The engine's state, and how it judges one reading.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::HOUR_MS;

/// Readings that must follow a held one before it is believed. Practice of the trade: wait for two confirming reads.
pub const CONFIRMATIONS: usize = 2;

/// Factor by which a meter may exceed its stated rate: clocks and rated powers are not exact. Engineering judgement.
const RATE_MARGIN: f64 = 1.2;

/// Shortest time that growth is compared with, h: a register with steps of 1 m³ that is polled every minute stands
/// still for long and then jumps by a whole step. Engineering judgement.
const HOURS_MIN: f64 = 1.0;

/// Readings no further apart than this confirm each other, h: a wild one would have to lie within what the meter counts
/// in so short a time. Twice the longest interval in use. Engineering judgement.
const NEAR_HOURS: f64 = 2.0;

/// Share of its modulus from which a register may roll over. Engineering judgement.
const ROLLOVER_FROM: f64 = 0.95;

/// Without a known rate, the largest growth in a roll-over as a share of the modulus. Engineering judgement.
const ROLLOVER_SHARE_MAX: f64 = 0.1;

/// Relative step of an f32 register, 2^-23: a smaller fall is rounding in the meter.
const F32_STEP: f64 = f32::EPSILON as f64;

/// How a counter's register behaves, in the unit of the readings that are fed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spec {
    /// The value at which the register returns to zero; `None` where it never does in practice.
    pub modulus: Option<f64>,
    /// The most that it can grow in an hour, at least its own resolution. Without it only a fall is suspicious, and
    /// `increment_max` does not cover what was lost before a reset.
    pub max_rate_per_hour: Option<f64>,
}

impl Spec {
    /// The most that the register can have grown between two instants.
    fn limit(&self, from: Sample, to: Sample) -> Option<f64> {
        let rate = self.max_rate_per_hour?;
        let hours = from.hours_to(to);
        let rounding = F32_STEP * from.raw.abs().max(to.raw.abs());
        Some(rate * hours.max(HOURS_MIN) * RATE_MARGIN + rounding)
    }

    /// The most by which the shown value can have grown: it moves in whole steps, each at most one hour's growth.
    fn shown_limit(&self, from: Sample, to: Sample) -> Option<f64> {
        Some(self.limit(from, to)? + self.max_rate_per_hour?)
    }

    /// Ordinary growth from `from` to `to`; `None` where it is too much, or a fall.
    fn growth(&self, from: Sample, to: Sample) -> Option<f64> {
        let grown = to.raw - from.raw;
        let rounding = F32_STEP * from.raw.abs();
        if grown < -rounding || self.limit(from, to).is_some_and(|limit| grown > limit) {
            return None;
        }
        Some(grown.max(0.0))
    }

    /// Growth from `from` to `to` through a roll-over; `None` where that does not explain it.
    fn rolled(&self, from: Sample, to: Sample) -> Option<f64> {
        let modulus = self.modulus?;
        let grown = modulus - from.raw + to.raw;
        let limit = self.limit(from, to).unwrap_or(ROLLOVER_SHARE_MAX * modulus).min(modulus);
        let falls = to.raw < from.raw && from.raw <= modulus && to.raw >= 0.0;
        (falls && from.raw >= ROLLOVER_FROM * modulus && grown <= limit).then_some(grown)
    }

    /// Whether the shown value may have grown this much, by whole steps.
    fn may_have_grown(&self, from: Sample, to: Sample) -> bool {
        let limit = self.shown_limit(from, to);
        limit.is_some_and(|limit| (0.0..=limit).contains(&(to.raw - from.raw)))
    }

    /// Whether a small register that fell may have rolled over in a gap, from anywhere.
    fn may_have_rolled(&self, from: Sample, to: Sample) -> bool {
        let turn = self.modulus.zip(self.shown_limit(from, to));
        turn.is_some_and(|(modulus, limit)| modulus - from.raw + to.raw <= limit)
    }

    /// The most that it can have grown from `from` to `to` where it shows `grown`: a small register may have rolled
    /// over unseen in a gap, once or more often.
    fn growth_max(&self, from: Sample, to: Sample, grown: f64) -> f64 {
        let turns = self
            .modulus
            .zip(self.shown_limit(from, to))
            .map(|(modulus, limit)| modulus * ((limit - grown) / modulus).floor());
        grown + turns.filter(|more| *more > 0.0).unwrap_or(0.0)
    }
}

/// One reading of the register.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Sample {
    at: Timestamp,
    #[serde(with = "bits")]
    raw: f64,
}

impl Sample {
    fn hours_to(self, later: Sample) -> f64 {
        (later.at.as_millisecond() - self.at.as_millisecond()) as f64 / HOUR_MS as f64
    }
}

/// Writes a number as its bits: a JSON parser may round a decimal by one step, and a resumed fold must not.
mod bits {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(value.to_bits())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        u64::deserialize(deserializer).map(f64::from_bits)
    }
}

/// What the engine knows after some readings: at most `1 + CONFIRMATIONS` of them. The default has seen none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct State {
    /// The last accepted reading.
    base: Option<Sample>,
    /// Later readings that do not follow it, but each other.
    held: Vec<Sample>,
    /// Whether a dropped later reading, which the next did not follow, lay above the last accepted one; `None` where
    /// none was dropped. It may have been the register after a reset, and the next one the glitch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dropped_above: Option<bool>,
}

/// What one reading settled.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Step {
    /// The least that the register grew by.
    pub increment: f64,
    /// The most that it can have grown by: above `increment` where a reset may have hidden something.
    pub increment_max: f64,
    /// Roll-overs settled, 0 or 1.
    pub rollovers: u32,
    /// Resets or replacements settled, 0 or 1.
    pub resets: u32,
    /// Held readings dropped as glitches.
    pub glitches: u32,
}

impl State {
    /// Feeds one reading, in order of time, and returns what it settled. A reading at or before the last one, or one
    /// that is not finite, is ignored. Where two explanations fit, `increment` is the smaller growth, and
    /// `increment_max` covers the larger.
    ///
    /// ```
    /// use hanqing::counter::{Spec, State};
    ///
    /// let meter = Spec { modulus: Some(100_000.0), max_rate_per_hour: Some(20.0) };
    /// let mut state = State::default();
    /// state.feed(&meter, "2022-08-01T00:00:00Z".parse()?, 99_995.0);
    /// let step = state.feed(&meter, "2022-08-01T01:00:00Z".parse()?, 99_999.0);
    /// assert_eq!(step.increment, 4.0);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn feed(&mut self, spec: &Spec, at: Timestamp, raw: f64) -> Step {
        let seen_at = self.held.last().or(self.base.as_ref()).map(|sample| sample.at);
        if !raw.is_finite() || seen_at.is_some_and(|seen_at| at <= seen_at) {
            return Step::default();
        }
        let sample = Sample { at, raw };
        let Some(base) = self.base else {
            self.base = Some(sample);
            return Step::default();
        };
        let first = self.held.first().copied();
        let follows_held =
            self.held.last().is_some_and(|last| spec.growth(*last, sample).is_some());
        let jumped_up = first.is_some_and(|first| first.raw > base.raw);
        if let Some(grown) = spec.growth(base, sample)
            && !(follows_held && jumped_up)
        {
            let (least, most) = self.bounds(spec, base, sample, grown, follows_held);
            return self.accept(base, sample, (grown, least, most));
        }
        if let Some(grown) = spec.rolled(base, sample)
            && !follows_held
        {
            // The held readings may also have been the register after a reset: then this is not a roll-over.
            let clear = self.held.is_empty();
            let (least, most) = match self.bounds(spec, base, sample, grown, !clear) {
                (least, most) if clear => (least, most),
                (_, most) => (0.0, most),
            };
            let step = self.accept(base, sample, (grown, least, most));
            return Step { rollovers: 1, ..step };
        }
        match first {
            Some(first) if follows_held && self.held.len() >= CONFIRMATIONS => {
                // After a gap, a reading that follows the first may not prove it: the first may have been a glitch.
                let second = self.held.get(1).copied().unwrap_or(first);
                let near = first.hours_to(second) <= NEAR_HOURS;
                let sure = if near { first } else { second };
                self.begin_segment(spec, base, sure, sample)
            }
            Some(_) if !follows_held => {
                let glitches = count(&self.held);
                let above = self.held.iter().any(|held| held.raw > base.raw);
                self.dropped_above = Some(above || self.dropped_above == Some(true));
                self.held = vec![sample];
                Step { glitches, ..Step::default() }
            }
            _ => {
                self.held.push(sample);
                Step::default()
            }
        }
    }

    /// How many readings wait for later ones to decide.
    pub fn pending(&self) -> usize {
        self.held.len()
    }

    /// The least and the most that the register grew by from `base` to `sample`, which follows it with `grown`.
    fn bounds(
        &self,
        spec: &Spec,
        base: Sample,
        sample: Sample,
        grown: f64,
        follows_held: bool,
    ) -> (f64, f64) {
        let grown_max = spec.growth_max(base, sample, grown);
        let moved_since = |held: &Sample| {
            spec.may_have_grown(*held, sample) || spec.may_have_rolled(*held, sample)
        };
        let doubtful = follows_held
            || self.held.len() >= CONFIRMATIONS
            || self.dropped_above.is_some()
            || self.held.last().is_some_and(moved_since);
        if !doubtful {
            return (grown, grown_max);
        }
        // It may also have been reset and have passed its old value since; or the held readings, which agree, were the
        // register, and this one is the glitch.
        let most = spec.limit(base, sample).map_or(grown_max, |limit| limit.max(grown_max));
        let least = match (self.held.first(), self.held.last()) {
            _ if self.dropped_above == Some(true) => 0.0,
            (Some(first), Some(last)) if !follows_held && self.held.len() >= CONFIRMATIONS => {
                grown.min((last.raw - first.raw).max(0.0))
            }
            _ => grown,
        };
        (least, most)
    }

    /// Accepts `sample`, which follows `base`: the readings held between are glitches.
    fn accept(
        &mut self,
        base: Sample,
        sample: Sample,
        (grown, least, most): (f64, f64, f64),
    ) -> Step {
        let glitches = count(&self.held);
        self.held.clear();
        self.dropped_above = None;
        // A fall by rounding does not lower the base: the next rise would count it twice.
        let rounded_down = sample.raw < base.raw && grown == 0.0;
        let raw = if rounded_down { base.raw } else { sample.raw };
        self.base = Some(Sample { at: sample.at, raw });
        Step { increment: least, increment_max: most, glitches, ..Step::default() }
    }

    /// Believes the held readings: the register was reset or the meter replaced. `first` surely shows the new register.
    fn begin_segment(&mut self, spec: &Spec, base: Sample, first: Sample, last: Sample) -> Step {
        self.held.clear();
        self.dropped_above = None;
        self.base = Some(last);
        // The first value says nothing: a register may restart at zero, a new meter with what it counted before.
        let increment = (last.raw - first.raw).max(0.0);
        let restarted = if first.raw < base.raw { first.raw.max(0.0) } else { 0.0 };
        let increment_max =
            spec.limit(base, last).map_or(restarted + increment, |limit| limit.max(increment));
        Step { increment, increment_max, resets: 1, ..Step::default() }
    }
}

fn count(held: &[Sample]) -> u32 {
    u32::try_from(held.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

#[cfg(test)]
#[path = "simulation_tests.rs"]
mod simulation_tests;
