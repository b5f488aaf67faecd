//! The letters that are still to be sent, by channel.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::alarm::Letter;
use crate::locales::{Text, alarm as words};

/// After so many days without success a letter is no longer sent: nobody acts on it any more. Engineering judgement.
const DAYS_MAX: i64 = 3;

/// The longest that a letter may wait for its next attempt, whatever a clock that was set back makes of it.
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(24);

/// Letters that wait at most: with five a minute and storms told in one, hours of trouble. Engineering judgement.
const WAITING_MAX: usize = 1000;

/// Letters that wait no more and are remembered, the newest: another file in the book's place may say that they wait.
/// Engineering judgement: those of a day of trouble, 5 MB.
const DONE_MAX: usize = 10_000;

/// What has become of a letter on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Sent,
    /// It is not sent any more.
    GivenUp,
}

impl State {
    /// As the file and programs name it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::GivenUp => "given-up",
        }
    }

    pub(super) fn from_id(id: &str) -> Self {
        let all = [Self::Waiting, Self::Sent];
        all.into_iter().find(|state| state.id() == id).unwrap_or(Self::GivenUp)
    }
}

/// A letter on a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub state: State,
    /// Attempts that failed.
    pub tries: u32,
    pub next_at: Timestamp,
    /// Why the last attempt failed, or it was given up; empty where there is nothing to say.
    pub error: Text,
    pub sent_at: Option<Timestamp>,
}

impl Delivery {
    pub(super) fn new(at: Timestamp) -> Self {
        Self { state: State::Waiting, tries: 0, next_at: at, error: Text::default(), sent_at: None }
    }

    fn waits(&self) -> bool {
        self.state == State::Waiting
    }

    fn give_up(&mut self, why: Text) {
        (self.state, self.error) = (State::GivenUp, why);
    }
}

/// A letter, and what became of it on each channel.
#[derive(Debug, Clone, PartialEq)]
pub struct LetterRow {
    pub letter: Letter,
    pub deliveries: Vec<(String, Delivery)>,
}

/// A letter that is to be sent now.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    pub letter: Arc<Letter>,
    pub channel: String,
    /// Attempts that failed.
    pub tries: u32,
}

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Id of the letter.
    pub letter: String,
    pub channel: String,
    pub at: Timestamp,
    /// When it is to be tried again; `None` where no attempt can succeed.
    pub next_at: Option<Timestamp>,
    pub why: Text,
    /// It had nothing to do with the letter, such as a connection that was refused: the other letters of the channel
    /// wait as long.
    pub of_channel: bool,
}

/// Whether a letter that was written at `written` is no longer to be sent at `now`.
fn is_old(written: Timestamp, now: Timestamp) -> bool {
    now.duration_since(written) >= SignedDuration::from_hours(24 * DAYS_MAX)
}

/// The letters that wait, in memory.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    letters: BTreeMap<String, (Arc<Letter>, BTreeMap<String, Delivery>)>,
    /// Letters that the file does not have as they are here.
    dirty: BTreeSet<String>,
    /// What has become of letters that wait no more, and their ids, the oldest first.
    done: BTreeMap<String, BTreeMap<String, Delivery>>,
    order: VecDeque<String>,
}

impl Outbox {
    /// Adds a letter of the file, unless it is known. What is known to have been sent does not wait, whatever the file
    /// says; nor does what an older copy of the file has of before `tried`, when letters were last tried: it may have
    /// been sent. Returns how many deliveries are given up for that.
    pub(super) fn load(&mut self, row: LetterRow, tried: Option<Timestamp>) -> usize {
        let id = row.letter.id.clone();
        if self.letters.contains_key(&id) {
            return 0;
        }
        let (done, old) = (self.done.get(&id), tried.is_some_and(|tried| row.letter.at <= tried));
        let (mut changed, mut given_up) = (false, 0);
        let mut deliveries: BTreeMap<String, Delivery> = row.deliveries.into_iter().collect();
        for (channel, delivery) in deliveries.iter_mut().filter(|(_, delivery)| delivery.waits()) {
            match done.and_then(|done| done.get(channel)) {
                Some(known) => *delivery = known.clone(),
                None if old => {
                    delivery.give_up(words::may_have_been_sent());
                    given_up += 1;
                }
                None => continue,
            }
            changed = true;
        }
        if changed {
            self.dirty.insert(id.clone());
        }
        self.letters.insert(id, (Arc::new(row.letter), deliveries));
        given_up
    }

    /// Adds a letter that is to be sent to these channels. The oldest is given up where too many wait.
    pub(super) fn add(&mut self, letter: Letter, channels: Vec<String>) {
        let (id, waiting) = (letter.id.clone(), Delivery::new(letter.at));
        let deliveries = channels.into_iter().map(|channel| (channel, waiting.clone())).collect();
        self.letters.entry(id.clone()).or_insert_with(|| (Arc::new(letter), deliveries));
        self.dirty.insert(id);
        let waiting = self.letters.values().filter(|(_, all)| all.values().any(Delivery::waits));
        if waiting.clone().count() > WAITING_MAX {
            let oldest = waiting.map(|(letter, _)| (letter.at, letter.id.clone())).min();
            if let Some((_, id)) = oldest {
                self.each_waiting(|letter, _, delivery| {
                    let gives_up = letter.id == id;
                    if gives_up {
                        delivery.give_up(words::too_many_waiting(WAITING_MAX));
                    }
                    gives_up
                });
            }
        }
    }

