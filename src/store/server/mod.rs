//! A server that holds the readings: InfluxDB 2, or VictoriaMetrics through the same write API. It is the store of
//! record where several hubs ingest; reading goes through a local [`copy`] in an embedded store.

mod annotated;
mod check;
pub mod copy;
mod export;
pub mod flux;
mod http;
mod samples;
mod settings;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use settings::{ServerKind, ServerSettings};

use self::check::{CheckError, Span};
use self::http::Http;
use self::write::{Lines, Writer};
use super::{Committed, Refused, Store, StoreError, line};
use crate::core::GatewayId;
use crate::locales::{Text, store as words};
use crate::wire::{Batch, Birth, Epoch, Status};

/// A server that readings are written to. Its methods block: a [`StoreHandle`](super::StoreHandle) runs them.
pub struct Server {
    settings: ServerSettings,
    http: Http,
    writer: Writer,
    /// The hub's name at the server, unique among its hubs.
    hub: String,
    /// `None` until the server has answered once.
    span: Option<Span>,
    /// Time of the last record that this hub wrote: no two have the same.
    last_ms: i64,
}

impl Server {
    /// Prepares to write to a server as the hub named `hub`, and checks whether it can be used. It need not answer yet.
    ///
    /// # Errors
    /// The settings are wrong, a file that they name cannot be read, or the server answers but cannot be used.
    pub fn open(settings: &ServerSettings, hub: &str) -> Result<Self, StoreError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if hub.is_empty() || !hub.chars().all(allowed) {
            let problem = words::bad_hub_name(format!("{hub:?}"));
            return Err(StoreError::server(&settings.url, problem));
        }
        let mut server = Self {
            http: Http::new(settings)?,
            writer: Writer::new(settings),
            settings: settings.clone(),
            hub: hub.into(),
            span: None,
            last_ms: 0,
        };
        match check::check(settings, &server.http) {
            Ok(span) => server.span = Some(span),
            Err(CheckError::Unusable(error)) => return Err(error),
            Err(CheckError::Unreachable(error)) => {
                tracing::warn!(%error, "the server is unreachable; nothing is acknowledged until it answers");
            }
        }
        Ok(server)
    }

    /// Checks the server until it has answered once.
    fn check(&mut self) -> Result<Span, StoreError> {
        if let Some(span) = self.span {
            return Ok(span);
        }
        match check::check(&self.settings, &self.http) {
            Ok(span) => Ok(*self.span.insert(span)),
            Err(CheckError::Unusable(error) | CheckError::Unreachable(error)) => Err(error),
        }
    }

    fn unique_time(&mut self, now: Timestamp) -> Timestamp {
        let next = Timestamp::from_millisecond(self.last_ms + 1).unwrap_or(now);
        let at = now.max(next);
        self.last_ms = at.as_millisecond();
        at
    }

    /// Writes lines of our own making: the server must not refuse any.
    fn write_records(&mut self, lines: &Lines, now: Timestamp) -> Result<(), StoreError> {
        let refused = self.writer.write(&self.http, lines, now)?;
        match refused.into_iter().next() {
            None => Ok(()),
            Some((_, reason)) => {
                Err(StoreError::server(&self.settings.url, words::refuses_records(reason)))
            }
        }
    }
}

impl Store for Server {
    /// Readings first; once they are accepted, the records of their batches. A commit that fails may leave readings
    /// behind; they are written again with their batch, to the same place.
    fn commit(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        let span = self.check()?;
        // Of each batch, the indices of its refused readings with the reason.
        let mut refused: BTreeMap<usize, BTreeMap<usize, Text>> = BTreeMap::new();
        let mut lines = Lines::default();
        let mut places = Vec::new();
        for (b, batch) in batches.iter().enumerate() {
            for (r, reading) in batch.readings.iter().enumerate() {
                let gateway = Some(&batch.gateway);
                let written = span
                    .holds(reading.observed_at, now)
                    .and_then(|()| line::reading(lines.buffer(), gateway, reading));
                match written {
                    Ok(()) => {
                        lines.end();
                        places.push((b, r));
                    }
                    Err(problem) => {
                        refused.entry(b).or_default().insert(r, problem);
                    }
                }
            }
        }
        let unwanted = self.writer.write(&self.http, &lines, now)?;
        let new_readings = (places.len() - unwanted.len()) as u64;
        let mut committed = Committed { new_readings, ..Committed::default() };
        for (line, reason) in unwanted {
            if let Some((b, r)) = places.get(line) {
                refused.entry(*b).or_default().insert(*r, reason);
            }
        }
        let mut records = Lines::default();
        for (b, batch) in batches.iter().enumerate() {
            let at = self.unique_time(now);
            line::batch(records.buffer(), &self.hub, batch, at);
            records.end();
            let key: (GatewayId, Epoch) = (batch.gateway.clone(), batch.epoch);
            let (first, last) = batch.stands_for();
            committed.delivered.entry(key).or_default().insert_range(first, last);
            if let Some(refused) = refused.remove(&b) {
                let readings = refused.keys().filter_map(|r| batch.readings.get(*r).cloned());
                let problem = refused.values().next().cloned().unwrap_or_default();
                committed.refused.push(Refused::new(batch, readings.collect(), problem));
            }
        }
        self.write_records(&records, now)?;
        Ok(committed)
    }

    fn birth(
        &mut self,
        gateway: &GatewayId,
        birth: &Birth,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.check()?;
        let at = self.unique_time(now);
        let mut lines = Lines::default();
        for series in &birth.series {
            line::series(
                lines.buffer(),
                &self.hub,
                Some(gateway),
                &series.series,
                series.counter,
                at,
            );
            lines.end();
        }
        self.write_records(&lines, now)
    }

    fn status(
        &mut self,
        gateway: &GatewayId,
        status: &Status,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.check()?;
        let at = self.unique_time(now);
        let mut lines = Lines::default();
        line::status(lines.buffer(), &self.hub, gateway, status, at);
        lines.end();
        self.write_records(&lines, now)
    }
}
