//! What the page of the alarms asks: what is open and what has been, that somebody has taken note, and a test.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::Mutex;

use super::Shared;
use super::sending::send_by_hub;
use super::state::gravest_first;
use crate::alarm::{Acknowledged, Alarm, Letter, Occasion, Subject, Told};
use crate::alarm_book::{Acknowledgement, AlarmBook, AlarmsError, LetterRow, State};
use crate::locales::{Text, foreign, page_alarms as words};
use crate::support::{Clock, Stopwatch};
use crate::web::{
    AlarmShown, AlarmsAnswer, AlarmsAsked, AlarmsFacts, ChannelShown, HistoryAsked, SentShown,
    SentState,
};

/// Alarms on a page of the history.
const PAGE: usize = 50;

/// Alarms that are looked through at once for those that are asked for, and how often at most for one page: whoever
/// looks for a rare kind gets a page with few and goes on. Engineering judgement: some tens of milliseconds.
const READ: usize = 500;
const READS: usize = 20;

/// Letters that are looked through for what was sent of the alarms of a page. Engineering judgement: those of days.
const LETTERS_READ: usize = 300;

/// How long the newest page is the same for all who ask: the thread that reads it also notes what has gone out, and
/// four hundred pages may follow. Engineering judgement.
const KEPT: Duration = Duration::from_secs(1);

/// Answers the page.
#[derive(Clone)]
pub(in crate::hub) struct AlarmDesk(Arc<Shared>, Arc<Mutex<Option<Kept>>>);

/// The newest page.
struct Kept {
    made: Stopwatch,
    facts: AlarmsFacts,
}

impl AlarmDesk {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared, Arc::default())
    }

    /// The book that the page shows.
    pub fn book(&self) -> AlarmBook {
        self.0.book.clone()
    }

    /// # Errors
    /// The book's thread has ended.
    pub async fn answer(self, asked: AlarmsAsked) -> anyhow::Result<AlarmsAnswer> {
        Ok(match asked {
            AlarmsAsked::Show(history) => AlarmsAnswer::Shown(Box::new(self.shown(history).await?)),
            AlarmsAsked::Acknowledge { id, by, note } => {
                AlarmsAnswer::Acknowledged(self.acknowledge(id, by, note).await?)
            }
            AlarmsAsked::Test { channel, by } => {
                AlarmsAnswer::Tested(self.test(&channel, &by).await)
            }
        })
    }

    async fn shown(&self, asked: HistoryAsked) -> anyhow::Result<AlarmsFacts> {
        if asked != HistoryAsked::default() {
            return self.facts(asked).await;
        }
        // Who asks meanwhile waits for the same.
        let mut kept = self.1.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.made.elapsed() < KEPT) {
            return Ok(kept.facts.clone());
        }
        let facts = self.facts(asked).await?;
        *kept = Some(Kept { made: Stopwatch::start(), facts: facts.clone() });
        Ok(facts)
    }

    async fn facts(&self, asked: HistoryAsked) -> anyhow::Result<AlarmsFacts> {
        let book = &self.0.book;
        let mut incomplete = self.0.source.state.alarms.open().incomplete.clone();
        let mut unread = |error: AlarmsError| {
            if incomplete.is_empty() {
                incomplete = foreign::chain(&error.into());
            }
        };
        let mut open = book.open_alarms().await?;
        gravest_first(&mut open, |alarm| alarm);
        let (history, next) = self.history(&asked).await.unwrap_or_else(|error| {
            unread(error);
            Default::default()
        });
        let mut letters = book.letters(None, LETTERS_READ).await.unwrap_or_else(|error| {
            unread(error);
            Vec::new()
        });
        if asked.before.is_some() {
            let ended = history.iter().filter_map(Alarm::cleared_at).max();
            let until =
                ended.map(|at| at.saturating_add(SignedDuration::from_hours(2)).unwrap_or(at));
            letters.extend(book.letters(until, LETTERS_READ).await.unwrap_or_default());
        }
        let letters = Letters::of(&letters);
        let shown = |alarm: Alarm| AlarmShown { sent: letters.sent(&alarm), alarm };
        Ok(AlarmsFacts {
            open: open.into_iter().map(shown).collect(),
            history: history.into_iter().map(shown).collect(),
            next,
            channels: self.channels().await?,
            incomplete,
        })
    }

    /// A page of alarms that have ended, and the number before which the next one begins.
    async fn history(
        &self,
        asked: &HistoryAsked,
    ) -> Result<(Vec<Alarm>, Option<i64>), AlarmsError> {
        let wanted = |alarm: &Alarm| {
            let station = asked.station.as_ref().is_none_or(
                |station| matches!(&alarm.key.subject, Subject::Station(of) if of == station),
            );
            !alarm.is_open() && station && asked.kind.is_none_or(|kind| kind == alarm.key.kind)
        };
        let (mut found, mut before) = (Vec::new(), asked.before);
        for _ in 0..READS {
            let read = self.0.book.history(before, READ).await?;
            let last = read.last().map(|alarm| alarm.id);
            found.extend(read.into_iter().filter(wanted));
            if found.len() > PAGE {
                found.truncate(PAGE);
                let next = found.last().map(|alarm| alarm.id);
                return Ok((found, next));
            }
            let Some(last) = last else { return Ok((found, None)) };
            before = Some(last);
        }
        Ok((found, before))
    }

    async fn channels(&self) -> anyhow::Result<Vec<ChannelShown>> {
        let waiting = self.0.book.waiting_by_channel().await?;
        let shown = self.0.source.settings.alarm.channels.iter().map(|channel| {
            let known = self.0.channels.of(&channel.name);
            ChannelShown {
                name: channel.name.clone(),
                kind: channel.kind.id(),
                receipts: channel.kind.gives_receipts(),
                urgent_only: channel.urgent_only,
                escalation: channel.escalation,
                last_sent: known.last_sent,
                failing: known.failing,
                waiting: waiting.get(&channel.name).map_or(0, |count| *count as u64),
            }
        });
        Ok(shown.collect())
    }

    async fn acknowledge(
        &self,
        id: i64,
        by: String,
        note: String,
    ) -> anyhow::Result<Result<Box<Alarm>, Text>> {
        let acknowledged = Acknowledged { by, at: self.0.source.clock.now(), note };
        let done = self.0.book.acknowledge(id, acknowledged).await?;
        self.0.noted.notify_one();
        *self.1.lock().await = None;
        let alarm = self.0.book.open_alarms().await?.into_iter().find(|alarm| alarm.id == id);
        Ok(match (done, alarm) {
            (Acknowledgement::Done, Some(alarm)) => Ok(Box::new(alarm)),
            (Acknowledgement::Already(before), _) => Err(words::acknowledged_before(before.by)),
            // It has ended meanwhile.
            (Acknowledgement::Done | Acknowledgement::NotOpen, _) => Err(words::no_open_alarm(id)),
        })
    }

    /// Sends a letter that says that it is a test. One that arrives shows that what waits for the channel can go.
    async fn test(&self, name: &str, by: &str) -> Result<Text, Text> {
        let source = &self.0.source;
        let channel = source.settings.alarm.channels.iter().find(|channel| channel.name == name);
        let channel = channel.ok_or_else(|| words::no_such_channel(name))?;
        // People look at their watches, also where the township is simulated.
        let clock = Clock::system();
        let _on_its_way = self.0.tests.begin(name, clock.clone())?;
        let letter = Letter::test(by, clock.now(), source.calendar.zone());
        let sent = send_by_hub(&source.settings, channel, &letter, &source.state.letters_out).await;
        let now = source.clock.now();
        match &sent {
            Ok(()) => {
                self.0.channels.succeeded(name, now);
                self.0.to_send.notify_one();
            }
            Err(error) => self.0.channels.test_failed(name, &error.why, now),
        }
        *self.1.lock().await = None;
        sent.map_err(|error| error.why)?;
        Ok(match channel.kind.gives_receipts() {
            true => words::test_arrived(name),
            false => words::test_sent_out(name),
        })
    }
}

