//! The gateway's connection: batches out, acknowledgements in. One task owns it; nobody else publishes.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;
use rumqttc::{Event, LastWill, Outgoing, Packet, QoS};

use super::session::{self, Session};
use super::{MqttError, MqttSettings};
use crate::core::GatewayId;
use crate::wire::{Ack, Birth, Channel, GatewayState, Status, Topic};

/// What comes from the broker.
#[derive(Debug)]
pub enum UplinkEvent {
    /// The broker has taken this batch. That says nothing of the hub.
    Taken(u64),
    /// The hub has committed these.
    Committed(Ack),
    /// Something on the acknowledgement topic that is no acknowledgement.
    Malformed(String),
    /// The connection is gone.
    Lost(MqttError),
}

/// A live connection of a gateway.
pub struct Uplink {
    session: Session,
    readings: String,
    status: String,
    since: Timestamp,
    window: usize,
    /// Handed to the client, not yet numbered by it; `None` for what is no batch.
    handed: VecDeque<Option<u64>>,
    /// Sent under a packet id, not yet taken.
    sent: HashMap<u16, Option<u64>>,
}

impl Uplink {
    /// Connects, says what the gateway observes and that it is online, and, where there is a hub that gives them
    /// (`acknowledged`), listens for acknowledgements.
    ///
    /// # Errors
    /// The settings or files are wrong, or the broker does not take the connection.
    pub async fn connect(
        settings: &MqttSettings,
        gateway: &GatewayId,
        birth: &Birth,
        acknowledged: bool,
        now: Timestamp,
    ) -> Result<Self, MqttError> {
        let topic = |channel| Topic::new(gateway.clone(), channel).to_string();
        let mut options = session::options(settings, &format!("hanqing-{gateway}"))?;
        options.warn_of_anothers_certificate(gateway.as_str());
        options.set_clean_session(true);
        let window = settings.window.max(1);
        // Birth and status share the window with the batches; the client must never reuse an id that is in flight.
        options.set_inflight(window.saturating_add(4));
        let offline = Status::new(GatewayState::Offline, now).to_bytes();
        options.set_last_will(LastWill::new(
            topic(Channel::Status),
            offline,
            QoS::AtLeastOnce,
            true,
        ));
        let session = Session::connect(options).await?;
        let mut uplink = Self {
            session,
            readings: topic(Channel::Readings),
            status: topic(Channel::Status),
            since: now,
            window: window.into(),
            handed: VecDeque::new(),
            sent: HashMap::new(),
        };
        if acknowledged {
            let subscribed = uplink
                .session
                .client
                .try_subscribe(topic(Channel::Ack), QoS::AtLeastOnce);
            subscribed.map_err(|e| uplink.session.refused(e))?;
        }
        uplink.retain(topic(Channel::Birth), birth.to_bytes())?;
        uplink.retain(
            uplink.status.clone(),
            Status::new(GatewayState::Online, now).to_bytes(),
        )?;
        Ok(uplink)
    }

    fn retain(&mut self, topic: String, payload: Vec<u8>) -> Result<(), MqttError> {
        let published = self
            .session
            .client
            .try_publish(topic, QoS::AtLeastOnce, true, payload);
        published.map_err(|e| self.session.refused(e))?;
        self.handed.push_back(None);
        Ok(())
    }

    /// How many more batches may be on their way now.
    pub fn free(&self) -> usize {
        self.window
            .saturating_sub(self.handed.len() + self.sent.len())
    }

    /// Sends a batch. Call it only while [`Self::free`] is above 0.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn publish(&mut self, seq: u64, payload: Vec<u8>) -> Result<(), MqttError> {
        let published =
            self.session
                .client
                .try_publish(&self.readings, QoS::AtLeastOnce, false, payload);
        published.map_err(|e| self.session.refused(e))?;
        self.handed.push_back(Some(seq));
        Ok(())
    }

    /// What comes next from the broker. Cancel safe.
    pub async fn next(&mut self) -> UplinkEvent {
        loop {
            match self.session.next().await {
                Err(problem) => return UplinkEvent::Lost(self.session.lost(problem)),
                Ok(Event::Outgoing(Outgoing::Publish(id))) if id != 0 => {
                    if let Some(seq) = self.handed.pop_front() {
                        self.sent.insert(id, seq);
                    }
                }
                Ok(Event::Incoming(Packet::PubAck(ack))) => {
                    if let Some(Some(seq)) = self.sent.remove(&ack.pkid) {
                        return UplinkEvent::Taken(seq);
                    }
                }
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    return match Ack::from_bytes(&publish.payload) {
                        Ok(ack) => UplinkEvent::Committed(ack),
                        Err(error) => UplinkEvent::Malformed(error.to_string()),
                    };
                }
                Ok(Event::Incoming(Packet::SubAck(answer))) => {
                    if let Some(problem) = session::refused(&answer) {
                        return UplinkEvent::Lost(self.session.lost(problem));
                    }
                }
                Ok(_) => {}
            }
        }
    }

    /// Says goodbye: the status becomes offline by our own word. What is still on its way is in the spool.
    pub async fn close(mut self) {
        let offline = Status::new(GatewayState::Offline, self.since).to_bytes();
        if self.retain(self.status.clone(), offline).is_ok() {
            self.session.close().await;
        }
    }
}
