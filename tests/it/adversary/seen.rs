//! What the office sees of the truth: readings with gaps and faults, folded into hours as the store does.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use hanqing::account::{Cells, EntryCode};
use hanqing::core::{DayCell, HourCell, Period, Rollup, Series, hour_start_ms};
use hanqing::counter;
use jiff::Timestamp;
use jiff::civil::Date;

use super::dice::Dice;
use super::world::{LEAD_H, STEPS, Source, Time, World};

/// A reading at a step of the truth.
pub type Reading = (usize, f64);

/// A reading of the ledger about a meter: code, reading, day, series.
pub type MeterRow = (EntryCode, f64, Date, String);

/// What is seen of a world.
#[derive(Debug, Default)]
pub struct Seen {
    /// The readings of each series, by the station's id.
    pub readings: BTreeMap<String, Vec<Reading>>,
    pub cells: BTreeMap<String, Vec<HourCell>>,
    /// Stations whose readings are wrong where nothing contradicts them.
    pub liars: BTreeSet<String>,
    pub meter_rows: Vec<MeterRow>,
    /// What is wrong with the readings of each station.
    pub troubles: BTreeMap<String, String>,
}

impl Seen {
    pub fn new(dice: &mut Dice, world: &World) -> Seen {
        let time = &world.time;
        let mut seen = Seen::default();
        // A clean township has clean readings; some gaps are those of a gateway, of all its stations.
        let clean = dice.hits(0.22);
        let shared = match !clean && dice.hits(0.25) {
            true => Some(mask(dice, time)),
            false => None,
        };
        for source in &world.sources {
            let sight = Sight::new(dice, time, clean, shared.as_ref());
            let mut readings: Vec<Reading> =
                sight.steps(time).map(|step| (step, source.levels[step])).collect();
            let trouble = match clean {
                true => "",
                false => spoil(dice, source, time, &mut readings, &mut seen.liars),
            };
            seen.troubles.insert(source.id.clone(), format!("{}; {trouble}", sight.told));
            let cells = fold(time, &sight, &readings, None);
            seen.cells.insert(format!("{}/level", source.id), cells);
            seen.readings.insert(source.id.clone(), readings);
        }
        for pump in &world.pumps {
            let sight = Sight::new(dice, time, clean, shared.as_ref());
            let mut meter = super::meter::Meter::new(dice, pump, time, clean);
            let readings: Vec<Reading> =
                sight.steps(time).map(|step| (step, meter.shown(step))).collect();
            if meter.lies(&readings) {
                seen.liars.insert(pump.id.clone());
            }
            seen.meter_rows.append(&mut meter.rows);
            seen.troubles.insert(pump.id.clone(), format!("{}; {}", sight.told, meter.told));
            let cells = fold(time, &sight, &readings, Some(meter.spec));
            seen.cells.insert(format!("{}/energy_total", pump.id), cells);
            seen.readings.insert(pump.id.clone(), readings);
        }
        seen
    }
}

/// Which polls of a station are answered.
struct Sight {
    /// Steps between polls, and the first of them in an hour.
    every: usize,
    phase: usize,
    answered: Vec<bool>,
    /// Whether polls without an answer leave a trace.
    polled: bool,
    told: String,
}

impl Sight {
    fn new(dice: &mut Dice, time: &Time, clean: bool, shared: Option<&Mask>) -> Sight {
        let every = dice.weighted(&[(84, STEPS), (10, 3), (6, 1)]);
        let phase = if dice.hits(0.5) { 0 } else { dice.below(every) };
        let (mut answered, mut told) = (vec![true; time.all_h()], String::from("no gaps"));
        if !clean && dice.hits(0.6) {
            (answered, told) = mask(dice, time);
        }
        if let Some((gaps, name)) = shared {
            told = format!("{told}, with its gateway: {name}");
            answered.iter_mut().zip(gaps).for_each(|(own, gateway)| *own &= gateway);
        }
        let told = format!("every {} min from {}, {told}", every * 10, phase * 10);
        Sight { every, phase, answered, polled: dice.hits(0.5), told }
    }

    fn polls(&self, time: &Time) -> impl Iterator<Item = usize> {
        (self.phase..time.all_steps()).step_by(self.every)
    }

    /// The steps of the readings.
    fn steps(&self, time: &Time) -> impl Iterator<Item = usize> {
        self.polls(time).filter(|step| self.answered[step / STEPS])
    }
}

/// Whether each hour has answers, and how that comes.
type Mask = (Vec<bool>, String);

fn mask(dice: &mut Dice, time: &Time) -> Mask {
    let all = time.all_h();
    let mut there = vec![true; all];
    let told = match dice.weighted(&[(26, 0), (20, 1), (34, 2), (10, 3), (5, 4), (5, 5)]) {
        0 => {
            let hour = dice.below(24);
            (hour..all).step_by(24).for_each(|at| there[at] = false);
            format!("no hour {hour} of any day")
        }
        1 => {
            let share = dice.between(0.01, 0.1);
            there.iter_mut().for_each(|there| *there = !dice.hits(share));
            format!("{:.1} % of the hours missing", share * 100.0)
        }
        2 => {
            let mut told = String::from("outages:");
            for _ in 0..dice.whole(1, 3) {
                let length = match dice.hits(0.7) {
                    true => dice.whole(2, 40),
                    false => dice.whole(41, 500),
                } as usize;
                let from = dice.below(all);
                there[from..(from + length).min(all)].fill(false);
                told += &format!(" {length} h from hour {}", from as i64 - LEAD_H as i64);
            }
            told
        }
        3 => {
            let length = dice.whole(3, (time.hours / 2) as i64) as usize;
            match dice.hits(0.5) {
                true => there[..LEAD_H + length].fill(false),
                false => there[LEAD_H + time.hours - length..].fill(false),
            }
            format!("{length} h of an end missing")
        }
        4 => {
            there[LEAD_H..LEAD_H + time.hours].fill(false);
            "silent for the whole period, heard before and after".into()
        }
        _ => {
            there.fill(false);
            "never heard".into()
        }
    };
    (there, told)
}

