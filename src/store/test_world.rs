//! What a store has promised, in maps: the model that a store on a failing disk is held against.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::ErrorCode;

use crate::core::{
    Calendar, Correction, CorrectionKind, DayCell, Flag, GatewayId, HourCell, Kind, Outcome,
    Period, Reading, Rollup, Series, StationId, Withdrawal, hour_start_ms,
};
use crate::counter;
use crate::store::error::instant;
use crate::store::{Latest, Sqlite, Store, StoreError, replaced, series};
use crate::wire::{Batch, Epoch, RangeSet};

/// What a series holds at one instant.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    reading: Reading,
    /// What stood here before, the oldest first.
    former: Vec<Reading>,
}

/// What is left of readings that were purged.
#[derive(Debug, Clone, Default, PartialEq)]
struct Frozen {
    hours: Vec<HourCell>,
    /// A counter's engine at their end.
    state: counter::State,
}

/// Everything that is promised at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct World {
    /// By series and time, ms, what was ever stored: also what was purged since.
    rows: BTreeMap<Series, BTreeMap<i64, Row>>,
    pub delivered: BTreeMap<(GatewayId, Epoch), RangeSet>,
    /// Refused readings of batches that were acknowledged: they lie in the quarantine.
    kept: BTreeSet<String>,
    /// The place of the calendar among those that are tried.
    pub calendar: usize,
    pub purged_to: Option<i64>,
    frozen: BTreeMap<Series, Frozen>,
    /// In the order in which they were entered.
    pub corrections: Vec<Correction>,
}

/// What became of the readings of a commit.
#[derive(Debug, Default)]
pub struct Taken {
    pub new: u64,
    pub replaced: u64,
}

/// What becomes of one reading.
enum Fate {
    New,
    Replaces,
    Nothing,
    Refused,
}

impl World {
    /// Takes batches of gateways of which each speaks for its own stations, as `owners` says or the first that comes.
    pub fn commit(
        &mut self,
        batches: &[Batch],
        mut owners: BTreeMap<StationId, GatewayId>,
    ) -> Taken {
        for batch in batches {
            for reading in &batch.readings {
                let station = reading.series.station.clone();
                owners.entry(station).or_insert_with(|| batch.gateway.clone());
            }
        }
        self.take(batches, |gateway, station| owners.get(station) == Some(gateway), true)
    }

    /// Takes what a person imports.
    pub fn import(&mut self, batches: &[Batch]) {
        self.take(batches, |_, _| true, false);
    }

    fn take(
        &mut self,
        batches: &[Batch],
        speaks: impl Fn(&GatewayId, &StationId) -> bool,
        keeps: bool,
    ) -> Taken {
        let mut taken = Taken::default();
        for batch in batches {
            let key = (batch.gateway.clone(), batch.epoch);
            for reading in &batch.readings {
                let at_ms = reading.observed_at.as_millisecond();
                let purged = self.purged_to.is_some_and(|to| at_ms < to);
                let is_refused = purged || !speaks(&batch.gateway, &reading.series.station);
                let fate = if is_refused { Fate::Refused } else { self.insert(at_ms, reading) };
                match fate {
                    Fate::New => taken.new += 1,
                    Fate::Replaces => taken.replaced += 1,
                    Fate::Nothing => {}
                    Fate::Refused if keeps => {
                        self.kept.insert(identity(batch, reading));
                    }
                    Fate::Refused => {}
                }
            }
            let (first, last) = batch.stands_for();
            self.delivered.entry(key).or_default().insert_range(first, last);
        }
        taken
    }

    fn insert(&mut self, at_ms: i64, reading: &Reading) -> Fate {
        let rows = self.rows.entry(reading.series.clone()).or_default();
        let Some(row) = rows.get_mut(&at_ms) else {
            rows.insert(at_ms, Row { reading: reading.clone(), former: Vec::new() });
            return Fate::New;
        };
        let (old, new) = (row.reading.value(), reading.value());
        if new.is_none() || (old == new && row.reading.flag == reading.flag) {
            return Fate::Nothing;
        }
        if old.is_none() {
            row.reading = reading.clone();
            return Fate::Nothing;
        }
        if row.former.len() as u64 >= replaced::INSTANT_MAX {
            return Fate::Refused;
        }
        row.former.push(std::mem::replace(&mut row.reading, reading.clone()));
        Fate::Replaces
    }

    /// Refused readings go to the quarantine.
    pub fn keep(&mut self, readings: impl Iterator<Item = String>) {
        self.kept.extend(readings);
    }

    pub fn kept(&self) -> impl Iterator<Item = &String> {
        self.kept.iter()
    }

