//! What the thread has that owns the file: it keeps file and memory the same.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::account::Account;
use super::audit::{self, Chain, Done};
use super::deed::Deed;
use super::error::UsersError;
use super::file::UsersFile;
use super::flood::Flood;
use super::held::Sessions;
use super::held_tokens::Tokens;
use super::limits::Limits;
use super::token::TokenHash;
use crate::support::owner::Wake;
use crate::support::{Clock, error_chain, lock};

/// How often the thread looks whether somebody else has written to the file, where nothing is asked of it.
const LOOKED_EVERY: Duration = Duration::from_secs(1);

/// Whose row is written where a person is not there. Nobody has such an id; without the row, how long an answer takes
/// would tell who is there, by the time that a disk needs.
const STRANGER: &str = "@stranger";

/// What the thread and the handles both have.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    pub(super) sessions: Arc<Mutex<Sessions>>,
    pub(super) tokens: Arc<Mutex<Tokens>>,
    pub(super) limits: Arc<Mutex<Limits>>,
}

/// The file, and what is known of it.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) file: UsersFile,
    pub(super) clock: Clock,
    memory: Memory,
    /// The file's number of changes when it was last read.
    version: i64,
    /// The newest row of the record when it was last looked at: its number and hash.
    newest: Option<(i64, Vec<u8>)>,
    /// The first row that somebody has taken out of the record since the program started.
    missing: Option<i64>,
    flood: Flood,
}

impl Keeper {
    /// Takes over `file`; sessions that have ended meanwhile, or whose person is not among `accounts`, are taken out.
    pub(super) fn new(
        file: UsersFile,
        accounts: &[Account],
        clock: Clock,
        memory: Memory,
    ) -> Result<Self, UsersError> {
        let (version, newest) = (file.version()?, file.newest()?);
        let flood = Flood::default();
        let mut keeper = Self { file, clock, memory, version, newest, missing: None, flood };
        keeper.follow()?;
        let now = keeper.clock.moment();
        let persons: BTreeSet<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
        let gone = lock(&keeper.memory.sessions).of_others(&persons);
        keeper.file.forget(&gone)?;
        for (person, (count, until)) in keeper.file.attempts()? {
            let wait = Duration::try_from(until.duration_since(now.time)).unwrap_or_default();
            if persons.contains(person.as_str()) {
                lock(&keeper.memory.limits).restore(&person, count, wait, now.up);
            }
        }
        keeper.sweep()?;
        Ok(keeper)
    }

    /// Takes the sessions and tokens of the file into memory, after a change of them.
    pub(super) fn follow(&self) -> Result<(), UsersError> {
        let (rows, now) = (self.file.sessions()?, self.clock.moment());
        lock(&self.memory.tokens).follow(self.file.hashed_tokens()?);
        lock(&self.memory.sessions).follow(rows, now);
        Ok(())
    }

    /// Takes sessions that have ended by themselves out of the file.
    pub(super) fn sweep(&mut self) -> Result<(), UsersError> {
        let ended = lock(&self.memory.sessions).ended(self.clock.uptime());
        if !ended.is_empty() {
            self.file.forget(&ended)?;
        }
        self.follow()
    }

    /// Follows the file where another program, such as `hanqing user`, has written to it.
    pub(super) fn refresh(&mut self) -> Result<(), UsersError> {
        let version = self.file.version()?;
        if version == self.version {
            return Ok(());
        }
        self.follow()?;
        let failed = self.file.attempts()?;
        let mut limits = lock(&self.memory.limits);
        for person in limits.persons() {
            if !failed.contains_key(&person) {
                limits.clear(&person);
            }
        }
        drop(limits);
        self.look_for_newest()?;
        self.version = version;
        Ok(())
    }

    /// Notes where the newest row is no longer there: the rows that are left do not show it.
    fn look_for_newest(&mut self) -> Result<(), UsersError> {
        let Some((id, hash)) = &self.newest else { return Ok(()) };
        if self.missing.is_some() || self.file.has(*id, hash)? {
            return Ok(());
        }
        let left = self.file.newest()?.map_or(0, |(left, _)| left);
        let missing = left.saturating_add(1).min(*id);
        tracing::error!(missing, "somebody has taken rows out of the record of deeds");
        self.missing = Some(missing);
        Ok(())
    }

    /// Remembers the newest row. It never becomes an older one, in whichever moment rows are taken out.
    fn remember_newest(&mut self) -> Result<(), UsersError> {
        let (found, known) = (self.file.newest()?, &self.newest);
        if found.as_ref().map(|(id, _)| id) > known.as_ref().map(|(id, _)| id) {
            self.newest = found;
        }
        Ok(())
    }

    /// Reads the whole record, and finds the first row that is not as it was written, or is gone.
    pub(super) fn verify(&self) -> Result<Chain, UsersError> {
        let chain = self.file.verify()?;
        let broken = chain.broken.into_iter().chain(self.missing).min();
        Ok(Chain { broken, ..chain })
    }

    /// Between two things that are asked of the thread. Returns how long it may wait for the next.
    pub(super) fn between(&mut self, wake: Wake) -> Duration {
        let untold = self.flood.untold(self.clock.uptime(), wake == Wake::Ended);
        let done = untold.map_or(Ok(()), |count| self.tell_failures(count));
        let done = done.and_then(|()| self.refresh()).and_then(|()| self.remember_newest());
        if let Err(error) = done {
            tracing::warn!(error = error_chain(&error), "the users' file failed");
        }
        LOOKED_EVERY
    }

    fn tell_failures(&mut self, count: u64) -> Result<(), UsersError> {
        self.note("", None, Deed::SignInFailed, &format!("+{count}"))
    }

    /// Adds a row to the record.
    pub(super) fn note(
        &mut self,
        by: &str,
        from: Option<IpAddr>,
        deed: Deed,
        detail: &str,
    ) -> Result<(), UsersError> {
        let at = self.clock.now();
        let writing = self.file.writing()?;
        audit::add(&writing, Done { at, by, from, deed, detail })?;
        writing.commit()?;
        Ok(())
    }

    /// Begins a session where the password is still that of `phc`.
    pub(super) fn sign_in(
        &mut self,
        person: &str,
        phc: &str,
        token: &TokenHash,
        from: Option<IpAddr>,
    ) -> Result<bool, UsersError> {
        self.sweep()?;
        let begun = self.file.sign_in(person, phc, token, from, self.clock.now())?;
        self.follow()?;
        Ok(begun)
    }

    /// Notes a failed attempt; `person` is the id of whom it meant, where there is such a person.
    pub(super) fn failed(
        &mut self,
        person: Option<&str>,
        from: Option<IpAddr>,
    ) -> Result<(), UsersError> {
        let now = self.clock.moment();
        // What was cleared meanwhile is not noted.
        let failures = match person {
            Some(person) => lock(&self.memory.limits).of(person, now.up),
            None => Some((1, Duration::ZERO)),
        };
        if let Some((count, wait)) = failures {
            let until = now.time.checked_add(wait).unwrap_or(now.time);
            self.file.note_attempts(person.unwrap_or(STRANGER), count, until)?;
        }
        if self.flood.admits(now.up) {
            self.note(person.unwrap_or_default(), from, Deed::SignInFailed, "")?;
        }
        Ok(())
    }
}
