//! When the next request may begin on a line.
//!
//! Not before max(end of the answer + gap, end of the request + silence + wire time of the answer + gap). A unit that answers
//! sooner than the standard allows gains the bus nothing by it: the others on the line, which part frames by silence, would
//! take its request and answer for one frame and miss what follows.

use std::time::Duration;

use super::settings::{BusSettings, SerialMode};
use super::timing;

/// What a bus keeps between its requests, and when it last had traffic. Times count from any one moment.
#[derive(Debug)]
pub(super) struct Pacing {
    gap: Option<Duration>,
    turnaround: Duration,
    unit: Option<u8>,
    end: Option<Duration>,
}

impl Pacing {
    pub(super) fn new(settings: &BusSettings) -> Self {
        let duration = |ms: f64| Duration::try_from_secs_f64(ms / 1000.0).unwrap_or_default();
        Self {
            gap: settings.gap_ms.map(duration),
            turnaround: settings.turnaround_ms.map(duration).unwrap_or_default(),
            unit: None,
            end: None,
        }
    }

    /// The silence before a request to `unit`, which needs `own`; `mode` on a serial line.
    fn gap(&self, unit: u8, own: Duration, mode: Option<SerialMode>) -> Duration {
        let standard = mode.map(timing::silence).unwrap_or_default();
        let turnaround = match self.unit {
            Some(last) if last != unit => self.turnaround,
            _ => Duration::ZERO,
        };
        let gap = self.gap.unwrap_or_default();
        gap.max(standard).max(turnaround).max(own)
    }

    /// When a request to `unit` may begin.
    pub(super) fn due(&self, unit: u8, own: Duration, mode: Option<SerialMode>) -> Duration {
        self.end.map(|end| end + self.gap(unit, own, mode)).unwrap_or_default()
    }

    /// For how long the line has been quiet; without an end where it has had no traffic yet.
    pub(super) fn quiet(&self, now: Duration) -> Duration {
        self.end.map_or(Duration::MAX, |end| now.saturating_sub(end))
    }

    /// Something was on the line until `at`.
    pub(super) fn heard(&mut self, at: Duration) {
        self.end = self.end.max(Some(at));
    }

    /// A request to `unit` ends at `at`.
    pub(super) fn asked(&mut self, unit: u8, at: Duration) {
        self.unit = Some(unit);
        self.heard(at);
    }

    /// The last request has been answered by `bytes` that ended at `at`. Its own end is that of the last traffic.
    pub(super) fn answered(
        &mut self,
        request_end: Duration,
        at: Duration,
        bytes: usize,
        mode: Option<SerialMode>,
    ) {
        let soonest = mode
            .map(|mode| request_end + timing::silence(mode) + timing::wire(mode, bytes))
            .unwrap_or_default();
        self.heard(at.max(soonest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODE: SerialMode =
        SerialMode { baud: 9600, parity: super::super::Parity::None, stop_bits: 1 };

    fn ms(ms: f64) -> Duration {
        Duration::from_secs_f64(ms / 1000.0)
    }

    fn pacing(text: &str) -> Pacing {
        Pacing::new(&toml::from_str(&format!("name = 'b'\n{text}")).unwrap())
    }

    #[test]
    fn the_standards_silence_is_kept_on_a_serial_line_and_none_elsewhere() {
        let mut pacing = pacing("");
        assert_eq!(pacing.due(1, Duration::ZERO, Some(MODE)), Duration::ZERO);
        pacing.heard(ms(100.0));
        assert_eq!(pacing.due(1, Duration::ZERO, None), ms(100.0));
        let due = pacing.due(1, Duration::ZERO, Some(MODE));
        assert_eq!(due, ms(100.0) + timing::silence(MODE));
    }

    #[test]
    fn the_longest_of_gap_turnaround_and_the_devices_own_counts() {
        let mut pacing = pacing("gap_ms = 10.0\nturnaround_ms = 50.0");
        pacing.asked(1, ms(100.0));
        assert_eq!(pacing.due(1, Duration::ZERO, Some(MODE)), ms(110.0));
        assert_eq!(pacing.due(2, Duration::ZERO, Some(MODE)), ms(150.0));
        assert_eq!(pacing.due(1, ms(20.0), Some(MODE)), ms(120.0));
        assert_eq!(pacing.due(2, ms(20.0), Some(MODE)), ms(150.0));
        assert_eq!(pacing.due(2, ms(60.0), None), ms(160.0));
    }

    #[test]
    fn an_answer_that_comes_too_soon_does_not_hasten_the_next_request() {
        let mut hasty = pacing("");
        let mut proper = pacing("");
        let wire = timing::wire(MODE, 7);
        let soonest = ms(100.0) + timing::silence(MODE) + wire;
        for (pacing, end) in [(&mut hasty, ms(100.0) + wire), (&mut proper, soonest)] {
            pacing.asked(1, ms(100.0));
            pacing.answered(ms(100.0), end, 7, Some(MODE));
            let due = pacing.due(1, Duration::ZERO, Some(MODE));
            assert_eq!(due, soonest + timing::silence(MODE));
        }
        proper.answered(ms(100.0), soonest + ms(3.0), 7, Some(MODE));
        assert_eq!(proper.quiet(soonest + ms(5.0)), ms(2.0));
    }
}
