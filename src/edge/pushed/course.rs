//! The course of pushed configurations at one gateway: each step is written before it takes effect.

use jiff::Timestamp;

use super::book::{Asked, Book, BookError};
use super::judge::{Judge, Verdict};
use super::state::State;
use super::status::PushedStatus;
use crate::core::GatewayId;
use crate::locales::{Text, foreign, pushed as words};
use crate::wire::{ConfigInForce, ConfigState, PushedConfig, Said};

/// What a message comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Nothing, and nobody is told anything new.
    Nothing,
    /// It was not believed: this is why.
    Unbelieved(Text),
    /// It is the office's and was refused; the office is told.
    Refused,
    /// It is to be tried.
    Good { config: PushedConfig, digest: String },
}

/// What opening has come to and is not written yet.
#[derive(Debug, Default)]
struct Unsettled {
    /// The state is another than the one on the disk.
    state: bool,
    /// What was asked for is done.
    asked: bool,
    /// Why the state on the disk is to be put aside.
    damaged: Option<BookError>,
}

/// What has been pushed, and what becomes of it.
#[derive(Debug)]
pub struct Course {
    book: Book,
    gateway: GatewayId,
    /// Or why there is none.
    judge: Result<Judge, Text>,
    state: State,
    /// Why the book is of no use.
    closed: Option<Text>,
    /// Why the one in force is not used.
    unfit: Option<Text>,
    unsettled: Unsettled,
    refused: u64,
    refused_why: Option<Text>,
}

impl Course {
    /// Takes up what the book has: does what was asked for, and takes back what was on trial when the gateway ended.
    /// Nothing is written before [`Self::settle`]: another gateway may run on the same files. A book that cannot be
    /// read, or a judge that there cannot be, keep nothing from running: nothing is taken then.
    pub fn open(
        book: Book,
        gateway: GatewayId,
        judge: Result<Judge, Text>,
        now: Timestamp,
    ) -> Self {
        let mut course = Self {
            book,
            gateway,
            judge,
            state: State::default(),
            closed: None,
            unfit: None,
            unsettled: Unsettled::default(),
            refused: 0,
            refused_why: None,
        };
        course.read(now);
        course
    }

    /// Judges by other keys and settings from now on.
    pub fn appoint(&mut self, judge: Result<Judge, Text>) {
        self.judge = judge;
    }

    /// Why nothing is taken.
    fn why_closed(&self) -> Option<&Text> {
        self.closed.as_ref().or(self.judge.as_ref().err())
    }

    fn read(&mut self, now: Timestamp) {
        let asked = self.book.asked().unwrap_or_else(|error| {
            tracing::warn!(%error, "what was asked for beside the gateway cannot be read");
            None
        });
        self.closed = None;
        match (self.book.read(), asked) {
            (Ok(state), asked) => {
                self.state = state;
                // Whatever ran it has ended.
                self.unsettled.state = self.state.go_back(&[words::ended_on_trial()], now);
                if let Some(Asked { number, to, anew }) = asked {
                    self.unsettled.asked = true;
                    self.unsettled.state |= self.state.put_in_force(number, to, now);
                    if self.state == State::default() {
                        // The damaged one was put aside, and then it ended.
                        self.state = State::anew(anew);
                        self.unsettled.state = true;
                    }
                }
            }
            (Err(error @ BookError::Damaged { .. }), Some(asked)) => {
                self.state = State::anew(asked.anew);
                self.unsettled.damaged = Some(error);
            }
            (Err(error), _) => self.close(error),
        }
    }

    /// Writes what opening has come to, once no other gateway can run on the same files. Until then a start comes to
    /// the same again.
    pub fn settle(&mut self, now: Timestamp) {
        self.book.sweep();
        let Unsettled { state, asked, damaged } = std::mem::take(&mut self.unsettled);
        if let Some(error) = damaged {
            let begun = self.book.put_aside(now).and_then(|()| self.book.write(&self.state));
            if begun.and_then(|()| self.book.done()).is_err() {
                self.close(error);
            }
        } else {
            let log = |error: &BookError| {
                tracing::error!(%error, "what has become of it at a start is not noted");
            };
            let written = !state || self.save(log);
            self.forget_asked(asked && written);
        }
    }

    /// Forgets what was asked for, if that is `done`.
    fn forget_asked(&self, done: bool) {
        if done && let Err(error) = self.book.done() {
            tracing::warn!(%error, "what was asked for is done and cannot be removed");
        }
    }

    fn close(&mut self, error: BookError) {
        tracing::error!(%error, "no pushed configuration is used or taken");
        self.closed = Some(words::closed(foreign::chain(&error.into())));
    }

