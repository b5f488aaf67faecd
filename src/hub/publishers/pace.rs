//! How much of a publisher is read: its messages are decoded where all messages come in, and must not hold them up.

use std::time::Duration;

/// Bytes that are read in a second in the long run: a hundred times what the busiest township's sensors publish, and a
/// hundredth of a second to decode. Engineering judgement.
const BYTES_A_SECOND: f64 = 1024.0 * 1024.0;

/// Bytes that may come at once. Engineering judgement: what a broker has kept retained, or a program has gathered.
const BYTES_AT_ONCE: f64 = 8.0 * 1024.0 * 1024.0;

/// What every message costs beside its bytes. Engineering judgement.
const OVERHEAD: f64 = 256.0;

/// How much may still be read, as of a time that is counted from any one instant.
#[derive(Debug)]
pub(super) struct Pace {
    left: f64,
    at: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { left: BYTES_AT_ONCE, at: Duration::ZERO }
    }
}

impl Pace {
    /// Whether a message of `bytes` bytes may be read at `now`; it is counted then.
    pub fn admits(&mut self, bytes: usize, now: Duration) -> bool {
        let since = now.saturating_sub(self.at).as_secs_f64();
        self.left = (self.left + since * BYTES_A_SECOND).min(BYTES_AT_ONCE);
        self.at = now.max(self.at);
        let needed = bytes as f64 + OVERHEAD;
        let admits = needed <= self.left;
        if admits {
            self.left -= needed;
        }
        admits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_read_at_a_bounded_rate_and_what_comes_after_it_is_read() {
        let mut pace = Pace::default();
        let mut read =
            |s: u64| (0..1000).filter(|_| pace.admits(100_000, Duration::from_secs(s))).count();
        assert_eq!(read(0), 83);
        assert_eq!(read(1), 11);
        assert_eq!(read(1), 0);
        assert_eq!(read(60), 83);
    }
}
