//! The documents of a report for whoever asks the page's address: the drought event of the ledger, worked out anew each time.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{HubSettings, statement};
use crate::report;
use crate::support::Clock;
use crate::water::Township;

/// Makes documents, one report at a time: it takes a second of a core, and who asks twice waits.
#[derive(Clone)]
pub(super) struct DocumentMaker {
    settings: Arc<HubSettings>,
    township: Arc<Township>,
    clock: Clock,
    free: Arc<Semaphore>,
}

impl DocumentMaker {
    pub fn new(settings: HubSettings, township: Arc<Township>, clock: Clock) -> Self {
        Self { settings: Arc::new(settings), township, clock, free: Arc::new(Semaphore::new(1)) }
    }

    /// The document of this file name; `None` where a report has none of it.
    ///
    /// # Errors
    /// The ledger names no drought event, a file cannot be read, or a template is wrong.
    pub async fn make(self, name: String) -> anyhow::Result<Option<Vec<u8>>> {
        let _free = self.free.clone().acquire_owned().await?;
        tokio::task::spawn_blocking(move || {
            let now = self.clock.now();
            let statement = statement(&self.settings, &self.township, None, now)?;
            let templates = self.settings.report_templates.as_deref();
            let documents = report::render(templates, &self.township, &statement, now)?;
            let found = documents.files().into_iter().find(|(own, _)| *own == name);
            Ok(found.map(|(_, bytes)| bytes.to_vec()))
        })
        .await?
    }
}
