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
use super::held::{Held, PARTS, There};
use super::outbox::{LetterRow, Outbox};
use super::reached::Reached;
use super::{Acknowledgement, acknowledge, rows};
use crate::alarm::{Acknowledged, Alarm};
use crate::locales::{Text, alarm as words};
use crate::support::files;
use crate::support::owner::{OwnerGone, Wake};
use crate::support::{Clock, error_chain, lock};

/// How often the thread looks whether somebody else has written to the file, or taken it away.
const LOOKED_EVERY: Duration = Duration::from_secs(1);

/// How often what is too old is let go of.
const PRUNED_EVERY: Duration = Duration::from_secs(24 * 3600);

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
    /// Rows that cannot be read.
    unread: Option<Trouble>,
}

impl Troubles {
    pub(super) fn all(&self) -> Vec<Trouble> {
        self.failing.iter().chain(&self.happened).chain(&self.unread).cloned().collect()
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
    /// How far the book has come, as far as is known.
    reached: Reached,
    /// The file is an older copy, or a new one: its number is to go on from `reached`.
    behind: bool,
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
            reached: Reached::read(path),
            behind: false,
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
        if written.as_ref().is_err_and(AlarmsError::is_doubt) && self.file.take().is_some() {
            // It is examined when it is opened.
            written = self.write();
        }
        if written.as_ref().is_err_and(AlarmsError::is_damage) {
            written = self.set_aside().and_then(|()| self.write());
        }
        let unread = self.file.as_ref().map_or(0, |held| held.file.unread());
        let mut troubles = lock(&self.troubles);
        troubles.unread = (unread > 0).then(|| Trouble {
            since: troubles.unread.as_ref().map_or(self.clock.now(), |found| found.since),
            text: words::trouble_rows_unread(unread),
        });
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
        let letters = !self.outbox.is_written() || self.behind;
        if self.dirty.is_empty() && !letters {
            return Ok(());
        }
        let writes = self.reached.writes.saturating_add(letters.into());
        let writing = file.writing()?;
        for alarm in self.dirty.iter().filter_map(|id| self.alarms.get(id)) {
            rows::put_alarm(&writing, alarm)?;
        }
        for (letter, deliveries) in self.outbox.unwritten() {
            rows::put_letter(&writing, letter, deliveries.iter())?;
        }
        if letters {
            writing.pragma_update(None, "application_id", writes)?;
        }
        writing.commit()?;
        self.dirty.clear();
        self.outbox.written();
        if letters {
            (self.reached.writes, self.behind) = (writes, false);
            self.reached.write(&self.path);
        }
        self.note_written();
        let lasts =
            |alarm: &Alarm| alarm.is_open() || (alarm.told.is_some() && alarm.clear_told.is_none());
        self.alarms.retain(|_, alarm| lasts(alarm));
        Ok(())
    }

    /// Notes how the file was left by what was just written to it.
    fn note_written(&mut self) {
        if let Some(held) = &mut self.file {
            held.note_written(&self.path);
        }
    }

    /// Takes a letter of the file; `older` where that is an older copy. Returns how many deliveries are given up for
    /// it.
    fn load(&mut self, row: LetterRow, older: bool) -> usize {
        self.outbox.load(row, self.reached.tried.filter(|_| older))
    }

    /// Notes that something of a letter was tried at `at`.
    pub(super) fn tried(&mut self, at: Timestamp) {
        self.reached.tried = self.reached.tried.max(Some(at));
    }

    /// Opens the file, where it is not open, is no longer the one at its place, or has been written to by somebody who
    /// knows nothing of those who have it open.
    fn hold_file(&mut self) -> Result<(), AlarmsError> {
        let there = There::at(&self.path).ok();
        if self.file.as_ref().is_some_and(|held| held.is(there)) {
            return Ok(());
        }
        if let Some(held) = self.file.take() {
            held.let_go(&self.path, there);
            tracing::error!("the file of alarms was deleted or replaced under the running hub");
            self.happened(words::trouble_replaced());
        }
        let mut file = AlarmsFile::open(&self.path)?;
        file.keep()?;
        let writes = file.writes()?;
        let older = writes < self.reached.writes;
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
        let mut given_up = 0;
        for row in file.waiting()? {
            given_up += self.load(row, older);
        }
        // A new file has nothing in it that could be older than it was.
        if older && (writes > 0 || !file.history(None, 1)?.is_empty()) {
            tracing::error!(given_up, "the file of alarms is an older copy of itself");
            self.happened(words::trouble_older(given_up));
        }
        self.behind = older;
        self.reached.writes = self.reached.writes.max(writes);
        if !is_first {
            self.dirty = self.alarms.keys().copied().collect();
            self.outbox.unwrite();
        }
        self.version = file.version()?;
        // Where it is gone again already, the next attempt meets that.
        self.file = Held::new(file, &self.path);
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
        match self.follow() {
            // It is examined when it is opened.
            Err(error) if error.is_doubt() || error.is_damage() => {
                self.file = None;
                self.flush()
            }
            followed => followed,
        }
    }

    fn follow(&mut self) -> Result<(), AlarmsError> {
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
            self.outbox.load(row, None);
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
            self.note_written();
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
