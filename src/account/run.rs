//! Whether a pump ran in the period, by all of its instruments together.

use super::pump::{Reader, stations};
use super::quantity::PLATE_MARGIN;
use super::register::Register;
use super::running::{
    ByEnergy, RUNNING_POWER_SHARE, RunGround, by_energy, hour_spans, is_close, is_no_run,
};
use super::{Cells, Coverage, SegmentKind};
use crate::core::{Parameter, Series};

/// What the run state and the power of a pump, as they were polled, show of its running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sight {
    /// Neither has data.
    Unseen,
    /// Not in all hours.
    Partly,
    /// Never running, polled in all hours, with room for a run between two polls.
    Quiet,
    /// Never running, polled so closely that no run hides.
    Still,
    Running,
}

impl<C: Cells> Reader<'_, '_, C> {
    /// Whether the pump ran, and by what. Load at the meter and an instrument that shows running prove it. A register
    /// of running hours that counts through proves that it did not, and overrules what a meter and its box draw alone.
    /// Polls of its state or power prove it only where no run hides between them and the meter shows no more than that.
    pub fn ran(
        &mut self,
        energy: &Register,
        run_hours: Option<&Result<Register, f64>>,
    ) -> Result<RunGround, C::Error> {
        let rated_kw = self.station.pump.as_ref().map_or(0.0, |plate| plate.rated_power_kw);
        let wild = energy.events.as_ref().map(|events| events.is_wild());
        let settled = energy.ends.unsettled == 0.0 || is_no_run(energy.ends.unsettled, rated_kw);
        let closed = energy.ends.are_closed() && settled;
        let mut drew = match wild {
            Some(false) => by_energy(&energy.spans, closed, rated_kw, energy.step),
            Some(true) | None => ByEnergy::Open,
        };
        if drew == ByEnergy::Load {
            return Ok(RunGround::Load);
        }
        let read;
        let run_hours = match run_hours {
            Some(run_hours) => run_hours,
            None => {
                read = self.any_register(Parameter::RunHours, Some(1.0 / PLATE_MARGIN))?;
                &read
            }
        };
        let mut stood = false;
        if let Ok(register) = run_hours {
            if register.quantity.bounds[0] > 0.0 {
                return Ok(RunGround::HoursGrew);
            }
            let grown = register.spans.iter().any(|(grown, _)| grown.most > 0.0);
            stood = register.ends.are_closed() && !grown;
        }
        let sight = self.sight(rated_kw)?;
        if sight == Sight::Running {
            return Ok(match drew {
                ByEnergy::Nothing => RunGround::MeterContradicts,
                _ => RunGround::SeenRunning,
            });
        }
        // A day of more than idling proves a run, unless instruments speak against it; then hours have to.
        let doubted = stood || sight >= Sight::Quiet;
        let by_hours = match drew {
            ByEnergy::Open => wild == Some(false),
            ByEnergy::MoreThanIdle => doubted,
            ByEnergy::Load | ByEnergy::Nothing => false,
        };
        // Hours know nothing of another meter that the ledger names, nor of one whose rows are not used.
        let replaced = !energy.unused.is_empty()
            || energy.segments.iter().any(|s| s.kind == SegmentKind::MeterReplaced);
        if by_hours && !replaced {
            drew = drew.or(self.ran_by_hours(energy, closed, rated_kw)?);
        }
        Ok(match drew {
            ByEnergy::Load if stood => RunGround::HoursContradict,
            ByEnergy::Load => RunGround::Load,
            ByEnergy::Nothing => RunGround::Idling,
            ByEnergy::MoreThanIdle | ByEnergy::Open if stood => RunGround::NoHours,
            ByEnergy::Open if sight == Sight::Still => RunGround::NeverSeenRunning,
            ByEnergy::MoreThanIdle if sight >= Sight::Quiet => RunGround::UnseenDraw,
            ByEnergy::MoreThanIdle => RunGround::MoreThanIdle,
            ByEnergy::Open => match wild {
                None if sight == Sight::Unseen => RunGround::NoData,
                None => RunGround::BetweenPolls,
                Some(true) => RunGround::WildMeter,
                Some(false) if !closed => RunGround::EndsOpen,
                Some(false) => RunGround::SmallDraw,
            },
        })
    }

    /// What its run state and its power show; the most telling of the series counts.
    fn sight(&mut self, rated_kw: f64) -> Result<Sight, C::Error> {
        let period_h = self.span().hours();
        let mut sight = Sight::Unseen;
        for (parameter, limit) in
            [(Parameter::RunState, 0.0), (Parameter::Power, RUNNING_POWER_SHARE * rated_kw)]
        {
            if parameter == Parameter::Power && rated_kw == 0.0 {
                continue;
            }
            for id in stations(self.station) {
                let days = self.days(&Series::new(id.clone(), parameter))?;
                if days.iter().any(|day| day.max.is_some_and(|max| max > limit)) {
                    return Ok(Sight::Running);
                }
                let coverage = Coverage::of_days(&days, period_h);
                let whole = days.iter().all(|day| day.failed + day.missing == 0);
                sight = sight.max(match coverage.covered_h {
                    0 => Sight::Unseen,
                    hours if hours < period_h => Sight::Partly,
                    _ if whole && is_close(coverage) => Sight::Still,
                    _ => Sight::Quiet,
                });
            }
        }
        Ok(sight)
    }

    fn ran_by_hours(
        &mut self,
        energy: &Register,
        closed: bool,
        rated_kw: f64,
    ) -> Result<ByEnergy, C::Error> {
        let hours = self.cells.hours(&energy.quantity.series, self.basis.period)?;
        let rate = (rated_kw > 0.0).then_some(rated_kw * PLATE_MARGIN);
        let spans = hour_spans(&hours, rate, |first| energy.ends.open(first));
        Ok(by_energy(&spans, closed, rated_kw, energy.step))
    }
}
