//! The hub's connection: messages of all gateways in, acknowledgements out.
//!
//! The broker keeps nothing for the hub: the session is clean, and each message is confirmed when it is received. The
//! gateways keep what the hub has not acknowledged, so what the broker would keep is of no use, and how much it keeps
//! differs from broker to broker.

use std::collections::{BTreeMap, VecDeque};

use tokio::sync::oneshot;

use super::client::{Answer, SessionEvent};
use super::session::{self, Lost, Session};
use super::{CertificateEnd, MqttError, MqttSettings, Version, VersionMemory, problem};
use crate::core::GatewayId;
use crate::locales::{Text, mqtt as words};
use crate::support::{Seldom, Stopwatch};
use crate::wire::{Ack, Channel, Topic};

pub use super::client::Message;

/// Acknowledgements that may be sent and not yet confirmed by the broker. Engineering judgement.
const IN_FLIGHT: u16 = 500;

/// Messages that may wait to be read: at 1 MiB each, the most that MQTT 3.1.1 lets in, 32 MiB. When all places are
/// taken nothing is read from the network, so the broker waits. Pings wait too: whoever owns an intake reads promptly
/// and drops what does not fit, so that this lasts for moments only.
const EVENTS_MAX: usize = 32;

/// The largest acknowledgement in one message, bytes: some hundred ranges, while a gateway that lost nothing has one. A
/// broker that takes only smaller packets would take no batches either. Engineering judgement.
const ACK_BYTES_MAX: usize = 4_000;

/// Gateways that are named where the broker does not take their acknowledgements. Engineering judgement: most often it
/// is all of them.
const NAMED_MAX: usize = 5;

/// A live connection of the hub.
pub struct Intake {
    session: Session,
    lost: Option<Lost>,
    dropped_acks: u64,
    /// What waits to be sent, in its order.
    unsent: VecDeque<Outgoing>,
    /// What waits to be confirmed, by packet ids.
    unconfirmed: BTreeMap<u16, Outgoing>,
    /// Why the broker did not take the last acknowledgement of each gateway of which it did not.
    refused_acks: BTreeMap<GatewayId, Text>,
    made: Stopwatch,
    /// Refusals for a reason that was not in force before, for the log.
    refusals: Seldom,
}

/// What came of a message that was published: the broker has it, or why not.
pub type Published = Result<(), Text>;

/// What was handed to the connection.
enum Outgoing {
    /// An acknowledgement to that gateway.
    Ack(GatewayId),
    /// Another message, its topic, and who waits for the broker's answer.
    Other(String, oneshot::Sender<Published>),
}

/// What the broker retains of each gateway.
fn retained() -> [String; 3] {
    [Channel::Birth.filter(), Channel::Status.filter(), Channel::Report.filter()]
}

impl Intake {
    /// Connects as `client_id` and subscribes to all gateways. With `without_retained` only to their readings: a birth
    /// or status that is too large to be received ends the connection, and comes again with each new one as long as
    /// the broker retains it.
    ///
    /// With `share`, the broker gives each message of readings to one member of the group of that name. Birth and
    /// status go to every member, since brokers do not give retained messages to a group.
    ///
    /// # Errors
    /// The settings cannot describe a broker, a file that they name cannot be used, or there is no connection.
    pub async fn connect(
        settings: &MqttSettings,
        client_id: &str,
        share: Option<&str>,
        without_retained: bool,
        versions: &mut VersionMemory,
    ) -> Result<Self, MqttError> {
        if client_id.is_empty() {
            return Err(MqttError::Settings(words::client_id_empty()));
        }
        let mut options = session::options(settings, client_id, client_id)?;
        options.client.in_flight = IN_FLIGHT;
        options.events = EVENTS_MAX;
        let mut session = Session::connect(options, versions).await?;
        let readings = Channel::Readings.filter();
        let mut filters = match share {
            Some(group) => vec![format!("$share/{group}/{readings}")],
            None => vec![readings],
        };
        if !without_retained {
            filters.extend(retained());
        }
        session.subscribe(filters).map_err(|_| session.refused())?;
        Ok(Self {
            session,
            lost: None,
            dropped_acks: 0,
            unsent: VecDeque::new(),
            unconfirmed: BTreeMap::new(),
            refused_acks: BTreeMap::new(),
            made: Stopwatch::start(),
            refusals: Seldom::default(),
        })
    }

