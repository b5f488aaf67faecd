//! Configurations that the office pushes to this gateway: tried, and kept if the hub confirms them.
//!
//! Each step is on the disk before it takes effect (`edge::pushed::Course`). What runs on trial is taken back when its
//! time is over, when it cannot run, when somebody reloads, and at the next start.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::cli::config_args::ConfigArgs;
use crate::cli::reload;
use crate::cli::usage::ConfigurationProblems;
use crate::config::{self, LoadedEdge};
use crate::core::GatewayId;
use crate::edge::EdgeWatch;
use crate::edge::pushed::{
    Book, Course, Heard, Judge, LastResort, Proof, PublicKeys, RemoteLink, RemoteSettings,
    remote_link, why_back,
};
use crate::locales::{Argument, Text, foreign, pushed as words};
use crate::modbus::HealthState;
use crate::support::{Clock, Seldom, Stopwatch};
use crate::wire::PushedConfig;

/// How long the first polls of all buses are waited for before a trial, since what gave values before has to give them
/// then, and the time. A bus that takes longer is not asked for. Engineering judgement: each of its devices may take
/// some seconds, and so may a time service.
const FIRST_POLLS_MAX: Duration = Duration::from_secs(60);

/// How often it is looked whether these are there, and a state that could not be written is written again.
const AGAIN: Duration = Duration::from_secs(1);

/// How often it is looked whether something was not told yet. Engineering judgement: as often as the log has a line.
const TICK: Duration = Duration::from_secs(60);

/// How long readings that wait for the disk are waited for when a trial is taken back. Engineering judgement: a disk
/// that takes none for longer takes none.
const DISK_MAX: Duration = Duration::from_secs(5);

/// How long going back may take after the time of a trial is over: [`DISK_MAX`], what tasks may take to end
/// (`support::DRAIN_MAX`), and as much for the spool to close. With 90 s for the trial that is within two minutes.
const GOING_BACK_MAX: Duration = Duration::from_secs(25);

/// What is to run next.
pub struct Next {
    pub loaded: LoadedEdge,
    /// What runs instead if it cannot.
    pub before: Option<LoadedEdge>,
}

/// What the gateway takes from the office, and what runs because of it.
pub struct Remote {
    config: ConfigArgs,
    /// Its own file, as it was loaded last.
    own: LoadedEdge,
    /// `None` without `[remote]`.
    course: Option<Course>,
    /// The spool and the gateway that it is of.
    of: (PathBuf, GatewayId),
    settings: Option<RemoteSettings>,
    link: RemoteLink,
    received: mpsc::Receiver<Vec<u8>>,
    say: watch::Sender<Option<Arc<Vec<u8>>>>,
    /// A good one that waits for the first polls.
    waits: Option<(PushedConfig, String)>,
    trial: Option<OnTrial>,
    /// Ends the program where it hangs on trial, or on its way back: a start runs what was kept last.
    last_resort: Option<LastResort>,
    seldom: Seldom,
    life: Stopwatch,
    /// When the gateway that runs was opened.
    opened: Stopwatch,
    watched: Option<EdgeWatch>,
}

/// What runs on trial.
struct OnTrial {
    proof: watch::Sender<Proof>,
    since: Stopwatch,
    /// What ran before.
    before: LoadedEdge,
    /// Why it could not be written that the hub has confirmed it.
    unwritten: Option<Text>,
}

/// What happens while a gateway runs.
enum Event {
    Received(Vec<u8>),
    Ready,
    Confirmed,
    TooLate,
    Tick,
}

impl Remote {
    /// Takes up what was pushed before, and returns what is to run: the gateway's own file with what is in force.
    pub fn open(config: &ConfigArgs, own: LoadedEdge) -> (Self, Next) {
        let (link, received, say) = remote_link();
        let mut remote = Self {
            config: config.clone(),
            own: own.clone(),
            course: None,
            of: (own.0.spool.path.clone(), own.0.gateway.clone()),
            settings: None,
            link,
            received,
            say,
            waits: None,
            trial: None,
            last_resort: None,
            seldom: Seldom::default(),
            life: Stopwatch::start(),
            opened: Stopwatch::start(),
            watched: None,
        };
        let loaded = remote.over(own.clone());
        // What was pushed must not keep it from running by its own file.
        let before = (loaded.0 != own.0).then_some(own);
        (remote, Next { loaded, before })
    }

