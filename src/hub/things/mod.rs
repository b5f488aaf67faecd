//! What the SensorThings view is made of: which stations and series there are, and pages of readings, fetched from the
//! store beside the runtime and within bounds.

mod observe;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::{Semaphore, watch};

use super::times::{end_of_now, latest_of_now};
use crate::core::{Series, StationId};
use crate::store::{Sqlite, StoreError};
use crate::support::{Clock, lock};
use crate::water::Township;
use crate::web::{Extent, Overview, Things, ThingsAnswer, ThingsAsked};

/// Questions that are worked on at once. More would keep the cores of a small machine from taking readings in.
/// Engineering judgement.
const AT_ONCE: usize = 2;

/// Questions that are worked on or wait. At a tenth of a second for a dear one, the last waits for two seconds.
/// Engineering judgement.
const WAITING_MAX: usize = 32;

/// Series of which it is asked at once when their readings were made: each takes some lookups. Engineering judgement.
const EXTENTS_MAX: usize = 5_000;

/// Answers what the view asks.
#[derive(Clone)]
pub(super) struct ThingsOf(Arc<Desk>);

/// Where it comes from.
pub(super) struct ThingsSource {
    /// The store's file.
    pub store: PathBuf,
    pub township: Arc<Township>,
    pub clock: Clock,
    /// Which devices gateways have, and whose stations are, as the page shows it.
    pub overview: watch::Receiver<Arc<Overview>>,
}

struct Desk {
    source: ThingsSource,
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    idle: Mutex<Vec<Sqlite>>,
    known: Mutex<Option<Known>>,
}

/// What is known of series, as the store was then.
struct Known {
    reader: Sqlite,
    /// The store's version, and the overview.
    of: (i64, Arc<Overview>),
    things: Arc<Things>,
}

impl ThingsOf {
    pub fn new(source: ThingsSource) -> Self {
        Self(Arc::new(Desk {
            source,
            places: Arc::new(Semaphore::new(WAITING_MAX)),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            idle: Mutex::default(),
            known: Mutex::default(),
        }))
    }

    /// Answers a question, in its turn.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn answer(self, asked: ThingsAsked) -> anyhow::Result<ThingsAnswer> {
        let desk = self.0;
        let Ok(place) = desk.places.clone().try_acquire_owned() else {
            return Ok(ThingsAnswer::Busy);
        };
        let turn = desk.turns.clone().acquire_owned().await?;
        // Whoever goes away meanwhile has place and turn until it is done.
        let work = move || {
            let _held = (place, turn);
            desk.work(asked)
        };
        tokio::task::spawn_blocking(work).await?
    }
}

impl Desk {
    fn work(&self, asked: ThingsAsked) -> anyhow::Result<ThingsAnswer> {
        if matches!(asked, ThingsAsked::Known) {
            return Ok(ThingsAnswer::Known(self.known()?));
        }
        let idle = lock(&self.idle).pop();
        let store = match idle {
            Some(store) => store,
            None => Sqlite::open_reader(&self.source.store)?,
        };
        let answer = match asked {
            ThingsAsked::Known => ThingsAnswer::Known(self.known()?),
            ThingsAsked::Extents(series) if series.len() > EXTENTS_MAX => ThingsAnswer::TooMuch,
            ThingsAsked::Extents(series) => {
                let now = self.source.clock.now();
                let extents = series.iter().map(|series| extent(&store, series, now));
                ThingsAnswer::Extents(extents.collect::<Result<_, _>>()?)
            }
            ThingsAsked::Observations(mut asked) => {
                // Whoever asks for the newest takes it for the state of now.
                let end = end_of_now(self.source.clock.now());
                asked.parts.iter_mut().for_each(|part| part.to = part.to.min(end));
                observe::observe(&store, &asked)?
            }
        };
        lock(&self.idle).push(store);
        Ok(answer)
    }

    /// Stations and series; read anew where something has been written since.
    fn known(&self) -> anyhow::Result<Arc<Things>> {
        let overview = self.source.overview.borrow().clone();
        let mut known = lock(&self.known);
        let reader = match known.take() {
            Some(old) => {
                let same = Arc::ptr_eq(&old.of.1, &overview);
                if same && old.reader.written()? == old.of.0 {
                    let things = old.things.clone();
                    *known = Some(old);
                    return Ok(things);
                }
                old.reader
            }
            None => Sqlite::open_reader(&self.source.store)?,
        };
        // Before the series: what is written meanwhile is seen the next time.
        let version = reader.written()?;
        let township = self.source.township.clone();
        let things = Arc::new(Things::new(township, reader.series()?, &profiles(&overview)));
        *known = Some(Known { reader, of: (version, overview), things: things.clone() });
        Ok(things)
    }
}

/// When the readings of a series were made that are not ahead of the clock.
fn extent(store: &Sqlite, series: &Series, now: Timestamp) -> Result<Extent, StoreError> {
    let Some((first, last)) = store.extent(series)? else { return Ok(Extent::default()) };
    if last < end_of_now(now) {
        return Ok(Extent { span: Some((first, last)), ahead_at: None });
    }
    let (latest, ahead_at) = latest_of_now(store, series, now)?;
    let span = latest.map(|latest| (first, latest.last.observed_at));
    Ok(Extent { span, ahead_at })
}

/// The profiles of the devices of each station, as the gateway says whose station it is. What another one says of it
/// is not believed.
fn profiles(overview: &Overview) -> BTreeMap<StationId, Vec<String>> {
    let mut profiles: BTreeMap<StationId, Vec<String>> = BTreeMap::new();
    for row in &overview.gateways {
        let devices = row.report.iter().flat_map(|report| &report.buses);
        for device in devices.flat_map(|bus| &bus.devices) {
            if row.declared.contains(&device.station) || row.pinned.contains(&device.station) {
                let of = profiles.entry(device.station.clone()).or_default();
                of.push(device.profile.clone());
            }
        }
    }
    profiles
}

#[cfg(test)]
#[path = "things_tests.rs"]
mod tests;
