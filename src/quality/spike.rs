//! The QARTOD spike test as a gateway can make it: from the previous readings.

use super::Limits;
use crate::core::Flag;

/// Flags `value` by the smaller of its distances to the two previous readings, the later one first, if it lies above or
/// below both. This is the "differential" test of ioos-qc with the earlier reading in place of the next one, for which
/// a gateway cannot wait: a reading never changes once it is stored. Of a spike as of a step, one reading is flagged:
/// the next one is close to the reading before the spike, or to that after the step.
pub fn spike(before: [f64; 2], value: f64, limits: Limits) -> Flag {
    let [last, earlier] = before.map(|before| value - before);
    if last * earlier <= 0.0 {
        return Flag::Good;
    }
    limits.above(last.abs().min(earlier.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn online(values: &[f64], limits: Limits) -> Vec<u8> {
        let flags = values.windows(3).map(|w| u8::from(spike([w[1], w[0]], w[2], limits)));
        flags.collect()
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
