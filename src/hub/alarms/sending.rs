//! The way out: the letters of the book, one at a time on each channel, the channels side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Shared;
use crate::alarm::{Letter, Occasion};
use crate::alarm_book::{Due, Failure, LetterRow, State};
use crate::hub::HubSettings;
use crate::hub::letters_out::LettersOut;
use crate::locales::{Lang, Text, page_alarms as words};
use crate::notify::{self, Channel, ChannelKind, ChannelSettings, SendError};
use crate::support::{Backoff, Clock, lock, random};

/// How often it is looked for letters that are due again, or that another program has added.
const TICK: Duration = Duration::from_secs(1);

/// Waits after an attempt that failed, with full jitter.
const RETRY: Backoff = Backoff { first: Duration::from_secs(5), most: Duration::from_secs(600) };

/// The least wait, where chance draws none: a receiver that fails at once is not asked without a pause.
const RETRY_MIN: Duration = Duration::from_secs(1);

/// The longest that a receiver may ask to be left alone. Engineering judgement: of an alarm an hour is late already.
const AFTER_MAX: Duration = Duration::from_secs(3600);

/// How long an attempt may take; a mail server greets late, to keep senders of spam away (RFC 5321 has minutes).
/// Engineering judgement.
const ATTEMPT_MAX: Duration = Duration::from_secs(10);
const MAIL_MAX: Duration = Duration::from_secs(30);

/// Attempts after which a letter is given up that the receiver does not want: it may have been a mistake of its own,
/// such as a right that was being changed. Engineering judgement.
const REFUSED_MAX: u32 = 3;

/// How far ahead letters are looked for on a channel that has just worked again: longer than any of their waits.
const WOKEN_AHEAD: SignedDuration = SignedDuration::from_hours(2);

/// Letters of before that are looked through at the start for how channels did. Engineering judgement: days of them.
const LETTERS_READ: usize = 200;

/// What is known of the channels.
pub(super) struct Channels(Mutex<BTreeMap<String, Known>>);

/// What is known of one channel.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Known {
    pub last_sent: Option<Timestamp>,
    /// Since when no letter arrives, and why.
    pub failing: Option<(Timestamp, Text)>,
    /// Failures in a row.
    failures: u32,
    /// When it may be tried again, by the machine's uptime: also in a simulation, whose hours pass in no time.
    not_before: Option<Duration>,
    /// It has just worked: letters that wait for it need not.
    woken: bool,
}

impl Channels {
    pub fn new(channels: &[ChannelSettings]) -> Self {
        let known = channels.iter().map(|channel| (channel.name.clone(), Known::default()));
        Self(Mutex::new(known.collect()))
    }

    pub fn names(&self) -> Vec<String> {
        lock(&self.0).keys().cloned().collect()
    }

    pub fn of(&self, channel: &str) -> Known {
        lock(&self.0).get(channel).cloned().unwrap_or_default()
    }

    /// Takes over how channels did before this start.
    fn resume(&self, letters: &[LetterRow]) {
        let mut known = lock(&self.0);
        // The oldest first: what is newer counts.
        for row in letters.iter().rev() {
            for (channel, delivery) in &row.deliveries {
                let Some(known) = known.get_mut(channel) else { continue };
                match delivery.state {
                    State::Sent => {
                        known.last_sent = known.last_sent.max(delivery.sent_at);
                        known.failing = None;
                    }
                    // What was tried in vain, whether or not it is tried again.
                    State::Waiting | State::GivenUp if delivery.tries > 0 => {
                        let since = row.letter.at;
                        known.failing.get_or_insert((since, Text::default())).1 =
                            delivery.error.clone();
                    }
                    _ => {}
                }
            }
        }
    }

    /// Notes that something arrived.
    pub fn succeeded(&self, channel: &str, at: Timestamp) {
        if let Some(known) = lock(&self.0).get_mut(channel) {
            *known = Known { last_sent: Some(at), woken: true, ..Known::default() };
        }
    }

    /// Notes that a test did not arrive. It keeps no letter waiting.
    pub fn test_failed(&self, channel: &str, why: &Text, at: Timestamp) {
        if let Some(known) = lock(&self.0).get_mut(channel) {
            known.failing.get_or_insert((at, Text::default())).1 = why.clone();
        }
    }

