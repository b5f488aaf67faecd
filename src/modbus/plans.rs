//! Caches a device's request plans: one for each set of points that fall due together, made when first needed.

use std::collections::BTreeMap;

use super::points::DevicePoint;
use super::split::request;
use crate::device::{Planned, Point, Run, Slot, Terms, plan};

/// Most plans that are cached. A device has two or three; engineering judgement.
const PLANS_MAX: usize = 16;

/// The requests for the points of these intervals.
pub(super) struct DuePlan {
    due: Vec<bool>,
    pub(super) planned: Vec<Planned>,
    pub(super) points: Vec<usize>,
    /// Parts in holes, one request each.
    pub(super) left_out: Vec<Planned>,
}

#[derive(Default)]
pub(super) struct PlanCache(Vec<DuePlan>);

impl PlanCache {
    /// Takes out the plan for what is due, or makes it by `terms`. [`PlanCache::put_back`] returns it.
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

    pub(super) fn put_back(&mut self, plan: DuePlan) {
        if self.0.len() >= PLANS_MAX {
            self.0.clear();
        }
        self.0.push(plan);
    }

    /// Drops all plans: their terms have changed.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl DuePlan {
    fn new(due: &[bool], all: &[DevicePoint], terms: &Terms) -> Self {
        let own = all.iter().enumerate().filter(|(_, point)| point.is_due(due));
        let (points, refs): (Vec<usize>, Vec<&Point>) =
            own.map(|(index, point)| (index, &*point.point)).unzip();
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
    let alone = |(run, slots)| Planned {
        request: request(run),
        slots,
        in_parts_of: terms.in_parts_of(&run),
    };
    apart.into_iter().map(alone).collect()
}
