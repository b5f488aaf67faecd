//! The handle that the hub shares.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use super::error::AlarmsError;
use super::keeper::{Keeper, Resumed, Trouble, Troubles};
use super::outbox::{Due, Failure, LetterRow};
use super::{Acknowledgement, file};
use crate::alarm::{Acknowledged, Alarm, Letter};
use crate::support::{Clock, Owner, Stopwatch, lock};

/// How long a file is waited for that cannot be read, and between two attempts. Engineering judgement: a backup or a
/// virus scanner holds one for seconds, and nothing rings meanwhile.
const WAITED_MAX: Duration = Duration::from_secs(60);
const WAIT: Duration = Duration::from_secs(1);

/// The book of alarms, shared by whoever asks. The thread that owns the file ends with the last handle.
#[derive(Clone)]
pub struct AlarmBook {
    owner: Owner<Keeper>,
    troubles: Arc<Mutex<Troubles>>,
}

impl AlarmBook {
    /// Opens the file at `path`, and creates it if it does not exist. A spoilt one is set aside; one that cannot be
    /// opened is tried again and again, while all is kept in memory: [`AlarmBook::troubles`] tells of both.
    ///
    /// # Errors
    /// A newer program has made the file, or the thread cannot be started.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, AlarmsError> {
        let troubles = Arc::new(Mutex::new(Troubles::default()));
        let keeper = Keeper::open(path, clock, troubles.clone())?;
        let thread = thread::Builder::new().name("alarms".into());
        let owner = Owner::start(thread, keeper, Keeper::between).map_err(AlarmsError::Thread)?;
        Ok(Self { owner, troubles })
    }

    /// Whether the file at `path`, if there is one, can be the hub's: for whoever checks before it starts.
    ///
    /// # Errors
    /// It cannot be opened, is spoilt ([`AlarmBook::open`] sets it aside then), or a newer program has made it.
    pub fn looks(path: &Path) -> Result<(), AlarmsError> {
        match file::look(path) {
            Err(error) if error.is_damage() => Err(AlarmsError::Spoilt { path: path.into() }),
            looked => looked,
        }
    }

    /// What is wrong with the file, for whoever tells of the hub's health; empty where nothing is.
    pub fn troubles(&self) -> Vec<Trouble> {
        lock(&self.troubles).all()
    }

    /// What the file had when it was opened: for [`crate::alarm::Watch::resume`]. A file that cannot be read, such as
    /// one that another program has locked, is waited for: without it all that is open would ring again.
    ///
    /// # Errors
    /// The thread has ended.
    pub async fn resumed(&self) -> Result<Resumed, AlarmsError> {
        let waited = Stopwatch::start();
        loop {
            if let Some(resumed) = self.owner.ask(Keeper::resumed).await? {
                return Ok(resumed);
            }
            if waited.elapsed() >= WAITED_MAX {
                self.owner.ask(Keeper::begin_without).await?;
                return Ok(Resumed::default());
            }
            tokio::time::sleep(WAIT).await;
        }
    }

    /// Gives up letters that wait for channels other than these.
    ///
    /// # Errors
    /// The file failed; it is noted in memory, and written later.
    pub async fn keep_channels(&self, channels: Vec<String>) -> Result<(), AlarmsError> {
        let kept = self.owner.ask(move |keeper| {
            keeper.outbox.keep_channels(&channels);
            keeper.flush()
        });
        kept.await?
    }

    /// Writes alarms that have changed and new letters, each with the channels that it goes to, in one transaction.
    ///
    /// # Errors
    /// The file failed: all of it is in memory, is sent all the same, and is written as soon as that works.
    pub async fn write(
        &self,
        changed: Vec<Alarm>,
        letters: Vec<(Letter, Vec<String>)>,
    ) -> Result<(), AlarmsError> {
        let written = self.owner.ask(move |keeper| {
            keeper.put(changed);
            for (letter, channels) in letters {
                keeper.outbox.add(letter, channels);
            }
            keeper.flush()
        });
        written.await?
    }

    /// Gives up letters that have waited for three days at `now`. Only whoever sends may ask for it, and only with what
    /// the clock shows: what is given up is never sent.
    ///
    /// # Errors
    /// The file failed; it is noted in memory, and written later.
    pub async fn give_up_old(&self, now: Timestamp) -> Result<(), AlarmsError> {
        let given_up = self.owner.ask(move |keeper| {
            // Also what another program has put there, such as an old copy of the file.
            let _told = keeper.refresh();
            keeper.outbox.give_up_old(now);
            keeper.flush()
        });
        given_up.await?
    }

    /// The letters that are to be sent at `now`, by channel; the oldest first. They stay due until [`AlarmBook::sent`]
    /// or [`AlarmBook::failed`] has been told. Nothing becomes of them by looking.
    ///
    /// # Errors
    /// The thread has ended.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<Due>, AlarmsError> {
        let due = self.owner.ask(move |keeper| {
            // What another program has added is due as well; where the file fails, what is known is.
            let _told = keeper.refresh();
            keeper.outbox.due(now)
        });
        Ok(due.await?)
    }

    /// How many letters wait, counted by channel.
    ///
    /// # Errors
    /// The thread has ended.
    pub async fn waiting(&self) -> Result<usize, AlarmsError> {
        Ok(self.owner.ask(|keeper| keeper.outbox.waiting()).await?)
    }

    /// How many letters wait for each channel that any waits for. Nothing becomes of them by looking.
    ///
    /// # Errors
    /// The thread has ended.
    pub async fn waiting_by_channel(&self) -> Result<BTreeMap<String, usize>, AlarmsError> {
        Ok(self.owner.ask(|keeper| keeper.outbox.waiting_by_channel()).await?)
    }

    /// Notes that a letter was sent on a channel.
    ///
    /// # Errors
    /// The file failed; it is noted in memory, and written later.
    pub async fn sent(
        &self,
        letter: String,
        channel: String,
        at: Timestamp,
    ) -> Result<(), AlarmsError> {
        let noted = self.owner.ask(move |keeper| {
            keeper.tried(at);
            keeper.outbox.sent(&letter, &channel, at);
            keeper.flush()
        });
        noted.await?
    }

    /// Notes that an attempt failed. After three days a letter is given up.
    ///
    /// # Errors
    /// The file failed; it is noted in memory, and written later.
    pub async fn failed(&self, failure: Failure) -> Result<(), AlarmsError> {
        let noted = self.owner.ask(move |keeper| {
            keeper.tried(failure.at);
            keeper.outbox.failed(&failure);
            keeper.flush()
        });
        noted.await?
    }

    /// Acknowledges the open alarm `id`, and what it implies of the same subject. Where the file fails it is noted in
    /// memory, and written later.
    ///
    /// # Errors
    /// The thread has ended.
    pub async fn acknowledge(
        &self,
        id: i64,
        acknowledged: Acknowledged,
    ) -> Result<Acknowledgement, AlarmsError> {
        let done = self.owner.ask(move |keeper| {
            let _told = keeper.refresh();
            let done = keeper.acknowledge(id, &acknowledged);
            let _told = keeper.flush();
            done
        });
        Ok(done.await?)
    }

    /// The open alarms that somebody has acknowledged, here or by another program: for
    /// [`crate::alarm::Watch::acknowledge`].
    ///
    /// # Errors
    /// The thread has ended.
    pub async fn acknowledged(&self) -> Result<Vec<(i64, Acknowledged)>, AlarmsError> {
        let found = self.open_alarms().await?.into_iter();
        Ok(found.filter_map(|alarm| Some((alarm.id, alarm.acknowledged?))).collect())
    }

    /// The alarms that are open, the oldest first: of memory, whether the file can be read or not.
    ///
    /// # Errors
    /// The thread has ended.
    pub async fn open_alarms(&self) -> Result<Vec<Alarm>, AlarmsError> {
        let open = self.owner.ask(|keeper| {
            let _told = keeper.refresh();
            keeper.open_alarms()
        });
        Ok(open.await?)
    }

    /// The `most` newest alarms before the alarm `before`, or of all; the newest first.
    ///
    /// # Errors
    /// The file failed.
    pub async fn history(
        &self,
        before: Option<i64>,
        most: usize,
    ) -> Result<Vec<Alarm>, AlarmsError> {
        self.owner.ask(move |keeper| keeper.reading()?.history(before, most)).await?
    }

    /// The `most` newest letters of before `before`, or of all, with what became of them; the newest first.
    ///
    /// # Errors
    /// The file failed.
    pub async fn letters(
        &self,
        before: Option<Timestamp>,
        most: usize,
    ) -> Result<Vec<LetterRow>, AlarmsError> {
        self.owner.ask(move |keeper| keeper.reading()?.letters(before, most)).await?
    }
}
