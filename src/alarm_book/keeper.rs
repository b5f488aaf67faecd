//! What the thread has that owns the file: what is open and what waits, in memory and in the file.
//!
//! Memory goes first: what is to be kept is noted there, and the file is brought up to it. So a file that fails, is
//! deleted or spoilt holds up no alarm.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use super::error::AlarmsError;
use super::file::AlarmsFile;
use super::outbox::Outbox;
use super::{Acknowledgement, acknowledge, rows};
use crate::alarm::{Acknowledged, Alarm};
use crate::locales::{Text, alarm as words};
use crate::support::files::{self, FileId};
use crate::support::owner::{OwnerGone, Wake};
use crate::support::{Clock, error_chain, lock};

/// How often the thread looks whether somebody else has written to the file, or taken it away.
const LOOKED_EVERY: Duration = Duration::from_secs(1);

/// How often what is too old is let go of.
const PRUNED_EVERY: Duration = Duration::from_secs(24 * 3600);

/// What belongs to an SQLite database: the file itself and what SQLite keeps beside it.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// The file as it is open.
struct Held {
    file: AlarmsFile,
    own: FileId,
    /// What SQLite keeps beside it.
    beside: Vec<(PathBuf, FileId)>,
}

/// What stands beside the file at `path`, while it is open.
fn beside(path: &Path) -> Vec<(PathBuf, FileId)> {
    let parts = PARTS.iter().filter(|part| !part.is_empty());
    let parts = parts.map(|part| files::with_suffix(path, part));
    parts.filter_map(|part| FileId::of(&part).ok().map(|id| (part, id))).collect()
}

impl Held {
    /// Closes the file that is no longer the one at `path`. What SQLite kept beside it belongs to it: beside another
    /// file it would be taken for that one's latest changes.
    fn let_go(self, path: &Path) {
        drop(self.file);
        let left = beside(path).into_iter().filter(|part| self.beside.contains(part));
        for (part, _) in left {
            if let Err(error) = std::fs::remove_file(&part) {
                tracing::error!(%error, part = %part.display(), "cannot remove what belongs to the file before");
            }
        }
    }
}

/// What is wrong with the file of alarms, for persons.
#[derive(Debug, Clone, PartialEq)]
pub struct Trouble {
    pub since: Timestamp,
    pub text: Text,
}

/// What is wrong: that it fails now, and what has happened to it since the program started.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    failing: Option<Trouble>,
    happened: Option<Trouble>,
}

impl Troubles {
    pub(super) fn all(&self) -> Vec<Trouble> {
        self.failing.iter().chain(&self.happened).cloned().collect()
    }
}

/// What a hub that starts goes on with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resumed {
    /// Alarms that are open, whose end is untold, or that something happened to within a day.
    pub alarms: Vec<Alarm>,
    /// The highest id of all.
    pub last_id: i64,
}

/// The file, and what is to be in it.
pub(super) struct Keeper {
    path: PathBuf,
    clock: Clock,
    file: Option<Held>,
    /// Whether the program has begun: what it goes on with has been read, and a file that comes later is another.
    begun: bool,
    version: i64,
    /// Alarms that are open, or whose end is untold.
    alarms: BTreeMap<i64, Alarm>,
    /// Those that the file does not have as they are here.
    dirty: BTreeSet<i64>,
    pub(super) outbox: Outbox,
    resumed: Resumed,
    troubles: Arc<Mutex<Troubles>>,
    /// When what is too old was last let go of.
    pruned: Option<Duration>,
}

impl Keeper {
    /// Opens the file. Where that fails but for a newer program's, all is kept in memory, and tried again.
    pub(super) fn open(
        path: &Path,
        clock: Clock,
        troubles: Arc<Mutex<Troubles>>,
    ) -> Result<Self, AlarmsError> {
        let mut keeper = Self {
            path: path.into(),
            clock,
            file: None,
            begun: false,
            version: 0,
            alarms: BTreeMap::new(),
            dirty: BTreeSet::new(),
            outbox: Outbox::default(),
            resumed: Resumed::default(),
            troubles,
            pruned: None,
        };
        match keeper.flush() {
            Err(error @ AlarmsError::Newer { .. }) => Err(error),
            _ => Ok(keeper),
        }
    }

