//! The ledger of a world, and the truth that it speaks of: rows that agree with it, contradict themselves, are 0,
//! repeat a survey, reach beyond the period, or are wrong.

use std::collections::BTreeSet;

use hanqing::account::{Entry, EntryCode};
use hanqing::core::Period;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::dice::Dice;
use super::kind::Kind;
use super::seen::Seen;
use super::world::World;

/// A crop: id, yield in kg per mu, price in yuan per kg.
pub const CROPS: [(&str, f64, f64); 2] = [("rice", 450.0, 2.6), ("seed-rice", 220.0, 40.0)];

/// Loss without and with relief, %.
pub const RATES: (f64, f64) = (60.0, 20.0);

/// A drinking-water work that was built.
#[derive(Debug, Clone)]
pub struct Work {
    pub pieces: f64,
    pub village: usize,
    pub groups: f64,
    pub persons: f64,
}

/// What is true of what people enter.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    /// First day of the month in which the drought began, by the ledger; `None` where it does not say.
    pub onset: Option<Date>,
    pub villages: f64,
    pub affected: f64,
    pub failed: f64,
    pub averted: Option<f64>,
    pub sets: f64,
    pub declared_kwh: f64,
    pub gasoline: f64,
    pub funds: f64,
    pub project_funds: f64,
    pub inspected: BTreeSet<(i16, i8)>,
    pub works: Vec<Work>,
    /// Persons short of water in the period, and whether there were any in the event.
    pub short: f64,
    pub short_in_event: bool,
    /// Whether water was carried to them.
    pub carried: bool,
}

/// The rows of a ledger.
#[derive(Debug, Default)]
pub struct Rows {
    pub entries: Vec<Entry>,
    pub truth: Truth,
    /// What rows are wrong about, where nothing contradicts them.
    pub liars: BTreeSet<Kind>,
    /// What plain rows say, that nothing casts doubt on.
    pub plain: BTreeSet<Kind>,
    pub told: Vec<String>,
}

/// What is wrong with the rows of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Plain,
    Absent,
    Zero,
    /// The days reach beyond the period.
    Beyond,
    /// A row of other days stands beside them.
    Other,
    /// One slip, or survey, entered twice; nobody knows whether it is one.
    Twice,
    Lie,
    /// Surveys one after another, each of all that is hit by then.
    Rising,
    /// A row of the whole township, and rows of its parts.
    WholeAndParts,
    /// Rows of 0 for what was not hit.
    Zeros,
}

use Trouble as T;

pub(super) struct Clerk<'a> {
    pub dice: &'a mut Dice,
    pub world: &'a World,
    pub rows: Rows,
    pub clean: bool,
    /// The villages that the drought hit.
    pub hit: Vec<usize>,
}

impl Rows {
    pub fn new(dice: &mut Dice, world: &World, seen: &Seen) -> Rows {
        let clean = dice.hits(0.22);
        let mut clerk = Clerk { dice, world, rows: Rows::default(), clean, hit: Vec::new() };
        clerk.event();
        clerk.villages();
        clerk.areas();
        clerk.equipment();
        clerk.amounts();
        clerk.drinking();
        clerk.water();
        for (code, value, day, series) in &seen.meter_rows {
            clerk.enter(*code, *value, (*day, *day)).work = Some(series.clone());
        }
        clerk.rows
    }
}

