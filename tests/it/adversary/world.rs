//! A township whose truth is known: levels each ten minutes, the work of each pump, what nobody watches.

use std::ops::{Range, RangeInclusive};

use hanqing::core::{Calendar, Period};
use hanqing::water::StationKind;
use jiff::civil::{Date, date};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::dice::Dice;

/// Steps of the truth in an hour.
pub const STEPS: usize = 6;
pub const STEP_MS: i64 = 600_000;
const HOUR_MS: i64 = 3_600_000;

/// Hours before and after the period that are simulated.
pub const LEAD_H: usize = 72;

/// Hours at both ends of the period in which some pumps stand.
const STILL_H: usize = 4;

/// A source that is refilled holds water for so long at least, h.
const WET_H: usize = 8;

/// A level further than this from bottom or crest is none, m.
const BEYOND_M: f64 = 2.0;

/// How long people live from what they have in the house when a tank runs low, h.
pub const SHORT_H: f64 = 4.0;

/// Period, event and the office's days.
#[derive(Debug, Clone)]
pub struct Time {
    pub calendar: Calendar,
    pub period: Period,
    pub event: Period,
    pub hours: usize,
    pub from_ms: i64,
}

impl Time {
    fn new(dice: &mut Dice) -> Time {
        let calendar = Calendar::new(TimeZone::fixed(Offset::from_hours(8).unwrap()), 0);
        let days = match dice.weighted(&[(70, 0), (24, 1), (6, 2)]) {
            0 => dice.whole(10, 16),
            1 => dice.whole(17, 35),
            _ => dice.whole(36, 110),
        };
        let from = match dice.hits(0.1) {
            true => date(2022, 12, 31).saturating_sub(dice.whole(0, days - 2).days()),
            false => date(2022, 4, 20) + dice.whole(0, 130).days(),
        };
        let period = Period { from, to: from + (days - 1).days() };
        let event = match dice.hits(0.2) {
            true => Period {
                from: from.saturating_sub(dice.whole(1, 45).days()),
                to: period.to + dice.whole(0, 30).days(),
            },
            false => period,
        };
        let from_ms = calendar.start_of(from).as_millisecond() - LEAD_H as i64 * HOUR_MS;
        Time { calendar, period, event, hours: days as usize * 24, from_ms }
    }

    pub fn all_h(&self) -> usize {
        self.hours + 2 * LEAD_H
    }

    pub fn all_steps(&self) -> usize {
        self.all_h() * STEPS
    }

    /// The first step of the period, and the first after it.
    pub fn steps(&self) -> (usize, usize) {
        (LEAD_H * STEPS, (LEAD_H + self.hours) * STEPS)
    }

    pub fn ms(&self, step: usize) -> i64 {
        self.from_ms + step as i64 * STEP_MS
    }

    pub fn at(&self, step: usize) -> Timestamp {
        Timestamp::from_millisecond(self.ms(step)).unwrap()
    }

    pub fn day(&self, step: usize) -> Date {
        self.calendar.day_of(self.at(step))
    }

    /// Whether the event is more than the period.
    pub fn is_part(&self) -> bool {
        self.event != self.period
    }
}

/// A water source that is watched.
#[derive(Debug, Clone)]
pub struct Source {
    pub id: String,
    pub kind: StationKind,
    pub village: usize,
    pub bottom_m: f64,
    pub normal_m: f64,
    pub crest_m: Option<f64>,
    pub dead_m: Option<f64>,
    pub warn_m: Option<f64>,
    pub serves: Option<u32>,
    pub pattern: String,
    pub levels: Vec<f64>,
}

impl Source {
    /// At or below it, it is dry; a tank is low.
    pub fn low_m(&self) -> f64 {
        let dry = match self.kind {
            StationKind::Channel => self.bottom_m,
            _ => self.bottom_m + 0.05,
        };
        match self.kind {
            StationKind::Tank => self.dead_m.map_or(dry, |dead| dead.max(dry)),
            _ => dry,
        }
    }

