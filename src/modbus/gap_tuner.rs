//! Finds the units that need more silence before a request than the line keeps.
//!
//! A unit gets a longer gap of its own if, several times in a row, it does not answer a request that closely follows
//! other traffic, but does answer after a longer silence.

use std::collections::BTreeMap;
use std::time::Duration;

use super::error::ReadError;

/// How often in a row this has to happen before a gap is raised. Engineering judgement: on a line that damages one
/// frame in twenty, chance alone does it once in 8000 requests.
const EVIDENCE_MIN: u8 = 3;

/// The gaps that are tried, ms. A field engineer's worst units needed 250 to 500 ms (libmodbus issue 556).
const STEPS_MS: [u64; 8] = [10, 20, 40, 60, 100, 150, 250, 500];

/// The silence before the request that follows a failure. A unit that still fails is not helped by silence.
const TRIAL_GAP: Duration = Duration::from_millis(500);

/// The gaps that the units of a bus have turned out to need.
#[derive(Debug, Default)]
pub(super) struct GapTuner {
    units: BTreeMap<u8, Unit>,
}

#[derive(Debug, Default)]
struct Unit {
    gap: Duration,
    /// The silence before its last request, if that failed.
    failed_after: Option<Duration>,
    /// How often in a row a longer silence has helped.
    evidence: u8,
}

impl GapTuner {
    /// Starts with the gaps known from an earlier run.
    pub(super) fn with_known(gaps: impl IntoIterator<Item = (u8, Duration)>) -> Self {
        let unit = |(unit, gap)| {
            let known = Unit { gap, ..Unit::default() };
            (unit, known)
        };
        Self { units: gaps.into_iter().map(unit).collect() }
    }

    /// The silence before the next request to `unit`: what it needs, or the trial gap after a failure that may need it.
    pub(super) fn gap(&self, unit: u8) -> Duration {
        match self.units.get(&unit) {
            Some(unit) if unit.failed_after.is_some() => TRIAL_GAP,
            Some(unit) => unit.gap,
            None => Duration::ZERO,
        }
    }

    /// Records the outcome of a request to `unit` after this `silence`. Returns the unit's new gap where it is raised.
    pub(super) fn observe(
        &mut self,
        unit: u8,
        silence: Duration,
        outcome: Result<(), &ReadError>,
    ) -> Option<Duration> {
        let unit = self.units.entry(unit).or_default();
        match outcome {
            Err(error) if !error.may_need_gap() && !error.answered() => {}
            Err(error) if error.may_need_gap() => {
                unit.failed_after = (silence < TRIAL_GAP).then_some(silence);
                if unit.failed_after.is_none() {
                    // Silence does not help.
                    unit.evidence = 0;
                }
            }
            _ => match unit.failed_after.take() {
                Some(failed_after) if silence > failed_after => {
                    unit.evidence += 1;
                    if unit.evidence >= EVIDENCE_MIN {
                        unit.evidence = 0;
                        let raised = step_above(failed_after.max(unit.gap));
                        if raised > unit.gap {
                            unit.gap = raised;
                            return Some(raised);
                        }
                    }
                }
                _ if silence < TRIAL_GAP => unit.evidence = 0,
                _ => {}
            },
        }
        None
    }
}

fn step_above(gap: Duration) -> Duration {
    let steps = STEPS_MS.map(Duration::from_millis);
    let above = steps.iter().find(|step| **step > gap);
    above.or(steps.last()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Text;
    use proptest::prelude::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn timeout() -> ReadError {
        ReadError::Timeout { unit: 7, timeout_ms: 1000 }
    }

    /// Polls a unit that needs a gap of `needs` forty times after `silence`, one retry each. Returns the reported gaps.
    fn poll(tuner: &mut GapTuner, needs: Duration, silence: Duration) -> Vec<u128> {
        let mut raised = Vec::new();
        for _ in 0..40 {
            for _ in 0..2 {
                let silence = silence.max(tuner.gap(7));
                let error = timeout();
                let outcome = if silence >= needs { Ok(()) } else { Err(&error) };
                let answered = outcome.is_ok();
                raised.extend(tuner.observe(7, silence, outcome));
                if answered {
                    break;
                }
            }
        }
        raised.iter().map(Duration::as_millis).collect()
    }

    #[test]
    fn a_unit_gets_the_silence_that_it_needs_and_no_more() {
        let mut tuner = GapTuner::default();
        assert_eq!(poll(&mut tuner, ms(55), ms(4)), [10, 20, 40, 60]);
        assert_eq!(tuner.gap(7), ms(60));
        assert_eq!(tuner.gap(8), Duration::ZERO);
        let mut again = GapTuner::with_known([(7, ms(60))]);
        assert_eq!(poll(&mut again, ms(55), ms(4)), [0; 0]);
    }

    #[test]
    fn a_dead_unit_and_a_healthy_one_keep_their_gap() {
        let mut tuner = GapTuner::default();
        assert_eq!(poll(&mut tuner, ms(100_000), ms(4)), [0; 0]);
        assert_eq!(poll(&mut tuner, ms(0), ms(4)), [0; 0]);
        assert_eq!(tuner.gap(7), Duration::ZERO);
    }

    #[test]
    fn a_success_without_silence_clears_the_evidence_and_other_failures_say_nothing() {
        let mut tuner = GapTuner::default();
        let (timeout, gone) = (
            timeout(),
            ReadError::Unreachable {
                endpoint: "/dev/ttyUSB0".into(),
                problem: Text::verbatim("gone"),
            },
        );
        for _ in 0..20 {
            for _ in 0..2 {
                assert_eq!(tuner.observe(7, ms(4), Err(&timeout)), None);
                assert_eq!(tuner.observe(7, ms(500), Ok(())), None);
            }
            assert_eq!(tuner.observe(7, ms(4), Err(&gone)), None);
            assert_eq!(tuner.observe(7, ms(4), Ok(())), None);
        }
        assert_eq!(tuner.gap(7), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn a_gap_only_grows_and_stays_bounded(seen in prop::collection::vec((0u64..2000, any::<bool>()), 0..400)) {
            let mut tuner = GapTuner::default();
            let (mut last, error) = (Duration::ZERO, timeout());
            for (silence, good) in seen {
                let outcome = if good { Ok(()) } else { Err(&error) };
                if let Some(raised) = tuner.observe(7, ms(silence), outcome) {
                    prop_assert!(raised > last && raised <= ms(500));
                    last = raised;
                }
            }
        }
    }
}
