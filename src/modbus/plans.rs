//! The plans of a device, one for each set of points that fall due together; made when it is needed first.

use std::collections::BTreeMap;

use super::points::DevicePoint;
use super::split::request;
use crate::device::{Planned, Point, Run, Slot, Terms, plan};

/// Plans that are kept for different sets of points that fall due together. A device has two or three; engineering judgement.
const PLANS_MAX: usize = 16;

/// What is asked for when these rhythms are due.
pub(super) struct DuePlan {
    due: Vec<bool>,
    pub(super) planned: Vec<Planned>,
    /// Which points are due.
    pub(super) points: Vec<usize>,
    /// Parts in holes: as a request of its own each.
    pub(super) left_out: Vec<Planned>,
}

/// The plans that are kept.
#[derive(Default)]
pub(super) struct Plans(Vec<DuePlan>);

impl Plans {
    /// The plan for what is due, out of its place; `terms` are those of a plan that has to be made.
    pub(super) fn take(
        &mut self,
        due: &[bool],
        points: &[DevicePoint],
        terms: impl FnOnce() -> Terms,
    ) -> DuePlan {
        match self.0.iter().position(|plan| plan.due == due) {
            Some(known) => self.0.swap_remove(known),
            None => DuePlan::new(due, points, &terms()),
        }
    }

    /// Puts a plan back.
    pub(super) fn keep(&mut self, plan: DuePlan) {
        if self.0.len() >= PLANS_MAX {
            self.0.clear();
        }
        self.0.push(plan);
    }

    /// Forgets them all: they hold no longer.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl DuePlan {
    fn new(due: &[bool], all: &[DevicePoint], terms: &Terms) -> Self {
        let own = all.iter().enumerate().filter(|(_, point)| point.is_due(due));
        let (points, refs): (Vec<usize>, Vec<&Point>) =
            own.map(|(index, point)| (index, &point.point)).unzip();
        let mut planned = plan(&refs, terms);
        for slot in planned.iter_mut().flat_map(|planned| &mut planned.slots) {
            slot.point = points.get(slot.point).copied().unwrap_or(slot.point);
        }
        Self {
            due: due.to_vec(),
            planned,
            left_out: left_out(points.iter().copied().zip(refs), terms),
            points,
        }
    }
}

/// The parts of `points` that lie in holes, as requests of their own.
fn left_out<'a>(points: impl Iterator<Item = (usize, &'a Point)>, terms: &Terms) -> Vec<Planned> {
    let mut apart: BTreeMap<Run, Vec<Slot>> = BTreeMap::new();
    for (index, point) in points {
        for (part, run) in point.parts().into_iter().enumerate() {
            let count = usize::from(run.count);
            let run = Run::from(run);
            if terms.holes.iter().any(|hole| hole.touches(&run)) {
                apart.entry(run).or_default().push(Slot { point: index, part, offset: 0, count });
            }
        }
    }
    let alone = |(run, slots)| Planned { request: request(run), slots };
    apart.into_iter().map(alone).collect()
}
