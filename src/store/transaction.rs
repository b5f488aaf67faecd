//! A transaction while it is being made: what it inserts, what it has to fold, and what it changes of what is known of
//! gateways.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::Connection;

use super::delivered::{self, Epochs, Heard};
use super::readings::{self, Inserted, Refusal, Rows};
use super::series::{self, SeriesIds};
use super::source::Sources;
use super::tables::Tables;
use super::{StoreError, days, hours, pending};
use crate::core::{GatewayId, Kind, Reading, Series, hour_start_ms};
use crate::wire::{CounterSpec, Epoch, RangeSet};

/// Readings of one series in one hour that are taken of gateways: ten a second. An hour is folded whole in one
/// transaction, so that without a bound a gateway could make each of its commits, and with them everyone's, slower than
/// the one before. Engineering judgement.
pub(super) const HOUR_MAX: u64 = 36_000;

/// What a transaction changes of what is known of gateways.
#[derive(Default)]
pub(super) struct Changes {
    /// Epochs of which something came.
    pub heard: BTreeMap<(GatewayId, Epoch), Heard>,
    /// How far the readings reach that came of them, ms.
    newest_ms: BTreeMap<(GatewayId, Epoch), i64>,
    /// Epochs that were folded away, before what came.
    gone: BTreeSet<(GatewayId, Epoch)>,
    gateways: BTreeSet<GatewayId>,
}

impl Changes {
    /// Notes them among what is known.
    pub fn apply(self, epochs: &mut Epochs) {
        epochs.heard.retain(|key, _| !self.gone.contains(key));
        epochs.heard.extend(self.heard);
        epochs.gateways.extend(self.gateways);
    }
}

/// A transaction while it is being made.
pub(super) struct Commit<'a> {
    pub tables: Tables<'a>,
    pub ids: &'a mut SeriesIds,
    pub sources: &'a mut Sources,
    epochs: &'a Epochs,
    pub changes: Changes,
    /// Changed series, by number.
    touched: BTreeMap<i64, Touched>,
    /// By how much the number of readings changes.
    pub count: i64,
    /// Hours that it folds at most.
    fold_max: usize,
}

/// A reading on its way into the file.
pub(super) struct Incoming<'r> {
    /// The number of its series.
    id: i64,
    at_ms: i64,
    pub reading: &'r Reading,
    pub source: Option<(i64, &'r GatewayId)>,
    /// Its place, or that of its batch, in what is being taken.
    pub place: usize,
}

impl Incoming<'_> {
    fn hour_ms(&self) -> i64 {
        hour_start_ms(self.at_ms)
    }

    fn is_in_hour_of(&self, other: &Self) -> bool {
        self.id == other.id && self.hour_ms() == other.hour_ms()
    }
}

struct Touched {
    series: Series,
    hours: BTreeSet<i64>,
    /// The last changed reading in the cold tier, and the last of these that counts.
    cold_ms: Option<i64>,
    cold_counted_ms: Option<i64>,
}

impl<'a> Commit<'a> {
    /// A transaction that folds at most `fold_max` hours.
    pub fn new(
        tables: Tables<'a>,
        (ids, sources): (&'a mut SeriesIds, &'a mut Sources),
        epochs: &'a Epochs,
        fold_max: usize,
    ) -> Self {
        Self {
            tables,
            ids,
            sources,
            epochs,
            changes: Changes::default(),
            touched: BTreeMap::new(),
            count: 0,
            fold_max,
        }
    }

