//! Takes batches, and parts of what a server holds, into a transaction.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::delivered::{self, GATEWAYS_MAX, RANGES_MAX};
use super::present::{self, Coming};
use super::quarantine::{self, Kept};
use super::readings::{Inserted, Refusal};
use super::source::{COPIED, EPOCHS_A_DAY_MAX, day_start, may_have_come_since};
use super::tables::Tables;
use super::transaction::{Commit, HOUR_MAX, Incoming};
use super::{Committed, LostRow, Refused, StoreError, replaced, series};
use crate::core::{GatewayId, Reading};
use crate::locales::{Text, store as words};
use crate::wire::{Batch, Epoch, RangeSet};

/// A part of what a server holds, for the local copy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Portion {
    /// With the gateway that sent each, where that is known.
    pub readings: Vec<(Option<GatewayId>, Reading)>,
    /// Batches that came: first and last number.
    pub delivered: Vec<(GatewayId, Epoch, u64, u64)>,
    pub heard: BTreeMap<GatewayId, Timestamp>,
    pub lost: Vec<LostRow>,
}

/// How batches come, and what of them is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// From gateways.
    Sent,
    /// From gateways, and not all of their readings are kept: they come again, so that nothing but readings is noted.
    SentInPart,
    /// By a person; the rows have no sender.
    Imported,
}

/// Takes batches that came at `now`.
pub(super) fn commit(
    commit: &mut Commit<'_>,
    batches: &[Batch],
    now: Timestamp,
    way: Way,
) -> Result<Committed, StoreError> {
    let mut taking = Taking::default();
    taking.committed.whole = true;
    let day_ms = day_start(commit.tables.calendar, now);
    for (place, batch) in batches.iter().enumerate() {
        match sender(commit, batch, day_ms, way)? {
            Ok(source) => {
                taking.take(commit, (place, batch), source)?;
                note(commit, batch, now, way)?;
            }
            Err(problem) => {
                taking.refuse(batch, batch.readings.clone(), problem);
            }
        }
    }
    let (not_noted, mut committed) = taking.finish(commit, batches, now)?;
    if way == Way::Sent {
        // The numbers of their batches are noted by this transaction: a power cut must find these readings somewhere.
        let refused = committed.refused.iter().skip(not_noted);
        for refused in refused.filter(|refused| !refused.batch.readings.is_empty()) {
            quarantine::keep(commit.connection(), now, &Kept::of(refused))?;
        }
    }
    for batch in batches {
        let key = (batch.gateway.clone(), batch.epoch);
        if let Some(heard) = commit.heard(&key) {
            committed.delivered.entry(key).or_insert_with(|| heard.set.clone());
        }
    }
    Ok(committed)
}

/// The number of a batch's sender, `None` for an import; or why nothing of it can be taken.
fn sender(
    commit: &mut Commit<'_>,
    batch: &Batch,
    day_ms: i64,
    way: Way,
) -> Result<Result<Option<i64>, Text>, StoreError> {
    if way == Way::Imported {
        return Ok(Ok(None));
    }
    if !commit.meet(&batch.gateway) {
        return Ok(Err(words::too_many_gateways(GATEWAYS_MAX)));
    }
    let (first, last) = batch.stands_for();
    let heard = commit.heard(&(batch.gateway.clone(), batch.epoch)).map(|heard| &heard.set);
    let is_full = |set: &&RangeSet| set.ranges() >= RANGES_MAX && !set.touches(first, last);
    if way == Way::Sent && heard.filter(is_full).is_some() {
        return Ok(Err(words::too_many_ranges(RANGES_MAX)));
    }
    let connection = commit.connection();
    let source = commit.sources.id(connection, (&batch.gateway, batch.epoch), day_ms)?;
    Ok(source.map(Some).ok_or_else(|| words::too_many_epochs(EPOCHS_A_DAY_MAX)))
}

/// Readings of batches that are being taken.
#[derive(Default)]
struct Taking<'r> {
    incoming: Vec<Incoming<'r>>,
    /// By the place of their batch and why.
    refused: BTreeMap<(usize, Refusal), Vec<Reading>>,
    committed: Committed,
}

