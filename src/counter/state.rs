//! The engine's state, and the judgement on one reading.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Readings that must follow a held one before it is believed (domain practice: wait for two confirming reads).
pub const CONFIRMING: usize = 2;

/// A meter may exceed its stated rate by this factor: clocks and rated powers are not exact. Engineering judgement.
const RATE_MARGIN: f64 = 1.2;

/// Growth is never held against less time than this, h: a register of 1 m³ steps that is polled each minute stands still
/// for long and then jumps by a whole step. Engineering judgement.
const HOURS_MIN: f64 = 1.0;

/// Readings no further apart than this bear each other out, h: a wild one would have to lie within what the meter counts in so
/// short a time. Twice the longest interval in use. Engineering judgement.
const NEAR_HOURS: f64 = 2.0;

/// A register rolls over only from this share of its modulus on. Engineering judgement.
const ROLLOVER_FROM: f64 = 0.95;

/// Where no rate is known, a roll-over may grow by this share of the modulus at most. Engineering judgement.
const ROLLOVER_SHARE_MAX: f64 = 0.1;

/// Relative step of an f32 register, 2^-23: a fall by no more than it is rounding in the meter.
const F32_STEP: f64 = f32::EPSILON as f64;

/// How a counter's register behaves, in the unit that its readings are fed in.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spec {
    /// The value at which the register returns to zero; `None` where it never does in practice.
    pub modulus: Option<f64>,
    /// The most that it can grow in an hour, at least its own resolution; `None` where that is not known: then only a
    /// fall is suspicious, and `increment_max` after a reset bounds nothing that was lost before it.
    pub max_rate_per_hour: Option<f64>,
}

impl Spec {
    /// The most that the register can have grown between two instants.
    fn limit(&self, from: Mark, to: Mark) -> Option<f64> {
        let rate = self.max_rate_per_hour?;
        let hours = from.hours_to(to);
        let rounding = F32_STEP * from.raw.abs().max(to.raw.abs());
        Some(rate * hours.max(HOURS_MIN) * RATE_MARGIN + rounding)
    }

    /// The most that the register can show to have grown by: it shows whole steps, of at most what it grows by in an hour.
    fn shown_limit(&self, from: Mark, to: Mark) -> Option<f64> {
        Some(self.limit(from, to)? + self.max_rate_per_hour?)
    }

    /// Growth from `from` to `to` without anything odd; `None` where it is too much, or a fall.
    fn growth(&self, from: Mark, to: Mark) -> Option<f64> {
        let grown = to.raw - from.raw;
        let rounding = F32_STEP * from.raw.abs();
        if grown < -rounding || self.limit(from, to).is_some_and(|limit| grown > limit) {
            return None;
        }
        Some(grown.max(0.0))
    }

    /// Growth from `from` to `to` through the modulus; `None` where that is no explanation.
    fn rolled(&self, from: Mark, to: Mark) -> Option<f64> {
        let modulus = self.modulus?;
        let grown = modulus - from.raw + to.raw;
        let limit = self.limit(from, to).unwrap_or(ROLLOVER_SHARE_MAX * modulus).min(modulus);
        let falls = to.raw < from.raw && from.raw <= modulus && to.raw >= 0.0;
        (falls && from.raw >= ROLLOVER_FROM * modulus && grown <= limit).then_some(grown)
    }

    /// Whether a small register that fell may have gone round in a gap, from wherever it stood.
    fn may_have_turned(&self, from: Mark, to: Mark) -> bool {
        let turn = self.modulus.zip(self.shown_limit(from, to));
        turn.is_some_and(|(modulus, limit)| modulus - from.raw + to.raw <= limit)
    }

    /// The most that it can have grown from `from` to `to` where it shows `grown`: a small register may have gone round unseen
    /// in a gap, once or more often.
    fn unseen_turns(&self, from: Mark, to: Mark, grown: f64) -> f64 {
        let turns = self
            .modulus
            .zip(self.shown_limit(from, to))
            .map(|(modulus, limit)| modulus * ((limit - grown) / modulus).floor());
        grown + turns.filter(|more| *more > 0.0).unwrap_or(0.0)
    }
}

/// A reading of the register.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Mark {
    at: Timestamp,
    #[serde(with = "bits")]
    raw: f64,
}

impl Mark {
    fn hours_to(self, later: Mark) -> f64 {
        (later.at.as_millisecond() - self.at.as_millisecond()) as f64 / 3_600_000.0
    }
}

/// Keeps a number by its bits: a reader of JSON may round a decimal by one step, and a fold taken up again must not.
mod bits {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(value.to_bits())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        u64::deserialize(deserializer).map(f64::from_bits)
    }
}

/// What the engine knows after some readings. The default has seen nothing. Never more than `1 + CONFIRMING` readings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct State {
    /// The last reading accepted.
    base: Option<Mark>,
    /// Readings since then that do not follow it, but each other.
    held: Vec<Mark>,
    /// Of readings since then that were dropped because those after them did not follow them: whether one lay above the last
    /// reading accepted. One of them may have been the register after a reset, and the later one the glitch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dropped_above: Option<bool>,
}

/// What one reading settled.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Step {
    /// What the register grew by, at least.
    pub increment: f64,
    /// What it can have grown by at most: above `increment` where a reset may have hidden something.
    pub increment_max: f64,
    /// Roll-overs settled, 0 or 1.
    pub rollovers: u32,
    /// Resets or replacements settled, 0 or 1.
    pub resets: u32,
    /// Held readings dropped as glitches.
    pub glitches: u32,
}