    /// What the file had when it was opened; `None` where it could not be read so far.
    pub(super) fn resumed(&mut self) -> Option<Resumed> {
        if !self.begun {
            // What it meets is told of by `troubles`.
            let _failed = self.flush();
        }
        self.begun.then(|| self.resumed.clone())
    }

    /// Goes on without what a file has that could not be read.
    pub(super) fn begin_without(&mut self) {
        self.begun = true;
    }

    /// Takes in alarms that have changed.
    pub(super) fn put(&mut self, changed: Vec<Alarm>) {
        self.begun = true;
        for mut alarm in changed {
            let before = self.alarms.get(&alarm.id).and_then(|alarm| alarm.acknowledged.clone());
            alarm.acknowledged = before.or(alarm.acknowledged.take());
            self.dirty.insert(alarm.id);
            self.alarms.insert(alarm.id, alarm);
        }
    }

    /// Brings the file up to the memory.
    ///
    /// # Errors
    /// It failed: what it lacks stays noted, and is written the next time.
    pub(super) fn flush(&mut self) -> Result<(), AlarmsError> {
        let mut written = self.write();
        if written.as_ref().is_err_and(AlarmsError::is_damage) {
            written = self.set_aside().and_then(|()| self.write());
        }
        let mut troubles = lock(&self.troubles);
        match &written {
            Ok(()) if troubles.failing.take().is_some() => {
                tracing::info!("the file of alarms can be written again");
            }
            Ok(()) => {}
            Err(error) => {
                if troubles.failing.is_none() {
                    tracing::error!(error = error_chain(error), "the file of alarms failed");
                }
                let since = troubles.failing.as_ref().map_or(self.clock.now(), |found| found.since);
                troubles.failing =
                    Some(Trouble { since, text: words::trouble_failing(error.in_words()) });
            }
        }
        written
    }

    fn write(&mut self) -> Result<(), AlarmsError> {
        self.hold_file()?;
        let Some(Held { file, .. }) = &mut self.file else { return Ok(()) };
        if self.dirty.is_empty() && self.outbox.is_written() {
            return Ok(());
        }
        let writing = file.writing()?;
        for alarm in self.dirty.iter().filter_map(|id| self.alarms.get(id)) {
            rows::put_alarm(&writing, alarm)?;
        }
        for (letter, deliveries) in self.outbox.unwritten() {
            rows::put_letter(&writing, letter, deliveries.iter())?;
        }
        writing.commit()?;
        self.dirty.clear();
        self.outbox.written();
        let lasts =
            |alarm: &Alarm| alarm.is_open() || (alarm.told.is_some() && alarm.clear_told.is_none());
        self.alarms.retain(|_, alarm| lasts(alarm));
        Ok(())
    }

    /// Opens the file, where it is not open or is no longer the one at its place.
    fn hold_file(&mut self) -> Result<(), AlarmsError> {
        let there = FileId::of(&self.path).ok();
        if self.file.as_ref().is_some_and(|held| Some(held.own) == there) {
            return Ok(());
        }
        if let Some(held) = self.file.take() {
            held.let_go(&self.path);
            tracing::error!("the file of alarms was deleted or replaced under the running hub");
            self.happened(words::trouble_replaced());
        }
        let mut file = AlarmsFile::open(&self.path)?;
        let (now, mut is_first) = (self.clock.now(), false);
        if self.begun {
            // What it has open is not known to whoever began without it, or before it.
            file.end_others(&self.alarms, now)?;
        } else {
            let (alarms, last_id) = file.resumed(now)?;
            self.alarms = alarms.iter().map(|alarm| (alarm.id, alarm.clone())).collect();
            self.resumed = Resumed { alarms, last_id };
            (self.begun, is_first) = (true, true);
        }
        for row in file.waiting()? {
            self.outbox.load(row);
        }
        if !is_first {
            self.dirty = self.alarms.keys().copied().collect();
            self.outbox.unwrite();
        }
        self.version = file.version()?;
        // Where it is gone again already, the next attempt meets that.
        let Ok(own) = FileId::of(&self.path) else { return Ok(()) };
        self.file = Some(Held { file, own, beside: beside(&self.path) });
        Ok(())
    }

