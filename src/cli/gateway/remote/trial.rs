//! The trial of a pushed configuration: how it begins, and how it is kept or taken back.

use std::time::Duration;

use tokio::sync::watch;

use super::{Next, Remote};
use crate::cli::reload;
use crate::cli::usage::ConfigurationProblems;
use crate::config::{self, LoadedEdge};
use crate::edge::EdgeWatch;
use crate::edge::pushed::{LastResort, Proof, why_back};
use crate::locales::{Argument, Text, foreign, pushed as words};
use crate::modbus::HealthState;
use crate::support::{Clock, Stopwatch};

/// How long readings that wait for the disk are waited for when a trial is taken back. Engineering judgement: a disk
/// that takes none for longer takes none.
const DISK_MAX: Duration = Duration::from_secs(5);

/// How long going back may take after the time of a trial is over: [`DISK_MAX`], what tasks may take to end
/// (`support::DRAIN_MAX`), and as much for the spool to close. With 90 s for the trial that is within two minutes.
const GOING_BACK_MAX: Duration = Duration::from_secs(25);

/// What runs on trial.
pub(super) struct OnTrial {
    pub proof: watch::Sender<Proof>,
    pub since: Stopwatch,
    /// What ran before.
    pub before: LoadedEdge,
    /// Why it could not be written that the hub has confirmed it.
    pub unwritten: Option<Text>,
}

impl Remote {
    /// Begins the trial of what waits, if it can run.
    pub(super) fn begin(&mut self, running: &LoadedEdge) -> Option<Next> {
        let (pushed, digest) = self.waits.take()?;
        let (course, settings) = (self.course.as_mut()?, self.settings.as_ref()?);
        let (number, now) = (pushed.number, Clock::system().now());
        let loaded =
            config::load_pushed(&self.config.config, &self.config.set, &pushed, &settings.allow);
        let watched = self.watched.as_ref();
        let unwritten = watched.is_some_and(|watch| watch.spooled().unwritten > 0);
        let waits_for_clock = watched.is_some_and(EdgeWatch::waits_for_clock);
        let own = self.config.reload_edge().ok();
        let refused = match loaded {
            // Nothing that a technician has not tried yet comes into force because of the office.
            _ if own.as_ref() != Some(&self.own) => Err(vec![words::file_changed()]),
            Err(problems) => Err(reload::said(&ConfigurationProblems(problems))),
            // Its readings would be lost with the gateway that holds them.
            Ok(_) if unwritten => Err(vec![words::needs_disk()]),
            // The hub would see none of them in the time of a trial.
            Ok(_) if waits_for_clock => Err(vec![words::needs_clock()]),
            Ok(loaded) => Ok(loaded),
        };
        let loaded = match refused {
            Ok(loaded) => loaded,
            Err(why) => {
                tracing::warn!(number, why = %Text::clauses(why.clone()), "a pushed configuration is refused");
                course.refuse(number, digest, &why, now);
                self.tell();
                return None;
            }
        };
        // One that is on trial ends with this one, which has to show what that one had to.
        let (before, proof) = match self.trial.take() {
            Some(trial) => {
                course.go_back(&[words::overtaken_on_trial()], now);
                let proof = trial.proof.borrow().anew();
                (trial.before, proof)
            }
            None => (running.clone(), Proof::of(giving(self.watched.as_ref()))),
        };
        if let Err(error) = course.begin(pushed, digest.clone(), now) {
            let why = words::not_written(foreign::chain(&error.into()));
            tracing::error!(number, "{why}");
            course.refuse(number, digest, &[why], now);
            self.tell();
            // If there was another on trial, it has ended with this.
            return (running.0 != before.0).then_some(Next { loaded: before, before: None });
        }
        tracing::info!(number, within_s = settings.confirm_s, "a pushed configuration is on trial");
        let proof = watch::Sender::new(proof);
        let since = Stopwatch::start();
        self.last_resort = last_resort(settings.confirm_s);
        let next = Next { loaded: without_windows(loaded), before: Some(before.clone()) };
        self.trial = Some(OnTrial { proof, since, before, unwritten: None });
        self.tell();
        Some(next)
    }

