//! What the readings and rows prove, by rules of the adversary's own.

use std::collections::BTreeSet;

use hanqing::figures::{Hedge, PrintUnit, SIGNIFICANT, phrase};
use hanqing::water::StationKind;

use super::kind::Kind;
use super::rows::Rows;
use super::seen::{Reading, Seen};
use super::truth::Facts;
use super::world::{Pumping, STEPS, Source, Time, World};

/// A source is seen to be dry by readings that say so for so long, h, with no longer gap between them, h.
const DRY_SEEN_H: usize = 25;
const DRY_GAP_H: usize = 6;
/// It is seen to hold water where no span of so many hours is without a reading that says so.
const DRY_H: usize = 24;

/// What the readings prove of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Dry,
    Holds,
    Unclear,
}

impl Sight {
    pub fn of(source: &Source, readings: &[Reading], time: &Time) -> Sight {
        let may_be = source.may_be();
        let (from, to) = time.steps();
        let limit = source.low_m() + 1e-9;
        let (first, end) = ends(readings, limit, (from, to));
        let mut wet = vec![first];
        let (mut longest, mut run): (usize, Option<(usize, usize)>) = (0, None);
        for (step, level) in readings.iter().filter(|(_, level)| may_be.contains(level)) {
            if !(from..to).contains(step) {
                continue;
            }
            if *level > limit {
                wet.push(*step);
                run = None;
                continue;
            }
            let first = match run {
                Some((first, last)) if step - last <= DRY_GAP_H * STEPS => first,
                _ => *step,
            };
            run = Some((first, *step));
            longest = longest.max(step - first);
        }
        wet.push(end);
        let hidden = wet.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(to);
        if longest >= DRY_SEEN_H * STEPS {
            Sight::Dry
        } else if hidden < DRY_H * STEPS && readings.iter().all(|(_, m)| may_be.contains(m)) {
            Sight::Holds
        } else {
            Sight::Unclear
        }
    }
}

/// From where to where it has to be seen to hold water: the period, with what was read dry just before and after it.
fn ends(readings: &[Reading], limit: f64, (from, to): (usize, usize)) -> (usize, usize) {
    let dry = |(_, level): &&Reading| *level <= limit;
    let before = readings.iter().rev().filter(|(step, _)| *step < from);
    let after = readings.iter().filter(|(step, _)| *step >= to);
    let first = before.take_while(dry).last().map_or(from, |(step, _)| *step);
    let end = after.take_while(dry).last().map_or(to, |(step, _)| step + 1);
    (first, end)
}

/// Whether a meter was read each hour of the period, with a reading at both ends, and only ever grew as it can.
fn is_complete(pump: &Pumping, readings: &[Reading], time: &Time) -> bool {
    let (from, to) = time.steps();
    let first = readings.iter().rposition(|(step, _)| *step <= from);
    let last = readings.iter().position(|(step, _)| *step >= to);
    let (Some(first), Some(last)) = (first, last) else { return false };
    if from - readings[first].0 >= STEPS || readings[last].0 - to >= STEPS {
        return false;
    }
    // The engine waits for some readings before it believes what is odd.
    let around = first.saturating_sub(4)..(last + 5).min(readings.len());
    readings[around].windows(2).all(|pair| {
        let hours = (pair[1].0 - pair[0].0) as f64 / STEPS as f64;
        let grown = pair[1].1 - pair[0].1;
        hours <= 1.0 && (0.0..=pump.rated_kw * 1.2 * hours.max(0.5) + 0.2).contains(&grown)
    })
}

/// Whether all tanks serve all people, and none was ever seen low or unseen for more than an hour.
fn tanks_prove(world: &World, seen: &Seen) -> bool {
    let (from, to) = world.time.steps();
    let mut served = 0;
    for tank in world.sources_of(StationKind::Tank) {
        let readings = &seen.readings[&tank.id];
        let own = readings.iter().filter(|(step, _)| (from..to).contains(step));
        let steps: Vec<usize> = own.clone().map(|(step, _)| *step).collect();
        let ends = [from, to];
        let mut all: Vec<usize> = steps.iter().chain(&ends).copied().collect();
        all.sort_unstable();
        let gaps = all.windows(2).any(|pair| pair[1] - pair[0] > STEPS);
        let crest = tank.crest_m.unwrap_or(tank.normal_m);
        let high = own.clone().all(|(_, m)| *m > tank.low_m() + 0.01 && *m <= crest);
        if gaps || !high || seen.liars.contains(&tank.id) {
            return false;
        }
        served += tank.serves.unwrap_or(0);
    }
    served >= world.persons()
}