    /// Subscribes to births and statuses, too, over a connection that was made without them.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn ask_for_retained(&mut self) -> Result<(), MqttError> {
        self.session.subscribe(retained().into()).map_err(|_| self.session.refused())
    }

    /// Subscribes to topics of other programs. Each hub gets their messages, also one that shares those of gateways.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn subscribe_to_others(&mut self, topics: &[String]) -> Result<(), MqttError> {
        match topics {
            [] => Ok(()),
            topics => self.session.subscribe(topics.to_vec()).map_err(|_| self.session.refused()),
        }
    }

    /// Topics of other programs that the broker does not let the hub have, and why.
    pub fn refused_others(&self) -> &[(String, Text)] {
        self.session.refused_others()
    }

    /// The next message. Cancel safe.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn next(&mut self) -> Result<Message, MqttError> {
        loop {
            if let Some(problem) = self.lost.take() {
                return Err(self.session.lost(problem));
            }
            let event = self.session.next().await;
            if let Some(message) = self.handle(event) {
                return Ok(message);
            }
        }
    }

    /// The next message, if one has arrived.
    pub fn try_next(&mut self) -> Option<Message> {
        while self.lost.is_none() {
            let event = self.session.try_next()?;
            if let Some(message) = self.handle(event) {
                return Some(message);
            }
        }
        None
    }

    fn handle(&mut self, event: Result<SessionEvent, Lost>) -> Option<Message> {
        match event {
            Ok(SessionEvent::Message(message)) => return Some(message),
            Ok(SessionEvent::Sent(packet)) => {
                if let Some(outgoing) = self.unsent.pop_front() {
                    self.unconfirmed.insert(packet, outgoing);
                }
            }
            Ok(SessionEvent::Confirmed { packet, answer }) => self.note_answer(packet, answer),
            Ok(_) => {}
            Err(problem) => self.lost = Some(problem),
        }
        None
    }

    fn note_answer(&mut self, packet: u16, answer: Answer) {
        let gateway = match self.unconfirmed.remove(&packet) {
            Some(Outgoing::Ack(gateway)) => gateway,
            Some(Outgoing::Other(topic, done)) => {
                let published = match answer {
                    Answer::Refused(code) => {
                        Err(problem::message_refused(&topic, code, self.session.attempt()))
                    }
                    _ => Ok(()),
                };
                // Whoever has given up waiting does not hear of it.
                let _heard = done.send(published);
                return;
            }
            None => return,
        };
        let Answer::Refused(code) = answer else {
            self.refused_acks.remove(&gateway);
            return;
        };
        let reason = problem::message_refused(&Channel::Ack.filter(), code, self.session.attempt());
        if !self.refused_acks.values().any(|known| *known == reason)
            && let Some(count) = self.refusals.note(self.made.elapsed())
        {
            tracing::warn!(%gateway, count, %reason, "the broker does not take acknowledgements");
        }
        self.refused_acks.insert(gateway, reason);
    }

    /// Tells a gateway what has been committed, in as many messages as it takes. Never waits: an acknowledgement that
    /// the broker cannot take, because too many are waiting, is dropped. The gateway sends again and gets another one.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn acknowledge(&mut self, gateway: &GatewayId, ack: &Ack) -> Result<(), MqttError> {
        let topic = Topic::new(gateway.clone(), Channel::Ack).to_string();
        for part in ack.parts(ACK_BYTES_MAX.min(self.session.payload_max(&topic))) {
            if self.session.client.try_publish(&topic, false, part.to_bytes()).is_ok() {
                self.unsent.push_back(Outgoing::Ack(gateway.clone()));
            } else {
                if self.session.is_over() {
                    return Err(self.session.refused());
                }
                self.dropped_acks += 1;
                tracing::debug!(%gateway, "dropped an acknowledgement: too many are waiting for the broker");
            }
        }
        Ok(())
    }

    /// Publishes another message; `done` is told what the broker answers, and is dropped where the connection ends
    /// before. Never waits: where too many messages wait for the broker, `done` is told so.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn publish(
        &mut self,
        topic: String,
        payload: Vec<u8>,
        done: oneshot::Sender<Published>,
    ) -> Result<(), MqttError> {
        if self.session.client.try_publish(&topic, false, payload).is_ok() {
            self.unsent.push_back(Outgoing::Other(topic, done));
        } else {
            if self.session.is_over() {
                return Err(self.session.refused());
            }
            let _heard = done.send(Err(words::too_many_wait()));
        }
        Ok(())
    }

    /// Acknowledgements that were dropped over this connection.
    pub fn dropped_acks(&self) -> u64 {
        self.dropped_acks
    }

    /// Why the broker does not take our acknowledgements, with the gateways of which it does not, if there are any.
    /// Only MQTT 5 tells.
    pub fn refused_acks(&self) -> Option<Text> {
        let reason = self.refused_acks.values().next()?;
        let more = self.refused_acks.len().saturating_sub(NAMED_MAX);
        let names = self.refused_acks.keys().take(NAMED_MAX).map(|gateway| gateway.as_str());
        let more = (more > 0).then(|| format!("… +{more}"));
        let names = Text::list(names.map(str::to_owned).chain(more));
        Some(Text::chain([&names, reason]))
    }

    /// When the certificates of this connection end.
    pub fn certificates(&self) -> Vec<CertificateEnd> {
        self.session.certificates()
    }

    /// The version of MQTT that is spoken.
    pub fn protocol(&self) -> Version {
        self.session.version()
    }

    /// Ends the connection.
    pub async fn close(self) {
        self.session.close().await;
    }
}

#[cfg(test)]
#[path = "intake_tests.rs"]
mod tests;
