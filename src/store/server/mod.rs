//! A server that keeps the readings: InfluxDB 2, or VictoriaMetrics through the same way of writing.
//!
//! It is the truth where several hubs take in; what is read from it goes through a [`copy`] in an embedded store.

mod annotated;
mod check;
pub mod copy;
mod export;
pub mod flux;
mod http;
#[cfg(test)]
mod reading_tests;
mod samples;
mod settings;
#[cfg(test)]
mod test_fake;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;

use jiff::Timestamp;
use tokio::runtime::{Builder, Runtime};

pub use settings::{ServerKind, ServerSettings};

use self::check::{Found, Span};
use self::http::Http;
use self::write::{Lines, Writer};
use super::{Committed, Refused, Store, StoreError, line};
use crate::core::GatewayId;
use crate::wire::{Batch, Birth, Epoch, RangeSet, Status};

/// A server that takes in.
///
/// Its methods block: it is to be used from the thread of its own that [`keeper`](super::keeper) gives it.
pub struct Server {
    /// `None` only while it is being dropped.
    runtime: Option<Runtime>,
    settings: ServerSettings,
    http: Http,
    writer: Writer,
    /// The hub's name at the server: no two may share one.
    hub: String,
    /// What it keeps; `None` as long as it has not answered.
    span: Option<Span>,
    /// The time of the last record that this hub has written: no two have the same.
    last_ms: i64,
}

impl Server {
    /// Makes ready to write to a server as the hub named `hub`, and looks whether it can be used. One that does not answer may come
    /// later.
    ///
    /// # Errors
    /// The settings are wrong, a file of theirs cannot be read, or the server answers and cannot be used.
    pub fn open(settings: &ServerSettings, hub: &str) -> Result<Self, StoreError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if hub.is_empty() || !hub.chars().all(allowed) {
            return Err(StoreError::server(
                &settings.url,
                format!("{hub:?} is no name of a hub: letters, digits, '-', '_' and '.'"),
            ));
        }
        let mut server = Self {
            runtime: Some(runtime(settings)?),
            http: Http::new(settings)?,
            writer: Writer::new(Http::new(settings)?, settings),
            settings: settings.clone(),
            hub: hub.into(),
            span: None,
            last_ms: 0,
        };
        if let Err(error) = server.look()? {
            tracing::warn!(%error, "the server is away; nothing is acknowledged until it answers");
        }
        Ok(server)
    }

    /// Looks at the server until it has once answered; gives why it does not.
    fn look(&mut self) -> Result<Result<Span, StoreError>, StoreError> {
        if let Some(span) = self.span {
            return Ok(Ok(span));
        }
        let found = self.wait(check::look(&self.settings, &self.http))?;
        Ok(match found? {
            Found::Usable(kept) => {
                let silent = self.settings.kind == ServerKind::Victoria;
                Ok(*self.span.insert(Span { kept, silent }))
            }
            Found::Away(why) => Err(why),
        })
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T, StoreError> {
        let runtime = self.runtime.as_ref().ok_or(StoreError::Closed)?;
        Ok(runtime.block_on(future))
    }

    /// A time that no other record of this hub has.
    fn stamp(&mut self, now: Timestamp) -> Timestamp {
        let next = Timestamp::from_millisecond(self.last_ms + 1).unwrap_or(now);
        let at = now.max(next);
        self.last_ms = at.as_millisecond();
        at
    }

    /// Writes lines that nothing can be wrong with.
    fn write_ours(&mut self, lines: &Lines, now: Timestamp) -> Result<(), StoreError> {
        let refused = self.wait(self.writer.write(lines, now))??;
        match refused.into_iter().next() {
            None => Ok(()),
            Some((_, words)) => Err(StoreError::server(
                &self.settings.url,
                format!("it refuses what goes with readings: {words}"),
            )),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A runtime that is dropped where another runs would panic.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn runtime(settings: &ServerSettings) -> Result<Runtime, StoreError> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| StoreError::server(&settings.url, error.to_string()))
}

impl Store for Server {
    /// Readings first, and when they are taken, that their batches came. A commit that fails may leave readings behind; they are
    /// written again with their batch, to the same place.
    fn commit(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        let span = self.look()??;
        let mut refused: BTreeMap<usize, Vec<(usize, String)>> = BTreeMap::new();
        let mut lines = Lines::default();
        let mut places = Vec::new();
        for (b, batch) in batches.iter().enumerate() {
            for (r, reading) in batch.readings.iter().enumerate() {
                let gateway = Some(&batch.gateway);
                let written = span
                    .holds(reading.observed_at, now)
                    .and_then(|()| line::reading(lines.text(), gateway, reading));
                match written {
                    Ok(()) => {
                        lines.end();
                        places.push((b, r));
                    }
                    Err(problem) => refused.entry(b).or_default().push((r, problem)),
                }
            }
        }
        let unwanted = self.wait(self.writer.write(&lines, now))??;
        let mut committed = Committed {
            new_readings: (places.len() - unwanted.len()) as u64,
            ..Committed::default()
        };
        for (line, words) in unwanted {
            if let Some((b, r)) = places.get(line) {
                refused.entry(*b).or_default().push((*r, words));
            }
        }
        let mut came = Lines::default();
        for batch in batches {
            let at = self.stamp(now);
            line::batch(came.text(), &self.hub, batch, at);
            came.end();
            let key: (GatewayId, Epoch) = (batch.gateway.clone(), batch.epoch);
            let set: &mut RangeSet = committed.delivered.entry(key).or_default();
            let (first, last) = batch.stands_for();
            set.insert_range(first, last);
        }
        self.write_ours(&came, now)?;
        for (b, mut readings) in refused {
            readings.sort_by_key(|(r, _)| *r);
            let Some(batch) = batches.get(b) else {
                continue;
            };
            let problem = readings.first().map_or(String::new(), |(_, why)| why.clone());
            let readings = readings.iter().filter_map(|(r, _)| batch.readings.get(*r).cloned());
            committed.refused.push(Refused {
                problem,
                batch: Batch { readings: readings.collect(), ..batch.clone() },
            });
        }
        Ok(committed)
    }

    fn birth(
        &mut self,
        gateway: &GatewayId,
        birth: &Birth,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.look()??;
        let at = self.stamp(now);
        let mut lines = Lines::default();
        for series in &birth.series {
            line::series(
                lines.text(),
                &self.hub,
                Some(gateway),
                &series.series,
                series.counter,
                at,
            );
            lines.end();
        }
        self.write_ours(&lines, now)
    }

    fn status(
        &mut self,
        gateway: &GatewayId,
        status: &Status,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.look()??;
        let at = self.stamp(now);
        let mut lines = Lines::default();
        line::status(lines.text(), &self.hub, gateway, status, at);
        lines.end();
        self.write_ours(&lines, now)
    }
}