    /// The longest time on end in the period at or below [`Source::low_m`], h.
    pub fn longest_low_h(&self, time: &Time) -> f64 {
        let (from, to) = time.steps();
        let (limit, mut run, mut longest) = (self.low_m() + 1e-9, 0, 0);
        for level in &self.levels[from..to] {
            run = if *level <= limit { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        longest as f64 / STEPS as f64
    }

    /// The spells at or below [`Source::low_m`], by their steps.
    pub fn low_spells(&self) -> Vec<Range<usize>> {
        let limit = self.low_m() + 1e-9;
        let low = |step: usize| self.levels.get(step).is_some_and(|level| *level <= limit);
        let begins = |step: &usize| low(*step) && (*step == 0 || !low(step - 1));
        let starts = (0..self.levels.len()).filter(begins);
        let spell = |start: usize| start..(start..).find(|step| !low(*step)).unwrap_or(start);
        starts.map(spell).collect()
    }

    /// The levels that a reading may show: one further from bottom or crest is none.
    pub fn may_be(&self) -> RangeInclusive<f64> {
        let crest = self.crest_m.unwrap_or(self.normal_m + BEYOND_M);
        self.bottom_m - BEYOND_M..=crest + BEYOND_M
    }

    fn new(
        dice: &mut Dice,
        time: &Time,
        kind: StationKind,
        index: usize,
        village: usize,
    ) -> Source {
        let name = match kind {
            StationKind::Pond => "pond",
            StationKind::Channel => "channel",
            StationKind::Reservoir => "reservoir",
            _ => "tank",
        };
        let bottom_m = (dice.between(90.0, 300.0) * 10.0).round() / 10.0;
        let normal_m = bottom_m + dice.pick(&[2.0, 3.0, 4.5]);
        let crest = kind != StationKind::Channel || dice.hits(0.7);
        let dead = match kind {
            StationKind::Tank => dice.hits(0.4),
            StationKind::Channel => false,
            _ => dice.hits(0.3),
        };
        let open = kind != StationKind::Tank;
        let mut source = Source {
            id: format!("{name}-{index}"),
            kind,
            village,
            bottom_m,
            normal_m,
            crest_m: crest.then_some(normal_m + 0.5),
            dead_m: dead.then_some(bottom_m + 0.6),
            warn_m: (open && dice.hits(0.4)).then_some(bottom_m + 1.2),
            serves: None,
            pattern: String::new(),
            levels: Vec::new(),
        };
        source.flow(dice, time);
        source
    }

    /// Makes the levels.
    fn flow(&mut self, dice: &mut Dice, time: &Time) {
        let steps = time.all_steps();
        let mut low = vec![false; steps];
        let tank = self.kind == StationKind::Tank;
        let pattern = match tank {
            true => dice.weighted(&[(70, 0), (22, 1), (5, 2), (3, 3)]),
            false => dice.weighted(&[(50, 0), (36, 1), (8, 2), (6, 3)]),
        };
        self.pattern = match pattern {
            0 => "wet".into(),
            1 => self.spells(dice, &mut low),
            2 => {
                let wet_at = dice.below(24);
                for (step, low) in low.iter_mut().enumerate() {
                    *low = (step / STEPS) % 24 != wet_at;
                }
                format!("low 23 h a day, not at hour {wet_at} of the simulation's day")
            }
            _ => {
                low.fill(true);
                "low throughout".into()
            }
        };
        let limit = self.low_m();
        let low_m = match self.kind {
            StationKind::Channel => self.bottom_m - dice.between(0.0, 0.02),
            StationKind::Tank if self.dead_m.is_some() && dice.hits(0.6) => limit - 0.1,
            _ => self.bottom_m + dice.between(0.0, 0.04),
        };
        let high = dice.between(limit + 0.5, self.normal_m);
        let end = dice.between(limit + 0.15, limit + 0.6).min(high);
        let round = |level: f64| (level * 100.0).round() / 100.0;
        let fall = (high - end) / steps as f64;
        let level = |(step, low): (usize, &bool)| match low {
            true => round((low_m - 0.005).max(limit - 0.2)).min(limit),
            false => round(high - fall * step as f64).max(limit + 0.1),
        };
        self.levels = low.iter().enumerate().map(level).collect();
    }

    /// Dry spells of various lengths, with some hours between them.
    fn spells(&self, dice: &mut Dice, low: &mut [bool]) -> String {
        let mut told = String::from("low");
        for _ in 0..dice.whole(1, 3) {
            let hours = match self.kind {
                StationKind::Tank => dice.pick(&[1, 2, 5, 20, 22, 25, 40]),
                _ => match dice.hits(0.7) {
                    true => dice.pick(&[5, 20, 22, 23, 25, 26, 28, 30, 36]),
                    false => dice.whole(40, 200) as usize,
                },
            };
            let length = hours * STEPS;
            if length + 2 * WET_H * STEPS >= low.len() {
                continue;
            }
            let from = dice.below(low.len() - length);
            let around = from.saturating_sub(WET_H * STEPS)..(from + length + WET_H * STEPS);
            let around = around.start..around.end.min(low.len());
            if low[around].iter().any(|low| *low) {
                continue;
            }
            low[from..from + length].fill(true);
            let hour = from as f64 / STEPS as f64 - LEAD_H as f64;
            told += &format!(" {hours} h from hour {hour:.1};");
        }
        told
    }
}

/// What a pump did.
#[derive(Debug, Clone)]
pub struct Pumping {
    pub id: String,
    pub village: usize,
    pub rated_kw: f64,
    /// The set that stands there, if it moves.
    pub asset: Option<String>,
    pub pattern: String,
    /// Energy of each step, kWh.
    pub kwh: Vec<f64>,
    pub runs: Vec<bool>,
    /// Whether it stood still for some hours at both ends of the period.
    pub still: bool,
}

impl Pumping {
    fn new(dice: &mut Dice, time: &Time, index: usize, village: usize) -> Pumping {
        let steps = time.all_steps();
        let rated_kw = dice.pick(&[3.0, 5.5, 7.5, 11.0, 15.0, 22.0]);
        let idle_w = dice.pick(&[0.0, 0.0, 2.0, 8.0, 20.0]);
        let still = dice.hits(0.3);
        let runs_at_all = dice.hits(0.65);
        let mut pumping = Pumping {
            id: format!("pump-{index}"),
            village,
            rated_kw,
            asset: None,
            pattern: format!("draws {idle_w} W while it stands"),
            kwh: vec![idle_w / 1000.0 / STEPS as f64; steps],
            runs: vec![false; steps],
            still,
        };
        if !runs_at_all {
            pumping.pattern += ", never runs";
            return pumping;
        }
        let blocks = dice.whole(1, (time.hours as i64 / 24).max(2));
        for _ in 0..blocks {
            let length = dice.below(10 * STEPS) + 2 * STEPS;
            let from = dice.below(steps - length);
            let power = rated_kw * dice.between(0.6, 1.0);
            for step in from..from + length {
                if !(pumping.runs[step] || still && near_an_end(step, time)) {
                    pumping.runs[step] = true;
                    pumping.kwh[step] = power / STEPS as f64;
                }
            }
        }
        pumping.pattern += &format!(", {blocks} runs, {:.1} h of the period", pumping.hours(time));
        pumping
    }

    pub fn energy_kwh(&self, time: &Time) -> f64 {
        let (from, to) = time.steps();
        self.kwh[from..to].iter().sum()
    }

    /// Running hours in the period.
    pub fn hours(&self, time: &Time) -> f64 {
        let (from, to) = time.steps();
        self.runs[from..to].iter().filter(|run| **run).count() as f64 / STEPS as f64
    }

    pub fn ran(&self, time: &Time) -> bool {
        self.hours(time) > 0.0
    }
}

fn near_an_end(step: usize, time: &Time) -> bool {
    let (from, to) = time.steps();
    step.abs_diff(from) <= STILL_H * STEPS || step.abs_diff(to) <= STILL_H * STEPS
}

#[derive(Debug, Clone)]
pub struct Village {
    pub id: String,
    pub name: String,
    pub persons: u32,
}

/// Ponds or channels that nobody watches, and how many of them ran dry.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched {
    pub ponds: usize,
    pub ponds_dry: usize,
    pub channels: usize,
    pub channels_dry: usize,
}

#[derive(Debug, Clone)]
pub struct World {
    pub time: Time,
    pub villages: Vec<Village>,
    pub sources: Vec<Source>,
    pub pumps: Vec<Pumping>,
    pub unwatched: Unwatched,
}

impl World {
    pub fn new(dice: &mut Dice) -> World {
        let time = Time::new(dice);
        let names = ["东门村", "仙坪村", "乔坑村", "李坊村", "黄水村", "塘背村", "岭下村"];
        let villages: Vec<Village> = (0..dice.whole(2, 7) as usize)
            .map(|index| Village {
                id: format!("village-{index}"),
                name: names[index].into(),
                persons: dice.whole(300, 2500) as u32,
            })
            .collect();
        let long = time.hours > 40 * 24;
        let ponds = match long || dice.hits(0.7) {
            true => dice.whole(1, 3),
            false => dice.whole(4, 12),
        };
        let channels = if dice.hits(0.8) { dice.whole(0, 2) } else { dice.whole(3, 6) };
        let counts = [
            (StationKind::Pond, ponds),
            (StationKind::Channel, channels),
            (StationKind::Reservoir, dice.pick(&[0, 0, 1, 2])),
            (StationKind::Tank, dice.pick(&[0, 1, 1, 2, 3, 5])),
        ];
        let mut sources = Vec::new();
        for (kind, count) in counts {
            for index in 1..=count as usize {
                let village = dice.below(villages.len());
                sources.push(Source::new(dice, &time, kind, index, village));
            }
        }
        serve(dice, &villages, &mut sources);
        let count = dice.pick(&[0, 1, 1, 2, 2, 3, 4, 8]);
        let mut pumps: Vec<Pumping> = (1..=count)
            .map(|index| {
                let village = dice.below(villages.len());
                Pumping::new(dice, &time, index, village)
            })
            .collect();
        if pumps.len() > 1 && dice.hits(0.25) {
            for pump in pumps.iter_mut().take(2) {
                pump.asset = Some("set-1".into());
            }
        }
        let unwatched = unwatched(dice);
        World { time, villages, sources, pumps, unwatched }
    }

