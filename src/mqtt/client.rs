//! A client of either version of MQTT, and what its connection brings in terms that both share.

use std::sync::Arc;
use std::time::Duration;

use rumqttc::v5::mqttbytes::v5 as packets;
use rumqttc::{
    Outgoing, Packet, SubscribeFilter, SubscribeReasonCode, TlsConfiguration, Transport, v5,
};
use rustls::ClientConfig;

use super::failure::Failure;
use super::protocol::Version;
use crate::wire::MESSAGE_SIZE_MAX;

/// Bytes of a packet beyond the payload: topic and headers.
const OVERHEAD_MAX: usize = 1024;

/// What MQTT adds to topic and payload: type and length (5 at most), length of the topic, packet id, and, in MQTT 5,
/// the length of its properties, of which there are none.
pub(super) const PUBLISH_OVERHEAD: usize = 10;

/// The largest packet with a message of ours.
pub(super) const PACKET_MAX: usize = MESSAGE_SIZE_MAX + OVERHEAD_MAX;

/// The largest packet that is accepted under MQTT 3.1.1, where a broker cannot be told: larger than any message of
/// ours, so that a foreign one goes into quarantine with a reason. A larger one ends the connection.
const INCOMING_MAX_3: usize = 1024 * 1024;

/// How to connect, for either version.
#[derive(Clone)]
pub(super) struct ClientOptions {
    pub client_id: String,
    pub host: String,
    pub port: u16,
    /// At least 5 s.
    pub keep_alive: Duration,
    /// The longest wait for the broker's answer to a connection.
    pub timeout_s: u64,
    pub tls: Option<Arc<ClientConfig>>,
    /// User and password.
    pub credentials: Option<(String, String)>,
    /// The message that the broker publishes when the connection breaks.
    pub will: Option<Will>,
    /// Messages that may be sent and not yet confirmed.
    pub in_flight: u16,
    /// Requests that may wait for the event loop.
    pub requests: usize,
}

/// A message that the broker publishes when the connection breaks.
#[derive(Debug, Clone)]
pub struct Will {
    pub topic: String,
    pub payload: Vec<u8>,
    pub retain: bool,
}

/// A message as received.
#[derive(Debug)]
pub struct Message {
    topic: String,
    payload: Vec<u8>,
    retained: bool,
}

impl Message {
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// Its content, compressed or not.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Whether the broker had kept it and sends it because of the subscription.
    pub fn retained(&self) -> bool {
        self.retained
    }
}

/// What the broker answers to a message (MQTT 5, 3.4.2.1). Under 3.1.1 it can only take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Taken,
    /// It takes the message, but nobody has subscribed to the topic. A broker need not tell.
    NobodyListens,
    /// It refuses the message with this reason code.
    Refused(u8),
}

/// What a connection brings.
#[derive(Debug)]
pub(super) enum SessionEvent {
    /// The broker has accepted the connection, and takes packets up to this size; `None` where it does not say.
    Connected {
        packet_max: Option<usize>,
    },
    Message(Message),
    /// A message has been sent under this packet id.
    Sent(u16),
    Confirmed {
        packet: u16,
        answer: Answer,
    },
    /// For each filter of the subscription, the code with which it is refused, if it is.
    Subscribed(Vec<Option<u8>>),
    /// The connection has been tested, or has answered a test.
    Ping,
    Other,
}

/// The request was not taken: too many are waiting, or the connection has ended.
#[derive(Debug)]
pub(super) struct NotTaken;

/// The half that sends.
pub(super) enum Client {
    V3(rumqttc::AsyncClient),
    V5(v5::AsyncClient),
}

impl Client {
    /// Sends a message with QoS 1.
    pub fn try_publish(&self, topic: &str, retain: bool, payload: Vec<u8>) -> Result<(), NotTaken> {
        match self {
            Self::V3(client) => {
                let qos = rumqttc::QoS::AtLeastOnce;
                client.try_publish(topic, qos, retain, payload).map_err(|_| NotTaken)
            }
            Self::V5(client) => {
                let qos = v5::mqttbytes::QoS::AtLeastOnce;
                client.try_publish(topic, qos, retain, payload).map_err(|_| NotTaken)
            }
        }
    }

    /// Subscribes to all filters in one packet.
    pub fn try_subscribe(&self, filters: &[String]) -> Result<(), NotTaken> {
        match self {
            Self::V3(client) => {
                let qos = rumqttc::QoS::AtLeastOnce;
                let filters = filters.iter().map(|path| SubscribeFilter::new(path.clone(), qos));
                client.try_subscribe_many(filters).map_err(|_| NotTaken)
            }
            Self::V5(client) => {
                let qos = v5::mqttbytes::QoS::AtLeastOnce;
                let filters = filters.iter().map(|path| packets::Filter::new(path, qos));
                client.try_subscribe_many(filters).map_err(|_| NotTaken)
            }
        }
    }