    /// Enters a correction of a series that is `known`, unless a rule forbids it.
    pub fn correct(&mut self, correction: &Correction, known: bool) -> Result<i64, ()> {
        let Correction { series, from, to, kind, .. } = correction;
        let is_gauge = series.parameter.spec().kind == Kind::Gauge;
        let is_shift = |kind: &CorrectionKind| matches!(kind, CorrectionKind::Shift { .. });
        let same = |other: &Correction| {
            let span = (&other.series, other.from, other.to) == (series, *from, *to);
            span && other.kind == *kind && other.withdrawn.is_none()
        };
        let is_refused = !known
            || (is_shift(kind) && !is_gauge)
            || *kind == (CorrectionKind::Shift { by: 0.0 })
            || self.is_frozen(correction)
            || self.corrections.iter().any(same);
        if is_refused {
            return Err(());
        }
        let id = self.corrections.len() as i64 + 1;
        self.corrections.push(Correction { id, ..correction.clone() });
        Ok(id)
    }

    /// Withdraws a correction, unless a rule forbids it.
    pub fn withdraw(&mut self, id: i64, withdrawal: Withdrawal) -> Result<(), ()> {
        let found = self.corrections.iter().position(|one| one.id == id).ok_or(())?;
        let one = &self.corrections[found];
        if one.withdrawn.is_some() || self.is_frozen(one) {
            return Err(());
        }
        self.corrections[found].withdrawn = Some(withdrawal);
        Ok(())
    }

    /// Whether hours that a correction changes stand as they are, since their readings were purged.
    fn is_frozen(&self, correction: &Correction) -> bool {
        let from_ms = hour_start_ms(correction.from.as_millisecond());
        correction.kind != CorrectionKind::Note && self.purged_to.is_some_and(|to| from_ms < to)
    }

    /// A reading as it counts.
    fn corrected(&self, reading: &Reading) -> Reading {
        let mut corrected = reading.clone();
        let bears =
            |one: &&Correction| one.series == reading.series && one.covers(reading.observed_at);
        for one in self.corrections.iter().filter(bears) {
            match (one.kind, corrected.outcome) {
                (CorrectionKind::Wrong, Outcome::Value(_)) => corrected.flag = Flag::Fail,
                (CorrectionKind::Shift { by }, Outcome::Value(value)) => {
                    corrected.outcome = Outcome::Value(value + by);
                }
                _ => {}
            }
        }
        corrected
    }

    /// Raw readings before this instant are given up.
    pub fn purge(&mut self, to_ms: i64, rules: &BTreeMap<Series, counter::Spec>) {
        if self.purged_to.is_some_and(|to| to >= to_ms) {
            return;
        }
        let all: Vec<Series> = self.rows.keys().cloned().collect();
        for series in all {
            let frozen = self.folded(&series, rules, to_ms);
            self.frozen.insert(series, frozen);
        }
        self.purged_to = Some(to_ms);
    }

    /// The hours of a series that begin before `to_ms`, folded from its readings.
    fn folded(
        &self,
        series: &Series,
        rules: &BTreeMap<Series, counter::Spec>,
        to_ms: i64,
    ) -> Frozen {
        let mut folded = self.frozen.get(series).cloned().unwrap_or_default();
        let Some(rows) = self.rows.get(series) else { return folded };
        let rule = rules.get(series).copied().unwrap_or_default();
        let is_counter = series.parameter.spec().kind == Kind::Counter;
        let from_ms = self.purged_to.unwrap_or(i64::MIN);
        let rows: Vec<(i64, Reading)> = rows
            .range(from_ms..to_ms)
            .map(|(at, row)| (*at, self.corrected(&row.reading)))
            .collect();
        for hour in rows.chunk_by(|a, b| hour_start_ms(a.0) == hour_start_ms(b.0)) {
            let engine = is_counter.then_some((&mut folded.state, &rule));
            let rollup = fold(hour.iter().map(|(_, reading)| reading), engine);
            let hour_at = instant(hour_start_ms(hour[0].0)).unwrap();
            folded.hours.push(HourCell { hour_at, rollup });
        }
        folded
    }

