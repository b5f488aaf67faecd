//! The engine against a simulation: registers of any size and resolution that roll over, are reset or replaced, and are
//! read at irregular times through gaps and glitches. The truth must lie within the bounds at each reading.
//!
//! What cannot be detected in principle is left out, as the module says: a glitch or a new register that the last
//! accepted or one of the latest readings could have grown to.

use super::*;
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Readings from which a glitch or reset must not look like growth, besides the last one that the engine accepted.
const LATEST: usize = 8;

struct Dice(ChaCha8Rng);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0.next_u32() as f64 / (u32::MAX as f64 + 1.0)
    }
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }
    /// Uniform over the powers of ten.
    fn power(&mut self, low: f64, high: f64) -> f64 {
        10f64.powf(self.between(low, high))
    }
    fn hits(&mut self, chance: f64) -> bool {
        self.share() < chance
    }
}

/// A meter and its true count.
struct Meter {
    dice: Dice,
    spec: Spec,
    /// The most that it truly grows by in an hour.
    rate: f64,
    resolution: f64,
    ms: i64,
    register: f64,
    truth: f64,
    /// The latest readings, glitches included.
    latest: Vec<Sample>,
    /// The last reading that the engine accepted.
    accepted: Option<Sample>,
    reset_at_ms: i64,
    /// Glitches at the end of the latest readings.
    glitches: usize,
    since_reset: usize,
    tolerance: f64,
    resets: usize,
}

impl Meter {
    fn new(seed: u64) -> Meter {
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(seed));
        let rate = dice.power(0.0, 2.5);
        let steps = [0.0, 0.001, 0.01, 0.1, 1.0];
        let step = steps[(dice.share() * 5.0) as usize];
        let resolution = if step <= rate { step } else { 0.0 };
        let round = |size: f64| match resolution {
            0.0 => size,
            step => (size / step).ceil() * step,
        };
        let modulus = round(rate * dice.power(0.3, 4.0));
        let modulus = (!dice.hits(0.1)).then_some(modulus);
        let top = modulus.unwrap_or(100_000.0);
        let low = if dice.hits(0.3) { 0.9 } else { 0.0 };
        let register = dice.between(low, 1.0) * top;
        let rated = !dice.hits(0.1);
        Meter {
            spec: Spec { modulus, max_rate_per_hour: rated.then_some(rate) },
            rate,
            resolution,
            ms: 1_660_000_000_000,
            register,
            truth: 0.0,
            latest: Vec::new(),
            accepted: None,
            reset_at_ms: i64::MIN,
            glitches: 0,
            since_reset: LATEST,
            tolerance: resolution * 1.001 + 1e-6 * top.max(1.0),
            resets: 0,
            dice,
        }
    }

    fn top(&self) -> f64 {
        self.spec.modulus.unwrap_or(200_000.0)
    }

    fn shows(&self, register: f64) -> f64 {
        match self.resolution {
            0.0 => register,
            step => (register / step).floor() * step,
        }
    }

    fn sample(&self, raw: f64) -> Sample {
        let at = Timestamp::from_millisecond(self.ms).unwrap();
        Sample { at, raw }
    }

    /// Whether `raw` now cannot be growth since any of the latest readings.
    fn odd(&self, raw: f64) -> bool {
        let sample = self.sample(raw);
        let follows = |from: &Sample| {
            self.spec.growth(*from, sample).is_some() || self.spec.rolled(*from, sample).is_some()
        };
        raw >= 0.0 && !self.latest.iter().chain(&self.accepted).any(follows)
    }

    /// Whether the engine may still weigh the old register against the new one.
    fn reset_is_open(&self) -> bool {
        let before_reset = |accepted: Sample| accepted.at.as_millisecond() < self.reset_at_ms;
        self.since_reset <= LATEST || self.accepted.is_some_and(before_reset)
    }

    /// Lets `hours` pass under a random load; returns the growth.
    fn pass(&mut self, hours: f64, loads: bool) -> f64 {
        self.ms += (hours * 3_600_000.0).ceil().max(1.0) as i64;
        let load = match self.dice.share() {
            share if share < 0.3 || !loads => 0.0,
            share if share < 0.6 => 1.0,
            _ => self.dice.share(),
        };
        load * self.rate * hours
    }

    fn grow(&mut self, grown: f64) {
        self.truth += grown;
        self.register += grown;
        if let Some(modulus) = self.spec.modulus {
            self.register %= modulus;
        }
    }

    /// A reading after `hours` in which the register may have been reset, or which may be a glitch.
    fn read(&mut self, hours: f64, odd: bool) -> f64 {
        let grown = self.pass(hours, true);
        self.grow(grown);
        self.since_reset += 1;
        let mut raw = self.shows(self.register);
        let mut glitch = false;
        if odd && self.dice.hits(0.03) {
            let begins = match self.dice.share() {
                share if share < 0.4 => 0.0,
                share if share < 0.6 => self.dice.share() * self.rate,
                _ => self.dice.share() * 0.9 * self.top(),
            };
            let register = (begins + grown * self.dice.share()) % self.top();
            if self.odd(self.shows(register)) {
                (self.register, raw) = (register, self.shows(register));
                (self.since_reset, self.resets) = (0, self.resets + 1);
                self.reset_at_ms = self.ms;
                self.tolerance += self.resolution;
            }
        } else if odd && self.dice.hits(if self.glitches > 0 { 0.2 } else { 0.05 }) {
            let value = match self.dice.share() {
                share if share < 0.3 => 0.0,
                share if share < 0.4 => self.top(),
                share if share < 0.6 && self.glitches == 1 => {
                    let last = self.latest.last().map_or(0.0, |mark| mark.raw);
                    last + self.dice.share() * self.rate
                }
                _ => self.dice.between(0.0, 1.2) * self.top(),
            };
            let near = (0.0..=1.2 * (NEAR_HOURS + 1.0) * self.rate).contains(&(raw - value));
            let agrees = self.glitches == 1 && !self.reset_is_open();
            let seen = match agrees {
                true => {
                    let good: Vec<Sample> = self.latest.drain(..).collect();
                    self.latest = good[..good.len() - 1].to_vec();
                    let odd = self.odd(value);
                    self.latest = good;
                    odd
                }
                false => self.odd(value),
            };
            // Without a rate, everything above a glitch follows it.
            let near = near || self.spec.max_rate_per_hour.is_none();
            if seen && self.glitches < 2 && !(near && self.reset_is_open()) {
                (raw, glitch) = (value, true);
                self.tolerance += self.resolution;
            }
        }
        self.glitches = if glitch { self.glitches + 1 } else { 0 };
        if self.latest.len() == LATEST {
            self.latest.remove(0);
        }
        let sample = self.sample(raw);
        self.latest.push(sample);
        raw
    }
}

