//! Keeps failed attempts from filling the disk: so many rows an hour are written, the others are counted. Pure.

use std::time::Duration;

/// Rows an hour. Engineering judgement: more than an office makes by itself, and 4 MiB a year at the most of attacks.
const ROWS_MAX: u32 = 60;

const HOUR: Duration = Duration::from_secs(3600);

/// What was written in this hour, and what was not. Times are counted from any one instant.
#[derive(Debug, Default)]
pub(super) struct Flood {
    begun: Option<Duration>,
    written: u32,
    unwritten: u64,
}

impl Flood {
    /// Counts one at `up`. Whether it is to be written.
    pub(super) fn admits(&mut self, up: Duration) -> bool {
        if self.begun.is_none_or(|begun| up.saturating_sub(begun) >= HOUR) {
            (self.begun, self.written) = (Some(up), 0);
        }
        if self.written < ROWS_MAX {
            self.written += 1;
            return true;
        }
        self.unwritten += 1;
        false
    }

    /// How many were counted only, once the hour is over or the program `ends`. They are told once.
    pub(super) fn untold(&mut self, up: Duration, ends: bool) -> Option<u64> {
        let over = self.begun.is_none_or(|begun| up.saturating_sub(begun) >= HOUR);
        (self.unwritten > 0 && (over || ends)).then(|| std::mem::take(&mut self.unwritten))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_takes_few_rows_and_its_count_is_whole() {
        let (mut flood, mut rows, mut told) = (Flood::default(), 0, 0);
        for second in 0..100_000 {
            let up = Duration::from_secs(second);
            if let Some(count) = flood.untold(up, false) {
                rows += 1;
                told += count;
            }
            if flood.admits(up) {
                rows += 1;
                told += 1;
            }
        }
        assert_eq!(rows, 28 * 60 + 27);
        told += flood.untold(Duration::from_secs(100_000), true).unwrap();
        assert_eq!(told, 100_000);
        assert_eq!(flood.untold(Duration::MAX, true), None);
    }
}