    /// Notes that something did not arrive, and returns how long to wait. What only the letter was to blame for keeps
    /// no other letter waiting.
    fn failed(&self, channel: &str, error: &SendError, at: Timestamp, up: Duration) -> Duration {
        let mut known = lock(&self.0);
        let Some(known) = known.get_mut(channel) else { return RETRY.most };
        known.failures = known.failures.saturating_add(1);
        let wait = RETRY.wait(known.failures, RETRY.most, random::unit()).max(RETRY_MIN);
        let wait = wait.max(error.after.unwrap_or_default().min(AFTER_MAX));
        known.failing.get_or_insert((at, Text::default())).1 = error.why.clone();
        if error.retry {
            (known.not_before, known.woken) = (Some(up + wait), false);
        }
        wait
    }

    /// Whether it may be tried at `up`, and whether its letters need not wait.
    fn is_ready(&self, channel: &str, up: Duration) -> (bool, bool) {
        let known = lock(&self.0);
        let Some(known) = known.get(channel) else { return (false, false) };
        (known.not_before.is_none_or(|at| at <= up), known.woken)
    }
}

/// The channels that `letter` goes to. What nobody has acknowledged goes to those who are called then; all else to the
/// others, and to everybody where there are no such.
pub(super) fn takers(channels: &[ChannelSettings], letter: &Letter) -> Vec<String> {
    let escalates = letter.occasion == Occasion::Escalated;
    // Who has been told that something urgent has begun is told that it is over.
    let is_urgent = letter.urgent || letter.alarms.iter().any(|alarm| alarm.kind.is_urgent());
    let takes = |channel: &&ChannelSettings| is_urgent || !channel.urgent_only;
    let meant = channels.iter().filter(|channel| channel.escalation == escalates);
    let mut takers: Vec<&ChannelSettings> = meant.filter(takes).collect();
    if !channels.iter().any(|channel| channel.escalation == escalates) {
        takers = channels.iter().filter(takes).collect();
    }
    takers.into_iter().map(|channel| channel.name.clone()).collect()
}

/// Sends a letter by a channel, once, in the words and with the link of the office; by MQTT over the connection of a
/// running hub.
///
/// # Errors
/// It did not arrive, or nobody knows whether it did.
pub(super) async fn send_by_hub(
    settings: &HubSettings,
    channel: &ChannelSettings,
    letter: &Letter,
    connection: &LettersOut,
) -> Result<(), SendError> {
    if channel.kind != ChannelKind::Mqtt {
        return send_letter(settings, channel, letter).await;
    }
    let (lang, link) = (lang_of(settings), link_of(settings));
    let payload = notify::payload(letter, lang, Some(&link)).into_bytes();
    let sending = connection.publish(channel.topic(), payload);
    let sent = tokio::time::timeout(ATTEMPT_MAX, sending).await;
    let sent = sent.unwrap_or_else(|_| Err(words::no_answer(ATTEMPT_MAX.as_secs())));
    sent.map_err(|why| SendError { why, retry: true, after: None })
}

fn lang_of(settings: &HubSettings) -> Lang {
    settings.alarm.lang.or(settings.lang).unwrap_or(Lang::Chinese)
}

fn link_of(settings: &HubSettings) -> String {
    format!("{}/alarms", settings.web.url())
}

/// Sends a letter by a channel that is none of MQTT, once, in the words and with the link of the office.
///
/// # Errors
/// It did not arrive, or nobody knows whether it did.
pub async fn send_letter(
    settings: &HubSettings,
    channel: &ChannelSettings,
    letter: &Letter,
) -> Result<(), SendError> {
    let (lang, link) = (lang_of(settings), link_of(settings));
    let longest = if channel.kind == ChannelKind::Email { MAIL_MAX } else { ATTEMPT_MAX };
    let sending = async {
        let failed = |why| SendError { why, retry: true, after: None };
        let open = Channel::of(channel).map_err(failed)?;
        open.send(letter, lang, Some(&link)).await
    };
    match tokio::time::timeout(longest, sending).await {
        Ok(sent) => sent,
        Err(_) => {
            let why = words::no_answer(longest.as_secs());
            Err(SendError { why, retry: true, after: None })
        }
    }
}

