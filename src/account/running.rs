//! Whether a pump ran. A meter and its box draw something alone, so that energy by itself proves a run only above what
//! idling explains, and none only below what a short run takes.

use super::growth::{Growth, hours_over};
use crate::core::HourCell;

/// Share of its rated power above which a pump counts as running (`docs/domain.md` §3.3). Engineering judgement,
/// confidence 0.7.
pub const RUNNING_POWER_SHARE: f64 = 0.2;

/// Power that a meter, a cabinet, a drive and a lamp draw while the pump stands, kW. Engineering judgement, confidence
/// 0.6: a meter takes 1 to 2 W, the electronics of a cabinet up to 20 W.
const IDLE_KW: f64 = 0.03;
/// The same as a share of the rated power: drives and capacitors grow with the motor. Engineering judgement, confidence
/// 0.6.
const IDLE_SHARE: f64 = 0.01;
/// The shortest run that is looked for, h: five minutes. Engineering judgement, confidence 0.6: pumps for irrigation
/// run for hours.
const RUN_H: f64 = 5.0 / 60.0;
/// Steps that registers have, from the coarsest.
const STEPS: [f64; 4] = [10.0, 1.0, 0.1, 0.01];

/// The most that a standing pump of `rated_kw` draws, kW.
pub(super) fn idle_kw(rated_kw: f64) -> f64 {
    IDLE_KW + IDLE_SHARE * rated_kw
}

/// What the energy of a pump says of whether it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByEnergy {
    /// In some span it drew as much as a running pump does.
    Load,
    /// In some span it drew more than idling explains.
    MoreThanIdle,
    /// No span leaves room for a run.
    Nothing,
    Open,
}

/// What the energy in `spans`, each with its hours, says of a pump of `rated_kw`; they cover the whole period if
/// `closed`.
pub(super) fn by_energy(spans: &[(Growth, f64)], closed: bool, rated_kw: f64) -> ByEnergy {
    let step = step(spans);
    let (idle_kw, load_kw) = (idle_kw(rated_kw), RUNNING_POWER_SHARE * rated_kw);
    let above = |kw: f64| spans.iter().any(|(grown, hours)| grown.least - step > kw * hours);
    if above(idle_kw.max(load_kw)) {
        return ByEnergy::Load;
    }
    if above(idle_kw) {
        return ByEnergy::MoreThanIdle;
    }
    let too_little =
        |(grown, _): &(Growth, f64)| grown.most == 0.0 || grown.most + step < rated_kw * RUN_H;
    match closed && !spans.is_empty() && spans.iter().all(too_little) {
        true => ByEnergy::Nothing,
        false => ByEnergy::Open,
    }
}

/// The step of the register, by what it grew by; 0 where it is finer than a hundredth.
fn step(spans: &[(Growth, f64)]) -> f64 {
    let fits = |step: &f64| {
        spans.iter().all(|(grown, _)| {
            let steps = grown.value / step;
            (steps - steps.round()).abs() < 1e-4
        })
    };
    STEPS.into_iter().find(fits).unwrap_or(0.0)
}

/// The growth of each hour with data, and the hours that it may stand for. The first one has `first`; growth beyond
/// `rate` is none.
pub(super) fn hour_spans(
    hours: &[HourCell],
    rate: Option<f64>,
    first: impl FnOnce(Growth) -> Growth,
) -> Vec<(Growth, f64)> {
    let hours: Vec<&HourCell> = hours.iter().filter(|hour| hour.counted > 0).collect();
    let mut spans: Vec<(Growth, f64)> = Vec::with_capacity(hours.len());
    let mut before: Option<&HourCell> = None;
    for hour in &hours {
        let hours = before.map_or(1.0, |before| hours_over(before, hour));
        let mut grown = Growth::of(hour);
        if rate.is_some_and(|rate| grown.value > rate * (hours + 1.0)) || hour.rollovers > 0 {
            grown.least = 0.0;
        }
        spans.push((grown, hours));
        before = Some(hour);
    }
    if let Some((grown, _)) = spans.first_mut() {
        *grown = first(*grown);
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(kwh: f64, count: usize) -> Vec<(Growth, f64)> {
        vec![(Growth::exactly(kwh), 24.0); count]
    }

    #[test]
    fn what_a_meter_draws_alone_is_no_run() {
        assert_eq!(by_energy(&days(0.048, 107), true, 3.7), ByEnergy::Nothing);
        assert_eq!(by_energy(&days(0.0, 107), true, 3.7), ByEnergy::Nothing);
        // Without both ends, or with as much as a short run takes, nobody knows.
        assert_eq!(by_energy(&days(0.048, 107), false, 3.7), ByEnergy::Open);
        assert_eq!(by_energy(&days(0.48, 107), true, 3.7), ByEnergy::Open);
        assert_eq!(by_energy(&[], true, 3.7), ByEnergy::Open);
    }

    #[test]
    fn one_day_of_load_is_a_run_and_one_step_of_the_register_is_none() {
        let mut spans = days(0.05, 30);
        spans.push((Growth::exactly(30.05), 24.0));
        assert_eq!(by_energy(&spans, true, 3.7), ByEnergy::Load);
        let hours: Vec<_> = (0..100).map(|i| if i % 50 == 0 { 1.0 } else { 0.0 }).collect();
        let spans: Vec<_> = hours.into_iter().map(|kwh| (Growth::exactly(kwh), 1.0)).collect();
        assert_eq!(by_energy(&spans, true, 3.7), ByEnergy::Open);
    }
}