    /// The gateway's own file anew, with what is in force over it. What is on trial is taken back first.
    pub fn reload(&mut self, running: &LoadedEdge) -> Result<Next, ConfigurationProblems> {
        let own = self.config.reload_edge()?;
        let before = self.go_back(&[words::reloaded_on_trial()]);
        let before = Some(before.unwrap_or_else(|| running.clone()));
        Ok(Next { loaded: self.over(own), before })
    }

    /// What is to run of `own`, the gateway's own file, and of what is in force.
    fn over(&mut self, own: LoadedEdge) -> LoadedEdge {
        self.own.clone_from(&own);
        // Keys and patterns may be others now; the broker sends again what it has retained.
        self.waits = None;
        let now = Clock::system().now();
        let gateway = own.0.gateway.clone();
        self.settings.clone_from(&own.0.remote);
        let Some(settings) = &self.settings else {
            self.course = None;
            return own;
        };
        let keys = PublicKeys::read(&settings.public_key_file).map_err(|why| {
            let why = words::no_remote(why);
            tracing::error!("{why}");
            why
        });
        let allow = settings.allow.clone();
        let judge = keys.map(|keys| Judge { gateway: gateway.clone(), keys, allow });
        let of = (own.0.spool.path.clone(), gateway.clone());
        let same = std::mem::replace(&mut self.of, of) == self.of;
        let course = match self.course.take() {
            Some(mut course) if same => {
                course.appoint(judge);
                course.take_asked(now);
                course
            }
            _ => Course::open(Book::beside(&own.0.spool.path), gateway, judge, now),
        };
        let course = self.course.insert(course);
        let Some(pushed) = course.in_force() else {
            course.fits(None);
            return own;
        };
        let number = pushed.number;
        match config::load_pushed(&self.config.config, &self.config.set, pushed, &settings.allow) {
            Ok(loaded) => {
                course.fits(None);
                tracing::info!(number, "a pushed configuration is in force");
                loaded
            }
            Err(problems) => {
                let problems = reload::said(&ConfigurationProblems(problems));
                let unfit = words::unfit(number, Text::clauses(problems));
                tracing::error!("{unfit}");
                course.fits(Some(unfit));
                own
            }
        }
    }

    /// The link of the gateway that is opened next; `None` where it takes nothing.
    pub fn link(&self) -> Option<RemoteLink> {
        self.course.as_ref()?;
        let proof = self.trial.as_ref().map(|trial| trial.proof.clone());
        Some(RemoteLink { proof, ..self.link.clone() })
    }

    /// What was to run cannot, and what was before runs instead: after a start (`starts`) its own file alone.
    pub fn failed(&mut self, why: &[Text], starts: bool) {
        if self.trial.is_some() {
            self.go_back(why);
        } else if starts
            && let Some(course) = &mut self.course
            && let Some(number) = course.in_force().map(|pushed| pushed.number)
        {
            course.fits(Some(words::unfit(number, Text::clauses(why.to_vec()))));
        }
    }

    /// Waits for what is to run next. `watched` shows the gateway that runs, once it does. Cancel safe.
    pub async fn next(
        &mut self,
        running: &LoadedEdge,
        watched: &mut watch::Receiver<Option<EdgeWatch>>,
    ) -> Next {
        if self.course.is_none() {
            return std::future::pending().await;
        }
        loop {
            if self.watched.is_none() {
                // Where it is not opened, it ends, and so does this wait.
                let opened = watched.wait_for(Option::is_some).await;
                let Ok(opened) = opened.map(|watch| watch.clone()) else {
                    return std::future::pending().await;
                };
                (self.watched, self.opened) = (opened, Stopwatch::start());
                if self.trial.is_none() {
                    self.last_resort = None;
                }
                if let Some(course) = &mut self.course {
                    course.settle(Clock::system().now());
                }
                self.tell();
            }
            let next = match self.event().await {
                Event::Received(message) => {
                    self.hear(&message);
                    None
                }
                Event::Ready => self.begin(running),
                Event::Confirmed => self.keep(running),
                Event::TooLate => Some(self.late().await),
                Event::Tick => {
                    self.tell_late();
                    None
                }
            };
            if let Some(next) = next {
                return next;
            }
        }
    }

