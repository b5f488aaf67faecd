//! Why a broker cannot be reached, in words: what was found, and the way out.

use std::io::{self, ErrorKind};

use jiff::Timestamp;
use rumqttc::{ConnectReturnCode, ConnectionError, StateError, TlsError, mqttbytes};
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription as Alert, CertificateError as Certificate};

use super::{Endpoint, MqttSettings, tls_words};
use crate::locales::{Text, foreign, mqtt as words};

/// What was tried.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub settings: MqttSettings,
    pub endpoint: Endpoint,
    pub client_id: String,
    /// Seconds that the first answer may take.
    pub timeout_s: u64,
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

    fn ca_file(&self) -> String {
        let file = self.settings.ca_file.as_deref().unwrap_or("".as_ref());
        format!("mqtt.ca_file {}", file.display())
    }
}

/// What went wrong before the broker accepted the connection.
pub(super) fn before_answer(error: &ConnectionError, attempt: &Attempt) -> Text {
    use mqttbytes::Error::Io;
    if let Some(error) = rustls_error(error) {
        return tls_problem(error, attempt);
    }
    let Endpoint { host, port, .. } = &attempt.endpoint;
    match error {
        ConnectionError::ConnectionRefused(code) => refused(*code, attempt),
        ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => {
            words::timed_out(attempt.timeout_s)
        }
        ConnectionError::Tls(TlsError::DNSName(_)) => {
            words::no_certificate_for(format_args!("{host:?}"))
        }
        ConnectionError::Tls(TlsError::Io(error)) if closed(error) => {
            words::closed_when_tls_began(port)
        }
        ConnectionError::Io(error) | ConnectionError::Tls(TlsError::Io(error)) => {
            network_problem(error, attempt)
        }
        ConnectionError::MqttState(
            StateError::Io(error) | StateError::Deserialization(Io(error)),
        ) if !closed(error) => network_problem(error, attempt),
        ConnectionError::MqttState(
            StateError::Io(_) | StateError::ConnectionAborted | StateError::Deserialization(Io(_)),
        ) => closed_before_answer(attempt),
        ConnectionError::MqttState(StateError::Deserialization(_)) if !attempt.endpoint.tls => {
            words::perhaps_tls(port)
        }
        ConnectionError::MqttState(StateError::Deserialization(error)) => {
            words::answer_not_mqtt(name_of(error), host, port)
        }
        // What an HTTP server answers begins like a packet of another kind.
        ConnectionError::NotConnAck(packet) => words::answer_not_mqtt(name_of(packet), host, port),
        ConnectionError::RequestsDone => words::closed(),
        other => foreign::said(other),
    }
}

/// What went wrong with a connection that the broker had accepted.
pub(super) fn after_answer(error: &ConnectionError) -> Text {
    use mqttbytes::Error::Io;
    match error {
        ConnectionError::MqttState(StateError::ConnectionAborted) => words::closed_by_broker(),
        ConnectionError::MqttState(StateError::AwaitPingResp | StateError::CollisionTimeout)
        | ConnectionError::FlushTimeout
        | ConnectionError::NetworkTimeout => words::no_longer_answers(),
        ConnectionError::MqttState(
            StateError::Io(error) | StateError::Deserialization(Io(error)),
        )
        | ConnectionError::Io(error) => words::connection_broke(io_words(error)),
        ConnectionError::MqttState(StateError::Deserialization(error)) => {
            words::sent_no_mqtt(name_of(error))
        }
        ConnectionError::MqttState(error) => words::unexpected(name_of(error)),
        ConnectionError::RequestsDone => words::closed(),
        other => foreign::said(other),
    }
}

/// An error of the connection, which TLS hands on as one of the system.
fn io_words(error: &io::Error) -> Text {
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(error) => tls_words::error(error),
        None => foreign::io(error),
    }
}

/// The name that the library has for an error or a packet, without its fields: its sentences are in English only.
fn name_of(said: &impl std::fmt::Debug) -> String {
    let said = format!("{said:?}");
    said.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}

fn closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
    )
}

/// The TLS error inside `error`. With TLS 1.3, a broker refuses our certificate late, in an error of MQTT.
fn rustls_error(error: &ConnectionError) -> Option<&rustls::Error> {
    let inner = match error {
        ConnectionError::Tls(TlsError::TLS(error)) => return Some(error),
        ConnectionError::Tls(TlsError::Io(error))
        | ConnectionError::Io(error)
        | ConnectionError::MqttState(
            StateError::Io(error) | StateError::Deserialization(mqttbytes::Error::Io(error)),
        ) => error,
        _ => return None,
    };
    inner.get_ref()?.downcast_ref()
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
    match (attempt.endpoint.tls, &attempt.settings.cert_file) {
        (false, _) => words::closed_without_answer(attempt.endpoint.port),
        (true, None) => words::closed_wants_certificate(),
        (true, Some(file)) => words::closed_rejects_certificate(file),
    }
}

/// The broker refused the client (MQTT 3.1.1, 3.2.2.3).
fn refused(code: ConnectReturnCode, attempt: &Attempt) -> Text {
    let user = attempt.user();
    let by_certificate = attempt.settings.user.is_none() && attempt.settings.cert_file.is_some();
    match code {
        ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized
            if by_certificate =>
        {
            words::refuses_certificate(user)
        }
        ConnectReturnCode::BadUserNamePassword => words::refuses_password(user),
        ConnectReturnCode::NotAuthorized => words::not_authorised(user),
        ConnectReturnCode::BadClientId => {
            words::refuses_client_id(format_args!("{:?}", attempt.client_id))
        }
        ConnectReturnCode::ServiceUnavailable => words::refuses_new_connections(),
        ConnectReturnCode::RefusedProtocolVersion => words::no_mqtt_3_1_1(),
        other => words::refuses_connection(format_args!("{other:?}")),
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
