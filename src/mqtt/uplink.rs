//! The gateway's connection: batches out, acknowledgements in. One task owns it, and nothing else publishes.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use rumqttc::{ClientError, Event, LastWill, Outgoing, Packet, QoS};

use super::session::{self, Session};
use super::{MqttError, MqttSettings};
use crate::core::GatewayId;
use crate::locales::{Text, mqtt as words};
use crate::support::Stopwatch;
use crate::wire::{Ack, Birth, Channel, ClockState, GatewayState, Status, Topic, WireError};

/// What the connection brings.
#[derive(Debug)]
pub enum UplinkEvent {
    /// The broker has a message. That says nothing about the hub.
    Confirmed(Confirmed),
    /// The hub has committed these batches.
    Committed(Ack),
    /// A message on the acknowledgement topic cannot be read.
    Malformed(WireError),
    Lost(MqttError),
}

/// A message that the broker has confirmed.
#[derive(Debug)]
pub struct Confirmed {
    pub batches: Vec<u64>,
    pub backlog: bool,
    /// Size of its payload.
    pub bytes: usize,
    /// Time from sending to confirmation.
    pub took: Duration,
}

/// What the network adds to an MQTT packet: headers of IP (20 bytes) and TCP (20, and 12 of options, RFC 9293 and
/// 7323), and the record of TLS 1.3 (22, RFC 8446). TCP's own confirmations ride along with packets the other way.
const PACKET_OVERHEAD: usize = 74;

/// What MQTT adds to topic and payload: type and length (5 at most), length of the topic, packet id (MQTT 3.1.1).
const PUBLISH_OVERHEAD: usize = 9;

/// Bytes of a packet that only confirms or pings.
const CONFIRM_BYTES: usize = 4;

/// The client id of a gateway.
pub fn client_id(gateway: &GatewayId) -> String {
    format!("hanqing-{gateway}")
}

/// A message of batches on its way to the broker.
struct InFlight {
    batches: Vec<u64>,
    backlog: bool,
    bytes: usize,
    since: Stopwatch,
}

/// A live connection of a gateway.
pub struct Uplink {
    session: Session,
    readings: String,
    status: String,
    since: Timestamp,
    window: usize,
    /// Handed to the client, which has not numbered them yet; `None` for birth and status.
    handed: VecDeque<Option<InFlight>>,
    /// Sent under a packet id and not yet confirmed.
    sent: HashMap<u16, Option<InFlight>>,
    /// Bytes both ways, with the network's overhead.
    traffic: u64,
}

impl Uplink {
    /// Connects, announces what the gateway observes and that it is online since `now`, and subscribes to
    /// acknowledgements if there is a hub that sends them (`acknowledged`).
    pub async fn connect(
        settings: &MqttSettings,
        gateway: &GatewayId,
        birth: &Birth,
        acknowledged: bool,
        (now, clock): (Timestamp, ClockState),
    ) -> Result<Self, MqttError> {
        let topic = |channel| Topic::new(gateway.clone(), channel).to_string();
        let mut options = session::options(settings, &client_id(gateway), gateway.as_str())?;
        options.mqtt.set_clean_session(true);
        let window = settings.window.max(1);
        // Birth and status are in flight beside the batches; the client must never reuse an id that is in flight.
        options.mqtt.set_inflight(window.saturating_add(4));
        let offline = Status::new(GatewayState::Offline, now).to_bytes();
        let will = LastWill::new(topic(Channel::Status), offline, QoS::AtLeastOnce, true);
        options.mqtt.set_last_will(will);
        let session = Session::connect(options).await?;
        let mut uplink = Self {
            session,
            readings: topic(Channel::Readings),
            status: topic(Channel::Status),
            since: now,
            window: window.into(),
            handed: VecDeque::new(),
            sent: HashMap::new(),
            traffic: 0,
        };
        let acks = acknowledged.then(|| topic(Channel::Ack));
        // If the broker accepts the connection and ends it at once, the next event says so, with the reason.
        let _gone = uplink.begin(acks, topic(Channel::Birth), birth, clock).is_err();
        Ok(uplink)
    }

