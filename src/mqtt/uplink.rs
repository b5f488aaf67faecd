//! The gateway's connection: batches out, acknowledgements in. One task owns it; nobody else publishes.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use rumqttc::{ClientError, Event, LastWill, Outgoing, Packet, QoS};

use super::session::{self, Session};
use super::{MqttError, MqttSettings};
use crate::core::GatewayId;
use crate::support::Stopwatch;
use crate::wire::{Ack, Birth, Channel, ClockState, GatewayState, Status, Topic};

/// What comes from the broker.
#[derive(Debug)]
pub enum UplinkEvent {
    /// The broker has taken a message. That says nothing of the hub.
    Confirmed(Confirmed),
    /// The hub has committed these.
    Committed(Ack),
    /// Something on the acknowledgement topic that is no acknowledgement.
    Malformed(String),
    /// The connection is gone.
    Lost(MqttError),
}

/// A message that the broker has taken.
#[derive(Debug)]
pub struct Confirmed {
    /// The batches in it.
    pub batches: Vec<u64>,
    /// Whether it was backlog.
    pub backlog: bool,
    /// Bytes of its payload.
    pub bytes: usize,
    /// How long the broker took.
    pub took: Duration,
}

/// What has gone over a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes both ways: MQTT packets, and [`PACKET_OVERHEAD`] for each.
    pub bytes: u64,
}

/// What the network adds to a packet of MQTT: headers of IP (20 bytes) and TCP (20 and 12 of options, RFC 9293 and 7323), and the
/// record of TLS 1.3 (22, RFC 8446). Its own confirmations ride along with what goes the other way.
const PACKET_OVERHEAD: usize = 74;

/// What MQTT adds to a payload beside the topic: type and length (5 at most), length of the topic, packet id (MQTT 3.1.1).
const PUBLISH_OVERHEAD: usize = 9;

/// Bytes of a packet that only confirms or pings.
const CONFIRM_BYTES: usize = 4;

impl Traffic {
    fn add(&mut self, packet: usize) {
        self.bytes += (packet + PACKET_OVERHEAD) as u64;
    }
}

/// Batches on their way to the broker.
struct Handed {
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
    /// Handed to the client, not yet numbered by it; `None` for what is no batch.
    handed: VecDeque<Option<Handed>>,
    /// Sent under a packet id, not yet taken.
    sent: HashMap<u16, Option<Handed>>,
    traffic: Traffic,
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
        (now, clock): (Timestamp, ClockState),
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
            traffic: Traffic::default(),
        };
        let acks = acknowledged.then(|| topic(Channel::Ack));
        // A broker that takes the connection and ends it at once had taken it: what comes next says that it is gone, and why.
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
        self.say_online(clock)
    }

    fn say_online(&mut self, clock: ClockState) -> Result<(), ClientError> {
        let online = Status::new(GatewayState::Online, self.since).with_clock(clock);
        self.retain(self.status.clone(), online.to_bytes())
    }

    fn retain(&mut self, topic: String, payload: Vec<u8>) -> Result<(), ClientError> {
        self.traffic.add(topic.len() + payload.len() + PUBLISH_OVERHEAD);
        self.session.client.try_publish(topic, QoS::AtLeastOnce, true, payload)?;
        self.handed.push_back(None);
        Ok(())
    }

    /// How many more batches may be on their way now.
    pub fn free(&self) -> usize {
        self.window.saturating_sub(self.handed.len() + self.sent.len())
    }

    /// Whether nothing is on its way.
    pub fn is_idle(&self) -> bool {
        self.handed.is_empty() && self.sent.is_empty()
    }

    /// What has gone over this connection.
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// The error of a broker that has confirmed nothing for `time`.
    pub fn silent(&self, time: Duration) -> MqttError {
        let problem = format!("nothing that was sent has been confirmed for {} s", time.as_secs());
        self.session.lost(session::Lost::Problem(problem))
    }

    /// Sends a message that carries these batches. Call it only while [`Self::free`] is above 0.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn publish(
        &mut self,
        batches: Vec<u64>,
        backlog: bool,
        payload: Vec<u8>,
    ) -> Result<(), MqttError> {
        let bytes = payload.len();
        let published =
            self.session.client.try_publish(&self.readings, QoS::AtLeastOnce, false, payload);
        published.map_err(|e| self.session.refused(e))?;
        self.traffic.add(self.readings.len() + bytes + PUBLISH_OVERHEAD);
        self.handed.push_back(Some(Handed { batches, backlog, bytes, since: Stopwatch::start() }));
        Ok(())
    }

    /// What comes next from the broker. Cancel safe.
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
                    self.traffic.add(CONFIRM_BYTES);
                    if let Some(Some(handed)) = self.sent.remove(&ack.pkid) {
                        return UplinkEvent::Confirmed(Confirmed {
                            batches: handed.batches,
                            backlog: handed.backlog,
                            bytes: handed.bytes,
                            took: handed.since.elapsed(),
                        });
                    }
                }
                Ok(Event::Outgoing(Outgoing::PingReq)) | Ok(Event::Incoming(Packet::PingResp)) => {
                    self.traffic.add(CONFIRM_BYTES);
                }
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    self.traffic
                        .add(publish.topic.len() + publish.payload.len() + PUBLISH_OVERHEAD);
                    self.traffic.add(CONFIRM_BYTES);
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

    /// Says that the clock has become good, or bad.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn tell_clock(&mut self, clock: ClockState) -> Result<(), MqttError> {
        self.say_online(clock).map_err(|e| self.session.refused(e))
    }

    /// Says goodbye: the status becomes offline by our own word. What is still on its way is in the spool.
    pub async fn close(mut self) {
        let offline = Status::new(GatewayState::Offline, self.since).to_bytes();
        if self.retain(self.status.clone(), offline).is_ok() {
            self.session.close().await;
        }
    }
}
