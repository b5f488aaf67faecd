//! What ends a connection or keeps one from being made, the same for both versions of MQTT.

use std::io::{self, ErrorKind};

use rumqttc::{TlsError, mqttbytes, v5};

/// A failure that rumqttc reports, of either version.
#[derive(Debug)]
pub(super) enum Failure<'a> {
    /// The broker refuses the connection with this code of CONNACK: 1 to 5 in MQTT 3.1.1, from 128 on in MQTT 5.
    Refused(u8),
    /// The broker ends the connection with this reason code. Only MQTT 5 has it.
    Disconnected(u8),
    /// A code in a SUBACK that the version does not have.
    UnknownSubscribeCode(u8),
    /// Another code that the version does not have.
    UnknownCode(u8),
    /// The broker sent a packet of so many bytes, more than is accepted.
    Oversized(usize),
    /// A packet of ours has so many bytes, more than the broker takes.
    TooLarge(usize),
    /// No answer in time, while connecting.
    TimedOut,
    /// No answer any more.
    Silent,
    /// What the library names so is no packet.
    NotMqtt(String),
    /// A packet of this name instead of a CONNACK.
    NotConnAck(String),
    /// A packet that does not belong here; the library's name for it.
    Unexpected(String),
    /// The network while the connection is made.
    Network(&'a io::Error),
    /// TLS, or the network while TLS begins.
    TlsBegins(&'a io::Error),
    /// A TLS error that comes by itself.
    Tls(&'a rustls::Error),
    /// No certificate can be for this host.
    TlsName,
    /// The network, or TLS, once a packet has been sent.
    Broken(&'a io::Error),
    /// The broker closed the connection without a word that can be read: the library passes over a DISCONNECT without
    /// properties, as mosquitto sends it.
    Closed,
    /// We have ended the connection.
    Ended,
    /// What has no words of ours.
    Other(String),
}

impl<'a> Failure<'a> {
    /// The error of TLS inside. With TLS 1.3, a broker refuses our certificate late, in an error of MQTT.
    pub fn rustls(&self) -> Option<&'a rustls::Error> {
        match self {
            Self::Tls(error) => Some(error),
            Self::TlsBegins(error) | Self::Network(error) | Self::Broken(error) => {
                error.get_ref()?.downcast_ref()
            }
            _ => None,
        }
    }

    /// Whether the broker may accept a connection with the other version of MQTT: before it has accepted one, it says
    /// so, or says something else than this version's CONNACK, or closes. (MQTT 3.1.1, 3.1.2.2; MQTT 5, 4.13.)
    pub fn may_speak_other_version(&self) -> bool {
        match self {
            Self::Refused(code) | Self::UnknownCode(code) => matches!(code, 1 | 0x84),
            Self::NotMqtt(_) | Self::NotConnAck(_) | Self::Closed => true,
            _ => false,
        }
    }

    /// An error of the network once a packet has been sent.
    fn of_network(error: &'a io::Error) -> Self {
        // The end of the connection within a packet, as tokio-util words it.
        let cut_off = error.to_string() == "bytes remaining on stream";
        if cut_off
            || closed(error) && error.get_ref().is_none_or(|inner| !inner.is::<rustls::Error>())
        {
            return Self::Closed;
        }
        Self::Broken(error)
    }

    fn of_tls(error: &'a TlsError) -> Self {
        match error {
            TlsError::TLS(error) => Self::Tls(error),
            TlsError::Io(error) => Self::TlsBegins(error),
            TlsError::DNSName(_) => Self::TlsName,
            other => Self::Other(other.to_string()),
        }
    }
}

/// Whether the other side has closed the connection.
pub(super) fn closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
    )
}

/// The name that the library has for an error or a packet, without its fields: its sentences are in English only.
pub(super) fn name_of(said: &impl std::fmt::Debug) -> String {
    let said = format!("{said:?}");
    said.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}

impl<'a> From<&'a rumqttc::ConnectionError> for Failure<'a> {
    fn from(error: &'a rumqttc::ConnectionError) -> Self {
        use rumqttc::{ConnectionError, StateError};
        match error {
            ConnectionError::ConnectionRefused(code) => Self::Refused(*code as u8),
            ConnectionError::NetworkTimeout => Self::TimedOut,
            ConnectionError::FlushTimeout => Self::Silent,
            ConnectionError::Tls(error) => Self::of_tls(error),
            ConnectionError::Io(error) => Self::Network(error),
            ConnectionError::NotConnAck(packet) => Self::NotConnAck(name_of(packet)),
            ConnectionError::RequestsDone => Self::Ended,
            ConnectionError::MqttState(error) => match error {
                StateError::Io(error) => Self::of_network(error),
                StateError::Deserialization(error) => Self::of_bytes(error),
                StateError::ConnectionAborted => Self::Closed,
                StateError::AwaitPingResp | StateError::CollisionTimeout => Self::Silent,
                other => Self::Unexpected(name_of(other)),
            },
        }
    }
}

