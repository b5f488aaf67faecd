//! Points of charts for the page. Each chart has a reader of its own, so that a chart of ten years blocks nothing else.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::core::Series;
use crate::store::{Sqlite, StoreError};
use crate::support::lock;

/// Most charts that are made at once, and readers of the file. More would only wait for the same disk.
const READERS_MAX: usize = 4;

/// A pool of readers of the store.
#[derive(Clone)]
pub struct Charts(Arc<Readers>);

struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Sqlite>>,
    lent: Semaphore,
}

impl Charts {
    /// Charts from the store at `path`. Readers are opened as they are needed.
    pub fn new(path: PathBuf) -> Self {
        Self(Arc::new(Readers { path, idle: Mutex::default(), lent: Semaphore::new(READERS_MAX) }))
    }

    /// The points of a series from `from` to before `to`, at most `points` of them, as a JSON array of objects.
    pub async fn draw(
        self,
        series: Series,
        (from, to): (Timestamp, Timestamp),
        points: u32,
    ) -> anyhow::Result<Value> {
        let _lent = self.0.lent.acquire().await?;
        let readers = self.0.clone();
        let drawn = tokio::task::spawn_blocking(move || readers.draw(&series, (from, to), points));
        Ok(drawn.await??)
    }
}

impl Readers {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Sqlite>> {
        lock(&self.idle)
    }

    fn draw(
        &self,
        series: &Series,
        (from, to): (Timestamp, Timestamp),
        points: u32,
    ) -> Result<Value, StoreError> {
        let idle = self.idle().pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Sqlite::open_reader(&self.path)?,
        };
        let chart = reader.chart(series, from, to, points)?;
        self.idle().push(reader);
        let points = chart.iter().map(|point| {
            json!({
                "from": point.from,
                "min": point.min,
                "mean": point.mean,
                "max": point.max,
                "counted": point.counted,
            })
        });
        Ok(points.collect())
    }
}
