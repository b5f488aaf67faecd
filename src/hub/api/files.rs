//! Readings of a span as a file, sent while it is written: one at a time, since each reads as fast as the disk gives.

use std::io::{self, Write};
use std::mem::take;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::queue::{Place, Queue};
use super::source::{ApiSource, Found};
use super::{readings, stations};
use crate::core::{Parameter, StationId};
use crate::store::{Sqlite, first_ms};
use crate::transfer::{Format, stream};
use crate::web::{ApiAnswer, ApiFormat, ApiRefusal};

/// Programs that wait for a file to be done, and for how long. Engineering judgement: a file of a month is done in some
/// seconds, and whoever waits longer may be behind one of years.
const WAITING: usize = 4;
const WAIT: Duration = Duration::from_secs(20);

/// When whoever came in vain may ask again, s.
const RETRY_S: u64 = 30;

/// Bytes of a piece, and pieces that wait to be sent.
const PIECE: usize = 64 * 1024;
const PIECES_MAX: usize = 4;

/// What a file is to hold.
pub(super) struct Wanted {
    pub format: ApiFormat,
    pub station: Option<StationId>,
    pub parameter: Option<Parameter>,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// The file that is made, and those that wait.
pub(super) struct Files(Queue);

impl Files {
    pub fn new() -> Self {
        Self(Queue::new(1, WAITING, WAIT, RETRY_S))
    }

    /// Begins a file, once it is its turn. It goes on by itself, and ends when nobody takes it any more.
    pub async fn begin(&self, source: &ApiSource, wanted: Wanted) -> Found {
        let place = match self.0.place().await {
            Ok(place) => place,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let path = source.settings.store.path.clone();
        let (township, zone) = (source.township.clone(), source.calendar.zone().clone());
        let opened = tokio::task::spawn_blocking(move || {
            let store = Sqlite::open_reader(&path)?;
            let series = readings::wanted(&store, wanted.station.as_ref(), wanted.parameter)?;
            if let Some(station) = wanted.station.as_ref().filter(|_| series.is_empty()) {
                return Ok(Err(match township.station(station) {
                    Some(_) => ApiRefusal::NoSeries(None),
                    None => stations::none(&township, station),
                }));
            }
            let format = match wanted.format {
                ApiFormat::Csv => Format::Csv,
                ApiFormat::Parquet => Format::Parquet,
            };
            let span = stream::Span { series, from: whole(wanted.from), to: whole(wanted.to) };
            anyhow::Ok(Ok((store, format, span)))
        });
        let (store, format, span) = match opened.await?? {
            Ok(opened) => opened,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (pieces, taken) = mpsc::channel(PIECES_MAX);
        tokio::task::spawn_blocking(move || {
            let mut out = Pieces { piece: Vec::new(), pieces, _place: place };
            let written = stream::write(&store, format, &span, &zone, &mut out);
            let written = written.and_then(|_| Ok(out.flush()?));
            if let Err(error) = written {
                tracing::info!(error = format!("{error:#}"), "a file for a program is not whole");
                out.fail();
            }
        });
        Ok(Ok(ApiAnswer::File(taken)))
    }
}

/// The first instant at or after `at` that a reading can have: a file has what a list of the same span has.
fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(first_ms(at)).unwrap_or(at)
}

/// What takes a file piece by piece.
struct Pieces {
    piece: Vec<u8>,
    pieces: mpsc::Sender<io::Result<Vec<u8>>>,
    _place: Place,
}

impl Pieces {
    fn send(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let sent = self.pieces.blocking_send(Ok(take(&mut self.piece)));
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    /// Ends the connection: what was sent is not all.
    fn fail(&self) {
        let _gone = self.pieces.blocking_send(Err(io::ErrorKind::UnexpectedEof.into())).is_err();
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}
