//! The hub's connection: messages of all gateways in, acknowledgements out.
//!
//! The broker keeps nothing for the hub: the session is clean, and each message is confirmed when it is received. The
//! gateways keep what the hub has not acknowledged, so what the broker would keep is of no use, and how much it keeps
//! differs from broker to broker.

use super::client::{Answer, SessionEvent};
use super::session::{self, Lost, Session};
use super::{MqttError, MqttSettings, Version, VersionMemory, problem};
use crate::core::GatewayId;
use crate::locales::{Text, mqtt as words};
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

/// A live connection of the hub.
pub struct Intake {
    session: Session,
    lost: Option<Lost>,
    dropped_acks: u64,
    refused_acks: Option<Text>,
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
            filters.extend([Channel::Birth.filter(), Channel::Status.filter()]);
        }
        session.subscribe(filters).map_err(|_| session.refused())?;
        Ok(Self { session, lost: None, dropped_acks: 0, refused_acks: None })
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
            Ok(SessionEvent::Confirmed { answer: Answer::Refused(code), .. }) => {
                let attempt = self.session.attempt();
                let reason = problem::message_refused(&Channel::Ack.filter(), code, attempt);
                if self.refused_acks.as_ref() != Some(&reason) {
                    tracing::warn!(%reason, "the broker does not take acknowledgements");
                }
                self.refused_acks = Some(reason);
            }
            Ok(SessionEvent::Confirmed { .. }) => self.refused_acks = None,
            Ok(_) => {}
            Err(problem) => self.lost = Some(problem),
        }
        None
    }

    /// Tells a gateway what has been committed, in as many messages as it takes. Never waits: an acknowledgement that
    /// the broker cannot take, because too many are waiting, is dropped. The gateway sends again and gets another one.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn acknowledge(&mut self, gateway: &GatewayId, ack: &Ack) -> Result<(), MqttError> {
        let topic = Topic::new(gateway.clone(), Channel::Ack).to_string();
        for part in ack.parts(ACK_BYTES_MAX.min(self.session.payload_max(&topic))) {
            if self.session.client.try_publish(&topic, false, part.to_bytes()).is_err() {
                if self.session.is_over() {
                    return Err(self.session.refused());
                }
                self.dropped_acks += 1;
                tracing::debug!(%gateway, "dropped an acknowledgement: too many are waiting for the broker");
            }
        }
        Ok(())
    }

    /// Acknowledgements that were dropped over this connection.
    pub fn dropped_acks(&self) -> u64 {
        self.dropped_acks
    }

    /// Why the broker does not take our acknowledgements, if it does not. Only MQTT 5 tells.
    pub fn refused_acks(&self) -> Option<Text> {
        self.refused_acks.clone()
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