    /// What is not as it was promised, if anything.
    pub fn differs(&self, seen: &Seen) -> Option<String> {
        let differs = |what: &str, a: &dyn std::fmt::Debug, b: &dyn std::fmt::Debug| {
            Some(format!("{what}: {a:?} in the file, {b:?} promised"))
        };
        if seen.delivered != self.delivered {
            return differs("delivered", &seen.delivered, &self.delivered);
        }
        if seen.calendar != self.calendar || seen.purged_to != self.purged_to {
            let promised = (self.calendar, self.purged_to);
            return differs("calendar, purged", &(seen.calendar, seen.purged_to), &promised);
        }
        if let Some(lost) = self.kept.difference(&seen.kept).next() {
            return Some(format!("{lost} is not in the quarantine"));
        }
        if seen.corrections != self.corrections {
            return differs("corrections", &seen.corrections, &self.corrections);
        }
        let empty = BTreeMap::new();
        for (series, one) in &seen.series {
            let rows = self.rows.get(series).unwrap_or(&empty);
            if let Some(what) = self.rows_differ(rows, one) {
                return Some(format!("{series}: {what}"));
            }
            let Some((hours, days)) = &one.folded else { continue };
            let promised = self.folded(series, &seen.rules, i64::MAX).hours;
            if *hours != promised {
                return differs(&format!("{series}, hours"), hours, &promised);
            }
            let promised = DayCell::fold(&promised, &calendar(self.calendar));
            if *days != promised {
                return differs(&format!("{series}, days"), days, &promised);
            }
        }
        None
    }

    fn rows_differ(&self, rows: &BTreeMap<i64, Row>, seen: &SeenSeries) -> Option<String> {
        let raw_from = self.purged_to.unwrap_or(i64::MIN);
        let is_raw = |reading: &&Reading| reading.observed_at.as_millisecond() >= raw_from;
        for reading in seen.readings.iter().filter(|reading| !is_raw(reading)) {
            let at_ms = reading.observed_at.as_millisecond();
            if rows.get(&at_ms).map(|row| &row.reading) != Some(reading) {
                return Some(format!("{reading:?} was never stored"));
            }
        }
        let found: Vec<&Reading> = seen.readings.iter().filter(is_raw).collect();
        let promised: Vec<&Reading> = rows.range(raw_from..).map(|(_, row)| &row.reading).collect();
        if found != promised {
            return Some(format!("readings: {found:?} in the file, {promised:?} promised"));
        }
        let found: Vec<&Reading> = seen.former.iter().filter(is_raw).collect();
        let promised: Vec<&Reading> =
            rows.range(raw_from..).flat_map(|(_, row)| &row.former).collect();
        if found != promised {
            return Some(format!("former values: {found:?} in the file, {promised:?} promised"));
        }
        // Until the hours are folded, what counted before a changed flag may not be found.
        seen.folded.as_ref()?;
        let last = rows.values().next_back().map(|row| row.reading.clone())?;
        let is_corrected = self.corrections.iter().any(|one| one.series == last.series);
        let mut all = rows.values().rev().map(|row| self.corrected(&row.reading));
        // With its own flag, and the value that it counts as.
        let counted = all.find(counts);
        if is_corrected && counted.as_ref().is_none_or(|reading| !is_raw(&reading)) {
            // Of hours whose readings were let go of, only those are there that were the last ones then.
            let last_is = seen.latest.as_ref().is_some_and(|latest| latest.last == last);
            let seen = &seen.latest;
            return (!last_is).then(|| format!("last: {seen:?} in the file, {last:?} promised"));
        }
        let promised = Some(Latest { last, counted });
        (seen.latest != promised)
            .then(|| format!("latest: {:?} in the file, {promised:?} promised", seen.latest))
    }
}

fn counts(reading: &Reading) -> bool {
    reading.value().is_some() && reading.flag.counts()
}

/// By what a refused reading is known.
pub fn identity(batch: &Batch, reading: &Reading) -> String {
    let Batch { gateway, epoch, seq, .. } = batch;
    let Reading { series, observed_at, outcome, flag, .. } = reading;
    format!("{gateway} {epoch} {seq}: {series} {observed_at} {outcome:?} {flag:?}")
}

/// The roll-up of one hour's readings, which are in order.
fn fold<'a>(
    readings: impl Iterator<Item = &'a Reading>,
    mut engine: Option<(&mut counter::State, &counter::Spec)>,
) -> Rollup {
    let increment = engine.is_some().then_some(0.0);
    let mut all = Rollup { increment, increment_max: increment, ..Rollup::default() };
    let mut sum = 0.0;
    for reading in readings {
        let Some(value) = reading.value() else {
            all.missing += 1;
            continue;
        };
        if !reading.flag.counts() {
            all.failed += 1;
            continue;
        }
        all.counted += 1;
        all.suspect += u32::from(reading.flag == Flag::Suspect);
        all.min = all.min.into_iter().chain([value]).reduce(f64::min);
        all.max = all.max.into_iter().chain([value]).reduce(f64::max);
        all.last = Some(value);
        sum += value;
        if let Some((state, rule)) = &mut engine {
            let step = state.feed(rule, reading.observed_at, value);
            all.increment = all.increment.map(|total| total + step.increment);
            all.increment_max = all.increment_max.map(|total| total + step.increment_max);
            all.rollovers += step.rollovers;
            all.resets += step.resets;
            all.glitches += step.glitches;
        }
    }
    all.mean = (all.counted > 0).then(|| sum / f64::from(all.counted));
    all
}