impl State {
    /// Feeds one reading, in order of time, and says what it settled.
    ///
    /// A reading at or before the last one, or one that is not finite, is ignored. Where two explanations fit, the one
    /// that counts less is taken for `increment`, and `increment_max` covers the other.
    pub fn feed(&mut self, spec: &Spec, at: Timestamp, raw: f64) -> Step {
        let seen_at = self.held.last().or(self.base.as_ref()).map(|mark| mark.at);
        if !raw.is_finite() || seen_at.is_some_and(|seen_at| at <= seen_at) {
            return Step::default();
        }
        let mark = Mark { at, raw };
        let Some(base) = self.base else {
            self.base = Some(mark);
            return Step::default();
        };
        let first = self.held.first().copied();
        let follows_held = self.held.last().is_some_and(|last| spec.growth(*last, mark).is_some());
        let jumped_up = first.is_some_and(|first| first.raw > base.raw);
        if let Some(grown) = spec.growth(base, mark)
            && !(follows_held && jumped_up)
        {
            let (least, most) = self.between(spec, base, mark, grown, follows_held);
            return self.accept(base, mark, (grown, least, most));
        }
        if let Some(grown) = spec.rolled(base, mark)
            && !follows_held
        {
            // What is held in between may as well have been the register after a reset: then this is no roll-over.
            let clear = self.held.is_empty();
            let (least, most) = match self.between(spec, base, mark, grown, !clear) {
                (least, most) if clear => (least, most),
                (_, most) => (0.0, most),
            };
            let step = self.accept(base, mark, (grown, least, most));
            return Step { rollovers: 1, ..step };
        }
        match first {
            Some(first) if follows_held && self.held.len() >= CONFIRMING => {
                // After a gap more may follow the first of them than only the register: it may have been a glitch.
                let second = self.held.get(1).copied().unwrap_or(first);
                let near = first.hours_to(second) <= NEAR_HOURS;
                let sure = if near { first } else { second };
                self.begin_segment(spec, base, sure, mark)
            }
            Some(_) if !follows_held => {
                let glitches = count(&self.held);
                let above = self.held.iter().any(|held| held.raw > base.raw);
                self.dropped_above = Some(above || self.dropped_above == Some(true));
                self.held = vec![mark];
                Step { glitches, ..Step::default() }
            }
            _ => {
                self.held.push(mark);
                Step::default()
            }
        }
    }

    /// How many readings are held and wait for later ones to decide.
    pub fn pending(&self) -> usize {
        self.held.len()
    }

    /// Least and most that the register grew by from `base` to `mark`, which follows it with `grown`.
    fn between(
        &self,
        spec: &Spec,
        base: Mark,
        mark: Mark,
        grown: f64,
        follows_held: bool,
    ) -> (f64, f64) {
        let turned = spec.unseen_turns(base, mark, grown);
        let turned_since = |held: &Mark| spec.may_have_turned(*held, mark);
        let doubtful = follows_held
            || self.held.len() >= CONFIRMING
            || self.dropped_above.is_some()
            || self.held.last().is_some_and(turned_since);
        if !doubtful {
            return (grown, turned);
        }
        // It may as well have been reset and have passed its old value since; or what agreed with each other was the register,
        // and this is the glitch.
        let most = spec.limit(base, mark).map_or(turned, |limit| limit.max(turned));
        let least = match (self.held.first(), self.held.last()) {
            _ if self.dropped_above == Some(true) => 0.0,
            (Some(first), Some(last)) if !follows_held && self.held.len() >= CONFIRMING => {
                grown.min((last.raw - first.raw).max(0.0))
            }
            _ => grown,
        };
        (least, most)
    }

    /// `mark` follows `base`; what was held between were glitches. `grown` with its least and most.
    fn accept(&mut self, base: Mark, mark: Mark, (grown, least, most): (f64, f64, f64)) -> Step {
        let glitches = count(&self.held);
        self.held.clear();
        self.dropped_above = None;
        // A fall by rounding does not lower the line: the next rise would count it twice.
        let rounded_down = mark.raw < base.raw && grown == 0.0;
        let raw = if rounded_down { base.raw } else { mark.raw };
        self.base = Some(Mark { at: mark.at, raw });
        Step { increment: least, increment_max: most, glitches, ..Step::default() }
    }

    /// The readings from `first`, which shows the register surely, to `last` are believed: the register was reset, or the meter replaced.
    fn begin_segment(&mut self, spec: &Spec, base: Mark, first: Mark, last: Mark) -> Step {
        self.held.clear();
        self.dropped_above = None;
        self.base = Some(last);
        // What it showed first says nothing: a register may begin anew at zero, a meter put in its place with what it has
        // counted before.
        let increment = (last.raw - first.raw).max(0.0);
        let restarted = if first.raw < base.raw { first.raw.max(0.0) } else { 0.0 };
        let increment_max =
            spec.limit(base, last).map_or(restarted + increment, |limit| limit.max(increment));
        Step { increment, increment_max, resets: 1, ..Step::default() }
    }
}

fn count(held: &[Mark]) -> u32 {
    u32::try_from(held.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

#[cfg(test)]
#[path = "simulation_tests.rs"]
mod simulation_tests;