/// Spoils the readings of a level sensor and says how.
fn spoil(
    dice: &mut Dice,
    source: &Source,
    time: &Time,
    readings: &mut [Reading],
    liars: &mut BTreeSet<String>,
) -> &'static str {
    let some = dice.below(readings.len().max(1));
    // Nothing contradicts a level that is too high where no crest is known.
    let up = dice.hits(0.5) && source.crest_m.is_some();
    let sign = if up { 1.0 } else { -1.0 };
    let off = sign * dice.between(8.0, 60.0);
    match dice.weighted(&[(72, 0), (6, 1), (6, 2), (5, 3), (4, 4), (3, 5), (4, 6)]) {
        1 => {
            let length = dice.whole(1, 60) as usize;
            readings.iter_mut().skip(some).take(length).for_each(|reading| reading.1 = 0.0);
            "zeros in a row"
        }
        2 => {
            for _ in 0..dice.whole(1, 6) {
                let at = dice.below(readings.len().max(1));
                if let Some(reading) = readings.get_mut(at) {
                    reading.1 += off;
                }
            }
            "spikes"
        }
        3 => {
            readings.iter_mut().for_each(|reading| reading.1 += off);
            "wrong datum"
        }
        4 => {
            readings.iter_mut().skip(some).for_each(|reading| reading.1 += off);
            "wrong datum from some time on"
        }
        5 => {
            let at = readings.get(some).map(|reading| reading.1);
            let (from, _) = time.steps();
            let stuck = readings.iter_mut().filter(|reading| reading.0 >= from);
            stuck.for_each(|reading| reading.1 = at.unwrap_or(reading.1));
            liars.insert(source.id.clone());
            "stuck at a level that may be (a liar)"
        }
        6 => {
            let off = dice.pick(&[-0.3, -0.1, 0.1, 0.3, 0.6]);
            let bottom = source.bottom_m;
            for reading in readings.iter_mut() {
                reading.1 = (reading.1 + off).clamp(bottom, source.normal_m);
            }
            liars.insert(source.id.clone());
            "off by some decimetres (a liar)"
        }
        _ => "no faults",
    }
}

/// The hours of a series: as the store folds readings, those of a register by the counter engine.
fn fold(
    time: &Time,
    sight: &Sight,
    readings: &[Reading],
    spec: Option<counter::Spec>,
) -> Vec<HourCell> {
    let mut cells: Vec<HourCell> = Vec::with_capacity(time.all_h());
    let mut state = counter::State::default();
    let mut readings = readings.iter().peekable();
    let mut sum = 0.0;
    for step in sight.polls(time) {
        let here = readings.next_if(|reading| reading.0 == step);
        if here.is_none() && !sight.polled {
            continue;
        }
        let at = time.at(step);
        let hour_at = Timestamp::from_millisecond(hour_start_ms(at.as_millisecond())).unwrap();
        if cells.last().is_none_or(|cell| cell.hour_at != hour_at) {
            let grown = spec.is_some().then_some(0.0);
            let rollup = Rollup { increment: grown, increment_max: grown, ..Rollup::default() };
            cells.push(HourCell { hour_at, rollup });
            sum = 0.0;
        }
        let Some(cell) = cells.last_mut() else { continue };
        let Some((_, value)) = here else {
            cell.missing += 1;
            continue;
        };
        sum += value;
        cell.counted += 1;
        cell.mean = Some(sum / f64::from(cell.counted));
        cell.min = Some(cell.min.map_or(*value, |min| min.min(*value)));
        cell.max = Some(cell.max.map_or(*value, |max| max.max(*value)));
        cell.last = Some(*value);
        if let Some(spec) = &spec {
            let step = state.feed(spec, at, *value);
            cell.increment = cell.increment.map(|all| all + step.increment);
            cell.increment_max = cell.increment_max.map(|all| all + step.increment_max);
            cell.rollovers += step.rollovers;
            cell.resets += step.resets;
            cell.glitches += step.glitches;
        }
    }
    cells
}

/// The hours of a world by their series.
pub struct Hours<'a> {
    pub time: &'a Time,
    pub seen: &'a Seen,
}

impl Cells for Hours<'_> {
    type Error = Infallible;

    fn hours(&mut self, series: &Series, period: Period) -> Result<Vec<HourCell>, Infallible> {
        let (from, to) = self.time.calendar.bounds(period);
        let Some(cells) = self.seen.cells.get(&series.to_string()) else {
            return Ok(Vec::new());
        };
        let first = cells.partition_point(|cell| cell.hour_at < from);
        let end = cells.partition_point(|cell| cell.hour_at < to);
        Ok(cells.get(first..end).unwrap_or_default().to_vec())
    }

    fn days(&mut self, series: &Series, period: Period) -> Result<Vec<DayCell>, Infallible> {
        Ok(DayCell::fold(&self.hours(series, period)?, &self.time.calendar))
    }

    fn shown(
        &mut self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(Timestamp, f64)>, Infallible> {
        let readings = self.seen.readings.get(series.station.as_str()).into_iter().flatten();
        let shown = readings.map(|(step, value)| (self.time.at(*step), *value));
        Ok(shown.filter(|(at, _)| (from..to).contains(at)).collect())
    }
}