    fn do_asked(&mut self, asked: Asked, now: Timestamp) {
        // Written in any case: it may have been done before, and not been written.
        let _new = self.state.put_in_force(asked.number, asked.to, now);
        let written = self.save(|error| {
            tracing::error!(%error, "what was asked for is done until the gateway ends");
        });
        self.forget_asked(written);
    }

    /// Does what somebody has asked for since, where nothing is on trial.
    pub fn take_asked(&mut self, now: Timestamp) {
        if self.closed.is_some() {
            self.read(now);
            self.settle(now);
        } else if let Ok(Some(asked)) = self.book.asked() {
            self.do_asked(asked, now);
        }
    }

    /// Writes the state, or lets `failed` say what that means.
    fn save(&self, failed: impl FnOnce(&BookError)) -> bool {
        self.book.write(&self.state).inspect_err(failed).is_ok()
    }

    /// The configuration in force. It is another gateway's where its files were copied, and then not used.
    pub fn in_force(&self) -> Option<&PushedConfig> {
        let config = &self.state.in_force()?.config;
        (config.gateway == self.gateway).then_some(config)
    }

    /// Notes whether the one in force can be used.
    pub fn fits(&mut self, unfit: Option<Text>) {
        self.unfit = unfit;
    }

    /// The number of the one on trial.
    pub fn on_trial(&self) -> Option<u64> {
        self.state.trial.as_ref().map(|trial| trial.config.number)
    }

    /// Judges a message.
    pub fn hear(&mut self, message: &[u8], now: Timestamp) -> Heard {
        let verdict = match (&self.judge, &self.closed) {
            (Ok(judge), None) => judge.verdict(message, &self.state),
            (Err(why), None) | (_, Some(why)) => Verdict::Unbelieved(why.clone()),
        };
        match verdict {
            Verdict::Known => Heard::Nothing,
            Verdict::Unbelieved(why) => {
                self.refused = self.refused.saturating_add(1);
                self.refused_why = Some(why.clone());
                Heard::Unbelieved(why)
            }
            Verdict::Refused { number, digest, why } => {
                self.refuse(number, digest, &why, now);
                Heard::Refused
            }
            Verdict::Good { config, digest } => Heard::Good { config, digest },
        }
    }

    /// Refuses a configuration that was good by itself.
    pub fn refuse(&mut self, number: u64, digest: String, why: &[Text], now: Timestamp) {
        self.state.refuse(number, digest, why, now);
        self.save(|error| {
            tracing::error!(%error, "a refused configuration is refused again after the next start");
        });
    }

    /// Begins the trial of a configuration. With an error, nothing has begun.
    pub fn begin(
        &mut self,
        config: PushedConfig,
        digest: String,
        now: Timestamp,
    ) -> Result<(), BookError> {
        let mut state = self.state.clone();
        state.begin(config, digest, now);
        self.book.write(&state)?;
        self.state = state;
        Ok(())
    }

    /// Keeps what is on trial. With an error, it is still on trial.
    pub fn keep(&mut self, now: Timestamp) -> Result<(), BookError> {
        let mut state = self.state.clone();
        state.keep(now);
        self.book.write(&state)?;
        (self.state, self.unfit) = (state, None);
        Ok(())
    }

    /// Takes back what is on trial. That is so whether or not it can be written: a start takes it back again.
    pub fn go_back(&mut self, why: &[Text], now: Timestamp) {
        if self.state.go_back(why, now) {
            self.save(|error| {
                tracing::error!(%error, "a configuration was taken back, which is not noted");
            });
        }
    }

    /// What the office is told.
    pub fn says(&self, now: Timestamp) -> ConfigState {
        let mut said = ConfigState::new(now);
        said.highest = self.state.highest;
        said.in_force = self.state.in_force().map(|kept| ConfigInForce {
            number: kept.config.number,
            at: kept.at,
            by: kept.config.by.clone(),
            keys: kept.config.set.keys().cloned().collect(),
            unfit: self.unfit.as_ref().map(Said::of),
        });
        said.last.clone_from(&self.state.last);
        said.refused = self.refused;
        said.refused_why = self.why_closed().or(self.refused_why.as_ref()).map(Said::of);
        said
    }

    /// What `hanqing status` shows.
    pub fn status(&self, now: Timestamp) -> PushedStatus {
        PushedStatus { state: self.says(now), closed: self.why_closed().cloned() }
    }
}

/// What a trial lacked when its time was over, in words; `problem` is why there is no connection.
pub fn why_back(lacks: &super::Lacks, problem: Option<&Text>, seconds: u32) -> Vec<Text> {
    let mut why = vec![words::not_confirmed(seconds)];
    if !lacks.silent.is_empty() {
        why.push(words::silent_buses(Text::list(lacks.silent.iter().map(String::as_str))));
    }
    if let Some(problem) = problem {
        why.push(problem.clone());
    } else if lacks.unacknowledged {
        why.push(words::hub_has_not_acknowledged());
    }
    why
}