    /// Another gateway is opened next.
    pub fn ends(&mut self) {
        self.watched = None;
    }

    async fn event(&mut self) -> Event {
        let trial = self.trial.as_ref();
        let most = self.settings.as_ref().map_or(0, |settings| settings.confirm_s);
        let left = trial
            .map(|trial| Duration::from_secs(most.into()).saturating_sub(trial.since.elapsed()));
        let confirmed = async {
            match trial {
                Some(OnTrial { unwritten: Some(_), .. }) => tokio::time::sleep(AGAIN).await,
                Some(OnTrial { proof, .. }) => {
                    // The sender is here: it cannot be gone.
                    let _here = proof.subscribe().wait_for(Proof::is_whole).await.is_ok();
                }
                None => std::future::pending().await,
            }
        };
        let (watched, opened) = (self.watched.as_ref(), &self.opened);
        let ready = async {
            while !is_ready(watched) && opened.elapsed() < FIRST_POLLS_MAX {
                tokio::time::sleep(AGAIN).await;
            }
        };
        tokio::select! {
            biased;
            () = tokio::time::sleep(left.unwrap_or_default()), if left.is_some() => Event::TooLate,
            () = confirmed => Event::Confirmed,
            Some(message) = self.received.recv() => Event::Received(message),
            () = ready, if self.waits.is_some() => Event::Ready,
            () = tokio::time::sleep(TICK) => Event::Tick,
        }
    }

    fn hear(&mut self, message: &[u8]) {
        let Some(course) = &mut self.course else { return };
        match course.hear(message, Clock::system().now()) {
            Heard::Nothing => {}
            Heard::Unbelieved(why) => match self.seldom.note(self.life.elapsed()) {
                Some(count) => {
                    tracing::warn!(count, "not believed: {why}");
                    self.tell();
                }
                None => self.show(),
            },
            Heard::Refused => {
                // It has overtaken what waits.
                self.waits = None;
                self.tell();
            }
            Heard::Good { config, digest } => {
                let newest = self.waits.as_ref().is_none_or(|(w, _)| w.number < config.number);
                if newest {
                    self.waits = Some((config, digest));
                }
            }
        }
    }

    /// Begins the trial of what waits, if it can run.
    fn begin(&mut self, running: &LoadedEdge) -> Option<Next> {
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
    fn keep(&mut self, running: &LoadedEdge) -> Option<Next> {
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
    async fn late(&mut self) -> Next {
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
    fn go_back(&mut self, why: &[Text]) -> Option<LoadedEdge> {
        let trial = self.trial.take()?;
        let course = self.course.as_mut()?;
        let number = course.on_trial();
        let said = Text::clauses(why.iter().map(Argument::from));
        tracing::warn!(number, why = %said, "a pushed configuration is taken back");
        course.go_back(why, Clock::system().now());
        self.tell();
        Some(trial.before)
    }

    /// Tells the office and whoever asks here how things are.
    fn tell(&self) {
        let Some(course) = &self.course else { return };
        let now = Clock::system().now();
        self.say.send_replace(Some(Arc::new(course.says(now).to_bytes())));
        self.show();
    }

    /// Shows it to whoever asks here.
    fn show(&self) {
        if let (Some(course), Some(watch)) = (&self.course, &self.watched) {
            watch.pushed.send_replace(Some(course.status(Clock::system().now())));
        }
    }

    /// Tells what has not been for a minute: how many were not believed.
    fn tell_late(&mut self) {
        if let Some(count) = self.seldom.due(self.life.elapsed()) {
            tracing::warn!(count, "pushed configurations were not believed");
            self.tell();
        }
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

/// Whether each bus has been polled once, and the time is known.
fn is_ready(watch: Option<&EdgeWatch>) -> bool {
    let mut lines = watch.iter().flat_map(|watch| watch.lines.iter());
    lines.all(|(_, line)| line.report().polls > 0) && !watch.is_some_and(EdgeWatch::waits_for_clock)
}

/// On trial it stays connected: a window that is closed would show nothing.
fn without_windows(mut loaded: LoadedEdge) -> LoadedEdge {
    loaded.0.uplink.windows.clear();
    loaded
}
