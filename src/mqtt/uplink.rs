//! The gateway's connection: batches out, acknowledgements in. One task owns it, and nothing else publishes.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::client::{Answer, NotTaken, PUBLISH_OVERHEAD, SessionEvent, Will};
use super::session::{self, Session};
use super::{CertificateEnd, MqttError, MqttSettings, Version, VersionMemory, problem};
use crate::core::GatewayId;
use crate::locales::{Text, mqtt as words};
use crate::support::{Seldom, Stopwatch};
use crate::wire::{
    Ack, Birth, Channel, ClockState, GatewayState, ShownTime, Status, Topic, WireError,
};
use jiff::Timestamp;

/// What the connection brings.
#[derive(Debug)]
pub enum UplinkEvent {
    /// The broker has a message. That says nothing about the hub.
    Confirmed(Confirmed),
    /// The broker does not take a message. Only MQTT 5 tells; under 3.1.1 the broker confirms it and drops it.
    Refused(Refused),
    /// The hub has committed these batches.
    Committed(Ack),
    /// The office has pushed a configuration, or somebody says so.
    Pushed(Vec<u8>),
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

/// A message that the broker does not take.
#[derive(Debug)]
pub struct Refused {
    /// None for a birth or a status.
    pub batches: Vec<u64>,
    pub backlog: bool,
    /// Size of its payload.
    pub bytes: usize,
    /// Whether it is larger than the broker takes: smaller ones may pass.
    pub too_large: bool,
    pub reason: Text,
}

/// What the network adds to an MQTT packet: headers of IP (20 bytes) and TCP (20, and 12 of options, RFC 9293 and
/// 7323), and the record of TLS 1.3 (22, RFC 8446). TCP's own confirmations ride along with packets the other way.
const PACKET_OVERHEAD: usize = 74;

/// Events that may wait to be read: more than any window in flight, so that it never holds up the event loop. Only
/// acknowledgements are larger than a few bytes. Engineering judgement.
const EVENTS_MAX: usize = 256;

/// Bytes of a packet that only confirms or pings.
const CONFIRM_BYTES: usize = 4;

/// The client id of a gateway.
pub fn client_id(gateway: &GatewayId) -> String {
    format!("hanqing-{gateway}")
}

/// A message on its way to the broker.
struct InFlight {
    kind: Kind,
    bytes: usize,
    since: Stopwatch,
}

enum Kind {
    /// Birth or status, on this topic.
    State(String),
    /// What the gateway says of itself.
    Report,
    Batches {
        batches: Vec<u64>,
        backlog: bool,
    },
}

/// What a gateway listens to.
#[derive(Debug, Clone, Copy)]
pub struct Listens {
    /// Whether there is a hub that sends acknowledgements.
    pub acknowledged: bool,
    /// Whether it takes configurations that the office pushes.
    pub pushed: bool,
}

/// A live connection of a gateway.
pub struct Uplink {
    session: Session,
    readings: String,
    status: String,
    report: String,
    /// Where the office pushes configurations, and where the gateway says what becomes of them.
    config: String,
    config_state: String,
    since: Timestamp,
    window: usize,
    /// Handed to the client, which has not numbered them yet.
    handed: VecDeque<InFlight>,
    /// Sent under a packet id and not yet confirmed.
    sent: HashMap<u16, InFlight>,
    /// Refused before they were sent, and not yet told.
    refused: VecDeque<Refused>,
    /// Why the broker does not take birth or status, or the last message of readings.
    doubts: Doubts,
    /// Bytes both ways, with the network's overhead.
    traffic: u64,
    made: Stopwatch,
    /// Acknowledgements that the broker had retained, for the log.
    retained_acks: Seldom,
    /// What became of reports over this connection.
    reports: Reports,
}

/// What became of the reports of a connection.
#[derive(Default)]
struct Reports {
    /// One is sent and not yet answered.
    pending: bool,
    /// The broker does not take them: none is sent over this connection any more.
    refused: bool,
}

/// What is wrong although there is a connection.
#[derive(Default)]
struct Doubts {
    state: Option<Text>,
    readings: Option<Text>,
}

impl Uplink {
    /// Connects, announces what the gateway observes and that it is `online` since now, and subscribes to
    /// what it `listens` to.
    pub async fn connect(
        settings: &MqttSettings,
        gateway: &GatewayId,
        birth: &Birth,
        listens: Listens,
        online: &Status,
        versions: &mut VersionMemory,
    ) -> Result<Self, MqttError> {
        let topic = |channel| Topic::new(gateway.clone(), channel).to_string();
        let mut options = session::options(settings, &client_id(gateway), gateway.as_str())?;
        options.events = EVENTS_MAX;
        let window = settings.window.max(1);
        // Birth, status, report and state of the configuration are in flight beside the batches; the client must never
        // reuse an id in flight.
        options.client.in_flight = window.saturating_add(8);
        let offline = Status::new(GatewayState::Offline, online.since).to_bytes();
        let will = Will { topic: topic(Channel::Status), payload: offline, retain: true };
        options.client.will = Some(will);
        let session = Session::connect(options, versions).await?;
        let mut uplink = Self {
            session,
            readings: topic(Channel::Readings),
            status: topic(Channel::Status),
            report: topic(Channel::Report),
            config: topic(Channel::Config),
            config_state: topic(Channel::ConfigState),
            since: online.since,
            window: window.into(),
            handed: VecDeque::new(),
            sent: HashMap::new(),
            refused: VecDeque::new(),
            doubts: Doubts::default(),
            traffic: 0,
            made: Stopwatch::start(),
            retained_acks: Seldom::default(),
            reports: Reports::default(),
        };
        let acks = listens.acknowledged.then(|| topic(Channel::Ack));
        let pushed = listens.pushed.then(|| uplink.config.clone());
        let filters: Vec<String> = acks.into_iter().chain(pushed).collect();
        // If the broker accepts the connection and ends it at once, the next event says so, with the reason.
        let _gone = uplink.begin(filters, topic(Channel::Birth), birth, online).is_err();
        Ok(uplink)
    }

