//! The handle that the hub shares.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::account::{Account, AccountState, meant, plain};
use super::audit::{AuditRow, Chain};
use super::deed::Deed;
use super::error::UsersError;
use super::file::UsersFile;
use super::hashing::Hashing;
use super::held::Sessions;
use super::held_tokens::{Program, Tokens};
use super::invitations::{Admitted, Applicant, Invitation};
use super::keeper::{Keeper, Memory};
use super::limits::{Limits, Who};
use super::{password, token, tokens};
use crate::core::Role;
use crate::locales::Text;
use crate::support::{Clock, Owner, error_chain, lock};

/// A person who is signed in, in one browser.
#[derive(Clone, PartialEq)]
pub struct Session {
    /// The secret that the browser holds.
    pub token: String,
    /// With the role that the configuration gives her now.
    pub account: Account,
    /// What the forms of this session carry, so that no other page can send one.
    pub form_token: String,
}

impl fmt::Debug for Session {
    /// Without its secrets: they must not end up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("account", &self.account).finish_non_exhaustive()
    }
}

/// What came of signing in.
#[derive(Debug, Clone, PartialEq)]
pub enum SignIn {
    Done(Session),
    /// There is no such person, she has no password, or it is another: nobody is told which.
    Wrong,
    /// Too many were wrong: so many seconds have to pass before another is tried.
    TooOften {
        wait_s: u64,
    },
    /// Too many passwords are being tried just now.
    Busy,
}

/// What came of choosing a password.
#[derive(Debug, Clone, PartialEq)]
pub enum Chosen {
    Done(Session),
    /// The link was used, replaced, or is too old.
    NoSuchLink,
    /// The password is not taken: why. The link may still be used.
    Refused(Text),
    /// Too many passwords are being tried just now.
    Busy,
}

/// What came of a program's token.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenUse {
    /// It is in force.
    Known(Program),
    /// There is none, it has ended, or it was revoked: nobody is told which.
    Wrong,
    /// Too many were wrong: so many seconds have to pass before another wrong one is looked at.
    TooOften { wait_s: u64 },
}

/// The persons who sign in, shared by whoever asks. The thread that owns the file ends with the last handle.
#[derive(Clone)]
pub struct Users(Arc<Shared>);

struct Shared {
    accounts: Vec<Account>,
    clock: Clock,
    owner: Owner<Keeper>,
    memory: Memory,
    hashing: Hashing,
    /// Wrong codes of gateways.
    codes: Mutex<Limits>,
    /// Wrong tokens of programs.
    wrong_tokens: Mutex<Limits>,
}

impl Users {
    /// Opens the file at `path`, and creates it if it does not exist, for the persons `accounts`. Sessions that it has
    /// go on.
    ///
    /// # Errors
    /// The file cannot be opened or read.
    pub fn open(path: &Path, accounts: Vec<Account>, clock: Clock) -> Result<Self, UsersError> {
        Self::over(UsersFile::open(path)?, accounts, clock)
    }

    fn over(file: UsersFile, accounts: Vec<Account>, clock: Clock) -> Result<Self, UsersError> {
        let sessions = Arc::new(Mutex::new(Sessions::default()));
        let tokens = Arc::new(Mutex::new(Tokens::default()));
        let memory = Memory { sessions, tokens, limits: Arc::new(Mutex::new(Limits::new())) };
        let keeper = Keeper::new(file, &accounts, clock.clone(), memory.clone())?;
        let thread = thread::Builder::new().name("users".into());
        let owner = Owner::start(thread, keeper, Keeper::between).map_err(UsersError::Thread)?;
        let [codes, wrong_tokens] = [(); 2].map(|()| Mutex::new(Limits::new()));
        let hashing = Hashing::new();
        let shared = Shared { accounts, clock, owner, memory, hashing, codes, wrong_tokens };
        Ok(Self(Arc::new(shared)))
    }

