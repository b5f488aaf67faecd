//! The documents of a report as the page serves them: of the ledger's drought event, made anew for each request.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{HubSettings, statement};
use crate::locales::Lang;
use crate::report::Document;
use crate::support::Clock;
use crate::water::Township;

/// Makes documents one at a time: each takes up to a second of a core, and a second request waits.
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

    /// The document of this file name, in `lang` where it has languages; `None` where a report has no such document.
    ///
    /// # Errors
    /// The ledger names no drought event, a file cannot be read, or a template is wrong.
    pub async fn make(self, name: String, lang: Lang) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(document) = Document::ALL.into_iter().find(|d| d.file_name() == name) else {
            return Ok(None);
        };
        let _free = self.free.clone().acquire_owned().await?;
        tokio::task::spawn_blocking(move || {
            let now = self.clock.now();
            let statement = statement(&self.settings, &self.township, None, now)?;
            let choice = self.settings.section_choice();
            Ok(Some(document.render(choice, &self.township, &statement, now, lang)?))
        })
        .await?
    }
}