impl<'a> Failure<'a> {
    fn of_bytes(error: &'a mqttbytes::Error) -> Self {
        use mqttbytes::Error;
        match error {
            Error::Io(error) => Self::of_network(error),
            Error::InvalidConnectReturnCode(code) => Self::UnknownCode(*code),
            Error::InvalidSubscribeReasonCode(code) => Self::UnknownSubscribeCode(*code),
            Error::PayloadSizeLimitExceeded(bytes) => Self::Oversized(*bytes),
            Error::OutgoingPacketTooLarge { pkt_size, .. } => Self::TooLarge(*pkt_size),
            other => Self::NotMqtt(name_of(other)),
        }
    }

    fn of_bytes_5(error: &'a v5::mqttbytes::Error) -> Self {
        use v5::mqttbytes::Error;
        match error {
            Error::Io(error) => Self::of_network(error),
            // So the library names a code of CONNACK, PUBACK and DISCONNECT alike.
            Error::InvalidConnectReturnCode(code) | Error::InvalidReason(code) => {
                Self::UnknownCode(*code)
            }
            Error::InvalidSubscribeReasonCode(code) => Self::UnknownSubscribeCode(*code),
            Error::PayloadSizeLimitExceeded { pkt_size, .. } => Self::Oversized(*pkt_size),
            Error::OutgoingPacketTooLarge { pkt_size, .. } => Self::TooLarge(*pkt_size as usize),
            // A DISCONNECT without a reason code (MQTT 5, 3.14.2.1), which the library does not read.
            Error::PayloadRequired => Self::Closed,
            other => Self::NotMqtt(name_of(other)),
        }
    }
}

impl<'a> From<&'a v5::ConnectionError> for Failure<'a> {
    fn from(error: &'a v5::ConnectionError) -> Self {
        use v5::{ConnectionError, StateError};
        match error {
            ConnectionError::ConnectionRefused(code) => Self::Refused(connect_code(*code)),
            ConnectionError::Timeout(_) => Self::TimedOut,
            ConnectionError::Tls(error) => Self::of_tls(error),
            ConnectionError::Io(error) => Self::Network(error),
            ConnectionError::NotConnAck(packet) => Self::NotConnAck(name_of(packet)),
            ConnectionError::RequestsDone => Self::Ended,
            ConnectionError::MqttState(error) => match error {
                StateError::Io(error) => Self::of_network(error),
                StateError::Deserialization(error) => Self::of_bytes_5(error),
                StateError::ConnectionAborted => Self::Closed,
                StateError::AwaitPingResp | StateError::CollisionTimeout => Self::Silent,
                StateError::ServerDisconnect { reason_code, .. } => {
                    Self::Disconnected(*reason_code as u8)
                }
                StateError::OutgoingPacketTooLarge { pkt_size, .. } => {
                    Self::TooLarge(*pkt_size as usize)
                }
                StateError::IncomingPacketTooLarge { pkt_size, .. } => Self::Oversized(*pkt_size),
                StateError::ConnFail { reason } => Self::Refused(connect_code(*reason)),
                other => Self::Unexpected(name_of(other)),
            },
        }
    }
}

/// The number of a code of CONNACK (MQTT 5, 3.2.2.2).
fn connect_code(code: v5::mqttbytes::v5::ConnectReturnCode) -> u8 {
    use v5::mqttbytes::v5::ConnectReturnCode as Code;
    match code {
        Code::Success => 0,
        Code::RefusedProtocolVersion => 1,
        Code::BadClientId => 2,
        Code::ServiceUnavailable => 3,
        Code::UnspecifiedError => 0x80,
        Code::MalformedPacket => 0x81,
        Code::ProtocolError => 0x82,
        Code::ImplementationSpecificError => 0x83,
        Code::UnsupportedProtocolVersion => 0x84,
        Code::ClientIdentifierNotValid => 0x85,
        Code::BadUserNamePassword => 0x86,
        Code::NotAuthorized => 0x87,
        Code::ServerUnavailable => 0x88,
        Code::ServerBusy => 0x89,
        Code::Banned => 0x8A,
        Code::BadAuthenticationMethod => 0x8C,
        Code::TopicNameInvalid => 0x90,
        Code::PacketTooLarge => 0x95,
        Code::QuotaExceeded => 0x97,
        Code::PayloadFormatInvalid => 0x99,
        Code::RetainNotSupported => 0x9A,
        Code::QoSNotSupported => 0x9B,
        Code::UseAnotherServer => 0x9C,
        Code::ServerMoved => 0x9D,
        Code::ConnectionRateExceeded => 0x9F,
    }
}
