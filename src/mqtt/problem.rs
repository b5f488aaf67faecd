//! Why a broker cannot be reached, in words: what was found, and the way out.

use std::io::{self, ErrorKind};

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription as Alert, CertificateError as Certificate};

use super::failure::{Failure, closed};
use super::protocol::{Protocol, Version};
use super::session::Lost;
use super::{Endpoint, MqttError, MqttSettings, tls_words};
use crate::locales::{Text, foreign, mqtt as words};

/// What was tried.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub settings: MqttSettings,
    pub endpoint: Endpoint,
    pub client_id: String,
    /// The name under which brokers know this client: in a certificate, and in the access list.
    pub own_name: String,
    /// Seconds that the first answer may take.
    pub timeout_s: u64,
    pub version: Version,
    /// Whether the broker has accepted this client since its start: the settings are right then.
    pub accepted_before: bool,
}

impl Attempt {
    /// How this client identified itself.
    fn user(&self) -> Text {
        match (&self.settings.user, &self.settings.cert_file) {
            (Some(user), _) => Text::verbatim(format_args!("mqtt.user {user:?}")),
            (None, Some(certificate)) => {
                Text::verbatim(format_args!("mqtt.cert_file {}", certificate.display()))
            }
            (None, None) => words::client_without_user(),
        }
    }

    /// The setting that holds the name under which an access list knows this client.
    fn named_in(&self) -> Text {
        match (&self.settings.user, &self.settings.cert_file) {
            (None, None) => words::neither_user_nor_certificate(),
            _ => self.user(),
        }
    }

    fn ca_file(&self) -> String {
        let file = self.settings.ca_file.as_deref().unwrap_or("".as_ref());
        format!("mqtt.ca_file {}", file.display())
    }