impl<'r> Taking<'r> {
    /// Takes the readings of a batch.
    fn take(
        &mut self,
        commit: &mut Commit<'_>,
        (place, batch): (usize, &'r Batch),
        source: Option<i64>,
    ) -> Result<(), StoreError> {
        let source = source.map(|id| (id, &batch.gateway));
        for reading in &batch.readings {
            match commit.incoming(reading, source, place)? {
                Ok(incoming) => self.incoming.push(incoming),
                Err(refusal) => {
                    self.refused.entry((place, refusal)).or_default().push(reading.clone());
                }
            }
        }
        Ok(())
    }

    fn refuse(&mut self, batch: &Batch, readings: Vec<Reading>, problem: Text) {
        self.committed.refused.push(Refused::new(batch, readings, problem));
    }

    /// Stores them. Returns how many of what was refused were whole batches, which come first.
    fn finish(
        self,
        commit: &mut Commit<'_>,
        batches: &[Batch],
        now: Timestamp,
    ) -> Result<(usize, Committed), StoreError> {
        let Self { incoming, mut refused, mut committed } = self;
        let whole = committed.refused.len();
        commit.insert(incoming, now, |one, inserted| match inserted {
            Ok(Inserted::New) => committed.new_readings += 1,
            Ok(Inserted::Replaced) => committed.replaced += 1,
            Ok(Inserted::Filled | Inserted::Same) => {}
            Err(refusal) => {
                refused.entry((one.place, refusal)).or_default().push(one.reading.clone());
            }
        })?;
        for ((place, refusal), readings) in refused {
            let problem = problem(&commit.tables, refusal);
            committed.refused.push(Refused::new(&batches[place], readings, problem));
        }
        Ok((whole, committed))
    }
}

/// Notes the record of loss of a batch and its number; of one that came in part, only that its gateway was heard.
fn note(
    commit: &mut Commit<'_>,
    batch: &Batch,
    now: Timestamp,
    way: Way,
) -> Result<(), StoreError> {
    if way == Way::SentInPart {
        return delivered::note_heard(commit.connection(), &batch.gateway, now);
    }
    let (first, last) = batch.stands_for();
    if let Some(loss) = &batch.loss {
        delivered::note_loss(commit.connection(), &batch.gateway, batch.epoch, last, loss)?;
    }
    let newest_ms = if way == Way::Sent { present::newest_ms(batch) } else { None };
    commit.note_delivered(&(batch.gateway.clone(), batch.epoch), (first, last), newest_ms, now);
    Ok(())
}

/// Why readings cannot be stored, in words.
pub(super) fn problem(tables: &Tables<'_>, refusal: Refusal) -> Text {
    match refusal {
        Refusal::Purged => {
            let from = tables.raw_from_ms.unwrap_or_default();
            words::purged(Timestamp::from_millisecond(from).unwrap_or_default().to_string())
        }
        Refusal::TooManySeries => words::too_many_series(series::SERIES_MAX),
        Refusal::HourFull => words::hour_full(HOUR_MAX),
        Refusal::InstantFull => words::instant_full(replaced::INSTANT_MAX),
        Refusal::HistoryFull => words::history_full(replaced::GATEWAY_MAX),
    }
}

/// Takes a part of what a server holds, up to `now`. Returns how many readings are new.
pub(super) fn merge(
    commit: &mut Commit<'_>,
    portion: &Portion,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let revoked = revoked(commit)?;
    let day_ms = day_start(commit.tables.calendar, now);
    let mut incoming = Vec::with_capacity(portion.readings.len());
    // The sender of the reading before: they come gateway by gateway.
    let mut known: Option<(&GatewayId, Option<i64>)> = None;
    for (place, (gateway, reading)) in portion.readings.iter().enumerate() {
        let rejected =
            gateway.as_ref().and_then(|gateway| revoked.get(gateway)).is_some_and(|since| {
                reading.observed_at >= *since || may_have_come_since(day_ms, *since)
            });
        if rejected {
            continue;
        }
        let connection = commit.connection();
        let source = match gateway {
            Some(gateway) => {
                if known.is_none_or(|(last, _)| last != gateway) {
                    let id = commit.sources.id(connection, (gateway, COPIED), day_ms)?;
                    known = Some((gateway, id));
                }
                known.and_then(|(gateway, id)| Some((id?, gateway)))
            }
            None => None,
        };
        // The server may still hold what was purged here: its hours stand for it.
        incoming.extend(commit.incoming(reading, source, place)?);
    }
    let mut new = 0;
    commit.insert(incoming, now, |_, inserted| new += u64::from(inserted == Ok(Inserted::New)))?;
    for LostRow { gateway, epoch, seq, loss } in &portion.lost {
        delivered::note_loss(commit.connection(), gateway, *epoch, *seq, loss)?;
    }
    for (gateway, epoch, first, last) in &portion.delivered {
        let heard = portion.heard.get(gateway).copied().unwrap_or(now);
        commit.note_delivered(&(gateway.clone(), *epoch), (*first, *last), None, heard);
    }
    for (gateway, at) in &portion.heard {
        delivered::note_heard(commit.connection(), gateway, *at)?;
    }
    present::note(commit.connection(), &Coming::copied(&portion.readings))?;
    Ok(new)
}

/// The revoked gateways, and since when their readings are rejected.
fn revoked(commit: &Commit<'_>) -> Result<HashMap<GatewayId, Timestamp>, StoreError> {
    let mut statement = commit.tables.prepare("SELECT gateway, since_ms FROM revoked")?;
    let rows = statement.query_and_then([], |row| {
        let gateway = row.get::<_, String>(0)?.parse().map_err(StoreError::corrupt)?;
        Ok((gateway, super::error::instant(row.get(1)?)?))
    })?;
    rows.collect()
}
