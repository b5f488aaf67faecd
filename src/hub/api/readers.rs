//! Readers of the store for programs: so many at once, each for so long.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::queue::Queue;
use super::source::Found;
use crate::store::Sqlite;
use crate::support::{lock, random};
use crate::web::ApiRefusal;

/// Programs whose questions are read at once, beside the four of the pages; more would wait for the same disk.
/// Engineering judgement.
const AT_ONCE: usize = 4;

/// Programs that wait for one of them.
const WAITING: usize = 64;

/// How long they wait, and how long reading may take: a page of 10,000 readings takes some hundredths of a second, and
/// a disk that takes a thousand times as long is not asked more. Engineering judgement.
const WAIT: Duration = Duration::from_secs(10);
const READ_MAX: Duration = Duration::from_secs(20);

/// When whoever came in vain may ask again, s.
const RETRY_S: u64 = 5;

/// The readers.
#[derive(Clone)]
pub(super) struct Readers(Arc<Shared>);

struct Shared {
    path: PathBuf,
    idle: Mutex<Vec<Sqlite>>,
    queue: Queue,
    /// Notices what others write to the file; opened at the first question.
    watch: Mutex<Option<Sqlite>>,
    /// Of this run of the program: versions of another mean something else.
    run: String,
}

/// Something that is read of the store.
pub(super) trait Read: FnOnce(&Sqlite) -> Found + Send + 'static {}
impl<F: FnOnce(&Sqlite) -> Found + Send + 'static> Read for F {}

impl Readers {
    pub fn new(path: PathBuf) -> Self {
        let queue = Queue::new(AT_ONCE, WAITING, WAIT, RETRY_S);
        let run = format!("{:016x}", random::bits());
        let (idle, watch) = (Mutex::default(), Mutex::new(None));
        Self(Arc::new(Shared { path, idle, queue, watch, run }))
    }

    /// What changes whenever something is committed to the store.
    pub async fn version(&self) -> anyhow::Result<Result<String, ApiRefusal>> {
        let shared = self.0.clone();
        let version = tokio::task::spawn_blocking(move || -> anyhow::Result<String> {
            let mut watch = lock(&shared.watch);
            let reader = match watch.take() {
                Some(reader) => reader,
                None => Sqlite::open_reader(&shared.path)?,
            };
            let written = reader.written()?;
            *watch = Some(reader);
            Ok(format!("{}-{written}", shared.run))
        });
        Ok(Ok(version.await??))
    }

    /// Reads something, once it is its turn, within the bound of time.
    pub async fn read(&self, read: impl Read) -> Found {
        let place = match self.0.queue.place().await {
            Ok(place) => place,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (began, begun) = oneshot::channel();
        let shared = self.0.clone();
        let mut reading = tokio::task::spawn_blocking(move || {
            let _place = place;
            let idle = lock(&shared.idle).pop();
            let reader = match idle {
                Some(reader) => reader,
                None => Sqlite::open_reader(&shared.path)?,
            };
            let _gone = began.send(reader.interrupter()).is_err();
            let found = read(&reader)?;
            lock(&shared.idle).push(reader);
            Ok(found)
        });
        if let Ok(found) = timeout(READ_MAX, &mut reading).await {
            return found?;
        }
        // The reader is not used again: the interruption may meet what it is asked next.
        if let Ok(interrupt) = begun.await {
            interrupt();
        }
        match reading.await? {
            Ok(found) => Ok(found),
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "a program's question took too long");
                Ok(Err(ApiRefusal::TooMuch))
            }
        }
    }
}