    /// Keeps what is on trial: it has shown all that it had to.
    pub(super) fn keep(&mut self, running: &LoadedEdge) -> Option<Next> {
        let (course, trial) = (self.course.as_mut()?, self.trial.as_mut()?);
        let number = course.on_trial();
        if let Err(error) = course.keep(Clock::system().now()) {
            let why = words::not_written(foreign::chain(&error.into()));
            if trial.unwritten.is_none() {
                tracing::error!(number, "the hub has confirmed a configuration: {why}");
            }
            trial.unwritten = Some(why);
            return None;
        }
        tracing::info!(number, "the hub has confirmed the pushed configuration, which is kept");
        (self.trial, self.last_resort) = (None, None);
        self.tell();
        // With its windows of connection, which do not hold on trial.
        let settings = self.settings.as_ref()?;
        let pushed = self.course.as_ref()?.in_force()?;
        let config = &self.config;
        let loaded =
            config::load_pushed(&config.config, &config.set, pushed, &settings.allow).ok()?;
        let windows = !loaded.0.uplink.windows.is_empty();
        windows.then(|| Next { loaded, before: Some(running.clone()) })
    }

    /// The time of the trial is over.
    pub(super) async fn late(&mut self) -> Next {
        let most = self.settings.as_ref().map_or(0, |settings| settings.confirm_s);
        let watch = self.watched.clone();
        let lacks = self.trial.as_ref().map(|trial| trial.proof.borrow().lacks());
        let lacks = lacks.unwrap_or_default();
        let problem = watch.as_ref().and_then(|watch| watch.delivery.borrow().problem.clone());
        let mut why = why_back(&lacks, problem.as_ref(), most);
        why.extend(self.trial.as_ref().and_then(|trial| trial.unwritten.clone()));
        if let Some(mut watch) = watch {
            let written = watch.spool.wait_for(|keeper| keeper.unwritten == 0);
            let _late = tokio::time::timeout(DISK_MAX, written).await.is_err();
        }
        match self.go_back(&why) {
            Some(loaded) => Next { loaded, before: None },
            None => std::future::pending().await,
        }
    }

    /// Takes back what is on trial, and returns what ran before.
    pub(super) fn go_back(&mut self, why: &[Text]) -> Option<LoadedEdge> {
        let trial = self.trial.take()?;
        let course = self.course.as_mut()?;
        let number = course.on_trial();
        let said = Text::clauses(why.iter().map(Argument::from));
        tracing::warn!(number, why = %said, "a pushed configuration is taken back");
        course.go_back(why, Clock::system().now());
        self.tell();
        Some(trial.before)
    }
}

/// What ends the program where it hangs on a trial of `confirm_s`. It writes nothing, since it may be the log that does
/// not answer: the next start says that the trial was interrupted.
fn last_resort(confirm_s: u32) -> Option<LastResort> {
    let most = Duration::from_secs(confirm_s.into()) + GOING_BACK_MAX;
    let resort = LastResort::after(most, || std::process::abort());
    let warn = |error: &_| tracing::warn!(%error, "nothing would end this program if it hung");
    resort.inspect_err(warn).ok()
}

/// The buses that give values, with some device that answers or has just failed to.
fn giving(watch: Option<&EdgeWatch>) -> Vec<String> {
    let lines = watch.iter().flat_map(|watch| watch.lines.iter());
    let lives = |state| matches!(state, HealthState::Online | HealthState::Suspect);
    let gives =
        lines.filter(|(_, line)| line.states().iter().any(|(state, gave)| *gave && lives(*state)));
    gives.map(|(name, _)| name.clone()).collect()
}

/// On trial it stays connected: a window that is closed would show nothing.
fn without_windows(mut loaded: LoadedEdge) -> LoadedEdge {
    loaded.0.uplink.windows.clear();
    loaded
}