/// Runs one meter through dozens of readings; the error names the fault and all readings before it.
fn run(seed: u64) -> Result<(), String> {
    let mut meter = Meter::new(seed);
    let mut state = State::default();
    let mut story = format!("{:?}, resolution {}\n", meter.spec, meter.resolution);
    let interval_h = meter.dice.power(0.0, 2.1) / 60.0;
    let readings = meter.dice.between(5.0, 60.0) as usize;
    let (mut least, mut most) = (0.0, 0.0);
    for index in 0..readings + 5 {
        let calm = index == 0 || index >= readings;
        let hours = match meter.dice.hits(0.05) && !calm {
            true => meter.dice.power(0.3, 2.9),
            false => interval_h * meter.dice.between(0.5, 1.5),
        };
        if index == 0 {
            meter.pass(hours, false);
        }
        let raw = match index {
            0 => {
                let raw = meter.shows(meter.register);
                let sample = meter.sample(raw);
                meter.latest.push(sample);
                raw
            }
            _ => meter.read(hours, !calm),
        };
        let at = Timestamp::from_millisecond(meter.ms).unwrap();
        let step = state.feed(&meter.spec, at, raw);
        meter.accepted = state.base;
        story.push_str(&format!("{:.3} h: {raw}, true {}, {step:?}\n", hours, meter.truth));
        if !(0.0 <= step.increment && step.increment <= step.increment_max) {
            return Err(format!("{story}increments"));
        }
        least += step.increment;
        most += step.increment_max;
        // Each segment's ends are rounded to the register's steps, and coarse steps may make segments of their own.
        meter.tolerance += meter.resolution * f64::from(step.resets);
        if least > meter.truth + meter.tolerance {
            return Err(format!("{story}counted {least} of {}", meter.truth));
        }
        // Without a rate, nothing bounds what a reset or a roll-over in a gap has hidden.
        let bounded = meter.spec.max_rate_per_hour.is_some()
            || (meter.resets == 0 && meter.spec.modulus.is_none());
        if bounded && state.pending() == 0 && meter.truth > most + meter.tolerance {
            return Err(format!("{story}at most {most} of {}", meter.truth));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.max(20_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_truth_of_any_register_lies_within_the_bounds(seed in any::<u64>()) {
        let outcome = run(seed);
        prop_assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
    }
}