/// The calendars that are tried; the first is that of a new file.
pub fn calendar(place: usize) -> Calendar {
    let (zone, hour) = [("Asia/Shanghai", 0), ("Asia/Shanghai", 8), ("UTC", 0)][place];
    Calendar::new(TimeZone::get(zone).unwrap(), hour)
}

pub const CALENDARS: usize = 3;

/// What a store shows of one series.
#[derive(Debug)]
struct SeenSeries {
    readings: Vec<Reading>,
    former: Vec<Reading>,
    latest: Option<Latest>,
    /// Hours and days, where none is still to be folded.
    folded: Option<(Vec<HourCell>, Vec<DayCell>)>,
}

/// What a store shows.
#[derive(Debug)]
pub struct Seen {
    series: BTreeMap<Series, SeenSeries>,
    delivered: BTreeMap<(GatewayId, Epoch), RangeSet>,
    pub kept: BTreeSet<String>,
    calendar: usize,
    pub purged_to: Option<i64>,
    pub rules: BTreeMap<Series, counter::Spec>,
    pub corrections: Vec<Correction>,
}

impl Seen {
    /// Looks at a store, which has to be whole.
    pub fn of(store: &mut Sqlite, names: &[&str], kept: BTreeSet<String>) -> Self {
        store.verify().unwrap();
        let count = |sql: &str| {
            store.connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0)).unwrap()
        };
        let rows =
            count("SELECT (SELECT count(*) FROM reading) + (SELECT count(*) FROM reading_hot)");
        assert_eq!(Some(store.count().unwrap() as i64), rows);
        let purged_to = count("SELECT raw_from_ms FROM state");
        let is_folded = store.pending().unwrap() == 0;
        let ever = Period { from: Date::MIN, to: Date::MAX };
        let (from, to) = (Timestamp::MIN, Timestamp::MAX);
        let look = |name: &&str| {
            let series: Series = name.parse().unwrap();
            let former = store.history(&series, from, to).unwrap();
            let folds =
                || (store.hours(&series, from, to).unwrap(), store.days(&series, ever).unwrap());
            let seen = SeenSeries {
                readings: store.readings(&series, from, to).unwrap(),
                former: former.into_iter().map(|one| one.reading).collect(),
                latest: store.latest(&series).unwrap(),
                folded: is_folded.then(folds),
            };
            (series, seen)
        };
        let series = names.iter().map(look).collect();
        let calendar = (0..CALENDARS).find(|place| calendar(*place) == *store.calendar()).unwrap();
        let rules = rules(store);
        let mut delivered = BTreeMap::new();
        for row in store.gateways().unwrap() {
            for (epoch, set) in row.delivered {
                let noted = store.delivered(&row.gateway, Some(epoch)).unwrap();
                assert_eq!(noted, Some((epoch, set.clone())));
                delivered.insert((row.gateway.clone(), epoch), set);
            }
        }
        let corrections = store.corrections(None, from, to).unwrap();
        Self { series, delivered, kept, calendar, purged_to, rules, corrections }
    }
}

/// The rules of counters, as the store has them.
pub fn rules(store: &Sqlite) -> BTreeMap<Series, counter::Spec> {
    let all = store.counters().unwrap().into_keys();
    let rule = |name: Series| {
        let id = series::find(&store.connection, &name).unwrap().unwrap();
        (name, series::spec(&store.connection, id).unwrap())
    };
    all.map(rule).collect()
}

/// Fails unless a failing disk explains the error: it never damages the file.
pub fn is_of_the_disk(error: &StoreError) {
    let (StoreError::Storage(source) | StoreError::Open { source, .. }) = error else {
        panic!("{error:?}");
    };
    let others = [
        ErrorCode::DatabaseCorrupt,
        ErrorCode::NotADatabase,
        ErrorCode::ConstraintViolation,
        ErrorCode::DatabaseBusy,
        ErrorCode::DatabaseLocked,
    ];
    let code = source.sqlite_error_code();
    assert!(code.is_some_and(|code| !others.contains(&code)), "{error:?}");
}
