//! Finds the units that need more silence before a request than the line keeps.
//!
//! A unit gets a longer gap of its own if, several times in a row, it does not answer a request that closely follows
//! other traffic, but does answer after a longer silence. So does one behind a gateway that answers such a request with
//! an exception (busy, no path, no answer); from a unit that is absent, the same exceptions come after any silence.

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

/// How often in a row a longer silence may be tried in vain for an exception. Engineering judgement: then the unit is
/// absent, or the gateway has lost its line.
const VAIN_MAX: u8 = 3;

/// How many such exceptions are then left alone before a longer silence is tried once more. Engineering judgement: a
/// unit that is there again, and whose gateway still asks for patience, is found by the third request.
const LEFT_ALONE: u8 = 2;

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
    /// How often in a row it has not, where the failure was an exception; above [`VAIN_MAX`] those left alone too.
    in_vain: u8,
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

    /// Whether a request to `unit` that was just answered with an exception is worth another one, after a longer
    /// silence: that is how it shows whether the exception meant hurry.
    pub(super) fn tries_silence(&self, unit: u8) -> bool {
        self.units.get(&unit).is_some_and(|unit| unit.failed_after.is_some())
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
                let exception = matches!(error, ReadError::Exception { .. });
                let alone = VAIN_MAX..VAIN_MAX + LEFT_ALONE;
                let hopeless = exception && alone.contains(&unit.in_vain);
                let tried = silence >= TRIAL_GAP;
                unit.failed_after = (!tried && !hopeless).then_some(silence);
                if tried {
                    // Silence does not help.
                    unit.evidence = 0;
                    unit.in_vain = (unit.in_vain + u8::from(exception)).min(VAIN_MAX);
                } else if hopeless {
                    unit.in_vain += 1;
                }
            }
            _ => match unit.answered() {
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

impl Unit {
    /// It has answered. Returns the silence before the request that had failed, if one had.
    fn answered(&mut self) -> Option<Duration> {
        self.in_vain = 0;
        self.failed_after.take()
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

    /// Two units behind a gateway that answers a request within 150 ms of its last answer with an exception.
    #[test]
    fn an_exception_for_hurry_raises_the_gap_of_the_unit_that_is_asked_second() {
        for code in [6, 10, 11] {
            let mut tuner = GapTuner::default();
            let hurry = ReadError::Exception { unit: 7, code };
            let mut read = 0;
            let mut refused = 0;
            for _ in 0..60 {
                assert_eq!(tuner.observe(8, ms(800), Ok(())), None);
                for _ in 0..2 {
                    let silence = ms(1).max(tuner.gap(7));
                    let good = silence >= ms(150);
                    tuner.observe(7, silence, if good { Ok(()) } else { Err(&hurry) });
                    if good {
                        read += 1;
                        break;
                    }
                    refused += 1;
                    assert!(tuner.tries_silence(7));
                }
            }
            assert_eq!((read, tuner.gap(7)), (60, ms(150)), "{code}");
            assert_eq!(tuner.gap(8), Duration::ZERO);
            assert_eq!(refused, 6 * EVIDENCE_MIN);
        }
    }

    #[test]
    fn a_unit_that_is_absent_behind_a_gateway_is_seldom_waited_for() {
        let mut tuner = GapTuner::default();
        let absent = ReadError::Exception { unit: 7, code: 11 };
        let mut trials = 0;
        for _ in 0..50 {
            let silence = ms(2).max(tuner.gap(7));
            assert_eq!(tuner.observe(7, silence, Err(&absent)), None);
            trials += u8::from(silence >= TRIAL_GAP);
        }
        // Three, then one in four requests.
        assert_eq!((tuner.gap(7), trials), (Duration::ZERO, VAIN_MAX + 44 / 4));
        // It is there again.
        assert_eq!(tuner.observe(7, ms(2), Ok(())), None);
        assert_eq!(tuner.observe(7, ms(2), Err(&absent)), None);
        assert!(tuner.tries_silence(7));
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
