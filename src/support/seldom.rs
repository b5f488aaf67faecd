//! A line of the log about something that a peer can cause as often as it likes. Pure.

use std::time::Duration;

/// The shortest time between two such lines. Engineering judgement: as for complaints of gateways.
const PAUSE: Duration = Duration::from_secs(60);

/// Counts what happens, and decides when a line is written: at most one a minute. Times are counted from any one
/// instant.
#[derive(Debug, Default)]
pub struct Seldom {
    said: Option<Duration>,
    unsaid: u64,
}

impl Seldom {
    /// Counts one at `now`. How many a line written now has to tell; `None` where none is to be written.
    pub fn note(&mut self, now: Duration) -> Option<u64> {
        self.unsaid += 1;
        self.due(now)
    }

    /// How many are untold and a minute old at `now`, if there are any. Ask now and then, so that the last are told.
    pub fn due(&mut self, now: Duration) -> Option<u64> {
        let due = self.said.is_none_or(|said| now.saturating_sub(said) >= PAUSE);
        if self.unsaid == 0 || !due {
            return None;
        }
        self.said = Some(now);
        Some(std::mem::take(&mut self.unsaid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_has_one_line_a_minute_and_its_count_is_whole() {
        let (mut seldom, mut lines) = (Seldom::default(), Vec::new());
        for n in 0..180_000u64 {
            lines.extend(seldom.note(Duration::from_millis(n)));
        }
        assert_eq!(lines, [1, 60_000, 60_000]);
        assert_eq!(seldom.due(Duration::from_secs(179)), None);
        assert_eq!(seldom.due(Duration::from_secs(180)), Some(59_999));
        assert_eq!(seldom.due(Duration::from_secs(999)), None);
        assert_eq!(seldom.note(Duration::from_secs(1000)), Some(1));
    }
}
