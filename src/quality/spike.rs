//! The QARTOD spike test: as the manual has it, and as a gateway can make it.

use super::Limits;
use crate::core::Flag;

/// Flags `value` by its distance to the mean of its two neighbours, as the QARTOD manual and ioos-qc ("average") do. It needs the
/// reading after, so it is of use only where readings lie stored.
pub fn spike_between(before: f64, value: f64, after: f64, limits: Limits) -> Flag {
    limits.above((value - (before + after) / 2.0).abs())
}

/// Flags `value` by the smaller of its distances to the two readings before it, the later first. A gateway cannot wait for the
/// reading after, since a reading never changes once it is stored. Of a spike and of a step alike one reading is flagged: the
/// next is near the reading before the spike, or near the one after the step.
pub fn spike(before: [f64; 2], value: f64, limits: Limits) -> Flag {
    let [last, earlier] = before.map(|before| (value - before).abs());
    limits.above(last.min(earlier))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn online(values: &[f64], limits: Limits) -> Vec<u8> {
        let flags = values
            .windows(3)
            .map(|w| u8::from(spike([w[1], w[0]], w[2], limits)));
        flags.collect()
    }

    #[test]
    fn the_average_needs_the_reading_after() {
        let limits = Limits::new(0.5, Some(1.0));
        assert_eq!(spike_between(1.0, 1.5, 1.0, limits), Flag::Good);
        assert_eq!(spike_between(-1.0, -1.6, -1.0, limits), Flag::Suspect);
        assert_eq!(spike_between(-1.0, 1.0, -1.0, limits), Flag::Fail);
    }

    #[test]
    fn one_reading_of_a_spike_or_a_step_is_flagged() {
        let limits = Limits::new(0.5, Some(2.0));
        let spiked = [-1.0, -1.1, 4.0, -1.0, -1.1, -1.0];
        assert_eq!(online(&spiked, limits), [4, 1, 1, 1]);
        let stepped = [0.0, 0.1, -1.0, -1.1, -1.0];
        assert_eq!(online(&stepped, limits), [3, 1, 1]);
    }
}
