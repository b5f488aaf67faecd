//! Configurations that the office pushes to this gateway: tried, and kept if the hub confirms them.
//!
//! Each step is on the disk before it takes effect (`edge::pushed::Course`). What runs on trial is taken back when its
//! time is over, when it cannot run, when somebody reloads, and at the next start.

mod trial;

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
    remote_link,
};
use crate::locales::{Text, pushed as words};
use crate::support::{Clock, Seldom, Stopwatch};
use crate::wire::PushedConfig;
use trial::OnTrial;

/// How long the first polls of all buses are waited for before a trial, since what gave values before has to give them
/// then, and the time. A bus that takes longer is not asked for. Engineering judgement: each of its devices may take
/// some seconds, and so may a time service.
const FIRST_POLLS_MAX: Duration = Duration::from_secs(60);

/// How often it is looked whether these are there, and a state that could not be written is written again.
const AGAIN: Duration = Duration::from_secs(1);

/// How often it is looked whether something was not told yet. Engineering judgement: as often as the log has a line.
const TICK: Duration = Duration::from_secs(60);

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

/// Whether each bus has been polled once, and the time is known.
fn is_ready(watch: Option<&EdgeWatch>) -> bool {
    let mut lines = watch.iter().flat_map(|watch| watch.lines.iter());
    lines.all(|(_, line)| line.report().polls > 0) && !watch.is_some_and(EdgeWatch::waits_for_clock)
}
