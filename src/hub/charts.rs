//! Points of charts for the page. Each chart has a reader of its own, so that a chart of ten years blocks nothing else.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::sync::Semaphore;

use crate::store::{Sqlite, StoreError};
use crate::support::lock;
use crate::web::ChartAsked;

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

    /// The points of a series as a JSON array of objects.
    pub async fn draw(self, asked: ChartAsked) -> anyhow::Result<Value> {
        let ChartAsked { series, from, to, points } = asked;
        self.read(move |store| {
            let chart = store.chart(&series, from, to, points)?;
            Ok(serde_json::to_value(chart)?)
        })
        .await
    }

    /// Reads something of the store, on a thread that may block and with a reader that nobody else has.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Sqlite) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let _lent = self.0.lent.acquire().await?;
        let readers = self.0.clone();
        let read = move || {
            let reader = readers.take()?;
            let read = work(&reader)?;
            readers.idle().push(reader);
            Ok(read)
        };
        tokio::task::spawn_blocking(read).await?
    }
}

impl Readers {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Sqlite>> {
        lock(&self.idle)
    }

    fn take(&self) -> Result<Sqlite, StoreError> {
        let idle = self.idle().pop();
        match idle {
            Some(reader) => Ok(reader),
            None => Sqlite::open_reader(&self.path),
        }
    }
}
