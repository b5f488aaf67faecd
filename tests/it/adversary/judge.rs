//! Judges a clause by the truth of what it speaks of.

use hanqing::account::{Entry, EntryCode};
use hanqing::figures::Interval;
use hanqing::water::StationKind;

use super::kind::Kind;
use super::rows::Rows;
use super::section::{at_least, digits, month, number};
use super::seen::Seen;
use super::truth::{Count, Facts};
use super::water_rows::CARRIED_PER_PERSON;
use super::world::World;

/// A township with what is known of it.
pub struct Case {
    pub world: World,
    pub seen: Seen,
    pub rows: Rows,
    pub facts: Facts,
}

impl Case {
    /// What is true instead, where `text` is false.
    pub fn falsehood(&self, kind: Kind, text: &str) -> Option<String> {
        let truth = &self.rows.truth;
        let works = &truth.works;
        let range = |[low, high]: [f64; 2]| beyond(text, low, high);
        let exact = |value: f64| beyond(text, value, value);
        match kind {
            Kind::PondsHold | Kind::PondsDry => {
                let free = self.world.unwatched;
                self.dry(
                    kind == Kind::PondsHold,
                    text,
                    self.facts.ponds,
                    (free.ponds, free.ponds_dry),
                )
            }
            Kind::ChannelsFlow | Kind::ChannelsDry => {
                let free = self.world.unwatched;
                let flow = kind == Kind::ChannelsFlow;
                let unwatched = (free.channels, free.channels_dry);
                self.dry(flow, text, self.facts.channels, unwatched)
            }
            Kind::ReservoirsHold | Kind::ReservoirsDry => {
                self.dry(kind == Kind::ReservoirsHold, text, self.facts.reservoirs, (0, 0))
            }
            Kind::NobodyShort => self.nobody(text),
            Kind::SomebodyShort => exact(truth.short),
            Kind::Electricity => range(self.facts.electricity(&self.world, &self.rows)),
            Kind::Equipment => range(self.facts.sets(&self.world, &self.rows)),
            Kind::Onset => self.onset(text),
            Kind::Villages => exact(truth.villages),
            Kind::Affected => exact(truth.affected),
            Kind::Failed => exact(truth.failed),
            Kind::Rescued => self.relieved().or_else(|| exact(truth.affected - truth.failed)),
            Kind::Averted => self.relieved().or_else(|| exact(truth.averted.unwrap_or(0.0))),
            Kind::Relief => self.relieved(),
            Kind::Gasoline => exact(truth.gasoline),
            Kind::Funds => exact(truth.funds),
            Kind::Stations => range(self.facts.stations(&self.world)),
            Kind::Carried if truth.carried => exact(truth.short * CARRIED_PER_PERSON),
            Kind::Carried => exact(0.0),
            Kind::Inspection => self.inspected(text),
            Kind::ProjectFunds => exact(truth.project_funds),
            Kind::Works => exact(works.iter().map(|work| work.pieces).sum()),
            Kind::Served => self.served(text),
            Kind::People => exact(works.iter().map(|work| work.persons).sum()),
        }
    }

    /// Whether a clause of `kind` rests on readings or rows that are wrong where nothing contradicts them.
    pub fn rests_on_a_liar(&self, kind: Kind) -> bool {
        let of = |kinds: &[StationKind]| {
            let mut own = self.world.sources.iter().filter(|source| kinds.contains(&source.kind));
            own.any(|source| self.seen.liars.contains(&source.id))
        };
        let pumps = || self.world.pumps.iter().any(|pump| self.seen.liars.contains(&pump.id));
        let open = [StationKind::Pond, StationKind::Channel, StationKind::Reservoir];
        let rows = self.rows.liars.contains(&kind);
        rows || match kind {
            Kind::PondsHold | Kind::PondsDry => of(&open[..1]),
            Kind::ChannelsFlow | Kind::ChannelsDry => of(&open[1..2]),
            Kind::ReservoirsHold | Kind::ReservoirsDry => of(&open[2..]),
            Kind::NobodyShort => of(&[StationKind::Tank]),
            Kind::Electricity | Kind::Equipment | Kind::Stations => pumps(),
            Kind::Rescued | Kind::Averted | Kind::Relief => {
                let relief = [Kind::Gasoline, Kind::Funds, Kind::Equipment, Kind::Electricity];
                pumps() || relief.iter().any(|kind| self.rows.liars.contains(kind))
            }
            Kind::Onset => self.rows.truth.onset.is_none() && of(&open),
            _ => false,
        }
    }

