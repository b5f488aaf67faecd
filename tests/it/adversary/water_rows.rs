//! The rows about drinking water: who was short of it, works, inspections, project money.

use hanqing::account::EntryCode;
use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::kind::Kind;
use super::rows::{Clerk, Trouble as T, Work};

/// How often what can go wrong with a single row does, in a hundred townships.
const OF_ONE_ROW: [(u32, T); 5] =
    [(50, T::Plain), (15, T::Absent), (12, T::Zero), (12, T::Other), (11, T::Lie)];

/// Water carried to each person who is short of it, m³.
pub const CARRIED_PER_PERSON: f64 = 0.5;

impl Clerk<'_> {
    /// Who was short of drinking water.
    pub(super) fn drinking(&mut self) {
        let code = EntryCode::DrinkingDifficulty;
        let (from, to) = (self.period().from, self.period().to);
        let low = self.world.tank_low();
        let trouble = self.trouble(&[
            (50, T::Plain),
            (12, T::Absent),
            (15, T::Other),
            (13, T::Twice),
            (10, T::Lie),
        ]);
        self.rows.told.push(format!("drinking: {trouble:?}, a tank low: {low}"));
        let elsewhere = match trouble {
            T::Plain => !low && self.dice.hits(0.15),
            T::Absent | T::Other => self.dice.hits(0.5),
            _ => true,
        };
        let people = if low || elsewhere { self.dice.whole(20, 900) as f64 } else { 0.0 };
        self.rows.truth.short = people;
        self.rows.truth.short_in_event =
            people > 0.0 || self.world.time.is_part() && self.dice.hits(0.4);
        match trouble {
            T::Absent => {}
            // Attested for a day only.
            T::Other => {
                let day = self.day();
                self.enter(code, 0.0, (day, day));
            }
            // Attested, and contradicted by other rows.
            T::Twice => {
                self.enter(code, 0.0, (from, to));
                let day = self.day();
                let (other, value) = self.dice.pick(&[
                    (EntryCode::PersonsShort, 1.0),
                    (EntryCode::PersonsRelieved, 1.0),
                    (EntryCode::PersonsInNeedOfWater, 1.0),
                    (EntryCode::PersonsCameInNeedOfWater, 1.0),
                    (EntryCode::WaterCarried, CARRIED_PER_PERSON),
                    (EntryCode::DrinkingDifficulty, 1.0),
                ]);
                self.enter(other, value * people, (day, day));
                self.rows.truth.carried = other == EntryCode::WaterCarried;
            }
            // Nobody is said to be short where a part of the people is that no tank serves.
            T::Lie => {
                self.enter(code, 0.0, (from, to));
                self.rows.liars.insert(Kind::NobodyShort);
            }
            _ if people > 0.0 && elsewhere => {
                self.enter(code, people, (from, to));
                self.rows.plain.insert(Kind::SomebodyShort);
            }
            _ => {
                // Where a tank ran low in sight, the statement is contradicted by it.
                self.enter(code, 0.0, (from, to));
                self.rows.plain.insert(Kind::NobodyShort);
            }
        }
    }

    /// Works, inspections and project money of the year.
    pub(super) fn water(&mut self) {
        self.inspections();
        self.project_funds();
        self.works();
    }

    /// A day of the year up to the end of the period.
    fn day_of_year(&mut self) -> Date {
        let first = date(self.period().to.year(), 1, 1);
        let days = (self.period().to - first).get_days();
        first + self.dice.whole(0, i64::from(days)).days()
    }

    /// A day after the period, of the same year where that has one.
    fn day_after(&mut self) -> Date {
        self.period().to + self.dice.whole(1, 60).days()
    }

    fn inspections(&mut self) {
        let code = EntryCode::HazardInspection;
        let trouble = self.trouble(&OF_ONE_ROW);
        self.tell("inspections", trouble);
        match trouble {
            T::Absent => {}
            T::Zero => {
                let day = self.day_of_year();
                self.enter(code, 0.0, (day, day));
            }
            T::Other => {
                let day = self.day_after();
                self.enter(code, 1.0, (day, day));
            }
            T::Lie => {
                let day = self.day_of_year();
                self.enter(code, 1.0, (day, day));
                self.rows.liars.insert(Kind::Inspection);
            }
            _ => {
                let day = self.day_of_year();
                self.enter(code, 1.0, (day, day));
                self.rows.truth.inspected.insert((day.year(), day.month()));
                self.rows.plain.insert(Kind::Inspection);
            }
        }
    }

    fn project_funds(&mut self) {
        let code = EntryCode::WaterProjectFunds;
        let trouble = self.trouble(&OF_ONE_ROW);
        self.tell("project money", trouble);
        let yuan = self.dice.whole(1, 90) as f64 * 10_000.0;
        let (day, after) = (self.day_of_year(), self.day_after());
        match trouble {
            T::Absent => {}
            T::Zero => {
                self.enter(code, 0.0, (day, day));
            }
            T::Other => {
                self.enter(code, yuan, (after, after));
            }
            T::Lie => {
                self.enter(code, yuan, (day, day));
                self.rows.truth.project_funds = yuan / 2.0;
                self.rows.liars.insert(Kind::ProjectFunds);
            }
            _ => {
                self.enter(code, yuan, (day, day));
                self.rows.truth.project_funds = yuan;
                self.rows.plain.insert(Kind::ProjectFunds);
            }
        }
    }

    fn works(&mut self) {
        let trouble = self.trouble(&[
            (45, T::Plain),
            (12, T::Absent),
            (11, T::Zero),
            (12, T::Other),
            (8, T::Rising),
            (6, T::Twice),
            (6, T::Lie),
        ]);
        self.tell("works (Rising: five works in a row)", trouble);
        let kinds = [Kind::Works, Kind::Served, Kind::People];
        for index in 0..self.dice.whole(1, 4) {
            let village = self.dice.below(self.world.villages.len());
            let day = match trouble {
                T::Other => self.day_after(),
                _ => self.day_of_year(),
            };
            let pieces = match trouble {
                T::Absent => return,
                T::Zero => 0.0,
                T::Rising => 5.0,
                _ => 1.0,
            };
            let name = match trouble {
                T::Zero => "未建工程".to_owned(),
                T::Rising => format!("一批水窖{index}"),
                _ => format!("供水工程{index}"),
            };
            let served = if trouble == T::Zero { 0.0 } else { 1.0 };
            let groups = self.dice.whole(1, 9) as f64 * served;
            let persons = self.dice.whole(30, 900) as f64 * served;
            let times = if trouble == T::Twice { 2 } else { 1 };
            for _ in 0..times {
                for (code, value) in [
                    (EntryCode::WaterWork, pieces),
                    (EntryCode::WaterWorkGroups, groups),
                    (EntryCode::WaterWorkPersons, persons),
                ] {
                    let id = self.world.villages[village].id.parse().unwrap();
                    let entry = self.enter(code, value, (day, day));
                    entry.village = Some(id);
                    entry.work = Some(name.clone());
                    entry.document = format!("验收单{index}");
                }
            }
            if !matches!(trouble, T::Zero | T::Other | T::Lie) {
                self.rows.truth.works.push(Work { pieces, village, groups, persons });
            }
        }
        match trouble {
            T::Plain | T::Rising => self.rows.plain.extend(kinds),
            T::Lie => self.rows.liars.extend(kinds),
            _ => {}
        }
    }
}