    /// Host and port; an IPv6 address stands in brackets before a port.
    pub fn broker(&self) -> String {
        let Endpoint { host, port, .. } = &self.endpoint;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    /// The error of a connection that has ended so.
    pub fn error(&self, lost: Lost) -> MqttError {
        let broker = self.broker();
        match lost {
            Lost::Oversized(bytes) => MqttError::Oversized { broker, bytes },
            Lost::Closed => MqttError::Closed { broker },
            Lost::TooLarge(problem) => MqttError::TooLarge { broker, problem },
            Lost::Problem(problem) | Lost::OtherVersion(problem) | Lost::TimedOut(problem) => {
                MqttError::Connection { broker, problem }
            }
        }
    }
}

/// What went wrong before the broker accepted the connection.
pub(super) fn before_answer(failure: &Failure<'_>, attempt: &Attempt) -> Text {
    if let Some(error) = failure.rustls() {
        return tls_problem(error, attempt);
    }
    let Endpoint { host, port, tls } = &attempt.endpoint;
    match failure {
        Failure::Refused(code) | Failure::UnknownCode(code) => refused(*code, attempt),
        Failure::TimedOut | Failure::Silent => words::timed_out(attempt.timeout_s),
        Failure::TlsName => words::no_certificate_for(format_args!("{host:?}")),
        Failure::TlsBegins(error) if closed(error) => words::closed_when_tls_began(port),
        Failure::Network(error) | Failure::TlsBegins(error) | Failure::Broken(error) => {
            network_problem(error, attempt)
        }
        Failure::Closed => closed_before_answer(attempt),
        Failure::NotMqtt(_) if !tls => words::perhaps_tls(port),
        // What an HTTP server answers begins like a packet of another kind.
        Failure::NotMqtt(name) | Failure::NotConnAck(name) => {
            words::answer_not_mqtt(name, host, port)
        }
        Failure::Ended => words::closed(),
        other => after_answer(other, attempt),
    }
}

/// What went wrong with a connection that the broker had accepted.
pub(super) fn after_answer(failure: &Failure<'_>, attempt: &Attempt) -> Text {
    match failure {
        Failure::Disconnected(code) => disconnected(*code, attempt),
        Failure::Closed => words::closed_by_broker(),
        Failure::Silent | Failure::TimedOut => words::no_longer_answers(),
        Failure::Broken(error) | Failure::Network(error) | Failure::TlsBegins(error) => {
            words::connection_broke(io_words(error))
        }
        Failure::Tls(error) => words::connection_broke(tls_words::error(error)),
        Failure::UnknownSubscribeCode(code) => {
            words::subscription_code_unknown(code_number(*code), attempt.version.number())
        }
        Failure::UnknownCode(0x95) => words::sent_too_large(),
        Failure::Refused(code) | Failure::UnknownCode(code) => {
            words::code_unknown(code_number(*code), attempt.version.number())
        }
        Failure::TooLarge(bytes) => words::too_large_for_broker(*bytes),
        Failure::NotMqtt(name) | Failure::NotConnAck(name) => words::sent_no_mqtt(name),
        Failure::Unexpected(name) => words::unexpected(name),
        Failure::Ended => words::closed(),
        Failure::Oversized(bytes) => words::oversized(attempt.broker(), *bytes),
        Failure::TlsName => words::no_certificate_for(format_args!("{:?}", attempt.endpoint.host)),
        Failure::Other(said) => foreign::said(said),
    }
}

/// The broker refuses to let this client read what matches `filter`.
pub(super) fn subscription_refused(filter: &str, code: u8, attempt: &Attempt) -> Text {
    match (attempt.version, code) {
        (Version::V3, _) => words::subscription_refused(filter),
        (Version::V5, 0x87) => words::may_not_read(&attempt.own_name, filter, attempt.named_in()),
        (Version::V5, code) => words::subscription_refused_why(filter, reason(code)),
    }
}

/// The broker refuses to take a message on `topic` from this client.
pub(super) fn message_refused(topic: &str, code: u8, attempt: &Attempt) -> Text {
    match code {
        0x87 => words::may_not_write(&attempt.own_name, topic, attempt.named_in()),
        code => words::message_refused(topic, reason(code)),
    }
}

/// Why the broker has ended the connection (MQTT 5, 3.14.2.1).
fn disconnected(code: u8, attempt: &Attempt) -> Text {
    match code {
        0x00 => words::closed_by_broker(),
        0x87 => words::no_longer_authorised(attempt.user()),
        0x89 => words::overloaded(),
        0x8B => words::shutting_down(),
        0x8D => words::heard_nothing(),
        0x8E => words::taken_over(&attempt.client_id),
        0x95 => words::sent_too_large(),
        0x98 => words::ended_by_administrator(),
        0x9A => words::cannot_retain(),
        0x9B => words::no_qos_1(),
        code => words::disconnected(reason(code)),
    }
}

/// A reason code in words (MQTT 5, 2.4).
fn reason(code: u8) -> Text {
    match code {
        0x80 => words::reason_unspecified(),
        0x83 => words::reason_own_rule(),
        0x87 => words::reason_not_authorised(),
        0x8F => words::reason_bad_filter(),
        0x90 => words::reason_bad_topic(),
        0x95 => words::reason_too_large(),
        0x96 => words::reason_too_fast(),
        0x97 => words::reason_quota(),
        0x9E => words::reason_no_sharing(),
        0x9F => words::reason_too_often(),
        0xA2 => words::reason_no_wildcards(),
        code => words::reason_code(code_number(code)),
    }
}

/// A code as the standard writes it.
fn code_number(code: u8) -> String {
    format!("0x{code:02X}")
}

/// An error of the connection, which TLS hands on as one of the system.
fn io_words(error: &io::Error) -> Text {
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(error) => tls_words::error(error),
        None => foreign::io(error),
    }
}

fn network_problem(error: &io::Error, attempt: &Attempt) -> Text {
    let Endpoint { host, port, .. } = &attempt.endpoint;
    match error.kind() {
        ErrorKind::ConnectionRefused => words::nothing_listens(port),
        ErrorKind::TimedOut => words::timed_out(attempt.timeout_s),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            words::unreachable(host, foreign::io(error))
        }
        // The standard library has no kind for this, but this text on every system with getaddrinfo.
        _ if error.to_string().contains("lookup address") => words::name_unknown(host),
        _ => words::connection_broke(foreign::io(error)),
    }
}

fn closed_before_answer(attempt: &Attempt) -> Text {
    if attempt.accepted_before {
        return words::closed_this_time();
    }
    let closed = match (attempt.endpoint.tls, &attempt.settings.cert_file) {
        (false, _) => words::closed_without_answer(attempt.endpoint.port),
        (true, None) => words::closed_wants_certificate(),
        (true, Some(file)) => words::closed_rejects_certificate(file),
    };
    match attempt.settings.protocol {
        Protocol::V5 => Text::clauses([closed, words::perhaps_no_mqtt_5()]),
        Protocol::Auto | Protocol::V3 => closed,
    }
}