    pub fn connection(&self) -> &'a Connection {
        self.tables.connection
    }

    /// A reading that came at `place` of what is being taken, sent by `source`, with what it takes to store it.
    pub fn incoming<'r>(
        &mut self,
        reading: &'r Reading,
        source: Option<(i64, &'r GatewayId)>,
        place: usize,
    ) -> Result<Result<Incoming<'r>, Refusal>, StoreError> {
        let at_ms = reading.observed_at.as_millisecond();
        if self.tables.is_purged(at_ms) {
            return Ok(Err(Refusal::Purged));
        }
        let gateway = source.map(|(_, gateway)| gateway);
        let id = self.ids.id(self.tables.connection, &reading.series, gateway)?;
        let incoming = |id| Incoming { id, at_ms, reading, source, place };
        Ok(id.map(incoming).ok_or(Refusal::TooManySeries))
    }

    /// Stores readings, by series and time so that neighbours in the file come together, and tells what became of each.
    /// Of several of one instant, the later one comes later.
    pub fn insert(
        &mut self,
        mut incoming: Vec<Incoming<'_>>,
        now: Timestamp,
        mut told: impl FnMut(&Incoming<'_>, Result<Inserted, Refusal>),
    ) -> Result<(), StoreError> {
        incoming.sort_by_key(|one| (one.id, one.at_ms));
        let mut rows = Rows::new(&self.tables)?;
        let is_pending = pending::is_any(self.connection())?;
        for hour in incoming.chunk_by(Incoming::is_in_hour_of) {
            self.insert_hour(hour, (&mut rows, is_pending), now, &mut told)?;
        }
        Ok(())
    }

    /// Stores readings of one series and hour, in order of their time.
    fn insert_hour(
        &mut self,
        incoming: &[Incoming<'_>],
        (rows, is_pending): (&mut Rows<'_>, bool),
        now: Timestamp,
        told: &mut impl FnMut(&Incoming<'_>, Result<Inserted, Refusal>),
    ) -> Result<(), StoreError> {
        let Some(first) = incoming.first() else { return Ok(()) };
        let (id, hour) = (first.id, first.hour_ms());
        let is_sent = incoming.iter().any(|one| one.source.is_some());
        let mut held = match is_sent {
            false => 0,
            // The cell of an hour that is yet to be folded does not know all of its rows.
            true if is_pending && pending::has(self.connection(), id, hour)? => {
                hours::count_rows(&self.tables, id, hour)?
            }
            true => hours::rows(&self.tables, id, hour)?,
        };
        let mut rest = incoming;
        let mut changed = Vec::new();
        let is_new = is_sent && held == 0 && !self.tables.is_hot(hour);
        while is_new
            && let Some((together, others)) = rest.split_at_checked(readings::TOGETHER)
            && together.is_sorted_by(|a, b| a.at_ms < b.at_ms)
            && held + readings::TOGETHER as u64 <= HOUR_MAX
        {
            let source = |one: &Incoming<'_>| one.source.map(|(id, _)| id);
            let added =
                rows.insert_new(id, together.iter().map(|one| (one.reading, source(one))))?;
            (held, self.count) = (held + added as u64, self.count + added as i64);
            changed.extend(together);
            if added < readings::TOGETHER {
                // Some were there: each is looked at by itself.
                break;
            }
            together.iter().for_each(|one| told(one, Ok(Inserted::New)));
            rest = others;
        }
        for one in rest {
            let is_full = one.source.is_some() && held >= HOUR_MAX;
            if is_full && readings::stored(&self.tables, (id, one.at_ms))?.is_none() {
                told(one, Err(Refusal::HourFull));
                continue;
            }
            let inserted = rows.insert(id, one.reading, (one.source, &mut *self.sources), now)?;
            told(one, inserted);
            match inserted {
                Err(_) | Ok(Inserted::Same) => continue,
                Ok(Inserted::New) => (held, self.count) = (held + 1, self.count + 1),
                Ok(Inserted::Filled | Inserted::Replaced) => {}
            }
            changed.push(one);
        }
        self.touch((id, hour), &changed);
        Ok(())
    }

    /// Notes the readings of an hour that have changed.
    fn touch(&mut self, (id, hour): (i64, i64), changed: &[&Incoming<'_>]) {
        let Some(first) = changed.first() else { return };
        let touched = self.touched.entry(id).or_insert_with(|| Touched {
            series: first.reading.series.clone(),
            hours: BTreeSet::new(),
            cold_ms: None,
            cold_counted_ms: None,
        });
        touched.hours.insert(hour);
        let counts =
            |one: &&&Incoming<'_>| one.reading.value().is_some() && one.reading.flag.counts();
        let cold = || changed.iter().filter(|one| !self.tables.is_hot(one.at_ms));
        touched.cold_ms = touched.cold_ms.max(cold().map(|one| one.at_ms).max());
        let counted = cold().filter(counts).map(|one| one.at_ms).max();
        touched.cold_counted_ms = touched.cold_counted_ms.max(counted);
    }

    /// What has come of an epoch so far.
    pub fn heard(&self, key: &(GatewayId, Epoch)) -> Option<&Heard> {
        let before = || self.epochs.heard.get(key).filter(|_| !self.changes.gone.contains(key));
        self.changes.heard.get(key).or_else(before)
    }

    /// Whether there is room for a gateway, which is known from now on.
    pub fn meet(&mut self, gateway: &GatewayId) -> bool {
        let known = |gateways: &BTreeSet<GatewayId>| gateways.contains(gateway);
        if known(&self.epochs.gateways) || known(&self.changes.gateways) {
            return true;
        }
        let room =
            self.epochs.gateways.len() + self.changes.gateways.len() < delivered::GATEWAYS_MAX;
        if room {
            self.changes.gateways.insert(gateway.clone());
        }
        room
    }

    /// Notes what has come of an epoch at `now`, and how far its readings reach. A gateway with too many epochs loses
    /// the oldest one.
    pub fn note_delivered(
        &mut self,
        key: &(GatewayId, Epoch),
        (first, last): (u64, u64),
        newest_ms: Option<i64>,
        now: Timestamp,
    ) {
        if !self.changes.heard.contains_key(key) {
            let before = self.heard(key).cloned();
            if before.is_none() {
                self.make_room(&key.0);
            }
            self.changes.heard.insert(key.clone(), before.unwrap_or_default());
        }
        if let Some(heard) = self.changes.heard.get_mut(key) {
            heard.set.insert_range(first, last);
            heard.heard_ms = now.as_millisecond();
        }
        if let Some(newest_ms) = newest_ms {
            let known = self.changes.newest_ms.entry(key.clone()).or_insert(newest_ms);
            *known = newest_ms.max(*known);
        }
    }

    /// Folds epochs of a gateway away until there is room for one more.
    fn make_room(&mut self, gateway: &GatewayId) {
        let its = |epochs: &BTreeMap<(GatewayId, Epoch), Heard>| {
            let from = (gateway.clone(), Epoch(0));
            let its = epochs.range(from..).take_while(|((name, _), _)| name == gateway);
            its.map(|(key, heard)| (key.clone(), heard.heard_ms)).collect::<BTreeMap<_, _>>()
        };
        let mut all = its(&self.epochs.heard);
        all.retain(|key, _| !self.changes.gone.contains(key));
        all.extend(its(&self.changes.heard));
        while all.len() >= delivered::EPOCHS_MAX
            && let Some((oldest, _)) = all.iter().min_by_key(|(_, heard_ms)| **heard_ms)
        {
            let oldest = oldest.clone();
            all.remove(&oldest);
            self.changes.heard.remove(&oldest);
            self.changes.gone.insert(oldest);
        }
    }

    /// Notes a series and how a counter's register behaves; where that has changed, all its hours are to be folded. A
    /// gateway may change it, and bring series in, only so often.
    pub fn describe(
        &mut self,
        series: &Series,
        counter: Option<CounterSpec>,
        by: Option<(&GatewayId, Timestamp)>,
    ) -> Result<(), StoreError> {
        let gateway = by.map(|(gateway, _)| gateway);
        let Some(id) = self.ids.id(self.tables.connection, series, gateway)? else {
            return Ok(());
        };
        if series.parameter.spec().kind != Kind::Counter {
            return Ok(());
        }
        let changed = match by {
            Some((_, now)) => {
                series::want_spec(self.connection(), id, counter, now.as_millisecond())?
            }
            None => series::set_spec(self.connection(), id, counter)?,
        };
        if changed { self.fold_all_later(id) } else { Ok(()) }
    }

    /// Notes all hours of a series that can be folded anew.
    pub fn fold_all_later(&self, id: i64) -> Result<(), StoreError> {
        // Hours whose readings were purged stand as they are.
        let from = self.tables.raw_from_ms.unwrap_or(i64::MIN);
        let first = hours::with_cells(&self.tables, id, (from, i64::MAX), 1)?;
        if let Some(first) = first.first() {
            let last = hours::last_with_cell(&self.tables, id, (from, i64::MAX))?.unwrap_or(*first);
            pending::note_span(self.connection(), id, (*first, last))?;
        }
        Ok(())
    }

    /// Folds hours that were put off, `most` in all or a few more, of the series after `after` first. Returns the last
    /// series that had its turn.
    pub fn fold_pending(&self, mut after: i64, most: usize) -> Result<i64, StoreError> {
        let mut left = most;
        while left > 0
            && let Some(turn) = pending::next(&self.tables, after, left)?
        {
            let folded = pending::fold(&self.tables, &turn, left)?;
            days::refold(&self.tables, turn.series, &folded.hours)?;
            left = left.saturating_sub(folded.work.max(1));
            after = turn.series;
        }
        Ok(after)
    }

    /// Folds what has changed, series with few changed hours first, and each first as far as readings have come, so
    /// that live readings never wait for a long chain. What there is no room for is noted.
    fn fold(&mut self, touched: &BTreeMap<i64, Touched>) -> Result<(), StoreError> {
        let mut waiting: Vec<(i64, &Series, Vec<i64>)> = touched
            .iter()
            .map(|(id, one)| (*id, &one.series, one.hours.iter().copied().collect()))
            .collect();
        waiting.sort_by_key(|(_, _, hours)| hours.len());
        let mut left = self.fold_max;
        for chain in [CHAIN_FIRST, usize::MAX] {
            for (id, series, hours) in &mut waiting {
                if hours.is_empty() || left == 0 {
                    continue;
                }
                let most = left.min(hours.len().saturating_add(chain));
                let folded = hours::refold(&self.tables, (*id, series), hours, most)?;
                days::refold(&self.tables, *id, &folded.hours)?;
                left -= folded.work.min(left);
                *hours = folded.rest;
            }
        }
        for (id, _, hours) in &waiting {
            pending::note(self.connection(), *id, hours)?;
        }
        Ok(())
    }

    /// Folds anew what has changed, then writes and returns what was delivered.
    pub fn finish(mut self) -> Result<Changes, StoreError> {
        let touched = std::mem::take(&mut self.touched);
        self.fold(&touched)?;
        for (id, Touched { cold_ms, cold_counted_ms, .. }) in touched {
            if let Some(at_ms) = cold_ms {
                readings::note_latest(self.connection(), id, at_ms, cold_counted_ms)?;
            }
        }
        for (gateway, epoch) in &self.changes.gone {
            delivered::forget(self.connection(), (gateway, *epoch))?;
        }
        let nothing = RangeSet::default();
        for (key, now) in &self.changes.heard {
            let before = self.epochs.heard.get(key).filter(|_| !self.changes.gone.contains(key));
            let before = before.map_or(&nothing, |heard| &heard.set);
            // Counted with the first epoch: its row is written anyway.
            let new = std::mem::take(&mut self.count);
            let newest_ms = self.changes.newest_ms.get(key).copied();
            let key = (&key.0, key.1);
            delivered::write(self.connection(), key, before, now, (new, newest_ms))?;
        }
        if self.count != 0 {
            self.tables
                .prepare("UPDATE state SET readings = readings + ?1")?
                .execute([self.count])?;
        }
        Ok(self.changes)
    }
}

/// Hours of a counter's chain that are folded at once behind those that readings have come of: two days. Engineering
/// judgement.
const CHAIN_FIRST: usize = 48;
