//! A transaction while it is being made: what it inserts, what it has to fold, and what it changes of what is known of
//! gateways.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use rusqlite::Connection;

use super::delivered::{self, Epochs, Heard};
use super::readings::{self, Inserted, Refusal};
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
    /// Rows of hours that readings have come of, by series and hour.
    rows: HashMap<(i64, i64), u64>,
    /// By how much the number of readings changes.
    pub count: i64,
    /// Hours that it folds at most.
    fold_max: usize,
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
            rows: HashMap::new(),
            count: 0,
            fold_max,
        }
    }

    pub fn connection(&self) -> &'a Connection {
        self.tables.connection
    }

    /// Stores a reading, sent by `source`.
    pub fn insert(
        &mut self,
        reading: &Reading,
        source: Option<(i64, &GatewayId)>,
        now: Timestamp,
    ) -> Result<Result<Inserted, Refusal>, StoreError> {
        let at = reading.observed_at.as_millisecond();
        if self.tables.is_purged(at) {
            return Ok(Err(Refusal::Purged));
        }
        let gateway = source.map(|(_, gateway)| gateway);
        let Some(id) = self.ids.id(self.tables.connection, &reading.series, gateway)? else {
            return Ok(Err(Refusal::TooManySeries));
        };
        let hour = hour_start_ms(at);
        let key = (id, hour);
        if source.is_some() && !self.rows.contains_key(&key) {
            // The cell of an hour that is yet to be folded does not know all of its rows.
            let rows = if pending::has(self.connection(), id, hour)? {
                hours::count_rows(&self.tables, id, hour)?
            } else {
                hours::rows(&self.tables, id, hour)?
            };
            self.rows.insert(key, rows);
        }
        if self.rows.get(&key).is_some_and(|rows| *rows >= HOUR_MAX)
            && readings::stored(&self.tables, (id, at))?.is_none()
        {
            return Ok(Err(Refusal::HourFull));
        }
        let senders = (source, &mut *self.sources);
        let inserted = match readings::insert(&self.tables, id, reading, senders, now)? {
            Ok(Inserted::Same) => return Ok(Ok(Inserted::Same)),
            Ok(inserted) => inserted,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let touched = self.touched.entry(id).or_insert_with(|| Touched {
            series: reading.series.clone(),
            hours: BTreeSet::new(),
            cold_ms: None,
            cold_counted_ms: None,
        });
        touched.hours.insert(hour);
        if !self.tables.is_hot(at) {
            touched.cold_ms = touched.cold_ms.max(Some(at));
            if reading.value().is_some() && reading.flag.counts() {
                touched.cold_counted_ms = touched.cold_counted_ms.max(Some(at));
            }
        }
        if inserted == Inserted::New {
            self.rows.entry(key).and_modify(|rows| *rows += 1);
            self.count += 1;
        }
        Ok(Ok(inserted))
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

    /// Notes what has come of an epoch at `now`. A gateway with too many epochs loses the oldest one.
    pub fn note_delivered(
        &mut self,
        key: &(GatewayId, Epoch),
        (first, last): (u64, u64),
        now: Timestamp,
    ) {
        let mut heard = match self.heard(key) {
            Some(heard) => heard.clone(),
            None => {
                self.make_room(&key.0);
                Heard::default()
            }
        };
        heard.set.insert_range(first, last);
        heard.heard_ms = now.as_millisecond();
        self.changes.heard.insert(key.clone(), heard);
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
            let last = hours::last_with_cell(&self.tables, id)?.unwrap_or(*first);
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
            delivered::write(self.connection(), (&key.0, key.1), before, now, new)?;
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