/// The broker refused the client (MQTT 3.1.1, 3.2.2.3; MQTT 5, 3.2.2.2).
fn refused(code: u8, attempt: &Attempt) -> Text {
    let user = attempt.user();
    let by_certificate = attempt.settings.user.is_none() && attempt.settings.cert_file.is_some();
    match code {
        4 | 5 | 0x86 | 0x87 if by_certificate => words::refuses_certificate(user),
        4 | 0x86 => words::refuses_password(user),
        5 | 0x87 => words::not_authorised(user),
        2 | 0x85 => words::refuses_client_id(format_args!("{:?}", attempt.client_id)),
        3 | 0x88 | 0x89 => words::refuses_new_connections(),
        1 | 0x84 if attempt.version == Version::V5 => words::no_mqtt_5(),
        1 | 0x84 => words::no_mqtt_3_1_1(),
        0x8A => words::refuses_banned(format_args!("{:?}", attempt.client_id)),
        0x97 | 0x9F => words::refuses_quota(),
        code => words::refuses_connection(reason(code)),
    }
}

fn tls_problem(error: &rustls::Error, attempt: &Attempt) -> Text {
    match error {
        rustls::Error::InvalidCertificate(error) => certificate_problem(error, attempt),
        rustls::Error::AlertReceived(alert) => alert_problem(*alert, attempt),
        rustls::Error::InvalidMessage(_) => words::answer_not_tls(attempt.endpoint.port),
        rustls::Error::PeerIncompatible(why) => tls_words::incompatible(why),
        other => words::tls_failed(tls_words::error(other)),
    }
}

/// What is wrong with the broker's certificate.
fn certificate_problem(error: &Certificate, attempt: &Attempt) -> Text {
    let host = &attempt.endpoint.host;
    match error {
        Certificate::UnknownIssuer | Certificate::BadSignature => {
            words::unknown_authority(attempt.ca_file())
        }
        Certificate::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            words::certificate_nameless(host)
        }
        Certificate::NotValidForNameContext { presented, .. } => {
            let names = Text::list(presented.iter().map(|name| bare(name)));
            words::certificate_for_others(names, host)
        }
        Certificate::NotValidForName => words::certificate_not_for(host),
        Certificate::ExpiredContext { time, not_after } => {
            words::certificate_expired_at(instant(*not_after), instant(*time))
        }
        Certificate::Expired => words::certificate_expired(),
        Certificate::NotValidYetContext { time, not_before } => {
            words::certificate_from(instant(*not_before), instant(*time))
        }
        Certificate::NotValidYet => words::certificate_not_yet(),
        Certificate::InvalidPurpose | Certificate::InvalidPurposeContext { .. } => {
            words::certificate_not_for_servers()
        }
        Certificate::Other(error) if error.to_string().contains("CaUsedAsEndEntity") => {
            words::certificate_of_authority()
        }
        Certificate::Other(error) if error.to_string().contains("UnsupportedCertVersion") => {
            words::certificate_version_1()
        }
        other => words::certificate_unusable(tls_words::certificate(other)),
    }
}

/// What the broker says about our certificate while TLS begins. Libraries use alerts differently; this follows OpenSSL.
fn alert_problem(alert: Alert, attempt: &Attempt) -> Text {
    let Some(file) = &attempt.settings.cert_file else {
        return match alert {
            Alert::CertificateRequired | Alert::HandshakeFailure | Alert::NoCertificate => {
                words::wants_certificate(tls_words::alert(alert))
            }
            other => other_alert(other, attempt),
        };
    };
    match alert {
        Alert::CertificateExpired => words::ours_expired(file),
        Alert::UnknownCA => words::ours_of_unknown_authority(file),
        Alert::CertificateRevoked => words::ours_revoked(file),
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateUnknown
        | Alert::CertificateRequired
        | Alert::AccessDenied
        | Alert::DecryptError => words::ours_refused(file, tls_words::alert(alert)),
        other => other_alert(other, attempt),
    }
}

fn other_alert(alert: Alert, attempt: &Attempt) -> Text {
    match alert {
        Alert::ProtocolVersion | Alert::InsufficientSecurity => words::no_tls_1_2(),
        Alert::UnrecognisedName => words::name_not_answered(&attempt.endpoint.host),
        other => words::refuses_tls(tls_words::alert(other)),
    }
}

/// A certificate's name without what rustls puts around it, as in `DnsName("localhost")` and `IpAddress(127.0.0.1)`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"')
}

/// A time of a certificate, to the second.
fn instant(time: UnixTime) -> Text {
    let time = i64::try_from(time.as_secs()).ok().and_then(|s| Timestamp::from_second(s).ok());
    time.map_or_else(words::beyond_calendars, Text::verbatim)
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