/// Sends what is due until `stop`. What is being sent then may arrive, and be sent again with the same id.
pub(super) async fn run(shared: Arc<Shared>, stop: CancellationToken) -> anyhow::Result<()> {
    // How channels did before is for people; where the book cannot be read, they will do anew.
    if let Ok(letters) = shared.book.letters(None, LETTERS_READ).await {
        shared.channels.resume(&letters);
    }
    let mut sending = Sending {
        clock: Clock::system(),
        busy: BTreeSet::new(),
        unwanted: BTreeSet::new(),
        tasks: JoinSet::new(),
        shared,
    };
    loop {
        sending.begin().await?;
        let shared = sending.shared.clone();
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = shared.to_send.notified() => {}
            Some(ended) = sending.tasks.join_next() => sending.note(ended?).await,
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// An attempt that has ended.
struct Attempt {
    due: Due,
    sent: Result<(), SendError>,
}

struct Sending {
    shared: Arc<Shared>,
    /// The machine's: receivers live by real time, also where the township is simulated.
    clock: Clock,
    /// Channels on which something is being sent.
    busy: BTreeSet<String>,
    /// Letters that a receiver did not want: they wait their own time.
    unwanted: BTreeSet<(String, String)>,
    tasks: JoinSet<Attempt>,
}

impl Sending {
    /// Begins to send on each channel that is free.
    async fn begin(&mut self) -> anyhow::Result<()> {
        let (now, up) = (self.shared.source.clock.now(), self.clock.uptime());
        let waiting = self.shared.book.waiting().await?;
        self.shared.source.state.alarms.note_waiting(waiting);
        if waiting == 0 {
            self.unwanted.clear();
            return Ok(());
        }
        // Where the file cannot be written the book keeps it in memory, and tells of that.
        let _told = self.shared.book.give_up_old(now).await;
        let ahead = now.saturating_add(WOKEN_AHEAD).unwrap_or(now);
        let due_now = self.shared.book.due(now).await?;
        let channels = &self.shared.channels;
        let woken = |due: &Due| {
            let key = (due.letter.id.clone(), due.channel.clone());
            channels.is_ready(&due.channel, up).1 && !self.unwanted.contains(&key)
        };
        let mut all = due_now;
        all.extend(self.shared.book.due(ahead).await?.into_iter().filter(woken));
        for due in all {
            let free = !self.busy.contains(&due.channel);
            if !free || !channels.is_ready(&due.channel, up).0 {
                continue;
            }
            let settings = &self.shared.source.settings;
            let channel = settings.alarm.channels.iter().find(|known| known.name == due.channel);
            let Some(channel) = channel.cloned() else { continue };
            self.busy.insert(due.channel.clone());
            let shared = self.shared.clone();
            self.tasks.spawn(async move {
                let source = &shared.source;
                let connection = &source.state.letters_out;
                let sent = send_by_hub(&source.settings, &channel, &due.letter, connection).await;
                Attempt { due, sent }
            });
        }
        Ok(())
    }

    /// Notes what became of an attempt.
    async fn note(&mut self, Attempt { due, sent }: Attempt) {
        let Due { letter, channel, tries } = due;
        self.busy.remove(&channel);
        let at = self.shared.source.clock.now();
        // Where the file cannot be written the book keeps it in memory, and tells of that.
        let _told = match sent {
            Ok(()) => {
                self.shared.channels.succeeded(&channel, at);
                self.unwanted.remove(&(letter.id.clone(), channel.clone()));
                tracing::info!(letter = letter.id, channel, "an alarm has gone out");
                self.shared.book.sent(letter.id.clone(), channel, at).await
            }
            Err(error) => {
                let failure = self.failure(&letter, channel, tries, error, at);
                self.shared.source.state.alarms.note_failure();
                self.shared.book.failed(failure).await
            }
        };
    }

    fn failure(
        &mut self,
        letter: &Letter,
        channel: String,
        tries: u32,
        error: SendError,
        at: Timestamp,
    ) -> Failure {
        let wait = self.shared.channels.failed(&channel, &error, at, self.clock.uptime());
        let why = error.why.within(Lang::English);
        let wait_s = wait.as_secs_f32();
        tracing::warn!(letter = letter.id, channel, why, wait_s, "an alarm has not gone out");
        if !error.retry {
            self.unwanted.insert((letter.id.clone(), channel.clone()));
        }
        let again = error.retry || tries.saturating_add(1) < REFUSED_MAX;
        let next = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        let next = at.saturating_add(next).unwrap_or(at);
        Failure {
            letter: letter.id.clone(),
            channel,
            at,
            next_at: again.then_some(next),
            why: error.why,
            of_channel: error.retry,
        }
    }
}

#[cfg(test)]
#[path = "sending_tests.rs"]
mod tests;
