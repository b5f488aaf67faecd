//! Parts of a copy: batches whose readings are asked for together.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::samples::OfGateway;
use super::marks::BatchRecord;
use crate::core::{GatewayId, HOUR_MS};

/// Readings that are fetched and committed together, as counted by their batches: a hundred hours or more of a
/// township's series, and a few megabytes. Engineering judgement.
const READINGS_EACH: u64 = 30_000;

/// The longest time between the readings of two batches that are asked for together. What lies there is read for
/// nothing, which for a township takes no longer than a query. Engineering judgement.
const PAUSE_MAX_MS: i64 = 6 * HOUR_MS;

/// Some batches, and the span of their readings.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub gateways: Vec<GatewayId>,
    pub span: Option<(i64, i64)>,
    pub batches: Vec<BatchRecord>,
    readings: u64,
}

/// When gateways were heard.
pub(super) type Heard = BTreeMap<GatewayId, Timestamp>;

/// What a server holds of a part, or of a piece of it.
pub(super) struct Piece {
    /// The part's number.
    pub part: usize,
    pub readings: Vec<OfGateway>,
    pub is_last: bool,
}

impl Part {
    /// The parts of some batches, in order of their readings.
    pub fn all(mut batches: Vec<BatchRecord>) -> Vec<Self> {
        batches.sort_by_key(|batch| batch.span);
        let mut parts: Vec<Self> = Vec::new();
        for batch in batches {
            match parts.last_mut().filter(|part| part.takes(&batch)) {
                Some(part) => part.add(batch),
                None => {
                    let mut part = Self::default();
                    part.add(batch);
                    parts.push(part);
                }
            }
        }
        parts
    }

    /// Whether a batch, whose readings begin no sooner than those before, is asked for with them.
    fn takes(&self, batch: &BatchRecord) -> bool {
        let pause = self.span.zip(batch.span).map(|((_, to), (from, _))| from.saturating_sub(to));
        let fits = self.readings + batch.readings <= READINGS_EACH || self.readings == 0;
        fits && pause.is_none_or(|pause| pause <= PAUSE_MAX_MS)
    }

    fn add(&mut self, batch: BatchRecord) {
        if let Some((first, last)) = batch.span {
            let (from, to) = self.span.unwrap_or((first, last));
            self.span = Some((from.min(first), to.max(last)));
        }
        if !self.gateways.contains(&batch.gateway) {
            self.gateways.push(batch.gateway.clone());
        }
        self.readings += batch.readings;
        self.batches.push(batch);
    }

    /// When each gateway was heard first and last.
    pub fn heard(&self) -> (Heard, Heard) {
        let (mut first, mut last) = (Heard::new(), Heard::new());
        for BatchRecord { gateway, at, .. } in &self.batches {
            let before = first.entry(gateway.clone()).or_insert(*at);
            *before = (*at).min(*before);
            let before = last.entry(gateway.clone()).or_insert(*at);
            *before = (*at).max(*before);
        }
        (first, last)
    }

    /// Gateways that have fewer readings in `found` than their batches: the server does not show all of them yet.
    pub fn incomplete(&self, found: &BTreeMap<GatewayId, u64>) -> Vec<GatewayId> {
        // Several hubs may have recorded a batch.
        let records = self
            .batches
            .iter()
            .map(|batch| ((&batch.gateway, batch.epoch, batch.first, batch.last), batch.readings));
        let mut told: BTreeMap<&GatewayId, u64> = BTreeMap::new();
        for ((gateway, ..), readings) in records.collect::<BTreeMap<_, _>>() {
            *told.entry(gateway).or_default() += readings;
        }
        told.retain(|gateway, readings| found.get(*gateway).copied().unwrap_or(0) < *readings);
        told.into_keys().cloned().collect()
    }
}

#[cfg(test)]
#[path = "parts_tests.rs"]
mod tests;