    fn begin(
        &mut self,
        acks: Option<String>,
        births: String,
        birth: &Birth,
        clock: ClockState,
    ) -> Result<(), ClientError> {
        if let Some(acks) = acks {
            self.session.client.try_subscribe(acks, QoS::AtLeastOnce)?;
        }
        self.retain(births, birth.to_bytes())?;
        self.announce_online(clock)
    }

    fn announce_online(&mut self, clock: ClockState) -> Result<(), ClientError> {
        let online = Status::new(GatewayState::Online, self.since).with_clock(clock);
        self.retain(self.status.clone(), online.to_bytes())
    }

    fn retain(&mut self, topic: String, payload: Vec<u8>) -> Result<(), ClientError> {
        self.count(topic.len() + payload.len() + PUBLISH_OVERHEAD);
        self.session.client.try_publish(topic, QoS::AtLeastOnce, true, payload)?;
        self.handed.push_back(None);
        Ok(())
    }

    fn count(&mut self, packet: usize) {
        self.traffic += (packet + PACKET_OVERHEAD) as u64;
    }

    /// How many more messages may be in flight now.
    pub fn free(&self) -> usize {
        self.window.saturating_sub(self.handed.len() + self.sent.len())
    }

    pub fn is_idle(&self) -> bool {
        self.handed.is_empty() && self.sent.is_empty()
    }

    /// Bytes that have gone over this connection both ways, including the network's overhead.
    pub fn traffic(&self) -> u64 {
        self.traffic
    }

    /// What is doubtful about the certificates, although there is a connection.
    pub fn doubt(&self) -> Option<Text> {
        self.session.doubt()
    }

    /// The error of a broker that has confirmed nothing for `time`.
    pub fn silent(&self, time: Duration) -> MqttError {
        let problem = words::nothing_confirmed(time.as_secs());
        self.session.lost(session::Lost::Problem(problem))
    }

    /// Sends a message that carries these batches. Call it only while [`Self::free`] is above 0.
    pub fn publish(
        &mut self,
        batches: Vec<u64>,
        backlog: bool,
        payload: Vec<u8>,
    ) -> Result<(), MqttError> {
        let bytes = payload.len();
        let published =
            self.session.client.try_publish(&self.readings, QoS::AtLeastOnce, false, payload);
        published.map_err(|_| self.session.refused())?;
        self.count(self.readings.len() + bytes + PUBLISH_OVERHEAD);
        self.handed.push_back(Some(InFlight {
            batches,
            backlog,
            bytes,
            since: Stopwatch::start(),
        }));
        Ok(())
    }

    /// The next event. Cancel safe.
    pub async fn next(&mut self) -> UplinkEvent {
        loop {
            match self.session.next().await {
                Err(problem) => return UplinkEvent::Lost(self.session.lost(problem)),
                Ok(Event::Outgoing(Outgoing::Publish(id))) if id != 0 => {
                    if let Some(handed) = self.handed.pop_front() {
                        self.sent.insert(id, handed);
                    }
                }
                Ok(Event::Incoming(Packet::PubAck(ack))) => {
                    self.count(CONFIRM_BYTES);
                    if let Some(Some(sent)) = self.sent.remove(&ack.pkid) {
                        let InFlight { batches, backlog, bytes, since } = sent;
                        let took = since.elapsed();
                        return UplinkEvent::Confirmed(Confirmed { batches, backlog, bytes, took });
                    }
                }
                Ok(Event::Outgoing(Outgoing::PingReq) | Event::Incoming(Packet::PingResp)) => {
                    self.count(CONFIRM_BYTES);
                }
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    self.count(publish.topic.len() + publish.payload.len() + PUBLISH_OVERHEAD);
                    self.count(CONFIRM_BYTES);
                    return match Ack::from_bytes(&publish.payload) {
                        Ok(ack) => UplinkEvent::Committed(ack),
                        Err(error) => UplinkEvent::Malformed(error),
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

    /// Announces that the clock has become good, or provisional again.
    pub fn announce_clock(&mut self, clock: ClockState) -> Result<(), MqttError> {
        self.announce_online(clock).map_err(|_| self.session.refused())
    }

    /// Announces that the gateway is offline, and disconnects. What is still in flight is in the spool.
    pub async fn close(mut self) {
        let offline = Status::new(GatewayState::Offline, self.since).to_bytes();
        if self.retain(self.status.clone(), offline).is_ok() {
            self.session.close().await;
        }
    }
}
