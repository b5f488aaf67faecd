//! Alarms: what is seen of levels, pumps, the field and the hub itself, when it rings, and who is told of it.
//!
//! ```text
//! commit ─▶ arrived ─▶ stations, field, own ─▶ alarm::Watch ─▶ alarm_book ─▶ sending ─▶ notify
//!           (memory)   (what is seen)           (looking)      (one commit)
//! ```
//!
//! The writer only notes what it has stored and wakes the look; nothing here holds it up. What is to be sent is in the
//! book before it is sent, so that a hub which is killed leaves nothing out.

mod arrived;
mod desk;
mod field;
mod flows;
mod levels;
mod looking;
mod own;
mod rereading;
mod sending;
mod state;
mod stations;
mod subjects;
#[cfg(test)]
mod test_kit;
mod trying;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::{HubSettings, HubState};
use crate::alarm_book::AlarmBook;
use crate::core::Calendar;
use crate::support::Clock;
use crate::water::Township;
use crate::web::Overview;

pub(in crate::hub) use arrived::Arrived;
pub(in crate::hub) use desk::AlarmDesk;
pub use sending::send_letter;
pub(in crate::hub) use state::AlarmState;

use sending::Channels;
use trying::Tests;

/// Where the book of alarms is: beside the store.
pub fn book_path(settings: &HubSettings) -> PathBuf {
    settings.store.path.with_file_name("alarms.db")
}

/// What alarms are made from.
pub(super) struct AlarmSource {
    pub settings: HubSettings,
    pub township: Arc<Township>,
    pub calendar: Calendar,
    pub clock: Clock,
    pub simulated: bool,
    pub state: Arc<HubState>,
}

/// The alarms of a hub.
#[derive(Clone)]
pub(super) struct Alarms(Arc<Shared>);

/// What looking, sending and the page share.
struct Shared {
    source: AlarmSource,
    book: AlarmBook,
    channels: Channels,
    tests: Tests,
    /// Somebody has acknowledged an alarm.
    noted: Notify,
    /// There is something to send.
    to_send: Notify,
}

impl Alarms {
    /// Opens the book.
    ///
    /// # Errors
    /// A newer program has made it, or there is no thread for it.
    pub async fn open(source: AlarmSource) -> anyhow::Result<Self> {
        let book = AlarmBook::open(&book_path(&source.settings), source.clock.clone())?;
        let channels = Channels::new(&source.settings.alarm.channels);
        // What cannot be written now is written later, and told as a trouble.
        let _told = book.keep_channels(channels.names()).await;
        let (noted, to_send) = (Notify::new(), Notify::new());
        let tests = Tests::default();
        Ok(Self(Arc::new(Shared { source, book, channels, tests, noted, to_send })))
    }

    /// What the page asks.
    pub fn desk(&self) -> AlarmDesk {
        AlarmDesk::new(self.0.clone())
    }

    /// Looks, and sends what is to be told, until `stop`.
    pub async fn run(
        self,
        overview: watch::Receiver<Arc<Overview>>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let looking = looking::run(self.0.clone(), overview, stop.clone());
        let sending = sending::run(self.0.clone(), stop);
        tokio::try_join!(looking, sending)?;
        Ok(())
    }
}