    pub fn try_disconnect(&self) -> Result<(), NotTaken> {
        match self {
            Self::V3(client) => client.try_disconnect().map_err(|_| NotTaken),
            Self::V5(client) => client.try_disconnect().map_err(|_| NotTaken),
        }
    }
}

/// The half that has to be polled.
pub(super) enum EventLoop {
    V3(Box<rumqttc::EventLoop>),
    V5(Box<v5::EventLoop>, Duration),
}

/// Why polling has ended.
pub(super) enum PollError {
    V3(Box<rumqttc::ConnectionError>),
    V5(Box<v5::ConnectionError>),
    /// The library waits for the network without a limit.
    Stuck,
    /// The broker uses topic aliases, which we have not allowed. The library would keep one message for each.
    TopicAlias,
}

impl PollError {
    pub fn failure(&self) -> Failure<'_> {
        match self {
            Self::V3(error) => (&**error).into(),
            Self::V5(error) => (&**error).into(),
            Self::Stuck => Failure::Silent,
            Self::TopicAlias => Failure::Unexpected("TopicAlias".into()),
        }
    }
}

impl EventLoop {
    /// The next event, of which the broker's acceptance is the first.
    pub async fn poll(&mut self) -> Result<SessionEvent, PollError> {
        match self {
            Self::V3(event_loop) => {
                let event = event_loop.poll().await;
                event.map(event_3).map_err(|error| PollError::V3(Box::new(error)))
            }
            Self::V5(event_loop, keep_alive) => {
                // At the latest after the keep-alive there is a ping. But this version, unlike the other, has no limit
                // for the time that writing may take, and a dead line takes none after its buffer is full.
                let limit = 2 * event_loop.options.keep_alive().max(*keep_alive);
                let event = tokio::time::timeout(limit, event_loop.poll()).await;
                let event = event.map_err(|_| PollError::Stuck)?;
                let event = event.map_err(|error| PollError::V5(Box::new(error)))?;
                // A broker that wants no pings says 0, which the library takes for a ping at once and for ever.
                if event_loop.options.keep_alive().is_zero() {
                    event_loop.options.set_keep_alive(*keep_alive);
                }
                event_5(event)
            }
        }
    }
}

/// Makes a client of this version. It connects when it is first polled.
pub(super) fn open(version: Version, options: ClientOptions) -> (Client, EventLoop) {
    match version {
        Version::V3 => open_3(options),
        Version::V5 => open_5(options),
    }
}

fn network_options(timeout_s: u64) -> rumqttc::NetworkOptions {
    let mut network = rumqttc::NetworkOptions::new();
    // Otherwise a small message waits, for up to 40 ms, until the broker's system has confirmed the one before it.
    network.set_tcp_nodelay(true);
    network.set_connection_timeout(timeout_s);
    network
}

fn open_3(options: ClientOptions) -> (Client, EventLoop) {
    let mut mqtt = rumqttc::MqttOptions::new(options.client_id, options.host, options.port);
    mqtt.set_keep_alive(options.keep_alive);
    mqtt.set_clean_session(true);
    mqtt.set_max_packet_size(INCOMING_MAX_3, PACKET_MAX);
    mqtt.set_inflight(options.in_flight);
    if let Some(config) = options.tls {
        mqtt.set_transport(Transport::Tls(TlsConfiguration::Rustls(config)));
    }
    if let Some((user, password)) = options.credentials {
        mqtt.set_credentials(user, password);
    }
    if let Some(Will { topic, payload, retain }) = options.will {
        let qos = rumqttc::QoS::AtLeastOnce;
        mqtt.set_last_will(rumqttc::LastWill::new(topic, payload, qos, retain));
    }
    let (client, mut event_loop) = rumqttc::AsyncClient::new(mqtt, options.requests);
    event_loop.set_network_options(network_options(options.timeout_s));
    (Client::V3(client), EventLoop::V3(Box::new(event_loop)))
}

fn open_5(options: ClientOptions) -> (Client, EventLoop) {
    let mut mqtt = v5::MqttOptions::new(options.client_id, options.host, options.port);
    mqtt.set_keep_alive(options.keep_alive);
    // Without a session expiry interval nothing outlives the connection (MQTT 5, 3.1.2.11.2).
    mqtt.set_clean_start(true);
    // The broker drops what is larger instead of sending it (MQTT 5, 3.1.2.11.4).
    mqtt.set_max_packet_size(Some(PACKET_MAX as u32));
    // Its default is 65,535, with room made for each.
    mqtt.set_outgoing_inflight_upper_limit(options.in_flight);
    mqtt.set_connection_timeout(options.timeout_s);
    mqtt.set_network_options(network_options(options.timeout_s));
    if let Some(config) = options.tls {
        mqtt.set_transport(Transport::Tls(TlsConfiguration::Rustls(config)));
    }
    if let Some((user, password)) = options.credentials {
        mqtt.set_credentials(user, password);
    }
    if let Some(Will { topic, payload, retain }) = options.will {
        let qos = v5::mqttbytes::QoS::AtLeastOnce;
        mqtt.set_last_will(packets::LastWill::new(topic, payload, qos, retain, None));
    }
    let (client, event_loop) = v5::AsyncClient::new(mqtt, options.requests);
    (Client::V5(client), EventLoop::V5(Box::new(event_loop), options.keep_alive))
}