    /// Renames the file with all its parts to a name that holds the time.
    fn set_aside(&mut self) -> Result<(), AlarmsError> {
        self.file = None;
        let failed = |source| AlarmsError::SetAside { path: self.path.clone(), source };
        let name = format!(".damaged-{}", self.clock.now().strftime("%Y%m%dT%H%M%SZ"));
        let mut away = files::with_suffix(&self.path, &name);
        let mut count = 1;
        while away.try_exists().map_err(failed)? {
            count += 1;
            away = files::with_suffix(&self.path, &format!("{name}-{count}"));
        }
        for part in PARTS {
            let [from, to] = [&self.path, &away].map(|path| files::with_suffix(path, part));
            files::quarantine(&from, &to).map_err(failed)?;
        }
        tracing::error!(to = %away.display(), "the file of alarms was spoilt and is set aside");
        self.happened(words::trouble_set_aside(&away));
        self.dirty = self.alarms.keys().copied().collect();
        self.outbox.unwrite();
        Ok(())
    }

    fn happened(&self, text: Text) {
        lock(&self.troubles).happened = Some(Trouble { since: self.clock.now(), text });
    }

    /// Follows the file where another program, such as `hanqing alarm`, has written to it.
    pub(super) fn refresh(&mut self) -> Result<(), AlarmsError> {
        self.flush()?;
        let Some(Held { file, .. }) = &self.file else { return Ok(()) };
        let version = file.version()?;
        if version == self.version {
            return Ok(());
        }
        for alarm in file.open_alarms()? {
            let own = self.alarms.get_mut(&alarm.id);
            if let Some(own) = own.filter(|own| own.acknowledged.is_none()) {
                own.acknowledged = alarm.acknowledged;
            }
        }
        for row in file.waiting()? {
            self.outbox.load(row);
        }
        self.version = version;
        Ok(())
    }

    /// Between two things that are asked of the thread. Returns how long it may wait for the next.
    pub(super) fn between(&mut self, _: Wake) -> Duration {
        let up = self.clock.uptime();
        let prunes = self.pruned.is_none_or(|pruned| up.saturating_sub(pruned) >= PRUNED_EVERY);
        let mut done = self.refresh();
        if let (true, Some(Held { file, .. })) = (prunes && done.is_ok(), &mut self.file) {
            self.pruned = Some(up);
            done = file.prune();
        }
        // What flushing meets it tells itself.
        if let Err(error) = done {
            tracing::debug!(error = error_chain(&error), "the file of alarms failed");
        }
        LOOKED_EVERY
    }

    /// The file, to read.
    pub(super) fn reading(&mut self) -> Result<&AlarmsFile, AlarmsError> {
        let flushed = self.flush();
        match &self.file {
            Some(held) => Ok(&held.file),
            None => Err(flushed.err().unwrap_or(AlarmsError::Gone(OwnerGone))),
        }
    }

    pub(super) fn open_alarms(&self) -> Vec<Alarm> {
        self.alarms.values().filter(|alarm| alarm.is_open()).cloned().collect()
    }

    pub(super) fn acknowledge(&mut self, id: i64, by: &Acknowledged) -> Acknowledgement {
        let (done, changed) = acknowledge(&mut self.alarms, id, by);
        self.dirty.extend(changed);
        done
    }
}
