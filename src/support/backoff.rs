//! Exponential back-off with full jitter, as a pure function of the number of failures.

use std::time::Duration;

/// A ceiling that doubles from `first` to `most`. The wait is drawn evenly between zero and the ceiling, so that many
/// gateways that lost the same broker do not come back together.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    pub first: Duration,
    pub most: Duration,
}

impl Backoff {
    /// The ceiling after `failures` failures in a row, counted from 1.
    pub fn ceiling(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.most)
    }

    /// The wait after `failures` failures, `most` at most, for a `random` number in `[0, 1)`.
    pub fn wait(&self, failures: u32, most: Duration, random: f64) -> Duration {
        self.ceiling(failures).min(most).mul_f64(random.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BACKOFF: Backoff =
        Backoff { first: Duration::from_secs(1), most: Duration::from_secs(300) };

    #[test]
    fn doubles_up_to_its_ceiling() {
        let seconds: Vec<u64> = (1..=10).map(|n| BACKOFF.ceiling(n).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
    }

    proptest! {
        #[test]
        fn never_waits_longer_than_its_ceiling(failures in 0u32.., most_s in 0u64..900, random in 0.0f64..1.0) {
            let most = Duration::from_secs(most_s);
            prop_assert!(BACKOFF.wait(failures, most, random) <= BACKOFF.most.min(most));
        }
    }
}