/// Letters by their ids, and by the alarms that they escalate.
struct Letters<'a> {
    by_id: BTreeMap<&'a str, &'a LetterRow>,
    escalating: BTreeMap<i64, &'a LetterRow>,
}

impl<'a> Letters<'a> {
    fn of(rows: &'a [LetterRow]) -> Self {
        let by_id = rows.iter().map(|row| (row.letter.id.as_str(), row)).collect();
        let escalating = rows.iter().filter(|row| row.letter.occasion == Occasion::Escalated);
        let escalating = escalating
            .flat_map(|row| row.letter.alarms.iter().map(move |alarm| (alarm.id, row)))
            .collect();
        Self { by_id, escalating }
    }

    /// What was sent of an alarm: that it was raised, escalated and over.
    fn sent(&self, alarm: &Alarm) -> Vec<SentShown> {
        let told = |of: Occasion, told: &Option<Told>| match told {
            None => Vec::new(),
            Some(told) => match self.by_id.get(told.letter.as_str()) {
                Some(row) => deliveries(row, of).collect(),
                None => vec![SentShown {
                    of,
                    channel: String::new(),
                    state: SentState::Sent(told.at),
                    why: Text::default(),
                }],
            },
        };
        let mut sent = told(Occasion::Raised, &alarm.told);
        let escalated = self.escalating.get(&alarm.id).into_iter();
        sent.extend(escalated.flat_map(|row| deliveries(row, Occasion::Escalated)));
        sent.extend(told(Occasion::Cleared, &alarm.clear_told));
        sent
    }
}

fn deliveries(row: &LetterRow, of: Occasion) -> impl Iterator<Item = SentShown> + '_ {
    row.deliveries.iter().map(move |(channel, delivery)| SentShown {
        of,
        channel: channel.clone(),
        state: match (delivery.state, delivery.sent_at) {
            (State::Sent, Some(at)) => SentState::Sent(at),
            (State::Sent, None) | (State::Waiting, _) => SentState::Waiting,
            (State::GivenUp, _) => SentState::GivenUp,
        },
        why: delivery.error.clone(),
    })
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
