//! The truth of a world in the terms of clauses and figures, with what hourly readings cannot tell.

use std::collections::BTreeSet;
use std::ops::Range;

use hanqing::water::StationKind;
use jiff::civil::Date;

use super::evidence::Sight;
use super::rows::Rows;
use super::seen::{Reading, Seen};
use super::world::{STEPS, Source, Time, World};

/// A dry spell that is shorter by this is no mistake: readings come once an hour.
const SAMPLING_H: f64 = 1.0;
const DRY_H: f64 = 24.0;
/// Steps of a register at both ends of a segment, kWh.
const REGISTER_STEPS_KWH: f64 = 0.3;
/// Hours at the ends of the period that an hourly reading may take for the other side.
const END_H: f64 = 1.05;

/// How many sources were dry: surely, and at most.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    pub total: usize,
    /// Dry beyond doubt of the hour of reading.
    pub least: usize,
    /// Dry for at least a day.
    pub strict: usize,
    /// The same, with the spells that an end of the period cuts: none of them may be denied.
    pub undeniable: usize,
    /// Dry for nearly a day, and those whose readings mislead.
    pub most: usize,
}

/// The truth of what sensors see.
#[derive(Debug, Clone)]
pub struct Facts {
    pub ponds: Count,
    pub channels: Count,
    pub reservoirs: Count,
    pub onset_by_level: Vec<Date>,
}

impl Facts {
    pub fn new(world: &World, seen: &Seen) -> Facts {
        let count = |kind| {
            let mut count = Count::default();
            for source in world.sources_of(kind) {
                let readings = &seen.readings[&source.id];
                let hours = source.longest_low_h(&world.time);
                let cut = cut_spell_h(source, readings, &world.time);
                let sight = Sight::of(source, readings, &world.time);
                let lies = seen.liars.contains(&source.id);
                let misleads = lies || sight == Sight::Dry;
                count.total += 1;
                count.least += usize::from(hours >= DRY_H + SAMPLING_H && !lies);
                count.strict += usize::from(hours >= DRY_H);
                count.undeniable += usize::from(hours.max(cut) >= DRY_H);
                count.most += usize::from(hours >= DRY_H - SAMPLING_H || misleads);
            }
            count
        };
        Facts {
            ponds: count(StationKind::Pond),
            channels: count(StationKind::Channel),
            reservoirs: count(StationKind::Reservoir),
            onset_by_level: onset(world),
        }
    }

    /// Electricity of the period, kWh, to the steps of the registers.
    pub fn electricity(&self, world: &World, rows: &Rows) -> [f64; 2] {
        let mut all = [rows.truth.declared_kwh; 2];
        for pump in &world.pumps {
            let kwh = pump.energy_kwh(&world.time);
            all = [all[0] + (kwh - REGISTER_STEPS_KWH).max(0.0), all[1] + kwh + REGISTER_STEPS_KWH];
        }
        all
    }

    /// Sets at work: those that ran for an hour or more, and those that ran at all.
    pub fn sets(&self, world: &World, rows: &Rows) -> [f64; 2] {
        let sets = |hours: f64| {
            let ran = world.pumps.iter().filter(|pump| pump.hours(&world.time) > hours);
            let set = |pump: &super::world::Pumping| pump.asset.clone().unwrap_or(pump.id.clone());
            ran.map(set).collect::<BTreeSet<_>>().len() as f64 + rows.truth.sets
        };
        [sets(1.0), sets(0.0)]
    }

    pub fn stations(&self, world: &World) -> [f64; 2] {
        let ran = |hours: f64| {
            world.pumps.iter().filter(|pump| pump.hours(&world.time) > hours).count() as f64
        };
        [ran(1.0), ran(0.0)]
    }

    pub fn hours(&self, world: &World) -> [f64; 2] {
        let mut all = [0.0; 2];
        for pump in &world.pumps {
            let hours = pump.hours(&world.time);
            let off = if pump.still { 0.1 } else { END_H };
            all = [all[0] + (hours - off).max(0.0), all[1] + hours + off];
        }
        all
    }

    /// Whether anything was done against the drought.
    pub fn relief(&self, world: &World, rows: &Rows) -> bool {
        let truth = &rows.truth;
        let ran = world.pumps.iter().any(|pump| pump.ran(&world.time));
        ran || truth.sets > 0.0
            || truth.gasoline > 0.0
            || truth.funds > 0.0
            || truth.declared_kwh > 0.0
            || truth.carried
    }
}

/// The longest dry spell of which a part lies in the period, h: what lies in it, and beyond its ends what lies between
/// them and the last reading there, of a day at most. Of what nobody read after the period nobody can know.
fn cut_spell_h(source: &Source, readings: &[Reading], time: &Time) -> f64 {
    let (from, to) = time.steps();
    let day = 24 * STEPS;
    let may_be = source.may_be();
    let read = |steps: Range<usize>| {
        let own = readings.iter().filter(move |(step, _)| steps.contains(step));
        own.filter(|(_, level)| may_be.contains(level)).map(|(step, _)| *step)
    };
    let mut longest = 0;
    for spell in source.low_spells() {
        if spell.start >= to || spell.end <= from {
            continue;
        }
        let before = read(spell.start.max(from.saturating_sub(day))..from.max(spell.start)).min();
        let after = read(to.min(spell.end)..spell.end.min(to + day)).max().map(|step| step + 1);
        let first = before.unwrap_or(spell.start.max(from));
        let end = after.unwrap_or(spell.end.min(to));
        longest = longest.max(end - first);
    }
    longest as f64 / STEPS as f64
}

/// The first days of the months in which a source's level fell to 旱警 for three days: by whole days, and by days that
/// were nearly so. Empty where it stood there when it was first read.
fn onset(world: &World) -> Vec<Date> {
    let mut found = Vec::new();
    // A status clears five centimetres above its threshold.
    for (share, above_m) in [(1.0, 0.0), (0.9, 0.0), (0.9, 0.05)] {
        let open = world.sources.iter().filter(|source| source.warn_m.is_some());
        let first = open.filter_map(|source| warned(world, source, share, above_m)).min();
        match first {
            Some(0) => return Vec::new(),
            Some(day) => {
                let day = world.time.day(day * 24 * STEPS + STEPS).first_of_month();
                found.push(day);
            }
            None => {}
        }
    }
    found
}

/// The first of three warned days on end, counted from the first day that is simulated.
fn warned(world: &World, source: &Source, share: f64, above_m: f64) -> Option<usize> {
    let warn = source.warn_m? + above_m;
    let days = source.levels.chunks(24 * STEPS);
    let warned: Vec<bool> = days
        .map(|day| {
            let below = day.iter().filter(|level| **level <= warn).count();
            below as f64 >= share * day.len() as f64
        })
        .collect();
    let days = world.time.all_h() / 24;
    (0..days.saturating_sub(2)).find(|day| warned[*day..day + 3].iter().all(|warned| *warned))
}
