//! Finds out which units need more silence before a request than the line keeps.
//!
//! A unit that does not answer what follows closely on other traffic, but does answer once the line has been quiet for longer,
//! several times in a row, gets a longer gap of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use super::link::ReadError;

/// How often in a row it has to happen before a gap is raised. Engineering judgement: on a line that damages one frame in
/// twenty, chance alone does it once in 8000 requests.
const TIMES: u8 = 3;

/// The gaps that are tried, ms. The last is the bound: a field engineer's worst units needed 250 to 500 ms (libmodbus issue 556).
const STEPS_MS: [u64; 8] = [10, 20, 40, 60, 100, 150, 250, 500];

/// The silence before a unit is asked again that has just failed: what needs more is not helped by silence.
const TRIAL: Duration = Duration::from_millis(500);

/// The gaps that the units of a bus turned out to need.
#[derive(Debug, Default)]
pub struct Settling {
    units: BTreeMap<u8, Unit>,
}

#[derive(Debug, Default)]
struct Unit {
    gap: Duration,
    /// The silence before its last request, where that failed.
    hurried: Option<Duration>,
    times: u8,
}

impl Settling {
    /// As it was known before, by unit.
    pub fn known(gaps: impl IntoIterator<Item = (u8, Duration)>) -> Self {
        let unit = |(unit, gap)| {
            let known = Unit { gap, ..Unit::default() };
            (unit, known)
        };
        Self { units: gaps.into_iter().map(unit).collect() }
    }

    /// The gaps above none that were found, by unit: what is worth keeping over a restart.
    pub fn gaps(&self) -> impl Iterator<Item = (u8, Duration)> {
        let found = |(id, unit): (&u8, &Unit)| (!unit.gap.is_zero()).then_some((*id, unit.gap));
        self.units.iter().filter_map(found)
    }

    /// The silence to keep before the next request to `unit`: what it turned out to need; longer after a failure that more
    /// silence may mend, to find out.
    pub fn gap(&self, unit: u8) -> Duration {
        match self.units.get(&unit) {
            Some(unit) if unit.hurried.is_some() => TRIAL,
            Some(unit) => unit.gap,
            None => Duration::ZERO,
        }
    }

    /// Takes note of what a request to `unit` came to that followed on `quiet` of silence. Returns its new gap where that is
    /// raised, to be reported.
    pub fn observed(
        &mut self,
        unit: u8,
        quiet: Duration,
        outcome: Result<(), &ReadError>,
    ) -> Option<Duration> {
        let unit = self.units.entry(unit).or_default();
        match outcome {
            Err(error) if !error.hurried() && !error.answered() => {}
            Err(error) if error.hurried() => {
                unit.hurried = (quiet < TRIAL).then_some(quiet);
                if unit.hurried.is_none() {
                    // Not even silence helps.
                    unit.times = 0;
                }
            }
            _ => match unit.hurried.take() {
                Some(hurried) if quiet > hurried => {
                    unit.times += 1;
                    if unit.times >= TIMES {
                        unit.times = 0;
                        let raised = step_above(hurried.max(unit.gap));
                        if raised > unit.gap {
                            unit.gap = raised;
                            return Some(raised);
                        }
                    }
                }
                _ if quiet < TRIAL => unit.times = 0,
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
    use proptest::prelude::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn timeout() -> ReadError {
        ReadError::Timeout { unit: 7, timeout_ms: 1000 }
    }

    /// Polls a unit that answers what follows on `needs` of silence, ten times at `quiet` with one retry each; the gaps that
    /// were reported.
    fn poll(settling: &mut Settling, needs: Duration, quiet: Duration) -> Vec<u128> {
        let mut raised = Vec::new();
        for _ in 0..40 {
            for _ in 0..2 {
                let quiet = quiet.max(settling.gap(7));
                let error = timeout();
                let outcome = if quiet >= needs { Ok(()) } else { Err(&error) };
                let answered = outcome.is_ok();
                raised.extend(settling.observed(7, quiet, outcome));
                if answered {
                    break;
                }
            }
        }
        raised.iter().map(Duration::as_millis).collect()
    }

    #[test]
    fn a_unit_gets_the_silence_that_it_needs_and_no_more() {
        let mut settling = Settling::default();
        assert_eq!(poll(&mut settling, ms(55), ms(4)), [10, 20, 40, 60]);
        assert_eq!(settling.gap(7), ms(60));
        assert_eq!(settling.gap(8), Duration::ZERO);
        assert_eq!(settling.gaps().collect::<Vec<_>>(), [(7, ms(60))]);
        let mut again = Settling::known(settling.gaps());
        assert_eq!(poll(&mut again, ms(55), ms(4)), [0; 0]);
    }

    #[test]
    fn a_dead_unit_and_one_that_is_well_keep_theirs() {
        let mut settling = Settling::default();
        assert_eq!(poll(&mut settling, ms(100_000), ms(4)), [0; 0]);
        assert_eq!(poll(&mut settling, ms(0), ms(4)), [0; 0]);
        assert_eq!(settling.gap(7), Duration::ZERO);
    }

    #[test]
    fn a_close_success_between_clears_it_and_other_failures_say_nothing() {
        let mut settling = Settling::default();
        let (timeout, gone) = (
            timeout(),
            ReadError::Unreachable { endpoint: "/dev/ttyUSB0".into(), problem: "gone".into() },
        );
        for _ in 0..20 {
            for _ in 0..2 {
                assert_eq!(settling.observed(7, ms(4), Err(&timeout)), None);
                assert_eq!(settling.observed(7, ms(500), Ok(())), None);
            }
            assert_eq!(settling.observed(7, ms(4), Err(&gone)), None);
            assert_eq!(settling.observed(7, ms(4), Ok(())), None);
        }
        assert_eq!(settling.gap(7), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn a_gap_only_grows_and_stays_bounded(seen in prop::collection::vec((0u64..2000, any::<bool>()), 0..400)) {
            let mut settling = Settling::default();
            let (mut last, error) = (Duration::ZERO, timeout());
            for (quiet, good) in seen {
                let outcome = if good { Ok(()) } else { Err(&error) };
                if let Some(raised) = settling.observed(7, ms(quiet), outcome) {
                    prop_assert!(raised > last && raised <= ms(500));
                    last = raised;
                }
            }
        }
    }
}