/// The kinds of clauses that the evidence of a township proves.
pub fn proved(world: &World, seen: &Seen, rows: &Rows, facts: &Facts) -> BTreeSet<Kind> {
    let mut proved = BTreeSet::new();
    let plain = |kind: Kind| rows.plain.contains(&kind);
    let truth = &rows.truth;
    for (kind, holds, dry) in [
        (StationKind::Pond, Kind::PondsHold, Kind::PondsDry),
        (StationKind::Channel, Kind::ChannelsFlow, Kind::ChannelsDry),
    ] {
        let sights: Vec<Sight> = world
            .sources_of(kind)
            .map(|source| Sight::of(source, &seen.readings[&source.id], &world.time))
            .collect();
        if sights.contains(&Sight::Dry) {
            proved.insert(dry);
        } else if !sights.is_empty() && sights.iter().all(|sight| *sight == Sight::Holds) {
            proved.insert(holds);
        }
    }
    let (from, to) = world.time.steps();
    let at_ends = |pump: &Pumping| {
        let read = |at: usize| seen.readings[&pump.id].iter().any(|(step, _)| *step == at);
        read(from) && read(to)
    };
    let complete = |pump: &Pumping| {
        !seen.liars.contains(&pump.id)
            && is_complete(pump, &seen.readings[&pump.id], &world.time)
            && (pump.still || at_ends(pump))
    };
    let all_complete = world.pumps.iter().all(complete);
    let [low, high] = facts.electricity(world, rows);
    let said = |kwh: f64| phrase(kwh.max(0.0), Hedge::About, PrintUnit::Du, SIGNIFICANT);
    // A few watt-hours are not said the same way whatever the step of the register.
    if all_complete && plain(Kind::Electricity) && low > 1.0 && said(low) == said(high) {
        proved.insert(Kind::Electricity);
    }
    let [least, most] = facts.sets(world, rows);
    if all_complete && plain(Kind::Equipment) && least == most && least > 0.0 {
        proved.insert(Kind::Equipment);
    }
    if plain(Kind::NobodyShort) && !world.time.is_part() && tanks_prove(world, seen) {
        proved.insert(Kind::NobodyShort);
    }
    let relieved = plain(Kind::Gasoline) && truth.gasoline > 0.0
        || plain(Kind::Funds) && truth.funds > 0.0
        || plain(Kind::Equipment) && truth.sets > 0.0
        || world.pumps.iter().any(|pump| complete(pump) && pump.hours(&world.time) >= 3.0);
    let saved = truth.affected - truth.failed;
    // Levels that began to fall in another month speak against the clerk's.
    let by_level = &facts.onset_by_level;
    let onset = truth.onset.is_some_and(|day| by_level.is_empty() || by_level.contains(&day));
    for (kind, there) in [
        (Kind::SomebodyShort, truth.short > 0.0),
        (Kind::Onset, onset),
        (Kind::Villages, truth.villages > 0.0),
        (Kind::Affected, truth.affected > 0.0),
        (Kind::Failed, truth.failed > 0.0),
        (Kind::Rescued, relieved && saved > 0.0),
        (Kind::Averted, relieved && saved > 0.0),
        (Kind::Gasoline, truth.gasoline > 0.0),
        (Kind::Funds, truth.funds > 0.0),
        (Kind::Inspection, !truth.inspected.is_empty()),
        (Kind::ProjectFunds, truth.project_funds > 0.0),
        (Kind::Works, !truth.works.is_empty()),
        (Kind::Served, !truth.works.is_empty()),
        (Kind::People, !truth.works.is_empty()),
    ] {
        if plain(kind) && there {
            proved.insert(kind);
        }
    }
    proved
}