    /// Has the thread do `work`, after it has seen what others wrote to the file.
    async fn ask<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Keeper) -> Result<R, UsersError> + Send + 'static,
    ) -> Result<R, UsersError> {
        let asked = self.0.owner.ask(move |keeper| {
            keeper.refresh()?;
            work(keeper)
        });
        asked.await?
    }

    /// Office and name of those who may do what takes `role`.
    pub fn who_may(&self, role: Role) -> Vec<String> {
        let may = self.0.accounts.iter().filter(|account| account.role >= role);
        may.map(|account| account.name.clone()).collect()
    }

    fn account(&self, id: &str) -> Option<&Account> {
        self.0.accounts.iter().find(|account| account.id == id)
    }

    fn begun(&self, token: String, account: &Account) -> Session {
        Session { form_token: token::form_token(&token), account: account.clone(), token }
    }

    /// Begins a session where `password` is that of `person`, whom her id means, or office and name. `from` is the
    /// address that asks.
    ///
    /// # Errors
    /// The file failed; nobody is signed in.
    pub async fn sign_in(
        &self,
        person: String,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<SignIn, UsersError> {
        let account = meant(&self.0.accounts, &person);
        let id = account.map(|account| account.id.clone());
        let who = match &id {
            Some(id) => Who::Known(id.clone()),
            None => Who::stranger(&plain(&person)),
        };
        let limits = &self.0.memory.limits;
        if let Some(wait) = lock(limits).wait(&who, from, self.0.clock.uptime()) {
            return Ok(too_often(wait));
        }
        let Some(place) = self.0.hashing.place().await else { return Ok(SignIn::Busy) };
        if let Err(wait) = lock(limits).attempt(&who, from, self.0.clock.uptime()) {
            return Ok(too_often(wait));
        }
        // For a person who is not there everything is done as well, and takes as long.
        let asked = id.clone().unwrap_or_default();
        let phc = self.ask(move |keeper| keeper.file.phc(&asked)).await?;
        let tried = phc.clone().unwrap_or_else(|| password::NOBODYS.into());
        let right = password::may_be(&password)
            && place.run(move |memory| password::is_of(&tried, &password, memory)).await?;
        if let (true, Some(account), Some(phc)) = (right, account, phc) {
            let secret = token::draw()?;
            let (hash, id) = (token::sha256(secret.as_bytes()), account.id.clone());
            if self.ask(move |keeper| keeper.sign_in(&id, &phc, &hash, from)).await? {
                lock(limits).succeed(&account.id, from);
                return Ok(SignIn::Done(self.begun(secret, account)));
            }
        }
        self.ask(move |keeper| keeper.failed(id.as_deref(), from)).await?;
        Ok(SignIn::Wrong)
    }

    /// The session of this token, which is used now; `None` where there is none, or no longer.
    pub fn session(&self, token: &str) -> Option<Session> {
        let hash = token::hash_of(token)?;
        let now = self.0.clock.moment();
        let found = lock(&self.0.memory.sessions).use_one(&hash, now)?;
        let account = self.account(&found.person)?;
        if found.write {
            self.0.owner.tell(move |keeper| {
                if let Err(error) = keeper.file.note_seen(&hash, now.time) {
                    let error = error_chain(&error);
                    tracing::warn!(error, "the users' file failed");
                }
            });
        }
        Some(self.begun(token.into(), account))
    }

    /// The program that shows `secret`, which is used now. A right one is never kept waiting by wrong ones of the same
    /// address: 256 random bits are not guessed, and one program with an old token must not shut the others out.
    pub fn program(&self, secret: &str, from: Option<IpAddr>) -> TokenUse {
        let now = self.0.clock.moment();
        let hash = tokens::hash_of_secret(secret);
        let used = hash.and_then(|hash| lock(&self.0.memory.tokens).use_one(&hash, now));
        if let (Some(hash), Some((program, write))) = (hash, used) {
            if write {
                self.0.owner.tell(move |keeper| {
                    if let Err(error) = keeper.file.note_token(&hash, now.time) {
                        let error = error_chain(&error);
                        tracing::warn!(error, "the users' file failed");
                    }
                });
            }
            return TokenUse::Known(program);
        }
        match lock(&self.0.wrong_tokens).attempt_from(from, now.up) {
            Ok(()) => TokenUse::Wrong,
            Err(wait) => TokenUse::TooOften { wait_s: whole_seconds(wait) },
        }
    }

    /// Ends the session of this token.
    ///
    /// # Errors
    /// The file failed; the session goes on.
    pub async fn sign_out(&self, token: &str) -> Result<(), UsersError> {
        let Some(session) = self.session(token) else { return Ok(()) };
        let hash = token::sha256(token.as_bytes());
        let ended = self.ask(move |keeper| {
            let at = keeper.clock.now();
            keeper.file.sign_out(&hash, &session.account.id, at)?;
            keeper.follow()
        });
        ended.await
    }

    /// Whose one-time link this is; `None` where it was used, replaced, or is too old.
    pub async fn link_account(&self, link: &str) -> Option<Account> {
        match self.account_of_link(link).await {
            Ok(found) => found.cloned(),
            Err(error) => {
                let error = error_chain(&error);
                tracing::warn!(error, "the users' file failed");
                None
            }
        }
    }

    async fn account_of_link(&self, link: &str) -> Result<Option<&Account>, UsersError> {
        let Some(hash) = token::hash_of(link) else { return Ok(None) };
        let found = self.ask(move |keeper| keeper.file.link_person(&hash, keeper.clock.now()));
        Ok(found.await?.and_then(|person| self.account(&person)))
    }

    /// Gives the person whose `link` this is a password, ends her sessions, and begins one. The link is then used.
    ///
    /// # Errors
    /// The file failed; nothing has changed.
    pub async fn choose_password(
        &self,
        link: String,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<Chosen, UsersError> {
        let Some(account) = self.account_of_link(&link).await? else {
            return Ok(Chosen::NoSuchLink);
        };
        if let Some(why) = password::refusal(&password, account) {
            return Ok(Chosen::Refused(why));
        }
        let Some(place) = self.0.hashing.place().await else { return Ok(Chosen::Busy) };
        let phc = place.run(move |memory| password::hash(&password, memory)).await?;
        let secret = token::draw()?;
        let [link, token] = [&link, &secret].map(|secret| token::sha256(secret.as_bytes()));
        let id = account.id.clone();
        let chosen = self.ask(move |keeper| {
            let at = keeper.clock.now();
            let chosen = keeper.file.choose_password((&id, &link), &phc, &token, from, at)?;
            keeper.follow()?;
            Ok(chosen)
        });
        if !chosen.await? {
            return Ok(Chosen::NoSuchLink);
        }
        lock(&self.0.memory.limits).clear(&account.id);
        Ok(Chosen::Done(self.begun(secret, account)))
    }

    /// Makes a one-time link for the person with the id `person`, and returns its secret; `None` where there is no such
    /// person. An older link of hers can no longer be used.
    ///
    /// # Errors
    /// The file failed; there is no link.
    pub async fn make_link(
        &self,
        person: String,
        by: String,
    ) -> Result<Option<String>, UsersError> {
        if self.account(&person).is_none() {
            return Ok(None);
        }
        let made = self.ask(move |keeper| {
            let at = keeper.clock.now();
            keeper.file.make_link(&person, &by, at)
        });
        made.await.map(Some)
    }

    /// Ends all sessions of the person with the id `person`. Returns how many there were.
    ///
    /// # Errors
    /// The file failed; the sessions go on.
    pub async fn sign_out_all(&self, person: String, by: String) -> Result<u64, UsersError> {
        let ended = self.ask(move |keeper| {
            let at = keeper.clock.now();
            let ended = keeper.file.sign_out_all(&person, &by, at)?;
            keeper.follow()?;
            Ok(ended)
        });
        ended.await
    }

    /// All persons who may sign in, in the order of the configuration.
    ///
    /// # Errors
    /// The file failed.
    pub async fn accounts(&self) -> Result<Vec<AccountState>, UsersError> {
        let accounts = self.0.accounts.clone();
        let states = self.ask(move |keeper| {
            let at = keeper.clock.now();
            keeper.file.states(&accounts, at)
        });
        let (mut states, now) = (states.await?, self.0.clock.moment());
        let (sessions, limits) = (lock(&self.0.memory.sessions), lock(&self.0.memory.limits));
        for state in &mut states {
            let id = &state.account.id;
            (state.sessions, state.last_seen) = sessions.of(id, now.up);
            let wait = limits.of(id, now.up).map(|(_, wait)| wait);
            let wait = wait.filter(|wait| !wait.is_zero());
            state.locked_until = wait.and_then(|wait| now.time.checked_add(wait).ok());
        }
        Ok(states)
    }

    /// Lets a gateway have what `certify` makes for the invitation whose secret it has, once; a second time only where
    /// it has the same key, and then the same. `certify` is asked on the thread that owns the file, and returns the
    /// certificate and what the record says of it, or `None` where there is to be none.
    ///
    /// # Errors
    /// The file failed; nothing has changed.
    pub async fn admit(
        &self,
        applicant: Applicant,
        certify: impl FnOnce(&Invitation) -> Option<(String, String)> + Send + 'static,
    ) -> Result<Admitted, UsersError> {
        let (from, codes) = (applicant.from, &self.0.codes);
        if let Err(wait) = lock(codes).attempt_from(from, self.0.clock.uptime()) {
            return Ok(Admitted::TooOften { wait_s: whole_seconds(wait) });
        }
        let admitted = self.ask(move |keeper| {
            let at = keeper.clock.now();
            keeper.file.admit(&applicant, at, certify)
        });
        let admitted = admitted.await?;
        if admitted != Admitted::Unknown {
            lock(codes).succeed_from(from);
        }
        Ok(admitted)
    }

    /// Adds to the record what `by`, a person's id, has done; `detail` says to what, and why.
    ///
    /// # Errors
    /// The file failed; nothing is recorded.
    pub async fn note(
        &self,
        by: String,
        from: Option<IpAddr>,
        deed: Deed,
        detail: String,
    ) -> Result<(), UsersError> {
        self.ask(move |keeper| keeper.note(&by, from, deed, &detail)).await
    }

    /// The `most` newest rows of the record before the row `before`, or of all; the newest first.
    ///
    /// # Errors
    /// The file failed.
    pub async fn audit(
        &self,
        before: Option<i64>,
        most: usize,
    ) -> Result<Vec<AuditRow>, UsersError> {
        self.ask(move |keeper| keeper.file.audit(before, most)).await
    }

    /// Reads the whole record and finds its first row that is not as it was written.
    ///
    /// # Errors
    /// The file failed.
    pub async fn verify(&self) -> Result<Chain, UsersError> {
        self.ask(|keeper| keeper.verify()).await
    }

    /// One-time links for the administrators, where none of them has a password yet: the secret of each.
    ///
    /// # Errors
    /// The file failed.
    pub async fn first_links(&self) -> Result<Vec<(Account, String)>, UsersError> {
        let accounts = self.0.accounts.clone();
        let made = self.ask(move |keeper| {
            let at = keeper.clock.now();
            keeper.file.first_links(&accounts, at)
        });
        made.await
    }
}

fn too_often(wait: Duration) -> SignIn {
    SignIn::TooOften { wait_s: whole_seconds(wait) }
}

/// A wait in whole seconds, so that it is over after them.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "handle_tests.rs"]
mod tests;
