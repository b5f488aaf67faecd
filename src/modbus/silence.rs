//! How long a line has to stay silent before the next request.
//!
//! A request begins no earlier than a gap after the answer's end, and no earlier than a gap after a proper answer could
//! have ended. A unit that answers sooner than the standard allows gains the bus nothing: the others on the line tell
//! frames apart by silence, would take its request and answer for one frame, and miss what follows.

use std::time::Duration;

use super::settings::{BusSettings, SerialMode};
use super::timing;

/// The silences that a bus keeps, and when it last had traffic. Times count from an arbitrary moment.
#[derive(Debug)]
pub(super) struct LineSilence {
    gap: Option<Duration>,
    turnaround: Duration,
    last_unit: Option<u8>,
    traffic_end: Option<Duration>,
}

impl LineSilence {
    pub(super) fn new(settings: &BusSettings) -> Self {
        let duration = |ms: f64| Duration::try_from_secs_f64(ms / 1000.0).unwrap_or_default();
        Self {
            gap: settings.gap_ms.map(duration),
            turnaround: settings.turnaround_ms.map(duration).unwrap_or_default(),
            last_unit: None,
            traffic_end: None,
        }
    }

    /// The silence before a request to `unit`, which itself needs `unit_gap`. `mode` on a serial line.
    fn required(&self, unit: u8, unit_gap: Duration, mode: Option<SerialMode>) -> Duration {
        let standard = mode.map(timing::silence).unwrap_or_default();
        let turnaround = match self.last_unit {
            Some(last) if last != unit => self.turnaround,
            _ => Duration::ZERO,
        };
        self.gap.unwrap_or_default().max(standard).max(turnaround).max(unit_gap)
    }

    pub(super) fn next_request_at(
        &self,
        unit: u8,
        unit_gap: Duration,
        mode: Option<SerialMode>,
    ) -> Duration {
        self.traffic_end.map(|end| end + self.required(unit, unit_gap, mode)).unwrap_or_default()
    }

    /// How long the line has been silent; [`Duration::MAX`] before any traffic.
    pub(super) fn lasted(&self, now: Duration) -> Duration {
        self.traffic_end.map_or(Duration::MAX, |end| now.saturating_sub(end))
    }

    pub(super) fn traffic_until(&mut self, at: Duration) {
        self.traffic_end = self.traffic_end.max(Some(at));
    }

    pub(super) fn request_ends(&mut self, unit: u8, at: Duration) {
        self.last_unit = Some(unit);
        self.traffic_until(at);
    }

    /// The last request, which ended at `request_end`, was answered by `bytes` that ended at `at`.
    pub(super) fn answer_ends(
        &mut self,
        request_end: Duration,
        at: Duration,
        bytes: usize,
        mode: Option<SerialMode>,
    ) {
        let soonest = mode
            .map(|mode| request_end + timing::silence(mode) + timing::wire(mode, bytes))
            .unwrap_or_default();
        self.traffic_until(at.max(soonest));
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

    fn silence(text: &str) -> LineSilence {
        LineSilence::new(&toml::from_str(&format!("name = 'b'\n{text}")).unwrap())
    }

    #[test]
    fn the_standard_silence_is_kept_on_a_serial_line_only() {
        let mut silence = silence("");
        assert_eq!(silence.next_request_at(1, Duration::ZERO, Some(MODE)), Duration::ZERO);
        silence.traffic_until(ms(100.0));
        assert_eq!(silence.next_request_at(1, Duration::ZERO, None), ms(100.0));
        let due = silence.next_request_at(1, Duration::ZERO, Some(MODE));
        assert_eq!(due, ms(100.0) + timing::silence(MODE));
    }

    #[test]
    fn the_longest_of_gap_turnaround_and_device_gap_counts() {
        let mut silence = silence("gap_ms = 10.0\nturnaround_ms = 50.0");
        silence.request_ends(1, ms(100.0));
        assert_eq!(silence.next_request_at(1, Duration::ZERO, Some(MODE)), ms(110.0));
        assert_eq!(silence.next_request_at(2, Duration::ZERO, Some(MODE)), ms(150.0));
        assert_eq!(silence.next_request_at(1, ms(20.0), Some(MODE)), ms(120.0));
        assert_eq!(silence.next_request_at(2, ms(20.0), Some(MODE)), ms(150.0));
        assert_eq!(silence.next_request_at(2, ms(60.0), None), ms(160.0));
    }

    #[test]
    fn an_early_answer_does_not_bring_the_next_request_forward() {
        let mut hasty = silence("");
        let mut proper = silence("");
        let wire = timing::wire(MODE, 7);
        let soonest = ms(100.0) + timing::silence(MODE) + wire;
        for (silence, end) in [(&mut hasty, ms(100.0) + wire), (&mut proper, soonest)] {
            silence.request_ends(1, ms(100.0));
            silence.answer_ends(ms(100.0), end, 7, Some(MODE));
            let due = silence.next_request_at(1, Duration::ZERO, Some(MODE));
            assert_eq!(due, soonest + timing::silence(MODE));
        }
        proper.answer_ends(ms(100.0), soonest + ms(3.0), 7, Some(MODE));
        assert_eq!(proper.lasted(soonest + ms(5.0)), ms(2.0));
    }
}