    fn begin(
        &mut self,
        filters: Vec<String>,
        births: String,
        birth: &Birth,
        online: &Status,
    ) -> Result<(), NotTaken> {
        if !filters.is_empty() {
            self.session.subscribe(filters)?;
        }
        self.retain(births, birth.to_bytes())?;
        self.retain(self.status.clone(), online.to_bytes())
    }

    fn retain(&mut self, topic: String, payload: Vec<u8>) -> Result<(), NotTaken> {
        let message = InFlight {
            bytes: payload.len(),
            kind: Kind::State(topic.clone()),
            since: Stopwatch::start(),
        };
        self.hand_over(&topic, message, true, payload)
    }

    /// Hands a message to the client, unless it is larger than the broker takes: the client would end the connection.
    fn hand_over(
        &mut self,
        topic: &str,
        message: InFlight,
        retain: bool,
        payload: Vec<u8>,
    ) -> Result<(), NotTaken> {
        if let Some(most) = self.payload_max(topic)
            && message.bytes > most
        {
            let reason = words::message_too_large(topic, message.bytes, most);
            let refused = self.note_refusal(message, reason, true);
            self.refused.extend(refused);
            return Ok(());
        }
        self.session.client.try_publish(topic, retain, payload)?;
        self.count(topic.len() + message.bytes + PUBLISH_OVERHEAD);
        self.handed.push_back(message);
        Ok(())
    }

    /// Bytes of payload that the broker takes on `topic`, where it says so.
    fn payload_max(&self, topic: &str) -> Option<usize> {
        let packet_max = self.session.packet_max?;
        Some(packet_max.saturating_sub(topic.len() + PUBLISH_OVERHEAD))
    }

