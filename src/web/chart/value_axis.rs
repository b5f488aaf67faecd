//! The axis of values: round numbers.

/// Steps of an axis at most.
const STEPS: f64 = 5.0;

/// The largest value that is drawn. Engineering judgement: a thousand times what any parameter can be.
pub const VALUE_MAX: f64 = 1e13;

/// An axis from a round number to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueAxis {
    pub low: f64,
    pub high: f64,
    step: f64,
}

impl ValueAxis {
    /// The axis that shows all of `values`, with ends that differ by `least_span` or more. Of none it is from 0 to 1.
    pub fn of(values: impl Iterator<Item = f64>, least_span: f64) -> Self {
        let bounds = values.filter(|value| value.is_finite()).fold(None, |bounds, value| {
            let value = value.clamp(-VALUE_MAX, VALUE_MAX);
            let (low, high) = bounds.unwrap_or((value, value));
            Some((value.min(low), value.max(high)))
        });
        let (low, high) = bounds.unwrap_or((0.0, 1.0));
        let least = least_span.max(high.abs().max(low.abs()) * 1e-6).max(1e-6);
        let wider = ((least - (high - low)) / 2.0).max(0.0);
        // Amounts begin at 0: what lies above it does not go below.
        let (low, high) = match low >= 0.0 && low < wider {
            true => (0.0, high.max(least)),
            false => (low - wider, high + wider),
        };
        let step = round_step((high - low) / STEPS);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// The round numbers.
    pub fn ticks(&self) -> Vec<f64> {
        let count = ((self.high - self.low) / self.step).round().clamp(1.0, 2.0 * STEPS) as u32;
        (0..=count).map(|index| self.low + f64::from(index) * self.step).collect()
    }

    /// A number of the axis, with the decimals that its step needs.
    pub fn label(&self, value: f64) -> String {
        let decimals = (-self.step.log10().floor()).clamp(0.0, 6.0) as usize;
        let text = format!("{value:.decimals$}");
        let is_zero = text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.'));
        if is_zero { text.trim_start_matches('-').to_owned() } else { text }
    }

    /// Where a value lies, from 0 at the low to 1 at the high end; one outside is at the end.
    pub fn share(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// The least of 1, 2, 5, 10, 20 … that is not below `least`.
fn round_step(least: f64) -> f64 {
    let size = 10f64.powf(least.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    let factor = factors.into_iter().find(|factor| factor * size >= least * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * size
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round_and_hold_the_values() {
        for (values, ticks) in [
            (vec![2.31, 3.07], vec![2.2, 2.4, 2.6, 2.8, 3.0, 3.2]),
            (vec![0.0, 95.0], vec![0.0, 20.0, 40.0, 60.0, 80.0, 100.0]),
            (vec![], vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ] {
            let axis = ValueAxis::of(values.into_iter(), 0.1);
            let found = axis.ticks();
            assert_eq!(found.len(), ticks.len(), "{found:?}");
            assert!(found.iter().zip(&ticks).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");
        }
    }

    #[test]
    fn labels_have_the_decimals_of_the_step() {
        let axis = ValueAxis::of([2.31, 3.07].into_iter(), 0.1);
        assert_eq!(axis.label(2.4000000000000004), "2.4");
        let flat = ValueAxis::of([3.0].into_iter(), 0.1);
        assert!(flat.low < 3.0 && flat.high > 3.0, "{flat:?}");
        assert_eq!(ValueAxis::of([-1.0, 1.0].into_iter(), 0.1).label(-1e-17), "0.0");
    }

    proptest! {
        #[test]
        fn every_value_has_a_place(
            values in proptest::collection::vec(proptest::num::f64::ANY, 0..20), least in 0.0f64..10.0,
        ) {
            let axis = ValueAxis::of(values.iter().copied(), least);
            prop_assert!(axis.low.is_finite() && axis.high > axis.low, "{axis:?}");
            prop_assert!((2..=11).contains(&axis.ticks().len()), "{axis:?}");
            for value in values.into_iter().filter(|value| value.is_finite()) {
                prop_assert!((0.0..=1.0).contains(&axis.share(value)));
            }
        }
    }
}
