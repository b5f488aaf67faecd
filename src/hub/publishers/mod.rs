//! Readings that other programs publish over the same broker. Each publisher is a gateway of its own kind: it owns
//! stations, its messages wait in its own queue, are checked, stored or set aside as any gateway's; but nothing is
//! acknowledged to it, since it would not know what to make of that.
//!
//! ```text
//! message ─decoder─▶ values ─target─▶ readings ─▶ batch ─▶ inbox, as if its gateway had sent it
//! ```

mod judge;
mod pace;
mod publisher;
mod seen;
mod settings;
mod stored;
mod target;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::Duration;

pub use seen::{Noted, PublishersSeen};
pub use settings::{PublishedSeries, PublisherSettings};

use super::HubState;
use super::inbox::{Inbox, Queued, Sender};
use super::portion::{Introduction, Portion, Unreadable};
use crate::core::GatewayId;
use crate::interop::incoming::Format;
use crate::locales::{Text, publisher as words};
use crate::mqtt::intake::Message;
use crate::store::StoreHandle;
use crate::support::Moment;
use crate::wire::{Channel, MESSAGE_SIZE_MAX, PROBLEM_MAX, Topic, cut};
use publisher::{Came, Publisher, Taken};
use stored::Stored;

/// Messages to others that wait for the connection. Engineering judgement: a request a node and minute.
const REQUESTS_MAX: usize = 100;

/// All publishers of the configuration.
#[derive(Default)]
pub(super) struct Publishers {
    all: Vec<Publisher>,
    requests: Vec<(String, Vec<u8>)>,
    /// Subscriptions that the broker refuses, as was told last.
    refused: Vec<(String, Text)>,
    /// What the store has: what comes again is not judged again.
    stored: Stored,
}

/// What a message is, as far as publishers need it.
pub(super) struct Incoming<'a> {
    pub topic: &'a str,
    pub payload: &'a [u8],
    pub retained: bool,
}

impl<'a> Incoming<'a> {
    pub fn of(message: &'a Message) -> Self {
        let (topic, payload) = (message.topic(), message.payload());
        Self { topic, payload, retained: message.retained() }
    }
}

/// Where what is read goes.
pub(super) struct Ways<'a> {
    pub inbox: &'a mut Inbox,
    pub next: &'a mut Portion,
    pub state: &'a HubState,
}

impl Publishers {
    /// Those of the settings, for the hub of that name.
    pub fn new(settings: &[PublisherSettings], client_id: &str) -> Self {
        let all = settings.iter().filter_map(|settings| Publisher::new(settings, client_id));
        Self { all: all.collect(), ..Self::default() }
    }

    /// The same, with what the store has in its file at `path`.
    pub fn with_store(self, path: &Path) -> Self {
        match self.all.is_empty() {
            true => self,
            false => Self { stored: Stored::open(path), ..self },
        }
    }

    /// Their names and formats.
    pub fn formats(&self) -> impl Iterator<Item = (GatewayId, Format)> {
        self.all.iter().map(|one| (one.gateway.clone(), one.settings.format))
    }

    /// The topics that the hub subscribes to for them.
    pub fn topics(&self) -> Vec<String> {
        self.all.iter().flat_map(|one| one.topics.iter().cloned()).collect()
    }

    /// What gateways of their kind would announce: their series, how often these come, how counters behave.
    pub fn births(&self) -> impl Iterator<Item = Introduction> {
        self.all.iter().map(|one| {
            let (gateway, birth) = (one.gateway.clone(), one.settings.birth());
            let topic = Topic::new(gateway.clone(), Channel::Birth).to_string();
            let message = Queued { topic, payload: birth.to_bytes() };
            Introduction { gateway, birth, message }
        })
    }

    /// Goes on with the numbers that `store` has. Where it cannot tell now they begin anew, which harms nothing: a
    /// batch whose number was there before is stored all the same.
    pub async fn go_on(&mut self, store: &StoreHandle) {
        for one in &mut self.all {
            let delivered = store.delivered(one.gateway.clone(), Some(one.epoch)).await;
            if let Ok(Some((epoch, set))) = delivered
                && epoch == one.epoch
                && let Some(last) = set.last()
            {
                one.go_on_after(last);
            }
        }
    }

    /// Takes a message where it is a publisher's, or passes for one's. Returns the senders of which something was
    /// dropped; `None` where it is none of theirs.
    pub fn put(
        &mut self,
        message: &Incoming<'_>,
        ways: &mut Ways<'_>,
        (now, moment): (Duration, Moment),
    ) -> Option<Vec<Sender>> {
        if self.all.is_empty() {
            return None;
        }
        if let Ok(Topic { gateway, .. }) = message.topic.parse() {
            let named = self.all.iter().any(|one| one.gateway == gateway);
            return named.then(|| {
                let problem = words::named_as_publisher(gateway.as_str());
                refuse(Some(gateway), message, problem, (ways, moment));
                Vec::new()
            });
        }
        let one = self.all.iter_mut().find(|one| one.publishes(message.topic))?;
        let sender = Some(one.gateway.clone());
        if !one.pace.admits(message.payload.len().min(MESSAGE_SIZE_MAX), now) {
            return Some(vec![sender]);
        }
        let came = Came { at: moment.time, now, retained: message.retained };
        let Taken { batches, problem, noted, request } =
            one.read(message.topic, message.payload, came, &self.stored);
        ways.state.note_published(&one.gateway, noted);
        if let Some(problem) = problem {
            refuse(sender.clone(), message, problem, (ways, moment));
        }
        if self.requests.len() < REQUESTS_MAX {
            self.requests.extend(request);
        }
        let mut dropped = Vec::new();
        let topic = Topic::new(one.gateway.clone(), Channel::Readings).to_string();
        for batch in batches {
            let queued = Queued { topic: topic.clone(), payload: batch.to_bytes() };
            dropped.extend(ways.inbox.push(queued, now));
        }
        let own = dropped.iter().filter(|of| **of == sender).count() as u64;
        one.take_back(own);
        Some(dropped)
    }

    /// The messages to be published that have come up.
    pub fn take_requests(&mut self) -> Vec<(String, Vec<u8>)> {
        std::mem::take(&mut self.requests)
    }

    /// Tells `state` which of their subscriptions the broker refuses, where that has changed.
    pub fn note_subscribed(&mut self, refused: &[(String, Text)], state: &HubState) {
        if self.refused == refused {
            return;
        }
        self.refused = refused.to_vec();
        for one in &self.all {
            let own = refused.iter().find(|(filter, _)| one.topics.contains(filter));
            state.note_publisher_refused(&one.gateway, own.map(|(_, problem)| problem.clone()));
        }
    }
}

/// Has a message set aside, unless there is more of these than the hub gets written.
fn refuse(
    sender: Sender,
    message: &Incoming<'_>,
    problem: Text,
    (ways, moment): (&mut Ways<'_>, Moment),
) {
    let problem = cut(problem, PROBLEM_MAX);
    if ways.next.is_full() {
        return ways.state.note_unreadable(&sender, &problem, moment);
    }
    let payload = message.payload.get(..MESSAGE_SIZE_MAX).unwrap_or(message.payload).to_vec();
    let message = Queued { topic: message.topic.into(), payload };
    ways.next.refuse(Unreadable { sender, message, problem });
}