    pub fn sources_of(&self, kind: StationKind) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(move |source| source.kind == kind)
    }

    pub fn persons(&self) -> u32 {
        self.villages.iter().map(|village| village.persons).sum()
    }

    /// Whether people of a watched tank were short of water in the period.
    pub fn tank_low(&self) -> bool {
        let mut tanks = self.sources_of(StationKind::Tank);
        tanks.any(|tank| tank.longest_low_h(&self.time) >= SHORT_H)
    }
}

/// The people behind the tanks: all, a part, or nobody knows.
fn serve(dice: &mut Dice, villages: &[Village], sources: &mut [Source]) {
    let mut tanks: Vec<&mut Source> =
        sources.iter_mut().filter(|source| source.kind == StationKind::Tank).collect();
    let count = tanks.len();
    let all = count > 0 && dice.hits(0.6);
    for (index, tank) in tanks.iter_mut().enumerate() {
        let own = villages.iter().skip(index).step_by(count);
        let persons: u32 = own.map(|village| village.persons).sum();
        tank.village = index % villages.len();
        tank.serves = match all {
            true => Some(persons),
            false if dice.hits(0.4) => None,
            false => Some(persons / 3 + 1),
        };
    }
}

fn unwatched(dice: &mut Dice) -> Unwatched {
    let mut unwatched = Unwatched::default();
    if dice.hits(0.3) {
        unwatched.ponds = dice.whole(1, 20) as usize;
        unwatched.ponds_dry = if dice.hits(0.5) { 0 } else { dice.below(unwatched.ponds + 1) };
    }
    if dice.hits(0.3) {
        unwatched.channels = dice.whole(1, 6) as usize;
        unwatched.channels_dry =
            if dice.hits(0.5) { 0 } else { dice.below(unwatched.channels + 1) };
    }
    unwatched
}
