//! Random numbers for jitter and for ids that must not repeat. Not for secrets.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// 64 random bits, from the keys that the standard library seeds its hash maps with.
pub fn bits() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A random number in `[0, 1)`.
pub fn unit() -> f64 {
    // The upper 53 bits: an f64 holds no more exactly.
    (bits() >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_unit_lies_in_its_interval_and_varies() {
        let drawn: Vec<f64> = (0..100).map(|_| super::unit()).collect();
        assert!(drawn.iter().all(|x| (0.0..1.0).contains(x)));
        assert!(drawn.iter().any(|x| *x != drawn[0]));
    }
}