impl Clerk<'_> {
    pub fn period(&self) -> Period {
        self.world.time.period
    }

    pub fn enter(&mut self, code: EntryCode, value: f64, (from, to): (Date, Date)) -> &mut Entry {
        let id = self.rows.entries.len() as i64 + 1;
        self.rows.entries.push(Entry {
            id,
            code,
            value,
            from,
            to,
            village: None,
            crop: None,
            work: None,
            document: format!("单据{id}"),
            entered_by: "张三".into(),
            entered_at: Timestamp::UNIX_EPOCH,
            reason: String::new(),
            supersedes: None,
            reviewed_by: None,
            withdrawn: false,
        });
        self.rows.entries.last_mut().unwrap()
    }

    pub fn in_village(&mut self, code: EntryCode, value: f64, day: Date, village: usize) {
        let id = self.world.villages[village].id.parse().unwrap();
        self.enter(code, value, (day, day)).village = Some(id);
    }

    /// A day of the period.
    pub fn day(&mut self) -> Date {
        let days = self.period().days();
        self.period().from + self.dice.whole(0, days - 1).days()
    }

    /// Days that begin before the period and end in it.
    fn beyond(&mut self) -> (Date, Date) {
        let (from, to) = (self.period().from, self.period().to);
        match self.dice.hits(0.5) {
            true => (from.saturating_sub(self.dice.whole(5, 90).days()), to),
            false => (from, to + self.dice.whole(5, 90).days()),
        }
    }

    pub fn trouble(&mut self, of: &[(u32, Trouble)]) -> Trouble {
        if self.clean { T::Plain } else { self.dice.weighted(of) }
    }

    pub fn tell(&mut self, what: &str, trouble: Trouble) {
        self.rows.told.push(format!("{what}: {trouble:?}"));
    }

    fn event(&mut self) {
        let event = self.world.time.event;
        let trouble = self.trouble(&[(60, T::Plain), (15, T::Absent), (17, T::Other), (8, T::Lie)]);
        self.tell("event", trouble);
        self.rows.truth.onset = Some(event.from.first_of_month());
        if trouble == T::Other {
            // Another drought, before this one.
            let to = event.from.saturating_sub(self.dice.whole(5, 60).days());
            self.enter(EntryCode::DroughtEvent, 1.0, (to.saturating_sub(20.days()), to));
        }
        match trouble {
            T::Absent => self.rows.truth.onset = None,
            T::Lie => {
                let from = event.from.saturating_sub(35.days());
                self.enter(EntryCode::DroughtEvent, 1.0, (from, event.to));
                self.rows.liars.insert(Kind::Onset);
            }
            _ => {
                self.enter(EntryCode::DroughtEvent, 1.0, (event.from, event.to));
                self.rows.plain.insert(Kind::Onset);
            }
        }
    }

    fn villages(&mut self) {
        let code = EntryCode::VillageAffected;
        let all = self.world.villages.len();
        let hit: Vec<usize> = (0..all).filter(|_| self.dice.hits(0.6)).collect();
        let trouble = self.trouble(&[
            (45, T::Plain),
            (10, T::Absent),
            (20, T::Zeros),
            (8, T::Other),
            (7, T::Rising),
            (10, T::Lie),
        ]);
        self.tell("villages", trouble);
        self.rows.truth.villages = hit.len() as f64;
        self.hit.clone_from(&hit);
        if trouble == T::Absent {
            return;
        }
        let listed = match trouble {
            T::Lie => hit.iter().copied().skip(1).collect(),
            _ => hit.clone(),
        };
        for village in &listed {
            let day = self.day();
            self.in_village(code, 1.0, day, *village);
            if trouble == T::Rising {
                self.in_village(code, 1.0, day, *village);
            }
        }
        if trouble == T::Other {
            // A row of a village that was hit in another drought, long before or after.
            let (from, to) = (self.period().from, self.period().to);
            let day = match self.dice.hits(0.5) {
                true => from.saturating_sub(100.days()),
                false => to + 20.days(),
            };
            let village = self.dice.below(all);
            self.in_village(code, 1.0, day, village);
        }
        if trouble == T::Zeros {
            for village in (0..all).filter(|village| !hit.contains(village)) {
                let day = self.day();
                self.in_village(code, 0.0, day, village);
            }
        }
        match trouble {
            T::Lie if !hit.is_empty() => self.rows.liars.insert(Kind::Villages),
            _ => self.rows.plain.insert(Kind::Villages),
        };
    }

    fn areas(&mut self) {
        let trouble = self.trouble(&[
            (38, T::Plain),
            (8, T::Absent),
            (12, T::Rising),
            (12, T::WholeAndParts),
            (8, T::Zeros),
            (8, T::Beyond),
            (7, T::Other),
            (7, T::Lie),
        ]);
        self.tell("areas", trouble);
        let part = if trouble == T::Beyond { self.dice.share() } else { 1.0 };
        let (mut affected, mut failed, mut averted) = (0.0, 0.0, 0.0);
        for village in self.hit.clone() {
            let crop = self.dice.below(CROPS.len());
            let hit = (self.dice.between(20.0, 800.0) * 10.0).round() / 10.0;
            let lost = match self.dice.hits(0.5) {
                true => (hit * self.dice.between(0.01, 0.3) * 10.0).round() / 10.0,
                false => 0.0,
            };
            affected += hit;
            failed += lost;
            let (_, kg, yuan) = CROPS[crop];
            averted += (hit - lost) * kg * yuan * (RATES.0 - RATES.1) / 100.0;
            if trouble != T::Absent {
                self.area(EntryCode::AreaAffected, hit, (village, crop), trouble);
                self.area(EntryCode::AreaFailed, lost, (village, crop), trouble);
            }
        }
        if trouble == T::WholeAndParts && affected > 0.0 {
            let day = self.day();
            self.enter(EntryCode::AreaAffected, affected, (day, day));
            self.enter(EntryCode::AreaFailed, failed, (day, day));
        }
        let rates = trouble != T::Absent && self.dice.hits(0.6);
        if rates {
            for (id, _, _) in CROPS {
                let day = self.day();
                for (code, rate) in
                    [(EntryCode::LossRateWithout, RATES.0), (EntryCode::LossRateWith, RATES.1)]
                {
                    self.enter(code, rate, (day, day)).crop = Some(id.parse().unwrap());
                }
            }
        }
        let truth = &mut self.rows.truth;
        (truth.affected, truth.failed) = (affected * part, failed * part);
        truth.averted = (rates && part == 1.0).then_some(averted);
        let kinds = [Kind::Affected, Kind::Failed, Kind::Rescued, Kind::Averted];
        match trouble {
            T::Plain | T::Other | T::Zeros => {
                self.rows.plain.extend(&kinds[..3]);
                self.rows.plain.extend(rates.then_some(Kind::Averted));
            }
            T::Lie => self.rows.liars.extend(kinds),
            _ => {}
        }
    }

    /// The rows of an area of a village and crop.
    fn area(
        &mut self,
        code: EntryCode,
        mu: f64,
        (village, crop): (usize, usize),
        trouble: Trouble,
    ) {
        let (id, _, _) = CROPS[crop];
        let (from, to) = (self.period().from, self.period().to);
        let mut days = vec![(self.day(), mu)];
        match trouble {
            T::Rising => {
                let tenth = |share: f64| (mu * share * 10.0).round() / 10.0;
                let middle = from + (self.period().days() / 2).days();
                days = vec![(from, tenth(0.4)), (middle, tenth(0.7)), (to, mu)];
            }
            T::Other => days.push((from.saturating_sub(70.days()), mu * 2.0)),
            T::Zeros => days.push((self.day(), 0.0)),
            T::Lie => days[0].1 = (mu * 17.0).round() / 10.0,
            _ => {}
        }
        for (day, value) in days {
            // A later survey of 0 would take the place of the other.
            let zero = value == 0.0 && trouble == T::Zeros;
            let day = if zero { from } else { day };
            let days = if trouble == T::Beyond { self.beyond() } else { (day, day) };
            let crop = id.parse().unwrap();
            let village = self.world.villages[village].id.parse().unwrap();
            let other = CROPS[1 - crop_index(id)].0.parse().unwrap();
            let entry = self.enter(code, value, days);
            entry.village = Some(village);
            entry.crop = Some(if zero { other } else { crop });
        }
    }

    fn equipment(&mut self) {
        let code = EntryCode::EquipmentDeclared;
        let trouble = self.trouble(&[
            (38, T::Plain),
            (20, T::Absent),
            (8, T::Zero),
            (10, T::Rising),
            (8, T::WholeAndParts),
            (8, T::Beyond),
            (8, T::Lie),
        ]);
        self.tell("equipment", trouble);
        let mut sets = 0.0;
        for village in 0..self.world.villages.len().min(3) {
            let own = match trouble {
                T::Absent | T::Zero => 0.0,
                _ => self.dice.whole(1, 25) as f64,
            };
            sets += own;
            let day = self.day();
            match trouble {
                T::Absent => {}
                T::Rising => {
                    let (from, to) = (self.period().from, self.period().to);
                    self.in_village(code, (own / 2.0).ceil(), from, village);
                    self.in_village(code, own, to, village);
                }
                T::Beyond => {
                    let days = self.beyond();
                    let id = self.world.villages[village].id.parse().unwrap();
                    self.enter(code, own, days).village = Some(id);
                }
                T::Lie => self.in_village(code, own + 3.0, day, village),
                _ => self.in_village(code, own, day, village),
            }
        }
        if trouble == T::WholeAndParts {
            let day = self.day();
            self.enter(code, sets, (day, day));
        }
        if trouble == T::Beyond {
            sets = (sets * self.dice.share()).round();
        }
        self.rows.truth.sets = sets;
        match trouble {
            T::Plain | T::Absent | T::Zero => self.rows.plain.insert(Kind::Equipment),
            T::Lie => self.rows.liars.insert(Kind::Equipment),
            _ => false,
        };
    }

    /// Gasoline, money, electricity without a meter: slips and notices that add up.
    fn amounts(&mut self) {
        let fuel = self.amount(Kind::Gasoline, &[EntryCode::Gasoline], 5.0..3_000.0);
        let money = [EntryCode::FundsCounty, EntryCode::FundsCollective, EntryCode::FundsRaised];
        let funds = self.amount(Kind::Funds, &money, 1_000.0..200_000.0);
        let kwh = match self.dice.hits(0.4) {
            true => {
                self.amount(Kind::Electricity, &[EntryCode::ElectricityDeclared], 10.0..20_000.0)
            }
            false => {
                self.rows.plain.insert(Kind::Electricity);
                0.0
            }
        };
        let truth = &mut self.rows.truth;
        (truth.gasoline, truth.funds, truth.declared_kwh) = (fuel, funds, kwh);
    }

    fn amount(&mut self, kind: Kind, codes: &[EntryCode], of: std::ops::Range<f64>) -> f64 {
        let trouble = self.trouble(&[
            (44, T::Plain),
            (12, T::Absent),
            (8, T::Zero),
            (12, T::Beyond),
            (10, T::Other),
            (7, T::Twice),
            (7, T::Lie),
        ]);
        self.tell(kind.name(), trouble);
        let mut truth = 0.0;
        for _ in 0..self.dice.whole(1, 3) {
            let code = self.dice.pick(codes);
            let (day, value) = (self.day(), self.dice.between(of.start, of.end).round());
            match trouble {
                T::Absent => {}
                T::Zero => {
                    self.enter(code, 0.0, (day, day));
                }
                T::Beyond => {
                    let days = self.beyond();
                    self.enter(code, value, days);
                    truth += (value * self.dice.share()).round();
                }
                T::Twice => {
                    for _ in 0..2 {
                        self.enter(code, value, (day, day)).document = "同一单据".into();
                    }
                    truth += if self.dice.hits(0.5) { value } else { 2.0 * value };
                }
                T::Lie => {
                    self.enter(code, (value * 1.3).round() + 1.0, (day, day));
                    truth += value;
                }
                _ => {
                    self.enter(code, value, (day, day));
                    truth += value;
                }
            }
            if trouble == T::Other {
                let day = match self.dice.hits(0.5) {
                    true => self.period().from.saturating_sub(self.dice.whole(1, 60).days()),
                    false => self.period().to + self.dice.whole(1, 60).days(),
                };
                self.enter(code, value, (day, day));
            }
        }
        match trouble {
            T::Plain | T::Zero | T::Absent | T::Other => self.rows.plain.insert(kind),
            T::Lie => self.rows.liars.insert(kind),
            _ => false,
        };
        truth
    }
}

fn crop_index(id: &str) -> usize {
    usize::from(id == CROPS[1].0)
}