    /// Nobody has to be told of a report that is refused: nothing but a page of the office lacks it.
    fn note_refusal(
        &mut self,
        message: InFlight,
        reason: Text,
        too_large: bool,
    ) -> Option<Refused> {
        let InFlight { kind, bytes, .. } = message;
        match kind {
            Kind::State(_) => {
                self.doubts.state = Some(reason.clone());
                Some(Refused { batches: Vec::new(), backlog: false, bytes, too_large, reason })
            }
            Kind::Report => {
                self.reports.refused = true;
                tracing::warn!(%reason, "the broker does not take what the gateway says of its devices");
                None
            }
            Kind::Batches { batches, backlog } => {
                self.doubts.readings = Some(reason.clone());
                Some(Refused { batches, backlog, bytes, too_large, reason })
            }
        }
    }

    fn count(&mut self, packet: usize) {
        self.traffic += (packet + PACKET_OVERHEAD) as u64;
    }

    /// How many more messages may be in flight now.
    pub fn free(&self) -> usize {
        self.window.saturating_sub(self.in_flight())
    }

    /// Whether nothing is in flight, a report aside: nothing waits for its answer.
    pub fn is_idle(&self) -> bool {
        self.in_flight() == 0
    }

    /// Messages in flight, without a report.
    fn in_flight(&self) -> usize {
        (self.handed.len() + self.sent.len()).saturating_sub(usize::from(self.reports.pending))
    }

    /// Bytes that have gone over this connection both ways, including the network's overhead.
    pub fn traffic(&self) -> u64 {
        self.traffic
    }

    /// The largest payload of a message of readings that fits into the broker's Maximum Packet Size; `None` where the
    /// broker does not say, as always under MQTT 3.1.1.
    pub fn message_max(&self) -> Option<usize> {
        self.payload_max(&self.readings)
    }

    /// The version of MQTT that is spoken.
    pub fn protocol(&self) -> Version {
        self.session.version()
    }

    /// When the certificates of this connection end.
    pub fn certificates(&self) -> Vec<CertificateEnd> {
        self.session.certificates()
    }

    /// What is doubtful although there is a connection: certificates, messages that the broker refuses, or readings for
    /// which it has no subscriber.
    pub fn doubt(&self) -> Option<Text> {
        let Doubts { state, readings } = &self.doubts;
        let refused = readings.clone().or_else(|| state.clone());
        match (refused, self.session.doubt()) {
            (Some(refused), Some(certificates)) => Some(Text::clauses([refused, certificates])),
            (refused, certificates) => refused.or(certificates),
        }
    }

    /// The error of a broker that has confirmed nothing for `time`.
    pub fn silent(&self, time: Duration) -> MqttError {
        let problem = words::nothing_confirmed(time.as_secs());
        self.session.lost(session::Lost::Problem(problem))
    }

    /// Sends a message that carries these batches. Call it only while [`Self::free`] is above 0. One that is larger
    /// than [`Self::message_max`] is not sent; [`UplinkEvent::Refused`] follows.
    pub fn publish(
        &mut self,
        batches: Vec<u64>,
        backlog: bool,
        payload: Vec<u8>,
    ) -> Result<(), MqttError> {
        let message = InFlight {
            kind: Kind::Batches { batches, backlog },
            bytes: payload.len(),
            since: Stopwatch::start(),
        };
        let topic = self.readings.clone();
        let handed = self.hand_over(&topic, message, false, payload);
        handed.map_err(|_| self.session.refused())
    }

