//! The connection of a view: messages of any topic out, each confirmed by the broker, and what was subscribed to in.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::client::{Answer, Message, PACKET_MAX, PUBLISH_OVERHEAD, SessionEvent, Will};
use super::session::{self, Session};
use super::{MqttError, MqttSettings, VersionMemory, problem};
use crate::locales::mqtt as words;
use crate::support::Stopwatch;

/// Events that may wait to be read: more than any window in flight, so that the reader never holds up the event loop.
/// Engineering judgement.
const EVENTS_MAX: usize = 256;

/// A broker that confirms nothing for this long, although messages are in flight, is left, as in the main delivery.
const SILENT_MAX: Duration = Duration::from_secs(30);

/// The longest wait for the broker to close once a view says that it leaves. The next run begins after it: a broker
/// that does not answer must not hold up the polls. What was said is with the system by then, and goes out without us;
/// where it does not, the broker publishes the last will, which says the same. Engineering judgement.
const FAREWELL_MAX: Duration = Duration::from_millis(500);

/// What to connect with.
#[derive(Debug, Clone)]
pub struct ViewConnect<'a> {
    pub settings: &'a MqttSettings,
    pub client_id: &'a str,
    /// The name that a certificate of its own has.
    pub own_name: &'a str,
    /// Published by the broker when the connection breaks.
    pub will: Option<Will>,
    /// The filters to subscribe to.
    pub subscriptions: Vec<String>,
}

/// What the connection brings.
#[derive(Debug)]
pub enum ViewEvent {
    /// The broker has the message with this number.
    Confirmed(u64),
    /// Something came on a subscribed topic.
    Message(Message),
    Lost(MqttError),
}

/// A live connection of a view.
pub struct ViewLink {
    session: Session,
    window: usize,
    /// Handed to the client, which has not numbered them yet: number and topic.
    handed: VecDeque<(u64, String)>,
    /// Sent under a packet id and not yet confirmed.
    sent: HashMap<u16, (u64, String)>,
    /// Since the broker last confirmed something, or had nothing to confirm.
    heard: Stopwatch,
}

impl ViewLink {
    /// Connects and subscribes.
    pub async fn connect(
        connect: ViewConnect<'_>,
        versions: &mut VersionMemory,
    ) -> Result<Self, MqttError> {
        let ViewConnect { settings, client_id, own_name, will, subscriptions } = connect;
        let mut options = session::options(settings, client_id, own_name)?;
        options.events = EVENTS_MAX;
        options.parts = true;
        let window = settings.window.max(1);
        // One more than are in flight: the client must never reuse an id in flight.
        options.client.in_flight = window.saturating_add(1);
        options.client.requests = usize::from(window) + 8;
        options.client.will = will;
        let mut link = Self {
            session: Session::connect(options, versions).await?,
            window: window.into(),
            handed: VecDeque::new(),
            sent: HashMap::new(),
            heard: Stopwatch::start(),
        };
        link.subscribe(subscriptions);
        Ok(link)
    }

    /// Subscribes to `filters`, if there are any.
    pub fn subscribe(&mut self, filters: Vec<String>) {
        // If the broker ends the connection at once, the next event says so, with the reason.
        let _gone = !filters.is_empty() && self.session.subscribe(filters).is_err();
    }

    /// How many more messages may be in flight now.
    pub fn free(&self) -> usize {
        self.window.saturating_sub(self.in_flight())
    }

    fn in_flight(&self) -> usize {
        self.handed.len() + self.sent.len()
    }

    /// Sends a message under a number of the caller's. Call it only while [`Self::free`] is above 0.
    ///
    /// # Errors
    /// It is larger than the broker takes ([`MqttError::TooLarge`]), or the connection has ended.
    pub fn publish(
        &mut self,
        number: u64,
        topic: String,
        payload: Vec<u8>,
        retain: bool,
    ) -> Result<(), MqttError> {
        let packet_max = self.session.packet_max.unwrap_or(PACKET_MAX).min(PACKET_MAX);
        let most = packet_max.saturating_sub(topic.len() + PUBLISH_OVERHEAD);
        if payload.len() > most {
            let problem = words::message_too_large(&topic, payload.len(), most);
            return Err(self.session.lost(session::Lost::TooLarge(problem)));
        }
        if self.in_flight() == 0 {
            self.heard = Stopwatch::start();
        }
        let taken = self.session.client.try_publish(&topic, retain, payload);
        taken.map_err(|_| self.session.refused())?;
        self.handed.push_back((number, topic));
        Ok(())
    }

    /// The next event. A broker that confirms nothing, or refuses a message, has lost the connection. Cancel safe.
    pub async fn next(&mut self) -> ViewEvent {
        loop {
            let event = if self.in_flight() == 0 {
                self.session.next().await
            } else {
                let left = SILENT_MAX.saturating_sub(self.heard.elapsed());
                match tokio::time::timeout(left, self.session.next()).await {
                    Ok(event) => event,
                    Err(_) => {
                        let silent = words::nothing_confirmed(SILENT_MAX.as_secs());
                        Err(session::Lost::Problem(silent))
                    }
                }
            };
            if let Some(event) = self.understood(event) {
                return event;
            }
        }
    }

    /// The next event, if one has arrived: of several that come together, each costs less than by [`Self::next`].
    pub fn try_next(&mut self) -> Option<ViewEvent> {
        loop {
            let event = self.session.try_next()?;
            if let Some(event) = self.understood(event) {
                return Some(event);
            }
        }
    }

    /// What an event means to a view.
    fn understood(&mut self, event: Result<SessionEvent, session::Lost>) -> Option<ViewEvent> {
        match event {
            Err(problem) => Some(ViewEvent::Lost(self.session.lost(problem))),
            Ok(SessionEvent::Sent(packet)) => {
                if let Some(handed) = self.handed.pop_front() {
                    self.sent.insert(packet, handed);
                }
                None
            }
            Ok(SessionEvent::Confirmed { packet, answer }) => {
                self.heard = Stopwatch::start();
                let (number, topic) = self.sent.remove(&packet)?;
                let Answer::Refused(code) = answer else {
                    return Some(ViewEvent::Confirmed(number));
                };
                let reason = problem::message_refused(&topic, code, self.session.attempt());
                Some(ViewEvent::Lost(self.session.lost(session::Lost::Problem(reason))))
            }
            Ok(SessionEvent::Message(message)) => Some(ViewEvent::Message(message)),
            Ok(
                SessionEvent::Connected { .. }
                | SessionEvent::Subscribed(_)
                | SessionEvent::Ping
                | SessionEvent::Other,
            ) => None,
        }
    }

    /// Whether a connection that is lost is there all the same, and ends because there are new certificates: last words
    /// get through.
    pub fn parts(&self) -> bool {
        self.session.renews()
    }

    /// Publishes last words and disconnects. Takes half a second at most.
    pub async fn close(self, last: Vec<(String, Vec<u8>, bool)>) {
        for (topic, payload, retain) in last {
            if self.session.client.try_publish(&topic, retain, payload).is_err() {
                break;
            }
        }
        self.session.close_within(FAREWELL_MAX).await;
    }
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
