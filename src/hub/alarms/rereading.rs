//! Reading the levels of all stations from the store: at the start, where nobody knows what has come, and one after the
//! other again and again, so that what people correct counts within minutes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::stations::Stored;
use super::subjects::Register;
use crate::core::{Parameter, StationId};
use crate::store::{Sqlite, StoreError};

/// Within this time each station has been read again. Engineering judgement: a correction is seen within minutes, and
/// ten thousand stations are seventeen a second.
const ROUND: Duration = Duration::from_secs(600);

/// Between two portions of a round, and after an error.
const EVERY: Duration = Duration::from_secs(1);
const AFTER_ERROR: Duration = Duration::from_secs(10);

/// Stations that are read at once: a look in between is held up by some tens of milliseconds. Engineering judgement.
const PORTION: usize = 500;

/// What was read of stations by their places, or why nothing was.
pub(super) type Read = Result<Vec<(usize, Stored)>, StoreError>;

/// A connection to the store, and which parameters it has of each station.
struct Reader {
    store: Sqlite,
    parameters: BTreeMap<StationId, Vec<Parameter>>,
}

impl Reader {
    fn open(path: &Path) -> Result<Self, StoreError> {
        let store = Sqlite::open_reader(path)?;
        let mut parameters: BTreeMap<StationId, Vec<Parameter>> = BTreeMap::new();
        for series in store.series()? {
            parameters.entry(series.station).or_default().push(series.parameter);
        }
        Ok(Self { store, parameters })
    }

    fn read(&self, register: &Register, places: Range<usize>) -> Read {
        let mut read = Vec::new();
        for place in places {
            let Some(station) = register.at(place) else { continue };
            let all = self.parameters.get(&station.id).map(Vec::as_slice).unwrap_or_default();
            read.push((place, Stored::of(&self.store, &station.id, all)?));
        }
        Ok(read)
    }
}

/// Reads until `stop`: all stations at once at the start and whenever `all` is notified, else in rounds.
pub(super) async fn run(
    path: PathBuf,
    register: Arc<Register>,
    all: Arc<Notify>,
    found: mpsc::Sender<Read>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let count = register.stations().len();
    let seconds = usize::try_from(ROUND.as_secs()).unwrap_or(usize::MAX);
    let slow = count.div_ceil(seconds).clamp(1, PORTION);
    let (mut at, mut hurries) = (0, true);
    // Opened anew for each round: series may have come.
    let mut reader: Option<Reader> = None;
    while !stop.is_cancelled() {
        let size = if hurries { PORTION } else { slow };
        let (path, register, places) = (path.clone(), register.clone(), at..(at + size).min(count));
        let open = reader.take();
        let (used, read) = tokio::task::spawn_blocking(move || {
            let open = match open {
                Some(reader) => reader,
                None => match Reader::open(&path) {
                    Ok(reader) => reader,
                    Err(error) => return (None, Err(error)),
                },
            };
            let read = open.read(&register, places);
            (read.is_ok().then_some(open), read)
        })
        .await?;
        reader = used;
        let failed = read.is_err();
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            sent = found.send(read) => if sent.is_err() { return Ok(()) },
        }
        if !failed {
            at += size;
            if at >= count {
                (at, hurries, reader) = (0, false, None);
            }
        }
        let wait = match (failed, hurries) {
            (true, _) => AFTER_ERROR,
            (false, true) => continue,
            (false, false) => EVERY,
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = all.notified() => (at, hurries) = (0, true),
            () = tokio::time::sleep(wait) => {}
        }
    }
    Ok(())
}