fn event_3(event: rumqttc::Event) -> SessionEvent {
    use rumqttc::Event::{Incoming, Outgoing as Out};
    match event {
        Incoming(Packet::ConnAck(_)) => SessionEvent::Connected { packet_max: None },
        Incoming(Packet::Publish(publish)) => SessionEvent::Message(Message {
            topic: publish.topic,
            payload: publish.payload.into(),
            retained: publish.retain,
        }),
        Incoming(Packet::PubAck(ack)) => {
            SessionEvent::Confirmed { packet: ack.pkid, answer: Answer::Taken }
        }
        Incoming(Packet::SubAck(answer)) => {
            let codes = answer.return_codes.iter();
            let refused = |code| matches!(code, &SubscribeReasonCode::Failure).then_some(0x80);
            SessionEvent::Subscribed(codes.map(refused).collect())
        }
        Incoming(Packet::PingResp) => SessionEvent::Ping,
        Out(outgoing) => sent(&outgoing),
        Incoming(_) => SessionEvent::Other,
    }
}

fn event_5(event: v5::Event) -> Result<SessionEvent, PollError> {
    use v5::Event::{Incoming, Outgoing as Out};
    Ok(match event {
        Incoming(packets::Packet::ConnAck(answer)) => {
            let packet_max = answer.properties.and_then(|p| p.max_packet_size);
            SessionEvent::Connected { packet_max: packet_max.map(|bytes| bytes as usize) }
        }
        Incoming(packets::Packet::Publish(publish)) => {
            if publish.properties.is_some_and(|p| p.topic_alias.is_some()) {
                return Err(PollError::TopicAlias);
            }
            SessionEvent::Message(Message {
                topic: String::from_utf8_lossy(&publish.topic).into_owned(),
                payload: publish.payload.into(),
                retained: publish.retain,
            })
        }
        Incoming(packets::Packet::PubAck(ack)) => {
            SessionEvent::Confirmed { packet: ack.pkid, answer: publish_answer(ack.reason) }
        }
        Incoming(packets::Packet::SubAck(answer)) => {
            SessionEvent::Subscribed(answer.return_codes.iter().map(subscribe_refusal).collect())
        }
        Incoming(packets::Packet::PingResp(_)) => SessionEvent::Ping,
        Out(outgoing) => sent(&outgoing),
        Incoming(_) => SessionEvent::Other,
    })
}

fn sent(outgoing: &Outgoing) -> SessionEvent {
    match outgoing {
        Outgoing::Publish(id) if *id != 0 => SessionEvent::Sent(*id),
        Outgoing::PingReq => SessionEvent::Ping,
        _ => SessionEvent::Other,
    }
}

/// What a reason of PUBACK means (MQTT 5, 3.4.2.1).
fn publish_answer(reason: packets::PubAckReason) -> Answer {
    use packets::PubAckReason as Reason;
    match reason {
        Reason::Success => Answer::Taken,
        Reason::NoMatchingSubscribers => Answer::NobodyListens,
        Reason::UnspecifiedError => Answer::Refused(0x80),
        Reason::ImplementationSpecificError => Answer::Refused(0x83),
        Reason::NotAuthorized => Answer::Refused(0x87),
        Reason::TopicNameInvalid => Answer::Refused(0x90),
        Reason::PacketIdentifierInUse => Answer::Refused(0x91),
        Reason::QuotaExceeded => Answer::Refused(0x97),
        Reason::PayloadFormatInvalid => Answer::Refused(0x99),
    }
}

/// The number of a reason of SUBACK with which a filter is refused (MQTT 5, 3.9.3).
fn subscribe_refusal(reason: &packets::SubscribeReasonCode) -> Option<u8> {
    use packets::SubscribeReasonCode as Reason;
    Some(match reason {
        Reason::Success(_) => return None,
        Reason::Failure | Reason::Unspecified => 0x80,
        Reason::ImplementationSpecific => 0x83,
        Reason::NotAuthorized => 0x87,
        Reason::TopicFilterInvalid => 0x8F,
        Reason::PkidInUse => 0x91,
        Reason::QuotaExceeded => 0x97,
        Reason::SharedSubscriptionsNotSupported => 0x9E,
        Reason::SubscriptionIdNotSupported => 0xA1,
        Reason::WildcardSubscriptionsNotSupported => 0xA2,
    })
}
