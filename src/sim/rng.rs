//! Random numbers: the same seed gives the same township, whatever is drawn in which order.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A generator for one purpose and one thing, which share their numbers with no other.
pub(super) struct Draw(ChaCha8Rng);

#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// The weather of a day; the thing is the day's number.
    Weather = 1,
    /// The first registers of meters; the thing is the pump's number.
    Meters = 2,
    /// When the farmer of a field waters; the thing is the pump's number.
    Farmer = 3,
}

impl Draw {
    pub(super) fn new(seed: u64, purpose: Purpose, thing: u32) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream((purpose as u64) << 32 | u64::from(thing));
        Self(rng)
    }

    /// Uniform in `[0, 1)`.
    pub(super) fn share(&mut self) -> f64 {
        self.0.random()
    }

    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }
}