    /// Gives up what has waited for too long at `now`, such as that of a hub that was off or of a backup.
    pub(super) fn give_up_old(&mut self, now: Timestamp) {
        self.each_waiting(|letter, _, delivery| {
            let gives_up = is_old(letter.at, now);
            if gives_up {
                let why = match delivery.tries {
                    0 => words::not_tried(),
                    _ => delivery.error.clone(),
                };
                delivery.give_up(words::given_up(DAYS_MAX.unsigned_abs(), why));
            }
            gives_up
        });
    }

    /// What is to be sent at `now`, the oldest letters first.
    pub(super) fn due(&self, now: Timestamp) -> Vec<Due> {
        let latest = now.checked_add(WAIT_MAX).unwrap_or(Timestamp::MAX);
        let is_due = |delivery: &Delivery| {
            delivery.waits() && (delivery.next_at <= now || delivery.next_at > latest)
        };
        let mut due: Vec<Due> = Vec::new();
        for (letter, deliveries) in self.letters.values() {
            for (channel, delivery) in deliveries.iter().filter(|(_, delivery)| is_due(delivery)) {
                let (letter, channel) = (letter.clone(), channel.clone());
                due.push(Due { letter, channel, tries: delivery.tries });
            }
        }
        due.sort_by(|a, b| (a.letter.at, &a.letter.id).cmp(&(b.letter.at, &b.letter.id)));
        due
    }

    /// How many letters wait, counted by channel.
    pub(super) fn waiting(&self) -> usize {
        let deliveries = self.letters.values().flat_map(|(_, deliveries)| deliveries.values());
        deliveries.filter(|delivery| delivery.waits()).count()
    }

    /// How many letters wait for each channel that any waits for.
    pub(super) fn waiting_by_channel(&self) -> BTreeMap<String, usize> {
        let mut waiting = BTreeMap::new();
        let deliveries = self.letters.values().flat_map(|(_, deliveries)| deliveries);
        for (channel, _) in deliveries.filter(|(_, delivery)| delivery.waits()) {
            *waiting.entry(channel.clone()).or_default() += 1;
        }
        waiting
    }

    /// Does `change` to each delivery that waits, and notes the letters of those that it says to have changed.
    fn each_waiting(&mut self, mut change: impl FnMut(&Letter, &str, &mut Delivery) -> bool) {
        for (letter, deliveries) in self.letters.values_mut() {
            for (channel, delivery) in deliveries.iter_mut().filter(|(_, found)| found.waits()) {
                if change(letter, channel, delivery) {
                    self.dirty.insert(letter.id.clone());
                }
            }
        }
    }

    fn of(&mut self, letter: &str, channel: &str) -> Option<(Timestamp, &mut Delivery)> {
        let (letter, deliveries) = self.letters.get_mut(letter)?;
        let delivery = deliveries.get_mut(channel).filter(|delivery| delivery.waits())?;
        self.dirty.insert(letter.id.clone());
        Some((letter.at, delivery))
    }

    /// Notes that a letter was sent.
    pub(super) fn sent(&mut self, letter: &str, channel: &str, at: Timestamp) {
        if let Some((_, delivery)) = self.of(letter, channel) {
            (delivery.state, delivery.sent_at) = (State::Sent, Some(at));
            delivery.error = Text::default();
        }
    }

    /// Notes that an attempt failed, and gives the letter up where it is too old or no attempt can succeed.
    pub(super) fn failed(&mut self, failure: &Failure) {
        let Some((written, delivery)) = self.of(&failure.letter, &failure.channel) else { return };
        delivery.tries = delivery.tries.saturating_add(1);
        match failure.next_at {
            None => delivery.give_up(failure.why.clone()),
            Some(_) if is_old(written, failure.at) => {
                delivery.give_up(words::given_up(DAYS_MAX.unsigned_abs(), &failure.why));
            }
            Some(next) => (delivery.next_at, delivery.error) = (next, failure.why.clone()),
        }
        let Some(next) = failure.next_at.filter(|_| failure.of_channel) else { return };
        self.each_waiting(|_, channel, delivery| {
            let waits_too = channel == failure.channel && delivery.next_at < next;
            if waits_too {
                delivery.next_at = next;
            }
            waits_too
        });
    }

    /// Gives up what waits for channels other than these.
    pub(super) fn keep_channels(&mut self, channels: &[String]) {
        self.each_waiting(|_, channel, delivery| {
            let gone = !channels.iter().any(|kept| kept == channel);
            if gone {
                delivery.give_up(words::channel_gone());
            }
            gone
        });
    }

    /// What the file does not have.
    pub(super) fn unwritten(&self) -> impl Iterator<Item = (&Letter, &BTreeMap<String, Delivery>)> {
        let found = self.dirty.iter().filter_map(|id| self.letters.get(id));
        found.map(|(letter, deliveries)| (letter.as_ref(), deliveries))
    }

    pub(super) fn is_written(&self) -> bool {
        self.dirty.is_empty()
    }

    /// The file has it all: what does not wait any more is let go of.
    pub(super) fn written(&mut self) {
        self.dirty.clear();
        let done = |_: &String, (_, all): &mut (Arc<Letter>, BTreeMap<String, Delivery>)| {
            !all.values().any(Delivery::waits)
        };
        for (id, (_, deliveries)) in self.letters.extract_if(.., done) {
            if self.done.insert(id.clone(), deliveries).is_none() {
                self.order.push_back(id);
            }
        }
        while self.order.len() > DONE_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.done.remove(&oldest);
            }
        }
    }

    /// The file is another than before: it has nothing of this.
    pub(super) fn unwrite(&mut self) {
        self.dirty = self.letters.keys().cloned().collect();
    }
}