    /// A clause on dry sources; `denied` says that there were none.
    fn dry(
        &self,
        denied: bool,
        text: &str,
        watched: Count,
        (others, others_dry): (usize, usize),
    ) -> Option<String> {
        let only_watched = text.contains("监测");
        let (more, more_dry) = if only_watched { (0, 0) } else { (others, others_dry) };
        let total = watched.total + more;
        let (strict, most) = (watched.strict + more_dry, watched.most + more_dry);
        let undeniable = watched.undeniable + more_dry;
        let least = watched.least + more_dry;
        let told = format!(
            "{} of {} watched were dry for a day, {} with cut spells; {others_dry} of {others} others",
            watched.strict, watched.total, watched.undeniable
        );
        if denied && self.began_before() && !text.contains('日') {
            return Some("the drought began before the period, and it is said of all of it".into());
        }
        // Days may stand before it.
        let numbers = digits(text.split_once("监测的").map_or(text, |(_, counted)| counted));
        let of_all = only_watched
            && text
                .split_once("监测的")
                .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()));
        let (all, dry) = match numbers.as_slice() {
            [] => (None, None),
            [one] if of_all => (Some(*one), None),
            [one] => (None, Some(*one)),
            [all, dry, ..] => (Some(*all), Some(*dry)),
        };
        let wrong_total = all.is_some_and(|all| all != total as f64);
        let share = strict.max(most) as f64 / total.max(1) as f64;
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let holds = if denied {
            // Some of them: those that are not dry are at least as many.
            match dry {
                Some(some) => (total - least.min(total)) as f64 >= some,
                None => undeniable == 0,
            }
        } else if let Some(dry) = dry {
            let above = at_least(text) && dry <= most as f64;
            above || (least as f64..=most as f64).contains(&dry)
        } else if has(&["全部", "均", "都"]) {
            most == total
        } else if has(&["多数", "大部分", "大多"]) {
            share > 0.5
        } else if has(&["个别", "部分", "有"]) {
            most > 0
        } else {
            most > 0 && share >= 1.0 / 3.0
        };
        (!holds || wrong_total).then_some(told)
    }

    /// Whether the ledger names a drought that began before the period.
    fn began_before(&self) -> bool {
        let period = self.world.time.period;
        let began = |row: &Entry| row.from < period.from && row.to >= period.from;
        let rows = self.rows.entries.iter();
        rows.filter(|row| row.code == EntryCode::DroughtEvent && row.value > 0.0).any(began)
    }

    fn nobody(&self, text: &str) -> Option<String> {
        let truth = &self.rows.truth;
        let low = self.world.tank_low();
        let watched = ["监测", "供水", "饮水池", "水池"].iter().any(|word| text.contains(word));
        let short = if watched {
            low
        } else if text.contains("整个旱情期间") {
            truth.short > 0.0 || truth.short_in_event
        } else {
            truth.short > 0.0
        };
        short.then(|| {
            let event = truth.short_in_event;
            format!("{} persons short, in the event {event}, a tank low {low}", truth.short)
        })
    }

    fn onset(&self, text: &str) -> Option<String> {
        let Some((year, month)) = month(text) else {
            return Some("no month in it".into());
        };
        let true_months = match self.rows.truth.onset {
            Some(day) => vec![day],
            None => self.facts.onset_by_level.clone(),
        };
        // Without a year it is the year in which the period ends.
        let year = year.unwrap_or(self.world.time.period.to.year());
        let holds = true_months.iter().any(|day| (day.year(), day.month()) == (year, month));
        let source = match self.rows.truth.onset {
            Some(_) => "by the event",
            None => "by the levels; none where they were low from the start",
        };
        (!holds).then(|| format!("{true_months:?} {source}"))
    }

    fn inspected(&self, text: &str) -> Option<String> {
        let inspected = &self.rows.truth.inspected;
        let Some((year, month)) = month(text) else {
            return Some("no month in it".into());
        };
        let year = year.unwrap_or(self.world.time.period.to.year());
        (!inspected.contains(&(year, month))).then(|| format!("{inspected:?}"))
    }

    fn served(&self, text: &str) -> Option<String> {
        let works = &self.rows.truth.works;
        let mut villages: Vec<usize> = works.iter().map(|work| work.village).collect();
        villages.sort_unstable();
        villages.dedup();
        let villages = villages.len() as f64;
        let groups: f64 = works.iter().map(|work| work.groups).sum();
        let numbers = digits(text);
        let told = [("个村", villages), ("个组", groups)];
        let told: Vec<f64> =
            told.iter().filter(|(unit, _)| text.contains(unit)).map(|(_, value)| *value).collect();
        let least = at_least(text);
        let holds = !told.is_empty()
            && numbers.len() == told.len()
            && numbers
                .iter()
                .zip(&told)
                .all(|(said, truth)| said == truth || least && said <= truth);
        (!holds).then(|| format!("{villages} villages, {groups} groups"))
    }

    fn relieved(&self) -> Option<String> {
        let relief = self.facts.relief(&self.world, &self.rows);
        (!relief).then(|| "nothing was done".into())
    }
}

/// What is true instead, where no value from `low` to `high` is one that `text` may stand for.
fn beyond(text: &str, low: f64, high: f64) -> Option<String> {
    let Some(parsed) = number(text) else {
        return Some(format!("no number in it; {low} to {high}"));
    };
    let interval: Interval = parsed.interval;
    let within = low < interval.low && interval.high < high;
    let above = at_least(text) && interval.low <= high;
    let holds = interval.contains(low) || interval.contains(high) || within || above;
    (!holds).then(|| match low == high {
        true => format!("{low}"),
        false => format!("{low} to {high}"),
    })
}