    /// The next event. Cancel safe.
    pub async fn next(&mut self) -> UplinkEvent {
        loop {
            if let Some(refused) = self.refused.pop_front() {
                return UplinkEvent::Refused(refused);
            }
            let event = match self.session.next().await {
                Ok(event) => event,
                Err(problem) => return UplinkEvent::Lost(self.session.lost(problem)),
            };
            match event {
                SessionEvent::Sent(packet) => {
                    if let Some(handed) = self.handed.pop_front() {
                        self.sent.insert(packet, handed);
                    }
                }
                SessionEvent::Confirmed { packet, answer } => {
                    self.count(CONFIRM_BYTES);
                    let answered = self.sent.remove(&packet);
                    if let Some(event) = answered.and_then(|sent| self.answered(sent, answer)) {
                        return event;
                    }
                }
                SessionEvent::Ping => self.count(CONFIRM_BYTES),
                SessionEvent::Message(message) => {
                    let payload = message.payload();
                    self.count(message.topic().len() + payload.len() + PUBLISH_OVERHEAD);
                    self.count(CONFIRM_BYTES);
                    if message.topic() == self.config {
                        return UplinkEvent::Pushed(payload.to_vec());
                    }
                    // A hub retains none: this one is old, or somebody else's.
                    if message.retained() {
                        if let Some(count) = self.retained_acks.note(self.made.elapsed()) {
                            tracing::warn!(
                                count,
                                "ignored an acknowledgement that the broker had retained"
                            );
                        }
                        continue;
                    }
                    return match Ack::from_bytes(payload) {
                        Ok(ack) => UplinkEvent::Committed(ack),
                        Err(error) => UplinkEvent::Malformed(error),
                    };
                }
                SessionEvent::Connected { .. }
                | SessionEvent::Subscribed(_)
                | SessionEvent::Other => {}
            }
        }
    }

    /// The broker has answered to `sent`.
    fn answered(&mut self, sent: InFlight, answer: Answer) -> Option<UplinkEvent> {
        let topic = match &sent.kind {
            Kind::State(topic) => topic,
            Kind::Report => &self.report,
            Kind::Batches { .. } => &self.readings,
        };
        if matches!(sent.kind, Kind::Report) {
            self.reports.pending = false;
        }
        if let Answer::Refused(code) = answer {
            let reason = problem::message_refused(topic, code, self.session.attempt());
            return self.note_refusal(sent, reason, code == 0x95).map(UplinkEvent::Refused);
        }
        let InFlight { kind, bytes, since } = sent;
        let (batches, backlog) = match kind {
            Kind::State(_) => {
                self.doubts.state = None;
                return None;
            }
            Kind::Report => return None,
            Kind::Batches { batches, backlog } => (batches, backlog),
        };
        let nobody = answer == Answer::NobodyListens;
        self.doubts.readings = nobody.then(|| words::nobody_listens(&self.readings));
        Some(UplinkEvent::Confirmed(Confirmed { batches, backlog, bytes, took: since.elapsed() }))
    }

    /// Announces whether the clock is good, and what it shows now.
    pub fn announce_clock(
        &mut self,
        clock: ClockState,
        shown: Option<ShownTime>,
    ) -> Result<(), MqttError> {
        let online = Status::new(GatewayState::Online, self.since);
        let online = online.with_clock(clock).with_shown(shown).to_bytes();
        self.retain(self.status.clone(), online).map_err(|_| self.session.refused())
    }

    /// Says how the gateway and its devices are. Where the broker does not take that, or has not answered to the last,
    /// nothing is sent.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn report(&mut self, payload: Vec<u8>) -> Result<(), MqttError> {
        if self.reports.refused || self.reports.pending {
            return Ok(());
        }
        let message =
            InFlight { bytes: payload.len(), kind: Kind::Report, since: Stopwatch::start() };
        let topic = self.report.clone();
        self.hand_over(&topic, message, true, payload).map_err(|_| self.session.refused())?;
        self.reports.pending = !self.reports.refused;
        Ok(())
    }

    /// Says what becomes of the configurations that were pushed.
    ///
    /// # Errors
    /// The connection has ended.
    pub fn say_config(&mut self, payload: Vec<u8>) -> Result<(), MqttError> {
        self.retain(self.config_state.clone(), payload).map_err(|_| self.session.refused())
    }

    /// Whether a report was sent that the broker has not answered.
    pub fn awaits_report(&self) -> bool {
        self.reports.pending
    }

    /// Announces that the gateway is offline, and disconnects. What is still in flight is in the spool.
    pub async fn close(mut self) {
        let offline = Status::new(GatewayState::Offline, self.since).to_bytes();
        if self.retain(self.status.clone(), offline).is_ok() {
            self.session.close().await;
        }
    }
}

#[cfg(test)]
#[path = "uplink_tests.rs"]
mod tests;
