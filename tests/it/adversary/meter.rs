//! The register of a pump's electricity meter: what it shows at each step, and what happened to it.

use hanqing::account::EntryCode;
use hanqing::counter;

use super::dice::Dice;
use super::seen::{MeterRow, Reading};
use super::world::{Pumping, STEPS, Time};

/// The most that the engine takes for growth in an hour, as a share of the rated power: the rate that the meter is
/// registered with, by the margin of the engine.
const RATE: f64 = 1.5;
const ENGINE_MARGIN: f64 = 1.2;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Trouble {
    None,
    Reset,
    Swap { up: bool, told: bool },
    Rollover,
    Zeros,
    Spikes,
    Creeping,
    Sessions,
    Stuck,
}

/// A register, shown step by step in order of time.
pub struct Meter {
    pub spec: counter::Spec,
    /// The rows of the ledger about it.
    pub rows: Vec<MeterRow>,
    pub told: String,
    trouble: Trouble,
    /// Energy up to each step, kWh.
    energy: Vec<f64>,
    runs: Vec<bool>,
    start: f64,
    modulus: f64,
    resolution: f64,
    rated_kw: f64,
    /// What happens, happens at this step.
    at: usize,
    /// What the new meter or register shows then.
    new: f64,
    wrong: Vec<usize>,
}

impl Meter {
    pub fn new(dice: &mut Dice, pump: &Pumping, time: &Time, clean: bool) -> Meter {
        use Trouble as T;
        let swap = |up, told| T::Swap { up, told };
        let trouble = match clean {
            true => T::None,
            false => dice.weighted(&[
                (60, T::None),
                (6, T::Reset),
                (4, swap(false, true)),
                (4, swap(false, false)),
                (4, swap(true, true)),
                (3, swap(true, false)),
                (6, T::Rollover),
                (4, T::Zeros),
                (3, T::Spikes),
                (2, T::Creeping),
                (2, T::Sessions),
                (2, T::Stuck),
            ]),
        };
        let modulus = dice.pick(&[10_000.0, 100_000.0, 1_000_000.0]);
        let mut sum = 0.0;
        let energy: Vec<f64> = pump
            .kwh
            .iter()
            .map(|kwh| {
                let before = sum;
                sum += kwh;
                before
            })
            .collect();
        let near_end = trouble == T::Rollover || (trouble != T::None && dice.hits(0.1));
        let start = match near_end {
            true => modulus - dice.between(1.0, sum.clamp(20.0, 0.4 * modulus)),
            false => dice.between(0.05, 0.4) * modulus,
        };
        let (from, to) = time.steps();
        let at = from + STEPS * 6 + dice.below(to - from - STEPS * 12);
        let mut meter = Meter {
            spec: counter::Spec {
                modulus: Some(modulus),
                max_rate_per_hour: Some(pump.rated_kw * RATE),
            },
            rows: Vec::new(),
            told: format!("register {trouble:?}"),
            trouble,
            energy,
            runs: pump.runs.clone(),
            start,
            modulus,
            resolution: dice.pick(&[0.01, 0.01, 0.1]),
            rated_kw: pump.rated_kw,
            at,
            new: 0.0,
            wrong: Vec::new(),
        };
        meter.prepare(dice, pump, time);
        meter
    }

    fn prepare(&mut self, dice: &mut Dice, pump: &Pumping, time: &Time) {
        let old = self.register(self.at);
        match self.trouble {
            Trouble::Swap { up, told } => {
                self.new = match up {
                    true => old + dice.between(1.0, 5_000.0),
                    false => dice.between(0.0, (old * 0.5).min(200.0)),
                };
                self.new = self.cut(self.new % self.modulus);
                if told {
                    let day = time.day(self.at);
                    let series = format!("{}/energy_total", pump.id);
                    self.rows.push((EntryCode::MeterReplaced, old, day, series.clone()));
                    self.rows.push((EntryCode::MeterInstalled, self.new, day, series));
                }
                self.told += &format!(" at {}: {old} to {}", time.at(self.at), self.new);
            }
            Trouble::Zeros => self.wrong = (self.at..self.at + dice.pick(&[6, 12])).collect(),
            Trouble::Spikes => {
                self.wrong = (0..dice.whole(1, 4)).map(|_| dice.below(self.energy.len())).collect();
                let wide = |step: usize| (step..step + STEPS).collect::<Vec<_>>();
                self.wrong = self.wrong.iter().flat_map(|step| wide(*step)).collect();
            }
            Trouble::Reset => self.told += &format!(" at {}", time.at(self.at)),
            _ => {}
        }
        self.told += &format!(", of {}", self.modulus);
    }

    fn cut(&self, value: f64) -> f64 {
        let steps = (value / self.resolution + 1e-6).floor();
        (steps * self.resolution * 100.0).round() / 100.0
    }

    /// What an honest register shows at `step`.
    fn register(&self, step: usize) -> f64 {
        self.cut((self.start + self.energy[step]) % self.modulus)
    }

    /// What the meter shows at `step`.
    pub fn shown(&self, step: usize) -> f64 {
        let after = step >= self.at;
        match self.trouble {
            Trouble::Reset | Trouble::Swap { .. } if after => {
                let since = self.energy[step] - self.energy[self.at];
                self.cut((self.new + since) % self.modulus)
            }
            Trouble::Zeros if self.wrong.contains(&step) => 0.0,
            Trouble::Spikes if self.wrong.contains(&step) => self.cut(self.modulus * 0.9),
            Trouble::Creeping => {
                let crept = step / (STEPS * 5);
                (self.register(step) - 0.2 * crept as f64).max(0.0)
            }
            Trouble::Sessions => {
                let began = (1..=step).rev().find(|at| self.runs[*at] && !self.runs[at - 1]);
                let began = began.map_or(self.energy[0], |at| self.energy[at]);
                self.cut(self.energy[step] - began)
            }
            Trouble::Stuck => self.register(self.at.min(step)),
            _ => self.register(step),
        }
    }

    /// Whether nothing in the `readings` contradicts what is wrong with them.
    pub fn lies(&self, readings: &[Reading]) -> bool {
        let before = readings.iter().rev().find(|reading| reading.0 < self.at);
        let after = readings.iter().find(|reading| reading.0 >= self.at);
        let swapped = || {
            let (Some((a, old)), Some((b, new))) = (before, after) else {
                return true;
            };
            let hours = ((b - a) as f64 / STEPS as f64).max(1.0);
            let limit = self.rated_kw * RATE * ENGINE_MARGIN * hours + self.rated_kw * RATE;
            let turn = if new < old { self.modulus } else { 0.0 };
            (0.0..=limit).contains(&(new + turn - old))
        };
        match self.trouble {
            Trouble::Stuck => true,
            Trouble::Swap { told: false, .. } | Trouble::Reset => swapped(),
            // A session that passes the one before it between two readings is seen by nobody.
            Trouble::Sessions => readings.windows(2).all(|pair| pair[0].1 <= pair[1].1),
            _ => false,
        }
    }
}
